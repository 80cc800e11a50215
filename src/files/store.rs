//! Rows of files.

use std::collections::HashSet;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::shelf::Kept;
use crate::db::region::organisations_in;
use crate::db::{Tx, duplicate_as};
use crate::entity::stored_file;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome, Scope};
use crate::ledger::{self, Event, kind};

pub use stored_file::Model as FileRow;

/// What a file belongs to: the table's word and the id.
#[derive(Debug, Clone)]
pub struct About {
    /// `batch`, `test_report`, `facility`, `draft` …
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Whose it is; the reader's reach is measured by it.
    pub organisation_id: Option<String>,
}

/// Why a file was uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A picture of the goods or the ground.
    Photo,
    /// A test report.
    Report,
    /// A weighbridge slip or paper form.
    Slip,
    /// Proof of what somebody says: kept bit for bit.
    Evidence,
    /// A licence or certificate.
    Licence,
}

impl Purpose {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Report => "report",
            Self::Slip => "slip",
            Self::Evidence => "evidence",
            Self::Licence => "licence",
        }
    }
}

/// Records, in the act's own transaction, what a kept file belongs to. The act's event should carry its SHA-256.
///
/// # Errors
/// The database's.
pub async fn attach(tx: &Tx, desk: &Desk, kept: &Kept, about: &About, purpose: Purpose) -> Outcome<String> {
    let row = FileRow {
        id: desk.new_id(Noun::File),
        sha256: kept.sha256.clone(),
        size: kept.size,
        media: kept.media.to_owned(),
        name: kept.name.clone(),
        view_sha256: kept.view_sha256.clone(),
        organisation_id: about.organisation_id.clone(),
        about_kind: about.kind.to_owned(),
        about_id: about.id.clone(),
        purpose: purpose.word().to_owned(),
        uploaded_by: desk.actor.account_id.clone(),
        uploaded_at: desk.clock.now(),
    };
    let id = row.id.clone();
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::not_now("busy")))?;
    Ok(id)
}

/// The event of files that are an act of their own, with their SHA-256.
///
/// # Errors
/// The database's.
pub async fn record_attached(tx: &Tx, desk: &Desk, about: &About, kept: &[Kept], purpose: Purpose) -> Outcome<()> {
    let hashes: Vec<&str> = kept.iter().map(|one| one.sha256.as_str()).collect();
    let facts = serde_json::json!({ "about": about.kind, "purpose": purpose.word(), "files": hashes });
    ledger::append(tx, desk, Event::new(kind::FILES_ATTACHED, &about.id, facts)).await?;
    Ok(())
}

/// Moves what belongs to one thing to another: a draft's files to what the draft became.
///
/// # Errors
/// The database's.
pub async fn hand_over(tx: &Tx, from: &About, to: &About) -> Outcome<()> {
    stored_file::Entity::update_many()
        .col_expr(stored_file::Column::AboutKind, Expr::value(to.kind))
        .col_expr(stored_file::Column::AboutId, Expr::value(to.id.clone()))
        .filter(stored_file::Column::AboutKind.eq(from.kind))
        .filter(stored_file::Column::AboutId.eq(&from.id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Takes a file away from what it belongs to, as long as that is no fact; its bytes go with the next sweep.
///
/// # Errors
/// The database's.
pub async fn remove(tx: &Tx, about: &About, id: &str) -> Outcome<()> {
    stored_file::Entity::delete_many()
        .filter(stored_file::Column::Id.eq(id))
        .filter(stored_file::Column::AboutKind.eq(about.kind))
        .filter(stored_file::Column::AboutId.eq(&about.id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// How many files there are, and the sum of their bytes.
///
/// # Errors
/// The database's.
pub async fn total<C: ConnectionTrait>(connection: &C) -> Outcome<(u64, i64)> {
    let sum = stored_file::Entity::find()
        .select_only()
        .column_as(Expr::col(stored_file::Column::Size).sum().cast_as("BIGINT"), "bytes")
        .into_tuple::<Option<i64>>()
        .one(connection)
        .await?;
    Ok((stored_file::Entity::find().count(connection).await?, sum.flatten().unwrap_or(0)))
}

/// Files of an own organisation, or of one in the region.
fn reached(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    Condition::any()
        .add(stored_file::Column::OrganisationId.is_in(scope.organisations.iter()))
        .add(stored_file::Column::OrganisationId.in_subquery(organisations_in(scope)))
}

pub(super) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<FileRow> {
    stored_file::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

pub(super) async fn of<C: ConnectionTrait>(connection: &C, kind: &str, id: &str) -> Outcome<Vec<FileRow>> {
    let found = stored_file::Entity::find()
        .filter(stored_file::Column::AboutKind.eq(kind))
        .filter(stored_file::Column::AboutId.eq(id))
        .order_by_asc(stored_file::Column::Id);
    Ok(found.all(connection).await?)
}

/// The rows of what belongs to one thing, inside a transaction.
///
/// # Errors
/// The database's.
pub async fn of_about<C: ConnectionTrait>(connection: &C, about: &About) -> Outcome<Vec<FileRow>> {
    of(connection, about.kind, &about.id).await
}

/// Every SHA-256 a row names.
///
/// # Errors
/// The database's.
pub async fn named<C: ConnectionTrait>(connection: &C) -> Outcome<HashSet<String>> {
    let found: Vec<(String, Option<String>)> = stored_file::Entity::find()
        .select_only()
        .columns([stored_file::Column::Sha256, stored_file::Column::ViewSha256])
        .into_tuple()
        .all(connection)
        .await?;
    Ok(found.into_iter().flat_map(|(original, copy)| [Some(original), copy]).flatten().collect())
}
