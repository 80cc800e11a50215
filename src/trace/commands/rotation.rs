//! The master key: proving at start that it opens what is there, and putting every order's key under a new one. Order keys, and so the
//! codes on paper, stay as they are.

use std::sync::Arc;

use serde_json::json;

use crate::db::{Db, Tx};
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::issued::{proves, wrapping};
use crate::trace::keys::{self, KeyProvider};
use crate::trace::store::order as store;

/// Orders re-wrapped in one transaction.
const PAGE: u64 = 200;

/// Refuses to go on if the key at hand does not open the order issued last: better not to start than to issue under a wrong key.
///
/// # Errors
/// `master_key_wrong` with the order and the key it is wrapped under.
pub async fn check_keys(db: &Db, keys: &dyn KeyProvider) -> Outcome<()> {
    let Some(row) = store::newest_issued(db.reader()).await? else { return Ok(()) };
    match proves(keys, &row)? {
        Ok(()) => Ok(()),
        Err(trouble) => {
            let refusal = Failure::conflict("master_key_wrong").with("order_no", row.order_no);
            let refusal = refusal.with("key", row.master_key_id.unwrap_or_default()).with("current", keys.current());
            Err(Failure { source: Some(trouble.to_string()), ..refusal })
        }
    }
}

/// What a rotation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Orders opened, all of them.
    pub checked: u64,
    /// Orders put under the current key.
    pub rewrapped: u64,
}

/// Opens every order's key and puts it under the current master key. `progress` hears how many of how many are done. Breaking off does
/// no harm: what is done stays done, and the next run does the rest.
///
/// # Errors
/// `master_key_wrong` with the first order that does not open; those before it are re-wrapped.
pub async fn rotate_keys(db: &Db, keys: Arc<dyn KeyProvider>, desk: &Desk, progress: impl Fn(u64, u64)) -> Outcome<Rotated> {
    let total = store::issued_count(db.reader()).await?;
    let (mut done, mut after) = (Rotated::default(), 0);
    progress(0, total);
    loop {
        let (keys, desk) = (keys.clone(), desk.clone());
        let page = db.write(move |tx| {
            let (keys, desk) = (keys.clone(), desk.clone());
            Box::pin(async move { rotate_page(tx, &desk, keys.as_ref(), after).await })
        });
        let Some((last, page)) = page.await? else { break };
        after = last;
        done.checked += page.checked;
        done.rewrapped += page.rewrapped;
        progress(done.checked, total.max(done.checked));
    }
    if done.rewrapped > 0 {
        let (desk, current) = (desk.clone(), keys.current().to_owned());
        db.write(move |tx| {
            let (desk, current) = (desk.clone(), current.clone());
            let facts = json!({ "master_key_id": current, "checked": done.checked, "rewrapped": done.rewrapped });
            Box::pin(async move { ledger::append(tx, &desk, Event::new(kind::KEYS_ROTATED, current, facts)).await })
        })
        .await?;
    }
    Ok(done)
}

async fn rotate_page(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, after: i64) -> Outcome<Option<(i64, Rotated)>> {
    let page = store::issued_after_number(tx.connection(), after, PAGE).await?;
    let Some(last) = page.last().map(|row| row.order_no) else { return Ok(None) };
    let mut done = Rotated::default();
    for row in &page {
        let (owner, wrapped) = wrapping(row)?;
        let rewrapped = keys::rewrap(keys, &wrapped, &owner, &desk.random).map_err(|trouble| {
            let refusal = Failure::conflict("master_key_wrong").with("order_no", row.order_no);
            let refusal = refusal.with("key", &wrapped.master_key_id).with("current", keys.current());
            Failure { source: Some(trouble.to_string()), ..refusal }
        })?;
        done.checked += 1;
        if let Some(fresh) = rewrapped {
            store::set_wrapping(tx, row.order_no, &wrapped.master_key_id, fresh).await?;
            done.rewrapped += 1;
        }
    }
    Ok(Some((last, done)))
}
