//! One right on a product.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "gi_right")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub product_id: String,
    pub route: String,
    pub authority: String,
    pub status: String,
    pub number: Option<String>,
    pub number_confidence: Option<String>,
    pub registration_number: Option<String>,
    pub registration_kind: Option<String>,
    pub registration_confidence: Option<String>,
    pub announced_on: Option<String>,
    pub date_precision: String,
    pub holder: Option<String>,
    pub holder_id: Option<String>,
    pub in_force_from: Option<String>,
    pub in_force_to: Option<String>,
    pub term_to: Option<String>,
    pub county_codes: String,
    pub protected_area: Option<String>,
    pub quality: Option<String>,
    pub standard_no: Option<String>,
    pub output: Option<String>,
    pub source: String,
    pub source_url: Option<String>,
    pub source_kind: Option<String>,
    pub source_row: Option<String>,
    pub confidence: String,
    pub note: Option<String>,
    pub demo: bool,
    pub recorded_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
