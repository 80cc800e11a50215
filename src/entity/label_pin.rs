//! Letters and facts of an order's stickers, pinned.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "label_pin")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_no: i64,
    pub letters: String,
    pub program: Vec<u8>,
    pub facts: String,
    pub pinned_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
