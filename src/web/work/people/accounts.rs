//! `/work/accounts`: the season accounts within reach, with what is left and when they close.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::bars::Figures;
use super::super::desk::Reader;
use super::super::listing::{Above, Query, ROWS, products, with_growers};
use super::super::lists::Listing;
use super::super::names::{Names, day_of, state};
use super::super::parts::choices;
use crate::identity::role::Permission as P;
use crate::interop::sheet::SheetKind;
use crate::trace::account::{AccountFilter, AccountState};
use crate::trace::queries::account::find_accounts;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/accounts", Access::Needs(P::SeasonAccountRead), show)]
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::SeasonAccountRead)?;
    let states = choices(&reader, "account_state", AccountState::ALL.iter().map(|state| state.word()));
    let above = Above::new(&reader, "/work/accounts", &query, "accounts").products(products(&app, &reader).await?);
    let above = above.states("state", states).sorts(&["season", "left"]).gives(SheetKind::Accounts);
    let (narrow, filter) = (with_growers(&app, &reader, &query).await?, AccountFilter::default());
    let (items, next) = find_accounts(&app.db, &actor, &filter, &narrow, query.cursor(), Some(ROWS)).await?;
    let filters = Some(above.filters(items.len(), next.is_some()));
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
    let mut table = Table {
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
    above.heads(&mut table, &[Some("season"), None, Some("left"), None, None]);
    let action = reader.may(P::HistoryRead).then(|| (reader.to("/work/cartons"), reader.say("people.cartons")));
    let (next, frame) = (above.next(next), reader.frame(reader.say("people.accounts"), Vec::new()));
    Ok(Html(Listing { frame, table, filters, action, next }.render()?))
}
