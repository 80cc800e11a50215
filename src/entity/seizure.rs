//! 先行登记保存、查封、扣押.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seizure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub batch_id: String,
    pub kind: String,
    pub ordered_by: String,
    pub document_no: String,
    pub reason: String,
    pub public_text: String,
    pub seized_on: String,
    pub until_day: String,
    pub state: String,
    pub outcome: Option<String>,
    pub seized: i64,
    pub proposed_by: String,
    pub proposed_at: i64,
    pub confirmed_by: Option<String>,
    pub confirmed_at: Option<i64>,
    pub end_text: Option<String>,
    pub end_document_no: Option<String>,
    pub end_amount: Option<i64>,
    pub end_codes: Option<String>,
    pub end_proposed_by: Option<String>,
    pub ended_by: Option<String>,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
