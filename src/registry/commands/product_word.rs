//! 字典: grades and varieties of a product, each from a day to a day. What is ended stays; what was sold under it keeps it.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::form::{self, LINE};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::store::product_word::{self as store, WordRow};

/// The longest word, in characters: what the field of a delivery or pack takes.
const WORD: usize = 40;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// 等级
    Grade,
    /// 品种
    Variety,
}

impl WordKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Grade, Self::Variety];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Grade => "grade",
            Self::Variety => "variety",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A word to be recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WordInput {
    /// `grade` or `variety`.
    pub kind: String,
    /// The word.
    pub word: String,
    /// Its first day; today if it is not said.
    pub from: Option<String>,
    /// Where it is written: the standard, the holder's rules.
    pub source: String,
}

/// The end of a word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WordEnd {
    /// Its last day; today if it is not said.
    pub to: Option<String>,
}

fn day(faults: &mut Faults, pointer: &str, typed: Option<&str>, otherwise: Day) -> Day {
    match typed.map(|typed| (typed, Day::parse(typed))) {
        None => otherwise,
        Some((_, Some(day))) => day,
        Some((typed, None)) => {
            faults.add(pointer, "product_word_day").with("value", typed);
            otherwise
        }
    }
}

/// Records a grade or variety of a product.
///
/// # Errors
/// Fields `register_product_unknown`, `outside_your_region`, `product_word_kind`, `register_empty`, `register_too_long`,
/// `product_word_day`, `product_word_taken`.
pub async fn record_word(tx: &Tx, desk: &Desk, product_id: &str, input: &WordInput) -> Outcome<WordRow> {
    let mut faults = Faults::new();
    form::product(tx, desk, &mut faults, product_id).await?;
    let kind = WordKind::parse(&input.kind);
    if kind.is_none() {
        faults.add("/kind", "product_word_kind").with("value", &input.kind);
    }
    let word = form::required(&mut faults, "/word", &input.word, WORD);
    let source = form::required(&mut faults, "/source", &input.source, LINE);
    let from = day(&mut faults, "/from", input.from.as_deref(), desk.clock.today());
    let row = WordRow {
        id: desk.new_id(Noun::ProductWord),
        product_id: product_id.to_owned(),
        kind: kind.map_or("", WordKind::word).to_owned(),
        word,
        from_day: from.to_string(),
        to_day: None,
        source,
        recorded_by: desk.actor.account_id.clone(),
        recorded_at: desk.clock.now(),
        ended_by: None,
    };
    let known = store::of(tx.connection(), product_id).await?;
    let same = known
        .into_iter()
        .find(|old| old.kind == row.kind && old.word == row.word && old.to_day.as_ref().is_none_or(|to| *to >= row.from_day));
    if let Some(old) = same {
        faults.add("/word", "product_word_taken").with("value", &old.word).with("from", &old.from_day);
    }
    faults.check()?;
    store::insert(tx, row.clone()).await?;
    let facts = json!({ "product": row.product_id, "kind": row.kind, "word": row.word, "from": row.from_day, "source": row.source });
    ledger::append(tx, desk, Event::new(kind::PRODUCT_WORD_RECORDED, &row.id, facts)).await?;
    Ok(row)
}

/// Says the last day of a word.
///
/// # Errors
/// `not_found`; fields `outside_your_region`, `product_word_day`, `product_word_days`; `already_decided`.
pub async fn end_word(tx: &Tx, desk: &Desk, id: &str, input: &WordEnd) -> Outcome<WordRow> {
    let row = store::one(tx.connection(), id).await?;
    let mut faults = Faults::new();
    form::product(tx, desk, &mut faults, &row.product_id).await?;
    let last = day(&mut faults, "/to", input.to.as_deref(), desk.clock.today()).to_string();
    if last < row.from_day {
        faults.add("/to", "product_word_days").with("figure", &last).with("right", &row.from_day);
    }
    faults.check()?;
    if !store::end(tx, id, &last, &desk.actor.account_id).await? {
        return Err(Failure::conflict("already_decided"));
    }
    let facts = json!({ "product": row.product_id, "kind": row.kind, "word": row.word, "to": last });
    ledger::append(tx, desk, Event::new(kind::PRODUCT_WORD_ENDED, id, facts)).await?;
    store::one(tx.connection(), id).await
}
