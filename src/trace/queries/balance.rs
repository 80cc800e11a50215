//! The books of producers side by side with what labels, shipments and scans say: one row for a producer, product and season.

use std::collections::BTreeMap;

use crate::db::Db;
use crate::kernel::{Actor, Millis, Outcome};
use crate::trace::goods::Goods;
use crate::trace::history::PastYear;
use crate::trace::store::balance as store;
use crate::trace::store::{history, register};

pub use crate::trace::store::balance::{GrowerSums, Wanted};

/// What the books say of one producer's goods of one product and season, in the product's unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    /// Whose.
    pub producer_id: String,
    /// Of what.
    pub product_id: String,
    /// When.
    pub season: String,
    /// There is an account.
    pub has_account: bool,
    /// The output rests on land.
    pub rests_on_land: bool,
    /// Plots of its own on record.
    pub plots: i64,
    /// Approved, carried over, opening and corrected.
    pub may: i64,
    /// Came in by deliveries, as its account says.
    pub received: i64,
    /// The same by the deliveries themselves.
    pub delivered: i64,
    /// Deliveries.
    pub deliveries: i64,
    /// Left on the account.
    pub remaining: i64,
    /// In batches, as the account says.
    pub in_batches: i64,
    /// Left the account for elsewhere.
    pub elsewhere: i64,
    /// 待核: delivered or packed and not covered.
    pub pending: i64,
    /// Ordered codes for and not bound.
    pub reserved: i64,
    /// Batches that are not void.
    pub batches: i64,
    /// Covered in batches that were not made of others.
    pub registered: i64,
    /// Covered in all batches, less what became part of others.
    pub packed: i64,
    /// Under codes.
    pub coded: i64,
    /// Labels in use, as goods.
    pub activated: i64,
    /// Of these, on batches that were never released.
    pub unreleased: i64,
    /// Labels printed.
    pub printed: i64,
    /// Labels not on any goods yet.
    pub on_hand: i64,
    /// The same as goods.
    pub on_hand_amount: i64,
    /// Shipments.
    pub shipments: i64,
    /// Sent less come back.
    pub shipped: i64,
    /// Codes ever scanned.
    pub scanned_codes: i64,
    /// The same as goods.
    pub scanned: i64,
    /// Of these codes, not in use.
    pub scanned_idle: i64,
    /// The smallest and the largest pack registered.
    pub packs: Option<(i64, i64)>,
}

type Key = (String, String, String);

/// Books of every producer within reach that has any.
///
/// # Errors
/// Only ours.
pub async fn books(db: &Db, actor: &Actor, wanted: Wanted<'_>, now: Millis) -> Outcome<Vec<Books>> {
    let (connection, scope) = (db.reader(), &actor.scope);
    let mut all: BTreeMap<Key, Books> = BTreeMap::new();
    for row in store::accounts(connection, scope, wanted).await? {
        let book = at(&mut all, (&row.party_id, &row.product_id, &row.season));
        book.has_account = true;
        book.rests_on_land = row.basis == "plots" && row.approved > 0;
        book.may = row.approved + row.carried + row.opening + row.adjusted;
        book.received = row.received;
        book.remaining = row.remaining;
        book.in_batches = row.held + row.released;
        book.elsewhere =
            row.uncoded + row.exported + row.processed + row.lost + row.downgraded + row.own_use + row.delivered + row.lapsed + row.seized;
        book.pending = row.pending;
        book.reserved = row.reserved;
    }
    for (producer, product, season, covered, times) in store::deliveries(connection, scope, wanted).await? {
        let book = at(&mut all, (&producer, &product, &season));
        (book.delivered, book.deliveries) = (covered, times);
    }
    let mut of_batch: BTreeMap<String, (Key, bool)> = BTreeMap::new();
    for row in store::batches(connection, scope, wanted).await? {
        let key = (row.producer_id, row.product_id, row.season);
        let living = row.state != "voided";
        let book = at(&mut all, (&key.0, &key.1, &key.2));
        if living {
            book.batches += 1;
            book.packed += row.covered - row.moved;
            book.coded += row.coded;
            if row.process_id.is_none() {
                book.registered += row.covered;
            }
        }
        of_batch.insert(row.id, (key, row.released_at.is_some()));
    }
    for (batch, (amount, times)) in store::shipped(connection, scope, wanted).await? {
        if let Some((key, _)) = of_batch.get(&batch) {
            let book = at(&mut all, (&key.0, &key.1, &key.2));
            book.shipped += amount;
            book.shipments += times;
        }
    }
    labels(db, actor, wanted, now, &mut all, &of_batch).await?;
    let (plots, packs) = (store::plots(connection, wanted).await?, store::packs(connection, wanted).await?);
    for book in all.values_mut() {
        let key = (book.producer_id.clone(), book.product_id.clone());
        book.plots = plots.get(&key).copied().unwrap_or(0);
        book.packs = packs.get(&key).copied();
    }
    Ok(all.into_values().collect())
}

/// Labels count for the season of the goods they are on, and for that of their order while they are on none.
async fn labels(
    db: &Db,
    actor: &Actor,
    wanted: Wanted<'_>,
    now: Millis,
    all: &mut BTreeMap<Key, Books>,
    of_batch: &BTreeMap<String, (Key, bool)>,
) -> Outcome<()> {
    let (connection, scope) = (db.reader(), &actor.scope);
    let orders: BTreeMap<i64, store::OrderSums> =
        store::orders(connection, scope, wanted).await?.into_iter().map(|order| (order.order_no, order)).collect();
    let fits = |season: &str| wanted.season.is_none_or(|wanted| wanted == season);
    let season_of = |order: &store::OrderSums, batch: Option<&String>| match batch {
        Some(batch) => of_batch.get(batch).map(|(key, released)| (key.clone(), *released)),
        None => fits(&order.season).then(|| ((order.producer_id.clone(), order.product_id.clone(), order.season.clone()), false)),
    };
    for run in store::labels(connection, scope, wanted, now).await? {
        let Some(order) = orders.get(&run.order_no) else { continue };
        let Some((key, released)) = season_of(order, run.batch_id.as_ref()) else { continue };
        let book = at(all, (&key.0, &key.1, &key.2));
        // Of an order that was carried over, labels on last season's goods stay with that season.
        book.printed += if order.issued_at.is_some() { run.labels } else { 0 };
        match run.state.as_str() {
            "active" => {
                book.activated += run.labels * order.unit_amount;
                if !released {
                    book.unreleased += run.labels * order.unit_amount;
                }
            }
            "issued" if order.issued_at.is_some() => {
                book.on_hand += run.labels;
                book.on_hand_amount += run.labels * order.unit_amount;
            }
            _ => {}
        }
    }
    for run in store::scanned(connection, scope, wanted, now).await? {
        let Some(order) = orders.get(&run.order_no) else { continue };
        let Some((key, _)) = season_of(order, run.batch_id.as_ref()) else { continue };
        let book = at(all, (&key.0, &key.1, &key.2));
        book.scanned_codes += run.labels;
        book.scanned += run.labels * order.unit_amount;
        if run.state != "active" {
            book.scanned_idle += run.labels;
        }
    }
    Ok(())
}

fn at<'a>(all: &'a mut BTreeMap<Key, Books>, key: (&str, &str, &str)) -> &'a mut Books {
    let (producer_id, product_id, season) = (key.0.to_owned(), key.1.to_owned(), key.2.to_owned());
    all.entry((producer_id.clone(), product_id.clone(), season.clone())).or_insert_with(|| Books {
        producer_id,
        product_id,
        season,
        ..Books::default()
    })
}

/// Growers' accounts within reach, summed by product and season.
///
/// # Errors
/// Only ours.
pub async fn growers(db: &Db, actor: &Actor, wanted: Wanted<'_>) -> Outcome<Vec<GrowerSums>> {
    store::growers(db.reader(), &actor.scope, wanted).await
}

/// The years before a season, for a producer's product.
///
/// # Errors
/// Only ours.
pub async fn years_before(db: &Db, book: &Books) -> Outcome<Vec<PastYear>> {
    history::years_before(db.reader(), &book.producer_id, &book.product_id, &book.season).await
}

/// Terms of products by id.
///
/// # Errors
/// Only ours.
pub async fn goods_of(db: &Db, ids: Vec<String>) -> Outcome<BTreeMap<String, Goods>> {
    register::goods_of(db.reader(), ids).await
}

/// Name and place of organisations, by id.
///
/// # Errors
/// Only ours.
pub async fn parties(db: &Db, ids: &[String]) -> Outcome<BTreeMap<String, (String, String)>> {
    store::parties(db.reader(), ids).await
}
