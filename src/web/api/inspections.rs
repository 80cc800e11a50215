//! `/api/v1/draws`, `/api/v1/inspections`, `/api/v1/checklists`, `/api/v1/abnormal-entries`, `/api/v1/officers`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::identity::officer::{OfficerInput, OfficerView, officer_view, officers, record_officer};
use crate::identity::role::Permission as P;
use crate::supervision::abnormal::{AbnormalView, abnormal_entries};
use crate::supervision::checklist::Checklist;
use crate::supervision::commands::abnormal::{
    AbnormalInput, confirm_abnormal, confirm_abnormal_lift, drop_abnormal, propose_abnormal, propose_abnormal_lift, withdraw_abnormal_lift,
};
use crate::supervision::commands::draw::{DrawInput, FreezeInput, ValueInput, draw, drop_draw, freeze_draw, plan_draw};
use crate::supervision::commands::drawn::{ImportInput, import_drawn};
use crate::supervision::commands::inspection::{
    ChecklistInput, OpenInput, PublishInput, open_inspection, publish_inspection, record_checklist, record_inspection,
};
use crate::supervision::commands::{LiftInput, WithdrawInput};
use crate::supervision::draws::{self, DrawView, PublicDraw, frozen_draw};
use crate::supervision::inspection::RecordInput;
use crate::supervision::inspections::{InspectionFilter, InspectionView, checklists, inspection, inspections, known};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Any {}

pub(super) fn routes() -> Vec<Route> {
    let (plan, confirm) = (Access::Needs(P::InspectionPlan), Access::Needs(P::InspectionConfirm));
    let (read, record, office) = (Access::Needs(P::InspectionRead), Access::Needs(P::InspectionRecord), Access::Needs(P::OfficerRecord));
    let year: &[_] = &[("year", "of this year's plan")];
    let asked: &[_] = &[("state", "waiting, recorded or published"), ("draw_id", "of this task"), ("organisation_id", "of this firm")];
    vec![
        Route::get("/api/v1/officers", office, officer_list).says("Officers with their certificates").lists::<OfficerView>(),
        Route::post("/api/v1/officers", office, officer_record)
            .says("Record an officer's certificate; recorded again, the newer one stands")
            .takes::<OfficerInput>()
            .answers::<OfficerView>(200),
        Route::get("/api/v1/draws", plan, draw_list).says("Tasks of the plans of random inspections").asks(year).lists::<DrawView>(),
        Route::post("/api/v1/draws", plan, draw_plan).says("Put a task into a year's plan").takes::<DrawInput>().answers::<DrawView>(201),
        Route::get("/api/v1/draws/{id}", plan, draw_one).says("One task").answers::<DrawView>(200),
        Route::get("/api/v1/draws/{id}/list", plan, draw_frozen)
            .says("What is frozen, and what follows from it; for officers of the place, before the public sees it")
            .answers::<PublicDraw>(200),
        Route::post("/api/v1/draws/{id}/drop", plan, draw_drop).says("Take a task out of the plan").answers::<DrawView>(200),
        Route::post("/api/v1/draws/{id}/freeze", plan, draw_freeze)
            .says("Freeze the list of firms and officers and name the public value that decides")
            .takes::<FreezeInput>()
            .answers::<DrawView>(200),
        Route::post("/api/v1/draws/{id}/value", confirm, draw_value)
            .says("Enter the public value and draw; another person, after its day")
            .takes::<ValueInput>()
            .answers::<DrawView>(200),
        Route::post("/api/v1/draws/{id}/import", plan, draw_import)
            .says("Take over what the province's platform drew")
            .takes::<ImportInput>()
            .answers::<DrawView>(200),
        Route::get("/api/v1/inspections", read, list).says("Inspections in reach").asks(asked).lists::<InspectionView>(),
        Route::post("/api/v1/inspections", record, open)
            .says("Open an inspection that was not drawn, or a re-check")
            .takes::<OpenInput>()
            .answers::<InspectionView>(201),
        Route::get("/api/v1/inspections/{id}", read, one).says("One inspection").answers::<InspectionView>(200),
        Route::post("/api/v1/inspections/{id}/record", record, record_one)
            .says("Hand in what was seen")
            .takes::<RecordInput>()
            .answers::<InspectionView>(200),
        Route::post("/api/v1/inspections/{id}/publish", confirm, publish)
            .says("Publish the result; another person than who handed it in")
            .takes::<PublishInput>()
            .answers::<InspectionView>(200),
        Route::get("/api/v1/checklists", plan, checklist_list).says("Departments' checklists").lists::<Checklist>(),
        Route::post("/api/v1/checklists", plan, checklist_record)
            .says("Record a department's checklist from a day on")
            .takes::<ChecklistInput>()
            .answers::<Checklist>(200),
        Route::get("/api/v1/abnormal-entries", record, abnormal_list)
            .says("Entries of the list of abnormal operations")
            .lists::<AbnormalView>(),
        Route::post("/api/v1/abnormal-entries", record, abnormal_propose)
            .says("Propose to enter a firm")
            .takes::<AbnormalInput>()
            .answers::<AbnormalView>(201),
        Route::post("/api/v1/abnormal-entries/{id}/confirm", confirm, abnormal_confirm)
            .says("Confirm an entry somebody else proposed")
            .answers::<AbnormalView>(200),
        Route::post("/api/v1/abnormal-entries/{id}/drop", record, abnormal_drop).says("Drop a proposed entry").answers::<AbnormalView>(200),
        Route::post("/api/v1/abnormal-entries/{id}/lift", record, abnormal_lift)
            .says("Propose to remove a firm")
            .takes::<LiftInput>()
            .answers::<AbnormalView>(200),
        Route::post("/api/v1/abnormal-entries/{id}/lift/confirm", confirm, abnormal_lifted)
            .says("Confirm the removal")
            .answers::<AbnormalView>(200),
        Route::post("/api/v1/abnormal-entries/{id}/lift/withdraw", record, abnormal_lift_withdraw)
            .says("Withdraw the proposal to remove a firm")
            .takes::<WithdrawInput>()
            .answers::<AbnormalView>(200),
    ]
}

async fn officer_list(State(app): State<App>, _by: By, _listing: Listing<Any>) -> Result<Json<Page<OfficerView>>, Refusal> {
    Ok(Json(Page { items: officers(&app.db).await?, next_cursor: None }))
}

async fn officer_record(State(app): State<App>, posted: Posted<OfficerInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        changed(async move {
            let row = record_officer(tx, &desk, &input).await?;
            officer_view(tx, &row.account_id).await
        })
    })
    .await
}

async fn draw_list(State(app): State<App>, By(actor): By, listing: Listing<Year>) -> Result<Json<Page<DrawView>>, Refusal> {
    let items = draws::draws(&app.db, &actor, listing.filter.year, listing.cursor.as_deref(), listing.limit).await?;
    let next_cursor = (items.len() as u64 == listing.limit).then(|| items.last().map(|view| view.id.clone())).flatten();
    Ok(Json(Page { items, next_cursor }))
}

async fn draw_one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<DrawView>, Refusal> {
    Ok(Json(draws::draw(&app.db, &actor, &id).await?))
}

async fn draw_frozen(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<PublicDraw>, Refusal> {
    Ok(Json(frozen_draw(&app.db, &actor, &id).await?))
}

async fn draw_plan(State(app): State<App>, posted: Posted<DrawInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| made("draws", async move { plan_draw(tx, &desk, &input).await.map(DrawView::from) })).await
}

/// A step of a task with an input.
macro_rules! step {
    ($handler:ident, $input:ty, $command:ident) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<$input>) -> Result<Response, Refusal> {
            act(&app, posted, move |tx, desk, input| {
                let id = id.clone();
                changed(async move { $command(tx, &desk, &id, &input).await.map(DrawView::from) })
            })
            .await
        }
    };
}
step!(draw_freeze, FreezeInput, freeze_draw);
step!(draw_value, ValueInput, draw);
step!(draw_import, ImportInput, import_drawn);

async fn draw_drop(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        changed(async move { drop_draw(tx, &desk, &id).await.map(DrawView::from) })
    })
    .await
}

async fn list(State(app): State<App>, By(actor): By, listing: Listing<InspectionFilter>) -> Result<Json<Page<InspectionView>>, Refusal> {
    let items = inspections(&app.db, &actor, &listing.filter, listing.cursor.as_deref(), listing.limit).await?;
    let next_cursor = (items.len() as u64 == listing.limit).then(|| items.last().map(|view| view.id.clone())).flatten();
    Ok(Json(Page { items, next_cursor }))
}

async fn one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<InspectionView>, Refusal> {
    Ok(Json(inspection(&app.db, &actor, &id).await?))
}

async fn open(State(app): State<App>, posted: Posted<OpenInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        made("inspections", async move { InspectionView::read(tx.connection(), open_inspection(tx, &desk, &input).await?).await })
    })
    .await
}

async fn record_one(
    State(app): State<App>,
    By(actor): By,
    Path(id): Path<String>,
    posted: Posted<RecordInput>,
) -> Result<Response, Refusal> {
    let view = inspection(&app.db, &actor, &id).await?;
    let known = known(&app.db, &actor, &app.clock, &view, posted.body.inspected_on).await?;
    act(&app, posted, move |tx, desk, input| {
        let (id, known) = (id.clone(), known.clone());
        changed(async move {
            let row = record_inspection(tx, &desk, &id, &input, &known, &[]).await?;
            InspectionView::read(tx.connection(), row).await
        })
    })
    .await
}

async fn publish(State(app): State<App>, Path(id): Path<String>, posted: Posted<PublishInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move { InspectionView::read(tx.connection(), publish_inspection(tx, &desk, &id, &input).await?).await })
    })
    .await
}

async fn checklist_list(State(app): State<App>, _by: By, _listing: Listing<Any>) -> Result<Json<Page<Checklist>>, Refusal> {
    Ok(Json(Page { items: checklists(&app.db).await?, next_cursor: None }))
}

async fn checklist_record(State(app): State<App>, posted: Posted<ChecklistInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| changed(async move { record_checklist(tx, &desk, &input).await })).await
}

async fn abnormal_list(State(app): State<App>, By(actor): By, listing: Listing<Any>) -> Result<Json<Page<AbnormalView>>, Refusal> {
    let items = abnormal_entries(&app.db, &actor, listing.cursor.as_deref(), listing.limit).await?;
    let next_cursor = (items.len() as u64 == listing.limit).then(|| items.last().map(|view| view.id.clone())).flatten();
    Ok(Json(Page { items, next_cursor }))
}

async fn abnormal_propose(State(app): State<App>, posted: Posted<AbnormalInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        made("abnormal-entries", async move { propose_abnormal(tx, &desk, &input).await.map(AbnormalView::from) })
    })
    .await
}

/// A step of an entry that says nothing more.
macro_rules! decided {
    ($handler:ident, $command:ident) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
            act(&app, posted, move |tx, desk, _| {
                let id = id.clone();
                changed(async move { $command(tx, &desk, &id).await.map(AbnormalView::from) })
            })
            .await
        }
    };
}
decided!(abnormal_confirm, confirm_abnormal);
decided!(abnormal_drop, drop_abnormal);
decided!(abnormal_lifted, confirm_abnormal_lift);

async fn abnormal_lift(State(app): State<App>, Path(id): Path<String>, posted: Posted<LiftInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move { propose_abnormal_lift(tx, &desk, &id, &input).await.map(AbnormalView::from) })
    })
    .await
}

async fn abnormal_lift_withdraw(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted<WithdrawInput>,
) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move { withdraw_abnormal_lift(tx, &desk, &id, &input).await.map(AbnormalView::from) })
    })
    .await
}
