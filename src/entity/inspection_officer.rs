//! Who inspects.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_officer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub inspection_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: String,
    pub certificate_no: String,
    pub department: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
