//! What the checks rest on, as plain data.

use crate::kernel::Day;
use crate::registry::area::AreaAnswer;
use crate::registry::commands::TestPlanItem;
use crate::registry::facility::LicenceDays;
use crate::registry::interval::DayInterval;
use crate::registry::mark_use::MarkUseDays;
use crate::registry::right::{RightStatus, RightTerm};
use crate::trace::batch::TestScope;
use crate::trace::goods::Goods;

/// Everything known about a batch that is to be.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The product.
    pub goods: Goods,
    /// Today.
    pub today: Day,
    /// Its days.
    pub days: Days,
    /// In the product's unit.
    pub amount: i64,
    /// Is what is too much to be recorded as pending?
    pub accept_excess: bool,
    /// Season by the days.
    pub season: String,
    /// The amount given beside the sources, if it was.
    pub stated: Option<i64>,
    /// Another batch of the season has this lot.
    pub lot_taken: Option<String>,
    /// Where the goods come from.
    pub sources: Vec<Source>,
    /// The mark uses named, or all the producer has for the product.
    pub marks: Vec<Mark>,
    /// Were they named?
    pub marks_named: bool,
    /// The standard, if one is named or only one comes into question.
    pub standard: Option<Standard>,
    /// Tests shown.
    pub tests: Vec<Test>,
    /// Test reports shown.
    pub reports: Vec<Report>,
    /// The product's test plan.
    pub plan: Vec<TestPlanItem>,
    /// Where it is packed or kept, if it was said.
    pub facility: Option<Facility>,
    /// Farm work on the plots it comes from, each once; empty where nothing grows.
    pub farm: Vec<FarmWork>,
    /// The day it was written down.
    pub recorded_on: Day,
    /// A second person has confirmed what was written down late.
    pub late_confirmed: bool,
}

/// The days of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// First day of harvest, or of production where nothing is harvested.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Produced on.
    pub produced_on: Option<Day>,
    /// Packed on.
    pub packed_on: Option<Day>,
    /// Best before.
    pub best_before: Option<Day>,
}

impl Days {
    /// The day the goods were made what they are: what right and standard are asked of.
    pub fn made_on(&self) -> Day {
        self.packed_on.or(self.produced_on).unwrap_or(self.to)
    }
}

/// One source.
#[derive(Debug, Clone)]
pub struct Source {
    /// Where in the input: `/sources/0` or `/plot_ids/0`.
    pub pointer: String,
    /// How much of the batch comes from it.
    pub amount: i64,
    /// What it is.
    pub kind: SourceKind,
    /// What the area of each right says of its place.
    pub areas: Vec<AreaFact>,
}

/// What a source is.
#[derive(Debug, Clone)]
pub enum SourceKind {
    /// A delivery.
    Delivery {
        /// Its id.
        id: String,
        /// To this producer, of this product and season.
        fits: bool,
        /// Delivered in all.
        amount: i64,
        /// Covered by the grower's account.
        covered: i64,
        /// Vouched for in other batches.
        used: i64,
        /// Gone into other batches, vouched for or not.
        taken: i64,
        /// Delivered on.
        on: Day,
    },
    /// A plot of the producer's own.
    Plot(Plot),
    /// Raw material.
    Input {
        /// What it is.
        name: String,
        /// How much of it, where it was said.
        amount: Option<i64>,
    },
}

/// A plot.
#[derive(Debug, Clone)]
pub struct Plot {
    /// Its id.
    pub id: String,
    /// Its name, for the words.
    pub name: String,
    /// The producer holds it.
    pub own: bool,
    /// It bears this product.
    pub fits: bool,
    /// When it is valid.
    pub valid: DayInterval,
    /// Its area.
    pub area_m2: i64,
    /// The area the same ground had before it was entered anew within the season.
    pub earlier_m2: Option<i64>,
    /// Borne this season by deliveries and other batches.
    pub used: i64,
}

/// What the area of a right says of a place.
#[derive(Debug, Clone)]
pub struct AreaFact {
    /// The right.
    pub right_id: String,
    /// The place, for the words.
    pub place: String,
    /// The answer.
    pub answer: AreaAnswer,
}

/// A mark use with its right.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Its id.
    pub id: String,
    /// Of this producer and this product.
    pub own: bool,
    /// It got so far as to have days.
    pub granted: bool,
    /// Its days.
    pub days: MarkUseDays,
    /// First day, as stored.
    pub in_force_from: Day,
    /// Last day, as stored.
    pub in_force_to: Option<Day>,
    /// The right.
    pub right_id: String,
    /// The right's route.
    pub route: String,
    /// The right's number.
    pub number: Option<String>,
    /// What the right is called, for the words.
    pub right_name: String,
    /// How far the right has come.
    pub status: Option<RightStatus>,
    /// When the right counts.
    pub term: RightTerm,
}

/// A standard.
#[derive(Debug, Clone)]
pub struct Standard {
    /// Its number.
    pub number: String,
    /// It is one of the product's.
    pub known: bool,
    /// In force from.
    pub from: Option<Day>,
    /// Withdrawn on.
    pub withdrawn_on: Option<Day>,
    /// Numbers that would be right, for the words.
    pub instead: Vec<String>,
}

/// A test.
#[derive(Debug, Clone)]
pub struct Test {
    /// What was tested.
    pub item: String,
    /// It was failed.
    pub failed: bool,
    /// Number of the report.
    pub report_no: Option<String>,
    /// Reported on.
    pub reported_on: Option<Day>,
    /// What it speaks of.
    pub scope: TestScope,
    /// Other batches that show the same report.
    pub also_shown: u64,
}

/// A test report.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its number.
    pub report_no: String,
    /// What it speaks of.
    pub scope: TestScope,
    /// The batch lies in that scope.
    pub fits: bool,
    /// What would lie in it, for the words.
    pub of: String,
    /// By an accredited laboratory, with the number of its accreditation.
    pub accredited: bool,
    /// Day of the report.
    pub reported_on: Day,
    /// Last day it is good for.
    pub valid_to: Option<Day>,
    /// What was tested, and whether it was failed.
    pub items: Vec<(String, bool)>,
    /// Another report with the same file.
    pub same_file: Option<String>,
}

/// A facility.
#[derive(Debug, Clone)]
pub enum Facility {
    /// A name written down before facilities were on record; it stays.
    Named,
    /// None is on record under this id.
    Unknown(String),
    /// On record.
    Known(KnownFacility),
}

/// A facility on record.
#[derive(Debug, Clone)]
pub struct KnownFacility {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// It is the producer's.
    pub own: bool,
    /// When it is valid.
    pub valid: DayInterval,
    /// Its licences.
    pub licences: Vec<LicenceDays>,
}

/// What is on record of the work on a plot.
#[derive(Debug, Clone)]
pub struct FarmWork {
    /// The plot.
    pub plot_id: String,
    /// Its name, for the words.
    pub plot: String,
    /// Anything at all is on record.
    pub recorded: bool,
    /// Pesticides with a safety interval.
    pub sprays: Vec<Spray>,
}

/// A pesticide used on a plot.
#[derive(Debug, Clone)]
pub struct Spray {
    /// What was used.
    pub input: String,
    /// When.
    pub on: Day,
    /// Days until the next harvest.
    pub interval_days: i64,
}
