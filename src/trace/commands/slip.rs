//! Slips given out and revoked.

use serde_json::json;

use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Actor, Desk, Failure, Outcome, Scope};
use crate::ledger::{self, Event, kind};
use crate::trace::queries::slip::SlipView;
use crate::trace::record::read_text;
use crate::trace::slip::{MOST_LIVE, SlipInput, new_token, read_token, token_hash};
use crate::trace::store::register::GrowerRow;
use crate::trace::store::slip::{self as store, SlipRow};

/// Does the scope reach this grower: its own organisation's, one in its region, or itself?
pub(super) fn reaches(scope: &Scope, grower: &GrowerRow) -> bool {
    scope.all
        || scope.organisations.contains(&grower.registered_by_id)
        || scope.growers.contains(&grower.id)
        || scope.reaches_division(&grower.division_code)
}

/// Whoever acts through a slip: nobody signed in, and no more than this grower's own.
pub(super) fn through(desk: &Desk, slip: &SlipRow) -> Desk {
    let actor = Actor {
        account_id: slip.id.clone(),
        account: "grower_slip".to_owned(),
        organisation_id: None,
        handled_by: None,
        scope: Scope { growers: vec![slip.grower_id.clone()], ..Scope::default() },
    };
    Desk { actor, ..desk.clone() }
}

/// Gives out a slip. Its token is in this answer and nowhere else.
///
/// # Errors
/// `not_found`, `slips_enough` with how many are good at a time.
pub async fn issue_slip(tx: &Tx, desk: &Desk, grower_id: &str, input: &SlipInput) -> Outcome<SlipView> {
    let grower = store::lock_grower(tx, grower_id).await?;
    if !reaches(&desk.actor.scope, &grower) {
        return Err(Failure::not_found());
    }
    let mut faults = Faults::new();
    let reason = read_text(&mut faults, "/reason", input.reason.as_deref(), 80);
    faults.check()?;
    if store::live(tx.connection(), grower_id).await?.len() >= MOST_LIVE {
        return Err(Failure::conflict("slips_enough").with("right", MOST_LIVE));
    }
    let token = new_token(&desk.random);
    let row = SlipRow {
        id: desk.new_id(Noun::Slip),
        grower_id: grower.id,
        token_hash: token_hash(&token),
        reason: reason.unwrap_or_default(),
        issued_at: desk.clock.now(),
        issued_by: desk.actor.account_id.clone(),
        revoked_at: None,
        revoked_by: None,
    };
    store::insert(tx, row.clone()).await?;
    let facts = json!({ "grower": row.grower_id, "reason": row.reason });
    ledger::append(tx, desk, Event::new(kind::GROWER_SLIP_ISSUED, &row.id, facts)).await?;
    Ok(SlipView { token: Some(token), ..SlipView::from(row) })
}

/// Revokes a slip: the organisation of the grower, or the office at the grower's wish. Revoking it again does nothing.
///
/// # Errors
/// `not_found`.
pub async fn revoke_slip(tx: &Tx, desk: &Desk, id: &str) -> Outcome<SlipView> {
    let row = store::slip(tx.connection(), id).await?;
    let grower = store::lock_grower(tx, &row.grower_id).await?;
    if !reaches(&desk.actor.scope, &grower) {
        return Err(Failure::not_found());
    }
    revoke(tx, desk, &row).await
}

/// Whoever holds a slip revokes it.
///
/// # Errors
/// `not_found` for one that is not good, whyever.
pub async fn revoke_own_slip(tx: &Tx, desk: &Desk, written: &str) -> Outcome<SlipView> {
    let row = held(tx, written).await?;
    revoke(tx, &through(desk, &row), &row).await
}

/// The good slip behind a token as written.
pub(super) async fn held(tx: &Tx, written: &str) -> Outcome<SlipRow> {
    let token = read_token(written).ok_or_else(Failure::not_found)?;
    store::by_hash(tx.connection(), &token_hash(&token)).await?.ok_or_else(Failure::not_found)
}

async fn revoke(tx: &Tx, desk: &Desk, row: &SlipRow) -> Outcome<SlipView> {
    if store::revoke(tx, desk, &row.id).await? {
        ledger::append(tx, desk, Event::new(kind::GROWER_SLIP_REVOKED, &row.id, json!({ "grower": row.grower_id }))).await?;
    }
    Ok(store::slip(tx.connection(), &row.id).await?.into())
}
