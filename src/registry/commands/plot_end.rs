//! Ending a plot: given back, sold, planted with something else. What came from it before keeps it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form::{self, LINE};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Desk, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::product::{SeasonWindow, YearDay};
use crate::registry::store::{self, PlotRow, Turn};

/// The end of a plot.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlotEnd {
    /// The last day on which it is worked as on record.
    #[schema(value_type = String, format = Date)]
    pub last_day: Day,
    /// Why, in plain words.
    pub reason: String,
}

/// Ends a plot after a day, which may lie ahead. It stays on record for the days before, with deliveries, farm work and batches of theirs;
/// approved season accounts stand. Ending it on the day on which it ends anyway does nothing.
///
/// # Errors
/// `not_found` for one out of reach; `register_empty`; `plot_end_before` with its first day; `plot_ended` with the day on which it ends
/// sooner; `plot_used_after` with the last day of a harvest or of work on it; `plot_delivered_after` with the season of a delivery from it.
pub async fn end_plot(tx: &Tx, desk: &Desk, id: &str, input: &PlotEnd) -> Outcome<PlotRow> {
    // The days of plots decide whose ground it is: whoever changes them waits for the one before.
    store::wait_for(tx, Turn::Plots).await?;
    let mut row = store::plot::one(tx.connection(), &desk.actor.scope, id).await?;
    let (days, mut faults) = (store::plot::valid(&row)?, Faults::new());
    let reason = form::required(&mut faults, "/reason", &input.reason, LINE);
    let last = input.last_day;
    if last < days.from {
        faults.add("/last_day", "plot_end_before").with("from", days.from).with("value", last);
    }
    if let Some(to) = days.to.filter(|to| *to < last) {
        faults.add("/last_day", "plot_ended").with("to", to).with("value", last);
    }
    if let Some(used) = store::plot::last_used(tx.connection(), id).await?.filter(|used| *used > last) {
        faults.add("/last_day", "plot_used_after").with("day", used).with("value", last);
    }
    if let Some((season, first)) = delivered(tx, &row).await?.filter(|(_, first)| *first > last) {
        faults.add("/last_day", "plot_delivered_after").with("season", season).with("from", first).with("value", last);
    }
    faults.check()?;
    if days.to == Some(last) {
        return Ok(row);
    }
    store::plot::end(tx, id, last).await?;
    let facts = json!({ "holder_id": row.holder_id, "from": row.valid_to, "to": last, "reason": reason });
    ledger::append(tx, desk, Event::new(kind::PLOT_ENDED, id, facts)).await?;
    row.valid_to = Some(last.to_string());
    Ok(row)
}

/// The last season of which something was delivered from the plot, and the first day of it: until then at least it was worked.
async fn delivered(tx: &Tx, row: &PlotRow) -> Outcome<Option<(String, Day)>> {
    let Some(season) = store::plot::last_delivered(tx.connection(), row).await? else { return Ok(None) };
    let product = store::product::one(tx.connection(), &row.product_id).await?;
    let day = |text: Option<&String>| text.and_then(|text| YearDay::parse(text));
    let window = day(product.season_from.as_ref()).zip(day(product.season_to.as_ref())).map(|(from, to)| SeasonWindow { from, to });
    let year: Option<i32> = season.parse().ok();
    let first = year.and_then(|year| match &window {
        Some(window) => window.first_day(year),
        None => Day::parse(&format!("{year:04}-01-01")),
    });
    Ok(first.map(|first| (season, first)))
}
