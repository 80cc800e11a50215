//! Season accounts: proposed from a basis by office or holder, decided by another person.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::told::tell;
use super::{may_decide, reached};
use crate::db::Tx;
use crate::identity::notice::About;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::product::AccountBasis;
use crate::trace::account::{AccountState, Basis, MovementKind, PartyKind};
use crate::trace::goods::Goods;
use crate::trace::measure::Sent;
use crate::trace::queries::account::AccountView;
use crate::trace::record::{need_text, read_text, shortened};
use crate::trace::store::account::{self as store, AccountRow, Entry};
use crate::trace::store::{reach::Party, register};

/// A season account as proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountInput {
    /// The organisation or grower.
    pub party_id: String,
    /// The product.
    pub product_id: String,
    /// The year in which the season begins, `2026`.
    pub season: String,
    /// `plots`, `capacity`, `raw_material` or `purchases`; the product's own if it is not said.
    #[serde(default)]
    pub basis: Option<String>,
    /// How the figure was come by.
    #[serde(default)]
    pub basis_note: Option<String>,
    /// The paper it rests on.
    #[serde(default)]
    pub evidence: Option<String>,
    /// Measured, as against declared.
    #[serde(default)]
    pub measured: bool,
    /// The figure, in grams.
    #[serde(default)]
    pub approved_g: Option<i64>,
    /// The figure, for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// `g`, `ml` or `piece`.
    #[serde(default)]
    pub unit: Option<String>,
}

/// Proposes a season account; nothing can be used of it until another person approves it.
///
/// # Errors
/// `not_found`, `not_permitted`, `tied_to_party`, `account_exists`; fields `season_unfit`, `basis_unknown`, `basis_unfit`,
/// `amount_*`, `unit_unfit`, `evidence_missing`, `proposed_above_yield` with the figures.
pub async fn propose_account(tx: &Tx, desk: &Desk, input: &AccountInput) -> Outcome<AccountView> {
    let goods = register::goods(tx.connection(), &input.product_id).await?;
    let (party, reach) = reached(tx, desk, &input.party_id, &goods.id).await?;
    may_decide(tx, desk, &party, reach).await?;
    let mut faults = Faults::new();
    if !Goods::is_season(&input.season) {
        faults.add("/season", "season_unfit").with("value", shortened(&input.season));
    }
    let basis = read_basis(&mut faults, input.basis.as_deref(), goods.basis);
    let sent = Sent { pointer: "/approved_g", grams: input.approved_g, quantity: input.quantity, unit: input.unit.as_deref() };
    let proposed = sent.read(&mut faults, goods.unit, false);
    let note = read_text(&mut faults, "/basis_note", input.basis_note.as_deref(), 500);
    let evidence = read_text(&mut faults, "/evidence", input.evidence.as_deref(), 500);
    if basis == Some(Basis::Purchases) && evidence.is_none() {
        faults.add("/evidence", "evidence_missing");
    }
    if let (Some(Basis::Plots), Some(proposed), true) = (basis, proposed, Goods::is_season(&input.season)) {
        check_yield(tx, desk, &mut faults, &goods, &party, &input.season, proposed).await?;
    }
    faults.check()?;
    let row = AccountRow {
        state: AccountState::Proposed.word().to_owned(),
        basis: basis.map_or("", Basis::word).to_owned(),
        basis_note: note.unwrap_or_default(),
        evidence,
        measured: input.measured,
        proposed: proposed.unwrap_or(0),
        ..blank(desk, &party, &goods.id, &input.season)
    };
    let row = write_proposal(tx, row).await?;
    let facts = json!({
        "party": row.party_id, "product": row.product_id, "season": row.season, "basis": row.basis, "note": row.basis_note,
        "evidence": row.evidence, "measured": row.measured, "proposed": row.proposed,
    });
    ledger::append(tx, desk, Event::new(kind::SEASON_ACCOUNT_PROPOSED, &row.id, facts)).await?;
    Ok(AccountView::of(row, goods.unit))
}

async fn write_proposal(tx: &Tx, row: AccountRow) -> Outcome<AccountRow> {
    let existing = store::of_party(tx.connection(), &row.party_id, &row.product_id, &row.season).await?;
    let Some(existing) = existing else {
        store::insert(tx, row.clone()).await?;
        return Ok(row);
    };
    let row = AccountRow { id: existing.id, ..row };
    if !store::propose(tx, &row).await? {
        return Err(Failure::conflict("account_exists").with("season", &row.season));
    }
    store::account(tx.connection(), &row.id).await
}

fn read_basis(faults: &mut Faults, basis: Option<&str>, product: AccountBasis) -> Option<Basis> {
    let Some(word) = basis else { return Basis::parse(product.word()) };
    let Some(basis) = Basis::parse(word) else {
        faults.add("/basis", "basis_unknown").with("value", shortened(word));
        return None;
    };
    let fits = matches!(
        (product, basis),
        (_, Basis::Purchases)
            | (AccountBasis::Plots, Basis::Plots)
            | (AccountBasis::Capacity | AccountBasis::RawMaterial, Basis::Capacity | Basis::RawMaterial)
    );
    if !fits {
        faults.add("/basis", "basis_unfit").with("figure", basis.word()).with("right", product.word());
    }
    Some(basis)
}

/// Area × yield cap, where both are known: the plots valid today, or on the season's day nearest to it.
async fn check_yield(tx: &Tx, desk: &Desk, faults: &mut Faults, goods: &Goods, party: &Party, season: &str, proposed: i64) -> Outcome<()> {
    let Some(days) = goods.season_days(season) else { return Ok(()) };
    let on = desk.clock.today().clamp(days.from, days.to.unwrap_or(days.from));
    let mut area_m2 = 0;
    for plot in register::plots_of(tx.connection(), &party.id, &goods.id).await? {
        if register::valid(&plot)?.contains(on) {
            area_m2 += plot.area_m2;
        }
    }
    if let Some(most) = goods.most_of_land(area_m2).filter(|most| area_m2 > 0 && proposed > *most) {
        let area = format!("{} 亩", crate::kernel::quantity::mu_of_m2(area_m2));
        faults
            .add("/approved_g", "proposed_above_yield")
            .with("figure", goods.show(proposed))
            .with("right", goods.show(most))
            .with("area", area);
    }
    Ok(())
}

/// An account with nothing on it.
pub(super) fn blank(desk: &Desk, party: &Party, product_id: &str, season: &str) -> AccountRow {
    AccountRow {
        id: desk.new_id(Noun::SeasonAccount),
        party_kind: PartyKind::of(&party.id).map_or("", PartyKind::word).to_owned(),
        party_id: party.id.clone(),
        product_id: product_id.to_owned(),
        season: season.to_owned(),
        state: AccountState::Open.word().to_owned(),
        basis: Basis::Purchases.word().to_owned(),
        basis_note: String::new(),
        evidence: None,
        measured: false,
        proposed: 0,
        approved: 0,
        received: 0,
        carried: 0,
        opening: 0,
        adjusted: 0,
        held: 0,
        released: 0,
        uncoded: 0,
        exported: 0,
        processed: 0,
        lost: 0,
        downgraded: 0,
        own_use: 0,
        delivered: 0,
        lapsed: 0,
        seized: 0,
        remaining: 0,
        pending: 0,
        reserved: 0,
        coded: 0,
        burned: 0,
        proposed_by: desk.actor.account_id.clone(),
        proposed_at: desk.clock.now(),
        decided_by: None,
        decided_at: None,
        decision_reason: None,
    }
}

/// The party's account, opened with nothing on it if there was none: goods received or packed are written down all the same.
pub(super) async fn open_account(tx: &Tx, desk: &Desk, party: &Party, product_id: &str, season: &str) -> Outcome<AccountRow> {
    match store::of_party(tx.connection(), &party.id, product_id, season).await? {
        Some(row) => Ok(row),
        None => store::open(tx, blank(desk, party, product_id, season)).await,
    }
}

/// Approves a proposed account: another person than who proposed it, not tied to the party.
///
/// # Errors
/// `not_found`, `not_permitted`, `tied_to_party`, `second_person_needed`, `already_decided`.
pub async fn approve_account(tx: &Tx, desk: &Desk, id: &str) -> Outcome<AccountView> {
    let (row, goods) = open_proposal(tx, desk, id).await?;
    if !store::decide(tx, desk, id, AccountState::Approved, None).await? {
        return Err(Failure::conflict("already_decided"));
    }
    let entry = Entry {
        account_id: id,
        counter_account_id: None,
        kind: MovementKind::Approved,
        amount: row.proposed,
        subject_id: None,
        reason: None,
        happened_on: desk.clock.today(),
        late: false,
    };
    let (effect, _) = store::post(tx, desk, entry).await?.ok_or_else(|| Failure::broken("an approval did not move anything"))?;
    let facts = json!({ "party": row.party_id, "product": row.product_id, "season": row.season, "approved": row.proposed });
    let shown = goods.show(row.proposed);
    tell(tx, desk, &row.party_id, About::SeasonApproved, id, &[("season", &row.season), ("amount", &shown)]).await?;
    ledger::append(tx, desk, Event::new(kind::SEASON_ACCOUNT_APPROVED, id, facts).with([effect])).await?;
    Ok(AccountView::of(store::account(tx.connection(), id).await?, goods.unit))
}

/// Refuses a proposed account with a reason; it may be proposed again.
///
/// # Errors
/// As [`approve_account`], and `reason_missing`.
pub async fn refuse_account(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<AccountView> {
    let (row, goods) = open_proposal(tx, desk, id).await?;
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(reason), 500, "reason_missing");
    faults.check()?;
    if !store::decide(tx, desk, id, AccountState::Refused, Some(reason.clone())).await? {
        return Err(Failure::conflict("already_decided"));
    }
    let facts = json!({ "party": row.party_id, "product": row.product_id, "season": row.season, "reason": reason });
    tell(tx, desk, &row.party_id, About::SeasonRefused, id, &[("season", &row.season), ("reason", &reason)]).await?;
    ledger::append(tx, desk, Event::new(kind::SEASON_ACCOUNT_REFUSED, id, facts)).await?;
    Ok(AccountView::of(store::account(tx.connection(), id).await?, goods.unit))
}

async fn open_proposal(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(AccountRow, Goods)> {
    let row = store::lock(tx, id).await?;
    let (party, reach) = reached(tx, desk, &row.party_id, &row.product_id).await?;
    may_decide(tx, desk, &party, reach).await?;
    if row.state != AccountState::Proposed.word() {
        return Err(Failure::conflict("already_decided"));
    }
    if row.proposed_by == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    let goods = register::goods(tx.connection(), &row.product_id).await?;
    Ok((row, goods))
}
