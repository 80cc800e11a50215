//! 出库.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shipment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub number: String,
    pub producer_id: String,
    pub product_id: String,
    pub consignee_kind: String,
    pub consignee_id: Option<String>,
    pub consignee_name: String,
    pub consignee_contact: Option<String>,
    pub division_code: Option<String>,
    pub place: Option<String>,
    pub exported: bool,
    pub carrier: Option<String>,
    pub facility_id: Option<String>,
    pub note: Option<String>,
    pub state: String,
    pub sent_on: String,
    pub late: bool,
    pub late_reason: Option<String>,
    pub void_reason: Option<String>,
    pub recorded_at: i64,
    pub recorded_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
