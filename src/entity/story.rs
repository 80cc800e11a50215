//! A producer's story for consumers.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "story")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organisation_id: String,
    pub product_id: String,
    pub state: String,
    pub version: i64,
    pub round: i64,
    pub live_version: Option<i64>,
    pub demo: bool,
    pub begun_by: String,
    pub begun_at: i64,
    pub submitted_at: Option<i64>,
    pub published_at: Option<i64>,
    pub moved_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
