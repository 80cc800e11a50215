//! What the public pages of the register show: one product with everything about it, and the counties to choose from.

use std::collections::BTreeSet;

use super::mark_use::{self, StandingWord};
use super::product::views;
use super::right::{area_of, right_views};
use super::{ProductView, RightView, StandardView};
use crate::db::Db;
use crate::kernel::{Day, Failure, Outcome};
use crate::registry::store::{self, listed};

/// A user of a mark, as everybody may know it: all users, in neutral order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkUser {
    /// Its name.
    pub name: String,
    /// 统一社会信用代码, which must be shown with the mark.
    pub credit_code: Option<String>,
    /// The right used, `rig_…`.
    pub right_id: String,
    /// The right's route.
    pub route: String,
    /// First day.
    pub from: Day,
    /// Last day; open if `None`.
    pub until: Option<Day>,
    /// Suspended on the day of the page.
    pub suspended: bool,
    /// Announcement or filing.
    pub paper: Option<String>,
    /// Demonstration data.
    pub demo: bool,
}

/// Everything the page of a product shows.
#[derive(Debug, Clone)]
pub struct ProductFacts {
    /// The product.
    pub product: ProductView,
    /// Its rights with their areas of the day.
    pub rights: Vec<RightView>,
    /// Its standards.
    pub standards: Vec<StandardView>,
    /// Users whose mark use stands on the day, suspended ones marked, by name.
    pub users: Vec<MarkUser>,
}

/// A product by its slug, as of a day.
///
/// # Errors
/// `not_found`.
pub async fn product_facts(db: &Db, slug: &str, day: Day) -> Outcome<ProductFacts> {
    let row = store::product::by_slug(db.reader(), slug).await?.ok_or_else(Failure::not_found)?;
    let product = views(db, vec![row], None, day).await?.pop().ok_or_else(Failure::not_found)?;
    let rows = store::right::of_products(db.reader(), vec![product.id.clone()]).await?;
    let mut rights = right_views(db, rows, day).await?;
    for right in &mut rights {
        right.area = area_of(db, &right.id, day).await?;
    }
    let standards = store::standard::page(db.reader(), Some(&product.id), None, 200).await?;
    let users = users(db, rights.iter().map(|right| right.id.clone()).collect(), day).await?;
    Ok(ProductFacts { product, rights, standards: standards.into_iter().map(Into::into).collect(), users })
}

async fn users(db: &Db, rights: Vec<String>, day: Day) -> Outcome<Vec<MarkUser>> {
    let rows = store::mark_use::of_rights(db.reader(), rights).await?;
    let mut users = Vec::new();
    for use_ in mark_use::views(db, rows, day).await? {
        if !matches!(use_.standing, StandingWord::InForce | StandingWord::Suspended) {
            continue;
        }
        let from = Day::parse(&use_.in_force_from).ok_or_else(|| Failure::broken("no day is stored in mark_use.in_force_from"))?;
        users.push(MarkUser {
            name: use_.organisation,
            credit_code: use_.credit_code,
            right_id: use_.right_id,
            route: use_.route,
            from,
            until: use_.in_force_to.as_deref().and_then(Day::parse),
            suspended: use_.standing == StandingWord::Suspended,
            paper: use_.announcement.or(use_.evidence),
            demo: use_.demo,
        });
    }
    users.sort_by_cached_key(|user| (crate::registry::search::sort_key(&user.name), user.from));
    Ok(users)
}

/// Counties that some product comes from: code and full name, by code.
///
/// # Errors
/// Only ours.
pub async fn product_counties(db: &Db) -> Outcome<Vec<(String, String)>> {
    let codes: BTreeSet<String> = store::product::county_codes(db.reader()).await?.iter().flat_map(|codes| listed(codes)).collect();
    let rows = store::division::some(db.reader(), codes).await?;
    Ok(rows.into_values().map(|row| (row.code, row.full_name)).collect())
}
