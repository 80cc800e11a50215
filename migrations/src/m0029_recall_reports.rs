//! Reports on recalls have figures: how much came back, how much of it was done away with.

crate::step!(
    "m0029_recall_reports",
    &["ALTER TABLE rectification_note ADD COLUMN recovered BIGINT", "ALTER TABLE rectification_note ADD COLUMN disposed BIGINT"]
);
