//! Batches with their sources, rights, checks and tests.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::reach::{Columns, within};
use super::{locked, narrowed, report};
use crate::db::narrow::{Narrow, Places, When};
use crate::db::{Tx, duplicate_as};
use crate::entity::batch::{self, Column as Col};
use crate::entity::{batch_check, batch_right, batch_source, batch_test};
use crate::kernel::{Desk, Failure, Outcome, Scope};
use crate::trace::batch::{BatchFilter, BatchState, SourceWord};

pub use batch::Model as BatchRow;
pub use batch_check::Model as CheckRow;
pub use batch_right::Model as RightRow;
pub use batch_source::Model as SourceRow;
pub use batch_test::Model as TestRow;

/// A batch with everything that hangs on it.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The batch.
    pub row: BatchRow,
    /// Where its goods come from.
    pub sources: Vec<SourceRow>,
    /// What it relies on.
    pub rights: Vec<RightRow>,
    /// What was checked.
    pub checks: Vec<CheckRow>,
    /// What was tested.
    pub tests: Vec<TestRow>,
    /// How many batches it came from, in however many steps.
    pub ancestors: i64,
    /// Ids of the test reports it shows.
    pub reports: Vec<String>,
}

/// Writes a new batch; what hangs on it carries its id.
pub(in crate::trace) async fn insert(tx: &Tx, whole: &Whole) -> Outcome<()> {
    let lot = whole.row.lot.clone();
    let row = batch::ActiveModel::from(whole.row.clone());
    row.insert(tx.connection()).await.map_err(duplicate_as(|| Failure::conflict("duplicate_lot").with("figure", lot)))?;
    insert_parts(tx, whole).await
}

async fn insert_parts(tx: &Tx, whole: &Whole) -> Outcome<()> {
    let connection = tx.connection();
    batch_source::Entity::insert_many(whole.sources.iter().cloned().map(batch_source::ActiveModel::from)).exec(connection).await?;
    insert_rights(tx, &whole.rights).await?;
    insert_checks(tx, &whole.checks).await?;
    batch_test::Entity::insert_many(whole.tests.iter().cloned().map(batch_test::ActiveModel::from)).exec(connection).await?;
    report::link(tx, &whole.row.id, &whole.reports).await
}

async fn insert_rights(tx: &Tx, rights: &[RightRow]) -> Outcome<()> {
    batch_right::Entity::insert_many(rights.iter().cloned().map(batch_right::ActiveModel::from)).exec(tx.connection()).await?;
    Ok(())
}

async fn insert_checks(tx: &Tx, checks: &[CheckRow]) -> Outcome<()> {
    batch_check::Entity::insert_many(checks.iter().cloned().map(batch_check::ActiveModel::from)).exec(tx.connection()).await?;
    Ok(())
}

/// Writes a batch anew with the next version, if it is still at `version`. Answers whether it was.
pub(in crate::trace) async fn replace(tx: &Tx, whole: &Whole, version: i64) -> Outcome<bool> {
    let mut row = batch::ActiveModel::from(whole.row.clone()).reset_all();
    row.version = Set(version + 1);
    // Codes, and goods that went without one, are counted by others.
    (row.coded, row.moved) = (sea_orm::ActiveValue::NotSet, sea_orm::ActiveValue::NotSet);
    (row.gone, row.seized) = (sea_orm::ActiveValue::NotSet, sea_orm::ActiveValue::NotSet);
    let update = batch::Entity::update_many().set(row).filter(Col::Id.eq(&whole.row.id)).filter(Col::Version.eq(version));
    let done = update.exec(tx.connection()).await;
    if done.map_err(duplicate_as(|| Failure::conflict("duplicate_lot").with("figure", &whole.row.lot)))?.rows_affected != 1 {
        return Ok(false);
    }
    let connection = tx.connection();
    batch_source::Entity::delete_many().filter(batch_source::Column::BatchId.eq(&whole.row.id)).exec(connection).await?;
    batch_test::Entity::delete_many().filter(batch_test::Column::BatchId.eq(&whole.row.id)).exec(connection).await?;
    report::unlink(tx, &whole.row.id).await?;
    delete_findings(tx, &whole.row.id).await?;
    insert_parts(tx, whole).await?;
    Ok(true)
}

async fn delete_findings(tx: &Tx, id: &str) -> Outcome<()> {
    batch_right::Entity::delete_many().filter(batch_right::Column::BatchId.eq(id)).exec(tx.connection()).await?;
    batch_check::Entity::delete_many().filter(batch_check::Column::BatchId.eq(id)).exec(tx.connection()).await?;
    Ok(())
}

/// Freezes rights and checks as they are at release.
pub(in crate::trace) async fn freeze(tx: &Tx, whole: &Whole) -> Outcome<()> {
    delete_findings(tx, &whole.row.id).await?;
    insert_rights(tx, &whole.rights).await?;
    insert_checks(tx, &whole.checks).await
}

/// Writes what each source vouches for anew.
pub(in crate::trace) async fn rewrite_sources(tx: &Tx, whole: &Whole) -> Outcome<()> {
    let connection = tx.connection();
    batch_source::Entity::delete_many().filter(batch_source::Column::BatchId.eq(&whole.row.id)).exec(connection).await?;
    batch_source::Entity::insert_many(whole.sources.iter().cloned().map(batch_source::ActiveModel::from)).exec(connection).await?;
    Ok(())
}

/// What becomes of a batch's row.
#[derive(Debug, Clone)]
pub(in crate::trace) enum Change<'a> {
    /// Released on these grounds.
    Release { basis: &'a str },
    /// Held for this reason.
    Hold { reason: &'a str },
    /// Back to this state.
    Unhold { to: BatchState },
    /// Covered by so much more.
    Cover { amount: i64 },
    /// Voided for this reason, unless something of it is coded.
    Void { reason: &'a str },
}

/// Changes a batch's row if it is still as it was read, and raises its version. Answers whether it was.
pub(in crate::trace) async fn change(tx: &Tx, desk: &Desk, was: &BatchRow, change: Change<'_>) -> Outcome<bool> {
    let (by, at) = (desk.actor.account_id.clone(), desk.clock.now());
    let mut row = batch::ActiveModel { version: Set(was.version + 1), ..Default::default() };
    let state = |state: BatchState| Set(state.word().to_owned());
    let mut query = batch::Entity::update_many().filter(Col::Id.eq(&was.id)).filter(Col::Version.eq(was.version));
    match change {
        Change::Release { basis } => {
            row.state = state(BatchState::Released);
            (row.released_by, row.released_at, row.release_basis) = (Set(Some(by)), Set(Some(at)), Set(Some(basis.to_owned())));
        }
        Change::Hold { reason } => {
            row.state = state(BatchState::OnHold);
            row.hold_reason = Set(Some(reason.to_owned()));
        }
        Change::Unhold { to } => {
            row.state = state(to);
            row.hold_reason = Set(None);
        }
        Change::Cover { amount } => {
            (row.covered, row.pending) = (Set(was.covered + amount), Set(was.pending - amount));
        }
        Change::Void { reason } => {
            row.state = state(BatchState::Voided);
            (row.voided_by, row.voided_at, row.void_reason) = (Set(Some(by)), Set(Some(at)), Set(Some(reason.to_owned())));
            query = query.filter(Col::Coded.eq(0)).filter(Col::Moved.eq(0)).filter(Col::Gone.eq(0)).filter(Col::Seized.eq(0));
        }
    }
    Ok(query.set(row).exec(tx.connection()).await?.rows_affected == 1)
}

/// A batch with everything, locked until the commit.
pub(in crate::trace) async fn lock(tx: &Tx, id: &str) -> Outcome<Whole> {
    let row = locked(tx, batch::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)?;
    whole(tx.connection(), row).await
}

/// Everything that hangs on a batch.
pub(in crate::trace) async fn whole<C: ConnectionTrait>(connection: &C, row: BatchRow) -> Outcome<Whole> {
    let id = row.id.clone();
    // Only a batch born of a process has any.
    let ancestors = if row.process_id.is_some() { super::line::count_above(connection, &id).await? } else { 0 };
    let sources = batch_source::Entity::find().filter(batch_source::Column::BatchId.eq(&id)).order_by_asc(batch_source::Column::No);
    let rights = batch_right::Entity::find().filter(batch_right::Column::BatchId.eq(&id)).order_by_asc(batch_right::Column::MarkUseId);
    let checks = batch_check::Entity::find().filter(batch_check::Column::BatchId.eq(&id)).order_by_asc(batch_check::Column::No);
    let tests = batch_test::Entity::find().filter(batch_test::Column::BatchId.eq(&id)).order_by_asc(batch_test::Column::No);
    Ok(Whole {
        reports: report::shown(connection, &id).await?,
        row,
        sources: sources.all(connection).await?,
        rights: rights.all(connection).await?,
        checks: checks.all(connection).await?,
        tests: tests.all(connection).await?,
        ancestors,
    })
}

/// The id of another batch with this lot.
pub(in crate::trace) async fn with_lot<C: ConnectionTrait>(
    connection: &C,
    [producer_id, product_id, season, lot]: [&str; 4],
    but: Option<&str>,
) -> Outcome<Option<String>> {
    let query = batch::Entity::find()
        .filter(Col::ProducerId.eq(producer_id))
        .filter(Col::ProductId.eq(product_id))
        .filter(Col::Season.eq(season))
        .filter(Col::Lot.eq(lot))
        .filter(Col::Id.ne(but.unwrap_or_default()));
    Ok(query.one(connection).await?.map(|row| row.id))
}

/// What went into batches that stand, `but` one, from each of these plots or deliveries: in all, and as far as they vouch for it.
pub(in crate::trace) async fn went_into<C: ConnectionTrait>(
    connection: &C,
    kind: SourceWord,
    subjects: &[String],
    season: &str,
    but: Option<&str>,
) -> Outcome<BTreeMap<String, (i64, i64)>> {
    if subjects.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = batch_source::Entity::find()
        .filter(batch_source::Column::Kind.eq(kind.word()))
        .filter(batch_source::Column::SubjectId.is_in(subjects.iter().cloned()))
        .filter(batch_source::Column::BatchId.ne(but.unwrap_or_default()))
        .all(connection)
        .await?;
    let ids: Vec<String> = rows.iter().map(|r| r.batch_id.clone()).collect();
    let standing: Vec<String> = batch::Entity::find()
        .filter(Col::Id.is_in(ids))
        .filter(Col::Season.eq(season))
        .filter(Col::State.ne(BatchState::Voided.word()))
        .select_only()
        .column(Col::Id)
        .into_tuple()
        .all(connection)
        .await?;
    let standing: std::collections::HashSet<String> = standing.into_iter().collect();
    let mut sums = BTreeMap::new();
    for row in rows.into_iter().filter(|r| standing.contains(&r.batch_id)) {
        let sum: &mut (i64, i64) = sums.entry(row.subject_id.unwrap_or_default()).or_default();
        *sum = (sum.0 + row.amount, sum.1 + row.covered);
    }
    Ok(sums)
}

/// Other batches of the producer that show this report of a single lot.
pub(in crate::trace) async fn showing_report<C: ConnectionTrait>(
    connection: &C,
    producer_id: &str,
    report_no: &str,
    but: Option<&str>,
) -> Outcome<u64> {
    let shown: Vec<String> = batch_test::Entity::find()
        .filter(batch_test::Column::ReportNo.eq(report_no))
        .filter(batch_test::Column::BatchId.ne(but.unwrap_or_default()))
        .select_only()
        .column(batch_test::Column::BatchId)
        .into_tuple()
        .all(connection)
        .await?;
    let query = batch::Entity::find()
        .filter(Col::Id.is_in(shown))
        .filter(Col::ProducerId.eq(producer_id))
        .filter(Col::State.ne(BatchState::Voided.word()));
    Ok(query.count(connection).await?)
}

/// What a scope reaches among batches.
pub(in crate::trace) fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: Col::ProducerId, grower: None, product: Some(Col::ProductId) })
}

/// Where lists of batches look.
const PLACES: Places<'static, Col> = Places {
    id: Col::Id,
    newest: true,
    names: &[Col::Lot],
    parties: &[Col::ProducerId],
    product: Some(Col::ProductId),
    state: Some(Col::State),
    when: Some(When::Moment(Col::RegisteredAt)),
    orders: &[("lot", Col::Lot), ("amount", Col::Amount), ("registered", Col::Id)],
};

/// Batches within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn batches<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &BatchFilter,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<BatchRow>, Option<String>)> {
    let query = narrowed(
        batch::Entity::find().filter(reached(scope)),
        [
            (Col::ProducerId, &filter.producer_id),
            (Col::ProductId, &filter.product_id),
            (Col::Season, &filter.season),
            (Col::State, &filter.state),
            (Col::Lot, &filter.lot),
        ],
    );
    narrow.page(connection, query, &PLACES, cursor, limit).await
}

/// One batch within a scope.
pub(in crate::trace) async fn batch_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<BatchRow> {
    batch::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}
