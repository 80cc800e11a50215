//! The mass-balance board as it is read: every product within reach with its producers.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::balance::{Amount, Beside, Figure, Row, Standing, growers_row, row, total};
use crate::db::Db;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Clock, Failure, Outcome, Scope};
use crate::trace::goods::Goods;
use crate::trace::history::{largest, stands_out};
use crate::trace::measure::named;
use crate::trace::queries::balance::{Books, GrowerSums, Wanted, books, goods_of, growers, parties, years_before};
use crate::trade::declared::{Declared, declared_sales};

/// One producer on the board.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its name.
    pub producer: String,
    /// Where it lies.
    pub division_code: String,
    /// What the books say.
    pub books: Books,
    /// What the board makes of it.
    pub row: Row,
    /// What its listings say, in items.
    pub sales: Option<Declared>,
}

/// One product and season on the board.
#[derive(Debug, Clone)]
pub struct Board {
    /// The product.
    pub goods: Goods,
    /// The season.
    pub season: String,
    /// Its producers: what can't be true first, then what to look at, then by name.
    pub lines: Vec<Line>,
    /// Its growers.
    pub growers: Option<(GrowerSums, Row)>,
    /// What is known in all.
    pub total: Vec<(Figure, Amount)>,
}

impl Board {
    /// How it stands: as its worst row.
    pub fn standing(&self) -> Standing {
        let rows = self.lines.iter().map(|line| line.row.standing()).chain(self.growers.iter().map(|(_, row)| row.standing()));
        rows.min().unwrap_or(Standing::Unknown)
    }
}

/// Is the reader shown what went to customers? Holders of rights see totals only.
pub fn sees_trade(scope: &Scope) -> bool {
    scope.all || !scope.divisions.is_empty() || !scope.organisations.is_empty()
}

/// The boards of every product and season asked for that has any books within reach, products by name, the newest season first.
///
/// # Errors
/// Only ours.
pub async fn boards(db: &Db, actor: &Actor, wanted: Wanted<'_>, clock: &Clock) -> Outcome<Vec<Board>> {
    let all = books(db, actor, wanted, clock.now()).await?;
    let sums = if wanted.producer_id.is_none() { growers(db, actor, wanted).await? } else { Vec::new() };
    let keys: BTreeSet<(String, String)> = all
        .iter()
        .map(|book| (book.product_id.clone(), book.season.clone()))
        .chain(sums.iter().map(|sum| (sum.product_id.clone(), sum.season.clone())))
        .collect();
    let goods = goods_of(db, keys.iter().map(|(product, _)| product.clone()).collect()).await?;
    let ids: BTreeSet<String> = all.iter().map(|book| book.producer_id.clone()).collect();
    let names = parties(db, &ids.into_iter().collect::<Vec<_>>()).await?;
    let mut boards = Vec::with_capacity(keys.len());
    for (product, season) in keys {
        let Some(goods) = goods.get(&product) else { continue };
        let sales = sales_of(db, actor, goods, &season, clock).await?;
        let mut lines = Vec::new();
        for book in all.iter().filter(|book| book.product_id == product && book.season == season) {
            let said = sales.get(&book.producer_id).copied();
            let past = if wanted.producer_id.is_some() { past(db, book).await? } else { None };
            let beside = Beside { sales: said, stands_out: past, sees_trade: sees_trade(&actor.scope) };
            let (producer, division_code) = names.get(&book.producer_id).cloned().unwrap_or_default();
            lines.push(Line { producer, division_code, row: row(book, &beside), books: book.clone(), sales: said });
        }
        lines.sort_by(|a, b| a.row.standing().cmp(&b.row.standing()).then_with(|| a.producer.cmp(&b.producer)));
        let growers = sums.iter().find(|sum| sum.product_id == product && sum.season == season);
        let growers = growers.map(|sum| (sum.clone(), growers_row(sum)));
        let rows: Vec<Row> = lines.iter().map(|line| line.row.clone()).collect();
        let total = total(&rows, growers.as_ref().map(|(_, row)| row));
        boards.push(Board { goods: goods.clone(), season, lines, growers, total });
    }
    boards.sort_by(|a, b| a.goods.name.cmp(&b.goods.name).then_with(|| b.season.cmp(&a.season)));
    Ok(boards)
}

/// One producer's row of one product and season.
///
/// # Errors
/// `not_found`, also for what is out of reach.
pub async fn line(db: &Db, actor: &Actor, product: &str, producer: &str, season: Option<&str>, clock: &Clock) -> Outcome<Board> {
    let wanted = Wanted { producer_id: Some(producer), product_id: Some(product), season };
    boards(db, actor, wanted, clock).await?.into_iter().next().ok_or_else(Failure::not_found)
}

/// This season's total and the largest of the three years before, where it stands out.
async fn past(db: &Db, book: &Books) -> Outcome<Option<(i64, i64)>> {
    let (came, years) = (book.may + book.received, years_before(db, book).await?);
    Ok(largest(&years).filter(|_| stands_out(came, &years)).map(|year| (came, year.amount)))
}

/// What listings said between the season's first day and the day its account closes.
async fn sales_of(db: &Db, actor: &Actor, goods: &Goods, season: &str, clock: &Clock) -> Outcome<BTreeMap<String, Declared>> {
    let Some(first) = goods.season_days(season).map(|days| days.from) else { return Ok(BTreeMap::new()) };
    let last = goods.closing_day(season).unwrap_or_else(|| first.months_later(12)).min(clock.today());
    declared_sales(db, actor, (&goods.id, season), (first.start(), last.plus(1).start())).await
}

/// A figure as the API says it: `least_g` and `most_g` (or without unit), or why it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FigureView {
    /// `may` `received` `registered` `coded` `activated` `shipped` `scanned` `sold`.
    pub figure: &'static str,
    /// Least and most; equal where it is exact.
    #[serde(flatten)]
    pub amounts: BTreeMap<String, i64>,
    /// Why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<&'static str>,
}

/// Two figures that can't both be true, or that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FoundView {
    /// What.
    pub what: &'static str,
    /// The figure.
    pub figure: i64,
    /// What it is held against.
    pub against: i64,
}

/// One producer, product and season.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BalanceView {
    /// The producer.
    pub producer_id: String,
    /// Its name.
    pub producer: String,
    /// The product.
    pub product_id: String,
    /// The season.
    pub season: String,
    /// `g`, `ml` or `piece`.
    pub unit: &'static str,
    /// `impossible`, `look`, `unknown` or `fits`.
    pub standing: &'static str,
    /// The figures.
    pub figures: Vec<FigureView>,
    /// What can't be true.
    pub impossible: Vec<FoundView>,
    /// What to look at.
    pub look: Vec<FoundView>,
}

fn figure_view(unit: BaseUnit, figure: Figure, amount: Amount) -> FigureView {
    let ends = amount.least().zip(amount.most());
    FigureView {
        figure: figure.word(),
        amounts: ends.map(|(least, most)| named(unit, [("least", least), ("most", most)])).unwrap_or_default(),
        unknown: if let Amount::Unknown(why) = amount { Some(why.word()) } else { None },
    }
}

/// What the API is asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct BalanceFilter {
    /// Of this product.
    pub product_id: Option<String>,
    /// Of this producer.
    pub producer_id: Option<String>,
    /// Of this season.
    pub season: Option<String>,
}

/// The board as the API says it, in the board's order; `cursor` is the place of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn balances(
    db: &Db,
    actor: &Actor,
    filter: &BalanceFilter,
    (cursor, limit): (Option<&str>, u64),
    clock: &Clock,
) -> Outcome<(Vec<BalanceView>, Option<String>)> {
    let wanted =
        Wanted { producer_id: filter.producer_id.as_deref(), product_id: filter.product_id.as_deref(), season: filter.season.as_deref() };
    let boards = boards(db, actor, wanted, clock).await?;
    let views = boards.iter().flat_map(|board| board.lines.iter().map(|line| view(board, line)));
    let after = cursor.and_then(|place| place.parse::<usize>().ok()).unwrap_or(0);
    let limit = usize::try_from(limit).unwrap_or(200);
    let mut items: Vec<BalanceView> = views.skip(after).take(limit + 1).collect();
    let more = items.len() > limit;
    items.truncate(limit);
    Ok((items, more.then(|| (after + limit).to_string())))
}

fn view(board: &Board, line: &Line) -> BalanceView {
    BalanceView {
        producer_id: line.books.producer_id.clone(),
        producer: line.producer.clone(),
        product_id: line.books.product_id.clone(),
        season: board.season.clone(),
        unit: board.goods.unit.word(),
        standing: line.row.standing().word(),
        figures: line.row.figures.iter().map(|(figure, amount)| figure_view(board.goods.unit, *figure, *amount)).collect(),
        impossible: line
            .row
            .impossible
            .iter()
            .map(|found| FoundView { what: found.what.word(), figure: found.figure, against: found.against })
            .collect(),
        look: line
            .row
            .look
            .iter()
            .map(|found| FoundView { what: found.what.word(), figure: found.figure, against: found.against })
            .collect(),
    }
}
