//! The public roll: who may use a mark, what for, from when to when, and how it stands today. All users alike, in neutral order.

use super::Listed;
use super::mark_use::{MarkUseView, StandingWord, views};
use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::identity::store::OrganisationRow;
use crate::kernel::{Day, Failure, Outcome, Scope, text};
use crate::registry::store::{self, mark_use::Wanted};

/// Users on a page.
const ROWS: u64 = 50;

/// A page of mark uses that stand or are suspended on `day`, perhaps of one product; in the order they were recorded.
///
/// # Errors
/// Only ours.
pub async fn roll(db: &Db, product_id: Option<&str>, day: Day, cursor: Option<&str>) -> Outcome<Listed<MarkUseView>> {
    let wanted = Wanted { product_id: product_id.map(str::to_owned), ..Wanted::default() };
    let whole = Narrow::default();
    let (rows, next_cursor) = store::mark_use::page(db.reader(), &Scope::everything(), &wanted, &whole, cursor, ROWS).await?;
    let mut items = views(db, rows, day).await?;
    items.retain(|view| matches!(view.standing, StandingWord::InForce | StandingWord::Suspended));
    Ok(Listed { items, next_cursor })
}

/// An authorised firm by its credit code, with every mark use it has or had.
///
/// # Errors
/// `not_found`, also for an organisation that never used a mark.
pub async fn firm(db: &Db, credit_code: &str, day: Day) -> Outcome<(OrganisationRow, Vec<MarkUseView>)> {
    let code = text::identifier(credit_code);
    let row = crate::identity::store::organisation_coded(db.reader(), &code).await?.ok_or_else(Failure::not_found)?;
    let wanted = Wanted { organisation_id: Some(row.id.clone()), ..Wanted::default() };
    let (uses, _) = store::mark_use::page(db.reader(), &Scope::everything(), &wanted, &Narrow::default(), None, 200).await?;
    if uses.is_empty() {
        return Err(Failure::not_found());
    }
    Ok((row, views(db, uses, day).await?))
}
