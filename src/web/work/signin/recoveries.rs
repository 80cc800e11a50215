//! `/work/recoveries`: resets at a counter: one officer looked at a document, another confirms, and a slip is printed.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::parts::{Field, Form, Part, PartsPage, Typed, answered, at_fields, choices};
use super::me::{text, tried};
use super::members_acts::slip_page;
use super::moment;
use crate::identity::commands::recovery::{DOCUMENTS, RecoveryInput, confirm_recovery, drop_recovery, propose_recovery};
use crate::identity::members::waiting_recoveries;
use crate::identity::password;
use crate::identity::role::Permission as P;
use crate::identity::session::{new_token, token_hash};
use crate::kernel::Failure;

pub(super) fn routes() -> Vec<Route> {
    let (propose, confirm) = (Access::Needs(P::RecoveryPropose), Access::Needs(P::RecoveryConfirm));
    vec![
        Route::get("/work/recoveries", propose, show),
        Route::post("/work/recoveries", propose, propose_one),
        Route::post("/work/recoveries/{id}/confirm", confirm, confirm_one),
        Route::post("/work/recoveries/{id}/drop", confirm, drop_one),
    ]
}

const NAMES: [&str; 3] = ["account", "document", "reason"];

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, None).await?))
}

async fn page(app: &App, reader: &Reader, refused: Option<(&Failure, &'static str, &Typed)>) -> Result<String, Refusal> {
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let again = refused.map(|(_, form, typed)| tried(form, typed));
    let fields = vec![
        Field::text("account", say("account")).must(),
        Field::select("document", say("document"), choices(reader, "signin.documents", DOCUMENTS)).hint(say("document_hint")).must(),
        Field::text("reason", reader.say("reason")).must(),
    ];
    let form = Form::new(app, reader, "propose", "/work/recoveries", "signin.recover", "signin.recover", fields);
    let propose = Part { heading: say("recover"), about: say("recover_about"), forms: vec![form.again(again.as_ref())], ..Part::default() };
    let (mut rows, mut forms) = (Vec::new(), Vec::new());
    for (row, account) in waiting_recoveries(&app.db, &reader.actor(P::RecoveryPropose)?).await? {
        let document = reader.word("signin.documents", &row.document);
        rows.push(vec![
            Cell::text(account.display_name.clone()).with_small(account.name.clone()),
            Cell::text(document).with_small(row.reason.clone()),
            Cell::text(moment(reader.lang, row.proposed_at)),
        ]);
        let mut add = |name: &'static str, verb: &str, label: &str, class: &'static str| {
            let mut form = Form::new(app, reader, name, &format!("/work/recoveries/{}/{verb}", row.id), label, label, Vec::new());
            form.label = format!("{} · {}", form.label, account.name);
            form.class = class;
            forms.push(form);
        };
        if row.proposed_by != reader.who.account.id && reader.may(P::RecoveryConfirm) {
            add("confirm", "confirm", "signin.confirm_recovery", "go");
        }
        add("drop", "drop", "signin.drop_recovery", "stop");
    }
    let columns = vec![Column::text(say("person")), Column::text(say("document")), Column::text(say("proposed"))];
    let table = Table { caption: say("recoveries_waiting"), columns, rows, empty: say("recoveries_none") };
    let waiting = Part { heading: say("recoveries_waiting"), about: say("recoveries_about"), table: Some(table), forms, ..Part::default() };
    let errors = refused.map(|(failure, form, _)| at_fields(reader, failure, form, &NAMES)).unwrap_or_default();
    Ok(PartsPage { parts: vec![propose, waiting], frame: reader.frame(say("recoveries"), errors) }.render()?)
}

async fn with_page(
    app: &App,
    reader: &Reader,
    form: &'static str,
    typed: &Typed,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    answered(tried, |failure| async {
        let html = page(app, reader, Some((&failure, form, typed))).await?;
        Ok((failure, html))
    })
    .await
}

async fn propose_one(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, typed) = (reader.lang, posted.body.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let input =
                RecoveryInput { account: text(&typed, "account"), document: text(&typed, "document"), reason: text(&typed, "reason") };
            propose_recovery(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/recoveries", "recovery_proposed")))
        })
    })
    .await;
    with_page(&app, &reader, "propose", &typed, tried).await
}

async fn confirm_one(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, token, dead) = (posted.body.clone(), new_token(&app.random), password::dead(&app.random).await?);
    let hash = token_hash(&token);
    let whom = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let slot = whom.clone();
    let tried = act(&app, posted, move |tx, desk, _| {
        let (id, hash, dead, slot) = (id.clone(), hash.clone(), dead.clone(), slot.clone());
        Box::pin(async move {
            let slip = confirm_recovery(tx, &desk, &id, &hash, &dead).await?;
            slip.person.clone_into(&mut slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
            Ok(Done::see("/work/recoveries".to_owned()).secret())
        })
    })
    .await;
    let response = with_page(&app, &reader, "confirm", &typed, tried).await?;
    if response.status() != http::StatusCode::SEE_OTHER {
        return Ok(response);
    }
    let person = whom.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    slip_page(&app, &reader, &token, "slip_title", person, (reader.to("/work/recoveries"), reader.say("signin.recoveries")))
}

async fn drop_one(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, typed) = (reader.lang, posted.body.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        Box::pin(async move {
            drop_recovery(tx, &desk, &id).await?;
            Ok(Done::see(done_at(lang, "/work/recoveries", "recovery_dropped")))
        })
    })
    .await;
    with_page(&app, &reader, "drop", &typed, tried).await
}
