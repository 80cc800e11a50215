//! 线索反馈: the form behind a code or without one, and what a receipt tells.

use askama::Template;

use super::Frame;
use crate::web::pages::Site;
use crate::web::words::Lang;

/// A fault of the form: the field's id and the words; the form as a whole if the id is empty.
pub type FormFault = (String, String);

/// The form.
#[derive(Debug, Clone, Default)]
pub struct ReportForm<'a> {
    /// Where it posts to, without language.
    pub action: &'a str,
    /// The label it is about: product and code.
    pub about: Option<(String, String)>,
    /// The form's own random bytes in hex.
    pub form: String,
    /// What was typed, by name.
    pub typed: Vec<(&'static str, String)>,
    /// What is wrong.
    pub faults: Vec<FormFault>,
    /// Until when we answer, as read.
    pub answer_by: String,
    /// Days after its end for which a telephone is kept.
    pub keep_days: i64,
    /// There is room for photographs.
    pub photos: bool,
    /// Statutory complaints and reports are taken here.
    pub statutory: bool,
}

/// One choice.
struct Pick {
    value: &'static str,
    words: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "consumer/report.html")]
struct ReportTemplate<'a> {
    frame: Frame<'a>,
    f: &'a ReportForm<'a>,
    choices: Vec<Pick>,
    channels: Vec<Pick>,
}

impl ReportForm<'_> {
    fn typed(&self, name: &str) -> &str {
        self.typed.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str())
    }
    fn fault(&self, name: &str) -> &str {
        self.faults.iter().find(|(field, _)| field == name).map_or("", |(_, words)| words.as_str())
    }
    fn picks(&self, lang: Lang, name: &str, words: &[&'static str]) -> Vec<Pick> {
        let pick = |value: &&'static str| Pick {
            value,
            words: lang.say(&format!("feedback.{name}.{value}")).into_owned(),
            chosen: self.typed(name) == *value,
        };
        words.iter().map(pick).collect()
    }
}

/// Renders the form.
///
/// # Errors
/// Only if the template can't be written.
pub fn report_page(lang: Lang, site: &Site, form: &ReportForm<'_>) -> Result<String, askama::Error> {
    let title = lang.say("feedback.title");
    ReportTemplate {
        frame: Frame::new(lang, site, &title),
        f: form,
        choices: form.picks(lang, "choice", &["differs", "same_code", "origin", "health", "shop"]),
        channels: form.picks(lang, "channel", &["own", "complaint", "report"]),
    }
    .render()
}

/// What a receipt tells.
#[derive(Debug, Clone, Default)]
pub struct ReceiptView {
    /// The receipt in groups.
    pub receipt: String,
    /// Its path.
    pub path: String,
    /// The heading.
    pub headline: String,
    /// Lines below it.
    pub lines: Vec<String>,
    /// The public answer.
    pub answer: Option<String>,
    /// Class of the box: `ok` `notice` `unknown`.
    pub class: &'static str,
    /// It was just sent: write the receipt down.
    pub sent: bool,
}

#[derive(Template)]
#[template(path = "consumer/receipt.html")]
struct ReceiptTemplate<'a> {
    frame: Frame<'a>,
    v: &'a ReceiptView,
}

/// The page of a receipt.
///
/// # Errors
/// Only if the template can't be written.
pub fn receipt_page(lang: Lang, site: &Site, view: &ReceiptView) -> Result<String, askama::Error> {
    ReceiptTemplate { frame: Frame::new(lang, site, &view.headline), v: view }.render()
}

#[derive(Template)]
#[template(path = "consumer/receipt_ask.html")]
struct AskTemplate<'a> {
    frame: Frame<'a>,
    action: &'a str,
    name: &'static str,
    label: String,
    hint: String,
    missing: bool,
}

/// Asks for a receipt, or for its second word; `missing` says, in the same bytes for every reason, that there is none.
///
/// # Errors
/// Only if the template can't be written.
pub fn receipt_ask_page(lang: Lang, site: &Site, receipt: Option<&str>, missing: bool) -> Result<String, askama::Error> {
    let say = |key: &str| lang.say(&format!("feedback.{key}")).into_owned();
    let action = receipt.map_or_else(|| "/r".to_owned(), |receipt| format!("/r/{receipt}"));
    let title = say(if missing { "receipt_missing" } else { "follow" });
    let (name, label, hint) = match receipt {
        Some(_) => ("word", say("word"), say("word_hint")),
        None => ("receipt", say("receipt"), say("receipt_hint")),
    };
    AskTemplate { frame: Frame::new(lang, site, &title), action: &action, name, label, hint, missing }.render()
}
