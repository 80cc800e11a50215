//! 用标申请: a producer's way to a mark use, and the filing of the artwork that follows.

crate::step!(
    "m0024_applications",
    &[
        // What a producer asks for. `goods` is a JSON list of words; `volume` and `area_m2` are of one season; nothing of a draft is a fact.
        // Others see it from `submitted_at` on.
        "CREATE TABLE mark_use_application (
            id TEXT PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisation (id),
            right_id TEXT NOT NULL REFERENCES gi_right (id),
            product_id TEXT NOT NULL REFERENCES product (id),
            renews_id TEXT REFERENCES mark_use (id),
            season TEXT NOT NULL,
            goods TEXT NOT NULL,
            volume BIGINT,
            bought_from TEXT,
            wanted_from TEXT,
            note TEXT,
            area_m2 BIGINT NOT NULL,
            state TEXT NOT NULL,
            round BIGINT NOT NULL,
            answer_by TEXT,
            mark_use_id TEXT REFERENCES mark_use (id),
            demo BOOLEAN NOT NULL,
            begun_by TEXT NOT NULL,
            begun_at BIGINT NOT NULL,
            submitted_at BIGINT,
            moved_at BIGINT NOT NULL
        )",
        "CREATE INDEX mark_use_application_organisation ON mark_use_application (organisation_id, state)",
        "CREATE INDEX mark_use_application_right ON mark_use_application (right_id, state)",
        // One organisation asks for one right once at a time, also when two people begin at the same moment.
        "CREATE UNIQUE INDEX mark_use_application_once ON mark_use_application (organisation_id, right_id)
            WHERE state NOT IN ('approved', 'refused', 'withdrawn')",
        "CREATE TABLE mark_use_application_plot (
            application_id TEXT NOT NULL REFERENCES mark_use_application (id),
            plot_id TEXT NOT NULL REFERENCES plot (id),
            PRIMARY KEY (application_id, plot_id)
        )",
        // What has to be mended, point by point, in the round that gave it back, and what was answered.
        "CREATE TABLE mark_use_application_point (
            application_id TEXT NOT NULL REFERENCES mark_use_application (id),
            round BIGINT NOT NULL,
            position BIGINT NOT NULL,
            part TEXT NOT NULL,
            said TEXT NOT NULL,
            answer TEXT,
            PRIMARY KEY (application_id, round, position)
        )",
        // Every step with who took it: what was said, the day on the spot or of the document, its number.
        "CREATE TABLE mark_use_application_step (
            id JOURNAL_KEY,
            application_id TEXT NOT NULL REFERENCES mark_use_application (id),
            round BIGINT NOT NULL,
            act TEXT NOT NULL,
            account_id TEXT NOT NULL,
            at BIGINT NOT NULL,
            said TEXT,
            reason TEXT,
            on_day TEXT,
            document_no TEXT
        )",
        "CREATE INDEX mark_use_application_step_of ON mark_use_application_step (application_id)",
        // 图样备案: the day and number under which the artwork of the special mark was filed.
        "ALTER TABLE mark_use ADD COLUMN artwork_on TEXT",
        "ALTER TABLE mark_use ADD COLUMN artwork_no TEXT",
    ]
);
