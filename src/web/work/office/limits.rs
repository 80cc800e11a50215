//! `/work/limits`: the dated figures the program counts by, and the calendar they are counted on.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::day_of;
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, refilled};
use super::{As, columns, input, say};
use crate::identity::role::Permission as P;
use crate::kernel::term::TermUnit;
use crate::registry::commands::{CalendarInput, SettingInput, record_days, record_setting};
use crate::registry::queries::{calendar, calendar_days, terms};
use crate::registry::setting::{DayKind, NAMES, in_force};

pub(super) fn routes() -> Vec<Route> {
    let record = Access::Needs(P::SettingRecord);
    vec![
        Route::get("/work/limits", Access::SignedIn, show),
        Route::post("/work/limits", record, set),
        Route::post("/work/limits/days", record, days),
    ]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let today = app.clock.today();
    let all = terms(&app.db).await?;
    let rows = NAMES.iter().flat_map(|name| {
        let now = in_force(&all, name, today).map(|term| term.from);
        let mut lines: Vec<_> = all.iter().filter(|term| term.name == *name).collect();
        lines.sort_by_key(|term| term.from);
        lines.into_iter().map(move |term| (term, now == Some(term.from)))
    });
    let rows = rows.map(|(term, counts)| {
        let said = reader.fill(&format!("office.term_unit.{}", term.term.unit.word()), &[("n", &term.term.number.to_string())]);
        let state = match (counts, term.from > today) {
            (true, _) => Cell::badge(say(reader, "counts_now"), "ok"),
            (_, true) => Cell::badge(say(reader, "to_come"), "amber"),
            _ => Cell::badge(say(reader, "replaced"), "soft"),
        };
        vec![
            Cell::text(reader.word("office.limit", &term.name)),
            Cell::text(said),
            Cell::text(day_of(reader.lang, &term.from.to_string())),
            state,
            Cell::text(term.source.clone()),
        ]
    });
    let figures = Table {
        caption: say(reader, "limits_caption"),
        columns: columns(reader, &["limit_label", "how_long", "from_day", "state", "source"]),
        rows: rows.collect(),
        empty: String::new(),
    };
    let mut figures = Part { heading: say(reader, "limits"), about: say(reader, "limits_about"), table: Some(figures), ..Part::default() };
    let days = calendar_days(&app.db).await?;
    let year = today.year();
    let shown = days.iter().filter(|line| line.to.year() >= year).map(|line| {
        let class = if line.kind == DayKind::Off { "soft" } else { "amber" };
        vec![
            Cell::text(day_of(reader.lang, &line.from.to_string())),
            Cell::text(day_of(reader.lang, &line.to.to_string())),
            Cell::badge(reader.word("office.day_kind", line.kind.word()), class),
            Cell::text(line.source.clone()),
        ]
    });
    let table = Table {
        caption: say(reader, "calendar_caption"),
        columns: columns(reader, &["from_day", "to_day", "kind", "source"]),
        rows: shown.collect(),
        empty: say(reader, "calendar_empty"),
    };
    let next_known = calendar(&app.db).await?.knows(year + 1);
    let about = if next_known { String::new() } else { reader.fill("office.calendar_missing", &[("year", &(year + 1).to_string())]) };
    let mut calendar = Part { heading: say(reader, "calendar"), about, table: Some(table), ..Part::default() };
    if reader.may(P::SettingRecord) {
        let units = choices(reader, "office.term_unit_name", TermUnit::ALL.map(TermUnit::word));
        let fields = vec![
            Field::select("name", say(reader, "limit_label"), choices(reader, "office.limit", NAMES)).must(),
            Field::text("number", say(reader, "how_many")).numeric().must(),
            Field::select("unit", say(reader, "unit_label"), units).must(),
            Field::date("from", say(reader, "from_day")).must(),
            Field::text("source", say(reader, "source")).hint(say(reader, "limit_source_hint")).must(),
        ];
        figures.forms.push(Form::new(app, reader, "limit", "/work/limits", "office.record_limit", "keep", fields).again(tried.as_ref()));
        let fields = vec![
            Field::date("from", say(reader, "from_day")).must(),
            Field::date("to", say(reader, "to_day")),
            Field::select("kind", say(reader, "kind"), choices(reader, "office.day_kind", ["off", "work"])).must(),
            Field::text("source", say(reader, "source")).hint(say(reader, "calendar_source_hint")).must(),
        ];
        calendar
            .forms
            .push(Form::new(app, reader, "days", "/work/limits/days", "office.record_days", "keep", fields).again(tried.as_ref()));
    }
    Ok(PartsPage { frame: reader.frame(say(reader, "limits"), errors), parts: vec![figures, calendar] }.render()?)
}

const LIMIT: &[(&str, As)] = &[("name", As::Text), ("number", As::Number), ("unit", As::Text), ("from", As::Text), ("source", As::Text)];
const DAYS: &[(&str, As)] = &[("from", As::Text), ("to", As::Text), ("kind", As::Text), ("source", As::Text)];

async fn set(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let input: SettingInput = input(&typed, LIMIT)?;
            record_setting(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/limits", "setting_recorded")))
        })
    });
    finish(&app, &reader, &typed, "limit", LIMIT, tried.await).await
}

async fn days(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let input: CalendarInput = input(&typed, DAYS)?;
            record_days(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/limits", "calendar_recorded")))
        })
    });
    finish(&app, &reader, &typed, "days", DAYS, tried.await).await
}

async fn finish(
    app: &App,
    reader: &Reader,
    typed: &Typed,
    form: &'static str,
    fields: &[(&str, As)],
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    refilled(tried, reader, Tried { form, typed }, &names, |errors, tried| page(app, reader, errors, tried)).await
}
