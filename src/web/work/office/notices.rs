//! `/work/site-notices`: what everybody signed in should read, and maintenance, during which nothing is written while scan pages stay readable.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::moment;
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, answered, at_fields, given, said};
use super::{columns, say};
use crate::identity::role::Permission as P;
use crate::kernel::clock::HOUR;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Failure, Millis, Outcome};
use crate::registry::commands::{SiteNoticeInput, give_notice, withdraw_notice};
use crate::registry::queries::site_notices;
use crate::web::words::Lang;

/// A minute.
const MINUTE: Millis = 60_000;

/// What everybody signed in should read now, in the reader's language.
pub(in super::super) async fn standing(app: &App, lang: Lang) -> Outcome<Vec<String>> {
    let now = app.clock.now();
    let found = site_notices(&app.db, now).await?;
    let held = app.db.is_held().then(|| lang.say("work.backups.held").into_owned());
    let given = found.into_iter().filter(|row| row.from_at <= now).map(|row| if lang.english() { row.en } else { row.zh });
    Ok(held.into_iter().chain(given).collect())
}

pub(super) fn routes() -> Vec<Route> {
    let give = Access::Needs(P::NoticeGive);
    vec![
        Route::get("/work/site-notices", give, show),
        Route::post("/work/site-notices", give, add),
        Route::post("/work/site-notices/maintenance", Access::Needs(P::MaintenanceSet), maintain),
        Route::post("/work/site-notices/{id}/withdraw", give, withdraw),
    ]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let now = app.clock.now();
    let found = site_notices(&app.db, now).await?;
    let rows = found.iter().map(|row| {
        let kind =
            if row.maintenance { Cell::badge(say(reader, "maintenance"), "amber") } else { Cell::badge(say(reader, "notice"), "soft") };
        let when = format!("{} – {}", moment(reader.lang, row.from_at), moment(reader.lang, row.to_at));
        let state =
            if row.from_at <= now { Cell::badge(say(reader, "shown_now"), "ok") } else { Cell::badge(say(reader, "to_come"), "amber") };
        vec![Cell::text(row.zh.clone()).with_small(row.en.clone()), kind, Cell::text(when), state]
    });
    let table = Table {
        caption: say(reader, "notices_caption"),
        columns: columns(reader, &["notice", "kind", "when", "state"]),
        rows: rows.collect(),
        empty: say(reader, "notices_empty"),
    };
    let fields = || {
        vec![
            Field::text("zh", say(reader, "in_chinese")).must(),
            Field::text("en", say(reader, "in_english")).must(),
            Field::date("day", say(reader, "from_day")).must().value(app.clock.today().to_string()),
            Field::text("time", say(reader, "from_time")).hint(say(reader, "time_hint")).must(),
            Field::text("hours", say(reader, "hours")).numeric().must(),
        ]
    };
    let mut forms = vec![Form::new(app, reader, "notice", "/work/site-notices", "office.give_notice", "office.give_notice", fields())];
    if reader.may(P::MaintenanceSet) {
        let path = "/work/site-notices/maintenance";
        let form = Form::new(app, reader, "maintenance", path, "office.set_maintenance", "office.set_maintenance", fields());
        forms.push(Form { class: "stop", ..form }.about(say(reader, "maintenance_about")));
    }
    for row in &found {
        let path = format!("/work/site-notices/{}/withdraw", row.id);
        let form = Form::new(app, reader, "withdraw", &path, "office.withdraw_notice", "office.withdraw_notice", Vec::new());
        forms.push(Form { label: format!("{}：{}", form.label, row.zh), class: "stop", ..form });
    }
    let forms = forms.into_iter().map(|form| form.again(tried.as_ref())).collect();
    let part = Part { heading: say(reader, "site_notices"), table: Some(table), forms, ..Part::default() };
    Ok(PartsPage { frame: reader.frame(say(reader, "site_notices"), errors), parts: vec![part] }.render()?)
}

/// Day, time of day and hours, as a beginning and an end.
fn hours(typed: &Typed, now: Millis) -> Result<(Millis, Millis), Failure> {
    let mut faults = Faults::new();
    let day = given(typed, "day").and_then(|text| Day::parse(&text));
    if day.is_none() {
        faults.add("/day", "day_unreadable").with("value", said(typed, "day"));
    }
    let time: String = said(typed, "time").chars().map(crate::kernel::text::narrow).collect();
    let at = match time.split_once([':', '：']).map(|(h, m)| (h.parse::<i64>(), m.parse::<i64>())) {
        Some((Ok(h @ 0..24), Ok(m @ 0..60))) => Some(h * HOUR + m * MINUTE),
        _ => None,
    };
    if at.is_none() {
        faults.add("/time", "time_unreadable").with("value", &time);
    }
    let long = super::super::batch_form::plain(&said(typed, "hours")).parse::<i64>().ok().filter(|n| (1..=8784).contains(n));
    if long.is_none() {
        faults.add("/hours", "number_unreadable").with("figure", said(typed, "hours"));
    }
    faults.check()?;
    let from = day.map_or(now, Day::start) + at.unwrap_or(0);
    Ok((from, from + long.unwrap_or(1) * HOUR))
}

async fn given_as(app: App, reader: Reader, posted: Posted<Typed>, maintenance: bool) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let (from_at, to_at) = hours(&typed, desk.clock.now())?;
            let input = SiteNoticeInput { zh: said(&typed, "zh"), en: said(&typed, "en"), maintenance, from_at, to_at };
            give_notice(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/site-notices", "notice_given")))
        })
    });
    let tried = tried.await;
    app.heed_maintenance().await?;
    let form = if maintenance { "maintenance" } else { "notice" };
    answered(tried, async |mut failure| {
        for fault in &mut failure.fields {
            if fault.pointer == "/to" {
                fault.pointer = "/hours".to_owned();
            }
        }
        let errors = at_fields(&reader, &failure, form, &["zh", "en", "day", "time", "hours"]);
        Ok((failure, page(&app, &reader, errors, Some(Tried { form, typed: &typed })).await?))
    })
    .await
}

async fn add(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    given_as(app, reader, posted, false).await
}

async fn maintain(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    given_as(app, reader, posted, true).await
}

/// The one act maintenance does not stop.
async fn withdraw(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let desk = app.desk(posted.actor.clone());
    let done = app.db.write_always(move |tx| {
        let (desk, id) = (desk.clone(), id.clone());
        Box::pin(async move { withdraw_notice(tx, &desk, &id).await.map(|_| ()) })
    });
    let tried = done.await.map_err(Refusal);
    app.heed_maintenance().await?;
    let to = done_at(reader.lang, "/work/site-notices", "notice_withdrawn");
    let tried = tried.map(|()| axum::response::IntoResponse::into_response(axum::response::Redirect::to(&to)));
    answered(tried, async |failure| {
        let errors = at_fields(&reader, &failure, "withdraw", &[]);
        Ok((failure, page(&app, &reader, errors, None).await?))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_begins_at_a_time_in_china() {
        let typed = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Typed>();
        let read = hours(&typed(&[("day", "2026-12-01"), ("time", "２３：30"), ("hours", "2")]), 0).unwrap();
        assert_eq!(crate::kernel::clock::rfc3339(read.0), "2026-12-01T15:30:00.000Z");
        assert_eq!(read.1 - read.0, 2 * HOUR);
        let failure = hours(&typed(&[("day", "12月1日"), ("time", "25:00"), ("hours", "0")]), 0).unwrap_err();
        assert_eq!(failure.fields.len(), 3);
    }
}
