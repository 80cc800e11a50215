//! What was said in the rounds of an order to mend.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rectification_note")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub rectification_id: String,
    pub at: i64,
    pub noted_by: String,
    pub act: String,
    pub said: String,
    pub due_on: Option<String>,
    pub files: i64,
    pub recovered: Option<i64>,
    pub disposed: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
