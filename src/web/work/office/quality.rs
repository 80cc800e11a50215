//! `/work/quality`: what of the data is wanting, each with the things to mend.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::parts::{Part, PartsPage};
use super::say;
use crate::identity::role::Permission as P;
use crate::registry::queries::{calendar, term};
use crate::trace::queries::quality::{Finding, Wanting, findings};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/quality", Access::Needs(P::QualityRead), show)]
}

/// Where a thing is mended, if it has a page.
fn place(reader: &Reader, thing: &Wanting) -> Cell {
    let path = match thing.kind {
        "product" => format!("/work/products/{}", thing.id),
        "mark_use" => format!("/work/mark-uses/{}", thing.id),
        "batch" => format!("/work/batches/{}", thing.id),
        "grower" => format!("/work/growers/{}", thing.id),
        _ => String::new(),
    };
    if path.is_empty() { Cell::text(thing.name.clone()) } else { Cell::link(thing.name.clone(), reader.to(&path)) }
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    let today = app.clock.today();
    let waits = term(&app.db, "pending_decision", today).await?;
    let calendar = calendar(&app.db).await?;
    // The latest day whose term has run out by today.
    let mut since = today;
    while waits.last_day(since, &calendar, &std::collections::BTreeSet::new()) >= today {
        since = since.plus(-1);
    }
    let found = findings(&app.db, &reader.actor(P::QualityRead)?, today, since.plus(1).start()).await?;
    let rows = found.iter().map(|finding| {
        let class = if finding.count == 0 { "ok" } else { "amber" };
        let words = if finding.count == 0 { say(&reader, "none_found") } else { finding.count.to_string() };
        vec![
            Cell::text(reader.word("office.finding", finding.code)),
            Cell::badge(words, class),
            Cell::text(reader.word("office.finding_why", finding.code)),
        ]
    });
    let table = Table {
        caption: say(&reader, "quality_caption"),
        columns: ["finding_label", "count", "why"].map(|key| Column::text(say(&reader, key))).into(),
        rows: rows.collect(),
        empty: String::new(),
    };
    let mut parts =
        vec![Part { heading: say(&reader, "quality"), about: say(&reader, "quality_about"), table: Some(table), ..Part::default() }];
    parts.extend(found.iter().filter(|finding| finding.count > 0).map(|finding| named(&reader, finding)));
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "quality"), Vec::new()), parts }.render()?))
}

fn named(reader: &Reader, finding: &Finding) -> Part {
    let table = Table {
        caption: reader.fill(
            "office.first_of",
            &[
                ("finding", &reader.word("office.finding", finding.code)),
                ("shown", &finding.named.len().to_string()),
                ("n", &finding.count.to_string()),
            ],
        ),
        columns: vec![Column::text(say(reader, "which"))],
        rows: finding.named.iter().map(|thing| vec![place(reader, thing)]).collect(),
        empty: String::new(),
    };
    Part { heading: reader.word("office.finding", finding.code), table: Some(table), ..Part::default() }
}
