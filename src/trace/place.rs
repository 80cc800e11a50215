//! Where an address is, as coarsely as a consumer may be located: province and city, from an offline table the operator provides.
//! Nothing finer enters the program, and without a table every place is unknown.
//!
//! The table is csv with the header `from,to,province,city`: the first and the last address of a run (IPv4 or IPv6), a province, and
//! a city or nothing. Runs may not overlap; [`check`] says which rows are at fault.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;

use super::verdict::Place;
use crate::kernel::{Failure, Outcome, text};

/// Between province and city where a place is stored as one text.
const SLASH: char = '/';
/// Characters a name may not hold, because stored texts are put together with them.
const RESERVED: [char; 4] = [SLASH, ';', '@', '\n'];
/// Longest name, in characters.
const LONGEST: usize = 30;

/// The stored text of a place: `河北` or `河北/石家庄`.
pub fn place_text(place: &Place) -> String {
    match &place.city {
        Some(city) => format!("{}{SLASH}{city}", place.province),
        None => place.province.clone(),
    }
}

/// Reads a stored text.
pub fn parse_place(stored: &str) -> Option<Place> {
    let (province, city) = stored.split_once(SLASH).map_or((stored, None), |(province, city)| (province, Some(city)));
    (!province.is_empty()).then(|| Place { province: province.to_owned(), city: city.filter(|c| !c.is_empty()).map(str::to_owned) })
}

/// A place as somebody names it: names cleaned; `None` if there is no province or a name can't be one.
pub fn named_place(province: &str, city: &str) -> Option<Place> {
    let (province, city) = (text::clean(province), text::clean(city));
    let fit = |name: &str| !name.contains(RESERVED) && !text::too_long(name, LONGEST);
    (!province.is_empty() && fit(&province) && fit(&city)).then(|| Place { province, city: Some(city).filter(|c| !c.is_empty()) })
}

/// The table in memory. Empty by default.
#[derive(Debug, Default)]
pub struct Places {
    runs: Vec<Run>,
    places: Vec<Place>,
}

/// Addresses `from..=to`, all as IPv6 (IPv4 mapped), so that one search serves both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    from: u128,
    to: u128,
    place: usize,
}

/// An address as one number; `::ffff:a.b.c.d` is the IPv4 address it carries.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl Places {
    /// No table: every place is unknown.
    pub fn none() -> Self {
        Self::default()
    }

    /// Loads the table at `path`; an empty path is no table.
    ///
    /// # Errors
    /// If the file can't be read, or the first row at fault.
    pub fn load(path: &Path) -> Outcome<Self> {
        if path.as_os_str().is_empty() {
            return Ok(Self::none());
        }
        let (places, report) = read(path)?;
        match report.faults.first() {
            None => Ok(places),
            Some(fault) => Err(Failure::broken(format!("{}: row {}: {}", path.display(), fault.row, fault.problem.code()))),
        }
    }

    /// Province and city of an address.
    pub fn of(&self, address: IpAddr) -> Option<Place> {
        let at = number(address);
        let run = self.runs[..self.runs.partition_point(|run| run.from <= at)].last().filter(|run| at <= run.to)?;
        self.places.get(run.place).cloned()
    }
}

/// Why a row of the table can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceProblem {
    /// The row has not four fields.
    Fields,
    /// `from` or `to` is no address.
    Address,
    /// One end is IPv4, the other IPv6.
    Families,
    /// `to` comes before `from`.
    Backwards,
    /// There is no province, or a name is too long or holds one of `/ ; @`.
    Name,
    /// It shares addresses with this row.
    Overlap(usize),
}

impl PlaceProblem {
    /// Stable word; its words for people are `place_table.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fields => "fields",
            Self::Address => "address",
            Self::Families => "families",
            Self::Backwards => "backwards",
            Self::Name => "name",
            Self::Overlap(_) => "overlap",
        }
    }
}

/// A row at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceFault {
    /// Line of the file, the header being 1.
    pub row: usize,
    /// What is wrong.
    pub problem: PlaceProblem,
}

impl PlaceFault {
    /// In words, without the row.
    pub fn words(&self, locale: &str) -> String {
        let key = format!("place_table.{}", self.problem.code());
        let other = if let PlaceProblem::Overlap(other) = self.problem { other } else { 0 };
        rust_i18n::t!(&key, locale = locale, other = other).into_owned()
    }
}

/// What [`check`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceReport {
    /// Rows without fault.
    pub rows: usize,
    /// Distinct places.
    pub places: usize,
    /// In the order of the file.
    pub faults: Vec<PlaceFault>,
}

/// Reads the table at `path` and says which rows are at fault.
///
/// # Errors
/// If the file can't be read or has another header.
pub fn check(path: &Path) -> Outcome<PlaceReport> {
    read(path).map(|(_, report)| report)
}

fn read(path: &Path) -> Outcome<(Places, PlaceReport)> {
    let unreadable = |why: String| Failure::broken(format!("{}: {why}", path.display()));
    // With one kind of line end the reader's line numbers are those an editor shows.
    let table = std::fs::read_to_string(path).map_err(|e| unreadable(e.to_string()))?.replace("\r\n", "\n");
    let table = table.strip_prefix('\u{feff}').unwrap_or(&table);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(table.as_bytes());
    let header: Vec<String> = reader.headers().map_err(|e| unreadable(e.to_string()))?.iter().map(str::to_owned).collect();
    if header != ["from", "to", "province", "city"] {
        return Err(unreadable("the first line is not from,to,province,city".to_owned()));
    }
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|e| unreadable(e.to_string()))?;
        let row = record.position().map_or(0, |p| usize::try_from(p.line()).unwrap_or(usize::MAX));
        match read_row(&record) {
            Ok((from, to, place)) => found.push((row, from, to, place)),
            Err(problem) => faults.push(PlaceFault { row, problem }),
        }
    }
    Ok(arrange(found, faults))
}

fn read_row(record: &csv::StringRecord) -> Result<(u128, u128, Place), PlaceProblem> {
    let fields: Vec<&str> = record.iter().collect();
    let [from, to, province, city] = fields[..] else { return Err(PlaceProblem::Fields) };
    let (Ok(from), Ok(to)) = (from.parse::<IpAddr>(), to.parse::<IpAddr>()) else { return Err(PlaceProblem::Address) };
    if from.is_ipv4() != to.is_ipv4() {
        return Err(PlaceProblem::Families);
    }
    let (from, to) = (number(from), number(to));
    if to < from {
        return Err(PlaceProblem::Backwards);
    }
    named_place(province, city).map(|place| (from, to, place)).ok_or(PlaceProblem::Name)
}

/// Sorts the runs, keeps each place once, and finds those that overlap an earlier run.
fn arrange(mut found: Vec<(usize, u128, u128, Place)>, mut faults: Vec<PlaceFault>) -> (Places, PlaceReport) {
    found.sort_by_key(|(row, from, ..)| (*from, *row));
    let (mut table, mut known) = (Places::default(), HashMap::new());
    let mut furthest: Option<(u128, usize)> = None;
    for (row, from, to, place) in found {
        if let Some((_, other)) = furthest.filter(|(end, _)| from <= *end) {
            faults.push(PlaceFault { row, problem: PlaceProblem::Overlap(other) });
        } else {
            let next = table.places.len();
            let index = *known.entry(place.clone()).or_insert(next);
            if index == next {
                table.places.push(place);
            }
            table.runs.push(Run { from, to, place: index });
        }
        if furthest.is_none_or(|(end, _)| to > end) {
            furthest = Some((to, row));
        }
    }
    faults.sort_by_key(|fault| fault.row);
    let report = PlaceReport { rows: table.runs.len(), places: table.places.len(), faults };
    (table, report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/places.csv")
    }
    fn found(places: &Places, address: &str) -> Option<String> {
        places.of(address.parse().unwrap()).as_ref().map(place_text)
    }
    fn problems(rows: &str) -> Vec<(usize, PlaceProblem)> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("places.csv");
        std::fs::write(&path, format!("\u{feff}from,to,province,city\r\n{rows}")).unwrap();
        check(&path).unwrap().faults.iter().map(|f| (f.row, f.problem)).collect()
    }

    #[test]
    fn addresses_have_a_province_and_perhaps_a_city() {
        let places = Places::load(&fixture()).unwrap();
        for (address, place) in [
            ("192.0.2.0", Some("河北/石家庄")),
            ("192.0.2.31", Some("河北/石家庄")),
            ("192.0.2.32", Some("河北/保定")),
            ("::ffff:192.0.2.32", Some("河北/保定")),
            ("198.51.100.200", None),
            ("2001:db8:1::1", Some("河北/石家庄")),
            ("2001:db8:ffff::1", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(found(&places, address).as_deref(), place, "{address}");
        }
        assert_eq!(Places::load(Path::new("")).unwrap().of("192.0.2.0".parse().unwrap()), None);
        assert_eq!(check(&fixture()).unwrap().faults, []);
    }

    #[test]
    fn rows_at_fault_are_named() {
        assert_eq!(problems("192.0.2.0,192.0.2.9,河北,\r\n192.0.2.10,192.0.2.19,河北,保定\r\n"), []);
        assert_eq!(
            problems(
                "192.0.2.0,192.0.2.99,河北,石家庄\n192.0.2.256,192.0.2.9,河北,\n192.0.2.200,2001:db8::1,河北,\n192.0.2.210,192.0.2.201,河北,\n\
                 192.0.2.220,192.0.2.230,,石家庄\n192.0.2.10,192.0.2.19,北京,\n192.0.2.30,192.0.2.40,天津,\n192.0.2.240,192.0.2.241,河北\n\
                 192.0.2.242,192.0.2.243,河北/石家庄,"
            ),
            [
                (3, PlaceProblem::Address),
                (4, PlaceProblem::Families),
                (5, PlaceProblem::Backwards),
                (6, PlaceProblem::Name),
                (7, PlaceProblem::Overlap(2)),
                (8, PlaceProblem::Overlap(2)),
                (9, PlaceProblem::Fields),
                (10, PlaceProblem::Name),
            ]
        );
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("places.csv");
        std::fs::write(&path, "start,end,province\n").unwrap();
        assert!(check(&path).is_err());
        std::fs::write(&path, "from,to,province,city\n192.0.2.9,192.0.2.0,河北,\n").unwrap();
        assert!(Places::load(&path).unwrap_err().to_string().contains("row 2: backwards"));
    }

    #[test]
    fn every_problem_has_words_in_both_languages() {
        for problem in [
            PlaceProblem::Fields,
            PlaceProblem::Address,
            PlaceProblem::Families,
            PlaceProblem::Backwards,
            PlaceProblem::Name,
            PlaceProblem::Overlap(7),
        ] {
            let words = ["zh-CN", "en"].map(|locale| PlaceFault { row: 2, problem }.words(locale));
            assert_ne!(words[0], words[1]);
            assert!(words.iter().all(|w| !w.contains("place_table") && !w.contains("%{")), "{words:?}");
            assert!(problem != PlaceProblem::Overlap(7) || words.iter().all(|w| w.contains('7')));
        }
    }

    #[test]
    fn a_stored_place_is_read_back() {
        for stored in ["河北", "河北/石家庄"] {
            assert_eq!(place_text(&parse_place(stored).unwrap()), stored);
        }
        assert_eq!(parse_place(""), None);
        assert_eq!(named_place(" 河北 ", ""), parse_place("河北"));
        assert_eq!(named_place("河北;", ""), None);
        assert_eq!(named_place("", "石家庄"), None);
    }
}
