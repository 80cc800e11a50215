//! The facts: divisions, products, rights, announcements, areas, standards, growers, plots, mark uses, and the search keys.

crate::step!(
    "m0003_registry",
    &[
        // Days are YYYY-MM-DD; an open end is NULL.
        "CREATE TABLE division (
            code TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            level TEXT NOT NULL,
            parent_code TEXT,
            full_name TEXT NOT NULL,
            abolished BOOLEAN NOT NULL,
            note TEXT
        )",
        "CREATE INDEX division_parent ON division (parent_code)",
        "CREATE TABLE division_successor (
            old_code TEXT NOT NULL REFERENCES division (code),
            new_code TEXT NOT NULL REFERENCES division (code),
            basis TEXT NOT NULL,
            PRIMARY KEY (old_code, new_code)
        )",
        // `county_codes` and `aliases` are lists joined by ';'. Season and closing are MM-DD.
        "CREATE TABLE product (
            id TEXT PRIMARY KEY,
            slug TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            aliases TEXT NOT NULL,
            city TEXT NOT NULL,
            county_codes TEXT NOT NULL,
            class TEXT NOT NULL,
            base_unit TEXT NOT NULL,
            account_basis TEXT NOT NULL,
            season_from TEXT,
            season_to TEXT,
            closing TEXT,
            fresh BOOLEAN NOT NULL,
            release_by TEXT NOT NULL,
            yield_cap BIGINT,
            yield_cap_source TEXT,
            quality TEXT,
            sort_key TEXT NOT NULL,
            source TEXT NOT NULL,
            confidence TEXT NOT NULL,
            demo BOOLEAN NOT NULL,
            registered_at BIGINT NOT NULL
        )",
        "CREATE INDEX product_sort_key ON product (sort_key, id)",
        // `announced_on` may be only a year or a month; `date_precision` says which.
        "CREATE TABLE gi_right (
            id TEXT PRIMARY KEY,
            product_id TEXT NOT NULL REFERENCES product (id),
            route TEXT NOT NULL,
            authority TEXT NOT NULL,
            status TEXT NOT NULL,
            number TEXT,
            registration_number TEXT,
            announced_on TEXT,
            date_precision TEXT NOT NULL,
            holder TEXT,
            holder_id TEXT REFERENCES organisation (id),
            in_force_from TEXT,
            in_force_to TEXT,
            quality TEXT,
            source TEXT NOT NULL,
            source_url TEXT,
            confidence TEXT NOT NULL,
            note TEXT,
            demo BOOLEAN NOT NULL,
            recorded_at BIGINT NOT NULL
        )",
        "CREATE INDEX gi_right_product ON gi_right (product_id)",
        "CREATE INDEX gi_right_holder ON gi_right (holder_id)",
        "CREATE TABLE announcement (
            id TEXT PRIMARY KEY,
            issuer TEXT NOT NULL,
            number TEXT NOT NULL,
            kind TEXT NOT NULL,
            announced_on TEXT,
            title TEXT NOT NULL,
            source TEXT NOT NULL,
            confidence TEXT NOT NULL,
            recorded_at BIGINT NOT NULL,
            UNIQUE (issuer, number)
        )",
        "CREATE TABLE right_announcement (
            right_id TEXT NOT NULL REFERENCES gi_right (id),
            announcement_id TEXT NOT NULL REFERENCES announcement (id),
            PRIMARY KEY (right_id, announcement_id)
        )",
        // `boundary` is WGS-84 GeoJSON.
        "CREATE TABLE area (
            id TEXT PRIMARY KEY,
            right_id TEXT NOT NULL REFERENCES gi_right (id),
            as_of TEXT,
            words TEXT NOT NULL,
            boundary TEXT,
            source TEXT NOT NULL,
            confidence TEXT NOT NULL,
            recorded_at BIGINT NOT NULL
        )",
        "CREATE INDEX area_right ON area (right_id)",
        // `kind` county | township | village | zone; `division_code` where the name is known in the divisions.
        "CREATE TABLE area_place (
            area_id TEXT NOT NULL REFERENCES area (id),
            no BIGINT NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            division_code TEXT,
            township TEXT,
            PRIMARY KEY (area_id, no)
        )",
        "CREATE TABLE standard (
            id TEXT PRIMARY KEY,
            product_id TEXT NOT NULL REFERENCES product (id),
            number TEXT NOT NULL,
            title TEXT,
            in_force_from TEXT,
            withdrawn_on TEXT,
            source TEXT NOT NULL,
            confidence TEXT NOT NULL,
            demo BOOLEAN NOT NULL,
            UNIQUE (product_id, number)
        )",
        "CREATE TABLE grower (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            division_code TEXT NOT NULL,
            village TEXT NOT NULL,
            household_no TEXT,
            phone TEXT,
            registered_by_id TEXT NOT NULL REFERENCES organisation (id),
            registered_at BIGINT NOT NULL
        )",
        "CREATE INDEX grower_registered_by ON grower (registered_by_id)",
        "CREATE TABLE plot (
            id TEXT PRIMARY KEY,
            holder_kind TEXT NOT NULL,
            holder_id TEXT NOT NULL,
            product_id TEXT NOT NULL REFERENCES product (id),
            name TEXT NOT NULL,
            variety TEXT,
            planted_year BIGINT,
            tenure TEXT NOT NULL,
            lessor TEXT,
            valid_from TEXT NOT NULL,
            valid_to TEXT,
            area_m2 BIGINT NOT NULL CHECK (area_m2 > 0),
            entered_area TEXT NOT NULL,
            division_code TEXT NOT NULL,
            village TEXT NOT NULL,
            as_of TEXT NOT NULL,
            boundary TEXT,
            grade TEXT NOT NULL,
            min_lon BIGINT,
            max_lon BIGINT,
            min_lat BIGINT,
            max_lat BIGINT,
            registered_by_id TEXT NOT NULL REFERENCES organisation (id),
            registered_at BIGINT NOT NULL
        )",
        "CREATE INDEX plot_holder ON plot (holder_id)",
        "CREATE INDEX plot_registered_by ON plot (registered_by_id)",
        "CREATE INDEX plot_box ON plot (min_lon, max_lon)",
        "CREATE TABLE mark_use (
            id TEXT PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisation (id),
            right_id TEXT NOT NULL REFERENCES gi_right (id),
            state TEXT NOT NULL,
            in_force_from TEXT NOT NULL,
            in_force_to TEXT,
            announcement TEXT,
            evidence TEXT,
            demo BOOLEAN NOT NULL,
            recorded_at BIGINT NOT NULL,
            UNIQUE (organisation_id, right_id, in_force_from)
        )",
        "CREATE INDEX mark_use_right ON mark_use (right_id)",
        "CREATE TABLE mark_use_suspension (
            mark_use_id TEXT NOT NULL REFERENCES mark_use (id),
            from_day TEXT NOT NULL,
            to_day TEXT,
            reason TEXT NOT NULL,
            PRIMARY KEY (mark_use_id, from_day)
        )",
        // What search looks in: one text per subject, and its grams.
        "CREATE TABLE search_text (
            kind TEXT NOT NULL,
            subject_id TEXT NOT NULL,
            words TEXT NOT NULL,
            sort_key TEXT NOT NULL,
            PRIMARY KEY (kind, subject_id)
        )",
        "CREATE TABLE search_gram (
            kind TEXT NOT NULL,
            gram TEXT NOT NULL,
            subject_id TEXT NOT NULL,
            PRIMARY KEY (kind, gram, subject_id)
        )",
        "CREATE INDEX search_gram_subject ON search_gram (kind, subject_id)",
    ]
);
