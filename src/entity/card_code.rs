//! One code of a printed card.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "card_code")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub factor_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub no: i64,
    pub mark: String,
    pub used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
