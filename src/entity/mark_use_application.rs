//! A producer's application for the use of a mark.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mark_use_application")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organisation_id: String,
    pub right_id: String,
    pub product_id: String,
    pub renews_id: Option<String>,
    pub season: String,
    pub goods: String,
    pub volume: Option<i64>,
    pub bought_from: Option<String>,
    pub wanted_from: Option<String>,
    pub note: Option<String>,
    pub area_m2: i64,
    pub state: String,
    pub round: i64,
    pub answer_by: Option<String>,
    pub mark_use_id: Option<String>,
    pub demo: bool,
    pub begun_by: String,
    pub begun_at: i64,
    pub submitted_at: Option<i64>,
    pub moved_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
