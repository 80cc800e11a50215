//! Reading the whole ledger again: numbers without gaps, times that never go back, bodies that match what was committed to, a root
//! that matches the head and every kept checkpoint.

use sea_orm::ConnectionTrait;
use serde_json::Value;

use super::checkpoint::Checkpoint;
use super::store::{commitment, head, leaf, public_kind, rows};
use super::tree::{Edge, leaf_hash};
use super::{KINDS, tree::Hash};
use crate::kernel::{Millis, Outcome};

/// Rows read at once.
const PAGE: u64 = 2_000;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A sequence number is missing: a row was deleted.
    Gap {
        /// The number that should come next.
        expected: i64,
        /// The number found.
        found: i64,
    },
    /// Time goes back: rows were reordered or inserted.
    TimeGoesBack {
        /// The row.
        seq: i64,
    },
    /// A body doesn't match what its leaf committed to: it was edited or exchanged.
    BodyChanged {
        /// The row.
        seq: i64,
    },
    /// A body says another kind than its leaf.
    KindChanged {
        /// The row.
        seq: i64,
    },
    /// The tree of the rows is not the tree the head speaks of: rows were edited, added or cut at the end.
    HeadDiffers {
        /// Leaves by the head.
        head: u64,
        /// Leaves found.
        found: u64,
    },
    /// The first `size` rows do not have the root that was signed for them.
    CheckpointDiffers {
        /// The checkpoint's size.
        size: u64,
    },
    /// A checkpoint was signed for more rows than there are: the end was cut off.
    Cut {
        /// The checkpoint's size.
        size: u64,
        /// Rows found.
        found: u64,
    },
    /// A table does not say what the events say.
    TableDiffers {
        /// What differs, with both values.
        what: String,
    },
}

/// What reading the ledger found.
#[derive(Debug, Clone)]
pub struct Report {
    /// Rows read.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// Bodies that were erased (their leaves still stand).
    pub erased: u64,
    /// Rows up to here are proved by a kept checkpoint; what is newer can't be.
    pub proved: u64,
    /// Everything that is not as it was written.
    pub findings: Vec<Finding>,
}

/// Reads every row, holds it against the head and the kept checkpoints, and hands every body to `replay` in order.
///
/// # Errors
/// Only if the database can't be read; what is wrong in it is in the report.
pub async fn verify<C: ConnectionTrait>(
    connection: &C,
    kept: &[Checkpoint],
    mut replay: impl FnMut(i64, Millis, &Value),
) -> Outcome<Report> {
    let mut report = Report { size: 0, root: [0; 32], erased: 0, proved: 0, findings: Vec::new() };
    let (mut edge, mut last_at, mut last_seq) = (Edge::default(), Millis::MIN, -1);
    let mut checkpoints = kept.iter().peekable();
    loop {
        let page = rows(connection, last_seq, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for row in page {
            if row.seq != last_seq + 1 {
                report.findings.push(Finding::Gap { expected: last_seq + 1, found: row.seq });
            }
            if row.at < last_at {
                report.findings.push(Finding::TimeGoesBack { seq: row.seq });
            }
            (last_seq, last_at) = (row.seq, row.at);
            edge.push(leaf_hash(&leaf(row.seq, row.at, &row.kind, &row.commitment)?));
            match &row.body {
                None => report.erased += 1,
                Some((salt, body)) if commitment(salt, body) != row.commitment => {
                    report.findings.push(Finding::BodyChanged { seq: row.seq })
                }
                Some((_, body)) => {
                    let body: Value = serde_json::from_str(body).unwrap_or(Value::Null);
                    let kind = KINDS.iter().find(|k| body["kind"] == k.name);
                    if kind.is_none_or(|k| public_kind(*k) != row.kind) {
                        report.findings.push(Finding::KindChanged { seq: row.seq });
                    }
                    replay(row.seq, row.at, &body);
                }
            }
            while let Some(checkpoint) = checkpoints.next_if(|c| c.size <= edge.size()) {
                if checkpoint.size == edge.size() && checkpoint.root == edge.root() {
                    report.proved = checkpoint.size;
                } else {
                    report.findings.push(Finding::CheckpointDiffers { size: checkpoint.size });
                }
            }
        }
    }
    for checkpoint in checkpoints.filter(|c| c.size > 0) {
        report.findings.push(Finding::Cut { size: checkpoint.size, found: edge.size() });
    }
    match head(connection).await {
        Ok(stored) if stored == edge => {}
        Ok(stored) => report.findings.push(Finding::HeadDiffers { head: stored.size(), found: edge.size() }),
        Err(_) => report.findings.push(Finding::HeadDiffers { head: 0, found: edge.size() }),
    }
    report.size = edge.size();
    report.root = edge.root();
    Ok(report)
}
