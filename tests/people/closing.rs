//! The end of a season: what is left lapses, what codes are ordered for stays, what may be carried over is the holder's rule.

use std::sync::Arc;

use sea_orm::EntityTrait;
use yanzhao::jobs::close_seasons;
use yanzhao::kernel::Outcome;
use yanzhao::kernel::clock::DAY;
use yanzhao::trace::account::Bucket;
use yanzhao::trace::commands::account::{AccountInput, approve_account, propose_account};
use yanzhao::trace::commands::closing::lapse_account;
use yanzhao::trace::commands::movement::{MovementInput, record_movement};
use yanzhao::trace::queries::account::{AccountView, MovementView, account};

use crate::events;
use crate::orchard::{KG, Orchard, codes};
use crate::support::on_both_engines;
use crate::support::world::act;

async fn of_season(orchard: &Orchard, product: &str, season: &str, amount: i64) -> AccountView {
    let input = AccountInput {
        party_id: orchard.producer.clone(),
        product_id: product.to_owned(),
        season: season.to_owned(),
        approved_g: Some(amount),
        ..AccountInput::default()
    };
    let id = act!(orchard.world, orchard.office, |tx, desk| propose_account(tx, desk, &input), [input]).unwrap().id;
    act!(orchard.world, orchard.second, |tx, desk| approve_account(tx, desk, &id), [id]).unwrap()
}

async fn carried(orchard: &Orchard, account: &str, amount: i64) -> Outcome<MovementView> {
    let (id, input) = (account.to_owned(), MovementInput { kind: "carried".into(), amount_g: Some(amount), ..MovementInput::default() });
    act!(orchard.world, orchard.member, |tx, desk| record_movement(tx, desk, &id, &input), [id, input])
}

on_both_engines! {
    async fn what_is_left_lapses_after_the_closing_day_and_not_before(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let mine = orchard.account(&orchard.producer, 5_000 * KG).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        let other = orchard.account(&grower, 300 * KG).await;
        // Codes are ordered for 1,200 kg.
        orchard.world.tamper(&format!("UPDATE season_account SET reserved = {} WHERE id = '{}'", 1_200 * KG, mine.id)).await;
        let view = account(&orchard.world.db, &orchard.member.actor, &mine.id).await.unwrap();
        assert_eq!((view.closes_on.as_deref(), view.figures["lapses_g"]), (Some("2027-06-30"), 3_800 * KG));
        let run = async || close_seasons(&orchard.world.db, &orchard.world.clock, &orchard.world.random).await.unwrap();
        let start = events(&orchard).await;
        // 30 June 2027, ten in the morning: the day itself still counts.
        orchard.world.clock.advance(253 * DAY);
        assert_eq!(orchard.world.clock.today().to_string(), "2027-06-30");
        assert!(run().await.lapsed.is_empty());
        orchard.world.clock.advance(DAY);
        let closed = run().await;
        let mut lapsed: Vec<_> = closed.lapsed.iter().map(|l| (l.account_id.clone(), l.amount, l.kept)).collect();
        lapsed.sort_by_key(|l| l.1);
        assert_eq!(lapsed, [(other.id.clone(), 300 * KG, 0), (mine.id.clone(), 3_800 * KG, 1_200 * KG)]);
        assert_eq!(orchard.figures(&mine.id, [Bucket::Remaining, Bucket::Lapsed]).await, [1_200 * KG, 3_800 * KG]);
        assert_eq!(events(&orchard).await, start + 2, "one act for each account");
        assert!(run().await.lapsed.is_empty());
        assert_eq!(events(&orchard).await, start + 2, "again: nothing is due, nothing is recorded");
        let said = format!("{:?}", yanzhao::ledger::history(orchard.world.db.reader(), &mine.id, 10).await.unwrap());
        assert!(said.contains("season_account.lapsed") && said.contains(&format!("Number({})", 1_200 * KG)), "what stays is named: {said}");
        orchard.world.tamper("UPDATE season_account SET reserved = 0").await;
        orchard.balanced().await;
    }

    async fn of_many_nodes_that_close_at_once_each_account_lapses_once(engine: Engine) {
        let orchard = Arc::new(Orchard::new(engine).await);
        let mine = orchard.account(&orchard.producer, 5_000 * KG).await;
        orchard.world.clock.advance(260 * DAY);
        let before = events(&orchard).await;
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let (orchard, id) = (orchard.clone(), mine.id.clone());
                tokio::spawn(async move { act!(orchard.world, orchard.office, |tx, desk| lapse_account(tx, desk, &id), [id]).unwrap() })
            })
            .collect();
        let mut lapsed = 0;
        for task in tasks {
            lapsed += usize::from(task.await.unwrap().is_some());
        }
        assert_eq!((lapsed, events(&orchard).await), (1, before + 1));
        assert_eq!(orchard.figures(&mine.id, [Bucket::Remaining, Bucket::Lapsed]).await, [0, 5_000 * KG]);
        orchard.balanced().await;
    }

    async fn a_product_without_a_closing_day_never_lapses(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let wine = orchard.world.product("丛台酒", |p| (p.account_basis, p.closing, p.yield_cap) = ("capacity".into(), None, None)).await;
        let view = of_season(&orchard, &wine, "2026", 100 * KG).await;
        let read = account(&orchard.world.db, &orchard.member.actor, &view.id).await.unwrap();
        assert_eq!((read.closes_on, read.figures.get("lapses_g")), (None, None));
        orchard.world.clock.advance(2_000 * DAY);
        assert!(close_seasons(&orchard.world.db, &orchard.world.clock, &orchard.world.random).await.unwrap().lapsed.is_empty());
    }

    async fn carrying_over_follows_the_holders_rule(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let fresh = of_season(&orchard, &orchard.product, "2026", 100 * KG).await;
        assert_eq!(codes(carried(&orchard, &fresh.id, KG).await), ["invalid_fields", "carry_over_not_allowed"]);
        let capped = orchard.world.product("赞皇大枣", |p| (p.account_basis, p.yield_cap, p.carry_over_cap) = ("capacity".into(), None, Some(30_000))).await;
        of_season(&orchard, &capped, "2025", 100 * KG).await;
        let now = of_season(&orchard, &capped, "2026", 100 * KG).await;
        let failure = carried(&orchard, &now.id, 31 * KG).await.unwrap_err();
        let figure = |name: &str| failure.fields[0].params.iter().find(|(n, _)| *n == name).unwrap().1.clone();
        assert_eq!((failure.fields[0].code, figure("right"), figure("figure")), ("carry_over_capped", "30 kg".into(), "31 kg".into()));
        let orchard = Arc::new(orchard);
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let (orchard, id) = (orchard.clone(), now.id.clone());
                tokio::spawn(async move { carried(&orchard, &id, 10 * KG).await })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(failure) => assert!(failure.says("carry_over_capped"), "{failure}"),
            }
        }
        assert_eq!(won, 3, "together no more than the cap");
        assert_eq!(orchard.figures(&now.id, [Bucket::Carried]).await, [30 * KG]);
        orchard.balanced().await;
    }

    async fn the_ledger_says_who_closed_a_season(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let mine = orchard.account(&orchard.producer, KG).await;
        orchard.world.clock.advance(260 * DAY);
        close_seasons(&orchard.world.db, &orchard.world.clock, &orchard.world.random).await.unwrap();
        let rows = yanzhao::entity::movement::Entity::find().all(orchard.world.db.reader()).await.unwrap();
        let lapsed: Vec<_> = rows.iter().filter(|m| m.kind == "lapsed").map(|m| (m.account_id.as_str(), m.happened_on.as_str(), m.recorded_by.as_str(), m.late)).collect();
        assert_eq!(lapsed, [(mine.id.as_str(), "2027-06-30", "system", false)]);
    }
}
