//! One place of an area.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area_place")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub area_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub no: i64,
    pub kind: String,
    pub name: String,
    pub county: Option<String>,
    pub township: Option<String>,
    pub division_code: Option<String>,
    pub candidate_code: Option<String>,
    pub note: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
