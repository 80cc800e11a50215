//! Which codes lie in which: 箱码 → 单件码.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "nesting")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub parent_order_no: i64,
    pub parent_first: i64,
    pub parent_last: i64,
    pub child_order_no: i64,
    pub child_first: i64,
    pub child_last: i64,
    pub per: i64,
    pub mode: String,
    pub linked_at: i64,
    pub linked_by: String,
    pub unlinked_at: Option<i64>,
    pub unlinked_by: Option<String>,
    pub unlink_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
