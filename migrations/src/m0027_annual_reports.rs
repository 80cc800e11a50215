//! 年度报告: what a user of a mark reports of a calendar year, and what a county counts of it.

crate::step!(
    "m0027_annual_reports",
    &[
        // One version of one organisation's report on one product and one year. A correction is a new version; the accepted one before it is
        // superseded when the new one is accepted. `answers` is a JSON list of questions with both figures and what was answered.
        "CREATE TABLE annual_report (
            id TEXT PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisation (id),
            product_id TEXT NOT NULL REFERENCES product (id),
            year BIGINT NOT NULL,
            version BIGINT NOT NULL,
            state TEXT NOT NULL,
            round BIGINT NOT NULL,
            remark TEXT,
            answers TEXT NOT NULL,
            due_on TEXT NOT NULL,
            late BOOLEAN NOT NULL,
            answer_until TEXT,
            correction_reason TEXT,
            demo BOOLEAN NOT NULL,
            begun_by TEXT NOT NULL,
            begun_at BIGINT NOT NULL,
            computed_at BIGINT,
            submitted_at BIGINT,
            accepted_by TEXT,
            moved_at BIGINT NOT NULL
        )",
        "CREATE UNIQUE INDEX annual_report_version ON annual_report (organisation_id, product_id, year, version)",
        // One version at a time is written or looked at, also when two people begin at the same moment.
        "CREATE UNIQUE INDEX annual_report_open ON annual_report (organisation_id, product_id, year)
            WHERE state IN ('draft', 'submitted', 'returned')",
        "CREATE INDEX annual_report_year ON annual_report (product_id, year, state)",
        // Figures: what the platform computed when it was handed in, and what the firm declares.
        "CREATE TABLE annual_report_figure (
            report_id TEXT NOT NULL REFERENCES annual_report (id),
            source TEXT NOT NULL,
            name TEXT NOT NULL,
            unit TEXT NOT NULL,
            amount BIGINT NOT NULL,
            PRIMARY KEY (report_id, source, name)
        )",
        "CREATE TABLE annual_report_point (
            report_id TEXT NOT NULL REFERENCES annual_report (id),
            round BIGINT NOT NULL,
            position BIGINT NOT NULL,
            part TEXT NOT NULL,
            said TEXT NOT NULL,
            PRIMARY KEY (report_id, round, position)
        )",
        "CREATE TABLE annual_report_step (
            id JOURNAL_KEY,
            report_id TEXT NOT NULL REFERENCES annual_report (id),
            round BIGINT NOT NULL,
            act TEXT NOT NULL,
            account_id TEXT NOT NULL,
            at BIGINT NOT NULL,
            said TEXT
        )",
        "CREATE INDEX annual_report_step_of ON annual_report_step (report_id)",
        // 县级统计: the newest line of a product, year and county counts, older ones stay.
        "CREATE TABLE county_figure (
            id TEXT PRIMARY KEY,
            product_id TEXT NOT NULL REFERENCES product (id),
            year BIGINT NOT NULL,
            county_code TEXT NOT NULL REFERENCES division (code),
            area_m2 BIGINT,
            output BIGINT,
            value_fen BIGINT,
            households BIGINT,
            users BIGINT,
            source TEXT NOT NULL,
            demo BOOLEAN NOT NULL,
            recorded_by TEXT NOT NULL,
            recorded_at BIGINT NOT NULL
        )",
        "CREATE INDEX county_figure_of ON county_figure (product_id, year, county_code)",
    ]
);
