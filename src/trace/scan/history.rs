//! The history of one code: how often it was checked, the first time, and a ring of the latest sessions, kept as one compact text.
//!
//! ```text
//! AAECAwQFBgc1c71f80@河北/石家庄;…      newest first; of the last 7 days, at most 32
//! ^          ^       ^
//! visitor    minute  place, or nothing
//! 11 × 6 bit hex
//! ```

use data_encoding::BASE64URL_NOPAD;

use crate::kernel::Millis;
use crate::kernel::clock::{DAY, MINUTE};
use crate::trace::place::{parse_place, place_text};
use crate::trace::store::scan::codes::{CodeKey, StatRow};
use crate::trace::verdict::{History, Place, Visit};
use crate::trace::visitor::{SESSION, Visitor, VisitorHash};

/// Sessions kept at most.
const RING: usize = 32;
/// Sessions kept however old; pages name the latest places.
const ALWAYS: usize = 3;
/// Older sessions feed no rule.
const YOUNG: Millis = 7 * DAY;
/// Characters of a visitor.
const VISITOR: usize = 11;

/// What is known of a code's scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stat {
    sessions: i64,
    first_at: Millis,
    first_place: Option<Place>,
    first_visitor: VisitorHash,
    last_at: Millis,
    last_place: Option<Place>,
    ring: Vec<Visit>,
    /// 0 before it is stored.
    revision: i64,
}

impl Stat {
    pub(super) fn read(row: &StatRow) -> Self {
        Self {
            sessions: row.sessions,
            first_at: row.first_at,
            first_place: row.first_place.as_deref().and_then(parse_place),
            first_visitor: row.first_visitor.to_be_bytes(),
            last_at: row.last_at,
            last_place: row.last_place.as_deref().and_then(parse_place),
            ring: read_ring(&row.ring),
            revision: row.revision,
        }
    }

    /// As stored, one revision on.
    pub(super) fn row(&self, key: CodeKey) -> StatRow {
        StatRow {
            order_no: key.order_no,
            seq: key.seq,
            sessions: self.sessions,
            first_at: self.first_at,
            first_place: self.first_place.as_ref().map(place_text),
            first_visitor: i64::from_be_bytes(self.first_visitor),
            last_at: self.last_at,
            last_place: self.last_place.as_ref().map(place_text),
            ring: write_ring(&self.ring),
            revision: self.revision + 1,
        }
    }

    /// The first session.
    fn begin(visitor: &Visitor, place: Option<Place>, at: Millis) -> Self {
        let visit = Visit { visitor: visitor.hash, minute: minute(at), place: place.clone() };
        Self {
            sessions: 1,
            first_at: at,
            first_place: place.clone(),
            first_visitor: visitor.hash,
            last_at: at,
            last_place: place,
            ring: vec![visit],
            revision: 0,
        }
    }

    /// Counts a scan; false if it belongs to a session already counted. Clocks of nodes may differ a little, in both directions.
    pub(super) fn count(known: &mut Option<Self>, visitor: &Visitor, place: Option<Place>, at: Millis) -> bool {
        let Some(stat) = known else {
            *known = Some(Self::begin(visitor, place, at));
            return true;
        };
        if stat.ring.iter().any(|visit| visitor.is(visit.visitor) && within_session(at, visit.minute)) {
            return false;
        }
        stat.sessions += 1;
        (stat.last_at, stat.last_place) = (at, place.clone());
        stat.ring.insert(0, Visit { visitor: visitor.hash, minute: minute(at), place });
        let young = stat.ring.iter().take_while(|visit| minute(at) - visit.minute <= YOUNG / MINUTE).count();
        stat.ring.truncate(young.clamp(ALWAYS, RING));
        true
    }

    /// For the verdict, as this visitor is told it.
    pub(super) fn history(&self, visitor: Option<&Visitor>, at: Millis) -> History {
        History {
            sessions: u32::try_from(self.sessions).unwrap_or(u32::MAX),
            first_at: Some(self.first_at),
            first_place: self.first_place.clone(),
            visitor_is_first: visitor.is_some_and(|v| v.is(self.first_visitor)) && within_session(at, minute(self.first_at)),
            // Oldest first, so that places seen in one minute keep their order.
            ring: self.ring.iter().rev().cloned().collect(),
        }
    }
}

fn minute(at: Millis) -> i64 {
    at.div_euclid(MINUTE)
}

fn within_session(at: Millis, begun: i64) -> bool {
    (minute(at) - begun).abs() < SESSION / MINUTE
}

fn write_ring(ring: &[Visit]) -> String {
    let one = |visit: &Visit| {
        let place = visit.place.as_ref().map(place_text).unwrap_or_default();
        format!("{}{:x}@{place}", BASE64URL_NOPAD.encode(&visit.visitor), visit.minute)
    };
    ring.iter().map(one).collect::<Vec<_>>().join(";")
}

/// What can't be read is left out: the ring only feeds counting rules.
fn read_ring(stored: &str) -> Vec<Visit> {
    let one = |text: &str| {
        let (visitor, rest) = text.split_at_checked(VISITOR)?;
        let (minute, place) = rest.split_once('@')?;
        let visitor = BASE64URL_NOPAD.decode(visitor.as_bytes()).ok()?.try_into().ok()?;
        Some(Visit { visitor, minute: i64::from_str_radix(minute, 16).ok()?, place: parse_place(place) })
    };
    stored.split(';').filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::HOUR;

    const START: Millis = 1_795_000_020_000;

    fn visitor(who: u8) -> Visitor {
        Visitor { hash: [who; 8], before: None }
    }
    fn place(text: &str) -> Option<Place> {
        parse_place(text)
    }

    #[test]
    fn a_history_is_stored_and_read_back() {
        let mut stat = None;
        for (n, stored) in ["河北/石家庄", "", "新疆"].into_iter().enumerate() {
            Stat::count(&mut stat, &visitor(u8::try_from(n).unwrap() + 250), place(stored), START + 7 * HOUR * i64::try_from(n).unwrap());
        }
        let stat = stat.unwrap();
        let key = CodeKey { order_no: 3, seq: 9 };
        let row = stat.row(key);
        assert_eq!((row.order_no, row.seq, row.sessions, row.revision), (3, 9, 3, 1));
        assert_eq!(row.ring.split(';').count(), 3);
        assert_eq!(Stat::read(&row), Stat { revision: 1, ..stat });
        assert_eq!(read_ring("").len() + read_ring("梨;x@;AAAAAAAAAAA@y").len(), 0);
    }

    #[test]
    fn one_visitor_within_half_an_hour_is_one_session() {
        let mut stat = None;
        let counted: Vec<bool> = [(0, 1), (10, 1), (10, 2), (29, 1), (30, 1), (59, 1), (60, 1), (61, 2)]
            .map(|(minutes, who)| Stat::count(&mut stat, &visitor(who), None, START + minutes * MINUTE))
            .into();
        assert_eq!(counted, [true, false, true, false, true, false, true, true]);
        let stat = stat.unwrap();
        assert_eq!((stat.sessions, stat.first_at, stat.last_at), (5, START, START + 61 * MINUTE));
        assert!(stat.history(Some(&visitor(1)), START + 29 * MINUTE).visitor_is_first);
        for (who, after) in [(1, 30), (2, 5)] {
            assert!(!stat.history(Some(&visitor(who)), START + after * MINUTE).visitor_is_first, "{who} {after}");
        }
        assert!(!stat.history(None, START).visitor_is_first);
    }

    #[test]
    fn a_visitor_of_last_night_is_the_same_under_the_new_key() {
        let mut stat = None;
        assert!(Stat::count(&mut stat, &visitor(1), None, START));
        let renewed = Visitor { hash: [9; 8], before: Some([1; 8]) };
        assert!(!Stat::count(&mut stat, &renewed, None, START + 20 * MINUTE));
        assert!(stat.unwrap().history(Some(&renewed), START + 20 * MINUTE).visitor_is_first);
    }

    #[test]
    fn what_is_older_than_a_week_leaves_the_ring() {
        let mut stat = None;
        for who in 0..10 {
            Stat::count(&mut stat, &visitor(who), None, START + i64::from(who) * DAY);
        }
        assert_eq!(stat.as_ref().unwrap().ring.len(), 8, "today and the seven days before");
        Stat::count(&mut stat, &visitor(10), None, START + 100 * DAY);
        let stat = stat.unwrap();
        assert_eq!((stat.sessions, stat.ring.len(), stat.ring[0].visitor), (11, ALWAYS, [10; 8]));
    }

    #[test]
    fn the_ring_keeps_the_latest_and_the_first_stays() {
        let mut stat = None;
        for who in 0..40 {
            Stat::count(&mut stat, &visitor(who), place("河北"), START + i64::from(who) * MINUTE);
        }
        let stat = stat.unwrap();
        assert_eq!((stat.sessions, stat.ring.len()), (40, RING));
        assert_eq!((stat.ring[0].visitor, stat.first_visitor), ([39; 8], [0; 8]));
    }
}
