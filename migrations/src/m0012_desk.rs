//! Drafts and notices.

crate::step!(
    "m0012_desk",
    &[
        // `body` is a JSON object of what was typed, by the names of the fields; `became_id` what the draft was handed in as.
        "CREATE TABLE draft (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            organisation_id TEXT NOT NULL REFERENCES organisation (id),
            account_id TEXT NOT NULL,
            body TEXT NOT NULL,
            step TEXT NOT NULL,
            became_id TEXT,
            version BIGINT NOT NULL CHECK (version > 0),
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        "CREATE INDEX draft_organisation ON draft (organisation_id, kind, updated_at)",
        // `about` is a JSON object of the values its words name. `once` keeps a notice of a date from being written twice.
        "CREATE TABLE notice (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            organisation_id TEXT REFERENCES organisation (id),
            account_id TEXT,
            subject_id TEXT NOT NULL,
            about TEXT NOT NULL,
            once TEXT,
            noted_at BIGINT NOT NULL,
            read_at BIGINT,
            read_by TEXT,
            CHECK ((organisation_id IS NULL) <> (account_id IS NULL))
        )",
        "CREATE INDEX notice_organisation ON notice (organisation_id, id)",
        "CREATE INDEX notice_account ON notice (account_id, id)",
        "CREATE INDEX notice_noted_at ON notice (noted_at)",
        "CREATE UNIQUE INDEX notice_once ON notice (once)",
        // How far a notice has come on a way out of the product: `waiting`, `sent`, `given_up`.
        "CREATE TABLE outbox (
            notice_id TEXT NOT NULL REFERENCES notice (id),
            channel TEXT NOT NULL,
            state TEXT NOT NULL,
            tries BIGINT NOT NULL,
            due_at BIGINT NOT NULL,
            sent_at BIGINT,
            said TEXT,
            PRIMARY KEY (notice_id, channel)
        )",
        "CREATE INDEX outbox_due ON outbox (state, due_at)",
    ]
);
