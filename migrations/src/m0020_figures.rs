//! Figures for the people in charge: numbers officers met that nobody issued, and how firms' risk is counted.

crate::step!(
    "m0020_figures",
    &[
        // `reading` says whether the number is well formed (`unknown`) or not (`mistyped`); `division_code` is where the officer works.
        "CREATE TABLE unknown_code (
            id TEXT PRIMARY KEY,
            typed TEXT NOT NULL,
            reading TEXT NOT NULL,
            division_code TEXT NOT NULL,
            place TEXT NOT NULL,
            note TEXT NOT NULL,
            noted_by TEXT NOT NULL,
            noted_at BIGINT NOT NULL
        )",
        "CREATE INDEX unknown_code_typed ON unknown_code (typed)",
        "CREATE INDEX unknown_code_place ON unknown_code (division_code, noted_at)",
        // Points, levels and visits a year as JSON; the one with the latest first day not after today counts.
        "CREATE TABLE risk_rule (
            id TEXT PRIMARY KEY,
            from_day TEXT NOT NULL,
            figures TEXT NOT NULL,
            source TEXT NOT NULL,
            recorded_by TEXT NOT NULL,
            recorded_at BIGINT NOT NULL
        )",
    ]
);
