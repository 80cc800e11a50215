//! 停用: codes taken out of use by decision.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stop")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub scope: String,
    pub subject_id: Option<String>,
    pub order_no: Option<i64>,
    pub first: Option<i64>,
    pub last: Option<i64>,
    pub category: String,
    pub ordered_by: String,
    pub document_no: String,
    pub public_text: String,
    pub state: String,
    pub proposed_by: String,
    pub proposed_at: i64,
    pub confirmed_by: Option<String>,
    pub confirmed_at: Option<i64>,
    pub lift_text: Option<String>,
    pub lift_document_no: Option<String>,
    pub lift_proposed_by: Option<String>,
    pub lifted_by: Option<String>,
    pub lifted_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
