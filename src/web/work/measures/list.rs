//! Stops and recalls in reach, those that wait or bind first.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::names::moment_of;
use super::{MeasurePage, decided, say};
use crate::identity::role::Permission as P;
use crate::supervision::queries::{Steps, recalls, stops};
use crate::trace::queries::batch::batch;

/// The most of each kind.
const MOST: u64 = 200;
/// In the order people look for them.
const ORDER: [&str; 5] = ["proposed", "lift_proposed", "in_force", "lifted", "dropped"];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/measures", Access::Needs(P::RecallPropose), list)]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    state: Option<String>,
}

async fn list(State(app): State<App>, reader: Reader, Asked(asked): Asked<Query>) -> Result<Html<String>, Refusal> {
    let state = asked.state.filter(|word| ORDER.contains(&word.as_str()));
    let mut rows: Vec<(usize, Vec<Cell>)> = Vec::new();
    let place = |steps: &Steps| ORDER.iter().position(|word| *word == steps.state).unwrap_or(ORDER.len());
    let recalls_of = reader.actor(P::RecallPropose)?;
    for view in recalls(&app.db, &recalls_of, state.as_deref(), None, MOST).await? {
        let lot = batch(&app.db, &recalls_of, &view.batch_id).await.map(|b| b.lot).unwrap_or_else(|_| view.batch_id.clone());
        let title = reader.fill("recall_heading", &[("kind", &reader.word("recall_kind", &view.kind)), ("lot", &lot)]);
        let href = reader.to(&format!("/work/measures/recalls/{}", view.id));
        rows.push((place(&view.steps), row(&reader, title, href, (&view.ordered_by, &view.document_no), &view.steps)));
    }
    if let Some(actor) = reader.acting(P::StopPropose) {
        for view in stops(&app.db, &actor, state.as_deref(), None, MOST).await? {
            let title = format!("{} · {}", reader.word("stop_scope", &view.scope), reader.word("stop_category", &view.category));
            let href = reader.to(&format!("/work/measures/stops/{}", view.id));
            rows.push((place(&view.steps), row(&reader, title, href, (&view.ordered_by, &view.document_no), &view.steps)));
        }
    }
    rows.sort_by_key(|(place, _)| *place);
    let table = Table {
        caption: say(&reader, "caption"),
        columns: vec![
            Column::text(say(&reader, "measure")),
            Column::text(say(&reader, "document")),
            Column::text(say(&reader, "proposed")),
            Column::text(reader.say("state")),
        ],
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        empty: say(&reader, "none"),
    };
    let link = |path: &str, key: &str| (reader.to(path), say(&reader, key));
    let mut links =
        vec![link("/work/measures/recalls/new", "new_recall"), link("/work/measures/stops/new", "new_stop"), link("/work/batches", "hold")];
    links.extend(ORDER.iter().map(|word| (reader.to(&format!("/work/measures?state={word}")), reader.word("decision_state", word))));
    let page = MeasurePage {
        frame: reader.frame(say(&reader, "title"), Vec::new()),
        state: None,
        told: vec![say(&reader, "about")],
        facts: Vec::new(),
        consumer: None,
        tables: vec![table],
        acts: Vec::new(),
        links,
    };
    Ok(Html(page.render()?))
}

fn row(reader: &Reader, title: String, href: String, (by, document): (&str, &str), steps: &Steps) -> Vec<Cell> {
    vec![
        Cell::link(title, href),
        Cell::text(document.to_owned()).with_small(by.to_owned()),
        Cell::text(moment_of(reader.lang, &steps.proposed_at)),
        decided(reader, &steps.state),
    ]
}
