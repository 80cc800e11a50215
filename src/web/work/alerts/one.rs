//! `/work/alerts/{id}`: one alert: its figures, places as a map of tiles and a table, days as columns and a table, what was judged before
//! about the same subject, and the judgement with its reason.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Nothing, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::portal::{PlaceMap, provinces};
use super::super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::{day_of, moment_of};
use super::super::parts::{Field, Form, Part, Tried, Typed, choices, refilled, said};
use super::{page_of, rule_name, say, sentence, severity_cell, state_cell, subject, table};
use crate::identity::role::Permission as P;
use crate::kernel::Day;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::grouped;
use crate::supervision::alert::AlertState;
use crate::supervision::commands::alert::{JudgeInput, Judgement, judge_alert, take_alert};
use crate::supervision::queries::alert::{AlertDetail, alert};

/// Height of the picture's columns, and width of one with its gap.
const HIGH: i64 = 120;
const STEP: i64 = 20;
/// Days of the picture.
const DAYS: i64 = 30;

pub(super) fn routes() -> Vec<Route> {
    let (read, judge) = (Access::Needs(P::AlertRead), Access::Needs(P::AlertJudge));
    vec![
        Route::get("/work/alerts/{id}", read, show),
        Route::post("/work/alerts/{id}/take", judge, take),
        Route::post("/work/alerts/{id}/judge", judge, judge_one),
    ]
}

/// One column of the picture.
struct Pillar {
    x: i64,
    y: i64,
    height: i64,
}

#[derive(Template)]
#[template(path = "staff/alert.html")]
struct Page<'a> {
    frame: Frame<'a>,
    sentence: String,
    about: String,
    badges: [Cell; 2],
    facts: Vec<(String, String)>,
    links: Vec<(String, String)>,
    pillars: Vec<Pillar>,
    said: String,
    ends: [String; 2],
    map: Option<PlaceMap>,
    parts: Vec<Part>,
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let detail = alert(&app.db, &reader.actor(P::AlertRead)?, app.keys.as_ref(), id).await?;
    let view = &detail.alert;
    let mut facts = vec![
        (say(reader, "about"), subject(reader, view)),
        (say(reader, "first_seen"), moment_of(reader.lang, &view.raised_at)),
        (say(reader, "last_seen"), moment_of(reader.lang, &view.seen_at)),
    ];
    if let Some(code) = &detail.code {
        facts.insert(1, (say(reader, "code"), code.clone()));
    }
    if let Some(due) = view.due_on.as_deref() {
        facts.push((say(reader, "due"), day_of(reader.lang, due)));
    }
    if let (Some(reason), Some(at)) = (&view.reason, &view.judged_at) {
        facts.push((say(reader, "judged"), moment_of(reader.lang, at)));
        facts.push((say(reader, "reason"), reason.clone()));
    }
    let (from, to) = window(&detail);
    let sessions: i64 = detail.days.iter().map(|day| day.sessions).sum();
    let said = reader.fill("alerts.days_said", &[("days", &DAYS.to_string()), ("n", &grouped(sessions))]);
    let mut parts = tables(reader, &detail);
    parts.extend(forms(app, reader, &detail, tried));
    let page = Page {
        sentence: sentence(reader, view),
        about: reader.word("alerts.rule_about", &view.name),
        badges: [severity_cell(reader, &view.severity), state_cell(reader, &view.state)],
        facts,
        links: links(reader, &detail),
        pillars: if sessions > 0 { pillars(&detail, from) } else { Vec::new() },
        said,
        ends: [from, to].map(|day| day.for_people(reader.lang.english())),
        map: map(reader, &detail),
        parts,
        frame: reader.frame(rule_name(reader, &view.rule, &view.name), errors),
    };
    Ok(page.render()?)
}

/// First and last day of the picture.
fn window(detail: &AlertDetail) -> (Day, Day) {
    let last = crate::kernel::clock::parse_rfc3339(&detail.alert.seen_at).map_or_else(|| Day::of(0), Day::of);
    let last = detail.days.last().map_or(last, |day| day.day.max(last));
    (last.plus(1 - DAYS), last)
}

fn pillars(detail: &AlertDetail, from: Day) -> Vec<Pillar> {
    let most = detail.days.iter().map(|day| day.sessions).max().unwrap_or(0).max(1);
    let pillar = |(day, sessions): (i64, i64)| {
        // A day with a single scan is still seen.
        let height = (sessions.saturating_mul(HIGH) / most).max(3);
        Pillar { x: day * STEP + 2, y: HIGH - height, height }
    };
    detail.days.iter().map(|day| (day.day.since(from), day.sessions)).filter(|(day, _)| (0..DAYS).contains(day)).map(pillar).collect()
}

fn map(reader: &Reader, detail: &AlertDetail) -> Option<PlaceMap> {
    let mut counts: Vec<(String, u32)> = Vec::new();
    for tally in detail.places.iter().filter(|tally| !tally.place.is_empty()) {
        let province = tally.place.split('/').next().unwrap_or_default();
        let sessions = u32::try_from(tally.sessions).unwrap_or(u32::MAX);
        match counts.iter_mut().find(|(name, _)| name == province) {
            Some((_, count)) => *count = count.saturating_add(sessions),
            None => counts.push((province.to_owned(), sessions)),
        }
    }
    (!counts.is_empty()).then(|| provinces(reader.lang, &counts))
}

fn tables(reader: &Reader, detail: &AlertDetail) -> Vec<Part> {
    let counted = |caption: &str, what: &str, rows: Vec<(String, i64)>| {
        let row = |(text, count): (String, i64)| vec![Cell::text(text), Cell::text(grouped(count))];
        let columns = vec![Column::text(say(reader, what)), Column::number(say(reader, "sessions"))];
        let table = Table { caption: say(reader, caption), columns, rows: rows.into_iter().map(row).collect(), empty: String::new() };
        Part { heading: say(reader, caption), table: Some(table), ..Part::default() }
    };
    let mut parts = Vec::new();
    if !detail.days.is_empty() {
        let place = |place: &str| if place.is_empty() { say(reader, "place_unknown") } else { place.replace('/', " ") };
        parts.push(counted("places", "place", detail.places.iter().take(30).map(|tally| (place(&tally.place), tally.sessions)).collect()));
        let day = |day: Day| day.for_people(reader.lang.english());
        parts.push(counted("days", "day", detail.days.iter().rev().map(|one| (day(one.day), one.sessions)).collect()));
    }
    let past = table(reader, "past_caption", &detail.past);
    parts.push(Part { heading: say(reader, "past"), table: Some(past), ..Part::default() });
    parts
}

/// Where to go on: what it is about, its case, the stop to propose.
fn links(reader: &Reader, detail: &AlertDetail) -> Vec<(String, String)> {
    let view = &detail.alert;
    let mut links = Vec::new();
    if let Some(href) = page_of(reader, view) {
        links.push((say(reader, "open_subject"), href));
    }
    if let (Some(case), true) = (&view.case_id, reader.may(P::CaseRead)) {
        links.push((say(reader, "open_case_page"), reader.to(&format!("/work/cases/{case}"))));
    }
    if view.state == AlertState::Confirmed.word() && reader.may(P::StopPropose) {
        let path = match (&detail.code, &view.batch_id) {
            (Some(code), _) => format!("/work/measures/stops/new?scope=code&code={code}"),
            (None, Some(batch)) => format!("/work/measures/stops/new?scope=batch&batch={batch}"),
            (None, None) => "/work/measures/stops/new".to_owned(),
        };
        links.push((say(reader, "propose_stop"), reader.to(&path)));
    }
    links
}

fn forms(app: &App, reader: &Reader, detail: &AlertDetail, tried: Option<Tried<'_>>) -> Option<Part> {
    let view = &detail.alert;
    let state = AlertState::parse(&view.state).filter(|state| state.is_open() && reader.may(P::AlertJudge))?;
    let at = |verb: &str| format!("/work/alerts/{}/{verb}", view.id);
    let judgements = choices(reader, "alerts.state", Judgement::ALL.map(|one| one.state().word()));
    let fields = vec![
        Field::select("judgement", say(reader, "judgement"), judgements).must(),
        Field::area("reason", say(reader, "reason")).hint(say(reader, "reason_hint")).must(),
        Field::check("open_case", say(reader, "open_case")),
    ];
    let mut judge = Form::new(app, reader, "judge", &at("judge"), "alerts.judge", "alerts.judge", fields).again(tried.as_ref());
    judge.open = true;
    let mut forms = vec![judge.about(say(reader, "judge_about"))];
    if state == AlertState::New {
        forms.push(Form::new(app, reader, "take", &at("take"), "alerts.take", "alerts.take", Vec::new()).about(say(reader, "take_about")));
    }
    Some(Part { heading: say(reader, "judge"), forms, ..Part::default() })
}

async fn take(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    let (lang, named) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let id = named.clone();
        Box::pin(async move {
            take_alert(tx, &desk, &id).await?;
            Ok(Done::see(done_at(lang, &format!("/work/alerts/{id}"), "alert_taken")))
        })
    });
    finish(&app, &reader, &id, "take", &Typed::new(), tried.await).await
}

async fn judge_one(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, named, keys) = (posted.body.clone(), reader.lang, id.clone(), app.keys.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (id, keys) = (named.clone(), keys.clone());
        Box::pin(async move {
            let mut faults = Faults::new();
            let judgement = Judgement::ALL.into_iter().find(|one| one.state().word() == said(&typed, "judgement"));
            if judgement.is_none() {
                faults.add("/judgement", "register_empty");
                faults.check()?;
            }
            let input = JudgeInput {
                judgement: judgement.unwrap_or(Judgement::Dismissed),
                reason: said(&typed, "reason"),
                open_case: !said(&typed, "open_case").is_empty(),
            };
            judge_alert(tx, &desk, keys.as_ref(), &id, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/alerts/{id}"), "alert_judged")))
        })
    });
    finish(&app, &reader, &id, "judge", &typed, tried.await).await
}

async fn finish(
    app: &App,
    reader: &Reader,
    id: &str,
    form: &'static str,
    typed: &Typed,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    let names = ["judgement", "reason", "open_case"];
    refilled(tried, reader, Tried { form, typed }, &names, |errors, tried| page(app, reader, id, errors, tried)).await
}
