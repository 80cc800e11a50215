//! Forgets sign-ins that were kept as long as the dated setting `sign_in_records` says, oldest first.

use serde_json::json;

use crate::db::Db;
use crate::identity::store::session::{forget_records, oldest_record};
use crate::kernel::term::Term;
use crate::kernel::{Clock, Day, Desk, Outcome, Random};
use crate::ledger::{self, Event, kind};
use crate::registry::queries::{calendar, term};

/// Records forgotten in one transaction: a few milliseconds of the one writer.
const AT_ONCE: u64 = 1_000;
/// No term of the setting is longer than this; where one is, nothing is forgotten too early, only some later.
const LONGEST: i64 = 10 * 366;

/// Forgets what is over; how many records that were. Each transaction's event says how many, and before which day.
///
/// # Errors
/// Only ours.
pub async fn forget_sign_ins(db: &Db, clock: &Clock, random: &Random) -> Outcome<u64> {
    let today = clock.today();
    let kept = term(db, "sign_in_records", today).await?;
    let first_kept = first_kept(kept, &calendar(db).await?, today);
    let mut forgotten = 0;
    while oldest_record(db.reader()).await?.is_some_and(|at| at < first_kept.start()) {
        let desk = Desk::system(clock, random);
        let some = db.write(move |tx| {
            let desk = desk.clone();
            Box::pin(async move {
                let count = forget_records(tx, first_kept.start(), AT_ONCE).await?;
                if count > 0 {
                    let facts = json!({ "before": first_kept.to_string(), "count": count });
                    ledger::append(tx, &desk, Event::new(kind::SIGN_INS_FORGOTTEN, "sign_ins", facts)).await?;
                }
                Ok(count)
            })
        });
        forgotten += some.await?;
    }
    Ok(forgotten)
}

/// The first day whose records must still be kept today.
fn first_kept(kept: Term, calendar: &crate::kernel::term::Calendar, today: Day) -> Day {
    let over = |day: Day| kept.last_day(day, calendar, &std::collections::BTreeSet::new()) < today;
    // Days whose term is over lie before all others: halve until the border is found.
    let (mut old, mut new) = (today.plus(-LONGEST), today);
    if !over(old) {
        return old;
    }
    while new.since(old) > 1 {
        let middle = old.plus(new.since(old) / 2);
        if over(middle) { old = middle } else { new = middle }
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::term::{Calendar, TermUnit};

    #[test]
    fn a_record_is_kept_to_the_end_of_its_term() {
        let day = |text: &str| Day::parse(text).unwrap();
        let six = Term { number: 6, unit: TermUnit::Month };
        let none = Calendar::default();
        // today, the first day still kept; a term that ends on a weekend rolls on.
        for (today, first) in
            [("2026-11-26", "2026-05-26"), ("2026-11-27", "2026-05-27"), ("2026-11-30", "2026-05-28"), ("2026-08-31", "2026-03-01")]
        {
            assert_eq!(first_kept(six, &none, day(today)), day(first), "{today}");
        }
        let long = Term { number: 20, unit: TermUnit::Year };
        assert_eq!(first_kept(long, &none, day("2026-11-26")), day("2026-11-26").plus(-LONGEST));
        assert_eq!(first_kept(Term { number: 1, unit: TermUnit::Day }, &none, day("2026-11-26")), day("2026-11-25"));
    }
}
