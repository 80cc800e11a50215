//! 用标申请: what producers ask for and what county, office and holder decide about it: list, form, one application with its review.

mod compare;
mod edit;
mod forms;
mod list;
mod one;

pub(super) use edit::figure;

use super::desk::Reader;
use super::todo::{Section, Todo};
use crate::cultivation::mark_use_application::Turn;
use crate::cultivation::queries::{ApplicationView, waiting};
use crate::identity::role::Permission as P;
use crate::kernel::{Actor, Outcome};
use crate::web::app::App;
use crate::web::pages::staff::{Cell, Column};
use crate::web::route::Route;
use crate::web::work::names::day_of;

/// Pages of applications.
pub(super) fn routes() -> Vec<Route> {
    [list::routes(), edit::routes(), one::routes()].into_iter().flatten().collect()
}

/// Where the list is.
const LIST: &str = "/work/mark-use-applications";

fn place(id: &str) -> String {
    format!("{LIST}/{id}")
}

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("apply.{key}"))
}

fn fill(reader: &Reader, key: &str, values: &[(&str, &str)]) -> String {
    reader.fill(&format!("apply.{key}"), values)
}

fn columns(reader: &Reader, keys: &[&str]) -> Vec<Column> {
    keys.iter().map(|key| Column::text(say(reader, key))).collect()
}

/// A state in words and colour.
fn state(reader: &Reader, word: &str) -> Cell {
    let class = match word {
        "approved" => "ok",
        "returned" => "amber",
        "refused" => "red",
        _ => "soft",
    };
    Cell::badge(say(reader, &format!("state.{word}")), class)
}

/// What the product is, with the right's route.
fn named(reader: &Reader, view: &ApplicationView) -> String {
    format!("{} · {}", view.product, reader.word("office.route", &view.route))
}

/// Whose turns a reader may take, each with the actor it takes them as.
fn turns(reader: &Reader) -> Vec<(Actor, &'static [Turn])> {
    let of = |permission, turns: &'static [Turn]| reader.acting(permission).map(|actor| (actor, turns));
    [
        of(P::MarkUseApplicationSubmit, &[Turn::Applicant]),
        of(P::MarkUseApplicationVerify, &[Turn::County]),
        of(P::MarkUseApplicationDecide, &[Turn::Office, Turn::Holder]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Applications that wait for the reader.
async fn mine(app: &App, reader: &Reader) -> Outcome<Vec<ApplicationView>> {
    let mut found = Vec::new();
    for (actor, turns) in turns(reader) {
        found.extend(waiting(&app.db, &actor, turns).await?);
    }
    Ok(found)
}

/// What waits for the reader, for the home page; nothing where there is none.
pub(super) async fn section(app: &App, reader: &Reader) -> Outcome<Option<Section>> {
    let items: Vec<Todo> = mine(app, reader).await?.into_iter().map(|view| todo(reader, &view)).collect();
    let section = Section { heading: say(reader, "waiting"), empty: say(reader, "waiting_none"), items };
    Ok(Some(section).filter(|section| !section.items.is_empty()))
}

fn todo(reader: &Reader, view: &ApplicationView) -> Todo {
    let until = view.answer_by.as_deref().map(|day| fill(reader, "answer_until", &[("day", &day_of(reader.lang, day))]));
    let own = reader.own() == Some(view.organisation_id.as_str());
    let title = if own { named(reader, view) } else { format!("{} · {}", view.organisation, named(reader, view)) };
    Todo {
        title,
        href: reader.to(&place(&view.id)),
        lines: until.into_iter().collect(),
        state: state(reader, &view.state),
        steps: Vec::new(),
    }
}
