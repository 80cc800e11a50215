//! Batches and orders as tables, on the home page and on pages of their own.

use askama::Template;

use super::super::app::App;
use super::super::pages::staff::{Cell, Column, Frame, Table};
use super::desk::Reader;
use super::listing::Filters;
use super::names::{Names, moment_of, state};
use crate::kernel::Outcome;
use crate::trace::goods::Goods;
use crate::trace::queries::batch::BatchView;
use crate::trace::queries::order::OrderSummary;

/// A page that is one table.
#[derive(Template)]
#[template(path = "staff/listing.html")]
pub(super) struct Listing<'a> {
    pub frame: Frame<'a>,
    pub table: Table,
    /// What it is narrowed to, where it can be.
    pub filters: Option<Filters>,
    /// The one thing to do here, as (where, words).
    pub action: Option<(String, String)>,
    /// Where the next page is.
    pub next: Option<String>,
}

/// How much a batch holds.
pub(super) fn amount(view: &BatchView) -> i64 {
    view.figures.get("net_weight_g").or_else(|| view.figures.get("quantity")).copied().unwrap_or(0)
}

/// Batches. `whose` adds the producer, for who sees several.
pub(super) async fn batches(app: &App, reader: &Reader, items: &[BatchView], whose: bool) -> Outcome<Table> {
    let mut names = Names::new(app);
    let mut rows = Vec::with_capacity(items.len());
    for view in items {
        let goods = names.goods(&view.product_id).await?;
        let product =
            if whose { format!("{} · {}", goods.name, names.party(reader, &view.producer_id).await?) } else { goods.name.clone() };
        let link = reader.to(&format!("/work/batches/{}", view.id));
        rows.push(vec![
            Cell::link(view.lot.clone(), link).with_small(product),
            weight(reader, view, &goods),
            state(reader, "batch_state", &view.state),
            Cell::text(moment_of(reader.lang, &view.registered_at)),
        ]);
    }
    Ok(Table {
        caption: reader.say("batches_caption"),
        columns: vec![
            Column::text(reader.say("lot")),
            Column::number(reader.say("amount")),
            Column::text(reader.say("state")),
            Column::text(reader.say("registered_at")),
        ],
        rows,
        empty: reader.say("batches_empty"),
    })
}

fn weight(reader: &Reader, view: &BatchView, goods: &Goods) -> Cell {
    let cell = Cell::text(goods.show(amount(view)));
    match view.figure("pending") {
        0 => cell,
        pending => cell.with_small(reader.fill("of_it_pending", &[("amount", &goods.show(pending))])),
    }
}

/// Orders of codes.
pub(super) async fn orders(app: &App, reader: &Reader, items: &[OrderSummary], whose: bool) -> Outcome<Table> {
    let mut names = Names::new(app);
    let mut rows = Vec::with_capacity(items.len());
    for view in items {
        let goods = names.goods(&view.product_id).await?;
        let product =
            if whose { format!("{} · {}", goods.name, names.party(reader, &view.producer_id).await?) } else { goods.name.clone() };
        let link = reader.to(&format!("/work/orders/{}", view.id));
        rows.push(vec![
            Cell::link(reader.fill("order_numbered", &[("no", &view.order_no.to_string())]), link).with_small(product),
            Cell::text(reader.fill("labels_counted", &[("n", &crate::kernel::quantity::grouped(view.count))]))
                .with_small(reader.word("code_kind", &view.kind)),
            state(reader, "order_state", &view.state),
            Cell::text(moment_of(reader.lang, &view.ordered_at)),
        ]);
    }
    Ok(Table {
        caption: reader.say("orders_caption"),
        columns: vec![
            Column::text(reader.say("order")),
            Column::number(reader.say("count")),
            Column::text(reader.say("state")),
            Column::text(reader.say("ordered_at")),
        ],
        rows,
        empty: reader.say("orders_empty"),
    })
}
