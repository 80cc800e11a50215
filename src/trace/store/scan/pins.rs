//! Scratch PINs: the first use and the wrong tries of a code, each one conditional write.

use sea_orm::{ConnectionTrait, Value};

use super::codes::CodeKey;
use super::{Columns, execute, rows};
use crate::kernel::{Day, Failure, Millis, Outcome};

/// First use of a PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseRow {
    pub at: Millis,
    pub place: Option<String>,
    pub visitor: i64,
}

/// What is known of a code's PIN.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PinRow {
    pub used: Option<UseRow>,
    pub wrong_day: Option<Day>,
    pub wrong_count: i64,
}

/// Reads what is known of a code's PIN.
pub async fn find<C: ConnectionTrait>(connection: &C, key: CodeKey) -> Outcome<PinRow> {
    let sql = "SELECT first_used_at, first_place, first_visitor, wrong_day, wrong_count FROM pin_use WHERE order_no = $1 AND seq = $2";
    let found = rows(connection, sql, vec![key.order_no.into(), key.seq.into()]).await?;
    let Some(row) = found.first() else { return Ok(PinRow::default()) };
    let mut columns = Columns::of(row);
    let (at, place, visitor) = (columns.next::<Option<Millis>>()?, columns.next()?, columns.next::<Option<i64>>()?);
    let used = at.map(|at| UseRow { at, place, visitor: visitor.unwrap_or_default() });
    Ok(PinRow { used, wrong_day: columns.day_if_any()?, wrong_count: columns.next()? })
}

/// Records the first use; false if it was used before.
pub async fn use_first<C: ConnectionTrait>(connection: &C, key: CodeKey, used: &UseRow) -> Outcome<bool> {
    let sql = "INSERT INTO pin_use (order_no, seq, first_used_at, first_place, first_visitor, wrong_day, wrong_count) \
               VALUES ($1, $2, $3, $4, $5, NULL, 0) ON CONFLICT (order_no, seq) DO UPDATE \
               SET first_used_at = excluded.first_used_at, first_place = excluded.first_place, first_visitor = excluded.first_visitor \
               WHERE pin_use.first_used_at IS NULL";
    let values: Vec<Value> = vec![key.order_no.into(), key.seq.into(), used.at.into(), used.place.clone().into(), used.visitor.into()];
    touched_one(execute(connection, sql, values).await?)
}

/// Counts a wrong try on `day`; false if there were `most` on that day already.
pub async fn count_wrong<C: ConnectionTrait>(connection: &C, key: CodeKey, day: Day, most: i64) -> Outcome<bool> {
    let sql = "INSERT INTO pin_use (order_no, seq, wrong_day, wrong_count) VALUES ($1, $2, $3, 1) ON CONFLICT (order_no, seq) DO UPDATE \
               SET wrong_count = CASE WHEN pin_use.wrong_day = excluded.wrong_day THEN pin_use.wrong_count + 1 ELSE 1 END, \
               wrong_day = excluded.wrong_day \
               WHERE pin_use.wrong_day IS NULL OR pin_use.wrong_day <> excluded.wrong_day OR pin_use.wrong_count < $4";
    touched_one(execute(connection, sql, vec![key.order_no.into(), key.seq.into(), day.to_string().into(), most.into()]).await?)
}

/// Keeps that a PIN was tried, for the rules: `first`, `used` or `wrong`.
pub async fn note_try<C: ConnectionTrait>(connection: &C, key: CodeKey, tried: &UseRow, outcome: &str) -> Outcome<()> {
    let sql = "INSERT INTO pin_try (at, order_no, seq, visitor, outcome) VALUES ($1, $2, $3, $4, $5)";
    let values: Vec<Value> = vec![tried.at.into(), key.order_no.into(), key.seq.into(), tried.visitor.into(), outcome.into()];
    execute(connection, sql, values).await.map(drop)
}

fn touched_one(rows: u64) -> Outcome<bool> {
    match rows {
        0 => Ok(false),
        1 => Ok(true),
        more => Err(Failure::broken(format!("{more} rows for one code"))),
    }
}
