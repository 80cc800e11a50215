//! A protected (or applied-for) name.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub slug: String,
    pub name: String,
    pub aliases: String,
    pub latin_name: Option<String>,
    pub city_codes: String,
    pub county_codes: String,
    pub class: String,
    pub product_group: String,
    pub base_unit: String,
    pub account_basis: String,
    pub season_from: Option<String>,
    pub season_to: Option<String>,
    pub closing: Option<String>,
    pub fresh: bool,
    pub release_by: String,
    pub yield_cap: Option<i64>,
    pub yield_cap_source: Option<String>,
    pub carry_over_cap: Option<i64>,
    pub varieties: String,
    pub test_plan: Option<String>,
    pub quality: Option<String>,
    pub sort_key: String,
    pub source: String,
    pub confidence: String,
    pub note: Option<String>,
    pub demo: bool,
    pub demo_figures: String,
    pub registered_at: i64,
    pub carry_labels: bool,
    pub on_hand_limit: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
