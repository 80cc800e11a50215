//! `/work/shipments/{id}/slip`: 随货单, to print on A4 or on a roll of 80 mm. Its symbol leads to the page of one label without counting
//! a scan; where no goods carry labels, to the shipment, where the consignee records the receipt.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;
use serde::Deserialize;

use super::super::app::App;
use super::super::body::Asked;
use super::super::failure::Refusal;
use super::super::pages::style;
use super::super::route::{Access, Route};
use super::super::words::Lang;
use super::desk::Reader;
use super::names::{Names, day_of};
use super::shipment::labels;
use crate::identity::role::Permission as P;
use crate::identity::store;
use crate::interop::qr::picture;
use crate::kernel::quantity::grouped;
use crate::trace::goods::Goods;
use crate::trace::queries::shipment::{ShipmentView, code_to_look_at, shipment};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/shipments/{id}/slip", Access::Needs(P::ShipmentRead), slip)]
}

/// Which paper; other parameters are read elsewhere.
#[derive(Debug, Default, Deserialize)]
struct Paper {
    paper: Option<String>,
}

struct Line {
    lot: String,
    grade: String,
    labels: String,
    count: String,
    weight: String,
}

#[derive(Template)]
#[template(path = "staff/slip.html")]
struct Slip {
    lang: Lang,
    css: &'static str,
    number: String,
    back: String,
    a4: String,
    eighty: String,
    /// On a roll of 80 mm.
    roll: bool,
    /// What nobody may overlook.
    marks: Vec<String>,
    facts: Vec<(String, String)>,
    lines: Vec<Line>,
    count: String,
    weight: String,
    /// The symbol: modules per side and the dark ones.
    modules: u32,
    symbol: String,
    /// What the symbol leads to, as text.
    look: String,
}

async fn slip(State(app): State<App>, Path(id): Path<String>, reader: Reader, Asked(paper): Asked<Paper>) -> Result<Html<String>, Refusal> {
    let view = shipment(&app.db, &reader.actor(P::ShipmentRead)?, app.clock.now(), &id).await?;
    let goods = Names::new(&app).goods(&view.product_id).await?;
    let producer = store::organisation(app.db.reader(), &view.producer_id).await?;
    let lang = reader.lang;
    let say = |key: &str| lang.say(&format!("slip.{key}")).into_owned();
    let here = |paper: &str| reader.to(&format!("/work/shipments/{id}/slip?paper={paper}"));
    let (url, look) = match code_to_look_at(&app.db, app.keys.as_ref(), &view).await? {
        Some((base_url, code)) => (format!("{base_url}/q/{code}"), lang.fill("slip.look_code", &[("code", &code.grouped())])),
        None => (format!("{}/work/shipments/{id}", app.config.base_url), view.number.clone()),
    };
    let (modules, symbol) = picture(&url)?;
    let pieces = |codes: i64| if codes > 0 { lang.fill("slip.pieces", &[("n", &grouped(codes))]) } else { String::new() };
    let line = |line: &crate::trace::queries::shipment::ShipmentLineView| Line {
        lot: line.lot.clone(),
        grade: line.grade.clone().unwrap_or_default(),
        labels: labels(&reader, line),
        count: pieces(line.codes),
        weight: goods.show(line.amount()),
    };
    let marks = [(view.state == "voided", "voided"), (app.config.demo, "demo"), (view.exported, "exported")];
    let page = Slip {
        lang,
        css: style::slip_href(),
        back: reader.to(&format!("/work/shipments/{id}")),
        a4: here("a4"),
        eighty: here("80"),
        roll: paper.paper.as_deref() == Some("80"),
        marks: marks.into_iter().filter(|(is, _)| *is).map(|(_, word)| say(word)).collect(),
        facts: facts(lang, &view, &goods, producer.name, producer.credit_code),
        lines: view.lines.iter().map(line).collect(),
        count: pieces(view.codes),
        weight: goods.show(view.amount()),
        modules,
        symbol,
        look,
        number: view.number,
    };
    Ok(Html(page.render()?))
}

fn facts(lang: Lang, view: &ShipmentView, goods: &Goods, producer: String, credit_code: Option<String>) -> Vec<(String, String)> {
    let all = [
        ("producer", Some(producer)),
        ("credit_code", credit_code),
        ("consignee", Some(view.consignee.name.clone())),
        ("contact", view.consignee.contact.clone()),
        ("destination", view.place.clone().or(view.division_code.clone())),
        ("sent_on", Some(day_of(lang, &view.sent_on))),
        ("product", Some(goods.name.clone())),
        ("carrier", view.carrier.clone()),
        ("note", view.note.clone()),
    ];
    all.into_iter().filter_map(|(name, value)| Some((lang.say(&format!("slip.{name}")).into_owned(), value?))).collect()
}
