//! A standard or specification of a product.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "standard")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub product_id: String,
    pub number: String,
    pub version: Option<String>,
    pub title: Option<String>,
    pub level: Option<String>,
    pub replaces: Option<String>,
    pub published_on: Option<String>,
    pub in_force_from: Option<String>,
    pub withdrawn_on: Option<String>,
    pub source: String,
    pub source_url: Option<String>,
    pub confidence: String,
    pub note: Option<String>,
    pub demo: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
