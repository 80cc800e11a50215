//! What a county counted of a product in a year.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "county_figure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub product_id: String,
    pub year: i64,
    pub county_code: String,
    pub area_m2: Option<i64>,
    pub output: Option<i64>,
    pub value_fen: Option<i64>,
    pub households: Option<i64>,
    pub users: Option<i64>,
    pub source: String,
    pub demo: bool,
    pub recorded_by: String,
    pub recorded_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
