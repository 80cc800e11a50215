//! `/work/rectifications`: orders to mend something: an officer's region, or one's own.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::{columns, on, say, state};
use crate::identity::role::Permission as P;
use crate::supervision::rectifications::{RectificationView, rectifications};
use crate::web::app::App;
use crate::web::body::Asked;
use crate::web::failure::Refusal;
use crate::web::link::query_value;
use crate::web::pages::staff::{Cell, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::Reader;
use crate::web::work::parts::{Part, PartsPage};

/// Rows of one page.
const ROWS: u64 = 50;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/rectifications", Access::Needs(P::RectificationRead), show)]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    cursor: Option<String>,
}

/// The day to mend it by, said to be past where it is.
pub(super) fn due(reader: &Reader, view: &RectificationView, today: &str) -> Cell {
    let day = on(reader, Some(&view.due_on));
    let late = view.due_on.as_str() < today && matches!(view.state.as_str(), "ordered" | "again");
    if late { Cell::badge(super::fill(reader, "overdue", &[("day", &day)]), "red") } else { Cell::text(day) }
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let found = rectifications(&app.db, &reader.actor(P::RectificationRead)?, None, None, query.cursor.as_deref(), ROWS).await?;
    let today = app.clock.today().to_string();
    let rows = found.iter().map(|view| {
        let brief: String = view.what.chars().take(60).collect();
        vec![
            Cell::link(view.name.clone(), reader.to(&format!("/work/rectifications/{}", view.id))),
            Cell::text(brief).with_small(say(&reader, &format!("follows.{}", view.source))),
            due(&reader, view, &today),
            state(&reader, "rectification_state", &view.state),
        ]
    });
    let table = Table {
        caption: say(&reader, "rectifications_caption"),
        columns: columns(&reader, &["addressee", "mend", "mend_by", "state"]),
        rows: rows.collect(),
        empty: say(&reader, "rectifications_empty"),
    };
    let next = (found.len() as u64 == ROWS).then(|| found.last()).flatten();
    let next = next.map(|last| reader.to(&format!("/work/rectifications?cursor={}", query_value(&last.id))));
    let about = say(&reader, "rectifications_about");
    let part = Part { heading: say(&reader, "rectifications"), about, table: Some(table), next, ..Part::default() };
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "rectifications"), Vec::new()), parts: vec![part] }.render()?))
}
