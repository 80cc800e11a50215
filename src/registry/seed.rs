//! The facts that come with the program: products, rights, areas, standards and divisions of `assets/data`, read and checked.
//!
//! Every line is read into a typed row or refused with its file and line; lines that point at each other are checked
//! ([`load`]). Rows marked demo are for the demonstration only and are kept apart from what a source supports. `assets/data/README.md`
//! documents the columns, the sources and what the letters of confidence mean.

mod cells;
mod check;
mod rows;

use std::collections::BTreeMap;
use std::fmt;

pub use rows::{AreaRow, DemoKind, DemoRow, DivisionRow, HistoryRow, ProductRow, RegistrationKind, RightRow, StandardRow};
use serde::de::DeserializeOwned;

use super::area::Place;
use super::division::{Division, DivisionCode, Divisions, Succession};

const PRODUCTS: &str = include_str!("../../assets/data/products.csv");
const RIGHTS: &str = include_str!("../../assets/data/rights.csv");
const AREAS: &str = include_str!("../../assets/data/areas.csv");
const STANDARDS: &str = include_str!("../../assets/data/standards.csv");
const DIVISIONS: &str = include_str!("../../assets/data/divisions.csv");
const HISTORY: &str = include_str!("../../assets/data/division_history.csv");
const DEMO: &str = include_str!("../../assets/data/demo.csv");
/// County boundaries of Shijiazhuang, simplified; for checks in the demonstration, never drawn on a public page.
pub const DEMO_COUNTIES: &str = include_str!("../../assets/data/counties_shijiazhuang.geojson");

/// The files of facts by name, in the order in which they are fingerprinted.
pub fn files() -> [(&'static str, &'static str); 7] {
    [
        ("products.csv", PRODUCTS),
        ("rights.csv", RIGHTS),
        ("areas.csv", AREAS),
        ("standards.csv", STANDARDS),
        ("divisions.csv", DIVISIONS),
        ("division_history.csv", HISTORY),
        ("demo.csv", DEMO),
    ]
}

/// All the facts, each line read.
#[derive(Debug, Clone)]
pub struct Seed {
    /// One per name.
    pub products: Vec<ProductRow>,
    /// One per row of the source.
    pub rights: Vec<RightRow>,
    /// Lines of the areas' lists, by source row.
    pub areas: Vec<AreaRow>,
    /// Standards with their versions.
    pub standards: Vec<StandardRow>,
    /// Today's divisions and what came before.
    pub divisions: Divisions,
    /// How each abolished code's successors were found.
    history: BTreeMap<DivisionCode, String>,
    /// Caps, seasons and standards the demonstration needs; `demo` says which are made up.
    pub demo: Vec<DemoRow>,
}

/// A line that can't be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedProblem {
    /// The file.
    pub file: &'static str,
    /// Its line, the header being 1.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for SeedProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "assets/data/{} line {}: {}", self.file, self.line, self.reason)
    }
}
impl std::error::Error for SeedProblem {}

impl Seed {
    /// The rights of a product, by slug.
    pub fn rights_of<'a>(&'a self, slug: &'a str) -> impl Iterator<Item = &'a RightRow> {
        self.rights.iter().filter(move |right| right.product == slug)
    }
    /// A product by slug.
    pub fn product(&self, slug: &str) -> Option<&ProductRow> {
        self.products.iter().find(|product| product.slug == slug)
    }
    /// How the successors of an abolished code were found.
    pub fn history_basis(&self, old: &DivisionCode) -> Option<&str> {
        self.history.get(old).map(String::as_str)
    }
    /// The area list of a right, by source row; empty if it has none.
    pub fn places_of(&self, source_row: &str) -> Vec<Place> {
        self.areas.iter().filter(|area| area.source_row == source_row).map(AreaRow::place).collect()
    }
}

/// Reads and checks everything.
///
/// # Errors
/// The first line that can't be right.
pub fn load() -> Result<Seed, SeedProblem> {
    let today = read::<DivisionRow>("divisions.csv", DIVISIONS)?;
    let past = read::<HistoryRow>("division_history.csv", HISTORY)?;
    check::divisions(&today, &past)?;
    let history = past.iter().map(|(_, row)| (row.codes().0.clone(), row.basis().to_owned())).collect();
    let divisions = Divisions::new(bare(today).into_iter().map(Division::from), bare(past).into_iter().map(Succession::from));
    let products = read("products.csv", PRODUCTS)?;
    let rights = read("rights.csv", RIGHTS)?;
    let areas = read("areas.csv", AREAS)?;
    let standards = read("standards.csv", STANDARDS)?;
    let demo = read("demo.csv", DEMO)?;
    check::products(&products, &divisions)?;
    check::rights(&rights, &products, &divisions)?;
    check::areas(&areas, &rights, &divisions)?;
    check::standards(&standards, &products)?;
    check::demo(&demo, &products)?;
    Ok(Seed {
        products: bare(products),
        rights: bare(rights),
        areas: bare(areas),
        standards: bare(standards),
        divisions,
        history,
        demo: bare(demo),
    })
}

/// Rows with their lines, the header being line 1.
fn read<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<Vec<(u64, T)>, SeedProblem> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().cloned().map_err(|e| SeedProblem { file, line: 1, reason: e.to_string() })?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| SeedProblem { file, line: e.position().map_or(0, csv::Position::line), reason: e.to_string() })?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = record.deserialize(Some(&headers)).map_err(|e| SeedProblem { file, line, reason: e.to_string() })?;
        rows.push((line, row));
    }
    Ok(rows)
}

fn bare<T>(rows: Vec<(u64, T)>) -> Vec<T> {
    rows.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests;
