//! A download of an order's codes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "download")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub order_no: i64,
    pub form: String,
    pub codes: i64,
    pub account_id: String,
    pub started_at: i64,
    pub completed_at: Option<i64>,
    pub abandoned_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
