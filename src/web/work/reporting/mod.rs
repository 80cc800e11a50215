//! 年度报告: what is asked of a firm each year, one page to fill it in, its review, a product's year put together, and its export.

mod edit;
mod export;
mod forms;
mod list;
mod one;
mod year;

use super::applying::figure;
use super::desk::Reader;
use super::todo::{Section, Todo};
use crate::cultivation::annual_report::{Question, Source, Unit};
use crate::cultivation::queries::{AnnualReportView, days_of, waiting_reports};
use crate::identity::role::Permission as P;
use crate::kernel::quantity::{grouped, mu_of_m2};
use crate::kernel::{Failure, Outcome};
use crate::trace::goods::Goods;
use crate::web::app::App;
use crate::web::pages::staff::{Cell, Column};
use crate::web::route::Route;

/// Pages of yearly reports.
pub(super) fn routes() -> Vec<Route> {
    [list::routes(), edit::routes(), one::routes(), year::routes(), export::routes()].into_iter().flatten().collect()
}

/// Where the list is.
const LIST: &str = "/work/annual-reports";
/// Fen of 1 元 and of 1 万元.
const YUAN: i64 = 100;
const WAN: i64 = 1_000_000;

fn place(id: &str) -> String {
    format!("{LIST}/{id}")
}

fn year_place(product_id: &str, year: i64) -> String {
    format!("{LIST}/years/{product_id}/{year}")
}

/// The year a path names; any other is not there.
fn year_of(text: &str) -> Outcome<i64> {
    let year = text.parse().ok().filter(|year| days_of(*year).is_ok());
    year.ok_or_else(Failure::not_found)
}

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("annual.{key}"))
}

fn fill(reader: &Reader, key: &str, values: &[(&str, &str)]) -> String {
    reader.fill(&format!("annual.{key}"), values)
}

fn columns(reader: &Reader, keys: &[&str]) -> Vec<Column> {
    keys.iter().map(|key| Column::text(say(reader, key))).collect()
}

/// Columns of which those after the first `texts` are figures.
fn figure_columns(reader: &Reader, keys: &[&str], texts: usize) -> Vec<Column> {
    let column = |(at, key): (usize, &&str)| if at < texts { Column::text(say(reader, key)) } else { Column::number(say(reader, key)) };
    keys.iter().enumerate().map(column).collect()
}

/// A state in words and colour.
fn state(reader: &Reader, word: &str) -> Cell {
    let class = match word {
        "accepted" => "ok",
        "returned" => "amber",
        _ => "soft",
    };
    Cell::badge(say(reader, &format!("state.{word}")), class)
}

/// The same of a report, which may be late and a correction.
fn standing(reader: &Reader, view: &AnnualReportView) -> Cell {
    let mut small = Vec::new();
    if view.version > 1 {
        small.push(fill(reader, "version", &[("n", &view.version.to_string())]));
    }
    if view.late {
        small.push(say(reader, "late"));
    }
    state(reader, &view.state).with_small(small.join(" "))
}

fn source(reader: &Reader, source: Source) -> String {
    say(reader, &format!("source.{}", source.word()))
}

/// A sum of money as people say it.
fn money(reader: &Reader, fen: i64) -> String {
    let (key, factor) = if fen >= WAN { ("in_wan", WAN) } else { ("in_yuan", YUAN) };
    let text = figure(fen, factor);
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let joint = if rest.is_empty() { "" } else { "." };
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), grouped);
    fill(reader, key, &[("n", &format!("{whole}{joint}{rest}"))])
}

/// A figure with its unit.
fn shown(reader: &Reader, goods: &Goods, unit: Unit, amount: i64) -> String {
    match unit {
        Unit::Amount => goods.show(amount),
        Unit::M2 => fill(reader, "in_area", &[("mu", &mu_of_m2(amount)), ("m2", &grouped(amount))]),
        Unit::Count => grouped(amount),
        Unit::Fen => money(reader, amount),
        Unit::FenEach => fill(reader, &format!("each_{}", goods.unit.word()), &[("n", &figure(amount, YUAN))]),
        Unit::Percent => format!("{amount}%"),
    }
}

/// A question with both figures.
fn question(reader: &Reader, goods: &Goods, question: Question, declared: i64, other: i64) -> String {
    let unit = if question == Question::Price { Unit::Fen } else { Unit::Amount };
    let values = [("figure", shown(reader, goods, unit, declared)), ("right", shown(reader, goods, unit, other))];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fill(reader, &format!("question.{}", question.word()), &values)
}

/// What a report is on.
fn named(view: &AnnualReportView) -> String {
    format!("{} · {}", view.product, view.year)
}

/// Reports that wait for the reader's review.
async fn to_review(app: &App, reader: &Reader) -> Outcome<Vec<AnnualReportView>> {
    match reader.acting(P::AnnualReportReview) {
        Some(actor) => waiting_reports(&app.db, &actor).await,
        None => Ok(Vec::new()),
    }
}

/// What waits for the reader's review, for the home page; nothing where there is none.
pub(super) async fn section(app: &App, reader: &Reader) -> Outcome<Option<Section>> {
    let todo = |view: AnnualReportView| Todo {
        title: format!("{} · {}", view.organisation, named(&view)),
        href: reader.to(&place(&view.id)),
        lines: Vec::new(),
        state: standing(reader, &view),
        steps: Vec::new(),
    };
    let items: Vec<Todo> = to_review(app, reader).await?.into_iter().map(todo).collect();
    let section = Section { heading: say(reader, "waiting"), empty: String::new(), items };
    Ok(Some(section).filter(|section| !section.items.is_empty()))
}
