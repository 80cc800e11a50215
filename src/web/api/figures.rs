//! `/api/v1/balance`: what may be, what was coded, shipped, scanned and sold, producer by producer; `/api/v1/figures`: one page a week.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Asked, Listing, Page};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::identity::queries::SignedIn;
use crate::identity::role::Permission;
use crate::kernel::Failure;
use crate::supervision::board::{BalanceFilter, BalanceView, balances};
use crate::supervision::week::Week;
use crate::supervision::weekly::{self, Weekly};

pub(super) fn routes() -> Vec<Route> {
    let read = Access::Needs(Permission::FiguresRead);
    let of: &[_] = &[("product_id", "of this product"), ("producer_id", "of this producer"), ("season", "such as 2026")];
    let week: &[_] = &[
        ("week", "such as 2026-W48; this week if not given"),
        ("product_id", "of this product"),
        ("county", "of producers in this county, six figures"),
    ];
    vec![
        Route::get("/api/v1/balance", read, balance).says("Mass balance of producers in reach").asks(of).lists::<BalanceView>(),
        Route::get("/api/v1/figures", read, figures).says("Figures of a week beside the week before").asks(week).answers::<Weekly>(200),
    ]
}

async fn balance(State(app): State<App>, By(actor): By, listing: Listing<BalanceFilter>) -> Result<Json<Page<BalanceView>>, Refusal> {
    let page = (listing.cursor.as_deref(), listing.limit);
    let (items, next_cursor) = balances(&app.db, &actor, &listing.filter, page, &app.clock).await?;
    Ok(Json(Page { items, next_cursor }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    week: Option<String>,
    product_id: Option<String>,
    county: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn figures(State(app): State<App>, who: SignedIn, Asked(query): Asked<Query>) -> Result<Json<Weekly>, Refusal> {
    let week = match query.week {
        Some(text) => {
            Some(Week::parse(&text).ok_or_else(|| Failure::invalid("query_unfit").with("said", format!("week={text}; 2026-W48")))?)
        }
        None => None,
    };
    let asked = weekly::Asked { week, product_id: query.product_id, county: query.county };
    Ok(Json(weekly::weekly(&app.db, &app.clock, &asked, |permission| who.acting(permission)).await?))
}
