//! Puts the facts that come with the program into the register: all on the first start, only what is new in the files later on.
//! What is there is never touched, so that nothing an office has edited is lost. The event carries the SHA-256 of the files.

mod demo;
mod facts;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::index;
use crate::db::{Db, Tx};
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::seed::{self, Seed};
use crate::registry::store::{self, ProductRow, RightRow, Turn};

pub use demo::load_demo_figures;

/// Loads products, rights, areas, standards, announcements and divisions, in one transaction with one event `register.loaded`.
/// Does nothing when the files hold nothing new.
///
/// # Errors
/// Ours only: a line of the files that can't be right.
pub async fn load_register(db: &Db, desk: &Desk) -> Outcome<()> {
    let (seed, desk) = (Arc::new(seed::load().map_err(Failure::broken)?), desk.clone());
    db.write(move |tx| {
        let (seed, desk) = (seed.clone(), desk.clone());
        Box::pin(async move { load(tx, &desk, &seed).await })
    })
    .await
}

async fn load(tx: &Tx, desk: &Desk, seed: &Seed) -> Outcome<()> {
    store::wait_for(tx, Turn::Loading).await?;
    let known = store::load::known(tx.connection()).await?;
    let new = facts::missing(desk, seed, &known)?;
    let organisations = store::search::organisations_unknown(tx.connection()).await?;
    if new.is_empty() {
        return index::organisations(tx, &organisations).await;
    }
    let (products, rights) = (new.products.clone(), new.rights.clone());
    let added = json!({
        "products": new.products.len(), "rights": new.rights.len(), "areas": new.areas.len(), "places": new.places.len(),
        "announcements": new.announcements.len(), "standards": new.standards.len(), "divisions": new.divisions.len(),
    });
    store::load::insert(tx, new).await?;
    index_products(tx, &products, &rights).await?;
    index::organisations(tx, &organisations).await?;
    let event = Event::new(kind::REGISTER_LOADED, "register", json!({ "sha256": fingerprint(), "added": added }));
    ledger::append(tx, desk, event).await?;
    Ok(())
}

/// Indexes new products, and older ones that got a right.
async fn index_products(tx: &Tx, products: &[ProductRow], rights: &[RightRow]) -> Outcome<()> {
    let mut of: BTreeMap<&str, Vec<&RightRow>> = BTreeMap::new();
    for right in rights {
        of.entry(&right.product_id).or_default().push(right);
    }
    let mut entries = Vec::with_capacity(products.len());
    for product in products {
        entries.push(index::product_entry(tx, product, &of.remove(product.id.as_str()).unwrap_or_default()).await?);
    }
    store::search::put(tx, &entries).await?;
    for id in of.into_keys() {
        index::product(tx, &store::product::one(tx.connection(), id).await?).await?;
    }
    Ok(())
}

/// SHA-256 over the files' names and bytes, each with its length, in hex.
fn fingerprint() -> String {
    let mut hash = Sha256::new();
    for (name, text) in seed::files() {
        hash.update(format!("{name} {}\n", text.len()));
        hash.update(text);
    }
    data_encoding::HEXLOWER.encode(&hash.finalize())
}
