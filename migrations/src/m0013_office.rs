//! Conflicts of interest, season plans with their versions, dated settings, the calendar of days off, notices for everybody.

crate::step!(
    "m0013_office",
    &[
        // 回避: an account may not decide about this organisation on these days.
        "CREATE TABLE conflict (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id),
            organisation_id TEXT NOT NULL REFERENCES organisation (id),
            reason TEXT NOT NULL,
            from_day TEXT NOT NULL,
            to_day TEXT,
            declared_by TEXT NOT NULL,
            declared_at BIGINT NOT NULL
        )",
        "CREATE INDEX conflict_account ON conflict (account_id)",
        // One version of the approved output of all parties of a product for a season. `total` in the product's base unit.
        "CREATE TABLE season_plan (
            id TEXT PRIMARY KEY,
            product_id TEXT NOT NULL REFERENCES product (id),
            season TEXT NOT NULL,
            version BIGINT NOT NULL,
            basis TEXT NOT NULL,
            state TEXT NOT NULL,
            note TEXT NOT NULL,
            evidence TEXT,
            total BIGINT NOT NULL,
            published_from TEXT,
            published_to TEXT,
            proposed_by TEXT NOT NULL,
            proposed_at BIGINT NOT NULL,
            decided_by TEXT,
            decided_at BIGINT,
            decision_reason TEXT,
            UNIQUE (product_id, season, version)
        )",
        "CREATE TABLE season_plan_line (
            plan_id TEXT NOT NULL REFERENCES season_plan (id),
            party_id TEXT NOT NULL,
            party_name TEXT NOT NULL,
            area_m2 BIGINT,
            amount BIGINT NOT NULL CHECK (amount > 0),
            measured BOOLEAN NOT NULL,
            note TEXT,
            PRIMARY KEY (plan_id, party_id)
        )",
        // A figure of law or of the house from a day on: `number` of `unit`, counted from `counted_from`, with its source.
        "CREATE TABLE dated_setting (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            number BIGINT NOT NULL CHECK (number >= 0),
            unit TEXT NOT NULL,
            from_day TEXT NOT NULL,
            source TEXT NOT NULL,
            recorded_by TEXT NOT NULL,
            recorded_at BIGINT NOT NULL,
            UNIQUE (name, from_day)
        )",
        // Days that are otherwise than the week says: `off` 放假, `work` 调休上班.
        "CREATE TABLE calendar_day (
            day TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            source TEXT NOT NULL,
            recorded_by TEXT NOT NULL,
            recorded_at BIGINT NOT NULL
        )",
        // What everybody signed in reads between two moments; with `maintenance` nothing is written meanwhile.
        "CREATE TABLE site_notice (
            id TEXT PRIMARY KEY,
            zh TEXT NOT NULL,
            en TEXT NOT NULL,
            maintenance BOOLEAN NOT NULL,
            from_at BIGINT NOT NULL,
            to_at BIGINT NOT NULL CHECK (to_at > from_at),
            given_by TEXT NOT NULL,
            given_at BIGINT NOT NULL,
            withdrawn_at BIGINT
        )",
    ]
);
