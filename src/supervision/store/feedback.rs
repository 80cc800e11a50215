//! Feedback and its reports.

use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::region::begins_with;
use crate::db::{Tx, duplicate_as};
use crate::entity::{feedback, feedback_report, organisation, stored_file};
use crate::kernel::{Failure, Millis, Outcome, Scope};
use crate::trace::store::order::within;

pub use feedback::Model as FeedbackRow;
pub use feedback_report::Model as ReportRow;

/// The lock under which feedback is numbered and merged on PostgreSQL.
const FILING: i64 = 0x6665_6564_6261;
/// What files of reports belong to.
pub const FILES: &str = "feedback_report";
/// States in which somebody waits.
const OPEN: [&str; 3] = ["received", "checking", "transferred"];

/// What a scope reaches: by the producer or the product, by its division where neither is known, and everybody's where no place is.
pub(super) fn reached(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    let column = feedback::Column::DivisionCode;
    let any = Condition::any().add(within(scope, feedback::Column::ProducerId, feedback::Column::ProductId));
    if scope.divisions.is_empty() { any } else { any.add(begins_with(column, &scope.divisions)).add(column.eq("")) }
}

/// Waits for the turn to file.
pub(in crate::supervision) async fn begin(tx: &Tx) -> Outcome<()> {
    tx.turn(FILING).await
}

/// The report with this receipt, with its feedback.
pub(in crate::supervision) async fn by_receipt<C: ConnectionTrait>(
    connection: &C,
    hash: &str,
) -> Outcome<Option<(ReportRow, FeedbackRow)>> {
    let found = feedback_report::Entity::find().filter(feedback_report::Column::ReceiptHash.eq(hash)).one(connection).await?;
    let Some(report) = found else { return Ok(None) };
    let row = feedback::Entity::find_by_id(&report.feedback_id).one(connection).await?.ok_or_else(Failure::not_found)?;
    Ok(Some((report, row)))
}

/// What is compared to merge a report.
pub(in crate::supervision) struct Same<'a> {
    pub code: Option<&'a str>,
    pub link: Option<&'a str>,
    pub choice: &'a str,
    pub channel: &'a str,
    pub since: Millis,
    pub visitors: &'a [String],
    pub said_hash: Option<&'a str>,
}

/// Open feedback about the same by the same visitor or in the same words; the oldest.
pub(in crate::supervision) async fn same<C: ConnectionTrait>(connection: &C, same: &Same<'_>) -> Outcome<Option<FeedbackRow>> {
    use feedback::Column as F;
    use feedback_report::Column as R;
    let about = match (same.code, same.link) {
        (Some(code), _) => F::Code.eq(code),
        (None, Some(link)) => F::Code.is_null().and(F::Link.eq(link)),
        (None, None) => return Ok(None),
    };
    let mut open = Query::select();
    let standing = Condition::all().add(about).add(F::Choice.eq(same.choice)).add(F::Channel.eq(same.channel)).add(F::State.is_in(OPEN));
    open.column(F::Id).from(feedback::Entity).cond_where(standing.add(F::LastAt.gte(same.since)));
    let by =
        Condition::any().add(R::Visitor.is_in(same.visitors.iter().cloned())).add_option(same.said_hash.map(|hash| R::SaidHash.eq(hash)));
    let reports = feedback_report::Entity::find().filter(R::FeedbackId.in_subquery(open)).filter(R::ReceivedAt.gte(same.since)).filter(by);
    match reports.order_by_asc(R::FeedbackId).limit(1).one(connection).await? {
        Some(report) => Ok(feedback::Entity::find_by_id(report.feedback_id).one(connection).await?),
        None => Ok(None),
    }
}

/// How many have a number of this day.
pub(in crate::supervision) async fn numbered<C: ConnectionTrait>(connection: &C, prefix: &str) -> Outcome<u64> {
    Ok(feedback::Entity::find().filter(begins_with(feedback::Column::Number, [prefix])).count(connection).await?)
}

pub(in crate::supervision) async fn insert(tx: &Tx, row: FeedbackRow) -> Outcome<()> {
    feedback::ActiveModel::from(row).insert(tx.connection()).await.map_err(duplicate_as(|| Failure::not_now("busy")))?;
    Ok(())
}

pub(in crate::supervision) async fn insert_report(tx: &Tx, row: ReportRow) -> Outcome<()> {
    feedback_report::ActiveModel::from(row).insert(tx.connection()).await.map_err(duplicate_as(|| Failure::not_now("busy")))?;
    Ok(())
}

/// One more report of it.
pub(in crate::supervision) async fn count_one_more(tx: &Tx, id: &str, at: Millis) -> Outcome<()> {
    feedback::Entity::update_many()
        .col_expr(feedback::Column::Reports, Expr::col(feedback::Column::Reports).add(1))
        .col_expr(feedback::Column::LastAt, Expr::value(at))
        .filter(feedback::Column::Id.eq(id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// One within reach, held until the transaction ends.
pub(in crate::supervision) async fn lock(tx: &Tx, scope: &Scope, id: &str) -> Outcome<FeedbackRow> {
    tx.locked(feedback::Entity::find_by_id(id).filter(reached(scope))).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Those of these numbers within reach, by our number or by that of 12315.
pub(in crate::supervision) async fn named<C: ConnectionTrait>(connection: &C, scope: &Scope, number: &str) -> Outcome<Option<FeedbackRow>> {
    let either = Condition::any().add(feedback::Column::Number.eq(number)).add(feedback::Column::OutsideNo.eq(number));
    Ok(feedback::Entity::find().filter(reached(scope)).filter(either).order_by_asc(feedback::Column::Id).one(connection).await?)
}

/// Writes a row as it is now.
pub(in crate::supervision) async fn update(tx: &Tx, row: &FeedbackRow) -> Outcome<()> {
    feedback::ActiveModel::from(row.clone()).reset_all().update(tx.connection()).await?;
    Ok(())
}

/// One within reach, as it stands.
///
/// # Errors
/// `not_found`, also out of reach.
pub async fn row<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<FeedbackRow> {
    feedback::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// What a list is narrowed by.
#[derive(Debug, Clone, Default)]
pub(in crate::supervision) struct Narrow<'a> {
    pub state: Option<&'a str>,
    pub open: bool,
    pub choice: Option<&'a str>,
    pub code: Option<&'a str>,
    pub batch_id: Option<&'a str>,
    pub producer_id: Option<&'a str>,
}

fn narrowed(scope: &Scope, narrow: &Narrow<'_>) -> sea_orm::Select<feedback::Entity> {
    use feedback::Column as F;
    let mut query = feedback::Entity::find().filter(reached(scope));
    for (column, value) in [
        (F::State, narrow.state),
        (F::Choice, narrow.choice),
        (F::Code, narrow.code),
        (F::BatchId, narrow.batch_id),
        (F::ProducerId, narrow.producer_id),
    ] {
        if let Some(value) = value {
            query = query.filter(column.eq(value));
        }
    }
    if narrow.open { query.filter(F::State.is_in(OPEN)) } else { query }
}

/// Newest first, before `cursor`.
pub(in crate::supervision) async fn newest<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    narrow: &Narrow<'_>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<FeedbackRow>> {
    let mut query = narrowed(scope, narrow).order_by_desc(feedback::Column::Id).limit(limit);
    if let Some(cursor) = cursor {
        query = query.filter(feedback::Column::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// By the day they are due, the nearest first.
pub(in crate::supervision) async fn by_due<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    narrow: &Narrow<'_>,
    limit: u64,
) -> Outcome<Vec<FeedbackRow>> {
    let query = narrowed(scope, narrow).order_by_asc(feedback::Column::DueOn).order_by_asc(feedback::Column::Id);
    Ok(query.limit(limit).all(connection).await?)
}

/// Its reports, oldest first.
pub(in crate::supervision) async fn reports<C: ConnectionTrait>(connection: &C, id: &str, limit: u64) -> Outcome<Vec<ReportRow>> {
    use feedback_report::Column as R;
    let query = feedback_report::Entity::find().filter(R::FeedbackId.eq(id)).order_by_asc(R::ReceivedAt).order_by_asc(R::Id);
    Ok(query.limit(limit).all(connection).await?)
}

/// One report of it.
pub(in crate::supervision) async fn report<C: ConnectionTrait>(connection: &C, id: &str, report_id: &str) -> Outcome<ReportRow> {
    let query = feedback_report::Entity::find_by_id(report_id).filter(feedback_report::Column::FeedbackId.eq(id));
    query.one(connection).await?.ok_or_else(Failure::not_found)
}

/// Reports of what a condition names since a moment, each with its feedback.
pub(in crate::supervision) async fn since<C: ConnectionTrait>(
    connection: &C,
    about: Condition,
    since: Millis,
    limit: u64,
) -> Outcome<Vec<(ReportRow, FeedbackRow)>> {
    let found = feedback::Entity::find().filter(about).filter(feedback::Column::LastAt.gte(since)).all(connection).await?;
    let ids: Vec<String> = found.iter().map(|row| row.id.clone()).collect();
    let query = feedback_report::Entity::find().filter(feedback_report::Column::FeedbackId.is_in(ids));
    let query = query.filter(feedback_report::Column::ReceivedAt.gte(since)).order_by_asc(feedback_report::Column::ReceivedAt);
    let reports = query.order_by_asc(feedback_report::Column::Id).limit(limit).all(connection).await?;
    Ok(reports.into_iter().filter_map(|r| found.iter().find(|f| f.id == r.feedback_id).map(|f| (r.clone(), f.clone()))).collect())
}

/// About a batch, a producer or a product; or every address that was named.
pub(in crate::supervision) fn about(on: super::super::feedback::count::On<'_>) -> Condition {
    use super::super::feedback::count::On;
    use feedback::Column as F;
    Condition::all().add(match on {
        On::Batch(id) => F::BatchId.eq(id),
        On::Producer(id) => F::ProducerId.eq(id),
        On::Product(id) => F::ProductId.eq(id),
        On::Code(code) => F::Code.eq(code),
        On::Links => F::Link.is_not_null(),
    })
}

/// Bytes of the originals that anonymous reports hold.
pub(in crate::supervision) async fn bytes_held<C: ConnectionTrait>(connection: &C) -> Outcome<i64> {
    let sum: Option<Option<i64>> = stored_file::Entity::find()
        .select_only()
        .column_as(Expr::col(stored_file::Column::Size).sum().cast_as("BIGINT"), "bytes")
        .filter(stored_file::Column::AboutKind.eq(FILES))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(sum.flatten().unwrap_or(0))
}

/// What of a person and of what it said goes; the row stays.
pub(in crate::supervision) async fn erase_report(tx: &Tx, row: &ReportRow, at: Millis) -> Outcome<()> {
    let erased = ReportRow {
        said: None,
        said_hash: None,
        bought_at: None,
        price: None,
        link: None,
        reporter: None,
        phone: None,
        consented_at: None,
        photos: 0,
        visitor: String::new(),
        erased_at: Some(at),
        ..row.clone()
    };
    feedback_report::ActiveModel::from(erased).reset_all().update(tx.connection()).await?;
    Ok(())
}

/// Ended before a moment and not erased yet: what its term of keeping is over for.
pub(in crate::supervision) async fn past_keeping<C: ConnectionTrait>(connection: &C, before: Millis, limit: u64) -> Outcome<Vec<String>> {
    use feedback::Column as F;
    let ended = Condition::any().add(F::ClosedAt.lt(before)).add(F::State.eq("answered").and(F::AnsweredAt.lt(before)));
    let query = feedback::Entity::find().filter(ended).filter(F::ErasedAt.is_null()).filter(F::State.is_in(["answered", "closed"]));
    Ok(query.order_by_asc(F::Id).limit(limit).all(connection).await?.into_iter().map(|row| row.id).collect())
}

/// The division an organisation lies in; empty if it is none.
pub(in crate::supervision) async fn division_of<C: ConnectionTrait>(connection: &C, organisation_id: &str) -> Outcome<String> {
    Ok(organisation::Entity::find_by_id(organisation_id).one(connection).await?.map(|row| row.division_code).unwrap_or_default())
}
