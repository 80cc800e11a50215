//! `/work/paper`: numbered forms for where there is no signal: given out, printed, found again by their number.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::{Refusal, words};
use super::super::super::link::query_value;
use super::super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at, fresh_key};
use super::super::names::{Names, moment_of};
use crate::identity::role::Permission as P;
use crate::interop::qr;
use crate::kernel::{Failure, FailureKind};
use crate::trace::commands::paper::print_forms;
use crate::trace::paper::{PaperFilter, PaperInput, read_number};
use crate::trace::queries::paper::{paper_form, paper_forms};

/// Columns of a form, in the order of the screen.
pub(super) const COLUMNS: [&str; 7] = ["grower", "household", "day", "weight", "unit", "grade", "cert"];

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/work/paper", needs(P::PaperRead), show),
        Route::post("/work/paper", needs(P::PaperPrint), print),
        Route::get("/work/paper/{number}/print", needs(P::PaperRead), sheet),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    number: String,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/people/papers.html")]
struct Page<'a> {
    frame: Frame<'a>,
    find: String,
    typed: String,
    may_print: bool,
    print_open: bool,
    print: String,
    key: String,
    products: Vec<(String, String)>,
    product: String,
    copies: String,
    table: Table,
    next: Option<String>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Response, Refusal> {
    let mut errors = Vec::new();
    if !query.number.trim().is_empty() {
        let found = match read_number(&query.number) {
            Some(number) => paper_form(&app.db, &reader.actor(P::PaperRead)?, &number).await,
            None => Err(Failure::field("/number", "paper_number_misread").with("value", query.number.trim())),
        };
        match found {
            Ok(form) => return Ok(Redirect::to(&reader.to(&format!("/work/paper/{}", form.number))).into_response()),
            Err(failure) if failure.kind == FailureKind::NotFound => {
                let text = words(reader.lang, "paper_unknown", &[("value", query.number.trim().to_owned())]);
                errors.push(FormError { field: "number".to_owned(), text });
            }
            Err(failure) => errors = super::said(&reader, &failure),
        }
    }
    Ok(Html(page(&app, &reader, &query, &BTreeMap::new(), errors).await?).into_response())
}

async fn page(
    app: &App,
    reader: &Reader,
    query: &Query,
    form: &BTreeMap<String, String>,
    errors: Vec<FormError>,
) -> Result<String, Refusal> {
    let actor = reader.actor(P::PaperRead)?;
    let (items, next) = paper_forms(&app.db, &actor, &PaperFilter::default(), query.cursor.as_deref(), None).await?;
    let mut names = Names::new(app);
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        let goods = names.goods(&item.product_id).await?;
        let class = if item.state == "printed" { "amber" } else { "soft" };
        rows.push(vec![
            Cell::link(item.number.clone(), reader.to(&format!("/work/paper/{}", item.number))).with_small(goods.name),
            Cell::text(item.season),
            Cell::badge(reader.word("paper_state", &item.state), class).with_small(item.spoil_reason.unwrap_or_default()),
            Cell::text(moment_of(reader.lang, &item.printed_at)),
        ]);
    }
    let typed = |name: &str| form.get(name).cloned().unwrap_or_default();
    let page = Page {
        find: "/work/paper".to_owned(),
        typed: query.number.clone(),
        may_print: reader.may(P::PaperPrint),
        print_open: !form.is_empty(),
        print: reader.to("/work/paper"),
        key: fresh_key(app),
        products: super::own_products(app, reader).await?,
        product: typed("product_id"),
        copies: typed("copies"),
        table: Table {
            caption: reader.say("people.papers_caption"),
            columns: ["people.paper_number", "people.season", "state", "people.printed_at"].map(|key| Column::text(reader.say(key))).into(),
            rows,
            empty: reader.say("people.papers_empty"),
        },
        next: next.map(|cursor| reader.to(&format!("/work/paper?cursor={}", query_value(&cursor)))),
        frame: reader.frame(reader.say("people.papers"), errors),
    };
    Ok(page.render()?)
}

async fn print(State(app): State<App>, reader: Reader, posted: Posted<BTreeMap<String, String>>) -> Result<Response, Refusal> {
    let (lang, form) = (reader.lang, posted.body.clone());
    let tried = act(&app, posted, move |tx, desk, form| {
        Box::pin(async move {
            let copies = form.get("copies").map_or(Ok(0), |copies| copies.trim().parse());
            let copies = copies.map_err(|_| Failure::field("/copies", "number_unreadable").with("figure", &form["copies"]))?;
            let product_id = form.get("product_id").cloned().unwrap_or_default();
            if product_id.is_empty() {
                return Err(Failure::field("/product_id", "paper_product_missing"));
            }
            let input = PaperInput { kind: "deliveries".to_owned(), product_id, season: None, copies, organisation_id: None };
            print_forms(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/paper", "papers_numbered")))
        })
    });
    super::super::parts::answered(tried.await, async |failure| {
        let html = page(&app, &reader, &Query::default(), &form, super::said(&reader, &failure)).await?;
        Ok((failure, html))
    })
    .await
}

#[derive(Template)]
#[template(path = "staff/people/paper_sheet.html")]
struct Sheet<'a> {
    frame: Frame<'a>,
    number: String,
    product: String,
    side: usize,
    path: String,
    columns: Vec<String>,
}

async fn sheet(State(app): State<App>, Path(number): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    let form = paper_form(&app.db, &reader.actor(P::PaperRead)?, &number).await?;
    let mut names = Names::new(&app);
    let goods = names.goods(&form.product_id).await?;
    let whose = names.party(&reader, &form.organisation_id).await?;
    let url = format!("{}/work/paper/{}", app.config.base_url.trim_end_matches('/'), form.number);
    let (side, path) = qr::drawn(&url).ok_or_else(|| Failure::broken("the address of a form is too long to be drawn"))?;
    let page = Sheet {
        product: reader.fill("people.paper_product", &[("product", &goods.name), ("season", &form.season), ("whose", &whose)]),
        columns: COLUMNS.iter().map(|column| reader.word("paper_column", column)).collect(),
        number: form.number,
        side,
        path,
        frame: reader.frame(reader.say("people.paper_title"), Vec::new()),
    };
    Ok(Html(page.render()?))
}
