//! Packing by form, new labels on goods that have some, counting an order out; and `/work/orders/{id}/contents`: what one case holds.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{Asked, Posted};
use super::super::failure::Refusal;
use super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::route::{Access, Route};
use super::desk::{Reader, done_at, faults, fresh_key, on_the_form};
use super::order::Tried;
use super::order_form::RollForm;
use super::roll::{answered, named};
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::grouped;
use crate::trace::CodeKind;
use crate::trace::commands::close::close_order;
use crate::trace::commands::damage::{ClaimState, confirm_damage, refuse_damage};
use crate::trace::commands::link::{link_codes, unlink_codes};
use crate::trace::commands::relabel::relabel_codes;
use crate::trace::goods::Goods;
use crate::trace::nesting::LinkMode;
use crate::trace::order::OrderState;
use crate::trace::queries::contents::{Contents, contents};
use crate::trace::queries::damage::{ClaimFilter, ClaimView, claims};
use crate::trace::queries::order::{OrderFilter, OrderSummary, OrderView, order, orders};
use crate::trace::range::leftovers::Leftovers;

pub(super) fn routes() -> Vec<Route> {
    let (link, bind) = (Access::Needs(P::CodesLink), Access::Needs(P::CodesBind));
    vec![
        Route::get("/work/orders/{id}/contents", Access::Needs(P::CodeOrderRead), show),
        Route::post("/work/orders/{id}/link_scan", link, link_scan),
        Route::post("/work/orders/{id}/link_ratio", link, link_ratio),
        Route::post("/work/orders/{id}/unlink", link, unlink),
        Route::post("/work/orders/{id}/relabel", bind, relabel),
        Route::post("/work/orders/{id}/close", bind, close),
        Route::post("/work/orders/{id}/claims/{claim}/confirm", Access::Needs(P::DamageDecide), confirm),
        Route::post("/work/orders/{id}/claims/{claim}/refuse", Access::Needs(P::DamageDecide), refuse),
    ]
}

/// What the forms of an order's page offer.
#[derive(Debug, Default)]
pub(super) struct Choices {
    /// Orders whose items may lie in these cases.
    pub items: Vec<(String, String)>,
    /// Orders whose labels may take the place of these.
    pub labels: Vec<(String, String)>,
    /// Ways to pack without scanning.
    pub modes: Vec<(String, String)>,
    /// What may become of labels left over.
    pub leftovers: Vec<(String, String)>,
    /// How many should be on hand.
    pub on_hand: String,
}

/// Do the order's codes hold others?
pub(super) fn holds(view: &OrderView) -> bool {
    view.order.state != OrderState::Proposed.word() && CodeKind::parse(&view.order.kind).is_some_and(CodeKind::is_container)
}

pub(super) async fn choices(app: &App, reader: &Reader, view: &OrderView) -> Outcome<Choices> {
    let Some(actor) = reader.acting(P::CodeOrderRead).filter(|_| reader.may(P::CodesBind)) else { return Ok(Choices::default()) };
    let filter = OrderFilter { producer_id: Some(view.order.producer_id.clone()), ..OrderFilter::default() };
    let found = orders(&app.db, &actor, &filter, None, 200).await?;
    let kind = CodeKind::parse(&view.order.kind);
    let inner =
        |o: &&OrderSummary| o.locator.is_some() && kind.zip(CodeKind::parse(&o.kind)).is_some_and(|(outer, inner)| outer.holds(inner));
    let alike = |o: &&OrderSummary| {
        o.state == OrderState::Issued.word()
            && (&o.product_id, o.carries_quantity) == (&view.order.product_id, view.order.carries_quantity)
            && o.quota_left + o.spare_left > 0
    };
    let named = |o: &OrderSummary| {
        let no = reader.fill("order_heading", &[("no", &o.order_no.to_string())]);
        (o.id.clone(), format!("{no} · {} · {}", reader.word("code_kind", &o.kind), grouped(o.count)))
    };
    let worded = |kind: &str, words: &[&'static str]| words.iter().map(|w| ((*w).to_owned(), reader.word(kind, w))).collect();
    Ok(Choices {
        items: found.iter().filter(inner).map(named).collect(),
        labels: found.iter().filter(alike).map(named).collect(),
        modes: worded("link_modes", &[LinkMode::Ratio.word(), LinkMode::Roll.word()]),
        leftovers: worded("leftover", &[Leftovers::Return.word(), Leftovers::Void.word(), Leftovers::Carry.word()]),
        on_hand: reader.fill("on_hand_hint", &[("n", &grouped(view.labels.on_hand))]),
    })
}

/// A claim for labels spoilt beyond the spare; addresses are empty where the reader may not decide.
#[derive(Debug)]
pub(super) struct ClaimLine {
    pub text: String,
    pub confirm: String,
    pub refuse: String,
    pub keys: (String, String),
}

pub(super) async fn claim_lines(app: &App, reader: &Reader, id: &str, goods: &Goods) -> Outcome<Vec<ClaimLine>> {
    let Some(actor) = reader.acting(P::CodeOrderRead) else { return Ok(Vec::new()) };
    let filter = ClaimFilter { order_id: Some(id.to_owned()), ..ClaimFilter::default() };
    let (found, _) = claims(&app.db, &actor, &filter, None, Some(50)).await?;
    let line = |claim: ClaimView| {
        let waits = claim.state == ClaimState::Waiting.word();
        let mine = claim.claimed_by == reader.who.account.id;
        let decides = waits && !mine && reader.may(P::DamageDecide);
        let at = |verb: &str| if decides { reader.to(&format!("/work/orders/{id}/claims/{}/{verb}", claim.id)) } else { String::new() };
        let (first, last) = (grouped(claim.first), grouped(claim.last));
        let (codes, amount) = (grouped(claim.codes), goods.show(claim.quantity));
        let state = reader.word("damage_state", if waits && mine { "mine" } else { &claim.state });
        let values = [
            ("first", first.as_str()),
            ("last", &last),
            ("codes", &codes),
            ("amount", &amount),
            ("evidence", &claim.evidence),
            ("state", &state),
        ];
        ClaimLine {
            text: reader.fill("damage_line", &values),
            confirm: at("confirm"),
            refuse: at("refuse"),
            keys: (fresh_key(app), fresh_key(app)),
        }
    };
    Ok(found.into_iter().map(line).collect())
}

async fn confirm(
    State(app): State<App>,
    Path((id, claim)): Path<(String, String)>,
    reader: Reader,
    posted: Posted<RollForm>,
) -> Result<Response, Refusal> {
    let (lang, order) = (reader.lang, id.clone());
    let outcome = act(&app, posted, move |tx, desk, _| {
        let (id, claim) = (order.clone(), claim.clone());
        Box::pin(async move {
            confirm_damage(tx, &desk, &claim).await?;
            Ok(Done::see(done_at(lang, &format!("/work/orders/{id}"), "damage_confirmed")))
        })
    });
    let outcome = outcome.await;
    answered(&app, &reader, &id, Tried { verb: "claim", form: &RollForm::default() }, outcome).await
}

async fn refuse(
    State(app): State<App>,
    Path((id, claim)): Path<(String, String)>,
    reader: Reader,
    posted: Posted<RollForm>,
) -> Result<Response, Refusal> {
    let (lang, order) = (reader.lang, id.clone());
    let outcome = act(&app, posted, move |tx, desk, form| {
        let (id, claim) = (order.clone(), claim.clone());
        Box::pin(async move {
            refuse_damage(tx, &desk, &claim, &form.reason).await?;
            Ok(Done::see(done_at(lang, &format!("/work/orders/{id}"), "damage_refused")))
        })
    });
    let outcome = outcome.await;
    answered(&app, &reader, &id, Tried { verb: "claim", form: &RollForm::default() }, outcome).await
}

/// A verb by form: `read` makes the command's input of what was typed, `done` says what to say afterwards.
macro_rules! verb {
    ($handler:ident, $verb:literal, $command:ident, $read:expr, $done:expr) => {
        async fn $handler(
            State(app): State<App>,
            Path(id): Path<String>,
            reader: Reader,
            posted: Posted<RollForm>,
        ) -> Result<Response, Refusal> {
            let (form, lang, keys, order) = (posted.body.clone(), reader.lang, app.keys.clone(), id.clone());
            let outcome = act(&app, posted, move |tx, desk, form| {
                let (keys, id) = (keys.clone(), order.clone());
                Box::pin(async move {
                    let mut faults = Faults::new();
                    let read: fn(&RollForm, &mut Faults) -> Outcome<_> = $read;
                    let input = read(&form, &mut faults)?;
                    faults.check()?;
                    let done = $command(tx, &desk, keys.as_ref(), &id, &input).await?;
                    Ok(Done::see(done_at(lang, &format!("/work/orders/{id}"), $done(&done))))
                })
            });
            let outcome = outcome.await;
            answered(&app, &reader, &id, Tried { verb: $verb, form: &form }, outcome).await
        }
    };
}

verb!(link_scan, "link_scan", link_codes, |form, faults| Ok(form.link(true, faults)), |_| "codes_linked");
verb!(link_ratio, "link_ratio", link_codes, |form, faults| Ok(form.link(false, faults)), |_| "codes_linked");
verb!(unlink, "unlink", unlink_codes, |form, _| Ok(form.unlink()), |_| "codes_unlinked");
verb!(
    relabel,
    "relabel",
    relabel_codes,
    |form, _| {
        named(form)?;
        Ok(form.relabel())
    },
    |_| "codes_relabelled"
);
verb!(close, "close", close_order, |form, faults| Ok(form.close(faults)), |row: &crate::trace::store::order::OrderRow| {
    if row.state == OrderState::Closed.word() { "order_closed" } else { "order_carried" }
});

#[derive(Debug, Default, Deserialize)]
struct Which {
    label: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/contents.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    english: bool,
    typed: String,
    back: (String, String),
    found: Option<Found>,
}

/// One case.
struct Found {
    heading: String,
    facts: Vec<String>,
    batches: Table,
    runs: Table,
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader, Asked(which): Asked<Which>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::CodeOrderRead)?;
    let view = order(&app.db, &actor, app.clock.now(), &id).await?;
    let mut errors: Vec<FormError> = Vec::new();
    let mut found = None;
    if which.label.is_some() {
        match contents(&app.db, app.keys.as_ref(), &actor, &id, which.label.as_deref()).await {
            Ok(inside) => found = Some(told(&reader, &inside)),
            Err(failure) => errors = faults(reader.lang, &on_the_form(failure.into())?, |_| "label".to_owned()),
        }
    }
    let heading = reader.fill("order_heading", &[("no", &view.order.order_no.to_string())]);
    let page = Page {
        action: format!("/work/orders/{id}/contents"),
        english: reader.lang.english(),
        typed: which.label.unwrap_or_default(),
        back: (reader.to(&format!("/work/orders/{id}")), heading),
        found,
        frame: reader.frame(reader.say("levels"), errors),
    };
    Ok(Html(page.render()?))
}

fn told(reader: &Reader, inside: &Contents) -> Found {
    let mut facts = vec![match inside.expected {
        _ if inside.items == 0 => reader.say("inside_none"),
        Some(expected) => reader.fill("inside_items_of", &[("n", &grouped(inside.items)), ("expected", &grouped(expected))]),
        None => reader.fill("inside_items", &[("n", &grouped(inside.items))]),
    }];
    if inside.units != inside.items {
        facts.push(reader.fill("inside_units", &[("n", &grouped(inside.units))]));
    }
    if let Some(on) = &inside.lies_in {
        facts.push(reader.fill("inside_on", &[("order_no", &on.order_no.to_string()), ("n", &grouped(on.sequence))]));
    }
    let column = |name: &str, number| Column { label: reader.say(name), number, ..Column::default() };
    let lot = |b: &crate::trace::queries::contents::InsideOfBatch| match (&b.batch_id, &b.lot) {
        (Some(id), Some(lot)) => Cell::link(lot.clone(), reader.to(&format!("/work/batches/{id}"))),
        _ => Cell::text(reader.say("inside_unbound")),
    };
    let run = |r: &crate::trace::queries::contents::Inside| {
        let no = reader.fill("order_heading", &[("no", &r.order_no.to_string())]);
        vec![
            Cell::link(no, reader.to(&format!("/work/orders/{}", r.order_id))).with_small(reader.word("code_kind", &r.kind)),
            Cell::text(if r.count == 1 { grouped(r.first) } else { format!("{}–{}", grouped(r.first), grouped(r.last)) }),
            Cell::text(grouped(r.count)),
            Cell::text(reader.word("link_modes", &r.mode)),
        ]
    };
    Found {
        heading: reader.fill("inside_heading", &[("n", &grouped(inside.sequence))]),
        facts,
        batches: Table {
            caption: reader.say("inside_batches"),
            columns: vec![column("lot", false), column("count", true)],
            rows: inside.batches.iter().map(|b| vec![lot(b), Cell::text(grouped(b.count))]).collect(),
            empty: String::new(),
        },
        runs: Table {
            caption: reader.say("inside_caption"),
            columns: vec![column("inside_order", false), column("sequence", false), column("count", true), column("link_mode", false)],
            rows: inside.runs.iter().map(run).collect(),
            empty: String::new(),
        },
    }
}
