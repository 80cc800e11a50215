//! What the drop-downs of a template offer: the user's own products, growers, plots, facilities, organisations and sellers.

use std::collections::BTreeSet;

use crate::db::Db;
use crate::identity::queries::{SignedIn, organisations};
use crate::identity::role::Permission;
use crate::interop::sheet::SheetKind;
use crate::interop::sheet::column::Source;
use crate::interop::sheet::template::{MOST_OFFERED, Offered};
use crate::kernel::{Day, Outcome};
use crate::registry::queries::{
    FacilitiesAsked, MarkUsesAsked, PlotsAsked, ProductsAsked, facilities, growers, mark_uses, plots, products,
};
use crate::trade::queries::{SellerFilter, sellers};

/// Rows asked for at once.
const PAGE: u64 = 200;

/// Names without repetition, as they come, as far as a drop-down goes.
#[derive(Default)]
struct Names {
    list: Vec<String>,
    seen: BTreeSet<String>,
}

impl Names {
    fn add(&mut self, name: String) {
        if !name.is_empty() && self.list.len() < MOST_OFFERED && self.seen.insert(name.clone()) {
            self.list.push(name);
        }
    }
    fn is_full(&self) -> bool {
        self.list.len() >= MOST_OFFERED
    }
}

/// What a template of this kind offers this person.
///
/// # Errors
/// Only ours.
pub async fn offered(db: &Db, who: &SignedIn, kind: SheetKind, today: Day) -> Outcome<Offered> {
    let mut offered = Offered::new();
    for from in kind.columns().iter().filter_map(|column| column.from) {
        if let std::collections::btree_map::Entry::Vacant(place) = offered.entry(from) {
            place.insert(of(db, who, from, today).await?.list);
        }
    }
    Ok(offered)
}

async fn of(db: &Db, who: &SignedIn, from: Source, today: Day) -> Outcome<Names> {
    let mut names = Names::default();
    let mut cursor: Option<String> = None;
    let permission = match from {
        Source::Products => return own_products(db, who, today).await,
        Source::Growers => Permission::GrowerRead,
        Source::Plots => Permission::PlotRead,
        Source::Facilities => Permission::FacilityRead,
        Source::Organisations => Permission::OrganisationRead,
        Source::Sellers => Permission::SellerRead,
    };
    let Some(actor) = who.acting(permission) else { return Ok(names) };
    loop {
        let at = cursor.as_deref();
        let (found, next): (Vec<String>, Option<String>) = match from {
            Source::Growers => {
                let page = growers(db, &actor, None, at, PAGE).await?;
                (page.items.into_iter().map(|row| row.name).collect(), page.next_cursor)
            }
            Source::Plots => {
                let page = plots(db, &actor, &PlotsAsked { as_of: Some(today), ..PlotsAsked::default() }, at, PAGE).await?;
                (page.items.into_iter().map(|row| row.name).collect(), page.next_cursor)
            }
            Source::Facilities => {
                let page = facilities(db, &actor, &FacilitiesAsked::default(), today, at, PAGE).await?;
                (page.items.into_iter().map(|row| row.name).collect(), page.next_cursor)
            }
            Source::Organisations => {
                let (rows, next) = organisations(db, &actor, None, at, PAGE).await?;
                (rows.into_iter().map(|row| row.name).collect(), next)
            }
            Source::Sellers => {
                let (rows, next) = sellers(db, &actor, &SellerFilter {}, at, Some(PAGE)).await?;
                (rows.into_iter().map(|row| row.name).collect(), next)
            }
            Source::Products => (Vec::new(), None),
        };
        found.into_iter().for_each(|name| names.add(name));
        cursor = next;
        if cursor.is_none() || names.is_full() {
            return Ok(names);
        }
    }
}

/// Products whose mark they may use or that grow on their plots; the register's where there are none yet.
async fn own_products(db: &Db, who: &SignedIn, today: Day) -> Outcome<Names> {
    let mut names = Names::default();
    if let Some(actor) = who.acting(Permission::MarkUseRead) {
        let page = mark_uses(db, &actor, &MarkUsesAsked::default(), today, None, PAGE).await?;
        page.items.into_iter().for_each(|row| names.add(row.product));
    }
    if let Some(actor) = who.acting(Permission::PlotRead) {
        let page = plots(db, &actor, &PlotsAsked::default(), None, PAGE).await?;
        page.items.into_iter().for_each(|row| names.add(row.product));
    }
    if names.list.is_empty() {
        let page = products(db, &ProductsAsked::default(), today, None, PAGE).await?;
        page.items.into_iter().for_each(|row| names.add(row.name));
    }
    Ok(names)
}
