//! The reviewers' part. Whose turn it is follows from the right's way; on the announced way two steps after each other are two persons'.
//! Nobody tied to the applicant or to another user of the product's marks decides (domain.md §5).

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{Said, moved, state, stepped, way};
use crate::cultivation::mark_use_application::{ApplicationState, Part, RefusalReason, Turn, Way};
use crate::cultivation::store::mark_use_application::{self as store, ApplicationRow, PointRow};
use crate::db::Tx;
use crate::identity::notice::{About, To, note};
use crate::identity::store::organisation;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::commands::{MarkUseInput, grant_applied_mark_use, untied_to_users};
use crate::registry::store::{RightRow, product};
use crate::trace::record::{need_text, read_text};

/// The most points of one round.
const MOST_POINTS: usize = 40;
/// The longest time to answer, in days.
const LONGEST: i64 = 366;

/// By which permission somebody reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reviewer {
    /// The county's check.
    County,
    /// The office's and the holder's.
    Decider,
}

/// What is wrong with a part.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointInput {
    /// Which part.
    pub part: Part,
    /// What is wrong, and what would be right.
    pub said: String,
}

/// `POST …/return`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationReturnInput {
    /// Every point to be mended, at least one.
    pub points: Vec<PointInput>,
    /// Until when: after today, within a year.
    #[schema(value_type = String, format = Date)]
    pub answer_by: Day,
}

/// `POST …/verify`, `…/advance`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationStepInput {
    /// What was seen or decided.
    pub said: String,
    /// Day on the spot (county: must be given), or of the document.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub on_day: Option<Day>,
    /// Number of the document; the province's must be given.
    #[serde(default)]
    pub document_no: Option<String>,
}

/// `POST …/approve`: what the mark use rests on and its days.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationApproveInput {
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub in_force_from: Day,
    /// Last day; open if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub in_force_to: Option<Day>,
    /// The announcement of users, `ann_…`: on the announced way.
    #[serde(default)]
    pub announcement_id: Option<String>,
    /// The holder's contract, its number and day: on the licensed way.
    #[serde(default)]
    pub contract: Option<String>,
    /// Remarks.
    #[serde(default)]
    pub said: Option<String>,
}

/// `POST …/refuse`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationRefuseInput {
    /// Why, in a word.
    pub reason: RefusalReason,
    /// The grounds, with what they rest on.
    pub said: String,
    /// Where and until when the applicant may turn against it.
    pub appeal: String,
}

/// An application that waits for this reviewer, held until the commit.
struct Waiting {
    row: ApplicationRow,
    now: ApplicationState,
    way: Way,
    right: RightRow,
    name: String,
}

async fn waiting(tx: &Tx, desk: &Desk, id: &str, reviewer: Reviewer) -> Outcome<Waiting> {
    let row = store::lock(tx, &desk.actor.scope, id).await?;
    let now = state(&row)?;
    let (right, way) = way(tx, &row).await?;
    let firm = organisation(tx.connection(), &row.organisation_id).await?;
    let turn = now.turn(way).filter(|turn| *turn != Turn::Applicant);
    let Some(turn) = turn else { return Err(Failure::conflict("application_step").with("application_state", now.word())) };
    let by_permission = match turn {
        Turn::County => Reviewer::County,
        Turn::Applicant | Turn::Office | Turn::Holder => Reviewer::Decider,
    };
    let theirs = reviewer == by_permission && turn.is_of(&desk.actor.scope, &firm.id, &firm.division_code, right.holder_id.as_deref());
    if !theirs {
        return Err(Failure::conflict("application_not_your_turn").with("turn", turn.word()));
    }
    untied_to_users(tx, desk, &row.product_id, Some(&row.organisation_id)).await?;
    let before = store::steps(tx.connection(), &row.id).await?;
    if before.last().is_some_and(|step| step.account_id == desk.actor.account_id) {
        return Err(Failure::conflict("second_person_needed"));
    }
    Ok(Waiting { row, now, way, right, name: firm.name })
}

async fn tell(tx: &Tx, desk: &Desk, one: &Waiting, about: About, more: &[(&str, &str)]) -> Outcome<()> {
    let product = product::one(tx.connection(), &one.row.product_id).await?.name;
    let values: Vec<(&str, &str)> = [("product", product.as_str())].into_iter().chain(more.iter().copied()).collect();
    note(tx, desk, To::Organisation(&one.row.organisation_id), about, &one.row.id, &values).await
}

/// Takes the step forward of whose turn it is: the county after seeing the place, the office for the city, then with the province's document.
///
/// # Errors
/// `not_found`; `application_step`, `application_not_your_turn`, `tied_to_party`, `second_person_needed`; fields `register_empty`,
/// `application_visit_missing`, `application_document_missing`, `in_the_future`, `text_too_long`.
pub async fn advance_application(
    tx: &Tx,
    desk: &Desk,
    id: &str,
    input: &ApplicationStepInput,
    reviewer: Reviewer,
) -> Outcome<ApplicationRow> {
    let mut one = waiting(tx, desk, id, reviewer).await?;
    let Some(to) = one.now.forward(one.way).filter(|to| *to != ApplicationState::Approved) else {
        return Err(Failure::conflict("application_step").with("application_state", one.now.word()));
    };
    let mut faults = Faults::new();
    let said = need_text(&mut faults, "/said", Some(&input.said), 2_000, "register_empty");
    let document_no = read_text(&mut faults, "/document_no", input.document_no.as_deref(), 120);
    if to == ApplicationState::CountyVerified && input.on_day.is_none() {
        faults.add("/on_day", "application_visit_missing");
    }
    if to == ApplicationState::ProvinceReviewed && document_no.is_none() {
        faults.add("/document_no", "application_document_missing");
    }
    let today = desk.clock.today();
    if let Some(day) = input.on_day.filter(|day| *day > today) {
        faults.add("/on_day", "in_the_future").with("figure", day).with("right", today);
    }
    faults.check()?;
    moved(desk, &mut one.row, to);
    store::update(tx, &one.row).await?;
    let step = Said { said: Some(&said), on_day: input.on_day, document_no: document_no.as_deref(), ..Said::default() };
    stepped(tx, desk, &one.row, to.word(), step).await?;
    tell(tx, desk, &one, About::ApplicationMoved, &[]).await?;
    let facts = json!({ "to": to.word(), "said": said, "on": input.on_day, "document_no": document_no });
    ledger::append(tx, desk, Event::new(kind::MARK_USE_APPLICATION_VERIFIED, id, facts)).await?;
    Ok(one.row)
}

/// Gives it back to be mended, point by point.
///
/// # Errors
/// `not_found`; `application_step`, `application_not_your_turn`, `tied_to_party`, `second_person_needed`; fields
/// `application_points_missing`, `application_points_many`, `register_empty`, `text_too_long`, `application_answer_by`.
pub async fn return_application(
    tx: &Tx,
    desk: &Desk,
    id: &str,
    input: &ApplicationReturnInput,
    reviewer: Reviewer,
) -> Outcome<ApplicationRow> {
    let mut one = waiting(tx, desk, id, reviewer).await?;
    let mut faults = Faults::new();
    if input.points.is_empty() {
        faults.add("/points", "application_points_missing");
    } else if input.points.len() > MOST_POINTS {
        faults.add("/points", "application_points_many").with("most", MOST_POINTS);
    }
    let mut points = Vec::new();
    for (point, position) in input.points.iter().take(MOST_POINTS).zip(1_i64..) {
        let said = need_text(&mut faults, &format!("/points/{}/said", position - 1), Some(&point.said), 1_000, "register_empty");
        let part = point.part.word().to_owned();
        points.push(PointRow { application_id: one.row.id.clone(), round: one.row.round, position, part, said, answer: None });
    }
    let today = desk.clock.today();
    if input.answer_by <= today || input.answer_by.since(today) > LONGEST {
        let (from, to) = (today.plus(1), today.plus(LONGEST));
        faults.add("/answer_by", "application_answer_by").with("value", input.answer_by).with("from", from).with("to", to);
    }
    faults.check()?;
    moved(desk, &mut one.row, ApplicationState::Returned);
    one.row.answer_by = Some(input.answer_by.to_string());
    store::update(tx, &one.row).await?;
    let said: Vec<_> = points.iter().map(|point| json!({ "part": point.part, "said": point.said })).collect();
    let count = points.len().to_string();
    store::insert_points(tx, points).await?;
    stepped(tx, desk, &one.row, "returned", Said { on_day: Some(input.answer_by), ..Said::default() }).await?;
    let until = input.answer_by.to_string();
    tell(tx, desk, &one, About::ApplicationReturned, &[("n", &count), ("until", &until)]).await?;
    let facts = json!({ "round": one.row.round, "points": said, "answer_by": until });
    ledger::append(tx, desk, Event::new(kind::MARK_USE_APPLICATION_RETURNED, id, facts)).await?;
    Ok(one.row)
}

/// Approves it and grants the mark use, in one transaction. The special mark is printed once its artwork is filed.
///
/// # Errors
/// `not_found`; `application_step` before the last review, `application_not_your_turn`, `tied_to_party`, `second_person_needed`; fields of
/// [`grant_applied_mark_use`], `application_announcement_missing`, `application_contract_missing`.
pub async fn approve_application(tx: &Tx, desk: &Desk, id: &str, input: &ApplicationApproveInput) -> Outcome<ApplicationRow> {
    let mut one = waiting(tx, desk, id, Reviewer::Decider).await?;
    if one.now.forward(one.way) != Some(ApplicationState::Approved) {
        return Err(Failure::conflict("application_step").with("application_state", one.now.word()));
    }
    let mut faults = Faults::new();
    let said = read_text(&mut faults, "/said", input.said.as_deref(), 2_000);
    match one.way {
        Way::Announced if input.announcement_id.is_none() => {
            faults.add("/announcement_id", "application_announcement_missing");
        }
        Way::Licensed if input.contract.as_deref().is_none_or(|text| text.trim().is_empty()) => {
            faults.add("/contract", "application_contract_missing");
        }
        Way::Announced | Way::Licensed => {}
    }
    faults.check()?;
    let granted = MarkUseInput {
        organisation_id: one.row.organisation_id.clone(),
        right_id: one.right.id.clone(),
        in_force_from: input.in_force_from,
        in_force_to: input.in_force_to,
        announcement_id: input.announcement_id.clone(),
        contract: input.contract.clone(),
        evidence: None,
    };
    let granted = grant_applied_mark_use(tx, desk, &granted, one.row.demo).await?;
    moved(desk, &mut one.row, ApplicationState::Approved);
    one.row.mark_use_id = Some(granted.id.clone());
    store::update(tx, &one.row).await?;
    let paper = granted.announcement.as_deref().or(granted.contract.as_deref());
    let step = Said { said: said.as_deref(), on_day: Some(input.in_force_from), document_no: paper, ..Said::default() };
    stepped(tx, desk, &one.row, "approved", step).await?;
    let from = input.in_force_from.to_string();
    tell(tx, desk, &one, About::ApplicationApproved, &[("day", &from)]).await?;
    let facts = json!({ "mark_use_id": granted.id, "from": input.in_force_from, "to": input.in_force_to, "paper": paper, "said": said });
    ledger::append(tx, desk, Event::new(kind::MARK_USE_APPLICATION_APPROVED, id, facts)).await?;
    Ok(one.row)
}

/// Refuses it: with the reason, the grounds and where to turn.
///
/// # Errors
/// `not_found`; `application_step`, `application_not_your_turn`, `tied_to_party`, `second_person_needed`; fields `register_empty`,
/// `application_appeal_missing`, `text_too_long`.
pub async fn refuse_application(
    tx: &Tx,
    desk: &Desk,
    id: &str,
    input: &ApplicationRefuseInput,
    reviewer: Reviewer,
) -> Outcome<ApplicationRow> {
    let mut one = waiting(tx, desk, id, reviewer).await?;
    let mut faults = Faults::new();
    let grounds = need_text(&mut faults, "/said", Some(&input.said), 2_000, "register_empty");
    let appeal = need_text(&mut faults, "/appeal", Some(&input.appeal), 500, "application_appeal_missing");
    faults.check()?;
    moved(desk, &mut one.row, ApplicationState::Refused);
    store::update(tx, &one.row).await?;
    let said = format!("{grounds}\n{appeal}");
    stepped(tx, desk, &one.row, "refused", Said { said: Some(&said), reason: Some(input.reason.word()), ..Said::default() }).await?;
    tell(tx, desk, &one, About::ApplicationRefused, &[]).await?;
    let facts = json!({ "reason": input.reason.word(), "grounds": grounds, "appeal": appeal, "organisation": one.name });
    ledger::append(tx, desk, Event::new(kind::MARK_USE_APPLICATION_REFUSED, id, facts)).await?;
    Ok(one.row)
}
