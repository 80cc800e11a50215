//! What search keeps of a product or an organisation, made anew whenever something it is found by has changed.

use std::collections::BTreeSet;

use crate::db::Tx;
use crate::identity::store::{OrganisationRow, organisation};
use crate::kernel::Outcome;
use crate::registry::store::search::{Entry, Kind};
use crate::registry::store::{self, ProductRow, RightRow};

/// Indexes a product with its aliases, places and the holders of its rights.
pub(super) async fn product(tx: &Tx, row: &ProductRow) -> Outcome<()> {
    let rights = store::right::of_products(tx.connection(), vec![row.id.clone()]).await?;
    let entry = product_entry(tx, row, &rights.iter().collect::<Vec<_>>()).await?;
    store::search::put(tx, &[entry]).await
}

/// What search keeps of a product with these rights.
pub(super) async fn product_entry(tx: &Tx, row: &ProductRow, rights: &[&RightRow]) -> Outcome<Entry> {
    let codes = store::listed(&row.city_codes).into_iter().chain(store::listed(&row.county_codes));
    let places = store::division::some(tx.connection(), codes).await?;
    let mut holders: BTreeSet<String> = rights.iter().filter_map(|right| right.holder.clone()).collect();
    for id in rights.iter().filter_map(|right| right.holder_id.as_deref()) {
        holders.insert(organisation(tx.connection(), id).await?.name);
    }
    let mut aliases = store::listed(&row.aliases);
    aliases.extend(row.latin_name.clone());
    let places: Vec<&str> = places.values().map(|division| division.name.as_str()).collect();
    Ok(Entry::of(Kind::Product, &row.id, &row.name, &borrowed(&aliases), &places, &holders.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Indexes an organisation with its county.
pub(super) async fn organisation_row(tx: &Tx, row: &OrganisationRow) -> Outcome<()> {
    organisations(tx, &[(row.id.clone(), row.name.clone(), row.division_code.clone())]).await
}

/// Indexes organisations: id, name, division.
pub(super) async fn organisations(tx: &Tx, rows: &[(String, String, String)]) -> Outcome<()> {
    let places = store::division::some(tx.connection(), rows.iter().map(|(.., code)| code.clone())).await?;
    let entry = |(id, name, code): &(String, String, String)| {
        let place = places.get(code).map(|division| division.name.as_str());
        Entry::of(Kind::Organisation, id, name, &[], place.as_slice(), &[])
    };
    store::search::put(tx, &rows.iter().map(entry).collect::<Vec<_>>()).await
}

fn borrowed(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}
