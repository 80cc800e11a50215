//! 订单行，不含买家信息.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sales_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_hash: String,
    pub import_id: String,
    pub seller_id: String,
    pub platform: String,
    pub item_id: String,
    pub item: String,
    pub sku: String,
    pub pieces: i64,
    pub paid_fen: Option<i64>,
    pub status: String,
    pub sold_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
