//! What a version of a story says.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "story_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub story_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    pub title_zh: String,
    pub text_zh: String,
    pub title_en: Option<String>,
    pub text_en: Option<String>,
    pub shops: String,
    pub pictures: String,
    pub kept_words: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
