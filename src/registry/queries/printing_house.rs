//! Printing houses and label designs: the same for everybody who may read them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Db;
use crate::identity::store::organisation;
use crate::kernel::{Day, Failure, Outcome, clock};
use crate::registry::store::label_design::{self, LabelDesignRow};
use crate::registry::store::printing_house::{self, PrintingHouseRow};
use crate::registry::store::product;

/// A printing house.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PrintingHouseView {
    /// `prh_…`
    pub id: String,
    /// `org_…`
    pub organisation_id: String,
    /// Its name.
    pub name: String,
    /// Whom to talk to.
    pub contact: String,
    /// Telephone.
    pub phone: Option<String>,
    /// First day.
    pub valid_from: String,
    /// Last day; open if null.
    pub valid_to: Option<String>,
    /// May it print on the day asked about?
    pub is_valid: bool,
    /// What else there is to say.
    pub note: Option<String>,
    /// RFC 3339.
    pub registered_at: String,
}

/// A label design.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LabelDesignView {
    /// `lde_…`
    pub id: String,
    /// `pro_…`
    pub product_id: String,
    /// The product's name.
    pub product: String,
    /// Which season.
    pub season: String,
    /// What people call it.
    pub name: String,
    /// What printers must know.
    pub note: Option<String>,
    /// First day.
    pub valid_from: String,
    /// Last day; open if null.
    pub valid_to: Option<String>,
    /// Is it to be printed on the day asked about?
    pub is_valid: bool,
    /// SHA-256 of its file.
    pub file_sha256: String,
    /// RFC 3339.
    pub recorded_at: String,
}

/// One printing house as views show it, as of a day.
pub fn printing_house_named(row: PrintingHouseRow, name: String, day: Day) -> PrintingHouseView {
    PrintingHouseView {
        is_valid: printing_house::in_force(&row, &day.to_string()),
        registered_at: clock::rfc3339(row.registered_at),
        name,
        id: row.id,
        organisation_id: row.organisation_id,
        contact: row.contact,
        phone: row.phone,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        note: row.note,
    }
}

/// The same with its name looked up.
///
/// # Errors
/// `not_found` if its organisation is gone.
pub async fn printing_house_view(db: &Db, row: PrintingHouseRow, day: Day) -> Outcome<PrintingHouseView> {
    let name = organisation(db.reader(), &row.organisation_id).await?.name;
    Ok(printing_house_named(row, name, day))
}

/// Every printing house, as of a day.
///
/// # Errors
/// Only ours.
pub async fn printing_houses(db: &Db, day: Day) -> Outcome<Vec<PrintingHouseView>> {
    let mut views = Vec::new();
    for row in printing_house::all(db.reader()).await? {
        views.push(printing_house_view(db, row, day).await?);
    }
    Ok(views)
}

async fn design_view(db: &Db, row: LabelDesignRow, day: Day) -> Outcome<LabelDesignView> {
    let product = product::one(db.reader(), &row.product_id).await?.name;
    Ok(LabelDesignView {
        is_valid: label_design::in_force(&row, &day.to_string()),
        recorded_at: clock::rfc3339(row.recorded_at),
        product,
        id: row.id,
        product_id: row.product_id,
        season: row.season,
        name: row.name,
        note: row.note,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        file_sha256: row.file_sha256,
    })
}

/// Designs, of one product or of all, as of a day.
///
/// # Errors
/// Only ours.
pub async fn label_designs(db: &Db, product_id: Option<&str>, day: Day) -> Outcome<Vec<LabelDesignView>> {
    let mut views = Vec::new();
    for row in label_design::all(db.reader(), product_id).await? {
        views.push(design_view(db, row, day).await?);
    }
    Ok(views)
}

/// One design, as of a day.
///
/// # Errors
/// `not_found`.
pub async fn label_design(db: &Db, id: &str, day: Day) -> Outcome<LabelDesignView> {
    let row = label_design::find(db.reader(), id).await?.ok_or_else(Failure::not_found)?;
    design_view(db, row, day).await
}
