//! Findings of the listing audit, how each listing stands, rules, and runs over all listings.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::db::Tx;
use crate::entity::{listing, listing_finding, listing_rescore, listing_rule, listing_score};
use crate::kernel::{Failure, Millis, Outcome};
use crate::supervision::listing::finding::Finding;

pub use listing_finding::Model as FindingRow;
pub use listing_rescore::Model as RescoreRow;
pub use listing_rule::Model as ListingRuleRow;
pub use listing_score::Model as ScoreRow;

/// Findings of some listings that stood at `at`, or stand now; in the order of listings, oldest first.
///
/// # Errors
/// Only ours.
pub async fn findings<C: ConnectionTrait>(connection: &C, listing_ids: Vec<String>, at: Option<Millis>) -> Outcome<Vec<FindingRow>> {
    use listing_finding::Column as C;
    let query = listing_finding::Entity::find().filter(C::ListingId.is_in(listing_ids));
    let query = match at {
        None => query.filter(C::ClearedAt.is_null()),
        Some(at) => query.filter(C::FoundAt.lte(at)).filter(C::ClearedAt.is_null().or(C::ClearedAt.gt(at))),
    };
    Ok(query.order_by_asc(C::ListingId).order_by_asc(C::Id).all(connection).await?)
}

/// Everything ever found of one listing, the latest first.
pub(in crate::supervision) async fn past<C: ConnectionTrait>(connection: &C, listing_id: &str, limit: u64) -> Outcome<Vec<FindingRow>> {
    use listing_finding::Column as C;
    let query = listing_finding::Entity::find().filter(C::ListingId.eq(listing_id)).filter(C::ClearedAt.is_not_null());
    Ok(query.order_by_desc(C::Id).limit(limit).all(connection).await?)
}

/// What was found in the place of what stands: equal findings stay as they are, changed figures take over `since`, the rest is cleared.
/// Answers the rows that are over and those that are new.
pub(in crate::supervision) fn instead(
    listing_id: &str,
    standing: Vec<FindingRow>,
    found: &[Finding],
    at: Millis,
) -> (Vec<i64>, Vec<listing_finding::ActiveModel>) {
    let mut kept = vec![false; found.len()];
    let mut over = Vec::new();
    for row in standing {
        let same = |finding: &Finding| finding.rule.word() == row.rule && finding.product_id == row.product_id;
        match found.iter().position(same) {
            Some(no) if found[no].stored() == row.figures => kept[no] = true,
            _ => over.push(row),
        }
    }
    let new = found.iter().zip(&kept).filter(|(_, kept)| !**kept).map(|(finding, _)| {
        let before = over.iter().find(|row| row.rule == finding.rule.word() && row.product_id == finding.product_id);
        listing_finding::ActiveModel {
            listing_id: Set(listing_id.to_owned()),
            kind: Set(finding.rule.kind().word().to_owned()),
            rule: Set(finding.rule.word().to_owned()),
            product_id: Set(finding.product_id.clone()),
            figures: Set(finding.stored()),
            since: Set(before.map_or(at, |row| row.since)),
            found_at: Set(at),
            cleared_at: Set(None),
            ..Default::default()
        }
    });
    let new = new.collect();
    (over.into_iter().map(|row| row.id).collect(), new)
}

/// Clears the rows that are over and writes the new ones.
pub(in crate::supervision) async fn replace(tx: &Tx, over: Vec<i64>, new: Vec<listing_finding::ActiveModel>, at: Millis) -> Outcome<()> {
    for ids in over.chunks(1000) {
        let query = listing_finding::Entity::update_many().col_expr(listing_finding::Column::ClearedAt, Expr::value(at));
        query.filter(listing_finding::Column::Id.is_in(ids.to_vec())).exec(tx.connection()).await?;
    }
    for rows in new.chunks(1000) {
        listing_finding::Entity::insert_many(rows.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// How some listings stand with the audit.
///
/// # Errors
/// Only ours.
pub async fn scores<C: ConnectionTrait>(connection: &C, listing_ids: Vec<String>) -> Outcome<Vec<ScoreRow>> {
    let query = listing_score::Entity::find().filter(listing_score::Column::ListingId.is_in(listing_ids));
    Ok(query.order_by_asc(listing_score::Column::ListingId).all(connection).await?)
}

/// Keeps what was scored; what was audited stays.
pub(in crate::supervision) async fn put_scores(tx: &Tx, rows: Vec<ScoreRow>) -> Outcome<()> {
    use listing_score::Column as C;
    if rows.is_empty() {
        return Ok(());
    }
    let over = OnConflict::column(C::ListingId).update_columns([C::ProductId, C::ContentHash, C::ScoredAt]).to_owned();
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    listing_score::Entity::insert_many(rows).on_conflict(over).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// An officer has decided about the listing as it stands: from now on a change of its content re-opens it. Also clears `content_changed`.
///
/// # Errors
/// `not_found` for a listing never scored.
pub async fn mark_audited(tx: &Tx, listing_id: &str, at: Millis) -> Outcome<()> {
    use listing_score::Column as C;
    let query = listing_score::Entity::update_many().col_expr(C::AuditedHash, Expr::col(C::ContentHash));
    let query = query.col_expr(C::AuditedAt, Expr::value(at)).filter(C::ListingId.eq(listing_id));
    if query.exec(tx.connection()).await?.rows_affected == 0 {
        return Err(Failure::not_found());
    }
    use listing_finding::Column as F;
    let cleared = listing_finding::Entity::update_many().col_expr(F::ClearedAt, Expr::value(at));
    let cleared = cleared.filter(F::ListingId.eq(listing_id)).filter(F::Rule.eq("content_changed")).filter(F::ClearedAt.is_null());
    cleared.exec(tx.connection()).await?;
    Ok(())
}

pub(in crate::supervision) async fn insert_rule(tx: &Tx, row: ListingRuleRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// Records of rules in the order they were made.
pub(in crate::supervision) async fn rules<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<ListingRuleRow>> {
    let query = listing_rule::Entity::find().order_by_asc(listing_rule::Column::RecordedAt);
    Ok(query.order_by_asc(listing_rule::Column::Id).all(connection).await?)
}

/// How many listings there are.
pub(in crate::supervision) async fn count<C: ConnectionTrait>(connection: &C) -> Outcome<i64> {
    let count = listing::Entity::find().count(connection).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

pub(in crate::supervision) async fn insert_rescore(tx: &Tx, reason: &str, by: &str, at: Millis, total: i64) -> Outcome<()> {
    let row = listing_rescore::ActiveModel {
        reason: Set(reason.to_owned()),
        asked_by: Set(by.to_owned()),
        asked_at: Set(at),
        total: Set(total),
        done: Set(0),
        changed: Set(0),
        last_id: Set(String::new()),
        moved_at: Set(at),
        finished_at: Set(None),
        ..Default::default()
    };
    listing_rescore::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The run that is not finished, if there is one.
pub(in crate::supervision) async fn running<C: ConnectionTrait>(connection: &C) -> Outcome<Option<RescoreRow>> {
    let query = listing_rescore::Entity::find().filter(listing_rescore::Column::FinishedAt.is_null());
    Ok(query.order_by_asc(listing_rescore::Column::Id).one(connection).await?)
}

/// The last runs, latest first.
pub(in crate::supervision) async fn rescores<C: ConnectionTrait>(connection: &C, limit: u64) -> Outcome<Vec<RescoreRow>> {
    Ok(listing_rescore::Entity::find().order_by_desc(listing_rescore::Column::Id).limit(limit).all(connection).await?)
}

/// Moves a run on, if it still stands where it was read; says whether it did.
pub(in crate::supervision) async fn move_rescore(tx: &Tx, from: &RescoreRow, to: &RescoreRow) -> Outcome<bool> {
    use listing_rescore::Column as C;
    let query = listing_rescore::Entity::update_many()
        .col_expr(C::Done, Expr::value(to.done))
        .col_expr(C::Changed, Expr::value(to.changed))
        .col_expr(C::LastId, Expr::value(to.last_id.clone()))
        .col_expr(C::MovedAt, Expr::value(to.moved_at))
        .col_expr(C::FinishedAt, Expr::value(to.finished_at));
    let query = query.filter(C::Id.eq(from.id)).filter(C::LastId.eq(from.last_id.clone())).filter(C::FinishedAt.is_null());
    Ok(query.exec(tx.connection()).await?.rows_affected > 0)
}
