//! What a scan, a typed number or a scratch PIN answers. Register facts only: no promotion, no rating, nothing loaded from
//! elsewhere. The pages for a fault or maintenance need no database.

mod answer;
mod code;
mod goods;
mod report;
mod said;
mod typed;

use super::{Site, style};
use crate::web::words::Lang;

pub use answer::{CheckAnswer, RightAnswer, VerdictAnswer, verdict_json, verdict_json_without_facts};
pub use code::{CodeView, verdict_page, verdict_words};
pub use goods::{ContentLine, Goods, GoodsRight, PinUse, Step, TestLine};
pub use report::{FormFault, ReceiptView, ReportForm, receipt_ask_page, receipt_page, report_page};
pub use said::{NoFacts, Said};
pub use typed::{PinForm, TypedForm, groups_at_fault, no_facts_page, pin_page, typed_page};

/// What the frame of every consumer page needs.
pub(super) struct Frame<'a> {
    lang: Lang,
    site: &'a Site,
    title: &'a str,
    css: &'static str,
}

impl<'a> Frame<'a> {
    fn new(lang: Lang, site: &'a Site, title: &'a str) -> Self {
        Self { lang, site, title, css: style::consumer() }
    }
}
