//! Reading the ledger as an auditor does: narrowed by kind, days, account and subject, as it stood at an earlier moment, page by page, or a
//! sample whose seed is published; each row with the path that proves it against a signed checkpoint.
//!
//! A sealed row says that something happened and nothing else to whoever may not open it: neither its kind nor whom it is about can be
//! found out by narrowing.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::store;
use super::tree::{Hash, Tree, leaf_hash};
use crate::kernel::{Millis, Outcome};
use sea_orm::ConnectionTrait;

/// The most rows of one export or sample.
pub const MOST: u64 = 2_000;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// A name of [`super::KINDS`], or `sealed`.
    pub kind: Option<String>,
    /// From this moment.
    pub from: Option<Millis>,
    /// Before this moment.
    pub to: Option<Millis>,
    /// The account that acted.
    pub account: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// As it stood when this was the last row.
    pub as_of_seq: Option<i64>,
    /// As it stood at this moment.
    pub as_of: Option<Millis>,
    /// May sealed rows be opened?
    pub opens: bool,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 0.
    pub seq: i64,
    /// When.
    pub at: Millis,
    /// What the leaf says: a kind's name, or `sealed`.
    pub kind: String,
    /// SHA-256(salt ‖ body) in hex.
    pub commitment: String,
    /// Salt and body as they were committed to; `None` where it is sealed to the reader, or was erased.
    pub body: Option<(Vec<u8>, String)>,
    /// Was the body erased?
    pub erased: bool,
}

impl AuditRow {
    /// The body read.
    pub fn said(&self) -> Value {
        self.body.as_ref().and_then(|(_, body)| serde_json::from_str(body).ok()).unwrap_or(Value::Null)
    }
    /// The bytes of its leaf.
    ///
    /// # Errors
    /// Only ours.
    pub fn leaf(&self) -> Outcome<Vec<u8>> {
        store::leaf(self.seq, self.at, &self.kind, &self.commitment)
    }
    /// The hash of its leaf.
    ///
    /// # Errors
    /// Only ours.
    pub fn leaf_hash(&self) -> Outcome<Hash> {
        Ok(leaf_hash(&self.leaf()?))
    }
}

/// Rows before `cursor`, the newest first.
///
/// # Errors
/// Only ours.
pub async fn audit<C: ConnectionTrait>(connection: &C, filter: &AuditFilter, cursor: Option<i64>, limit: u64) -> Outcome<Vec<AuditRow>> {
    store::audit_rows(connection, filter, cursor, limit).await
}

/// One row by its number.
///
/// # Errors
/// `not_found`.
pub async fn audit_row<C: ConnectionTrait>(connection: &C, seq: i64, opens: bool) -> Outcome<AuditRow> {
    let rows = store::audit_numbered(connection, &[seq], opens).await?;
    rows.into_iter().next().ok_or_else(crate::kernel::Failure::not_found)
}

/// A sample of `count` rows of what is asked for: those whose SHA-256(seed ‖ 0x00 ‖ number in decimal) is smallest, in the order of their
/// numbers. Whoever knows the seed draws the same rows, and nobody can choose them.
///
/// # Errors
/// Only ours.
pub async fn sample<C: ConnectionTrait>(connection: &C, filter: &AuditFilter, seed: &str, count: u64) -> Outcome<Vec<AuditRow>> {
    let drawn = draw(store::audit_numbers(connection, filter).await?, seed, usize::try_from(count.min(MOST)).unwrap_or(0));
    store::audit_numbered(connection, &drawn, filter.opens).await
}

fn draw(numbers: Vec<i64>, seed: &str, count: usize) -> Vec<i64> {
    let lot = |seq: &i64| -> Hash { Sha256::new().chain_update(seed).chain_update([0]).chain_update(seq.to_string()).finalize().into() };
    let mut lots: Vec<(Hash, i64)> = numbers.iter().map(|seq| (lot(seq), *seq)).collect();
    lots.sort_unstable();
    let mut drawn: Vec<i64> = lots.into_iter().take(count).map(|(_, seq)| seq).collect();
    drawn.sort_unstable();
    drawn
}

/// The tree over the first `size` rows, for proofs.
///
/// # Errors
/// Only ours.
pub async fn tree<C: ConnectionTrait>(connection: &C, size: u64) -> Outcome<Tree> {
    Ok(Tree::of(store::leaf_hashes(connection, size).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_rows_and_another_seed_others() {
        let all: Vec<i64> = (0..1_000).collect();
        let one = draw(all.clone(), "2026-11 检查", 20);
        assert_eq!(one, draw(all.iter().rev().copied().collect(), "2026-11 检查", 20), "the order they are read in does not matter");
        assert_ne!(one, draw(all.clone(), "2026-12 检查", 20));
        assert!(one.len() == 20 && one.is_sorted());
        assert_eq!(draw(vec![7], "x", 20), [7]);
        // Drawing from fewer rows leaves those that are still there.
        let half: Vec<i64> = all.iter().copied().filter(|n| n % 2 == 0).collect();
        let some = draw(half, "2026-11 检查", 20);
        assert!(one.iter().filter(|n| *n % 2 == 0).all(|n| some.contains(n)));
    }
}
