//! `/work/products`: every product of the register with what a reader of files looks for first.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::listing::{Above, Query, ROWS};
use super::super::lists::Listing;
use super::gi_file::status_key;
use super::{columns, say};
use crate::identity::role::Permission as P;
use crate::registry::queries::{ProductsAsked, products};
use crate::registry::right::RightStatus;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/products", Access::Needs(P::MarkUseRead), show)]
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let status = |status: &RightStatus| reader.lang.say(&format!("right_status.{}", status_key(status.word()))).into_owned();
    let states = RightStatus::ALL.iter().map(|one| (one.word().to_owned(), status(one))).collect();
    let above = Above::new(&reader, "/work/products", &query, "products").states("state", states);
    let narrow = query.narrow();
    let status = narrow.state.as_deref().and_then(|word| RightStatus::ALL.into_iter().find(|status| status.word() == word));
    let asked = ProductsAsked { q: narrow.q, status, ..ProductsAsked::default() };
    let page = products(&app.db, &asked, app.clock.today(), query.cursor(), ROWS).await?;
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
    let mut table = Table {
        caption: say(&reader, "products_caption"),
        columns: columns(&reader, &["product", "rights_in_force", "season_window", "yield_cap", "state"]),
        rows: rows.collect(),
        empty: say(&reader, "products_empty"),
    };
    above.heads(&mut table, &[]);
    let filters = Some(above.filters(page.items.len(), page.next_cursor.is_some()));
    let (next, frame) = (above.next(page.next_cursor), reader.frame(say(&reader, "products"), Vec::new()));
    Ok(Html(Listing { frame, table, filters, action: None, next }.render()?))
}
