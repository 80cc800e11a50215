//! `/work/batches/{id}/receipt`: what was handed in, on one page to keep or print, with its files and what may be done next.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Frame};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::lists::amount;
use super::super::names::{Names, day_of, moment_of, state};
use super::step_page::{Shown, shown};
use super::weigh::echo;
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::registry::queries::plot;
use crate::trace::goods::Goods;
use crate::trace::queries::batch::{BatchView, batch};
use crate::trace::queries::delivery::delivery;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/batches/{id}/receipt", Access::Needs(P::BatchRead), show)]
}

#[derive(Template)]
#[template(path = "staff/phone/receipt.html")]
struct Page<'a> {
    frame: Frame<'a>,
    state: Cell,
    pending: String,
    held: Vec<String>,
    facts: Vec<(String, String)>,
    files: Vec<Shown>,
    /// Where to go on, as (where, words).
    next: Vec<(String, String)>,
    /// Households whose goods went in, each with the page its slip is printed from.
    households: Vec<(String, String)>,
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, &id).await?;
    let mut names = Names::new(&app);
    let goods = names.goods(&view.product_id).await?;
    let (sources, households) = sources(&app, &reader, &view, &goods, &mut names).await?;
    let say = |key: &str| reader.say(&format!("phone.{key}"));
    let day = |written: &Option<String>| written.as_deref().map(|day| day_of(reader.lang, day)).unwrap_or_default();
    let facts = [
        (say("receipt_number"), view.id.clone()),
        (reader.say("lot"), view.lot.clone()),
        (say("producer"), names.party(&reader, &view.producer_id).await?),
        (reader.say("product"), format!("{} {}", goods.name, view.season)),
        (reader.say("amount"), echo(reader.lang, goods.unit, amount(&view))),
        (say("step.source"), sources.join("；")),
        (say("harvested_from"), format!("{} – {}", day_of(reader.lang, &view.harvested_from), day_of(reader.lang, &view.harvested_to))),
        (say("produced_on"), day(&view.produced_on)),
        (say("packed_on"), day(&view.packed_on)),
        (reader.say("grade"), view.grade.clone().unwrap_or_default()),
        (reader.say("registered_at"), moment_of(reader.lang, &view.registered_at)),
    ];
    let pending = Some(view.figure("pending")).filter(|amount| *amount > 0);
    let page = Page {
        state: state(&reader, "batch_state", &view.state),
        pending: pending.map(|amount| reader.fill("of_it_pending", &[("amount", &goods.show(amount))])).unwrap_or_default(),
        held: view.held_by.iter().map(|code| reader.lang.say(&format!("check.{code}")).into_owned()).collect(),
        facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        files: shown(&app, &reader, "batch", &view.id).await?,
        next: next(&reader, &view),
        households,
        frame: reader.narrow_frame(say("receipt"), Vec::new()),
    };
    Ok(Html(page.render()?))
}

fn next(reader: &Reader, view: &BatchView) -> Vec<(String, String)> {
    let is_own = reader.own() == Some(view.producer_id.as_str());
    let at = format!("/work/batches/{}", view.id);
    let mut next = vec![(reader.to(&at), reader.say("phone.to_batch"))];
    if is_own && reader.may(P::BatchRegister) && view.state == "registered" && view.process_id.is_none() {
        next.push((reader.to(&format!("{at}/correct")), reader.say("phone.correct")));
    }
    if is_own && reader.may(P::BatchRegister) {
        next.push((reader.to("/work/batches/steps"), reader.say("phone.another")));
    }
    next
}

/// Where the goods came from, and the households among them.
async fn sources(
    app: &App,
    reader: &Reader,
    view: &BatchView,
    goods: &Goods,
    names: &mut Names<'_>,
) -> Outcome<(Vec<String>, Vec<(String, String)>)> {
    let (mut lines, mut households) = (Vec::new(), Vec::<(String, String)>::new());
    for source in &view.sources {
        let part = source.figures.get("net_weight_g").or_else(|| source.figures.get("quantity")).copied().unwrap_or(0);
        let named = if let (Some(id), Some(actor)) = (&source.plot_id, reader.acting(P::PlotRead)) {
            plot(&app.db, &actor, id).await.map(|plot| plot.name).unwrap_or_default()
        } else if let (Some(id), Some(actor)) = (&source.delivery_id, reader.acting(P::DeliveryRead)) {
            let from = delivery(&app.db, &actor, id).await?;
            let name = names.party(reader, &from.grower_id).await?;
            let page = (reader.to(&format!("/work/growers/{}", from.grower_id)), name.clone());
            if reader.may(P::SlipIssue) && !households.contains(&page) {
                households.push(page);
            }
            name
        } else {
            source.input.as_ref().map(|input| input.name.clone()).unwrap_or_default()
        };
        lines.push(format!("{named} {}", goods.show(part)));
    }
    Ok((lines, households))
}
