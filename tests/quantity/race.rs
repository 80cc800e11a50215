//! Many want the last kilogram at once. Exactly as many win as there are kilograms, on both engines.

use std::sync::Arc;

use yanzhao::kernel::Outcome;
use yanzhao::trace::account::Bucket;
use yanzhao::trace::commands::batch::register_batch;
use yanzhao::trace::queries::batch::BatchView;

use crate::orchard::{KG, Orchard, param};
use crate::support::world::act;
use crate::support::{Engine, on_both_engines};

/// So many at once.
const RUNNERS: usize = 50;

async fn run(orchard: Arc<Orchard>, weight_g: i64, accept_excess: bool) -> Vec<Outcome<BatchView>> {
    let tasks: Vec<_> = (0..RUNNERS)
        .map(|no| {
            let orchard = orchard.clone();
            tokio::spawn(async move {
                // Each from a plot of its own, so that nothing but the account stands between them.
                let plot = orchard.world.plot(&orchard.producer, &orchard.product, 2000, |_| {}).await;
                let mut input = orchard.batch(&format!("L{no}"), weight_g);
                input.plot_ids = vec![plot];
                input.accept_excess = accept_excess;
                act!(orchard.world, orchard.member, |tx, desk| register_batch(tx, desk, &input), [input])
            })
        })
        .collect();
    let mut outcomes = Vec::with_capacity(RUNNERS);
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

on_both_engines! {
    async fn one_wins_the_last_kilogram(engine: Engine) {
        let orchard = Arc::new(Orchard::new(engine).await);
        let account = orchard.account(&orchard.producer, KG).await;
        let outcomes = run(orchard.clone(), KG, false).await;
        let won = outcomes.iter().filter(|o| o.is_ok()).count();
        for failure in outcomes.iter().filter_map(|o| o.as_ref().err()) {
            assert!(failure.says("quota_exceeded"), "{failure}");
            assert_eq!((param(failure, "remaining"), param(failure, "asked")), ("0".to_owned(), "1000".to_owned()));
        }
        assert_eq!(won, 1);
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Held]).await, [0, KG]);
        orchard.balanced().await;
    }

    async fn seven_win_the_last_seven(engine: Engine) {
        let orchard = Arc::new(Orchard::new(engine).await);
        let account = orchard.account(&orchard.producer, 7 * KG + 999).await;
        let outcomes = run(orchard.clone(), KG, false).await;
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 7);
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Held]).await, [999, 7 * KG]);
        orchard.balanced().await;
    }

    async fn whoever_accepts_the_excess_gets_what_is_left(engine: Engine) {
        let orchard = Arc::new(Orchard::new(engine).await);
        let account = orchard.account(&orchard.producer, 7 * KG + 999).await;
        let outcomes = run(orchard.clone(), KG, true).await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        let covered: i64 = outcomes.iter().flatten().map(|b| b.figure("covered")).sum();
        assert_eq!(covered, 7 * KG + 999);
        let right = [0, covered, 50 * KG - covered];
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Held, Bucket::Pending]).await, right);
        orchard.balanced().await;
    }

    async fn one_plot_bears_only_its_cap(engine: Engine) {
        let orchard = Arc::new(Orchard::new(engine).await);
        for _ in 0..4 {
            orchard.world.plot(&orchard.producer, &orchard.product, 2000, |_| {}).await;
        }
        orchard.account(&orchard.producer, 30_000 * KG).await;
        let tasks: Vec<_> = (0..10)
            .map(|no| {
                let (orchard, input) = (orchard.clone(), orchard.batch(&format!("P{no}"), 2_500 * KG));
                tokio::spawn(async move { orchard.register(input).await })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(failure) => assert!(failure.says("yield_above_cap"), "{failure}"),
            }
        }
        assert_eq!(won, 3, "three times 2,500 kg are the 7,500 kg three 亩 can bear");
        orchard.balanced().await;
    }

    async fn one_delivery_is_used_once(engine: Engine) {
        let orchard = Arc::new(Orchard::new(engine).await);
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        orchard.account(&grower, 5_000 * KG).await;
        let delivery = orchard.deliver(orchard.delivery(&grower, 1_000 * KG)).await.unwrap();
        orchard.account(&orchard.producer, 7_500 * KG).await;
        let tasks: Vec<_> = (0..10)
            .map(|no| {
                let (orchard, input) = (orchard.clone(), orchard.batch_of(&format!("D{no}"), &delivery.id, 400 * KG));
                tokio::spawn(async move { orchard.register(input).await })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(failure) => assert!(failure.says("delivery_overdrawn"), "{failure}"),
            }
        }
        assert_eq!(won, 2);
        orchard.balanced().await;
    }

    async fn deliveries_of_one_grower_never_cover_more_than_there_is(engine: Engine) {
        let orchard = Arc::new(Orchard::new(engine).await);
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        let account = orchard.account(&grower, 1_050 * KG).await;
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (orchard, input) = (orchard.clone(), orchard.delivery(&grower, 100 * KG));
                tokio::spawn(async move { orchard.deliver(input).await })
            })
            .collect();
        let mut covered = 0;
        for task in tasks {
            covered += task.await.unwrap().expect("what happened can be written").figure("covered");
        }
        assert_eq!(covered, 1_050 * KG);
        let right = [0, 1_050 * KG, 950 * KG];
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Delivered, Bucket::Pending]).await, right);
        orchard.balanced().await;
    }
}

/// Why the debit is one conditional statement: reading first and writing what was computed lets several win the same kilogram. (SQLite
/// has one writer at a time, so only PostgreSQL can show it.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_first_and_writing_later_would_lose_the_race() {
    use sea_orm::{ActiveModelTrait, EntityTrait, Set};
    use yanzhao::entity::season_account;
    use yanzhao::kernel::Failure;

    let orchard = Arc::new(Orchard::new(Engine::Postgres).await);
    let id = orchard.account(&orchard.producer, KG).await.id;
    let gate = Arc::new(tokio::sync::Barrier::new(5));
    let tasks: Vec<_> = (0..5)
        .map(|_| {
            let (db, id, gate) = (orchard.world.db.clone(), id.clone(), gate.clone());
            tokio::spawn(async move {
                db.write(move |tx| {
                    let (id, gate) = (id.clone(), gate.clone());
                    Box::pin(async move {
                        let row = season_account::Entity::find_by_id(&id).one(tx.connection()).await?.ok_or_else(Failure::not_found)?;
                        gate.wait().await;
                        if row.remaining < KG {
                            return Err(Failure::conflict("quota_exceeded"));
                        }
                        let row = season_account::ActiveModel {
                            id: Set(id),
                            remaining: Set(row.remaining - KG),
                            held: Set(row.held + KG),
                            ..Default::default()
                        };
                        row.update(tx.connection()).await?;
                        Ok(())
                    })
                })
                .await
            })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.unwrap().is_ok());
    }
    assert_eq!(won, 5, "all five hold the one kilogram");
    assert_eq!(orchard.figures(&id, [Bucket::Held]).await, [KG], "and the table shows it once");
}
