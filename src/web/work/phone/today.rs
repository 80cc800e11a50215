//! What waits for a firm today, beside what is asked of it elsewhere: orders to mend, goods on the way to it, batches that stand still,
//! labels on goods and not in use, and what it has not read.

use super::super::super::app::App;
use super::super::super::pages::staff::Cell;
use super::super::desk::Reader;
use super::super::names::{Names, day_of, state};
use super::super::todo::{Section, Todo};
use crate::cultivation::queries::{AnnualDue, reports_due};
use crate::identity::notice::unread;
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::kernel::quantity::grouped;
use crate::supervision::rectifications;
use crate::trace::batch::BatchFilter;
use crate::trace::queries::batch::batches;
use crate::trace::queries::order::bound_labels;
use crate::trace::queries::shipment::shipments;
use crate::trace::shipment::ShipmentFilter;

/// Things shown of one kind.
const SHOWN: u64 = 5;
/// The same, of lists cut here.
const MOST: usize = 5;
/// Orders looked at for labels.
const LOOKED: u64 = 50;

/// A section for each kind of which there is something.
pub(in super::super) async fn today(app: &App, reader: &Reader) -> Outcome<Vec<Section>> {
    let Some(own) = reader.own() else { return Ok(Vec::new()) };
    let found = [
        ("to_mend", mending(app, reader).await?),
        ("to_report", reporting(app, reader, own).await?),
        ("to_receive", arriving(app, reader, own).await?),
        ("standing_still", held(app, reader, own).await?),
        ("to_activate", unused(app, reader, own).await?),
        ("to_read", notices(app, reader, own).await?),
    ];
    let section = |(key, items): (&str, Vec<Todo>)| Section { heading: reader.say(&format!("phone.{key}")), empty: String::new(), items };
    Ok(found.into_iter().map(section).filter(|section| !section.items.is_empty()).collect())
}

/// Orders to mend that wait for the firm's answer, with their day.
async fn mending(app: &App, reader: &Reader) -> Outcome<Vec<Todo>> {
    let Some(actor) = reader.acting(P::RectificationReply) else { return Ok(Vec::new()) };
    let found = rectifications::due(&app.db, &actor, &app.clock).await?;
    let todo = |due: crate::supervision::inbox::Due| {
        let until = due.due_on.map(|day| day_of(reader.lang, &day.to_string())).unwrap_or_default();
        let late = due.due_on.is_some_and(|day| day < app.clock.today());
        let words = reader.fill("phone.answer_by", &[("day", &until)]);
        Todo {
            title: due.title,
            href: reader.to(&due.href),
            lines: Vec::new(),
            state: Cell::badge(words, if late { "red" } else { "amber" }),
            steps: Vec::new(),
        }
    };
    Ok(found.into_iter().filter(|due| due.step == "answer").map(todo).collect())
}

/// Yearly reports whose window is open or over and that are not handed in.
async fn reporting(app: &App, reader: &Reader, own: &str) -> Outcome<Vec<Todo>> {
    let Some(actor) = reader.acting(P::AnnualReportSubmit) else { return Ok(Vec::new()) };
    let today = app.clock.today();
    let due = reports_due(&app.db, &actor.scope, Some(own), today).await?;
    let waits = |one: &AnnualDue| one.window.opens <= today && one.report.as_ref().is_none_or(|(_, state)| state.is_open());
    let todo = |one: AnnualDue| {
        let until = day_of(reader.lang, &one.window.closes.to_string());
        Todo {
            title: format!("{} · {}", one.product, one.year),
            href: reader.to(&one.report.map_or_else(|| "/work/annual-reports".to_owned(), |(id, _)| format!("/work/annual-reports/{id}"))),
            lines: Vec::new(),
            state: Cell::badge(reader.fill("phone.report_by", &[("day", &until)]), if one.window.is_late(today) { "red" } else { "amber" }),
            steps: Vec::new(),
        }
    };
    Ok(due.into_iter().filter(waits).take(MOST).map(todo).collect())
}

/// Shipments sent to the firm and not received.
async fn arriving(app: &App, reader: &Reader, own: &str) -> Outcome<Vec<Todo>> {
    let (Some(_), Some(actor)) = (reader.acting(P::ShipmentReceive), reader.acting(P::ShipmentRead)) else { return Ok(Vec::new()) };
    let filter = ShipmentFilter { consignee_id: Some(own.to_owned()), state: Some("sent".to_owned()), ..ShipmentFilter::default() };
    let (found, _) = shipments(&app.db, &actor, &filter, None, Some(SHOWN)).await?;
    let (mut names, mut items) = (Names::new(app), Vec::new());
    for view in found {
        items.push(Todo {
            title: format!("{} · {}", view.number, names.goods(&view.product_id).await?.name),
            href: reader.to(&format!("/work/shipments/{}", view.id)),
            lines: vec![reader.fill("phone.sent_on", &[("day", &day_of(reader.lang, &view.sent_on))])],
            state: Cell::badge(reader.say("phone.not_received"), "amber"),
            steps: Vec::new(),
        });
    }
    Ok(items)
}

/// Batches that stand still: on hold, or registered and not released.
async fn held(app: &App, reader: &Reader, own: &str) -> Outcome<Vec<Todo>> {
    let (Some(_), Some(actor)) = (reader.acting(P::BatchRegister), reader.acting(P::BatchRead)) else { return Ok(Vec::new()) };
    let (mut names, mut items) = (Names::new(app), Vec::new());
    for word in ["on_hold", "registered"] {
        let filter = BatchFilter { producer_id: Some(own.to_owned()), state: Some(word.to_owned()), ..BatchFilter::default() };
        let (found, _) = batches(&app.db, &actor, &filter, None, Some(SHOWN)).await?;
        for view in found {
            items.push(Todo {
                title: format!("{} · {}", view.lot, names.goods(&view.product_id).await?.name),
                href: reader.to(&format!("/work/batches/{}", view.id)),
                lines: Vec::new(),
                state: state(reader, "batch_state", &view.state),
                steps: Vec::new(),
            });
        }
    }
    Ok(items)
}

/// Labels on goods that nobody can look up yet.
async fn unused(app: &App, reader: &Reader, own: &str) -> Outcome<Vec<Todo>> {
    if !reader.may(P::CodesBind) {
        return Ok(Vec::new());
    }
    let (mut names, mut items) = (Names::new(app), Vec::new());
    for order in bound_labels(&app.db, own, LOOKED).await?.into_iter().take(MOST) {
        let no = reader.fill("order_numbered", &[("no", &order.order_no.to_string())]);
        items.push(Todo {
            title: format!("{no} · {}", names.goods(&order.product_id).await?.name),
            href: reader.to(&format!("/work/orders/{}", order.order_id)),
            lines: Vec::new(),
            state: Cell::badge(reader.fill("phone.not_in_use", &[("n", &grouped(order.labels))]), "amber"),
            steps: Vec::new(),
        });
    }
    Ok(items)
}

/// How much there is to read.
async fn notices(app: &App, reader: &Reader, own: &str) -> Outcome<Vec<Todo>> {
    let n = unread(&app.db, &reader.who.account.id, Some(own)).await?;
    let todo = Todo {
        title: reader.say("phone.notices"),
        href: reader.to("/work/notices"),
        lines: Vec::new(),
        state: Cell::badge(reader.fill("phone.unread_n", &[("n", &n.to_string())]), "amber"),
        steps: Vec::new(),
    };
    Ok(Some(todo).filter(|_| n > 0).into_iter().collect())
}
