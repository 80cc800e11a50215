//! What every act on labels owes to the levels of packaging: a dead label lies in no case, and a case holds goods of one batch.

use std::collections::{BTreeMap, BTreeSet};

use crate::db::Tx;
use crate::kernel::{Desk, Failure, Outcome};
use crate::trace::CodeKind;
use crate::trace::nesting::{LetGo, Seen, mixed};
use crate::trace::range::{Range, RangeState};
use crate::trace::store::nesting;
use crate::trace::store::order::OrderRow;
use crate::trace::verdict::VoidReason;

/// What the codes of an order are for.
pub(super) fn kind_of(row: &OrderRow) -> Outcome<CodeKind> {
    CodeKind::parse(&row.kind).ok_or_else(|| Failure::broken(format!("an unknown kind of code {:?}", row.kind)))
}

/// Takes dead labels out of their cases, and their items out of dead cases. How many items lie in no case any more.
pub(super) async fn let_go(tx: &Tx, desk: &Desk, row: &OrderRow, pieces: &[Range]) -> Outcome<i64> {
    let kind = kind_of(row)?;
    let dead: Vec<&Range> = pieces.iter().filter(|r| r.standing.state.is_dead()).collect();
    let (Some(first), Some(last)) = (dead.first().map(|r| r.first), dead.last().map(|r| r.last)) else { return Ok(0) };
    let lies = !nesting::of_items(tx.connection(), row.order_no, first, last).await?.is_empty();
    let holds = kind.is_container() && !nesting::of_cases(tx.connection(), row.order_no, first, last).await?.is_empty();
    let mut out = 0;
    for piece in dead {
        let relabelled = piece.standing.reason == Some(VoidReason::Relabelled);
        let (item, case) = match piece.standing.state {
            _ if relabelled => (LetGo::ItemRelabelled, LetGo::CaseRelabelled),
            RangeState::Returned => (LetGo::ItemReturned, LetGo::CaseVoided),
            _ => (LetGo::ItemVoided, LetGo::CaseVoided),
        };
        if lies {
            out += nesting::let_items_go(tx, desk, row.order_no, piece.first, piece.last, item.word()).await?;
        }
        if holds {
            out += nesting::empty_cases(tx, desk, row.order_no, piece.first, piece.last, case.word()).await?;
        }
    }
    Ok(out)
}

/// Do the cases these labels lie in, and the cases they are, still hold goods of one batch each?
///
/// # Errors
/// `mixed_batches` with both lots.
pub(super) async fn still_of_one_batch(tx: &Tx, row: &OrderRow, first: i64, last: i64) -> Outcome<()> {
    if kind_of(row)?.is_container() {
        of_one_batch(tx, row, first, last).await?;
    }
    let mut cases: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for link in nesting::of_items(tx.connection(), row.order_no, first, last).await?.iter().map(nesting::link) {
        let (from, to) = (link.case_of(first.max(link.child_first)), link.case_of(last.min(link.child_last)));
        let ends = cases.entry(link.parent_order).or_insert((from, to));
        *ends = (ends.0.min(from), ends.1.max(to));
    }
    let orders = nesting::orders(tx.connection(), &cases.keys().copied().collect::<Vec<_>>()).await?;
    for (number, (from, to)) in cases {
        if let Some(order) = orders.get(&number) {
            of_one_batch(tx, order, from, to).await?;
        }
    }
    Ok(())
}

/// Does each of these cases hold goods of one batch only, its own if it is in one? Bundles and pallets may hold several.
///
/// # Errors
/// `mixed_batches` with both lots.
pub(super) async fn of_one_batch(tx: &Tx, case: &OrderRow, first: i64, last: i64) -> Outcome<()> {
    if kind_of(case)? != CodeKind::Case || case.bundle {
        return Ok(());
    }
    let connection = tx.connection();
    let own = nesting::batch_runs(connection, case.order_no, first, last).await?;
    let mut seen: Vec<Seen> = own.into_iter().map(|(first, last, batch)| Seen { first, last, batch }).collect();
    let links: Vec<_> = nesting::of_cases(connection, case.order_no, first, last).await?.iter().map(nesting::link).collect();
    for order in links.iter().map(|l| l.child_order).collect::<BTreeSet<i64>>() {
        let of: Vec<_> = links.iter().filter(|l| l.child_order == order).collect();
        let ends = (of.iter().map(|l| l.child_first).min().unwrap_or(1), of.iter().map(|l| l.child_last).max().unwrap_or(0));
        let runs = nesting::batch_runs(connection, order, ends.0, ends.1).await?;
        seen.extend(of.iter().flat_map(|link| link.seen(&runs)));
    }
    let Some((at, one, other)) = mixed(seen) else { return Ok(()) };
    let batches = nesting::batches(connection, &[one.clone(), other.clone()]).await?;
    let lot = |id: &str| batches.get(id).map(|b| b.lot.clone()).unwrap_or_default();
    Err(Failure::conflict("mixed_batches")
        .with("case", at)
        .with("order_no", case.order_no)
        .with("lot", lot(&one))
        .with("other", lot(&other)))
}
