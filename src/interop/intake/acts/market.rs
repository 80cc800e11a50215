//! Rows about the market: who sells, and what is on sale.

use super::super::names::Form;
use crate::kernel::{Outcome, clock};
use crate::supervision::commands::listing::record_listing;
use crate::trade::commands::{fen_of_yuan, register_seller};
use crate::trade::listing::ListingInput;
use crate::trade::seller::{SellerInput, SellerKind, Shop};
use crate::trade::store::seller::named;

pub(super) async fn seller(form: &mut Form<'_>) -> Outcome<Option<String>> {
    let mut shops = Vec::new();
    for part in form.list("shops") {
        match part.split_once(['=', '＝', '：', ':']) {
            Some((platform, name)) => shops.push(Shop { platform: platform.trim().to_owned(), name: name.trim().to_owned() }),
            None => form.fault("shops", "sheet_shops", &[("value", part.chars().take(40).collect())]),
        }
    }
    let input = SellerInput {
        kind: SellerKind::parse(&form.said("kind")).unwrap_or(SellerKind::Organisation),
        name: form.said("name"),
        credit_code: form.text("credit_code"),
        division_code: form.division().await?.unwrap_or_default(),
        place: form.text("place"),
        contact: form.text("contact"),
        shops,
    };
    Ok(Some(register_seller(form.tx, form.desk, &input).await?.id))
}

pub(super) async fn listing(form: &mut Form<'_>) -> Outcome<Option<String>> {
    let said = form.said("seller");
    let found = named(form.tx.connection(), &form.desk.actor, &said).await?;
    let seller_id = match found.as_slice() {
        [one] => one.id.clone(),
        // An id goes on as it is: the act says whether it is within reach.
        [] => said,
        [_, _, ..] => {
            let right = found.iter().map(|row| format!("{} {}", row.place, row.id)).collect::<Vec<_>>().join("、");
            form.fault("seller", "sheet_several", &[("value", said), ("right", right)]);
            String::new()
        }
    };
    let price_fen = match form.text("price").map(|price| fen_of_yuan(&price)) {
        Some(Ok(fen)) => Some(fen),
        Some(Err(_)) => {
            let value = form.said("price");
            form.fault("price", "sheet_number", &[("value", value), ("right", "39.90".to_owned())]);
            None
        }
        None => None,
    };
    let count = |key: &str| form.text(key).and_then(|count| count.parse().ok());
    let (stock, sold) = (count("stock"), count("sold"));
    // What a title claims may be no product of the register.
    let claimed = form.text("product");
    let known = match &claimed {
        Some(name) => super::super::store::lookup::products(form.tx.connection(), name).await?,
        None => Vec::new(),
    };
    let claimed_product_id = if let [one] = known.as_slice() { Some(one.id.clone()) } else { None };
    let input = ListingInput {
        seller_id,
        platform: form.said("platform"),
        item_id: form.said("item_id"),
        shop: form.text("shop"),
        title: form.said("title"),
        url: form.text("url"),
        price_fen,
        claimed_product_id,
        claimed_product: claimed,
        stock,
        sold,
        captured_at: form.day("captured_on").map(|day| clock::rfc3339(day.start())),
        origin: form.text("origin"),
        ship_from: form.text("ship_from"),
        details: form.text("details"),
        ..ListingInput::default()
    };
    Ok(Some(record_listing(form.tx, form.desk, &input).await?.id))
}
