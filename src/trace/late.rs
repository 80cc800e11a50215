//! 补录: something written down more than seven days after it happened. It is never refused for being late; it needs a reason, a photo or
//! the number of the slip, and a second person who says that it was so.
//!
//! ```text
//! waiting ──▶ confirmed
//!    └──────▶ disputed
//! ```
//! Goods that came in late are not covered, so can't be coded, until somebody else confirmed them. Goods that went out are gone: the
//! movement counts at once, and only the confirmation is open. A batch is held back from release by its check `entry`.

use serde::Deserialize;
use utoipa::IntoParams;

use super::word::words;

words! {
    /// How far a late entry has come.
    LateState {
        /// Waits for a second person.
        Waiting = "waiting",
        /// Somebody else says that it was so.
        Confirmed = "confirmed",
        /// Somebody else says that it was not so.
        Disputed = "disputed",
    }
}

impl LateState {
    /// May `to` follow? Decided once.
    pub fn may_become(self, to: Self) -> bool {
        self == Self::Waiting && to != Self::Waiting
    }
}

words! {
    /// What was written down late.
    LateAct {
        /// A delivery.
        Delivery = "delivery",
        /// A movement on a season account.
        Movement = "movement",
        /// A batch.
        Batch = "batch",
        /// A process between batches.
        Process = "process",
        /// A shipment, its receipt or its return.
        Shipment = "shipment",
        /// Farm work.
        FarmWork = "farm_work",
        /// Old cartons used.
        Cartons = "cartons",
    }
}

/// What to look for among late entries; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct LateFilter {
    /// In this state.
    pub state: Option<String>,
    /// Of this kind of act.
    pub act: Option<String>,
    /// Of this organisation.
    pub organisation_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_entry_is_decided_once() {
        let may: Vec<_> = LateState::ALL
            .iter()
            .flat_map(|a| LateState::ALL.iter().map(move |b| (*a, *b)))
            .filter(|(a, b)| a.may_become(*b))
            .map(|(a, b)| (a.word(), b.word()))
            .collect();
        assert_eq!(may, [("waiting", "confirmed"), ("waiting", "disputed")]);
        for act in LateAct::ALL {
            assert_eq!(LateAct::parse(act.word()), Some(*act));
        }
    }
}
