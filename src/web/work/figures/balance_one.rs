//! `/work/balance/{product}/{producer}`: one producer's figures of a season, each with where it is read from.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Frame, Ladder, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::balance::ladder;
use super::{Said, amount, class, findings, say};
use crate::identity::role::Permission as P;
use crate::kernel::quantity::grouped;
use crate::supervision::balance::Amount;
use crate::supervision::board::{Board, Line, line};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/balance/{product}/{producer}", Access::Needs(P::FiguresRead), show)]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    season: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/figures/balance_one.html")]
struct Page<'a> {
    frame: Frame<'a>,
    badge: (&'static str, String),
    findings: Vec<Said>,
    ladder: Ladder,
    table: Table,
    facts: Vec<(String, String)>,
    links: Vec<(String, String)>,
}

async fn show(
    State(app): State<App>,
    reader: Reader,
    Path((product, producer)): Path<(String, String)>,
    Asked(query): Asked<Query>,
) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::FiguresRead)?;
    let board = line(&app.db, &actor, &product, &producer, query.season.as_deref(), &app.clock).await?;
    let Some(one) = board.lines.first() else { return Err(crate::kernel::Failure::not_found().into()) };
    let standing = one.row.standing();
    let title = format!("{} · {} · {}", one.producer, board.goods.name, board.season);
    let page = Page {
        badge: (class(standing), reader.word("numbers.standing", standing.word())),
        findings: findings(&reader, &board.goods, &one.row),
        ladder: ladder(&reader, &board, &one.row.figures),
        table: table(&reader, &board, one),
        facts: facts(&reader, &board, one),
        links: links(&reader),
        frame: reader.frame(title, Vec::new()),
    };
    Ok(Html(page.render()?))
}

fn table(reader: &Reader, board: &Board, line: &Line) -> Table {
    let row = |(figure, known): &(crate::supervision::balance::Figure, Amount)| {
        let why = if let Amount::Unknown(why) = known { reader.word("numbers.unknown", why.word()) } else { String::new() };
        vec![
            Cell::text(reader.word("numbers.figure", figure.word())),
            Cell::text(amount(reader, &board.goods, *known)).with_small(why),
            Cell::text(reader.word("numbers.about", figure.word())),
        ]
    };
    Table {
        caption: say(reader, "one_caption"),
        columns: vec![
            Column::text(say(reader, "figure_label")),
            Column::number(reader.say("amount")),
            Column::text(say(reader, "definition")),
        ],
        rows: line.row.figures.iter().map(row).collect(),
        empty: String::new(),
    }
}

/// What stands behind the figures.
fn facts(reader: &Reader, board: &Board, line: &Line) -> Vec<(String, String)> {
    let (books, goods) = (&line.books, &board.goods);
    let mut facts = vec![
        ("remaining", goods.show(books.remaining)),
        ("reserved", goods.show(books.reserved)),
        ("elsewhere", goods.show(books.elsewhere)),
        ("pending", goods.show(books.pending)),
        ("deliveries", grouped(books.deliveries)),
        ("batches", grouped(books.batches)),
        ("printed", grouped(books.printed)),
        ("on_hand", format!("{} · {}", grouped(books.on_hand), goods.show(books.on_hand_amount))),
        ("scanned_codes", grouped(books.scanned_codes)),
        ("plots", grouped(books.plots)),
    ];
    if let Some(sales) = line.sales {
        facts.push(("listings", grouped(sales.listings)));
        facts.push(("items", format!("{} – {}", grouped(sales.low), grouped(sales.high))));
    }
    if let Some((least, most)) = books.packs {
        let packs = if least == most { goods.show(least) } else { format!("{} – {}", goods.show(least), goods.show(most)) };
        facts.push(("packs", packs));
    }
    facts.into_iter().map(|(key, value)| (reader.word("numbers.fact", key), value)).collect()
}

/// Where to read on, as far as the reader may.
fn links(reader: &Reader) -> Vec<(String, String)> {
    let places = [
        ("/work/batches", "batches", P::BatchRead),
        ("/work/orders", "orders", P::CodeOrderRead),
        ("/work/accounts", "people.accounts", P::SeasonAccountRead),
        ("/work/shipments", "shipments", P::ShipmentRead),
    ];
    places.into_iter().filter(|(_, _, needs)| reader.may(*needs)).map(|(path, words, _)| (reader.to(path), reader.say(words))).collect()
}
