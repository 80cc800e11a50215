//! Sessions of consumers, from the journal of scans.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_no: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub begun_at: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub visitor: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub verdict: String,
    pub last_at: i64,
    pub place: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
