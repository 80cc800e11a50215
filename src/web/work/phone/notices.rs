//! `/work/notices`: what others did that concerns the reader, newest first; looked at once, it is read.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::{Cell, Column, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at, fresh_key};
use super::super::names::{day_of, moment};
use crate::identity::notice::{Notice, mark_read, notices};
use crate::identity::role::Permission as P;
use crate::kernel::ids::{Noun, is};

/// Rows of one page.
const ROWS: usize = 30;

pub(super) fn routes() -> Vec<Route> {
    let anybody = Access::SignedIn;
    vec![Route::get("/work/notices", anybody, show), Route::post("/work/notices", anybody, read)]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/phone/notices.html")]
struct Page<'a> {
    frame: Frame<'a>,
    table: Table,
    action: String,
    key: String,
    /// The newest shown; empty where nothing is new.
    last: String,
    next: Option<String>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let account = &reader.who.account.id;
    let mut found = notices(&app.db, account, reader.own(), query.cursor.as_deref(), ROWS as u64 + 1).await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found.last().filter(|_| more).map(|last| reader.to(&format!("/work/notices?cursor={}", query_value(&last.id))));
    let table = Table {
        caption: reader.say("phone.notices_caption"),
        columns: ["phone.notice_what", "phone.notice_when", "state"].map(|c| Column::text(reader.say(c))).into(),
        rows: found.iter().map(|notice| row(&reader, notice)).collect(),
        empty: reader.say("phone.notices_empty"),
    };
    let page = Page {
        table,
        action: reader.to("/work/notices"),
        key: fresh_key(&app),
        last: found.iter().filter(|notice| !notice.is_read).map(|notice| notice.id.clone()).max().unwrap_or_default(),
        next,
        frame: reader.frame(reader.say("phone.notices"), Vec::new()),
    };
    Ok(Html(page.render()?))
}

fn row(reader: &Reader, notice: &Notice) -> Vec<Cell> {
    let values: Vec<(&str, String)> = notice.values.iter().map(|(name, value)| (name.as_str(), value_of(reader, name, value))).collect();
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let words = reader.fill(&format!("notice.{}", notice.kind), &values);
    let what = match place(reader, &notice.subject_id) {
        Some(path) => Cell::link(words, reader.to(&path)),
        None => Cell::text(words),
    };
    let state = if notice.is_read { Cell::text(reader.say("phone.read")) } else { Cell::badge(reader.say("phone.unread"), "amber") };
    vec![what, Cell::text(moment(reader.lang, notice.noted_at)), state]
}

/// Days and words of ours as people read them.
fn value_of(reader: &Reader, name: &str, value: &str) -> String {
    match name {
        "day" | "until" => day_of(reader.lang, value),
        "scope" => reader.word("stop_scope", value),
        _ => value.to_owned(),
    }
}

/// The page of what a notice is about.
fn place(reader: &Reader, id: &str) -> Option<String> {
    let pages = [
        (Noun::Batch, "batches", P::BatchRead),
        (Noun::CodeOrder, "orders", P::CodeOrderRead),
        (Noun::SeasonAccount, "accounts", P::SeasonAccountRead),
        (Noun::Rectification, "rectifications", P::RectificationRead),
        (Noun::MarkUseApplication, "mark-use-applications", P::MarkUseApplicationRead),
        (Noun::AnnualReport, "annual-reports", P::AnnualReportRead),
        (Noun::Story, "stories", P::StoryRead),
    ];
    let lists = [
        (Noun::Delivery, "/work/deliveries", P::DeliveryRead),
        (Noun::Objection, "/work/objections", P::ObjectionRead),
        (Noun::Facility, "/work/facilities", P::FacilityRead),
    ];
    if let Some((_, page, needs)) = pages.into_iter().find(|(noun, _, _)| is(*noun, id)) {
        return reader.may(needs).then(|| format!("/work/{page}/{id}"));
    }
    if let Some((_, page, needs)) = lists.into_iter().find(|(noun, _, _)| is(*noun, id)) {
        return reader.may(needs).then(|| page.to_owned());
    }
    is(Noun::Organisation, id).then(|| "/work".to_owned())
}

/// Up to which notice was read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Read {
    last: String,
}

async fn read(State(app): State<App>, reader: Reader, posted: Posted<Read>) -> Result<Response, Refusal> {
    let lang = reader.lang;
    act(&app, posted, move |tx, desk, read| {
        Box::pin(async move {
            mark_read(tx, &desk.actor, desk.clock.now(), &read.last).await?;
            Ok(Done::see(done_at(lang, "/work/notices", "notices_read")))
        })
    })
    .await
}
