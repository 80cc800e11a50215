//! Sessions, first checks, midnight, the counting rules, and what can't be recorded.

use sea_orm::EntityTrait;
use yanzhao::entity::{code_stat, scan as journal};
use yanzhao::kernel::clock::{DAY, HOUR, MINUTE};
use yanzhao::trace::place::{Places, parse_place, place_text};
use yanzhao::trace::scan::Via;
use yanzhao::trace::verdict::{Grounds, Recording, Verdict};

use crate::support::{fresh_database_url, on_both_engines};
use crate::world::{World, day, located, noon, said, scan, somebody};

on_both_engines! {
    async fn first_then_again(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let desk = world.desk().await;
        let buyer = somebody(&desk, "192.0.2.1", "telephone").await;
        let friend = somebody(&desk, "192.0.2.1", "another telephone").await;
        let code = order.code(7);

        let unseen = desk.look(&located(&desk, &code), Some(&buyer)).await.unwrap();
        assert_eq!((unseen.decision.verdict, unseen.facts.verdict.history.sessions, unseen.recorded), (Verdict::CheckedBefore, 0, false));
        let first = scan(&desk, &code, &buyer).await;
        assert_eq!((first.decision.verdict, first.recorded, first.facts.seq), (Verdict::FirstCheck, true, 7));
        assert_eq!(first.facts.verdict.history.first_at, Some(noon()));

        // Forwarded in a chat: nobody but the buyer sees the first check, and nothing is counted.
        let looked = |who| { let (desk, code) = (desk.clone(), code); async move { desk.look(&located(&desk, &code), who).await.unwrap() } };
        for (who, verdict) in [(Some(&buyer), Verdict::FirstCheck), (Some(&friend), Verdict::CheckedBefore), (None, Verdict::CheckedBefore)] {
            let look = looked(who).await;
            assert_eq!((look.decision.verdict, look.facts.verdict.history.sessions), (verdict, 1));
            assert_eq!(look.facts.verdict.recording, Recording::Viewed);
        }
        let again = scan(&desk, &code, &friend).await;
        assert_eq!((again.decision.verdict, again.facts.verdict.history.sessions), (Verdict::CheckedBefore, 2));
        assert_eq!(said(&desk, &order.code(8), &friend).await, Verdict::FirstCheck, "another code is another story");

        world.clock.advance(31 * MINUTE);
        assert_eq!(looked(Some(&buyer)).await.decision.verdict, Verdict::CheckedBefore);
        assert_eq!(journal::Entity::find().all(world.db.reader()).await.unwrap().len(), 3);
        desk.stop().await;
    }

    async fn half_an_hour_is_one_session(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let desk = world.desk().await;
        let buyer = somebody(&desk, "192.0.2.1", "telephone").await;
        let mut sessions = Vec::new();
        for minutes in [0, 10, 19, 1, 29, 1] {
            world.clock.advance(minutes * MINUTE);
            let scanned = scan(&desk, &order.code(1), &buyer).await;
            sessions.push((scanned.facts.verdict.history.sessions, scanned.decision.verdict == Verdict::FirstCheck));
        }
        assert_eq!(sessions, [(1, true), (1, true), (1, true), (2, false), (2, false), (3, false)]);
        let stat = code_stat::Entity::find_by_id((1, 1)).one(world.db.reader()).await.unwrap().unwrap();
        assert_eq!((stat.sessions, stat.first_at, stat.revision), (3, noon(), 3));
        assert_eq!(journal::Entity::find().all(world.db.reader()).await.unwrap().len(), 6, "the journal has every scan");
        desk.stop().await;
    }

    async fn midnight_makes_no_new_visitor(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let desk = world.desk().await;
        world.clock.advance(day("2026-11-24").start() - noon() - 10 * MINUTE);
        let before = somebody(&desk, "192.0.2.1", "telephone").await;
        assert_eq!(said(&desk, &order.code(1), &before).await, Verdict::FirstCheck);

        world.clock.advance(20 * MINUTE);
        let after = somebody(&desk, "192.0.2.1", "telephone").await;
        assert_eq!(after.before, Some(before.hash));
        let merged = scan(&desk, &order.code(1), &after).await;
        assert_eq!((merged.decision.verdict, merged.facts.verdict.history.sessions), (Verdict::FirstCheck, 1));

        world.clock.advance(30 * MINUTE);
        let later = somebody(&desk, "192.0.2.1", "telephone").await;
        assert_eq!((later.hash, later.before), (after.hash, None));
        assert_eq!(scan(&desk, &order.code(1), &later).await.facts.verdict.history.sessions, 2);
        desk.stop().await;
    }

    async fn many_places_and_many_checks_fade(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let desk = world.desk().await;
        let places = Places::load(std::path::Path::new("tests/fixtures/places.csv")).unwrap();
        let mut last = None;
        for address in ["192.0.2.1", "192.0.2.130", "203.0.113.1"] {
            let who = somebody(&desk, address, "telephone").await;
            let place = places.of(address.parse().unwrap());
            last = Some(desk.record(located(&desk, &order.code(1)), who, place, Via::Printed).await.unwrap());
        }
        let spread = last.unwrap();
        assert_eq!(spread.decision.verdict, Verdict::ManyPlaces);
        let Grounds::Places(found) = &spread.decision.grounds else { panic!("{:?}", spread.decision.grounds) };
        assert_eq!((found.provinces.join(" "), found.hours), ("河北 天津 上海".to_owned(), 24));
        assert_eq!(spread.facts.verdict.history.first_place, parse_place("河北/石家庄"));

        let mut verdicts = Vec::new();
        for n in 0..12 {
            let who = somebody(&desk, "192.0.2.1", &format!("telephone {n}")).await;
            verdicts.push(said(&desk, &order.code(2), &who).await);
        }
        assert_eq!((verdicts[0], verdicts[7], verdicts[11]), (Verdict::FirstCheck, Verdict::CheckedBefore, Verdict::ManyChecks));

        world.clock.advance(8 * DAY);
        for seq in [1, 2] {
            assert_eq!(desk.look(&located(&desk, &order.code(seq)), None).await.unwrap().decision.verdict, Verdict::CheckedBefore);
        }
        let stored = code_stat::Entity::find_by_id((1, 1)).one(world.db.reader()).await.unwrap().unwrap();
        assert_eq!((stored.first_place.as_deref(), stored.last_place.as_deref()), (Some("河北/石家庄"), Some("上海/上海")));
        assert!(stored.ring.contains("天津/天津") && stored.ring.starts_with(|c: char| c.is_ascii()));
        let journal = journal::Entity::find().all(world.db.reader()).await.unwrap();
        assert_eq!(journal[2].verdict, "many_places");
        assert_eq!(journal[1].place.as_deref(), Some(place_text(&parse_place("天津/天津").unwrap()).as_str()));
        desk.stop().await;
    }

    async fn what_is_not_recorded_is_never_first(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let desk = world.desk().await;
        let buyer = somebody(&desk, "192.0.2.1", "telephone").await;
        world.db.set_maintenance(true);
        let answered = scan(&desk, &order.code(1), &buyer).await;
        assert_eq!((answered.decision.verdict, answered.recorded), (Verdict::CheckedBefore, false));
        assert_eq!(answered.facts.verdict.recording, Recording::Failed);
        assert_eq!(answered.facts.batch.unwrap().lot, "JZ-0912");
        world.db.set_maintenance(false);
        assert_eq!(said(&desk, &order.code(1), &buyer).await, Verdict::FirstCheck);

        world.db.set_maintenance(true);
        assert_eq!(said(&desk, &order.code(1), &buyer).await, Verdict::CheckedBefore, "not even where it was");
        world.db.set_maintenance(false);
        desk.stop().await;
        let late = scan(&desk, &order.code(2), &buyer).await;
        assert_eq!((late.decision.verdict, late.recorded), (Verdict::CheckedBefore, false), "a stopped desk still answers");

        world.db.close().await;
        let failed = desk.record(located(&desk, &order.code(2)), buyer, None, Via::Printed).await.unwrap_err();
        assert_eq!(failed.code, "unavailable");
        assert_eq!(desk.look(&located(&desk, &order.code(2)), None).await.unwrap_err().code, "unavailable");
    }

    async fn scans_wait_for_the_commit_of_their_group(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 1000).await;
        let desk = world.desk().await;
        let mut running = Vec::new();
        for n in 0..200_u32 {
            let (desk, code) = (desk.clone(), order.code(n / 2 + 1));
            running.push(tokio::spawn(async move {
                let who = somebody(&desk, "192.0.2.1", &format!("telephone {n}")).await;
                scan(&desk, &code, &who).await
            }));
        }
        let mut firsts = 0;
        for scanned in running {
            let scanned = scanned.await.unwrap();
            assert!(scanned.recorded);
            firsts += u32::from(scanned.decision.verdict == Verdict::FirstCheck);
        }
        assert_eq!(firsts, 100, "of two scans of a code one is first");
        desk.stop().await;
        let stats = code_stat::Entity::find().all(world.db.reader()).await.unwrap();
        assert_eq!(stats.iter().map(|s| s.sessions).collect::<Vec<_>>(), vec![2; 100]);
        assert_eq!(journal::Entity::find().all(world.db.reader()).await.unwrap().len(), 200);
    }

    async fn a_partner_names_its_visitors(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 10).await;
        let desk = world.desk().await;
        let one = desk.visitors().of_partner("acc_1", "customer 17").await;
        assert_eq!(one, desk.visitors().of_partner("acc_1", "customer 17").await);
        for other in [desk.visitors().of_partner("acc_2", "customer 17").await, desk.visitors().of_partner("acc_1", "customer 18").await] {
            assert_ne!(one.hash, other.hash);
        }
        let place = parse_place("河北/石家庄");
        desk.record(located(&desk, &order.code(1)), one, place, Via::Api).await.unwrap();
        let line = journal::Entity::find().one(world.db.reader()).await.unwrap().unwrap();
        assert_eq!((line.via.as_str(), line.verdict.as_str(), line.visitor), ("api", "first_check", i64::from_be_bytes(one.hash)));
        assert!(line.at == noon() && (line.at + HOUR) > noon());
        desk.stop().await;
    }
}
