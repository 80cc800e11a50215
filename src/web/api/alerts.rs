//! `/api/v1/alerts` and `/api/v1/alert-rules`: what rules found, judged by officers; thresholds with their back-tests.

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
use crate::identity::role::Permission as P;
use crate::supervision::commands::alert::{JudgeInput, judge_alert, take_alert};
use crate::supervision::commands::alert_rule::{RuleDecisionInput, RuleInput, decide_rule, propose_rule};
use crate::supervision::queries::alert::{AlertDetail, AlertView, AlertsAsked, RuleView, VersionView, alert, alerts, rules, version};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    state: Option<String>,
    rule: Option<String>,
    severity: Option<String>,
    subject_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unasked {}

pub(super) fn routes() -> Vec<Route> {
    let (read, judge, record) = (Access::Needs(P::AlertRead), Access::Needs(P::AlertJudge), Access::Needs(P::AlertRuleRecord));
    let filter: &[_] = &[
        ("state", "open, new, judging, confirmed, false_alarm, dismissed or faded"),
        ("rule", "R1 to R25"),
        ("severity", "info, amber or high"),
        ("subject_id", "what it is about"),
    ];
    vec![
        Route::get("/api/v1/alerts", read, list).says("Alerts in reach").asks(filter).lists::<AlertView>(),
        Route::get("/api/v1/alerts/{id}", read, one)
            .says("An alert with its places, days and earlier alerts on the same subject")
            .answers::<AlertDetail>(200),
        Route::post("/api/v1/alerts/{id}/take", judge, take).says("Take an alert up, so that it does not fade").answers::<AlertView>(200),
        Route::post("/api/v1/alerts/{id}/judge", judge, judge_one)
            .says("Judge an alert with its reason; a confirmed one may open a case")
            .takes::<JudgeInput>()
            .answers::<AlertView>(200),
        Route::get("/api/v1/alert-rules", read, rule_list).says("The rules with their thresholds and precision").lists::<RuleView>(),
        Route::get("/api/v1/alert-rules/{id}", read, rule_one).says("A version of a rule with its back-test").answers::<VersionView>(200),
        Route::post("/api/v1/alert-rules", record, rule_propose)
            .says("Propose other thresholds; they are tested on the last 30 days")
            .takes::<RuleInput>()
            .answers::<VersionView>(201),
        Route::post("/api/v1/alert-rules/{id}/decide", record, rule_decide)
            .says("Put tested thresholds in force, or drop proposed ones")
            .takes::<RuleDecisionInput>()
            .answers::<VersionView>(200),
    ]
}

async fn list(State(app): State<App>, By(actor): By, listing: Listing<Filter>) -> Result<Json<Page<AlertView>>, Refusal> {
    let filter = listing.filter;
    let open = filter.state.as_deref() == Some("open");
    let asked = AlertsAsked {
        open,
        state: filter.state.filter(|_| !open),
        rule: filter.rule,
        severity: filter.severity,
        subject_id: filter.subject_id,
    };
    let items = alerts(&app.db, &actor, &asked, listing.cursor.as_deref(), listing.limit).await?;
    let next_cursor = (items.len() as u64 == listing.limit).then(|| items.last().map(|row| row.id.clone())).flatten();
    Ok(Json(Page { items, next_cursor }))
}

async fn one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<AlertDetail>, Refusal> {
    Ok(Json(alert(&app.db, &actor, app.keys.as_ref(), &id).await?))
}

async fn take(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        changed(async move { AlertView::of(take_alert(tx, &desk, &id).await?) })
    })
    .await
}

async fn judge_one(State(app): State<App>, Path(id): Path<String>, posted: Posted<JudgeInput>) -> Result<Response, Refusal> {
    let keys = app.keys.clone();
    act(&app, posted, move |tx, desk, input| {
        let (id, keys) = (id.clone(), keys.clone());
        changed(async move { AlertView::of(judge_alert(tx, &desk, keys.as_ref(), &id, &input).await?) })
    })
    .await
}

/// Twenty-five rules are one page, whatever is asked for.
async fn rule_list(State(app): State<App>, _listing: Listing<Unasked>) -> Result<Json<Page<RuleView>>, Refusal> {
    Ok(Json(Page { items: rules(&app.db, &app.clock).await?, next_cursor: None }))
}

async fn rule_one(State(app): State<App>, Path(id): Path<String>) -> Result<Json<VersionView>, Refusal> {
    Ok(Json(version(&app.db, &id).await?))
}

async fn rule_propose(State(app): State<App>, posted: Posted<RuleInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| made("alert-rules", async move { VersionView::of(propose_rule(tx, &desk, &input).await?) }))
        .await
}

async fn rule_decide(State(app): State<App>, Path(id): Path<String>, posted: Posted<RuleDecisionInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move { VersionView::of(decide_rule(tx, &desk, &id, &input).await?) })
    })
    .await
}
