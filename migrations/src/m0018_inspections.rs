//! Pools, draws, inspections, rectification, the list of abnormal operations.

crate::step!(
    "m0018_inspections",
    &[
        // 责令改正. Addressed to an organisation, or to a seller (whose organisation, if it has one, stands beside it); `source` is what it
        // follows from. `due_on` is the day of the round that runs; `name` is the addressee's as it was then.
        "CREATE TABLE rectification (
            id TEXT PRIMARY KEY,
            source TEXT NOT NULL,
            source_id TEXT NOT NULL,
            organisation_id TEXT,
            seller_id TEXT,
            name TEXT NOT NULL,
            division_code TEXT NOT NULL,
            document_no TEXT,
            what TEXT NOT NULL,
            due_on TEXT NOT NULL,
            state TEXT NOT NULL,
            ordered_by TEXT NOT NULL,
            ordered_at BIGINT NOT NULL,
            replied_at BIGINT,
            ended_by TEXT,
            ended_at BIGINT
        )",
        "CREATE INDEX rectification_division ON rectification (division_code, state)",
        "CREATE INDEX rectification_organisation ON rectification (organisation_id)",
        "CREATE INDEX rectification_source ON rectification (source_id)",
        // What was said in each round, in order; never changed. `files` is how many came with it.
        "CREATE TABLE rectification_note (
            id JOURNAL_KEY,
            rectification_id TEXT NOT NULL REFERENCES rectification (id),
            at BIGINT NOT NULL,
            noted_by TEXT NOT NULL,
            act TEXT NOT NULL,
            said TEXT NOT NULL,
            due_on TEXT,
            files BIGINT NOT NULL
        )",
        "CREATE INDEX rectification_note_of ON rectification_note (rectification_id)",
        // One task of a year's plan of random inspections. `departments` and `county_codes` are parted by semicolons; `portion` counts firms
        // (`number`) or per mille of the candidates (`ratio`). From freezing on, `list_body` is the JCS text whose SHA-256 is `list_hash`;
        // `accounts` says whose the certificates in it are (JSON), and is not published.
        "CREATE TABLE inspection_draw (
            id TEXT PRIMARY KEY,
            plan_year BIGINT NOT NULL,
            name TEXT NOT NULL,
            source TEXT NOT NULL,
            external_no TEXT,
            departments TEXT NOT NULL,
            division_code TEXT NOT NULL,
            product_id TEXT,
            firm_kind TEXT NOT NULL,
            portion_kind TEXT NOT NULL,
            portion BIGINT NOT NULL,
            frequency TEXT NOT NULL,
            state TEXT NOT NULL,
            list_body TEXT,
            accounts TEXT,
            list_hash TEXT,
            taken BIGINT NOT NULL,
            value_source TEXT,
            value_day TEXT,
            public_value TEXT,
            seed TEXT,
            planned_by TEXT NOT NULL,
            planned_at BIGINT NOT NULL,
            frozen_by TEXT,
            frozen_at BIGINT,
            drawn_by TEXT,
            drawn_at BIGINT
        )",
        "CREATE INDEX inspection_draw_year ON inspection_draw (plan_year)",
        // One firm to be inspected. `form` is what was typed so far (no fact), `record` is what was handed in (JCS text, its SHA-256 in the
        // ledger). `found` is none, rectify or follow_up.
        "CREATE TABLE inspection (
            id TEXT PRIMARY KEY,
            draw_id TEXT REFERENCES inspection_draw (id),
            rank BIGINT NOT NULL,
            organisation_id TEXT NOT NULL,
            name TEXT NOT NULL,
            division_code TEXT NOT NULL,
            product_id TEXT,
            departments TEXT NOT NULL,
            reason TEXT NOT NULL,
            recheck_of TEXT,
            state TEXT NOT NULL,
            form TEXT NOT NULL,
            record TEXT,
            record_hash TEXT,
            found TEXT,
            inspected_on TEXT,
            publish_by TEXT,
            public_text TEXT,
            rectification_id TEXT,
            case_id TEXT,
            opened_by TEXT NOT NULL,
            opened_at BIGINT NOT NULL,
            done_by TEXT,
            done_at BIGINT,
            published_by TEXT,
            published_at BIGINT
        )",
        "CREATE INDEX inspection_division ON inspection (division_code, state)",
        "CREATE INDEX inspection_draw_of ON inspection (draw_id)",
        "CREATE INDEX inspection_organisation ON inspection (organisation_id)",
        // Who inspects: the certificate as it was when the officer was drawn or named.
        "CREATE TABLE inspection_officer (
            inspection_id TEXT NOT NULL REFERENCES inspection (id),
            account_id TEXT NOT NULL,
            certificate_no TEXT NOT NULL,
            department TEXT NOT NULL,
            PRIMARY KEY (inspection_id, account_id)
        )",
        "CREATE INDEX inspection_officer_account ON inspection_officer (account_id)",
        // A department's checklist from a day on, beside the one that comes with the program. `items` is a JSON list of words.
        "CREATE TABLE checklist (
            id JOURNAL_KEY,
            department TEXT NOT NULL,
            from_day TEXT NOT NULL,
            items TEXT NOT NULL,
            source TEXT NOT NULL,
            recorded_by TEXT NOT NULL,
            recorded_at BIGINT NOT NULL
        )",
        "CREATE INDEX checklist_department ON checklist (department)",
        // 经营异常名录: entered and removed by two persons each, with the document's number.
        "CREATE TABLE abnormal_entry (
            id TEXT PRIMARY KEY,
            organisation_id TEXT NOT NULL,
            division_code TEXT NOT NULL,
            reason TEXT NOT NULL,
            document_no TEXT NOT NULL,
            state TEXT NOT NULL,
            proposed_by TEXT NOT NULL,
            proposed_at BIGINT NOT NULL,
            confirmed_by TEXT,
            confirmed_at BIGINT,
            lift_text TEXT,
            lift_document_no TEXT,
            lift_proposed_by TEXT,
            lifted_by TEXT,
            lifted_at BIGINT
        )",
        "CREATE INDEX abnormal_entry_organisation ON abnormal_entry (organisation_id)",
        "CREATE INDEX abnormal_entry_division ON abnormal_entry (division_code)",
    ]
);
