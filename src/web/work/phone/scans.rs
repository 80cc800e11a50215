//! `/work/scans`: scans of one's own goods by day, place and verdict, as a picture and as tables; for those who oversee a region, of its goods.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::home::sees_several;
use crate::identity::role::Permission as P;
use crate::kernel::quantity::grouped;
use crate::trace::queries::scan::{DAYS, Seen, seen};

/// Places listed.
const PLACES: usize = 20;
/// Height of the picture's columns.
const HIGH: i64 = 120;
/// Width of one column with its gap.
const STEP: i64 = 20;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/scans", Access::Needs(P::CodeOrderRead), show)]
}

/// One column of the picture.
struct Pillar {
    x: i64,
    y: i64,
    height: i64,
}

#[derive(Template)]
#[template(path = "staff/phone/scans.html")]
struct Page<'a> {
    frame: Frame<'a>,
    facts: Vec<(String, String)>,
    pillars: Vec<Pillar>,
    said: String,
    ends: [String; 2],
    tables: Vec<(String, Table)>,
    tips: Vec<String>,
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::CodeOrderRead)?;
    // Whoever oversees others reads theirs; a producer only its own.
    let own = if sees_several(&reader, P::CodeOrderRead) { None } else { reader.own() };
    let found = seen(&app.db, &actor, own, app.clock.today()).await?;
    let say = |key: &str| reader.say(&format!("phone.{key}"));
    let recent = grouped(found.recent());
    let page = Page {
        facts: vec![
            (say("scans_recent"), recent.clone()),
            (say("scans_codes"), grouped(found.codes)),
            (say("scans_sessions"), grouped(found.sessions)),
        ],
        pillars: pillars(&found),
        said: reader.fill("phone.scans_said", &[("days", &DAYS.to_string()), ("n", &recent)]),
        ends: [found.by_day.first(), found.by_day.last()]
            .map(|d| d.map(|(day, _)| day.for_people(reader.lang.english())).unwrap_or_default()),
        tables: if found.recent() > 0 { tables(&reader, &found) } else { Vec::new() },
        tips: if found.sessions > 0 { Vec::new() } else { ["tip_activate", "tip_self", "tip_show"].map(say).into() },
        frame: reader.frame(say("scans"), Vec::new()),
    };
    Ok(Html(page.render()?))
}

fn pillars(found: &Seen) -> Vec<Pillar> {
    let most = found.by_day.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let pillar = |(n, count): (i64, i64)| {
        // A day with a single scan is still seen.
        let height = if count == 0 { 0 } else { (count.saturating_mul(HIGH) / most).max(3) };
        Pillar { x: n * STEP + 2, y: HIGH - height, height }
    };
    (0..).zip(found.by_day.iter().map(|(_, count)| *count)).map(pillar).collect()
}

fn tables(reader: &Reader, found: &Seen) -> Vec<(String, Table)> {
    let say = |key: &str| reader.say(&format!("phone.{key}"));
    let table = |caption: &str, what: &str, rows: Vec<(String, i64)>| {
        let row = |(text, count): (String, i64)| vec![Cell::text(text), Cell::text(grouped(count))];
        let columns = vec![Column::text(say(what)), Column::number(say("scans_count"))];
        (say(caption), Table { caption: say(caption), columns, rows: rows.into_iter().map(row).collect(), empty: String::new() })
    };
    let days = found.by_day.iter().rev().filter(|(_, n)| *n > 0).map(|(day, n)| (day.for_people(reader.lang.english()), *n));
    let place = |(place, n): &(String, i64)| (if place.is_empty() { say("place_unknown") } else { place.clone() }, *n);
    let verdict = |(word, n): &(String, i64)| (reader.word("phone.verdict", word), *n);
    vec![
        table("scans_by_day", "scans_day", days.collect()),
        table("scans_by_place", "scans_place", found.by_place.iter().take(PLACES).map(place).collect()),
        table("scans_by_verdict", "scans_verdict", found.by_verdict.iter().map(verdict).collect()),
    ]
}
