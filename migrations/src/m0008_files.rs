//! Files: what was uploaded, and what it belongs to.

crate::step!(
    "m0008_files",
    &[
        // `sha256` names the original in the store; `view_sha256` a re-encoded copy of a picture. `about_kind` and `about_id` say what it
        // belongs to (`batch`, `bat_…`), `purpose` why (`photo`, `report`, `slip`, `evidence`, `licence`).
        "CREATE TABLE stored_file (
            id TEXT PRIMARY KEY,
            sha256 TEXT NOT NULL,
            size BIGINT NOT NULL CHECK (size > 0),
            media TEXT NOT NULL,
            name TEXT NOT NULL,
            view_sha256 TEXT,
            organisation_id TEXT REFERENCES organisation (id),
            about_kind TEXT NOT NULL,
            about_id TEXT NOT NULL,
            purpose TEXT NOT NULL,
            uploaded_by TEXT NOT NULL,
            uploaded_at BIGINT NOT NULL
        )",
        "CREATE INDEX stored_file_about ON stored_file (about_kind, about_id)",
        "CREATE INDEX stored_file_sha256 ON stored_file (sha256)",
    ]
);
