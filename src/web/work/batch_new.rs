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
use super::batch_form::{ALL_PLOTS, BatchForm, Left, MATERIAL, field, plain, together, units};
use super::desk::{Reader, done_at, faults, fresh_key};
use super::names::{Names, day_of, jin};
use super::phone::source::{left_of, plots_of, whole_days};
use super::{facilities, reports};
use crate::identity::role::Permission;
use crate::kernel::quantity::{BaseUnit, mu_of_m2};
use crate::kernel::{Day, Failure, Outcome};
use crate::registry::product::AccountBasis;
use crate::trace::commands::batch::register_batch;
use crate::trace::goods::Goods;
use crate::trace::queries::account::AccountView;
use crate::trace::queries::delivery::{DeliveryView, LeftOf, deliveries_left};

/// Deliveries offered one by one, the oldest first; later ones are found by their day.
const OFFERED: u64 = 200;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs(Permission::BatchRegister);
    vec![Route::get("/work/batches/new", needs, show), Route::post("/work/batches/new", needs, register)]
}

#[derive(Debug, Default, Deserialize)]
struct Chosen {
    product: Option<String>,
    /// Only deliveries of this day.
    day: Option<String>,
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
    /// The day of delivery looked for, where there are more deliveries than are offered.
    find: Option<String>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(chosen): Asked<Chosen>) -> Result<Response, Refusal> {
    let chosen_day = chosen.day.as_deref().and_then(|day| Day::parse(&plain(day)));
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
            Ok(Html(page(&app, &reader, &form, chosen_day, None).await?).into_response())
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

async fn page(app: &App, reader: &Reader, form: &BatchForm, day: Option<Day>, refused: Option<&Failure>) -> Result<String, Refusal> {
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
        BaseUnit::G => format!("{} = {}", goods.show(amount), jin(reader.lang, amount)),
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
        sources: sources(app, reader, &goods, day, &form.source).await?,
        find: find(app, reader, &goods, day).await?,
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

/// Where goods of this product can come from: own plots, deliveries with something left (the oldest first, or those of one day), whole
/// days of them, raw material.
async fn sources(app: &App, reader: &Reader, goods: &Goods, day: Option<Day>, chosen: &str) -> Outcome<Vec<(String, String)>> {
    let mut out = Vec::new();
    let plots = plots_of(app, reader, reader.own(), &goods.id).await?;
    if plots.len() > 1 {
        let area = mu_of_m2(plots.iter().map(|plot| plot.area_m2).sum());
        out.push((ALL_PLOTS.to_owned(), reader.fill("all_plots", &[("n", &plots.len().to_string()), ("area", &area)])));
    }
    for plot in plots {
        let words = reader.fill("one_plot", &[("name", &plot.name), ("area", &mu_of_m2(plot.area_m2))]);
        out.push((plot.id, words));
    }
    let days = whole_days(app, reader, goods).await?.0;
    out.extend(days.into_iter().map(|day| (day.id, format!("{} {}", day.words, day.small))));
    if let (Some(of), Some(actor)) = (left_of(reader, &goods.id), reader.acting(Permission::DeliveryRead)) {
        let asked = LeftOf { days: day.map(|day| day.to_string()).into_iter().collect(), ..of.clone() };
        let mut views = deliveries_left(&app.db, &actor, &asked, OFFERED).await?;
        // What was chosen on a page of its day stays chosen.
        if chosen.starts_with("del_") && views.iter().all(|view| view.id != chosen) {
            views.extend(deliveries_left(&app.db, &actor, &LeftOf { ids: vec![chosen.to_owned()], ..of }, 1).await?);
        }
        let mut names = Names::new(app);
        names.growers(reader, views.iter().map(|view| view.grower_id.clone())).await?;
        for view in views {
            let free = view.figure("covered") - view.figure("used");
            let (day, from) = (day_of(reader.lang, &view.delivered_on), names.party(reader, &view.grower_id).await?);
            out.push((view.id, reader.fill("one_delivery", &[("day", &day), ("from", &from), ("left", &goods.show(free))])));
        }
    }
    if goods.basis != AccountBasis::Plots {
        out.push((MATERIAL.to_owned(), reader.say("material")));
    }
    Ok(out)
}

/// The day of delivery looked for, where there are more deliveries than are offered.
async fn find(app: &App, reader: &Reader, goods: &Goods, day: Option<Day>) -> Outcome<Option<String>> {
    let many = whole_days(app, reader, goods).await?.1 > i64::try_from(OFFERED).unwrap_or(i64::MAX);
    let typed = day.map(|day| day.to_string()).unwrap_or_default();
    Ok((many || day.is_some()).then_some(typed))
}

/// The deliveries of a day something is left of, as a batch takes from them.
async fn of_day(app: &App, reader: &Reader, product_id: &str, day: &str) -> Outcome<Vec<Left>> {
    let (Some(of), Some(actor)) = (left_of(reader, product_id), reader.acting(Permission::DeliveryRead)) else { return Ok(Vec::new()) };
    let views = deliveries_left(&app.db, &actor, &LeftOf { days: vec![day.to_owned()], ..of }, 500).await?;
    let left = |view: DeliveryView| Left { free: view.figure("covered") - view.figure("used"), id: view.id, day: view.delivered_on };
    Ok(views.into_iter().map(left).collect())
}

async fn register(State(app): State<App>, reader: Reader, posted: Posted<BatchForm>) -> Result<Response, Refusal> {
    let (form, lang) = (posted.body.clone(), reader.lang);
    if form.product.is_empty() {
        return Ok(Redirect::to(&reader.to("/work/batches/new")).into_response());
    }
    let goods = Names::new(&app).goods(&form.product).await?;
    let plots: Vec<String> = plots_of(&app, &reader, reader.own(), &goods.id).await?.into_iter().map(|plot| plot.id).collect();
    let left = match form.whole_day() {
        Some(day) => of_day(&app, &reader, &goods.id, day).await?,
        None => Vec::new(),
    };
    let tried = act(&app, posted, move |tx, desk, form| {
        let (plots, left, unit) = (plots.clone(), left.clone(), goods.unit);
        Box::pin(async move {
            let (input, unread) = form.read(unit, &plots, &left);
            let tried = register_batch(tx, &desk, &input).await;
            let id = tried.as_ref().map(|view| view.id.clone()).unwrap_or_default();
            together(unread, tried.err(), field)?;
            Ok(Done::see(done_at(lang, &format!("/work/batches/{id}"), "batch_registered")))
        })
    });
    super::parts::answered(tried.await, async |failure| {
        let html = page(&app, &reader, &form, None, Some(&failure)).await?;
        Ok((failure, html))
    })
    .await
}
