//! `/work/measures`: stops and recalls in reach; proposing one after a look at what it reaches and at the page consumers will see; confirming,
//! dropping, lifting; and the list of everybody to be told, for printing.

mod list;
mod one;
mod preview;
mod propose;
mod recall_new;
mod stop_new;

use super::super::app::App;
use super::super::pages::staff::{Cell, Column, Frame, Table};
use super::super::route::Route;
use super::desk::Reader;
use super::names::{day_of, state};
use super::office::{As, input};
use super::parts::Form;
use crate::supervision::recipients::{Reach, Recipient};

/// Pages of measures.
pub(super) fn routes() -> Vec<Route> {
    [list::routes(), stop_new::routes(), recall_new::routes(), one::routes()].into_iter().flatten().collect()
}

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("measures.{key}"))
}

/// A form that may also be looked at before it is sent.
struct Act {
    form: Form,
    /// Where its preview is, opened beside the page; empty where there is none.
    preview: String,
}

/// One measure, proposed or about to be.
#[derive(askama::Template)]
#[template(path = "staff/measure.html")]
struct MeasurePage<'a> {
    frame: Frame<'a>,
    state: Option<Cell>,
    /// What is to be known first.
    told: Vec<String>,
    facts: Vec<(String, String)>,
    /// Headline and explanation as consumers will read them.
    consumer: Option<(String, String, &'static str)>,
    tables: Vec<Table>,
    acts: Vec<Act>,
    links: Vec<(String, String)>,
}

/// What it reaches, as facts and tables.
fn reached(reader: &Reader, reach: &Reach) -> (Vec<(String, String)>, Vec<Table>) {
    let made = reach.batches.iter().filter(|view| view.depth > 0).count();
    let consignees = reach.recipients.iter().filter(|one| one.role == "consignee").count();
    let mut facts = vec![
        (say(reader, "in_use"), crate::kernel::quantity::grouped(reach.in_use)),
        (say(reader, "waiting"), crate::kernel::quantity::grouped(reach.waiting)),
        (say(reader, "consignees"), consignees.to_string()),
    ];
    if !reach.batches.is_empty() {
        facts.insert(
            0,
            (
                say(reader, "batches"),
                reader.fill("measures.batches_n", &[("n", &reach.batches.len().to_string()), ("made", &made.to_string())]),
            ),
        );
    }
    let mut tables = Vec::new();
    if !reach.batches.is_empty() {
        let row = |view: &crate::trace::queries::process::ReachedView| {
            let depth =
                if view.depth == 0 { say(reader, "itself") } else { reader.fill("measures.made_of", &[("n", &view.depth.to_string())]) };
            let figure = |name: &str| view.figures.iter().find(|(key, _)| key.starts_with(name)).map_or(0, |(_, value)| *value);
            vec![
                Cell::link(view.lot.clone(), reader.to(&format!("/work/batches/{}", view.batch_id))).with_small(depth),
                state(reader, "batch_state", &view.state),
                Cell::text(crate::kernel::quantity::grouped(figure("coded"))),
                Cell::text(crate::kernel::quantity::grouped(figure("shipped"))),
            ]
        };
        tables.push(Table {
            caption: say(reader, "batches"),
            columns: vec![
                Column::text(say(reader, "lot")),
                Column::text(reader.say("state")),
                Column::number(say(reader, "coded")),
                Column::number(say(reader, "shipped")),
            ],
            rows: reach.batches.iter().map(row).collect(),
            empty: String::new(),
        });
    }
    tables.push(recipients(reader, &reach.recipients));
    (facts, tables)
}

/// Everybody to be told.
fn recipients(reader: &Reader, all: &[Recipient]) -> Table {
    let row = |one: &Recipient| {
        let told = if one.organisation_id.is_some() {
            Cell::badge(say(reader, "told_here"), "ok")
        } else {
            Cell::badge(say(reader, "told_by_paper"), "amber")
        };
        let where_to = [one.contact.clone(), one.place.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let sent = one.last_sent_on.as_deref().map(|day| day_of(reader.lang, day)).unwrap_or_default();
        vec![
            Cell::text(one.name.clone()).with_small(say(reader, &format!("role.{}", one.role))),
            Cell::text(where_to),
            Cell::text(one.lots.join("、")).with_small(sent),
            Cell::text(if one.codes > 0 { crate::kernel::quantity::grouped(one.codes) } else { String::new() }),
            told,
        ]
    };
    Table {
        caption: say(reader, "recipients"),
        columns: vec![
            Column::text(say(reader, "who")),
            Column::text(say(reader, "contact")),
            Column::text(say(reader, "lots")),
            Column::number(say(reader, "labels")),
            Column::text(say(reader, "how_told")),
        ],
        rows: all.iter().map(row).collect(),
        empty: say(reader, "recipients_none"),
    }
}

/// Words in which a measure is named.
fn decided(reader: &Reader, state_word: &str) -> Cell {
    state(reader, "decision_state", state_word)
}

/// A form with one more button that shows the consumer's page.
fn act_of(app: &App, reader: &Reader, name: &'static str, path: &str, fields: Vec<super::parts::Field>) -> Form {
    let label = format!("measures.act.{name}");
    Form::new(app, reader, name, path, &label, &label, fields).about(say(reader, &format!("act_about.{name}")))
}
