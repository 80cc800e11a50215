//! `/work/batches/steps`: where a batch in steps begins, anew, from the last one, or from a draft left open.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, FormError, Frame};
use super::super::super::route::{Access, Route};
use super::super::bars::own_views;
use super::super::desk::{Reader, at, faults, fresh_key};
use super::super::names::{Names, moment};
use super::super::todo::{Section, Todo};
use super::source::Offer;
use super::steps::{KIND, place};
use super::typed::Step;
use super::weigh::{amount, echo};
use crate::identity::draft::{Body, Draft, begin, open_drafts};
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, Outcome};
use crate::trace::queries::batch::BatchView;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs(P::BatchRegister);
    vec![Route::get("/work/batches/steps", needs, show), Route::post("/work/batches/steps", needs, open)]
}

/// One product to begin with.
struct Beginning {
    product: String,
    name: String,
    left: Vec<String>,
    /// The last batch in a line; empty if there is none to copy.
    last: String,
    keys: [String; 2],
}

#[derive(Template)]
#[template(path = "staff/phone/start.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    drafts: Vec<Todo>,
    products: Vec<Beginning>,
    /// The one-page form.
    whole: String,
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new()).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>) -> Result<String, Refusal> {
    let mut ids: Vec<String> = own_views(app, reader).await?.into_iter().map(|account| account.product_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut products = Vec::with_capacity(ids.len());
    for product in ids {
        let offer = Offer::of(app, reader, &product, &Body::new(), None).await?;
        let last = offer.last.as_ref().map(|view| {
            let shown = offer.goods.show(offer.last_amount());
            reader.fill("phone.last_batch", &[("lot", &view.lot), ("amount", &shown)])
        });
        products.push(Beginning {
            product,
            left: offer.left_lines(reader),
            name: offer.goods.name,
            last: last.unwrap_or_default(),
            keys: [fresh_key(app), fresh_key(app)],
        });
    }
    let page = Page {
        action: reader.to("/work/batches/steps"),
        drafts: open_batches(app, reader).await?,
        products,
        whole: reader.to("/work/batches/new"),
        frame: reader.narrow_frame(reader.say("register_batch"), errors),
    };
    Ok(page.render()?)
}

/// Batches begun and not handed in.
async fn open_batches(app: &App, reader: &Reader) -> Outcome<Vec<Todo>> {
    let Some(own) = reader.own() else { return Ok(Vec::new()) };
    let mut names = Names::new(app);
    let mut found = Vec::new();
    for draft in open_drafts(&app.db, own, KIND).await? {
        found.push(one(reader, &mut names, &draft).await?);
    }
    Ok(found)
}

async fn one(reader: &Reader, names: &mut Names<'_>, draft: &Draft) -> Outcome<Todo> {
    let goods = names.goods(draft.said("product")).await?;
    let step = Step::parse(&draft.step).unwrap_or(Step::Source);
    let weighed = amount(&draft.body, goods.unit, &[]).map(|amount| echo(reader.lang, goods.unit, amount));
    let at = moment(reader.lang, draft.updated_at);
    let on = reader
        .fill("phone.draft_step", &[("n", &step.number().to_string()), ("step", &reader.word("phone.step", step.word())), ("at", &at)]);
    Ok(Todo {
        title: [goods.name.as_str(), draft.said("lot")].join(" ").trim().to_owned(),
        href: reader.to(&place(&draft.id, step)),
        lines: [Some(on), weighed].into_iter().flatten().collect(),
        state: Cell::badge(reader.say("phone.draft"), "amber"),
        steps: Vec::new(),
    })
}

/// The home page's section of drafts; nothing where none is open.
pub(in super::super) async fn draft_section(app: &App, reader: &Reader) -> Outcome<Option<Section>> {
    if !reader.may(P::BatchRegister) {
        return Ok(None);
    }
    let items = open_batches(app, reader).await?;
    let section = Section { heading: reader.say("phone.drafts"), empty: String::new(), items };
    Ok(Some(section).filter(|section| !section.items.is_empty()))
}

/// Which product, and whether as the last one was.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Begun {
    product: String,
    copy: String,
}

/// What of the last batch is likely to be the same again: not its weight, its days, its number.
fn copied(last: &BatchView, offer: &Offer) -> Body {
    let mut body = Body::new();
    let plots = last.sources.iter().filter_map(|source| source.plot_id.clone());
    body.extend(plots.filter(|id| offer.plots.iter().any(|plot| plot.id == *id)).map(|id| (id, "yes".to_owned())));
    if let Some(name) = last.sources.iter().find_map(|source| source.input.as_ref().map(|input| input.name.clone())) {
        body.insert("input".to_owned(), "yes".to_owned());
        body.insert("input_name".to_owned(), name);
    }
    body.extend(last.grade.clone().map(|grade| ("grade".to_owned(), grade)));
    let facility = last.facility_id.clone().filter(|id| offer.facilities.iter().any(|(known, _)| known == id));
    body.extend(facility.map(|id| ("facility".to_owned(), id)));
    body
}

async fn open(State(app): State<App>, reader: Reader, posted: Posted<Begun>) -> Result<Response, Refusal> {
    let (begun, lang) = (posted.body.clone(), reader.lang);
    if !own_views(&app, &reader).await?.iter().any(|account| account.product_id == begun.product) {
        return Err(Failure::not_found().into());
    }
    let offer = Offer::of(&app, &reader, &begun.product, &Body::new(), None).await?;
    let mut body = match offer.last.as_ref().filter(|_| !begun.copy.is_empty()) {
        Some(last) => copied(last, &offer),
        None => Body::new(),
    };
    body.insert("product".to_owned(), begun.product);
    let tried = act(&app, posted, move |tx, desk, _| {
        let body = body.clone();
        Box::pin(async move {
            let id = begin(tx, &desk, KIND, &body, Step::Source.word()).await?;
            Ok(Done::see(at(lang, &place(&id, Step::Source))))
        })
    });
    super::super::parts::answered(tried.await, async |failure| {
        let errors = faults(lang, &failure, |_| String::new());
        let html = page(&app, &reader, errors).await?;
        Ok((failure, html))
    })
    .await
}
