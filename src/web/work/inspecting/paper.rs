//! `/work/inspections/{id}/paper`: the record of a visit to sign on paper, on A4 or on a roll of 80 mm; with the sampling slip, if a
//! sample was taken.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;
use serde::Deserialize;

use super::{fill, on, say};
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::supervision::inspections::{InspectionRecord, InspectionView, inspection};
use crate::web::app::App;
use crate::web::body::Asked;
use crate::web::failure::Refusal;
use crate::web::pages::style;
use crate::web::route::{Access, Route};
use crate::web::words::Lang;
use crate::web::work::desk::Reader;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/inspections/{id}/paper", Access::Needs(P::InspectionRead), paper)]
}

/// Which paper; other parameters are read elsewhere.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    paper: Option<String>,
}

struct Line {
    item: String,
    answer: String,
    note: String,
}

#[derive(Template)]
#[template(path = "staff/inspection_paper.html")]
struct Paper {
    lang: Lang,
    css: &'static str,
    title: String,
    number: String,
    back: String,
    a4: String,
    eighty: String,
    roll: bool,
    marks: Vec<String>,
    facts: Vec<(String, String)>,
    /// Headings of the two tables, and their lines.
    items_heading: [String; 3],
    items: Vec<Line>,
    counts_heading: [String; 3],
    counts: Vec<Line>,
    /// 抽样单: its title and facts; none without a sample.
    sample: Option<(String, Vec<(String, String)>)>,
    signs: Vec<String>,
}

async fn paper(
    State(app): State<App>,
    Path(id): Path<String>,
    reader: Reader,
    Asked(wanted): Asked<Wanted>,
) -> Result<Html<String>, Refusal> {
    let view = inspection(&app.db, &reader.actor(P::InspectionRead)?, &id).await?;
    let record = view.record.clone().ok_or_else(Failure::not_found)?;
    let here = |paper: &str| reader.to(&format!("/work/inspections/{id}/paper?paper={paper}"));
    let words = |keys: [&str; 3]| keys.map(|key| say(&reader, key));
    let item = |one: &crate::supervision::inspection::ItemInput| Line {
        item: one.item.clone(),
        answer: one.answer.map(|answer| say(&reader, &format!("answer.{}", answer.word()))).unwrap_or_default(),
        note: one.note.clone(),
    };
    let count = |one: &crate::supervision::inspection::Counted| Line {
        item: reader.fill("order_numbered", &[("no", &one.order_no.to_string())]),
        answer: format!("{} / {}", one.expected, one.counted),
        note: if one.difference == 0 { String::new() } else { fill(&reader, "to_clear", &[("n", &format!("{:+}", one.difference))]) },
    };
    let refused = record.signature == Some(crate::supervision::inspection::Signature::Refused);
    let mut signs = vec![say(&reader, "sign_officer"), say(&reader, "sign_officer")];
    signs.push(say(&reader, if refused { "sign_witness" } else { "sign_firm" }));
    signs.push(say(&reader, "sign_day"));
    let page = Paper {
        lang: reader.lang,
        css: style::slip_href(),
        title: say(&reader, "paper_title"),
        number: view.id.clone(),
        back: reader.to(&format!("/work/inspections/{id}")),
        a4: here("a4"),
        eighty: here("80"),
        roll: wanted.paper.as_deref() == Some("80"),
        marks: if app.config.demo { vec![reader.lang.say("slip.demo").into_owned()] } else { Vec::new() },
        facts: facts(&reader, &view, &record),
        items_heading: words(["item", "answer_label", "item_note"]),
        items: record.items.iter().map(item).collect(),
        counts_heading: words(["labels_on_hand", "expected_and_counted", "difference"]),
        counts: record.counts.iter().map(count).collect(),
        sample: record.sample.as_ref().map(|sample| {
            let rows = [
                ("firm", view.name.clone()),
                ("lot", sample.lot.clone()),
                ("sample_quantity", sample.quantity.clone()),
                ("sealed_by", sample.sealed_by.clone()),
                ("inspected_on", on(&reader, Some(&record.inspected_on))),
                ("retest_until", on(&reader, Some(&sample.retest_until))),
            ];
            (say(&reader, "sample"), rows.map(|(key, value)| (say(&reader, key), value)).to_vec())
        }),
        signs,
    };
    Ok(Html(page.render()?))
}

fn facts(reader: &Reader, view: &InspectionView, record: &InspectionRecord) -> Vec<(String, String)> {
    let rows = [
        ("firm", view.name.clone()),
        ("departments", view.departments.join("、")),
        ("officers", record.certificates.join("、")),
        ("inspected_on", on(reader, Some(&record.inspected_on))),
        ("place_there", record.place.clone()),
        ("result", say(reader, &format!("found.{}", record.found.word()))),
        ("note", record.note.clone()),
        ("signature_label", record.signature.map(|one| say(reader, &format!("signature.{}", one.word()))).unwrap_or_default()),
        ("signed_by", record.signed_by.clone()),
        ("witness", record.witness.clone()),
    ];
    rows.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (say(reader, key), value)).collect()
}
