//! The one-time word that this machine's console tells while there is no account. Kept as its hash, in memory, by this process alone.

use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use ipnet::IpNet;
use subtle::ConstantTimeEq;

use crate::identity::session::token_hash;
use crate::kernel::{Random, crockford};

/// Headers by which a proxy says for whom it asks.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// The word, while it is offered.
#[derive(Debug, Default)]
pub struct FirstRun(Mutex<Option<String>>);

impl FirstRun {
    /// Draws a new word; an earlier one is no good any more.
    pub fn offer(&self, random: &Random) -> String {
        let word = crockford::upper(u128::from_le_bytes(random.bytes()), 25);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(token_hash(&word));
        word
    }
    /// Is this the word? Spaces and letter case don't matter.
    pub fn is(&self, typed: &str) -> bool {
        let typed: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let typed = token_hash(&typed.to_ascii_uppercase());
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().is_some_and(|kept| bool::from(kept.as_bytes().ct_eq(typed.as_bytes())))
    }
    /// Is one offered?
    pub fn is_open(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
    /// It has done its work.
    pub fn close(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Does somebody sit at this very machine? A trusted proxy may stand for anybody, and so may whatever says for whom it asks.
pub fn is_at_this_machine(peer: std::net::IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> bool {
    let peer = peer.to_canonical();
    peer.is_loopback() && !trusted.iter().any(|net| net.contains(&peer)) && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_never_a_proxy() {
        let proxy: [IpNet; 1] = ["127.0.0.0/8".parse().unwrap()];
        let mut told = HeaderMap::new();
        told.insert("x-forwarded-for", "127.0.0.1".parse().unwrap());
        let plain = HeaderMap::new();
        let ip = |text: &str| text.parse::<std::net::IpAddr>().unwrap();
        // peer, headers, trusted proxies, let in
        let table: [(&str, &HeaderMap, &[IpNet], bool); 7] = [
            ("127.0.0.1", &plain, &[], true),
            ("::1", &plain, &[], true),
            ("::ffff:127.0.0.1", &plain, &[], true),
            ("192.168.1.4", &plain, &[], false),
            ("10.0.0.1", &plain, &proxy, false),
            ("127.0.0.1", &plain, &proxy, false),
            ("127.0.0.1", &told, &[], false),
        ];
        for (peer, headers, trusted, right) in table {
            assert_eq!(is_at_this_machine(ip(peer), headers, trusted), right, "{peer} {headers:?} {trusted:?}");
        }
    }

    #[test]
    fn the_word_is_good_until_it_is_closed_or_drawn_anew() {
        let (first_run, random) = (FirstRun::default(), Random::seeded(1));
        assert!(!first_run.is_open() && !first_run.is(""));
        let old = first_run.offer(&random);
        assert!(first_run.is(&old) && first_run.is(&format!(" {} ", old.to_lowercase())) && !first_run.is("") && !first_run.is(&old[1..]));
        let word = first_run.offer(&random);
        assert!(first_run.is(&word) && !first_run.is(&old));
        first_run.close();
        assert!(!first_run.is(&word) && !first_run.is_open());
    }
}
