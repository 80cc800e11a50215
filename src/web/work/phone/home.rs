//! What the home page says of labels on hand: printed or to be printed, and not yet on goods.

use super::super::super::app::App;
use super::super::super::pages::staff::Cell;
use super::super::desk::Reader;
use super::super::names::{Names, moment_of};
use super::super::todo::{Section, Todo};
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::kernel::quantity::grouped;
use crate::trace::queries::order::{OrderFilter, orders};

/// Orders looked at.
const LOOKED: u64 = 50;
/// Orders shown.
const SHOWN: usize = 5;

/// Issued orders of the own organisation with labels that are bound to nothing; nothing where there are none.
pub(in super::super) async fn on_hand(app: &App, reader: &Reader) -> Outcome<Option<Section>> {
    let (Some(own), Some(actor), true) = (reader.own(), reader.acting(P::CodeOrderRead), reader.may(P::CodesBind)) else { return Ok(None) };
    let filter = OrderFilter { producer_id: Some(own.to_owned()), state: Some("issued".to_owned()), ..OrderFilter::default() };
    let (mut names, mut items) = (Names::new(app), Vec::new());
    for order in orders(&app.db, &actor, &filter, None, LOOKED).await? {
        let left = order.quota_left + order.spare_left;
        if left <= 0 || items.len() >= SHOWN {
            continue;
        }
        let no = reader.fill("order_numbered", &[("no", &order.order_no.to_string())]);
        items.push(Todo {
            title: format!("{no} · {}", names.goods(&order.product_id).await?.name),
            href: reader.to(&format!("/work/orders/{}", order.id)),
            lines: vec![format!("{} {}", reader.say("ordered_at"), moment_of(reader.lang, &order.ordered_at))],
            state: Cell::badge(reader.fill("phone.labels_left", &[("n", &grouped(left))]), "soft"),
            steps: Vec::new(),
        });
    }
    let section = Section { heading: reader.say("phone.labels_on_hand"), empty: String::new(), items };
    Ok(Some(section).filter(|section| !section.items.is_empty()))
}
