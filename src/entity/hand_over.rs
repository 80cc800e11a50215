//! 印制交接: a sealed pack for a printing house, and what it said back.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hand_over")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub order_no: i64,
    pub printing_house_id: Option<String>,
    pub design_id: Option<String>,
    pub token_hash: String,
    pub state: String,
    pub note: Option<String>,
    pub made_by: String,
    pub made_at: i64,
    pub expires_at: i64,
    pub fetched_at: Option<i64>,
    pub fetched_sha256: Option<String>,
    pub printed: Option<i64>,
    pub spoiled: Option<i64>,
    pub printed_at: Option<i64>,
    pub printed_note: Option<String>,
    pub received: Option<i64>,
    pub received_at: Option<i64>,
    pub received_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
