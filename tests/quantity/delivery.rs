//! Deliveries and packs: the truth can always be written, and only what is covered changes accounts.

use yanzhao::kernel::clock::DAY;
use yanzhao::trace::account::Bucket;
use yanzhao::trace::commands::adjustment::{AdjustmentInput, approve_adjustment, propose_adjustment};
use yanzhao::trace::commands::delivery::{cover_delivery, record_delivery};
use yanzhao::trace::commands::pack::register_pack;
use yanzhao::trace::delivery::{DeliveryFilter, DeliveryInput};
use yanzhao::trace::measure::Entered;
use yanzhao::trace::pack::{PackFilter, PackInput};
use yanzhao::trace::queries::delivery::{deliveries, delivery};
use yanzhao::trace::queries::pack::{pack, packs};
use yanzhao::trace::store::account::of_party;

use crate::orchard::{KG, Orchard, codes};
use crate::support::on_both_engines;
use crate::support::world::act;

on_both_engines! {
    async fn one_entry_debits_the_grower_and_credits_the_buyer(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        let from = orchard.account(&grower, 5_000 * KG).await;
        let view = orchard.deliver(orchard.delivery(&grower, 1_200 * KG)).await.unwrap();
        assert_eq!((view.figures["net_weight_g"], view.figures["covered_g"], view.figures["pending_g"]), (1_200 * KG, 1_200 * KG, 0));
        assert_eq!((view.season.as_str(), view.late, view.cert_no.as_deref()), ("2026", true, Some("HGZ-1")));
        let to = of_party(orchard.world.db.reader(), &orchard.producer, &orchard.product, "2026").await.unwrap().unwrap();
        assert_eq!((to.state.as_str(), to.received, to.remaining), ("open", 1_200 * KG, 1_200 * KG));
        assert_eq!(orchard.figures(&from.id, [Bucket::Remaining, Bucket::Delivered]).await, [3_800 * KG, 1_200 * KG]);
        let sides = yanzhao::trace::queries::account::account(&orchard.world.db, &orchard.office.actor, &from.id).await.unwrap().movements;
        let delivered = sides.iter().find(|m| m.kind == "delivered").unwrap();
        assert_eq!(delivered.counter_account_id.as_deref(), Some(to.id.as_str()));
        orchard.balanced().await;
    }

    async fn more_than_there_is_is_written_down_as_pending(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        let from = orchard.account(&grower, 1_000 * KG).await;
        let view = orchard.deliver(orchard.delivery(&grower, 1_300 * KG)).await.unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending")), (1_000 * KG, 300 * KG));
        assert_eq!(orchard.figures(&from.id, [Bucket::Remaining, Bucket::Delivered, Bucket::Pending]).await, [0, 1_000 * KG, 300 * KG]);
        // Two persons find that the grower had 200 kg more.
        let (id, input) = (from.id.clone(), AdjustmentInput { amount_g: Some(200 * KG), reason: "补测".into(), ..AdjustmentInput::default() });
        let id = act!(orchard.world, orchard.office, |tx, desk| propose_adjustment(tx, desk, &id, &input), [id, input]).unwrap().id;
        act!(orchard.world, orchard.second, |tx, desk| approve_adjustment(tx, desk, &id), [id]).unwrap();
        let id = view.id.clone();
        let view = act!(orchard.world, orchard.member, |tx, desk| cover_delivery(tx, desk, &id), [id]).unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending")), (1_200 * KG, 100 * KG));
        let before = orchard.replayed().await;
        let again = act!(orchard.world, orchard.member, |tx, desk| cover_delivery(tx, desk, &id), [id]).unwrap();
        assert_eq!((again, orchard.replayed().await), (view, before), "nothing to cover: nothing happens");
        orchard.balanced().await;
    }

    async fn a_grower_without_an_account_delivers_all_the_same(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农乙", &orchard.producer).await;
        let view = orchard.deliver(orchard.delivery(&grower, 800 * KG)).await.unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending")), (0, 800 * KG));
        let account = orchard.account(&grower, 500 * KG).await;
        let id = view.id.clone();
        let view = act!(orchard.world, orchard.member, |tx, desk| cover_delivery(tx, desk, &id), [id]).unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending")), (500 * KG, 300 * KG));
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Pending]).await, [0, 300 * KG]);
        orchard.balanced().await;
    }

    async fn a_plot_delivers_no_more_than_it_bears(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        let plot = orchard.world.plot(&grower, &orchard.product, 2000, |_| {}).await;
        orchard.world.plot(&grower, &orchard.product, 20_000, |_| {}).await;
        orchard.account(&grower, 50_000 * KG).await;
        let of_plot = |weight| DeliveryInput { plot_id: Some(plot.clone()), ..orchard.delivery(&grower, weight) };
        assert_eq!(orchard.deliver(of_plot(7_000 * KG)).await.unwrap().figure("pending"), 0);
        assert_eq!(orchard.deliver(of_plot(1_000 * KG)).await.unwrap().figure("pending"), 500 * KG, "the cap of three 亩 is 7,500 kg");
        orchard.balanced().await;
    }

    async fn a_delivery_that_can_not_be_right_is_refused(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        let grower = world.grower("果农甲", &orchard.producer).await;
        let other = world.grower("果农乙", &orchard.producer).await;
        let dates = world.product("赞皇大枣", |_| {}).await;
        let foreign = world.plot(&other, &orchard.product, 2000, |_| {}).await;
        let of_dates = world.plot(&grower, &dates, 2000, |_| {}).await;
        let ended = world.plot(&grower, &orchard.product, 2000, |p| p.valid_to = Some("2026-08-19".into())).await;
        let good = orchard.delivery(&grower, 1_000 * KG);
        let jin = Entered { number: "1,000".into(), unit: "斤".into() };
        let plot = |id: &str| DeliveryInput { plot_id: Some(id.to_owned()), ..good.clone() };
        let cases = [
            (DeliveryInput { grower_id: orchard.producer.clone(), ..good.clone() }, "grower_unknown"),
            (DeliveryInput { grower_id: "gro_x".into(), ..good.clone() }, "grower_unknown"),
            (DeliveryInput { delivered_on: "2026-10-21".into(), ..good.clone() }, "in_the_future"),
            (DeliveryInput { delivered_on: "20261018".into(), ..good.clone() }, "day_unreadable"),
            (DeliveryInput { delivered_on: "2026-10-12".into(), late_evidence: Some("单 1".into()), ..good.clone() }, "late_reason_missing"),
            (DeliveryInput { delivered_on: "2026-10-12".into(), late_reason: Some("补票".into()), ..good.clone() }, "late_evidence_missing"),
            (DeliveryInput { net_weight_g: Some(0), ..good.clone() }, "amount_unfit"),
            (DeliveryInput { net_weight_g: None, ..good.clone() }, "amount_missing"),
            (DeliveryInput { unit: Some("ml".into()), ..good.clone() }, "unit_unfit"),
            (DeliveryInput { net_weight_g: Some(99), ..good.clone() }, "weight_unlikely"),
            (DeliveryInput { net_weight_g: Some(100_000 * KG + 1), ..good.clone() }, "weight_unlikely"),
            (DeliveryInput { entered: Some(jin), ..good.clone() }, "units_mixed_up"),
            (DeliveryInput { grade: Some("特".repeat(41)), ..good.clone() }, "text_too_long"),
            (plot("plo_none"), "plot_unknown"),
            (plot(&foreign), "plot_not_of_grower"),
            (plot(&of_dates), "plot_other_product"),
            (plot(&ended), "plot_not_valid"),
        ];
        for (input, code) in cases {
            assert_eq!(codes(orchard.deliver(input).await), ["invalid_fields", code]);
        }
        let late = DeliveryInput { delivered_on: "2026-09-01".into(), late_reason: Some("补票".into()), late_evidence: Some("过磅单 0231".into()), ..good.clone() };
        assert!(orchard.deliver(late).await.unwrap().late, "never refused for lateness");
        let stranger = world.member("stranger", &world.organisation("外县", "130133").await);
        let input = DeliveryInput { buyer_id: Some(orchard.producer.clone()), ..good.clone() };
        let outcome = act!(world, stranger, |tx, desk| record_delivery(tx, desk, &input), [input]);
        assert_eq!(codes(outcome), ["not_found"]);
        let outcome = act!(world, orchard.holder, |tx, desk| record_delivery(tx, desk, &input), [input]);
        assert_eq!(codes(outcome), ["not_permitted"], "a holder sees totals, not suppliers");
        orchard.balanced().await;
    }

    async fn deliveries_are_seen_by_both_sides_and_the_division(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        let grower = world.grower("果农甲", &orchard.producer).await;
        let made = orchard.deliver(orchard.delivery(&grower, 500 * KG)).await.unwrap();
        let household = world.desk("h", None, yanzhao::kernel::Scope { growers: vec![grower.clone()], ..Default::default() });
        let stranger = world.member("stranger", &world.organisation("外县", "130133").await);
        for desk in [&orchard.member, &household, &orchard.office] {
            assert_eq!(delivery(&world.db, &desk.actor, &made.id).await.unwrap(), made);
        }
        for desk in [&stranger, &orchard.holder] {
            assert_eq!(codes(delivery(&world.db, &desk.actor, &made.id).await), ["not_found"]);
        }
        let pending = DeliveryFilter { pending: true, grower_id: Some(grower), ..DeliveryFilter::default() };
        assert_eq!(deliveries(&world.db, &orchard.member.actor, &pending, None, None).await.unwrap().0.len(), 1);
        let none = DeliveryFilter { season: Some("2025".into()), ..DeliveryFilter::default() };
        assert_eq!(deliveries(&world.db, &orchard.member.actor, &none, None, None).await.unwrap().0, []);
    }

    async fn last_autumns_fruit_belongs_to_last_autumn(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        orchard.world.clock.advance(120 * DAY);
        let input = DeliveryInput { delivered_on: "2027-02-15".into(), ..orchard.delivery(&grower, KG) };
        assert_eq!(orchard.deliver(input).await.unwrap().season, "2026");
    }

    async fn packs_are_checked_and_kept(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        let register = async |input: PackInput| act!(world, orchard.member, |tx, desk| register_pack(tx, desk, &input), [input]);
        let box_of_5 = PackInput {
            product_id: orchard.product.clone(),
            grade: Some("特级".into()),
            net_weight_g: Some(5 * KG),
            gtin: Some(" 6901234567892 ".into()),
            shelf_life_days: Some(180),
            ..PackInput::default()
        };
        let made = register(box_of_5.clone()).await.unwrap();
        assert_eq!((made.net_weight_g, made.gtin.as_deref(), made.unit.as_str()), (Some(5 * KG), Some("6901234567892"), "g"));
        assert_eq!(pack(&world.db, &orchard.member.actor, &made.id).await.unwrap(), made);
        assert_eq!(packs(&world.db, &orchard.holder.actor, &PackFilter::default(), None, None).await.unwrap().0, []);
        let no_gtin = PackInput { gtin: None, ..box_of_5.clone() };
        let cases = [
            (box_of_5.clone(), "gtin_taken"),
            (PackInput { gtin: Some("6901234567890".into()), ..box_of_5.clone() }, "gtin_check"),
            (PackInput { gtin: Some("690123456789".into()), ..box_of_5.clone() }, "gtin_check"),
            (PackInput { net_weight_g: Some(0), ..no_gtin.clone() }, "amount_unfit"),
            (PackInput { net_weight_g: Some(2_000 * KG + 1), ..no_gtin.clone() }, "pack_too_heavy"),
            (PackInput { pieces: Some(6), ..no_gtin.clone() }, "unit_unfit"),
            (PackInput { shelf_life_days: Some(0), ..no_gtin.clone() }, "shelf_life_unfit"),
        ];
        for (input, code) in cases {
            assert_eq!(codes(register(input).await), ["invalid_fields", code]);
        }
        let vases = world.product("井陉窑瓷", |p| (p.base_unit, p.account_basis) = ("piece".into(), "capacity".into())).await;
        let one = PackInput { product_id: vases, pieces: Some(1), ..PackInput::default() };
        let made = register(one).await.unwrap();
        assert_eq!((made.pieces, made.net_weight_g), (Some(1), None));
    }
}
