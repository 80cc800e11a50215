//! Imports: staged rows and what became of them. Trade: who sells, and what is on sale where.

crate::step!(
    "m0010_sheets",
    &[
        // `state` reading | checking | ready | taking | done | dropped | unreadable. `layout` says where what stood, `problems` why a file can't
        // be read; both JSON. `held_until` keeps two nodes from working on one sheet.
        "CREATE TABLE sheet_import (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            format TEXT NOT NULL,
            organisation_id TEXT REFERENCES organisation (id),
            account_id TEXT NOT NULL,
            account TEXT NOT NULL,
            handled_by TEXT,
            state TEXT NOT NULL,
            layout TEXT,
            problems TEXT,
            held_until BIGINT NOT NULL,
            uploaded_at BIGINT NOT NULL,
            ended_at BIGINT
        )",
        "CREATE INDEX sheet_import_account ON sheet_import (account_id, id)",
        "CREATE INDEX sheet_import_state ON sheet_import (state, id)",
        // `state` read | good | wrong | already | taken | refused. `cells` as written, `given` what they mean, `faults` what is wrong: JSON.
        "CREATE TABLE sheet_row (
            import_id TEXT NOT NULL REFERENCES sheet_import (id),
            row_no BIGINT NOT NULL,
            cells TEXT NOT NULL,
            given TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            state TEXT NOT NULL,
            faults TEXT,
            made_id TEXT,
            PRIMARY KEY (import_id, row_no)
        )",
        "CREATE INDEX sheet_row_state ON sheet_row (import_id, state, row_no)",
        // What was taken in before, by what the row said: the same row does nothing a second time. `owner` is the organisation, or the account.
        "CREATE TABLE sheet_memory (
            owner TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            made_id TEXT NOT NULL,
            import_id TEXT NOT NULL,
            PRIMARY KEY (owner, sha256)
        )",
        "CREATE INDEX grower_name ON grower (name)",
        // `kind` organisation | farmer: a farmer who sells what it grows needs no registration (电子商务法 10).
        "CREATE TABLE seller (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            credit_code TEXT UNIQUE,
            organisation_id TEXT REFERENCES organisation (id),
            division_code TEXT NOT NULL,
            place TEXT NOT NULL,
            contact TEXT,
            recorded_at BIGINT NOT NULL,
            recorded_by TEXT NOT NULL
        )",
        "CREATE INDEX seller_place ON seller (division_code, place, name)",
        "CREATE TABLE seller_shop (
            seller_id TEXT NOT NULL REFERENCES seller (id),
            no BIGINT NOT NULL,
            platform TEXT NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (seller_id, no)
        )",
        "CREATE TABLE listing (
            id TEXT PRIMARY KEY,
            seller_id TEXT NOT NULL REFERENCES seller (id),
            platform TEXT NOT NULL,
            item_id TEXT NOT NULL,
            claimed_product_id TEXT REFERENCES product (id),
            recorded_at BIGINT NOT NULL,
            recorded_by TEXT NOT NULL,
            UNIQUE (platform, item_id)
        )",
        "CREATE INDEX listing_seller ON listing (seller_id, id)",
        // What a listing said at one moment; `stock` and `sold` as the platform shows them.
        "CREATE TABLE listing_capture (
            listing_id TEXT NOT NULL REFERENCES listing (id),
            captured_at BIGINT NOT NULL,
            title TEXT NOT NULL,
            url TEXT,
            shop TEXT,
            price_fen BIGINT,
            claimed_product TEXT,
            stock BIGINT,
            sold BIGINT,
            recorded_by TEXT NOT NULL,
            PRIMARY KEY (listing_id, captured_at)
        )",
    ]
);
