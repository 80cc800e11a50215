//! 申领: an order of codes; one row whatever the count.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "code_order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_no: i64,
    pub id: String,
    pub suite: i64,
    pub locator: Option<i64>,
    pub producer_id: String,
    pub product_id: String,
    pub season: String,
    pub account_id: Option<String>,
    pub pack_id: Option<String>,
    pub batch_id: Option<String>,
    pub kind: String,
    pub count: i64,
    pub spare: i64,
    pub unit_amount: i64,
    pub quota_left: i64,
    pub spare_left: i64,
    pub with_pin: bool,
    pub state: String,
    pub base_url: String,
    pub label: String,
    pub key_wrapped: Option<Vec<u8>>,
    pub master_key_id: Option<String>,
    pub key_sha256: Option<String>,
    pub demo: bool,
    pub ordered_by: String,
    pub ordered_at: i64,
    pub decided_by: Option<String>,
    pub decided_at: Option<i64>,
    pub decision_reason: Option<String>,
    pub issued_at: Option<i64>,
    pub bundle: bool,
    pub on_hand: Option<i64>,
    pub closed_at: Option<i64>,
    pub closed_by: Option<String>,
    pub first_season: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
