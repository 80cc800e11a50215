//! 检查.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub draw_id: Option<String>,
    pub rank: i64,
    pub organisation_id: String,
    pub name: String,
    pub division_code: String,
    pub product_id: Option<String>,
    pub departments: String,
    pub reason: String,
    pub recheck_of: Option<String>,
    pub state: String,
    pub form: String,
    pub record: Option<String>,
    pub record_hash: Option<String>,
    pub found: Option<String>,
    pub inspected_on: Option<String>,
    pub publish_by: Option<String>,
    pub public_text: Option<String>,
    pub rectification_id: Option<String>,
    pub case_id: Option<String>,
    pub opened_by: String,
    pub opened_at: i64,
    pub done_by: Option<String>,
    pub done_at: Option<i64>,
    pub published_by: Option<String>,
    pub published_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
