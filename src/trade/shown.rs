//! Sellers and listings as an officer looks them up on site: by credit code or name, by address or item.

use super::queries::{SellerView, seller};
use super::store::{self, shown};
use crate::db::Db;
use crate::kernel::{Actor, Outcome};

/// A listing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingFound {
    /// `lis_…`
    pub id: String,
    /// The platform.
    pub platform: String,
    /// The item there.
    pub item_id: String,
    /// Its title as seen last.
    pub title: String,
}

/// Sellers within reach of this credit code or name.
///
/// # Errors
/// Only ours.
pub async fn sellers_coded(db: &Db, actor: &Actor, named: &str) -> Outcome<Vec<SellerView>> {
    let mut views = Vec::new();
    for row in store::seller::named(db.reader(), actor, named).await? {
        views.push(seller(db, actor, &row.id).await?);
    }
    Ok(views)
}

/// Listings within reach whose item or address this is.
///
/// # Errors
/// Only ours.
pub async fn listings_named(db: &Db, actor: &Actor, wanted: &str) -> Outcome<Vec<ListingFound>> {
    let rows = shown::named(db.reader(), &actor.scope, wanted).await?;
    Ok(rows.into_iter().map(|(id, platform, item_id, title)| ListingFound { id, platform, item_id, title }).collect())
}
