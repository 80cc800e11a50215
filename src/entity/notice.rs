//! 通知.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    pub organisation_id: Option<String>,
    pub account_id: Option<String>,
    pub subject_id: String,
    pub about: String,
    pub once: Option<String>,
    pub noted_at: i64,
    pub read_at: Option<i64>,
    pub read_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
