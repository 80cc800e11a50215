//! Printing houses, label designs, sealed packs and their one-time links; letters and facts pinned for an order's stickers.

crate::step!(
    "m0011_printing",
    &[
        // Who may print for the registry, from and to days; the organisation is of kind printer.
        "CREATE TABLE printing_house (
            id TEXT PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisation (id),
            contact TEXT NOT NULL,
            phone TEXT,
            valid_from TEXT NOT NULL,
            valid_to TEXT,
            note TEXT,
            registered_by TEXT NOT NULL,
            registered_at BIGINT NOT NULL
        )",
        "CREATE INDEX printing_house_organisation ON printing_house (organisation_id)",
        // What a product's labels look like in a season; `file_sha256` is of the file that belongs to it.
        "CREATE TABLE label_design (
            id TEXT PRIMARY KEY,
            product_id TEXT NOT NULL REFERENCES product (id),
            season TEXT NOT NULL,
            name TEXT NOT NULL,
            note TEXT,
            valid_from TEXT NOT NULL,
            valid_to TEXT,
            file_sha256 TEXT NOT NULL,
            recorded_by TEXT NOT NULL,
            recorded_at BIGINT NOT NULL
        )",
        "CREATE INDEX label_design_product ON label_design (product_id, season)",
        // The letters of an order's stickers and what stands on them beside the words of the order, from the first time they are set.
        "CREATE TABLE label_pin (
            order_no BIGINT PRIMARY KEY REFERENCES code_order (order_no),
            letters TEXT NOT NULL,
            program BLOB NOT NULL,
            facts TEXT NOT NULL,
            pinned_at BIGINT NOT NULL
        )",
        // A sealed pack for a printing house: `token_hash` of its one-time link; the password is computed, never stored.
        // `state` open | fetched | printed | received | withdrawn.
        "CREATE TABLE hand_over (
            id TEXT PRIMARY KEY,
            order_no BIGINT NOT NULL REFERENCES code_order (order_no),
            printing_house_id TEXT REFERENCES printing_house (id),
            design_id TEXT REFERENCES label_design (id),
            token_hash TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL,
            note TEXT,
            made_by TEXT NOT NULL,
            made_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            fetched_at BIGINT,
            fetched_sha256 TEXT,
            printed BIGINT CHECK (printed >= 0),
            spoiled BIGINT CHECK (spoiled >= 0),
            printed_at BIGINT,
            printed_note TEXT,
            received BIGINT CHECK (received >= 0),
            received_at BIGINT,
            received_by TEXT
        )",
        "CREATE INDEX hand_over_order ON hand_over (order_no)",
        "CREATE INDEX hand_over_house ON hand_over (printing_house_id, id)",
    ]
);
