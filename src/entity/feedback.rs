//! 线索反馈.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub number: String,
    pub choice: String,
    pub channel: String,
    pub code: Option<String>,
    pub order_id: Option<String>,
    pub batch_id: Option<String>,
    pub producer_id: Option<String>,
    pub product_id: Option<String>,
    pub division_code: String,
    pub link: Option<String>,
    pub state: String,
    pub reports: i64,
    pub first_at: i64,
    pub last_at: i64,
    pub due_on: String,
    pub accepted_on: Option<String>,
    pub extended: bool,
    pub taken_by: Option<String>,
    pub answer: Option<String>,
    pub answered_by: Option<String>,
    pub answered_at: Option<i64>,
    pub transferred_at: Option<i64>,
    pub outside_no: Option<String>,
    pub outside_kind: Option<String>,
    pub outside_state: Option<String>,
    pub outside_on: Option<String>,
    pub closed_reason: Option<String>,
    pub closed_by: Option<String>,
    pub closed_at: Option<i64>,
    pub erased_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
