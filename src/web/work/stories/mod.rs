//! 我的故事: what a producer tells consumers under its own name, and how holder and office look at it before anybody reads it.

mod edit;
mod forms;
mod list;
mod one;

use super::desk::Reader;
use super::todo::{Section, Todo};
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::promotion::queries::{StoryView, waiting_stories};
use crate::promotion::story::StoryState;
use crate::web::app::App;
use crate::web::pages::staff::{Cell, Column, Table};
use crate::web::route::Route;

/// Pages of stories.
pub(super) fn routes() -> Vec<Route> {
    [list::routes(), edit::routes(), one::routes()].into_iter().flatten().collect()
}

/// Where the list is.
const LIST: &str = "/work/stories";

fn place(id: &str) -> String {
    format!("{LIST}/{id}")
}

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("story.{key}"))
}

fn fill(reader: &Reader, key: &str, values: &[(&str, &str)]) -> String {
    reader.fill(&format!("story.{key}"), values)
}

fn columns(reader: &Reader, keys: &[&str]) -> Vec<Column> {
    keys.iter().map(|key| Column::text(say(reader, key))).collect()
}

/// A state in words and colour.
fn state(reader: &Reader, word: &str) -> Cell {
    let class = match word {
        "live" => "ok",
        "returned" | "submitted" => "amber",
        _ => "soft",
    };
    Cell::badge(say(reader, &format!("state.{word}")), class)
}

/// Its title, or that there is none yet.
fn title(reader: &Reader, view: &StoryView) -> String {
    if view.title_zh.is_empty() { say(reader, "untitled") } else { view.title_zh.clone() }
}

/// May this reader write it?
fn is_author(reader: &Reader, view: &StoryView) -> bool {
    reader.acting(P::StoryWrite).is_some_and(|actor| actor.scope.reaches_organisation(&view.organisation_id, None))
}

/// May this reader look at it for the advert law? Never at one of its own house.
fn is_reviewer(reader: &Reader, view: &StoryView) -> bool {
    reader.may(P::StoryReview) && reader.own() != Some(view.organisation_id.as_str())
}

/// Stories that wait for the reader: to be mended, or to be looked at.
async fn mine(app: &App, reader: &Reader) -> Outcome<Vec<StoryView>> {
    let mut found = Vec::new();
    if let Some(actor) = reader.acting(P::StoryWrite) {
        let of_own = waiting_stories(&app.db, &actor, &[StoryState::Returned]).await?;
        found.extend(of_own.into_iter().filter(|view| is_author(reader, view)));
    }
    if let Some(actor) = reader.acting(P::StoryReview) {
        let handed_in = waiting_stories(&app.db, &actor, &[StoryState::Submitted]).await?;
        found.extend(handed_in.into_iter().filter(|view| is_reviewer(reader, view)));
    }
    Ok(found)
}

/// What waits for the reader, for the home page; nothing where there is none.
pub(super) async fn section(app: &App, reader: &Reader) -> Outcome<Option<Section>> {
    let todo = |view: StoryView| Todo {
        title: format!("{} · {}", title(reader, &view), view.product),
        href: reader.to(&place(&view.id)),
        lines: if reader.own() == Some(view.organisation_id.as_str()) { Vec::new() } else { vec![view.organisation.clone()] },
        state: state(reader, &view.state),
        steps: Vec::new(),
    };
    let items: Vec<Todo> = mine(app, reader).await?.into_iter().map(todo).collect();
    let section = Section { heading: say(reader, "waiting"), empty: String::new(), items };
    Ok(Some(section).filter(|section| !section.items.is_empty()))
}

/// Words of the advert law's list that are in it: where, why, and what to write instead.
fn flags(reader: &Reader, view: &StoryView) -> Table {
    let english = reader.lang.english();
    let row = |flag: &crate::promotion::queries::FlagView| {
        let (why, instead) = if english { (&flag.why_en, &flag.instead_en) } else { (&flag.why_zh, &flag.instead_zh) };
        vec![
            Cell::badge(flag.written.clone(), "amber"),
            Cell::text(say(reader, &format!("part.{}", flag.part))),
            Cell::text(why.clone()).with_small(flag.clause.clone()),
            Cell::text(instead.clone()),
        ]
    };
    Table {
        caption: say(reader, "flags_caption"),
        columns: columns(reader, &["flag_word", "flag_where", "flag_why", "flag_instead"]),
        rows: view.flags.iter().map(row).collect(),
        empty: say(reader, "flags_none"),
    }
}
