//! `/work/organisations`: the organisations within reach, found by name or credit code, and a new one.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::batch_form::together;
use super::super::desk::{Reader, done_at};
use super::super::parts::{Field, Form, Tried, Typed, choices, given, refilled, said};
use super::super::places;
use crate::identity::organisation::{OrganisationInput, OrganisationKind};
use crate::identity::queries::organisations_found;
use crate::identity::role::Permission as P;
use crate::identity::store::{OrganisationFilter, OrganisationRow, organisation};
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, Outcome};
use crate::registry::commands::register_organisation;
use crate::registry::queries::division_names;

/// Rows of one page.
const ROWS: u64 = 50;
const NAMES: [&str; 6] = ["kind", "name", "credit_code", "credit_code_evidence", "division_code", "contact"];
pub(super) const KINDS: [OrganisationKind; 5] = [
    OrganisationKind::Producer,
    OrganisationKind::Seller,
    OrganisationKind::Holder,
    OrganisationKind::Printer,
    OrganisationKind::Authority,
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/organisations", Access::Needs(P::OrganisationRead), show),
        Route::post("/work/organisations", Access::Needs(P::OrganisationRegister), register),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    q: Option<String>,
    kind: Option<String>,
    cursor: Option<String>,
    #[serde(rename = "done")]
    _done: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/signin/organisations.html")]
struct Page<'a> {
    frame: Frame<'a>,
    q: String,
    kind: String,
    kinds: Vec<(String, String)>,
    table: Table,
    next: Option<String>,
    form: Option<Form>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(wanted): Asked<Wanted>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &wanted, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, wanted: &Wanted, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let some = |text: &Option<String>| text.clone().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let (words, kind) = (some(&wanted.q), some(&wanted.kind));
    let filter = OrganisationFilter { kind: kind.clone(), words: words.clone() };
    let actor = reader.actor(P::OrganisationRead)?;
    let (rows, next) = organisations_found(&app.db, &actor, &filter, wanted.cursor.as_deref(), ROWS).await?;
    let next = next.map(|cursor| {
        let part = |name: &str, value: &Option<String>| value.as_ref().map_or(String::new(), |v| format!("&{name}={}", query_value(v)));
        reader.to(&format!("/work/organisations?cursor={cursor}{}{}", part("q", &words), part("kind", &kind)))
    });
    let page = Page {
        q: words.unwrap_or_default(),
        kind: kind.unwrap_or_default(),
        kinds: choices(reader, "parties.kinds", KINDS.map(OrganisationKind::word)),
        table: table(app, reader, &rows).await?,
        next,
        form: match reader.may(P::OrganisationRegister) {
            true => Some(form(app, reader).await?.again(tried.as_ref())),
            false => None,
        },
        frame: reader.frame(reader.say("parties.title"), errors),
    };
    Ok(page.render()?)
}

async fn table(app: &App, reader: &Reader, rows: &[OrganisationRow]) -> Outcome<Table> {
    let codes: Vec<String> = rows.iter().map(|row| row.division_code.clone()).collect();
    let (places, cares) = (division_names(&app.db, &codes).await?, reader.may(P::MemberManage));
    let row = |row: &OrganisationRow| {
        let place = places.get(&row.division_code).cloned().unwrap_or_else(|| row.division_code.clone());
        let mut cells = vec![
            Cell::link(row.name.clone(), reader.to(&format!("/work/organisations/{}", row.id)))
                .with_small(row.credit_code.clone().unwrap_or_default()),
            Cell::text(reader.word("parties.kinds", &row.kind)).with_small(place),
            Cell::text(row.contact.clone().unwrap_or_default()),
        ];
        if cares {
            cells.push(Cell::link(reader.say("parties.people"), reader.to(&format!("/work/members?organisation={}", row.id))));
        }
        cells
    };
    let mut columns = ["parties.name", "parties.kind", "parties.contact"].map(|key| Column::text(reader.say(key))).to_vec();
    if cares {
        columns.push(Column::text(reader.say("parties.who")));
    }
    let (caption, empty) = (reader.say("parties.caption"), reader.say("parties.none"));
    Ok(Table { caption, columns, rows: rows.iter().map(row).collect(), empty })
}

async fn form(app: &App, reader: &Reader) -> Outcome<Form> {
    let say = |key: &str| reader.say(&format!("parties.{key}"));
    let around = match reader.own() {
        Some(own) => Some(organisation(app.db.reader(), own).await?.division_code),
        None => None,
    };
    let fields = vec![
        Field::select("kind", say("kind"), choices(reader, "parties.kinds", KINDS.map(OrganisationKind::word))).must(),
        Field::text("name", say("name")).hint(say("name_hint")).must(),
        Field::text("credit_code", say("credit_code")).hint(say("credit_code_hint")),
        Field::text("credit_code_evidence", say("evidence")).hint(say("evidence_hint")),
        Field::select("division_code", say("division"), places::counties(app, around.as_deref()).await?).must(),
        Field::text("contact", say("contact")).hint(say("contact_hint")),
    ];
    Ok(Form::new(app, reader, "new", "/work/organisations", "parties.register", "parties.register", fields).about(say("register_about")))
}

/// What somebody else has already is said where it was typed.
fn at_the_code(failure: Failure) -> Failure {
    if failure.code != "credit_code_taken" {
        return failure;
    }
    let value = failure.params.into_iter().find(|(name, _)| *name == "value").map(|(_, value)| value).unwrap_or_default();
    Failure::field("/credit_code", "credit_code_taken").with("value", value)
}

async fn register(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut unread = Faults::new();
            let kind = OrganisationKind::parse(&said(&typed, "kind"));
            if kind.is_none() {
                unread.add("/kind", "register_empty");
            }
            if given(&typed, "division_code").is_none() {
                unread.add("/division_code", "register_empty");
            }
            let input = OrganisationInput {
                kind: kind.unwrap_or(OrganisationKind::Producer),
                name: said(&typed, "name"),
                credit_code: given(&typed, "credit_code"),
                credit_code_evidence: given(&typed, "credit_code_evidence"),
                division_code: said(&typed, "division_code"),
                contact: given(&typed, "contact"),
            };
            let tried = register_organisation(tx, &desk, &input, false).await;
            let id = tried.as_ref().map(|made| made.row.id.clone()).unwrap_or_default();
            together(unread, tried.err().map(at_the_code), str::to_owned)?;
            Ok(Done::see(done_at(lang, &format!("/work/organisations/{id}"), "organisation_registered")))
        })
    });
    let tried = tried.await;
    let (form, none) = (Tried { form: "new", typed: &typed }, Wanted::default());
    refilled(tried, &reader, form, &NAMES, |errors, tried| page(&app, &reader, &none, errors, tried)).await
}
