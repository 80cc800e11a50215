//! What the home page says of labels on hand (printed or to be printed, and not yet on goods), and to a household of its own season.

use super::super::super::app::App;
use super::super::super::pages::staff::Cell;
use super::super::desk::Reader;
use super::super::names::{Names, day_of, moment_of, state};
use super::super::todo::{Section, Todo};
use crate::identity::role::{Permission as P, Role};
use crate::kernel::Outcome;
use crate::kernel::quantity::grouped;
use crate::trace::account::{AccountFilter, Bucket};
use crate::trace::delivery::DeliveryFilter;
use crate::trace::queries::account::accounts;
use crate::trace::queries::delivery::deliveries;
use crate::trace::queries::order::{OrderFilter, orders};

/// Orders looked at.
const LOOKED: u64 = 50;
/// Orders shown.
const SHOWN: usize = 5;

/// Issued orders of the own organisation with labels that are bound to nothing, or a household's own season; nothing where there is neither.
pub(in super::super) async fn on_hand(app: &App, reader: &Reader) -> Outcome<Option<Section>> {
    if let (Some(grower), true) = (reader.who.account.grower_id.as_deref(), reader.who.is(Role::Grower)) {
        return own_season(app, reader, grower).await.map(Some);
    }
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

/// A household's season accounts with what was delivered and what is left, its last delivery, and the way to its records.
async fn own_season(app: &App, reader: &Reader, grower: &str) -> Outcome<Section> {
    let (mut names, mut items) = (Names::new(app), Vec::new());
    let last = match reader.acting(P::DeliveryRead) {
        Some(actor) => {
            let filter = DeliveryFilter { grower_id: Some(grower.to_owned()), ..DeliveryFilter::default() };
            deliveries(&app.db, &actor, &filter, None, Some(LOOKED)).await?.0
        }
        None => Vec::new(),
    };
    if let Some(actor) = reader.acting(P::SeasonAccountRead) {
        let filter = AccountFilter { party_id: Some(grower.to_owned()), ..AccountFilter::default() };
        for view in accounts(&app.db, &actor, &filter, None, Some(LOOKED)).await?.0 {
            let goods = names.goods(&view.product_id).await?;
            let (delivered, left) = (goods.show(view.figure(Bucket::Delivered)), goods.show(view.figure(Bucket::Remaining)));
            let mut lines = vec![reader.fill("people.own_lines", &[("delivered", &delivered), ("left", &left)])];
            let newest = last.iter().filter(|d| d.product_id == view.product_id && d.season == view.season && d.voided_at.is_none());
            if let Some(delivery) = newest.max_by(|a, b| a.delivered_on.cmp(&b.delivered_on)) {
                let amount = delivery.figures.get("net_weight_g").or_else(|| delivery.figures.get("quantity")).copied().unwrap_or(0);
                let said = [("day", day_of(reader.lang, &delivery.delivered_on)), ("amount", goods.show(amount))];
                lines.push(reader.fill("people.own_delivery", &said.each_ref().map(|(name, value)| (*name, value.as_str()))));
            }
            items.push(Todo {
                title: reader.fill("account_heading", &[("product", &goods.name), ("season", &view.season)]),
                href: reader.to(&format!("/work/accounts/{}", view.id)),
                lines,
                state: state(reader, "account_state", &view.state),
                steps: Vec::new(),
            });
        }
    }
    let link = |title: String, path: &str, lines| Todo {
        title,
        href: reader.to(path),
        lines,
        state: Cell::badge(reader.lang.say("role.grower").into_owned(), "soft"),
        steps: Vec::new(),
    };
    if reader.may(P::DeliveryRead) {
        items.push(link(reader.say("people.own_deliveries"), "/work/deliveries", Vec::new()));
    }
    if reader.may(P::GrowerRead) {
        let lines = if items.len() < 2 { vec![reader.say("people.own_season_none")] } else { Vec::new() };
        items.push(link(reader.say("people.own_records"), &format!("/work/growers/{grower}"), lines));
    }
    Ok(Section { heading: reader.say("people.own_season"), empty: String::new(), items })
}
