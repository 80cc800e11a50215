//! Numbers officers met that nobody issued.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::db::Tx;
use crate::db::region::in_region;
use crate::entity::unknown_code;
use crate::kernel::{Millis, Outcome, Scope};

pub use unknown_code::Model as UnknownCodeRow;

/// Rows whose division lies in the scope.
fn within(scope: &Scope) -> Condition {
    in_region(scope, unknown_code::Column::DivisionCode)
}

pub(in crate::supervision) async fn insert(tx: &Tx, row: UnknownCodeRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// How often within reach between two moments (from included, to not).
pub(in crate::supervision) async fn noted<C: ConnectionTrait>(connection: &C, scope: &Scope, (from, to): (Millis, Millis)) -> Outcome<u64> {
    let query = unknown_code::Entity::find().filter(within(scope)).filter(unknown_code::Column::NotedAt.gte(from));
    Ok(query.filter(unknown_code::Column::NotedAt.lt(to)).count(connection).await?)
}

/// The same number, met before within reach, newest first.
pub(in crate::supervision) async fn met<C: ConnectionTrait>(connection: &C, scope: &Scope, typed: &str) -> Outcome<Vec<UnknownCodeRow>> {
    let query = unknown_code::Entity::find().filter(within(scope)).filter(unknown_code::Column::Typed.eq(typed));
    Ok(query.order_by_desc(unknown_code::Column::Id).limit(20).all(connection).await?)
}
