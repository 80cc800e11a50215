//! Test reports with their items, and which batch shows which.

use sea_orm::prelude::Expr;
use sea_orm::sea_query::Query;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::narrowed;
use super::reach::{Columns, within};
use crate::db::narrow::{Narrow, Places, When};
use crate::db::{Tx, duplicate_as};
use crate::entity::{batch, batch_line, batch_report, test_item, test_report};
use crate::kernel::{Failure, Outcome, Scope};
use crate::trace::batch::BatchState;
use crate::trace::report::ReportFilter;

pub use test_item::Model as ItemRow;
pub use test_report::Model as ReportRow;

use test_report::Column as Col;

pub(in crate::trace) async fn insert(tx: &Tx, row: ReportRow, items: Vec<ItemRow>) -> Outcome<()> {
    let number = row.report_no.clone();
    let taken = || Failure::field("/report_no", "report_already_recorded").with("figure", number);
    test_report::ActiveModel::from(row).insert(tx.connection()).await.map_err(duplicate_as(taken))?;
    test_item::Entity::insert_many(items.into_iter().map(test_item::ActiveModel::from)).exec(tx.connection()).await?;
    Ok(())
}

/// Lets a batch show these reports.
pub(in crate::trace) async fn link(tx: &Tx, batch_id: &str, reports: &[String]) -> Outcome<()> {
    let row =
        |report: &String| batch_report::ActiveModel::from(batch_report::Model { batch_id: batch_id.to_owned(), report_id: report.clone() });
    batch_report::Entity::insert_many(reports.iter().map(row)).exec(tx.connection()).await?;
    Ok(())
}

/// A batch shows none any more.
pub(in crate::trace) async fn unlink(tx: &Tx, batch_id: &str) -> Outcome<()> {
    batch_report::Entity::delete_many().filter(batch_report::Column::BatchId.eq(batch_id)).exec(tx.connection()).await?;
    Ok(())
}

/// The reports a batch shows.
pub(in crate::trace) async fn shown<C: ConnectionTrait>(connection: &C, batch_id: &str) -> Outcome<Vec<String>> {
    let query =
        batch_report::Entity::find().filter(batch_report::Column::BatchId.eq(batch_id)).order_by_asc(batch_report::Column::ReportId);
    Ok(query.all(connection).await?.into_iter().map(|row| row.report_id).collect())
}

/// Reports by id.
pub(in crate::trace) async fn find<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<ReportRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(test_report::Entity::find().filter(Col::Id.is_in(ids.iter().cloned())).all(connection).await?)
}

/// The items of these reports.
pub(in crate::trace) async fn items<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<ItemRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = test_item::Entity::find().filter(test_item::Column::ReportId.is_in(ids.iter().cloned()));
    Ok(query.order_by_asc(test_item::Column::ReportId).order_by_asc(test_item::Column::No).all(connection).await?)
}

/// Batches that show these reports and stand, as (report, batch).
pub(in crate::trace) async fn shown_by<C: ConnectionTrait>(connection: &C, reports: &[String]) -> Outcome<Vec<(String, String)>> {
    if reports.is_empty() {
        return Ok(Vec::new());
    }
    let mut standing = Query::select();
    standing.column(batch::Column::Id).from(batch::Entity).cond_where(batch::Column::State.ne(BatchState::Voided.word()));
    let query = batch_report::Entity::find()
        .filter(batch_report::Column::ReportId.is_in(reports.iter().cloned()))
        .filter(batch_report::Column::BatchId.in_subquery(standing))
        .order_by_asc(batch_report::Column::BatchId);
    Ok(query.all(connection).await?.into_iter().map(|row| (row.report_id, row.batch_id)).collect())
}

/// Numbers of other reports with one of these files, as (file, report, number).
pub(in crate::trace) async fn of_files<C: ConnectionTrait>(connection: &C, files: Vec<String>) -> Outcome<Vec<(String, String, String)>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let rows = test_report::Entity::find().filter(Col::FileSha256.is_in(files)).order_by_asc(Col::Id).all(connection).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.file_sha256?, row.id, row.report_no))).collect())
}

/// Every batch a batch came from, however many steps away.
pub(in crate::trace) async fn ancestors<C: ConnectionTrait>(connection: &C, batch_id: &str) -> Outcome<Vec<String>> {
    let rows = batch_line::Entity::find().filter(batch_line::Column::DescendantId.eq(batch_id)).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.ancestor_id).collect())
}

/// What is shown of a batch has changed although the batch itself has not: whoever keeps its text reads it again.
pub(in crate::trace) async fn touch_batch(tx: &Tx, batch_id: &str) -> Outcome<()> {
    use sea_orm::ExprTrait;
    let update = batch::Entity::update_many().col_expr(batch::Column::Version, Expr::col(batch::Column::Version).add(1));
    update.filter(batch::Column::Id.eq(batch_id)).exec(tx.connection()).await?;
    Ok(())
}

/// What a scope reaches among reports: holders see the tests of who relies on their right (domain §5).
fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: Col::OrganisationId, grower: None, product: Some(Col::ProductId) })
}

/// Where lists of reports look; the state is what they speak of.
const PLACES: Places<'static, Col> = Places {
    id: Col::Id,
    newest: true,
    names: &[Col::ReportNo, Col::Laboratory],
    parties: &[Col::OrganisationId],
    product: Some(Col::ProductId),
    state: Some(Col::Scope),
    when: Some(When::Day(Col::ReportedOn)),
    orders: &[("reported", Col::ReportedOn), ("report_no", Col::ReportNo)],
};

/// Reports within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn reports<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &ReportFilter,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<ReportRow>, Option<String>)> {
    let mut query = narrowed(
        test_report::Entity::find().filter(reached(scope)),
        [
            (Col::OrganisationId, &filter.organisation_id),
            (Col::ProductId, &filter.product_id),
            (Col::Season, &filter.season),
            (Col::SubjectId, &filter.plot_id),
        ],
    );
    if let Some(batch) = &filter.batch_id {
        let mut linked = Query::select();
        linked.column(batch_report::Column::ReportId).from(batch_report::Entity).cond_where(batch_report::Column::BatchId.eq(batch));
        query = query.filter(Col::Id.in_subquery(linked));
    }
    narrow.page(connection, query, &PLACES, cursor, limit).await
}

/// Has an organisation a report about a product that holds on this day?
///
/// # Errors
/// Only ours.
pub async fn holds_one<C: ConnectionTrait>(connection: &C, organisation_id: &str, product_id: &str, day: &str) -> Outcome<bool> {
    let query = test_report::Entity::find()
        .filter(Col::OrganisationId.eq(organisation_id))
        .filter(Col::ProductId.eq(product_id))
        .filter(Condition::any().add(Col::ValidTo.is_null()).add(Col::ValidTo.gte(day)));
    Ok(query.one(connection).await?.is_some())
}

/// One report within a scope.
pub(in crate::trace) async fn report_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<ReportRow> {
    test_report::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}
