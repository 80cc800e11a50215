//! 加工、分级、重新包装、合并.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "process")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    pub producer_id: String,
    pub product_id: String,
    pub season: String,
    pub account_id: String,
    pub facility_id: Option<String>,
    pub happened_on: String,
    pub loss: i64,
    pub difference: i64,
    pub downgraded: i64,
    pub processed: i64,
    pub reason: Option<String>,
    pub late: bool,
    pub late_reason: Option<String>,
    pub recorded_at: i64,
    pub recorded_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
