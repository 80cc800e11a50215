//! Rules of the night: from a few sums about a subject to whether the rule holds. Pure; amounts are in the product's base unit and never
//! become fractions: a percentage is compared by multiplying.

use std::collections::BTreeMap;

use super::{Figures, Limits, RuleId, Severity, figures};

/// Sums about a subject by name, as the query of the rule has them.
pub type Sums = BTreeMap<&'static str, i64>;

/// Does this rule hold? Sums a rule doesn't find are nothing.
pub fn judge(rule: RuleId, limits: &Limits, sums: &Sums) -> Option<(Severity, Figures)> {
    if !limits.is_on {
        return None;
    }
    let sum = |name: &str| sums.get(name).copied().unwrap_or(0);
    let limit = |name: &str| limits.get(name);
    // Is `part` more than `percent` of `whole`?
    let above = |part: i64, whole: i64, percent: i64| i128::from(part) * 100 > i128::from(whole) * i128::from(percent);
    let reached = |part: i64, whole: i64, percent: i64| i128::from(part) * 100 >= i128::from(whole) * i128::from(percent);
    let severity = match rule {
        RuleId::R13 => {
            let holds = sum("scanned") >= limit("codes") && above(sum("amber"), sum("scanned"), limit("percent"));
            holds.then_some(Severity::High)
        }
        RuleId::R14 => {
            let (codes, outside) = (sum("codes"), sum("outside"));
            let work = codes >= limit("work_codes") && reached(outside, codes, limit("work_percent"));
            match () {
                () if work => Some(Severity::Amber),
                // Nothing says that it ever left: people of the place take it home.
                () if sum("markets") == 0 => None,
                () => (above(outside, codes, limit("percent")) && codes >= limit("codes")).then_some(Severity::Info),
            }
        }
        RuleId::R15 => {
            // What is delivered beyond the account waits for a person by itself; it is used once that person says so.
            let (used, allowed) = (sum("used"), sum("allowed"));
            let granted = used - sum("pending");
            match () {
                () if used <= 0 => None,
                () if above(granted, allowed, limit("excess")) => Some(Severity::High),
                () if above(granted, allowed, 100) => Some(Severity::Amber),
                () if reached(used, allowed, limit("notice")) => Some(Severity::Info),
                () => None,
            }
        }
        RuleId::R16 => {
            let past = sum("most") > 0 && above(sum("yield"), sum("most"), limit("percent"));
            // The same weather over the same village: who declares land that is not there fills it to the brim while the neighbours do not.
            let village = sum("village_plots") >= limit("village_plots") && above(sum("yield"), sum("village"), limit("village_percent"));
            (past || village).then_some(Severity::Amber)
        }
        RuleId::R17 => (sum("outside_days") > limit("days") || sum("early_days") > 0).then_some(Severity::High),
        RuleId::R18 => {
            let idle = sum("idle_days") > limit("idle_days") && sum("idle") > 0;
            let held = idle && (sum("idle_days") > limit("hold_days") || above(sum("held"), sum("season"), limit("hold_percent")));
            match (idle, held) {
                (_, true) => Some(Severity::Amber),
                (true, _) => Some(Severity::Info),
                _ => None,
            }
        }
        RuleId::R19 => (sum("refused") >= limit("refused")).then_some(Severity::High),
        RuleId::R20 => {
            let beyond = beyond_spare(sums);
            let voided = above(beyond, sum("count"), limit("percent"));
            let active = above(sum("voided_active").min(beyond), sum("active"), limit("active_percent"));
            // A label or two of a short roll are no ratio.
            (beyond > 2 && (voided || active)).then_some(Severity::Amber)
        }
        RuleId::R21 if sum("health") >= limit("health") || sum("week") >= limit("batch_week") => Some(Severity::High),
        RuleId::R21 => (sum("month") >= limit("firm_month")).then_some(Severity::Amber),
        RuleId::R22 => (sum("reports") >= limit("reports")).then_some(Severity::High),
        RuleId::R23 => (sum("listings") >= limit("listings")).then_some(Severity::Amber),
        RuleId::R24 => (sum("days") > limit("days") && sum("codes") >= limit("codes") && sum("sessions") == 0).then_some(Severity::Info),
        RuleId::R25 => (sum("remaining") > 0 && sum("days") > limit("days")).then_some(Severity::Info),
        _ => None,
    };
    let shown: Figures = sums.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
    severity.map(|severity| (severity, shown)).map(|(severity, mut shown)| {
        shown.extend(figures([("percent", percent(rule, sums))]));
        if rule == RuleId::R20 {
            shown.extend(figures([("beyond", beyond_spare(sums).to_string())]));
        }
        (severity, shown)
    })
}

/// Voided labels of an order that its spare ones don't explain: spare labels are there to be spoilt, not to be lost or stolen.
fn beyond_spare(sums: &Sums) -> i64 {
    let sum = |name: &str| sums.get(name).copied().unwrap_or(0);
    let missing = sum("missing").min(sum("voided"));
    missing + (sum("voided") - missing - sum("spare")).max(0)
}

/// The ratio a rule is about, in whole per cent, for people; empty where it has none.
fn percent(rule: RuleId, sums: &Sums) -> String {
    let of = |name: &str| sums.get(name).copied().unwrap_or(0);
    let (part, whole) = match rule {
        RuleId::R13 => (of("amber"), of("scanned")),
        RuleId::R14 => (of("outside"), of("codes")),
        RuleId::R15 => (of("used"), of("allowed")),
        RuleId::R16 => (of("yield"), of("most")),
        RuleId::R18 => (of("held"), of("season")),
        RuleId::R20 => (beyond_spare(sums), of("count")),
        _ => return String::new(),
    };
    if whole <= 0 { String::new() } else { (i128::from(part) * 100 / i128::from(whole)).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(rule: RuleId, sums: &[(&'static str, i64)]) -> Option<Severity> {
        judge(rule, &Limits::defaults(rule.rule()), &sums.iter().copied().collect()).map(|(severity, _)| severity)
    }

    #[test]
    fn each_rule_holds_at_its_threshold_and_not_one_below() {
        use RuleId::{R13, R14, R15, R16, R17, R18, R19, R20, R21, R22, R23, R24, R25};
        use Severity::{Amber, High, Info};
        for (rule, sums, expected) in [
            (R13, vec![("scanned", 50), ("amber", 1)], None),
            (R13, vec![("scanned", 49), ("amber", 40)], None),
            (R13, vec![("scanned", 50), ("amber", 2)], Some(High)),
            (R14, vec![("markets", 1), ("codes", 20), ("outside", 6)], None),
            (R14, vec![("markets", 1), ("codes", 20), ("outside", 7)], Some(Info)),
            (R14, vec![("markets", 1), ("codes", 19), ("outside", 19)], None),
            (R14, vec![("markets", 1), ("codes", 20), ("outside", 11)], Some(Info)),
            (R14, vec![("markets", 1), ("codes", 20), ("outside", 12)], Some(Amber)),
            (R14, vec![("markets", 3), ("codes", 400), ("outside", 60)], None),
            (R14, vec![("markets", 0), ("codes", 19), ("outside", 19)], None),
            (R14, vec![("markets", 0), ("codes", 100), ("outside", 59)], None),
            (R14, vec![("markets", 0), ("codes", 100), ("outside", 60)], Some(Amber)),
            (R15, vec![("allowed", 1000), ("used", 799)], None),
            (R15, vec![("allowed", 1000), ("used", 800)], Some(Info)),
            (R15, vec![("allowed", 1000), ("used", 1000)], Some(Info)),
            (R15, vec![("allowed", 1000), ("used", 1001)], Some(Amber)),
            (R15, vec![("allowed", 1000), ("used", 1050)], Some(Amber)),
            (R15, vec![("allowed", 1000), ("used", 1051)], Some(High)),
            (R15, vec![("allowed", 1000), ("used", 1400), ("pending", 400)], Some(Info)),
            (R15, vec![("allowed", 1000), ("used", 1400), ("pending", 399)], Some(Amber)),
            (R15, vec![("allowed", 0), ("used", 0)], None),
            (R15, vec![("allowed", 0), ("used", 1)], Some(High)),
            (R16, vec![("most", 1000), ("yield", 1150)], None),
            (R16, vec![("most", 1000), ("yield", 1151)], Some(Amber)),
            (R16, vec![("most", 0), ("yield", 1151)], None),
            (R16, vec![("most", 1000), ("yield", 900), ("village", 700), ("village_plots", 7)], None),
            (R16, vec![("most", 1000), ("yield", 854), ("village", 700), ("village_plots", 8)], None),
            (R16, vec![("most", 1000), ("yield", 855), ("village", 700), ("village_plots", 8)], Some(Amber)),
            (R17, vec![("outside_days", 10), ("early_days", 0)], None),
            (R17, vec![("outside_days", 11)], Some(High)),
            (R17, vec![("early_days", 1)], Some(High)),
            (R18, vec![("idle_days", 15), ("idle", 100), ("held", 100), ("season", 1000)], None),
            (R18, vec![("idle_days", 16), ("idle", 100), ("held", 100), ("season", 1000)], Some(Info)),
            (R18, vec![("idle_days", 16), ("idle", 100), ("held", 201), ("season", 1000)], Some(Amber)),
            (R18, vec![("idle_days", 91), ("idle", 1), ("held", 1), ("season", 1000)], Some(Amber)),
            (R18, vec![("idle_days", 91), ("idle", 0)], None),
            (R19, vec![("refused", 0)], None),
            (R19, vec![("refused", 1)], Some(High)),
            (R20, vec![("count", 100), ("voided", 4)], None),
            (R20, vec![("count", 100), ("voided", 5)], Some(Amber)),
            (R20, vec![("count", 1000), ("voided", 3), ("active", 200), ("voided_active", 2)], None),
            (R20, vec![("count", 1000), ("voided", 3), ("active", 200), ("voided_active", 3)], Some(Amber)),
            (R20, vec![("count", 20), ("voided", 2)], None),
            (R20, vec![("count", 105), ("spare", 5), ("voided", 5)], None),
            (R20, vec![("count", 100), ("spare", 5), ("voided", 9)], None),
            (R20, vec![("count", 100), ("spare", 5), ("voided", 10)], Some(Amber)),
            (R20, vec![("count", 100), ("spare", 5), ("voided", 4), ("missing", 4)], None),
            (R20, vec![("count", 100), ("spare", 5), ("voided", 5), ("missing", 5)], Some(Amber)),
            (R20, vec![("count", 100), ("spare", 5), ("voided", 10), ("missing", 3)], Some(Amber)),
            (R20, vec![("count", 1000), ("spare", 50), ("voided", 50), ("active", 900), ("voided_active", 50)], None),
            (R20, vec![("count", 1000), ("spare", 50), ("voided", 59), ("active", 900), ("voided_active", 59)], None),
            (R20, vec![("count", 1000), ("spare", 50), ("voided", 60), ("active", 900), ("voided_active", 60)], Some(Amber)),
            (R21, vec![("week", 1)], None),
            (R21, vec![("week", 2)], Some(High)),
            (R21, vec![("health", 1)], Some(High)),
            (R21, vec![("month", 4)], None),
            (R21, vec![("month", 5)], Some(Amber)),
            (R22, vec![("reports", 1)], None),
            (R22, vec![("reports", 2)], Some(High)),
            (R23, vec![("listings", 0)], None),
            (R23, vec![("listings", 1)], Some(Amber)),
            (R24, vec![("days", 180), ("codes", 1000)], None),
            (R24, vec![("days", 181), ("codes", 999)], None),
            (R24, vec![("days", 181), ("codes", 1000)], Some(Info)),
            (R24, vec![("days", 181), ("codes", 1000), ("sessions", 1)], None),
            (R25, vec![("days", 30), ("remaining", 1)], None),
            (R25, vec![("days", 31), ("remaining", 1)], Some(Info)),
            (R25, vec![("days", 31), ("remaining", 0)], None),
        ] {
            assert_eq!(at(rule, &sums), expected, "{} {sums:?}", rule.word());
        }
    }

    #[test]
    fn a_rule_that_is_off_finds_nothing_and_a_ratio_is_told() {
        let mut limits = Limits::defaults(RuleId::R13.rule());
        let sums: Sums = [("scanned", 200), ("amber", 9)].into();
        assert_eq!(judge(RuleId::R13, &limits, &sums).unwrap().1["percent"], "4");
        let spoilt: Sums = [("count", 200), ("spare", 5), ("voided", 15)].into();
        let told = judge(RuleId::R20, &Limits::defaults(RuleId::R20.rule()), &spoilt).unwrap().1;
        assert_eq!((told["beyond"].as_str(), told["percent"].as_str()), ("10", "5"));
        limits.is_on = false;
        assert_eq!(judge(RuleId::R13, &limits, &sums), None);
    }
}
