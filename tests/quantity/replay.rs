//! Whatever happens in whatever order, the account balances and the ledger says what the tables say; and whoever changes a table past
//! the ledger is found.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use yanzhao::kernel::{Failure, FailureKind, Outcome};
use yanzhao::ledger::{self, Effect, Event, Finding, kind};
use yanzhao::trace::account::Bucket;
use yanzhao::trace::batch::{BatchInput, BatchPatch};
use yanzhao::trace::commands::adjustment::{AdjustmentInput, approve_adjustment, propose_adjustment};
use yanzhao::trace::commands::batch::{ReleaseInput, hold_batch, release_batch, unhold_batch, void_batch};
use yanzhao::trace::commands::correct::{correct_batch, cover_batch};
use yanzhao::trace::commands::delivery::cover_delivery;
use yanzhao::trace::commands::delivery_void::void_delivery;
use yanzhao::trace::commands::movement::{MovementInput, record_movement};
use yanzhao::trace::delivery_void::VoidInput;
use yanzhao::trace::store::account::shift;
use yanzhao::trace::store::replay::compare;

use crate::orchard::{KG, Orchard};
use crate::support::on_both_engines;
use crate::support::world::act;

/// What there is to act on, growing as acts succeed.
struct Stage {
    orchard: Orchard,
    account: String,
    grower_account: String,
    grower: String,
    deliveries: Vec<String>,
    batches: Vec<String>,
    held: Vec<String>,
    lots: u32,
}

impl Stage {
    async fn new(orchard: Orchard) -> Self {
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        let account = orchard.account(&orchard.producer, 500 * KG).await.id;
        let grower_account = orchard.account(&grower, 800 * KG).await.id;
        Self { orchard, account, grower_account, grower, deliveries: Vec::new(), batches: Vec::new(), held: Vec::new(), lots: 0 }
    }

    /// One random act. A refusal is as good as any; only a fault of ours is not.
    async fn step(&mut self, rng: &mut StdRng) {
        let amount = rng.random_range(1..300) * KG;
        let outcome = match rng.random_range(0..14) {
            0 => self.movement(rng, amount).await,
            1 => self.adjust(rng, amount).await,
            2 | 3 => self.deliver(amount).await,
            4..=6 => self.register(rng, amount).await,
            7 => self.release(rng).await,
            8 => self.correct(rng, amount).await,
            9 => self.void(rng).await,
            10 => self.hold(rng).await,
            11 => self.cover().await,
            12 => self.void_delivery(rng).await,
            _ => self.codes(rng, amount).await,
        };
        if let Err(failure) = outcome {
            assert!(!matches!(failure.kind, FailureKind::Broken | FailureKind::NotNow), "{failure}");
        }
    }

    async fn movement(&self, rng: &mut StdRng, amount: i64) -> Outcome<()> {
        let kind = ["uncoded", "exported", "processed", "lost", "own_use"][rng.random_range(0..5)];
        let id = if rng.random() { self.account.clone() } else { self.grower_account.clone() };
        let input = MovementInput { kind: kind.into(), amount_g: Some(amount), reason: Some("随机".into()), ..MovementInput::default() };
        act!(self.orchard.world, self.orchard.office, |tx, desk| record_movement(tx, desk, &id, &input), [id, input]).map(drop)
    }

    async fn adjust(&self, rng: &mut StdRng, amount: i64) -> Outcome<()> {
        let id = if rng.random() { self.account.clone() } else { self.grower_account.clone() };
        let amount = if rng.random() { amount } else { -amount };
        let input = AdjustmentInput { amount_g: Some(amount), reason: "随机".into(), ..AdjustmentInput::default() };
        let world = &self.orchard.world;
        let id = act!(world, self.orchard.office, |tx, desk| propose_adjustment(tx, desk, &id, &input), [id, input])?.id;
        act!(world, self.orchard.second, |tx, desk| approve_adjustment(tx, desk, &id), [id]).map(drop)
    }

    async fn deliver(&mut self, amount: i64) -> Outcome<()> {
        let view = self.orchard.deliver(self.orchard.delivery(&self.grower, amount)).await?;
        self.deliveries.push(view.id);
        Ok(())
    }

    async fn register(&mut self, rng: &mut StdRng, amount: i64) -> Outcome<()> {
        self.lots += 1;
        let lot = format!("L{}", self.lots);
        let input = match self.deliveries.len() {
            count if count > 0 && rng.random() => self.orchard.batch_of(&lot, &self.deliveries[rng.random_range(0..count)], amount),
            _ => self.orchard.batch(&lot, amount),
        };
        let view = self.orchard.register(BatchInput { accept_excess: rng.random(), ..input }).await?;
        self.batches.push(view.id);
        Ok(())
    }

    fn any_batch(&self, rng: &mut StdRng) -> Outcome<String> {
        let count = self.batches.len();
        if count == 0 { Err(Failure::not_found()) } else { Ok(self.batches[rng.random_range(0..count)].clone()) }
    }

    async fn release(&self, rng: &mut StdRng) -> Outcome<()> {
        let (id, input) = (self.any_batch(rng)?, ReleaseInput { reason: Some("已核".into()) });
        act!(self.orchard.world, self.orchard.office, |tx, desk| release_batch(tx, desk, &id, &input), [id, input]).map(drop)
    }

    async fn correct(&self, rng: &mut StdRng, amount: i64) -> Outcome<()> {
        let id = self.any_batch(rng)?;
        let actor = &self.orchard.office.actor;
        let version = yanzhao::trace::queries::batch::batch(&self.orchard.world.db, actor, &id).await?.version;
        let patch = BatchPatch { version, net_weight_g: Some(amount), accept_excess: Some(rng.random()), ..BatchPatch::default() };
        act!(self.orchard.world, self.orchard.member, |tx, desk| correct_batch(tx, desk, &id, &patch), [id, patch]).map(drop)
    }

    async fn void(&self, rng: &mut StdRng) -> Outcome<()> {
        let id = self.any_batch(rng)?;
        act!(self.orchard.world, self.orchard.office, |tx, desk| void_batch(tx, desk, &id, "随机"), [id]).map(drop)
    }

    /// A delivery entered by mistake; on its day it is voided at once.
    async fn void_delivery(&self, rng: &mut StdRng) -> Outcome<()> {
        let count = self.deliveries.len();
        if count == 0 {
            return Err(Failure::not_found());
        }
        let (id, input) = (self.deliveries[rng.random_range(0..count)].clone(), VoidInput { reason: "随机".into() });
        act!(self.orchard.world, self.orchard.member, |tx, desk| void_delivery(tx, desk, &id, &input), [id, input]).map(drop)
    }

    async fn hold(&mut self, rng: &mut StdRng) -> Outcome<()> {
        if let Some(id) = self.held.pop() {
            return act!(self.orchard.world, self.orchard.office, |tx, desk| unhold_batch(tx, desk, &id, "随机"), [id]).map(drop);
        }
        let id = self.any_batch(rng)?;
        act!(self.orchard.world, self.orchard.office, |tx, desk| hold_batch(tx, desk, &id, "随机"), [id])?;
        self.held.push(id);
        Ok(())
    }

    /// Covers whatever can be covered by now.
    async fn cover(&self) -> Outcome<()> {
        for id in self.deliveries.clone() {
            act!(self.orchard.world, self.orchard.member, |tx, desk| cover_delivery(tx, desk, &id), [id])?;
        }
        for id in self.batches.clone() {
            let outcome = act!(self.orchard.world, self.orchard.member, |tx, desk| cover_batch(tx, desk, &id), [id]);
            if let Err(failure) = outcome {
                assert!(["batch_voided", "batch_on_hold"].contains(&failure.code), "{failure}");
            }
        }
        Ok(())
    }

    /// As code orders do: their moves fold like any other.
    async fn codes(&self, rng: &mut StdRng, amount: i64) -> Outcome<()> {
        let steps = [
            (Bucket::Free, Bucket::Reserved),
            (Bucket::Reserved, Bucket::Coded),
            (Bucket::Reserved, Bucket::Burned),
            (Bucket::Coded, Bucket::Reserved),
            (Bucket::Reserved, Bucket::Free),
        ];
        let (from, to) = steps[rng.random_range(0..steps.len())];
        let id = self.account.clone();
        self.orchard
            .world
            .db
            .write(move |tx| {
                let (id, desk) =
                    (id.clone(), yanzhao::kernel::Desk::system(&yanzhao::kernel::Clock::at(0), &yanzhao::kernel::Random::seeded(1)));
                Box::pin(async move {
                    if !shift(tx, &id, from, to, amount).await? {
                        return Err(Failure::conflict("balance_exceeded"));
                    }
                    let effect = Effect::Move { account: id.clone(), from: from.word().into(), to: to.word().into(), amount };
                    ledger::append(tx, &desk, Event::new(kind::CODE_ORDER_ISSUED, &id, json!({})).with([effect])).await?;
                    Ok(())
                })
            })
            .await
    }
}

async fn differences(orchard: &Orchard) -> Vec<String> {
    let replay = orchard.replayed().await;
    let findings = compare(orchard.world.db.reader(), &replay).await.unwrap();
    findings
        .into_iter()
        .map(|f| match f {
            Finding::TableDiffers { what } => what,
            other => panic!("{other:?}"),
        })
        .collect()
}

on_both_engines! {
    async fn the_account_balances_whatever_happens(engine: Engine) {
        let mut happened = BTreeSet::new();
        for seed in 0..3 {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut stage = Stage::new(Orchard::new(engine).await).await;
            for act in 0..120 {
                stage.step(&mut rng).await;
                if act % 30 == 29 {
                    assert_eq!(differences(&stage.orchard).await, Vec::<String>::new(), "seed {seed}, act {act}");
                }
            }
            let replay = stage.orchard.replayed().await;
            for account in [&stage.account, &stage.grower_account] {
                assert_eq!(replay.sum(account), 0);
                let [remaining, held, released, reserved, coded, burned, free] = stage.orchard.figures(account, [Bucket::Remaining,
                    Bucket::Held, Bucket::Released, Bucket::Reserved, Bucket::Coded, Bucket::Burned, Bucket::Free]).await;
                assert!(remaining >= 0 && free >= 0, "{remaining} {free}");
                assert_eq!(free, remaining + held + released - reserved - coded - burned);
            }
            ledger::verify(stage.orchard.world.db.reader(), &[], |_, _, body| {
                happened.insert(body["kind"].as_str().unwrap_or_default().to_owned());
            })
            .await
            .unwrap();
        }
        // The acts were not too tame to prove anything.
        for kind in [kind::BATCH_REGISTERED, kind::BATCH_RELEASED, kind::BATCH_CORRECTED, kind::BATCH_HELD, kind::BATCH_UNHELD, kind::BATCH_VOIDED,
                kind::BATCH_COVERED, kind::DELIVERY_COVERED, kind::DELIVERY_VOIDED, kind::ADJUSTMENT_APPROVED, kind::MOVEMENT_RECORDED, kind::CODE_ORDER_ISSUED] {
            assert!(happened.contains(kind.name), "{} never happened", kind.name);
        }
    }

    async fn what_is_changed_past_the_ledger_is_found(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        let grown = orchard.account(&grower, 1_000 * KG).await.id;
        let delivery = orchard.deliver(orchard.delivery(&grower, 800 * KG)).await.unwrap().id;
        let account = orchard.account(&orchard.producer, 2_000 * KG).await.id;
        let batch = orchard.register(orchard.batch_of("L1", &delivery, 300 * KG)).await.unwrap().id;
        orchard.balanced().await;
        // Each statement keeps every constraint of the schema, is found by what it says, and is undone by the next.
        let tampered = [
            (format!("UPDATE season_account SET approved = approved + 5, remaining = remaining + 5 WHERE id = '{account}'"),
             format!("UPDATE season_account SET approved = approved - 5, remaining = remaining - 5 WHERE id = '{account}'"), "remaining"),
            (format!("UPDATE season_account SET coded = 7 WHERE id = '{account}'"),
             format!("UPDATE season_account SET coded = 0 WHERE id = '{account}'"), "coded: table 7, ledger 0"),
            (format!("UPDATE season_account SET state = 'refused' WHERE id = '{grown}'"),
             format!("UPDATE season_account SET state = 'approved' WHERE id = '{grown}'"), "state: table \"refused\""),
            (format!("UPDATE movement SET amount = amount + 1 WHERE account_id = '{grown}' AND kind = 'delivered'"),
             format!("UPDATE movement SET amount = amount - 1 WHERE account_id = '{grown}' AND kind = 'delivered'"), "movements of"),
            (format!("UPDATE batch SET state = 'released' WHERE id = '{batch}'"),
             format!("UPDATE batch SET state = 'registered' WHERE id = '{batch}'"), "\"released\", 300000, 0"),
            (format!("UPDATE batch SET covered = covered - 1, pending = 1 WHERE id = '{batch}'"),
             format!("UPDATE batch SET covered = covered + 1, pending = 0 WHERE id = '{batch}'"), "299999, 1"),
            (format!("UPDATE delivery SET covered = covered - 1, pending = pending + 1 WHERE id = '{delivery}'"),
             format!("UPDATE delivery SET covered = covered + 1, pending = pending - 1 WHERE id = '{delivery}'"), "(weight, covered)"),
            (format!("UPDATE delivery SET used = 0 WHERE id = '{delivery}'"),
             format!("UPDATE delivery SET used = 300000 WHERE id = '{delivery}'"), "used: table 0, ledger 300000"),
            (format!("UPDATE batch_source SET covered = 1 WHERE batch_id = '{batch}'"),
             format!("UPDATE batch_source SET covered = 300000 WHERE batch_id = '{batch}'"), "used: table 300000, ledger 1"),
        ];
        for (tamper, undo, said) in tampered {
            orchard.world.tamper(&tamper).await;
            let found = differences(&orchard).await;
            assert!(found.iter().any(|what| what.contains(said)), "{tamper}: {found:?}");
            orchard.world.tamper(&undo).await;
            assert_eq!(differences(&orchard).await, Vec::<String>::new());
        }
        for table in ["batch_source", "batch_right", "batch_check", "batch", "movement", "delivery"] {
            orchard.world.tamper(&format!("DELETE FROM {table}")).await;
        }
        let found = differences(&orchard).await;
        for gone in [format!("batch {batch}: not in the table"), format!("delivery {delivery}: not in the table")] {
            assert!(found.contains(&gone), "{found:?}");
        }
        orchard.world.tamper("DELETE FROM season_account").await;
        assert!(differences(&orchard).await.contains(&format!("season_account {account}: not in the table")));
    }
}
