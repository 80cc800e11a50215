//! Plots, within reach only. Who a grower is stays with who may read growers: here is its id alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Listed;
use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::kernel::{Actor, Day, Failure, Outcome, Scope, clock};
use crate::registry::store::plot::Wanted;
use crate::registry::store::{self, DivisionRow, PlotPlaceRow, PlotRow};

/// An area as it was entered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EnteredAreaView {
    /// The number, `2.40`.
    pub number: String,
    /// mu, m2 or ha.
    pub unit: String,
}

/// A place a plot lies in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlotPlaceView {
    /// Township or county.
    pub division_code: String,
    /// Its full name.
    pub division: String,
    /// Village or zone.
    pub village: Option<String>,
    /// The day as of which it is named so.
    pub as_of: String,
}

/// A plot.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlotView {
    /// `plo_…`
    pub id: String,
    /// grower or organisation.
    pub holder_kind: String,
    /// `gro_…` or `org_…`
    pub holder_id: String,
    /// `pro_…`
    pub product_id: String,
    /// The product's name.
    pub product: String,
    /// Its name.
    pub name: String,
    /// Variety.
    pub variety: Option<String>,
    /// Year in which trees were planted.
    pub planted_year: Option<i64>,
    /// contracted, transferred, collective, state_owned or other.
    pub tenure: String,
    /// Who leases it out; only to those who registered it.
    pub lessor: Option<String>,
    /// 承包地块编码.
    pub parcel_code: Option<String>,
    /// The plot it took the place of, `plo_…`.
    pub replaces: Option<String>,
    /// First day.
    pub valid_from: String,
    /// Last day; open if null.
    pub valid_to: Option<String>,
    /// Whole square metres.
    pub area_m2: i64,
    /// As it was entered.
    pub entered_area: EnteredAreaView,
    /// Where it lies.
    pub places: Vec<PlotPlaceView>,
    /// By what it was found to lie in the area: polygon, township, village_declared or unknown.
    pub grade: String,
    /// GeoJSON in WGS-84; only where one plot is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub geometry: Option<Value>,
    /// Is a boundary on record?
    pub has_geometry: bool,
    /// Remarks; only to those who registered it.
    pub note: Option<String>,
    /// The organisation it was registered by or for, `org_…`.
    pub organisation_id: String,
    /// RFC 3339.
    pub registered_at: String,
}

/// What a list of plots is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PlotsAsked {
    /// Of this producer or grower.
    pub holder_id: Option<String>,
    /// Bearing this product.
    pub product_id: Option<String>,
    /// Valid on this day.
    pub as_of: Option<Day>,
}

/// Plots within reach, in the order they were registered.
///
/// # Errors
/// Only ours.
pub async fn plots(db: &Db, actor: &Actor, asked: &PlotsAsked, cursor: Option<&str>, limit: u64) -> Outcome<Listed<PlotView>> {
    find_plots(db, actor, asked, &Narrow::default(), cursor, limit).await
}

/// The same, narrowed to what a person looks for and in the order asked. Its states are the grades; a text in Latin letters also finds the
/// plots of growers the actor may name, given as `named`.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_plots(
    db: &Db,
    actor: &Actor,
    asked: &PlotsAsked,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Listed<PlotView>> {
    let wanted = Wanted { holder_id: asked.holder_id.clone(), product_id: asked.product_id.clone(), on: asked.as_of };
    let (rows, next_cursor) = store::plot::page(db.reader(), &actor.scope, &wanted, narrow, cursor, limit).await?;
    Ok(Listed { items: views(db, &actor.scope, rows, false).await?, next_cursor })
}

/// One plot within reach, with its boundary.
///
/// # Errors
/// `not_found`.
pub async fn plot(db: &Db, actor: &Actor, id: &str) -> Outcome<PlotView> {
    let row = store::plot::one(db.reader(), &actor.scope, id).await?;
    views(db, &actor.scope, vec![row], true).await?.pop().ok_or_else(Failure::not_found)
}

/// Plots within reach that are valid on a day and whose box touches that of this one, with their boundaries.
///
/// # Errors
/// `not_found` for a plot out of reach.
pub async fn plots_beside(db: &Db, actor: &Actor, id: &str, on: Day, limit: u64) -> Outcome<Vec<PlotView>> {
    let row = store::plot::one(db.reader(), &actor.scope, id).await?;
    let rows = store::plot::neighbours(db.reader(), &actor.scope, &row, on, limit).await?;
    views(db, &actor.scope, rows, true).await
}

async fn views(db: &Db, scope: &Scope, rows: Vec<PlotRow>, whole: bool) -> Outcome<Vec<PlotView>> {
    let places = store::plot::places(db.reader(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    // A village's twelve digits are looked up by its township's nine.
    let names = store::division::some(db.reader(), places.iter().map(|place| township(&place.division_code))).await?;
    let mut products: BTreeMap<String, String> = BTreeMap::new();
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        if !products.contains_key(&row.product_id) {
            products.insert(row.product_id.clone(), store::product::one(db.reader(), &row.product_id).await?.name);
        }
        let product = products.get(&row.product_id).cloned().unwrap_or_default();
        let own = places.iter().filter(|place| place.plot_id == row.id).map(|row| place(row, &names)).collect();
        views.push(view(row, product, own, scope, whole)?);
    }
    Ok(views)
}

fn township(code: &str) -> String {
    code.chars().take(9).collect()
}

fn place(row: &PlotPlaceRow, names: &BTreeMap<String, DivisionRow>) -> PlotPlaceView {
    PlotPlaceView {
        division_code: row.division_code.clone(),
        division: names.get(&township(&row.division_code)).map(|name| name.full_name.clone()).unwrap_or_default(),
        village: Some(row.village.clone()).filter(|village| !village.is_empty()),
        as_of: row.as_of.clone(),
    }
}

fn view(row: PlotRow, product: String, places: Vec<PlotPlaceView>, scope: &Scope, whole: bool) -> Outcome<PlotView> {
    let geometry = row.boundary.as_deref().filter(|_| whole).map(serde_json::from_str).transpose().map_err(Failure::broken)?;
    let (number, unit) = row.entered_area.rsplit_once(' ').unwrap_or((&row.entered_area, "m2"));
    let entered_area = EnteredAreaView { number: number.to_owned(), unit: unit.to_owned() };
    let own = scope.organisations.contains(&row.registered_by_id) || scope.growers.contains(&row.holder_id);
    Ok(PlotView {
        has_geometry: row.boundary.is_some(),
        registered_at: clock::rfc3339(row.registered_at),
        entered_area,
        id: row.id,
        holder_kind: row.holder_kind,
        holder_id: row.holder_id,
        product_id: row.product_id,
        product,
        name: row.name,
        variety: row.variety,
        planted_year: row.planted_year,
        tenure: row.tenure,
        lessor: row.lessor.filter(|_| own),
        parcel_code: row.parcel_code,
        replaces: row.replaces_id,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        area_m2: row.area_m2,
        places,
        grade: row.grade,
        geometry,
        note: row.note.filter(|_| own),
        organisation_id: row.registered_by_id,
    })
}
