//! 农户回执: a slip of paper with a code to one grower's own records. Whoever holds it sees that grower's plots, deliveries and balance without
//! signing in, and can say “我不同意”. Only the SHA-256 of its token is kept; what is printed can't be printed again. It is revoked by the
//! organisation that gave it out, by the office at the grower's wish, or by whoever holds it.
//!
//! An objection changes no figure: it is answered by a person, and stands beside the delivery until then.
//!
//! ```text
//! open ──▶ upheld | settled
//! ```

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::word::words;
use crate::kernel::{Random, crockford};

/// Characters of a token: 80 random bits.
pub const TOKEN: usize = 16;
/// The most slips of one grower that are good at a time.
pub const MOST_LIVE: usize = 3;
/// The most objections of one grower that are open at a time.
pub const MOST_OPEN: usize = 50;

/// A new token.
pub fn new_token(random: &Random) -> String {
    crockford::upper(u128::from_le_bytes(random.bytes()), TOKEN)
}

/// A token as it was typed or scanned; `None` if it can't be one.
pub fn read_token(written: &str) -> Option<String> {
    let values: Option<Vec<u8>> = written.chars().filter(|c| !matches!(c, '-' | ' ')).map(crockford::value).collect();
    let values = values.filter(|v| v.len() == TOKEN)?;
    Some(values.into_iter().map(|v| char::from(crockford::UPPER[usize::from(v)])).collect())
}

/// What is kept of a token.
pub fn token_hash(token: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::new().chain_update("yanzhao slip 1").chain_update([0]).chain_update(token).finalize())
}

/// A name as a slip shows it: the first character, and 某 for the rest.
pub fn masked(name: &str) -> String {
    name.chars().next().map(|first| format!("{first}某")).unwrap_or_default()
}

words! {
    /// How far an objection has come.
    ObjectionState {
        /// Waits for an answer.
        Open = "open",
        /// The grower is right.
        Upheld = "upheld",
        /// It was cleared up otherwise.
        Settled = "settled",
    }
}

impl ObjectionState {
    /// May `to` follow? Answered once.
    pub fn may_become(self, to: Self) -> bool {
        self == Self::Open && to != Self::Open
    }
}

words! {
    /// How an objection was made.
    ObjectionVia {
        /// On the page of a slip.
        Slip = "slip",
        /// On the list posted in the village.
        List = "list",
        /// At the counter.
        Counter = "counter",
    }
}

/// The number by which people speak of an objection: the end of its id.
pub fn receipt(objection_id: &str) -> String {
    let tail: String = objection_id.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    let tail = tail.to_ascii_uppercase();
    let (a, b) = tail.split_at(tail.len().min(4));
    format!("{a}-{b}")
}

/// A slip to be given out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlipInput {
    /// What for, such as 代录交售回执.
    #[serde(default)]
    pub reason: Option<String>,
}

/// “我不同意”, as typed on the page of a slip.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ObjectionInput {
    /// The delivery, plot or account; the whole record if it is not said.
    #[serde(default)]
    pub subject_id: Option<String>,
    /// What is wrong; may be left out.
    #[serde(default)]
    pub text: Option<String>,
}

/// An objection noted for a grower who said it at the counter or wrote it on the posted list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotedObjection {
    /// The grower.
    pub grower_id: String,
    /// The delivery, plot or account; the whole record if it is not said.
    #[serde(default)]
    pub subject_id: Option<String>,
    /// What is wrong.
    #[serde(default)]
    pub text: Option<String>,
    /// `list` or `counter`.
    pub via: String,
}

/// The answer to an objection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerInput {
    /// `upheld` or `settled`.
    pub state: String,
    /// In plain words; the grower reads it.
    pub answer: String,
}

/// What to look for among objections; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ObjectionFilter {
    /// In this state.
    pub state: Option<String>,
    /// Of this grower.
    pub grower_id: Option<String>,
    /// About this.
    pub subject_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_read_as_people_type_them() {
        let random = Random::seeded(3);
        let token = new_token(&random);
        assert_eq!(token.len(), TOKEN);
        assert_ne!(token, new_token(&random));
        let grouped: Vec<String> = token.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
        for written in [token.clone(), token.to_lowercase(), grouped.join("-"), grouped.join(" ")] {
            assert_eq!(read_token(&written).as_deref(), Some(token.as_str()), "{written}");
        }
        assert_eq!(read_token(&token.replace('0', "O").replace('1', "l")).as_deref(), Some(token.as_str()));
        for wrong in ["", "U", &token[1..], &format!("{token}0"), "000000000000000U", "张三张三张三张三张三张三张三张三"] {
            assert_eq!(read_token(wrong), None, "{wrong}");
        }
        assert_eq!(token_hash(&token).len(), 64);
        assert_ne!(token_hash(&token), token_hash("0000000000000000"));
    }

    #[test]
    fn names_and_receipts_are_short() {
        assert_eq!((masked("王小二"), masked("李"), masked("")), ("王某".into(), "李某".into(), String::new()));
        assert_eq!(receipt("obj_01k8x0000000000000007m4qz9"), "007M-4QZ9");
        let may: Vec<_> = ObjectionState::ALL.iter().filter(|s| ObjectionState::Open.may_become(**s)).map(|s| s.word()).collect();
        assert_eq!(may, ["upheld", "settled"]);
        assert!(ObjectionState::ALL.iter().all(|s| !ObjectionState::Settled.may_become(*s)));
        assert!(ObjectionVia::ALL.iter().all(|v| ObjectionVia::parse(v.word()) == Some(*v)));
    }
}
