//! 预警: what rules find in scans, goods and accounts, for a person to judge. No rule ever turns anything red.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> new: a rule holds for a subject
//!     new --> judging: an officer takes it up
//!     new --> confirmed
//!     new --> false_alarm
//!     new --> dismissed
//!     judging --> confirmed: with a reason; may open a case and lead on to a stop
//!     judging --> false_alarm: with a reason
//!     judging --> dismissed: with a reason
//!     new --> faded: did not hold again for seven days (the gravest don't fade)
//! ```
//! Rules are data ([`rule::RULES`]) and small pure functions from facts to a [`Hit`]: those on scans see the sessions of one code
//! ([`scans`]), those of the night see a few sums about a subject ([`nightly`]). Facts are read by set-based queries of
//! [`crate::supervision::store::alert_facts`]. [`evaluate`] runs them; running it again changes nothing, however the scans were cut
//! into portions: windows end at scans, never at the moment of the run.
//!
//! What is not counted: scans by our own programs and from addresses of the house (`via` `api` and `house`), crawlers (never in the
//! journal), codes that are no unit codes. A visitor is one for a day (the key changes at midnight), a session lasts 30 minutes.

pub mod distance;
pub mod evaluate;
pub mod missed;
pub mod nightly;

pub mod page;
pub mod precision;
pub mod rule;
pub mod scans;
pub mod test;
mod write;

use crate::trace::words;
use std::collections::BTreeMap;

use crate::kernel::Millis;

pub use evaluate::{Judged, evaluate};
pub use rule::{Cadence, Limits, Rule, RuleId, Severity, SubjectKind};

/// Figures of a finding by name, for the words of its rule.
pub type Figures = BTreeMap<String, String>;

/// That a rule holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The first moment it held.
    pub first_at: Millis,
    /// The last moment it held.
    pub at: Millis,
    /// How grave, the gravest of all moments.
    pub severity: Severity,
    /// What it saw at the last moment.
    pub figures: Figures,
}

/// What a finding is about, with what is needed to show it and to know whose it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Id of the subject; a code is `order_no-seq`.
    pub subject_id: String,
    /// What people read.
    pub label: String,
    /// The producer's place; empty where it is everybody's.
    pub division_code: String,
    /// `org_…`
    pub producer_id: Option<String>,
    /// `pro_…`
    pub product_id: Option<String>,
    /// `bat_…`
    pub batch_id: Option<String>,
}

/// A rule that holds for a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: RuleId,
    /// What kind of subject.
    pub kind: SubjectKind,
    /// The subject.
    pub about: About,
    /// What was found.
    pub hit: Hit,
}

/// Figures from pairs.
pub(crate) fn figures<const N: usize>(pairs: [(&str, String); N]) -> Figures {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

words! {
    /// How far an alert has come.
    AlertState {
        /// Nobody took it up.
        New = "new",
        /// An officer looks at it.
        Judging = "judging",
        /// 属实.
        Confirmed = "confirmed",
        /// 误报.
        FalseAlarm = "false_alarm",
        /// Not worth following, whatever it was.
        Dismissed = "dismissed",
        /// Did not hold again.
        Faded = "faded",
    }
}

impl AlertState {
    /// Does it wait for a person?
    pub fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Judging)
    }
    /// Which steps there are.
    pub fn may_become(self, to: Self) -> bool {
        use AlertState::{Confirmed, Dismissed, Faded, FalseAlarm, Judging, New};
        matches!((self, to), (New, Judging | Faded) | (New | Judging, Confirmed | FalseAlarm | Dismissed))
    }
}

#[cfg(test)]
mod tests {
    use super::AlertState;

    #[test]
    fn which_steps_an_alert_may_take() {
        let rows: Vec<Vec<bool>> =
            AlertState::ALL.iter().map(|from| AlertState::ALL.iter().map(|to| from.may_become(*to)).collect()).collect();
        assert_eq!(rows[0], [false, true, true, true, true, true], "new");
        assert_eq!(rows[1], [false, false, true, true, true, false], "what somebody looks at does not fade");
        assert!(rows[2..].iter().all(|row| row.iter().all(|step| !step)), "a judgement stands");
        assert!(AlertState::ALL.iter().all(|state| AlertState::parse(state.word()) == Some(*state)));
    }
}
