//! Inspections as their readers see them: officers those of their region; a firm its own once they are on record; anybody what is
//! published, in neutral words.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::checklist::{self, Checklist, Item};
use super::commands::draw::parted;
use super::commands::inspection::{FILES_OF, Known, Limits};
use super::inbox::Due;
use super::inspection::{Books, Counted, Found, InspectionState, ItemInput, Signature};
use super::store::inspection::{self as store, InspectionOfficerRow, InspectionRow, Wanted};
use crate::db::Db;
use crate::files::{self, FileView};
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Clock, Day, Failure, Outcome};
use crate::registry::queries::{calendar, term};
use crate::trace::queries::order::{order, orders};
use crate::trace::store::order::OrderFilter;

/// Orders whose labels are looked at.
const MOST_ORDERS: u64 = 60;

/// 抽样单 with the last day for a retest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SampleView {
    /// The lot.
    pub lot: String,
    /// How much.
    pub quantity: String,
    /// Who sealed it.
    pub sealed_by: String,
    /// Until when a retest may be asked for, by the limit in force on the day of the visit.
    pub retest_until: String,
}

/// What was handed in; its JCS text is what is hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InspectionRecord {
    /// Of this description: 1.
    pub v: u8,
    /// `ins_…`
    pub inspection: String,
    /// The day of the visit.
    pub inspected_on: String,
    /// Certificates of who was there.
    pub certificates: Vec<String>,
    /// Every item as answered.
    pub items: Vec<ItemInput>,
    /// Labels counted beside the books.
    pub counts: Vec<Counted>,
    /// What else was seen.
    pub note: String,
    /// Where.
    pub place: String,
    /// A sample that was taken.
    pub sample: Option<SampleView>,
    /// `signed` or `refused`.
    pub signature: Option<Signature>,
    /// Who signed for the firm.
    pub signed_by: String,
    /// Who witnessed the refusal.
    pub witness: String,
    /// The result.
    pub found: Found,
    /// SHA-256 of each photograph.
    pub files: Vec<String>,
}

/// An officer of an inspection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InspectionOfficer {
    /// `acc_…`
    pub account_id: String,
    /// 执法证号.
    pub certificate_no: String,
    /// For whom.
    pub department: String,
}

/// An inspection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InspectionView {
    /// `ins_…`
    pub id: String,
    /// The task it was drawn for.
    pub draw_id: Option<String>,
    /// Why, if it was not drawn.
    pub reason: String,
    /// The inspection it looks at again.
    pub recheck_of: Option<String>,
    /// `org_…`
    pub organisation_id: String,
    /// The firm.
    pub name: String,
    /// Where it lies.
    pub division_code: String,
    /// The product it is about.
    pub product_id: Option<String>,
    /// Which departments go.
    pub departments: Vec<String>,
    /// Who goes.
    pub officers: Vec<InspectionOfficer>,
    /// `waiting` `recorded` `published`.
    pub state: String,
    /// The day of the visit.
    pub inspected_on: Option<String>,
    /// `nothing` `rectify` `follow_up`.
    pub found: Option<String>,
    /// Until when the result is published.
    pub publish_by: Option<String>,
    /// What is said beside the result.
    pub public_text: Option<String>,
    /// The order that followed.
    pub rectification_id: Option<String>,
    /// The case that followed; officers only.
    pub case_id: Option<String>,
    /// SHA-256 of the record, hex.
    pub record_hash: Option<String>,
    /// What was handed in; not in lists.
    pub record: Option<InspectionRecord>,
    /// RFC 3339.
    pub opened_at: String,
    /// Who handed the record in.
    pub done_by: Option<String>,
    /// RFC 3339.
    pub published_at: Option<String>,
}

impl InspectionView {
    fn of(row: InspectionRow, officers: &[InspectionOfficerRow], whole: bool) -> Outcome<Self> {
        let own = officers.iter().filter(|officer| officer.inspection_id == row.id);
        let officers = own.map(|officer| InspectionOfficer {
            account_id: officer.account_id.clone(),
            certificate_no: officer.certificate_no.clone(),
            department: officer.department.clone(),
        });
        let record = match row.record.as_deref().filter(|_| whole) {
            Some(body) => Some(serde_json::from_str(body).map_err(Failure::broken)?),
            None => None,
        };
        Ok(Self {
            officers: officers.collect(),
            departments: parted(&row.departments),
            id: row.id,
            draw_id: row.draw_id,
            reason: row.reason,
            recheck_of: row.recheck_of,
            organisation_id: row.organisation_id,
            name: row.name,
            division_code: row.division_code,
            product_id: row.product_id,
            state: row.state,
            inspected_on: row.inspected_on,
            found: row.found,
            publish_by: row.publish_by,
            public_text: row.public_text,
            rectification_id: row.rectification_id,
            case_id: row.case_id,
            record_hash: row.record_hash,
            record,
            opened_at: rfc3339(row.opened_at),
            done_by: row.done_by,
            published_at: row.published_at.map(rfc3339),
        })
    }
    /// Of a row, whole.
    ///
    /// # Errors
    /// Only ours.
    pub async fn read<C: ConnectionTrait>(connection: &C, row: InspectionRow) -> Outcome<Self> {
        let officers = store::officers(connection, vec![row.id.clone()]).await?;
        Self::of(row, &officers, true)
    }
}

/// Every checklist: those that come with the program, then those recorded.
pub(in crate::supervision) async fn lists<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<Checklist>> {
    let mut lists = checklist::shipped()?;
    for row in store::checklists(connection).await? {
        let from = Day::parse(&row.from_day).ok_or_else(|| Failure::broken("checklist.from_day is no day"))?;
        let items = serde_json::from_str(&row.items).map_err(Failure::broken)?;
        lists.push(Checklist { department: row.department, from, items, source: row.source });
    }
    Ok(lists)
}

/// Every checklist, for a page.
///
/// # Errors
/// Only ours.
pub async fn checklists(db: &Db) -> Outcome<Vec<Checklist>> {
    lists(db.reader()).await
}

/// What is known besides the form when a record of a visit on `day` is handed in.
///
/// # Errors
/// Only ours.
pub async fn known(db: &Db, actor: &Actor, clock: &Clock, view: &InspectionView, day: Day) -> Outcome<Known> {
    let limits = Limits {
        publication: term(db, "inspection_publication", day).await?,
        retest: term(db, "retest", day).await?,
        calendar: calendar(db).await?,
    };
    let books = books(db, actor, clock.now(), &view.organisation_id).await?;
    let photographs = photographs(db, &view.id).await?.into_iter().map(|file| file.sha256).collect();
    Ok(Known { limits, books, photographs })
}

/// Which inspections are wanted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionFilter {
    /// In this state.
    pub state: Option<String>,
    /// Of this task.
    pub draw_id: Option<String>,
    /// Of this firm.
    pub organisation_id: Option<String>,
}

/// Inspections within reach, newest first; `cursor` is the id of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn inspections(
    db: &Db,
    actor: &Actor,
    filter: &InspectionFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<InspectionView>> {
    let wanted = Wanted {
        state: filter.state.clone(),
        draw_id: filter.draw_id.clone(),
        organisation_id: filter.organisation_id.clone(),
        running: false,
    };
    let rows = store::page(db.reader(), &actor.scope, &wanted, cursor, limit).await?;
    let officers = store::officers(db.reader(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    rows.into_iter().map(|row| InspectionView::of(row, &officers, false)).collect()
}

/// One inspection within reach, whole. A firm is not told of the case that followed.
///
/// # Errors
/// `not_found`, also for a firm's own before it is on record.
pub async fn inspection(db: &Db, actor: &Actor, id: &str) -> Outcome<InspectionView> {
    let row = store::one(db.reader(), &actor.scope, id).await?;
    let mut view = InspectionView::read(db.reader(), row).await?;
    if !actor.scope.reaches_division(&view.division_code) {
        view.case_id = None;
    }
    Ok(view)
}

/// What stands on the form of an inspection: what was typed so far, and the items to answer on `day`.
#[derive(Debug, Clone)]
pub struct FormState {
    /// What was typed, by field.
    pub typed: BTreeMap<String, String>,
    /// Items in order.
    pub items: Vec<Item>,
}

/// The form of an inspection within reach that waits.
///
/// # Errors
/// `not_found`.
pub async fn form(db: &Db, actor: &Actor, id: &str, day: Day) -> Outcome<FormState> {
    let row = store::one(db.reader(), &actor.scope, id).await?;
    let typed = serde_json::from_str(&row.form).map_err(Failure::broken)?;
    Ok(FormState { typed, items: checklist::items(&lists(db.reader()).await?, &parted(&row.departments), day) })
}

/// Photographs of an inspection the caller has found within reach.
///
/// # Errors
/// Only ours.
pub async fn photographs(db: &Db, id: &str) -> Outcome<Vec<FileView>> {
    files::of(db, FILES_OF, id).await
}

/// Labels of a firm that should be on hand now, order by order, those with none left out.
///
/// # Errors
/// Only ours.
pub async fn books(db: &Db, actor: &Actor, now: crate::kernel::Millis, organisation_id: &str) -> Outcome<Vec<Books>> {
    let filter = OrderFilter { producer_id: Some(organisation_id.to_owned()), state: Some("issued".to_owned()), ..OrderFilter::default() };
    let mut found = Vec::new();
    for line in orders(db, actor, &filter, None, MOST_ORDERS).await? {
        let on_hand = order(db, actor, now, &line.id).await?.labels.on_hand;
        if on_hand > 0 {
            found.push(Books { order_id: line.id, order_no: line.order_no, on_hand });
        }
    }
    Ok(found)
}

/// What waits: visits, records to publish, with the last day for publishing.
///
/// # Errors
/// Only ours.
pub async fn due(db: &Db, actor: &Actor, _clock: &Clock) -> Outcome<Vec<Due>> {
    let wanted = Wanted { running: true, ..Wanted::default() };
    let rows = store::page(db.reader(), &actor.scope, &wanted, None, 500).await?;
    let officers = store::officers(db.reader(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    let waits = |row: InspectionRow| {
        if !actor.scope.reaches_division(&row.division_code) {
            return None;
        }
        let own = officers.iter().any(|officer| officer.inspection_id == row.id && officer.account_id == actor.account_id);
        let waiting = row.state == InspectionState::Waiting.word();
        // A visit waits for its officers; publishing for anybody else than who handed the record in.
        if (waiting && !own) || (!waiting && row.done_by.as_deref() == Some(actor.account_id.as_str())) {
            return None;
        }
        Some(Due {
            kind: "inspection",
            title: row.name,
            since: row.done_at.unwrap_or(row.opened_at),
            due_on: row.publish_by.as_deref().and_then(Day::parse),
            href: format!("/work/inspections/{}", row.id),
            id: row.id,
            step: if waiting { "visit" } else { "publish" },
        })
    };
    Ok(rows.into_iter().filter_map(waits).collect())
}

/// A published result as anybody may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublishedResult {
    /// `ins_…`
    pub id: String,
    /// The firm.
    pub name: String,
    /// 统一社会信用代码.
    pub credit_code: Option<String>,
    /// The day of the visit.
    pub inspected_on: String,
    /// `nothing` `rectify` `follow_up`.
    pub found: String,
    /// Which departments went.
    pub departments: Vec<String>,
    /// The task, if it was drawn.
    pub task: Option<String>,
    /// `drw_…`, if the draw can be redone.
    pub draw_id: Option<String>,
    /// What is said beside it.
    pub public_text: Option<String>,
    /// It looks again at an earlier one.
    pub is_recheck: bool,
}

/// Published results, the latest first.
///
/// # Errors
/// Only ours.
pub async fn published(db: &Db, cursor: Option<&str>, limit: u64) -> Outcome<Vec<PublishedResult>> {
    let rows = store::published(db.reader(), cursor, limit).await?;
    let firms = store::firms(db.reader(), rows.iter().map(|row| row.organisation_id.clone()).collect()).await?;
    let mut tasks: BTreeMap<String, (String, bool)> = BTreeMap::new();
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(id) = row.draw_id.as_ref().filter(|id| !tasks.contains_key(*id)) {
            let task = store::draw(db.reader(), id).await?;
            tasks.insert(id.clone(), (task.name, task.list_hash.is_some()));
        }
        let task = row.draw_id.as_ref().and_then(|id| tasks.get(id));
        found.push(PublishedResult {
            credit_code: firms.iter().find(|firm| firm.id == row.organisation_id).and_then(|firm| firm.credit_code.clone()),
            task: task.map(|(name, _)| name.clone()),
            draw_id: row.draw_id.clone().filter(|_| task.is_some_and(|(_, ours)| *ours)),
            departments: parted(&row.departments),
            id: row.id,
            name: row.name,
            inspected_on: row.inspected_on.unwrap_or_default(),
            found: row.found.unwrap_or_default(),
            public_text: row.public_text,
            is_recheck: row.recheck_of.is_some(),
        });
    }
    Ok(found)
}
