//! What 12315 calls what we handed over: its number, kind and state, typed one by one or from its export.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{FeedbackRow, required};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::supervision::feedback::FeedbackState;
use crate::supervision::store::feedback as store;

/// The most rows of one export.
pub const MOST_ROWS: usize = 5_000;

/// `POST /feedback/{id}/outside`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideInput {
    /// 登记编号.
    #[serde(default)]
    pub number: String,
    /// 类型, as 12315 says it.
    #[serde(default)]
    pub kind: Option<String>,
    /// 状态, as 12315 says it.
    #[serde(default)]
    pub state: Option<String>,
    /// Day of that state; today if not given.
    #[serde(default)]
    pub on: Option<String>,
}

/// One row of an export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutsideRow {
    /// Its row in the sheet.
    pub row: u32,
    /// Our number, once; afterwards 12315's own is enough.
    pub ours: String,
    /// 登记编号.
    pub number: String,
    /// 类型.
    pub kind: String,
    /// 状态.
    pub state: String,
    /// 时间: a day, or a day with a time.
    pub on: String,
}

/// What became of an export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowsTaken {
    /// Rows that changed something.
    pub taken: usize,
    /// Rows that say what is known already.
    pub known: usize,
}

fn set(row: &mut FeedbackRow, number: &str, kind: &str, state: &str, on: Day) -> bool {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let before = (row.outside_no.clone(), row.outside_kind.clone(), row.outside_state.clone(), row.outside_on.clone(), row.state.clone());
    row.outside_no = Some(number.to_owned());
    row.outside_kind = some(kind).or(row.outside_kind.take());
    row.outside_state = some(state).or(row.outside_state.take());
    row.outside_on = Some(on.to_string());
    if FeedbackState::parse(&row.state).is_some_and(|from| from.may_become(FeedbackState::Transferred)) {
        FeedbackState::Transferred.word().clone_into(&mut row.state);
    }
    before != (row.outside_no.clone(), row.outside_kind.clone(), row.outside_state.clone(), row.outside_on.clone(), row.state.clone())
}

/// Records number and state of 12315 for one.
///
/// # Errors
/// `not_found`; fields `outside_number_missing`, `register_too_long`, `day_unreadable`, `outside_number_taken`.
pub async fn record_outside(tx: &Tx, desk: &Desk, id: &str, input: &OutsideInput) -> Outcome<FeedbackRow> {
    let mut faults = Faults::new();
    let number = required(&mut faults, "/number", "outside_number_missing", &input.number, 40);
    let words = |typed: &Option<String>| typed.as_deref().map(text::clean).unwrap_or_default();
    let (said_kind, state) = (words(&input.kind), words(&input.state));
    for (pointer, typed) in [("/kind", &said_kind), ("/state", &state)] {
        if text::too_long(typed, 40) {
            faults.add(pointer, "register_too_long").with("most", 40);
        }
    }
    let on = day(&mut faults, "/on", input.on.as_deref().unwrap_or_default(), desk.clock.today());
    let mut row = store::lock(tx, &desk.actor.scope, id).await?;
    if let Some(other) = store::named(tx.connection(), &desk.actor.scope, &number).await?.filter(|other| other.id != id) {
        faults.add("/number", "outside_number_taken").with("value", &number).with("other", other.number);
    }
    faults.check()?;
    set(&mut row, &number, &said_kind, &state, on);
    store::update(tx, &row).await?;
    let facts = json!({ "number": row.outside_no, "kind": row.outside_kind, "state": row.outside_state, "on": row.outside_on });
    ledger::append(tx, desk, Event::new(kind::FEEDBACK_NUMBERED, id, facts)).await?;
    Ok(row)
}

fn day(faults: &mut Faults, pointer: &str, typed: &str, today: Day) -> Day {
    let typed = typed.trim().replace('/', "-");
    let written: String = typed.chars().take(10).collect();
    match written.as_str() {
        "" => today,
        text => Day::parse(text).filter(|day| *day <= today).unwrap_or_else(|| {
            faults.add(pointer, "outside_day").with("value", text);
            today
        }),
    }
}

/// Takes an export of 12315: every row or none, each fault at its row.
///
/// # Errors
/// `invalid_fields` at `/rows/{n}/…`: `outside_number_missing`, `outside_unknown`, `outside_twice`, `outside_number_taken`, `outside_day`,
/// `register_too_long`; `too_many`.
pub async fn import_outside(tx: &Tx, desk: &Desk, rows: &[OutsideRow]) -> Outcome<RowsTaken> {
    if rows.is_empty() || rows.len() > MOST_ROWS {
        return Err(Failure::invalid("outside_rows").with("figure", rows.len()).with("right", MOST_ROWS));
    }
    let (mut faults, mut seen, mut changed) = (Faults::new(), std::collections::BTreeSet::new(), Vec::new());
    let (mut taken, mut met) = (RowsTaken::default(), std::collections::BTreeSet::new());
    for (at, said) in rows.iter().enumerate() {
        let pointer = |field: &str| format!("/rows/{at}/{field}");
        let number = text::clean(&said.number);
        if number.is_empty() || text::too_long(&number, 40) {
            faults.add(pointer("number"), "outside_number_missing").with("row", said.row).with("most", 40);
            continue;
        }
        if !seen.insert(number.clone()) {
            faults.add(pointer("number"), "outside_twice").with("row", said.row).with("value", &number);
            continue;
        }
        let ours = text::clean(&said.ours);
        let scope = &desk.actor.scope;
        let by_theirs = store::named(tx.connection(), scope, &number).await?;
        let by_ours = if ours.is_empty() { None } else { store::named(tx.connection(), scope, &ours).await? };
        let found = match (&by_theirs, &by_ours) {
            (Some(a), Some(b)) if a.id != b.id => {
                faults.add(pointer("number"), "outside_number_taken").with("value", &number).with("other", &a.number);
                continue;
            }
            _ => by_ours.or(by_theirs),
        };
        let Some(found) = found else {
            faults
                .add(pointer("ours"), "outside_unknown")
                .with("row", said.row)
                .with("value", if ours.is_empty() { &number } else { &ours });
            continue;
        };
        if !met.insert(found.id.clone()) {
            let value = if ours.is_empty() { &number } else { &ours };
            faults.add(pointer("ours"), "outside_twice").with("row", said.row).with("value", value);
            continue;
        }
        let (said_kind, state) = (text::clean(&said.kind), text::clean(&said.state));
        if text::too_long(&said_kind, 40) || text::too_long(&state, 40) {
            faults.add(pointer("state"), "register_too_long").with("most", 40);
        }
        let on = day(&mut faults, &pointer("on"), &said.on, desk.clock.today());
        let mut row = store::lock(tx, scope, &found.id).await?;
        if set(&mut row, &number, &said_kind, &state, on) {
            changed.push(row);
        } else {
            taken.known += 1;
        }
    }
    faults.check()?;
    for row in &changed {
        store::update(tx, row).await?;
    }
    taken.taken = changed.len();
    let lines: Vec<_> = changed.iter().map(|row| json!([row.id, row.outside_no, row.outside_state])).collect();
    ledger::append(tx, desk, Event::new(kind::FEEDBACK_IMPORTED, "feedback", json!({ "rows": lines, "known": taken.known }))).await?;
    Ok(taken)
}
