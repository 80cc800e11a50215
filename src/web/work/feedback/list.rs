//! What waits, the nearest due first; below it what has ended.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::names::{day_of, moment_of};
use super::super::parts::{Part, PartsPage};
use super::import::form;
use super::say;
use crate::identity::role::Permission as P;
use crate::kernel::Day;
use crate::supervision::feedback::view::{FeedbackFilter, FeedbackView, feedback_list, feedback_waiting};

/// What waits, at most.
const MOST: u64 = 300;
/// What ended, a page.
const ROWS: u64 = 20;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/feedback", Access::Needs(P::FeedbackRead), list)]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    batch_id: Option<String>,
    #[serde(default)]
    producer_id: Option<String>,
}

/// How long there is, in words and colour together.
pub(super) fn deadline(reader: &Reader, view: &FeedbackView, today: Day) -> Cell {
    let Some(due) = Day::parse(&view.due_on).filter(|_| view.is_open()) else { return Cell::text(day_of(reader.lang, &view.due_on)) };
    let left = due.since(today);
    let n = left.abs().to_string();
    let (words, class) = match left {
        ..0 => (reader.fill("feedback.overdue", &[("n", &n)]), "red"),
        0 => (say(reader, "due_today"), "amber"),
        1..=2 => (reader.fill("feedback.due_in", &[("n", &n)]), "amber"),
        _ => (reader.fill("feedback.due_in", &[("n", &n)]), "soft"),
    };
    Cell::badge(words, class).with_small(day_of(reader.lang, &view.due_on))
}

/// A state: words and colour together.
pub(super) fn state(reader: &Reader, view: &FeedbackView) -> Cell {
    let class = match view.state.as_str() {
        "received" => "amber",
        "answered" => "ok",
        _ => "soft",
    };
    Cell::badge(reader.word("feedback.state", &view.state), class)
}

fn table(reader: &Reader, caption: &str, views: &[FeedbackView], today: Day) -> Table {
    let row = |view: &FeedbackView| {
        vec![
            Cell::link(reader.word("feedback.choice", &view.choice), reader.to(&format!("/work/feedback/{}", view.id)))
                .with_small(format!("{} · {}", view.number, reader.word("feedback.channel", &view.channel))),
            Cell::text(view.about()).with_small(view.producer.clone().unwrap_or_default()),
            Cell::text(view.reports.to_string()).with_small(moment_of(reader.lang, &view.last_at)),
            deadline(reader, view, today),
            state(reader, view),
        ]
    };
    Table {
        caption: say(reader, caption),
        columns: vec![
            Column::text(say(reader, "what")),
            Column::text(say(reader, "goods")),
            Column::text(say(reader, "how_many")),
            Column::text(say(reader, "due")),
            Column::text(reader.say("state")),
        ],
        rows: views.iter().map(row).collect(),
        empty: say(reader, "none"),
    }
}

async fn list(State(app): State<App>, reader: Reader, Asked(asked): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::FeedbackRead)?;
    let filter = FeedbackFilter { code: asked.code, batch_id: asked.batch_id, producer_id: asked.producer_id, ..FeedbackFilter::default() };
    let waiting = feedback_waiting(&app.db, &actor, &filter, MOST).await?;
    let (all, next) = feedback_list(&app.db, &actor, &filter, asked.cursor.as_deref(), Some(ROWS)).await?;
    let ended: Vec<FeedbackView> = all.into_iter().filter(|view| !view.is_open()).collect();
    let today = app.clock.today();
    let mut parts = vec![
        Part {
            heading: say(&reader, "waiting"),
            about: say(&reader, "waiting_about"),
            table: Some(table(&reader, "waiting_caption", &waiting, today)),
            ..Part::default()
        },
        Part {
            heading: say(&reader, "ended"),
            table: Some(table(&reader, "ended_caption", &ended, today)),
            next: next.map(|cursor| reader.to(&format!("/work/feedback?cursor={}", query_value(&cursor)))),
            ..Part::default()
        },
    ];
    if reader.may(P::FeedbackHandle) {
        parts.push(Part {
            heading: say(&reader, "import"),
            about: say(&reader, "import_about"),
            forms: vec![form(&app, &reader)],
            ..Part::default()
        });
    }
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "title"), Vec::new()), parts }.render()?))
}
