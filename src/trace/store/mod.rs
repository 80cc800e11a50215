//! The only files of this room that know tables, one per noun.

/// Writes the function that decides a row of a table: state, who, when and why, in one statement and only while the row is in the state
/// it waits in. The function answers whether it still was.
macro_rules! decides {
    ($(#[$said:meta])* $name:ident, $table:ident, $states:ident::$waits:ident) => {
        $(#[$said])*
        pub(in crate::trace) async fn $name(tx: &Tx, desk: &Desk, id: &str, state: $states, reason: Option<String>) -> Outcome<bool> {
            let update = $table::Entity::update_many()
                .set($table::ActiveModel {
                    state: Set(state.word().to_owned()),
                    decided_by: Set(Some(desk.actor.account_id.clone())),
                    decided_at: Set(Some(desk.clock.now())),
                    decision_reason: Set(reason),
                    ..Default::default()
                })
                .filter($table::Column::Id.eq(id))
                .filter($table::Column::State.eq($states::$waits.word()));
            Ok(update.exec(tx.connection()).await?.rows_affected == 1)
        }
    };
}

pub mod account;
pub mod area;
pub mod balance;
pub mod batch;
pub mod carton;
pub mod certificate;
pub mod damage;
pub mod declaration;
pub mod delivery;
pub mod delivery_void;
pub mod download;
pub mod farm;
pub mod figures;
pub mod genealogy;
pub mod hand_over;
pub mod history;
pub mod late;
pub mod line;
pub mod lookup;
pub mod nesting;
pub mod order;
pub mod pack;
pub mod paper;
pub mod plan;
pub mod quality;
pub mod range;
pub mod reach;
pub mod register;
pub mod replay;
pub mod report;
pub(crate) mod scan;
pub mod seizure;
pub mod shipment;
pub mod slip;
pub mod sticker;
pub mod stock;
pub mod stop;
pub mod touched;
pub mod weekly;
pub mod yearly;

use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::db::{Engine, Tx};
use crate::kernel::Outcome;

/// Locks the rows a query reads until the commit. SQLite has one writer, which is lock enough.
pub(super) fn locked<E: EntityTrait>(tx: &Tx, query: Select<E>) -> Select<E> {
    if tx.engine() == Engine::Postgres { query.lock(LockType::NoKeyUpdate) } else { query }
}

/// One more row than asked for tells whether there is a next page: cuts it off and answers its predecessor's id.
pub(super) fn page<T>(mut rows: Vec<T>, limit: u64, id: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return (rows, None);
    }
    rows.truncate(limit);
    let next = rows.last().map(id);
    (rows, next)
}

/// Rows with the values that are asked for; a column of which nothing is asked may hold anything.
pub(super) fn narrowed<'a, E: EntityTrait>(
    query: Select<E>,
    asked: impl IntoIterator<Item = (E::Column, &'a Option<String>)>,
) -> Select<E> {
    asked.into_iter().fold(query, |query, (column, value)| match value {
        Some(value) => query.filter(column.eq(value)),
        None => query,
    })
}

/// The page of a query before `cursor`, newest first by the column `id`, which `own` answers of a row; and the cursor of the page after it.
pub(super) async fn newest<C: ConnectionTrait, E: EntityTrait>(
    connection: &C,
    query: Select<E>,
    (id, own): (E::Column, impl Fn(&E::Model) -> String),
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<E::Model>, Option<String>)> {
    let mut query = query.order_by_desc(id).limit(limit.saturating_add(1));
    if let Some(cursor) = cursor {
        query = query.filter(id.lt(cursor));
    }
    Ok(page(query.all(connection).await?, limit, own))
}
