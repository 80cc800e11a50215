//! Stops and recalls as officers see them; the public sees them through the scan.

pub mod alert;

use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Outcome};
use crate::trace::queries::process::{ReachedView, reached_by};
use crate::trace::stop::StopScope;
use crate::trace::store::stop::{self as store, RecallRow, StopRow};

/// How far a decision has come, and whose steps it took.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Steps {
    /// `proposed` `dropped` `in_force` `lift_proposed` `lifted`.
    pub state: String,
    /// Account.
    pub proposed_by: String,
    /// RFC 3339.
    pub proposed_at: String,
    /// Account.
    pub confirmed_by: Option<String>,
    /// RFC 3339.
    pub confirmed_at: Option<String>,
    /// What the public is told of the lifting.
    pub lift_text: Option<String>,
    /// Document of the lifting.
    pub lift_document_no: Option<String>,
    /// Account.
    pub lift_proposed_by: Option<String>,
    /// Account.
    pub lifted_by: Option<String>,
    /// RFC 3339.
    pub lifted_at: Option<String>,
}

/// A stop.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StopView {
    /// `sto_…`
    pub id: String,
    /// `code` `range` `order` `batch` `producer` `product`.
    pub scope: String,
    /// The order, batch, producer or product.
    pub subject_id: Option<String>,
    /// For codes: the order's number.
    pub order_no: Option<i64>,
    /// For codes: first sequence number.
    pub first: Option<i64>,
    /// For codes: last sequence number.
    pub last: Option<i64>,
    /// Why.
    pub category: String,
    /// The authority.
    pub ordered_by: String,
    /// Its document.
    pub document_no: String,
    /// What the public is told.
    pub public_text: String,
    /// Of a batch: the batches whose codes it covers, the batch itself first, then those made of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reaches: Vec<ReachedView>,
    /// How far it has come.
    #[serde(flatten)]
    pub steps: Steps,
}

/// A recall.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecallView {
    /// `rec_…`
    pub id: String,
    /// The batch.
    pub batch_id: String,
    /// `take_back` `recall`.
    pub kind: String,
    /// Who ordered or announced it.
    pub ordered_by: String,
    /// The document.
    pub document_no: String,
    /// What was found.
    pub reason: String,
    /// What the public is told.
    pub public_text: String,
    /// The batches it reaches, the batch itself first, then those made of it; also of a proposal, before anybody is told.
    pub reaches: Vec<ReachedView>,
    /// How far it has come.
    #[serde(flatten)]
    pub steps: Steps,
}

macro_rules! steps {
    ($row:ident) => {
        Steps {
            state: $row.state,
            proposed_by: $row.proposed_by,
            proposed_at: rfc3339($row.proposed_at),
            confirmed_by: $row.confirmed_by,
            confirmed_at: $row.confirmed_at.map(rfc3339),
            lift_text: $row.lift_text,
            lift_document_no: $row.lift_document_no,
            lift_proposed_by: $row.lift_proposed_by,
            lifted_by: $row.lifted_by,
            lifted_at: $row.lifted_at.map(rfc3339),
        }
    };
}

impl StopView {
    fn of(row: StopRow, reaches: Vec<ReachedView>) -> Self {
        Self {
            id: row.id,
            scope: row.scope,
            subject_id: row.subject_id,
            order_no: row.order_no,
            first: row.first,
            last: row.last,
            category: row.category,
            ordered_by: row.ordered_by,
            document_no: row.document_no,
            public_text: row.public_text,
            reaches,
            steps: steps!(row),
        }
    }
    /// Of a row, with what it reaches.
    ///
    /// # Errors
    /// Only ours.
    pub async fn read<C: ConnectionTrait>(connection: &C, row: StopRow) -> Outcome<Self> {
        let batch = batch_of(&row).map(str::to_owned);
        let reaches = match batch {
            Some(batch) => reached_by(connection, std::slice::from_ref(&batch)).await?.remove(&batch).unwrap_or_default(),
            None => Vec::new(),
        };
        Ok(Self::of(row, reaches))
    }
}

/// The batch a stop is about, if it is about one.
fn batch_of(row: &StopRow) -> Option<&str> {
    row.subject_id.as_deref().filter(|_| row.scope == StopScope::Batch.word())
}

impl RecallView {
    fn of(row: RecallRow, reaches: Vec<ReachedView>) -> Self {
        Self {
            id: row.id,
            batch_id: row.batch_id,
            kind: row.kind,
            ordered_by: row.ordered_by,
            document_no: row.document_no,
            reason: row.reason,
            public_text: row.public_text,
            reaches,
            steps: steps!(row),
        }
    }
    /// Of a row, with what it reaches.
    ///
    /// # Errors
    /// Only ours.
    pub async fn read<C: ConnectionTrait>(connection: &C, row: RecallRow) -> Outcome<Self> {
        let batch = row.batch_id.clone();
        let reaches = reached_by(connection, std::slice::from_ref(&batch)).await?.remove(&batch).unwrap_or_default();
        Ok(Self::of(row, reaches))
    }
}

/// Stops within reach, newest first; `cursor` is the id of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn stops(db: &Db, actor: &Actor, state: Option<&str>, cursor: Option<&str>, limit: u64) -> Outcome<Vec<StopView>> {
    let rows = store::stops(db.reader(), &actor.scope, state, cursor, limit).await?;
    let batches: Vec<String> = rows.iter().filter_map(batch_of).map(str::to_owned).collect();
    let reached = reached_by(db.reader(), &batches).await?;
    let of = |row: StopRow| batch_of(&row).and_then(|batch| reached.get(batch)).cloned().unwrap_or_default();
    Ok(rows.into_iter().map(|row| StopView::of(row.clone(), of(row))).collect())
}

/// Recalls within reach, newest first; `cursor` is the id of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn recalls(db: &Db, actor: &Actor, state: Option<&str>, cursor: Option<&str>, limit: u64) -> Outcome<Vec<RecallView>> {
    let rows = store::recalls(db.reader(), &actor.scope, state, cursor, limit).await?;
    let batches: Vec<String> = rows.iter().map(|row| row.batch_id.clone()).collect();
    let reached = reached_by(db.reader(), &batches).await?;
    let of = |batch: &str| reached.get(batch).cloned().unwrap_or_default();
    Ok(rows.into_iter().map(|row| RecallView::of(row.clone(), of(&row.batch_id))).collect())
}

/// One stop within reach.
///
/// # Errors
/// `not_found`, also out of reach.
pub async fn stop_row(db: &Db, actor: &Actor, id: &str) -> Outcome<StopRow> {
    store::stop_within(db.reader(), &actor.scope, id).await
}

/// One recall within reach.
///
/// # Errors
/// `not_found`, also out of reach.
pub async fn recall_row(db: &Db, actor: &Actor, id: &str) -> Outcome<RecallRow> {
    store::recall_within(db.reader(), &actor.scope, id).await
}
