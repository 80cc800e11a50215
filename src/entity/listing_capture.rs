//! 在售商品某一刻的样子.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "listing_capture")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub listing_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub captured_at: i64,
    pub title: String,
    pub url: Option<String>,
    pub shop: Option<String>,
    pub price_fen: Option<i64>,
    pub claimed_product: Option<String>,
    pub stock: Option<i64>,
    pub sold: Option<i64>,
    pub recorded_by: String,
    pub origin: Option<String>,
    pub ship_from: Option<String>,
    pub details: Option<String>,
    pub shows_mark: Option<String>,
    pub content_hash: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
