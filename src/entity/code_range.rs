//! A run of sequence numbers in one state.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "code_range")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_no: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub first: i64,
    pub last: i64,
    pub batch_id: Option<String>,
    pub state: String,
    pub reason: Option<String>,
    pub since: i64,
    pub bound_at: Option<i64>,
    pub active_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
