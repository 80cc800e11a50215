//! The protected area of a right as of a date.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub right_id: String,
    pub as_of: Option<String>,
    pub words: String,
    pub boundary: Option<String>,
    pub source: String,
    pub source_url: Option<String>,
    pub source_row: Option<String>,
    pub confidence: String,
    pub note: Option<String>,
    pub recorded_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
