//! One struct per file; every column named in `assets/data/README.md` is a field here, and an unknown column is refused.

use serde::Deserialize;

use super::cells::{code, codes, list, one_code, precision, yes};
use crate::kernel::quantity::BaseUnit;
use crate::registry::area::{Place, PlaceKind};
use crate::registry::division::{Division, DivisionCode, Level, Succession};
use crate::registry::fact::{Confidence, PartialDate, Precision};
use crate::registry::product::{AccountBasis, ProductClass, SeasonWindow, YearDay};
use crate::registry::right::{RightStatus, Route};

/// A line of `products.csv`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductRow {
    /// Its word in addresses: pinyin, place and kind parted by a dash.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Other names, as the sources give them.
    #[serde(deserialize_with = "list")]
    pub aliases: Vec<String>,
    /// The name in Latin letters as registered abroad.
    pub latin_name: Option<String>,
    /// Prefectures.
    #[serde(deserialize_with = "codes")]
    pub city_codes: Vec<DivisionCode>,
    /// Counties as they are today, over all its rights; a prefecture where the source names no county.
    #[serde(deserialize_with = "codes")]
    pub county_codes: Vec<DivisionCode>,
    /// Class of GB/T 43583-2023.
    pub class: ProductClass,
    /// Kind and sort in words, `水果-梨`.
    pub group: String,
    /// What it is counted in.
    pub base_unit: BaseUnit,
    /// What its output rests on.
    pub account_basis: AccountBasis,
    /// First day of the season, where a source gives one.
    pub season_from: Option<YearDay>,
    /// Last day of the season.
    pub season_to: Option<YearDay>,
    /// When a season's account closes.
    pub closing_date: Option<YearDay>,
    /// Remarks.
    pub note: Option<String>,
}

impl ProductRow {
    /// Its season, where a source gives one.
    pub fn season(&self) -> Option<SeasonWindow> {
        Some(SeasonWindow { from: self.season_from.clone()?, to: self.season_to.clone()? })
    }
    /// Sold fresh, so that nothing is carried into the next season unless the holder says so: fruit but for dates (mostly dried),
    /// vegetables but for roots that are stored, mushrooms, fish and meat. A setting to begin with, not a fact.
    pub fn is_fresh(&self) -> bool {
        let (kind, sort) = self.group.split_once('-').unwrap_or((&self.group, ""));
        match kind {
            "水果" => sort != "枣",
            "蔬菜" => sort != "薯类" && sort != "葱蒜",
            "食用菌" | "水产" | "畜产" => true,
            _ => false,
        }
    }
}

/// What kind of number a registration number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationKind {
    /// Trademark registration number.
    Trademark,
    /// AGI quality-control specification number (not the certificate).
    AgiSpecification,
    /// File number of the European register.
    EuFile,
}

impl RegistrationKind {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trademark => "trademark",
            Self::AgiSpecification => "agi_specification",
            Self::EuFile => "eu_file",
        }
    }
}

/// A line of `rights.csv`: one row of the source, nothing merged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RightRow {
    /// The row's name, `HB001`.
    pub source_row: String,
    /// The product's slug.
    pub product: String,
    /// The product's name as in the source.
    pub name: String,
    /// How it is protected.
    pub route: Route,
    /// Who registered or received it, as in the source.
    pub authority: Option<String>,
    /// How far it has come.
    pub status: RightStatus,
    /// The announcement as quoted.
    pub announcement_no: Option<String>,
    /// How sure the announcement is.
    pub announcement_confidence: Option<Confidence>,
    /// The registration number.
    pub registration_no: Option<String>,
    /// Which number that is.
    pub registration_kind: Option<RegistrationKind>,
    /// How sure it is.
    pub registration_confidence: Option<Confidence>,
    /// When the status was reached.
    pub date: PartialDate,
    /// How precise the date is; agrees with it.
    #[serde(deserialize_with = "precision")]
    pub date_precision: Precision,
    /// Holder or applicant.
    pub holder: Option<String>,
    /// Counties as they are today.
    #[serde(deserialize_with = "codes")]
    pub county_codes: Vec<DivisionCode>,
    /// The protected area as the source words it.
    pub protected_area: Option<String>,
    /// How many townships it is said to have.
    pub townships: Option<u32>,
    /// Quality requirements in short.
    pub quality: Option<String>,
    /// Standard number with its version.
    pub standard_no: Option<String>,
    /// Output as the source gives it.
    pub output: Option<String>,
    /// The source.
    pub source: String,
    /// Its address.
    pub source_url: Option<String>,
    /// What kind of source.
    pub source_kind: String,
    /// How sure the row is as a whole.
    pub confidence: Confidence,
    /// Remarks: what was not found, what is to be verified.
    pub note: Option<String>,
}

/// A line of `areas.csv`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaRow {
    /// The right, by source row.
    pub source_row: String,
    /// Place in the list, from 1.
    pub no: u32,
    /// What it names.
    pub kind: PlaceKind,
    /// The name as in the list; the text itself of a note.
    pub name: String,
    /// The township of a village.
    pub township: Option<String>,
    /// The county as the list names it.
    pub county: Option<String>,
    /// The one division of this name in the county.
    #[serde(deserialize_with = "code")]
    pub division_code: Option<DivisionCode>,
    /// One that may be it; to be verified.
    #[serde(deserialize_with = "code")]
    pub candidate_code: Option<DivisionCode>,
    /// The day of the list, where known.
    pub as_of: PartialDate,
    /// West edge of an extent, degrees.
    pub lon_from: Option<f64>,
    /// East edge.
    pub lon_to: Option<f64>,
    /// South edge.
    pub lat_from: Option<f64>,
    /// North edge.
    pub lat_to: Option<f64>,
    /// Remarks.
    pub note: Option<String>,
}

impl AreaRow {
    /// As a line of an area's list.
    pub fn place(&self) -> Place {
        Place { kind: self.kind, name: self.name.clone(), code: self.division_code.clone(), candidate: self.candidate_code.clone() }
    }
}

/// A line of `standards.csv`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardRow {
    /// `GB/T 19265`, without the year.
    pub standard_no: String,
    /// The year after the dash; a batch records the version it met.
    pub version: String,
    /// Title.
    pub title: String,
    /// The product's slug.
    pub product: String,
    /// What it replaced.
    pub replaces: Option<String>,
    /// national, local, association or enterprise.
    pub level: String,
    /// Published.
    pub published_on: PartialDate,
    /// In force from.
    pub in_force_from: PartialDate,
    /// Withdrawn.
    pub in_force_to: PartialDate,
    /// The source.
    pub source: String,
    /// Its address.
    pub source_url: Option<String>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Remarks.
    pub note: Option<String>,
}

/// A line of `divisions.csv`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DivisionRow {
    #[serde(deserialize_with = "one_code")]
    code: DivisionCode,
    level: Level,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(deserialize_with = "code")]
    parent: Option<DivisionCode>,
    #[serde(deserialize_with = "yes")]
    gbt2260: bool,
    #[expect(dead_code, reason = "read so that the column is known")]
    note: Option<String>,
}

impl DivisionRow {
    /// Does the level written agree with the one its code says?
    pub(super) fn is_level_right(&self) -> bool {
        self.level == self.code.level()
    }
    /// The code one level up, as written.
    pub(super) fn parent(&self) -> Option<&DivisionCode> {
        self.parent.as_ref()
    }
    /// Its code.
    pub(super) fn code(&self) -> &DivisionCode {
        &self.code
    }
}

impl From<DivisionRow> for Division {
    fn from(row: DivisionRow) -> Self {
        Self { code: row.code, name: row.name, kind: row.kind, parent: row.parent, gbt2260: row.gbt2260 }
    }
}

/// A line of `division_history.csv`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "names and source are for readers of the file")]
pub struct HistoryRow {
    #[serde(deserialize_with = "one_code")]
    old_code: DivisionCode,
    old_name: String,
    #[serde(deserialize_with = "codes")]
    successor_codes: Vec<DivisionCode>,
    successor_names: String,
    ended: Option<i32>,
    ended_confidence: Option<Confidence>,
    basis: String,
    #[serde(deserialize_with = "yes")]
    verify: bool,
    source: String,
}

impl HistoryRow {
    /// The abolished code and those that came after it.
    pub(super) fn codes(&self) -> (&DivisionCode, &[DivisionCode]) {
        (&self.old_code, &self.successor_codes)
    }
    /// How the successors were found.
    pub(super) fn basis(&self) -> &str {
        &self.basis
    }
}

impl From<HistoryRow> for Succession {
    fn from(row: HistoryRow) -> Self {
        Self { old_code: row.old_code, old_name: row.old_name, successors: row.successor_codes, ended: row.ended, verify: row.verify }
    }
}

/// What a line of `demo.csv` sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DemoKind {
    /// Most kilograms per 亩.
    YieldCap,
    /// `MM-DD/MM-DD`.
    Season,
    /// `MM-DD`.
    ClosingDate,
    /// Grams of product from a kilogram of raw material.
    Conversion,
    /// Kilograms a day of one facility.
    Capacity,
    /// Base units that may be carried into the next season.
    CarryOverCap,
    /// A standard's number.
    Standard,
}

/// A line of `demo.csv`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoRow {
    /// What it sets.
    pub kind: DemoKind,
    /// The product's slug.
    pub product: String,
    /// The variety, where the figure is of one.
    pub variety: Option<String>,
    /// The value, in `unit`.
    pub value: String,
    /// Unit or form of the value.
    pub unit: String,
    /// Made up for the demonstration (`yes`), or supported by `source` (`no`).
    #[serde(deserialize_with = "yes")]
    pub demo: bool,
    /// Where a figure that is not made up comes from.
    pub source: Option<String>,
    /// Remarks.
    pub note: Option<String>,
}
