//! 印制交接: codes given to a printing house as a sealed pack. The link is the printing house's and opens once; the password is the producer's
//! and goes another way. Of the link only a hash is kept; the password is computed from the order's key, so it is stored nowhere.
//!
//! ```text
//! open ──▶ fetched ──▶ printed ──▶ received
//!   ├──▶ withdrawn        ▲ └─ reported again until received
//!   └──▶ (expires: the file can't be fetched any more)
//! ```

use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::keys::OrderKey;
use super::word::words;
use crate::kernel::{Random, crockford};

/// Characters of a link: 125 random bits.
pub const TOKEN: usize = 25;
/// Characters of a password: 80 bits, in groups of four.
const PASSWORD: usize = 16;

words! {
    /// How far a hand-over has come.
    HandOverState {
        /// Its file waits for the printing house.
        Open = "open",
        /// The file went out whole.
        Fetched = "fetched",
        /// The printing house said what it printed.
        Printed = "printed",
        /// The producer has counted the labels.
        Received = "received",
        /// The producer took the link back.
        Withdrawn = "withdrawn",
    }
}

impl HandOverState {
    /// May `to` follow?
    pub fn may_become(self, to: Self) -> bool {
        use HandOverState as S;
        matches!(
            (self, to),
            (S::Open, S::Fetched | S::Withdrawn)
                | (S::Fetched, S::Printed)
                | (S::Printed, S::Printed | S::Received)
                | (S::Fetched, S::Received)
        )
    }
}

/// Who prints: whoever holds the link, or an account of the printing house.
#[derive(Debug, Clone)]
pub enum Printer {
    /// The link's token as written.
    Link(String),
    /// A hand-over by its id; the account's scope must reach the printing house.
    Account(String),
}

/// A hand-over as it is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOverInput {
    /// The printing house, `prh_…`; anybody with the link if not given.
    #[serde(default)]
    pub printing_house_id: Option<String>,
    /// The label's design, `lde_…`.
    #[serde(default)]
    pub design_id: Option<String>,
    /// What else the printing house should know.
    #[serde(default)]
    pub note: Option<String>,
}

/// What a printing house says it printed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrintedInput {
    /// Good labels.
    pub printed: i64,
    /// Spoilt ones, destroyed or sent along.
    #[serde(default)]
    pub spoiled: i64,
    /// In plain words.
    #[serde(default)]
    pub note: Option<String>,
}

/// What a producer counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivedInput {
    /// Labels that arrived.
    pub received: i64,
}

/// A new link's token.
pub fn new_token(random: &Random) -> String {
    crockford::upper(u128::from_le_bytes(random.bytes()) >> 3, TOKEN)
}

/// A token as it was typed or scanned; `None` if it can't be one.
pub fn read_token(written: &str) -> Option<String> {
    let values: Option<Vec<u8>> = written.chars().filter(|c| !matches!(c, '-' | ' ')).map(crockford::value).collect();
    let values = values.filter(|v| v.len() == TOKEN)?;
    Some(values.into_iter().map(|v| char::from(crockford::UPPER[usize::from(v)])).collect())
}

/// What is kept of a token.
pub fn token_hash(token: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::new().chain_update("yanzhao hand-over 1").chain_update([0]).chain_update(token).finalize())
}

/// The password of a hand-over's sealed pack, the same whenever it is computed; nobody without the order's key can.
#[expect(clippy::expect_used, reason = "16 bytes are within what HKDF gives")]
pub fn password(key: &OrderKey, hand_over_id: &str) -> String {
    let mut bits = [0; 16];
    let info = format!("yanzhao hand-over 1 {hand_over_id}");
    Hkdf::<Sha256>::new(None, key.as_bytes()).expand(info.as_bytes(), &mut bits).expect("HKDF-SHA256 gives up to 8160 bytes");
    let letters = crockford::upper(u128::from_be_bytes(bits), PASSWORD);
    let groups: Vec<&str> = (0..PASSWORD).step_by(4).filter_map(|at| letters.get(at..at + 4)).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_follow_each_other() {
        use HandOverState as S;
        let allowed: Vec<(S, S)> =
            S::ALL.iter().flat_map(|a| S::ALL.iter().map(move |b| (*a, *b))).filter(|(a, b)| a.may_become(*b)).collect();
        let wanted = [
            (S::Open, S::Fetched),
            (S::Open, S::Withdrawn),
            (S::Fetched, S::Printed),
            (S::Fetched, S::Received),
            (S::Printed, S::Printed),
            (S::Printed, S::Received),
        ];
        assert_eq!(allowed, wanted);
    }

    #[test]
    fn a_password_belongs_to_one_hand_over_and_a_token_is_read_as_people_type_it() {
        let key = OrderKey::from_bytes([3; 32]);
        let (one, other) = (password(&key, "hov_1"), password(&key, "hov_2"));
        assert_ne!(one, other);
        assert_eq!((one.len(), one.as_str()), (19, password(&key, "hov_1").as_str()));
        let token = new_token(&Random::seeded(1));
        assert_eq!(read_token(&token.to_lowercase()).as_deref(), Some(token.as_str()));
        assert_eq!((read_token("abc"), read_token(&format!("{token}0"))), (None, None));
        assert_ne!(token_hash(&token), token_hash(&new_token(&Random::seeded(2))));
    }
}
