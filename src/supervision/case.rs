//! 案卷: everything about one matter in one place: what it began with, what it is about, what was done, how it ended.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> open: from feedback, an alert, an inspection, a listing, or an officer's own finding
//!     open --> investigating
//!     investigating --> deciding
//!     deciding --> investigating
//!     open --> closed
//!     investigating --> closed
//!     deciding --> closed: confirmed, not established, or a false alarm, with the reason
//! ```
//! A closed case is not opened again; a new one may link the same things.

use super::word::words;

/// How far a case has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseState {
    /// Nobody works on it yet.
    Open,
    /// 调查.
    Investigating,
    /// Waits for a decision.
    Deciding,
    /// Ended.
    Closed,
}

impl CaseState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Investigating, Self::Deciding, Self::Closed];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Investigating => "investigating",
            Self::Deciding => "deciding",
            Self::Closed => "closed",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
    /// Which steps there are.
    pub fn may_become(self, to: Self) -> bool {
        use CaseState::{Closed, Deciding, Investigating, Open};
        matches!((self, to), (Open, Investigating | Closed) | (Investigating, Deciding | Closed) | (Deciding, Investigating | Closed))
    }
}

words! {
    /// What a case began with.
    CaseSource {
        /// 线索反馈.
        Feedback = "feedback",
        /// A rule's alert.
        Alert = "alert",
        /// A listing's audit.
        Listing = "listing",
        /// An inspection.
        Inspection = "inspection",
        /// An officer's own finding.
        Officer = "officer",
    }
}

words! {
    /// What a case may link.
    LinkKind {
        /// A code, by its 20 characters.
        Code = "code",
        /// `bat_…`
        Batch = "batch",
        /// `cod_…`
        CodeOrder = "code_order",
        /// `org_…`
        Organisation = "organisation",
        /// `sel_…`
        Seller = "seller",
        /// `lis_…`
        Listing = "listing",
        /// `fil_…`
        File = "file",
        /// `evd_…`
        Evidence = "evidence",
        /// `fbk_…`
        Feedback = "feedback",
        /// `alr_…`
        Alert = "alert",
        /// `ins_…`
        Inspection = "inspection",
        /// `rct_…`
        Rectification = "rectification",
        /// `sto_…`
        Stop = "stop",
        /// `rec_…`
        Recall = "recall",
        /// `szr_…`
        Seizure = "seizure",
    }
}

words! {
    /// How a case ended.
    CaseOutcome {
        /// 成立.
        Confirmed = "confirmed",
        /// 不成立.
        NotEstablished = "not_established",
        /// 误报.
        FalseAlarm = "false_alarm",
    }
}

#[cfg(test)]
mod tests {
    use super::CaseState;

    #[test]
    fn which_steps_a_case_may_take() {
        let rows = CaseState::ALL.map(|from| CaseState::ALL.map(|to| from.may_become(to)));
        assert_eq!(rows[0], [false, true, false, true], "open");
        assert_eq!(rows[1], [false, false, true, true], "investigating");
        assert_eq!(rows[2], [false, true, false, true], "deciding");
        assert_eq!(rows[3], [false; 4], "closed");
        assert!(CaseState::ALL.iter().all(|state| CaseState::parse(state.word()) == Some(*state)));
    }
}
