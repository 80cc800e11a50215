//! Tells users of marks when the window of the yearly report opens, and 14 days before it closes who has not handed it in: once each.

use crate::cultivation::queries::{AnnualDue, reports_due};
use crate::db::{Db, Tx};
use crate::identity::notice::{About, To, note_once};
use crate::kernel::{Actor, Clock, Desk, Outcome, Random};

/// So many days before the last one the second notice goes out.
const BEFORE: i64 = 14;

/// Notes every report that is asked for and was not yet noted.
///
/// # Errors
/// If reports can't be read or a notice can't be written.
pub async fn annual_reports_due(db: &Db, clock: &Clock, random: &Random) -> Outcome<()> {
    let today = clock.today();
    let due = reports_due(db, &Actor::system().scope, None, today).await?;
    for one in due.into_iter().filter(|one| one.window.is_open(today) && !one.reported) {
        let desk = Desk::system(clock, random);
        db.write(move |tx| {
            let (desk, one) = (desk.clone(), one.clone());
            Box::pin(async move { tell(tx, &desk, &one).await })
        })
        .await?;
    }
    Ok(())
}

async fn tell(tx: &Tx, desk: &Desk, one: &AnnualDue) -> Outcome<()> {
    let (year, until) = (one.year.to_string(), one.window.closes.to_string());
    let values = [("product", one.product.as_str()), ("year", year.as_str()), ("until", until.as_str())];
    let about = if one.window.closes.since(desk.clock.today()) <= BEFORE { About::AnnualReportClosing } else { About::AnnualReportOpened };
    let once = format!("annual_report:{}:{}:{year}:{}", one.organisation_id, one.product_id, about.word());
    note_once(tx, desk, To::Organisation(&one.organisation_id), about, &one.organisation_id, &values, &once).await
}
