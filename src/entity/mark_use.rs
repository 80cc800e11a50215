//! An organisation's leave to use the mark of a right.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mark_use")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organisation_id: String,
    pub right_id: String,
    pub state: String,
    pub in_force_from: String,
    pub in_force_to: Option<String>,
    pub announcement: Option<String>,
    pub announcement_id: Option<String>,
    pub evidence: Option<String>,
    pub demo: bool,
    pub recorded_at: i64,
    pub contract: Option<String>,
    pub artwork_on: Option<String>,
    pub artwork_no: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
