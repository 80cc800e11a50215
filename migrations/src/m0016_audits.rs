//! Decisions about listings, evidence.

crate::step!("m0016_audits", &[]);
