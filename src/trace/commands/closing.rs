//! The end of a season: what is left on an account and not ordered codes for lapses when the product's closing day has passed.

use serde_json::json;

use crate::db::Tx;
use crate::kernel::{Desk, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::goods::Goods;
use crate::trace::store::account::{self as store, Entry};
use crate::trace::store::register;

/// What lapsed of an account, and what stays because codes are ordered for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapsed {
    /// The account.
    pub account_id: String,
    /// What lapsed, in base units.
    pub amount: i64,
    /// What is left all the same: codes are ordered for it.
    pub kept: i64,
}

/// Lapses what is left of one account. `None` where its day has not passed or nothing is left that may lapse: nothing is recorded.
///
/// # Errors
/// `not_found`.
pub async fn lapse_account(tx: &Tx, desk: &Desk, account_id: &str) -> Outcome<Option<Lapsed>> {
    let account = store::lock(tx, account_id).await?;
    let goods: Goods = register::goods(tx.connection(), &account.product_id).await?;
    let Some(closed_on) = goods.closing_day(&account.season).filter(|day| *day < desk.clock.today()) else { return Ok(None) };
    let amount = account.remaining.min(store::free(&account));
    if amount <= 0 {
        return Ok(None);
    }
    let entry = Entry {
        account_id,
        counter_account_id: None,
        kind: MovementKind::Lapsed,
        amount,
        subject_id: None,
        reason: None,
        happened_on: closed_on,
        late: false,
    };
    let Some((effect, _)) = store::post(tx, desk, entry).await? else { return Ok(None) };
    let lapsed = Lapsed { account_id: account_id.to_owned(), amount, kept: account.remaining - amount };
    let facts = json!({
        "party": account.party_id, "product": account.product_id, "season": account.season, "closed_on": closed_on, "amount": amount,
        "kept": lapsed.kept, "reserved": account.reserved,
    });
    ledger::append(tx, desk, Event::new(kind::SEASON_ACCOUNT_LAPSED, account_id, facts).with([effect])).await?;
    Ok(Some(lapsed))
}
