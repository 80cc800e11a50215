//! What happened, append-only; what was asked twice; what was refused.

crate::step!(
    "m0001_ledger",
    &[
        // One leaf each. `commitment` = SHA-256(salt ‖ body) in hex; the leaf is the JCS of {v, seq, at, type, commit}.
        "CREATE TABLE event (
            seq BIGINT PRIMARY KEY,
            at BIGINT NOT NULL,
            kind TEXT NOT NULL,
            commitment TEXT NOT NULL
        )",
        // Erasable: the leaf stays provable without it.
        "CREATE TABLE event_body (
            seq BIGINT PRIMARY KEY REFERENCES event (seq),
            salt BLOB NOT NULL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL
        )",
        "CREATE INDEX event_body_subject ON event_body (subject, seq)",
        // One row: how many leaves there are, the latest moment, and the right edge of the Merkle tree in hex.
        "CREATE TABLE ledger_head (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            size BIGINT NOT NULL CHECK (size >= 0),
            last_at BIGINT NOT NULL,
            edge TEXT NOT NULL
        )",
        "INSERT INTO ledger_head (id, size, last_at, edge) VALUES (1, 0, 0, '')",
        // An Idempotency-Key with what was answered; `request_hash` is SHA-256(method, path, body) in hex.
        "CREATE TABLE idempotency (
            account_id TEXT NOT NULL,
            key TEXT NOT NULL,
            request_hash TEXT NOT NULL,
            status BIGINT NOT NULL,
            location TEXT,
            answer TEXT,
            recorded_at BIGINT NOT NULL,
            PRIMARY KEY (account_id, key)
        )",
        "CREATE INDEX idempotency_recorded_at ON idempotency (recorded_at)",
        "CREATE TABLE refused_act (
            id JOURNAL_KEY,
            at BIGINT NOT NULL,
            account_id TEXT NOT NULL,
            method TEXT NOT NULL,
            path TEXT NOT NULL,
            code TEXT NOT NULL
        )",
    ]
);
