//! 推广: what producers tell under their own names, kept apart from the register's facts.

crate::step!(
    "m0026_stories",
    &[
        // One story of one firm about one product. `state` is that of the newest version; `live_version` is what the public reads.
        // Others see it from `submitted_at` on.
        "CREATE TABLE story (
            id TEXT PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisation (id),
            product_id TEXT NOT NULL REFERENCES product (id),
            state TEXT NOT NULL,
            version BIGINT NOT NULL,
            round BIGINT NOT NULL,
            live_version BIGINT,
            demo BOOLEAN NOT NULL,
            begun_by TEXT NOT NULL,
            begun_at BIGINT NOT NULL,
            submitted_at BIGINT,
            published_at BIGINT,
            moved_at BIGINT NOT NULL
        )",
        "CREATE INDEX story_organisation ON story (organisation_id, state)",
        "CREATE INDEX story_product ON story (product_id, state)",
        "CREATE INDEX story_live ON story (product_id, id) WHERE live_version IS NOT NULL",
        // What it says. `shops` and `pictures` are JSON lists; `kept_words` says why words of the advert law's list may stay.
        // A version that was published is never changed.
        "CREATE TABLE story_version (
            story_id TEXT NOT NULL REFERENCES story (id),
            version BIGINT NOT NULL,
            title_zh TEXT NOT NULL,
            text_zh TEXT NOT NULL,
            title_en TEXT,
            text_en TEXT,
            shops TEXT NOT NULL,
            pictures TEXT NOT NULL,
            kept_words TEXT NOT NULL,
            PRIMARY KEY (story_id, version)
        )",
        // What has to be mended, point by point, in the round that gave it back.
        "CREATE TABLE story_point (
            story_id TEXT NOT NULL REFERENCES story (id),
            round BIGINT NOT NULL,
            position BIGINT NOT NULL,
            part TEXT NOT NULL,
            said TEXT NOT NULL,
            PRIMARY KEY (story_id, round, position)
        )",
        "CREATE TABLE story_step (
            id JOURNAL_KEY,
            story_id TEXT NOT NULL REFERENCES story (id),
            version BIGINT NOT NULL,
            act TEXT NOT NULL,
            account_id TEXT NOT NULL,
            at BIGINT NOT NULL,
            said TEXT
        )",
        "CREATE INDEX story_step_of ON story_step (story_id)",
    ]
);
