//! A step a story took.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "story_step")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub story_id: String,
    pub version: i64,
    pub act: String,
    pub account_id: String,
    pub at: i64,
    pub said: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
