//! `/work/annual-reports/years/{product}/{year}`: who has reported and who is missing, sums by source that are never added to each other,
//! three years side by side, what counties counted, and the reminder.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::{WAN, columns, figure_columns, fill, place, say, shown, source, standing, year_of, year_place};
use crate::cultivation::annual_report::{Declared, Registered, Source, Unit};
use crate::cultivation::commands::{CountyFigureInput, record_county_figure, remind_annual_reports};
use crate::cultivation::queries::{AnnualLine, AnnualYear, annual_year, window, years_of_product};
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, m2_of_mu_hundredths, parse_amount};
use crate::kernel::{Failure, Outcome, text};
use crate::registry::queries::{division_names, product};
use crate::trace::goods::Goods;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::Posted;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Frame, Ladder, Table};
use crate::web::route::{Access, Route};
use crate::web::work::batch_form::{plain, units};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::names::{Names, day_of, moment_of, mu};
use crate::web::work::parts::{Field, Form, Part, Tried, Typed, given, refilled, said, whole};

pub(super) fn routes() -> Vec<Route> {
    let (read, compile) = (Access::Needs(P::AnnualSummaryRead), Access::Needs(P::AnnualReportCompile));
    vec![
        Route::get("/work/annual-reports/years/{product}/{year}", read, show),
        Route::post("/work/annual-reports/years/{product}/{year}/remind", compile, remind),
        Route::post("/work/annual-reports/years/{product}/{year}/county-figures", compile, county),
    ]
}

/// The page, a picture above its parts.
#[derive(Template)]
#[template(path = "staff/annual_year.html")]
struct Page<'a> {
    frame: Frame<'a>,
    picture: Option<Ladder>,
    parts: Vec<Part>,
}

async fn show(State(app): State<App>, reader: Reader, Path((product, year)): Path<(String, String)>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &product, year_of(&year)?, Vec::new(), None).await?))
}

async fn page(
    app: &App,
    reader: &Reader,
    product_id: &str,
    year: i64,
    errors: Vec<FormError>,
    tried: Option<Tried<'_>>,
) -> Result<String, Refusal> {
    let actor = reader.actor(P::AnnualSummaryRead)?;
    let goods = Names::new(app).goods(product_id).await?;
    let found = annual_year(&app.db, &actor, product_id, year).await?;
    let window = window(&app.db, year).await?;
    let days = [("from", window.opens), ("to", window.closes)].map(|(name, day)| (name, day_of(reader.lang, &day.to_string())));
    let values: Vec<(&str, &str)> = days.iter().map(|(name, day)| (*name, day.as_str())).collect();
    let export = |kind: &str| reader.to(&format!("{}/report.{kind}", year_place(product_id, year)));
    let mut about = vec![fill(reader, "window", &values), say(reader, "form_unchecked")];
    about.extend(found.without_money.then(|| say(reader, "without_money")));
    let reported = Part {
        heading: say(reader, "reported"),
        about: about.join(" "),
        table: Some(reported(reader, &goods, &found)),
        links: vec![(export("xlsx"), say(reader, "export_xlsx")), (export("csv"), say(reader, "export_csv"))],
        ..Part::default()
    };
    let mut missing = missing(reader, &found);
    let compiles = reader.may(P::AnnualReportCompile);
    if compiles && found.missing().next().is_some() {
        let at = format!("{}/remind", year_place(product_id, year));
        let form = Form::new(app, reader, "remind", &at, "annual.remind", "annual.remind", Vec::new()).about(say(reader, "remind_about"));
        missing.forms.push(Form { open: true, ..form });
    }
    let sums = Part {
        heading: say(reader, "sums"),
        about: say(reader, "sums_about"),
        table: Some(sums(reader, &goods, &found)),
        ..Part::default()
    };
    let mut counties = counties(reader, &goods, &found);
    if compiles {
        counties.forms.push(county_form(app, reader, &goods, year).await?.again(tried.as_ref()));
    }
    let picture = picture(app, reader, &goods, product_id, year).await?;
    let title = fill(reader, "year_title", &[("product", &goods.name), ("year", &year.to_string())]);
    let page = Page { frame: reader.frame(title, errors), picture, parts: vec![reported, missing, sums, counties] };
    Ok(page.render()?)
}

fn reported(reader: &Reader, goods: &Goods, found: &AnnualYear) -> Table {
    let wanted: Vec<Declared> = [Declared::Output, Declared::Marked, Declared::Sold, Declared::SalesValue]
        .into_iter()
        .filter(|name| !(found.without_money && name.unit().is_money()))
        .collect();
    let row = |line: &AnnualLine| {
        let view = line.report.as_ref()?;
        let first = Cell::link(line.organisation.clone(), reader.to(&place(&view.id))).with_small(line.place.clone());
        let figures = wanted.iter().map(|name| {
            let amount = view.declared(*name).map(|amount| shown(reader, goods, name.unit(), amount));
            Cell::text(amount.unwrap_or_default())
        });
        Some([first, standing(reader, view)].into_iter().chain(figures).collect())
    };
    let declared = wanted.iter().map(|name| format!("declared.{}", name.word())).collect::<Vec<_>>();
    let heads: Vec<&str> = ["user", "state_label"].into_iter().chain(declared.iter().map(String::as_str)).collect();
    Table {
        caption: say(reader, "reported_caption"),
        columns: figure_columns(reader, &heads, 2),
        rows: found.lines.iter().filter_map(row).collect(),
        empty: say(reader, "reported_empty"),
    }
}

fn missing(reader: &Reader, found: &AnnualYear) -> Part {
    let row = |line: &AnnualLine| {
        let code = line.credit_code.clone().unwrap_or_default();
        vec![
            Cell::text(line.organisation.clone()).with_small(code),
            Cell::text(line.place.clone()),
            Cell::text(day_of(reader.lang, &line.since)),
        ]
    };
    let table = Table {
        caption: say(reader, "missing_caption"),
        columns: columns(reader, &["user", "place", "since"]),
        rows: found.missing().map(row).collect(),
        empty: say(reader, "missing_empty"),
    };
    Part { heading: say(reader, "missing"), table: Some(table), ..Part::default() }
}

/// Sums of each source under its own word; a county's figures are of its newest lines.
fn sums(reader: &Reader, goods: &Goods, found: &AnnualYear) -> Table {
    let row = |what: String, of: Source, unit: Unit, amount: i64| {
        vec![Cell::text(what), Cell::text(shown(reader, goods, unit, amount)), Cell::text(source(reader, of))]
    };
    let mut rows = Vec::new();
    for (name, amount) in &found.registered {
        rows.push(row(say(reader, &format!("registered.{}", name.word())), Source::Registered, name.unit(), *amount));
    }
    for (name, amount) in &found.declared {
        rows.push(row(say(reader, &format!("declared.{}", name.word())), Source::Declared, name.unit(), *amount));
    }
    let counted = [
        ("county_area", Unit::M2, found.counties.iter().filter_map(|one| one.area_m2).collect::<Vec<_>>()),
        ("county_output", Unit::Amount, found.counties.iter().filter_map(|one| one.output).collect()),
        ("county_value", Unit::Fen, found.counties.iter().filter_map(|one| one.value_fen).collect()),
        ("county_households", Unit::Count, found.counties.iter().filter_map(|one| one.households).collect()),
        ("county_users", Unit::Count, found.counties.iter().filter_map(|one| one.users).collect()),
    ];
    for (key, unit, amounts) in counted.into_iter().filter(|(_, _, amounts)| !amounts.is_empty()) {
        rows.push(row(say(reader, key), Source::County, unit, amounts.into_iter().sum()));
    }
    Table {
        caption: say(reader, "sums_caption"),
        columns: [figure_columns(reader, &["figure", "amount"], 1), columns(reader, &["source_label"])].concat(),
        rows,
        empty: say(reader, "nothing"),
    }
}

fn counties(reader: &Reader, goods: &Goods, found: &AnnualYear) -> Part {
    let row = |one: &crate::cultivation::queries::CountyFigureView| {
        let text =
            |unit: Unit, amount: Option<i64>| Cell::text(amount.map(|amount| shown(reader, goods, unit, amount)).unwrap_or_default());
        vec![
            Cell::text(one.county.clone()),
            Cell::text(one.area_m2.map(|m2| mu(reader.lang, m2)).unwrap_or_default()),
            text(Unit::Amount, one.output),
            text(Unit::Fen, one.value_fen),
            text(Unit::Count, one.households),
            text(Unit::Count, one.users),
            Cell::text(one.source.clone()).with_small(moment_of(reader.lang, &one.recorded_at)),
        ]
    };
    let heads = ["county", "county_area", "county_output", "county_value", "county_households", "county_users"];
    let table = Table {
        caption: say(reader, "counties_caption"),
        columns: [figure_columns(reader, &heads, 1), columns(reader, &["figure_source"])].concat(),
        rows: found.counties.iter().map(row).collect(),
        empty: say(reader, "counties_empty"),
    };
    Part { heading: say(reader, "counties"), about: say(reader, "counties_about"), table: Some(table), ..Part::default() }
}

/// Three years of a figure declared and one on record, where there are two years at least.
async fn picture(app: &App, reader: &Reader, goods: &Goods, product_id: &str, year: i64) -> Outcome<Option<Ladder>> {
    let Some(actor) = reader.acting(P::AnnualSummaryRead) else { return Ok(None) };
    let years = years_of_product(&app.db, &actor, product_id, year).await?;
    if years.is_empty() {
        return Ok(None);
    }
    let mut drawn = Vec::new();
    for (year, found) in &years {
        let figures = [
            (Source::Registered, "registered.released", found.registered.get(&Registered::Released)),
            (Source::Declared, "declared.sold", found.declared.get(&Declared::Sold)),
            (Source::Declared, "declared.output", found.declared.get(&Declared::Output)),
        ];
        for (of, key, amount) in figures {
            let label = format!("{year} {}（{}）", say(reader, key), source(reader, of));
            let text = amount.map_or_else(|| say(reader, "nothing"), |amount| goods.show(*amount));
            drawn.push((label, text, amount.map(|amount| (*amount, *amount)), if amount.is_some() { "" } else { "soft" }));
        }
    }
    Ok(Some(Ladder::new(say(reader, "picture"), drawn)))
}

/// What a county counted, for the counties of the product within the reader's reach.
async fn county_form(app: &App, reader: &Reader, goods: &Goods, year: i64) -> Outcome<Form> {
    let actor = reader.actor(P::AnnualReportCompile)?;
    let codes = product(&app.db, &goods.id, None, app.clock.today()).await?.county_codes;
    let codes: BTreeSet<String> = codes.into_iter().filter(|code| actor.scope.reaches_division(code)).collect();
    let codes: Vec<String> = codes.into_iter().collect();
    let names = division_names(&app.db, &codes).await?;
    let only = Some(&codes).filter(|codes| codes.len() == 1).map(|codes| codes[0].clone()).unwrap_or_default();
    let (unit, _) = units(goods.unit).first().copied().unwrap_or(("piece", 1));
    let in_unit = |key: &str| fill(reader, key, &[("unit", &reader.word("unit", unit))]);
    let fields = vec![
        Field::select("county_code", say(reader, "county"), names.into_iter().collect()).must().value(only),
        Field::text("area_mu", say(reader, "area_mu")).numeric(),
        Field::text("amount", in_unit("output_in")).numeric(),
        Field::text("value_wan", say(reader, "value_wan")).numeric(),
        Field::text("households", say(reader, "county_households")).numeric(),
        Field::text("users", say(reader, "county_users")).numeric(),
        Field::text("source", say(reader, "figure_source")).must().hint(say(reader, "figure_source_hint")),
    ];
    let at = format!("{}/county-figures", year_place(&goods.id, year));
    let form = Form::new(app, reader, "county", &at, "annual.county_form", "annual.county_save", fields);
    Ok(form.about(say(reader, "county_about")))
}

/// An amount with decimals.
fn decimal(faults: &mut Faults, typed: &Typed, name: &str, at: &str, factor: i64) -> Option<i64> {
    let figure = given(typed, name)?;
    let read = parse_amount(&plain(&figure), factor);
    if read.is_none() {
        faults.add(at, "weight_unreadable").with("figure", text::clean(&figure));
    }
    read
}

fn county_input(typed: &Typed, product_id: &str, year: i64, base: BaseUnit) -> Result<CountyFigureInput, Failure> {
    let mut unread = Faults::new();
    let factor = units(base).first().map_or(1, |(_, factor)| *factor);
    let input = CountyFigureInput {
        product_id: product_id.to_owned(),
        year,
        county_code: said(typed, "county_code"),
        area_m2: decimal(&mut unread, typed, "area_mu", "/area_mu", 100).map(m2_of_mu_hundredths),
        output: decimal(&mut unread, typed, "amount", "/amount", factor),
        value_fen: decimal(&mut unread, typed, "value_wan", "/value_wan", WAN),
        households: whole(&mut unread, typed, "households", "/households"),
        users: whole(&mut unread, typed, "users", "/users"),
        source: said(typed, "source"),
    };
    unread.check()?;
    Ok(input)
}

async fn county(
    State(app): State<App>,
    reader: Reader,
    Path((product, year)): Path<(String, String)>,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let year = year_of(&year)?;
    let (typed, lang, own) = (posted.body.clone(), reader.lang, product.clone());
    let base = Names::new(&app).goods(&product).await?.unit;
    let tried = act(&app, posted, move |tx, desk, typed| {
        let product = own.clone();
        Box::pin(async move {
            record_county_figure(tx, &desk, &county_input(&typed, &product, year, base)?, false).await?;
            Ok(Done::see(done_at(lang, &year_place(&product, year), "county_figure_recorded")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "county", typed: &typed };
    let names = ["county_code", "area_mu", "amount", "value_wan", "households", "users", "source"];
    refilled(tried, &reader, form, &names, |errors, tried| page(&app, &reader, &product, year, errors, tried)).await
}

async fn remind(
    State(app): State<App>,
    reader: Reader,
    Path((product, year)): Path<(String, String)>,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let year = year_of(&year)?;
    let (typed, lang, own) = (posted.body.clone(), reader.lang, product.clone());
    let until = window(&app.db, year).await?.closes;
    let tried = act(&app, posted, move |tx, desk, _| {
        let product = own.clone();
        Box::pin(async move {
            remind_annual_reports(tx, &desk, &product, year, until).await?;
            Ok(Done::see(done_at(lang, &year_place(&product, year), "annual_reports_reminded")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "remind", typed: &typed };
    refilled(tried, &reader, form, &[], |errors, tried| page(&app, &reader, &product, year, errors, tried)).await
}
