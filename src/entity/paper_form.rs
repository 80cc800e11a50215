//! 纸质登记表.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "paper_form")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: String,
    pub kind: String,
    pub organisation_id: String,
    pub product_id: String,
    pub season: String,
    pub state: String,
    pub printed_at: i64,
    pub printed_by: String,
    pub entered_at: Option<i64>,
    pub entered_by: Option<String>,
    pub spoil_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
