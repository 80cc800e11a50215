//! The audit of listings: what is in reach, how far each has come, and decisions.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, JoinType, QueryFilter,
    QueryOrder, QuerySelect, RelationDef, Select,
};

use crate::db::Tx;
use crate::db::region::{in_region, subquery};
use crate::entity::{listing, listing_audit, listing_capture, listing_decision, listing_finding, listing_score, product, seller};
use crate::kernel::{Failure, Outcome, Scope};

pub use listing::Model as ListingRow;
pub use listing_audit::Model as AuditRow;
pub use listing_capture::Model as CaptureRow;
pub use listing_decision::Model as DecisionRow;
pub use seller::Model as SellerRow;

mod decisions;
mod tally;

pub(in crate::supervision) use decisions::*;
pub(in crate::supervision) use tally::*;

/// A listing as the queue meets it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct QueueRow {
    /// `lis_…`
    pub id: String,
    /// `sel_…`
    pub seller_id: String,
    /// Platform.
    pub platform: String,
    /// Number of the item there.
    pub item_id: String,
    /// Since when it is known.
    pub recorded_at: i64,
    /// The product it claims, as recorded.
    pub claimed_product_id: Option<String>,
    /// The product the rules take it for.
    pub product_id: Option<String>,
    /// What it says now.
    pub hash_now: Option<String>,
    /// Stored state.
    pub state: Option<String>,
    /// What it said when decided.
    pub decided_hash: Option<String>,
    /// The decision that stands.
    pub decision_id: Option<String>,
    /// Until when something is due.
    pub due_on: Option<String>,
    /// Given to.
    pub held_by: Option<String>,
    /// When.
    pub held_at: Option<i64>,
}

/// Which listings.
#[derive(Debug, Clone, Default)]
pub struct QueueFilter {
    /// Waits for a first look: new, or changed since it was decided.
    pub open: bool,
    /// In one of these stored states and not changed since.
    pub states: Vec<&'static str>,
    /// With a standing finding of this kind.
    pub kind: Option<String>,
    /// Given to this officer.
    pub held_by: Option<String>,
    /// Given to nobody, or longer ago than this.
    pub free_since: Option<i64>,
    /// Of this seller.
    pub seller_id: Option<String>,
    /// Just these.
    pub ids: Option<Vec<String>>,
}

/// Products of which a county lies in the scope.
pub(in crate::supervision) async fn products_reached<C: ConnectionTrait>(connection: &C, scope: &Scope) -> Outcome<Vec<String>> {
    let all: Vec<(String, String, String)> = product::Entity::find()
        .select_only()
        .columns([product::Column::Id, product::Column::CountyCodes, product::Column::CityCodes])
        .into_tuple()
        .all(connection)
        .await?;
    let reached = |codes: &str| codes.split(';').any(|code| !code.is_empty() && scope.reaches_division(code));
    Ok(all.into_iter().filter(|(_, counties, cities)| reached(counties) || reached(cities)).map(|(id, ..)| id).collect())
}

/// Ids of sellers whose place lies in the scope.
pub(super) fn sellers_near(scope: &Scope) -> SelectStatement {
    subquery(seller::Entity, seller::Column::Id, in_region(scope, seller::Column::DivisionCode))
}

/// Listings of a seller in the scope's place, or of a product of one of its counties.
fn within(scope: &Scope, products: &[String]) -> Condition {
    if scope.all {
        return Condition::all();
    }
    Condition::any()
        .add(listing::Column::SellerId.in_subquery(sellers_near(scope)))
        .add(listing::Column::ClaimedProductId.is_in(products.iter()))
        .add(listing_score::Column::ProductId.is_in(products.iter()))
}

/// Waits for a first look.
pub(super) fn open_now() -> Condition {
    use listing_audit::Column as A;
    let settled = A::State.ne("new").and(A::State.ne("proposed"));
    let changed =
        Expr::col((listing_audit::Entity, A::ContentHash)).ne(Expr::col((listing_score::Entity, listing_score::Column::ContentHash)));
    Condition::any().add(A::State.is_null()).add(A::State.eq("new")).add(settled.and(changed))
}

/// Listings with how they stand, in reach.
pub(super) fn joined(scope: &Scope, products: &[String]) -> Select<listing::Entity> {
    let audit: RelationDef =
        listing::Entity::belongs_to(listing_audit::Entity).from(listing::Column::Id).to(listing_audit::Column::ListingId).into();
    let score: RelationDef =
        listing::Entity::belongs_to(listing_score::Entity).from(listing::Column::Id).to(listing_score::Column::ListingId).into();
    listing::Entity::find().join(JoinType::LeftJoin, audit).join(JoinType::LeftJoin, score).filter(within(scope, products))
}

fn asked(mut query: Select<listing::Entity>, filter: &QueueFilter) -> Select<listing::Entity> {
    use listing_audit::Column as A;
    if filter.open {
        query = query.filter(open_now());
    }
    if !filter.states.is_empty() {
        let same = Expr::col((listing_audit::Entity, A::ContentHash))
            .eq(Expr::col((listing_score::Entity, listing_score::Column::ContentHash)))
            .or(listing_score::Column::ContentHash.is_null())
            .or(A::State.eq("proposed"));
        query = query.filter(A::State.is_in(filter.states.iter().copied())).filter(same);
    }
    if let Some(kind) = &filter.kind {
        use listing_finding::Column as F;
        let standing = F::Kind.eq(kind).and(F::ClearedAt.is_null());
        query = query.filter(listing::Column::Id.in_subquery(subquery(listing_finding::Entity, F::ListingId, standing)));
    }
    if let Some(who) = &filter.held_by {
        query = query.filter(A::HeldBy.eq(who));
    }
    if let Some(since) = filter.free_since {
        query = query.filter(A::HeldBy.is_null().or(A::HeldAt.lt(since)));
    }
    if let Some(seller) = &filter.seller_id {
        query = query.filter(listing::Column::SellerId.eq(seller));
    }
    if let Some(ids) = &filter.ids {
        query = query.filter(listing::Column::Id.is_in(ids.iter()));
    }
    query
}

/// One page of the queue, the longest known first.
pub(in crate::supervision) async fn queue<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &QueueFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<QueueRow>> {
    let products = if scope.all { Vec::new() } else { products_reached(connection, scope).await? };
    let mut query = asked(joined(scope, &products), filter).order_by_asc(listing::Column::Id).limit(limit);
    if let Some(cursor) = cursor {
        query = query.filter(listing::Column::Id.gt(cursor));
    }
    let columns = query
        .select_only()
        .columns([
            listing::Column::Id,
            listing::Column::SellerId,
            listing::Column::Platform,
            listing::Column::ItemId,
            listing::Column::RecordedAt,
            listing::Column::ClaimedProductId,
        ])
        .columns([listing_audit::Column::State, listing_audit::Column::DecisionId, listing_audit::Column::DueOn])
        .columns([listing_audit::Column::HeldBy, listing_audit::Column::HeldAt])
        .column_as(listing_audit::Column::ContentHash, "decided_hash")
        .column(listing_score::Column::ProductId)
        .column_as(listing_score::Column::ContentHash, "hash_now");
    Ok(columns.into_model::<QueueRow>().all(connection).await?)
}

/// One listing in reach.
pub(in crate::supervision) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<QueueRow> {
    let filter = QueueFilter { ids: Some(vec![id.to_owned()]), ..QueueFilter::default() };
    queue(connection, scope, &filter, None, 1).await?.pop().ok_or_else(Failure::not_found)
}

/// What some listings said last.
pub(in crate::supervision) async fn captures<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<CaptureRow>> {
    use listing_capture::Column as C;
    let mut last = Query::select();
    last.column(C::ListingId).expr(Expr::col(C::CapturedAt).max()).from(listing_capture::Entity);
    last.and_where(C::ListingId.is_in(ids.iter())).group_by_col(C::ListingId);
    let both = Expr::tuple([Expr::col(C::ListingId), Expr::col(C::CapturedAt)]);
    Ok(listing_capture::Entity::find().filter(both.in_subquery(last)).all(connection).await?)
}

/// Some sellers.
pub(in crate::supervision) async fn sellers<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<SellerRow>> {
    Ok(seller::Entity::find().filter(seller::Column::Id.is_in(ids)).all(connection).await?)
}

/// Names of some products.
pub(in crate::supervision) async fn product_names<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<(String, String)>> {
    let query = product::Entity::find().filter(product::Column::Id.is_in(ids)).select_only();
    Ok(query.columns([product::Column::Id, product::Column::Name]).into_tuple().all(connection).await?)
}

/// The place whose officers act on a listing: the seller's if it is in reach, else the first county of its product that is.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub(in crate::supervision) async fn place_of<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<String> {
    let row = one(connection, scope, id).await?;
    let place = seller::Entity::find_by_id(&row.seller_id).one(connection).await?.map(|s| s.division_code).unwrap_or_default();
    if scope.reaches_division(&place) {
        return Ok(place.chars().take(6).collect());
    }
    for product_id in [row.product_id, row.claimed_product_id].into_iter().flatten() {
        let found = product::Entity::find_by_id(product_id).one(connection).await?;
        let codes = found.map(|p| format!("{};{}", p.county_codes, p.city_codes)).unwrap_or_default();
        if let Some(code) = codes.split(';').find(|code| !code.is_empty() && scope.reaches_division(code)) {
            return Ok(code.to_owned());
        }
    }
    Err(Failure::not_found())
}

/// How far a listing's audit has come, locked until the transaction ends; a row is made where there is none.
pub(in crate::supervision) async fn lock(tx: &Tx, listing_id: &str) -> Outcome<AuditRow> {
    let fresh = AuditRow {
        listing_id: listing_id.to_owned(),
        state: "new".to_owned(),
        decision_id: None,
        content_hash: String::new(),
        due_on: None,
        decided_at: None,
        held_by: None,
        held_at: None,
    };
    let once = OnConflict::column(listing_audit::Column::ListingId).do_nothing().to_owned();
    listing_audit::Entity::insert(fresh.into_active_model()).on_conflict(once).exec_without_returning(tx.connection()).await?;
    tx.locked(listing_audit::Entity::find_by_id(listing_id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Keeps how far it has come.
pub(in crate::supervision) async fn keep(tx: &Tx, row: AuditRow) -> Outcome<()> {
    row.into_active_model().reset_all().update(tx.connection()).await?;
    Ok(())
}
