//! `/work/cartons`: printed packaging from before the platform: proposed, decided, counted down.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Frame};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at, faults, fresh_key};
use super::super::names::{Names, day_of};
use super::super::todo::{Step, Todo};
use super::account::amount;
use crate::identity::role::Permission as P;
use crate::kernel::quantity::{BaseUnit, grouped};
use crate::kernel::{Failure, Outcome};
use crate::trace::batch::{BatchFilter, BatchState};
use crate::trace::carton::{CartonFilter, CartonInput, CartonUse};
use crate::trace::commands::carton::{approve_cartons, propose_cartons, refuse_cartons, use_cartons};
use crate::trace::queries::batch::batches;
use crate::trace::queries::carton::{CartonView, cartons};

type Typed = BTreeMap<String, String>;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/work/cartons", needs(P::HistoryRead), show),
        Route::post("/work/cartons", needs(P::CartonPropose), propose),
        Route::post("/work/cartons/{id}/use", needs(P::MovementRecord), take),
        Route::post("/work/cartons/{id}/approve", needs(P::CartonApprove), approve),
        Route::post("/work/cartons/{id}/refuse", needs(P::CartonApprove), refuse),
    ]
}

struct Item {
    id: String,
    todo: Todo,
    /// Where using them is recorded; empty where they can't be used.
    uses: String,
    key: String,
    open: bool,
}

#[derive(Template)]
#[template(path = "staff/people/cartons.html")]
struct Page<'a> {
    frame: Frame<'a>,
    items: Vec<Item>,
    /// Released batches of the reader's own, as (id, words).
    batches: Vec<(String, String)>,
    may_propose: bool,
    propose_open: bool,
    propose: String,
    key: String,
    products: Vec<(String, String)>,
    typed: &'a Typed,
}

impl Page<'_> {
    fn value(&self, name: &str) -> &str {
        self.typed.get(name).map_or("", String::as_str)
    }
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &Typed::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, typed: &Typed, refused: Option<(&Failure, Option<&str>)>) -> Result<String, Refusal> {
    let actor = reader.actor(P::HistoryRead)?;
    let (views, _) = cartons(&app.db, &actor, &CartonFilter::default(), app.clock.today(), None, Some(100)).await?;
    let mut names = Names::new(app);
    let tried = refused.and_then(|(_, id)| id);
    let mut items = Vec::with_capacity(views.len());
    for view in views {
        items.push(item(app, reader, &mut names, view, tried).await?);
    }
    // The forms in the list have no place of their own for a fault; it is said above.
    let field = |pointer: &str| match (tried, pointer) {
        (Some(_), _) => String::new(),
        (None, "/net_weight_g" | "/quantity") => "holds".to_owned(),
        (None, other) => super::by_name(other),
    };
    let errors = refused.map(|(failure, _)| faults(reader.lang, failure, field)).unwrap_or_default();
    let page = Page {
        items,
        batches: released(app, reader).await?,
        may_propose: reader.may(P::CartonPropose) && reader.own().is_some(),
        propose_open: !typed.is_empty(),
        propose: reader.to("/work/cartons"),
        key: fresh_key(app),
        products: super::own_products(app, reader).await?,
        typed,
        frame: reader.frame(reader.say("people.cartons"), errors),
    };
    Ok(page.render()?)
}

async fn item(app: &App, reader: &Reader, names: &mut Names<'_>, view: CartonView, tried: Option<&str>) -> Outcome<Item> {
    let goods = names.goods(&view.product_id).await?;
    let at = format!("/work/cartons/{}", view.id);
    let holds = view.figures.values().next().copied().unwrap_or(0);
    let mut lines = vec![
        format!("{} · {}", goods.name, names.party(reader, &view.producer_id).await?),
        reader.fill(
            "people.carton_line",
            &[("holds", &goods.show(holds)), ("left", &grouped(view.count - view.used)), ("count", &grouped(view.count))],
        ),
        reader.fill("people.carton_until_line", &[("day", &day_of(reader.lang, &view.use_until)), ("evidence", &view.evidence)]),
    ];
    lines.extend(view.decision_reason.clone());
    if view.overdue {
        lines.push(reader.say("people.carton_overdue"));
    }
    let class = match view.state.as_str() {
        "approved" if view.overdue => "red",
        "approved" => "ok",
        "proposed" => "amber",
        _ => "soft",
    };
    let step = |path: &str, label: &str, class: &'static str, reason: String| Step {
        action: reader.to(&format!("{at}/{path}")),
        label: reader.say(label),
        class,
        key: fresh_key(app),
        reason,
    };
    let decides = view.state == "proposed" && reader.may(P::CartonApprove);
    let steps = if decides {
        vec![step("approve", "approve", "go", String::new()), step("refuse", "refuse", "stop", format!("reason-{}", view.id))]
    } else {
        Vec::new()
    };
    let usable = view.state == "approved" && view.used < view.count && reader.may(P::MovementRecord);
    Ok(Item {
        uses: if usable { reader.to(&format!("{at}/use")) } else { String::new() },
        key: fresh_key(app),
        open: tried == Some(view.id.as_str()),
        todo: Todo {
            title: view.name,
            href: String::new(),
            lines,
            state: Cell::badge(reader.word("account_state", &view.state), class),
            steps,
        },
        id: view.id,
    })
}

async fn released(app: &App, reader: &Reader) -> Outcome<Vec<(String, String)>> {
    let (Some(actor), Some(own)) = (reader.acting(P::BatchRead), reader.own()) else { return Ok(Vec::new()) };
    let filter = BatchFilter::default();
    let (views, _) = batches(&app.db, &actor, &filter, None, Some(200)).await?;
    let is_own = |view: &&crate::trace::queries::batch::BatchView| view.producer_id == own && view.state == BatchState::Released.word();
    Ok(views.iter().filter(is_own).map(|view| (view.id.clone(), view.lot.clone())).collect())
}

async fn answered(
    app: &App,
    reader: &Reader,
    typed: &Typed,
    id: Option<&str>,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    super::super::parts::answered(tried, async |failure| {
        let html = page(app, reader, typed, Some((&failure, id))).await?;
        Ok((failure, html))
    })
    .await
}

fn number(pointer: &'static str, typed: Option<&String>) -> Outcome<i64> {
    let typed = typed.map_or("", |t| t.trim());
    typed.parse().map_err(|_| Failure::field(pointer, "number_unreadable").with("figure", typed))
}

async fn propose(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, mut typed) = (reader.lang, posted.body.clone());
    typed.entry("name".to_owned()).or_default();
    let product = typed.get("product_id").cloned().unwrap_or_default();
    let unit = if product.is_empty() { BaseUnit::G } else { Names::new(&app).goods(&product).await?.unit };
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let text = |name: &str| typed.get(name).cloned().unwrap_or_default();
            if text("product_id").is_empty() {
                return Err(Failure::field("/product_id", "paper_product_missing"));
            }
            let holds = amount(unit, &text("holds"));
            let input = CartonInput {
                producer_id: None,
                product_id: text("product_id"),
                name: text("name"),
                net_weight_g: holds.filter(|_| unit == BaseUnit::G),
                quantity: holds.filter(|_| unit != BaseUnit::G),
                unit: None,
                count: number("/count", typed.get("count"))?,
                use_until: text("use_until"),
                evidence: typed.get("evidence").cloned(),
            };
            propose_cartons(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/cartons", "cartons_changed")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &typed, None, tried).await
}

async fn take(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, named) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            let some = |name: &str| typed.get(name).cloned().filter(|v| !v.trim().is_empty());
            let input = CartonUse {
                count: number("/count", typed.get("count"))?,
                happened_on: some("happened_on"),
                batch_id: some("batch_id"),
                late_reason: some("late_reason"),
                late_evidence: some("late_evidence"),
            };
            use_cartons(tx, &desk, &id, &input).await?;
            Ok(Done::see(done_at(lang, "/work/cartons", "cartons_changed")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &Typed::new(), Some(&id), tried).await
}

async fn approve(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, named) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let id = named.clone();
        Box::pin(async move {
            approve_cartons(tx, &desk, &id).await?;
            Ok(Done::see(done_at(lang, "/work/cartons", "cartons_changed")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &Typed::new(), Some(&id), tried).await
}

async fn refuse(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, named) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            refuse_cartons(tx, &desk, &id, typed.get("reason").map_or("", String::as_str)).await?;
            Ok(Done::see(done_at(lang, "/work/cartons", "cartons_changed")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &Typed::new(), Some(&id), tried).await
}
