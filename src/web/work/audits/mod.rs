//! `/work/audits`: listings as they wait for an officer; deciding by keyboard or by plain forms, alone, by two, for a whole shop.

mod alike;
mod one;
mod plan;
mod queue;

use super::super::pages::staff::Cell;
use super::super::route::{Access, Route};
use super::desk::Reader;
use super::parts::{Field, Typed, choices, day, given};
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, Outcome};
use crate::supervision::audit::queries::AuditView;
use crate::supervision::audit::{AuditReason, AuditState, Verdict};
use crate::supervision::commands::audit::AuditInput;
use crate::supervision::findings::FindingView;

pub(super) fn routes() -> Vec<Route> {
    let (decide, confirm) = (Access::Needs(P::ListingAudit), Access::Needs(P::ListingConfirm));
    vec![
        Route::get("/work/audits", decide, queue::list),
        Route::post("/work/audits", decide, queue::decide),
        Route::post("/work/audits/undo", decide, queue::undo),
        Route::get("/work/audits/plan", decide, plan::show),
        Route::post("/work/audits/plan", decide, plan::assign),
        Route::get("/work/audits/clues.csv", decide, plan::clues_csv),
        Route::get("/work/audits/clues.xlsx", decide, plan::clues_xlsx),
        Route::get("/work/audits/{id}", decide, one::show),
        Route::post("/work/audits/{id}/decide/{verdict}", decide, one::decide),
        Route::post("/work/audits/{id}/confirm", confirm, one::confirm),
        Route::post("/work/audits/{id}/drop", decide, one::drop_it),
        Route::get("/work/audits/{id}/alike", decide, alike::show),
        Route::post("/work/audits/{id}/alike", decide, alike::decide),
    ]
}

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("audits.{key}"))
}

/// A finding in words: its kind, and what its rule says with its figures.
fn finding_words(reader: &Reader, finding: &FindingView) -> (String, String) {
    let rule = reader.word("audits.rule", &finding.rule);
    (reader.word("audits.kind", &finding.kind), format!("{rule}：{}", super::market::said::finding(reader, finding)))
}

/// How far it has come, in words and colour.
fn badge(reader: &Reader, view: &AuditView) -> Cell {
    let class = match view.now() {
        AuditState::New | AuditState::Changed | AuditState::Proposed => "amber",
        AuditState::Cleared => "ok",
        AuditState::Pending | AuditState::Rechecking | AuditState::Transferred => "soft",
        AuditState::Rectifying | AuditState::TakenDown => "red",
    };
    Cell::badge(reader.word("audits.state", &view.state), class)
}

/// A price as people read it.
fn price(view: &AuditView) -> String {
    view.price_fen.map(|fen| format!("¥{}.{:02}", fen / 100, fen % 100)).unwrap_or_default()
}

/// Platform and shop.
fn shop(view: &AuditView) -> String {
    [Some(view.platform.clone()), view.shop.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Reasons that fit a verdict, as choices.
fn reasons(reader: &Reader, verdict: Verdict) -> Vec<(String, String)> {
    choices(reader, "audits.reason", AuditReason::ALL.iter().filter(|reason| reason.fits(verdict)).map(|reason| reason.word()))
}

/// The reason filled in: what the first finding most likely asks for.
fn likely(view: Option<&AuditView>, verdict: Verdict) -> AuditReason {
    let first = view.and_then(|view| view.findings.first()).map(|finding| AuditReason::of_finding(&finding.kind));
    match verdict {
        Verdict::Cleared => AuditReason::NothingFound,
        _ => first.unwrap_or(AuditReason::SourceUnknown),
    }
}

/// The fields one verdict asks for.
fn fields(reader: &Reader, verdict: Verdict, view: Option<&AuditView>) -> Vec<Field> {
    let said = Field::area("said", say(reader, "said"));
    let said = match verdict {
        Verdict::Cleared => said,
        Verdict::Pending => said.must().value(say(reader, "ask_papers")),
        _ => said.must(),
    };
    let mut fields = vec![
        Field::select("reason", say(reader, "reason_label"), reasons(reader, verdict)).must().value(likely(view, verdict).word()),
        said,
    ];
    if verdict.has_recipient() {
        let known = if verdict == Verdict::Platform { view.map(|view| view.platform.clone()).unwrap_or_default() } else { String::new() };
        fields.push(Field::text("recipient", say(reader, "recipient")).must().value(known));
    }
    match verdict {
        Verdict::Rectify => fields.push(Field::date("due_on", say(reader, "due_on")).must()),
        Verdict::Pending => fields.push(Field::date("due_on", say(reader, "due_on"))),
        _ => {}
    }
    fields
}

/// What was typed for a verdict.
fn read(verdict: Verdict, typed: &Typed) -> Outcome<AuditInput> {
    let mut faults = Faults::new();
    let due_on = day(&mut faults, typed, "due_on");
    let reason = given(typed, "reason").and_then(|word| AuditReason::parse(&word));
    if reason.is_none() {
        faults.add("/reason", "register_empty");
    }
    faults.check()?;
    let reason = reason.ok_or_else(|| Failure::field("/reason", "register_empty"))?;
    Ok(AuditInput { verdict, reason, said: given(typed, "said"), recipient: given(typed, "recipient"), due_on })
}

/// Fields a fault may stand at.
const FIELDS: &[&str] = &["reason", "said", "recipient", "due_on"];
