//! One place a plot lies in, as it was named on a day.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plot_place")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub plot_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub no: i64,
    pub division_code: String,
    pub village: String,
    pub as_of: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
