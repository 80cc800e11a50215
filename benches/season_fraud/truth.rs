//! What was planted, and what counts as found. Written before anything was measured.
//!
//! - A **fraud** is one planted scheme with its subjects. It is **caught** if, after its first act and before the season ends, an alert or a
//!   finding that asks for work stands on one of its subjects, or a verb of the platform refuses or holds the act it consists of (`at the
//!   door`, counted apart). What only stands on somebody's dashboard without asking for work does not count.
//! - An alert is **true** if one of its subjects belongs to a fraud that had begun; else it is **false**.
//! - An honest producer, grower, label or listing is **flagged** if a false alert that asks for work stands on it. Producers that planted
//!   nothing are honest, also where their labels were copied: an alert on the copied label, its roll, its lot or on that producer points at
//!   the fraud and is true, everything else about them is false. Honest labels are those that were opened at least once.
//! - A scan page that shows amber to a consumer is not an alert.

use super::plan::DayNo;

/// Sorts of fraud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// One to four labels copied onto hundreds or thousands of packs.
    CloneLarge,
    /// One or two labels copied onto 20 to 50 packs.
    CloneSmall,
    /// A producer's own unused labels, on paper deliveries, sold to somebody far away.
    Resale,
    /// Land that is not there, filled with fruit from outside.
    OverDeclared,
    /// Harvested before or after the season, or packed when no fruit can be left.
    OutOfSeason,
    /// A listing sells more than came.
    Oversell,
    /// Labels reported lost or damaged, and used.
    LostReprinted,
    /// Numbers that were guessed.
    Forged,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::CloneLarge,
        Self::CloneSmall,
        Self::Resale,
        Self::OverDeclared,
        Self::OutOfSeason,
        Self::Oversell,
        Self::LostReprinted,
        Self::Forged,
    ];
    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::CloneLarge => "cloned labels, 150–4,000 packs",
            Self::CloneSmall => "cloned labels, 20–50 packs",
            Self::Resale => "label resale",
            Self::OverDeclared => "over-declared plots",
            Self::OutOfSeason => "out of season",
            Self::Oversell => "listing oversell",
            Self::LostReprinted => "lost and reprinted",
            Self::Forged => "forged series",
        }
    }
}

/// What an alert may stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Producer(usize),
    Grower(usize),
    Lot(usize),
    Roll(usize),
    Code(usize, u32),
    Listing(usize),
    Seller(usize),
    Series(usize),
}

/// One planted scheme.
#[derive(Debug, Clone, PartialEq)]
pub struct Fraud {
    pub kind: Kind,
    /// How it was done, in a word.
    pub way: &'static str,
    /// The dishonest producer, where it is one.
    pub by: Option<usize>,
    /// Day of its first act.
    pub from: DayNo,
    /// Packs, labels or square metres: how large.
    pub size: u64,
    pub subjects: Vec<Subject>,
}
