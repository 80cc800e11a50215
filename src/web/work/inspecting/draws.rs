//! `/work/draws`: the year's plan of random inspections, how far it has come, and the form that adds a task.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::{columns, say, state};
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, Outcome};
use crate::registry::queries::{ProductsAsked, divisions, products};
use crate::supervision::commands::draw::{DrawInput, DrawSource, FirmKind, PortionKind, plan_draw};
use crate::supervision::commands::inspection::{ChecklistInput, record_checklist};
use crate::supervision::draws::{Coverage, DrawView, coverage, draws};
use crate::supervision::inspections::checklists;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{Asked, Posted};
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Bar, Cell, Column, FormError, Frame, Legend, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::names::day_of;
use crate::web::work::parts::{Field, Form, Part, Tried, Typed, choices, given, must_day, refilled, said, whole};

/// Tasks of one page.
const ROWS: u64 = 200;

pub(super) fn routes() -> Vec<Route> {
    let plan = Access::Needs(P::InspectionPlan);
    vec![
        Route::get("/work/draws", plan, show),
        Route::post("/work/draws", plan, add),
        Route::post("/work/draws/checklists", plan, add_list),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    year: Option<i64>,
}

#[derive(Template)]
#[template(path = "staff/draws.html")]
struct Page<'a> {
    frame: Frame<'a>,
    /// Other years: where, and what it says.
    years: Vec<(String, String)>,
    /// How far the year has come.
    bar: Option<Bar>,
    /// The same in tables, by task, product and county.
    cuts: Vec<Table>,
    parts: Vec<Part>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, query.year, Vec::new(), None).await?))
}

/// What a task asks for, in one line.
pub(super) fn portion(reader: &Reader, view: &DrawView) -> String {
    let n = if view.portion_kind == "ratio" {
        let (whole, rest) = (view.portion / 10, view.portion % 10);
        if rest == 0 { whole.to_string() } else { format!("{whole}.{rest}") }
    } else {
        view.portion.to_string()
    };
    super::fill(reader, &format!("portion_of.{}", view.portion_kind), &[("n", &n)])
}

async fn page(app: &App, reader: &Reader, year: Option<i64>, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let this_year = i64::from(app.clock.today().year());
    let year = year.unwrap_or(this_year);
    let found = draws(&app.db, &reader.actor(P::InspectionPlan)?, Some(year), None, ROWS).await?;
    let rows = found.iter().map(|view| {
        vec![
            Cell::link(view.name.clone(), reader.to(&format!("/work/draws/{}", view.id))).with_small(view.departments.join("、")),
            Cell::text(portion(reader, view)).with_small(view.frequency.clone()),
            Cell::text(say(reader, &format!("source.{}", view.source))),
            state(reader, "draw_state", &view.state),
        ]
    });
    let table = Table {
        caption: super::fill(reader, "draws_caption", &[("year", &year.to_string())]),
        columns: columns(reader, &["task", "portion", "where", "state"]),
        rows: rows.collect(),
        empty: say(reader, "draws_empty"),
    };
    let mut plan = Part { heading: say(reader, "draws"), about: say(reader, "draws_about"), table: Some(table), ..Part::default() };
    plan.forms.push(form(app, reader).await?.again(tried.as_ref()));
    let covered = coverage(&app.db, &reader.actor(P::InspectionPlan)?, year).await?;
    let total = covered.tasks.iter().fold(Coverage::default(), |sum, line| Coverage {
        key: String::new(),
        all: sum.all + line.all,
        recorded: sum.recorded + line.recorded,
        published: sum.published + line.published,
        found: sum.found + line.found,
    });
    let names = products_by_id(app).await?;
    let product =
        |id: &str| names.iter().find(|(known, _)| known == id).map_or_else(|| say(reader, "no_product"), |(_, name)| name.clone());
    let mut counties = Vec::new();
    for line in &covered.counties {
        let name = crate::registry::queries::division(&app.db, &line.key).await.map_or_else(|_| line.key.clone(), |view| view.name);
        counties.push((name, line));
    }
    let cuts = vec![
        cut(reader, "by_task", covered.tasks.iter().map(|line| (line.key.clone(), line)).collect()),
        cut(reader, "by_product", covered.products.iter().map(|line| (product(&line.key), line)).collect()),
        cut(reader, "by_county", counties),
    ];
    let page = Page {
        years: [this_year - 1, this_year, this_year + 1]
            .into_iter()
            .filter(|other| *other != year)
            .map(|other| (reader.to(&format!("/work/draws?year={other}")), other.to_string()))
            .collect(),
        bar: (total.all > 0).then(|| bar(reader, &total)),
        cuts: if total.all > 0 { cuts } else { Vec::new() },
        parts: vec![plan, lists(app, reader, tried.as_ref()).await?],
        frame: reader.frame(say(reader, "draws"), errors),
    };
    Ok(page.render()?)
}

/// How far the year has come, as a bar and in words.
fn bar(reader: &Reader, total: &Coverage) -> Bar {
    let parts = [
        (total.published, "#1e6b4f", "published"),
        (total.recorded - total.published, "#d9a441", "recorded"),
        (total.all - total.recorded, "#c9c3b4", "waiting"),
    ];
    let words = |(n, fill, word): (i64, &'static str, &str)| Legend {
        fill,
        text: format!("{} {n}", say(reader, &format!("inspection_state.{word}"))),
    };
    let legend: Vec<Legend> = parts.map(words).into();
    let said = legend.iter().map(|line| line.text.clone()).collect::<Vec<_>>().join("，");
    Bar::new(said, &parts.map(|(n, fill, _)| (n, fill)), legend)
}

fn cut(reader: &Reader, caption: &str, lines: Vec<(String, &Coverage)>) -> Table {
    let number = |key: &str| Column::number(say(reader, key));
    Table {
        caption: say(reader, caption),
        columns: vec![Column::text(say(reader, "of")), number("all"), number("done"), number("made_public"), number("with_findings")],
        rows: lines
            .into_iter()
            .map(|(name, line)| {
                let figures = [line.all, line.recorded, line.published, line.found];
                std::iter::once(Cell::text(name)).chain(figures.map(|n| Cell::text(n.to_string()))).collect()
            })
            .collect(),
        empty: String::new(),
    }
}

async fn lists(app: &App, reader: &Reader, tried: Option<&Tried<'_>>) -> Result<Part, Refusal> {
    let found = checklists(&app.db).await?;
    let rows = found.iter().map(|list| {
        vec![
            Cell::text(list.department.clone()).with_small(day_of(reader.lang, &list.from.to_string())),
            Cell::text(list.items.join("；")),
            Cell::text(list.source.clone()),
        ]
    });
    let table = Table {
        caption: say(reader, "lists_caption"),
        columns: columns(reader, &["department", "items", "basis"]),
        rows: rows.collect(),
        empty: String::new(),
    };
    let fields = vec![
        Field::text("department", say(reader, "department")).must(),
        Field::date("from", say(reader, "first_day")).must(),
        Field::area("items", say(reader, "items")).hint(say(reader, "items_hint")).must(),
        Field::text("source", say(reader, "basis")).must(),
    ];
    let form = Form::new(app, reader, "list", "/work/draws/checklists", "insp.record_list", "insp.record_list", fields);
    let forms = vec![form.again(tried)];
    Ok(Part { heading: say(reader, "lists"), about: say(reader, "lists_about"), table: Some(table), forms, ..Part::default() })
}

async fn products_by_id(app: &App) -> Outcome<Vec<(String, String)>> {
    let found = products(&app.db, &ProductsAsked::default(), app.clock.today(), None, 200).await?;
    Ok(found.items.into_iter().map(|view| (view.id, view.name)).collect())
}

/// Counties and cities within the reader's reach.
async fn places(app: &App, reader: &Reader) -> Result<Vec<(String, String)>, Refusal> {
    let scope = reader.actor(P::InspectionPlan)?.scope;
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = divisions(&app.db, None, None, cursor.as_deref(), 200).await?;
        let wanted =
            page.items.into_iter().filter(|view| !view.abolished && view.level != "township" && scope.reaches_division(&view.code));
        found.extend(wanted.map(|view| (view.code, view.full_name)));
        cursor = page.next_cursor;
        if cursor.is_none() || found.len() > 300 {
            return Ok(found);
        }
    }
}

async fn form(app: &App, reader: &Reader) -> Result<Form, Refusal> {
    let fields = vec![
        Field::text("name", say(reader, "task")).must(),
        Field::text("year", say(reader, "year")).numeric().must().value(app.clock.today().year().to_string()),
        Field::select("source", say(reader, "where"), choices(reader, "insp.source", ["own", "province"])).must().value("own"),
        Field::text("external_no", say(reader, "external_no")),
        Field::text("departments", say(reader, "departments")).hint(say(reader, "departments_hint")).must().value("市场监管"),
        Field::select("division_code", say(reader, "place"), places(app, reader).await?).must(),
        Field::select("firm_kind", say(reader, "firm_kind_label"), choices(reader, "insp.firm_kind", ["mark_user", "producer"]))
            .must()
            .value("mark_user"),
        Field::select("product_id", say(reader, "product"), products_by_id(app).await?),
        Field::select("portion_kind", say(reader, "portion_kind_label"), choices(reader, "insp.portion_kind", ["ratio", "number"]))
            .must()
            .value("ratio"),
        Field::text("portion", say(reader, "portion")).hint(say(reader, "portion_hint")).numeric().must(),
        Field::text("frequency", say(reader, "frequency")),
    ];
    Ok(Form::new(app, reader, "task", "/work/draws", "insp.plan_task", "insp.plan_task", fields))
}

/// Names parted by commas, semicolons or lines.
pub(super) fn parts_of(text: &str) -> Vec<String> {
    let parts = text.split(['\n', '、', '，', '；', ',', ';']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Per cent as typed, `5` or `2.5`, as per mille.
fn per_mille(typed: &str) -> Option<i64> {
    let text = typed.trim().trim_end_matches(['%', '％']);
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let tenth = if rest.len() == 1 { rest.parse::<i64>().ok()? } else { return None };
    whole.parse::<i64>().ok()?.checked_mul(10)?.checked_add(tenth)
}

const TASK: [&str; 11] = [
    "name",
    "year",
    "source",
    "external_no",
    "departments",
    "division_code",
    "firm_kind",
    "product_id",
    "portion_kind",
    "portion",
    "frequency",
];

fn read(typed: &Typed) -> Result<DrawInput, Failure> {
    let mut faults = Faults::new();
    let year = whole(&mut faults, typed, "year", "/year").unwrap_or(0);
    let ratio = said(typed, "portion_kind") != "number";
    let portion = said(typed, "portion");
    let portion = if ratio { per_mille(&portion) } else { portion.parse().ok() };
    if portion.is_none() {
        faults.add("/portion", "number_unreadable").with("figure", said(typed, "portion"));
    }
    faults.check()?;
    Ok(DrawInput {
        year,
        name: said(typed, "name"),
        source: if said(typed, "source") == "province" { DrawSource::Province } else { DrawSource::Own },
        external_no: given(typed, "external_no"),
        departments: parts_of(&said(typed, "departments")),
        division_code: said(typed, "division_code"),
        product_id: given(typed, "product_id"),
        firm_kind: if said(typed, "firm_kind") == "producer" { FirmKind::Producer } else { FirmKind::MarkUser },
        portion_kind: if ratio { PortionKind::Ratio } else { PortionKind::Number },
        portion: portion.unwrap_or(0),
        frequency: said(typed, "frequency"),
    })
}

async fn add(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let row = plan_draw(tx, &desk, &read(&typed)?).await?;
            Ok(Done::see(done_at(lang, &format!("/work/draws/{}", row.id), "draw_planned")))
        })
    });
    refilled(tried.await, &reader, Tried { form: "task", typed: &typed }, &TASK, |errors, tried| page(&app, &reader, None, errors, tried))
        .await
}

async fn add_list(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let input = ChecklistInput {
                department: said(&typed, "department"),
                from: must_day(&typed, "from")?,
                items: typed.get("items").map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default(),
                source: said(&typed, "source"),
            };
            record_checklist(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/draws", "checklist_recorded")))
        })
    });
    let names = ["department", "from", "items", "source"];
    refilled(tried.await, &reader, Tried { form: "list", typed: &typed }, &names, |errors, tried| page(&app, &reader, None, errors, tried))
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn per_cent_is_read_as_per_mille() {
        assert_eq!(
            ["5", "2.5", "10%", "100", "", "2.55", "-1.5"].map(per_mille),
            [Some(50), Some(25), Some(100), Some(1000), None, None, Some(-5)]
        );
        assert_eq!(parts_of("市场监管、农业农村；商务"), ["市场监管", "农业农村", "商务"]);
    }
}
