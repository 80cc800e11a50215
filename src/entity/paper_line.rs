//! Lines of paper forms, entered.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "paper_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub form_number: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line: i64,
    pub subject_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
