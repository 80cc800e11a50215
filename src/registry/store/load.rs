//! What is already there when the facts that come with the program are loaded, and putting in what is not.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};

use super::insert_all;
use crate::db::Tx;
use crate::entity::{area, division, division_successor, gi_right, product, right_announcement, standard};
use crate::kernel::Outcome;

use super::{AnnouncementRow, AreaPlaceRow, AreaRow, DivisionRow, ProductRow, RightRow, StandardRow};

/// Keys of what is there.
#[derive(Debug, Default)]
pub(in crate::registry) struct Known {
    /// Products: slug → id.
    pub products: BTreeMap<String, String>,
    /// Rights by their row in the file → id.
    pub rights: BTreeMap<String, String>,
    /// Areas by the row of their right in the file.
    pub areas: BTreeSet<String>,
    /// Standards by product and number.
    pub standards: BTreeSet<(String, String)>,
    /// Division codes.
    pub divisions: BTreeSet<String>,
}

/// Reads the keys.
pub(in crate::registry) async fn known<C: ConnectionTrait>(connection: &C) -> Outcome<Known> {
    let products = product::Entity::find().select_only().column(product::Column::Slug).column(product::Column::Id);
    let rights = gi_right::Entity::find().select_only().column(gi_right::Column::SourceRow).column(gi_right::Column::Id);
    let areas = area::Entity::find().select_only().column(area::Column::SourceRow);
    let standards = standard::Entity::find().select_only().column(standard::Column::ProductId).column(standard::Column::Number);
    let divisions = division::Entity::find().select_only().column(division::Column::Code);
    let rights: Vec<(Option<String>, String)> = rights.into_tuple().all(connection).await?;
    let areas: Vec<Option<String>> = areas.into_tuple().all(connection).await?;
    Ok(Known {
        products: products.into_tuple::<(String, String)>().all(connection).await?.into_iter().collect(),
        rights: rights.into_iter().filter_map(|(row, id)| Some((row?, id))).collect(),
        areas: areas.into_iter().flatten().collect(),
        standards: standards.into_tuple::<(String, String)>().all(connection).await?.into_iter().collect(),
        divisions: divisions.into_tuple::<String>().all(connection).await?.into_iter().collect(),
    })
}

/// Rows that are to be put in.
#[derive(Debug, Default)]
pub(in crate::registry) struct New {
    /// Divisions, larger before smaller.
    pub divisions: Vec<DivisionRow>,
    /// Old code, new code, how the successor was found.
    pub successors: Vec<division_successor::Model>,
    /// Products.
    pub products: Vec<ProductRow>,
    /// Rights.
    pub rights: Vec<RightRow>,
    /// Announcements.
    pub announcements: Vec<AnnouncementRow>,
    /// Right, announcement.
    pub links: Vec<right_announcement::Model>,
    /// Areas.
    pub areas: Vec<AreaRow>,
    /// Their places.
    pub places: Vec<AreaPlaceRow>,
    /// Standards.
    pub standards: Vec<StandardRow>,
}

impl New {
    /// Is there nothing to put in?
    pub fn is_empty(&self) -> bool {
        self.divisions.is_empty()
            && self.products.is_empty()
            && self.rights.is_empty()
            && self.areas.is_empty()
            && self.standards.is_empty()
    }

    /// Records that an old division went on as a new one.
    pub fn succeed(&mut self, old_code: &str, new_code: &str, basis: &str) {
        let row = division_successor::Model { old_code: old_code.to_owned(), new_code: new_code.to_owned(), basis: basis.to_owned() };
        self.successors.push(row);
    }

    /// Records that an announcement speaks of a right.
    pub fn link(&mut self, right_id: &str, announcement_id: &str) {
        self.links.push(right_announcement::Model { right_id: right_id.to_owned(), announcement_id: announcement_id.to_owned() });
    }
}

/// Puts everything in, what is pointed at first.
pub(in crate::registry) async fn insert(tx: &Tx, new: New) -> Outcome<()> {
    insert_all(tx, new.divisions).await?;
    insert_all(tx, new.successors).await?;
    insert_all(tx, new.products).await?;
    insert_all(tx, new.rights).await?;
    insert_all(tx, new.announcements).await?;
    insert_all(tx, new.links).await?;
    insert_all(tx, new.areas).await?;
    insert_all(tx, new.places).await?;
    insert_all(tx, new.standards).await
}
