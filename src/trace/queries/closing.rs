//! Accounts whose season is over.

use std::collections::BTreeMap;

use crate::db::Db;
use crate::kernel::{Day, Outcome};
use crate::trace::goods::Goods;
use crate::trace::store::account::{self as store, AccountRow};
use crate::trace::store::register;

/// How many accounts are looked at in one read.
const AT_ONCE: u64 = 200;

/// Accounts with something left whose closing day lies before `today`, after `cursor`: their ids, and where to go on.
///
/// # Errors
/// Only ours.
pub async fn closed_accounts(db: &Db, today: Day, cursor: Option<&str>) -> Outcome<(Vec<String>, Option<String>)> {
    let (rows, next) = store::with_something_left(db.reader(), cursor, AT_ONCE).await?;
    let goods: BTreeMap<String, Goods> = register::goods_of(db.reader(), rows.iter().map(|r| r.product_id.clone()).collect()).await?;
    let is_closed = |row: &AccountRow| {
        let closes = goods.get(&row.product_id).and_then(|goods| goods.closing_day(&row.season));
        closes.is_some_and(|closes| closes < today) && row.remaining.min(store::free(row)) > 0
    };
    Ok((rows.iter().filter(|row| is_closed(row)).map(|row| row.id.clone()).collect(), next))
}
