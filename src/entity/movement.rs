//! One double entry of a season account.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "movement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub account_id: String,
    pub counter_account_id: Option<String>,
    pub kind: String,
    pub from_bucket: String,
    pub to_bucket: String,
    pub amount: i64,
    pub subject_id: Option<String>,
    pub reason: Option<String>,
    pub happened_on: String,
    pub late: bool,
    pub recorded_at: i64,
    pub recorded_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
