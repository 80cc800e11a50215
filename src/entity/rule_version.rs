//! Thresholds of a rule, in force or proposed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub rule: String,
    pub thresholds: String,
    pub is_on: bool,
    pub reason: String,
    pub state: String,
    pub proposed_by: String,
    pub proposed_at: i64,
    pub progress: i64,
    pub test: Option<String>,
    pub from_day: Option<String>,
    pub decided_by: Option<String>,
    pub decided_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
