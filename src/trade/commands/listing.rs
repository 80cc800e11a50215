//! What a listing says at one moment, and how much its SKUs are.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{optional, required};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome, clock};
use crate::ledger::{self, Event, kind};
use crate::trade::listing::{DEAREST_FEN, ListingInput, PacksInput, SkuInput};
use crate::trade::queries::{ListingView, views};
use crate::trade::store::{self, CaptureRow, ListingRow, SkuRow};
use crate::trade::{address, sku};

/// The most SKUs of one listing.
const MOST_SKUS: usize = 200;

/// Records what a listing says at one moment; an item seen before is the same listing.
///
/// # Errors
/// `invalid_fields` with every fault: `seller_unknown` (also for one out of reach), `listing_price`, `listing_count`,
/// `register_product_unknown`, `register_address`, `instant_unreadable`, `in_the_future`, `listing_other_seller`;
/// `listing_capture_twice`.
pub async fn record_listing(tx: &Tx, desk: &Desk, input: &ListingInput) -> Outcome<ListingView> {
    let mut faults = Faults::new();
    let seller = match store::seller::reached_by(tx.connection(), &desk.actor, &input.seller_id).await {
        Ok(row) => Some(row),
        Err(failure) if failure.says("not_found") => {
            faults.add("/seller_id", "seller_unknown").with("value", input.seller_id.chars().take(40).collect::<String>());
            None
        }
        Err(failure) => return Err(failure),
    };
    let (platform, item_id, link) = item(&mut faults, input);
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
    let skus = skus(&mut faults, input);
    let capture = capture(desk, &mut faults, input, claimed, link);
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
    for sku in skus {
        let row = SkuRow { listing_id: row.id.clone(), seen_at: capture.captured_at, recorded_by: desk.actor.account_id.clone(), ..sku };
        store::sku::put(tx, row).await?;
    }
    let facts = json!({
        "seller": row.seller_id, "platform": row.platform, "item_id": row.item_id, "title": capture.title, "price_fen": capture.price_fen,
        "claimed": capture.claimed_product, "content": capture.content_hash, "stock": capture.stock, "sold": capture.sold, "captured_at": clock::rfc3339(capture.captured_at),
    });
    ledger::append(tx, desk, Event::new(kind::LISTING_RECORDED, &row.id, facts)).await?;
    Ok(ListingView::of(row, &capture))
}

fn capture(desk: &Desk, faults: &mut Faults, input: &ListingInput, claimed: Option<String>, link: Option<String>) -> CaptureRow {
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
    // What was pasted to be read has been read, or refused, already.
    let url = if is_said(input) { optional(faults, "/url", input.url.as_deref(), 500) } else { link };
    if let Some(url) = url.as_deref().filter(|u| !url::Url::parse(u).is_ok_and(|u| matches!(u.scheme(), "http" | "https"))) {
        faults.add("/url", "register_address").with("value", url);
    }
    let mut row = CaptureRow {
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
        origin: optional(faults, "/origin", input.origin.as_deref(), 120),
        ship_from: optional(faults, "/ship_from", input.ship_from.as_deref(), 120),
        details: optional(faults, "/details", input.details.as_deref(), 4000),
        shows_mark: input.shows_mark.map(|shown| shown.word().to_owned()),
        content_hash: String::new(),
    };
    let skus: Vec<&str> = input.skus.iter().map(|sku| sku.name.trim()).collect();
    let content = json!([row.title, row.shop, row.claimed_product, row.origin, row.ship_from, row.details, row.shows_mark, skus]);
    row.content_hash = data_encoding::HEXLOWER.encode(&Sha256::digest(content.to_string()));
    row
}

/// Are platform and item said outright?
fn is_said(input: &ListingInput) -> bool {
    !input.platform.trim().is_empty() && !input.item_id.trim().is_empty()
}

/// Platform, item number and plain address: as said, or read from the address that was pasted.
fn item(faults: &mut Faults, input: &ListingInput) -> (String, String, Option<String>) {
    let said = is_said(input);
    let pasted = input.url.as_deref().map(str::trim).filter(|url| !url.is_empty());
    if let (false, Some(pasted)) = (said, pasted) {
        match address::item(pasted) {
            Ok(item) => return (item.platform.to_owned(), item.item_id, Some(item.url)),
            Err(unread) => {
                let known = address::PLATFORMS.join("、");
                faults.add("/url", unread.code()).with("value", unread.value()).with("right", known);
                return (String::new(), String::new(), None);
            }
        }
    }
    (required(faults, "/platform", &input.platform, 40), required(faults, "/item_id", &input.item_id, 80), None)
}

/// SKUs as they are said: an amount that is given is confirmed, another is read from the words.
fn skus(faults: &mut Faults, input: &ListingInput) -> Vec<SkuRow> {
    if input.skus.len() > MOST_SKUS {
        faults.add("/skus", "too_many").with("right", MOST_SKUS);
        return Vec::new();
    }
    let mut said = input.skus.clone();
    if said.is_empty() && !input.title.trim().is_empty() {
        said.push(SkuInput { name: input.title.clone(), ..SkuInput::default() });
    }
    let rows = said.iter().enumerate().map(|(no, sku)| {
        let name = required(faults, &format!("/skus/{no}/name"), &sku.name, 200);
        let given = sku.net_weight_g.or(sku.quantity);
        if let Some(amount) = given.filter(|amount| !(1..=100_000_000).contains(amount)) {
            faults.add(format!("/skus/{no}/net_weight_g"), "listing_pack_amount").with("figure", amount);
        }
        let read = sku::read(&name);
        SkuRow {
            listing_id: String::new(),
            packs: sku.packs.or(read.map(|read| read.packs)).filter(|packs| *packs > 0),
            amount: given.or(read.map(|read| read.amount)),
            confirmed: given.is_some(),
            name,
            seen_at: 0,
            recorded_by: String::new(),
        }
    });
    rows.collect()
}

/// Confirms how much each of a listing's SKUs is; those not named stay as they are.
///
/// # Errors
/// `not_found`; `listing_sku_unknown`, `listing_pack_amount`, `register_empty` without any.
pub async fn confirm_packs(tx: &Tx, desk: &Desk, id: &str, input: &PacksInput) -> Outcome<ListingView> {
    let row = store::listing::one(tx.connection(), &desk.actor.scope, id).await?;
    let known = store::sku::of(tx.connection(), vec![row.id.clone()]).await?;
    let mut faults = Faults::new();
    if input.skus.is_empty() {
        faults.add("/skus", "register_empty");
    }
    let mut rows = Vec::new();
    for (no, said) in input.skus.iter().enumerate() {
        let amount = said.net_weight_g.or(said.quantity).filter(|amount| (1..=100_000_000).contains(amount));
        let Some(sku) = known.iter().find(|sku| sku.name == said.name) else {
            faults.add(format!("/skus/{no}/name"), "listing_sku_unknown").with("value", said.name.chars().take(40).collect::<String>());
            continue;
        };
        let Some(amount) = amount else {
            faults.add(format!("/skus/{no}/net_weight_g"), "listing_pack_amount").with("figure", said.net_weight_g.unwrap_or_default());
            continue;
        };
        let packs = said.packs.or(sku.packs).filter(|packs| *packs > 0);
        rows.push(SkuRow { amount: Some(amount), packs, confirmed: true, recorded_by: desk.actor.account_id.clone(), ..sku.clone() });
    }
    faults.check()?;
    let said: Vec<_> = rows.iter().map(|sku| json!([sku.name, sku.packs, sku.amount])).collect();
    for sku in rows {
        store::sku::put(tx, sku).await?;
    }
    ledger::append(tx, desk, Event::new(kind::LISTING_PACKS_CONFIRMED, id, json!({ "skus": said }))).await?;
    views(tx.connection(), vec![row]).await?.pop().ok_or_else(Failure::not_found)
}
