//! What a scan is told: the facts of the verdict, and of the goods. Put together from rows in one place, so that a look and a scan
//! can't differ.

use std::sync::Arc;

use super::issued::Order;
use crate::kernel::{Day, Failure, Millis, Outcome};
use crate::registry::right::Route;
use crate::trace::certificate::Basis;
use crate::trace::kind::CodeKind;
use crate::trace::store::scan::codes::{BatchRow, RangeRow};
use crate::trace::store::scan::contents::ContentRow;
use crate::trace::store::scan::goods::{RecallRow, Standing, StopRow, standings};
use crate::trace::verdict::{Decision, Facts, Lift, MarkUse, RangeFact, Recall, RecallKind, Stop, VoidReason};

/// How a code came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// The printed address was opened.
    Printed,
    /// The number was typed into the form.
    Typed,
    /// A partner's program asked.
    Api,
    /// Somebody of the house looked: signed in, or from one of its addresses.
    House,
}

impl Via {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::Typed => "typed",
            Self::Api => "api",
            Self::House => "house",
        }
    }
}

/// A right a batch relies on, frozen at release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRight {
    /// The mark use.
    pub mark_use_id: String,
    /// The right.
    pub right_id: String,
    /// The right's route.
    pub route: Route,
    /// Announcement, registration or certificate number.
    pub number: Option<String>,
    /// First day of the mark use.
    pub from: Day,
    /// Its last day.
    pub until: Option<Day>,
}

/// One test of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchTest {
    /// What was tested.
    pub item: String,
    /// What was found.
    pub result: String,
    /// Who tested.
    pub laboratory: Option<String>,
    /// Number of the report.
    pub report_no: Option<String>,
    /// Day of the report.
    pub reported_on: Option<Day>,
}

/// The 承诺达标合格证 a batch carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchCertificate {
    /// Its number.
    pub number: String,
    /// Who issued it.
    pub issuer: String,
    /// Address and telephone of the issuer.
    pub contact: String,
    /// For how much, in the product's base unit.
    pub amount: i64,
    /// Where the goods were grown.
    pub origin: String,
    /// Day of issue.
    pub issued_on: Day,
    /// What the promise rests on.
    pub basis: Vec<Basis>,
    /// The promise in full.
    pub promise: String,
}

/// What is registered of a batch, as of one version of it; after release it stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchText {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Lot as printed.
    pub lot: String,
    /// Its season.
    pub season: String,
    /// First day of harvest.
    pub harvested_from: Day,
    /// Last day of harvest.
    pub harvested_to: Day,
    /// Produced on.
    pub produced_on: Option<Day>,
    /// Packed on.
    pub packed_on: Option<Day>,
    /// Best before.
    pub best_before: Option<Day>,
    /// Grade.
    pub grade: Option<String>,
    /// Packing house or cold store.
    pub facility: Option<String>,
    /// Number of the standard met.
    pub standard_number: Option<String>,
    /// Townships or villages, as public as the register allows.
    pub origin: String,
    /// Some record was entered late (补录).
    pub late: bool,
    /// Released on.
    pub released_on: Option<Day>,
    /// How much there is, in the product's base unit.
    pub amount: i64,
    /// The rights it relies on.
    pub rights: Vec<BatchRight>,
    /// Its tests, those of the reports it shows too.
    pub tests: Vec<BatchTest>,
    /// Its newest certificate in force.
    pub certificate: Option<BatchCertificate>,
}

impl BatchText {
    /// The day that rights have to cover: produced on, or the last day of harvest.
    pub fn production_day(&self) -> Day {
        self.produced_on.unwrap_or(self.harvested_to)
    }
}

/// Everything a page or an answer about a code is made from.
#[derive(Debug, Clone)]
pub struct ScanFacts {
    /// What the verdict rests on.
    pub verdict: Facts,
    /// The order, with producer, product and pack.
    pub order: Arc<Order>,
    /// Sequence number in the order, from 1.
    pub seq: u32,
    /// The batch, once the code is bound to one.
    pub batch: Option<Arc<BatchText>>,
    /// The day the code came into use.
    pub activated_on: Option<Day>,
    /// What lies in the case or on the pallet, for their codes.
    pub contents: Option<Contents>,
}

/// What lies in a case or on a pallet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Items, or cases on a pallet.
    pub items: i64,
    /// Batch by batch, down to where batches are known.
    pub lines: Vec<Content>,
}

/// Items of one batch in a case or on a pallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Name of the product.
    pub product: String,
    /// The batch, once the items are in one.
    pub batch_id: Option<String>,
    /// Its lot.
    pub lot: Option<String>,
    /// How many.
    pub count: i64,
    /// It is being recalled.
    pub recalled: bool,
}

/// Contents of one code from their rows: what lies directly in it is counted, what lies deepest is told.
pub(super) fn contents(rows: Vec<ContentRow>) -> Contents {
    let items = rows.iter().filter(|row| row.level == 1).map(|row| row.count).sum();
    let deepest = rows.iter().map(|row| row.level).max().unwrap_or(1);
    // Loose units beside cases on a pallet are told too; cases whose units are told are not told twice.
    let told = rows.into_iter().filter(|row| row.level == deepest || row.kind == CodeKind::Unit);
    let line =
        |row: ContentRow| Content { product: row.product, batch_id: row.batch, lot: row.lot, count: row.count, recalled: row.recalled };
    Contents { items, lines: told.map(line).collect() }
}

/// The answer to a scan or a look.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// The moment that counts.
    pub at: Millis,
    /// The facts.
    pub facts: ScanFacts,
    /// What they say at that moment.
    pub decision: Decision,
    /// Was it durably counted?
    pub recorded: bool,
}

/// The state of the range at `at`, and since which day the code is in use.
pub(super) fn range_fact(range: Option<&RangeRow>, at: Millis) -> Outcome<(RangeFact, Option<Day>)> {
    // A number that no range holds was never given out: it is no more than issued.
    let Some(range) = range else { return Ok((RangeFact::Issued, None)) };
    let since = Day::of(range.since);
    Ok(match range.state.as_str() {
        "issued" => (RangeFact::Issued, None),
        "bound" => (RangeFact::Bound, None),
        "scheduled" => {
            let from = range.active_at.ok_or_else(|| Failure::broken("a scheduled range without its moment"))?;
            (RangeFact::Scheduled { at: from }, (from <= at).then(|| Day::of(from)))
        }
        "active" => (RangeFact::Active, Some(since)),
        "voided" => {
            let reason = range.reason.as_deref().and_then(VoidReason::parse);
            let reason = reason.ok_or_else(|| Failure::broken(format!("unknown reason {:?} of a voided range", range.reason)))?;
            (RangeFact::Voided { reason, since }, None)
        }
        "returned" => (RangeFact::Returned { since }, None),
        other => return Err(Failure::broken(format!("unknown state {other:?} of a range"))),
    })
}

pub(super) fn recall_fact(row: &RecallRow) -> Recall {
    Recall {
        kind: if row.kind == RecallKind::Recall.word() { RecallKind::Recall } else { RecallKind::TakeBack },
        ordered_by: row.ordered_by.clone(),
        document_no: Some(row.document_no.clone()).filter(|no| !no.is_empty()),
        public_text: row.public_text.clone(),
        announced_on: Day::of(row.confirmed_at),
        lifted: row.lifted_at.map(|at| Lift { on: Day::of(at), text: row.lift_text.clone().unwrap_or_default() }),
    }
}

pub(super) fn stop_fact(row: &StopRow) -> Stop {
    Stop {
        ordered_by: row.ordered_by.clone(),
        document_no: row.document_no.clone(),
        public_text: row.public_text.clone(),
        since: Day::of(row.confirmed_at),
        lifted: None,
    }
}

/// The intervals frozen at release, and what became of each.
pub(super) fn mark_uses(text: &BatchText, row: &BatchRow, today: Day) -> Outcome<Vec<MarkUse>> {
    let standings = standings(row.standing.as_deref().unwrap_or_default())?;
    let mark_use = |right: &BatchRight| MarkUse {
        right: right.route.name().to_owned(),
        from: right.from,
        until: right.until,
        ended_on: standings.iter().find(|s| s.mark_use_id == right.mark_use_id).and_then(|s| ended_on(s, text.production_day(), today)),
    };
    Ok(text.rights.iter().map(mark_use).collect())
}

/// The first day without the right, if it is over today or turned out to have been over on the day of production. A lapse is undone by
/// a later grant; a suspension that is over left no trace unless it held on the day of production.
fn ended_on(standing: &Standing, produced: Day, today: Day) -> Option<Day> {
    let covers = |(from, to): &(Day, Option<Day>), day: Day| *from <= day && to.is_none_or(|to| day <= to);
    let granted = |day: Day| standing.grants.iter().any(|grant| covers(grant, day));
    let suspended = standing.suspensions.iter().filter(|s| covers(s, today) || covers(s, produced)).map(|(from, _)| *from).min();
    let past = |last: Day| last < today || last < produced;
    let lapsed = standing.mark_use_to.filter(|last| past(*last) && (!granted(today) || !granted(produced)));
    let right_over = standing.right_to.filter(|last| past(*last));
    [suspended, lapsed.map(|last| last.plus(1)), right_over.map(|last| last.plus(1))].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// `mark use to|right to|suspensions|grants` → first day without the right, for goods of 2026-09-12 seen on 2026-11-23.
    #[test]
    fn what_became_of_a_right() {
        for (stored, ended) in [
            ("m|||", None),
            ("m|2028-12-31||", None),
            ("m|2026-10-31|||2026-01-01~2026-10-31", Some("2026-11-01")),
            ("m|2026-10-31|||2026-01-01~2026-10-31,2026-11-01~", None),
            ("m|2026-08-31|||2026-01-01~2026-08-31,2026-10-01~", Some("2026-09-01")),
            ("m||2026-11-22||", Some("2026-11-23")),
            ("m||2026-11-23||", None),
            ("m|||2026-11-01~|", Some("2026-11-01")),
            ("m|||2026-10-01~2026-10-31|", None),
            ("m|||2026-09-01~2026-09-30|", Some("2026-09-01")),
            ("m|2026-10-31|2026-10-15|2026-10-20~|", Some("2026-10-16")),
        ] {
            let text = if stored.matches('|').count() == 3 { format!("{stored}|") } else { stored.to_owned() };
            let standing = standings(&text).unwrap().remove(0);
            assert_eq!(ended_on(&standing, day("2026-09-12"), day("2026-11-23")), ended.map(day), "{stored}");
        }
        for bad in ["m", "m|x|||", "m|||2026-10-01|", "m|||~2026-10-01|"] {
            assert!(standings(bad).is_err(), "{bad}");
        }
        assert_eq!(standings("").unwrap(), []);
    }

    #[test]
    fn a_range_is_read_from_its_words() {
        let at = 1_795_000_000_000;
        let row = |state: &str, reason: Option<&str>| RangeRow {
            state: state.to_owned(),
            reason: reason.map(str::to_owned),
            since: at,
            active_at: Some(at + 1),
        };
        assert_eq!(range_fact(None, at).unwrap().0, RangeFact::Issued);
        assert_eq!(range_fact(Some(&row("active", None)), at).unwrap(), (RangeFact::Active, Some(Day::of(at))));
        assert_eq!(range_fact(Some(&row("scheduled", None)), at).unwrap(), (RangeFact::Scheduled { at: at + 1 }, None));
        assert_eq!(range_fact(Some(&row("scheduled", None)), at + 1).unwrap().1, Some(Day::of(at + 1)));
        let lost = RangeFact::Voided { reason: VoidReason::Lost, since: Day::of(at) };
        assert_eq!(range_fact(Some(&row("voided", Some("lost"))), at).unwrap(), (lost, None));
        assert!(range_fact(Some(&row("voided", Some("gone"))), at).is_err());
        assert!(range_fact(Some(&row("asleep", None)), at).is_err());
    }
}
