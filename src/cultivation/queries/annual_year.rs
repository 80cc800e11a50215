//! A product's year put together: who has reported, who is missing, sums by source that are never added to each other, and what counties
//! counted.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::annual_figures::{days_of, years_asked};
use super::annual_report::{AnnualReportView, views, without_money};
use crate::cultivation::annual_report::{Declared, Registered, ReportState, Window};
use crate::cultivation::store::annual_report::{self as store, CountyRow, ReportRow, User, Wanted};
use crate::db::Db;
use crate::identity::store::{OrganisationRow, organisation};
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Day, Outcome, Scope};
use crate::registry::queries::division_names;
use crate::trace::store::register;

/// The most users of a product that are put together.
const MOST: u64 = 5_000;

/// A report that is asked of an organisation.
#[derive(Debug, Clone)]
pub struct AnnualDue {
    /// Whose.
    pub organisation_id: String,
    /// On what.
    pub product_id: String,
    /// Its name.
    pub product: String,
    /// The year.
    pub year: i64,
    /// When it is handed in.
    pub window: Window,
    /// Its newest version with its state, if one was begun.
    pub report: Option<(String, ReportState)>,
    /// Was a version handed in and not given back? Then a correction may be under way, but nothing is missing.
    pub reported: bool,
}

fn is_reported(row: &ReportRow) -> bool {
    ReportState::parse(&row.state).is_some_and(ReportState::is_reported)
}

/// Reports asked of one organisation today, or of everybody within reach.
///
/// # Errors
/// Only ours.
pub async fn reports_due(db: &Db, scope: &Scope, organisation_id: Option<&str>, today: Day) -> Outcome<Vec<AnnualDue>> {
    let mut due = Vec::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (year, window) in years_asked(db, today).await? {
        for user in store::users(db.reader(), scope, None, organisation_id, days_of(year)?).await? {
            let versions = store::versions(db.reader(), &user.organisation_id, &user.product_id, year).await?;
            let reported = versions.iter().any(is_reported);
            let newest = versions.into_iter().next();
            let product = match names.get(&user.product_id) {
                Some(name) => name.clone(),
                None => register::goods(db.reader(), &user.product_id).await?.name,
            };
            names.insert(user.product_id.clone(), product.clone());
            let report = newest.and_then(|row| Some((row.id, ReportState::parse(&row.state)?)));
            let (organisation_id, product_id) = (user.organisation_id, user.product_id);
            due.push(AnnualDue { organisation_id, product_id, product, year, window, report, reported });
        }
    }
    Ok(due)
}

/// One user in a product's year.
#[derive(Debug, Clone)]
pub struct AnnualLine {
    /// The user.
    pub organisation_id: String,
    /// Its name.
    pub organisation: String,
    /// 统一社会信用代码
    pub credit_code: Option<String>,
    /// Its division, by its full name.
    pub place: String,
    /// Since when it uses a mark.
    pub since: String,
    /// What it handed in, the newest version that is not given back before one that is; nothing where it is missing.
    pub report: Option<AnnualReportView>,
}

/// A product's year.
#[derive(Debug, Clone)]
pub struct AnnualYear {
    /// Every user of a mark of the product on a day of the year.
    pub lines: Vec<AnnualLine>,
    /// Sums of what is registered.
    pub registered: BTreeMap<Registered, i64>,
    /// Sums of what is declared; no money for a holder.
    pub declared: BTreeMap<Declared, i64>,
    /// The newest line of each county.
    pub counties: Vec<CountyFigureView>,
    /// Is money left out, since the reader sees it as a holder?
    pub without_money: bool,
}

impl AnnualYear {
    /// Users whose report is missing.
    pub fn missing(&self) -> impl Iterator<Item = &AnnualLine> {
        self.lines.iter().filter(|line| line.report.is_none())
    }
}

/// The reports of a product's year within reach, with whoever has none.
///
/// # Errors
/// `annual_report_year`; else only ours.
pub async fn annual_year(db: &Db, actor: &Actor, product_id: &str, year: i64) -> Outcome<AnnualYear> {
    let users = store::users(db.reader(), &actor.scope, Some(product_id), None, days_of(year)?).await?;
    let states = ReportState::ALL.iter().filter(|state| **state != ReportState::Draft).map(|state| state.word()).collect();
    let wanted = Wanted { states, product_id: Some(product_id.to_owned()), year: Some(year), ..Wanted::default() };
    let rows = store::page(db.reader(), &actor.scope, &wanted, None, MOST).await?;
    let mut newest: BTreeMap<String, ReportRow> = BTreeMap::new();
    for row in rows {
        let rank = |row: &ReportRow| (is_reported(row), row.version);
        match newest.get(&row.organisation_id) {
            Some(kept) if rank(kept) > rank(&row) => {}
            _ => {
                newest.insert(row.organisation_id.clone(), row);
            }
        }
    }
    let reports = views(db, &actor.scope, newest.into_values().collect()).await?;
    let mut reports: BTreeMap<String, AnnualReportView> = reports.into_iter().map(|view| (view.organisation_id.clone(), view)).collect();
    let (mut registered, mut declared) = (BTreeMap::new(), BTreeMap::new());
    for view in reports.values().filter(|view| view.now().is_some_and(ReportState::is_reported)) {
        for name in Registered::ALL {
            if let Some(amount) = view.registered(*name) {
                *registered.entry(*name).or_insert(0) += amount;
            }
        }
        // A price and a share are no sums.
        for name in Declared::ALL.iter().filter(|name| !matches!(name, Declared::AveragePrice | Declared::MarkedShare)) {
            if let Some(amount) = view.declared(*name) {
                *declared.entry(*name).or_insert(0) += amount;
            }
        }
    }
    let mut firms = Vec::new();
    for user in users {
        let firm = organisation(db.reader(), &user.organisation_id).await?;
        firms.push((user, firm));
    }
    let hides = |(_, firm): &(User, OrganisationRow)| without_money(&actor.scope, &firm.id, &firm.division_code);
    let without_money = !firms.is_empty() && firms.iter().any(hides);
    let places = full_names(db, firms.iter().map(|(_, firm)| firm.division_code.clone())).await?;
    let line = |(user, firm): (User, OrganisationRow)| AnnualLine {
        report: reports.remove(&user.organisation_id),
        place: places.get(&firm.division_code).cloned().unwrap_or(firm.division_code),
        organisation: firm.name,
        credit_code: firm.credit_code,
        organisation_id: user.organisation_id,
        since: user.since,
    };
    let lines = firms.into_iter().map(line).collect();
    let asked = CountyFiguresAsked { product_id: Some(product_id.to_owned()), year: Some(year) };
    let mut seen = BTreeSet::new();
    let mut counties = county_figures(db, actor, &asked, None, 200).await?.0;
    counties.retain(|view| seen.insert(view.county_code.clone()));
    Ok(AnnualYear { lines, registered, declared, counties, without_money })
}

/// Divisions with all larger ones before them.
async fn full_names(db: &Db, codes: impl Iterator<Item = String>) -> Outcome<BTreeMap<String, String>> {
    let codes: BTreeSet<String> = codes.collect();
    let mut found = BTreeMap::new();
    for code in codes {
        if let Ok(view) = crate::registry::queries::division(db, &code).await {
            found.insert(code, view.full_name);
        }
    }
    Ok(found)
}

/// Years of a product of which there are reports or county figures within reach, the newest first, at most three up to `year`.
///
/// # Errors
/// Only ours.
pub async fn years_of_product(db: &Db, actor: &Actor, product_id: &str, year: i64) -> Outcome<Vec<(i64, AnnualYear)>> {
    let mut years = Vec::new();
    for year in [year - 2, year - 1, year] {
        let found = annual_year(db, actor, product_id, year).await?;
        if found.lines.iter().any(|line| line.report.is_some()) || !found.counties.is_empty() {
            years.push((year, found));
        }
    }
    Ok(years)
}

/// What a county counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountyFigureView {
    /// `cfi_…`
    pub id: String,
    /// `pro_…`
    pub product_id: String,
    /// The calendar year.
    pub year: i64,
    /// The county, 6 digits.
    pub county_code: String,
    /// Its name.
    pub county: String,
    /// Planted area in square metres.
    pub area_m2: Option<i64>,
    /// Output in the product's base unit.
    pub output: Option<i64>,
    /// Value of the output in fen.
    pub value_fen: Option<i64>,
    /// Households that grow it.
    pub households: Option<i64>,
    /// Users of its marks.
    pub users: Option<i64>,
    /// Where the figures are from.
    pub source: String,
    /// RFC 3339. The newest line of a county counts.
    pub recorded_at: String,
}

/// What a list of county figures is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountyFiguresAsked {
    /// Of this product.
    pub product_id: Option<String>,
    /// Of this year.
    pub year: Option<i64>,
}

/// County figures within reach, every version, the newest first.
///
/// # Errors
/// Only ours.
pub async fn county_figures(
    db: &Db,
    actor: &Actor,
    asked: &CountyFiguresAsked,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<CountyFigureView>, Option<String>)> {
    let product = asked.product_id.as_deref();
    let mut rows = store::county_lines(db.reader(), &actor.scope, product, asked.year, cursor, limit + 1).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    let codes: Vec<String> = rows.iter().map(|row| row.county_code.clone()).collect();
    let names = division_names(db, &codes).await?;
    let view = |row: CountyRow| CountyFigureView {
        county: names.get(&row.county_code).cloned().unwrap_or_default(),
        recorded_at: rfc3339(row.recorded_at),
        id: row.id,
        product_id: row.product_id,
        year: row.year,
        county_code: row.county_code,
        area_m2: row.area_m2,
        output: row.output,
        value_fen: row.value_fen,
        households: row.households,
        users: row.users,
        source: row.source,
    };
    Ok((rows.into_iter().map(view).collect(), next))
}
