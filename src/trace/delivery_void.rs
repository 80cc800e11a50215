//! 作废误录: a delivery entered by mistake at the scale. It is never deleted: reversing entries give the grower back what was taken, and
//! take from the buyer what it never had, as long as nothing of it went into a batch.
//!
//! ```text
//! (same day) ──▶ voided
//! waiting ──▶ voided
//!    └──────▶ refused
//! ```
//! On the day of entry whoever enters for the buyer does it alone; later a second person of the buyer, or the office, must agree.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::word::words;

words! {
    /// How far it has come.
    VoidState {
        /// Waits for a second person.
        Waiting = "waiting",
        /// Done.
        Voided = "voided",
        /// A second person says that the delivery was right.
        Refused = "refused",
    }
}

impl VoidState {
    /// May `to` follow? Decided once.
    pub fn may_become(self, to: Self) -> bool {
        self == Self::Waiting && to != Self::Waiting
    }
}

/// Why a delivery is to be voided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoidInput {
    /// What was wrong with it.
    #[serde(default)]
    pub reason: String,
}

/// What to look for; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct VoidFilter {
    /// In this state.
    pub state: Option<String>,
    /// Of this delivery.
    pub delivery_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_decided_once() {
        let may: Vec<_> = VoidState::ALL
            .iter()
            .flat_map(|a| VoidState::ALL.iter().map(move |b| (*a, *b)))
            .filter(|(a, b)| a.may_become(*b))
            .map(|(a, b)| (a.word(), b.word()))
            .collect();
        assert_eq!(may, [("waiting", "voided"), ("waiting", "refused")]);
        assert!(VoidState::ALL.iter().all(|state| VoidState::parse(state.word()) == Some(*state)));
    }
}
