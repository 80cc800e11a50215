//! `/work/annual-reports/{id}`: one report: what is on record beside what is declared and what was declared of the year before, questions with
//! their answers, points, steps, and the forms of whoever's turn it is.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::forms::{ANSWERS, POINTS, forms, part_words};
use super::{columns, figure_columns, fill, named, place, question, say, shown, source, standing};
use crate::cultivation::annual_report::{Declared, Question, Registered, ReportState, Source};
use crate::cultivation::commands::{
    AnnualReportAcceptInput, AnnualReportCorrectInput, AnnualReportReturnInput, AnnualReportSubmitInput, QuestionAnswer, ReportPointInput,
    accept_annual_report, correct_annual_report, return_annual_report, submit_annual_report,
};
use crate::cultivation::queries::{AnnualReportView, annual_report, window};
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::trace::goods::Goods;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::Posted;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at, faults};
use crate::web::work::names::{Names, day_of, moment_of};
use crate::web::work::parts::{Part, PartsPage, Tried, Typed, answered, given, must_day, refilled, said};

pub(super) fn routes() -> Vec<Route> {
    let (read, submit, review) =
        (Access::Needs(P::AnnualReportRead), Access::Needs(P::AnnualReportSubmit), Access::Needs(P::AnnualReportReview));
    vec![
        Route::get("/work/annual-reports/{id}", read, show),
        Route::post("/work/annual-reports/{id}/submit", submit, hand_in),
        Route::post("/work/annual-reports/{id}/correct", submit, correct),
        Route::post("/work/annual-reports/{id}/accept", review, accept),
        Route::post("/work/annual-reports/{id}/return", review, give_back),
    ]
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = annual_report(&app.db, &reader.actor(P::AnnualReportRead)?, id, app.clock.today()).await?;
    let goods = Names::new(app).goods(&view.product_id).await?;
    let mut parts = vec![about(reader, &view)];
    parts[0].forms = forms(app, reader, &goods, &view).into_iter().map(|form| form.again(tried.as_ref())).collect();
    if !view.points.is_empty() {
        parts.push(points(reader, &view));
    }
    parts.push(Part { heading: say(reader, "declared_heading"), table: Some(declared(reader, &goods, &view)), ..Part::default() });
    if !view.answers.is_empty() {
        parts.push(answers(reader, &goods, &view));
    }
    let computed = view.computed_at.as_deref().map(|at| fill(reader, "frozen_at", &[("at", &moment_of(reader.lang, at))]));
    let computed = computed.unwrap_or_else(|| say(reader, "on_record_about"));
    let table = Some(registered(reader, &goods, &view));
    parts.push(Part { heading: say(reader, "on_record"), about: computed, table, ..Part::default() });
    if !view.steps.is_empty() {
        parts.push(steps(reader, &view));
    }
    Ok(PartsPage { frame: reader.frame(fill(reader, "title_of", &[("name", &view.organisation)]), errors), parts }.render()?)
}

fn about(reader: &Reader, view: &AnnualReportView) -> Part {
    let on = |day: &Option<String>| day.as_deref().map(|day| day_of(reader.lang, day));
    let rows = [
        ("due_on", Some(day_of(reader.lang, &view.due_on))),
        ("answer_by", on(&view.answer_until).filter(|_| view.state == ReportState::Returned.word())),
        ("submitted_at", view.submitted_at.as_deref().map(|at| moment_of(reader.lang, at))),
        ("reason", view.correction_reason.clone()),
        ("remark", view.remark.clone()),
    ];
    let head = vec![Cell::text(say(reader, "state_label")), standing(reader, view)];
    let rest = rows.into_iter().filter_map(|(key, value)| Some(vec![Cell::text(say(reader, key)), Cell::text(value?)]));
    let table = Table {
        caption: say(reader, "facts_caption"),
        columns: columns(reader, &["part", "said"]),
        rows: [head].into_iter().chain(rest).collect(),
        empty: String::new(),
    };
    let own = reader.acting(P::AnnualReportSubmit).is_some_and(|a| a.scope.reaches_organisation(&view.organisation_id, None));
    let mut links = Vec::new();
    if own && view.now().is_some_and(ReportState::is_open) {
        links.push((reader.to(&format!("{}/edit", place(&view.id))), say(reader, "edit")));
    }
    if reader.may(P::AnnualSummaryRead) {
        links.push((reader.to(&super::year_place(&view.product_id, view.year)), say(reader, "to_year")));
    }
    Part { heading: named(view), table: Some(table), links, ..Part::default() }
}

/// What is on record, every figure with whose it is.
pub(super) fn registered(reader: &Reader, goods: &Goods, view: &AnnualReportView) -> Table {
    let row = |name: &Registered| {
        let amount = view.registered(*name)?;
        Some(vec![
            Cell::text(say(reader, &format!("registered.{}", name.word()))),
            Cell::text(shown(reader, goods, name.unit(), amount)),
            Cell::text(source(reader, Source::Registered)),
        ])
    };
    Table {
        caption: say(reader, "on_record_caption"),
        columns: [figure_columns(reader, &["figure", "amount"], 1), columns(reader, &["source_label"])].concat(),
        rows: Registered::ALL.iter().filter_map(row).collect(),
        empty: say(reader, "nothing"),
    }
}

/// What is declared, beside what is on record where both say the same thing, and the year before.
fn declared(reader: &Reader, goods: &Goods, view: &AnnualReportView) -> Table {
    let beside = |name: Declared| match name {
        Declared::Output => Some(Registered::Approved),
        Declared::Marked | Declared::Sold => Some(Registered::Released),
        _ => None,
    };
    let row = |name: &Declared| {
        let amount = view.declared(*name);
        let before = view.before(*name);
        if amount.is_none() && before.is_none() && !name.is_needed() {
            return None;
        }
        let text = |amount: Option<i64>| amount.map(|amount| shown(reader, goods, name.unit(), amount)).unwrap_or_default();
        let on_record = beside(*name).and_then(|beside| {
            let amount = shown(reader, goods, beside.unit(), view.registered(beside)?);
            Some(fill(reader, "beside", &[("what", &say(reader, &format!("registered.{}", beside.word()))), ("amount", &amount)]))
        });
        let own = if amount.is_none() { Cell::badge(say(reader, "not_given"), "soft") } else { Cell::text(text(amount)) };
        Some(vec![
            Cell::text(say(reader, &format!("declared.{}", name.word()))),
            own,
            Cell::text(text(before)),
            Cell::text(on_record.unwrap_or_default()),
        ])
    };
    Table {
        caption: say(reader, "declared_caption"),
        columns: [figure_columns(reader, &["figure", "declared_now", "declared_before"], 1), columns(reader, &["on_record_beside"])]
            .concat(),
        rows: Declared::ALL.iter().filter_map(row).collect(),
        empty: String::new(),
    }
}

fn answers(reader: &Reader, goods: &Goods, view: &AnnualReportView) -> Part {
    let row = |one: &crate::cultivation::commands::AnsweredQuestion| {
        vec![Cell::text(question(reader, goods, one.question, one.declared, one.other)), Cell::text(one.answer.clone())]
    };
    let table = Table {
        caption: say(reader, "answers_caption"),
        columns: columns(reader, &["asked", "answer"]),
        rows: view.answers.iter().map(row).collect(),
        empty: String::new(),
    };
    Part { heading: say(reader, "answers"), table: Some(table), ..Part::default() }
}

fn points(reader: &Reader, view: &AnnualReportView) -> Part {
    let row = |point: &crate::cultivation::queries::AnnualPoint| {
        vec![
            Cell::text(part_words(reader, &point.part)).with_small(fill(reader, "round", &[("n", &point.round.to_string())])),
            Cell::text(point.said.clone()),
        ]
    };
    let table = Table {
        caption: say(reader, "points_caption"),
        columns: columns(reader, &["figure", "to_mend"]),
        rows: view.points.iter().rev().map(row).collect(),
        empty: String::new(),
    };
    Part { heading: say(reader, "points"), table: Some(table), ..Part::default() }
}

fn steps(reader: &Reader, view: &AnnualReportView) -> Part {
    let row = |step: &crate::cultivation::queries::AnnualStep| {
        vec![
            Cell::text(moment_of(reader.lang, &step.at)),
            Cell::text(say(reader, &format!("act.{}", step.act))),
            Cell::text(step.said.clone().unwrap_or_default()),
        ]
    };
    let table = Table {
        caption: say(reader, "steps_caption"),
        columns: columns(reader, &["when", "step", "said"]),
        rows: view.steps.iter().map(row).collect(),
        empty: String::new(),
    };
    Part { heading: say(reader, "steps"), table: Some(table), ..Part::default() }
}

/// Every answer that was written.
fn submit_input(typed: &Typed) -> AnnualReportSubmitInput {
    let answer = |question: &Question| {
        let name = format!("answer_{}", question.word());
        Some(QuestionAnswer { question: *question, answer: given(typed, &name)? })
    };
    AnnualReportSubmitInput { answers: Question::ALL.iter().filter_map(answer).collect() }
}

async fn hand_in(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (posted.body.clone(), reader.lang, id.clone());
    let year = annual_report(&app.db, &reader.actor(P::AnnualReportSubmit)?, &id, app.clock.today()).await?.year;
    let window = window(&app.db, year).await?;
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = own.clone();
        Box::pin(async move {
            submit_annual_report(tx, &desk, &id, &submit_input(&typed), window).await?;
            Ok(Done::see(done_at(lang, &place(&id), "annual_report_submitted")))
        })
    });
    let tried = tried.await;
    let at = |pointer: &str| {
        let asked = pointer.strip_prefix("/answers/").and_then(|word| ANSWERS.into_iter().find(|name| name.ends_with(word)));
        asked.map_or_else(String::new, |name| format!("submit-{name}"))
    };
    answered(tried, async |failure| {
        let errors = faults(reader.lang, &failure, at);
        let html = page(&app, &reader, &id, errors, Some(Tried { form: "submit", typed: &typed })).await?;
        Ok((failure, html))
    })
    .await
}

fn correct_input(typed: &Typed) -> AnnualReportCorrectInput {
    AnnualReportCorrectInput { reason: said(typed, "reason") }
}

async fn correct(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = own.clone();
        Box::pin(async move {
            let row = correct_annual_report(tx, &desk, &id, &correct_input(&typed)).await?;
            Ok(Done::see(done_at(lang, &format!("{}/edit", place(&row.id)), "annual_report_correcting")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "correct", typed: &typed };
    refilled(tried, &reader, form, &["reason"], |errors, tried| page(&app, &reader, &id, errors, tried)).await
}

async fn accept(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = own.clone();
        Box::pin(async move {
            accept_annual_report(tx, &desk, &id, &AnnualReportAcceptInput { said: given(&typed, "said") }).await?;
            Ok(Done::see(done_at(lang, &place(&id), "annual_report_accepted")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "accept", typed: &typed };
    refilled(tried, &reader, form, &["said"], |errors, tried| page(&app, &reader, &id, errors, tried)).await
}

/// Every figure something was written about becomes a point.
fn return_input(typed: &Typed) -> Result<AnnualReportReturnInput, Failure> {
    let points = POINTS.iter().filter_map(|(name, part)| Some(ReportPointInput { part: (*part).to_owned(), said: given(typed, name)? }));
    Ok(AnnualReportReturnInput { points: points.collect(), answer_by: must_day(typed, "answer_by")? })
}

async fn give_back(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = own.clone();
        Box::pin(async move {
            return_annual_report(tx, &desk, &id, &return_input(&typed)?).await?;
            Ok(Done::see(done_at(lang, &place(&id), "annual_report_returned")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "return", typed: &typed };
    let names: Vec<&str> = POINTS.iter().map(|(name, _)| *name).chain(["answer_by"]).collect();
    refilled(tried, &reader, form, &names, |errors, tried| page(&app, &reader, &id, errors, tried)).await
}
