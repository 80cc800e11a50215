//! 随机抽查任务及其抽签.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection_draw")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub plan_year: i64,
    pub name: String,
    pub source: String,
    pub external_no: Option<String>,
    pub departments: String,
    pub division_code: String,
    pub product_id: Option<String>,
    pub firm_kind: String,
    pub portion_kind: String,
    pub portion: i64,
    pub frequency: String,
    pub state: String,
    pub list_body: Option<String>,
    pub accounts: Option<String>,
    pub list_hash: Option<String>,
    pub taken: i64,
    pub value_source: Option<String>,
    pub value_day: Option<String>,
    pub public_value: Option<String>,
    pub seed: Option<String>,
    pub planned_by: String,
    pub planned_at: i64,
    pub frozen_by: Option<String>,
    pub frozen_at: Option<i64>,
    pub drawn_by: Option<String>,
    pub drawn_at: Option<i64>,
    pub list_open_on: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
