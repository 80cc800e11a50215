//! What became of an abolished division.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "division_successor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub old_code: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub new_code: String,
    pub basis: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
