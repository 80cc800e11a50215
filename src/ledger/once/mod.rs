//! The memory of Idempotency-Keys (contract §3): unique per account, kept 7 days, written in the act's own transaction.

mod store;

pub use store::{Answered, earlier, keep};
