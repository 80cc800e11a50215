//! Every check of a batch, each with its own code, the figure that broke and what would be right.
//!
//! A check passes, holds the batch for a person's reason, refuses it, warns, or is silent: what it would need is not on record. All are
//! made, and all that broke are said at once. What is only too much may be recorded as pending (`accept_excess`) and then holds.
//! The functions are pure: who asks the database fills [`facts::Facts`] first.

mod dates;
pub mod facts;
mod farm;
mod origin;
mod paper;
mod place;
mod report;

pub(crate) use dates::late_by;
use facts::Facts;
pub use paper::relied_on;

use super::word::words;
use crate::kernel::{Failure, FailureKind, FieldProblem};

words! {
    /// How a check came out.
    CheckOutcome {
        /// As it should be.
        Passed = "passed",
        /// Not refused, but a person must release it with a reason.
        Held = "held",
        /// Noted for people to see (提醒); blocks nothing.
        Warned = "warned",
        /// Can't be.
        Refused = "refused",
        /// Not asked, or not decidable from what is on record; noted, and blocks nothing.
        Silent = "silent",
    }
}

macro_rules! checks {
    ($($(#[$doc:meta])* $check:ident = $word:literal $refusal:literal $kind:ident,)*) => {
        /// A check, named after what is right.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check { $($(#[$doc])* $check,)* }
        impl Check {
            /// Every check, in the order in which what broke is said.
            pub const ALL: &'static [Self] = &[$(Self::$check),*];
            /// The code stored; its words are `check.<code>`.
            pub fn word(self) -> &'static str {
                match self { $(Self::$check => $word,)* }
            }
            /// The code said when it broke; its words are `refusal.<code>`.
            pub fn refusal(self) -> &'static str {
                match self { $(Self::$check => $refusal,)* }
            }
            /// The kind of failure a refusal is.
            pub fn kind(self) -> FailureKind {
                match self { $(Self::$check => FailureKind::$kind,)* }
            }
            /// Reads the stored code.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|c| c.word() == word)
            }
        }
    };
}

checks! {
    /// The lot is used once a season.
    Lot = "lot" "duplicate_lot" Conflict,
    /// Harvest begins before it ends.
    HarvestOrder = "harvest_order" "harvest_reversed" Invalid,
    /// Nothing lies in the future.
    Today = "today" "in_the_future" Invalid,
    /// Production and packing come after the harvest, and last after that.
    DateOrder = "date_order" "dates_out_of_order" Invalid,
    /// Harvest lies in the product's season.
    Season = "season" "outside_season" Conflict,
    /// Written down in time.
    Entry = "entry" "late_entry" Conflict,
    /// The sources add up to the batch.
    Sources = "sources" "sources_differ" Invalid,
    /// A delivery is the producer's own, of this product and season.
    Delivery = "delivery" "delivery_not_yours" Invalid,
    /// A delivery covers what is taken from it.
    DeliveryCover = "delivery_cover" "delivery_overdrawn" Conflict,
    /// A plot is the producer's own.
    PlotHolder = "plot_holder" "plot_not_yours" Invalid,
    /// A plot bears this product.
    PlotProduct = "plot_product" "plot_other_product" Invalid,
    /// A plot is valid on every day of harvest.
    PlotValid = "plot_valid" "plot_not_valid" Invalid,
    /// A plot did not grow while its fruit was picked.
    PlotStable = "plot_stable" "plot_grew" Conflict,
    /// A plot can have borne so much.
    PlotYield = "plot_yield" "yield_above_cap" Invalid,
    /// The input can have become so much.
    Conversion = "conversion" "conversion_exceeded" Invalid,
    /// The facility can have made so much in these days.
    Capacity = "capacity" "capacity_exceeded" Invalid,
    /// A place of origin lies in the area of every right relied on.
    Area = "area" "outside_area" Invalid,
    /// Every right relied on is registered and in force.
    Right = "right" "right_not_registered" Conflict,
    /// A mark use named is the producer's, of this product.
    MarkUseOwn = "mark_use_own" "mark_use_not_yours" Invalid,
    /// Every mark use relied on was in force, and none is suspended today.
    MarkUse = "mark_use" "mark_use_not_in_force" Conflict,
    /// The standard named is one of the product.
    StandardKnown = "standard_known" "standard_unknown" Invalid,
    /// The standard was in force on the day.
    StandardInForce = "standard_in_force" "standard_withdrawn" Invalid,
    /// A test is reported before the batch is released.
    TestDate = "test_date" "test_report_late" Invalid,
    /// A test of one lot is shown for one lot.
    TestReuse = "test_reuse" "test_report_reused" Conflict,
    /// A test was passed.
    TestResult = "test_result" "test_failed" Conflict,
    /// Every test of the product's plan is shown.
    TestPlan = "test_plan" "test_missing" Conflict,
    /// A report speaks of this batch, of the plot it comes from, or of its season.
    TestScope = "test_scope" "test_outside_scope" Conflict,
    /// A report is still good on the day the goods were made.
    TestValid = "test_valid" "test_expired" Conflict,
    /// Where the plan asks for an accredited laboratory, one tested.
    TestAccredited = "test_accredited" "test_not_accredited" Conflict,
    /// One file is one report.
    TestFile = "test_file" "same_file_other_report" Conflict,
    /// The facility is on record.
    FacilityKnown = "facility_known" "facility_unknown" Invalid,
    /// It is the producer's.
    FacilityOwn = "facility_own" "facility_not_yours" Invalid,
    /// It is valid on the day of packing.
    FacilityValid = "facility_valid" "facility_not_valid" Invalid,
    /// Its licences cover the day of packing.
    Licence = "licence" "licence_expired" Conflict,
    /// Nothing was picked within the safety interval (安全间隔期) of a pesticide.
    SafetyInterval = "safety_interval" "inside_safety_interval" Conflict,
    /// The account covers the batch.
    Quota = "quota" "quota_exceeded" Conflict,
}

/// One check made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub check: Check,
    /// How it came out.
    pub outcome: CheckOutcome,
    /// JSON pointer to what it is about.
    pub pointer: String,
    /// Id of what it is about: a plot, a delivery, a right.
    pub subject: Option<String>,
    /// The figure that broke, or that was found.
    pub figure: Option<String>,
    /// What would be right.
    pub right: Option<String>,
    /// More figures for the words.
    pub params: Vec<(&'static str, String)>,
}

impl Finding {
    /// A check that came out so.
    pub fn new(check: Check, outcome: CheckOutcome, pointer: impl Into<String>) -> Self {
        Self { check, outcome, pointer: pointer.into(), subject: None, figure: None, right: None, params: Vec::new() }
    }
    /// Passed or not by `right`, `broken` being what happens if not.
    pub fn when(is_right: bool, check: Check, broken: CheckOutcome, pointer: impl Into<String>) -> Self {
        Self::new(check, if is_right { CheckOutcome::Passed } else { broken }, pointer)
    }
    /// About this.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }
    /// The figure found.
    #[must_use]
    pub fn found(mut self, figure: impl std::fmt::Display) -> Self {
        self.figure = Some(figure.to_string());
        self
    }
    /// What would be right.
    #[must_use]
    pub fn should(mut self, right: impl std::fmt::Display) -> Self {
        self.right = Some(right.to_string());
        self
    }
    /// One more figure for the words.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.params.push((name, value.to_string()));
        self
    }
    fn problem(&self) -> FieldProblem {
        let mut params = vec![("figure", self.figure.clone().unwrap_or_default()), ("right", self.right.clone().unwrap_or_default())];
        params.extend(self.params.iter().cloned());
        FieldProblem { pointer: self.pointer.clone(), code: self.check.refusal(), params }
    }
}

/// Everything the checks found, and how much of the batch is covered.
#[derive(Debug, Clone)]
pub struct Examination {
    /// Every check made.
    pub findings: Vec<Finding>,
    /// What can be held against the account.
    pub covered: i64,
    /// What each source vouches for, in their order.
    pub by_source: Vec<i64>,
}

impl Examination {
    /// The refusal with everything at fault, if anything was refused: its code is that of the first check that broke.
    ///
    /// # Errors
    /// `<refusal>` of the checks.
    pub fn refuse(&self) -> Result<(), Failure> {
        let mut broken: Vec<&Finding> = self.findings.iter().filter(|f| f.outcome == CheckOutcome::Refused).collect();
        broken.sort_by_key(|f| f.check);
        let Some(first) = broken.first() else { return Ok(()) };
        let mut failure = Failure::new(first.check.kind(), first.check.refusal());
        failure.params = first.problem().params;
        failure.fields = broken.iter().map(|f| f.problem()).collect();
        Err(failure)
    }
    /// A refusal that says every check that holds, with its figures.
    #[must_use]
    pub fn held_as(&self, mut refusal: Failure) -> Failure {
        let held = || self.findings.iter().filter(|f| f.outcome == CheckOutcome::Held);
        refusal.fields = held().map(Finding::problem).collect();
        let codes: Vec<&str> = held().map(|f| f.check.word()).collect();
        refusal.params.push(("checks", codes.join(", ")));
        refusal
    }
    /// What needs a person's reason before release.
    pub fn held(&self) -> Vec<Check> {
        self.findings.iter().filter(|f| f.outcome == CheckOutcome::Held).map(|f| f.check).collect()
    }
}

/// Makes every check. `remaining` is the account's balance, with what this batch itself holds already put back.
pub fn examine(facts: &Facts, remaining: i64) -> Examination {
    let mut findings = Vec::new();
    dates::check(facts, &mut findings);
    let by_source = origin::check(facts, &mut findings);
    paper::check(facts, &mut findings);
    report::check(facts, &mut findings);
    place::check(facts, &mut findings);
    farm::check(facts, &mut findings);
    let covered = quota(facts, by_source.iter().sum(), remaining, &mut findings);
    Examination { findings, covered, by_source }
}

/// What the account lets through. Without `accept_excess` the whole batch must be covered.
fn quota(facts: &Facts, covered_by_sources: i64, remaining: i64, findings: &mut Vec<Finding>) -> i64 {
    let asked = if facts.accept_excess { covered_by_sources } else { facts.amount };
    let covered = asked.min(remaining.max(0));
    let too_much = if facts.accept_excess { CheckOutcome::Held } else { CheckOutcome::Refused };
    let whole = asked <= remaining && covered_by_sources == facts.amount;
    let show = |amount| facts.goods.show(amount);
    // Where a source itself falls short, its own check says so; the balance is not blamed too.
    if asked <= remaining && !whole {
        findings.push(Finding::new(Check::Quota, CheckOutcome::Passed, "/net_weight_g").found(show(asked)).should(show(remaining)));
        return covered;
    }
    findings.push(
        Finding::when(whole, Check::Quota, too_much, "/net_weight_g")
            .found(show(asked))
            .should(show(remaining.max(0)))
            .with("asked", asked)
            .with("remaining", remaining.max(0)),
    );
    covered
}

#[cfg(test)]
mod tests;
