//! 先行登记保存, 查封, 扣押 of a batch as a fact, and what becomes of it: released, confiscated (没收) or destroyed. Pure; the process is
//! supervision's.
//!
//! ```text
//! proposed ──▶ in_force ──▶ end_proposed ──▶ ended      every arrow is another officer's act
//!     └──────▶ dropped            └─────▶ in_force       dropped: the proposal to end it was not agreed to
//! ```
//! While one is in force the batch carries the document's number: orders, binding, use and shipping stop, and the consumer's page says
//! so. The last day is calendar and only shown: nothing is ever released by itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::word::words;
use crate::kernel::Day;

words! {
    /// What an authority did.
    SeizureKind {
        /// 先行登记保存 (行政处罚法 56): decided on within 7 days.
        Preserved = "preserved",
        /// 查封 (行政强制法 25): 30 days, 30 more at most.
        Sealed = "sealed",
        /// 扣押 (行政强制法 25): 30 days, 30 more at most.
        Detained = "detained",
    }
}

words! {
    /// How far it has come.
    SeizureState {
        /// Waits for a second officer; the public sees nothing of it.
        Proposed = "proposed",
        /// Not done.
        Dropped = "dropped",
        /// In force.
        InForce = "in_force",
        /// Still in force; its end waits for a second officer.
        EndProposed = "end_proposed",
        /// Over.
        Ended = "ended",
    }
}

impl SeizureState {
    /// May `to` follow?
    pub fn may_become(self, to: Self) -> bool {
        use SeizureState as S;
        matches!(
            (self, to),
            (S::Proposed, S::InForce | S::Dropped) | (S::InForce, S::EndProposed) | (S::EndProposed, S::Ended | S::InForce)
        )
    }
    /// Does it bind today?
    pub fn is_in_force(self) -> bool {
        matches!(self, Self::InForce | Self::EndProposed)
    }
}

words! {
    /// How it ended.
    Outcome {
        /// 解除
        Released = "released",
        /// 没收
        Confiscated = "confiscated",
        /// 销毁
        Destroyed = "destroyed",
    }
}

/// Codes of one order that are confiscated or destroyed, as kept between the two officers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeizedCodes {
    /// The order's number.
    pub order_no: i64,
    /// First sequence number.
    pub first: i64,
    /// Last sequence number.
    pub last: i64,
}

/// Days since the last day of a seizure that still binds; 0 while it runs.
pub fn days_overdue(state: SeizureState, until: Day, today: Day) -> i64 {
    if state.is_in_force() { today.since(until).max(0) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seizure_takes_one_step_at_a_time() {
        let may: Vec<_> = SeizureState::ALL
            .iter()
            .flat_map(|a| SeizureState::ALL.iter().map(move |b| (*a, *b)))
            .filter(|(a, b)| a.may_become(*b))
            .map(|(a, b)| (a.word(), b.word()))
            .collect();
        let expected = [
            ("proposed", "dropped"),
            ("proposed", "in_force"),
            ("in_force", "end_proposed"),
            ("end_proposed", "in_force"),
            ("end_proposed", "ended"),
        ];
        assert_eq!(may, expected);
        let binding: Vec<_> = SeizureState::ALL.iter().filter(|s| s.is_in_force()).map(|s| s.word()).collect();
        assert_eq!(binding, ["in_force", "end_proposed"], "a proposal binds nobody, and one to end it frees nobody");
    }

    #[test]
    fn overdue_is_counted_and_frees_nobody() {
        let day = |text| Day::parse(text).unwrap();
        let days = |state, today| days_overdue(state, day("2026-12-25"), day(today));
        assert_eq!(days(SeizureState::InForce, "2026-12-25"), 0);
        assert_eq!(days(SeizureState::EndProposed, "2026-12-28"), 3);
        assert_eq!((days(SeizureState::Ended, "2026-12-28"), days(SeizureState::InForce, "2026-12-01")), (0, 0));
    }
}
