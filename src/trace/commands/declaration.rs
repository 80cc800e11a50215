//! Declaring the stock of a cold store.

use serde_json::json;

use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::quantity::MOST;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::facility::FacilityKind;
use crate::trace::declaration::{DeclarationInput, Quarter, WITHOUT_REASON, permille};
use crate::trace::goods::Goods;
use crate::trace::measure::Sent;
use crate::trace::queries::declaration::DeclarationView;
use crate::trace::record::{LATE_WITHOUT_REASON, read_happened, read_text, shortened};
use crate::trace::store::declaration::{self as store, DeclarationRow, FacilityRow};
use crate::trace::store::register;

/// Declares what a cold store holds, beside what the books say at this moment.
///
/// # Errors
/// Fields `facility_unknown` (also for one out of reach), `not_a_cold_store`, `quarter_unfit`, `quarter_not_begun`, `season_unfit`,
/// `stock_difference_reason` with both figures, `late_reason_missing`, `reason_missing` for a correction; `already_declared`,
/// `nothing_to_correct`.
pub async fn declare_stock(tx: &Tx, desk: &Desk, input: &DeclarationInput) -> Outcome<DeclarationView> {
    let goods = register::goods(tx.connection(), &input.product_id).await?;
    let mut faults = Faults::new();
    let facility = cold_store(tx, desk, &mut faults, input).await?;
    let quarter = Quarter::parse(&input.quarter);
    if quarter.is_none() {
        faults
            .add("/quarter", "quarter_unfit")
            .with("value", shortened(&input.quarter))
            .with("right", Quarter::of(desk.clock.today()).word());
    }
    if !Goods::is_season(&input.season) {
        faults.add("/season", "season_unfit").with("value", shortened(&input.season));
    }
    let declared = counted(&mut faults, &goods, input);
    let reason = read_text(&mut faults, "/reason", input.reason.as_deref(), 500);
    let today = desk.clock.today();
    // The reason of a late count is said in the same field: the common check is told that there is one.
    let happened = read_happened(&mut faults, "/counted_on", input.counted_on.as_deref(), Some("–"), today);
    if let Some(happened) = happened {
        let days = today.since(happened.on);
        if days > LATE_WITHOUT_REASON && reason.is_none() {
            faults.add("/reason", "late_reason_missing").with("days", days).with("figure", happened.on);
        }
        if let Some(first) = quarter.and_then(Quarter::first).filter(|first| happened.on < *first) {
            faults.add("/counted_on", "quarter_not_begun").with("figure", happened.on).with("right", first);
        }
    }
    if input.corrects && reason.is_none() {
        faults.add("/reason", "reason_missing");
    }
    let booked = match &facility {
        Some(facility) => {
            let sums = store::booked(tx.connection(), &facility.organisation_id, &facility.id).await?;
            sums.get(&(goods.id.clone(), input.season.clone())).copied().unwrap_or(0)
        }
        None => 0,
    };
    if let Some(declared) = declared.filter(|d| permille(*d, booked) > WITHOUT_REASON && reason.is_none() && facility.is_some()) {
        let fault = faults.add("/reason", "stock_difference_reason");
        let share = permille(declared, booked);
        let share = format!("{}.{}", share / 10, share % 10);
        fault.with("figure", goods.show(declared)).with("right", goods.show(booked)).with("share", share);
    }
    faults.check()?;
    let (Some(facility), Some(declared), Some(happened), Some(quarter)) = (facility, declared, happened, quarter) else {
        return Err(Failure::broken("faults were not noted"));
    };
    let quarter = quarter.word();
    let before = store::declared(tx.connection(), [&facility.id, &goods.id, &input.season, &quarter]).await?;
    let id = match (&before, input.corrects) {
        (Some(row), true) => row.id.clone(),
        (None, false) => desk.new_id(Noun::StockDeclaration),
        (None, true) => return Err(Failure::conflict("nothing_to_correct").with("quarter", &quarter)),
        (Some(row), false) => {
            let refusal = Failure::conflict("already_declared").with("quarter", &quarter);
            return Err(refusal.with("figure", goods.show(row.declared)).with("on", &row.counted_on));
        }
    };
    let row = DeclarationRow {
        id,
        facility_id: facility.id,
        organisation_id: facility.organisation_id,
        product_id: goods.id.clone(),
        season: input.season.clone(),
        quarter,
        declared,
        booked,
        counted_on: happened.on.to_string(),
        reason,
        late: happened.late,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    };
    let was = before.map(|before| before.declared);
    match was {
        Some(_) => store::replace(tx, row.clone()).await?,
        None => store::insert(tx, row.clone()).await?,
    }
    let facts = json!({
        "facility": row.facility_id, "organisation": row.organisation_id, "product": row.product_id, "season": row.season,
        "quarter": row.quarter, "declared": row.declared, "booked": row.booked, "counted_on": row.counted_on, "reason": row.reason,
        "late": row.late, "was": was,
    });
    ledger::append(tx, desk, Event::new(kind::STOCK_DECLARED, &row.id, facts)).await?;
    Ok(DeclarationView::of(row, goods.unit))
}

/// A cold store in reach.
async fn cold_store(tx: &Tx, desk: &Desk, faults: &mut Faults, input: &DeclarationInput) -> Outcome<Option<FacilityRow>> {
    let found = store::facility(tx.connection(), &input.facility_id).await?;
    let Some(row) = found else {
        faults.add("/facility_id", "facility_unknown").with("figure", shortened(&input.facility_id));
        return Ok(None);
    };
    let party = register::party(tx.connection(), &row.organisation_id).await?.ok_or_else(|| Failure::broken("a facility of nobody"))?;
    if !desk.actor.scope.reaches_organisation(&party.id, Some(&party.division_code)) {
        faults.add("/facility_id", "facility_unknown").with("figure", shortened(&input.facility_id));
        return Ok(None);
    }
    if row.kind != FacilityKind::ColdStore.word() {
        faults.add("/facility_id", "not_a_cold_store").with("figure", &row.name);
        return Ok(None);
    }
    Ok(Some(row))
}

/// What was counted; an empty store is a count too.
fn counted(faults: &mut Faults, goods: &Goods, input: &DeclarationInput) -> Option<i64> {
    let sent = Sent { pointer: "/net_weight_g", grams: input.net_weight_g, quantity: input.quantity, unit: None };
    let nothing = matches!((input.net_weight_g, input.quantity), (Some(0), None) | (None, Some(0)));
    if nothing { Some(0) } else { sent.read(faults, goods.unit, false).filter(|amount| *amount <= MOST) }
}
