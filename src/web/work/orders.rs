//! `/work/orders`: the orders of labels in reach, newest first.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::app::App;
use super::super::body::Asked;
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::route::{Access, Route};
use super::batches::After;
use super::desk::Reader;
use super::home::sees_several;
use super::lists::{self, Listing};
use crate::identity::role::Permission;
use crate::trace::queries::order::{OrderFilter, orders};

/// Rows of one page.
const ROWS: u64 = 20;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/orders", Access::Needs(Permission::CodeOrderRead), list)]
}

async fn list(State(app): State<App>, reader: Reader, Asked(after): Asked<After>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(Permission::CodeOrderRead)?;
    // One more than is shown tells whether another page follows.
    let mut items = orders(&app.db, &actor, &OrderFilter::default(), after.cursor.as_deref(), ROWS + 1).await?;
    let more = items.len() as u64 > ROWS;
    items.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    let page = Listing {
        table: lists::orders(&app, &reader, &items, sees_several(&reader, Permission::CodeOrderRead)).await?,
        action: reader.may(Permission::CodeOrderRequest).then(|| (reader.to("/work/orders/new"), reader.say("order_labels"))),
        next: next.map(|cursor| reader.to(&format!("/work/orders?cursor={}", query_value(&cursor)))),
        frame: reader.frame(reader.say("orders"), Vec::new()),
    };
    Ok(Html(page.render()?))
}
