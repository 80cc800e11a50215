//! 破损核销: labels spoilt beyond the spare, whose quantity a second person may set free again.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "damage_claim")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub order_no: i64,
    pub producer_id: String,
    pub product_id: String,
    pub account_id: String,
    pub first: i64,
    pub last: i64,
    pub codes: i64,
    pub amount: i64,
    pub reason: String,
    pub evidence: String,
    pub state: String,
    pub claimed_by: String,
    pub claimed_at: i64,
    pub decided_by: Option<String>,
    pub decided_at: Option<i64>,
    pub decision_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
