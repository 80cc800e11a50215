//! 发往产品外的通知.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub notice_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel: String,
    pub state: String,
    pub tries: i64,
    pub due_at: i64,
    pub sent_at: Option<i64>,
    pub said: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
