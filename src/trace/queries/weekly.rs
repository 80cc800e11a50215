//! Sums between two moments, by producer and product: scans, batches, labels, shipments, and what stands now.

use std::collections::BTreeMap;

use super::balance;
use crate::db::Db;
use crate::kernel::{Actor, Outcome};
use crate::trace::store::weekly as store;
use crate::trace::verdict::{Severity, Verdict};

pub use store::{Quota, Span};

/// Counts of one producer and product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Scans.
    pub scans: i64,
    /// Codes scanned for the first time.
    pub first_scans: i64,
    /// Scans answered in amber.
    pub amber: i64,
    /// Scans answered in red.
    pub red: i64,
    /// Batches registered.
    pub registered: i64,
    /// Batches released.
    pub released: i64,
    /// Labels printed.
    pub issued: i64,
    /// Labels put to use.
    pub activated: i64,
    /// Shipments recorded.
    pub shipments: i64,
}

/// Whose (producer) and of what (product).
pub type Of = (String, String);

/// Counts between two moments, by producer and product within reach.
///
/// # Errors
/// Only ours.
pub async fn counts(db: &Db, actor: &Actor, span: Span) -> Outcome<BTreeMap<Of, Counts>> {
    let (connection, scope) = (db.reader(), &actor.scope);
    let orders = store::orders(connection, scope).await?;
    let mut all: BTreeMap<Of, Counts> = BTreeMap::new();
    for (order, verdict, n) in store::scans(connection, scope, span).await? {
        let Some(of) = orders.get(&order) else { continue };
        let counts = all.entry(of.clone()).or_default();
        counts.scans += n;
        match Verdict::ALL.iter().find(|known| known.word() == verdict).map(|known| known.severity()) {
            Some(Severity::Amber) => counts.amber += n,
            Some(Severity::Red) => counts.red += n,
            Some(Severity::Ok | Severity::Notice | Severity::Unknown) | None => {}
        }
    }
    for (order, n) in store::first_scans(connection, scope, span).await? {
        if let Some(of) = orders.get(&order) {
            all.entry(of.clone()).or_default().first_scans += n;
        }
    }
    for (order, n) in store::activated(connection, scope, span).await? {
        if let Some(of) = orders.get(&order) {
            all.entry(of.clone()).or_default().activated += n;
        }
    }
    let mut add = |rows: Vec<store::Count>, field: fn(&mut Counts) -> &mut i64| {
        for row in rows {
            *field(all.entry((row.producer_id, row.product_id)).or_default()) += row.n;
        }
    };
    add(store::batches(connection, scope, store::BatchMoment::Registered, span).await?, |c| &mut c.registered);
    add(store::batches(connection, scope, store::BatchMoment::Released, span).await?, |c| &mut c.released);
    add(store::issued(connection, scope, span).await?, |c| &mut c.issued);
    add(store::shipments(connection, scope, span).await?, |c| &mut c.shipments);
    Ok(all)
}

/// Labels on no goods yet, now, by producer and product.
///
/// # Errors
/// Only ours.
pub async fn on_hand(db: &Db, actor: &Actor) -> Outcome<BTreeMap<Of, i64>> {
    let orders = store::orders(db.reader(), &actor.scope).await?;
    let mut all = BTreeMap::new();
    for (order, n) in store::on_hand(db.reader(), &actor.scope).await? {
        if let Some(of) = orders.get(&order) {
            *all.entry(of.clone()).or_insert(0) += n;
        }
    }
    Ok(all)
}

/// What may be coded and what is, now, by account.
///
/// # Errors
/// Only ours.
pub async fn quotas(db: &Db, actor: &Actor) -> Outcome<Vec<Quota>> {
    store::quotas(db.reader(), &actor.scope).await
}

/// Name and place of producers.
///
/// # Errors
/// Only ours.
pub async fn places(db: &Db, ids: &[String]) -> Outcome<BTreeMap<String, (String, String)>> {
    balance::parties(db, ids).await
}
