//! `/work/paper/{number}`: twenty rows in the order of the paper. All faults of all lines are said at once; nothing goes in until all are right.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::{Refusal, words};
use super::super::super::figure::figure;
use super::super::super::pages::staff::{FormError, Frame};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at, fresh_key};
use super::super::names::Names;
use super::paper::COLUMNS;
use crate::identity::role::Permission as P;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Failure, Outcome};
use crate::registry::queries::growers;
use crate::trace::commands::paper::{enter_lines, spoil_form};
use crate::trace::measure::Entered;
use crate::trace::paper::{LINES, PaperLineInput, PaperLinesInput};
use crate::trace::queries::delivery::delivery;
use crate::trace::queries::paper::{PaperFormView, paper_form};

/// What a form posts: field by field.
type Typed = BTreeMap<String, String>;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/work/paper/{number}", needs(P::PaperRead), show),
        Route::post("/work/paper/{number}", needs(P::DeliveryRecord), enter),
        Route::post("/work/paper/{number}/spoil", needs(P::PaperPrint), spoil),
    ]
}

struct Input {
    id: String,
    label: String,
    kind: &'static str,
    mode: &'static str,
    value: String,
    list: bool,
}

struct Row {
    line: i64,
    label: String,
    done: bool,
    error: String,
    cells: Vec<Input>,
    unit: String,
}

#[derive(Template)]
#[template(path = "staff/people/paper.html")]
struct Page<'a> {
    frame: Frame<'a>,
    facts: Vec<(String, String)>,
    sheet: String,
    entered: String,
    open: bool,
    action: String,
    key: String,
    entered_by: String,
    growers: Vec<String>,
    rows: Vec<Row>,
    units: Vec<(String, String)>,
    spoil: bool,
    spoil_action: String,
    spoil_key: String,
}

async fn show(State(app): State<App>, Path(number): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &number, &Typed::new(), None).await?))
}

/// Input type and keyboard of a column.
fn kind_of(column: &str) -> (&'static str, &'static str) {
    match column {
        "day" => ("date", "text"),
        "weight" => ("text", "decimal"),
        _ => ("text", "text"),
    }
}

async fn page(app: &App, reader: &Reader, number: &str, typed: &Typed, refused: Option<&Failure>) -> Result<String, Refusal> {
    let form = paper_form(&app.db, &reader.actor(P::PaperRead)?, number).await?;
    let mut names = Names::new(app);
    let goods = names.goods(&form.product_id).await?;
    let typed = if typed.is_empty() { entered(app, reader, &form, goods.unit).await? } else { typed.clone() };
    let value = |name: String| typed.get(&name).cloned().unwrap_or_default();
    let faults = refused.map(|failure| by_line(reader, failure, &typed)).unwrap_or_default();
    let units: Vec<(String, String)> = match goods.unit {
        BaseUnit::G => ["斤", "公斤", "吨"].map(|unit| (unit.to_owned(), unit.to_owned())).into(),
        other => vec![(other.word().to_owned(), reader.word("unit", other.word()))],
    };
    let cell = |line: i64, column: &str| {
        let (kind, mode) = kind_of(column);
        let id = format!("{column}-{line}");
        Input { value: value(id.clone()), label: reader.word("paper_column", column), list: column == "grower", id, kind, mode }
    };
    let rows = (1..=LINES).map(|line| Row {
        line,
        label: reader.fill("people.line_no", &[("n", &line.to_string())]),
        done: form.lines.iter().any(|l| l.line == line),
        error: faults.get(&line).cloned().unwrap_or_default(),
        cells: COLUMNS.iter().filter(|c| **c != "unit").map(|column| cell(line, column)).collect(),
        unit: value(format!("unit-{line}")),
    });
    let mut errors: Vec<FormError> = faults.iter().map(|(line, text)| summary(reader, *line, text)).collect();
    if let Some(failure) = refused.filter(|failure| failure.fields.is_empty()) {
        errors.push(FormError { field: String::new(), text: words(reader.lang, failure.code, &failure.params) });
    }
    let page = Page {
        facts: vec![
            (reader.say("people.product"), goods.name.clone()),
            (reader.say("people.season"), form.season.clone()),
            (reader.say("state"), reader.word("paper_state", &form.state)),
        ],
        sheet: reader.to(&format!("/work/paper/{}/print", form.number)),
        entered: if form.lines.is_empty() {
            String::new()
        } else {
            reader.fill("people.lines_entered", &[("n", &form.lines.len().to_string())])
        },
        open: form.state != "spoiled" && reader.may(P::DeliveryRecord),
        action: reader.to(&format!("/work/paper/{}", form.number)),
        key: fresh_key(app),
        entered_by: value("entered_by".to_owned()),
        growers: own_growers(app, reader, &form).await?,
        rows: rows.collect(),
        units,
        spoil: form.state == "printed" && reader.may(P::PaperPrint),
        spoil_action: reader.to(&format!("/work/paper/{}/spoil", form.number)),
        spoil_key: fresh_key(app),
        frame: reader.frame(reader.fill("people.paper_heading", &[("number", &form.number)]), errors),
    };
    Ok(page.render()?)
}

fn summary(reader: &Reader, line: i64, text: &str) -> FormError {
    if line == 0 {
        return FormError { field: String::new(), text: text.to_owned() };
    }
    let n = line.to_string();
    FormError { field: format!("grower-{line}"), text: reader.fill("people.line_fault", &[("n", &n), ("text", text)]) }
}

/// Every fault in words by its line; 0 is the form as a whole.
fn by_line(reader: &Reader, failure: &Failure, typed: &Typed) -> BTreeMap<i64, String> {
    let sent: Vec<i64> = lines(typed).into_iter().map(|line| line.line).collect();
    let mut out: BTreeMap<i64, String> = BTreeMap::new();
    for fault in &failure.fields {
        let no = fault.pointer.strip_prefix("/lines/").and_then(|rest| rest.split('/').next()).and_then(|no| no.parse::<usize>().ok());
        let line = no.and_then(|no| sent.get(no)).copied().unwrap_or(0);
        let params: Vec<_> = fault.params.iter().map(|(name, value)| (*name, figure(reader.lang, value))).collect();
        let text = words(reader.lang, fault.code, &params);
        let slot = out.entry(line).or_default();
        if !slot.contains(&text) {
            *slot = if slot.is_empty() { text } else { format!("{slot} {text}") };
        }
    }
    out
}

/// The lines something was written on.
fn lines(typed: &Typed) -> Vec<PaperLineInput> {
    let some = |name: String| typed.get(&name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
    let line = |line: i64| {
        let of = |column: &str| some(format!("{column}-{line}"));
        let (grower, household_no, day, weight, grade, cert_no) =
            (of("grower"), of("household"), of("day"), of("weight"), of("grade"), of("cert"));
        if [&grower, &household_no, &day, &weight, &grade, &cert_no].iter().all(|v| v.is_none()) {
            return None;
        }
        let unit = of("unit").unwrap_or_default();
        let pieces = matches!(unit.as_str(), "ml" | "piece");
        Some(PaperLineInput {
            line,
            quantity: weight.as_ref().filter(|_| pieces).and_then(|w| w.parse().ok()),
            entered: weight.filter(|_| !pieces).map(|number| Entered { number, unit }),
            grower,
            household_no,
            delivered_on: day.unwrap_or_default(),
            grade,
            cert_no,
            ..PaperLineInput::default()
        })
    };
    (1..=LINES).filter_map(line).collect()
}

/// What is entered already, as it would be typed again.
async fn entered(app: &App, reader: &Reader, form: &PaperFormView, unit: BaseUnit) -> Outcome<Typed> {
    let mut typed = Typed::new();
    let Some(actor) = reader.acting(P::DeliveryRead) else { return Ok(typed) };
    for line in &form.lines {
        let Ok(row) = delivery(&app.db, &actor, &line.delivery_id).await else { continue };
        let grower = match reader.acting(P::GrowerRead) {
            Some(actor) => crate::registry::queries::grower(&app.db, &actor, &row.grower_id).await.ok(),
            None => None,
        };
        let amount = row.figures.get("net_weight_g").or_else(|| row.figures.get("quantity")).copied().unwrap_or(0);
        let kilograms = format!("{}.{:03}", amount / 1000, amount % 1000);
        let (weight, unit) = match unit {
            BaseUnit::G => (kilograms.trim_end_matches('0').trim_end_matches('.').to_owned(), "公斤".to_owned()),
            other => (amount.to_string(), other.word().to_owned()),
        };
        let household = grower.as_ref().and_then(|g| g.household_no.clone()).unwrap_or_default();
        let cells = [
            ("grower", grower.map(|g| g.name).unwrap_or_default()),
            ("household", household),
            ("day", row.delivered_on),
            ("weight", weight),
            ("unit", unit),
            ("grade", row.grade.unwrap_or_default()),
            ("cert", row.cert_no.unwrap_or_default()),
        ];
        typed.extend(cells.map(|(column, value)| (format!("{column}-{}", line.line), value)));
    }
    Ok(typed)
}

async fn own_growers(app: &App, reader: &Reader, form: &PaperFormView) -> Outcome<Vec<String>> {
    let Some(actor) = reader.acting(P::GrowerRead) else { return Ok(Vec::new()) };
    let listed = growers(&app.db, &actor, Some(&form.organisation_id), None, 200).await?;
    let mut names: Vec<String> = listed.items.into_iter().map(|g| g.name).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

async fn answered(app: &App, reader: &Reader, number: &str, typed: &Typed, tried: Result<Response, Refusal>) -> Result<Response, Refusal> {
    super::super::parts::answered(tried, async |failure| {
        let html = page(app, reader, number, typed, Some(&failure)).await?;
        Ok((failure, html))
    })
    .await
}

async fn enter(State(app): State<App>, Path(number): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, typed, named) = (reader.lang, posted.body.clone(), number.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let number = named.clone();
        Box::pin(async move {
            let entered_by = typed.get("entered_by").cloned().filter(|v| !v.trim().is_empty());
            let input = PaperLinesInput { lines: lines(&typed), entered_by, late_reason: None };
            let view = enter_lines(tx, &desk, &number, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/paper/{}", view.number), "paper_entered")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &number, &typed, tried).await
}

async fn spoil(State(app): State<App>, Path(number): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, named) = (reader.lang, number.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let number = named.clone();
        Box::pin(async move {
            let reason = typed.get("reason").cloned().unwrap_or_default();
            spoil_form(tx, &desk, &number, &reason).await?;
            Ok(Done::see(done_at(lang, "/work/paper", "paper_spoiled")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &number, &Typed::new(), tried).await
}
