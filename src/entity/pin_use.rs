//! What is known of the PIN of one code.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pin_use")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_no: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub first_used_at: Option<i64>,
    pub first_place: Option<String>,
    pub first_visitor: Option<i64>,
    pub wrong_day: Option<String>,
    pub wrong_count: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
