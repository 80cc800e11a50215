//! Products for everybody.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Listed;
use super::search::{Kind, search};
use crate::db::Db;
use crate::kernel::actor::division_prefix;
use crate::kernel::{Day, Failure, Outcome, clock};
use crate::registry::commands::TestPlanItem;
use crate::registry::division::DivisionCode;
use crate::registry::product::ProductClass;
use crate::registry::right::{RightStatus, TermState};
use crate::registry::store::product::Wanted;
use crate::registry::store::{self, ProductRow, RightRow, listed};

/// One right of a product, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RightBrief {
    /// `rig_…`
    pub id: String,
    /// gi_product, certification_mark, collective_mark, agri_gi or abroad_eu.
    pub route: String,
    /// How far it has come; only `registered` is protection.
    pub status: String,
    /// Announcement as quoted, if found.
    pub number: Option<String>,
    /// Registration, certificate or file number, if found.
    pub registration_number: Option<String>,
    /// When the status was reached, as precise as the source.
    pub date: Option<String>,
    /// Registered and in force on the day asked about.
    pub in_force: bool,
    /// Made up for the demonstration: no page for the public shows it.
    pub demo: bool,
}

/// A product.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProductView {
    /// `pro_…`
    pub id: String,
    /// Last part of its address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Its name in Latin letters, as registered abroad.
    pub latin_name: Option<String>,
    /// Prefectures.
    pub city_codes: Vec<String>,
    /// Counties of today.
    pub county_codes: Vec<String>,
    /// Their full names.
    pub places: Vec<String>,
    /// Class of GB/T 43583-2023.
    pub class: String,
    /// Kind and sort in words.
    pub group: String,
    /// g, ml or piece.
    pub base_unit: String,
    /// plots, capacity or raw_material.
    pub account_basis: String,
    /// First day of the season, MM-DD.
    pub season_from: Option<String>,
    /// Last day of the season, MM-DD.
    pub season_to: Option<String>,
    /// When a season's account closes, MM-DD.
    pub closing_date: Option<String>,
    /// Nothing is carried into the next season.
    pub fresh: bool,
    /// The most that may be carried over, in base units.
    pub carry_over_cap: Option<i64>,
    /// Labels left over may be carried into the next season.
    pub carry_labels: bool,
    /// The most labels a producer may have on no goods without a second person.
    pub on_hand_limit: Option<i64>,
    /// automatic or holder.
    pub release_by: String,
    /// Base units a 亩, a kilogram of input or a day, as the basis says.
    pub yield_cap: Option<i64>,
    /// Where the cap comes from.
    pub yield_cap_source: Option<String>,
    /// Varieties announced; empty if the announcement names none.
    pub varieties: Vec<String>,
    /// Tests a batch needs.
    pub test_plan: Vec<TestPlanItem>,
    /// Quality in the words of the announcement.
    pub quality: Option<String>,
    /// Its rights; with `as_of`, those in force on that day.
    pub rights: Vec<RightBrief>,
    /// Where this is written.
    pub source: String,
    /// A, B or C.
    pub confidence: String,
    /// Remarks.
    pub note: Option<String>,
    /// It has figures made up for the demonstration.
    pub demo: bool,
    /// Which: season, closing_date, yield_cap, carry_over_cap.
    pub demo_figures: Vec<String>,
    /// RFC 3339.
    pub registered_at: String,
}

/// What a list of products is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ProductsAsked {
    /// Words, pinyin or initials.
    pub q: Option<String>,
    /// County, or a larger division; a code since abolished is understood.
    pub county: Option<String>,
    /// Class of GB/T 43583-2023.
    pub class: Option<ProductClass>,
    /// With a right of this status.
    pub status: Option<RightStatus>,
    /// With a right in force on this day.
    pub as_of: Option<Day>,
}

/// Products by relevance to `q`, or by reading without it. `today` decides what is in force where no day is asked about.
///
/// # Errors
/// `cursor_unknown` for a cursor that was never given.
pub async fn products(db: &Db, asked: &ProductsAsked, today: Day, cursor: Option<&str>, limit: u64) -> Outcome<Listed<ProductView>> {
    let wanted = wanted(db, asked).await?;
    let (rows, next_cursor) = match asked.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        Some(q) => found(db, wanted, q, cursor, limit).await?,
        None => {
            let after = match cursor {
                Some(id) => Some(store::product::find(db.reader(), id).await?.map(|row| (row.sort_key, row.id)).ok_or_else(bad_cursor)?),
                None => None,
            };
            let rows = store::product::page(db.reader(), &wanted, after, limit + 1).await?;
            Listed::<ProductView>::cut(rows, limit, |row| row.id.clone())
        }
    };
    Ok(Listed { items: views(db, rows, asked.as_of, today).await?, next_cursor })
}

/// Id and name of every product, by reading.
///
/// # Errors
/// Only ours.
pub async fn product_names(db: &Db) -> Outcome<Vec<(String, String)>> {
    store::product::names(db.reader()).await
}

/// How many products there are of what is asked.
///
/// # Errors
/// Only ours.
pub async fn product_count(db: &Db, asked: &ProductsAsked) -> Outcome<u64> {
    let mut wanted = wanted(db, asked).await?;
    if let Some(q) = asked.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        wanted.ids = Some(search(db, Kind::Product, q, usize::MAX).await?);
    }
    store::product::count(db.reader(), &wanted).await
}

/// One product, by id or slug.
///
/// # Errors
/// `not_found`.
pub async fn product(db: &Db, id: &str, as_of: Option<Day>, today: Day) -> Outcome<ProductView> {
    let row = match store::product::find(db.reader(), id).await? {
        Some(row) => row,
        None => store::product::by_slug(db.reader(), id).await?.ok_or_else(Failure::not_found)?,
    };
    views(db, vec![row], as_of, today).await?.pop().ok_or_else(Failure::not_found)
}

fn bad_cursor() -> Failure {
    Failure::invalid("cursor_unknown")
}

async fn wanted(db: &Db, asked: &ProductsAsked) -> Outcome<Wanted> {
    let counties = match asked.county.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
        None => None,
        Some(code) => Some(match DivisionCode::parse(code) {
            None => Vec::new(),
            Some(code) => {
                let divisions = store::division::around(db.reader(), &[]).await?;
                divisions.lineage(&code).iter().map(|code| division_prefix(code.as_str()).to_owned()).collect()
            }
        }),
    };
    Ok(Wanted {
        counties,
        class: asked.class.map(|class| class.word().to_owned()),
        status: asked.status.map(|status| status.word().to_owned()),
        in_force_on: asked.as_of.map(|day| day.to_string()),
        ids: None,
    })
}

/// The page of what was found that begins after `cursor`.
async fn found(db: &Db, wanted: Wanted, q: &str, cursor: Option<&str>, limit: u64) -> Outcome<(Vec<ProductRow>, Option<String>)> {
    let mut ids = search(db, Kind::Product, q, usize::MAX).await?;
    if let Some(cursor) = cursor {
        let at = ids.iter().position(|id| id == cursor).ok_or_else(bad_cursor)?;
        ids.drain(..=at);
    }
    let mut rows = Vec::new();
    for some in ids.chunks(500) {
        let of = Wanted { ids: Some(some.to_vec()), ..wanted.clone() };
        let mut page: BTreeMap<String, ProductRow> =
            store::product::page(db.reader(), &of, None, 500).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
        rows.extend(some.iter().filter_map(|id| page.remove(id)));
        if rows.len() as u64 > limit {
            break;
        }
    }
    Ok(Listed::<ProductView>::cut(rows, limit, |row| row.id.clone()))
}

/// Does the right count on this day?
pub(super) fn counts(right: &RightRow, day: Day) -> Outcome<bool> {
    let status = store::right::status(right)?;
    let was_registered = status.is_protected() || (status == RightStatus::Ended && right.in_force_to.is_some());
    Ok(was_registered && store::right::term(right).map(|term| term.on(day)).is_ok_and(TermState::counts))
}

pub(super) async fn views(db: &Db, rows: Vec<ProductRow>, as_of: Option<Day>, today: Day) -> Outcome<Vec<ProductView>> {
    let rights = store::right::of_products(db.reader(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    let places = store::division::some(db.reader(), rows.iter().flat_map(|row| listed(&row.county_codes))).await?;
    let mut of: BTreeMap<String, Vec<RightBrief>> = BTreeMap::new();
    for right in rights {
        let in_force = counts(&right, as_of.unwrap_or(today))?;
        if as_of.is_none() || in_force {
            of.entry(right.product_id.clone()).or_default().push(brief(right, in_force));
        }
    }
    rows.into_iter()
        .map(|row| {
            let rights = of.remove(&row.id).unwrap_or_default();
            let codes = listed(&row.county_codes);
            let places = codes.iter().filter_map(|code| places.get(code)).map(|division| division.full_name.clone()).collect();
            view(row, rights, places)
        })
        .collect()
}

fn brief(right: RightRow, in_force: bool) -> RightBrief {
    RightBrief {
        demo: right.demo,
        id: right.id,
        route: right.route,
        status: right.status,
        number: right.number,
        registration_number: right.registration_number,
        date: right.announced_on,
        in_force,
    }
}

fn view(row: ProductRow, rights: Vec<RightBrief>, places: Vec<String>) -> Outcome<ProductView> {
    let test_plan = row.test_plan.as_deref().map(serde_json::from_str).transpose().map_err(Failure::broken)?;
    Ok(ProductView {
        aliases: listed(&row.aliases),
        city_codes: listed(&row.city_codes),
        county_codes: listed(&row.county_codes),
        varieties: listed(&row.varieties),
        demo_figures: listed(&row.demo_figures),
        test_plan: test_plan.unwrap_or_default(),
        registered_at: clock::rfc3339(row.registered_at),
        id: row.id,
        slug: row.slug,
        name: row.name,
        latin_name: row.latin_name,
        places,
        class: row.class,
        group: row.product_group,
        base_unit: row.base_unit,
        account_basis: row.account_basis,
        season_from: row.season_from,
        season_to: row.season_to,
        closing_date: row.closing,
        fresh: row.fresh,
        carry_labels: row.carry_labels,
        on_hand_limit: row.on_hand_limit,
        carry_over_cap: row.carry_over_cap,
        release_by: row.release_by,
        yield_cap: row.yield_cap,
        yield_cap_source: row.yield_cap_source,
        quality: row.quality,
        rights,
        source: row.source,
        confidence: row.confidence,
        note: row.note,
        demo: row.demo,
    })
}
