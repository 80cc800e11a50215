//! The words on the labels of an order. They are pinned when the order is issued, like its base URL, so that a change of
//! wording never changes labels already in print. How they are set on paper is the edge's business.

use serde::{Deserialize, Serialize};

use super::kind::CodeKind;
use crate::kernel::text;

/// The words on the labels of one order, stored with it as JSON. Lines too long for a label are broken when it is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelText {
    /// ASCII word for the kind of code, first line of a PNG label only: the Chinese one is among `above`.
    pub mark: Option<String>,
    /// Above the code: the product, what kind of code it is.
    pub above: Vec<String>,
    /// Between code and domain, to introduce the domain.
    pub before_domain: Vec<String>,
    /// Under the domain.
    pub below: Vec<String>,
}

impl LabelText {
    /// The usual words in `locale` (`zh-CN`, `en`): product; kind, unless it is a retail unit; that only this domain
    /// counts. With a product of up to four Chinese characters and a domain on one line the label keeps its height.
    pub fn new(kind: CodeKind, product: Option<&str>, locale: &str) -> Self {
        let word = |key: &str, locale: &str| rust_i18n::t!(key, locale = locale).into_owned();
        let kind_key = match kind {
            CodeKind::Unit => None,
            CodeKind::Case => Some("label.kind.case"),
            CodeKind::Pallet => Some("label.kind.pallet"),
            CodeKind::Batch => Some("label.kind.batch"),
            CodeKind::Sample => Some("label.kind.sample"),
        };
        let first: Vec<String> = product.map(text::clean).into_iter().chain(kind_key.map(|key| word(key, locale))).collect();
        let below: &[&str] = match kind {
            CodeKind::Sample => &["label.for_display_only", "label.not_for_goods"],
            CodeKind::Unit | CodeKind::Case | CodeKind::Pallet | CodeKind::Batch => {
                &["label.other_sites_do_not_count", "label.type_the_code_there"]
            }
        };
        Self {
            mark: kind_key.map(|key| word(key, "en")),
            above: Some(first.join(" ").trim().to_owned()).into_iter().filter(|line| !line.is_empty()).collect(),
            before_domain: vec![word("label.only_this_site", locale)],
            below: below.iter().map(|key| word(key, locale)).collect(),
        }
    }
}

/// What else stands on a sticker where there is room. It is pinned with the letters of an order's labels when they are first set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelFacts {
    /// Name of the producer.
    pub producer: String,
    /// Its 统一社会信用代码.
    pub credit_code: Option<String>,
    /// Number of the right under which the producer uses the special mark; none if it has no such number.
    pub mark: Option<String>,
    /// Words before the credit code.
    pub before_credit_code: String,
    /// Words before the last six characters of the code.
    pub before_tail: String,
    /// Words in the place that is kept free for the special mark, one line each.
    pub mark_place: Vec<String>,
    /// Words where no place is kept free: what the label is.
    pub neutral: String,
    /// Words across a test page.
    pub test: String,
}

impl LabelFacts {
    /// The facts with the usual words in `locale`. The special mark needs both numbers beside it.
    pub fn new(producer: &str, credit_code: Option<&str>, right_number: Option<&str>, locale: &str) -> Self {
        let word = |key: &str| rust_i18n::t!(key, locale = locale).into_owned();
        Self {
            producer: text::clean(producer),
            credit_code: credit_code.map(text::clean),
            mark: right_number.map(text::clean).filter(|_| credit_code.is_some()),
            before_credit_code: word("printing.label.credit_code"),
            before_tail: word("printing.label.tail"),
            mark_place: vec![word("printing.label.mark_place"), word("printing.label.mark_how")],
            neutral: word("printing.label.neutral"),
            test: word("printing.label.test"),
        }
    }
    /// Everything that is set in letters.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let one = [&self.producer, &self.before_credit_code, &self.before_tail, &self.neutral, &self.test];
        let may_be = self.credit_code.iter().chain(&self.mark).chain(&self.mark_place);
        one.into_iter().chain(may_be).map(String::as_str)
    }
}

/// What is pinned with an order when its stickers are first set: letters and facts, so that they come out the same for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelPin {
    /// Which drawing is which character, as JSON of the edge.
    pub letters: String,
    /// The font program that holds them.
    pub program: Vec<u8>,
    /// The facts.
    pub facts: LabelFacts,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_but_the_unit_is_marked() {
        let words = |kind, locale| LabelText::new(kind, Some(" 晋州鸭梨 "), locale);
        assert_eq!(words(CodeKind::Unit, "zh-CN").above, ["晋州鸭梨"]);
        assert_eq!(words(CodeKind::Unit, "zh-CN").mark, None);
        assert_eq!(words(CodeKind::Case, "zh-CN").above, ["晋州鸭梨 箱码"]);
        assert_eq!(words(CodeKind::Pallet, "zh-CN").above, ["晋州鸭梨 托盘码"]);
        assert_eq!(words(CodeKind::Sample, "zh-CN").mark.as_deref(), Some("SAMPLE"));
        assert_eq!(words(CodeKind::Sample, "zh-CN").below, ["仅供展示", "不得用于商品"]);
        assert_eq!(words(CodeKind::Batch, "en").above, ["晋州鸭梨 BATCH"]);
        assert_eq!(LabelText::new(CodeKind::Unit, None, "en").above, Vec::<String>::new());
        for kind in CodeKind::ALL {
            assert!(words(kind, "zh-CN").mark.is_none_or(|mark| mark.is_ascii()));
        }
    }
}
