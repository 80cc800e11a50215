//! `/work/deliveries/scale`: deliveries as they come over the scale, one after the other, with today's sum below.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::super::pages::style;
use super::super::super::route::{Access, Route};
use super::super::batch_form::{plain, together, units};
use super::super::desk::{Reader, done_at, faults, fresh_key};
use super::super::names::{Names, day_of, jin, mu};
use super::super::parts::{Typed, answered, given, said};
use super::super::reports;
use super::source::{boxes, plots_of};
use super::weigh::{Packed, amount, echo, stands_out};
use super::who;
use crate::db::narrow::Narrow;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, WeightUnit};
use crate::kernel::{Failure, Outcome};
use crate::registry::commands::WordKind;
use crate::registry::queries::{growers_by_id, words_of};
use crate::trace::commands::delivery::record_delivery;
use crate::trace::delivery::{DeliveryFilter, DeliveryInput};
use crate::trace::goods::Goods;
use crate::trace::measure::Entered;
use crate::trace::queries::delivery::{DeliveryView, deliveries, delivery, find_deliveries, received_on};

/// Deliveries of the day listed; all of them are a link away, and the sum is of all.
const LISTED: u64 = 30;
const AT: &str = "/work/deliveries/scale";

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs(P::DeliveryRecord);
    vec![Route::get(AT, needs, show), Route::post(AT, needs, record)]
}

/// What stays from one to the next, and the one before.
#[derive(Debug, Default, Deserialize)]
struct Kept {
    product: Option<String>,
    unit: Option<String>,
    last: Option<String>,
    /// The one just registered, by its id.
    grower: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/phone/scale.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    key: String,
    typed: &'a Typed,
    products: Vec<(String, String, bool)>,
    /// Value, words, base units in one, chosen.
    units: Vec<(String, String, i64, bool)>,
    /// What may be typed for each grower offered, and whether these are all.
    growers: Vec<String>,
    all_offered: bool,
    /// Growers that fit what was typed, where there are several.
    several: Vec<(String, String)>,
    /// Grades of the product today, as its office keeps them.
    grades: Vec<String>,
    /// Plots of the grower just typed, where there are several.
    plots: Vec<(String, String)>,
    echo: String,
    /// The amount to be sure of; empty unless it is asked.
    sure: String,
    script: &'static str,
    grams: bool,
    /// What was recorded just now, in every unit.
    last: String,
    today: String,
    sums: Vec<String>,
    table: Table,
    /// Where all of the day stand, where there are more than are listed.
    whole_day: Option<String>,
    others: Vec<(String, String)>,
}

impl Page<'_> {
    fn said(&self, name: &str) -> String {
        said(self.typed, name)
    }
}

/// What there is to choose from after something was typed.
#[derive(Debug, Default)]
struct Choices {
    several: Vec<(String, String)>,
    plots: Vec<(String, String)>,
    sure: bool,
}

async fn show(State(app): State<App>, reader: Reader, Asked(kept): Asked<Kept>) -> Result<Html<String>, Refusal> {
    let mut typed: Typed =
        [("product", kept.product), ("unit", kept.unit)].into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    if let (Some(id), Some(actor)) = (&kept.grower, reader.acting(P::GrowerRead)) {
        let just = growers_by_id(&app.db, &actor, std::slice::from_ref(id)).await?;
        typed.extend(just.first().map(|grower| ("who".to_owned(), who::line(grower, &just))));
    }
    let last = match &kept.last {
        Some(id) => just_recorded(&app, &reader, id).await?,
        None => String::new(),
    };
    Ok(Html(page(&app, &reader, Vec::new(), &typed, Choices::default(), last).await?))
}

/// The delivery before this one as it was understood, so that a slip of the pen is seen at once.
async fn just_recorded(app: &App, reader: &Reader, id: &str) -> Outcome<String> {
    let Some(actor) = reader.acting(P::DeliveryRead) else { return Ok(String::new()) };
    let Ok(view) = delivery(&app.db, &actor, id).await else { return Ok(String::new()) };
    let mut names = Names::new(app);
    let goods = names.goods(&view.product_id).await?;
    let (grower, shown) = (names.party(reader, &view.grower_id).await?, echo(reader.lang, goods.unit, weight_of(&view)));
    Ok(reader.fill("list.just_recorded", &[("grower", &grower), ("product", &goods.name), ("amount", &shown)]))
}

fn weight_of(view: &DeliveryView) -> i64 {
    view.figures.get("net_weight_g").or_else(|| view.figures.get("quantity")).copied().unwrap_or(0)
}

async fn page(
    app: &App,
    reader: &Reader,
    errors: Vec<FormError>,
    typed: &Typed,
    choices: Choices,
    last: String,
) -> Result<String, Refusal> {
    let products = reports::products(app, reader).await?;
    let product = given(typed, "product").or_else(|| products.first().map(|(id, _)| id.clone())).unwrap_or_default();
    let goods = match products.iter().any(|(id, _)| *id == product) {
        true => Some(Names::new(app).goods(&product).await?),
        false => None,
    };
    let base = goods.as_ref().map_or(BaseUnit::G, |goods| goods.unit);
    let packs = packs_of(app, reader, goods.as_ref()).await?;
    let (offered, all_offered) = who::offered(app, reader).await?;
    let (sums, table, whole_day) = today(app, reader).await?;
    let chosen = said(typed, "unit");
    let grades = words_of(&app.db, &product, WordKind::Grade, app.clock.today()).await?;
    let others = [
        ("/work/growers/new?back=scale", "people.grower_new", P::GrowerRegister),
        ("/work/deliveries", "people.deliveries", P::DeliveryRead),
        ("/work/growers", "people.growers", P::GrowerRead),
    ];
    let own = units(base).iter().map(|(word, factor)| ((*word).to_owned(), reader.word("unit", word), *factor));
    let offered_units = own.chain(packs.iter().map(|pack| (pack.id.clone(), pack.words.clone(), pack.amount)));
    let now = amount(typed, base, &packs);
    let page = Page {
        action: reader.to(AT),
        key: fresh_key(app),
        products: products.into_iter().map(|(id, name)| (id == product, id, name)).map(|(on, id, name)| (id, name, on)).collect(),
        units: offered_units
            .map(|(value, words, factor)| (value == chosen, value, words, factor))
            .map(|(on, v, w, f)| (v, w, f, on))
            .collect(),
        growers: offered.iter().map(|grower| who::line(grower, &offered)).collect(),
        all_offered,
        several: choices.several,
        grades,
        plots: choices.plots,
        echo: now.map(|amount| echo(reader.lang, base, amount)).unwrap_or_default(),
        sure: now.filter(|_| choices.sure).map(|amount| amount.to_string()).unwrap_or_default(),
        script: style::echo_href(),
        grams: base == BaseUnit::G,
        last,
        today: app.clock.today().to_string(),
        typed,
        sums,
        table,
        whole_day,
        others: others.into_iter().filter(|(_, _, p)| reader.may(*p)).map(|(at, key, _)| (reader.to(at), reader.say(key))).collect(),
        frame: reader.narrow_frame(reader.say("phone.scale"), errors),
    };
    Ok(page.render()?)
}

/// Boxes to count by.
async fn packs_of(app: &App, reader: &Reader, goods: Option<&Goods>) -> Outcome<Vec<Packed>> {
    match goods {
        Some(goods) => boxes(app, reader, goods).await,
        None => Ok(Vec::new()),
    }
}

/// What came in today: a sum for each product, the newest, and where all stand if these are not all.
async fn today(app: &App, reader: &Reader) -> Outcome<(Vec<String>, Table, Option<String>)> {
    let (mut names, mut rows, mut sums) = (Names::new(app), Vec::new(), Vec::new());
    let day = app.clock.today();
    let (mut found, mut more) = (Vec::<DeliveryView>::new(), None);
    if let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::DeliveryRead)) {
        let filter = DeliveryFilter { buyer_id: Some(own.to_owned()), ..DeliveryFilter::default() };
        let narrow = Narrow { from: Some(day), to: Some(day), ..Narrow::default() };
        (found, more) = find_deliveries(&app.db, &actor, &filter, &narrow, None, Some(LISTED)).await?;
        for (product, n, amount) in received_on(&app.db, &actor, own, day).await? {
            let goods = names.goods(&product).await?;
            let shown = echo(reader.lang, goods.unit, amount);
            sums.push(reader.fill("phone.scale_sum", &[("product", &goods.name), ("n", &n.to_string()), ("amount", &shown)]));
        }
    }
    names.growers(reader, found.iter().map(|view| view.grower_id.clone())).await?;
    for view in found {
        let goods = names.goods(&view.product_id).await?;
        let amount = weight_of(&view);
        let grower = names.party(reader, &view.grower_id).await?;
        let weight = Cell::link(goods.show(amount), reader.to(&format!("/work/deliveries/{}", view.id)));
        let pending = view.figure("pending");
        rows.push(vec![
            Cell::link(grower, reader.to(&format!("/work/growers/{}", view.grower_id))).with_small(goods.name.clone()),
            if goods.unit == BaseUnit::G { weight.with_small(jin(reader.lang, amount)) } else { weight },
            if view.voided_at.is_some() {
                Cell::badge(reader.say("rest.voided"), "soft")
            } else if pending > 0 {
                Cell::badge(reader.fill("of_it_pending", &[("amount", &goods.show(pending))]), "amber")
            } else {
                Cell::badge(reader.say("people.covered"), "ok")
            },
        ]);
    }
    let table = Table {
        caption: reader.say("phone.scale_today"),
        columns: vec![Column::text(reader.say("people.grower")), Column::number(reader.say("amount")), Column::text(reader.say("state"))],
        rows,
        empty: reader.say("phone.scale_empty"),
    };
    Ok((sums, table, more.map(|_| reader.to(&format!("/work/deliveries?from={day}&to={day}")))))
}

/// What a grower last delivered of the product to this buyer, if it stands.
async fn last_of(app: &App, reader: &Reader, grower: &str, product: &str) -> Outcome<Option<DeliveryView>> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::DeliveryRead)) else { return Ok(None) };
    let filter = DeliveryFilter {
        buyer_id: Some(own.to_owned()),
        grower_id: Some(grower.to_owned()),
        product_id: Some(product.to_owned()),
        ..DeliveryFilter::default()
    };
    let (latest, _) = deliveries(&app.db, &actor, &filter, None, Some(5)).await?;
    Ok(latest.into_iter().find(|view| view.voided_at.is_none()))
}

async fn record(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let who = given(&typed, "who");
    let found = who::meant(&app, &reader, who.as_deref(), given(&typed, "which").as_deref()).await?;
    let products = reports::products(&app, &reader).await?;
    let product = given(&typed, "product").filter(|id| products.iter().any(|(known, _)| known == id)).unwrap_or_default();
    let goods = if product.is_empty() { None } else { Some(Names::new(&app).goods(&product).await?) };
    let mut unread = Faults::new();
    let grower = who::only(&mut unread, "/who", who.as_deref(), &found).unwrap_or_default();
    let base = goods.as_ref().map_or(BaseUnit::G, |goods| goods.unit);
    let weighed = amount(&typed, base, &packs_of(&app, &reader, goods.as_ref()).await?);
    if weighed.is_none() {
        let typed_weight = given(&typed, "weight");
        let code = if typed_weight.is_some() { "weight_unreadable" } else { "amount_missing" };
        unread.add("/weight", code).with("figure", typed_weight.unwrap_or_default());
    }
    if goods.is_none() {
        unread.add("/product", "register_empty");
    }
    let mut choices = Choices { several: who::choices(&found), ..Choices::default() };
    if let (Some(now), Some(goods), false) = (weighed, &goods, grower.is_empty()) {
        // Said twice, the same figure is meant.
        let is_sure = given(&typed, "sure").is_some_and(|sure| sure == now.to_string());
        let last = last_of(&app, &reader, &grower, &product).await?;
        if let Some(last) = last.filter(|last| !is_sure && stands_out(weight_of(last), now)) {
            choices.sure = true;
            let shown = [day_of(lang, &last.delivered_on), goods.show(weight_of(&last)), goods.show(now)];
            unread.add("/weight", "delivery_stands_out").with("day", &shown[0]).with("last", &shown[1]).with("figure", &shown[2]);
        }
    }
    if !grower.is_empty() {
        let plots = plots_of(&app, &reader, Some(&grower), &product).await?;
        choices.plots = plots.into_iter().map(|plot| (plot.id, format!("{} {}", plot.name, mu(lang, plot.area_m2)))).collect();
    }
    let plot = match (given(&typed, "plot"), choices.plots.as_slice()) {
        (Some(plot), _) => Some(plot).filter(|plot| plot != "none"),
        (None, [(only, _)]) => Some(only.clone()),
        (None, []) => None,
        (None, _) => {
            unread.add("/plot", "grower_plot_which").with("n", choices.plots.len());
            None
        }
    };
    if choices.plots.len() < 2 {
        choices.plots.clear();
    }
    let (net_weight_g, quantity) = if base == BaseUnit::G { (weighed, None) } else { (None, weighed) };
    let unit = given(&typed, "unit").unwrap_or_else(|| "kg".to_owned());
    let entered = net_weight_g.filter(|_| WeightUnit::parse(&unit).is_some());
    let input = DeliveryInput {
        grower_id: grower,
        plot_id: plot,
        product_id: product.clone(),
        delivered_on: given(&typed, "delivered_on").map_or_else(|| app.clock.today().to_string(), |day| plain(&day)),
        net_weight_g,
        quantity,
        entered: entered.map(|_| Entered { number: plain(&said(&typed, "weight")), unit: unit.clone() }),
        grade: given(&typed, "grade"),
        cert_no: given(&typed, "cert_no"),
        late_reason: given(&typed, "late_reason"),
        late_evidence: given(&typed, "late_evidence"),
        ..DeliveryInput::default()
    };
    let unread = unread.check().err();
    let to = format!("{AT}?product={}&unit={}", query_value(&product), query_value(&unit));
    let tried = act(&app, posted, move |tx, desk, _| {
        let (input, to, unread) = (input.clone(), to.clone(), unread.clone());
        Box::pin(async move {
            if let Some(unread) = unread {
                return Err(unread);
            }
            let tried = record_delivery(tx, &desk, &input).await;
            let id = tried.as_ref().map(|view| view.id.clone()).unwrap_or_default();
            together(Faults::new(), tried.err(), field)?;
            Ok(Done::see(done_at(lang, &format!("{to}&last={id}"), "delivery_recorded")))
        })
    });
    answered(tried.await, async |failure: Failure| {
        let errors = faults(lang, &failure, |pointer| field(pointer).to_owned());
        Ok((failure, page(&app, &reader, errors, &typed, choices, String::new()).await?))
    })
    .await
}

/// The field of the form a pointer means.
fn field(pointer: &str) -> &'static str {
    match pointer {
        "/who" | "/grower_id" => "who",
        "/weight" | "/net_weight_g" | "/quantity" | "/entered" | "/entered/number" | "/entered/unit" => "weight",
        "/plot" | "/plot_id" => "plot",
        "/product" | "/product_id" => "product",
        "/delivered_on" => "delivered_on",
        "/late_reason" => "late_reason",
        "/late_evidence" => "late_evidence",
        "/grade" => "grade",
        "/cert_no" => "cert_no",
        _ => "",
    }
}
