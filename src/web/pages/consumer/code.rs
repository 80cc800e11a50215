//! The page of a code that resolves.

use askama::Template;

use super::Frame;
use super::goods::{Goods, PinUse, Row, Step};
use super::said::{self, Said};
use crate::trace::verdict::{CodeKind, Decision, Facts, Severity, Verdict};
use crate::web::pages::Site;
use crate::web::words::Lang;

/// Everything the page of a code shows.
#[derive(Debug, Clone, Copy)]
pub struct CodeView<'a> {
    /// Language of the page.
    pub lang: Lang,
    /// Who runs the site.
    pub site: &'a Site,
    /// The 20 characters, upper case, no blanks.
    pub code: &'a str,
    /// What the decision was made from.
    pub facts: &'a Facts,
    /// The decision.
    pub decision: &'a Decision,
    /// The goods, once the range is in a batch; before that producer and product of the order.
    pub goods: Option<&'a Goods>,
    /// The order has scratch PINs.
    pub has_pin: bool,
    /// First use of the PIN, for its answers.
    pub pin: Option<&'a PinUse>,
}

impl CodeView<'_> {
    /// A sample stands for no goods; a label that is not in use, for none that could be compared.
    pub(super) fn in_use(&self) -> bool {
        !matches!(self.decision.verdict, Verdict::NotActivated | Verdict::Voided | Verdict::Sample)
    }
    pub(super) fn said(&self) -> Said {
        said::said(self.lang, self.decision, self.facts, self.goods, self.pin)
    }
}

/// `0K7M3Q250FT3BCKBFGHE` as `0K7M 3Q25 0FT3 BCKB FGHE`.
pub(super) fn grouped(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    chars.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

struct Button {
    href: String,
    words: &'static str,
    go: bool,
}

#[derive(Template)]
#[template(path = "consumer/verdict.html")]
struct VerdictTemplate<'a> {
    frame: Frame<'a>,
    said: &'a Said,
    severity: &'static str,
    buttons: Vec<Button>,
    buttons_first: bool,
    notes: Vec<String>,
    compare: &'static str,
    comparable: Vec<Row>,
    contents: Vec<Row>,
    registered: Vec<Row>,
    history: Option<String>,
    timeline: &'a [Step],
    conformity: Option<&'a str>,
}

/// Renders the page.
///
/// # Errors
/// Only if the template can't be written, which is our own fault.
pub fn verdict_page(view: &CodeView<'_>) -> Result<String, askama::Error> {
    let said = view.said();
    let lang = view.lang;
    let verdict = view.decision.verdict;
    let code = grouped(view.code);
    let all = view.goods.filter(|_| verdict != Verdict::Sample);
    let goods = all.filter(|_| view.in_use());
    let (compare, comparable) = match (all, goods, view.facts.kind) {
        (_, Some(g), kind @ CodeKind::Case) => ("scan.compare_case", g.comparable(lang, kind, &code)),
        (_, Some(g), kind @ CodeKind::Pallet) => ("scan.compare_pallet", g.comparable(lang, kind, &code)),
        (_, Some(g), kind) => ("scan.compare", g.comparable(lang, kind, &code)),
        (Some(g), None, _) => ("scan.issued_to", g.issued_to(lang, &code)),
        (None, ..) => ("scan.compare", Vec::new()),
    };
    VerdictTemplate {
        frame: Frame::new(lang, view.site, &said.headline),
        said: &said,
        severity: verdict.severity().word(),
        buttons: buttons(view),
        buttons_first: verdict.severity() == Severity::Red,
        notes: said::notes(lang, view.decision, view.facts),
        compare,
        comparable,
        contents: goods.filter(|_| view.facts.kind.is_container()).map(|g| g.contents(lang)).unwrap_or_default(),
        registered: goods.map(|g| g.registered(lang)).unwrap_or_default(),
        history: history(view),
        timeline: goods.map_or(&[], |g| &g.timeline[..g.timeline.len().min(6)]),
        // A promise stands on no page that says the contrary.
        conformity: goods.filter(|_| verdict.severity() != Severity::Red).and_then(|g| g.conformity.as_deref()),
    }
    .render()
}

/// Headline, and explanation with its notes, of that page; for staff who look at it beforehand.
pub fn verdict_words(view: &CodeView<'_>) -> (String, String) {
    let said = view.said();
    let notes = said::notes(view.lang, view.decision, view.facts);
    (said.headline, [said.explanation].into_iter().chain(notes).collect::<Vec<_>>().join(" "))
}

fn buttons(view: &CodeView<'_>) -> Vec<Button> {
    let q = view.lang.query();
    let help = |fragment: &str| format!("/help{q}#{fragment}");
    let sample = view.decision.verdict == Verdict::Sample;
    let to = if sample { help("feedback") } else { format!("/q/{}/report{q}", view.code) };
    let feedback = |words, go| Button { href: to.clone(), words, go };
    let pin = |go| Button { href: format!("/q/{}/pin{q}", view.code), words: "scan.pin", go };
    let may_use_pin =
        view.has_pin && !matches!(view.decision.verdict, Verdict::PinFirst | Verdict::PinUsed | Verdict::Sample | Verdict::NotActivated);
    match (view.decision.verdict, view.decision.verdict.severity()) {
        (Verdict::Recalled, _) => vec![Button { href: help("refund"), words: "scan.refund", go: true }, feedback("scan.feedback", false)],
        (_, Severity::Red) | (Verdict::NotActivated | Verdict::BatchOnHold, _) => vec![feedback("scan.feedback", true)],
        (_, Severity::Amber) if may_use_pin => vec![feedback("scan.feedback_differs", true), pin(false)],
        (_, Severity::Amber) => vec![feedback("scan.feedback_differs", true)],
        _ if may_use_pin => vec![pin(true), feedback("scan.feedback", false)],
        _ => vec![feedback("scan.feedback", false)],
    }
}

/// Checks so far, in one line. The place of the last ones is given by province only.
fn history(view: &CodeView<'_>) -> Option<String> {
    let (lang, history) = (view.lang, &view.facts.history);
    match view.facts.kind {
        CodeKind::Sample => return None,
        CodeKind::Batch => return Some(lang.say("scan.history_shared").into_owned()),
        CodeKind::Unit | CodeKind::Case | CodeKind::Pallet => {}
    }
    if history.sessions == 0 {
        return Some(lang.say("scan.history_none").into_owned());
    }
    let mut parts = vec![lang.say1("scan.history_total", "n", history.sessions)];
    if let Some(at) = history.first_at {
        let place = history.first_place.as_ref().map(|p| said::place_name(lang, p));
        let at = [Some(said::moment(lang, at)), place].into_iter().flatten().collect::<Vec<_>>().join(&lang.say("scan.comma"));
        parts.push(lang.say1("scan.history_first", "at", at));
    }
    let mut ring: Vec<_> = history.ring.iter().collect();
    ring.sort_by_key(|v| std::cmp::Reverse(v.minute));
    let recent: Vec<&str> = ring.iter().take(3).filter_map(|v| v.place.as_ref().map(|p| p.province.as_str())).collect();
    if history.sessions > 1 && !recent.is_empty() {
        parts.push(lang.say1("scan.history_recent", "places", recent.join(&lang.say("scan.list_and"))));
    }
    Some(parts.join(" · "))
}
