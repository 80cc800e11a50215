//! The setting of these tests: the orchard with an account and released batches, and the acts on them.

use sea_orm::EntityTrait;
use serde_json::{Value, json};
use yanzhao::entity::{batch, season_account};
use yanzhao::kernel::{Desk, Outcome};
use yanzhao::trace::account::Bucket;
use yanzhao::trace::batch::BatchInput;
use yanzhao::trace::commands::batch::{ReleaseInput, release_batch, void_batch};
use yanzhao::trace::commands::process::{merge_batches, process_batch};
use yanzhao::trace::commands::process_draft::{MergeInput, ProcessInput};
use yanzhao::trace::commands::reduce::{ReductionInput, reduce_batch};
use yanzhao::trace::queries::account::MovementView;
use yanzhao::trace::queries::batch::{BatchView, batch as one_batch};
use yanzhao::trace::queries::process::ProcessView;

use crate::orchard::{KG, Orchard};
use crate::support::Engine;
use crate::support::world::act;

/// What the account shows of goods let go and of what left them.
pub const LEFT: [Bucket; 4] = [Bucket::Released, Bucket::Lost, Bucket::Downgraded, Bucket::Processed];

pub struct House {
    pub orchard: Orchard,
    pub account: String,
}

impl House {
    /// An account of 7,000 kg.
    pub async fn new(engine: Engine) -> Self {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 7_000 * KG).await.id;
        Self { orchard, account }
    }

    /// A released batch of so many kilograms.
    pub async fn batch(&self, lot: &str, kg: i64) -> String {
        self.batch_with(lot, kg, |_| {}).await
    }
    pub async fn batch_with(&self, lot: &str, kg: i64, change: impl FnOnce(&mut BatchInput)) -> String {
        let mut input = self.orchard.batch(lot, kg * KG);
        change(&mut input);
        let id = self.orchard.register(input).await.unwrap().id;
        self.release(&id).await.unwrap();
        id
    }
    pub async fn release(&self, id: &str) -> Outcome<BatchView> {
        let (id, input) = (id.to_owned(), ReleaseInput::default());
        act!(self.orchard.world, self.orchard.member, |tx, desk| release_batch(tx, desk, &id, &input), [id, input])
    }

    pub async fn process_as(&self, desk: &Desk, id: &str, input: Value) -> Outcome<ProcessView> {
        let (id, input): (String, ProcessInput) = (id.to_owned(), serde_json::from_value(input).unwrap());
        act!(self.orchard.world, desk, |tx, desk| process_batch(tx, desk, &id, &input), [id, input])
    }
    pub async fn process(&self, id: &str, input: Value) -> Outcome<ProcessView> {
        self.process_as(&self.orchard.member, id, input).await
    }
    /// Grades so many kilograms of a batch into one of the same amount.
    pub async fn grade(&self, id: &str, kg: i64, lot: &str) -> Outcome<String> {
        let input = json!({ "kind": "grading", "net_weight_g": kg * KG, "outputs": [{ "lot": lot, "net_weight_g": kg * KG }] });
        Ok(self.process(id, input).await?.outputs[0].batch_id.clone())
    }
    pub async fn merge(&self, id: &str, with: &[&str], lot: &str) -> Outcome<ProcessView> {
        self.merge_by(id, json!({ "lot": lot, "with": with })).await
    }
    pub async fn merge_by(&self, id: &str, input: Value) -> Outcome<ProcessView> {
        let (id, input): (String, MergeInput) = (id.to_owned(), serde_json::from_value(input).unwrap());
        act!(self.orchard.world, self.orchard.member, |tx, desk| merge_batches(tx, desk, &id, &input), [id, input])
    }
    pub async fn reduce(&self, id: &str, input: Value) -> Outcome<MovementView> {
        let (id, input): (String, ReductionInput) = (id.to_owned(), serde_json::from_value(input).unwrap());
        act!(self.orchard.world, self.orchard.member, |tx, desk| reduce_batch(tx, desk, &id, &input), [id, input])
    }
    pub async fn void(&self, id: &str) -> Outcome<BatchView> {
        self.void_as(&self.orchard.member, id).await
    }
    pub async fn void_as(&self, desk: &Desk, id: &str) -> Outcome<BatchView> {
        let id = id.to_owned();
        act!(self.orchard.world, desk, |tx, desk| void_batch(tx, desk, &id, "登记错误"), [id])
    }
    pub async fn view(&self, id: &str) -> BatchView {
        one_batch(&self.orchard.world.db, &self.orchard.office.actor, id).await.unwrap()
    }
    /// `[loose, coded, moved, gone, seized]` in kilograms.
    pub async fn goods(&self, id: &str) -> [i64; 5] {
        let view = self.view(id).await;
        ["loose", "coded", "moved", "gone", "seized"].map(|name| view.figure(name) / KG)
    }
    /// What left the account's released goods, in kilograms.
    pub async fn left(&self) -> [i64; 4] {
        self.orchard.figures(&self.account, LEFT).await.map(|amount| amount / KG)
    }

    /// Tables and ledger say the same, and what is released is what lies in released batches, to the gram.
    pub async fn balanced(&self) {
        self.orchard.balanced().await;
        let db = self.orchard.world.db.reader();
        let batches = batch::Entity::find().all(db).await.unwrap();
        for account in season_account::Entity::find().all(db).await.unwrap() {
            let of = batches.iter().filter(|b| b.account_id == account.id && b.state != "voided" && b.released_at.is_some());
            let lying: i64 = of.map(|b| b.covered - b.moved - b.gone - b.seized).sum();
            assert_eq!(account.released, lying, "account {}", account.id);
        }
    }
}
