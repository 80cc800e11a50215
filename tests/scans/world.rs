//! A small world put straight into the tables: one producer with a mark use, a released batch, and orders of codes.

use std::sync::Arc;

use sea_orm::{ActiveModelTrait, ActiveValue, ConnectionTrait, EntityTrait, IntoActiveModel, Set};
use yanzhao::db::{self, Db};
use yanzhao::entity::{
    batch, batch_right, batch_test, code_order, code_range, gi_right, mark_use, organisation, pack, product, recall, season_account, stop,
};
use yanzhao::kernel::clock::HOUR;
use yanzhao::kernel::{Clock, Day, Millis, Random};
use yanzhao::trace::cipher::CodeCipher;
use yanzhao::trace::code::{Code, Locator};
use yanzhao::trace::keys::{self, KeyOwner, MasterKeys, OrderKey};
use yanzhao::trace::kind::CodeKind;
use yanzhao::trace::pin::PinKey;
use yanzhao::trace::scan::{Located, ScanDesk, ScanSettings, Scanned, Via};
use yanzhao::trace::verdict::Verdict;
use yanzhao::trace::visitor::Visitor;

pub const PRODUCER: &str = "org_producer";
pub const PRODUCT: &str = "pro_pear";
pub const RIGHT: &str = "rig_pear";
pub const MARK_USE: &str = "mus_pear";
pub const BATCH: &str = "bat_pear";

/// Noon in China of 2026-11-23.
pub fn noon() -> Millis {
    day("2026-11-23").start() + 12 * HOUR
}
pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// An order whose codes the test can make itself.
pub struct Issued {
    cipher: CodeCipher,
    pins: PinKey,
}

impl Issued {
    pub fn code(&self, seq: u32) -> Code {
        self.cipher.code(seq - 1)
    }
    pub fn pin(&self, seq: u32) -> String {
        self.pins.pin(&self.code(seq)).as_str().to_owned()
    }
}

/// A database, its clock and its keys.
pub struct World {
    pub url: String,
    pub db: Db,
    pub clock: Clock,
    pub random: Random,
    masters: Arc<MasterKeys>,
}

impl World {
    /// Migrates the database at `url` and puts the producer and its batch in.
    pub async fn new(url: &str) -> Self {
        let db = Db::open(url).await.unwrap();
        db::up(&db).await.unwrap();
        let random = Random::seeded(7);
        let masters = Arc::new(MasterKeys::read(&format!("test {}", "5a".repeat(32))).unwrap());
        let world = Self { url: url.to_owned(), db, clock: Clock::at(noon()), random, masters };
        world.settle().await;
        world
    }

    /// Puts rows in, whatever they are.
    pub async fn put<A>(&self, row: A)
    where
        A: ActiveModelTrait + Send + Sync + Clone + 'static,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        self.db
            .write(move |tx| {
                let row = row.clone();
                Box::pin(async move {
                    <A::Entity as EntityTrait>::insert(row).exec_without_returning(tx.connection()).await?;
                    Ok(())
                })
            })
            .await
            .unwrap();
    }

    /// Runs a statement.
    pub async fn sql(&self, statement: &str) {
        let statement = statement.to_owned();
        self.db
            .write(move |tx| {
                let statement = statement.clone();
                Box::pin(async move {
                    tx.connection().execute_unprepared(&statement).await?;
                    Ok(())
                })
            })
            .await
            .unwrap();
    }

    /// One desk on this world's database, as one node has it.
    pub async fn desk(&self) -> ScanDesk {
        self.desk_on(&self.db).await
    }
    /// A desk of another node: pools of its own.
    pub async fn other_node(&self) -> (ScanDesk, Db) {
        let db = Db::open(&self.url).await.unwrap();
        (self.desk_on(&db).await, db)
    }
    async fn desk_on(&self, db: &Db) -> ScanDesk {
        let settings = ScanSettings::default();
        ScanDesk::start(db.clone(), self.clock.clone(), Random::system(), self.masters.clone(), settings).await.unwrap()
    }

    /// An order of `count` unit codes, all active in the batch.
    pub async fn active(&self, order_no: i64, count: u32) -> Issued {
        let issued = self.issue(order_no, CodeKind::Unit, count, false).await;
        self.range(order_no, 1, i64::from(count), "active", None).await;
        issued
    }

    /// An order without ranges.
    pub async fn issue(&self, order_no: i64, kind: CodeKind, count: u32, with_pin: bool) -> Issued {
        let key = OrderKey::draw(&self.random);
        let locator = Locator::new(u32::try_from(order_no).unwrap() * 7919 % Locator::END).unwrap();
        let owner = KeyOwner { order_no, locator, count, kind, producer: PRODUCER };
        let wrapped = keys::wrap(&*self.masters, &key, &owner, &self.random).unwrap();
        self.put(code_order::ActiveModel {
            order_no: Set(order_no),
            id: Set(format!("cod_{order_no}")),
            suite: Set(i64::from(kind.suite().value())),
            locator: Set(Some(i64::from(locator.get()))),
            producer_id: text(PRODUCER),
            product_id: text(PRODUCT),
            season: text("2026"),
            account_id: Set(Some("sea_pear".to_owned())),
            pack_id: Set(Some("pac_pear".to_owned())),
            batch_id: Set(None),
            kind: text(kind.as_str()),
            count: Set(i64::from(count)),
            spare: Set(0),
            unit_amount: Set(5000),
            quota_left: Set(0),
            spare_left: Set(0),
            with_pin: Set(with_pin),
            state: text("issued"),
            base_url: text("https://gi.example.cn"),
            label: text("{}"),
            key_sha256: Set(Some(key.sha256())),
            key_wrapped: Set(Some(wrapped.bytes)),
            master_key_id: Set(Some(wrapped.master_key_id)),
            demo: Set(false),
            ordered_by: text("acc_1"),
            ordered_at: Set(noon()),
            decided_by: Set(None),
            decided_at: Set(None),
        })
        .await;
        Issued { cipher: CodeCipher::new(key.as_bytes(), kind.suite(), locator), pins: PinKey::new(key.as_bytes()) }
    }

    /// A range of an order; all but issued ones lie in the batch.
    pub async fn range(&self, order_no: i64, first: i64, last: i64, state: &str, reason: Option<&str>) {
        self.put(code_range::ActiveModel {
            order_no: Set(order_no),
            first: Set(first),
            last: Set(last),
            batch_id: Set((state != "issued").then(|| BATCH.to_owned())),
            state: text(state),
            reason: Set(reason.map(str::to_owned)),
            since: Set(noon() - 24 * HOUR),
            active_at: Set((state == "scheduled").then_some(noon() + HOUR)),
        })
        .await;
    }

    /// A stop, confirmed by a second person, of whatever `change` says.
    pub async fn stop(&self, change: impl FnOnce(&mut stop::ActiveModel)) {
        let mut row = stop::ActiveModel {
            id: text("sto_1"),
            scope: text("batch"),
            subject_id: Set(None),
            order_no: Set(None),
            first: Set(None),
            last: Set(None),
            category: text("stolen"),
            ordered_by: text("演示机关"),
            document_no: text("演示〔2026〕2号"),
            public_text: text("标签被盗"),
            state: text("in_force"),
            proposed_by: text("acc_1"),
            proposed_at: Set(noon()),
            confirmed_by: Set(Some("acc_2".to_owned())),
            confirmed_at: Set(Some(noon())),
            ..Default::default()
        };
        change(&mut row);
        self.put(row).await;
    }

    /// A recall of the batch, confirmed.
    pub async fn recall(&self, kind: &str) {
        self.put(recall::ActiveModel {
            id: text("rec_1"),
            batch_id: text(BATCH),
            kind: text(kind),
            ordered_by: text("演示机关"),
            document_no: text("演示〔2026〕1号"),
            reason: text("residue"),
            public_text: text("农药残留超标"),
            state: text("in_force"),
            proposed_by: text("acc_1"),
            proposed_at: Set(noon()),
            confirmed_by: Set(Some("acc_2".to_owned())),
            confirmed_at: Set(Some(noon())),
            ..Default::default()
        })
        .await;
    }

    async fn settle(&self) {
        self.put(organisation::ActiveModel {
            id: text(PRODUCER),
            kind: text("producer"),
            name: text("演示果品合作社"),
            credit_code: Set(Some("93130183MA0EXAMPLE".to_owned())),
            division_code: text("130183"),
            state: text("active"),
            demo: Set(false),
            registered_at: Set(noon()),
            ..Default::default()
        })
        .await;
        self.put(product::ActiveModel {
            id: text(PRODUCT),
            slug: text("jinzhou-yali"),
            name: text("晋州鸭梨"),
            aliases: text("鸭梨;晋州梨"),
            city: text("石家庄市"),
            county_codes: text("130183"),
            class: text("fruit"),
            base_unit: text("g"),
            account_basis: text("plots"),
            fresh: Set(true),
            release_by: text("automatic"),
            sort_key: text("jinzhouyali"),
            source: text("test"),
            confidence: text("A"),
            demo: Set(false),
            registered_at: Set(noon()),
            ..Default::default()
        })
        .await;
        self.put(gi_right::ActiveModel {
            id: text(RIGHT),
            product_id: text(PRODUCT),
            route: text("gi_product"),
            authority: text("国家质检总局"),
            status: text("registered"),
            number: Set(Some("2010年第75号".to_owned())),
            date_precision: text("day"),
            source: text("test"),
            confidence: text("A"),
            demo: Set(false),
            recorded_at: Set(noon()),
            ..Default::default()
        })
        .await;
        self.put(mark_use::ActiveModel {
            id: text(MARK_USE),
            organisation_id: text(PRODUCER),
            right_id: text(RIGHT),
            state: text("in_force"),
            in_force_from: text("2024-01-01"),
            in_force_to: Set(Some("2028-12-31".to_owned())),
            demo: Set(false),
            recorded_at: Set(noon()),
            ..Default::default()
        })
        .await;
        self.settle_batch().await;
    }

    async fn settle_batch(&self) {
        self.put(season_account()).await;
        self.put(pack::ActiveModel {
            id: text("pac_pear"),
            organisation_id: text(PRODUCER),
            product_id: text(PRODUCT),
            grade: Set(Some("特级".to_owned())),
            amount: Set(5000),
            registered_at: Set(noon()),
            ..Default::default()
        })
        .await;
        self.put(batch::ActiveModel {
            id: text(BATCH),
            producer_id: text(PRODUCER),
            product_id: text(PRODUCT),
            season: text("2026"),
            lot: text("JZ-0912"),
            account_id: text("sea_pear"),
            state: text("released"),
            amount: Set(1_000_000),
            covered: Set(1_000_000),
            pending: Set(0),
            coded: Set(0),
            harvested_from: text("2026-09-10"),
            harvested_to: text("2026-09-12"),
            packed_on: Set(Some("2026-09-14".to_owned())),
            best_before: Set(Some("2027-03-01".to_owned())),
            grade: Set(Some("特级".to_owned())),
            facility: Set(Some("演示果库".to_owned())),
            standard_number: Set(Some("演示标准 YL-2026".to_owned())),
            origin: text("晋州市东卓宿镇"),
            late: Set(false),
            version: Set(3),
            registered_by: text("acc_1"),
            registered_at: Set(noon()),
            released_by: Set(Some("acc_1".to_owned())),
            released_at: Set(Some(noon() - 48 * HOUR)),
            ..Default::default()
        })
        .await;
        self.put(batch_right::ActiveModel {
            batch_id: text(BATCH),
            mark_use_id: text(MARK_USE),
            right_id: text(RIGHT),
            route: text("gi_product"),
            number: Set(Some("2010年第75号".to_owned())),
            in_force_from: text("2024-01-01"),
            in_force_to: Set(Some("2028-12-31".to_owned())),
        })
        .await;
        self.put(batch_test::ActiveModel {
            batch_id: text(BATCH),
            no: Set(1),
            item: text("可溶性固形物"),
            result: text("12.4%"),
            laboratory: Set(Some("演示检验室".to_owned())),
            report_no: Set(Some("R-1".to_owned())),
            reported_on: Set(Some("2026-09-13".to_owned())),
            scope: text("lot"),
        })
        .await;
    }
}

fn season_account() -> season_account::ActiveModel {
    let zero = || Set(0);
    season_account::ActiveModel {
        id: text("sea_pear"),
        party_kind: text("organisation"),
        party_id: text(PRODUCER),
        product_id: text(PRODUCT),
        season: text("2026"),
        state: text("approved"),
        basis: text("measured"),
        basis_note: text("test"),
        evidence: Set(None),
        measured: Set(true),
        proposed: Set(2_000_000),
        approved: Set(2_000_000),
        received: zero(),
        carried: zero(),
        opening: zero(),
        adjusted: zero(),
        held: zero(),
        released: Set(1_000_000),
        uncoded: zero(),
        exported: zero(),
        processed: zero(),
        lost: zero(),
        downgraded: zero(),
        own_use: zero(),
        delivered: zero(),
        lapsed: zero(),
        remaining: Set(1_000_000),
        pending: zero(),
        reserved: zero(),
        coded: zero(),
        burned: zero(),
        proposed_by: text("acc_1"),
        proposed_at: Set(noon()),
        decided_by: Set(None),
        decided_at: Set(None),
        decision_reason: Set(None),
    }
}

fn text(value: &str) -> ActiveValue<String> {
    Set(value.to_owned())
}

/// Somebody with an address and a telephone.
pub async fn somebody(desk: &ScanDesk, address: &str, agent: &str) -> Visitor {
    desk.visitors().of_client(address.parse().unwrap(), agent).await
}

/// The code as the desk finds it.
pub fn located(desk: &ScanDesk, code: &Code) -> Located {
    desk.locate(code).unwrap_or_else(|| panic!("{code} is unknown"))
}

/// A scan of the printed address by `who`, without a place.
pub async fn scan(desk: &ScanDesk, code: &Code, who: &Visitor) -> Scanned {
    desk.record(located(desk, code), *who, None, Via::Printed).await.unwrap()
}

/// The verdict of such a scan.
pub async fn said(desk: &ScanDesk, code: &Code, who: &Visitor) -> Verdict {
    scan(desk, code, who).await.decision.verdict
}
