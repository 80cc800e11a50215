//! 上架销量: what listings of a product say was sold, per organisation, as a range: a counter on a page that began before the season can't
//! say more than how much it grew, nor less than what it shows.

use std::collections::BTreeMap;

use super::store::declared as store;
use crate::db::Db;
use crate::kernel::{Actor, Millis, Outcome};

/// What an organisation's listings say, in items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Declared {
    /// Listings that showed their sales.
    pub listings: i64,
    /// How much the counters grew between the first and the last time they were seen.
    pub low: i64,
    /// What the counters showed last.
    pub high: i64,
}

/// Sums what was said: (listing, sales shown), oldest first.
pub fn declared(said: &[(&str, i64)]) -> Declared {
    let mut ends: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (listing, sold) in said {
        ends.entry(listing).and_modify(|(_, last)| *last = *sold).or_insert((*sold, *sold));
    }
    // A counter that was reset by the platform went down: then nothing is known to have been sold between.
    let grown = |(first, last): &(i64, i64)| (last - first).max(0);
    Declared {
        listings: i64::try_from(ends.len()).unwrap_or(i64::MAX),
        low: ends.values().map(grown).sum(),
        high: ends.values().map(|(first, last)| *last.max(first)).sum(),
    }
}

/// What listings of a product said between two moments, by organisation.
///
/// # Errors
/// Only ours.
pub async fn declared_sales(db: &Db, actor: &Actor, product_id: &str, window: (Millis, Millis)) -> Outcome<BTreeMap<String, Declared>> {
    let said = store::said(db.reader(), &actor.scope, product_id, window).await?;
    let mut of: BTreeMap<&str, Vec<(&str, i64)>> = BTreeMap::new();
    for (organisation, listing, _, sold) in &said {
        of.entry(organisation).or_default().push((listing, *sold));
    }
    Ok(of.into_iter().map(|(organisation, said)| (organisation.to_owned(), declared(&said))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_says_between_how_much_it_grew_and_what_it_shows() {
        let of = |said: &[(&str, i64)]| {
            let found = declared(said);
            (found.listings, found.low, found.high)
        };
        assert_eq!(of(&[]), (0, 0, 0));
        assert_eq!(of(&[("a", 120)]), (1, 0, 120), "seen once: it may all be of earlier years");
        assert_eq!(of(&[("a", 120), ("b", 5), ("a", 150), ("b", 9)]), (2, 34, 159));
        assert_eq!(of(&[("a", 900), ("a", 30)]), (1, 0, 900), "the platform began to count anew");
    }
}
