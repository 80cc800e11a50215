//! Order lines and their imports.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::seller::sellers_reached;
use crate::db::Tx;
use crate::entity::{sales_import, sales_line};
use crate::kernel::{Outcome, Scope};

pub use sales_import::Model as SalesImportRow;
pub use sales_line::Model as SalesLineRow;

pub(in crate::trade) async fn insert(tx: &Tx, row: SalesImportRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// Which of these lines are known.
pub(in crate::trade) async fn known<C: ConnectionTrait>(connection: &C, hashes: Vec<String>) -> Outcome<Vec<String>> {
    let query = sales_line::Entity::find().filter(sales_line::Column::LineHash.is_in(hashes)).select_only();
    Ok(query.column(sales_line::Column::LineHash).into_tuple().all(connection).await?)
}

/// Keeps lines; one that is known has its state and what was paid brought up to date.
pub(in crate::trade) async fn put(tx: &Tx, rows: Vec<SalesLineRow>) -> Outcome<()> {
    use sales_line::Column as C;
    if rows.is_empty() {
        return Ok(());
    }
    let over = OnConflict::column(C::LineHash).update_columns([C::Status, C::PaidFen, C::ItemId]).to_owned();
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    sales_line::Entity::insert_many(rows).on_conflict(over).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Imports of sellers within reach, the latest first.
pub(in crate::trade) async fn imports<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<SalesImportRow>> {
    let mut query = sales_import::Entity::find().filter(sales_import::Column::SellerId.in_subquery(sellers_reached(scope)));
    if let Some(cursor) = cursor {
        query = query.filter(sales_import::Column::Id.lt(cursor));
    }
    Ok(query.order_by_desc(sales_import::Column::Id).limit(limit).all(connection).await?)
}

/// Pieces and fen of one item by state.
pub(in crate::trade) async fn of_item<C: ConnectionTrait>(
    connection: &C,
    seller_id: &str,
    platform: &str,
    item_id: &str,
) -> Outcome<Vec<(String, i64, Option<i64>)>> {
    use sales_line::Column as C;
    let sum = |column: C| Expr::col(column).sum().cast_as("BIGINT");
    let query = sales_line::Entity::find().filter(C::SellerId.eq(seller_id)).filter(C::Platform.eq(platform));
    let query = query.filter(C::ItemId.eq(item_id)).select_only();
    let query = query.column(C::Status).column_as(sum(C::Pieces), "pieces").column_as(sum(C::PaidFen), "paid").group_by(C::Status);
    Ok(query.order_by_asc(C::Status).into_tuple().all(connection).await?)
}
