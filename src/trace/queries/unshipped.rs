//! Scans of labels that, by the papers, were still in the house. Known only where the producer keeps shipments here at all; otherwise
//! 数据不足. No rule acts on it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Db;
use crate::kernel::{Actor, Day, Outcome};
use crate::trace::shipment::Run;
use crate::trace::store::batch::batch_within;
use crate::trace::store::shipment::{self as shipments, unshipped as store};

/// Scanned codes read by one statement.
const CHUNK: u64 = 5_000;
/// The most runs and places shown.
const MOST: usize = 100;

/// A run of labels that were scanned while none of them was shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnshippedRun {
    /// The order.
    pub order_id: String,
    /// Its number.
    pub order_no: i64,
    /// First label.
    pub first: i64,
    /// Last label.
    pub last: i64,
}

/// Where such labels were last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnshippedPlace {
    /// Province and city, `河北/石家庄`; empty where nobody knows.
    pub place: String,
    /// How many labels.
    pub codes: i64,
}

/// What is known of scans of a batch whose labels were not shipped.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnshippedView {
    /// The batch.
    pub batch_id: String,
    /// `known`, or `no_data` where the producer keeps no shipments of the product here.
    pub state: String,
    /// The first day on which the producer sent anything of the product; scans before that day are not counted.
    pub since: Option<String>,
    /// Labels of the batch that were scanned since.
    pub scanned: i64,
    /// Those that no shipment covered when they were scanned first or last.
    pub unshipped: i64,
    /// Which, up to 100 runs.
    pub ranges: Vec<UnshippedRun>,
    /// Where they were last seen, most first.
    pub places: Vec<UnshippedPlace>,
}

/// Scans of a batch while its labels were in the house.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn unshipped_scans(db: &Db, actor: &Actor, batch_id: &str) -> Outcome<UnshippedView> {
    let connection = db.reader();
    let batch = batch_within(connection, &actor.scope, batch_id).await?;
    let since = store::keeps_since(connection, &batch.producer_id, &batch.product_id).await?;
    let mut view = UnshippedView {
        batch_id: batch.id.clone(),
        state: if since.is_some() { "known" } else { "no_data" }.to_owned(),
        since,
        scanned: 0,
        unshipped: 0,
        ranges: Vec::new(),
        places: Vec::new(),
    };
    let Some(first_day) = view.since.clone() else { return Ok(view) };
    let mut away: BTreeMap<i64, Vec<store::Away>> = BTreeMap::new();
    let mut found: Vec<(i64, Run)> = Vec::new();
    let mut places: BTreeMap<String, i64> = BTreeMap::new();
    for (order_no, run) in store::runs_of(connection, &batch.id).await? {
        if let Entry::Vacant(empty) = away.entry(order_no) {
            empty.insert(store::away(connection, order_no).await?);
        }
        let out = away.get(&order_no).map(Vec::as_slice).unwrap_or_default();
        let mut after = 0;
        loop {
            let seen = store::seen(connection, order_no, run, after, CHUNK).await?;
            let Some(last) = seen.last() else { break };
            after = last.0;
            for (sequence, first_at, last_at, place) in seen {
                let days = [first_at, last_at].map(|at| Day::of(at).to_string());
                if days[1] < first_day {
                    continue;
                }
                view.scanned += 1;
                if days.iter().filter(|day| **day >= first_day).all(|day| was_out(out, sequence, day)) {
                    continue;
                }
                view.unshipped += 1;
                *places.entry(place.unwrap_or_default()).or_default() += 1;
                match found.last_mut() {
                    Some((order, run)) if *order == order_no && run.1 + 1 == sequence => run.1 = sequence,
                    _ => found.push((order_no, (sequence, sequence))),
                }
            }
        }
    }
    found.truncate(MOST);
    let ids = shipments::order_ids(connection, found.iter().map(|(order_no, _)| *order_no).collect()).await?;
    let run = |(order_no, (first, last)): (i64, Run)| {
        let order_id = ids.get(&order_no).cloned().unwrap_or_default();
        UnshippedRun { order_id, order_no, first, last }
    };
    view.ranges = found.into_iter().map(run).collect();
    view.places = places.into_iter().map(|(place, codes)| UnshippedPlace { place, codes }).collect();
    view.places.sort_by_key(|place| -place.codes);
    view.places.truncate(MOST);
    Ok(view)
}

/// Was the label out on that day? The days it left and came back count as out: nobody noted the hour.
fn was_out(away: &[store::Away], sequence: i64, day: &str) -> bool {
    away.iter().any(|one| {
        one.run.0 <= sequence && sequence <= one.run.1 && one.from.as_str() <= day && one.to.as_deref().is_none_or(|back| day <= back)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_out_from_its_shipment_to_its_return() {
        let away = |run, from: &str, to: Option<&str>| store::Away { run, from: from.to_owned(), to: to.map(str::to_owned) };
        let out = [away((1, 10), "2026-11-20", Some("2026-11-25")), away((5, 6), "2026-12-01", None)];
        for (sequence, day, right) in [
            (1, "2026-11-19", false),
            (1, "2026-11-20", true),
            (10, "2026-11-25", true),
            (10, "2026-11-26", false),
            (11, "2026-11-22", false),
            (5, "2026-11-30", false),
            (5, "2026-12-24", true),
        ] {
            assert_eq!(was_out(&out, sequence, day), right, "{sequence} {day}");
        }
    }
}
