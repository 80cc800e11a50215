//! Who sells, what is on sale, who is authorised, what was sold, and the rules listings are held against.

mod authorisations;
mod listing;
mod listing_new;
mod listings;
mod rules;
pub(super) mod said;
mod sales;
mod sellers;

use super::super::app::App;
use super::super::pages::staff::Column;
use super::super::route::Route;
use super::desk::Reader;
use super::parts::{Typed, given};
use crate::kernel::Failure;
use crate::kernel::failure::Faults;
use crate::registry::queries::{ProductsAsked, products};
use crate::trade::commands::fen_of_yuan;
use crate::trade::queries::{SellerFilter, sellers as all_sellers};

/// Pages of the market.
pub(super) fn routes() -> Vec<Route> {
    let things = [listings::routes(), listing_new::routes(), listing::routes(), sellers::routes()];
    things.into_iter().chain([authorisations::routes(), sales::routes(), rules::routes()]).flatten().collect()
}

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("market.{key}"))
}

/// Columns by their words.
fn columns(reader: &Reader, keys: &[&str]) -> Vec<Column> {
    keys.iter().map(|key| Column::text(say(reader, key))).collect()
}

/// Every product as a choice.
async fn product_choices(app: &App) -> Result<Vec<(String, String)>, Failure> {
    let (mut choices, mut cursor) = (Vec::new(), None);
    loop {
        let page = products(&app.db, &ProductsAsked::default(), app.clock.today(), cursor.as_deref(), 200).await?;
        choices.extend(page.items.into_iter().map(|product| (product.id, product.name)));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(choices);
        }
    }
}

/// Sellers within reach as choices.
async fn seller_choices(
    app: &App,
    reader: &Reader,
    permission: crate::identity::role::Permission,
) -> Result<Vec<(String, String)>, Failure> {
    let Some(actor) = reader.acting(permission) else { return Ok(Vec::new()) };
    let (mut choices, mut cursor) = (Vec::new(), None);
    loop {
        let (page, next) = all_sellers(&app.db, &actor, &SellerFilter {}, cursor.as_deref(), Some(200)).await?;
        choices.extend(page.into_iter().map(|seller| {
            let code = seller.credit_code.unwrap_or(seller.place);
            (seller.id, format!("{} {code}", seller.name))
        }));
        cursor = next;
        if cursor.is_none() || choices.len() >= 1000 {
            return Ok(choices);
        }
    }
}

/// A whole number that was typed.
fn whole(faults: &mut Faults, typed: &Typed, name: &str) -> Option<i64> {
    let text = super::batch_form::plain(&given(typed, name)?);
    let read = text.parse().ok();
    if read.is_none() {
        faults.add(format!("/{name}"), "number_unreadable").with("figure", text);
    }
    read
}

/// A price in yuan that was typed.
fn price(faults: &mut Faults, typed: &Typed) -> Option<i64> {
    let text = given(typed, "price_fen")?;
    faults.absorb("", fen_of_yuan(&super::batch_form::plain(&text)))
}

/// Kilograms (or litres, or pieces) that were typed, in base units.
fn kilograms(faults: &mut Faults, at: &str, text: &str) -> Option<i64> {
    let text = super::batch_form::plain(text);
    let read = crate::kernel::quantity::parse_amount(&text, 1000);
    if read.is_none() {
        faults.add(at, "weight_unreadable").with("figure", text);
    }
    read
}
