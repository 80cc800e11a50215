//! A database that came back from a backup: what it was restored from, and whether somebody has looked at what it lost.

crate::step!(
    "m0028_restorations",
    &[
        "CREATE TABLE restoration (
            id TEXT NOT NULL PRIMARY KEY,
            taken_at BIGINT NOT NULL,
            restored_at BIGINT NOT NULL,
            ledger_size BIGINT NOT NULL,
            cleared_at BIGINT,
            lost BIGINT,
            reason TEXT
        )",
        // One hold at a time.
        "CREATE UNIQUE INDEX restoration_held ON restoration (taken_at) WHERE cleared_at IS NULL",
    ]
);
