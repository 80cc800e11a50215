//! What an order's stickers are set with, beside what its printed files need.

use crate::db::Db;
use crate::kernel::{Day, Outcome};
use crate::trace::issued::IssuedOrder;
use crate::trace::label::{LabelFacts, LabelPin};
use crate::trace::store::order::MarkStanding;
use crate::trace::store::{order as orders, sticker as store};

/// What is pinned for an order, if its stickers were set before. The order was found within reach.
///
/// # Errors
/// Only ours.
pub async fn pinned(db: &Db, order: &IssuedOrder) -> Outcome<Option<LabelPin>> {
    store::pin(db.reader(), order.order_no).await
}

/// The facts that would be pinned on this day, with the usual words of a language.
///
/// # Errors
/// Only ours.
pub async fn facts(db: &Db, order: &IssuedOrder, day: Day, locale: &str) -> Outcome<LabelFacts> {
    let producer = orders::producer(db.reader(), &order.producer_id).await?;
    let number = mark_standing(db, order, day).await?.number;
    let (name, code) = producer.map(|row| (row.name, row.credit_code)).unwrap_or_default();
    Ok(LabelFacts::new(&name, code.as_deref(), number.as_deref(), locale))
}

/// How the producer stands to the special mark of this order's product on this day.
///
/// # Errors
/// Only ours.
pub async fn mark_standing(db: &Db, order: &IssuedOrder, day: Day) -> Outcome<MarkStanding> {
    orders::mark_standing(db.reader(), &order.producer_id, &order.product_id, day).await
}
