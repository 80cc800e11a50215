//! Tokens of sign-ins: 32 random bytes shown once, stored as their SHA-256. Pages carry them in a cookie, programs as a bearer token.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::kernel::{Millis, Random, clock};

/// How a token is carried; a token of one kind never works as the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// In a cookie, with CSRF protection.
    Page,
    /// In `Authorization: Bearer`.
    Bearer,
}

impl Carrier {
    /// The word stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Bearer => "bearer",
        }
    }
    /// How long a sign-in lasts.
    pub fn lasts(self) -> Millis {
        12 * clock::HOUR
    }
}

/// The kind of a page's step between password and code; it opens nothing.
pub const STEP: &str = "step";
/// How long the code may take to be typed.
pub const STEP_LASTS: Millis = 5 * clock::MINUTE;
/// How the token of a program begins, so that one found somewhere can be told for what it is.
pub const TOKEN_PREFIX: &str = "yzt_";

/// A new token for a program.
pub fn new_api_token(random: &Random) -> String {
    format!("{TOKEN_PREFIX}{}", new_token(random))
}

/// What a session is called where it is listed: the beginning of its hash, which opens nothing.
pub fn session_name(token_hash: &str) -> &str {
    token_hash.get(..16).unwrap_or(token_hash)
}

/// A new token: 52 characters.
pub fn new_token(random: &Random) -> String {
    data_encoding::BASE32_NOPAD.encode(&random.bytes::<32>()).to_ascii_lowercase()
}

/// What the database knows of a token.
pub fn token_hash(token: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(token))
}

/// The CSRF word of a page's forms, made from its token; another session's word is another.
pub fn csrf_word(token: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::new().chain_update("csrf word 1\0").chain_update(token).finalize()[..16])
}

/// Is this the word of that token? In constant time.
pub fn csrf_matches(token: &str, word: &str) -> bool {
    csrf_word(token).as_bytes().ct_eq(word.as_bytes()).into()
}
