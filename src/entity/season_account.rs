//! 年度账户: a party's account for a product and season.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "season_account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub party_kind: String,
    pub party_id: String,
    pub product_id: String,
    pub season: String,
    pub state: String,
    pub basis: String,
    pub basis_note: String,
    pub evidence: Option<String>,
    pub measured: bool,
    pub proposed: i64,
    pub approved: i64,
    pub received: i64,
    pub carried: i64,
    pub opening: i64,
    pub adjusted: i64,
    pub held: i64,
    pub released: i64,
    pub uncoded: i64,
    pub exported: i64,
    pub processed: i64,
    pub lost: i64,
    pub downgraded: i64,
    pub own_use: i64,
    pub delivered: i64,
    pub lapsed: i64,
    pub remaining: i64,
    pub pending: i64,
    pub reserved: i64,
    pub coded: i64,
    pub burned: i64,
    pub proposed_by: String,
    pub proposed_at: i64,
    pub decided_by: Option<String>,
    pub decided_at: Option<i64>,
    pub decision_reason: Option<String>,
    pub seized: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
