//! What a rule found.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub rule: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub label: String,
    pub severity: String,
    pub state: String,
    pub figures: String,
    pub division_code: String,
    pub producer_id: Option<String>,
    pub product_id: Option<String>,
    pub batch_id: Option<String>,
    pub open_key: Option<String>,
    pub raised_at: i64,
    pub seen_at: i64,
    pub due_on: Option<String>,
    pub judged_by: Option<String>,
    pub judged_at: Option<i64>,
    pub reason: Option<String>,
    pub case_id: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
