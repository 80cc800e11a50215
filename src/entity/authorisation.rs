//! 授权经营.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authorisation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub producer_id: String,
    pub seller_id: String,
    pub product_id: String,
    pub season: String,
    pub amount: Option<i64>,
    pub from_day: String,
    pub to_day: Option<String>,
    pub contract: Option<String>,
    pub end_reason: Option<String>,
    pub recorded_at: i64,
    pub recorded_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
