//! One listing: what it says, what the rules ask, what was decided, its evidence, and every decision there is from here.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Nothing, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::cases::open_from;
use super::super::desk::{Reader, done_at};
use super::super::evidence;
use super::super::names::{day_of, moment_of};
use super::super::parts::{Form, Part, PartsPage, Tried, Typed, answered, at_fields, refilled};
use super::{FIELDS, badge, fields, finding_words, price, read, say, shop};
use crate::identity::queries::display_name;
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, Outcome};
use crate::supervision::audit::queries::{AuditView, DecisionView, audit, decisions};
use crate::supervision::audit::{AuditState, Verdict};
use crate::supervision::commands::audit::{audit_listing, confirm_audit, drop_audit};
use crate::supervision::evidence::queries::{EvidenceFilter, evidence as evidence_about};

pub(super) async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// What a listing says, and where that leads.
fn facts(reader: &Reader, view: &AuditView) -> Table {
    let mut rows = vec![
        vec![Cell::text(say(reader, "column.state")), badge(reader, view)],
        vec![Cell::text(say(reader, "column.shop")), Cell::text(shop(view)).with_small(view.seller.clone())],
        vec![Cell::text(say(reader, "item_id")), Cell::text(view.item_id.clone())],
        vec![Cell::text(say(reader, "price")), Cell::text(price(view))],
        vec![
            Cell::text(say(reader, "column.claimed")),
            Cell::text(view.product.clone().or_else(|| view.claimed.clone()).unwrap_or_default()),
        ],
        vec![Cell::text(say(reader, "since")), Cell::text(moment_of(reader.lang, &view.since))],
    ];
    if let Some(url) = &view.url {
        rows.push(vec![Cell::text(say(reader, "open_page")), Cell::link(url.clone(), url.clone())]);
    }
    if let Some(name) = &view.held_by_name {
        rows.push(vec![Cell::text(say(reader, "holder")), Cell::text(name.clone())]);
    }
    if let Some(day) = &view.due_on {
        rows.push(vec![Cell::text(say(reader, "due_on")), Cell::text(day_of(reader.lang, day))]);
    }
    let id = &view.listing_id;
    let mut lead = |key: &str, to: String| rows.push(vec![Cell::text(say(reader, "column.acts")), Cell::link(say(reader, key), to)]);
    if reader.may(P::EvidenceTake) {
        lead("take_evidence", reader.to(&format!("/work/evidence/new?listing={id}")));
    }
    lead("alike", reader.to(&format!("/work/audits/{id}/alike")));
    if reader.may(P::CaseWork) {
        lead("open_case", open_from(reader, "listing", id, &view.title));
    }
    let columns = vec![Column::text(reader.say("what")), Column::text(say(reader, "column.known"))];
    rows.retain(|row| row.iter().skip(1).all(|cell| !cell.text.is_empty()));
    Table { caption: say(reader, "facts_caption"), columns, rows, empty: String::new() }
}

fn findings(reader: &Reader, view: &AuditView) -> Table {
    let rows = view.findings.iter().map(|finding| {
        let (kind, said) = finding_words(reader, finding);
        vec![Cell::text(kind), Cell::text(said), Cell::text(moment_of(reader.lang, &finding.since))]
    });
    let columns = ["kind", "asks", "since"].map(|key| Column::text(say(reader, &format!("column.{key}"))));
    Table { caption: say(reader, "findings_caption"), columns: columns.to_vec(), rows: rows.collect(), empty: say(reader, "no_finding") }
}

async fn decided(app: &App, reader: &Reader, made: &[DecisionView]) -> Outcome<Table> {
    let mut rows = Vec::with_capacity(made.len());
    for one in made {
        let who = display_name(&app.db, &one.decided_by).await?.unwrap_or_default();
        let second = match &one.answered_by {
            Some(id) => display_name(&app.db, id).await?.unwrap_or_default(),
            None => String::new(),
        };
        let extra = [one.recipient.clone(), one.due_on.as_deref().map(|day| day_of(reader.lang, day))];
        let extra = extra.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        rows.push(vec![
            Cell::text(reader.word("audits.verdict", &one.verdict)).with_small(extra),
            Cell::text(reader.word("audits.step", &one.step)).with_small(second),
            Cell::text(reader.word("audits.reason", &one.reason)).with_small(one.said.clone()),
            Cell::text(moment_of(reader.lang, &one.decided_at)).with_small(who),
        ]);
    }
    let columns = ["verdict", "step", "reason", "when"].map(|key| Column::text(say(reader, &format!("column.{key}"))));
    Ok(Table { caption: say(reader, "decisions_caption"), columns: columns.to_vec(), rows, empty: say(reader, "decisions_none") })
}

/// Name of a verdict's form.
fn form_name(verdict: Verdict) -> &'static str {
    verdict.word()
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = audit(&app.db, &app.clock, &reader.actor(P::ListingAudit)?, id).await?;
    let made = decisions(&app.db, id).await?;
    let mut forms = Vec::new();
    if view.now() == AuditState::Proposed {
        let own = made.first().is_some_and(|one| one.decided_by == reader.who.account.id);
        if !own && reader.may(P::ListingConfirm) {
            let form =
                Form::new(app, reader, "confirm", &format!("/work/audits/{id}/confirm"), "audits.confirm", "audits.confirm", Vec::new());
            forms.push(Form { class: "stop", open: true, about: say(reader, "confirm_about"), ..form });
        }
        forms.push(Form::new(app, reader, "drop", &format!("/work/audits/{id}/drop"), "audits.drop", "audits.drop", Vec::new()));
    }
    for verdict in Verdict::ALL.iter().copied().filter(|verdict| view.may(*verdict)) {
        let label = format!("audits.verdict.{}", verdict.word());
        let path = format!("/work/audits/{id}/decide/{}", verdict.word());
        let form = Form::new(app, reader, form_name(verdict), &path, &label, "audits.decide", fields(reader, verdict, Some(&view)));
        let about = say(reader, if verdict.takes_two() { "takes_two" } else { "alone" });
        let class = if verdict == Verdict::Cleared { "go" } else { "stop" };
        forms.push(Form { class, ..form.about(about) }.again(tried.as_ref()));
    }
    let mut about = String::new();
    if !view.seller_in_reach {
        about = reader.fill("audits.seller_elsewhere", &[("place", &view.division_code)]);
    }
    let mut parts = vec![
        Part { heading: say(reader, "facts"), about, table: Some(facts(reader, &view)), ..Part::default() },
        Part {
            heading: say(reader, "findings"),
            about: say(reader, "findings_about"),
            table: Some(findings(reader, &view)),
            ..Part::default()
        },
        Part { heading: say(reader, "decide"), about: String::new(), forms, ..Part::default() },
        Part { heading: say(reader, "decisions"), table: Some(decided(app, reader, &made).await?), ..Part::default() },
    ];
    if let Some(actor) = reader.acting(P::EvidenceRead) {
        let filter = EvidenceFilter { subject_id: Some(id.to_owned()) };
        let (found, _) = evidence_about(&app.db, &actor, &filter, None, Some(50)).await?;
        parts.push(Part { heading: reader.say("evidence.title"), table: Some(evidence::table(reader, &found)), ..Part::default() });
    }
    Ok(PartsPage { frame: reader.frame(view.title, errors), parts }.render()?)
}

pub(super) async fn decide(
    State(app): State<App>,
    reader: Reader,
    Path((id, verdict)): Path<(String, String)>,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let verdict = Verdict::parse(&verdict).ok_or_else(Failure::not_found)?;
    let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            let made = audit_listing(tx, &desk, &id, &read(verdict, &typed)?).await?;
            let done = if made.step == "proposed" { "audit_proposed" } else { "audited" };
            Ok(Done::see(done_at(lang, &format!("/work/audits/{id}"), done)))
        })
    });
    let tried = tried.await;
    refilled(tried, &reader, Tried { form: form_name(verdict), typed: &typed }, FIELDS, |errors, tried| {
        page(&app, &reader, &id, errors, tried)
    })
    .await
}

/// An answer to the proposal that waits.
macro_rules! answer {
    ($handler:ident, $command:ident, $done:literal) => {
        pub(super) async fn $handler(
            State(app): State<App>,
            Path(id): Path<String>,
            reader: Reader,
            posted: Posted<Nothing>,
        ) -> Result<Response, Refusal> {
            let lang = reader.lang;
            let waiting = audit(&app.db, &app.clock, &reader.actor(P::ListingAudit)?, &id).await?.decision_id;
            let waiting = waiting.ok_or_else(Failure::not_found)?;
            let named = id.clone();
            let tried = act(&app, posted, move |tx, desk, _| {
                let (id, waiting) = (named.clone(), waiting.clone());
                Box::pin(async move {
                    $command(tx, &desk, &waiting).await?;
                    Ok(Done::see(done_at(lang, &format!("/work/audits/{id}"), $done)))
                })
            });
            let tried = tried.await;
            answered(tried, async |failure| {
                let errors = at_fields(&reader, &failure, "confirm", &[]);
                Ok((failure, page(&app, &reader, &id, errors, None).await?))
            })
            .await
        }
    };
}
answer!(confirm, confirm_audit, "audit_confirmed");
answer!(drop_it, drop_audit, "audit_dropped");
