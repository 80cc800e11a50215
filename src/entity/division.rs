//! An administrative division GB/T 2260, present or abolished.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "division")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub name: String,
    pub kind: String,
    pub level: String,
    pub parent_code: Option<String>,
    pub full_name: String,
    pub gbt2260: bool,
    pub abolished: bool,
    pub ended: Option<i64>,
    pub verify: bool,
    pub words: String,
    pub note: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
