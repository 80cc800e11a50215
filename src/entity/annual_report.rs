//! A version of a report on the use of marks in a year.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "annual_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organisation_id: String,
    pub product_id: String,
    pub year: i64,
    pub version: i64,
    pub state: String,
    pub round: i64,
    pub remark: Option<String>,
    pub answers: String,
    pub due_on: String,
    pub late: bool,
    pub answer_until: Option<String>,
    pub correction_reason: Option<String>,
    pub demo: bool,
    pub begun_by: String,
    pub begun_at: i64,
    pub computed_at: Option<i64>,
    pub submitted_at: Option<i64>,
    pub accepted_by: Option<String>,
    pub moved_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
