//! 包装厂、冷库、加工厂.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "facility")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organisation_id: String,
    pub kind: String,
    pub name: String,
    pub tenure: String,
    pub lessor: Option<String>,
    pub division_code: String,
    pub address: Option<String>,
    pub capacity: Option<i64>,
    pub valid_from: String,
    pub valid_to: Option<String>,
    pub registered_at: i64,
    pub registered_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
