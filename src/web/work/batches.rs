//! `/work/batches`: the batches in reach, newest first.

use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

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
use crate::trace::batch::{BatchFilter, BatchState};
use crate::trace::queries::batch::find_batches;
use askama::Template;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/batches", Access::Needs(Permission::BatchRead), list)]
}

/// Which page of a list; other parameters (`done`, `lang`) are read elsewhere.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    pub cursor: Option<String>,
}

async fn list(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(Permission::BatchRead)?;
    let states = choices(&reader, "batch_state", BatchState::ALL.iter().map(|state| state.word()));
    let above = Above::new(&reader, "/work/batches", &query, "batches").products(products(&app, &reader).await?).states("state", states);
    let above = above.days().sorts(&["registered", "lot", "amount"]).gives(SheetKind::Batches);
    let filter = BatchFilter::default();
    let (items, next) = find_batches(&app.db, &actor, &filter, &query.narrow(), query.cursor(), Some(ROWS)).await?;
    let registers = reader.may(Permission::BatchRegister) && reader.own().is_some();
    let mut table = lists::batches(&app, &reader, &items, sees_several(&reader, Permission::BatchRead)).await?;
    above.heads(&mut table, &[Some("lot"), Some("amount"), None, Some("registered")]);
    let page = Listing {
        table,
        filters: Some(above.filters(items.len(), next.is_some())),
        action: registers.then(|| (reader.to("/work/batches/new"), reader.say("register_batch"))),
        next: above.next(next),
        frame: reader.frame(reader.say("batches"), Vec::new()),
    };
    Ok(Html(page.render()?))
}
