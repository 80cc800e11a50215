//! Lines of a shipment.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shipment_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub shipment_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub no: i64,
    pub batch_id: String,
    pub order_no: Option<i64>,
    pub first: Option<i64>,
    pub last: Option<i64>,
    pub codes: i64,
    pub amount: i64,
    pub received: i64,
    pub returned: i64,
    pub missing: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
