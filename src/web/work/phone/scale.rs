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
use super::super::super::route::{Access, Route};
use super::super::batch_form::{plain, together, units};
use super::super::desk::{Reader, done_at, faults, fresh_key};
use super::super::names::{Names, jin, tail};
use super::super::parts::{Typed, answered, given, said};
use super::super::reports;
use super::weigh::{amount, echo};
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, WeightUnit, mu_of_m2};
use crate::kernel::{Failure, Outcome, text};
use crate::registry::commands::WordKind;
use crate::registry::queries::{GrowerView, PlotsAsked, growers, plots, words_of};
use crate::registry::search::{fold, search_text};
use crate::trace::commands::delivery::record_delivery;
use crate::trace::delivery::{DeliveryFilter, DeliveryInput};
use crate::trace::goods::Goods;
use crate::trace::measure::Entered;
use crate::trace::queries::delivery::{DeliveryView, deliveries};

/// Growers offered, and deliveries of a day listed.
const MOST: u64 = 200;

pub(super) fn routes() -> Vec<Route> {
    let (needs, path) = (Access::Needs(P::DeliveryRecord), "/work/deliveries/scale");
    vec![Route::get(path, needs, show), Route::post(path, needs, record)]
}

/// What stays from one to the next.
#[derive(Debug, Default, Deserialize)]
struct Kept {
    product: Option<String>,
    unit: Option<String>,
    /// The one just registered, by its id.
    grower: Option<String>,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/phone/scale.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    key: String,
    typed: &'a Typed,
    products: Vec<(String, String, bool)>,
    units: Vec<(String, String, bool)>,
    /// What may be typed for each grower.
    growers: Vec<String>,
    /// Grades of the product today, as its office keeps them.
    grades: Vec<String>,
    /// Plots of the grower just typed, where there are several.
    plots: Vec<(String, String)>,
    echo: String,
    today: String,
    sums: Vec<String>,
    table: Table,
    others: Vec<(String, String)>,
}

impl Page<'_> {
    fn said(&self, name: &str) -> String {
        said(self.typed, name)
    }
}

async fn show(State(app): State<App>, reader: Reader, Asked(kept): Asked<Kept>) -> Result<Html<String>, Refusal> {
    let _ = kept.done;
    let mut typed: Typed =
        [("product", kept.product), ("unit", kept.unit)].into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    if let Some(id) = kept.grower {
        let all = known(&app, &reader).await?;
        typed.extend(all.iter().find(|grower| grower.id == id).map(|grower| ("who".to_owned(), line(grower, &all))));
    }
    Ok(Html(page(&app, &reader, Vec::new(), &typed, Vec::new()).await?))
}

async fn known(app: &App, reader: &Reader) -> Outcome<Vec<GrowerView>> {
    let Some(actor) = reader.acting(P::GrowerRead) else { return Ok(Vec::new()) };
    Ok(growers(&app.db, &actor, reader.own(), None, MOST).await?.items)
}

/// A grower as it stands in the list: number, name, village; the end of the id tells two alike apart.
fn line(grower: &GrowerView, all: &[GrowerView]) -> String {
    let number = grower.household_no.as_deref().unwrap_or_default();
    let words = [number, &grower.name, &grower.village].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    let alike = all.iter().filter(|other| other.name == grower.name && other.household_no == grower.household_no).count();
    if alike > 1 { format!("{words} #{}", tail(&grower.id)) } else { words }
}

/// Who is meant: by the whole line, the household's number, the name, or initials of its pinyin.
fn meant<'a>(typed: &str, all: &'a [GrowerView]) -> Vec<&'a GrowerView> {
    let typed = fold(typed);
    let exact: Vec<&GrowerView> = all
        .iter()
        .filter(|g| fold(&line(g, all)) == typed || g.household_no.as_deref().map(fold).as_ref() == Some(&typed) || fold(&g.name) == typed)
        .collect();
    if !exact.is_empty() {
        return exact;
    }
    let begins = |g: &&GrowerView| search_text(&[&g.name], &[], &[], &[]).lines().any(|segment| segment.starts_with(typed.as_str()));
    all.iter().filter(begins).collect()
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, typed: &Typed, plots: Vec<(String, String)>) -> Result<String, Refusal> {
    let products = reports::products(app, reader).await?;
    let product = given(typed, "product").or_else(|| products.first().map(|(id, _)| id.clone())).unwrap_or_default();
    let goods = match products.iter().any(|(id, _)| *id == product) {
        true => Some(Names::new(app).goods(&product).await?),
        false => None,
    };
    let base = goods.as_ref().map_or(BaseUnit::G, |goods| goods.unit);
    let all = known(app, reader).await?;
    let (sums, table) = today(app, reader).await?;
    let chosen = said(typed, "unit");
    let grades = words_of(&app.db, &product, WordKind::Grade, app.clock.today()).await?;
    let others = [
        ("/work/growers/new?back=scale", "people.grower_new", P::GrowerRegister),
        ("/work/deliveries", "people.deliveries", P::DeliveryRead),
        ("/work/growers", "people.growers", P::GrowerRead),
    ];
    let page = Page {
        action: reader.to("/work/deliveries/scale"),
        key: fresh_key(app),
        products: products.into_iter().map(|(id, name)| (id == product, id, name)).map(|(on, id, name)| (id, name, on)).collect(),
        units: units(base).iter().map(|(word, _)| ((*word).to_owned(), reader.word("unit", word), *word == chosen)).collect(),
        growers: all.iter().map(|grower| line(grower, &all)).collect(),
        grades,
        plots,
        echo: amount(typed, base, &[]).map(|amount| echo(base, amount)).unwrap_or_default(),
        today: app.clock.today().to_string(),
        typed,
        sums,
        table,
        others: others.into_iter().filter(|(_, _, p)| reader.may(*p)).map(|(at, key, _)| (reader.to(at), reader.say(key))).collect(),
        frame: reader.narrow_frame(reader.say("phone.scale"), errors),
    };
    Ok(page.render()?)
}

/// What came in today, newest first, with a sum for each product.
async fn today(app: &App, reader: &Reader) -> Outcome<(Vec<String>, Table)> {
    let (mut names, mut rows, mut sums) = (Names::new(app), Vec::new(), Vec::<(Goods, i64, i64)>::new());
    let day = app.clock.today().to_string();
    let mut found: Vec<DeliveryView> = Vec::new();
    if let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::DeliveryRead)) {
        let filter = DeliveryFilter { buyer_id: Some(own.to_owned()), ..DeliveryFilter::default() };
        found = deliveries(&app.db, &actor, &filter, None, Some(MOST)).await?.0;
    }
    for view in found.into_iter().filter(|view| view.delivered_on == day) {
        let goods = names.goods(&view.product_id).await?;
        let amount = view.figures.get("net_weight_g").or_else(|| view.figures.get("quantity")).copied().unwrap_or(0);
        let grower = names.party(reader, &view.grower_id).await?;
        let weight = Cell::link(goods.show(amount), reader.to(&format!("/work/deliveries/{}", view.id)));
        let pending = view.figure("pending");
        rows.push(vec![
            Cell::link(grower, reader.to(&format!("/work/growers/{}", view.grower_id))).with_small(goods.name.clone()),
            if goods.unit == BaseUnit::G { weight.with_small(jin(amount)) } else { weight },
            if view.voided_at.is_some() {
                Cell::badge(reader.say("rest.voided"), "soft")
            } else if pending > 0 {
                Cell::badge(reader.fill("of_it_pending", &[("amount", &goods.show(pending))]), "amber")
            } else {
                Cell::badge(reader.say("people.covered"), "ok")
            },
        ]);
        if view.voided_at.is_some() {
            continue;
        }
        match sums.iter_mut().find(|(known, ..)| known.id == goods.id) {
            Some(sum) => (sum.1, sum.2) = (sum.1 + amount, sum.2 + 1),
            None => sums.push((goods, amount, 1)),
        }
    }
    let sum = |(goods, amount, n): &(Goods, i64, i64)| {
        let shown = echo(goods.unit, *amount);
        reader.fill("phone.scale_sum", &[("product", &goods.name), ("n", &n.to_string()), ("amount", &shown)])
    };
    let table = Table {
        caption: reader.say("phone.scale_today"),
        columns: vec![Column::text(reader.say("people.grower")), Column::number(reader.say("amount")), Column::text(reader.say("state"))],
        rows,
        empty: reader.say("phone.scale_empty"),
    };
    Ok((sums.iter().map(sum).collect(), table))
}

/// Plots of a grower that bear the product, as choices.
async fn plots_of(app: &App, reader: &Reader, grower: &str, product: &str) -> Outcome<Vec<(String, String)>> {
    let Some(actor) = reader.acting(P::PlotRead) else { return Ok(Vec::new()) };
    let asked = PlotsAsked { holder_id: Some(grower.to_owned()), product_id: Some(product.to_owned()), as_of: Some(app.clock.today()) };
    let listed = plots(&app.db, &actor, &asked, None, MOST).await?;
    Ok(listed.items.into_iter().map(|plot| (plot.id, format!("{} {} 亩", plot.name, mu_of_m2(plot.area_m2)))).collect())
}

async fn record(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let all = known(&app, &reader).await?;
    let found = given(&typed, "who").map(|who| meant(&who, &all)).unwrap_or_default();
    let products = reports::products(&app, &reader).await?;
    let product = given(&typed, "product").filter(|id| products.iter().any(|(known, _)| known == id)).unwrap_or_default();
    let goods = if product.is_empty() { None } else { Some(Names::new(&app).goods(&product).await?) };
    let mut unread = Faults::new();
    match (found.as_slice(), given(&typed, "who")) {
        (_, None) => drop(unread.add("/who", "grower_unsaid")),
        ([], Some(who)) => drop(unread.add("/who", "grower_not_found").with("value", text::clean(&who))),
        ([_], Some(_)) => {}
        (several, Some(_)) => {
            let names = several.iter().take(8).map(|grower| line(grower, &all)).collect::<Vec<_>>().join("；");
            unread.add("/who", "grower_several").with("names", names);
        }
    }
    let base = goods.as_ref().map_or(BaseUnit::G, |goods| goods.unit);
    let weighed = amount(&typed, base, &[]);
    if weighed.is_none() {
        let typed_weight = given(&typed, "weight");
        let code = if typed_weight.is_some() { "weight_unreadable" } else { "amount_missing" };
        unread.add("/weight", code).with("figure", typed_weight.unwrap_or_default());
    }
    if goods.is_none() {
        unread.add("/product", "register_empty");
    }
    let grower = if let [one] = found.as_slice() { one.id.clone() } else { String::new() };
    let mut choices = if grower.is_empty() { Vec::new() } else { plots_of(&app, &reader, &grower, &product).await? };
    let plot = match (given(&typed, "plot"), choices.as_slice()) {
        (Some(plot), _) => Some(plot).filter(|plot| plot != "none"),
        (None, [(only, _)]) => Some(only.clone()),
        (None, []) => None,
        (None, _) => {
            unread.add("/plot", "grower_plot_which").with("n", choices.len());
            None
        }
    };
    if choices.len() < 2 {
        choices.clear();
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
    let to = format!("/work/deliveries/scale?product={}&unit={}", query_value(&product), query_value(&unit));
    let tried = act(&app, posted, move |tx, desk, _| {
        let (input, to, unread) = (input.clone(), to.clone(), unread.clone());
        Box::pin(async move {
            if let Some(unread) = unread {
                return Err(unread);
            }
            let tried = record_delivery(tx, &desk, &input).await;
            together(Faults::new(), tried.err(), field)?;
            Ok(Done::see(done_at(lang, &to, "delivery_recorded")))
        })
    });
    answered(tried.await, async |failure: Failure| {
        let errors = faults(lang, &failure, |pointer| field(pointer).to_owned());
        Ok((failure, page(&app, &reader, errors, &typed, choices).await?))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn grower(name: &str, no: Option<&str>) -> GrowerView {
        GrowerView {
            id: format!("gro_{name}"),
            kind: "household".into(),
            name: name.into(),
            division_code: String::new(),
            division: String::new(),
            village: "东村".into(),
            household_no: no.map(str::to_owned),
            phone: None,
            organisation_id: String::new(),
            registered_at: String::new(),
        }
    }

    #[test]
    fn growers_are_found_by_number_name_and_initials() {
        let all = [grower("张建国", Some("12")), grower("张国", Some("2")), grower("李梅", None)];
        let found = |typed: &str| meant(typed, &all).into_iter().map(|g| g.name.as_str()).collect::<Vec<_>>();
        assert_eq!(found("12"), ["张建国"]);
        assert_eq!(found("２"), ["张国"]);
        assert_eq!(found("12 张建国 东村"), ["张建国"]);
        assert_eq!(found("lm"), ["李梅"]);
        assert_eq!(found("ZHANG"), ["张建国", "张国"]);
        assert_eq!(found("王"), Vec::<&str>::new());
    }
}
