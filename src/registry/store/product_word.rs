//! Grades and varieties by their days.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::db::Tx;
use crate::entity::product_word::{self, Column as Col};
use crate::kernel::{Failure, Outcome};

pub use product_word::Model as WordRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: WordRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// A word by id.
pub(in crate::registry) async fn one<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<WordRow> {
    product_word::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Every word of a product, of one kind after the other, as they were recorded.
pub(in crate::registry) async fn of<C: ConnectionTrait>(connection: &C, product_id: &str) -> Outcome<Vec<WordRow>> {
    let query = product_word::Entity::find().filter(Col::ProductId.eq(product_id));
    Ok(query.order_by_asc(Col::Kind).order_by_asc(Col::Id).all(connection).await?)
}

/// Ends a word that has no end. Answers whether it had none.
pub(in crate::registry) async fn end(tx: &Tx, id: &str, last: &str, by_whom: &str) -> Outcome<bool> {
    let update = product_word::Entity::update_many()
        .col_expr(Col::ToDay, Expr::value(last))
        .col_expr(Col::EndedBy, Expr::value(by_whom))
        .filter(Col::Id.eq(id))
        .filter(Col::ToDay.is_null());
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}
