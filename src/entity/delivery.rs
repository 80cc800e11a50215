//! 交售: a grower hands goods to a buyer.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub grower_id: String,
    pub buyer_id: String,
    pub product_id: String,
    pub season: String,
    pub plot_id: Option<String>,
    pub from_account_id: Option<String>,
    pub to_account_id: Option<String>,
    pub delivered_on: String,
    pub amount: i64,
    pub covered: i64,
    pub pending: i64,
    pub used: i64,
    pub grade: Option<String>,
    pub certificate_no: Option<String>,
    pub late: bool,
    pub late_reason: Option<String>,
    pub recorded_at: i64,
    pub recorded_by: String,
    pub late_evidence: Option<String>,
    pub handled_by: Option<String>,
    pub voided_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
