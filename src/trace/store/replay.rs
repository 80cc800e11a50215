//! The tables held against what the ledger says they must be.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, EntityTrait, ExprTrait, QueryOrder, QuerySelect};

use super::account::figure;
use crate::entity::{batch, batch_source, code_range, delivery, movement, season_account};
use crate::kernel::Outcome;
use crate::ledger::Finding;
use crate::trace::account::Bucket;
use crate::trace::batch::{BatchState, GoodsBucket, SourceWord};
use crate::trace::replay::{Replay, Segment, merged};

/// Everything in which the tables differ from the replay; empty where the books are in order.
///
/// # Errors
/// Only if the database can't be read.
pub async fn compare<C: ConnectionTrait>(connection: &C, replay: &Replay) -> Outcome<Vec<Finding>> {
    let mut differences: Vec<String> = replay.unread().into_iter().map(|what| format!("event not understood: {what}")).collect();
    accounts(connection, replay, &mut differences).await?;
    movements(connection, replay, &mut differences).await?;
    deliveries(connection, replay, &mut differences).await?;
    batches(connection, replay, &mut differences).await?;
    ranges(connection, replay, &mut differences).await?;
    Ok(differences.into_iter().map(|what| Finding::TableDiffers { what }).collect())
}

/// Notes two values that should be one.
fn note<T: PartialEq + std::fmt::Debug>(differences: &mut Vec<String>, what: impl std::fmt::Display, table: T, ledger: T) {
    if table != ledger {
        differences.push(format!("{what}: table {table:?}, ledger {ledger:?}"));
    }
}

async fn accounts<C: ConnectionTrait>(connection: &C, replay: &Replay, differences: &mut Vec<String>) -> Outcome<()> {
    let rows = season_account::Entity::find().order_by_asc(season_account::Column::Id).all(connection).await?;
    let known: BTreeSet<&String> = rows.iter().map(|row| &row.id).collect();
    for row in &rows {
        for bucket in Bucket::ALL.iter().filter(|b| !b.is_virtual()) {
            let what = format!("season_account {} {}", row.id, bucket.word());
            note(differences, what, figure(row, *bucket), replay.figure(&row.id, *bucket));
        }
        note(differences, format!("season_account {} state", row.id), row.state.as_str(), replay.state(&row.id).word());
    }
    for id in replay.accounts().filter(|id| !known.contains(id)) {
        differences.push(format!("season_account {id}: not in the table"));
    }
    Ok(())
}

/// Movements must add up to the same balances; codes are counted elsewhere.
async fn movements<C: ConnectionTrait>(connection: &C, replay: &Replay, differences: &mut Vec<String>) -> Outcome<()> {
    use movement::Column as Col;
    let rows: Vec<(String, String, String, i64)> = movement::Entity::find()
        .select_only()
        .columns([Col::AccountId, Col::FromBucket, Col::ToBucket])
        .column_as(Expr::col(Col::Amount).sum().cast_as("BIGINT"), "total")
        .group_by(Col::AccountId)
        .group_by(Col::FromBucket)
        .group_by(Col::ToBucket)
        .into_tuple()
        .all(connection)
        .await?;
    let mut balances: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (account, from, to, amount) in rows {
        *balances.entry((account.clone(), from)).or_insert(0) -= amount;
        *balances.entry((account, to)).or_insert(0) += amount;
    }
    let accounts: BTreeSet<String> = replay.accounts().cloned().chain(balances.keys().map(|(account, _)| account.clone())).collect();
    for account in accounts {
        for bucket in Bucket::ALL.iter().filter(|b| !b.counts_codes() && !b.is_virtual()) {
            let balance = balances.get(&(account.clone(), bucket.word().to_owned())).copied().unwrap_or(0);
            let what = format!("movements of {account} {}", bucket.word());
            note(differences, what, bucket.figure(balance), replay.figure(&account, *bucket));
        }
    }
    Ok(())
}

async fn deliveries<C: ConnectionTrait>(connection: &C, replay: &Replay, differences: &mut Vec<String>) -> Outcome<()> {
    let rows = delivery::Entity::find().order_by_asc(delivery::Column::Id).all(connection).await?;
    let used = used(connection).await?;
    let known: BTreeSet<&String> = rows.iter().map(|row| &row.id).collect();
    for row in &rows {
        let table = Some((row.amount, row.covered));
        note(differences, format!("delivery {} (weight, covered)", row.id), table, replay.deliveries().get(&row.id).copied());
        note(differences, format!("delivery {} used", row.id), row.used, used.get(&row.id).copied().unwrap_or(0));
    }
    for id in replay.deliveries().keys().filter(|id| !known.contains(id)) {
        differences.push(format!("delivery {id}: not in the table"));
    }
    Ok(())
}

/// What the sources of batches that stand take of each delivery.
async fn used<C: ConnectionTrait>(connection: &C) -> Outcome<BTreeMap<String, i64>> {
    let states: Vec<(String, String)> =
        batch::Entity::find().select_only().columns([batch::Column::Id, batch::Column::State]).into_tuple().all(connection).await?;
    let voided: BTreeSet<String> = states.into_iter().filter(|(_, s)| s == BatchState::Voided.word()).map(|(id, _)| id).collect();
    let mut used = BTreeMap::new();
    for row in batch_source::Entity::find().all(connection).await? {
        if row.kind == SourceWord::Delivery.word() && !voided.contains(&row.batch_id) {
            *used.entry(row.subject_id.unwrap_or_default()).or_insert(0) += row.covered;
        }
    }
    Ok(used)
}

async fn batches<C: ConnectionTrait>(connection: &C, replay: &Replay, differences: &mut Vec<String>) -> Outcome<()> {
    let rows = batch::Entity::find().order_by_asc(batch::Column::Id).all(connection).await?;
    let known: BTreeSet<&String> = rows.iter().map(|row| &row.id).collect();
    for row in &rows {
        let ledger = replay.batches().get(&row.id).map(|b| (b.state.as_str(), b.covered, b.pending));
        let table = Some((row.state.as_str(), row.covered, row.pending));
        note(differences, format!("batch {} (state, covered, pending)", row.id), table, ledger);
        for (to, went) in [(GoodsBucket::Moved, row.moved), (GoodsBucket::Gone, row.gone), (GoodsBucket::Seized, row.seized)] {
            note(differences, format!("batch {} {}", row.id, to.word()), went, replay.goods(&row.id, to));
        }
    }
    for id in replay.batches().keys().filter(|id| !known.contains(id)) {
        differences.push(format!("batch {id}: not in the table"));
    }
    Ok(())
}

async fn ranges<C: ConnectionTrait>(connection: &C, replay: &Replay, differences: &mut Vec<String>) -> Outcome<()> {
    use code_range::Column as Col;
    let rows = code_range::Entity::find().order_by_asc(Col::OrderNo).order_by_asc(Col::First).all(connection).await?;
    let mut tables: BTreeMap<i64, Vec<Segment>> = BTreeMap::new();
    for row in rows {
        let segment = Segment { first: row.first, last: row.last, state: row.state, batch: row.batch_id };
        tables.entry(row.order_no).or_default().push(segment);
    }
    let ledgers: BTreeMap<i64, Vec<Segment>> = replay.orders().collect();
    let orders: BTreeSet<i64> = tables.keys().chain(ledgers.keys()).copied().collect();
    for order in orders {
        let table = merged(tables.remove(&order).unwrap_or_default());
        let ledger = ledgers.get(&order).cloned().unwrap_or_default();
        note(differences, format!("code_range of order {order}"), table, ledger);
    }
    Ok(())
}
