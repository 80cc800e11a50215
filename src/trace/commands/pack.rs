//! Registering packs.

use serde_json::json;

use super::reached;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::gtin::Gtin;
use crate::trace::measure::Sent;
use crate::trace::pack::{HEAVIEST_PACK_G, LONGEST_SHELF_LIFE, MOST_ITEMS, PackInput};
use crate::trace::queries::pack::PackView;
use crate::trace::record::read_text;
use crate::trace::store::pack::{self as store, PackRow};
use crate::trace::store::register;

/// Registers a trade item.
///
/// # Errors
/// `not_found`, `not_permitted`; fields `amount_*`, `unit_unfit`, `pack_too_heavy`, `gtin_*`, `gtin_taken`, `shelf_life_unfit`.
pub async fn register_pack(tx: &Tx, desk: &Desk, input: &PackInput) -> Outcome<PackView> {
    let goods = register::goods(tx.connection(), &input.product_id).await?;
    let owner = input.organisation_id.as_ref().or(desk.actor.organisation_id.as_ref());
    let owner = owner.ok_or_else(|| Failure::field("/organisation_id", "organisation_missing"))?;
    let (owner, reach) = reached(tx, desk, owner, &goods.id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    let mut faults = Faults::new();
    let (pointer, quantity) = match goods.unit {
        BaseUnit::Piece => ("/pieces", input.pieces.or(input.quantity)),
        BaseUnit::G => ("/net_weight_g", input.quantity),
        BaseUnit::Ml => ("/quantity", input.quantity),
    };
    if goods.unit != BaseUnit::Piece && input.pieces.is_some() {
        faults.add("/pieces", "unit_unfit").with("figure", "piece").with("right", goods.unit.word());
    }
    let sent = Sent { pointer, grams: input.net_weight_g, quantity, unit: input.unit.as_deref() };
    let amount = sent.read(&mut faults, goods.unit, false);
    if amount.is_some_and(|a| goods.unit != BaseUnit::Piece && a > HEAVIEST_PACK_G) {
        faults.add(pointer, "pack_too_heavy").with("figure", goods.show(amount.unwrap_or(0))).with("right", goods.show(HEAVIEST_PACK_G));
    }
    let grade = read_text(&mut faults, "/grade", input.grade.as_deref(), 40);
    let gtin = read_gtin(tx, &mut faults, &owner.id, input.gtin.as_deref()).await?;
    if input.shelf_life_days.is_some_and(|days| !(1..=LONGEST_SHELF_LIFE).contains(&days)) {
        let days = input.shelf_life_days.unwrap_or(0);
        faults.add("/shelf_life_days", "shelf_life_unfit").with("figure", days).with("right", LONGEST_SHELF_LIFE);
    }
    if let Some(items) = input.items.filter(|items| !(1..=MOST_ITEMS).contains(items)) {
        faults.add("/items", "items_unfit").with("figure", items).with("right", MOST_ITEMS);
    }
    faults.check()?;
    let row = PackRow {
        items: input.items,
        id: desk.new_id(Noun::Pack),
        organisation_id: owner.id,
        product_id: goods.id.clone(),
        grade,
        amount: amount.unwrap_or(0),
        gtin,
        shelf_life_days: input.shelf_life_days,
        registered_at: desk.clock.now(),
    };
    store::insert(tx, row.clone()).await?;
    let facts = json!({ "organisation": row.organisation_id, "product": row.product_id, "grade": row.grade, "amount": row.amount, "gtin": row.gtin });
    ledger::append(tx, desk, Event::new(kind::PACK_REGISTERED, &row.id, facts)).await?;
    Ok(PackView::of(row, goods.unit))
}

async fn read_gtin(tx: &Tx, faults: &mut Faults, organisation_id: &str, gtin: Option<&str>) -> Outcome<Option<String>> {
    let Some(text) = gtin.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let gtin = match Gtin::parse(text) {
        Ok(gtin) => gtin.as_str().to_owned(),
        Err(problem) => {
            let mut failure = Failure::invalid("invalid_fields");
            failure.fields.push(problem.at("/gtin"));
            faults.absorb::<()>("", Err(failure));
            return Ok(None);
        }
    };
    if let Some(other) = store::with_gtin(tx.connection(), organisation_id, &gtin).await? {
        faults.add("/gtin", "gtin_taken").with("value", &gtin).with("pack", other.id);
    }
    Ok(Some(gtin))
}
