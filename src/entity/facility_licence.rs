//! Licences of facilities.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "facility_licence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub facility_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub no: i64,
    pub kind: String,
    pub number: String,
    pub issuer: Option<String>,
    pub valid_from: String,
    pub valid_to: Option<String>,
    pub evidence: Option<String>,
    pub recorded_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
