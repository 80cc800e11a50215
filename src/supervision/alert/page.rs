//! The counting rules of the consumer's page (`many_checks`, `many_places`) follow the thresholds put in force for R1, R2 and R4. A node reads
//! them when it starts; what comes into force by its day needs no start.

use super::{Limits, RuleId};
use crate::db::Db;
use crate::kernel::{Day, Outcome};
use crate::supervision::store::alert as store;
use crate::supervision::store::alert_facts::unknown;
use crate::trace::verdict::Thresholds;

/// Every state the page's thresholds go through, each from its day on; empty if none was ever changed.
///
/// # Errors
/// Only ours.
pub async fn thresholds(db: &Db) -> Outcome<Vec<Thresholds>> {
    let mut changes = Vec::new();
    let mut rows = store::versions(db.reader()).await?;
    rows.retain(|row| row.state == "in_force");
    rows.sort_by(|one, other| (&one.from_day, one.decided_at).cmp(&(&other.from_day, other.decided_at)));
    for row in rows {
        let rule = RuleId::parse(&row.rule).ok_or_else(|| unknown(&row.rule))?;
        if let Some(from) = row.from_day.as_deref().and_then(Day::parse) {
            changes.push((from, rule, Limits::stored(rule.rule(), &row.thresholds, row.is_on)?));
        }
    }
    Ok(stack(&changes))
}

/// Puts changes, in the order of their days, on top of each other.
fn stack(changes: &[(Day, RuleId, Limits)]) -> Vec<Thresholds> {
    let mut states: Vec<Thresholds> = Vec::new();
    for (from, rule, limits) in changes {
        // A rule that is suspended never counts enough.
        let figure = |name: &str| if limits.is_on { usize::try_from(limits.get(name)).unwrap_or(usize::MAX) } else { usize::MAX };
        let mut next = Thresholds { in_force_from: *from, ..states.last().cloned().unwrap_or_default() };
        match rule {
            RuleId::R1 => {
                (next.week_visitors, next.total_needs_week_visitors) = (figure("week_visitors"), figure("total_week"));
                next.total_sessions = u32::try_from(figure("total")).unwrap_or(u32::MAX);
            }
            RuleId::R2 => next.hour_visitors = figure("visitors"),
            RuleId::R4 => (next.day_provinces, next.week_provinces) = (figure("day_provinces"), figure("week_provinces")),
            _ => continue,
        }
        match states.last_mut().filter(|last| last.in_force_from == *from) {
            Some(last) => *last = next,
            None => states.push(next),
        }
    }
    states
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_begins_with_the_rules_own_figures_and_follows_them() {
        let (of, day) = (|rule: RuleId| Limits::defaults(rule.rule()), |text: &str| Day::parse(text).unwrap());
        let first = day("2026-10-01");
        let same = stack(&[(first, RuleId::R1, of(RuleId::R1)), (first, RuleId::R2, of(RuleId::R2)), (first, RuleId::R4, of(RuleId::R4))]);
        assert_eq!(same, [Thresholds { in_force_from: first, ..Thresholds::default() }], "both begin alike");
        let suspended = Limits { is_on: false, ..of(RuleId::R4) };
        let changes = [
            (first, RuleId::R2, of(RuleId::R2).with("visitors", 6)),
            (day("2026-11-01"), RuleId::R4, suspended),
            (first, RuleId::R13, of(RuleId::R13)),
        ];
        let states = stack(&changes);
        assert_eq!(Thresholds::on(&states, day("2026-09-30")).hour_visitors, 8);
        assert_eq!((Thresholds::on(&states, first).hour_visitors, Thresholds::on(&states, first).day_provinces), (6, 3));
        assert_eq!(
            (Thresholds::on(&states, day("2026-12-01")).hour_visitors, Thresholds::on(&states, day("2026-12-01")).day_provinces),
            (6, usize::MAX)
        );
    }
}
