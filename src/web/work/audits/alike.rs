//! One shop, one pattern of findings: every listing that would be decided is shown before anything is.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::desk::{Reader, done_at};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, given, refilled};
use super::{badge, finding_words, price, read, say, shop};
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::supervision::audit::queries::{AuditView, alike};
use crate::supervision::audit::{AuditReason, Verdict};
use crate::supervision::commands::audit::audit_listings;

pub(super) async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

fn table(reader: &Reader, items: &[AuditView]) -> Table {
    let rows = items.iter().map(|view| {
        vec![
            Cell::link(view.title.clone(), reader.to(&format!("/work/audits/{}", view.listing_id))).with_small(price(view)),
            Cell::text(shop(view)).with_small(view.item_id.clone()),
            badge(reader, view),
        ]
    });
    let columns = ["goods", "shop", "state"].map(|key| Column::text(say(reader, &format!("column.{key}"))));
    Table { caption: say(reader, "alike_caption"), columns: columns.to_vec(), rows: rows.collect(), empty: String::new() }
}

/// What may be decided about all of them.
fn verdicts(items: &[AuditView]) -> Vec<Verdict> {
    Verdict::ALL.iter().copied().filter(|verdict| items.iter().all(|view| view.may(*verdict))).collect()
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let items = alike(&app.db, &app.clock, &reader.actor(P::ListingAudit)?, id).await?;
    let pattern: Vec<String> = items.iter().take(1).flat_map(|view| view.findings.iter().map(|f| finding_words(reader, f).0)).collect();
    let may = verdicts(&items);
    let fields = vec![
        Field::select("verdict", say(reader, "column.verdict"), choices(reader, "audits.verdict", may.iter().map(|v| v.word()))).must(),
        Field::select("reason", say(reader, "reason_label"), choices(reader, "audits.reason", AuditReason::ALL.iter().map(|r| r.word())))
            .must(),
        Field::area("said", say(reader, "said")),
        Field::text("recipient", say(reader, "recipient")).hint(say(reader, "recipient_hint")),
        Field::date("due_on", say(reader, "due_on")).hint(say(reader, "due_hint")),
    ];
    let form = Form::new(app, reader, "alike", &format!("/work/audits/{id}/alike"), "audits.decide_alike", "audits.decide_alike", fields);
    let form = Form { class: "stop", open: true, ..form.again(tried.as_ref()) };
    let about = reader.fill("audits.alike_about", &[("n", &items.len().to_string()), ("kinds", &pattern.join("、"))]);
    let forms = if may.is_empty() { Vec::new() } else { vec![form] };
    let part = Part { heading: say(reader, "alike"), about, table: Some(table(reader, &items)), forms, ..Part::default() };
    Ok(PartsPage { frame: reader.frame(say(reader, "alike"), errors), parts: vec![part] }.render()?)
}

pub(super) async fn decide(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    // Exactly what was listed: the page lists again whatever changed meanwhile.
    let items = alike(&app.db, &app.clock, &reader.actor(P::ListingAudit)?, &id).await?;
    let ids: Vec<String> = items.into_iter().map(|view| view.listing_id).collect();
    let tried = act(&app, posted, move |tx, desk, typed| {
        let ids = ids.clone();
        Box::pin(async move {
            let verdict = given(&typed, "verdict").and_then(|word| Verdict::parse(&word));
            let verdict = verdict.ok_or_else(|| Failure::field("/verdict", "register_empty"))?;
            let made = audit_listings(tx, &desk, &ids, &read(verdict, &typed)?).await?;
            let undo = made.first().map(|one| one.id.clone()).unwrap_or_default();
            let done = if verdict.takes_two() { "audit_proposed" } else { "audited" };
            Ok(Done::see(done_at(lang, &format!("/work/audits?undo={undo}"), done)))
        })
    });
    let tried = tried.await;
    let names = ["verdict", "reason", "said", "recipient", "due_on"];
    refilled(tried, &reader, Tried { form: "alike", typed: &typed }, &names, |errors, tried| page(&app, &reader, &id, errors, tried)).await
}
