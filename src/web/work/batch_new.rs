//! `/work/batches/new`: one form that registers a batch. First the product, where there are several; then everything else on one page,
//! with what the season account still has before anything is typed.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{Asked, Posted};
use super::super::failure::Refusal;
use super::super::pages::staff::{FormError, Frame};
use super::super::route::{Access, Route};
use super::bars::{Figures, own_views};
use super::batch_form::{ALL_PLOTS, BatchForm, MATERIAL, field, together, units};
use super::desk::{Reader, done_at, faults, fresh_key};
use super::names::{Names, day_of, jin};
use super::{facilities, reports};
use crate::identity::role::Permission;
use crate::kernel::quantity::{BaseUnit, mu_of_m2};
use crate::kernel::{Failure, Outcome};
use crate::registry::product::AccountBasis;
use crate::registry::queries::{PlotsAsked, plots};
use crate::trace::commands::batch::register_batch;
use crate::trace::delivery::DeliveryFilter;
use crate::trace::goods::Goods;
use crate::trace::queries::account::AccountView;
use crate::trace::queries::delivery::deliveries;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs(Permission::BatchRegister);
    vec![Route::get("/work/batches/new", needs, show), Route::post("/work/batches/new", needs, register)]
}

#[derive(Debug, Default, Deserialize)]
struct Chosen {
    product: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/choice.html")]
pub(super) struct Choice<'a> {
    pub frame: Frame<'a>,
    /// What there is to choose, as (where, words, a second line).
    pub choices: Vec<(String, String, String)>,
    pub empty: String,
}

#[derive(Template)]
#[template(path = "staff/batch_new.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    key: String,
    form: &'a BatchForm,
    product: String,
    /// Another product, where there is one.
    other: Option<String>,
    /// What the accounts still have, a line each.
    left: Vec<String>,
    /// What was typed in both units; empty before anything was.
    echo: String,
    units: Vec<(String, String)>,
    sources: Vec<(String, String)>,
    /// The producer's facilities and test reports.
    facilities: Vec<(String, String)>,
    reports: Vec<(String, String)>,
    harvested: bool,
    made: bool,
    material: bool,
    /// The figure that was exceeded, in words; empty unless it was.
    excess: String,
    late: bool,
}

async fn show(State(app): State<App>, reader: Reader, Asked(chosen): Asked<Chosen>) -> Result<Response, Refusal> {
    let accounts = own_views(&app, &reader).await?;
    let mut products: Vec<&str> = accounts.iter().map(|a| a.product_id.as_str()).collect();
    products.sort_unstable();
    products.dedup();
    let chosen = match (&chosen.product, products.as_slice()) {
        (Some(chosen), products) => products.iter().find(|p| *p == chosen).copied(),
        (None, [only]) => Some(*only),
        _ => None,
    };
    match chosen {
        Some(product) => {
            let form = BatchForm { product: product.to_owned(), unit: String::new(), ..BatchForm::default() };
            Ok(Html(page(&app, &reader, &form, None).await?).into_response())
        }
        None => Ok(Html(choice(&app, &reader, &products, &accounts).await?).into_response()),
    }
}

async fn choice(app: &App, reader: &Reader, products: &[&str], accounts: &[AccountView]) -> Result<String, Refusal> {
    let mut names = Names::new(app);
    let mut choices = Vec::with_capacity(products.len());
    for product in products {
        let goods = names.goods(product).await?;
        let of: Vec<AccountView> = accounts.iter().filter(|a| a.product_id == goods.id).cloned().collect();
        let left = left(reader, &goods, &of).join("；");
        choices.push((reader.to(&format!("/work/batches/new?product={}", goods.id)), goods.name, left));
    }
    let frame = reader.narrow_frame(reader.say("which_product"), Vec::new());
    Ok(Choice { frame, choices, empty: reader.say("first_account") }.render()?)
}

fn left(reader: &Reader, goods: &Goods, accounts: &[AccountView]) -> Vec<String> {
    let line = |account: &AccountView| {
        let figures = Figures::of(account);
        let shown = [figures.left, figures.may, figures.registered].map(|amount| goods.show(amount));
        reader.fill("left_hint", &[("season", &account.season), ("left", &shown[0]), ("may", &shown[1]), ("registered", &shown[2])])
    };
    accounts.iter().map(line).collect()
}

async fn page(app: &App, reader: &Reader, form: &BatchForm, refused: Option<&Failure>) -> Result<String, Refusal> {
    let goods = Names::new(app).goods(&form.product).await?;
    let accounts = own_views(app, reader).await?;
    let several = accounts.iter().any(|a| a.product_id != goods.id);
    let of: Vec<AccountView> = accounts.into_iter().filter(|a| a.product_id == goods.id).collect();
    let lang = reader.lang;
    let errors: Vec<FormError> = refused.map(|failure| faults(lang, failure, |pointer| field(pointer).to_owned())).unwrap_or_default();
    let chosen_unit = units(goods.unit).iter().map(|(word, _)| *word).find(|word| *word == form.unit);
    let excess = refused.filter(|f| f.says("quota_exceeded")).map(|failure| excess(reader, &goods, failure));
    let typed = form.amount(goods.unit).filter(|_| refused.is_some());
    let echo = typed.map(|amount| match goods.unit {
        BaseUnit::G => format!("{} = {}", goods.show(amount), jin(amount)),
        BaseUnit::Ml | BaseUnit::Piece => goods.show(amount),
    });
    let is_late = refused.is_some_and(|f| f.says("late_reason_missing") || f.says("late_evidence_missing"));
    let page = Page {
        frame: reader.narrow_frame(reader.say("register_batch"), errors),
        action: reader.to("/work/batches/new"),
        key: fresh_key(app),
        product: goods.name.clone(),
        other: several.then(|| reader.to("/work/batches/new?product=other")),
        left: left(reader, &goods, &of),
        echo: echo.unwrap_or_default(),
        units: order_units(reader, goods.unit, chosen_unit),
        sources: sources(app, reader, &goods).await?,
        facilities: facilities::own_choices(app, reader).await?,
        reports: reports::own_choices(app, reader, &goods.id).await?,
        harvested: goods.basis == AccountBasis::Plots,
        made: goods.basis != AccountBasis::Plots,
        material: goods.basis != AccountBasis::Plots,
        excess: excess.or_else(|| form.accepts_excess().then(|| reader.say("excess_accepted"))).unwrap_or_default(),
        late: is_late || !form.late_reason.is_empty(),
        form,
    };
    Ok(page.render()?)
}

fn order_units(reader: &Reader, base: BaseUnit, chosen: Option<&str>) -> Vec<(String, String)> {
    let mut offered: Vec<(String, String)> = units(base).iter().map(|(word, _)| ((*word).to_owned(), reader.word("unit", word))).collect();
    // The one chosen before stands first and so is chosen again.
    offered.sort_by_key(|(word, _)| Some(word.as_str()) != chosen);
    offered
}

/// How much is too much, of the refusal's own figures.
fn excess(reader: &Reader, goods: &Goods, failure: &Failure) -> String {
    let params = failure.fields.iter().find(|f| f.code == "quota_exceeded").map_or(&failure.params, |f| &f.params);
    let figure = |name: &str| params.iter().find(|(n, _)| *n == name).and_then(|(_, value)| value.parse::<i64>().ok());
    let (asked, remaining) = (figure("asked").unwrap_or(0), figure("remaining").unwrap_or(0));
    reader.fill("excess", &[("remaining", &goods.show(remaining)), ("excess", &goods.show((asked - remaining).max(0)))])
}

/// Where goods of this product can come from: own plots, deliveries with something left, raw material.
async fn sources(app: &App, reader: &Reader, goods: &Goods) -> Outcome<Vec<(String, String)>> {
    let own = reader.own().unwrap_or_default();
    let mut out = Vec::new();
    let plots = own_plots(app, reader, goods).await?;
    if plots.len() > 1 {
        let area = mu_of_m2(plots.iter().map(|(_, _, m2)| m2).sum());
        out.push((ALL_PLOTS.to_owned(), reader.fill("all_plots", &[("n", &plots.len().to_string()), ("area", &area)])));
    }
    for (id, name, m2) in plots {
        out.push((id, reader.fill("one_plot", &[("name", &name), ("area", &mu_of_m2(m2))])));
    }
    if let Some(actor) = reader.acting(Permission::DeliveryRead) {
        let filter = DeliveryFilter { buyer_id: Some(own.to_owned()), product_id: Some(goods.id.clone()), ..DeliveryFilter::default() };
        let mut names = Names::new(app);
        for view in deliveries(&app.db, &actor, &filter, None, Some(200)).await?.0 {
            let free = view.figure("covered") - view.figure("used");
            if free > 0 {
                let (day, from) = (day_of(reader.lang, &view.delivered_on), names.party(reader, &view.grower_id).await?);
                out.push((view.id, reader.fill("one_delivery", &[("day", &day), ("from", &from), ("left", &goods.show(free))])));
            }
        }
    }
    if goods.basis != AccountBasis::Plots {
        out.push((MATERIAL.to_owned(), reader.say("material")));
    }
    Ok(out)
}

/// Id, name and square metres of the organisation's own plots of a product that are valid today.
async fn own_plots(app: &App, reader: &Reader, goods: &Goods) -> Outcome<Vec<(String, String, i64)>> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(Permission::PlotRead)) else { return Ok(Vec::new()) };
    let asked = PlotsAsked { holder_id: Some(own.to_owned()), product_id: Some(goods.id.clone()), as_of: Some(app.clock.today()) };
    let listed = plots(&app.db, &actor, &asked, None, 200).await?;
    Ok(listed.items.into_iter().map(|plot| (plot.id, plot.name, plot.area_m2)).collect())
}

async fn register(State(app): State<App>, reader: Reader, posted: Posted<BatchForm>) -> Result<Response, Refusal> {
    let (form, lang) = (posted.body.clone(), reader.lang);
    if form.product.is_empty() {
        return Ok(Redirect::to(&reader.to("/work/batches/new")).into_response());
    }
    let goods = Names::new(&app).goods(&form.product).await?;
    let plots: Vec<String> = own_plots(&app, &reader, &goods).await?.into_iter().map(|(id, _, _)| id).collect();
    let tried = act(&app, posted, move |tx, desk, form| {
        let (plots, unit) = (plots.clone(), goods.unit);
        Box::pin(async move {
            let (input, unread) = form.read(unit, &plots);
            let tried = register_batch(tx, &desk, &input).await;
            let id = tried.as_ref().map(|view| view.id.clone()).unwrap_or_default();
            together(unread, tried.err(), field)?;
            Ok(Done::see(done_at(lang, &format!("/work/batches/{id}"), "batch_registered")))
        })
    });
    super::parts::answered(tried.await, async |failure| {
        let html = page(&app, &reader, &form, Some(&failure)).await?;
        Ok((failure, html))
    })
    .await
}
