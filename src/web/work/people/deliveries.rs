//! `/work/deliveries`: what growers delivered, how much of it is covered, and what is said against it.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::listing::{Above, Query, ROWS, products, with_growers};
use super::super::lists::Listing;
use super::super::names::{Names, day_of, jin};
use super::super::parts::choices;
use crate::identity::role::Permission as P;
use crate::interop::sheet::SheetKind;
use crate::kernel::Outcome;
use crate::kernel::quantity::BaseUnit;
use crate::trace::delivery::DeliveryFilter;
use crate::trace::queries::delivery::{DeliveryView, find_deliveries};
use crate::trace::store::slip::objected;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/deliveries", Access::Needs(P::DeliveryRead), show)]
}

/// Which deliveries may be asked for.
const STATES: [&str; 4] = ["left", "pending", "covered", "voided"];

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::DeliveryRead)?;
    let states = choices(&reader, "list.delivery_state", STATES);
    let above = Above::new(&reader, "/work/deliveries", &query, "deliveries").products(products(&app, &reader).await?);
    let above = above.states("state", states).days().sorts(&["day", "amount"]).gives(SheetKind::Deliveries);
    let (narrow, filter) = (with_growers(&app, &reader, &query).await?, DeliveryFilter::default());
    let (items, next) = find_deliveries(&app.db, &actor, &filter, &narrow, query.cursor(), Some(ROWS)).await?;
    let mut table = table(&app, &reader, &items).await?;
    above.heads(&mut table, &[Some("day"), None, Some("amount"), None]);
    let action = reader.may(P::PaperRead).then(|| (reader.to("/work/paper"), reader.say("people.papers")));
    let filters = Some(above.filters(items.len(), next.is_some()));
    let (next, frame) = (above.next(next), reader.frame(reader.say("people.deliveries"), Vec::new()));
    Ok(Html(Listing { frame, table, filters, action, next }.render()?))
}

/// Deliveries with what is open about each.
pub(super) async fn table(app: &App, reader: &Reader, items: &[DeliveryView]) -> Outcome<Table> {
    let mut names = Names::new(app);
    names.growers(reader, items.iter().map(|view| view.grower_id.clone())).await?;
    let objected = objected(app.db.reader(), items.iter().map(|d| d.id.clone()).collect()).await?;
    let mut rows = Vec::with_capacity(items.len());
    for view in items {
        let goods = names.goods(&view.product_id).await?;
        let amount = view.figures.get("net_weight_g").or_else(|| view.figures.get("quantity")).copied().unwrap_or(0);
        let weight = Cell::text(goods.show(amount));
        let state = if view.voided_at.is_some() {
            Cell::badge(reader.say("rest.voided"), "soft")
        } else if objected.contains(&view.id) {
            Cell::badge(reader.say("people.objected"), "red")
        } else if let Some(state) = view.late_state.as_deref().filter(|state| *state != "confirmed") {
            super::due::late_state(reader, state)
        } else if view.figure("pending") > 0 {
            Cell::badge(reader.fill("of_it_pending", &[("amount", &goods.show(view.figure("pending")))]), "amber")
        } else {
            Cell::badge(reader.say("people.covered"), "ok")
        };
        rows.push(vec![
            Cell::link(day_of(reader.lang, &view.delivered_on), reader.to(&format!("/work/deliveries/{}", view.id)))
                .with_small(goods.name.clone()),
            Cell::text(names.party(reader, &view.grower_id).await?).with_small(names.party(reader, &view.buyer_id).await?),
            if goods.unit == BaseUnit::G { weight.with_small(jin(reader.lang, amount)) } else { weight },
            state,
        ]);
    }
    Ok(Table {
        caption: reader.say("people.deliveries_caption"),
        columns: vec![
            Column::text(reader.say("people.day")),
            Column::text(reader.say("people.grower")),
            Column::number(reader.say("amount")),
            Column::text(reader.say("state")),
        ],
        rows,
        empty: reader.say("people.deliveries_empty"),
    })
}
