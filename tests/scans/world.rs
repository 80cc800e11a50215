//! A small world put straight into the tables: one producer with a mark use, a released batch, and orders of codes.
#![allow(dead_code, reason = "tests and benches each use their own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a world that can't be set up stops its test")]

use std::sync::Arc;

use serde_json::{Value, json};
use yanzhao::db::{self, Db};
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

use super::rows;

pub const PRODUCER: &str = "org_producer";
pub const PRODUCT: &str = "pro_pear";
pub const RIGHT: &str = "rig_pear";
pub const MARK_USE: &str = "mus_pear";
pub const BATCH: &str = "bat_pear";
/// The one master key, as a setting gives it.
pub const MASTER_KEY: &str = "test 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

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
    /// Migrates the database at `url` and puts the producer and its batch in; the clock stands at [`noon`].
    pub async fn new(url: &str) -> Self {
        Self::at(url, Clock::at(noon())).await
    }
    /// The same with another clock.
    pub async fn at(url: &str, clock: Clock) -> Self {
        let db = Db::open(url).await.unwrap();
        db::up(&db).await.unwrap();
        let random = Random::seeded(7);
        let masters = Arc::new(MasterKeys::read(MASTER_KEY).unwrap());
        let world = Self { url: url.to_owned(), db, clock, random, masters };
        world.settle().await;
        world
    }

    /// Puts a row in.
    pub async fn put(&self, table: &str, row: Value) {
        rows::put(&self.db, table, row).await;
    }
    /// Runs a statement.
    pub async fn sql(&self, statement: &str) {
        rows::run(&self.db, statement).await;
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
        let row = json!({
            "order_no": order_no, "id": format!("cod_{order_no}"), "suite": kind.suite().value(), "locator": locator.get(),
            "producer_id": PRODUCER, "product_id": PRODUCT, "season": "2026", "account_id": "sea_pear", "pack_id": "pac_pear",
            "kind": kind.as_str(), "count": count, "unit_amount": 5000, "with_pin": with_pin, "state": "issued",
            "base_url": "https://gi.example.cn", "label": "{}", "key_wrapped": { "hex": data_encoding::HEXLOWER.encode(&wrapped.bytes) },
            "master_key_id": wrapped.master_key_id, "key_sha256": key.sha256(), "ordered_at": noon(),
        });
        self.put("code_order", row).await;
        Issued { cipher: CodeCipher::new(key.as_bytes(), kind.suite(), locator), pins: PinKey::new(key.as_bytes()) }
    }

    /// A range of an order; all but issued ones lie in the batch.
    pub async fn range(&self, order_no: i64, first: i64, last: i64, state: &str, reason: Option<&str>) {
        let row = json!({
            "order_no": order_no, "first": first, "last": last, "batch_id": (state != "issued").then_some(BATCH), "state": state,
            "reason": reason, "since": noon() - 24 * HOUR, "active_at": (state == "scheduled").then_some(noon() + HOUR),
        });
        self.put("code_range", row).await;
    }

    /// A stop, confirmed by a second person unless `change` says otherwise; it covers nothing until `change` says what.
    pub async fn stop(&self, change: Value) {
        let row = json!({
            "id": "sto_1", "scope": "batch", "category": "labels_lost", "ordered_by": "演示机关", "document_no": "演示〔2026〕2号",
            "public_text": "标签被盗", "state": "in_force", "proposed_by": "acc_1", "proposed_at": noon(), "confirmed_by": "acc_2",
            "confirmed_at": noon(),
        });
        let (Value::Object(mut row), Value::Object(change)) = (row, change) else { panic!("rows are objects") };
        row.extend(change);
        self.put("stop", Value::Object(row)).await;
    }

    /// A recall of the batch, confirmed.
    pub async fn recall(&self, kind: &str) {
        let row = json!({
            "id": "rec_1", "batch_id": BATCH, "kind": kind, "ordered_by": "演示机关", "document_no": "演示〔2026〕1号", "reason": "residue",
            "public_text": "农药残留超标", "state": "in_force", "proposed_at": noon(), "confirmed_by": "acc_2", "confirmed_at": noon(),
        });
        self.put("recall", row).await;
    }

    async fn settle(&self) {
        let producer = json!({
            "id": PRODUCER, "kind": "producer", "name": "演示果品合作社", "credit_code": "93130183MA0EXAMPLE", "division_code": "130183",
        });
        self.put("organisation", producer).await;
        let product = json!({
            "id": PRODUCT, "slug": "jinzhou-yali", "name": "晋州鸭梨", "aliases": "鸭梨;晋州梨", "base_unit": "g", "account_basis": "plots",
            "fresh": true,
        });
        self.put("product", product).await;
        let right = json!({ "id": RIGHT, "product_id": PRODUCT, "route": "gi_product", "status": "registered", "number": "2010年第75号" });
        self.put("gi_right", right).await;
        let mark_use = json!({
            "id": MARK_USE, "organisation_id": PRODUCER, "right_id": RIGHT, "state": "in_force", "in_force_from": "2024-01-01",
            "in_force_to": "2028-12-31",
        });
        self.put("mark_use", mark_use).await;
        let account = json!({
            "id": "sea_pear", "party_id": PRODUCER, "product_id": PRODUCT, "season": "2026", "approved": 2_000_000, "released": 1_000_000,
            "remaining": 1_000_000,
        });
        self.put("season_account", account).await;
        let pack = json!({ "id": "pac_pear", "organisation_id": PRODUCER, "product_id": PRODUCT, "grade": "特级", "amount": 5000 });
        self.put("pack", pack).await;
        self.batch(BATCH, "JZ-0912").await;
    }

    /// A released batch under the right, with one test.
    pub async fn batch(&self, id: &str, lot: &str) {
        let batch = json!({
            "id": id, "producer_id": PRODUCER, "product_id": PRODUCT, "season": "2026", "lot": lot, "account_id": "sea_pear",
            "state": "released", "amount": 1_000_000, "covered": 1_000_000, "harvested_from": "2026-09-10", "harvested_to": "2026-09-12",
            "packed_on": "2026-09-14", "best_before": "2027-03-01", "grade": "特级", "facility": "演示果库",
            "standard_number": "演示标准 YL-2026", "origin": "晋州市东卓宿镇", "version": 3, "released_at": noon() - 48 * HOUR,
        });
        self.put("batch", batch).await;
        let right = json!({
            "batch_id": id, "mark_use_id": MARK_USE, "right_id": RIGHT, "route": "gi_product", "number": "2010年第75号",
            "in_force_from": "2024-01-01", "in_force_to": "2028-12-31",
        });
        self.put("batch_right", right).await;
        let test = json!({
            "batch_id": id, "no": 1, "item": "可溶性固形物", "result": "12.4%", "laboratory": "演示检验室", "report_no": "R-1",
            "reported_on": "2026-09-13",
        });
        self.put("batch_test", test).await;
    }
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
