//! Receipts and returns of shipments.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shipment_act")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub shipment_id: String,
    pub line_no: i64,
    pub kind: String,
    pub disposition: Option<String>,
    pub amount: i64,
    pub codes: i64,
    pub first: Option<i64>,
    pub last: Option<i64>,
    pub reason: Option<String>,
    pub happened_on: String,
    pub late: bool,
    pub late_reason: Option<String>,
    pub recorded_at: i64,
    pub recorded_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
