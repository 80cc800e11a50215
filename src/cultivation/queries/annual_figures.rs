//! What the platform has on record for a yearly report, and the window in which that is handed in.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;

use crate::cultivation::annual_report::{Registered, Window};
use crate::cultivation::store::annual_report::plot_area;
use crate::db::Db;
use crate::kernel::{Day, Failure, Outcome};
use crate::registry::queries::term;
use crate::trace::queries::yearly::{YearOf, yearly};
use crate::trade::queries::listings_known;

/// First and last day of a year.
///
/// # Errors
/// `annual_report_year` for a year that is none.
pub fn days_of(year: i64) -> Outcome<(Day, Day)> {
    let day = |end: &str| Day::parse(&format!("{year:04}-{end}")).filter(|_| (2000..2100).contains(&year));
    match (day("01-01"), day("12-31")) {
        (Some(from), Some(to)) => Ok((from, to)),
        _ => Err(Failure::field("/year", "annual_report_year").with("value", year)),
    }
}

/// When the report on a year is written and handed in, by the limits in force at its end.
///
/// # Errors
/// `annual_report_year`; else only ours.
pub async fn window(db: &Db, year: i64) -> Outcome<Window> {
    let last = days_of(year)?.1;
    let opens = term(db, "annual_report_opens", last).await?;
    let closes = term(db, "annual_report_closes", last).await?;
    let drafts = term(db, "annual_report_drafts", last).await?;
    Window::of(last.year(), opens, closes, drafts).ok_or_else(|| Failure::broken("a window of a year that is none"))
}

/// The years a report is asked for today: the last one that ended, and the running one once drafts of it may be written.
///
/// # Errors
/// Only ours.
pub async fn years_asked(db: &Db, today: Day) -> Outcome<Vec<(i64, Window)>> {
    let this = i64::from(today.year());
    let mut years = Vec::new();
    let running = window(db, this).await?;
    if running.drafts <= today {
        years.push((this, running));
    }
    years.push((this - 1, window(db, this - 1).await?));
    Ok(years)
}

/// Every figure the platform has on record of an organisation, a product and a year, as it stands now.
///
/// # Errors
/// `annual_report_year`; else only ours.
pub async fn registered<C: ConnectionTrait>(
    connection: &C,
    organisation_id: &str,
    product_id: &str,
    year: i64,
    today: Day,
) -> Outcome<BTreeMap<Registered, i64>> {
    use Registered as R;
    let (from, to) = days_of(year)?;
    let found = yearly(connection, &YearOf { organisation_id, product_id, from, to }).await?;
    Ok(BTreeMap::from([
        (R::PlotArea, plot_area(connection, organisation_id, product_id, to.min(today)).await?),
        (R::Growers, found.growers),
        (R::Approved, found.approved),
        (R::Received, found.received),
        (R::Opening, found.opening),
        (R::Batches, found.batches),
        (R::Released, found.released),
        (R::CodesIssued, found.issued),
        (R::CodesActivated, found.activated),
        (R::CodesVoided, found.voided),
        (R::Exported, found.exported),
        (R::Tests, found.tests),
        (R::TestsFailed, found.failed),
        (R::Listings, listings_known(connection, organisation_id, product_id, from, to).await?),
    ]))
}
