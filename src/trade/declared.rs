//! 上架销量: what listings of a product say was sold, per organisation, as a range: a counter on a page that began before the season can't
//! say more than how much it grew, nor less than what it shows.

use std::collections::BTreeMap;

use super::store::declared as store;
use crate::db::Db;
use crate::kernel::{Actor, Millis, Outcome};

/// What an organisation's listings say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Declared {
    /// Listings that showed their sales.
    pub listings: i64,
    /// How much the counters grew between the first and the last time they were seen, in items.
    pub low: i64,
    /// What the counters showed last, in items.
    pub high: i64,
    /// Of listings whose specifications say how much an item holds: the same as goods.
    pub sized: (i64, i64),
    /// Of the others: the same in items.
    pub unsized_items: (i64, i64),
}

/// One listing's counter, for one producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// Shown first.
    pub first: i64,
    /// Shown last.
    pub last: i64,
    /// The smallest and the largest item by its specifications.
    pub holds: Option<(i64, i64)>,
    /// The seller sells for this producer alone; if not, nothing is surely of this one.
    pub alone: bool,
}

/// Sums counters.
pub fn declared(counters: &[Counter]) -> Declared {
    let mut all = Declared::default();
    for counter in counters {
        // A counter that went down was reset by the platform: then nothing is known to have been sold between.
        let low = if counter.alone { (counter.last - counter.first).max(0) } else { 0 };
        let high = counter.last.max(counter.first);
        all.listings += 1;
        all.low = all.low.saturating_add(low);
        all.high = all.high.saturating_add(high);
        let (part, (least, most)) = match counter.holds {
            Some(holds) => (&mut all.sized, holds),
            None => (&mut all.unsized_items, (1, 1)),
        };
        part.0 = part.0.saturating_add(low.saturating_mul(least));
        part.1 = part.1.saturating_add(high.saturating_mul(most));
    }
    all
}

/// What listings of a product said between two moments, by producer: its own shops, and those of sellers it authorised for the season.
///
/// # Errors
/// Only ours.
pub async fn declared_sales(
    db: &Db,
    actor: &Actor,
    (product_id, season): (&str, &str),
    window: (Millis, Millis),
) -> Outcome<BTreeMap<String, Declared>> {
    let mut of: BTreeMap<String, Vec<Counter>> = BTreeMap::new();
    for listing in store::counters(db.reader(), &actor.scope, (product_id, season), window).await? {
        for producer in &listing.producers {
            let (first, last, holds) = (listing.first, listing.last, listing.holds);
            of.entry(producer.clone()).or_default().push(Counter { first, last, holds, alone: listing.producers.len() == 1 });
        }
    }
    Ok(of.into_iter().map(|(producer, counters)| (producer, declared(&counters))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(first: i64, last: i64) -> Counter {
        Counter { first, last, holds: None, alone: true }
    }

    #[test]
    fn a_counter_says_between_how_much_it_grew_and_what_it_shows() {
        let of = |counters: &[Counter]| {
            let found = declared(counters);
            (found.listings, found.low, found.high)
        };
        assert_eq!(of(&[]), (0, 0, 0));
        assert_eq!(of(&[counter(120, 120)]), (1, 0, 120), "seen once: it may all be of earlier years");
        assert_eq!(of(&[counter(120, 150), counter(5, 9)]), (2, 34, 159));
        assert_eq!(of(&[counter(900, 30)]), (1, 0, 900), "the platform began to count anew");
    }

    #[test]
    fn who_sells_for_several_is_surely_nobodys() {
        let shared = Counter { alone: false, ..counter(100, 150) };
        assert_eq!((declared(&[shared]).low, declared(&[shared]).high), (0, 150));
    }

    #[test]
    fn specifications_say_how_much_an_item_holds() {
        let sized = Counter { holds: Some((2_500, 5_000)), ..counter(100, 150) };
        let found = declared(&[sized, counter(0, 7)]);
        assert_eq!((found.sized, found.unsized_items), ((125_000, 750_000), (7, 7)));
    }
}
