//! 双随机、一公开 for those who do it: officers, the year's plan and its draws, visits on a phone, orders to mend, the list of abnormal
//! operations.

mod abnormal;
mod draw;
mod draw_acts;
mod draws;
mod inspections;
mod officers;
mod paper;
mod record;
mod rectification;
mod rectifications;
mod typed;
mod visit;

use super::super::pages::staff::{Cell, Column, Table};
use super::super::route::Route;
use super::desk::Reader;
use super::names::day_of;

pub(super) fn routes() -> Vec<Route> {
    let plans = [officers::routes(), draws::routes(), draw::routes(), draw_acts::routes(), abnormal::routes()];
    let visits = [inspections::routes(), visit::routes(), paper::routes(), rectifications::routes(), rectification::routes()];
    plans.into_iter().chain(visits).flatten().collect()
}

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("insp.{key}"))
}

/// The same with values in them.
fn fill(reader: &Reader, key: &str, values: &[(&str, &str)]) -> String {
    reader.fill(&format!("insp.{key}"), values)
}

/// Columns by their words.
fn columns(reader: &Reader, keys: &[&str]) -> Vec<Column> {
    keys.iter().map(|key| Column::text(say(reader, key))).collect()
}

/// A day that may not be known.
fn on(reader: &Reader, day: Option<&str>) -> String {
    day.map(|day| day_of(reader.lang, day)).unwrap_or_default()
}

/// Two columns: what, and what is known of it; what is not known is left out.
fn facts(reader: &Reader, caption: &str, rows: Vec<(&str, String)>) -> Table {
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty());
    Table {
        caption: say(reader, caption),
        columns: vec![Column::text(reader.say("what")), Column::text(say(reader, "known"))],
        rows: rows.map(|(key, value)| vec![Cell::text(say(reader, key)), Cell::text(value)]).collect(),
        empty: String::new(),
    }
}

/// A state in words and colour; its words are `work.insp.<kind>.<word>`.
fn state(reader: &Reader, kind: &str, word: &str) -> Cell {
    let class = match word {
        "published" | "accepted" | "drawn" | "lifted" | "nothing" => "ok",
        "waiting" | "ordered" | "again" | "frozen" | "proposed" | "lift_proposed" | "recorded" | "rectify" => "amber",
        "replied" | "follow_up" | "expired" | "in_force" => "red",
        _ => "soft",
    };
    Cell::badge(say(reader, &format!("{kind}.{word}")), class)
}
