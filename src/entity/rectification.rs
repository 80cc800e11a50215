//! 责令改正.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rectification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub source: String,
    pub source_id: String,
    pub organisation_id: Option<String>,
    pub seller_id: Option<String>,
    pub name: String,
    pub division_code: String,
    pub document_no: Option<String>,
    pub what: String,
    pub due_on: String,
    pub state: String,
    pub ordered_by: String,
    pub ordered_at: i64,
    pub replied_at: Option<i64>,
    pub ended_by: Option<String>,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
