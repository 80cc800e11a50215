//! For tests: every refusal of the register has words in both languages, with every figure they name.

use rust_i18n::t;

use crate::kernel::FieldProblem;

/// The words of a refusal in Chinese and in English, its figures filled in.
///
/// # Panics
/// If words are missing, name a figure the refusal does not give, or the two languages are the same text.
pub(crate) fn said(field: &FieldProblem) -> [String; 2] {
    let [zh, en] = ["zh-CN", "en"].map(|locale| {
        let mut words = t!(format!("refusal.{}", field.code), locale = locale).into_owned();
        for (name, value) in &field.params {
            words = words.replace(&format!("%{{{name}}}"), value);
        }
        assert!(!words.contains("refusal."), "no words for {} in {locale}", field.code);
        assert!(!words.contains("%{"), "a figure is missing in {locale}: {words}");
        words
    });
    assert_ne!(zh, en, "{} has no words of its own in English", field.code);
    [zh, en]
}
