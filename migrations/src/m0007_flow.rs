//! The flow of goods: processes between batches, shipments and returns, levels of packaging, facilities, tests, farm work, certificates,
//! paper forms, late entries, seizures, and what growers see of it.

use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend, DbErr};

/// One step; see the module's essay.
#[derive(Debug)]
pub struct Step;

impl sea_orm_migration::MigrationName for Step {
    fn name(&self) -> &str {
        "m0007_flow"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl sea_orm_migration::MigrationTrait for Step {
    async fn up(&self, manager: &sea_orm_migration::SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DatabaseBackend::Sqlite => seized_on_sqlite(manager).await?,
            _ => crate::run(manager, SEIZED_ON_POSTGRES).await?,
        }
        crate::run(manager, STATEMENTS).await
    }
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// The balance of an account, now with what an authority took away.
const BALANCE: &str = "remaining = approved + received + carried + opening + adjusted - held - released - uncoded - exported \
     - processed - lost - downgraded - own_use - delivered - lapsed - seized";

const SEIZED_ON_POSTGRES: &[&str] = &[
    "ALTER TABLE season_account ADD COLUMN seized BIGINT NOT NULL DEFAULT 0 CHECK (seized >= 0)",
    // The only table check that names `lapsed` and `remaining` together is the balance; PostgreSQL named it itself.
    "DO $$ DECLARE c text; BEGIN \
       SELECT conname INTO c FROM pg_constraint WHERE conrelid = 'season_account'::regclass AND contype = 'c' \
         AND pg_get_constraintdef(oid) LIKE '%lapsed%' AND pg_get_constraintdef(oid) LIKE '%remaining%'; \
       EXECUTE 'ALTER TABLE season_account DROP CONSTRAINT ' || quote_ident(c); END $$",
    "ALTER TABLE season_account ADD CONSTRAINT season_account_balance CHECK (remaining = approved + received + carried + opening + adjusted \
       - held - released - uncoded - exported - processed - lost - downgraded - own_use - delivered - lapsed - seized)",
];

/// SQLite can't change a table's CHECK: the table is written anew under its own text with the new balance. Rows of other tables that point
/// to it are checked at the commit, when every account is back.
async fn seized_on_sqlite(manager: &sea_orm_migration::SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let row = connection
        .query_one_raw(sea_orm_migration::sea_orm::Statement::from_string(
            DatabaseBackend::Sqlite,
            "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'season_account'",
        ))
        .await?
        .ok_or_else(|| DbErr::Custom("there is no table season_account".to_owned()))?;
    let old: String = row.try_get_by_index(0)?;
    let balance = old.rfind("CHECK (remaining =").ok_or_else(|| DbErr::Custom("season_account has no balance".to_owned()))?;
    let new = format!(
        "{}seized INTEGER NOT NULL DEFAULT 0 CHECK (seized >= 0), UNIQUE (party_id, product_id, season), CHECK ({BALANCE})) STRICT",
        {
            let head = &old[..balance];
            head.replacen("UNIQUE (party_id, product_id, season),", "", 1)
        }
    );
    for statement in [
        "PRAGMA defer_foreign_keys = ON",
        "CREATE TABLE season_account_kept AS SELECT * FROM season_account",
        "DROP TABLE season_account",
        &new,
        "INSERT INTO season_account SELECT *, 0 FROM season_account_kept",
        "DROP TABLE season_account_kept",
        "CREATE INDEX season_account_product ON season_account (product_id, season)",
    ] {
        connection.execute_unprepared(statement).await?;
    }
    Ok(())
}

const STATEMENTS: &[&str] = &[
    // ── batches that come from batches ──
    // What left a batch without a code: `moved` into other batches, `gone` by a movement (sold, exported, processed, lost, graded out, used),
    // `seized` by an authority. With what is coded it is never more than the account covers.
    "ALTER TABLE batch ADD COLUMN moved BIGINT NOT NULL DEFAULT 0 CHECK (moved >= 0)",
    "ALTER TABLE batch ADD COLUMN gone BIGINT NOT NULL DEFAULT 0 CHECK (gone >= 0)",
    "ALTER TABLE batch ADD COLUMN seized BIGINT NOT NULL DEFAULT 0 CHECK (seized >= 0 AND coded + moved + gone + seized <= covered)",
    "ALTER TABLE batch ADD COLUMN process_id TEXT",
    "CREATE INDEX batch_process ON batch (process_id)",
    // `kind` grading | repacking | processing | merging. Sum of inputs = sum of outputs + loss + difference + downgraded + processed.
    "CREATE TABLE process (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        producer_id TEXT NOT NULL REFERENCES organisation (id),
        product_id TEXT NOT NULL REFERENCES product (id),
        season TEXT NOT NULL,
        account_id TEXT NOT NULL REFERENCES season_account (id),
        facility_id TEXT,
        happened_on TEXT NOT NULL,
        loss BIGINT NOT NULL CHECK (loss >= 0),
        difference BIGINT NOT NULL CHECK (difference >= 0),
        downgraded BIGINT NOT NULL CHECK (downgraded >= 0),
        processed BIGINT NOT NULL CHECK (processed >= 0),
        reason TEXT,
        late BOOLEAN NOT NULL,
        late_reason TEXT,
        recorded_at BIGINT NOT NULL,
        recorded_by TEXT NOT NULL
    )",
    "CREATE INDEX process_producer ON process (producer_id, id)",
    "CREATE TABLE process_input (
        process_id TEXT NOT NULL REFERENCES process (id),
        no BIGINT NOT NULL,
        batch_id TEXT NOT NULL REFERENCES batch (id),
        amount BIGINT NOT NULL CHECK (amount > 0),
        PRIMARY KEY (process_id, no)
    )",
    "CREATE INDEX process_input_batch ON process_input (batch_id)",
    // Every batch with every batch it came from, however many steps away; a batch is not its own ancestor.
    "CREATE TABLE batch_line (
        ancestor_id TEXT NOT NULL REFERENCES batch (id),
        descendant_id TEXT NOT NULL REFERENCES batch (id),
        depth BIGINT NOT NULL CHECK (depth >= 1),
        PRIMARY KEY (ancestor_id, descendant_id)
    )",
    "CREATE INDEX batch_line_descendant ON batch_line (descendant_id)",
    // ── what leaves the house ──
    // `consignee_kind` organisation (then with its id) | other. `state` sent | received | closed | voided.
    "CREATE TABLE shipment (
        id TEXT PRIMARY KEY,
        number TEXT NOT NULL,
        producer_id TEXT NOT NULL REFERENCES organisation (id),
        product_id TEXT NOT NULL REFERENCES product (id),
        consignee_kind TEXT NOT NULL,
        consignee_id TEXT REFERENCES organisation (id),
        consignee_name TEXT NOT NULL,
        consignee_contact TEXT,
        division_code TEXT,
        place TEXT,
        exported BOOLEAN NOT NULL,
        carrier TEXT,
        facility_id TEXT,
        note TEXT,
        state TEXT NOT NULL,
        sent_on TEXT NOT NULL,
        late BOOLEAN NOT NULL,
        late_reason TEXT,
        void_reason TEXT,
        recorded_at BIGINT NOT NULL,
        recorded_by TEXT NOT NULL,
        UNIQUE (producer_id, number)
    )",
    "CREATE INDEX shipment_consignee ON shipment (consignee_id, id)",
    "CREATE INDEX shipment_producer ON shipment (producer_id, id)",
    // Codes (order_no, first, last; amount = codes × what each takes up) or goods without codes (amount alone).
    "CREATE TABLE shipment_line (
        shipment_id TEXT NOT NULL REFERENCES shipment (id),
        no BIGINT NOT NULL,
        batch_id TEXT NOT NULL REFERENCES batch (id),
        order_no BIGINT REFERENCES code_order (order_no),
        first BIGINT,
        last BIGINT,
        codes BIGINT NOT NULL CHECK (codes >= 0),
        amount BIGINT NOT NULL CHECK (amount > 0),
        received BIGINT NOT NULL CHECK (received >= 0),
        returned BIGINT NOT NULL CHECK (returned >= 0),
        missing BIGINT NOT NULL CHECK (missing >= 0),
        PRIMARY KEY (shipment_id, no),
        CHECK (received + returned + missing <= amount)
    )",
    "CREATE INDEX shipment_line_batch ON shipment_line (batch_id)",
    "CREATE INDEX shipment_line_order ON shipment_line (order_no, first)",
    // `kind` received | missing | returned; a return has a `disposition` resale | repack | destroy, and its codes if it had any.
    "CREATE TABLE shipment_act (
        id TEXT PRIMARY KEY,
        shipment_id TEXT NOT NULL REFERENCES shipment (id),
        line_no BIGINT NOT NULL,
        kind TEXT NOT NULL,
        disposition TEXT,
        amount BIGINT NOT NULL CHECK (amount > 0),
        codes BIGINT NOT NULL CHECK (codes >= 0),
        first BIGINT,
        last BIGINT,
        reason TEXT,
        happened_on TEXT NOT NULL,
        late BOOLEAN NOT NULL,
        late_reason TEXT,
        recorded_at BIGINT NOT NULL,
        recorded_by TEXT NOT NULL
    )",
    "CREATE INDEX shipment_act_shipment ON shipment_act (shipment_id, id)",
    // ── levels ──
    // Each of the codes parent_first..=parent_last holds `per` codes of the child order, in sequence from child_first on.
    // `mode` roll | scan | ratio. Rows with unlinked_at are history.
    "CREATE TABLE nesting (
        id TEXT PRIMARY KEY,
        parent_order_no BIGINT NOT NULL REFERENCES code_order (order_no),
        parent_first BIGINT NOT NULL,
        parent_last BIGINT NOT NULL,
        child_order_no BIGINT NOT NULL REFERENCES code_order (order_no),
        child_first BIGINT NOT NULL,
        child_last BIGINT NOT NULL,
        per BIGINT NOT NULL CHECK (per >= 1),
        mode TEXT NOT NULL,
        linked_at BIGINT NOT NULL,
        linked_by TEXT NOT NULL,
        unlinked_at BIGINT,
        unlinked_by TEXT,
        unlink_reason TEXT,
        CHECK (parent_first <= parent_last),
        CHECK (child_last - child_first + 1 = per * (parent_last - parent_first + 1))
    )",
    "CREATE INDEX nesting_parent ON nesting (parent_order_no, parent_first)",
    "CREATE INDEX nesting_child ON nesting (child_order_no, child_first)",
    // How many of the packs below one of these holds; NULL where nobody said.
    "ALTER TABLE pack ADD COLUMN items BIGINT CHECK (items >= 1)",
    // A bundle may hold goods of several batches and products. `on_hand` is what was counted when the order was closed.
    "ALTER TABLE code_order ADD COLUMN bundle BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE code_order ADD COLUMN on_hand BIGINT",
    "ALTER TABLE code_order ADD COLUMN closed_at BIGINT",
    "ALTER TABLE code_order ADD COLUMN closed_by TEXT",
    "ALTER TABLE code_order ADD COLUMN first_season TEXT",
    // Labels spoilt beyond the spare: their quantity burned, and is free again if a second person confirms the evidence.
    // `state` waiting | confirmed | refused.
    "CREATE TABLE damage_claim (
        id TEXT PRIMARY KEY,
        order_no BIGINT NOT NULL REFERENCES code_order (order_no),
        producer_id TEXT NOT NULL REFERENCES organisation (id),
        product_id TEXT NOT NULL REFERENCES product (id),
        account_id TEXT NOT NULL REFERENCES season_account (id),
        first BIGINT NOT NULL,
        last BIGINT NOT NULL,
        codes BIGINT NOT NULL CHECK (codes > 0),
        amount BIGINT NOT NULL CHECK (amount > 0),
        reason TEXT NOT NULL,
        evidence TEXT NOT NULL,
        state TEXT NOT NULL,
        claimed_by TEXT NOT NULL,
        claimed_at BIGINT NOT NULL,
        decided_by TEXT,
        decided_at BIGINT,
        decision_reason TEXT
    )",
    "CREATE INDEX damage_claim_producer ON damage_claim (producer_id, id)",
    "CREATE INDEX damage_claim_order ON damage_claim (order_no, state)",
    // ── facilities ──
    // `kind` packing_house | cold_store | plant; `tenure` own | rented. `capacity` in the base unit of whatever lies there, as declared.
    "CREATE TABLE facility (
        id TEXT PRIMARY KEY,
        organisation_id TEXT NOT NULL REFERENCES organisation (id),
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        tenure TEXT NOT NULL,
        lessor TEXT,
        division_code TEXT NOT NULL,
        address TEXT,
        capacity BIGINT CHECK (capacity > 0),
        valid_from TEXT NOT NULL,
        valid_to TEXT,
        registered_at BIGINT NOT NULL,
        registered_by TEXT NOT NULL,
        UNIQUE (organisation_id, name)
    )",
    "CREATE TABLE facility_licence (
        facility_id TEXT NOT NULL REFERENCES facility (id),
        no BIGINT NOT NULL,
        kind TEXT NOT NULL,
        number TEXT NOT NULL,
        issuer TEXT,
        valid_from TEXT NOT NULL,
        valid_to TEXT,
        evidence TEXT,
        recorded_at BIGINT NOT NULL,
        PRIMARY KEY (facility_id, no)
    )",
    // What a cold store says it holds at the end of a quarter (`2026Q4`), beside what the books said at that moment.
    "CREATE TABLE stock_declaration (
        id TEXT PRIMARY KEY,
        facility_id TEXT NOT NULL REFERENCES facility (id),
        organisation_id TEXT NOT NULL REFERENCES organisation (id),
        product_id TEXT NOT NULL REFERENCES product (id),
        season TEXT NOT NULL,
        quarter TEXT NOT NULL,
        declared BIGINT NOT NULL CHECK (declared >= 0),
        booked BIGINT NOT NULL,
        counted_on TEXT NOT NULL,
        reason TEXT,
        late BOOLEAN NOT NULL,
        recorded_at BIGINT NOT NULL,
        recorded_by TEXT NOT NULL,
        UNIQUE (facility_id, product_id, season, quarter)
    )",
    "CREATE INDEX stock_declaration_organisation ON stock_declaration (organisation_id, id)",
    // ── tests and farm work ──
    // `by_whom` own | commissioned | accredited; `scope` lot | plot | season. What must be tested is the product's test plan.
    // `subject_id` is the batch or the plot the report speaks of, by its scope; a season's report has none.
    "CREATE TABLE test_report (
        id TEXT PRIMARY KEY,
        organisation_id TEXT NOT NULL REFERENCES organisation (id),
        product_id TEXT NOT NULL REFERENCES product (id),
        by_whom TEXT NOT NULL,
        scope TEXT NOT NULL,
        subject_id TEXT,
        season TEXT NOT NULL,
        laboratory TEXT NOT NULL,
        accreditation TEXT,
        report_no TEXT NOT NULL,
        sampled_on TEXT,
        reported_on TEXT NOT NULL,
        valid_to TEXT,
        file_sha256 TEXT,
        recorded_at BIGINT NOT NULL,
        recorded_by TEXT NOT NULL,
        UNIQUE (laboratory, report_no)
    )",
    "CREATE INDEX test_report_organisation ON test_report (organisation_id, id)",
    "CREATE INDEX test_report_subject ON test_report (subject_id)",
    "CREATE INDEX test_report_file ON test_report (file_sha256)",
    "CREATE TABLE test_item (
        report_id TEXT NOT NULL REFERENCES test_report (id),
        no BIGINT NOT NULL,
        item TEXT NOT NULL,
        result TEXT NOT NULL,
        bound TEXT,
        failed BOOLEAN NOT NULL,
        PRIMARY KEY (report_id, no)
    )",
    // Reports a batch shows.
    "CREATE TABLE batch_report (
        batch_id TEXT NOT NULL REFERENCES batch (id),
        report_id TEXT NOT NULL REFERENCES test_report (id),
        PRIMARY KEY (batch_id, report_id)
    )",
    "CREATE INDEX batch_report_report ON batch_report (report_id)",
    // `kind` pesticide | fertiliser | other; `interval_days` is the safety interval (安全间隔期) of what was used.
    "CREATE TABLE farm_record (
        id TEXT PRIMARY KEY,
        plot_id TEXT NOT NULL REFERENCES plot (id),
        kind TEXT NOT NULL,
        input_name TEXT NOT NULL,
        registration_no TEXT,
        dose TEXT,
        interval_days BIGINT CHECK (interval_days >= 0),
        worker TEXT,
        done_on TEXT NOT NULL,
        late BOOLEAN NOT NULL,
        late_reason TEXT,
        recorded_at BIGINT NOT NULL,
        recorded_by TEXT NOT NULL
    )",
    "CREATE INDEX farm_record_plot ON farm_record (plot_id, done_on)",
    // 承诺达标合格证, issued for a batch or received with a delivery. `basis` lists commissioned_test, own_test, internal_control, own_promise.
    "CREATE TABLE certificate (
        id TEXT PRIMARY KEY,
        direction TEXT NOT NULL,
        number TEXT NOT NULL,
        issuer_id TEXT,
        issuer_name TEXT NOT NULL,
        contact TEXT NOT NULL,
        holder_id TEXT NOT NULL REFERENCES organisation (id),
        product_id TEXT NOT NULL REFERENCES product (id),
        product_name TEXT NOT NULL,
        amount BIGINT NOT NULL CHECK (amount > 0),
        origin TEXT NOT NULL,
        issued_on TEXT NOT NULL,
        basis TEXT NOT NULL,
        promise TEXT NOT NULL,
        batch_id TEXT REFERENCES batch (id),
        delivery_id TEXT REFERENCES delivery (id),
        replaces_id TEXT,
        revoked_at BIGINT,
        revoke_reason TEXT,
        recorded_at BIGINT NOT NULL,
        recorded_by TEXT NOT NULL,
        UNIQUE (issuer_name, number)
    )",
    "CREATE INDEX certificate_batch ON certificate (batch_id)",
    "CREATE INDEX certificate_delivery ON certificate (delivery_id)",
    "CREATE INDEX certificate_holder ON certificate (holder_id, id)",
    // ── late and offline ──
    // `state` printed | entered | spoiled.
    "CREATE TABLE paper_form (
        number TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        organisation_id TEXT NOT NULL REFERENCES organisation (id),
        product_id TEXT NOT NULL REFERENCES product (id),
        season TEXT NOT NULL,
        state TEXT NOT NULL,
        printed_at BIGINT NOT NULL,
        printed_by TEXT NOT NULL,
        entered_at BIGINT,
        entered_by TEXT,
        spoil_reason TEXT
    )",
    "CREATE INDEX paper_form_organisation ON paper_form (organisation_id, number)",
    "CREATE TABLE paper_line (
        form_number TEXT NOT NULL REFERENCES paper_form (number),
        line BIGINT NOT NULL,
        subject_id TEXT NOT NULL,
        PRIMARY KEY (form_number, line)
    )",
    // Something written down more than seven days late: reason, photo or number of the slip, and a second person. `state` waiting | confirmed | disputed.
    "CREATE TABLE late_entry (
        id TEXT PRIMARY KEY,
        subject_id TEXT NOT NULL UNIQUE,
        act TEXT NOT NULL,
        organisation_id TEXT NOT NULL REFERENCES organisation (id),
        happened_on TEXT NOT NULL,
        days BIGINT NOT NULL,
        reason TEXT NOT NULL,
        evidence TEXT NOT NULL,
        state TEXT NOT NULL,
        recorded_at BIGINT NOT NULL,
        recorded_by TEXT NOT NULL,
        decided_at BIGINT,
        decided_by TEXT,
        decision_reason TEXT
    )",
    "CREATE INDEX late_entry_organisation ON late_entry (organisation_id, state)",
    "ALTER TABLE delivery ADD COLUMN late_evidence TEXT",
    "ALTER TABLE delivery ADD COLUMN handled_by TEXT",
    // ── seizure ──
    // `kind` preserved (先行登记保存) | sealed (查封) | detained (扣押). `state` proposed | dropped | in_force | end_proposed | ended;
    // `outcome` released | confiscated | destroyed; of what is taken away, `end_amount` has no code and `end_codes` ([{order_no, first,
    // last}]) names the codes of the rest.
    "CREATE TABLE seizure (
        id TEXT PRIMARY KEY,
        batch_id TEXT NOT NULL REFERENCES batch (id),
        kind TEXT NOT NULL,
        ordered_by TEXT NOT NULL,
        document_no TEXT NOT NULL,
        reason TEXT NOT NULL,
        public_text TEXT NOT NULL,
        seized_on TEXT NOT NULL,
        until_day TEXT NOT NULL,
        state TEXT NOT NULL,
        outcome TEXT,
        seized BIGINT NOT NULL CHECK (seized >= 0),
        proposed_by TEXT NOT NULL,
        proposed_at BIGINT NOT NULL,
        confirmed_by TEXT,
        confirmed_at BIGINT,
        end_text TEXT,
        end_document_no TEXT,
        end_amount BIGINT CHECK (end_amount >= 0),
        end_codes TEXT,
        end_proposed_by TEXT,
        ended_by TEXT,
        ended_at BIGINT
    )",
    "CREATE INDEX seizure_batch ON seizure (batch_id, state)",
    // ── growers ──
    // A slip with a code to one grower's own records, without sign-in: only the hash of what is on the slip is kept.
    "CREATE TABLE grower_slip (
        id TEXT PRIMARY KEY,
        grower_id TEXT NOT NULL REFERENCES grower (id),
        token_hash TEXT NOT NULL UNIQUE,
        reason TEXT NOT NULL,
        issued_at BIGINT NOT NULL,
        issued_by TEXT NOT NULL,
        revoked_at BIGINT,
        revoked_by TEXT
    )",
    "CREATE INDEX grower_slip_grower ON grower_slip (grower_id)",
    // “我不同意”: `state` open | upheld | settled. Made through a slip, at the village list, or at the counter.
    "CREATE TABLE objection (
        id TEXT PRIMARY KEY,
        grower_id TEXT NOT NULL REFERENCES grower (id),
        subject_id TEXT NOT NULL,
        organisation_id TEXT NOT NULL REFERENCES organisation (id),
        via TEXT NOT NULL,
        text TEXT NOT NULL,
        state TEXT NOT NULL,
        made_at BIGINT NOT NULL,
        answer TEXT,
        answered_by TEXT,
        answered_at BIGINT
    )",
    "CREATE INDEX objection_organisation ON objection (organisation_id, state)",
    "CREATE INDEX objection_grower ON objection (grower_id)",
    "CREATE TABLE consent (
        id TEXT PRIMARY KEY,
        grower_id TEXT NOT NULL REFERENCES grower (id),
        purpose TEXT NOT NULL,
        given_on TEXT NOT NULL,
        evidence TEXT NOT NULL,
        recorded_at BIGINT NOT NULL,
        recorded_by TEXT NOT NULL,
        withdrawn_at BIGINT,
        withdrawn_by TEXT
    )",
    "CREATE INDEX consent_grower ON consent (grower_id)",
    // ── opening and history ──
    // `source` platform | declared | statistics: 平台登记 | 企业填报 | 县级统计.
    "CREATE TABLE past_output (
        id TEXT PRIMARY KEY,
        party_id TEXT NOT NULL,
        product_id TEXT NOT NULL REFERENCES product (id),
        season TEXT NOT NULL,
        amount BIGINT NOT NULL CHECK (amount >= 0),
        source TEXT NOT NULL,
        evidence TEXT NOT NULL,
        recorded_at BIGINT NOT NULL,
        recorded_by TEXT NOT NULL,
        UNIQUE (party_id, product_id, season)
    )",
    // Printed packaging from before the platform, without codes; used up until a day. `state` proposed | approved | refused.
    "CREATE TABLE old_carton (
        id TEXT PRIMARY KEY,
        producer_id TEXT NOT NULL REFERENCES organisation (id),
        product_id TEXT NOT NULL REFERENCES product (id),
        name TEXT NOT NULL,
        holds BIGINT NOT NULL CHECK (holds > 0),
        count BIGINT NOT NULL CHECK (count > 0),
        used BIGINT NOT NULL CHECK (used >= 0 AND used <= count),
        use_until TEXT NOT NULL,
        evidence TEXT NOT NULL,
        state TEXT NOT NULL,
        proposed_by TEXT NOT NULL,
        proposed_at BIGINT NOT NULL,
        decided_by TEXT,
        decided_at BIGINT,
        decision_reason TEXT
    )",
    "CREATE INDEX old_carton_producer ON old_carton (producer_id)",
    // A mark use older than the platform rests on the holder's contract.
    "ALTER TABLE mark_use ADD COLUMN contract TEXT",
    // The holder's rule: leftovers of labels may be carried into the next season.
    "ALTER TABLE product ADD COLUMN carry_labels BOOLEAN NOT NULL DEFAULT FALSE",
];
