//! Recording who may use the mark of a right, and from when to when. An approval older than the platform begins as `in_use`; one that
//! comes of an application here begins as `announced`, and the special mark is printed once its artwork is filed.
//!
//! A mark use needs a paper: an announcement on record that speaks of this very right, or other evidence (a filed licence, an approval
//! older than the platform). What was made while it was in force stays lawful: a suspension or an end reaches into the past only with the
//! number of the document that says so.

mod act;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form::{self, LINE};
use crate::db::Tx;
use crate::identity;
use crate::identity::conflict::{refuse_tied, ties};
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::announcement::AnnouncementKind;
use crate::registry::fact::PartialDate;
use crate::registry::interval::DayInterval;
use crate::registry::mark_use::MarkUseState;
use crate::registry::right::TermState;
use crate::registry::store::{self, AnnouncementRow, MarkUseRow, RightRow};

pub use act::{ArtworkInput, EndInput, Ending, ResumeInput, SuspendInput, end_mark_use, file_artwork, resume_mark_use, suspend_mark_use};

/// A mark use as it is recorded.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkUseInput {
    /// The user, `org_…`.
    pub organisation_id: String,
    /// The right, `rig_…`.
    pub right_id: String,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub in_force_from: Day,
    /// Last day; open if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub in_force_to: Option<Day>,
    /// The announcement of users, `ann_…`.
    #[serde(default)]
    pub announcement_id: Option<String>,
    /// The holder's contract: its number and day. An approval older than the platform rests on an announcement or on this.
    #[serde(default)]
    pub contract: Option<String>,
    /// The licence or approval otherwise: what, from whom, of which day.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// Records a mark use from its paper: it is in use already.
///
/// # Errors
/// `invalid_fields` with every fault: `register_organisation_unknown`, `mark_use_credit_code`, `register_right_unknown`,
/// `mark_use_right_not_registered`, `mark_use_before_recognition`, `mark_use_after_right`, `mark_use_paper_missing`,
/// `mark_use_contract_missing`, `mark_use_announcement_other`, `mark_use_announcement_kind`, `mark_use_before_announcement`,
/// `mark_use_overlaps`, `outside_your_region` …
pub async fn grant_mark_use(tx: &Tx, desk: &Desk, input: &MarkUseInput, demo: bool) -> Outcome<MarkUseRow> {
    grant(tx, desk, input, MarkUseState::InUse, demo).await
}

/// Grants a mark use that was applied for; the caller has measured the reach of whoever decides by the application.
///
/// # Errors
/// As [`grant_mark_use`], without `outside_your_region`.
pub async fn grant_applied_mark_use(tx: &Tx, desk: &Desk, input: &MarkUseInput, demo: bool) -> Outcome<MarkUseRow> {
    grant(tx, desk, input, MarkUseState::Announced, demo).await
}

async fn grant(tx: &Tx, desk: &Desk, input: &MarkUseInput, state: MarkUseState, demo: bool) -> Outcome<MarkUseRow> {
    // What was applied for is decided by whoever the application reaches: a holder has no region.
    let by_region = state == MarkUseState::InUse;
    let mut faults = Faults::new();
    user(tx, desk, &mut faults, &input.organisation_id, by_region).await?;
    // Holding the right keeps two grants of overlapping days from passing each other.
    let right = store::right::to_grant(tx, &input.right_id).await?;
    match &right {
        Some(right) => right_fits(tx, desk, &mut faults, (right, by_region), input).await?,
        None => {
            faults.add("/right_id", "register_right_unknown").with("value", &input.right_id);
        }
    }
    if let Some(right) = &right {
        untied_to_users(tx, desk, &right.product_id, Some(&input.organisation_id)).await?;
    }
    let days = DayInterval::new(input.in_force_from, input.in_force_to);
    if let (None, Some(to)) = (days, input.in_force_to) {
        faults.add("/in_force_to", "mark_use_backwards").with("from", input.in_force_from).with("to", to);
    }
    if let Some(days) = days {
        overlaps(tx, &mut faults, input, days).await?;
    }
    let evidence = form::optional(&mut faults, "/evidence", input.evidence.as_deref(), LINE);
    let contract = form::optional(&mut faults, "/contract", input.contract.as_deref(), LINE);
    let announcement = paper(tx, &mut faults, input, right.as_ref(), evidence.is_some() || contract.is_some()).await?;
    if evidence.is_some() && contract.is_none() && input.announcement_id.is_none() {
        predates(tx, &mut faults, input).await?;
    }
    faults.check()?;
    let row = MarkUseRow {
        contract,
        id: desk.new_id(Noun::MarkUse),
        organisation_id: input.organisation_id.clone(),
        right_id: input.right_id.clone(),
        state: state.word().to_owned(),
        in_force_from: input.in_force_from.to_string(),
        in_force_to: input.in_force_to.map(|day| day.to_string()),
        announcement: announcement.as_ref().map(|a| a.number.clone()),
        announcement_id: announcement.map(|a| a.id),
        evidence,
        artwork_on: None,
        artwork_no: None,
        demo,
        recorded_at: desk.clock.now(),
    };
    store::mark_use::insert(tx, row.clone()).await?;
    let facts = json!({
        "organisation_id": row.organisation_id, "right_id": row.right_id, "from": row.in_force_from, "to": row.in_force_to,
        "announcement": row.announcement, "contract": row.contract, "evidence": row.evidence,
    });
    ledger::append(tx, desk, Event::new(kind::MARK_USE_GRANTED, &row.id, facts)).await?;
    Ok(row)
}

/// Whoever is tied to a user of a mark of the product, or to one more, does not decide about it (domain.md §5); then the county does.
///
/// # Errors
/// `tied_to_party` with its name.
pub async fn untied_to_users(tx: &Tx, desk: &Desk, product_id: &str, one_more: Option<&str>) -> Outcome<()> {
    let rights = store::right::of_products(tx.connection(), vec![product_id.to_owned()]).await?;
    let uses = store::mark_use::of_rights(tx.connection(), rights.into_iter().map(|right| right.id).collect()).await?;
    let ties = ties(tx, desk).await?;
    let tied = uses.iter().map(|u| u.organisation_id.as_str()).chain(one_more).find(|id| ties.contains(*id));
    match tied {
        Some(id) => refuse_tied(tx, desk, id, &identity::store::organisation(tx.connection(), id).await?.name).await,
        None => Ok(()),
    }
}

/// The user: on the platform, and with a credit code, which must be shown with the mark (专用标志使用管理办法).
async fn user(tx: &Tx, desk: &Desk, faults: &mut Faults, id: &str, by_region: bool) -> Outcome<()> {
    let row = match identity::store::organisation(tx.connection(), id).await {
        Ok(row) => row,
        Err(Failure { code: "not_found", .. }) => {
            faults.add("/organisation_id", "register_organisation_unknown").with("value", id);
            return Ok(());
        }
        Err(other) => return Err(other),
    };
    if row.credit_code.is_none() {
        faults.add("/organisation_id", "mark_use_credit_code").with("value", &row.name);
    }
    if by_region && !desk.actor.scope.reaches_organisation(&row.id, Some(&row.division_code)) {
        faults.add("/organisation_id", "outside_your_region").with("value", &row.name);
    }
    Ok(())
}

async fn right_fits(tx: &Tx, desk: &Desk, faults: &mut Faults, (right, by_region): (&RightRow, bool), input: &MarkUseInput) -> Outcome<()> {
    let product = store::product::one(tx.connection(), &right.product_id).await?;
    if by_region && !form::reaches(desk, &product) {
        faults.add("/right_id", "outside_your_region").with("value", &product.name);
    }
    let status = store::right::status(right)?;
    // A right that has ended was registered in its time; its term says until when.
    if !status.allows_batches() && right.in_force_to.is_none() {
        faults.add("/right_id", "mark_use_right_not_registered").with("product", &product.name).with("status", status.name());
        return Ok(());
    }
    let term = store::right::term(right)?;
    let first = input.in_force_from;
    match term.on(first) {
        TermState::NotYet => {
            let from = term.from.to_string();
            faults.add("/in_force_from", "mark_use_before_recognition").with("value", first).with("from", from);
        }
        TermState::Ended => {
            faults
                .add("/in_force_from", "mark_use_after_right")
                .with("value", first)
                .with("to", right.in_force_to.clone().unwrap_or_default());
        }
        TermState::InForce | TermState::Grace => {}
    }
    Ok(())
}

async fn overlaps(tx: &Tx, faults: &mut Faults, input: &MarkUseInput, days: DayInterval) -> Outcome<()> {
    for other in store::mark_use::of_right(tx.connection(), &input.organisation_id, &input.right_id).await? {
        if store::mark_use::interval(&other)?.overlaps(days) {
            let to = other.in_force_to.clone().unwrap_or_else(|| "…".to_owned());
            faults.add("/in_force_from", "mark_use_overlaps").with("other", other.id).with("from", other.in_force_from).with("to", to);
        }
    }
    Ok(())
}

/// An approval older than the platform is recorded from its announcement or the holder's contract, not from what somebody says of it.
async fn predates(tx: &Tx, faults: &mut Faults, input: &MarkUseInput) -> Outcome<()> {
    if let Some(began) = ledger::began(tx.connection()).await?.filter(|began| input.in_force_from < *began) {
        faults.add("/contract", "mark_use_contract_missing").with("value", input.in_force_from).with("from", began);
    }
    Ok(())
}

/// The announcement, if one is named: about this right, of a kind that admits users, and not later than the first day.
async fn paper(
    tx: &Tx,
    faults: &mut Faults,
    input: &MarkUseInput,
    right: Option<&RightRow>,
    has_evidence: bool,
) -> Outcome<Option<AnnouncementRow>> {
    let Some(id) = &input.announcement_id else {
        if !has_evidence {
            faults.add("/announcement_id", "mark_use_paper_missing");
        }
        return Ok(None);
    };
    let at = "/announcement_id";
    let Some(row) = store::announcement::find(tx.connection(), id).await? else {
        faults.add(at, "register_announcement_unknown").with("value", id);
        return Ok(None);
    };
    let spoken_of = store::announcement::links(tx.connection(), vec![row.id.clone()]).await?;
    if let Some(right) = right
        && !spoken_of.iter().any(|(_, right_id)| *right_id == right.id)
    {
        let names = products_of(tx, spoken_of.into_iter().map(|(_, right_id)| right_id).collect()).await?;
        faults.add(at, "mark_use_announcement_other").with("number", &row.number).with("products", names);
    }
    let admits = AnnouncementKind::parse(&row.kind)
        .is_some_and(|kind| matches!(kind, AnnouncementKind::MarkUsers | AnnouncementKind::Recognition | AnnouncementKind::Change));
    if !admits {
        faults.add(at, "mark_use_announcement_kind").with("number", &row.number);
    }
    let announced = row.announced_on.as_deref().and_then(PartialDate::parse).and_then(PartialDate::earliest);
    if let Some(announced) = announced.filter(|day| input.in_force_from < *day) {
        faults.add("/in_force_from", "mark_use_before_announcement").with("value", input.in_force_from).with("from", announced);
    }
    Ok(Some(row))
}

/// Names of the products an announcement speaks of, for the words of a refusal.
async fn products_of(tx: &Tx, rights: Vec<String>) -> Outcome<String> {
    let mut names = Vec::new();
    for right in store::right::some(tx.connection(), rights).await? {
        let name = store::product::one(tx.connection(), &right.product_id).await?.name;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(if names.is_empty() { "—".to_owned() } else { names.join("、") })
}
