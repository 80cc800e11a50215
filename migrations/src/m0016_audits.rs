//! Decisions about listings; evidence in a chain.

crate::step!(
    "m0016_audits",
    &[
        // How far the audit of a listing has come; a listing without a row is new. `content_hash` is what it said when decided,
        // `held_by` the officer it is given to.
        "CREATE TABLE listing_audit (
            listing_id TEXT PRIMARY KEY REFERENCES listing (id),
            state TEXT NOT NULL,
            decision_id TEXT,
            content_hash TEXT NOT NULL,
            due_on TEXT,
            decided_at BIGINT,
            held_by TEXT,
            held_at BIGINT
        )",
        "CREATE INDEX listing_audit_state ON listing_audit (state, due_on)",
        "CREATE INDEX listing_audit_held ON listing_audit (held_by)",
        // One decision about one listing; never changed but for the second person's answer and the undoing. `before_state` and
        // `before_id` are what undoing goes back to; `findings` is what the rules said then, as JSON.
        "CREATE TABLE listing_decision (
            id TEXT PRIMARY KEY,
            listing_id TEXT NOT NULL REFERENCES listing (id),
            verdict TEXT NOT NULL,
            reason TEXT NOT NULL,
            said TEXT NOT NULL,
            recipient TEXT,
            due_on TEXT,
            step TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            findings TEXT NOT NULL,
            before_state TEXT NOT NULL,
            before_id TEXT,
            group_id TEXT,
            decided_by TEXT NOT NULL,
            decided_at BIGINT NOT NULL,
            answered_by TEXT,
            answered_at BIGINT
        )",
        "CREATE INDEX listing_decision_listing ON listing_decision (listing_id, id)",
        "CREATE INDEX listing_decision_step ON listing_decision (step, id)",
        "CREATE INDEX listing_decision_group ON listing_decision (group_id)",
        // 电子数据取证. `record` is the whole record as canonical JSON (RFC 8785), `previous_hash` among it; `hash` its SHA-256.
        // Rows are never changed; a supplement is a record of its own.
        "CREATE TABLE evidence (
            id TEXT PRIMARY KEY,
            chain_no BIGINT NOT NULL UNIQUE,
            subject_kind TEXT NOT NULL,
            subject_id TEXT NOT NULL,
            supplements_id TEXT REFERENCES evidence (id),
            division_code TEXT NOT NULL,
            method TEXT NOT NULL,
            taken_at BIGINT NOT NULL,
            taken_by TEXT NOT NULL,
            record TEXT NOT NULL,
            hash TEXT NOT NULL
        )",
        "CREATE INDEX evidence_subject ON evidence (subject_id)",
        "CREATE INDEX evidence_division ON evidence (division_code, id)",
        "CREATE INDEX evidence_supplements ON evidence (supplements_id)",
        // The end of the chain: one row.
        "CREATE TABLE evidence_head (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            chain_no BIGINT NOT NULL,
            hash TEXT NOT NULL
        )",
        "INSERT INTO evidence_head (id, chain_no, hash) VALUES (1, 0, '')",
    ]
);
