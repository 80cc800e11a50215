//! `/work/balance`: what may be, what came in, what was registered, coded, put to use, shipped, scanned and sold, product by product.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Frame, Ladder, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::{Asks, amount, class, findings, say, standing};
use crate::identity::role::Permission as P;
use crate::supervision::balance::{Amount, Figure, Standing};
use crate::supervision::board::{Board, Line, boards};
use crate::trace::queries::balance::Wanted;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/balance", Access::Needs(P::FiguresRead), show)]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    product: String,
    #[serde(default)]
    season: String,
    #[serde(default)]
    standing: String,
}

/// One product on the page.
struct Part {
    heading: String,
    badge: (&'static str, String),
    ladder: Ladder,
    growers: String,
    table: Table,
}

#[derive(Template)]
#[template(path = "staff/figures/balance.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    asked: Asks,
    parts: Vec<Part>,
    definitions: Vec<(String, String)>,
    rules: Vec<String>,
}

/// What each figure is: where it is read from, and what it can't know.
pub(super) fn definitions(reader: &Reader) -> Vec<(String, String)> {
    let of = |figure: &Figure| (reader.word("numbers.figure", figure.word()), reader.word("numbers.about", figure.word()));
    Figure::ALL.iter().map(of).collect()
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::FiguresRead)?;
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let all = boards(&app.db, &actor, Wanted::default(), &app.clock).await?;
    let mut products: Vec<(String, String)> = all.iter().map(|board| (board.goods.id.clone(), board.goods.name.clone())).collect();
    products.dedup();
    let mut seasons: Vec<String> = all.iter().map(|board| board.season.clone()).collect();
    seasons.sort_unstable_by(|a, b| b.cmp(a));
    seasons.dedup();
    let wanted = Standing::parse(&query.standing);
    let shown: Vec<&Board> = all
        .iter()
        .filter(|board| given(&query.product).is_none_or(|id| board.goods.id == id))
        .filter(|board| match given(&query.season) {
            Some(season) => board.season == season,
            // Without a wish, the newest season of each product.
            None => !all.iter().any(|other| other.goods.id == board.goods.id && other.season > board.season),
        })
        .filter(|board| wanted.is_none_or(|wanted| board.lines.iter().any(|line| line.row.standing() == wanted)))
        .collect();
    let standings = Standing::ALL.iter().map(|s| (s.word().to_owned(), reader.word("numbers.standing", s.word()))).collect();
    let page = Page {
        action: reader.to("/work/balance"),
        asked: vec![
            ("product", say(&reader, "product"), query.product.clone(), products),
            ("season", say(&reader, "season"), query.season.clone(), seasons.into_iter().map(|s| (s.clone(), s)).collect()),
            ("standing", say(&reader, "standing_label"), query.standing.clone(), standings),
        ],
        parts: shown.iter().map(|board| part(&reader, board, wanted)).collect(),
        definitions: definitions(&reader),
        rules: ["rule_red", "rule_amber", "rule_unknown"].map(|key| say(&reader, key)).into(),
        frame: reader.frame(say(&reader, "balance"), Vec::new()),
    };
    Ok(Html(page.render()?))
}

/// The ladder of figures; `bad` says which stand in something that can't be true.
pub(super) fn ladder(reader: &Reader, board: &Board, figures: &[(Figure, Amount)]) -> Ladder {
    let said = reader.fill("numbers.ladder", &[("product", &board.goods.name), ("season", &board.season)]);
    let rung = |(figure, known): &(Figure, Amount)| {
        let (text, class) = match known {
            Amount::Unknown(_) => (say(reader, "unknown_short"), "soft"),
            known => (amount(reader, &board.goods, *known), ""),
        };
        (reader.word("numbers.figure", figure.word()), text, known.least().zip(known.most()), class)
    };
    Ladder::new(said, figures.iter().map(rung).collect())
}

fn part(reader: &Reader, board: &Board, wanted: Option<Standing>) -> Part {
    let growers = board.growers.as_ref().map(|(sums, row)| {
        let n = sums.households.to_string();
        let values = [
            ("n", n.as_str()),
            ("may", &amount(reader, &board.goods, row.figure(Figure::May))),
            ("delivered", &amount(reader, &board.goods, row.figure(Figure::Received))),
        ];
        let found: Vec<String> = findings(reader, &board.goods, row).into_iter().map(|said| said.text).collect();
        format!("{} {}", reader.fill("numbers.growers", &values), found.join(" "))
    });
    let mut columns = vec![Column::text(say(reader, "producer")), Column::text(reader.say("state"))];
    columns.extend(Figure::ALL.iter().map(|figure| Column::number(reader.word("numbers.figure", figure.word()))));
    let shown = |line: &&Line| wanted.is_none_or(|wanted| line.row.standing() == wanted);
    let row = |line: &Line| {
        let link = format!("/work/balance/{}/{}?season={}", board.goods.id, line.books.producer_id, board.season);
        let found = findings(reader, &board.goods, &line.row);
        let first = found.first().map(|said| said.text.clone()).unwrap_or_default();
        let mut cells = vec![Cell::link(line.producer.clone(), reader.to(&link)), standing(reader, line.row.standing()).with_small(first)];
        cells.extend(line.row.figures.iter().map(|(_, known)| Cell::text(amount(reader, &board.goods, *known))));
        cells
    };
    let worst = board.standing();
    Part {
        heading: format!("{} · {}", board.goods.name, board.season),
        badge: (class(worst), reader.word("numbers.standing", worst.word())),
        ladder: ladder(reader, board, &board.total),
        growers: growers.unwrap_or_default(),
        table: Table {
            // Equal regions of one page must be told apart.
            caption: format!("{} · {} {}", say(reader, "balance_caption"), board.goods.name, board.season),
            columns,
            rows: board.lines.iter().filter(shown).map(row).collect(),
            empty: say(reader, "no_producers"),
        },
    }
}
