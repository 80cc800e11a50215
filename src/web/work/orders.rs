//! `/work/orders`: the orders of labels in reach, newest first.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::app::App;
use super::super::body::Asked;
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::desk::Reader;
use super::home::sees_several;
use super::listing::{Above, Query, ROWS, products};
use super::lists::{self, Listing};
use super::parts::choices;
use crate::identity::role::Permission;
use crate::interop::sheet::SheetKind;
use crate::trace::order::OrderState;
use crate::trace::queries::order::find_orders;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/orders", Access::Needs(Permission::CodeOrderRead), list)]
}

async fn list(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(Permission::CodeOrderRead)?;
    let states = choices(&reader, "order_state", OrderState::ALL.iter().map(|state| state.word()));
    let above = Above::new(&reader, "/work/orders", &query, "orders").products(products(&app, &reader).await?).states("state", states);
    let above = above.days().sorts(&["ordered", "count"]).gives(SheetKind::Orders);
    let (items, next) = find_orders(&app.db, &actor, &query.narrow(), query.cursor(), Some(ROWS)).await?;
    let mut table = lists::orders(&app, &reader, &items, sees_several(&reader, Permission::CodeOrderRead)).await?;
    above.heads(&mut table, &[None, Some("count"), None, Some("ordered")]);
    let page = Listing {
        table,
        filters: Some(above.filters(items.len(), next.is_some())),
        action: reader.may(Permission::CodeOrderRequest).then(|| (reader.to("/work/orders/new"), reader.say("order_labels"))),
        next: above.next(next),
        frame: reader.frame(reader.say("orders"), Vec::new()),
    };
    Ok(Html(page.render()?))
}
