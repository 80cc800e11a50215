//! `/work/orders/{id}/decision`: an order above the limit for whoever says yes or no to it. A holder sees who wants how many labels for
//! what beside the season's account, and nothing of customers, prices or shipments.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::super::app::App;
use super::super::failure::Refusal;
use super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::route::{Access, Route};
use super::bars::Figures;
use super::desk::Reader;
use super::names::{Names, moment_of, state};
use super::parts::{Field, Form, Part, PartsPage};
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::kernel::quantity::grouped;
use crate::trace::account::AccountFilter;
use crate::trace::queries::account::accounts;
use crate::trace::queries::order::hand;
use crate::trace::queries::waiting::{WaitingOrder, waiting_order};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/orders/{id}/decision", Access::Needs(P::CodeOrderApprove), show)]
}

/// Where whoever decides reads an order: the whole of it, or what there is to decide.
pub(super) fn href(reader: &Reader, id: &str) -> String {
    let whole = reader.may(P::CodeOrderRead);
    reader.to(&if whole { format!("/work/orders/{id}") } else { format!("/work/orders/{id}/decision") })
}

/// Where whoever decided goes on.
pub(super) fn after(reader: &Reader, id: &str) -> String {
    if reader.may(P::CodeOrderRead) { format!("/work/orders/{id}") } else { "/work".to_owned() }
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), "").await?))
}

/// The page, with the faults of what was just tried on it.
pub(super) async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, reason: &str) -> Result<String, Refusal> {
    let view = waiting_order(&app.db, &reader.actor(P::CodeOrderApprove)?, id).await?;
    let mut forms = Vec::new();
    if view.state == "proposed" {
        let path = |verb: &str| format!("/work/orders/{id}/{verb}");
        let approve = Form::new(app, reader, "approve", &path("approve"), "roll.approve", "roll.approve", Vec::new());
        let reason = Field::text("reason", reader.say("reason")).must().value(reason);
        let refuse = Form::new(app, reader, "refuse", &path("refuse"), "roll.refuse", "roll.refuse", vec![reason]);
        let open = errors.iter().any(|error| error.field == "refuse-reason");
        forms.push(Form { open: !open, ..approve.about(reader.say("roll_about.approve")) });
        forms.push(Form { open, class: "stop", ..refuse.about(reader.say("roll_about.refuse")) });
    }
    let part = Part {
        heading: reader.say("decision.asked"),
        about: reader.say("decision.about"),
        table: Some(facts(app, reader, &view).await?),
        forms,
        ..Part::default()
    };
    let title = reader.fill("order_heading", &[("no", &view.order_no.to_string())]);
    Ok(PartsPage { parts: vec![part], frame: reader.frame(title, errors) }.render()?)
}

/// How many labels the producer has on no goods beside the product's limit, where it has one.
pub(super) async fn hand_words(app: &App, reader: &Reader, producer_id: &str, product_id: &str) -> Outcome<Option<String>> {
    let Some(hand) = hand(&app.db, producer_id, product_id).await? else { return Ok(None) };
    let (on_hand, limit) = (grouped(hand.on_hand), grouped(hand.limit));
    Ok(Some(reader.fill("decision.hand_of", &[("on_hand", &on_hand), ("limit", &limit)])))
}

async fn facts(app: &App, reader: &Reader, view: &WaitingOrder) -> Outcome<Table> {
    let goods = Names::new(app).goods(&view.product_id).await?;
    let fact = |key: &str, cell: Cell| vec![Cell::text(reader.word("order_fact", key)), cell];
    let count = |n: i64| Cell::text(reader.fill("labels_counted", &[("n", &grouped(n))]));
    let mut rows = vec![
        vec![Cell::text(reader.say("state")), state(reader, "order_state", &view.state)],
        fact("producer", Cell::text(view.producer.clone())),
        fact("product", Cell::text(view.product.clone())),
        fact("season", Cell::text(view.season.clone())),
        fact("kind", Cell::text(reader.word("code_kind", &view.kind))),
        fact("count", count(view.count)),
        fact("spare", count(view.spare)),
    ];
    if view.amount > 0 {
        let each = reader.fill("decision.each", &[("amount", &goods.show(view.unit_amount))]);
        rows.push(vec![Cell::text(reader.say("decision.takes_up")), Cell::text(goods.show(view.amount)).with_small(each)]);
    }
    if let Some(words) = hand_words(app, reader, &view.producer_id, &view.product_id).await? {
        rows.push(vec![Cell::text(reader.say("decision.hand")), Cell::text(words)]);
    }
    if let Some(lot) = &view.lot {
        rows.push(vec![Cell::text(reader.say("lot")), Cell::text(lot.clone())]);
    }
    if let Some(actor) = reader.acting(P::SeasonAccountRead) {
        let filter = AccountFilter {
            party_id: Some(view.producer_id.clone()),
            product_id: Some(view.product_id.clone()),
            season: Some(view.season.clone()),
            ..AccountFilter::default()
        };
        for account in accounts(&app.db, &actor, &filter, None, Some(5)).await?.0 {
            let figures = Figures::of(&account);
            let left = reader.fill("decision.left", &[("left", &goods.show(figures.left)), ("coded", &goods.show(figures.coded))]);
            let path = reader.to(&format!("/work/accounts/{}", account.id));
            rows.push(vec![Cell::text(reader.say("decision.account")), Cell::link(goods.show(figures.may), path).with_small(left)]);
        }
    }
    rows.push(fact("ordered_at", Cell::text(moment_of(reader.lang, &view.ordered_at))));
    if let Some(reason) = &view.decision_reason {
        rows.push(fact("decision_reason", Cell::text(reason.clone())));
    }
    let columns = vec![Column::text(reader.say("what")), Column::text(reader.say("parties.known"))];
    Ok(Table { caption: reader.say("decision.asked"), columns, rows, empty: String::new() })
}
