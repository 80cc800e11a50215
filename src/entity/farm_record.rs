//! 农事记录.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "farm_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub plot_id: String,
    pub kind: String,
    pub input_name: String,
    pub registration_no: Option<String>,
    pub dose: Option<String>,
    pub interval_days: Option<i64>,
    pub worker: Option<String>,
    pub done_on: String,
    pub late: bool,
    pub late_reason: Option<String>,
    pub recorded_at: i64,
    pub recorded_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
