//! An interval in which a mark use does not count.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mark_use_suspension")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub mark_use_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_day: String,
    pub to_day: Option<String>,
    pub reason: String,
    pub document_no: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
