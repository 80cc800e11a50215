//! What is known of the scans of one code.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "code_stat")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_no: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub sessions: i64,
    pub first_at: i64,
    pub first_place: Option<String>,
    pub first_visitor: i64,
    pub last_at: i64,
    pub last_place: Option<String>,
    pub ring: String,
    pub revision: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
