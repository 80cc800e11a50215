//! What was left to do for the people at the scale: a delivery entered by mistake is voided, never deleted.

crate::step!(
    "m0021_rest",
    &[
        // A delivery that was voided keeps its weight; nothing of it is covered, so all of it is pending, and nobody covers it again.
        "ALTER TABLE delivery ADD COLUMN voided_at BIGINT",
        // Who asked for it and why; `voided` at once on the day it was entered, else `waiting` for a second person.
        "CREATE TABLE delivery_void (
            id TEXT PRIMARY KEY,
            delivery_id TEXT NOT NULL REFERENCES delivery (id),
            organisation_id TEXT NOT NULL REFERENCES organisation (id),
            reason TEXT NOT NULL,
            state TEXT NOT NULL,
            asked_at BIGINT NOT NULL,
            asked_by TEXT NOT NULL,
            handled_by TEXT,
            decided_at BIGINT,
            decided_by TEXT,
            decision_reason TEXT
        )",
        "CREATE INDEX delivery_void_delivery ON delivery_void (delivery_id)",
        "CREATE INDEX delivery_void_organisation ON delivery_void (organisation_id, state)",
    ]
);
