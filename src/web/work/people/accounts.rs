//! `/work/accounts`: the season accounts within reach, with what is left and when they close.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::bars::Figures;
use super::super::desk::Reader;
use super::super::lists::Listing;
use super::super::names::{Names, day_of, state};
use crate::identity::role::Permission as P;
use crate::trace::account::AccountFilter;
use crate::trace::queries::account::accounts;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/accounts", Access::Needs(P::SeasonAccountRead), show)]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    cursor: Option<String>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::SeasonAccountRead)?;
    let (items, next) = accounts(&app.db, &actor, &AccountFilter::default(), query.cursor.as_deref(), None).await?;
    let mut names = Names::new(&app);
    let mut rows = Vec::with_capacity(items.len());
    for view in items {
        let goods = names.goods(&view.product_id).await?;
        let figures = Figures::of(&view);
        let closes = view.closes_on.as_deref().map_or_else(|| reader.say("people.closes_never"), |day| day_of(reader.lang, day));
        let heading = format!("{} · {}", goods.name, view.season);
        rows.push(vec![
            Cell::link(heading, reader.to(&format!("/work/accounts/{}", view.id))).with_small(names.party(&reader, &view.party_id).await?),
            Cell::text(goods.show(figures.may)),
            Cell::text(goods.show(figures.left)),
            state(&reader, "account_state", &view.state),
            Cell::text(closes),
        ]);
    }
    let table = Table {
        caption: reader.say("people.accounts_caption"),
        columns: vec![
            Column::text(reader.say("people.account")),
            Column::number(reader.word("figure", "may")),
            Column::number(reader.word("figure", "left")),
            Column::text(reader.say("state")),
            Column::text(reader.say("people.closes_on")),
        ],
        rows,
        empty: reader.say("people.accounts_empty"),
    };
    let action = reader.may(P::HistoryRead).then(|| (reader.to("/work/cartons"), reader.say("people.cartons")));
    let next = next.map(|cursor| reader.to(&format!("/work/accounts?cursor={}", query_value(&cursor))));
    Ok(Html(Listing { frame: reader.frame(reader.say("people.accounts"), Vec::new()), table, action, next }.render()?))
}
