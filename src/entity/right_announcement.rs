//! Which announcements speak of which rights.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "right_announcement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub right_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub announcement_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
