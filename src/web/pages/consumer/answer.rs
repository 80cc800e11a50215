//! The verdict as JSON: the shape of the public contract, the same words as the page.

use serde::Serialize;

use super::code::CodeView;
use super::said::{self, NoFacts};
use crate::kernel::clock::rfc3339;
use crate::trace::verdict::{Note, Recording};
use crate::web::pages::Site;
use crate::web::words::Lang;

/// A right the batch relies on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RightAnswer {
    /// Kind as shown, such as 地理标志产品.
    pub kind: String,
    /// Announcement, registration or certificate number.
    pub number: Option<String>,
}

/// Items of one batch in a case or on a pallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ContentAnswer {
    /// Name of the product.
    pub product: String,
    /// Lot, once the items are in a batch.
    pub batch: Option<String>,
    /// How many.
    pub count: i64,
    /// The batch is being recalled.
    pub recalled: bool,
}

/// Checks so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CheckAnswer {
    /// Sessions ever counted.
    pub sessions: u32,
    /// RFC 3339, UTC.
    pub first_at: Option<String>,
    /// Province and city.
    pub first_place: Option<String>,
}

/// The answer to a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct VerdictAnswer {
    /// The 20 characters; `null` if what was sent is not a number of ours.
    pub code: Option<String>,
    /// The stable word.
    pub verdict: &'static str,
    /// `ok`, `notice`, `amber`, `red` or `unknown`.
    pub severity: &'static str,
    /// For people.
    pub headline: String,
    /// For people.
    pub explanation: String,
    /// Stable words.
    pub notes: Vec<&'static str>,
    /// This scan was durably counted.
    pub recorded: bool,
    /// Name of the product.
    pub product: Option<String>,
    /// Name of the producer.
    pub producer: Option<String>,
    /// Lot.
    pub batch: Option<String>,
    /// Grade and net content.
    pub pack: Option<String>,
    /// Rights relied on.
    pub rights: Vec<RightAnswer>,
    /// What a case or pallet holds; left out for other codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<ContentAnswer>,
    /// Checks so far.
    pub checks: CheckAnswer,
    /// The host printed on labels.
    pub domain: String,
}

/// The answer for a code that resolves.
pub fn verdict_json(view: &CodeView<'_>) -> VerdictAnswer {
    let (said, history, goods) = (view.said(), &view.facts.history, view.goods);
    let rights = goods.map(|g| g.rights.iter().map(|r| RightAnswer { kind: r.kind.clone(), number: r.number.clone() }).collect());
    VerdictAnswer {
        code: Some(view.code.to_owned()),
        verdict: view.decision.verdict.word(),
        severity: view.decision.verdict.severity().word(),
        headline: said.headline,
        explanation: said.explanation,
        notes: view.decision.notes.iter().copied().map(Note::word).collect(),
        recorded: view.facts.recording == Recording::Counted,
        product: goods.map(|g| g.name(view.lang).to_owned()),
        producer: goods.map(|g| g.producer.clone()),
        batch: goods.and_then(|g| g.lot.clone()),
        pack: goods.and_then(super::goods::Goods::pack),
        rights: rights.unwrap_or_default(),
        contents: goods.filter(|_| view.in_use() && view.facts.kind.is_container()).map(contents).unwrap_or_default(),
        checks: CheckAnswer {
            sessions: history.sessions,
            first_at: history.first_at.map(rfc3339),
            first_place: history.first_place.as_ref().map(|p| said::place_name(view.lang, p)),
        },
        domain: view.site.domain.clone(),
    }
}

fn contents(goods: &super::goods::Goods) -> Vec<ContentAnswer> {
    let line = |c: &super::goods::ContentLine| ContentAnswer {
        product: c.product.clone(),
        batch: c.lot.clone(),
        count: c.count,
        recalled: c.recalled,
    };
    goods.contents.iter().map(line).collect()
}

/// The answer where there are no facts: unknown, mistyped, throttled, unavailable. The same bytes for every unknown code.
pub fn verdict_json_without_facts(lang: Lang, site: &Site, answer: &NoFacts) -> VerdictAnswer {
    let said = answer.said(lang, site);
    VerdictAnswer {
        code: None,
        verdict: answer.verdict().word(),
        severity: answer.verdict().severity().word(),
        headline: said.headline,
        explanation: said.explanation,
        notes: if site.demo { vec![Note::Demo.word()] } else { Vec::new() },
        recorded: false,
        product: None,
        producer: None,
        batch: None,
        pack: None,
        rights: Vec::new(),
        contents: Vec::new(),
        checks: CheckAnswer::default(),
        domain: site.domain.clone(),
    }
}
