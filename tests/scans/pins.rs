//! Scratch PINs: first use once, wrong tries, and what comes before them.

use yanzhao::kernel::clock::{DAY, MINUTE};
use yanzhao::trace::kind::CodeKind;
use yanzhao::trace::place::parse_place;
use yanzhao::trace::scan::{PinReply, ScanDesk};
use yanzhao::trace::verdict::{PinOutcome, Verdict};
use yanzhao::trace::visitor::Visitor;

use crate::support::{fresh_database_url, on_both_engines};
use crate::world::{Issued, World, located, noon, said, somebody};

async fn try_pin(desk: &ScanDesk, order: &Issued, seq: u32, typed: &str, who: &Visitor) -> PinReply {
    let code = order.code(seq);
    desk.use_pin(&located(desk, &code), &code, typed, who, parse_place("河北")).await.unwrap()
}

/// The word of what was answered.
fn word(reply: &PinReply) -> String {
    match reply {
        PinReply::NoPin => "no pin".to_owned(),
        PinReply::Wait(seconds) => format!("wait {seconds}"),
        PinReply::Tomorrow => "tomorrow".to_owned(),
        PinReply::Answered(answer) => answer.scanned.decision.verdict.word().to_owned(),
    }
}

async fn order_with_pins(world: &World) -> Issued {
    let order = world.issue(1, CodeKind::Unit, 1000, true).await;
    world.range(1, 1, 900, "active", None).await;
    world.range(1, 901, 1000, "bound", None).await;
    order
}

on_both_engines! {
    async fn a_right_pin_is_first_once(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = order_with_pins(&world).await;
        let desk = world.desk().await;
        let buyer = somebody(&desk, "192.0.2.1", "telephone").await;
        let PinReply::Answered(first) = try_pin(&desk, &order, 1, &order.pin(1).to_lowercase(), &buyer).await else { panic!() };
        assert_eq!((first.outcome, first.scanned.decision.verdict), (Some(PinOutcome::First), Verdict::PinFirst));
        assert_eq!(first.first_use.unwrap().at, noon());
        world.clock.advance(MINUTE);
        let PinReply::Answered(again) = try_pin(&desk, &order, 1, &order.pin(1), &buyer).await else { panic!() };
        assert_eq!((again.outcome, again.scanned.decision.verdict), (Some(PinOutcome::Used), Verdict::PinUsed));
        let first_use = again.first_use.unwrap();
        assert_eq!((first_use.at, first_use.place), (noon(), parse_place("河北")));
        assert_eq!(word(&try_pin(&desk, &order, 2, &order.pin(1), &buyer).await), "pin_wrong", "the PIN of another code");
        desk.stop().await;
    }

    async fn of_fifty_at_once_one_is_first(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = order_with_pins(&world).await;
        let (here, (there, other_db)) = (world.desk().await, world.other_node().await);
        for same_visitor in [false, true] {
            let seq = if same_visitor { 4 } else { 3 };
            let mut running = Vec::new();
            for n in 0..50 {
                let desk = if n % 2 == 0 { here.clone() } else { there.clone() };
                let (code, pin) = (order.code(seq), order.pin(seq));
                running.push(tokio::spawn(async move {
                    let agent = if same_visitor { "telephone".to_owned() } else { format!("telephone {n}") };
                    let who = somebody(&desk, "192.0.2.1", &agent).await;
                    word(&desk.use_pin(&located(&desk, &code), &code, &pin, &who, None).await.unwrap())
                }));
            }
            let mut words = Vec::new();
            for one in running {
                words.push(one.await.unwrap());
            }
            assert_eq!(words.iter().filter(|w| *w == "pin_first").count(), 1, "{words:?}");
            assert_eq!(words.iter().filter(|w| *w == "pin_used").count(), 49, "{words:?}");
        }
        here.stop().await;
        there.stop().await;
        other_db.close().await;
    }

    async fn wrong_tries_make_the_visitor_wait_and_nobody_else(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = order_with_pins(&world).await;
        let desk = world.desk().await;
        let guesser = somebody(&desk, "192.0.2.1", "telephone").await;
        let buyer = somebody(&desk, "192.0.2.2", "telephone").await;
        let mut words = Vec::new();
        for seconds in [0, 0, 1, 1, 1] {
            world.clock.advance(seconds * 1000);
            words.push(word(&try_pin(&desk, &order, 1, "000000", &guesser).await));
        }
        assert_eq!(words, ["pin_wrong", "wait 1", "pin_wrong", "wait 1", "pin_wrong"]);
        assert_eq!(word(&try_pin(&desk, &order, 2, &order.pin(2), &guesser).await), "wait 4", "not even for another code");
        assert_eq!(desk.pin_wait(&guesser), Some(4));
        assert_eq!(word(&try_pin(&desk, &order, 1, &order.pin(1), &buyer).await), "pin_first");
        world.clock.advance(4000);
        assert_eq!(word(&try_pin(&desk, &order, 2, &order.pin(2), &guesser).await), "pin_first");
        assert_eq!(desk.pin_wait(&guesser), None);
        desk.stop().await;
    }

    async fn a_code_takes_two_hundred_wrong_ones_a_day(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = order_with_pins(&world).await;
        let desk = world.desk().await;
        for n in 0..200 {
            let who = somebody(&desk, "192.0.2.1", &format!("telephone {n}")).await;
            assert_eq!(word(&try_pin(&desk, &order, 1, "000000", &who).await), "pin_wrong", "{n}");
        }
        let buyer = somebody(&desk, "192.0.2.2", "telephone").await;
        for typed in ["000000".to_owned(), order.pin(1)] {
            assert_eq!(word(&try_pin(&desk, &order, 1, &typed, &buyer).await), "tomorrow");
        }
        assert_eq!(said(&desk, &order.code(1), &buyer).await, Verdict::FirstCheck, "the scan page says nothing of it");
        assert_eq!(word(&try_pin(&desk, &order, 2, &order.pin(2), &buyer).await), "pin_first");
        world.clock.advance(DAY);
        assert_eq!(word(&try_pin(&desk, &order, 1, &order.pin(1), &buyer).await), "pin_first");
        desk.stop().await;
    }

    async fn graver_verdicts_come_first_and_use_no_pin(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = order_with_pins(&world).await;
        let without = world.active(2, 10).await;
        let desk = world.desk().await;
        let buyer = somebody(&desk, "192.0.2.1", "telephone").await;
        let PinReply::Answered(early) = try_pin(&desk, &order, 950, &order.pin(950), &buyer).await else { panic!() };
        assert_eq!((early.outcome, early.scanned.decision.verdict), (None, Verdict::NotActivated));
        world.recall("recall").await;
        assert_eq!(word(&try_pin(&desk, &order, 1, &order.pin(1), &buyer).await), "recalled");
        world.sql("DELETE FROM recall").await;
        assert_eq!(word(&try_pin(&desk, &order, 1, &order.pin(1), &buyer).await), "pin_first");
        assert_eq!(word(&try_pin(&desk, &without, 1, "000000", &buyer).await), "no pin");

        for n in 0..12 {
            let who = somebody(&desk, "192.0.2.1", &format!("telephone {n}")).await;
            said(&desk, &order.code(7), &who).await;
        }
        let PinReply::Answered(seen) = try_pin(&desk, &order, 7, &order.pin(7), &buyer).await else { panic!() };
        assert_eq!((seen.scanned.decision.verdict, seen.scanned.decision.printed_code_seen), (Verdict::PinFirst, true));
        world.db.set_maintenance(true);
        let code = order.code(8);
        assert!(desk.use_pin(&located(&desk, &code), &code, &order.pin(8), &buyer, None).await.is_err());
        world.db.set_maintenance(false);
        desk.stop().await;
    }
}
