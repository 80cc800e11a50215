//! Stories with their versions, points and steps.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db::Tx;
use crate::db::narrow::{Narrow, Places, When};
use crate::db::region::own_or_handed_in;
use crate::entity::{gi_right, story, story_point, story_step, story_version};
use crate::kernel::{Failure, Outcome, Scope};

pub use story::Model as StoryRow;
pub use story_point::Model as PointRow;
pub use story_step::Model as StepRow;
pub use story_version::Model as VersionRow;

use story::Column as Col;

/// One's own, drafts among them; once handed in also those of the region, and those of products on which rights are held.
fn within(scope: &Scope) -> Condition {
    own_or_handed_in(scope, Col::OrganisationId, Col::SubmittedAt, Col::ProductId, gi_right::Column::ProductId)
}

pub(in crate::promotion) async fn insert(tx: &Tx, row: StoryRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::promotion) async fn update(tx: &Tx, row: &StoryRow) -> Outcome<()> {
    row.clone().into_active_model().reset_all().update(tx.connection()).await?;
    Ok(())
}

/// One within reach, held until the commit.
pub(in crate::promotion) async fn lock(tx: &Tx, scope: &Scope, id: &str) -> Outcome<StoryRow> {
    tx.locked(story::Entity::find_by_id(id).filter(within(scope))).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

pub(in crate::promotion) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<StoryRow> {
    story::Entity::find_by_id(id).filter(within(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// How many stories of an organisation are not withdrawn.
pub(in crate::promotion) async fn standing<C: ConnectionTrait>(connection: &C, organisation_id: &str) -> Outcome<usize> {
    let query = story::Entity::find().filter(Col::OrganisationId.eq(organisation_id)).filter(Col::State.ne("withdrawn"));
    Ok(query.all(connection).await?.len())
}

/// One that has a published version, whoever asks.
pub(in crate::promotion) async fn published<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<StoryRow> {
    let query = story::Entity::find_by_id(id).filter(Col::LiveVersion.is_not_null());
    query.one(connection).await?.ok_or_else(Failure::not_found)
}

/// All that have a published version, by product.
pub(in crate::promotion) async fn all_published<C: ConnectionTrait>(connection: &C, limit: u64) -> Outcome<Vec<StoryRow>> {
    let query = story::Entity::find().filter(Col::LiveVersion.is_not_null()).order_by_asc(Col::ProductId).order_by_asc(Col::Id);
    Ok(query.limit(limit).all(connection).await?)
}

/// Handed in and within reach, longest waiting first.
pub(in crate::promotion) async fn waiting<C: ConnectionTrait>(connection: &C, scope: &Scope, states: &[&str]) -> Outcome<Vec<StoryRow>> {
    let query = story::Entity::find().filter(within(scope)).filter(Col::State.is_in(states.iter().copied()));
    Ok(query.order_by_asc(Col::MovedAt).order_by_asc(Col::Id).limit(100).all(connection).await?)
}

/// Where lists of stories look.
const PLACES: Places<'static, Col> = Places {
    id: Col::Id,
    newest: true,
    names: &[],
    parties: &[Col::OrganisationId],
    product: Some(Col::ProductId),
    state: Some(Col::State),
    when: Some(When::Moment(Col::MovedAt)),
    orders: &[("moved", Col::MovedAt)],
};

/// Within reach, narrowed to what a person looks for and in the order asked.
pub(in crate::promotion) async fn find<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<StoryRow>, Option<String>)> {
    narrow.page(connection, story::Entity::find().filter(within(scope)), &PLACES, cursor, limit).await
}

pub(in crate::promotion) async fn insert_version(tx: &Tx, row: VersionRow) -> Outcome<()> {
    story_version::Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

pub(in crate::promotion) async fn update_version(tx: &Tx, row: &VersionRow) -> Outcome<()> {
    row.clone().into_active_model().reset_all().update(tx.connection()).await?;
    Ok(())
}

/// What a version says.
pub(in crate::promotion) async fn version<C: ConnectionTrait>(connection: &C, story_id: &str, version: i64) -> Outcome<VersionRow> {
    let found = story_version::Entity::find_by_id((story_id.to_owned(), version)).one(connection).await?;
    found.ok_or_else(|| Failure::broken("a story without its version"))
}

pub(in crate::promotion) async fn insert_points(tx: &Tx, rows: Vec<PointRow>) -> Outcome<()> {
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    story_point::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Every point, in the order of the rounds.
pub(in crate::promotion) async fn points<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<PointRow>> {
    let query = story_point::Entity::find().filter(story_point::Column::StoryId.eq(id));
    Ok(query.order_by_asc(story_point::Column::Round).order_by_asc(story_point::Column::Position).all(connection).await?)
}

pub(in crate::promotion) async fn insert_step(tx: &Tx, row: StepRow) -> Outcome<()> {
    let mut row = row.into_active_model();
    row.id = sea_orm::NotSet;
    story_step::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Every step, in order.
pub(in crate::promotion) async fn steps<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<StepRow>> {
    let query = story_step::Entity::find().filter(story_step::Column::StoryId.eq(id));
    Ok(query.order_by_asc(story_step::Column::Id).all(connection).await?)
}
