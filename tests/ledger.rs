//! The ledger finds what somebody does to its tables behind the program's back; on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]

#[macro_use]
mod support;

use sea_orm::{ConnectionTrait, Database};
use serde_json::json;
use support::Engine;
use yanzhao::db::{self, Db};
use yanzhao::kernel::{Clock, Desk, Random};
use yanzhao::ledger::{self, Checkpoint, Event, Finding, Notary, kind};

struct House {
    db: Db,
    desk: Desk,
    notary: Notary,
    url: String,
    _guard: support::Guard,
    _dir: tempfile::TempDir,
}

/// A ledger of ten events with a checkpoint after the sixth.
async fn house(engine: Engine) -> House {
    let (url, guard) = support::fresh_database_url(engine).await;
    let db = Db::open(&url).await.unwrap();
    db::up(&db).await.unwrap();
    let (clock, random) = (Clock::at(1_795_000_000_000), Random::seeded(11));
    let desk = Desk::system(&clock, &random);
    let dir = tempfile::tempdir().unwrap();
    let notary = Notary::open("gi.example.cn/log", &dir.path().join("key"), &dir.path().join("checkpoints"), &random).unwrap();
    for n in 0..10 {
        clock.advance(1_000);
        let desk = desk.clone();
        db.write(move |tx| {
            let desk = desk.clone();
            Box::pin(async move {
                let facts = json!({ "n": n });
                ledger::append(tx, &desk, Event::new(kind::PRODUCT_REGISTERED, format!("pro_{n}"), facts)).await
            })
        })
        .await
        .unwrap();
        if n == 5 {
            notary.keep(&ledger::head(db.reader()).await.unwrap()).unwrap();
        }
    }
    House { db, desk, notary, url, _guard: guard, _dir: dir }
}

impl House {
    async fn findings(&self) -> Vec<Finding> {
        self.report(&self.notary.kept().unwrap()).await.findings
    }
    async fn report(&self, kept: &[Checkpoint]) -> ledger::Report {
        ledger::verify(self.db.reader(), kept, |_, _, _| {}).await.unwrap()
    }
    /// What a person with the database's password can do.
    async fn behind_the_back(&self, statements: &[&str]) {
        let url = if self.url.starts_with("sqlite") { format!("{}?mode=rw", self.url) } else { self.url.clone() };
        let other = Database::connect(url).await.unwrap();
        if self.url.starts_with("sqlite") {
            other.execute_unprepared("PRAGMA foreign_keys=OFF").await.unwrap();
        }
        for statement in statements {
            other.execute_unprepared(statement).await.unwrap();
        }
        other.close().await.unwrap();
    }
}

on_both_engines! {
    async fn an_untouched_ledger_has_no_findings(engine: Engine) {
        let house = house(engine).await;
        let report = house.report(&house.notary.kept().unwrap()).await;
        assert_eq!(report.findings, []);
        assert_eq!((report.size, report.proved, report.erased), (10, 6, 0));
    }

    async fn an_edited_leaf_is_found(engine: Engine) {
        let house = house(engine).await;
        house.behind_the_back(&["UPDATE event SET at = at + 1 WHERE seq = 2"]).await;
        let findings = house.findings().await;
        assert!(findings.contains(&Finding::CheckpointDiffers { size: 6 }), "{findings:?}");
        assert!(findings.iter().any(|f| matches!(f, Finding::HeadDiffers { .. })), "{findings:?}");
    }

    async fn an_edited_body_is_found(engine: Engine) {
        let house = house(engine).await;
        house.behind_the_back(&["UPDATE event_body SET body = replace(body, '\"n\":3', '\"n\":4') WHERE seq = 3"]).await;
        assert_eq!(house.findings().await, [Finding::BodyChanged { seq: 3 }]);
    }

    async fn a_deleted_row_is_found(engine: Engine) {
        let house = house(engine).await;
        house.behind_the_back(&["DELETE FROM event_body WHERE seq = 4", "DELETE FROM event WHERE seq = 4"]).await;
        let findings = house.findings().await;
        assert!(findings.contains(&Finding::Gap { expected: 4, found: 5 }), "{findings:?}");
    }

    async fn an_inserted_row_is_found(engine: Engine) {
        let house = house(engine).await;
        house.behind_the_back(&["INSERT INTO event (seq, at, kind, commitment) SELECT 10, at, kind, commitment FROM event WHERE seq = 9"]).await;
        assert_eq!(house.findings().await, [Finding::HeadDiffers { head: 10, found: 11 }]);
    }

    async fn reordered_rows_are_found(engine: Engine) {
        let house = house(engine).await;
        house.behind_the_back(&[
            "DELETE FROM event_body WHERE seq IN (7, 8)",
            "UPDATE event SET seq = 100 WHERE seq = 7",
            "UPDATE event SET seq = 7 WHERE seq = 8",
            "UPDATE event SET seq = 8 WHERE seq = 100",
        ]).await;
        let findings = house.findings().await;
        assert!(findings.contains(&Finding::TimeGoesBack { seq: 8 }), "{findings:?}");
        assert!(findings.iter().any(|f| matches!(f, Finding::HeadDiffers { .. })), "{findings:?}");
    }

    async fn a_cut_tail_is_found_by_the_head_and_before_it_by_the_checkpoint(engine: Engine) {
        let house = house(engine).await;
        house.behind_the_back(&["DELETE FROM event_body WHERE seq >= 5", "DELETE FROM event WHERE seq >= 5"]).await;
        let findings = house.findings().await;
        assert!(findings.contains(&Finding::Cut { size: 6, found: 5 }), "{findings:?}");
        assert!(findings.contains(&Finding::HeadDiffers { head: 10, found: 5 }), "{findings:?}");
    }

    async fn a_rewritten_history_is_found_by_the_kept_checkpoint_alone(engine: Engine) {
        let house = house(engine).await;
        let kept = house.notary.kept().unwrap();
        // Somebody who knows everything but the notary's key writes the ledger anew, head included.
        house.behind_the_back(&["DELETE FROM event_body", "DELETE FROM event", "UPDATE ledger_head SET size = 0, last_at = 0, edge = ''"]).await;
        for n in 0..10 {
            let desk = house.desk.clone();
            house.db.write(move |tx| {
                let desk = desk.clone();
                Box::pin(async move { ledger::append(tx, &desk, Event::new(kind::PRODUCT_REGISTERED, "pro_x", json!({ "forged": n }))).await })
            }).await.unwrap();
        }
        assert_eq!(house.report(&kept).await.findings, [Finding::CheckpointDiffers { size: 6 }]);
        assert_eq!(house.report(&[]).await.findings, [], "without the kept checkpoint nothing could be proved");
    }

    async fn an_erased_body_leaves_the_ledger_provable(engine: Engine) {
        let house = house(engine).await;
        house.behind_the_back(&["DELETE FROM event_body WHERE seq = 1"]).await;
        let report = house.report(&house.notary.kept().unwrap()).await;
        assert_eq!((report.findings, report.erased), (Vec::new(), 1));
    }

    async fn time_never_goes_back(engine: Engine) {
        let house = house(engine).await;
        let slow = Desk::system(&Clock::at(1), &Random::seeded(5));
        house.db.write(move |tx| {
            let slow = slow.clone();
            Box::pin(async move { ledger::append(tx, &slow, Event::new(kind::PRODUCT_REGISTERED, "pro_y", json!({}))).await })
        }).await.unwrap();
        assert_eq!(house.findings().await, []);
    }

    async fn a_refused_act_leaves_no_event(engine: Engine) {
        let house = house(engine).await;
        let desk = house.desk.clone();
        let refused: Result<(), _> = house.db.write(move |tx| {
            let desk = desk.clone();
            Box::pin(async move {
                ledger::append(tx, &desk, Event::new(kind::PRODUCT_REGISTERED, "pro_z", json!({}))).await?;
                Err(yanzhao::kernel::Failure::conflict("already_decided"))
            })
        }).await;
        assert!(refused.unwrap_err().says("already_decided"));
        assert_eq!(house.report(&[]).await.size, 10);
    }
}
