//! `/work/listings`: what is on sale, with what the rules ask about it.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::listing::{Above, Query, ROWS, products};
use super::super::lists::Listing;
use super::super::names::moment_of;
use super::said::{counts, yuan};
use super::{columns, say};
use crate::identity::role::Permission as P;
use crate::interop::sheet::SheetKind;
use crate::kernel::Outcome;
use crate::supervision::findings::findings_of;
use crate::trade::queries::{ListingFilter, ListingView, find_listings, seller_names};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/listings", Access::Needs(P::ListingRead), show)]
}

/// Listings as a table: what, whose, what is asked about it.
pub(super) async fn table(app: &App, reader: &Reader, items: &[ListingView]) -> Outcome<Table> {
    let names = seller_names(&app.db, items.iter().map(|view| view.seller_id.clone()).collect()).await?;
    let ids: Vec<String> = items.iter().map(|view| view.id.clone()).collect();
    let found = findings_of(&app.db, &ids, None).await?;
    let rows = items.iter().map(|view| {
        let asked = counts(reader, found.iter().filter(|finding| finding.listing_id == view.id));
        vec![
            Cell::link(view.title.clone(), reader.to(&format!("/work/listings/{}", view.id)))
                .with_small(format!("{} {}", view.platform, view.item_id)),
            Cell::text(names.get(&view.seller_id).cloned().unwrap_or_default()).with_small(view.shop.clone().unwrap_or_default()),
            Cell::text(view.price_fen.map(yuan).unwrap_or_default()),
            if asked.is_empty() { Cell::badge(say(reader, "nothing_found"), "ok") } else { Cell::badge(asked, "amber") },
            Cell::text(moment_of(reader.lang, &view.captured_at)),
        ]
    });
    Ok(Table {
        caption: say(reader, "listings_caption"),
        columns: columns(reader, &["item", "seller", "price", "asked", "captured_at"]),
        rows: rows.collect(),
        empty: say(reader, "listings_empty"),
    })
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let above = Above::new(&reader, "/work/listings", &query, "listings").products(products(&app, &reader).await?);
    let above = above.days().sorts(&["captured"]).gives(SheetKind::Listings);
    let seller_id = Some(query.seller_id.clone()).filter(|id| !id.is_empty());
    let (filter, actor) = (ListingFilter { seller_id }, reader.actor(P::ListingRead)?);
    let (items, next) = find_listings(&app.db, &actor, &filter, &query.narrow(), query.cursor(), Some(ROWS)).await?;
    let mut table = table(&app, &reader, &items).await?;
    above.heads(&mut table, &[None, None, None, None, Some("captured")]);
    let page = Listing {
        frame: reader.frame(say(&reader, "listings"), Vec::new()),
        table,
        filters: Some(above.filters(items.len(), next.is_some())),
        action: reader.may(P::ListingRecord).then(|| (reader.to("/work/listings/new"), say(&reader, "record_listing"))),
        next: above.next(next),
    };
    Ok(Html(page.render()?))
}
