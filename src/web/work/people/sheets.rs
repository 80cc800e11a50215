//! Sheets to print: the list of a village, to be posted with a box for objections, and the consent of a grower.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::names::day_of;
use crate::identity::role::Permission as P;
use crate::kernel::Day;
use crate::registry::commands::ConsentPurpose;
use crate::registry::queries::grower;
use crate::trace::queries::slip::village_list;

/// Days a list hangs if nothing else is said.
const POSTED: i64 = 10;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/work/growers/list", needs(P::GrowerRead), village),
        Route::get("/work/growers/{id}/consent", needs(P::ConsentRecord), consent),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    village: String,
    #[serde(default)]
    until: String,
}

#[derive(Template)]
#[template(path = "staff/people/village.html")]
struct VillagePage<'a> {
    frame: Frame<'a>,
    action: String,
    village: String,
    until: String,
    about: String,
    table: Table,
    foot: String,
}

async fn village(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::GrowerRead)?;
    let today = app.clock.today();
    let until = Day::parse(query.until.trim()).filter(|day| *day >= today).unwrap_or_else(|| today.plus(POSTED));
    let (_, lines) = village_list(&app.db, &actor, &query.village, today).await?;
    let joined = |parts: &[(String, String)]| parts.iter().map(|(a, b)| format!("{a} {b}")).collect::<Vec<_>>().join("、");
    let rows = lines.iter().map(|line| {
        vec![
            Cell::text(line.household_no.clone().unwrap_or_default()),
            Cell::text(line.name.clone()),
            Cell::text(joined(&line.plots)),
            Cell::text(line.mu.clone()),
            Cell::text(joined(&line.delivered)),
        ]
    });
    let table = Table {
        caption: reader.fill("people.village_caption", &[("village", &query.village)]),
        rows: rows.collect(),
        columns: vec![
            Column::text(reader.say("people.household_no")),
            Column::text(reader.say("people.name")),
            Column::text(reader.say("people.plots_mu")),
            Column::number(reader.say("people.mu")),
            Column::text(reader.say("people.delivered")),
        ],
        empty: reader.say("people.village_empty"),
    };
    let (from, to) = (day_of(reader.lang, &today.to_string()), day_of(reader.lang, &until.to_string()));
    let phone = app.site().phone.unwrap_or_default();
    let page = VillagePage {
        action: "/work/growers/list".to_owned(),
        about: reader.fill("people.village_about", &[("from", &from), ("until", &to)]),
        foot: reader.fill("people.village_foot", &[("phone", &phone)]),
        table,
        until: until.to_string(),
        frame: reader.frame(reader.fill("people.village_title", &[("village", &query.village)]), Vec::new()),
        village: query.village,
    };
    Ok(Html(page.render()?))
}

#[derive(Template)]
#[template(path = "staff/people/consent.html")]
struct ConsentPage<'a> {
    frame: Frame<'a>,
    who: String,
    lines: Vec<String>,
    purposes: Vec<String>,
    back: String,
}

async fn consent(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    let view = grower(&app.db, &reader.actor(P::ConsentRecord)?, &id).await?;
    let household = view.household_no.clone().unwrap_or_default();
    let page = ConsentPage {
        who: reader.fill("people.consent_who", &[("name", &view.name), ("village", &view.village), ("household", &household)]),
        lines: ["people.consent_what", "people.consent_kept", "people.consent_seen"].map(|key| reader.say(key)).into(),
        purposes: ConsentPurpose::ALL.iter().map(|p| reader.word("consent_purpose", p.word())).collect(),
        back: reader.to(&format!("/work/growers/{id}")),
        frame: reader.narrow_frame(reader.say("people.consent_title"), Vec::new()),
    };
    Ok(Html(page.render()?))
}
