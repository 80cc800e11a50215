//! `/work/products/{id}/words`: grades and varieties of a product by their days; the office adds and ends them.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::day_of;
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, refilled};
use super::{As, does, input};
use crate::db::Tx;
use crate::identity::role::Permission as P;
use crate::kernel::{Desk, Outcome};
use crate::registry::commands::{WordEnd, WordInput, WordKind, end_word, record_word};
use crate::registry::queries::{ProductView, WordView, product, words};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/products/{id}/words", Access::Needs(P::MarkUseRead), show),
        Route::post("/work/products/{id}/words", Access::Needs(P::ProductRegister), add),
        Route::post("/work/products/{id}/words/end", Access::Needs(P::ProductRegister), end),
    ]
}

fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("rest.{key}"))
}

/// The words of today on a product's file, and the way to all of them.
pub(super) async fn summary(app: &App, reader: &Reader, view: &ProductView) -> Result<Part, Refusal> {
    let (today, all) = (app.clock.today(), words(&app.db, &view.id).await?);
    let at = reader.to(&format!("/work/products/{}/words", view.id));
    let rows = WordKind::ALL.iter().map(|kind| {
        let now: Vec<&str> = all.iter().filter(|word| word.kind == kind.word() && word.holds(today)).map(|w| w.word.as_str()).collect();
        let now = if now.is_empty() { say(reader, "words_none") } else { now.join("、") };
        vec![Cell::link(say(reader, &format!("word_kind.{}", kind.word())), at.clone()), Cell::text(now)]
    });
    let columns = vec![Column::text(reader.say("what")), Column::text(say(reader, "words_today"))];
    let table = Table { caption: say(reader, "words_caption"), columns, rows: rows.collect(), empty: String::new() };
    Ok(Part { heading: say(reader, "words"), table: Some(table), ..Part::default() })
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

fn table(reader: &Reader, all: &[WordView], today: crate::kernel::Day) -> Table {
    let rows = all.iter().map(|word| {
        let to = word.to.as_deref().map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day));
        let state = match word.holds(today) {
            true => Cell::badge(say(reader, "word_holds"), "ok"),
            false => Cell::badge(say(reader, "word_not_now"), "soft"),
        };
        vec![
            Cell::text(word.word.clone()).with_small(say(reader, &format!("word_kind.{}", word.kind))),
            Cell::text(format!("{} – {to}", day_of(reader.lang, &word.from))),
            Cell::text(word.source.clone()),
            state,
        ]
    });
    let columns = ["word", "word_days", "word_source"].map(|key| Column::text(say(reader, key))).into_iter();
    Table {
        caption: say(reader, "words_caption_all"),
        columns: columns.chain([Column::text(reader.say("state"))]).collect(),
        rows: rows.collect(),
        empty: say(reader, "words_empty"),
    }
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let (view, today) = (product(&app.db, id, None, app.clock.today()).await?, app.clock.today());
    let all = words(&app.db, &view.id).await?;
    let title = format!("{} · {}", view.name, say(reader, "words"));
    let mut part =
        Part { heading: title.clone(), about: say(reader, "words_about"), table: Some(table(reader, &all, today)), ..Part::default() };
    if reader.may(P::ProductRegister) {
        let kinds = choices(reader, "rest.word_kind", WordKind::ALL.map(WordKind::word));
        let fields = vec![
            Field::select("kind", say(reader, "word_kind_label"), kinds).must(),
            Field::text("word", say(reader, "word")).must(),
            Field::date("from", reader.say("valid_from")).value(today.to_string()),
            Field::text("source", say(reader, "word_source")).hint(say(reader, "word_source_hint")).must(),
        ];
        let path = format!("/work/products/{}/words", view.id);
        part.forms.push(Form::new(app, reader, "word", &path, "rest.word_add", "rest.word_add", fields).again(tried.as_ref()));
        let open: Vec<(String, String)> =
            all.iter().filter(|word| word.to.is_none()).map(|word| (word.id.clone(), word.word.clone())).collect();
        if !open.is_empty() {
            let fields = vec![
                Field::select("word_id", say(reader, "word"), open).must(),
                Field::date("to", say(reader, "word_last")).value(today.to_string()),
            ];
            let form = Form::new(app, reader, "end", &format!("{path}/end"), "rest.word_end", "rest.word_end", fields);
            part.forms.push(Form { class: "stop", ..form }.again(tried.as_ref()));
        }
    }
    Ok(PartsPage { frame: reader.frame(title, errors), parts: vec![part] }.render()?)
}

const WORD: &[(&str, As)] = &[("kind", As::Text), ("word", As::Text), ("from", As::Text), ("source", As::Text)];

async fn added(tx: &Tx, desk: &Desk, id: &str, input: &WordInput) -> Outcome<String> {
    record_word(tx, desk, id, input).await?;
    Ok(format!("/work/products/{id}/words"))
}
does!(add, "word", WORD, added, "fact_recorded", page);

async fn end(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, back) = (posted.body.clone(), reader.lang, format!("/work/products/{id}/words"));
    let tried = act(&app, posted, move |tx, desk, typed| {
        let back = back.clone();
        Box::pin(async move {
            let last: WordEnd = input(&typed, &[("to", As::Text)])?;
            end_word(tx, &desk, typed.get("word_id").map(String::as_str).unwrap_or_default(), &last).await?;
            Ok(Done::see(done_at(lang, &back, "fact_recorded")))
        })
    });
    let tried = tried.await;
    let names = ["word_id", "to"];
    refilled(tried, &reader, Tried { form: "end", typed: &typed }, &names, |errors, tried| page(&app, &reader, &id, errors, tried)).await
}
