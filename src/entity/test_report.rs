//! 检验报告.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "test_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organisation_id: String,
    pub product_id: String,
    pub by_whom: String,
    pub scope: String,
    pub subject_id: Option<String>,
    pub season: String,
    pub laboratory: String,
    pub accreditation: Option<String>,
    pub report_no: String,
    pub sampled_on: Option<String>,
    pub reported_on: String,
    pub valid_to: Option<String>,
    pub file_sha256: Option<String>,
    pub recorded_at: i64,
    pub recorded_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
