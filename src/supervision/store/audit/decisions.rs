//! Decisions about listings.

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set};

use super::{DecisionRow, products_reached, within};
use crate::db::Tx;
use crate::entity::{listing, listing_decision, listing_score};
use crate::kernel::{Failure, Millis, Outcome, Scope};

pub(in crate::supervision) async fn insert_decision(tx: &Tx, row: DecisionRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// A decision, locked until the transaction ends; its listing's reach is the caller's to measure.
pub(in crate::supervision) async fn lock_decision(tx: &Tx, id: &str) -> Outcome<DecisionRow> {
    tx.locked(listing_decision::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Keeps a decision's step and who answered it.
pub(in crate::supervision) async fn step_decision(tx: &Tx, row: &DecisionRow) -> Outcome<()> {
    let change = listing_decision::ActiveModel {
        id: Set(row.id.clone()),
        step: Set(row.step.clone()),
        answered_by: Set(row.answered_by.clone()),
        answered_at: Set(row.answered_at),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

/// Everything decided about a listing, the latest first.
pub(in crate::supervision) async fn decisions_of<C: ConnectionTrait>(connection: &C, listing_id: &str) -> Outcome<Vec<DecisionRow>> {
    let query = listing_decision::Entity::find().filter(listing_decision::Column::ListingId.eq(listing_id));
    Ok(query.order_by_desc(listing_decision::Column::Id).limit(200).all(connection).await?)
}

/// Some decisions by their ids.
pub(in crate::supervision) async fn decisions<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<DecisionRow>> {
    Ok(listing_decision::Entity::find().filter(listing_decision::Column::Id.is_in(ids)).all(connection).await?)
}

/// Which decisions: of these steps and verdicts, decided between two moments.
#[derive(Debug, Clone, Default)]
pub struct DecisionFilter {
    /// Of these steps.
    pub steps: Vec<&'static str>,
    /// Of these verdicts; of any if empty.
    pub verdicts: Vec<&'static str>,
    /// Not before.
    pub from: Option<Millis>,
    /// Before.
    pub to: Option<Millis>,
}

/// Decisions about listings in reach, in the order they were made.
pub(in crate::supervision) async fn decided<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &DecisionFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<DecisionRow>> {
    use listing_decision::Column as D;
    let mut query = listing_decision::Entity::find().filter(D::Step.is_in(filter.steps.iter().copied())).order_by_asc(D::Id).limit(limit);
    if !scope.all {
        let products = products_reached(connection, scope).await?;
        let mut reached = Query::select();
        let listings = (listing::Entity, listing::Column::Id);
        let scored = (listing_score::Entity, listing_score::Column::ListingId);
        reached.column(listings).from(listing::Entity).left_join(listing_score::Entity, Expr::col(listings).eq(Expr::col(scored)));
        reached.cond_where(within(scope, &products));
        query = query.filter(D::ListingId.in_subquery(reached));
    }
    if !filter.verdicts.is_empty() {
        query = query.filter(D::Verdict.is_in(filter.verdicts.iter().copied()));
    }
    if let Some(from) = filter.from {
        query = query.filter(D::DecidedAt.gte(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(D::DecidedAt.lt(to));
    }
    if let Some(cursor) = cursor {
        query = query.filter(D::Id.gt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// What a listing was audited as is put back: after undoing. Nothing where it was never scored.
pub(in crate::supervision) async fn put_audited(tx: &Tx, listing_id: &str, hash: Option<String>, at: Option<Millis>) -> Outcome<()> {
    let query = listing_score::Entity::update_many()
        .col_expr(listing_score::Column::AuditedHash, Expr::value(hash))
        .col_expr(listing_score::Column::AuditedAt, Expr::value(at))
        .filter(listing_score::Column::ListingId.eq(listing_id));
    query.exec(tx.connection()).await?;
    Ok(())
}

/// What was decided in one go, in order.
pub(in crate::supervision) async fn of_group<C: ConnectionTrait>(connection: &C, group: &str) -> Outcome<Vec<DecisionRow>> {
    let query = listing_decision::Entity::find().filter(listing_decision::Column::GroupId.eq(group));
    Ok(query.order_by_asc(listing_decision::Column::Id).all(connection).await?)
}
