//! Slows guessing down: misses on the scan page, wrong passwords. A code that resolves is never throttled (contract §2).

use std::net::IpAddr;
use std::num::NonZeroU32;

use axum::http::HeaderMap;
use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;

/// Counts per address, in memory of one node.
pub struct Throttle {
    misses: RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>,
    sign_ins: RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>,
    reports: RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>,
    opens: RateLimiter<String, DashMapStateStore<String>, DefaultClock>,
}

/// Misses an address may make at once, and per minute afterwards (R10: ten in ten minutes is typing, more is guessing).
const MISSES: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// Sign-ins an address may try at once, and per minute afterwards.
const SIGN_INS: NonZeroU32 = NonZeroU32::new(30).unwrap();
/// Reports an address may send at once; one more every two minutes afterwards. A carrier's address stands for many people.
const REPORTS: NonZeroU32 = NonZeroU32::new(30).unwrap();
/// Second words one receipt may be tried with at once, and in an hour afterwards, whoever asks: four digits are soon guessed.
const OPENS: NonZeroU32 = NonZeroU32::new(10).unwrap();

impl Default for Throttle {
    fn default() -> Self {
        Self {
            misses: RateLimiter::keyed(Quota::per_minute(MISSES)),
            sign_ins: RateLimiter::keyed(Quota::per_minute(SIGN_INS)),
            reports: RateLimiter::keyed(Quota::per_hour(REPORTS)),
            opens: RateLimiter::keyed(Quota::per_hour(OPENS)),
        }
    }
}

impl Throttle {
    /// May this address miss once more?
    pub fn miss(&self, from: IpAddr) -> bool {
        self.misses.check_key(&coarse(from)).is_ok()
    }
    /// May this address try to sign in once more?
    pub fn sign_in(&self, from: IpAddr) -> bool {
        self.sign_ins.check_key(&coarse(from)).is_ok()
    }
    /// May this address send one more report?
    pub fn report(&self, from: IpAddr) -> bool {
        self.reports.check_key(&coarse(from)).is_ok()
    }
    /// May this receipt be tried with a second word once more?
    pub fn open(&self, receipt: &str) -> bool {
        self.opens.check_key(&receipt.to_owned()).is_ok()
    }
    /// Forgets addresses that have been quiet.
    pub fn tidy(&self) {
        self.reports.retain_recent();
        self.opens.retain_recent();
        self.misses.retain_recent();
        self.sign_ins.retain_recent();
    }
}

/// A household's IPv6 addresses share a /64.
fn coarse(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V6(v6) => {
            let mut octets = v6.octets();
            octets[8..].fill(0);
            IpAddr::V6(octets.into())
        }
        v4 => v4,
    }
}

/// The visitor's address: the peer's, or what a trusted proxy says of it (the last address it did not vouch for itself).
pub fn visitor_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    if !is_trusted(&peer) {
        return peer;
    }
    let named = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let addresses: Vec<IpAddr> = named.filter_map(|a| a.trim().parse().ok()).collect();
    addresses.into_iter().rev().find(|ip| !is_trusted(ip)).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.0.0.2".parse().unwrap());
        let ip = |t: &str| t.parse::<IpAddr>().unwrap();
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(visitor_address(ip("192.0.2.1"), &headers, &proxies), ip("192.0.2.1"));
        assert_eq!(visitor_address(ip("10.0.0.1"), &headers, &proxies), ip("198.51.100.7"));
        assert_eq!(visitor_address(ip("10.0.0.1"), &headers, &[]), ip("10.0.0.1"));
    }
}
