//! 商品核验的发现.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "listing_finding")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub listing_id: String,
    pub kind: String,
    pub rule: String,
    pub product_id: Option<String>,
    pub figures: String,
    pub since: i64,
    pub found_at: i64,
    pub cleared_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
