//! A piece of land.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub holder_kind: String,
    pub holder_id: String,
    pub product_id: String,
    pub name: String,
    pub variety: Option<String>,
    pub planted_year: Option<i64>,
    pub tenure: String,
    pub lessor: Option<String>,
    pub parcel_code: Option<String>,
    pub replaces_id: Option<String>,
    pub valid_from: String,
    pub valid_to: Option<String>,
    pub area_m2: i64,
    pub entered_area: String,
    pub division_code: String,
    pub village: String,
    pub as_of: String,
    pub boundary: Option<String>,
    pub grade: String,
    pub min_lon: Option<i64>,
    pub max_lon: Option<i64>,
    pub min_lat: Option<i64>,
    pub max_lat: Option<i64>,
    pub note: Option<String>,
    pub registered_by_id: String,
    pub registered_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
