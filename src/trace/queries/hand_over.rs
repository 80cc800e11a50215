//! Hand-overs as producers and printing houses see them.

use serde::Serialize;
use utoipa::ToSchema;

use super::order::row as order_in_reach;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Day, Failure, Millis, Outcome};
use crate::registry::queries::{LabelDesignView, label_design, printing_house_view};
use crate::registry::store::printing_house;
use crate::trace::hand_over::{HandOverState, Printer};
use crate::trace::store::hand_over::{self as store, HandOverRow};
use crate::trace::store::order::{self as orders, OrderRow};

/// Hand-overs shown at once to a printing house.
const MOST: u64 = 100;

/// A hand-over.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HandOverView {
    /// `hov_…`
    pub id: String,
    /// The order's number.
    pub order_no: i64,
    /// `open` `expired` `fetched` `printed` `received` `withdrawn`.
    pub state: String,
    /// `prh_…`
    pub printing_house_id: Option<String>,
    /// Its name.
    pub printing_house: Option<String>,
    /// `lde_…`
    pub design_id: Option<String>,
    /// What the producer said.
    pub note: Option<String>,
    /// RFC 3339.
    pub made_at: String,
    /// Until when the file can be fetched, RFC 3339.
    pub expires_at: String,
    /// When it was fetched, RFC 3339.
    pub fetched_at: Option<String>,
    /// SHA-256 of the file as it was sent.
    pub fetched_sha256: Option<String>,
    /// Good labels, as the printing house says.
    pub printed: Option<i64>,
    /// Spoilt ones, as the printing house says.
    pub spoiled: Option<i64>,
    /// When it said so, RFC 3339.
    pub printed_at: Option<String>,
    /// What else it said.
    pub printed_note: Option<String>,
    /// Labels the producer counted.
    pub received: Option<i64>,
    /// When, RFC 3339.
    pub received_at: Option<String>,
}

/// A download that was begun.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DownloadView {
    /// Which file.
    pub form: String,
    /// Codes in it.
    pub codes: i64,
    /// Account, or the hand-over through whose link it went.
    pub by: String,
    /// RFC 3339.
    pub started_at: String,
    /// It went out whole.
    pub completed: bool,
    /// It broke off.
    pub abandoned: bool,
}

async fn view(db: &Db, row: HandOverRow, now: Millis) -> Outcome<HandOverView> {
    let house = match &row.printing_house_id {
        Some(id) => match printing_house::find(db.reader(), id).await? {
            Some(found) => Some(printing_house_view(db, found, Day::of(now)).await?.name),
            None => None,
        },
        None => None,
    };
    let expired = row.state == HandOverState::Open.word() && row.expires_at <= now;
    Ok(HandOverView {
        state: if expired { "expired".to_owned() } else { row.state },
        printing_house: house,
        made_at: rfc3339(row.made_at),
        expires_at: rfc3339(row.expires_at),
        fetched_at: row.fetched_at.map(rfc3339),
        printed_at: row.printed_at.map(rfc3339),
        received_at: row.received_at.map(rfc3339),
        id: row.id,
        order_no: row.order_no,
        printing_house_id: row.printing_house_id,
        design_id: row.design_id,
        note: row.note,
        fetched_sha256: row.fetched_sha256,
        printed: row.printed,
        spoiled: row.spoiled,
        printed_note: row.printed_note,
        received: row.received,
    })
}

/// The hand-overs of an order within reach, newest first.
///
/// # Errors
/// `not_found`.
pub async fn hand_overs(db: &Db, actor: &Actor, now: Millis, order_id: &str) -> Outcome<Vec<HandOverView>> {
    let order = order_in_reach(db, actor, order_id).await?;
    let mut views = Vec::new();
    for row in store::of_order(db.reader(), order.order_no).await? {
        views.push(view(db, row, now).await?);
    }
    Ok(views)
}

/// The downloads of an order within reach, newest first.
///
/// # Errors
/// `not_found`.
pub async fn downloads(db: &Db, actor: &Actor, order_id: &str) -> Outcome<Vec<DownloadView>> {
    let order = order_in_reach(db, actor, order_id).await?;
    let rows = store::downloads(db.reader(), order.order_no, MOST).await?;
    let seen = |row: crate::trace::store::download::DownloadRow| DownloadView {
        form: row.form,
        codes: row.codes,
        by: row.account_id,
        started_at: rfc3339(row.started_at),
        completed: row.completed_at.is_some(),
        abandoned: row.abandoned_at.is_some(),
    };
    Ok(rows.into_iter().map(seen).collect())
}

/// What a printing house is shown of a hand-over: the job, and no more of the producer's business.
#[derive(Debug, Clone)]
pub struct PrintJob {
    /// The hand-over.
    pub view: HandOverView,
    /// The order.
    pub order: OrderRow,
    /// Name of the producer.
    pub producer: String,
    /// Name of the product.
    pub product: String,
    /// What the label looks like.
    pub design: Option<LabelDesignView>,
}

async fn job(db: &Db, row: HandOverRow, now: Millis) -> Outcome<PrintJob> {
    let order = orders::by_number(db.reader(), row.order_no).await?;
    let gone = || Failure::broken(format!("order {} lost its producer or product", order.order_no));
    let producer = orders::producer(db.reader(), &order.producer_id).await?.ok_or_else(gone)?.name;
    let product = orders::product(db.reader(), &order.product_id).await?.ok_or_else(gone)?.name;
    let design = match &row.design_id {
        Some(id) => Some(label_design(db, id, Day::of(now)).await?),
        None => None,
    };
    Ok(PrintJob { view: view(db, row, now).await?, order, producer, product, design })
}

/// The job behind a link, or one of the actor's printing house.
///
/// # Errors
/// `not_found`, whatever the reason.
pub async fn print_job(db: &Db, actor: &Actor, printer: &Printer, now: Millis) -> Outcome<PrintJob> {
    let row = store::found(db.reader(), &actor.scope, printer).await?;
    job(db, row, now).await
}

/// The jobs of the actor's printing houses, newest first.
///
/// # Errors
/// Only ours.
pub async fn print_jobs(db: &Db, actor: &Actor, now: Millis) -> Outcome<Vec<PrintJob>> {
    let mut jobs = Vec::new();
    for row in store::of_printers(db.reader(), &actor.scope.organisations, MOST).await? {
        jobs.push(job(db, row, now).await?);
    }
    Ok(jobs)
}
