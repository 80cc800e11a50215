//! `/api/v1/season-plans`, `/conflicts`, `/limits`, `/calendar`: what the office and the holders decide beside the register's facts.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::act::{Done, act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Asked, Nothing, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::Reason;
use super::register::MadeView;
use crate::identity::conflict::{ConflictInput, ConflictView, conflicts, declare_conflict, end_conflict};
use crate::identity::role::Permission as P;
use crate::registry::commands::{CalendarInput, SettingInput, YearlyNotice, give_yearly_notice, record_days, record_setting};
use crate::registry::queries::{calendar, calendar_days, term, terms};
use crate::trace::commands::plan::{Publicity, approve_plan, propose_plan, publish_plan, refuse_plan};
use crate::trace::plan::{PlanInput, PlanView};
use crate::trace::queries::plan::{plan, plans};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    let (read, approve) = (needs(P::SeasonPlanRead), needs(P::SeasonPlanApprove));
    vec![
        Route::get("/api/v1/season-plans", read, plan_list)
            .says("Season plans in reach, newest first, without their lines")
            .asks(&[("product_id", "product")])
            .answers::<Plans>(200),
        Route::post("/api/v1/season-plans", needs(P::SeasonPlanPropose), plan_propose)
            .says("Propose a season plan: from the lines given, or from the land on record")
            .takes::<PlanInput>()
            .answers::<MadeView>(201),
        Route::get("/api/v1/season-plans/{id}", read, plan_one).says("One plan with its lines").answers::<PlanView>(200),
        Route::post("/api/v1/season-plans/{id}/publish", needs(P::SeasonPlanPropose), plan_publish)
            .says("Show a plan to everybody for its publicity")
            .answers::<MadeView>(200),
        Route::post("/api/v1/season-plans/{id}/approve", approve, plan_approve)
            .says("Approve a plan somebody else proposed; its accounts stand at once")
            .answers::<MadeView>(200),
        Route::post("/api/v1/season-plans/{id}/refuse", approve, plan_refuse)
            .says("Refuse a plan")
            .takes::<Reason>()
            .answers::<MadeView>(200),
        Route::post("/api/v1/products/{id}/yearly-notice", needs(P::ProductRegister), yearly_notice)
            .says("Record the holder's yearly notice: season, cap, varieties")
            .takes::<YearlyNotice>()
            .answers::<MadeView>(200),
        Route::get("/api/v1/conflicts", needs(P::ConflictRead), conflict_list).says("Declared ties").answers::<Conflicts>(200),
        Route::post("/api/v1/conflicts", needs(P::ConflictDeclare), conflict_declare)
            .says("Declare a tie, one's own or somebody's")
            .takes::<ConflictInput>()
            .answers::<MadeView>(201),
        Route::post("/api/v1/conflicts/{id}/end", needs(P::ConflictRead), conflict_end).says("End a tie").answers::<MadeView>(200),
        Route::get("/api/v1/limits", Access::Public, limit_list)
            .says("Dated limits with their sources; as of a day those in force")
            .asks(&[("as_of", "YYYY-MM-DD")])
            .answers::<Limits>(200),
        Route::post("/api/v1/limits", needs(P::SettingRecord), limit_record)
            .says("Record a limit from a day on")
            .takes::<SettingInput>()
            .answers::<MadeView>(201),
        Route::get("/api/v1/calendar", Access::Public, calendar_list).says("Days off and days made up").answers::<CalendarView>(200),
        Route::post("/api/v1/calendar", needs(P::SettingRecord), calendar_record)
            .says("Record days off or days made up")
            .takes::<CalendarInput>()
            .answers::<()>(204),
    ]
}

/// Plans.
#[derive(Debug, Serialize, ToSchema)]
struct Plans {
    items: Vec<PlanView>,
}
/// Ties.
#[derive(Debug, Serialize, ToSchema)]
struct Conflicts {
    items: Vec<ConflictView>,
}
/// Limits.
#[derive(Debug, Serialize, ToSchema)]
struct Limits {
    items: Vec<LimitView>,
}
/// A limit from a day on.
#[derive(Debug, Serialize, ToSchema)]
struct LimitView {
    name: String,
    number: u32,
    unit: String,
    from: String,
    source: String,
}
/// The calendar.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarView {
    items: Vec<CalendarLine>,
}
/// Days that are otherwise than the week says.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarLine {
    from: String,
    to: String,
    kind: String,
    source: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfProduct {
    product_id: Option<String>,
}
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AsOf {
    as_of: Option<crate::kernel::Day>,
}

async fn plan_list(State(app): State<App>, By(actor): By, Asked(asked): Asked<OfProduct>) -> Result<Json<Plans>, Refusal> {
    Ok(Json(Plans { items: plans(&app.db, &actor, asked.product_id.as_deref()).await? }))
}

async fn plan_one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<PlanView>, Refusal> {
    Ok(Json(plan(&app.db, &actor, &id, false).await?))
}

async fn plan_propose(State(app): State<App>, posted: Posted<PlanInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| made("season-plans", async move { Ok(MadeView::plain(propose_plan(tx, &desk, &input).await?.id)) }))
        .await
}

async fn plan_publish(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    let publicity =
        Publicity { term: term(&app.db, "season_plan_publicity", app.clock.today()).await?, calendar: calendar(&app.db).await? };
    act(&app, posted, move |tx, desk, _| {
        let (id, publicity) = (id.clone(), publicity.clone());
        changed(async move { Ok(MadeView::plain(publish_plan(tx, &desk, &id, &publicity).await?.id)) })
    })
    .await
}

async fn plan_approve(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        changed(async move { Ok(MadeView::plain(approve_plan(tx, &desk, &id).await?.id)) })
    })
    .await
}

async fn plan_refuse(State(app): State<App>, Path(id): Path<String>, posted: Posted<Reason>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move { Ok(MadeView::plain(refuse_plan(tx, &desk, &id, &input.reason).await?.id)) })
    })
    .await
}

async fn yearly_notice(State(app): State<App>, Path(id): Path<String>, posted: Posted<YearlyNotice>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move { Ok(MadeView::plain(give_yearly_notice(tx, &desk, &id, &input).await?.id)) })
    })
    .await
}

async fn conflict_list(State(app): State<App>, By(actor): By) -> Result<Json<Conflicts>, Refusal> {
    Ok(Json(Conflicts { items: conflicts(&app.db, &actor, false).await? }))
}

async fn conflict_declare(State(app): State<App>, posted: Posted<ConflictInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        made("conflicts", async move { Ok(MadeView::plain(declare_conflict(tx, &desk, &input).await?.id)) })
    })
    .await
}

async fn conflict_end(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        changed(async move { Ok(MadeView::plain(end_conflict(tx, &desk, &id).await?.id)) })
    })
    .await
}

async fn limit_list(State(app): State<App>, Asked(asked): Asked<AsOf>) -> Result<Json<Limits>, Refusal> {
    let mut all = terms(&app.db).await?;
    if let Some(day) = asked.as_of {
        let mut now: BTreeMap<String, _> = BTreeMap::new();
        all.retain(|term| term.from <= day);
        all.sort_by_key(|term| term.from);
        for term in all {
            now.insert(term.name.clone(), term);
        }
        all = now.into_values().collect();
    }
    let view = |term: crate::registry::setting::DatedTerm| LimitView {
        number: term.term.number,
        unit: term.term.unit.word().to_owned(),
        from: term.from.to_string(),
        name: term.name,
        source: term.source,
    };
    Ok(Json(Limits { items: all.into_iter().map(view).collect() }))
}

async fn limit_record(State(app): State<App>, posted: Posted<SettingInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| made("limits", async move { Ok(MadeView::plain(record_setting(tx, &desk, &input).await?.id)) }))
        .await
}

async fn calendar_list(State(app): State<App>) -> Result<Json<CalendarView>, Refusal> {
    let line = |days: crate::registry::setting::CalendarDays| CalendarLine {
        from: days.from.to_string(),
        to: days.to.to_string(),
        kind: days.kind.word().to_owned(),
        source: days.source,
    };
    Ok(Json(CalendarView { items: calendar_days(&app.db).await?.into_iter().map(line).collect() }))
}

async fn calendar_record(State(app): State<App>, posted: Posted<CalendarInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        Box::pin(async move {
            record_days(tx, &desk, &input).await?;
            Ok(Done::nothing())
        })
    })
    .await
}
