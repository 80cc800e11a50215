//! Registering sellers and recording what is on sale.

use serde_json::json;

use super::listing::{DEAREST_FEN, ListingInput};
use super::queries::{ListingView, SellerView};
use super::seller::{SellerInput, SellerKind};
use super::store::{self, CaptureRow, ListingRow, SellerRow, ShopRow};
use crate::db::Tx;
use crate::identity;
use crate::identity::credit_code::CreditCode;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome, clock, text};
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
/// `division_unknown`, `outside_your_region`, `seller_farmer_twice`; `seller_twice`.
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
    if !identity::store::division_exists(tx.connection(), &division_code).await? {
        faults.add("/division_code", "division_unknown").with("value", input.division_code.chars().take(40).collect::<String>());
    } else if !desk.actor.scope.reaches_division(&division_code) {
        faults.add("/division_code", "outside_your_region").with("value", &division_code);
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

/// Records what a listing says at one moment; an item seen before is the same listing.
///
/// # Errors
/// `invalid_fields` with every fault: `seller_unknown` (also for one out of reach), `listing_price`, `listing_count`,
/// `register_product_unknown`, `register_address`, `instant_unreadable`, `in_the_future`, `listing_other_seller`;
/// `listing_capture_twice`.
pub async fn record_listing(tx: &Tx, desk: &Desk, input: &ListingInput) -> Outcome<ListingView> {
    let mut faults = Faults::new();
    let seller = match store::seller::one(tx.connection(), &desk.actor.scope, &input.seller_id).await {
        Ok(row) => Some(row),
        Err(failure) if failure.says("not_found") => {
            faults.add("/seller_id", "seller_unknown").with("value", input.seller_id.chars().take(40).collect::<String>());
            None
        }
        Err(failure) => return Err(failure),
    };
    let (platform, item_id) =
        (required(&mut faults, "/platform", &input.platform, 40), required(&mut faults, "/item_id", &input.item_id, 80));
    let claimed = match &input.claimed_product_id {
        Some(id) => {
            let found = store::listing::product_name(tx.connection(), id).await?;
            if found.is_none() {
                faults.add("/claimed_product_id", "register_product_unknown").with("value", id.chars().take(40).collect::<String>());
            }
            found
        }
        None => None,
    };
    let capture = capture(desk, &mut faults, input, claimed);
    let before = store::listing::of_item(tx.connection(), &platform, &item_id).await?;
    if let (Some(before), Some(seller)) = (&before, &seller)
        && before.seller_id != seller.id
    {
        faults.add("/seller_id", "listing_other_seller").with("value", &item_id).with("platform", &platform);
    }
    faults.check()?;
    let row = match before {
        Some(row) => row,
        None => {
            let row = ListingRow {
                id: desk.new_id(Noun::Listing),
                seller_id: input.seller_id.clone(),
                platform,
                item_id,
                claimed_product_id: input.claimed_product_id.clone(),
                recorded_at: desk.clock.now(),
                recorded_by: desk.actor.account_id.clone(),
            };
            store::listing::insert(tx, row.clone()).await?;
            row
        }
    };
    let capture = CaptureRow { listing_id: row.id.clone(), ..capture };
    store::listing::insert_capture(tx, capture.clone()).await?;
    let facts = json!({
        "seller": row.seller_id, "platform": row.platform, "item_id": row.item_id, "title": capture.title, "price_fen": capture.price_fen,
        "claimed": capture.claimed_product, "stock": capture.stock, "sold": capture.sold, "captured_at": clock::rfc3339(capture.captured_at),
    });
    ledger::append(tx, desk, Event::new(kind::LISTING_RECORDED, &row.id, facts)).await?;
    Ok(ListingView::of(row, &capture))
}

fn capture(desk: &Desk, faults: &mut Faults, input: &ListingInput, claimed: Option<String>) -> CaptureRow {
    let now = desk.clock.now();
    let captured_at = match &input.captured_at {
        None => now,
        Some(said) => {
            let read = clock::parse_rfc3339(said);
            if read.is_none() {
                faults.add("/captured_at", "instant_unreadable").with("value", said.chars().take(40).collect::<String>());
            } else if read.is_some_and(|at| at > now) {
                faults.add("/captured_at", "in_the_future").with("figure", said).with("right", clock::rfc3339(now));
            }
            read.unwrap_or(now)
        }
    };
    if let Some(price) = input.price_fen.filter(|price| !(0..=DEAREST_FEN).contains(price)) {
        faults.add("/price_fen", "listing_price").with("figure", price).with("right", DEAREST_FEN);
    }
    for (at, count) in [("/stock", input.stock), ("/sold", input.sold)] {
        if let Some(count) = count.filter(|count| !(0..=1_000_000_000).contains(count)) {
            faults.add(at, "listing_count").with("figure", count);
        }
    }
    let url = optional(faults, "/url", input.url.as_deref(), 500);
    if let Some(url) = url.as_deref().filter(|u| !url::Url::parse(u).is_ok_and(|u| matches!(u.scheme(), "http" | "https"))) {
        faults.add("/url", "register_address").with("value", url);
    }
    CaptureRow {
        listing_id: String::new(),
        captured_at,
        title: required(faults, "/title", &input.title, 200),
        url,
        shop: optional(faults, "/shop", input.shop.as_deref(), 120),
        price_fen: input.price_fen,
        claimed_product: optional(faults, "/claimed_product", input.claimed_product.as_deref(), 120).or(claimed),
        stock: input.stock,
        sold: input.sold,
        recorded_by: desk.actor.account_id.clone(),
        origin: None,
        ship_from: None,
        details: None,
        shows_mark: None,
        content_hash: String::new(),
    }
}

/// A price in yuan as people write it, `39.90`, in fen.
///
/// # Errors
/// `listing_price_unreadable`.
pub fn fen_of_yuan(written: &str) -> Outcome<i64> {
    let read = crate::kernel::quantity::parse_amount(written, 100);
    read.ok_or_else(|| Failure::field("/price_fen", "listing_price_unreadable").with("value", written.chars().take(40).collect::<String>()))
}
