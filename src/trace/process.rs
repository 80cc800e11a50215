//! 分级、重新包装、加工、合并: goods of some batches become other batches. Pure part: what adds up, which days fit, who came from whom.
//!
//! ```text
//! inputs = outputs + loss + downgraded + processed + difference       difference: missing, and nobody said why; never below zero
//! ```
//! Only loose goods (neither coded nor gone) of released batches of one producer, product and season go in. Outputs are batches released
//! at birth. Each takes a share of every input, exact to the gram, and has every input's ancestors for its own.

use std::collections::BTreeMap;

use super::word::words;
use crate::kernel::Day;
use crate::kernel::failure::Faults;

words! {
    /// What was done.
    ProcessKind {
        /// Sorted by size or quality.
        Grading = "grading",
        /// Packed anew.
        Repacking = "repacking",
        /// Made into something that keeps differently: washed, cut, dried.
        Processing = "processing",
        /// Put together; recalled together from here on.
        Merging = "merging",
    }
}

/// The two sides of a process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// What went in.
    pub inputs: i64,
    /// What came out as batches.
    pub outputs: i64,
    /// Lost, with a reason anybody knows: stalks, water, rot.
    pub loss: i64,
    /// Graded out.
    pub downgraded: i64,
    /// Became something that is not this product any more.
    pub processed: i64,
}

impl Balance {
    /// Everything that came out, however.
    pub fn out(self) -> i64 {
        self.outputs + self.loss + self.downgraded + self.processed
    }
    /// What is missing and nobody explained; below zero if more came out than went in.
    pub fn difference(self) -> i64 {
        self.inputs - self.out()
    }
    /// What left the product's account: lost in either way, graded out or processed.
    pub fn left(self) -> i64 {
        self.inputs - self.outputs
    }
}

/// Notes what does not add up. `show` says an amount for people.
pub fn judge(faults: &mut Faults, kind: ProcessKind, sides: (usize, usize), balance: Balance, reason: bool, show: impl Fn(i64) -> String) {
    let (inputs, outputs) = sides;
    if kind == ProcessKind::Merging {
        if inputs < 2 {
            faults.add("/inputs", "merge_needs_two").with("figure", inputs);
        }
        if outputs != 1 {
            faults.add("/outputs", "merge_makes_one").with("figure", outputs);
        }
        if balance.downgraded + balance.processed > 0 {
            faults.add("/downgraded_g", "merge_only_loses").with("figure", show(balance.downgraded + balance.processed));
        }
    }
    let difference = balance.difference();
    if difference < 0 {
        faults
            .add("/outputs", "process_more_out_than_in")
            .with("figure", show(balance.out()))
            .with("right", show(balance.inputs))
            .with("more", show(-difference));
    } else if difference > 0 && kind == ProcessKind::Merging {
        let (figure, right) = (show(balance.out()), show(balance.inputs));
        faults.add("/outputs", "merge_adds_up").with("figure", figure).with("right", right).with("missing", show(difference));
    } else if difference > 0 && outputs == 0 {
        faults.add("/outputs", "outputs_missing").with("figure", show(difference)).with("right", show(balance.inputs));
    } else if difference > 0 && !reason {
        let right = show(balance.inputs);
        faults.add("/reason", "difference_reason_missing").with("figure", show(difference)).with("right", right);
    }
}

/// The days of an input.
#[derive(Debug, Clone)]
pub struct InputDays {
    /// Its lot, for the words.
    pub lot: String,
    /// Last day of harvest.
    pub harvested_to: Day,
    /// From this day on its goods might be moved: released, or born of an earlier process.
    pub open_on: Day,
    /// Best before.
    pub best_before: Option<Day>,
}

/// The days of an output.
#[derive(Debug, Clone, Default)]
pub struct OutputDays {
    /// Produced on, if it was said.
    pub produced_on: Option<Day>,
    /// Packed on, if it was said.
    pub packed_on: Option<Day>,
    /// Best before, if it was said.
    pub best_before: Option<Day>,
}

/// Notes which days can't be. `pointer` says where the days of the n-th output stand.
pub fn judge_days(
    faults: &mut Faults,
    kind: ProcessKind,
    (happened_on, today): (Day, Day),
    inputs: &[InputDays],
    outputs: &[OutputDays],
    pointer: impl Fn(usize) -> String,
) {
    if let Some(last) = inputs.iter().max_by_key(|i| i.open_on.max(i.harvested_to)) {
        let open = last.open_on.max(last.harvested_to);
        if happened_on < open {
            faults.add("/happened_on", "process_too_early").with("figure", happened_on).with("right", open).with("lot", &last.lot);
        }
    }
    let harvested = inputs.iter().map(|i| i.harvested_to).max();
    for (no, days) in outputs.iter().enumerate() {
        let at = |field: &str| format!("{}/{field}", pointer(no));
        for (field, day) in [("produced_on", days.produced_on), ("packed_on", days.packed_on)] {
            match (day, harvested) {
                (Some(day), _) if day > today => drop(faults.add(at(field), "in_the_future").with("figure", day).with("right", today)),
                (Some(day), Some(least)) if day < least => {
                    faults.add(at(field), "dates_out_of_order").with("figure", day).with("right", least);
                }
                _ => {}
            }
        }
        if let (Some(produced), Some(packed)) = (days.produced_on, days.packed_on)
            && packed < produced
        {
            faults.add(at("packed_on"), "dates_out_of_order").with("figure", packed).with("right", produced);
        }
        let Some(best_before) = days.best_before else { continue };
        let made = days.packed_on.or(days.produced_on).or(harvested);
        if let Some(made) = made.filter(|made| best_before <= *made) {
            faults.add(at("best_before"), "dates_out_of_order").with("figure", best_before).with("right", made.plus(1));
        }
        let earliest = inputs.iter().filter_map(|i| i.best_before.map(|day| (day, &i.lot))).min();
        if let Some((earliest, lot)) = earliest.filter(|(day, _)| *day < best_before && kind != ProcessKind::Processing) {
            faults.add(at("best_before"), "best_before_extended").with("figure", best_before).with("right", earliest).with("lot", lot);
        }
    }
}

/// What each output takes of each input, in proportion: every row adds up to its output, and no input gives more than it has. With more
/// out than in the rows fall short.
pub fn apportion(inputs: &[i64], outputs: &[i64]) -> Vec<Vec<i64>> {
    let mut left: Vec<i64> = inputs.to_vec();
    let row = |amount: &i64| {
        let total: i128 = left.iter().map(|l| i128::from(*l)).sum();
        let amount = i128::from(*amount).min(total);
        let part = |l: &i64| if total == 0 { (0, 0) } else { (amount * i128::from(*l) / total, amount * i128::from(*l) % total) };
        let parts: Vec<(i128, i128)> = left.iter().map(part).collect();
        let mut taken: Vec<i64> = parts.iter().map(|(whole, _)| i64::try_from(*whole).unwrap_or(i64::MAX)).collect();
        // What rounding leaves goes to the largest rests; whose rest is not nothing has more left than its part.
        let mut rest = amount - parts.iter().map(|(whole, _)| whole).sum::<i128>();
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|no| std::cmp::Reverse(parts.get(*no).map_or(0, |p| p.1)));
        for no in order {
            if rest == 0 {
                break;
            }
            if let Some(slot) = taken.get_mut(no) {
                *slot += 1;
                rest -= 1;
            }
        }
        left.iter_mut().zip(&taken).for_each(|(l, t)| *l -= t);
        taken
    };
    outputs.iter().map(row).collect()
}

/// The ancestors of what is made of `inputs`, each with the shortest way to it, given the ancestors of each input.
pub fn line(inputs: &[(String, Vec<(String, i64)>)]) -> BTreeMap<String, i64> {
    let mut line = BTreeMap::new();
    let ways = inputs.iter().flat_map(|(id, above)| {
        std::iter::once((id.clone(), 1)).chain(above.iter().map(|(ancestor, depth)| (ancestor.clone(), depth + 1)))
    });
    for (ancestor, depth) in ways {
        let known = line.entry(ancestor).or_insert(depth);
        *known = depth.min(*known);
    }
    line
}

/// Names joined by `、` of which each is said once.
pub fn union(lists: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut names: Vec<String> = Vec::new();
    for list in lists {
        for name in list.as_ref().split('、').filter(|name| !name.is_empty()) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names.join("、")
}

#[cfg(test)]
#[path = "process_tests.rs"]
mod tests;
