//! Sellers' authorisations, what listings offer, findings, order exports.

crate::step!("m0015_listings", &[]);
