//! 电子数据取证.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evidence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub chain_no: i64,
    pub subject_kind: String,
    pub subject_id: String,
    pub supplements_id: Option<String>,
    pub division_code: String,
    pub method: String,
    pub taken_at: i64,
    pub taken_by: String,
    pub record: String,
    pub hash: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
