//! Sellers' authorisations, what listings offer, order exports, dated rules of the listing audit and what they found.

crate::step!(
    "m0015_listings",
    &[
        // 授权经营: a producer's word that a seller may sell its goods of a season. `amount` in base units, open if null; days inclusive.
        "CREATE TABLE authorisation (
            id TEXT PRIMARY KEY,
            producer_id TEXT NOT NULL REFERENCES organisation (id),
            seller_id TEXT NOT NULL REFERENCES seller (id),
            product_id TEXT NOT NULL REFERENCES product (id),
            season TEXT NOT NULL,
            amount BIGINT CHECK (amount > 0),
            from_day TEXT NOT NULL,
            to_day TEXT,
            contract TEXT,
            end_reason TEXT,
            recorded_at BIGINT NOT NULL,
            recorded_by TEXT NOT NULL
        )",
        "CREATE INDEX authorisation_seller ON authorisation (seller_id, product_id)",
        "CREATE INDEX authorisation_producer ON authorisation (producer_id, product_id)",
        // What a capture said beside its title. `shows_mark` is what whoever captured it saw on its pictures: special, registered, both.
        "ALTER TABLE listing_capture ADD COLUMN origin TEXT",
        "ALTER TABLE listing_capture ADD COLUMN ship_from TEXT",
        "ALTER TABLE listing_capture ADD COLUMN details TEXT",
        "ALTER TABLE listing_capture ADD COLUMN shows_mark TEXT",
        // SHA-256 of what it said, without price, stock and sales; empty for captures of before.
        "ALTER TABLE listing_capture ADD COLUMN content_hash TEXT NOT NULL DEFAULT ''",
        // One SKU of a listing: what its words were read as, and what a person confirmed. Amounts are base units of one SKU, all packs together.
        "CREATE TABLE listing_sku (
            listing_id TEXT NOT NULL REFERENCES listing (id),
            name TEXT NOT NULL,
            packs BIGINT CHECK (packs > 0),
            amount BIGINT CHECK (amount > 0),
            confirmed BOOLEAN NOT NULL,
            seen_at BIGINT NOT NULL,
            recorded_by TEXT NOT NULL,
            PRIMARY KEY (listing_id, name)
        )",
        // One import of an order export; the file itself is kept nowhere.
        "CREATE TABLE sales_import (
            id TEXT PRIMARY KEY,
            seller_id TEXT NOT NULL REFERENCES seller (id),
            platform TEXT NOT NULL,
            lines BIGINT NOT NULL,
            taken BIGINT NOT NULL,
            again BIGINT NOT NULL,
            skipped BIGINT NOT NULL,
            columns_dropped BIGINT NOT NULL,
            recorded_at BIGINT NOT NULL,
            recorded_by TEXT NOT NULL
        )",
        "CREATE INDEX sales_import_seller ON sales_import (seller_id, id)",
        // One order line. `line_hash` = SHA-256 of seller, platform, order and line numbers, so that it is counted once; nothing of the buyer is here.
        "CREATE TABLE sales_line (
            line_hash TEXT PRIMARY KEY,
            import_id TEXT NOT NULL REFERENCES sales_import (id),
            seller_id TEXT NOT NULL REFERENCES seller (id),
            platform TEXT NOT NULL,
            item_id TEXT NOT NULL,
            item TEXT NOT NULL,
            sku TEXT NOT NULL,
            pieces BIGINT NOT NULL CHECK (pieces > 0),
            paid_fen BIGINT,
            status TEXT NOT NULL,
            sold_at BIGINT NOT NULL
        )",
        "CREATE INDEX sales_line_item ON sales_line (platform, item_id, sold_at)",
        "CREATE INDEX sales_line_seller ON sales_line (seller_id, sold_at)",
        // A rule of the listing audit from a day on; the latest day in force counts, of one day the latest record.
        "CREATE TABLE listing_rule (
            id TEXT PRIMARY KEY,
            rule TEXT NOT NULL,
            enabled BOOLEAN NOT NULL,
            threshold BIGINT NOT NULL,
            from_day TEXT NOT NULL,
            reason TEXT NOT NULL,
            recorded_at BIGINT NOT NULL,
            recorded_by TEXT NOT NULL
        )",
        "CREATE INDEX listing_rule_rule ON listing_rule (rule, from_day)",
        // What the rules say of a listing. A row never changes but for `cleared_at`: where figures change, a new row takes over `since`.
        "CREATE TABLE listing_finding (
            id JOURNAL_KEY,
            listing_id TEXT NOT NULL REFERENCES listing (id),
            kind TEXT NOT NULL,
            rule TEXT NOT NULL,
            product_id TEXT,
            figures TEXT NOT NULL,
            since BIGINT NOT NULL,
            found_at BIGINT NOT NULL,
            cleared_at BIGINT
        )",
        "CREATE INDEX listing_finding_listing ON listing_finding (listing_id, cleared_at)",
        "CREATE INDEX listing_finding_kind ON listing_finding (kind, cleared_at)",
        // How a listing stands with the audit: which product the rules take it for, what it said when scored and when last audited.
        "CREATE TABLE listing_score (
            listing_id TEXT PRIMARY KEY REFERENCES listing (id),
            product_id TEXT,
            content_hash TEXT NOT NULL,
            scored_at BIGINT NOT NULL,
            audited_hash TEXT,
            audited_at BIGINT
        )",
        "CREATE INDEX listing_score_product ON listing_score (product_id)",
        // A run of all rules over all listings: where it stands, so that another process can go on.
        "CREATE TABLE listing_rescore (
            id JOURNAL_KEY,
            reason TEXT NOT NULL,
            asked_by TEXT NOT NULL,
            asked_at BIGINT NOT NULL,
            total BIGINT NOT NULL,
            done BIGINT NOT NULL,
            changed BIGINT NOT NULL,
            last_id TEXT NOT NULL,
            moved_at BIGINT NOT NULL,
            finished_at BIGINT
        )",
    ]
);
