//! Lines that point at each other, and facts that must agree.

use std::collections::{BTreeMap, BTreeSet};

use super::SeedProblem;
use super::rows::{AreaRow, DemoKind, DemoRow, DivisionRow, HistoryRow, ProductRow, RegistrationKind, RightRow, StandardRow};
use crate::registry::announcement::AgiNumber;
use crate::registry::area::PlaceKind;
use crate::registry::division::{DivisionCode, Divisions};
use crate::registry::geometry::Position;
use crate::registry::product::YearDay;

type Rows<T> = [(u64, T)];
type Checked = Result<(), SeedProblem>;

fn refuse(file: &'static str, line: u64, reason: impl Into<String>) -> SeedProblem {
    SeedProblem { file, line, reason: reason.into() }
}

/// The first code that no list knows.
fn unknown<'a>(codes: impl IntoIterator<Item = &'a DivisionCode>, divisions: &Divisions) -> Option<String> {
    codes.into_iter().find(|code| !divisions.is_known(code)).map(|code| format!("{} is in no list of divisions", code.as_str()))
}

fn has_product(products: &Rows<ProductRow>, slug: &str) -> bool {
    products.iter().any(|(_, product)| product.slug == slug)
}

/// Slugs and names are unique, codes known, a season has both ends.
pub(super) fn products(rows: &Rows<ProductRow>, divisions: &Divisions) -> Checked {
    let (mut slugs, mut names) = (BTreeSet::new(), BTreeSet::new());
    for (line, row) in rows {
        let fail = |reason: String| Err(refuse("products.csv", *line, reason));
        if !slugs.insert(&row.slug) || !names.insert(&row.name) {
            return fail(format!("{} or {} is there twice", row.slug, row.name));
        }
        if row.slug.is_empty() || !row.slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
            return fail(format!("{:?} is no slug", row.slug));
        }
        if let Some(reason) = unknown(row.city_codes.iter().chain(&row.county_codes), divisions) {
            return fail(reason);
        }
        if row.city_codes.is_empty() || row.county_codes.is_empty() || row.season_from.is_some() != row.season_to.is_some() {
            return fail("a place is missing, or a season has one end only".to_owned());
        }
    }
    Ok(())
}

/// Rows are unique, products and codes known, dates as precise as they say, each number with its kind and confidence.
pub(super) fn rights(rows: &Rows<RightRow>, products: &Rows<ProductRow>, divisions: &Divisions) -> Checked {
    let names: BTreeMap<&str, &str> = products.iter().map(|(_, p)| (p.slug.as_str(), p.name.as_str())).collect();
    let mut seen = BTreeSet::new();
    for (line, row) in rows {
        let fail = |reason: String| Err(refuse("rights.csv", *line, reason));
        if !seen.insert(&row.source_row) {
            return fail(format!("{} is there twice", row.source_row));
        }
        if names.get(row.product.as_str()) != Some(&row.name.as_str()) {
            return fail(format!("{} is not the product {}", row.name, row.product));
        }
        if let Some(reason) = unknown(&row.county_codes, divisions) {
            return fail(reason);
        }
        if row.date.precision() != row.date_precision {
            return fail(format!("{:?} is not precise to the {}", row.date.to_string(), row.date_precision.word()));
        }
        let number = row.registration_no.is_some();
        if number != row.registration_kind.is_some() || number != row.registration_confidence.is_some() {
            return fail("a registration number needs its kind and confidence".to_owned());
        }
        if row.announcement_no.is_some() != row.announcement_confidence.is_some() {
            return fail("an announcement needs its confidence".to_owned());
        }
        if let (Some(RegistrationKind::AgiSpecification), Some(written)) = (row.registration_kind, &row.registration_no)
            && AgiNumber::parse_specification(written).is_err()
        {
            return fail(format!("{written} is no specification number"));
        }
    }
    Ok(())
}

/// Lists are numbered from 1 without a gap, codes known, villages have a township, extents have four edges in China.
pub(super) fn areas(rows: &Rows<AreaRow>, rights: &Rows<RightRow>, divisions: &Divisions) -> Checked {
    let rights: BTreeSet<&str> = rights.iter().map(|(_, r)| r.source_row.as_str()).collect();
    let mut last: BTreeMap<&str, u32> = BTreeMap::new();
    for (line, row) in rows {
        let fail = |reason: String| Err(refuse("areas.csv", *line, reason));
        if !rights.contains(row.source_row.as_str()) {
            return fail(format!("{} is no right", row.source_row));
        }
        let last = last.entry(&row.source_row).or_default();
        if row.no != *last + 1 {
            return fail(format!("line {} of the list comes after {last}", row.no));
        }
        *last = row.no;
        if let Some(reason) = unknown(row.division_code.iter().chain(&row.candidate_code), divisions) {
            return fail(reason);
        }
        let edges = match (row.lon_from, row.lon_to, row.lat_from, row.lat_to) {
            (None, None, None, None) => row.kind != PlaceKind::Extent,
            (Some(west), Some(east), Some(south), Some(north)) => {
                let corners = [Position { lon: west, lat: south }, Position { lon: east, lat: north }];
                row.kind == PlaceKind::Extent && west < east && south < north && corners.into_iter().all(Position::is_in_china)
            }
            _ => false,
        };
        if !edges || (row.kind == PlaceKind::Village) != row.township.is_some() || (row.name.is_empty() != (row.kind == PlaceKind::Extent))
        {
            return fail("an extent has four edges, a village its township, everything else a name".to_owned());
        }
    }
    Ok(())
}

/// Number and version are unique and their product known.
pub(super) fn standards(rows: &Rows<StandardRow>, products: &Rows<ProductRow>) -> Checked {
    let mut seen = BTreeSet::new();
    for (line, row) in rows {
        if !seen.insert((&row.standard_no, &row.version)) || !has_product(products, &row.product) {
            return Err(refuse(
                "standards.csv",
                *line,
                format!("{}-{} is there twice or its product is not", row.standard_no, row.version),
            ));
        }
    }
    Ok(())
}

/// Products known; a figure that is not made up names its source; values have the form their kind asks for.
pub(super) fn demo(rows: &Rows<DemoRow>, products: &Rows<ProductRow>) -> Checked {
    for (line, row) in rows {
        let fail = |reason: String| Err(refuse("demo.csv", *line, reason));
        if !has_product(products, &row.product) {
            return fail(format!("{} is no product", row.product));
        }
        if row.demo == row.source.is_some() {
            return fail("either a demonstration figure or one with a source".to_owned());
        }
        let number = || row.value.parse::<u32>().is_ok();
        let well_formed = match row.kind {
            DemoKind::Season => row.value.split_once('/').is_some_and(|(a, b)| YearDay::parse(a).is_some() && YearDay::parse(b).is_some()),
            DemoKind::ClosingDate => YearDay::parse(&row.value).is_some(),
            DemoKind::Standard => !row.value.is_empty(),
            DemoKind::YieldCap | DemoKind::Conversion | DemoKind::Capacity | DemoKind::CarryOverCap => number(),
        };
        if !well_formed {
            return fail(format!("{:?} is no {:?}", row.value, row.kind));
        }
    }
    Ok(())
}

/// Codes are unique and of their level, every parent is in the list, every abolished code goes on in the list of today.
pub(super) fn divisions(today: &Rows<DivisionRow>, past: &Rows<HistoryRow>) -> Checked {
    let codes: BTreeSet<&DivisionCode> = today.iter().map(|(_, row)| row.code()).collect();
    let mut seen = BTreeSet::new();
    for (line, row) in today {
        let code = row.code().as_str();
        if !seen.insert(row.code()) || !row.is_level_right() {
            return Err(refuse("divisions.csv", *line, format!("{code} is there twice, or is of another level")));
        }
        if row.parent() != row.code().parent().as_ref() || row.parent().is_some_and(|parent| !codes.contains(parent)) {
            return Err(refuse("divisions.csv", *line, format!("{code} has no such parent")));
        }
    }
    for (line, row) in past {
        let (old, successors) = row.codes();
        if !seen.insert(old) || successors.is_empty() || successors.iter().any(|new| !codes.contains(new)) {
            return Err(refuse("division_history.csv", *line, format!("{} is in today's list, or goes on in nothing of it", old.as_str())));
        }
    }
    Ok(())
}
