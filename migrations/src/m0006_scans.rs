//! Scans: an append-only journal without a text index, and one row per code that was ever scanned.

crate::step!(
    "m0006_scans",
    &[
        // `visitor` is 8 bytes of a keyed hash whose key lives 48 hours; `place` is a province or province/city, never finer.
        "CREATE TABLE scan (
            id JOURNAL_KEY,
            at BIGINT NOT NULL,
            order_no BIGINT NOT NULL,
            seq BIGINT NOT NULL,
            visitor BIGINT NOT NULL,
            place TEXT,
            via TEXT NOT NULL,
            verdict TEXT NOT NULL
        )",
        // `ring` keeps the latest 32 sessions, newest first: visitor, minute and place each. `revision` grows with every write, so that
        // two nodes that write at once are found.
        "CREATE TABLE code_stat (
            order_no BIGINT NOT NULL,
            seq BIGINT NOT NULL,
            sessions BIGINT NOT NULL,
            first_at BIGINT NOT NULL,
            first_place TEXT,
            first_visitor BIGINT NOT NULL,
            last_at BIGINT NOT NULL,
            last_place TEXT,
            ring TEXT NOT NULL,
            revision BIGINT NOT NULL,
            PRIMARY KEY (order_no, seq)
        )",
        // Random, shared by all nodes, gone after 48 hours, never in a backup.
        "CREATE TABLE day_key (
            day TEXT PRIMARY KEY,
            key BLOB NOT NULL
        )",
        "CREATE TABLE pin_use (
            order_no BIGINT NOT NULL,
            seq BIGINT NOT NULL,
            first_used_at BIGINT,
            first_place TEXT,
            first_visitor BIGINT,
            wrong_day TEXT,
            wrong_count BIGINT NOT NULL,
            PRIMARY KEY (order_no, seq)
        )",
    ]
);
