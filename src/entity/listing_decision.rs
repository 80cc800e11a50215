//! 商品核验决定.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "listing_decision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub listing_id: String,
    pub verdict: String,
    pub reason: String,
    pub said: String,
    pub recipient: Option<String>,
    pub due_on: Option<String>,
    pub step: String,
    pub content_hash: String,
    pub findings: String,
    pub before_state: String,
    pub before_id: Option<String>,
    pub group_id: Option<String>,
    pub decided_by: String,
    pub decided_at: i64,
    pub answered_by: Option<String>,
    pub answered_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
