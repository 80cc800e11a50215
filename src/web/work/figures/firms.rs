//! `/work/firms`: producers with their level A to D and the five figures it is made of; how it is counted from a day on.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Frame, Ladder, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::day_of;
use super::super::parts::{Field, Form, Tried, Typed, given, refilled, said, whole};
use super::{Asks, say};
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::kernel::failure::Faults;
use crate::supervision::commands::risk::{RiskRuleInput, record_risk_rule};
use crate::supervision::firms::{Firm, firm, firms, in_force, rules};
use crate::supervision::risk::{Contribution, Figures, Grade, Part};
use crate::trace::record::read_day;

pub(super) fn routes() -> Vec<Route> {
    let read = Access::Needs(P::AlertRead);
    vec![
        Route::get("/work/firms", read, show),
        Route::post("/work/firms", Access::Needs(P::AlertRuleRecord), record),
        Route::get("/work/firms/{id}", read, one),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    grade: String,
}

#[derive(Template)]
#[template(path = "staff/figures/firms.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    asked: Asks,
    table: Table,
    rules: Table,
    form: Option<Form>,
}

/// The colour of a level; the letter says the same.
fn class(grade: Grade) -> &'static str {
    match grade {
        Grade::A => "ok",
        Grade::B => "soft",
        Grade::C => "amber",
        Grade::D => "red",
    }
}

/// The figure behind a contribution.
fn figure(reader: &Reader, firm: &Firm, part: Part) -> String {
    let facts = &firm.facts;
    let n = |n: i64| n.to_string();
    match part {
        Part::Goods => reader.word("numbers.goods_kind", facts.goods.word()),
        Part::Scale => facts.used.map_or_else(|| say(reader, "unknown_short"), |used| reader.fill("numbers.risk_used", &[("n", &n(used))])),
        Part::Alerts => reader.fill("numbers.risk_confirmed", &[("n", &n(facts.confirmed))]),
        Part::Inspections if facts.inspected == 0 => {
            reader.fill("numbers.risk_uninspected", &[("failed", &n(facts.failed_tests)), ("measures", &n(facts.measures))])
        }
        Part::Inspections => reader.fill(
            "numbers.risk_inspected",
            &[("n", &n(facts.inspected)), ("found", &n(facts.found)), ("failed", &n(facts.failed_tests)), ("measures", &n(facts.measures))],
        ),
        Part::Answers => reader.fill("numbers.risk_answers", &[("unmet", &n(facts.unmet)), ("feedback", &n(facts.feedback))]),
    }
}

fn points(part: &Contribution) -> String {
    format!("{} / {}", part.points, part.most)
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &query.grade, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, grade: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let actor = reader.actor(P::AlertRead)?;
    let all = firms(&app.db, &actor, &app.clock).await?;
    let wanted = Grade::parse(grade);
    let row = |firm: &Firm| {
        let products: Vec<&str> = firm.products.iter().map(|(_, name, _)| name.as_str()).collect();
        let mut cells = vec![
            Cell::link(firm.name.clone(), reader.to(&format!("/work/firms/{}", firm.id))).with_small(products.join("、")),
            Cell::badge(firm.risk.grade.word(), class(firm.risk.grade)).with_small(firm.risk.points.to_string()),
        ];
        cells.extend(firm.risk.parts.iter().map(|part| Cell::text(points(part)).with_small(figure(reader, firm, part.part))));
        cells.push(Cell::text(reader.fill("numbers.visits", &[("n", &firm.risk.visits.to_string())])));
        cells
    };
    let mut columns = vec![Column::text(say(reader, "firm")), Column::text(say(reader, "grade"))];
    columns.extend(Part::ALL.iter().map(|part| Column::text(reader.word("numbers.risk", part.word()))));
    columns.push(Column::text(say(reader, "suggested")));
    let table = Table {
        caption: say(reader, "firms_caption"),
        columns,
        rows: all.iter().filter(|firm| wanted.is_none_or(|wanted| firm.risk.grade == wanted)).map(row).collect(),
        empty: say(reader, "firms_empty"),
    };
    let recorded = rules(&app.db).await?;
    let now = in_force(&recorded, app.clock.today())?;
    let mut lines: Vec<Vec<Cell>> = Vec::new();
    for rule in &recorded {
        let figures: Figures = serde_json::from_str(&rule.figures).map_err(Failure::broken)?;
        lines.push(vec![
            Cell::text(day_of(reader.lang, &rule.from_day)),
            Cell::text(figures_said(reader, &figures)),
            Cell::text(rule.source.clone()),
        ]);
    }
    let shipped = figures_said(reader, &crate::supervision::risk::SHIPPED);
    lines.push(vec![Cell::text(say(reader, "from_start")), Cell::text(shipped), Cell::text(say(reader, "risk_source"))]);
    let rules = Table {
        caption: say(reader, "risk_rules"),
        columns: ["from_when", "figures_label", "source"].iter().map(|key| Column::text(say(reader, key))).collect(),
        rows: lines,
        empty: String::new(),
    };
    let grades = Grade::ALL.iter().map(|grade| (grade.word().to_owned(), grade.word().to_owned())).collect();
    let page = Page {
        action: reader.to("/work/firms"),
        asked: vec![("grade", say(reader, "grade"), grade.to_owned(), grades)],
        table,
        rules,
        form: reader.may(P::AlertRuleRecord).then(|| form(app, reader, &now, tried)),
        frame: reader.frame(say(reader, "firms"), errors),
    };
    Ok(page.render()?)
}

fn figures_said(reader: &Reader, figures: &Figures) -> String {
    let parts: Vec<String> =
        Part::ALL.iter().map(|part| format!("{} {}", reader.word("numbers.risk", part.word()), figures.most(*part))).collect();
    let levels = [("B", figures.b_from), ("C", figures.c_from), ("D", figures.d_from)].map(|(grade, from)| format!("{grade} ≥ {from}"));
    let visits = Grade::ALL.iter().map(|grade| format!("{} {}", grade.word(), figures.visits(*grade))).collect::<Vec<_>>().join("、");
    format!("{}；{}；{} {visits}", parts.join("、"), levels.join("、"), say(reader, "suggested"))
}

/// The names of the figures as typed.
const FIGURES: [&str; 12] =
    ["goods", "scale", "alerts", "inspections", "answers", "b_from", "c_from", "d_from", "visits_a", "visits_b", "visits_c", "visits_d"];

fn form(app: &App, reader: &Reader, now: &Figures, tried: Option<Tried<'_>>) -> Form {
    let stored = serde_json::to_value(now).unwrap_or_default();
    let mut fields: Vec<Field> = FIGURES
        .iter()
        .map(|name| {
            let label = reader.word("numbers.risk_field", name);
            Field::text(name, label).must().numeric().value(stored[*name].to_string())
        })
        .collect();
    fields.push(Field::date("from", say(reader, "from_when")).must().value(app.clock.today().to_string()));
    fields.push(Field::text("source", say(reader, "source")).must());
    let form = Form::new(app, reader, "risk", "/work/firms", "numbers.record_rule", "numbers.record_rule", fields);
    form.about(say(reader, "rule_about")).again(tried.as_ref())
}

/// The figures as typed; a field that can't be read is said to be so.
fn read(typed: &Typed) -> Result<RiskRuleInput, Failure> {
    let mut faults = Faults::new();
    let mut number = |name: &'static str| {
        if given(typed, name).is_none() {
            faults.add(format!("/{name}"), "register_empty");
        }
        whole(&mut faults, typed, name, &format!("/{name}")).unwrap_or(0)
    };
    let figures = Figures {
        goods: number("goods"),
        scale: number("scale"),
        alerts: number("alerts"),
        inspections: number("inspections"),
        answers: number("answers"),
        b_from: number("b_from"),
        c_from: number("c_from"),
        d_from: number("d_from"),
        visits_a: number("visits_a"),
        visits_b: number("visits_b"),
        visits_c: number("visits_c"),
        visits_d: number("visits_d"),
    };
    let from = read_day(&mut faults, "/from", &said(typed, "from"));
    faults.check()?;
    let from = from.ok_or_else(|| Failure::broken("a day without a fault"))?;
    Ok(RiskRuleInput { from, source: said(typed, "source"), figures })
}

async fn record(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            record_risk_rule(tx, &desk, &read(&typed)?).await?;
            Ok(Done::see(done_at(lang, "/work/firms", "risk_rule_recorded")))
        })
    });
    let tried = tried.await;
    let names: Vec<&str> = FIGURES.iter().copied().chain(["from", "source"]).collect();
    refilled(tried, &reader, Tried { form: "risk", typed: &typed }, &names, |errors, tried| page(&app, &reader, "", errors, tried)).await
}

#[derive(Template)]
#[template(path = "staff/figures/firm.html")]
struct OnePage<'a> {
    frame: Frame<'a>,
    badge: (&'static str, String),
    ladder: Ladder,
    table: Table,
    links: Vec<(String, String)>,
}

async fn one(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    let firm = firm(&app.db, &reader.actor(P::AlertRead)?, &id, &app.clock).await?;
    let risk = &firm.risk;
    let values = [("grade", risk.grade.word().to_owned()), ("points", risk.points.to_string()), ("n", risk.visits.to_string())];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let rungs =
        risk.parts.iter().map(|part| (reader.word("numbers.risk", part.part.word()), points(part), Some((part.points, part.most)), ""));
    let rows = risk.parts.iter().map(|part| {
        vec![
            Cell::text(reader.word("numbers.risk", part.part.word())),
            Cell::text(points(part)),
            Cell::text(figure(&reader, &firm, part.part)),
            Cell::text(reader.word("numbers.risk_about", part.part.word())),
        ]
    });
    let links = firm.products.iter().map(|(product, name, season)| {
        let words = reader.fill("numbers.to_balance", &[("product", name), ("season", season)]);
        (reader.to(&format!("/work/balance/{product}/{}?season={season}", firm.id)), words)
    });
    let page = OnePage {
        badge: (class(risk.grade), reader.fill("numbers.graded", &values)),
        ladder: Ladder::new(say(&reader, "risk_ladder"), rungs.collect()),
        table: Table {
            caption: say(&reader, "risk_caption"),
            columns: ["contribution", "points", "figure_label", "definition"].iter().map(|key| Column::text(say(&reader, key))).collect(),
            rows: rows.collect(),
            empty: String::new(),
        },
        links: links.collect(),
        frame: reader.frame(firm.name.clone(), Vec::new()),
    };
    Ok(Html(page.render()?))
}
