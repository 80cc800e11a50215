//! The setting: a co-operative with a mark use, an account of 7,500 kg, a plot of three 亩 of its own and two households beside it.

use yanzhao::kernel::{Desk, Outcome};
use yanzhao::registry::commands::{FacilityInput, register_facility};
use yanzhao::registry::store::FacilityRow;
use yanzhao::trace::batch::{BatchInput, SourceInput};
use yanzhao::trace::commands::account::{AccountInput, approve_account, propose_account};
use yanzhao::trace::commands::batch::{ReleaseInput, register_batch, release_batch};
use yanzhao::trace::commands::delivery::record_delivery;
use yanzhao::trace::delivery::DeliveryInput;
use yanzhao::trace::queries::batch::BatchView;
use yanzhao::trace::queries::delivery::DeliveryView;
use yanzhao::trace::replay::Replay;

use crate::support::Engine;
use crate::support::world::{COUNTY, World, act};

pub const KG: i64 = 1000;

pub struct Ground {
    pub world: World,
    pub product: String,
    pub producer: String,
    pub plot: String,
    pub member: Desk,
    pub office: Desk,
    pub second: Desk,
    pub stranger: Desk,
    pub other: String,
}

impl Ground {
    /// `plan` is the product's test plan as JSON.
    pub async fn new(engine: Engine, plan: Option<&str>) -> Self {
        let world = World::new(engine).await;
        let product = world.product("晋州鸭梨", |row| row.test_plan = plan.map(str::to_owned)).await;
        let right = world.right(&product, None, |_| {}).await;
        let producer = world.organisation("长城果品合作社", COUNTY).await;
        let other = world.organisation("别家果品", COUNTY).await;
        world.mark_use(&producer, &right, "2024-01-01", None).await;
        let plot = world.plot(&producer, &product, 2000, |row| row.name = "村东三号".to_owned()).await;
        let ground = Self {
            member: world.member("member", &producer),
            office: world.office("office"),
            second: world.office("second"),
            stranger: world.member("stranger", &other),
            world,
            product,
            producer,
            plot,
            other,
        };
        ground.account(&ground.producer, 7_500 * KG).await;
        ground
    }

    pub async fn account(&self, party: &str, amount: i64) {
        let input = AccountInput {
            party_id: party.to_owned(),
            product_id: self.product.clone(),
            season: "2026".to_owned(),
            approved_g: Some(amount),
            ..AccountInput::default()
        };
        let view = act!(self.world, self.office, |tx, desk| propose_account(tx, desk, &input), [input]).unwrap();
        let id = view.id;
        act!(self.world, self.second, |tx, desk| approve_account(tx, desk, &id), [id]).unwrap();
    }

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

    pub async fn release(&self, desk: &Desk, id: &str, reason: Option<&str>) -> Outcome<BatchView> {
        let (id, input) = (id.to_owned(), ReleaseInput { reason: reason.map(str::to_owned) });
        act!(self.world, desk, |tx, desk| release_batch(tx, desk, &id, &input), [id, input])
    }

    /// A household of the co-operative with an account, and what it delivers, perhaps from a plot.
    pub async fn delivery(&self, name: &str, weight_g: i64, plot: Option<&str>) -> DeliveryView {
        let grower = self.world.grower(name, &self.producer).await;
        self.account(&grower, 2 * weight_g).await;
        let plot_id = match plot {
            Some(plot) => Some(self.world.plot(&grower, &self.product, 2000, |row| row.name = plot.to_owned()).await),
            None => None,
        };
        let input = DeliveryInput {
            grower_id: grower,
            plot_id,
            product_id: self.product.clone(),
            delivered_on: "2026-10-18".to_owned(),
            net_weight_g: Some(weight_g),
            ..DeliveryInput::default()
        };
        act!(self.world, self.member, |tx, desk| record_delivery(tx, desk, &input), [input]).unwrap()
    }

    pub fn batch_of(&self, lot: &str, deliveries: &[(&str, i64)]) -> BatchInput {
        let source = |(id, weight): &(&str, i64)| SourceInput {
            delivery_id: Some((*id).to_owned()),
            net_weight_g: Some(*weight),
            ..SourceInput::default()
        };
        BatchInput { plot_ids: Vec::new(), net_weight_g: None, sources: deliveries.iter().map(source).collect(), ..self.batch(lot, 1) }
    }

    pub async fn facility(&self, desk: &Desk, kind: &str, name: &str) -> FacilityRow {
        let input = facility(kind, name, |_| {});
        act!(self.world, desk, |tx, desk| register_facility(tx, desk, &input), [input]).unwrap()
    }

    /// The ledger replays to the tables, and every event is in order.
    pub async fn balances(&self) {
        let mut replay = Replay::default();
        let report = yanzhao::ledger::verify(self.world.db.reader(), &[], |_, _, body| replay.fold(body)).await.unwrap();
        assert_eq!(report.findings, []);
        assert_eq!(yanzhao::trace::store::replay::compare(self.world.db.reader(), &replay).await.unwrap(), []);
    }
}

pub fn facility(kind: &str, name: &str, change: impl FnOnce(&mut serde_json::Value)) -> FacilityInput {
    let mut given = serde_json::json!({ "kind": kind, "name": name, "valid_from": "2026-01-01" });
    change(&mut given);
    serde_json::from_value(given).unwrap()
}

/// The codes of every field of a refusal.
pub fn codes(failure: &yanzhao::kernel::Failure) -> Vec<&'static str> {
    failure.fields.iter().map(|field| field.code).collect()
}

/// A figure of a refusal's field.
pub fn figure(failure: &yanzhao::kernel::Failure, code: &str, name: &str) -> String {
    let field = failure.fields.iter().find(|field| field.code == code).unwrap();
    field.params.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// How a check of a batch came out: `None` if it was not made.
pub fn outcome(view: &BatchView, check: &str) -> Option<String> {
    view.checks.iter().find(|c| c.code == check).map(|c| c.outcome.clone())
}
