//! The setting: an orchard with one released batch of 400 kg, forty packs of 5 kg of it coded, a shop, two officers.

use std::sync::Arc;

use sea_orm::EntityTrait;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use yanzhao::entity::{batch, code_range, season_account};
use yanzhao::kernel::{Desk, Failure, Outcome};
use yanzhao::supervision::commands as supervision;
use yanzhao::trace::account::Bucket;
use yanzhao::trace::commands::batch::{ReleaseInput, release_batch};
use yanzhao::trace::commands::order::order_codes;
use yanzhao::trace::commands::pack::register_pack;
use yanzhao::trace::commands::range::{activate_codes, bind_codes};
use yanzhao::trace::commands::shipment::{receive_shipment, send_goods, take_back_goods, void_shipment};
use yanzhao::trace::keys::{KeyProvider, MasterKeys};
use yanzhao::trace::order::OrderRules;
use yanzhao::trace::queries::shipment::ShipmentView;
use yanzhao::trace::store::seizure::SeizureRow;

use crate::orchard::{KG, Orchard};
use crate::support::Engine;
use crate::support::world::{COUNTY, act};

/// What one pack holds.
pub const PACK: i64 = 5 * KG;
/// What the batch holds.
pub const BATCH: i64 = 400 * KG;
/// Its packs under codes.
pub const CODED: i64 = 40;

pub struct House {
    pub orchard: Orchard,
    pub keys: Arc<dyn KeyProvider>,
    pub account: String,
    pub batch: String,
    pub order: String,
    pub pack: String,
    pub shop: String,
    pub shop_desk: Desk,
}

pub fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

impl House {
    pub async fn new(engine: Engine) -> Self {
        let orchard = Orchard::new(engine).await;
        let hex: String = (0..32).map(|i| format!("{i:02x}")).collect();
        let keys: Arc<dyn KeyProvider> = Arc::new(MasterKeys::read(&hex).unwrap());
        let account = orchard.account(&orchard.producer, 1_000 * KG).await.id;
        let batch = orchard.register(orchard.batch("L1", BATCH)).await.unwrap().id;
        let shop = orchard.world.organisation("演示超市", "130133").await;
        let shop_desk = orchard.world.member("shop", &shop);
        let mut house = Self { orchard, keys, account, batch, order: String::new(), pack: String::new(), shop, shop_desk };
        house.release(&house.batch.clone()).await;
        let input: yanzhao::trace::pack::PackInput = read(json!({ "product_id": house.orchard.product, "net_weight_g": PACK }));
        let world = &house.orchard.world;
        house.pack = act!(world, house.orchard.member, |tx, desk| register_pack(tx, desk, &input), [input]).unwrap().id;
        house.order = house.order_codes("unit", 60).await;
        let (order, batch) = (house.order.clone(), house.batch.clone());
        house.bind(&order, 1, CODED, &batch).await;
        house.activate(&order, 1, 30).await;
        house
    }

    pub async fn release(&self, id: &str) {
        let (id, input) = (id.to_owned(), ReleaseInput { reason: Some("已核".into()) });
        act!(self.orchard.world, self.orchard.office, |tx, desk| release_batch(tx, desk, &id, &input), [id, input]).unwrap();
    }

    pub async fn order_codes(&self, kind: &str, count: i64) -> String {
        let rules = OrderRules {
            issue_limit: 100_000,
            spare_permille: 50,
            base_url: "https://gi.example.cn".to_owned(),
            label_locale: "zh-CN".to_owned(),
            demo: true,
        };
        let input = json!({ "product_id": self.orchard.product, "season": "2026", "kind": kind, "count": count, "pack_id": self.pack });
        let (keys, input) = (&self.keys, read::<yanzhao::trace::order::OrderInput>(input));
        act!(self.orchard.world, self.orchard.member, |tx, desk| order_codes(tx, desk, keys.as_ref(), &rules, &input), [keys, rules, input])
            .unwrap()
            .id
    }

    pub async fn bind(&self, order: &str, first: i64, last: i64, batch: &str) {
        let (keys, id) = (&self.keys, order.to_owned());
        let input: yanzhao::trace::commands::range::BindInput = read(json!({ "first": first, "last": last, "batch_id": batch }));
        act!(self.orchard.world, self.orchard.member, |tx, desk| bind_codes(tx, desk, keys.as_ref(), &id, &input), [keys, id, input])
            .unwrap();
    }

    pub async fn activate(&self, order: &str, first: i64, last: i64) {
        let (keys, id) = (&self.keys, order.to_owned());
        let input: yanzhao::trace::commands::range::ActivateInput = read(json!({ "first": first, "last": last }));
        act!(self.orchard.world, self.orchard.member, |tx, desk| activate_codes(tx, desk, keys.as_ref(), &id, &input), [keys, id, input])
            .unwrap();
    }

    /// Another released batch of the same plot.
    pub async fn another_batch(&self, lot: &str, grams: i64) -> String {
        let id = self.orchard.register(self.orchard.batch(lot, grams)).await.unwrap().id;
        self.release(&id).await;
        id
    }

    /// Sends lines to the shop.
    pub async fn send(&self, lines: Value) -> Outcome<ShipmentView> {
        self.send_as(&self.orchard.member, json!({ "lines": lines })).await
    }
    pub async fn send_as(&self, desk: &Desk, mut whole: Value) -> Outcome<ShipmentView> {
        if whole.get("consignee").is_none() {
            whole["consignee"] = json!({ "organisation_id": self.shop });
        }
        let (keys, input) = (&self.keys, Arc::new(read::<yanzhao::trace::shipment::SendInput>(whole)));
        act!(self.orchard.world, desk, |tx, desk| send_goods(tx, desk, keys.as_ref(), &input), [keys, input])
    }
    pub fn loose(&self, grams: i64) -> Value {
        json!([{ "batch_id": self.batch, "net_weight_g": grams }])
    }
    pub fn labels(&self, first: i64, last: i64) -> Value {
        json!([{ "order_id": self.order, "first": first, "last": last }])
    }

    pub async fn receive_as(&self, desk: &Desk, id: &str, input: Value) -> Outcome<ShipmentView> {
        let (keys, id) = (&self.keys, id.to_owned());
        let input = Arc::new(read::<yanzhao::trace::shipment::ReceiveInput>(input));
        act!(self.orchard.world, desk, |tx, desk| receive_shipment(tx, desk, keys.as_ref(), &id, &input), [keys, id, input])
    }
    pub async fn receive(&self, id: &str, input: Value) -> Outcome<ShipmentView> {
        self.receive_as(&self.shop_desk, id, input).await
    }
    pub async fn take_back(&self, id: &str, lines: Value, disposition: &str) -> Outcome<ShipmentView> {
        let input = json!({ "lines": lines, "disposition": disposition, "reason": "店里退回" });
        let (keys, id) = (&self.keys, id.to_owned());
        let input = Arc::new(read::<yanzhao::trace::shipment::ReturnInput>(input));
        act!(self.orchard.world, self.orchard.member, |tx, desk| take_back_goods(tx, desk, keys.as_ref(), &id, &input), [keys, id, input])
    }
    pub async fn void(&self, id: &str) -> Outcome<ShipmentView> {
        let id = id.to_owned();
        act!(self.orchard.world, self.orchard.member, |tx, desk| void_shipment(tx, desk, &id, "登错了"), [id])
    }

    /// An officer of the county.
    pub fn officer(&self, account: &str) -> Desk {
        let scope = yanzhao::kernel::Scope { divisions: vec![COUNTY.to_owned()], ..Default::default() };
        self.orchard.world.desk(account, None, scope)
    }

    /// A seizure proposed by one officer and confirmed by another.
    pub async fn seize(&self, batch: &str, document_no: &str) -> SeizureRow {
        let (one, two) = (self.officer("one"), self.officer("two"));
        let id = self.propose(&one, batch, document_no).await.unwrap().id;
        act!(self.orchard.world, two, |tx, desk| supervision::confirm_seizure(tx, desk, &id), [id]).unwrap()
    }
    pub async fn propose(&self, desk: &Desk, batch: &str, document_no: &str) -> Outcome<SeizureRow> {
        let input: supervision::SeizureInput = read(json!({ "batch_id": batch, "kind": "sealed", "document_no": document_no,
            "ordered_by": "演示市场监管部门", "reason": "抽检不合格", "public_text": "正在查处", "until": "2026-11-18" }));
        act!(self.orchard.world, desk, |tx, desk| supervision::propose_seizure(tx, desk, &input), [input])
    }
    pub async fn propose_end(&self, desk: &Desk, id: &str, mut end: Value) -> Outcome<SeizureRow> {
        for (name, text) in [("document_no", "演示没〔2026〕1号"), ("public_text", "已处理")] {
            end[name] = json!(text);
        }
        let (keys, id) = (&self.keys, id.to_owned());
        let input: supervision::SeizureEndInput = read(end);
        act!(self.orchard.world, desk, |tx, desk| supervision::propose_seizure_end(tx, desk, keys.as_ref(), &id, &input), [keys, id, input])
    }
    pub async fn confirm_end(&self, desk: &Desk, id: &str) -> Outcome<SeizureRow> {
        let id = id.to_owned();
        act!(self.orchard.world, desk, |tx, desk| supervision::confirm_seizure_end(tx, desk, &id), [id])
    }

    pub async fn batch_row(&self, id: &str) -> batch::Model {
        batch::Entity::find_by_id(id).one(self.orchard.world.db.reader()).await.unwrap().unwrap()
    }

    /// coded, gone and seized of the batch.
    pub async fn went(&self) -> (i64, i64, i64) {
        let row = self.batch_row(&self.batch).await;
        (row.coded, row.gone, row.seized)
    }

    /// What the account's buckets show.
    pub async fn account<const N: usize>(&self, buckets: [Bucket; N]) -> [i64; N] {
        self.orchard.figures(&self.account, buckets).await
    }

    /// `1–5 bound、6–10 active`
    pub async fn shape(&self, order: &str) -> String {
        let rows = yanzhao::entity::code_order::Entity::find().all(self.orchard.world.db.reader()).await.unwrap();
        let order_no = rows.into_iter().find(|row| row.id == order).unwrap().order_no;
        let mut rows = code_range::Entity::find().all(self.orchard.world.db.reader()).await.unwrap();
        rows.retain(|row| row.order_no == order_no);
        rows.sort_by_key(|row| row.first);
        rows.iter().map(|r| format!("{}–{} {}", r.first, r.last, r.state)).collect::<Vec<_>>().join("、")
    }

    /// Tables, movements and ledger say the same; released is what the batches still hold or have sold under codes; what is coded is
    /// what the ranges say.
    pub async fn balanced(&self) {
        self.orchard.balanced().await;
        let connection = self.orchard.world.db.reader();
        let batches = batch::Entity::find().all(connection).await.unwrap();
        let ranges = code_range::Entity::find().all(connection).await.unwrap();
        for account in season_account::Entity::find().all(connection).await.unwrap() {
            let held = |row: &&batch::Model| row.account_id == account.id && row.released_at.is_some() && row.state != "voided";
            let released: i64 = batches.iter().filter(held).map(|b| b.covered - b.moved - b.gone - b.seized).sum();
            assert_eq!(account.released, released, "released of {}", account.id);
        }
        for batch in batches {
            let codes: i64 = ranges.iter().filter(|r| r.batch_id.as_ref() == Some(&batch.id)).map(|r| r.last - r.first + 1).sum();
            assert_eq!(batch.coded, codes * PACK, "coded of {}", batch.lot);
            assert!(batch.coded + batch.moved + batch.gone + batch.seized <= batch.covered);
        }
    }
}

/// Holds a refusal against its code, and sees that it has words in both languages with every figure they ask for.
#[track_caller]
pub fn refuses<T: std::fmt::Debug>(outcome: Outcome<T>, code: &str) -> Failure {
    let failure = outcome.unwrap_err();
    assert!(failure.says(code), "expected {code}, got {failure}");
    assert_eq!(failure.source, None, "{failure}");
    for lang in [yanzhao::web::words::Lang::Chinese, yanzhao::web::words::Lang::English] {
        let params = failure.fields.iter().find(|f| f.code == code).map_or(&failure.params, |f| &f.params);
        let values: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let key = format!("refusal.{code}");
        let said = lang.fill(&key, &values);
        assert!(!said.contains("%{") && !said.contains("refusal."), "{code} in {}: {said}", lang.tag());
    }
    failure
}
