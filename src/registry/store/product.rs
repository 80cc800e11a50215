//! Products.

use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db::region::lists_one;
use crate::db::{Tx, duplicate_as};
use crate::entity::{gi_right, product};
use crate::kernel::{Failure, Outcome};

pub use product::Model as ProductRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: ProductRow) -> Outcome<()> {
    let slug = row.slug.clone();
    let taken = || Failure::field("/slug", "product_slug_taken").with("value", slug);
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(taken))?;
    Ok(())
}

pub(in crate::registry) async fn update(tx: &Tx, row: ProductRow) -> Outcome<()> {
    row.into_active_model().reset_all().update(tx.connection()).await?;
    Ok(())
}

/// A product by id.
///
/// # Errors
/// `not_found`.
pub async fn one<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<ProductRow> {
    find(connection, id).await?.ok_or_else(Failure::not_found)
}

pub(in crate::registry) async fn find<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<ProductRow>> {
    Ok(product::Entity::find_by_id(id).one(connection).await?)
}

/// The same, held until the commit.
pub(in crate::registry) async fn to_change(tx: &Tx, id: &str) -> Outcome<ProductRow> {
    product::Entity::find_by_id(id).lock_exclusive().one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

pub(in crate::registry) async fn by_slug<C: ConnectionTrait>(connection: &C, slug: &str) -> Outcome<Option<ProductRow>> {
    Ok(product::Entity::find().filter(product::Column::Slug.eq(slug)).one(connection).await?)
}

/// A product of this very name.
pub(in crate::registry) async fn named<C: ConnectionTrait>(connection: &C, name: &str) -> Outcome<Option<ProductRow>> {
    Ok(product::Entity::find().filter(product::Column::Name.eq(name)).one(connection).await?)
}

/// What a list of products is cut down to.
#[derive(Debug, Clone, Default)]
pub(in crate::registry) struct Wanted {
    /// Prefixes of county codes, all names a county had.
    pub counties: Option<Vec<String>>,
    /// Class of GB/T 43583.
    pub class: Option<String>,
    /// With a right of this status.
    pub status: Option<String>,
    /// With a registered right in force on this day.
    pub in_force_on: Option<String>,
    /// Only these.
    pub ids: Option<Vec<String>>,
}

impl Wanted {
    fn condition(&self) -> Condition {
        let mut all = Condition::all();
        if let Some(counties) = &self.counties {
            all = all.add(lists_one(product::Column::CountyCodes, counties));
        }
        if let Some(class) = &self.class {
            all = all.add(product::Column::Class.eq(class));
        }
        if let Some(ids) = &self.ids {
            all = all.add(product::Column::Id.is_in(ids));
        }
        if self.status.is_some() || self.in_force_on.is_some() {
            let mut rights = Query::select();
            rights.column(gi_right::Column::ProductId).from(gi_right::Entity);
            if let Some(status) = &self.status {
                rights.and_where(gi_right::Column::Status.eq(status));
            }
            if let Some(day) = &self.in_force_on {
                rights.cond_where(super::right::in_force(day));
            }
            all = all.add(product::Column::Id.in_subquery(rights));
        }
        all
    }
}

/// Products by reading, after `after` (sort key and id).
pub(in crate::registry) async fn page<C: ConnectionTrait>(
    connection: &C,
    wanted: &Wanted,
    after: Option<(String, String)>,
    limit: u64,
) -> Outcome<Vec<ProductRow>> {
    let mut query = product::Entity::find().filter(wanted.condition());
    if let Some((key, id)) = after {
        let later = Condition::all().add(product::Column::SortKey.eq(&key)).add(product::Column::Id.gt(id));
        query = query.filter(Condition::any().add(product::Column::SortKey.gt(key)).add(later));
    }
    Ok(query.order_by_asc(product::Column::SortKey).order_by_asc(product::Column::Id).limit(limit).all(connection).await?)
}

/// Id and name of every product, by reading.
pub(in crate::registry) async fn names<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<(String, String)>> {
    let query = product::Entity::find().order_by_asc(product::Column::SortKey).order_by_asc(product::Column::Id).select_only();
    Ok(query.columns([product::Column::Id, product::Column::Name]).into_tuple().all(connection).await?)
}

/// The county codes of every product, as stored.
pub(in crate::registry) async fn county_codes<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<String>> {
    Ok(product::Entity::find().select_only().column(product::Column::CountyCodes).into_tuple().all(connection).await?)
}

/// How many there are of what is wanted.
pub(in crate::registry) async fn count<C: ConnectionTrait>(connection: &C, wanted: &Wanted) -> Outcome<u64> {
    use sea_orm::PaginatorTrait;
    Ok(product::Entity::find().filter(wanted.condition()).count(connection).await?)
}
