//! `/work/shipments`: shipments sent or received in reach; `/work/stock`: what lies with a seller, by them.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::app::App;
use super::super::body::Asked;
use super::super::failure::Refusal;
use super::super::pages::staff::{Cell, Column, Table};
use super::super::route::{Access, Route};
use super::desk::Reader;
use super::listing::{Above, Query, ROWS, products};
use super::lists::Listing;
use super::names::{Names, day_of, state};
use super::parts::choices;
use crate::identity::role::Permission as P;
use crate::interop::sheet::SheetKind;
use crate::kernel::Outcome;
use crate::kernel::quantity::grouped;
use crate::trace::queries::shipment::{ShipmentView, find_shipments};
use crate::trace::queries::stock::{StockFilter, consignee_stock};
use crate::trace::shipment::{ShipmentFilter, ShipmentState};

/// Rows of the stock page.
const STOCK: u64 = 200;

pub(super) fn routes() -> Vec<Route> {
    let read = Access::Needs(P::ShipmentRead);
    vec![Route::get("/work/shipments", read, list), Route::get("/work/stock", read, stock)]
}

async fn list(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::ShipmentRead)?;
    let states = choices(&reader, "shipment_state", ShipmentState::ALL.iter().map(|state| state.word()));
    let above =
        Above::new(&reader, "/work/shipments", &query, "shipments").products(products(&app, &reader).await?).states("state", states);
    let above = above.days().sorts(&["sent", "number"]).gives(SheetKind::Shipments);
    let filter = ShipmentFilter::default();
    let (items, next) = find_shipments(&app.db, &actor, &filter, &query.narrow(), query.cursor(), Some(ROWS)).await?;
    let sends = reader.may(P::ShipmentSend) && reader.own().is_some();
    let mut table = table(&app, &reader, &items, reader.say("shipments_empty")).await?;
    above.heads(&mut table, &[Some("number"), None, None, None, Some("sent")]);
    let page = Listing {
        table,
        filters: Some(above.filters(items.len(), next.is_some())),
        action: sends.then(|| (reader.to("/work/shipments/new"), reader.say("send_goods"))),
        next: above.next(next),
        frame: reader.frame(reader.say("shipments"), Vec::new()),
    };
    Ok(Html(page.render()?))
}

/// Shipments as a table.
pub(super) async fn table(app: &App, reader: &Reader, items: &[ShipmentView], empty: String) -> Outcome<Table> {
    let mut names = Names::new(app);
    let mut rows = Vec::with_capacity(items.len());
    for view in items {
        let goods = names.goods(&view.product_id).await?;
        let sender = if reader.own() == Some(view.producer_id.as_str()) {
            goods.name.clone()
        } else {
            format!("{} · {}", goods.name, names.party(reader, &view.producer_id).await?)
        };
        let labels = if view.codes > 0 { reader.fill("labels_counted", &[("n", &grouped(view.codes))]) } else { reader.say("no_labels") };
        rows.push(vec![
            Cell::link(view.number.clone(), reader.to(&format!("/work/shipments/{}", view.id))).with_small(sender),
            Cell::text(view.consignee.name.clone()).with_small(view.place.clone().unwrap_or_default()),
            Cell::text(goods.show(view.amount())).with_small(labels),
            state(reader, "shipment_state", &view.state),
            Cell::text(day_of(reader.lang, &view.sent_on)),
        ]);
    }
    Ok(Table {
        caption: reader.say("shipments_caption"),
        columns: vec![
            Column::text(reader.say("shipment_no")),
            Column::text(reader.say("consignee")),
            Column::number(reader.say("amount")),
            Column::text(reader.say("state")),
            Column::text(reader.say("sent_on")),
        ],
        rows,
        empty,
    })
}

async fn stock(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::ShipmentRead)?;
    let items = consignee_stock(&app.db, &actor, &StockFilter::default(), STOCK).await?;
    let mut names = Names::new(&app);
    let mut rows = Vec::with_capacity(items.len());
    for view in &items {
        let goods = names.goods(&view.product_id).await?;
        let whose = if reader.own() == Some(view.organisation_id.as_str()) { String::new() } else { view.organisation.clone() };
        let show = |name: &str| Cell::text(goods.show(view.figure(name)));
        rows.push(vec![
            Cell::text(format!("{} · {}", view.product, view.season)).with_small(whose),
            Cell::text(view.producer.clone()),
            show("on_hand"),
            show("on_the_way"),
            show("returned"),
            show("missing"),
        ]);
    }
    let page = Listing {
        table: Table {
            caption: format!("{} {}", reader.say("stock_caption"), reader.say("stock_about")),
            columns: vec![
                Column::text(reader.word("shipment_fact", "product")),
                Column::text(reader.word("shipment_fact", "producer")),
                Column::number(reader.say("stock_on_hand")),
                Column::number(reader.say("on_the_way")),
                Column::number(reader.say("returned")),
                Column::number(reader.say("missing_goods")),
            ],
            rows,
            empty: reader.say("stock_empty"),
        },
        filters: None,
        action: Some((reader.to("/work/shipments"), reader.say("shipments"))),
        next: None,
        frame: reader.frame(reader.say("stock_title"), Vec::new()),
    };
    Ok(Html(page.render()?))
}
