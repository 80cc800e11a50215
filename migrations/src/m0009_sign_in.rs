//! Second factors, invitations, tokens of programs, what became of sign-ins.

crate::step!(
    "m0009_sign_in",
    &[
        // Last use, and from where: the address is shortened (IPv4 /24, IPv6 /48). A `step` is a right password that waits for its code.
        "ALTER TABLE session ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE session ADD COLUMN address TEXT",
        "ALTER TABLE session ADD COLUMN agent TEXT",
        // One row per account that ever signed in or was given a password; without one nothing is remembered against it.
        "CREATE TABLE account_guard (
            account_id TEXT PRIMARY KEY REFERENCES account (id),
            password_set_at BIGINT NOT NULL,
            must_change BOOLEAN NOT NULL,
            wrong BIGINT NOT NULL CHECK (wrong >= 0),
            locked_until BIGINT NOT NULL,
            second_factor BOOLEAN NOT NULL
        )",
        "CREATE TABLE past_password (
            id JOURNAL_KEY,
            account_id TEXT NOT NULL REFERENCES account (id),
            password_hash TEXT NOT NULL,
            replaced_at BIGINT NOT NULL
        )",
        "CREATE INDEX past_password_account ON past_password (account_id)",
        // `kind` totp | card | sms; `state` proposed | in_force | ended. `secret` is sealed under a key outside the database: the TOTP secret
        // or the telephone number. `last_step` is the last TOTP step used.
        "CREATE TABLE second_factor (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id),
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            secret BLOB,
            last_step BIGINT NOT NULL,
            made_at BIGINT NOT NULL,
            confirmed_at BIGINT,
            ended_at BIGINT
        )",
        "CREATE INDEX second_factor_account ON second_factor (account_id)",
        // One-time codes of a printed card; `mark` is a keyed hash.
        "CREATE TABLE card_code (
            factor_id TEXT NOT NULL REFERENCES second_factor (id),
            no BIGINT NOT NULL,
            mark TEXT NOT NULL,
            used_at BIGINT,
            PRIMARY KEY (factor_id, no)
        )",
        // The one code under way by SMS; `day` and `sent` bound how many are sent a day.
        "CREATE TABLE sent_code (
            account_id TEXT PRIMARY KEY REFERENCES account (id),
            factor_id TEXT NOT NULL,
            mark TEXT NOT NULL,
            sent_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            day TEXT NOT NULL,
            sent BIGINT NOT NULL
        )",
        // Every sign-in and every refused one. `name` as typed, cut to 40 characters.
        "CREATE TABLE sign_in_record (
            id JOURNAL_KEY,
            at BIGINT NOT NULL,
            name TEXT NOT NULL,
            account_id TEXT,
            outcome TEXT NOT NULL,
            carrier TEXT NOT NULL,
            address TEXT
        )",
        "CREATE INDEX sign_in_record_account ON sign_in_record (account_id, id)",
        // `kind` join | reset. The token is shown once; `token_hash` is its SHA-256. `roles` are words between commas.
        "CREATE TABLE invitation (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            organisation_id TEXT REFERENCES organisation (id),
            account_id TEXT REFERENCES account (id),
            person TEXT NOT NULL,
            roles TEXT NOT NULL,
            administers BOOLEAN NOT NULL,
            token_hash TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL,
            made_by TEXT NOT NULL,
            made_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            used_at BIGINT
        )",
        "CREATE INDEX invitation_organisation ON invitation (organisation_id)",
        "CREATE INDEX invitation_account ON invitation (account_id)",
        // 经办人: people who share the devices of an organisation.
        "CREATE TABLE handler (
            id TEXT PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisation (id),
            name TEXT NOT NULL,
            state TEXT NOT NULL,
            listed_at BIGINT NOT NULL,
            ended_at BIGINT
        )",
        "CREATE INDEX handler_organisation ON handler (organisation_id)",
        // Who looks after the people of an organisation, from the day `from_day` to before `to_day`.
        "CREATE TABLE organisation_admin (
            id TEXT PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisation (id),
            account_id TEXT NOT NULL REFERENCES account (id),
            from_day TEXT NOT NULL,
            to_day TEXT,
            named_by TEXT NOT NULL,
            named_at BIGINT NOT NULL
        )",
        "CREATE INDEX organisation_admin_organisation ON organisation_admin (organisation_id)",
        "CREATE INDEX organisation_admin_account ON organisation_admin (account_id)",
        // Resetting an account at a counter: one officer looked at a document (its kind, never its number), another confirms.
        "CREATE TABLE recovery (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id),
            document TEXT NOT NULL,
            reason TEXT NOT NULL,
            state TEXT NOT NULL,
            proposed_by TEXT NOT NULL,
            proposed_at BIGINT NOT NULL,
            decided_by TEXT,
            decided_at BIGINT
        )",
        "CREATE INDEX recovery_account ON recovery (account_id)",
        // Tokens of programs; `scopes` are words between blanks.
        "CREATE TABLE api_token (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id),
            name TEXT NOT NULL,
            token_hash TEXT NOT NULL UNIQUE,
            scopes TEXT NOT NULL,
            made_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            used_at BIGINT,
            ended_at BIGINT
        )",
        "CREATE INDEX api_token_account ON api_token (account_id)",
    ]
);
