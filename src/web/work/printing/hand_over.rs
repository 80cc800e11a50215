//! `/work/orders/{id}/hand-over`: an order given to a printing house as a sealed pack, its link and password shown once; what became of each
//! hand-over, every download, and the labels counted when they came.

use std::sync::{Arc, Mutex};

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};

use crate::identity::queries::display_name;
use crate::identity::role::Permission as P;
use crate::interop::qr;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::grouped;
use crate::kernel::{Failure, Outcome};
use crate::registry::queries::{label_designs, printing_houses};
use crate::trace::commands::hand_over::{hand_over, receive, withdraw};
use crate::trace::hand_over::{HandOverInput, ReceivedInput};
use crate::trace::queries::hand_over::{HandOverView, downloads, hand_overs};
use crate::trace::queries::order::{OrderView, order};
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::Posted;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, Column, FormError, Frame, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::names::{day_of, moment_of};
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, given, refilled, said, whole};

pub(super) fn routes() -> Vec<Route> {
    let hand = Access::Needs(P::CodesHandOver);
    vec![
        Route::get("/work/orders/{id}/hand-over", Access::Needs(P::CodeOrderRead), show),
        Route::post("/work/orders/{id}/hand-over", hand, make),
        Route::post("/work/orders/{id}/hand-over/withdraw", hand, take_back),
        Route::post("/work/orders/{id}/hand-over/receive", hand, count),
    ]
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

fn badge(reader: &Reader, state: &str) -> Cell {
    let class = match state {
        "open" | "fetched" => "amber",
        "printed" | "received" => "ok",
        "expired" => "red",
        _ => "soft",
    };
    Cell::badge(reader.word("hand.state", state), class)
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let actor = reader.actor(P::CodeOrderRead)?;
    let view = order(&app.db, &actor, app.clock.now(), id).await?;
    let handed = hand_overs(&app.db, &actor, app.clock.now(), id).await?;
    let mut first = Part {
        heading: reader.say("hand.heading"),
        table: Some(table(reader, &handed)),
        about: reader.say("hand.about"),
        ..Part::default()
    };
    let own = reader.own() == Some(view.order.producer_id.as_str());
    if own && reader.may(P::CodesHandOver) && view.order.state == "issued" {
        first.forms = forms(app, reader, &view, &handed).await?.into_iter().map(|form| form.again(tried.as_ref())).collect();
    }
    let log = Part { heading: reader.say("hand.downloads"), table: Some(log(app, reader, id, &handed).await?), ..Part::default() };
    let title = reader.fill("hand.title", &[("no", &view.order.order_no.to_string())]);
    let page = PartsPage { frame: reader.frame(title, errors), parts: vec![first, log] };
    Ok(page.render()?)
}

fn table(reader: &Reader, handed: &[HandOverView]) -> Table {
    let row = |view: &HandOverView| {
        let fetched = view.fetched_at.as_deref().map_or_else(|| "—".to_owned(), |at| moment_of(reader.lang, at));
        let sum = view.fetched_sha256.as_ref().map(|sum| format!("SHA-256 {sum}")).unwrap_or_default();
        let printed = match (view.printed, view.spoiled) {
            (Some(good), Some(bad)) => reader.fill("hand.printed_sum", &[("printed", &grouped(good)), ("spoiled", &grouped(bad))]),
            _ => "—".to_owned(),
        };
        let received = view.received.map_or_else(|| "—".to_owned(), grouped);
        let differs = view.received.zip(view.printed).is_some_and(|(received, printed)| received != printed);
        vec![
            Cell::text(view.printing_house.clone().unwrap_or_else(|| reader.say("hand.by_link"))).with_small(reader.fill(
                "hand.made",
                &[("at", &moment_of(reader.lang, &view.made_at)), ("until", &moment_of(reader.lang, &view.expires_at))],
            )),
            badge(reader, &view.state),
            Cell::text(fetched).with_small(sum),
            Cell::text(printed).with_small(view.printed_note.clone().unwrap_or_default()),
            Cell::text(received).with_small(if differs { reader.say("hand.differs") } else { String::new() }),
        ]
    };
    Table {
        caption: reader.say("hand.caption"),
        columns: ["to", "state_label", "fetched", "printed", "received"].map(|c| Column::text(reader.say(&format!("hand.{c}")))).into(),
        rows: handed.iter().map(row).collect(),
        empty: reader.say("hand.none"),
    }
}

async fn log(app: &App, reader: &Reader, id: &str, handed: &[HandOverView]) -> Outcome<Table> {
    let mut rows = Vec::new();
    for view in downloads(&app.db, &reader.actor(P::CodeOrderRead)?, id).await? {
        let through = handed.iter().find(|h| h.id == view.by);
        let by = match through {
            Some(through) => through.printing_house.clone().unwrap_or_else(|| reader.say("hand.by_link")),
            None => display_name(&app.db, &view.by).await?.unwrap_or_else(|| view.by.clone()),
        };
        let ended = match (view.completed, view.abandoned) {
            (true, _) => Cell::badge(reader.say("hand.whole"), "ok"),
            (_, true) => Cell::badge(reader.say("hand.broke_off"), "soft"),
            _ => Cell::badge(reader.say("hand.running"), "amber"),
        };
        rows.push(vec![
            Cell::text(moment_of(reader.lang, &view.started_at)),
            Cell::text(view.form),
            Cell::text(grouped(view.codes)),
            Cell::text(by),
            ended,
        ]);
    }
    Ok(Table {
        caption: reader.say("hand.downloads_caption"),
        columns: ["at", "file", "codes", "by", "ended"].map(|c| Column::text(reader.say(&format!("hand.{c}")))).into(),
        rows,
        empty: reader.say("hand.downloads_none"),
    })
}

async fn forms(app: &App, reader: &Reader, view: &OrderView, handed: &[HandOverView]) -> Outcome<Vec<Form>> {
    let say = |key: &str| reader.say(&format!("hand.{key}"));
    let path = format!("/work/orders/{}/hand-over", view.order.id);
    let mut forms = Vec::new();
    let open = handed.iter().find(|h| h.state == "open");
    if open.is_none() {
        let houses = printing_houses(&app.db, app.clock.today()).await?;
        let houses = houses.into_iter().filter(|h| h.is_valid).map(|h| (h.id, h.name)).collect();
        let designs = label_designs(&app.db, Some(&view.order.product_id), app.clock.today()).await?;
        let designs = designs.into_iter().filter(|d| d.is_valid).map(|d| (d.id, format!("{}（{}）", d.name, d.season))).collect();
        let fields = vec![
            Field::select("printing_house_id", say("printing_house"), houses).hint(say("printing_house_hint")),
            Field::select("design_id", say("design"), designs),
            Field::text("note", say("note")),
        ];
        let form = Form::new(app, reader, "hand", &path, "hand.make", "hand.make_button", fields);
        let mut form = form.about(reader.fill("hand.make_about", &[("days", &app.config.hand_over_days.to_string())]));
        form.open = handed.is_empty();
        forms.push(form);
    }
    let choice = |h: &HandOverView| {
        (h.id.clone(), format!("{} · {}", h.printing_house.clone().unwrap_or_else(|| say("by_link")), moment_of(reader.lang, &h.made_at)))
    };
    if let Some(open) = open {
        let fields = vec![Field::select("hand_over", say("which"), vec![choice(open)]).must().value(open.id.clone())];
        let form = Form::new(app, reader, "withdraw", &format!("{path}/withdraw"), "hand.withdraw", "hand.withdraw", fields);
        forms.push(Form { class: "stop", ..form.about(say("withdraw_about")) });
    }
    let waiting: Vec<&HandOverView> = handed.iter().filter(|h| matches!(h.state.as_str(), "fetched" | "printed")).collect();
    if let Some(latest) = waiting.first() {
        let fields = vec![
            Field::select("hand_over", say("which"), waiting.iter().map(|h| choice(h)).collect()).must().value(latest.id.clone()),
            Field::text("received", say("received_count")).numeric().must().hint(say("received_hint")),
        ];
        let mut form = Form::new(app, reader, "receive", &format!("{path}/receive"), "hand.receive", "hand.receive", fields);
        form.open = true;
        forms.push(form);
    }
    Ok(forms)
}

/// The names of a form's fields, for its faults.
const NAMES: [&str; 5] = ["printing_house_id", "design_id", "note", "hand_over", "received"];

async fn again(
    app: &App,
    reader: &Reader,
    id: &str,
    form: &'static str,
    typed: &Typed,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    refilled(tried, reader, Tried { form, typed }, &NAMES, |errors, tried| page(app, reader, id, errors, tried)).await
}

/// Link and password, shown once.
#[derive(Template)]
#[template(path = "staff/handed.html")]
struct Handed<'a> {
    frame: Frame<'a>,
    url: String,
    side: usize,
    path: String,
    password: String,
    until: String,
    back: String,
}

async fn make(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    // Token and password leave the act by this one way and are never kept: the same form again answers that it was done.
    let made: Arc<Mutex<Option<(String, String, i64)>>> = Arc::default();
    let (slot, named, typed, keys) = (made.clone(), id.clone(), posted.body.clone(), app.keys.clone());
    let rules = (app.config.hand_over_days, app.config.downloads_most);
    let back = reader.to(&format!("/work/orders/{id}/hand-over"));
    let to = back.clone();
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (slot, id, keys, to) = (slot.clone(), named.clone(), keys.clone(), to.clone());
        Box::pin(async move {
            let input = HandOverInput {
                printing_house_id: given(&typed, "printing_house_id"),
                design_id: given(&typed, "design_id"),
                note: given(&typed, "note"),
            };
            let handed = hand_over(tx, &desk, keys.as_ref(), &id, &input, rules).await?;
            let secrets = (handed.token, handed.password, handed.row.expires_at);
            *slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(secrets);
            Ok(Done::see(to).secret())
        })
    });
    let tried = tried.await;
    if tried.is_err() {
        return again(&app, &reader, &id, "hand", &typed, tried).await;
    }
    let secrets = made.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    let (token, password, until) = secrets.ok_or_else(|| Failure::conflict("already_done"))?;
    let url = format!("{}/print/{token}", app.config.base_url.trim_end_matches('/'));
    let (side, path) = qr::drawn(&url).ok_or_else(|| Failure::broken("the address of a link is too long to be drawn"))?;
    let until = moment_of(reader.lang, &crate::kernel::clock::rfc3339(until));
    let page = Handed { url, side, path, password, until, back, frame: reader.narrow_frame(reader.say("hand.made_title"), Vec::new()) };
    Ok(Html(page.render()?).into_response())
}

async fn take_back(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, named, typed) = (reader.lang, id.clone(), posted.body.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            withdraw(tx, &desk, &id, &said(&typed, "hand_over")).await?;
            Ok(Done::see(done_at(lang, &format!("/work/orders/{id}/hand-over"), "hand_over_withdrawn")))
        })
    });
    let tried = tried.await;
    again(&app, &reader, &id, "withdraw", &typed, tried).await
}

async fn count(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, named, typed) = (reader.lang, id.clone(), posted.body.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            let mut faults = Faults::new();
            let received = whole(&mut faults, &typed, "received", "/received");
            if received.is_none() && faults.is_empty() {
                faults.add("/received", "register_empty");
            }
            faults.check()?;
            receive(tx, &desk, &id, &said(&typed, "hand_over"), &ReceivedInput { received: received.unwrap_or(0) }).await?;
            Ok(Done::see(done_at(lang, &format!("/work/orders/{id}/hand-over"), "labels_received")))
        })
    });
    let tried = tried.await;
    again(&app, &reader, &id, "receive", &typed, tried).await
}

/// A day of a register's row, open at the end if none.
pub(super) fn until(reader: &Reader, day: Option<&str>) -> String {
    day.map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day))
}
