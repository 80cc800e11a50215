//! Organisations, accounts, dated roles with a scope, sessions.

crate::step!(
    "m0002_identity",
    &[
        "CREATE TABLE organisation (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            credit_code TEXT UNIQUE,
            credit_code_evidence TEXT,
            division_code TEXT NOT NULL,
            contact TEXT,
            state TEXT NOT NULL,
            demo BOOLEAN NOT NULL,
            registered_at BIGINT NOT NULL
        )",
        "CREATE INDEX organisation_division ON organisation (division_code)",
        "CREATE TABLE account (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            display_name TEXT NOT NULL,
            organisation_id TEXT REFERENCES organisation (id),
            grower_id TEXT,
            password_hash TEXT NOT NULL,
            state TEXT NOT NULL,
            created_at BIGINT NOT NULL
        )",
        // Dated: in force from the day `from_day` to before `to_day`. `scope_kind` organisation | division | rights | grower | all.
        "CREATE TABLE role_grant (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id),
            role TEXT NOT NULL,
            scope_kind TEXT NOT NULL,
            scope_ref TEXT,
            from_day TEXT NOT NULL,
            to_day TEXT,
            state TEXT NOT NULL,
            proposed_by TEXT NOT NULL,
            proposed_at BIGINT NOT NULL,
            decided_by TEXT,
            decided_at BIGINT
        )",
        "CREATE INDEX role_grant_account ON role_grant (account_id)",
        // `token_hash` is SHA-256 of the token in hex; the token itself is nowhere.
        "CREATE TABLE session (
            token_hash TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id),
            kind TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL
        )",
        "CREATE INDEX session_account ON session (account_id)",
    ]
);
