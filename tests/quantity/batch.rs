//! Batches: registered, corrected, released, held, voided; what each does to the account.

use yanzhao::kernel::{Desk, Outcome};
use yanzhao::trace::account::Bucket;
use yanzhao::trace::batch::{BatchFilter, BatchInput, BatchPatch, InputSource, Material, SourceInput, TestInput};
use yanzhao::trace::commands::account::{AccountInput, approve_account, propose_account};
use yanzhao::trace::commands::adjustment::{AdjustmentInput, approve_adjustment, propose_adjustment};
use yanzhao::trace::commands::batch::{ReleaseInput, hold_batch, register_batch, release_batch, unhold_batch, void_batch};
use yanzhao::trace::commands::correct::{correct_batch, cover_batch};
use yanzhao::trace::queries::batch::{BatchView, batch, batches};

use crate::orchard::{KG, Orchard, codes, param};
use crate::support::on_both_engines;
use crate::support::world::{OUTSIDE, act};

async fn release(orchard: &Orchard, desk: &Desk, id: &str, reason: Option<&str>) -> Outcome<BatchView> {
    let (id, input) = (id.to_owned(), ReleaseInput { reason: reason.map(str::to_owned) });
    act!(orchard.world, desk, |tx, desk| release_batch(tx, desk, &id, &input), [id, input])
}

async fn void(orchard: &Orchard, desk: &Desk, id: &str) -> Outcome<BatchView> {
    let id = id.to_owned();
    act!(orchard.world, desk, |tx, desk| void_batch(tx, desk, &id, "登记错误"), [id])
}

async fn correct(orchard: &Orchard, id: &str, patch: BatchPatch) -> Outcome<BatchView> {
    let id = id.to_owned();
    act!(orchard.world, orchard.member, |tx, desk| correct_batch(tx, desk, &id, &patch), [id, patch])
}

async fn cover(orchard: &Orchard, id: &str) -> Outcome<BatchView> {
    let id = id.to_owned();
    act!(orchard.world, orchard.member, |tx, desk| cover_batch(tx, desk, &id), [id])
}

async fn add(orchard: &Orchard, account: &str, amount: i64) {
    let (id, input) = (account.to_owned(), AdjustmentInput { amount_g: Some(amount), reason: "补测".into(), ..AdjustmentInput::default() });
    let id = act!(orchard.world, orchard.office, |tx, desk| propose_adjustment(tx, desk, &id, &input), [id, input]).unwrap().id;
    act!(orchard.world, orchard.second, |tx, desk| approve_adjustment(tx, desk, &id), [id]).unwrap();
}

fn outcome_of<'a>(view: &'a BatchView, check: &str) -> Vec<&'a str> {
    view.checks.iter().filter(|c| c.code == check).map(|c| c.outcome.as_str()).collect()
}

const THREE: [Bucket; 3] = [Bucket::Remaining, Bucket::Held, Bucket::Released];

on_both_engines! {
    async fn registering_holds_and_releasing_debits(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 7_000 * KG).await;
        let view = orchard.register(orchard.batch("YL-01", 5_000 * KG)).await.unwrap();
        assert_eq!((view.state.as_str(), view.figures["net_weight_g"], view.figures["covered_g"], view.version), ("registered", 5_000 * KG, 5_000 * KG, 1));
        assert_eq!((view.season.as_str(), view.origin.as_str()), ("2026", "河北省石家庄市晋州市东里庄镇"));
        assert_eq!((view.held_by.len(), view.late, view.standard_version.as_deref()), (0, true, Some("演示标准 YL-2026")));
        assert_eq!((view.rights.len(), view.rights[0].mark_use_id.as_str()), (1, orchard.mark_use.as_str()));
        assert_eq!(outcome_of(&view, "area"), ["passed"]);
        assert_eq!(orchard.figures(&account.id, THREE).await, [2_000 * KG, 5_000 * KG, 0]);
        let released = release(&orchard, &orchard.member, &view.id, None).await.unwrap();
        assert_eq!((released.state.as_str(), released.release_basis.as_deref(), released.version), ("released", Some("automatic"), 2));
        assert_eq!(orchard.figures(&account.id, THREE).await, [2_000 * KG, 0, 5_000 * KG]);
        let before = orchard.replayed().await;
        assert_eq!(release(&orchard, &orchard.member, &view.id, None).await.unwrap(), released);
        assert_eq!(orchard.replayed().await, before, "released again: nothing happens");
        assert_eq!(batch(&orchard.world.db, &orchard.holder.actor, &view.id).await.unwrap(), released);
        orchard.balanced().await;
    }

    async fn an_excess_accepted_waits_and_can_be_covered(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 1_000 * KG).await;
        let failure = orchard.register(orchard.batch("YL-01", 1_500 * KG)).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "remaining").as_str(), param(&failure, "asked").as_str()), ("quota_exceeded", "1000000", "1500000"));
        let input = BatchInput { accept_excess: true, ..orchard.batch("YL-01", 1_500 * KG) };
        let view = orchard.register(input).await.unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending"), view.held_by.as_slice()), (1_000 * KG, 500 * KG, ["quota".to_owned()].as_slice()));
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Held, Bucket::Pending]).await, [0, 1_000 * KG, 500 * KG]);
        assert_eq!(codes(release(&orchard, &orchard.member, &view.id, None).await), ["release_held", "quota_exceeded"]);
        assert_eq!(codes(release(&orchard, &orchard.holder, &view.id, None).await), ["invalid_fields", "reason_missing"]);
        add(&orchard, &account.id, 300 * KG).await;
        let view = cover(&orchard, &view.id).await.unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending")), (1_300 * KG, 200 * KG));
        let released = release(&orchard, &orchard.holder, &view.id, Some("已到现场看过")).await.unwrap();
        assert_eq!(released.release_basis.as_deref(), Some("已到现场看过"));
        add(&orchard, &account.id, 900 * KG).await;
        let view = cover(&orchard, &view.id).await.unwrap();
        assert_eq!((view.state.as_str(), view.figure("covered"), view.figure("pending")), ("released", 1_500 * KG, 0));
        let all = [Bucket::Remaining, Bucket::Held, Bucket::Released, Bucket::Pending];
        assert_eq!(orchard.figures(&account.id, all).await, [700 * KG, 0, 1_500 * KG, 0]);
        orchard.balanced().await;
    }

    async fn without_an_account_the_truth_is_written_and_nothing_covered(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        assert_eq!(codes(orchard.register(orchard.batch("YL-01", KG)).await), ["quota_exceeded", "quota_exceeded"]);
        let view = orchard.register(BatchInput { accept_excess: true, ..orchard.batch("YL-01", KG) }).await.unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending")), (0, KG));
        orchard.balanced().await;
    }

    async fn deliveries_plots_and_their_sum(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        orchard.account(&grower, 5_000 * KG).await;
        let delivery = orchard.deliver(orchard.delivery(&grower, 1_000 * KG)).await.unwrap();
        orchard.account(&orchard.producer, 7_500 * KG).await;
        let source = |delivery: Option<&str>, plot: Option<&str>, weight| SourceInput {
            delivery_id: delivery.map(str::to_owned),
            plot_id: plot.map(str::to_owned),
            net_weight_g: Some(weight),
            ..SourceInput::default()
        };
        let mixed = BatchInput {
            sources: vec![source(Some(&delivery.id), None, 400 * KG), source(None, Some(&orchard.plot), 600 * KG)],
            plot_ids: Vec::new(),
            ..orchard.batch("M1", 1_000 * KG)
        };
        let wrong = BatchInput { net_weight_g: Some(1_001 * KG), ..mixed.clone() };
        assert_eq!(codes(orchard.register(wrong).await), ["sources_differ", "sources_differ"]);
        let view = orchard.register(mixed.clone()).await.unwrap();
        assert_eq!(view.sources.iter().map(|s| s.figures["net_weight_g"]).collect::<Vec<_>>(), [400 * KG, 600 * KG]);
        let failure = orchard.register(orchard.batch_of("M2", &delivery.id, 601 * KG)).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "right").as_str(), param(&failure, "used").as_str()), ("delivery_overdrawn", "600 kg", "400 kg"));
        orchard.register(orchard.batch_of("M2", &delivery.id, 600 * KG)).await.unwrap();
        void(&orchard, &orchard.member, &view.id).await.unwrap();
        orchard.register(orchard.batch_of("M3", &delivery.id, 400 * KG)).await.expect("a void gives the delivery back");
        let twice = BatchInput { sources: vec![source(None, Some(&orchard.plot), 1), source(None, Some(&orchard.plot), 1)], net_weight_g: None, ..mixed };
        assert_eq!(codes(orchard.register(twice).await), ["invalid_fields", "given_twice"]);
        orchard.balanced().await;
    }

    async fn what_is_pending_of_a_delivery_is_packed_but_not_covered(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        let account = orchard.account(&grower, 600 * KG).await;
        let delivery = orchard.deliver(orchard.delivery(&grower, 1_000 * KG)).await.unwrap();
        orchard.account(&orchard.producer, 7_000 * KG).await;
        let whole = orchard.batch_of("P1", &delivery.id, 1_000 * KG);
        assert_eq!(codes(orchard.register(whole.clone()).await), ["delivery_overdrawn", "delivery_overdrawn"]);
        let view = orchard.register(BatchInput { accept_excess: true, ..whole }).await.unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending")), (600 * KG, 400 * KG), "the producer's own fruit does not cover it");
        let more = BatchInput { accept_excess: true, ..orchard.batch_of("P2", &delivery.id, 1) };
        assert_eq!(codes(orchard.register(more).await), ["delivery_overdrawn", "delivery_overdrawn"], "it was never so heavy");
        add(&orchard, &account.id, 400 * KG).await;
        let id = delivery.id.clone();
        act!(orchard.world, orchard.member, |tx, desk| yanzhao::trace::commands::delivery::cover_delivery(tx, desk, &id), [id]).unwrap();
        let view = cover(&orchard, &view.id).await.unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending"), view.held_by.len()), (1_000 * KG, 0, 0));
        release(&orchard, &orchard.member, &view.id, None).await.unwrap();
        orchard.balanced().await;
    }

    async fn a_correction_moves_the_difference(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 7_000 * KG).await;
        let view = orchard.register(orchard.batch("YL-01", 5_000 * KG)).await.unwrap();
        let heavier = BatchPatch { version: 1, net_weight_g: Some(6_000 * KG), grade: Some("特级".into()), ..BatchPatch::default() };
        let view = correct(&orchard, &view.id, heavier.clone()).await.unwrap();
        assert_eq!((view.figure("net_weight"), view.figures["net_weight_g"], view.version, view.grade.as_deref()), (6_000 * KG, 6_000 * KG, 2, Some("特级")));
        assert_eq!(orchard.figures(&account.id, THREE).await, [1_000 * KG, 6_000 * KG, 0]);
        assert_eq!(codes(correct(&orchard, &view.id, heavier.clone()).await), ["version_changed"]);
        let before = orchard.replayed().await;
        assert_eq!(correct(&orchard, &view.id, BatchPatch { version: 2, ..heavier.clone() }).await.unwrap(), view);
        assert_eq!(orchard.replayed().await, before, "the same again: nothing happens");
        let too_much = BatchPatch { version: 2, net_weight_g: Some(7_001 * KG), ..BatchPatch::default() };
        assert_eq!(codes(correct(&orchard, &view.id, too_much.clone()).await), ["quota_exceeded", "quota_exceeded"]);
        let accepted = BatchPatch { accept_excess: Some(true), ..too_much };
        let view = correct(&orchard, &view.id, accepted).await.unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending"), view.held_by.len()), (7_000 * KG, KG, 1));
        let lighter = BatchPatch { version: 3, net_weight_g: Some(400 * KG), accept_excess: Some(false), ..BatchPatch::default() };
        let view = correct(&orchard, &view.id, lighter).await.unwrap();
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Held, Bucket::Pending]).await, [6_600 * KG, 400 * KG, 0]);
        let other_season = BatchPatch { version: 4, harvested_from: Some("2025-09-12".into()), harvested_to: Some("2025-09-12".into()), packed_on: Some("2025-09-20".into()), ..BatchPatch::default() };
        assert_eq!(codes(correct(&orchard, &view.id, other_season).await), ["invalid_fields", "season_changed"]);
        release(&orchard, &orchard.member, &view.id, None).await.unwrap();
        assert_eq!(codes(correct(&orchard, &view.id, BatchPatch { version: 5, ..BatchPatch::default() }).await), ["batch_already_released"]);
        orchard.balanced().await;
    }

    async fn out_of_season_needs_a_reason_of_another(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 7_000 * KG).await;
        let early = BatchInput { harvested_from: Some("2026-08-18".into()), ..orchard.batch("E1", KG) };
        let view = orchard.register(early).await.unwrap();
        assert_eq!(view.held_by, ["season"]);
        let broken = view.checks.iter().find(|c| c.code == "season").unwrap();
        let said = (broken.broken.as_deref(), broken.figure.as_deref(), broken.right.as_deref());
        assert_eq!(said, (Some("outside_season"), Some("2026-08-18"), Some("08-20 – 10-31")));
        let failure = release(&orchard, &orchard.member, &view.id, Some("想放")).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "checks").as_str()), ("release_held", "season"));
        let released = release(&orchard, &orchard.office, &view.id, Some("今年早熟，县里已核")).await.unwrap();
        assert_eq!((released.state.as_str(), released.held_by.as_slice()), ("released", ["season".to_owned()].as_slice()));
        orchard.balanced().await;
    }

    async fn where_the_rule_says_so_the_holder_releases(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 7_000 * KG).await;
        orchard.world.tamper(&format!("UPDATE product SET release_by = 'holder' WHERE id = '{}'", orchard.product)).await;
        let view = orchard.register(orchard.batch("H1", KG)).await.unwrap();
        assert_eq!(codes(release(&orchard, &orchard.member, &view.id, None).await), ["release_by_holder"]);
        assert_eq!(release(&orchard, &orchard.holder, &view.id, None).await.unwrap().release_basis.as_deref(), Some("holder"));
    }

    async fn rights_are_asked_again_and_frozen_at_release(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 7_000 * KG).await;
        let view = orchard.register(orchard.batch("R1", KG)).await.unwrap();
        let kept = orchard.register(orchard.batch("R2", KG)).await.unwrap();
        release(&orchard, &orchard.member, &kept.id, None).await.unwrap();
        orchard.world.suspension(&orchard.mark_use, "2026-10-20").await;
        assert_eq!(codes(release(&orchard, &orchard.member, &view.id, None).await), ["mark_use_not_in_force", "mark_use_not_in_force"]);
        assert_eq!(codes(orchard.register(orchard.batch("R3", KG)).await)[0], "mark_use_not_in_force");
        let frozen = batch(&orchard.world.db, &orchard.member.actor, &kept.id).await.unwrap();
        assert_eq!((frozen.state.as_str(), frozen.rights.len()), ("released", 1));
    }

    async fn a_hold_of_ours_blocks_and_ends_where_it_began(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 7_000 * KG).await;
        let view = orchard.register(orchard.batch("H1", 10 * KG)).await.unwrap();
        let id = view.id.clone();
        let hold = async |desk: &Desk, reason: &'static str| { let id = id.clone(); act!(orchard.world, desk, |tx, desk| hold_batch(tx, desk, &id, reason), [id]) };
        let unhold = async |desk: &Desk| { let id = id.clone(); act!(orchard.world, desk, |tx, desk| unhold_batch(tx, desk, &id, "已核"), [id]) };
        assert_eq!(codes(hold(&orchard.member, "x").await), ["not_permitted"]);
        assert_eq!(codes(hold(&orchard.office, " ").await), ["invalid_fields", "reason_missing"]);
        let held = hold(&orchard.office, "来源待查").await.unwrap();
        assert_eq!((held.state.as_str(), held.hold_reason.as_deref()), ("on_hold", Some("来源待查")));
        assert_eq!(codes(hold(&orchard.office, "again").await), ["batch_on_hold"]);
        assert_eq!(codes(release(&orchard, &orchard.office, &id, None).await), ["batch_on_hold"]);
        assert_eq!(codes(correct(&orchard, &id, BatchPatch { version: 2, ..BatchPatch::default() }).await), ["batch_on_hold"]);
        assert_eq!(codes(void(&orchard, &orchard.member, &id).await), ["batch_on_hold"], "no way out of a hold");
        assert_eq!(unhold(&orchard.office).await.unwrap().state, "registered");
        assert_eq!(codes(unhold(&orchard.office).await), ["batch_not_on_hold"]);
        release(&orchard, &orchard.member, &id, None).await.unwrap();
        hold(&orchard.office, "抽检").await.unwrap();
        orchard.balanced().await;
        assert_eq!(unhold(&orchard.office).await.unwrap().state, "released");
        assert_eq!(orchard.figures(&account.id, THREE).await, [6_990 * KG, 0, 10 * KG]);
        orchard.balanced().await;
    }

    async fn a_void_reverses_its_entries_unless_codes_are_bound(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 1_000 * KG).await;
        let first = orchard.register(orchard.batch("V1", 600 * KG)).await.unwrap();
        let second = orchard.register(BatchInput { accept_excess: true, ..orchard.batch("V2", 500 * KG) }).await.unwrap();
        let all = [Bucket::Remaining, Bucket::Held, Bucket::Released, Bucket::Pending];
        assert_eq!(orchard.figures(&account.id, all).await, [0, 1_000 * KG, 0, 100 * KG]);
        let voided = void(&orchard, &orchard.member, &second.id).await.unwrap();
        assert_eq!((voided.state.as_str(), voided.void_reason.as_deref()), ("voided", Some("登记错误")));
        assert_eq!(void(&orchard, &orchard.member, &second.id).await.unwrap(), voided, "again: nothing happens");
        release(&orchard, &orchard.member, &first.id, None).await.unwrap();
        assert_eq!(orchard.figures(&account.id, all).await, [400 * KG, 0, 600 * KG, 0]);
        orchard.world.tamper(&format!("UPDATE batch SET coded = 5000 WHERE id = '{}'", first.id)).await;
        let failure = void(&orchard, &orchard.member, &first.id).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "figure").as_str()), ("batch_has_codes", "5 kg"));
        orchard.world.tamper(&format!("UPDATE batch SET coded = 0 WHERE id = '{}'", first.id)).await;
        assert_eq!(codes(void(&orchard, &orchard.holder, &first.id).await), ["not_permitted"]);
        void(&orchard, &orchard.office, &first.id).await.unwrap();
        assert_eq!(orchard.figures(&account.id, all).await, [1_000 * KG, 0, 0, 0]);
        assert_eq!(codes(release(&orchard, &orchard.member, &first.id, None).await), ["batch_voided"]);
        assert_eq!(codes(orchard.register(orchard.batch("V1", KG)).await)[0], "duplicate_lot", "a lot number is never used again");
        orchard.balanced().await;
    }

    async fn one_harvest_may_be_packed_in_many_small_batches(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 10_000).await;
        for no in 0..25 {
            orchard.register(orchard.batch(&format!("S{no}"), 400)).await.unwrap();
        }
        assert_eq!(codes(orchard.register(orchard.batch("S25", 1)).await)[0], "quota_exceeded");
        let (page, next) = batches(&orchard.world.db, &orchard.member.actor, &BatchFilter::default(), None, Some(20)).await.unwrap();
        let (rest, end) = batches(&orchard.world.db, &orchard.member.actor, &BatchFilter::default(), next.as_deref(), Some(20)).await.unwrap();
        assert_eq!((page.len(), rest.len(), end), (20, 5, None));
        let one = BatchFilter { lot: Some("S7".into()), state: Some("registered".into()), ..BatchFilter::default() };
        assert_eq!(batches(&orchard.world.db, &orchard.member.actor, &one, None, None).await.unwrap().0.len(), 1);
        orchard.balanced().await;
    }

    async fn several_plots_share_one_harvest_by_area(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let small = orchard.world.plot(&orchard.producer, &orchard.product, 1000, |_| {}).await;
        orchard.account(&orchard.producer, 11_000 * KG).await;
        let input = BatchInput { plot_ids: vec![orchard.plot.clone(), small], ..orchard.batch("A1", 10_000 * KG) };
        let view = orchard.register(input).await.unwrap();
        let shares: Vec<i64> = view.sources.iter().map(|s| s.figures["net_weight_g"]).collect();
        assert_eq!(shares, [6_666_667, 3_333_333]);
        let patch = BatchPatch { version: 1, net_weight_g: Some(9_000 * KG), ..BatchPatch::default() };
        let view = correct(&orchard, &view.id, patch).await.unwrap();
        assert_eq!(view.sources.iter().map(|s| s.figures["net_weight_g"]).collect::<Vec<_>>(), [6_000 * KG, 3_000 * KG]);
        orchard.balanced().await;
    }

    async fn noodles_rest_on_flour_and_vases_on_kilns(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        for (name, basis, unit, cap) in [("藁城宫面", "raw_material", "g", 950), ("井陉窑瓷", "capacity", "piece", 200)] {
            let product = world.product(name, |p| {
                (p.account_basis, p.base_unit, p.yield_cap) = (basis.into(), unit.into(), Some(cap));
                (p.season_from, p.season_to) = (Some("10-15".into()), Some("04-15".into()));
            }).await;
            let right = world.right(&product, None, |_| {}).await;
            world.mark_use(&orchard.producer, &right, "2024-01-01", None).await;
            let grams = (unit == "g").then_some(100_000 * KG);
            let account = AccountInput {
                party_id: orchard.producer.clone(), product_id: product.clone(), season: "2026".into(),
                approved_g: grams, quantity: grams.xor(Some(5_000)).filter(|_| grams.is_none()), ..AccountInput::default()
            };
            let id = act!(world, orchard.office, |tx, desk| propose_account(tx, desk, &account), [account]).unwrap().id;
            act!(world, orchard.second, |tx, desk| approve_account(tx, desk, &id), [id]).unwrap();
            let flour = Material { name: "小麦粉".into(), weight_g: Some(1_000 * KG), document_no: Some("进货 9 号".into()), origin: None };
            let input = |amount: i64| BatchInput {
                product_id: product.clone(),
                lot: "N1".into(),
                sources: vec![SourceInput {
                    input: Some(if grams.is_some() { InputSource::Material(flour.clone()) } else { InputSource::Name("瓷土".into()) }),
                    net_weight_g: grams.map(|_| amount),
                    quantity: if grams.is_none() { Some(amount) } else { None },
                    ..SourceInput::default()
                }],
                produced_on: Some("2026-10-19".into()),
                ..BatchInput::default()
            };
            let (most, code) = if grams.is_some() { (950 * KG, "conversion_exceeded") } else { (200, "capacity_exceeded") };
            assert_eq!(codes(orchard.register(input(most + 1)).await), [code, code]);
            let view = orchard.register(input(most)).await.unwrap();
            assert_eq!((view.harvested_from.as_str(), view.unit.as_str(), view.figure("covered")), ("2026-10-19", unit, most));
            assert_eq!(view.sources[0].input.as_ref().map(|i| i.name.as_str()), Some(if grams.is_some() { "小麦粉" } else { "瓷土" }));
            let no_day = BatchInput { produced_on: None, ..input(1) };
            assert_eq!(codes(orchard.register(no_day).await), ["invalid_fields", "production_day_missing"]);
            release(&orchard, &orchard.member, &view.id, None).await.unwrap();
        }
        orchard.balanced().await;
    }

    async fn tests_that_failed_or_are_shown_twice_hold(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 7_000 * KG).await;
        let test = |result: &str, scope: Option<&str>| TestInput {
            item: "农药残留".into(), result: result.into(), laboratory: None, report_no: Some("R-1".into()),
            reported_on: Some("2026-10-01".into()), scope: scope.map(str::to_owned),
        };
        let with = |lot: &str, test: TestInput| BatchInput { tests: vec![test], ..orchard.batch(lot, KG) };
        assert_eq!(orchard.register(with("T1", test("合格", None))).await.unwrap().held_by, Vec::<String>::new());
        assert_eq!(orchard.register(with("T2", test("合格", None))).await.unwrap().held_by, ["test_reuse"]);
        assert_eq!(orchard.register(with("T3", test("合格", Some("season")))).await.unwrap().held_by, Vec::<String>::new());
        assert_eq!(orchard.register(with("T4", TestInput { report_no: Some("R-2".into()), ..test("不合格", None) })).await.unwrap().held_by, ["test_result"]);
    }

    async fn batches_are_seen_within_a_scope_only(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 7_000 * KG).await;
        let view = orchard.register(orchard.batch("Q1", KG)).await.unwrap();
        let stranger = orchard.world.member("stranger", &orchard.world.organisation("外县", OUTSIDE).await);
        assert_eq!(codes(batch(&orchard.world.db, &stranger.actor, &view.id).await), ["not_found"]);
        assert_eq!(codes(void(&orchard, &stranger, &view.id).await), ["not_found"]);
        assert_eq!(codes(release(&orchard, &stranger, &view.id, None).await), ["not_found"]);
        let input = BatchInput { producer_id: Some(orchard.producer.clone()), ..orchard.batch("Q2", KG) };
        let outcome = act!(orchard.world, stranger, |tx, desk| register_batch(tx, desk, &input), [input]);
        assert_eq!(codes(outcome), ["not_found"]);
        let outcome = act!(orchard.world, orchard.holder, |tx, desk| register_batch(tx, desk, &input), [input]);
        assert_eq!(codes(outcome), ["not_permitted"]);
        assert_eq!(batches(&orchard.world.db, &stranger.actor, &BatchFilter::default(), None, None).await.unwrap().0, []);
    }

    async fn an_association_that_packs_itself_is_judged_by_the_office(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        let mark_use = world.mark_use(&orchard.association, &orchard.right, "2024-01-01", None).await;
        let plot = world.plot(&orchard.association, &orchard.product, 2000, |_| {}).await;
        orchard.account(&orchard.association, 100 * KG).await;
        let mut both = orchard.holder.clone();
        both.actor.scope.organisations.push(orchard.association.clone());
        let early = BatchInput { plot_ids: vec![plot], harvested_from: Some("2026-08-18".into()), ..orchard.batch("A1", KG) };
        let view = act!(world, both, |tx, desk| register_batch(tx, desk, &early), [early]).unwrap();
        assert_eq!(view.rights[0].mark_use_id, mark_use);
        assert_eq!(codes(release(&orchard, &both, &view.id, Some("自己放")).await)[0], "release_held");
        let id = view.id.clone();
        let outcome = act!(world, both, |tx, desk| hold_batch(tx, desk, &id, "x"), [id]);
        assert_eq!(codes(outcome), ["tied_to_party"]);
        release(&orchard, &orchard.office, &view.id, Some("早熟")).await.unwrap();
        orchard.balanced().await;
    }
}
