//! The setting of these tests: 晋州鸭梨, its association, a co-operative with three 亩 and a mark use, two people of the office.

use yanzhao::kernel::{Desk, Failure, Outcome};
use yanzhao::trace::account::Bucket;
use yanzhao::trace::batch::{BatchInput, SourceInput};
use yanzhao::trace::commands::account::{AccountInput, approve_account, propose_account};
use yanzhao::trace::commands::batch::register_batch;
use yanzhao::trace::commands::delivery::record_delivery;
use yanzhao::trace::delivery::DeliveryInput;
use yanzhao::trace::queries::account::{AccountView, account};
use yanzhao::trace::queries::batch::BatchView;
use yanzhao::trace::queries::delivery::DeliveryView;
use yanzhao::trace::replay::Replay;

use crate::support::Engine;
use crate::support::world::{COUNTY, World, act};

/// A kilogram in grams.
pub const KG: i64 = 1000;

pub struct Orchard {
    pub world: World,
    pub product: String,
    pub association: String,
    pub right: String,
    pub producer: String,
    pub mark_use: String,
    /// Three 亩: 7,500 kg a season.
    pub plot: String,
    pub member: Desk,
    pub office: Desk,
    pub second: Desk,
    pub holder: Desk,
}

impl Orchard {
    pub async fn new(engine: Engine) -> Self {
        let world = World::new(engine).await;
        let product = world.product("晋州鸭梨", |_| {}).await;
        let association = world.organisation("晋州鸭梨协会", COUNTY).await;
        let right = world.right(&product, Some(&association), |_| {}).await;
        let producer = world.organisation("长城果品合作社", COUNTY).await;
        let mark_use = world.mark_use(&producer, &right, "2024-01-01", None).await;
        let plot = world.plot(&producer, &product, 2000, |_| {}).await;
        world.standard(&product, "演示标准 YL-2026", None).await;
        Self {
            member: world.member("member", &producer),
            office: world.office("office"),
            second: world.office("second"),
            holder: world.holder("holder", &association),
            world,
            product,
            association,
            right,
            producer,
            mark_use,
            plot,
        }
    }

    /// An approved account of the season 2026.
    pub async fn account(&self, party: &str, amount: i64) -> AccountView {
        let input = AccountInput {
            party_id: party.to_owned(),
            product_id: self.product.clone(),
            season: "2026".to_owned(),
            approved_g: Some(amount),
            ..AccountInput::default()
        };
        let view = act!(self.world, self.office, |tx, desk| propose_account(tx, desk, &input), [input]).unwrap();
        let id = view.id;
        act!(self.world, self.second, |tx, desk| approve_account(tx, desk, &id), [id]).unwrap()
    }

    /// A batch of the producer's own plot that should pass.
    pub fn batch(&self, lot: &str, weight_g: i64) -> BatchInput {
        BatchInput {
            product_id: self.product.clone(),
            lot: lot.to_owned(),
            plot_ids: vec![self.plot.clone()],
            net_weight_g: Some(weight_g),
            harvested_from: Some("2026-09-12".to_owned()),
            harvested_to: Some("2026-09-15".to_owned()),
            packed_on: Some("2026-10-19".to_owned()),
            ..BatchInput::default()
        }
    }

    pub async fn register(&self, input: BatchInput) -> Outcome<BatchView> {
        act!(self.world, self.member, |tx, desk| register_batch(tx, desk, &input), [input])
    }

    pub fn delivery(&self, grower: &str, weight_g: i64) -> DeliveryInput {
        DeliveryInput {
            grower_id: grower.to_owned(),
            product_id: self.product.clone(),
            delivered_on: "2026-10-18".to_owned(),
            net_weight_g: Some(weight_g),
            cert_no: Some("HGZ-1".to_owned()),
            ..DeliveryInput::default()
        }
    }

    pub async fn deliver(&self, input: DeliveryInput) -> Outcome<DeliveryView> {
        act!(self.world, self.member, |tx, desk| record_delivery(tx, desk, &input), [input])
    }

    pub fn batch_of(&self, lot: &str, delivery: &str, weight_g: i64) -> BatchInput {
        let source = SourceInput { delivery_id: Some(delivery.to_owned()), net_weight_g: Some(weight_g), ..SourceInput::default() };
        BatchInput { plot_ids: Vec::new(), net_weight_g: None, sources: vec![source], ..self.batch(lot, weight_g) }
    }

    /// What the account's buckets show, in the order asked.
    pub async fn figures<const N: usize>(&self, account_id: &str, buckets: [Bucket; N]) -> [i64; N] {
        let view = account(&self.world.db, &self.office.actor, account_id).await.unwrap();
        buckets.map(|b| view.figure(b))
    }

    /// The ledger replayed; its findings are none.
    pub async fn replayed(&self) -> Replay {
        let mut replay = Replay::new();
        let report = yanzhao::ledger::verify(self.world.db.reader(), &[], |_, _, body| replay.fold(body)).await.unwrap();
        assert_eq!(report.findings, []);
        replay
    }

    /// Tables and ledger say the same.
    pub async fn balanced(&self) {
        let replay = self.replayed().await;
        let findings = yanzhao::trace::store::replay::compare(self.world.db.reader(), &replay).await.unwrap();
        assert_eq!(findings, []);
    }
}

/// The codes of a refusal: its own, then those of its fields.
pub fn codes<T: std::fmt::Debug>(outcome: Outcome<T>) -> Vec<&'static str> {
    let failure = outcome.expect_err("this should be refused");
    std::iter::once(failure.code).chain(failure.fields.iter().map(|f| f.code)).collect()
}

/// A figure of a refusal.
pub fn param(failure: &Failure, name: &str) -> String {
    failure.params.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()).unwrap_or_default()
}
