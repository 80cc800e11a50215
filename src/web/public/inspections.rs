//! `/draws/{id}`: a draw anybody can redo once its inspections are done, with its file `/draws/{id}.json` and the procedure; until then what
//! binds it. `/inspections`: published results.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::super::app::App;
use super::super::body::Asked;
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::pages::portal::{DrawPage, RollRow, RollView, draw_page, roll_page};
use super::super::route::{Access, Route};
use super::super::words::Lang;
use crate::kernel::Day;
use crate::kernel::clock::parse_rfc3339;
use crate::kernel::day::hour_minute;
use crate::supervision::draw::FrozenList;
use crate::supervision::draws::{PublicDraw, public_draw};
use crate::supervision::inspections::{PublishedResult, published};

/// The procedure, as it stands in `docs`.
const SCRIPT: &str = include_str!("../../../docs/draw.py");
/// Results of one page.
const ROWS: u64 = 50;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/draws/{id}", Access::Public, draw), Route::get("/inspections", Access::Public, results)]
}

async fn draw(State(app): State<App>, lang: Lang, Path(id): Path<String>) -> Result<Response, Refusal> {
    if let Some(id) = id.strip_suffix(".json") {
        let mut response = serde_json::to_string(&public_draw(&app.db, app.clock.today(), id).await?)
            .map_err(crate::kernel::Failure::broken)?
            .into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        return Ok(response);
    }
    let view = public_draw(&app.db, app.clock.today(), &id).await?;
    Ok(Html(page(&app, lang, &view)?).into_response())
}

fn moment(lang: Lang, at: Option<&str>) -> String {
    let at = at.and_then(parse_rfc3339);
    at.map(|at| format!("{} {}", Day::of(at).for_people(lang.english()), hour_minute(at))).unwrap_or_default()
}

fn day(lang: Lang, written: &str) -> String {
    Day::parse(written).map_or_else(|| written.to_owned(), |day| day.for_people(lang.english()))
}

fn page(app: &App, lang: Lang, view: &PublicDraw) -> Result<String, Refusal> {
    let say = |key: &str| lang.say(&format!("draw.{key}")).into_owned();
    let firms = view.list.as_ref().map(|list| list.firms.as_slice()).unwrap_or_default();
    let count = |of: fn(&FrozenList) -> usize| view.list.as_ref().map(|list| of(list).to_string()).unwrap_or_default();
    let name = |id: &str| firms.iter().find(|firm| firm.id == id);
    let facts = [
        ("list_hash", view.list_hash.clone()),
        ("frozen_at", moment(lang, view.frozen_at.as_deref())),
        ("firms", count(|list| list.firms.len())),
        ("officers", count(|list| list.officers.len())),
        ("take", view.take.to_string()),
        ("value_source", view.value_source.clone()),
        ("value_day", day(lang, &view.value_day)),
        ("public_value", view.public_value.clone().unwrap_or_else(|| say("not_yet"))),
        ("seed", view.seed.clone().unwrap_or_else(|| say("not_yet"))),
        ("drawn_at", moment(lang, view.drawn_at.as_deref())),
    ];
    let drawn = view.drawn.iter().map(|pick| {
        let firm = name(&pick.firm);
        (
            firm.map_or_else(|| pick.firm.clone(), |firm| firm.name.clone()),
            firm.and_then(|firm| firm.credit_code.clone()).unwrap_or_default(),
            pick.officers.join("、"),
        )
    });
    let firms = firms.iter().map(|firm| (firm.name.clone(), firm.credit_code.clone().unwrap_or_default()));
    let page = DrawPage {
        lang,
        site: &app.site(),
        title: view.name.clone(),
        facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (say(key), value)).collect(),
        closed: view.list.is_none().then(|| lang.fill("draw.closed", &[("day", &day(lang, &view.list_open_on))])),
        drawn: drawn.collect(),
        firms: firms.collect(),
        script: SCRIPT,
        json: format!("/draws/{}.json", view.id),
    };
    Ok(draw_page(&page)?)
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    cursor: Option<String>,
}

fn row(lang: Lang, result: &PublishedResult) -> RollRow {
    let mut lines = Vec::new();
    lines.extend(result.credit_code.clone());
    lines.push(lang.fill(
        if result.is_recheck { "draw.rechecked_on" } else { "draw.inspected_on" },
        &[("day", &day(lang, &result.inspected_on)), ("by", &result.departments.join("、"))],
    ));
    lines.extend(result.task.clone());
    lines.extend(result.public_text.clone());
    RollRow {
        title: result.name.clone(),
        href: result.draw_id.as_ref().map(|id| format!("/draws/{id}{}", lang.query())).unwrap_or_default(),
        lines,
        tag: lang.say(&format!("draw.found.{}", result.found)).into_owned(),
        waits: result.found != "nothing",
    }
}

async fn results(State(app): State<App>, lang: Lang, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let found = published(&app.db, query.cursor.as_deref(), ROWS).await?;
    let next = (found.len() as u64 == ROWS).then(|| found.last()).flatten();
    let next = next.map(|last| {
        let lang = if lang.english() { "&lang=en" } else { "" };
        format!("/inspections?cursor={}{lang}", query_value(&last.id))
    });
    let view = RollView {
        lang,
        site: &app.site(),
        title: lang.say("draw.results").into_owned(),
        lead: lang.say("draw.results_lead").into_owned(),
        rows: found.iter().map(|result| row(lang, result)).collect(),
        empty: lang.say("draw.results_none").into_owned(),
        next,
        back: (format!("/p/{}", lang.query()), lang.say("product.back").into_owned()),
    };
    Ok(Html(roll_page(&view)?))
}
