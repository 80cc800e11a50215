//! One report of a 线索反馈, with whoever reported.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub feedback_id: String,
    pub receipt_hash: String,
    pub received_at: i64,
    pub visitor: String,
    pub said: Option<String>,
    pub said_hash: Option<String>,
    pub bought_at: Option<String>,
    pub price: Option<String>,
    pub link: Option<String>,
    pub reporter: Option<String>,
    pub phone: Option<String>,
    pub consented_at: Option<i64>,
    pub photos: i64,
    pub erased_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
