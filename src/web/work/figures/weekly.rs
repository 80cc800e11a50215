//! `/work/figures`: one page a week, and the same as a workbook.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::body::Asked as AskedOf;
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::portal::PlaceMap as Map;
use super::super::super::pages::staff::{Cell, Column, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::{Asks, say};
use crate::identity::role::Permission as P;
use crate::interop::sheet::{Format, write::Out};
use crate::kernel::quantity::grouped;
use crate::kernel::{Failure, Outcome};
use crate::registry::queries::division;
use crate::supervision::week::Week;
use crate::supervision::weekly::{Asked, FigureLine, Unit, Weekly, weekly};

/// Weeks to choose from.
const WEEKS: i64 = 26;

pub(super) fn routes() -> Vec<Route> {
    let read = Access::Needs(P::FiguresRead);
    vec![Route::get("/work/figures", read, show), Route::get("/work/figures.xlsx", read, sheet)]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    week: String,
    #[serde(default)]
    product: String,
    #[serde(default)]
    county: String,
}

#[derive(Template)]
#[template(path = "staff/figures/weekly.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    asked: Asks,
    span: String,
    about: String,
    table: Table,
    map: Map,
    counties: Table,
    links: Vec<(String, String)>,
}

/// What the query means; a week nobody has heard of is not there.
fn asked(query: &Query) -> Result<Asked, Failure> {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let week = match given(&query.week) {
        Some(text) => Some(Week::parse(&text).ok_or_else(Failure::not_found)?),
        None => None,
    };
    Ok(Asked { week, product_id: given(&query.product), county: given(&query.county) })
}

async fn show(State(app): State<App>, reader: Reader, AskedOf(query): AskedOf<Query>) -> Result<Html<String>, Refusal> {
    let wanted = asked(&query)?;
    let found = weekly(&app.db, &app.clock, &wanted, |permission| reader.who.acting(permission)).await?;
    let this = Week::of(app.clock.today());
    let week = wanted.week.unwrap_or(this);
    let weeks = (0..WEEKS).map(|back| Week::of(this.first().plus(-7 * back)));
    let weeks = weeks.map(|week| (week.name(), format!("{} · {}", week.name(), day(&reader, week.first())))).collect();
    let counties = named(&app, &found.counties).await?;
    let at = |week: Week| {
        let (week, product, county) = (week.name(), query_value(&query.product), query_value(&query.county));
        format!("week={week}&product={product}&county={county}")
    };
    let mut links = vec![(reader.to(&format!("/work/figures?{}", at(week.before()))), say(&reader, "week_before"))];
    if week < this {
        links.push((reader.to(&format!("/work/figures?{}", at(week.after()))), say(&reader, "week_after")));
    }
    links.push((reader.to(&format!("/work/figures.xlsx?{}", at(week))), say(&reader, "as_sheet")));
    let values = [("from", day(&reader, found.from)), ("to", day(&reader, found.to))];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let title = reader.fill("numbers.week_title", &[("week", &found.week)]);
    let page = Page {
        action: reader.to("/work/figures"),
        asked: vec![
            ("week", say(&reader, "week"), week.name(), weeks),
            ("product", say(&reader, "product"), query.product.clone(), products(&app, &reader).await?),
            ("county", say(&reader, "county"), query.county.clone(), places(&app, &reader).await?),
        ],
        span: reader.fill(if found.running { "numbers.span_running" } else { "numbers.span" }, &values),
        about: say(&reader, "week_about"),
        table: table(&reader, &found.figures),
        map: map(&reader, &found),
        counties: county_table(&reader, counties),
        links,
        frame: reader.frame(title, Vec::new()),
    };
    Ok(Html(page.render()?))
}

fn day(reader: &Reader, day: crate::kernel::Day) -> String {
    day.for_people(reader.lang.english())
}

/// A figure in words.
fn value(line: &FigureLine, value: i64) -> String {
    match line.unit {
        Unit::Count => grouped(value),
        Unit::Percent => format!("{value}%"),
    }
}

/// How it changed against the week before.
fn change(line: &FigureLine) -> String {
    match line.before.map(|before| line.value - before) {
        None => String::new(),
        Some(0) => "±0".to_owned(),
        Some(more) if more > 0 => format!("+{}", grouped(more)),
        Some(less) => format!("−{}", grouped(-less)),
    }
}

fn table(reader: &Reader, figures: &[FigureLine]) -> Table {
    let row = |line: &FigureLine| {
        let before = line.before.map_or_else(|| say(reader, "now_only"), |before| value(line, before));
        vec![
            Cell::text(reader.word("numbers.weekly", line.figure)).with_small(reader.word("numbers.weekly_about", line.figure)),
            Cell::text(value(line, line.value)),
            Cell::text(before),
            Cell::text(change(line)),
        ]
    };
    Table {
        caption: say(reader, "week_caption"),
        columns: vec![
            Column::text(say(reader, "figure_label")),
            Column::number(say(reader, "this_week")),
            Column::number(say(reader, "last_week")),
            Column::number(say(reader, "change")),
        ],
        rows: figures.iter().map(row).collect(),
        empty: String::new(),
    }
}

fn map(reader: &Reader, found: &Weekly) -> Map {
    let figures: BTreeMap<String, u32> =
        found.counties.iter().map(|(code, n)| (code.clone(), u32::try_from(*n).unwrap_or(u32::MAX))).collect();
    Map::shaded(say(reader, "map_title"), say(reader, "map_text"), &figures)
}

/// Counties by name, most scans first.
async fn named(app: &App, counties: &BTreeMap<String, i64>) -> Outcome<Vec<(String, i64)>> {
    let mut rows = Vec::new();
    for (code, n) in counties {
        let name = division(&app.db, code).await.map_or_else(|_| code.clone(), |view| view.name);
        rows.push((name, *n));
    }
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(rows)
}

fn county_table(reader: &Reader, rows: Vec<(String, i64)>) -> Table {
    Table {
        caption: say(reader, "map_title"),
        columns: vec![Column::text(say(reader, "county")), Column::number(reader.word("numbers.weekly", "scans"))],
        rows: rows.into_iter().map(|(name, n)| vec![Cell::text(name), Cell::text(grouped(n))]).collect(),
        empty: say(reader, "map_empty"),
    }
}

/// Products with an account within reach.
async fn products(app: &App, reader: &Reader) -> Result<Vec<(String, String)>, Failure> {
    let actor = reader.actor(P::FiguresRead)?;
    let ids = crate::trace::queries::weekly::quotas(&app.db, &actor).await?.into_iter().map(|row| row.product_id).collect();
    let goods = crate::trace::queries::balance::goods_of(&app.db, ids).await?;
    Ok(goods.into_iter().map(|(id, goods)| (id, goods.name)).collect())
}

/// Counties of producers with an account within reach.
async fn places(app: &App, reader: &Reader) -> Result<Vec<(String, String)>, Failure> {
    let actor = reader.actor(P::FiguresRead)?;
    let ids: Vec<String> = crate::trace::queries::weekly::quotas(&app.db, &actor).await?.into_iter().map(|row| row.producer_id).collect();
    let lie = crate::trace::queries::weekly::places(&app.db, &ids).await?;
    let codes: BTreeMap<String, i64> = lie.values().map(|(_, code)| (code.chars().take(6).collect::<String>(), 0)).collect();
    let mut choices = Vec::new();
    for code in codes.keys() {
        let name = division(&app.db, code).await.map_or_else(|_| code.clone(), |view| view.name);
        choices.push((code.clone(), name));
    }
    Ok(choices)
}

async fn sheet(State(app): State<App>, reader: Reader, AskedOf(query): AskedOf<Query>) -> Result<Response, Refusal> {
    let found = weekly(&app.db, &app.clock, &asked(&query)?, |permission| reader.who.acting(permission)).await?;
    let counties = named(&app, &found.counties).await?;
    let head = ["figure_label", "this_week", "last_week", "change", "definition"].map(|key| say(&reader, key));
    let rows = found.figures.iter().map(|line| {
        let before = line.before.map_or_else(String::new, |before| before.to_string());
        let (figure, about) = (reader.word("numbers.weekly", line.figure), reader.word("numbers.weekly_about", line.figure));
        vec![figure, line.value.to_string(), before, change(line), about]
    });
    let mut rows: Vec<Vec<String>> = rows.collect();
    rows.push(Vec::new());
    rows.push(vec![say(&reader, "map_title")]);
    rows.extend(counties.into_iter().map(|(name, n)| vec![name, n.to_string()]));
    rows.push(vec![format!("{} {} – {}", found.week, found.from, found.to)]);
    let name = reader.fill("numbers.week_title", &[("week", &found.week)]);
    let title = name.clone();
    let bytes = tokio::task::spawn_blocking(move || -> Outcome<Vec<u8>> {
        let mut out = Out::new(Format::Xlsx, &title)?;
        out.headings(None, &head)?;
        for row in &rows {
            out.row(None, row, None)?;
        }
        out.end()
    });
    let bytes = bytes.await.map_err(Failure::broken)??;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let disposition = format!("attachment; filename*=UTF-8''{}", query_value(&format!("{name}.xlsx")).replace('+', "%20"));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
