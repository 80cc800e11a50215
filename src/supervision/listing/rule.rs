//! Which rules are on, with which threshold, on which day. A rule without a record is on with its default; a record counts from its day on.

use super::finding::Rule;
use crate::kernel::Day;

/// How one rule is set from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleSetting {
    /// Is it asked at all?
    pub enabled: bool,
    /// Its figure; what it means is said at [`Rule`]. Nothing to most.
    pub threshold: i64,
}

/// A setting with the day it counts from; of one day the later record wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedRule {
    /// Which rule.
    pub rule: Rule,
    /// First day.
    pub from: Day,
    /// How it is set.
    pub setting: RuleSetting,
}

/// The figure of a rule nobody has set, and the least and most it may be set to.
pub fn threshold(rule: Rule) -> (i64, i64, i64) {
    match rule {
        Rule::SoldBeyondReceived | Rule::SoldBeyondOutput | Rule::SoldBeyondAuthorised => (5, 0, 100),
        Rule::PriceOutsidePeers => (5, 3, 1000),
        Rule::AuthorisationEnded => (365, 1, 3650),
        _ => (0, 0, 0),
    }
}

/// All rules as they are set on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleBook(Vec<(Rule, RuleSetting)>);

impl RuleBook {
    /// The rules of `day`, from records in the order they were made.
    pub fn on(day: Day, records: &[DatedRule]) -> Self {
        let of = |rule: Rule| {
            let mut found: Option<&DatedRule> = None;
            for record in records.iter().filter(|record| record.rule == rule && record.from <= day) {
                if found.is_none_or(|before| before.from <= record.from) {
                    found = Some(record);
                }
            }
            (rule, found.map_or(RuleSetting { enabled: true, threshold: threshold(rule).0 }, |record| record.setting))
        };
        Self(Rule::ALL.into_iter().map(of).collect())
    }
    /// How a rule is set.
    pub fn of(&self, rule: Rule) -> RuleSetting {
        let found = self.0.iter().find(|(own, _)| *own == rule).map(|(_, setting)| *setting);
        found.unwrap_or(RuleSetting { enabled: true, threshold: threshold(rule).0 })
    }
    /// Is it asked?
    pub fn asks(&self, rule: Rule) -> bool {
        self.of(rule).enabled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_day_in_force_counts_and_of_one_day_the_latest_record() {
        let day = |text: &str| Day::parse(text).unwrap();
        let record = |from: &str, enabled, threshold| DatedRule {
            rule: Rule::PriceOutsidePeers,
            from: day(from),
            setting: RuleSetting { enabled, threshold },
        };
        let records = [record("2026-10-01", false, 5), record("2026-12-01", true, 9), record("2026-10-01", true, 7)];
        let on = |text: &str| RuleBook::on(day(text), &records).of(Rule::PriceOutsidePeers);
        assert_eq!(on("2026-09-30"), RuleSetting { enabled: true, threshold: 5 }, "nobody had set it");
        assert_eq!(on("2026-10-01"), RuleSetting { enabled: true, threshold: 7 }, "the later record of that day");
        assert_eq!(on("2026-12-01"), RuleSetting { enabled: true, threshold: 9 });
        assert!(RuleBook::on(day("2026-12-01"), &records).asks(Rule::SourceUnknown));
    }
}
