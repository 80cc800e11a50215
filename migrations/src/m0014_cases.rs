//! Officers with the number of their enforcement certificate; case files with what they link and what was done in them.

crate::step!(
    "m0014_cases",
    &[
        // 执法证号 of an account; `department` says for whom it enforces (joint tasks), `valid_to` is open if null.
        "CREATE TABLE officer (
            account_id TEXT PRIMARY KEY REFERENCES account (id),
            certificate_no TEXT NOT NULL UNIQUE,
            department TEXT NOT NULL,
            valid_to TEXT,
            recorded_by TEXT NOT NULL,
            recorded_at BIGINT NOT NULL
        )",
        // 案卷. `division_code` is the place whose officers work it; `source` is what it began with.
        "CREATE TABLE case_file (
            id TEXT PRIMARY KEY,
            title TEXT NOT NULL,
            source TEXT NOT NULL,
            source_id TEXT,
            division_code TEXT NOT NULL,
            state TEXT NOT NULL,
            outcome TEXT,
            reason TEXT,
            due_on TEXT,
            opened_by TEXT NOT NULL,
            opened_at BIGINT NOT NULL,
            closed_by TEXT,
            closed_at BIGINT
        )",
        "CREATE INDEX case_file_division ON case_file (division_code, state)",
        // What a case is about: codes, batches, firms, sellers, listings, files, feedback, alerts, inspections. `label` is what people read.
        "CREATE TABLE case_link (
            case_id TEXT NOT NULL REFERENCES case_file (id),
            kind TEXT NOT NULL,
            ref_id TEXT NOT NULL,
            label TEXT NOT NULL,
            linked_by TEXT NOT NULL,
            linked_at BIGINT NOT NULL,
            PRIMARY KEY (case_id, kind, ref_id)
        )",
        "CREATE INDEX case_link_ref ON case_link (ref_id)",
        // What was done, in order; never changed.
        "CREATE TABLE case_note (
            id JOURNAL_KEY,
            case_id TEXT NOT NULL REFERENCES case_file (id),
            at BIGINT NOT NULL,
            noted_by TEXT NOT NULL,
            act TEXT NOT NULL,
            said TEXT NOT NULL
        )",
        "CREATE INDEX case_note_case ON case_note (case_id)",
    ]
);
