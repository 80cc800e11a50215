//! Levels of packaging: which codes lie in which. A [`Link`] says that each of a run of cases holds `per` items of another order, in
//! sequence; one row, whatever the count. Pure: what a link holds, how a part of it is taken out, and whether a case is of one batch.

use super::word::words;

words! {
    /// How the link came about.
    LinkMode {
        /// 预关联: rolls printed in step.
        Roll = "roll",
        /// 扫码装箱: the box and its items were scanned.
        Scan = "scan",
        /// 按比例: so many items to a case, by sequence.
        Ratio = "ratio",
    }
}

words! {
    /// Why items were let out of their case without anybody asking.
    LetGo {
        /// The item's label was voided.
        ItemVoided = "item_voided",
        /// The item's label was returned unused.
        ItemReturned = "item_returned",
        /// The item carries another label now.
        ItemRelabelled = "item_relabelled",
        /// The case's label was voided or returned; its items were not.
        CaseVoided = "case_voided",
        /// The case carries another label now.
        CaseRelabelled = "case_relabelled",
    }
}

/// Each of the cases `parent_first..=parent_last` holds `per` items, in sequence from `child_first` on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Number of the order of cases.
    pub parent_order: i64,
    /// First case.
    pub parent_first: i64,
    /// Last case.
    pub parent_last: i64,
    /// Number of the order of items.
    pub child_order: i64,
    /// First item.
    pub child_first: i64,
    /// Last item.
    pub child_last: i64,
    /// Items in each case.
    pub per: i64,
}

impl Link {
    /// How many cases.
    pub fn cases(&self) -> i64 {
        self.parent_last - self.parent_first + 1
    }
    /// How many items.
    pub fn items(&self) -> i64 {
        self.child_last - self.child_first + 1
    }
    /// The case an item of this link lies in.
    pub fn case_of(&self, item: i64) -> i64 {
        self.parent_first + (item - self.child_first) / self.per
    }
    /// The items of the cases `first..=last`, as far as this link has such.
    pub fn items_of(&self, first: i64, last: i64) -> Option<(i64, i64)> {
        let (first, last) = (first.max(self.parent_first), last.min(self.parent_last));
        let at = |case: i64| self.child_first + (case - self.parent_first) * self.per;
        (first <= last).then(|| (at(first), at(last + 1) - 1))
    }
    /// The link in two: the items `first..=last`, and the others. Together they are what it was.
    pub fn split(&self, first: i64, last: i64) -> (Vec<Self>, Vec<Self>) {
        let (first, last) = (first.max(self.child_first), last.min(self.child_last));
        if first > last {
            return (Vec::new(), vec![self.clone()]);
        }
        let (from, to) = (first - self.child_first, last - self.child_first);
        let kept = [self.piece(0, from - 1), self.piece(to + 1, self.items() - 1)].concat();
        (self.piece(from, to), kept)
    }
    /// The items `from..=to`, counted from 0, as links: a part of a case, whole cases, a part of a case.
    fn piece(&self, from: i64, to: i64) -> Vec<Self> {
        if from > to {
            return Vec::new();
        }
        let (head, tail) = (from / self.per, to / self.per);
        if head == tail {
            return vec![self.part(head, head, from, to)];
        }
        let mut out = Vec::with_capacity(3);
        let whole_from = if from % self.per == 0 {
            head
        } else {
            out.push(self.part(head, head, from, (head + 1) * self.per - 1));
            head + 1
        };
        let ends_whole = (to + 1) % self.per == 0;
        let whole_to = if ends_whole { tail } else { tail - 1 };
        if whole_from <= whole_to {
            out.push(self.part(whole_from, whole_to, whole_from * self.per, (whole_to + 1) * self.per - 1));
        }
        if !ends_whole {
            out.push(self.part(tail, tail, tail * self.per, to));
        }
        out
    }
    fn part(&self, first_case: i64, last_case: i64, from: i64, to: i64) -> Self {
        Self {
            parent_first: self.parent_first + first_case,
            parent_last: self.parent_first + last_case,
            child_first: self.child_first + from,
            child_last: self.child_first + to,
            per: (to - from + 1) / (last_case - first_case + 1),
            ..*self
        }
    }
    /// The same items in other cases, beginning with `parent_first` of the order `parent_order`.
    #[must_use]
    pub fn moved_to(&self, parent_order: i64, parent_first: i64) -> Self {
        Self { parent_order, parent_first, parent_last: parent_first + self.cases() - 1, ..*self }
    }
    /// What is seen of batches in its cases, from runs of its items with their batches.
    pub fn seen<'b>(&self, runs: &'b [(i64, i64, String)]) -> impl Iterator<Item = Seen> + use<'b> {
        let link = self.clone();
        runs.iter().filter_map(move |(first, last, batch)| {
            let (first, last) = ((*first).max(link.child_first), (*last).min(link.child_last));
            (first <= last).then(|| Seen { first: link.case_of(first), last: link.case_of(last), batch: batch.clone() })
        })
    }
}

/// Goods of a batch lie in each of the cases `first..=last`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// First case.
    pub first: i64,
    /// Last case.
    pub last: i64,
    /// Which batch.
    pub batch: String,
}

/// The first case with goods of two batches, and which two.
pub fn mixed(mut seen: Vec<Seen>) -> Option<(i64, String, String)> {
    seen.sort_by_key(|s| s.first);
    let mut open: Option<Seen> = None;
    for next in seen {
        open = Some(match open {
            Some(before) if next.first <= before.last && next.batch != before.batch => {
                return Some((next.first, before.batch, next.batch));
            }
            Some(before) if next.first <= before.last => Seen { last: before.last.max(next.last), ..before },
            _ => next,
        });
    }
    None
}

/// Numbers put in order and into runs of neighbours; `Err` is one that stands twice.
///
/// # Errors
/// The number.
pub fn runs(mut numbers: Vec<i64>) -> Result<Vec<(i64, i64)>, i64> {
    numbers.sort_unstable();
    let mut out: Vec<(i64, i64)> = Vec::new();
    for number in numbers {
        match out.last_mut() {
            Some((_, last)) if *last == number => return Err(number),
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => out.push((number, number)),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn link(cases: i64, per: i64) -> Link {
        Link {
            parent_order: 1,
            parent_first: 11,
            parent_last: 10 + cases,
            child_order: 2,
            child_first: 101,
            child_last: 100 + cases * per,
            per,
        }
    }

    fn places(links: &[Link]) -> BTreeMap<i64, i64> {
        links.iter().flat_map(|l| (l.child_first..=l.child_last).map(|item| (item, l.case_of(item)))).collect()
    }

    #[test]
    fn an_item_is_taken_out_of_its_case_and_the_others_stay() {
        let (taken, kept) = link(3, 4).split(106, 106);
        assert_eq!(
            taken.iter().map(|l| (l.parent_first, l.parent_last, l.child_first, l.child_last)).collect::<Vec<_>>(),
            [(12, 12, 106, 106)]
        );
        let kept: Vec<_> = kept.iter().map(|l| (l.parent_first, l.parent_last, l.child_first, l.child_last, l.per)).collect();
        assert_eq!(kept, [(11, 11, 101, 104, 4), (12, 12, 105, 105, 1), (12, 12, 107, 108, 2), (13, 13, 109, 112, 4)]);
        assert_eq!(link(1_000_000, 10).split(5_000, 4_999_999).1.len(), 4, "a million cases stay a handful of rows");
        assert_eq!(link(3, 4).items_of(12, 20), Some((105, 112)));
        assert_eq!(link(3, 4).items_of(14, 20), None);
    }

    #[test]
    fn a_case_of_two_batches_is_named() {
        let run = |first, last, batch: &str| (first, last, batch.to_owned());
        let of = |runs: &[(i64, i64, String)]| mixed(link(3, 4).seen(runs).collect());
        assert_eq!(of(&[run(1, 104, "a"), run(105, 500, "b")]), None, "batches change between two cases");
        assert_eq!(of(&[run(1, 106, "a"), run(107, 500, "b")]), Some((12, "a".into(), "b".into())));
        assert_eq!(of(&[run(105, 105, "a"), run(108, 108, "b")]), Some((12, "a".into(), "b".into())));
        assert_eq!(of(&[run(105, 105, "a"), run(108, 112, "a")]), None);
    }

    #[test]
    fn scanned_items_become_runs() {
        assert_eq!(runs(vec![7, 3, 4, 5, 9]), Ok(vec![(3, 5), (7, 7), (9, 9)]));
        assert_eq!(runs(vec![7, 3, 7]), Err(7));
    }

    proptest! {
        #[test]
        fn splitting_loses_and_moves_nothing(cases in 1_i64..6, per in 1_i64..6, first in 95_i64..140, length in 0_i64..40) {
            let whole = link(cases, per);
            let (taken, kept) = whole.split(first, first + length);
            let mut together = places(&taken);
            for (item, case) in places(&kept) {
                prop_assert_eq!(together.insert(item, case), None, "an item lies in one place");
            }
            prop_assert_eq!(together, places(std::slice::from_ref(&whole)));
            prop_assert!(places(&taken).keys().all(|item| (first..=first + length).contains(item)));
            prop_assert!(places(&kept).keys().all(|item| !(first..=first + length).contains(item)));
            for link in taken.iter().chain(&kept) {
                prop_assert_eq!(link.items(), link.per * link.cases());
            }
        }
    }
}
