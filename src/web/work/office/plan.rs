//! `/work/plans/{id}`: one plan with its lines beside what accounts say now; publishing, approving by another person, refusing.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::{Names, day_of, mu, tail};
use super::super::parts::{Field, Form, Part, PartsPage, Typed, answered, at_fields, said};
use super::plans::state;
use super::{facts, say};
use crate::identity::role::Permission as P;
use crate::registry::queries::{calendar, term};
use crate::trace::commands::plan::{Publicity, approve_plan, publish_plan, refuse_plan};
use crate::trace::plan::PlanView;
use crate::trace::queries::plan::plan;

/// Lines shown; the rest is in the export.
const MOST_SHOWN: usize = 500;

pub(super) fn routes() -> Vec<Route> {
    let approve_by = Access::Needs(P::SeasonPlanApprove);
    vec![
        Route::get("/work/plans/{id}", Access::Needs(P::SeasonPlanRead), show),
        Route::post("/work/plans/{id}/publish", Access::Needs(P::SeasonPlanPropose), publish),
        Route::post("/work/plans/{id}/approve", approve_by, approve),
        Route::post("/work/plans/{id}/refuse", approve_by, refuse),
    ]
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new()).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>) -> Result<String, Refusal> {
    let view = plan(&app.db, &reader.actor(P::SeasonPlanRead)?, id, reader.may(P::GrowerRead)).await?;
    let goods = Names::new(app).goods(&view.product_id).await?;
    let day = |day: &Option<String>| day.as_deref().map(|day| day_of(reader.lang, day));
    let rows = vec![
        ("product", Some(view.product.clone())),
        ("season", Some(view.season.clone())),
        ("version", Some(view.version.to_string())),
        ("state", Some(state(reader, &view).text)),
        ("total", Some(goods.show(view.total))),
        ("plan_basis_label", Some(reader.word("office.plan_basis", &view.basis))),
        ("plan_note", Some(view.note.clone())),
        ("evidence", view.evidence.clone()),
        ("published_from", day(&view.published_from)),
        ("published_to", day(&view.published_to)),
        ("decision_reason", view.decision_reason.clone()),
    ];
    let mut about = Part { heading: say(reader, "plan"), table: Some(facts(reader, "plan_caption", rows)), ..Part::default() };
    about.forms = forms(app, reader, &view);
    let lines = view.lines.iter().take(MOST_SHOWN).map(|line| {
        let name =
            if line.party.is_empty() { reader.fill("grower_numbered", &[("tail", &tail(&line.party_id))]) } else { line.party.clone() };
        let now = line.approved_now.map_or_else(|| say(reader, "no_account"), |amount| goods.show(amount));
        let changed = line.approved_now.is_some_and(|amount| amount != line.amount);
        vec![
            Cell::text(name).with_small(line.note.clone().unwrap_or_default()),
            Cell::text(line.area_m2.map(|m2| mu(reader.lang, m2)).unwrap_or_default()),
            Cell::text(goods.show(line.amount)),
            Cell::text(now).with_small(if changed { say(reader, "changes") } else { String::new() }),
        ]
    });
    let text = |key: &str| Column::text(say(reader, key));
    let number = |key: &str| Column::number(say(reader, key));
    let lines = Table {
        caption: reader.fill("office.lines_caption", &[("n", &view.lines.len().to_string())]),
        columns: vec![text("party"), number("area"), number("plan_amount"), number("approved_now")],
        rows: lines.collect(),
        empty: String::new(),
    };
    let parts = vec![about, Part { heading: say(reader, "plan_lines_heading"), table: Some(lines), ..Part::default() }];
    let title = format!("{} {} v{}", view.product, view.season, view.version);
    Ok(PartsPage { frame: reader.frame(title, errors), parts }.render()?)
}

fn forms(app: &App, reader: &Reader, view: &PlanView) -> Vec<Form> {
    let at = |verb: &str| format!("/work/plans/{}/{verb}", view.id);
    let mut forms = Vec::new();
    if view.state == "proposed" && reader.may(P::SeasonPlanPropose) {
        let form = Form::new(app, reader, "publish", &at("publish"), "office.publish_plan", "office.publish_plan", Vec::new());
        forms.push(form.about(say(reader, "publish_about")));
    }
    if view.state == "published" && reader.may(P::SeasonPlanApprove) {
        let form = Form::new(app, reader, "approve", &at("approve"), "office.approve_plan", "office.approve_plan", Vec::new());
        forms.push(form.about(say(reader, "approve_about")));
    }
    if matches!(view.state.as_str(), "proposed" | "published") && reader.may(P::SeasonPlanApprove) {
        let fields = vec![Field::text("reason", say(reader, "reason")).must()];
        let form = Form::new(app, reader, "refuse", &at("refuse"), "office.refuse_plan", "office.refuse_plan", fields);
        forms.push(Form { class: "stop", ..form });
    }
    forms
}

async fn finish(app: &App, reader: &Reader, id: &str, form: &'static str, tried: Result<Response, Refusal>) -> Result<Response, Refusal> {
    answered(tried, async |failure| {
        let errors = at_fields(reader, &failure, form, &["reason"]);
        Ok((failure, page(app, reader, id, errors).await?))
    })
    .await
}

async fn publish(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let publicity =
        Publicity { term: term(&app.db, "season_plan_publicity", app.clock.today()).await?, calendar: calendar(&app.db).await? };
    let (lang, named) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let (id, publicity) = (named.clone(), publicity.clone());
        Box::pin(async move {
            publish_plan(tx, &desk, &id, &publicity).await?;
            Ok(Done::see(done_at(lang, &format!("/work/plans/{id}"), "plan_published")))
        })
    });
    finish(&app, &reader, &id, "publish", tried.await).await
}

async fn approve(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, named) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let id = named.clone();
        Box::pin(async move {
            approve_plan(tx, &desk, &id).await?;
            Ok(Done::see(done_at(lang, &format!("/work/plans/{id}"), "plan_approved")))
        })
    });
    finish(&app, &reader, &id, "approve", tried.await).await
}

async fn refuse(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, named) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            refuse_plan(tx, &desk, &id, &said(&typed, "reason")).await?;
            Ok(Done::see(done_at(lang, &format!("/work/plans/{id}"), "plan_refused")))
        })
    });
    finish(&app, &reader, &id, "refuse", tried.await).await
}
