//! 导入的表.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sheet_import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    pub name: String,
    pub sha256: String,
    pub format: String,
    pub organisation_id: Option<String>,
    pub account_id: String,
    pub account: String,
    pub handled_by: Option<String>,
    pub state: String,
    pub layout: Option<String>,
    pub problems: Option<String>,
    pub held_until: i64,
    pub uploaded_at: i64,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
