//! What is done to applications and yearly reports: the applicant's part, and the reviewers'.

mod annual_report;
mod annual_review;
mod apply;
mod review;

pub use annual_report::{
    AnnualReportBeginInput, AnnualReportCorrectInput, AnnualReportInput, AnnualReportSubmitInput, AnsweredQuestion, QuestionAnswer,
    begin_annual_report, correct_annual_report, declare_annual_report, declared_of, price_base, submit_annual_report, yuan,
};
pub use annual_review::{
    AnnualReportAcceptInput, AnnualReportReturnInput, CountyFigureInput, ReportPointInput, accept_annual_report, record_county_figure,
    remind_annual_reports, return_annual_report,
};
pub use apply::{
    ApplicationBeginInput, ApplicationInput, PointAnswer, begin_application, change_application, remove_paper, submit_application,
    withdraw_application,
};
pub use review::{
    ApplicationApproveInput, ApplicationRefuseInput, ApplicationReturnInput, ApplicationStepInput, PointInput, Reviewer,
    advance_application, approve_application, refuse_application, return_application,
};

use crate::cultivation::mark_use_application::{ApplicationState, Way};
use crate::cultivation::store::mark_use_application::{self as store, ApplicationRow, StepRow};
use crate::db::Tx;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::registry::right::Route;
use crate::registry::store::{RightRow, right};

/// The word of files that belong to an application.
pub const FILES_OF: &str = "mark_use_application";

fn state(row: &ApplicationRow) -> Outcome<ApplicationState> {
    ApplicationState::parse(&row.state).ok_or_else(|| Failure::broken("an unknown word is stored in mark_use_application.state"))
}

/// The right it is for, and by which way that admits users.
async fn way(tx: &Tx, row: &ApplicationRow) -> Outcome<(RightRow, Way)> {
    let right = right::one(tx.connection(), &row.right_id).await?;
    let way = Route::parse(&right.route).and_then(Way::of);
    Ok((right, way.ok_or_else(|| Failure::broken("an application for a right that admits no users"))?))
}

/// What a step says beside who took it and when.
#[derive(Default)]
struct Said<'a> {
    said: Option<&'a str>,
    reason: Option<&'a str>,
    on_day: Option<Day>,
    document_no: Option<&'a str>,
}

async fn stepped(tx: &Tx, desk: &Desk, row: &ApplicationRow, act: &str, said: Said<'_>) -> Outcome<()> {
    let step = StepRow {
        id: 0,
        application_id: row.id.clone(),
        round: row.round,
        act: act.to_owned(),
        account_id: desk.actor.account_id.clone(),
        at: desk.clock.now(),
        said: said.said.map(str::to_owned),
        reason: said.reason.map(str::to_owned),
        on_day: said.on_day.map(|day| day.to_string()),
        document_no: said.document_no.map(str::to_owned),
    };
    store::insert_step(tx, step).await
}

/// Puts it into a state, from now on.
fn moved(desk: &Desk, row: &mut ApplicationRow, to: ApplicationState) {
    to.word().clone_into(&mut row.state);
    row.moved_at = desk.clock.now();
}
