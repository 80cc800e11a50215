//! Packs.

use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::reach::{Columns, within};
use super::{narrowed, newest};
use crate::db::Tx;
use crate::entity::pack::{self, Column as Col};
use crate::kernel::{Failure, Outcome, Scope};
use crate::trace::pack::PackFilter;

pub use pack::Model as PackRow;

pub(in crate::trace) async fn insert(tx: &Tx, row: PackRow) -> Outcome<()> {
    pack::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// One pack.
///
/// # Errors
/// `not_found`.
pub async fn pack<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<PackRow> {
    pack::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// The pack of an organisation that already has this GTIN.
pub(in crate::trace) async fn with_gtin<C: ConnectionTrait>(connection: &C, organisation_id: &str, gtin: &str) -> Outcome<Option<PackRow>> {
    let query = pack::Entity::find().filter(Col::OrganisationId.eq(organisation_id)).filter(Col::Gtin.eq(gtin));
    Ok(query.one(connection).await?)
}

fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: Col::OrganisationId, grower: None, product: None })
}

/// Packs within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn packs<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &PackFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<PackRow>, Option<String>)> {
    let query = narrowed(
        pack::Entity::find().filter(reached(scope)),
        [(Col::OrganisationId, &filter.organisation_id), (Col::ProductId, &filter.product_id)],
    );
    newest(connection, query, (Col::Id, |row| row.id.clone()), cursor, limit).await
}

/// One pack within a scope.
pub(in crate::trace) async fn pack_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<PackRow> {
    pack::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}
