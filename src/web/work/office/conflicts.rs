//! `/work/conflicts`: ties that make somebody withdraw from deciding: one's own to declare, everybody's for who keeps the list.

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
use super::super::names::day_of;
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, answered, at_fields, refilled};
use super::{As, columns, input, say};
use crate::identity::conflict::{ConflictInput, ConflictView, conflicts, declare_conflict, end_conflict};
use crate::identity::queries::organisations;
use crate::identity::role::Permission as P;

/// Organisations to choose from.
const MOST: u64 = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/conflicts", Access::Needs(P::ConflictDeclare), show),
        Route::post("/work/conflicts", Access::Needs(P::ConflictDeclare), declare),
        Route::post("/work/conflicts/{id}/end", Access::Needs(P::ConflictRead), end),
    ]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let keeps = reader.may(P::ConflictRead);
    let found = conflicts(&app.db, &reader.actor(P::ConflictDeclare)?, !keeps).await?;
    let today = app.clock.today().to_string();
    let standing = |view: &ConflictView| view.from <= today && view.to.as_ref().is_none_or(|to| *to >= today);
    let rows = found.iter().map(|view| {
        let to = view.to.as_deref().map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day));
        let state =
            if standing(view) { Cell::badge(say(reader, "withdraws"), "amber") } else { Cell::badge(say(reader, "ended_tie"), "soft") };
        vec![
            Cell::text(view.account.clone()),
            Cell::text(view.organisation.clone()),
            Cell::text(view.reason.clone()),
            Cell::text(format!("{} – {to}", day_of(reader.lang, &view.from))),
            state,
        ]
    });
    let table = Table {
        caption: say(reader, "conflicts_caption"),
        columns: columns(reader, &["person", "party", "reason", "in_force", "state"]),
        rows: rows.collect(),
        empty: say(reader, "conflicts_empty"),
    };
    let (all, _) = organisations(&app.db, &reader.actor(P::ConflictDeclare)?, None, None, MOST).await?;
    let fields = vec![
        Field::select("organisation_id", say(reader, "party"), all.into_iter().map(|row| (row.id, row.name)).collect()).must(),
        Field::text("reason", say(reader, "tie_reason")).hint(say(reader, "tie_hint")).must(),
        Field::date("from", reader.say("valid_from")).value(today.clone()),
        Field::date("to", reader.say("valid_to")),
    ];
    let form = Form::new(app, reader, "tie", "/work/conflicts", "office.declare_tie", "office.declare_tie", fields);
    let mut forms = vec![form.again(tried.as_ref())];
    let ends = found.iter().filter(|view| keeps && standing(view) && view.account_id != reader.who.account.id);
    forms.extend(ends.map(|view| {
        let path = format!("/work/conflicts/{}/end", view.id);
        let form = Form::new(app, reader, "end", &path, "office.end_tie", "office.end_tie", Vec::new());
        Form { class: "stop", label: format!("{}：{} – {}", form.label, view.account, view.organisation), ..form }
    }));
    let part =
        Part { heading: say(reader, "conflicts"), about: say(reader, "conflicts_about"), table: Some(table), forms, ..Part::default() };
    Ok(PartsPage { frame: reader.frame(say(reader, "conflicts"), errors), parts: vec![part] }.render()?)
}

const TIE: &[(&str, As)] = &[("organisation_id", As::Text), ("reason", As::Text), ("from", As::Text), ("to", As::Text)];

async fn declare(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let input: ConflictInput = input(&typed, TIE)?;
            declare_conflict(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/conflicts", "conflict_declared")))
        })
    });
    let tried = tried.await;
    let names: Vec<&str> = TIE.iter().map(|(name, _)| *name).collect();
    refilled(tried, &reader, Tried { form: "tie", typed: &typed }, &names, |errors, tried| page(&app, &reader, errors, tried)).await
}

async fn end(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let lang = reader.lang;
    let tried = act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        Box::pin(async move {
            end_conflict(tx, &desk, &id).await?;
            Ok(Done::see(done_at(lang, "/work/conflicts", "conflict_ended")))
        })
    });
    let tried = tried.await;
    answered(tried, async |failure| {
        let errors = at_fields(&reader, &failure, "end", &[]);
        Ok((failure, page(&app, &reader, errors, None).await?))
    })
    .await
}
