//! `/work/organisations/{id}`: one organisation, how it is reached, and the way to its people.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::{Refusal, words};
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, refilled, said};
use crate::identity::commands::change::change_organisation;
use crate::identity::credit_code::CreditCode;
use crate::identity::organisation::OrganisationChange;
use crate::identity::role::Permission as P;
use crate::identity::store::{OrganisationRow, organisation};
use crate::kernel::{Failure, Outcome};
use crate::registry::queries::division;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/organisations/{id}", Access::Needs(P::OrganisationRead), show),
        Route::post("/work/organisations/{id}/change", Access::Needs(P::OrganisationChange), change),
    ]
}

/// The form by which an organisation's contact is changed; `name` tells it from others on the page.
pub(in crate::web::work) fn contact_form(app: &App, reader: &Reader, path: &str, row: &OrganisationRow) -> Form {
    let field = Field::text("contact", reader.say("parties.contact")).hint(reader.say("parties.contact_hint"));
    let fields = vec![field.value(row.contact.clone().unwrap_or_default())];
    Form::new(app, reader, "contact", path, "parties.change", "parties.change", fields).about(reader.say("parties.change_about"))
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let row = organisation(app.db.reader(), id).await?;
    if !reader.actor(P::OrganisationRead)?.scope.reaches_organisation(&row.id, Some(&row.division_code)) {
        return Err(Failure::not_found().into());
    }
    let mut forms = Vec::new();
    let reaches = |actor: &crate::kernel::Actor| actor.scope.reaches_organisation(&row.id, Some(&row.division_code));
    if reader.own() == Some(id) || reader.acting(P::OrganisationChange).is_some_and(|actor| reaches(&actor)) {
        forms.push(contact_form(app, reader, &format!("/work/organisations/{id}/change"), &row).again(tried.as_ref()));
    }
    let heading = reader.say("parties.on_record");
    let part = Part { heading, table: Some(facts(app, reader, &row).await?), forms, ..Part::default() };
    Ok(PartsPage { parts: vec![part], frame: reader.frame(row.name.clone(), errors) }.render()?)
}

async fn facts(app: &App, reader: &Reader, row: &OrganisationRow) -> Outcome<Table> {
    let say = |key: &str| reader.say(&format!("parties.{key}"));
    let place = division(&app.db, &row.division_code).await.map(|place| place.full_name).unwrap_or_else(|_| row.division_code.clone());
    // What makes a code doubtful stands beside it as long as it does.
    let code = row.credit_code.as_deref().and_then(|code| CreditCode::parse_on_evidence(code).ok());
    let doubts = code.iter().flat_map(|code| code.check_problem().into_iter().chain(code.doubt()));
    let doubts = doubts.map(|problem| problem.at("/credit_code")).map(|fault| words(reader.lang, fault.code, &fault.params));
    let doubts: Vec<String> = doubts.chain(row.credit_code_evidence.clone()).collect();
    let fact = |key: &str, cell: Cell| vec![Cell::text(say(key)), cell];
    let mut rows = vec![fact("kind", Cell::text(reader.word("parties.kinds", &row.kind)))];
    rows.extend(row.credit_code.clone().map(|code| fact("credit_code", Cell::text(code).with_small(doubts.join(" ")))));
    rows.push(fact("division", Cell::text(place)));
    rows.extend(row.contact.clone().map(|contact| fact("contact", Cell::text(contact))));
    if reader.may(P::MemberManage) {
        rows.push(fact("who", Cell::link(say("people"), reader.to(&format!("/work/members?organisation={}", row.id)))));
    }
    let columns = vec![Column::text(reader.say("what")), Column::text(say("known"))];
    Ok(Table { caption: row.name.clone(), columns, rows, empty: String::new() })
}

async fn change(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            change_organisation(tx, &desk, &id, &OrganisationChange { contact: said(&typed, "contact") }).await?;
            Ok(Done::see(done_at(lang, &format!("/work/organisations/{id}"), "organisation_changed")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "contact", typed: &typed };
    refilled(tried, &reader, form, &["contact"], |errors, tried| page(&app, &reader, &id, errors, tried)).await
}
