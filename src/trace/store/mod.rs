//! The only files of this room that know tables, one per noun.

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

use sea_orm::sea_query::LockType;
use sea_orm::{EntityTrait, QuerySelect, Select};

use crate::db::{Engine, Tx};

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
