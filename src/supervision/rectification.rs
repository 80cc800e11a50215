//! 责令改正: an order to mend something until a day, the addressee's answer, and what came of it.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> ordered: from an inspection, a listing's audit, feedback or a recall
//!     ordered --> replied: the addressee says what was done
//!     replied --> accepted: an officer saw that it is mended
//!     replied --> again: not yet, with a new day
//!     again --> replied
//!     ordered --> accepted: seen on the spot, without an answer
//!     again --> accepted
//!     ordered --> expired: nothing came until the day
//!     again --> expired
//! ```
//! An answer after the day still counts as long as no officer has said that the time is over. The program ends nothing by itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::Day;

/// How far an order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RectificationState {
    /// The addressee is to mend it.
    Ordered,
    /// It answered; an officer looks.
    Replied,
    /// Not mended yet: another round.
    Again,
    /// Mended.
    Accepted,
    /// 逾期未改正.
    Expired,
}

impl RectificationState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Ordered, Self::Replied, Self::Again, Self::Accepted, Self::Expired];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Replied => "replied",
            Self::Again => "again",
            Self::Accepted => "accepted",
            Self::Expired => "expired",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
    /// Which steps there are.
    pub fn may_become(self, to: Self) -> bool {
        use RectificationState::{Accepted, Again, Expired, Ordered, Replied};
        matches!((self, to), (Ordered | Again, Replied | Accepted | Expired) | (Replied, Accepted | Again))
    }
    /// Is it the addressee's turn?
    pub fn waits_for_addressee(self) -> bool {
        matches!(self, Self::Ordered | Self::Again)
    }
    /// Is it over?
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Accepted | Self::Expired)
    }
}

/// What an order follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RectificationSource {
    /// A listing's audit.
    Listing,
    /// An inspection.
    Inspection,
    /// 线索反馈.
    Feedback,
    /// 追回、召回: its producer reports on it.
    Recall,
}

impl RectificationSource {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::Listing, Self::Inspection, Self::Feedback, Self::Recall];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Listing => "listing",
            Self::Inspection => "inspection",
            Self::Feedback => "feedback",
            Self::Recall => "recall",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.word() == word)
    }
}

/// May an officer say that the time is over? Only when its last day has passed.
pub fn may_expire(state: RectificationState, due_on: Day, today: Day) -> bool {
    state.may_become(RectificationState::Expired) && due_on < today
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_steps_an_order_may_take() {
        let rows = RectificationState::ALL.map(|from| RectificationState::ALL.map(|to| from.may_become(to)));
        assert_eq!(rows[0], [false, true, false, true, true], "ordered");
        assert_eq!(rows[1], [false, false, true, true, false], "replied: the time is not over while an answer waits");
        assert_eq!(rows[2], [false, true, false, true, true], "again");
        assert_eq!(rows[3], [false; 5], "accepted");
        assert_eq!(rows[4], [false; 5], "expired");
        assert!(RectificationState::ALL.iter().all(|state| RectificationState::parse(state.word()) == Some(*state)));
        assert!(RectificationSource::ALL.iter().all(|source| RectificationSource::parse(source.word()) == Some(*source)));
    }

    #[test]
    fn the_time_is_over_on_the_day_after_the_last() {
        let day = |text: &str| Day::parse(text).unwrap();
        let over = |today: &str| may_expire(RectificationState::Ordered, day("2026-11-30"), day(today));
        assert!(!over("2026-11-29") && !over("2026-11-30") && over("2026-12-01"));
        assert!(!may_expire(RectificationState::Replied, day("2026-11-30"), day("2026-12-05")));
    }
}
