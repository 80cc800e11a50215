//! 线索反馈 from the scan page and what follows from it.

crate::step!(
    "m0019_feedback",
    &[
        // One thing that was said, however often: reports of the same are merged into it. `channel` is `own` (our promise), or `complaint`
        // and `report` where the statutory channel is open. `outside_*` is what 12315 calls it. `division_code` is empty where nothing tells
        // the place; then every officer sees it.
        "CREATE TABLE feedback (
            id TEXT PRIMARY KEY,
            number TEXT NOT NULL UNIQUE,
            choice TEXT NOT NULL,
            channel TEXT NOT NULL,
            code TEXT,
            order_id TEXT,
            batch_id TEXT,
            producer_id TEXT,
            product_id TEXT,
            division_code TEXT NOT NULL,
            link TEXT,
            state TEXT NOT NULL,
            reports BIGINT NOT NULL CHECK (reports > 0),
            first_at BIGINT NOT NULL,
            last_at BIGINT NOT NULL,
            due_on TEXT NOT NULL,
            accepted_on TEXT,
            extended BOOLEAN NOT NULL,
            taken_by TEXT,
            answer TEXT,
            answered_by TEXT,
            answered_at BIGINT,
            transferred_at BIGINT,
            outside_no TEXT,
            outside_kind TEXT,
            outside_state TEXT,
            outside_on TEXT,
            closed_reason TEXT,
            closed_by TEXT,
            closed_at BIGINT,
            erased_at BIGINT
        )",
        "CREATE INDEX feedback_due ON feedback (state, due_on)",
        "CREATE INDEX feedback_code ON feedback (code)",
        "CREATE INDEX feedback_batch ON feedback (batch_id)",
        "CREATE INDEX feedback_producer ON feedback (producer_id)",
        "CREATE INDEX feedback_product ON feedback (product_id)",
        "CREATE INDEX feedback_outside ON feedback (outside_no)",
        // Each report with its own receipt, of which only the hash is kept. Whoever reported is in here and nowhere else.
        "CREATE TABLE feedback_report (
            id TEXT PRIMARY KEY,
            feedback_id TEXT NOT NULL REFERENCES feedback (id),
            receipt_hash TEXT NOT NULL UNIQUE,
            received_at BIGINT NOT NULL,
            visitor TEXT NOT NULL,
            said TEXT,
            said_hash TEXT,
            bought_at TEXT,
            price TEXT,
            link TEXT,
            reporter TEXT,
            phone TEXT,
            consented_at BIGINT,
            photos BIGINT NOT NULL,
            erased_at BIGINT
        )",
        "CREATE INDEX feedback_report_of ON feedback_report (feedback_id, received_at)",
        "CREATE INDEX feedback_report_at ON feedback_report (received_at)",
    ]
);
