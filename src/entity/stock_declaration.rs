//! 冷库季度库存申报.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_declaration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub facility_id: String,
    pub organisation_id: String,
    pub product_id: String,
    pub season: String,
    pub quarter: String,
    pub declared: i64,
    pub booked: i64,
    pub counted_on: String,
    pub reason: Option<String>,
    pub late: bool,
    pub recorded_at: i64,
    pub recorded_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
