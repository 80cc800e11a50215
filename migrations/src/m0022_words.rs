//! 字典: grades and varieties of a product by their days.

crate::step!(
    "m0022_words",
    &[
        // Grades and varieties of a product from a day to a day (the last one in force); what is on record is never rewritten.
        "CREATE TABLE product_word (
            id TEXT PRIMARY KEY,
            product_id TEXT NOT NULL REFERENCES product (id),
            kind TEXT NOT NULL,
            word TEXT NOT NULL,
            from_day TEXT NOT NULL,
            to_day TEXT,
            source TEXT NOT NULL,
            recorded_by TEXT NOT NULL,
            recorded_at BIGINT NOT NULL,
            ended_by TEXT
        )",
        "CREATE INDEX product_word_product ON product_word (product_id, kind)",
    ]
);
