//! The rules as data: what each is about, when it runs, how grave it is, and the thresholds it begins with.
//!
//! Defaults are those of the first plan, to be calibrated with real scans; what is in force is the newest version a person put in force
//! after its back-test ([`super::test`]).

use crate::trace::words;
use std::collections::BTreeMap;

use crate::kernel::{Failure, Outcome};

words! {
    /// How grave; the order is that of gravity.
    Severity {
        /// To know.
        Info = "info",
        /// Amber, and a place in the queue.
        Amber = "amber",
        /// A place in the queue, due tomorrow.
        High = "high",
    }
}

words! {
    /// What an alert can be about.
    SubjectKind {
        /// One code, `order_no-seq`.
        Code = "code",
        /// `bat_…`
        Batch = "batch",
        /// `cod_…`
        Order = "order",
        /// `org_…`
        Producer = "producer",
        /// `sea_…`: what a party may sell of a product in a season.
        Account = "account",
        /// `pro_…`
        Product = "product",
        /// `sel_…`
        Seller = "seller",
        /// A visitor of one day, 16 hexadecimal digits.
        Visitor = "visitor",
        /// `plo_…`
        Plot = "plot",
        /// The first characters that made-up codes share.
        Series = "series",
        /// The platform itself.
        Site = "site",
    }
}

words! {
    /// When a rule runs.
    Cadence {
        /// As scans arrive, every minute.
        Scans = "scans",
        /// Once a night.
        Nightly = "nightly",
    }
}

words! {
    /// Which rule.
    RuleId {
        /// Visitors of one unit code.
        R1 = "R1",
        /// Many visitors of one code within an hour.
        R2 = "R2",
        /// Two cities too far apart for the time between.
        R3 = "R3",
        /// Many provinces.
        R4 = "R4",
        /// Scanned before it was activated.
        R5 = "R5",
        /// Scanned after it was withdrawn.
        R6 = "R6",
        /// Scanned after a recall, or long after its date.
        R7 = "R7",
        /// PIN tried again by others after its use.
        R8 = "R8",
        /// PIN guessed.
        R9 = "R9",
        /// Codes guessed.
        R10 = "R10",
        /// Made-up codes of one pattern.
        R11 = "R11",
        /// One visitor, very many codes.
        R12 = "R12",
        /// Many conspicuous codes in one batch.
        R13 = "R13",
        /// Scanned where it was never shipped.
        R14 = "R14",
        /// Activated against allowed.
        R15 = "R15",
        /// Yield of a plot.
        R16 = "R16",
        /// Out of season.
        R17 = "R17",
        /// Labels that lie idle.
        R18 = "R18",
        /// Codes fetched too often.
        R19 = "R19",
        /// Many voided labels.
        R20 = "R20",
        /// Reports of consumers.
        R21 = "R21",
        /// A false site was reported.
        R22 = "R22",
        /// More for sale online than the season yields.
        R23 = "R23",
        /// Sold and never scanned.
        R24 = "R24",
        /// Nothing recorded in season.
        R25 = "R25",
    }
}

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Which.
    pub id: RuleId,
    /// Readable name; its words are `work.alerts.rule.<name>`.
    pub name: &'static str,
    /// What it is about.
    pub kind: SubjectKind,
    /// When it runs.
    pub cadence: Cadence,
    /// The gravest it raises.
    pub severity: Severity,
    /// May what it sees show on the consumer's page, as the existing `many_checks` or `many_places`?
    pub on_page: bool,
    /// Its thresholds to begin with; percentages are whole, days and hours too.
    pub defaults: &'static [(&'static str, i64)],
}

const fn scans(id: RuleId, name: &'static str, kind: SubjectKind, severity: Severity, defaults: &'static [(&'static str, i64)]) -> Rule {
    Rule { id, name, kind, cadence: Cadence::Scans, severity, on_page: false, defaults }
}
const fn nightly(id: RuleId, name: &'static str, kind: SubjectKind, severity: Severity, defaults: &'static [(&'static str, i64)]) -> Rule {
    Rule { id, name, kind, cadence: Cadence::Nightly, severity, on_page: false, defaults }
}
const fn paged(rule: Rule) -> Rule {
    Rule { on_page: true, ..rule }
}

use Severity::{Amber, High, Info};
use SubjectKind as K;

/// Every rule, in order.
pub const RULES: [Rule; 25] = [
    paged(scans(
        RuleId::R1,
        "visitors",
        K::Code,
        Amber,
        // The last three are those of the consumer's page, which says at once that many have looked; work for people takes longer.
        &[
            ("month_visitors", 5),
            ("many_visitors", 12),
            ("lasting_days", 7),
            ("many_days", 9),
            ("week_visitors", 10),
            ("total", 20),
            ("total_week", 8),
        ],
    )),
    paged(scans(RuleId::R2, "burst", K::Code, Amber, &[("visitors", 8), ("burst_days", 2)])),
    paged(scans(RuleId::R3, "travel", K::Code, Amber, &[("km", 500), ("hours", 3), ("travel_days", 4)])),
    paged(scans(
        RuleId::R4,
        "provinces",
        K::Code,
        High,
        &[("day_provinces", 3), ("week_provinces", 5), ("lasting_days", 7), ("batch_codes", 3)],
    )),
    scans(RuleId::R5, "before_activation", K::Code, High, &[("visitors", 3), ("forgotten_days", 7)]),
    scans(RuleId::R6, "after_void", K::Code, High, &[("visitors", 2), ("labels", 2)]),
    scans(RuleId::R7, "after_recall", K::Code, High, &[("expired_days", 30), ("expired_visitors", 3)]),
    scans(RuleId::R8, "pin_again", K::Code, Amber, &[("visitors", 2)]),
    scans(RuleId::R9, "pin_guessing", K::Code, Amber, &[("wrong", 5)]),
    scans(RuleId::R10, "enumeration", K::Visitor, High, &[("visitor_misses", 10), ("hour_misses", 200)]),
    scans(RuleId::R11, "forged_series", K::Series, High, &[("codes", 3), ("visitors", 3)]),
    scans(RuleId::R12, "harvesting", K::Visitor, Amber, &[("codes", 30), ("receipt_days", 45)]),
    nightly(RuleId::R13, "contamination", K::Batch, High, &[("percent", 2), ("codes", 50)]),
    nightly(RuleId::R14, "off_market", K::Batch, Amber, &[("percent", 30), ("codes", 20), ("work_percent", 60), ("work_codes", 20)]),
    nightly(RuleId::R15, "balance", K::Account, High, &[("notice", 80), ("excess", 105)]),
    nightly(RuleId::R16, "yield", K::Plot, Amber, &[("percent", 115), ("village_percent", 122), ("village_plots", 8)]),
    nightly(RuleId::R17, "calendar", K::Batch, High, &[("days", 10)]),
    nightly(RuleId::R18, "idle_labels", K::Order, Amber, &[("idle_days", 15), ("hold_days", 90), ("hold_percent", 20)]),
    nightly(RuleId::R19, "downloads", K::Order, High, &[("refused", 1)]),
    nightly(RuleId::R20, "void_ratio", K::Order, Amber, &[("percent", 4), ("active_percent", 1)]),
    nightly(RuleId::R21, "reports", K::Batch, High, &[("health", 1), ("batch_week", 2), ("firm_month", 5)]),
    nightly(RuleId::R22, "false_site", K::Site, High, &[("reports", 2)]),
    nightly(RuleId::R23, "listing_volume", K::Seller, Amber, &[("listings", 1)]),
    nightly(RuleId::R24, "never_scanned", K::Batch, Info, &[("days", 180), ("codes", 1000)]),
    nightly(RuleId::R25, "silence", K::Account, Info, &[("days", 30)]),
];

impl RuleId {
    /// The rule itself.
    pub fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }
}

/// Thresholds as they are in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// By name.
    pub values: BTreeMap<String, i64>,
    /// Does the rule run?
    pub is_on: bool,
}

impl Limits {
    /// Those a rule begins with.
    pub fn defaults(rule: &Rule) -> Self {
        Self { values: rule.defaults.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(), is_on: true }
    }
    /// Those stored, the rule's own for what is missing.
    ///
    /// # Errors
    /// Only if what is stored can't be read.
    pub fn stored(rule: &Rule, thresholds: &str, is_on: bool) -> Outcome<Self> {
        let stored: BTreeMap<String, i64> = serde_json::from_str(thresholds).map_err(Failure::broken)?;
        let mut limits = Self { is_on, ..Self::defaults(rule) };
        limits.values.extend(stored.into_iter().filter(|(name, _)| rule.defaults.iter().any(|(known, _)| known == name)));
        Ok(limits)
    }
    /// One of them; what a rule does not have is never reached.
    pub fn get(&self, name: &str) -> i64 {
        self.values.get(name).copied().unwrap_or(i64::MAX)
    }
    /// The same with one changed.
    #[must_use]
    pub fn with(mut self, name: &str, value: i64) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_in_order_and_only_four_reach_the_consumer() {
        assert!(RULES.iter().zip(RuleId::ALL).all(|(rule, id)| rule.id == *id && id.rule().name == rule.name));
        let shown: Vec<_> = RULES.iter().filter(|rule| rule.on_page).map(|rule| rule.id.word()).collect();
        assert_eq!(shown, ["R1", "R2", "R3", "R4"]);
        assert!(RULES.iter().all(|rule| !rule.defaults.is_empty()), "every rule can be tuned");
        assert!(Info < Amber && Amber < High);
    }

    #[test]
    fn stored_thresholds_fill_up_with_the_rules_own() {
        let rule = RuleId::R1.rule();
        let limits = Limits::stored(rule, r#"{"week_visitors":12,"nonsense":1}"#, true).unwrap();
        assert_eq!((limits.get("week_visitors"), limits.get("month_visitors"), limits.get("nonsense")), (12, 5, i64::MAX));
        assert!(Limits::stored(rule, "[]", true).is_err());
    }
}
