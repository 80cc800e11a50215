//! Alerts and the rules that raise them.

crate::step!(
    "m0017_alerts",
    &[
        // A rule's thresholds from a day on, or their proposal. `thresholds` and `test` are JSON; `progress` is per cent of the back-test.
        "CREATE TABLE rule_version (
            id TEXT PRIMARY KEY,
            rule TEXT NOT NULL,
            thresholds TEXT NOT NULL,
            is_on BOOLEAN NOT NULL,
            reason TEXT NOT NULL,
            state TEXT NOT NULL,
            proposed_by TEXT NOT NULL,
            proposed_at BIGINT NOT NULL,
            progress BIGINT NOT NULL,
            test TEXT,
            from_day TEXT,
            decided_by TEXT,
            decided_at BIGINT
        )",
        "CREATE INDEX rule_version_rule ON rule_version (rule, state)",
        // What a rule found. `open_key` is rule and subject while nobody has judged it, so that there is one at a time. `division_code` is
        // empty where it is everybody's. `raised_at` is the first moment the rule held, `seen_at` the last.
        "CREATE TABLE alert (
            id TEXT PRIMARY KEY,
            rule TEXT NOT NULL,
            subject_kind TEXT NOT NULL,
            subject_id TEXT NOT NULL,
            label TEXT NOT NULL,
            severity TEXT NOT NULL,
            state TEXT NOT NULL,
            figures TEXT NOT NULL,
            division_code TEXT NOT NULL,
            producer_id TEXT,
            product_id TEXT,
            batch_id TEXT,
            open_key TEXT UNIQUE,
            raised_at BIGINT NOT NULL,
            seen_at BIGINT NOT NULL,
            due_on TEXT,
            judged_by TEXT,
            judged_at BIGINT,
            reason TEXT,
            case_id TEXT
        )",
        "CREATE INDEX alert_state ON alert (state, severity)",
        "CREATE INDEX alert_subject ON alert (subject_id, rule)",
        "CREATE INDEX alert_batch ON alert (batch_id)",
        "CREATE INDEX alert_judged ON alert (rule, judged_at)",
        // How far a journal has been read.
        "CREATE TABLE alert_mark (
            name TEXT PRIMARY KEY,
            seen BIGINT NOT NULL
        )",
        // Sessions of consumers, from the journal of scans: one visitor, one code, one verdict, 30 minutes. Scans by our own programs and
        // from addresses of the house are not in it. Kept 90 days.
        "CREATE TABLE alert_session (
            order_no BIGINT NOT NULL,
            seq BIGINT NOT NULL,
            begun_at BIGINT NOT NULL,
            visitor BIGINT NOT NULL,
            verdict TEXT NOT NULL,
            last_at BIGINT NOT NULL,
            place TEXT,
            PRIMARY KEY (order_no, seq, begun_at, visitor, verdict)
        )",
        "CREATE INDEX alert_session_visitor ON alert_session (visitor)",
        "CREATE INDEX alert_session_begun ON alert_session (begun_at)",
        // Well-formed codes nobody issued, as they were asked for: 10-minute slots, bounded in memory before they come here. Kept 30 days.
        "CREATE TABLE code_miss (
            slot BIGINT NOT NULL,
            code TEXT NOT NULL,
            visitor BIGINT NOT NULL,
            tries BIGINT NOT NULL,
            PRIMARY KEY (slot, code, visitor)
        )",
        // Scratch PINs as they were tried: first, used or wrong. Kept 30 days.
        "CREATE TABLE pin_try (
            id JOURNAL_KEY,
            at BIGINT NOT NULL,
            order_no BIGINT NOT NULL,
            seq BIGINT NOT NULL,
            visitor BIGINT NOT NULL,
            outcome TEXT NOT NULL
        )",
        "CREATE INDEX pin_try_code ON pin_try (order_no, seq)",
    ]
);
