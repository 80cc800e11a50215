//! The keys of the days.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use crate::db::Db;
use crate::entity::day_key::{ActiveModel, Column, Entity};
use crate::kernel::{Day, Failure, Outcome};

/// The key of `day`, if there is one.
pub async fn find<C: ConnectionTrait>(connection: &C, day: Day) -> Outcome<Option<[u8; 32]>> {
    let row = Entity::find_by_id(day.to_string()).one(connection).await?;
    row.map(|row| row.key.try_into().map_err(|_| Failure::broken("a key of a day has not 32 bytes"))).transpose()
}

/// The key of `day`: `draft`, unless another node was first.
pub async fn find_or_make(db: &Db, day: Day, draft: [u8; 32]) -> Outcome<[u8; 32]> {
    db.write(move |tx| {
        Box::pin(async move {
            let row = ActiveModel { day: Set(day.to_string()), key: Set(draft.to_vec()) };
            Entity::insert(row).on_conflict_do_nothing().exec_without_returning(tx.connection()).await?;
            find(tx.connection(), day).await?.ok_or_else(|| Failure::broken("the key of the day is gone"))
        })
    })
    .await
}

/// Deletes the keys of `last` and of every day before. They are overwritten first, so that free pages hold none.
pub async fn delete(db: &Db, last: Day) -> Outcome<()> {
    let due = move || Column::Day.lte(last.to_string());
    if Entity::find().filter(due()).one(db.reader()).await?.is_none() {
        return Ok(());
    }
    db.write(move |tx| {
        Box::pin(async move {
            let blank = ActiveModel { key: Set(vec![0; 32]), ..ActiveModel::default() };
            Entity::update_many().set(blank).filter(due()).exec(tx.connection()).await?;
            Entity::delete_many().filter(due()).exec(tx.connection()).await?;
            Ok(())
        })
    })
    .await
}
