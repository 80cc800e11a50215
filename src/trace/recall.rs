//! 追回 of fresh produce or 召回 of food, as a fact about a batch. Pure part; the process is supervision's. A recall passes through the
//! same states as a stop ([`super::stop::DecisionState`]).

use super::verdict::RecallKind;
use crate::kernel::{Failure, Outcome};

/// The kind of recall a product has: fresh produce is taken back (农产品质量安全法), food is recalled (食品安全法 63).
pub fn kind_for(fresh: bool) -> RecallKind {
    if fresh { RecallKind::TakeBack } else { RecallKind::Recall }
}

/// The kind for a product, held against what somebody wrote.
///
/// # Errors
/// `recall_kind_unfit` with the word that fits.
pub fn kind(fresh: bool, written: Option<&str>) -> Outcome<RecallKind> {
    let kind = kind_for(fresh);
    match written {
        Some(word) if word != kind.word() => {
            Err(Failure::field("/kind", "recall_kind_unfit").with("value", word).with("right", kind.word()))
        }
        _ => Ok(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_produce_is_taken_back_and_food_is_recalled() {
        assert_eq!(kind(true, None).unwrap().word(), "take_back");
        assert_eq!(kind(false, Some("recall")).unwrap().word(), "recall");
        assert!(kind(true, Some("recall")).unwrap_err().says("recall_kind_unfit"));
        assert!(kind(false, Some("take_back")).unwrap_err().says("recall_kind_unfit"));
    }
}
