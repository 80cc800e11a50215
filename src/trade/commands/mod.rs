//! Registering sellers, authorising them, recording what is on sale and what was sold.

mod authorisation;
mod listing;
mod sales;

pub use authorisation::{end_authorisation, grant_authorisation};
pub use listing::{confirm_packs, record_listing};
pub use sales::{SalesRead, import_sales};

use serde_json::json;

use super::queries::SellerView;
use super::seller::{SellerInput, SellerKind};
use super::store::{self, SellerRow, ShopRow};
use crate::db::Tx;
use crate::identity;
use crate::identity::credit_code::CreditCode;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};

/// The most shops of one seller.
const MOST_SHOPS: usize = 50;

fn required(faults: &mut Faults, at: &str, value: &str, most: usize) -> String {
    let value = text::clean(value);
    if value.is_empty() {
        faults.add(at, "register_empty");
    } else if text::too_long(&value, most) {
        faults.add(at, "register_too_long").with("most", most);
    }
    value
}

fn optional(faults: &mut Faults, at: &str, value: Option<&str>, most: usize) -> Option<String> {
    let value = text::clean(value?);
    if text::too_long(&value, most) {
        faults.add(at, "register_too_long").with("most", most);
    }
    Some(value).filter(|value| !value.is_empty())
}

/// Registers a seller.
///
/// # Errors
/// `invalid_fields` with every fault: `seller_code_missing`, `seller_code_needless`, `credit_code_*`, `seller_place_missing`,
/// `division_unknown`, `seller_farmer_twice`; `seller_twice`. Who sells goods of one's own region may be anywhere.
pub async fn register_seller(tx: &Tx, desk: &Desk, input: &SellerInput) -> Outcome<SellerView> {
    let mut faults = Faults::new();
    let code = match (input.kind, input.credit_code.as_deref().filter(|code| !code.trim().is_empty())) {
        (SellerKind::Organisation, Some(code)) => {
            let read = CreditCode::parse(code).map_err(|problem| problem.refuse("/credit_code"));
            faults.absorb("", read).map(|code| code.as_str().to_owned())
        }
        (SellerKind::Organisation, None) => {
            faults.add("/credit_code", "seller_code_missing");
            None
        }
        (SellerKind::Farmer, Some(code)) => {
            faults.add("/credit_code", "seller_code_needless").with("value", code.chars().take(40).collect::<String>());
            None
        }
        (SellerKind::Farmer, None) => None,
    };
    let division_code = text::identifier(&input.division_code);
    if !identity::store::division_exists(tx.connection(), &division_code).await? && !is_elsewhere(&division_code) {
        faults.add("/division_code", "division_unknown").with("value", input.division_code.chars().take(40).collect::<String>());
    }
    let place = optional(&mut faults, "/place", input.place.as_deref(), 120);
    if input.kind == SellerKind::Farmer && place.is_none() {
        faults.add("/place", "seller_place_missing");
    }
    let organisation_id = match &code {
        Some(code) => store::seller::organisation_of(tx.connection(), code).await?,
        None => None,
    };
    let row = SellerRow {
        id: desk.new_id(Noun::Seller),
        kind: input.kind.word().to_owned(),
        name: required(&mut faults, "/name", &input.name, 120),
        credit_code: code,
        organisation_id,
        division_code,
        place: place.unwrap_or_default(),
        contact: optional(&mut faults, "/contact", input.contact.as_deref(), 120),
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    };
    let shops = shops(&mut faults, input, &row.id);
    if input.kind == SellerKind::Farmer
        && let Some(other) = store::seller::same_farmer(tx.connection(), &row).await?
    {
        faults.add("/name", "seller_farmer_twice").with("value", &row.name).with("other", other.id);
    }
    faults.check()?;
    store::seller::insert(tx, row.clone(), shops.clone()).await?;
    let facts = json!({
        "kind": row.kind, "name": row.name, "credit_code": row.credit_code, "division_code": row.division_code, "place": row.place,
        "shops": shops.iter().map(|shop| json!([shop.platform, shop.name])).collect::<Vec<_>>(),
    });
    ledger::append(tx, desk, Event::new(kind::SELLER_REGISTERED, &row.id, facts)).await?;
    Ok(SellerView::of(row, &shops))
}

/// A division of another province, of which the register keeps none: six digits that begin like one.
fn is_elsewhere(code: &str) -> bool {
    const PROVINCES: &[&str] = &[
        "11", "12", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "46", "50", "51",
        "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
    ];
    code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && PROVINCES.contains(&&code[..2])
}

fn shops(faults: &mut Faults, input: &SellerInput, seller_id: &str) -> Vec<ShopRow> {
    if input.shops.len() > MOST_SHOPS {
        faults.add("/shops", "too_many").with("right", MOST_SHOPS);
        return Vec::new();
    }
    let rows = (1_i64..).zip(&input.shops).map(|(no, shop)| ShopRow {
        seller_id: seller_id.to_owned(),
        no,
        platform: required(faults, &format!("/shops/{}/platform", no - 1), &shop.platform, 40),
        name: required(faults, &format!("/shops/{}/name", no - 1), &shop.name, 120),
    });
    rows.collect()
}

/// A price in yuan as people write it, `39.90`, in fen.
///
/// # Errors
/// `listing_price_unreadable`.
pub fn fen_of_yuan(written: &str) -> Outcome<i64> {
    let read = crate::kernel::quantity::parse_amount(written, 100);
    read.ok_or_else(|| Failure::field("/price_fen", "listing_price_unreadable").with("value", written.chars().take(40).collect::<String>()))
}
