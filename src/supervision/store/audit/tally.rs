//! Counts of what waits, by kind of finding, county, officer and age. One listing counts once in each row; rows of kinds are never summed.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef};

use super::{joined, open_now, products_reached};
use crate::entity::{listing, listing_audit, listing_finding, seller};
use crate::kernel::clock::DAY;
use crate::kernel::{Millis, Outcome, Scope};

/// One row: how many wait, and how many of them longer than 3, 7 and 30 days.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct TallyRow {
    /// What is counted: a kind, a county, an officer.
    pub name: Option<String>,
    /// How many wait.
    pub waiting: i64,
    /// Longer than 3 days.
    pub over_3: Option<i64>,
    /// Longer than 7 days.
    pub over_7: Option<i64>,
    /// Longer than 30 days.
    pub over_30: Option<i64>,
}

/// By what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TallyBy {
    /// Kind of finding.
    Kind,
    /// County of the seller.
    County,
    /// Officer it is given to.
    Officer,
    /// All of it: one row.
    All,
}

/// Counts what waits for a first look in reach.
pub(in crate::supervision) async fn tally<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    by: TallyBy,
    now: Millis,
) -> Outcome<Vec<TallyRow>> {
    let products = if scope.all { Vec::new() } else { products_reached(connection, scope).await? };
    let known = || Expr::col((listing::Entity, listing::Column::RecordedAt));
    // However many rules of one kind speak, a listing counts once.
    let listed = || Expr::col((listing::Entity, listing::Column::Id));
    let older = |days: i64| Expr::expr(Expr::case(known().lt(now - days * DAY), listed())).count_distinct();
    let mut query = joined(scope, &products).filter(open_now()).select_only();
    query = match by {
        TallyBy::Kind => {
            let found: RelationDef = listing::Entity::belongs_to(listing_finding::Entity)
                .from(listing::Column::Id)
                .to(listing_finding::Column::ListingId)
                .into();
            query
                .join(JoinType::InnerJoin, found)
                .filter(listing_finding::Column::ClearedAt.is_null())
                .column_as(listing_finding::Column::Kind, "name")
                .group_by(listing_finding::Column::Kind)
                .order_by_asc(listing_finding::Column::Kind)
        }
        TallyBy::County => {
            let of: RelationDef = listing::Entity::belongs_to(seller::Entity).from(listing::Column::SellerId).to(seller::Column::Id).into();
            // Written out, so that both engines see one expression in what is selected and what is grouped by.
            let county = || Expr::cust("substr(seller.division_code, 1, 6)");
            query.join(JoinType::InnerJoin, of).column_as(county(), "name").group_by(county()).order_by_asc(county())
        }
        TallyBy::Officer => query
            .column_as(listing_audit::Column::HeldBy, "name")
            .group_by(listing_audit::Column::HeldBy)
            .order_by_asc(listing_audit::Column::HeldBy),
        TallyBy::All => query.column_as(Expr::cust("CAST(NULL AS TEXT)"), "name"),
    };
    let query = query
        .column_as(listed().count_distinct(), "waiting")
        .column_as(older(3), "over_3")
        .column_as(older(7), "over_7")
        .column_as(older(30), "over_30");
    Ok(query.into_model::<TallyRow>().all(connection).await?)
}
