//! What waits, from every process. A process that has something to do adds its query to [`waiting`], with the permission of who does it.

use super::Due;
use crate::cultivation::mark_use_application::Turn;
use crate::cultivation::queries::{AnnualReportView, ApplicationView, waiting as applications, waiting_reports};
use crate::db::Db;
use crate::identity::role::Permission;
use crate::kernel::{Actor, Clock, Day, Outcome};
use crate::supervision::queries::{Steps, alert, recalls, stops};
use crate::supervision::seizures::seizures;
use crate::supervision::{audit, cases, feedback, inspections, rectifications};
use crate::trace::queries::batch;
use crate::trace::seizure::SeizureState;
use crate::trace::stop::DecisionState;

/// The most of one kind that are asked for.
pub const MOST: u64 = 200;

/// Everything that waits for somebody who may act so: what is due first on top, then what waits longest. `acting` is the reader's own
/// standing for a permission; what the reader may not do does not wait for it.
///
/// # Errors
/// Only ours.
pub async fn waiting(db: &Db, clock: &Clock, acting: impl Fn(Permission) -> Option<Actor>) -> Outcome<Vec<Due>> {
    let mut all: Vec<Due> = Vec::new();
    macro_rules! collect {
        ($($permission:ident => $due:path,)*) => {$(
            if let Some(actor) = acting(Permission::$permission) {
                all.extend($due(db, &actor, clock).await?);
            }
        )*};
    }
    collect! {
        RecallConfirm => recalls_due,
        StopConfirm => stops_due,
        SeizureConfirm => seizures_due,
        FeedbackHandle => feedback::view::due,
        AlertJudge => alert::due,
        ListingAudit => audit::queries::due,
        InspectionRecord => inspections::due,
        RectificationOrder => rectifications::due,
        CaseWork => cases::due,
        MarkUseApplicationVerify => applications_due,
        AnnualReportReview => annual_reports_due,
    }
    // What has no clock comes last.
    let order = |due: &Due| (due.due_on.is_none(), due.due_on, due.since, due.id.clone());
    all.sort_by_key(order);
    Ok(all)
}

fn moment(written: &str) -> i64 {
    crate::kernel::clock::parse_rfc3339(written).unwrap_or(0)
}

/// What a stop or recall waits for: a second person, for itself or for its lifting.
fn second(steps: &Steps) -> bool {
    matches!(DecisionState::parse(&steps.state), Some(DecisionState::Proposed | DecisionState::LiftProposed))
}

async fn stops_due(db: &Db, actor: &Actor, _: &Clock) -> Outcome<Vec<Due>> {
    let found = stops(db, actor, None, None, MOST).await?;
    let due = |view: crate::supervision::queries::StopView| Due {
        kind: "stop",
        title: format!("{} · {}", view.document_no, view.public_text),
        since: moment(&view.steps.proposed_at),
        due_on: None,
        href: format!("/work/measures/stops/{}", view.id),
        step: "confirm",
        id: view.id,
    };
    Ok(found.into_iter().filter(|view| second(&view.steps)).map(due).collect())
}

async fn recalls_due(db: &Db, actor: &Actor, _: &Clock) -> Outcome<Vec<Due>> {
    let mut out = Vec::new();
    for view in recalls(db, actor, None, None, MOST).await?.into_iter().filter(|view| second(&view.steps)) {
        let lot = batch::batch(db, actor, &view.batch_id).await.map_or_else(|_| view.batch_id.clone(), |batch| batch.lot);
        out.push(Due {
            kind: "recall",
            title: format!("{lot} · {} · {}", view.document_no, view.reason),
            since: moment(&view.steps.proposed_at),
            due_on: None,
            href: format!("/work/measures/recalls/{}", view.id),
            step: "confirm",
            id: view.id,
        });
    }
    Ok(out)
}

/// Applications for the use of a mark that wait for the county's check on the spot.
async fn applications_due(db: &Db, actor: &Actor, _: &Clock) -> Outcome<Vec<Due>> {
    let found = applications(db, actor, &[Turn::County]).await?;
    let due = |view: ApplicationView| Due {
        kind: "application",
        title: format!("{} · {}", view.organisation, view.product),
        since: moment(&view.moved_at),
        due_on: None,
        href: format!("/work/mark-use-applications/{}", view.id),
        step: "check",
        id: view.id,
    };
    Ok(found.into_iter().map(due).collect())
}

/// Yearly reports that were handed in and wait for a check.
async fn annual_reports_due(db: &Db, actor: &Actor, _: &Clock) -> Outcome<Vec<Due>> {
    let due = |view: AnnualReportView| Due {
        kind: "annual_report",
        title: format!("{} · {} · {}", view.organisation, view.product, view.year),
        since: moment(&view.moved_at),
        due_on: None,
        href: format!("/work/annual-reports/{}", view.id),
        step: "check",
        id: view.id,
    };
    Ok(waiting_reports(db, actor).await?.into_iter().map(due).collect())
}

/// Seizures have a last day by their document; nothing frees the goods by itself, so past it somebody must decide.
async fn seizures_due(db: &Db, actor: &Actor, clock: &Clock) -> Outcome<Vec<Due>> {
    let found = seizures(db, actor, clock.today(), (None, None), None, MOST).await?;
    let due = |view: crate::supervision::seizures::SeizureView| {
        let step = match SeizureState::parse(&view.state)? {
            SeizureState::Proposed | SeizureState::EndProposed => "confirm",
            SeizureState::InForce => "decide",
            SeizureState::Dropped | SeizureState::Ended => return None,
        };
        Some(Due {
            kind: "seizure",
            title: format!("{} · {} · {}", view.lot, view.document_no, view.reason),
            since: moment(&view.proposed_at),
            due_on: Day::parse(&view.until),
            href: format!("/work/seizures/{}", view.id),
            step,
            id: view.id,
        })
    };
    Ok(found.into_iter().filter_map(due).collect())
}
