//! 承诺达标合格证.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certificate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub direction: String,
    pub number: String,
    pub issuer_id: Option<String>,
    pub issuer_name: String,
    pub contact: String,
    pub holder_id: String,
    pub product_id: String,
    pub product_name: String,
    pub amount: i64,
    pub origin: String,
    pub issued_on: String,
    pub basis: String,
    pub promise: String,
    pub batch_id: Option<String>,
    pub delivery_id: Option<String>,
    pub replaces_id: Option<String>,
    pub revoked_at: Option<i64>,
    pub revoke_reason: Option<String>,
    pub recorded_at: i64,
    pub recorded_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
