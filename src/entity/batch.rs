//! 批次.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "batch")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub producer_id: String,
    pub product_id: String,
    pub season: String,
    pub lot: String,
    pub account_id: String,
    pub state: String,
    pub amount: i64,
    pub covered: i64,
    pub pending: i64,
    pub coded: i64,
    pub harvested_from: String,
    pub harvested_to: String,
    pub produced_on: Option<String>,
    pub packed_on: Option<String>,
    pub best_before: Option<String>,
    pub grade: Option<String>,
    pub facility: Option<String>,
    pub standard_number: Option<String>,
    pub origin: String,
    pub hold_reason: Option<String>,
    pub hold_document: Option<String>,
    pub late: bool,
    pub late_reason: Option<String>,
    pub version: i64,
    pub registered_by: String,
    pub registered_at: i64,
    pub released_by: Option<String>,
    pub released_at: Option<i64>,
    pub release_basis: Option<String>,
    pub void_reason: Option<String>,
    pub voided_by: Option<String>,
    pub voided_at: Option<i64>,
    pub moved: i64,
    pub gone: i64,
    pub seized: i64,
    pub process_id: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
