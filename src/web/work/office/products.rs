//! `/work/products`: every product of the register with what a reader of files looks for first.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::{Cell, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::lists::Listing;
use super::{columns, say};
use crate::identity::role::Permission as P;
use crate::registry::queries::{ProductsAsked, products};

/// Rows of a page.
const ROWS: u64 = 50;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/products", Access::Needs(P::MarkUseRead), show)]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    cursor: Option<String>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let page = products(&app.db, &ProductsAsked::default(), app.clock.today(), query.cursor.as_deref(), ROWS).await?;
    let rows = page.items.iter().map(|product| {
        let standing = product.rights.iter().filter(|right| right.in_force).count();
        let season = product.season_from.as_deref().zip(product.season_to.as_deref()).map(|(from, to)| format!("{from} – {to}"));
        let cap = product.yield_cap.map_or_else(|| say(&reader, "not_known"), |cap| cap.to_string());
        vec![
            Cell::link(product.name.clone(), reader.to(&format!("/work/products/{}", product.slug))).with_small(product.places.join("、")),
            Cell::text(standing.to_string()).with_small(format!("{} {}", say(&reader, "of_rights"), product.rights.len())),
            Cell::text(season.unwrap_or_else(|| say(&reader, "not_known"))),
            Cell::text(cap).with_small(reader.word("office.basis_of", &product.account_basis)),
            if standing > 0 { Cell::badge(say(&reader, "protected"), "ok") } else { Cell::badge(say(&reader, "pending"), "soft") },
        ]
    });
    let table = Table {
        caption: say(&reader, "products_caption"),
        columns: columns(&reader, &["product", "rights_in_force", "season_window", "yield_cap", "state"]),
        rows: rows.collect(),
        empty: say(&reader, "products_empty"),
    };
    let next = page.next_cursor.map(|cursor| reader.to(&format!("/work/products?cursor={}", query_value(&cursor))));
    let frame = reader.frame(say(&reader, "products"), Vec::new());
    Ok(Html(Listing { frame, table, action: None, next }.render()?))
}
