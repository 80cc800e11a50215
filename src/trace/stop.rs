//! 停用 as a fact: labels that may not be used any more, by decision of an authority. Pure part; the process is supervision's.
//!
//! ```text
//! proposed ──▶ in_force ◀─▶ lift_proposed ──▶ lifted      every arrow forward is another person's act; a proposal alone changes
//!     └──────▶ dropped                                     nothing public, and one to lift leaves the stop in force until it is withdrawn
//! ```

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::word::words;

words! {
    /// How far a stop or a recall has come.
    DecisionState {
        /// Waits for a second officer; the public sees nothing of it.
        Proposed = "proposed",
        /// The second officer did not agree, or the first took it back.
        Dropped = "dropped",
        /// In force.
        InForce = "in_force",
        /// Still in force; lifting waits for a second officer.
        LiftProposed = "lift_proposed",
        /// No more in force; the lifting is shown for 90 days.
        Lifted = "lifted",
    }
}

impl DecisionState {
    /// May `to` follow?
    pub fn may_become(self, to: Self) -> bool {
        matches!(
            (self, to),
            (Self::Proposed, Self::InForce | Self::Dropped)
                | (Self::InForce, Self::LiftProposed)
                | (Self::LiftProposed, Self::Lifted | Self::InForce)
        )
    }
    /// Does it bind today?
    pub fn is_in_force(self) -> bool {
        matches!(self, Self::InForce | Self::LiftProposed)
    }
}

/// What a stop covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StopScope {
    /// One code.
    Code,
    /// Sequence numbers from … to … of an order.
    Range,
    /// All codes of an order.
    Order,
    /// All codes bound to a batch.
    Batch,
    /// All codes of a producer.
    Producer,
    /// All codes of a product.
    Product,
}

impl StopScope {
    const WORDS: [(Self, &'static str); 6] = [
        (Self::Code, "code"),
        (Self::Range, "range"),
        (Self::Order, "order"),
        (Self::Batch, "batch"),
        (Self::Producer, "producer"),
        (Self::Product, "product"),
    ];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(s, _)| *s == self).map_or("", |(_, w)| w)
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, w)| *w == word).map(|(s, _)| *s)
    }
}

/// Why labels are stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StopCategory {
    /// 确认复制: copying was established by a person; the page says so.
    Clone,
    /// 不符合标准 or 保护要求
    OffStandard,
    /// 产地外: goods from outside the area
    OutsideArea,
    /// 标签流失: labels lost, stolen or sold
    LabelsLost,
    /// 授权终止
    AuthorisationEnded,
    /// Anything else; the public text says what.
    Other,
}

impl StopCategory {
    const WORDS: [(Self, &'static str); 6] = [
        (Self::Clone, "clone"),
        (Self::OffStandard, "off_standard"),
        (Self::OutsideArea, "outside_area"),
        (Self::LabelsLost, "labels_lost"),
        (Self::AuthorisationEnded, "authorisation_ended"),
        (Self::Other, "other"),
    ];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(c, _)| *c == self).map_or("", |(_, w)| w)
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, w)| *w == word).map(|(c, _)| *c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_takes_one_step_at_a_time() {
        let may: Vec<_> = DecisionState::ALL
            .iter()
            .flat_map(|a| DecisionState::ALL.iter().map(move |b| (*a, *b)))
            .filter(|(a, b)| a.may_become(*b))
            .map(|(a, b)| (a.word(), b.word()))
            .collect();
        let expected = [
            ("proposed", "dropped"),
            ("proposed", "in_force"),
            ("in_force", "lift_proposed"),
            ("lift_proposed", "in_force"),
            ("lift_proposed", "lifted"),
        ];
        assert_eq!(may, expected);
        let binding: Vec<_> = DecisionState::ALL.iter().filter(|s| s.is_in_force()).map(|s| s.word()).collect();
        assert_eq!(binding, ["in_force", "lift_proposed"], "a proposal binds nobody, and one to lift frees nobody");
    }

    #[test]
    fn words_are_read_back_and_are_what_is_sent() {
        for (scope, word) in StopScope::WORDS {
            assert_eq!((scope.word(), StopScope::parse(word)), (word, Some(scope)));
            assert_eq!(serde_json::to_value(scope).unwrap(), word);
        }
        for (category, word) in StopCategory::WORDS {
            assert_eq!((category.word(), StopCategory::parse(word)), (word, Some(category)));
            assert_eq!(serde_json::to_value(category).unwrap(), word);
        }
    }
}
