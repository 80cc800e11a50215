//! `/work/batches`: the batches in reach, newest first.

use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::super::app::App;
use super::super::body::Asked;
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::route::{Access, Route};
use super::desk::Reader;
use super::home::sees_several;
use super::lists::{self, Listing};
use crate::identity::role::Permission;
use crate::trace::batch::BatchFilter;
use crate::trace::queries::batch::batches;
use askama::Template;

/// Rows of one page.
const ROWS: u64 = 20;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/batches", Access::Needs(Permission::BatchRead), list)]
}

/// Which page of a list; other parameters (`done`, `lang`) are read elsewhere.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    pub cursor: Option<String>,
}

async fn list(State(app): State<App>, reader: Reader, Asked(after): Asked<After>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(Permission::BatchRead)?;
    let (items, next) = batches(&app.db, &actor, &BatchFilter::default(), after.cursor.as_deref(), Some(ROWS)).await?;
    let registers = reader.may(Permission::BatchRegister) && reader.own().is_some();
    let page = Listing {
        table: lists::batches(&app, &reader, &items, sees_several(&reader, Permission::BatchRead)).await?,
        action: registers.then(|| (reader.to("/work/batches/new"), reader.say("register_batch"))),
        next: next.map(|cursor| reader.to(&format!("/work/batches?cursor={}", query_value(&cursor)))),
        frame: reader.frame(reader.say("batches"), Vec::new()),
    };
    Ok(Html(page.render()?))
}
