//! Season accounts: two persons, movements, adjustments, and who sees them.

use yanzhao::kernel::Outcome;
use yanzhao::kernel::clock::DAY;
use yanzhao::trace::account::{AccountFilter, Bucket};
use yanzhao::trace::commands::account::{AccountInput, approve_account, propose_account, refuse_account};
use yanzhao::trace::commands::adjustment::{AdjustmentInput, approve_adjustment, propose_adjustment, refuse_adjustment};
use yanzhao::trace::commands::movement::{MovementInput, record_movement};
use yanzhao::trace::queries::account::{AdjustmentView, MovementView, account, accounts, movements};

use crate::orchard::{KG, Orchard, codes, param};
use crate::support::on_both_engines;
use crate::support::world::{COUNTY, act};

fn proposal(orchard: &Orchard, amount: i64) -> AccountInput {
    AccountInput {
        party_id: orchard.producer.clone(),
        product_id: orchard.product.clone(),
        season: "2026".to_owned(),
        approved_g: Some(amount),
        ..AccountInput::default()
    }
}

async fn moved(
    orchard: &Orchard,
    account: &str,
    kind: &str,
    amount: i64,
    change: impl FnOnce(&mut MovementInput),
) -> Outcome<MovementView> {
    let mut input = MovementInput { kind: kind.to_owned(), amount_g: Some(amount), ..MovementInput::default() };
    change(&mut input);
    let id = account.to_owned();
    act!(orchard.world, orchard.member, |tx, desk| record_movement(tx, desk, &id, &input), [id, input])
}

async fn adjusted(orchard: &Orchard, account: &str, amount: i64, kind: Option<&str>) -> Outcome<AdjustmentView> {
    let input = AdjustmentInput {
        kind: kind.map(str::to_owned),
        amount_g: Some(amount),
        reason: "复核".to_owned(),
        evidence: Some("核查单 3 号".to_owned()),
        ..AdjustmentInput::default()
    };
    let id = account.to_owned();
    let proposed = act!(orchard.world, orchard.office, |tx, desk| propose_adjustment(tx, desk, &id, &input), [id, input])?;
    let id = proposed.id;
    act!(orchard.world, orchard.second, |tx, desk| approve_adjustment(tx, desk, &id), [id])
}

on_both_engines! {
    async fn an_account_takes_two_persons(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let input = proposal(&orchard, 7_000 * KG);
        let view = act!(orchard.world, orchard.office, |tx, desk| propose_account(tx, desk, &input), [input]).unwrap();
        assert_eq!((view.state.as_str(), view.figure(Bucket::Remaining), view.unit.as_str()), ("proposed", 0, "g"));
        assert_eq!(view.figures["proposed_g"], 7_000 * KG);
        let id = view.id;
        let again = act!(orchard.world, orchard.office, |tx, desk| propose_account(tx, desk, &input), [input]);
        assert_eq!(codes(again), ["account_exists"]);
        let own = act!(orchard.world, orchard.office, |tx, desk| approve_account(tx, desk, &id), [id]);
        assert_eq!(codes(own), ["second_person_needed"]);
        let producer = act!(orchard.world, orchard.member, |tx, desk| approve_account(tx, desk, &id), [id]);
        assert_eq!(codes(producer), ["not_permitted"]);
        let refused = act!(orchard.world, orchard.second, |tx, desk| refuse_account(tx, desk, &id, "面积未核"), [id]).unwrap();
        assert_eq!((refused.state.as_str(), refused.decision_reason.as_deref()), ("refused", Some("面积未核")));
        let view = act!(orchard.world, orchard.holder, |tx, desk| propose_account(tx, desk, &input), [input]).unwrap();
        assert_eq!((view.id == id, view.state.as_str()), (true, "proposed"), "it may be proposed again, also by the holder");
        let view = act!(orchard.world, orchard.second, |tx, desk| approve_account(tx, desk, &id), [id]).unwrap();
        assert_eq!((view.state.as_str(), view.figures["approved_g"], view.figures["remaining_g"]), ("approved", 7_000 * KG, 7_000 * KG));
        let twice = act!(orchard.world, orchard.office, |tx, desk| approve_account(tx, desk, &id), [id]);
        assert_eq!(codes(twice), ["already_decided"]);
        orchard.balanced().await;
    }

    async fn a_figure_above_area_times_cap_is_refused_with_both(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let input = proposal(&orchard, 7_500 * KG + 1);
        let outcome = act!(orchard.world, orchard.office, |tx, desk| propose_account(tx, desk, &input), [input]);
        let failure = outcome.unwrap_err();
        assert!(failure.says("proposed_above_yield"), "{failure}");
        let figures: Vec<_> = failure.fields[0].params.iter().map(|(_, v)| v.as_str()).collect();
        assert_eq!(figures, ["7,500.001 kg", "7,500 kg", "3.00 亩"]);
        let bad = AccountInput { season: "26".into(), basis: Some("capacity".into()), approved_g: Some(0), ..proposal(&orchard, 1) };
        let outcome = act!(orchard.world, orchard.office, |tx, desk| propose_account(tx, desk, &bad), [bad]);
        assert_eq!(codes(outcome), ["invalid_fields", "season_unfit", "basis_unfit", "amount_unfit"]);
        let bought = AccountInput { basis: Some("purchases".into()), ..proposal(&orchard, 20_000 * KG) };
        let outcome = act!(orchard.world, orchard.office, |tx, desk| propose_account(tx, desk, &bought), [bought]);
        assert_eq!(codes(outcome), ["invalid_fields", "evidence_missing"]);
    }

    async fn movements_leave_what_remains_and_never_more(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 1_000 * KG).await;
        for (kind, bucket) in [("uncoded", Bucket::Uncoded), ("exported", Bucket::Exported), ("processed", Bucket::Processed), ("own_use", Bucket::OwnUse)] {
            let view = moved(&orchard, &account.id, kind, 100 * KG, |_| {}).await.unwrap();
            assert_eq!((view.from.as_str(), view.to.as_str(), view.late), ("remaining", kind, false));
            assert_eq!(orchard.figures(&account.id, [bucket]).await, [100 * KG]);
        }
        assert_eq!(codes(moved(&orchard, &account.id, "lost", 1, |_| {}).await), ["invalid_fields", "reason_missing"]);
        moved(&orchard, &account.id, "lost", 50 * KG, |m| m.reason = Some("霜冻".into())).await.unwrap();
        moved(&orchard, &account.id, "downgraded", 50 * KG, |m| m.reason = Some("等外".into())).await.unwrap();
        let failure = moved(&orchard, &account.id, "uncoded", 500 * KG + 1, |_| {}).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "remaining").as_str(), param(&failure, "asked").as_str()), ("quota_exceeded", "500000", "500001"));
        for (kind, code) in [("held", "movement_kind_unknown"), ("approved", "movement_kind_unknown"), ("gift", "movement_kind_unknown"),
                ("opening", "opening_needs_second_person"), ("lapsed", "not_closed_yet"), ("carried", "carry_over_not_allowed")] {
            assert_eq!(codes(moved(&orchard, &account.id, kind, KG, |_| {}).await), ["invalid_fields", code]);
        }
        orchard.world.clock.advance(260 * DAY);
        moved(&orchard, &account.id, "lapsed", 500 * KG, |_| {}).await.unwrap();
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Lapsed]).await, [0, 500 * KG]);
        orchard.balanced().await;
    }

    async fn lateness_is_marked_and_never_refused(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 1_000 * KG).await;
        let on = |day: &str| { let day = day.to_owned(); move |m: &mut MovementInput| m.happened_on = Some(day) };
        assert!(moved(&orchard, &account.id, "uncoded", KG, on("2026-10-13")).await.unwrap().late);
        assert_eq!(codes(moved(&orchard, &account.id, "uncoded", KG, on("2026-10-12")).await), ["invalid_fields", "late_reason_missing", "late_evidence_missing"]);
        let late = moved(&orchard, &account.id, "uncoded", KG, |m| {
            m.happened_on = Some("2025-10-12".into());
            m.late_reason = Some("过磅单在村委会".into());
            m.late_evidence = Some("过磅单 0231".into());
        });
        assert!(late.await.unwrap().late);
        assert_eq!(codes(moved(&orchard, &account.id, "uncoded", KG, on("2026-10-21")).await), ["invalid_fields", "in_the_future"]);
    }

    async fn what_codes_are_ordered_for_can_not_be_sold_otherwise(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 1_000 * KG).await;
        orchard.world.tamper(&format!("UPDATE season_account SET reserved = 900000 WHERE id = '{}'", account.id)).await;
        let failure = moved(&orchard, &account.id, "uncoded", 100 * KG + 1, |_| {}).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "free").as_str()), ("amount_reserved", "100 kg"));
        moved(&orchard, &account.id, "uncoded", 100 * KG, |_| {}).await.unwrap();
        orchard.register(orchard.batch("L1", 900 * KG)).await.expect("a batch goes on backing the codes ordered");
    }

    async fn adjustments_take_two_persons_and_stop_at_what_is_used(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 1_000 * KG).await;
        orchard.register(orchard.batch("L1", 600 * KG)).await.unwrap();
        let failure = adjusted(&orchard, &account.id, -400 * KG - 1, None).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "most").as_str(), param(&failure, "remaining").as_str()), ("adjustment_below_used", "400 kg", "400000"));
        adjusted(&orchard, &account.id, -300 * KG, None).await.unwrap();
        adjusted(&orchard, &account.id, 50 * KG, None).await.unwrap();
        assert_eq!(orchard.figures(&account.id, [Bucket::Adjusted, Bucket::Remaining]).await, [-250 * KG, 150 * KG]);
        let opening = adjusted(&orchard, &account.id, 70 * KG, Some("opening")).await.unwrap();
        assert_eq!((opening.kind.as_str(), opening.state.as_str()), ("opening", "approved"));
        assert_eq!(orchard.figures(&account.id, [Bucket::Opening, Bucket::Remaining]).await, [70 * KG, 220 * KG]);
        assert_eq!(codes(adjusted(&orchard, &account.id, KG, Some("opening")).await), ["opening_already_recorded"]);
        let id = account.id.clone();
        let input = AdjustmentInput { kind: Some("opening".into()), amount_g: Some(-1), reason: " ".into(), ..AdjustmentInput::default() };
        let outcome = act!(orchard.world, orchard.office, |tx, desk| propose_adjustment(tx, desk, &id, &input), [id, input]);
        assert_eq!(codes(outcome), ["invalid_fields", "amount_unfit", "reason_missing", "evidence_missing"]);
        let input = AdjustmentInput { amount_g: Some(KG), reason: "x".into(), ..AdjustmentInput::default() };
        let own = act!(orchard.world, orchard.member, |tx, desk| propose_adjustment(tx, desk, &id, &input), [id, input]);
        assert_eq!(codes(own), ["not_permitted"]);
        let view = act!(orchard.world, orchard.office, |tx, desk| propose_adjustment(tx, desk, &id, &input), [id, input]).unwrap();
        let id = view.id;
        let one = act!(orchard.world, orchard.office, |tx, desk| approve_adjustment(tx, desk, &id), [id]);
        assert_eq!(codes(one), ["second_person_needed"]);
        let view = act!(orchard.world, orchard.second, |tx, desk| refuse_adjustment(tx, desk, &id, "无凭据"), [id]).unwrap();
        assert_eq!(view.state, "refused");
        orchard.balanced().await;
    }

    async fn stock_that_keeps_is_carried_once_and_leaves_the_season_before(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let wine = orchard.world.product("丛台酒", |p| {
            p.base_unit = "ml".into();
            p.account_basis = "capacity".into();
            (p.season_from, p.season_to, p.yield_cap, p.fresh) = (None, None, None, false);
        }).await;
        let input = |season: &str| AccountInput {
            party_id: orchard.producer.clone(),
            product_id: wine.clone(),
            season: season.to_owned(),
            quantity: Some(500_000),
            unit: Some("ml".to_owned()),
            ..AccountInput::default()
        };
        let mut ids = Vec::new();
        for season in ["2025", "2026"] {
            let input = input(season);
            let id = act!(orchard.world, orchard.office, |tx, desk| propose_account(tx, desk, &input), [input]).unwrap().id;
            let view = act!(orchard.world, orchard.second, |tx, desk| approve_account(tx, desk, &id), [id]).unwrap();
            assert_eq!((view.figures["approved"], view.unit.as_str()), (500_000, "ml"));
            ids.push(view.id);
        }
        let in_grams = moved(&orchard, &ids[1], "carried", 1, |_| {}).await;
        assert_eq!(codes(in_grams), ["invalid_fields", "unit_unfit"]);
        let carry = |m: &mut MovementInput| (m.amount_g, m.quantity) = (None, Some(200_000));
        moved(&orchard, &ids[1], "carried", 0, carry).await.unwrap();
        assert_eq!(orchard.figures(&ids[0], [Bucket::Remaining, Bucket::Lapsed]).await, [300_000, 200_000]);
        assert_eq!(orchard.figures(&ids[1], [Bucket::Remaining, Bucket::Carried]).await, [700_000, 200_000]);
        let all = |m: &mut MovementInput| (m.amount_g, m.quantity) = (None, Some(300_001));
        assert_eq!(codes(moved(&orchard, &ids[1], "carried", 0, all).await), ["quota_exceeded"]);
        orchard.balanced().await;
    }

    async fn nobody_sees_beyond_their_scope(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        let mine = orchard.account(&orchard.producer, 100 * KG).await;
        let other = world.organisation("赵州果业", "130133").await;
        let theirs = orchard.account(&other, 200 * KG).await;
        let grower = world.grower("果农甲", &orchard.producer).await;
        let grown = orchard.account(&grower, 300 * KG).await;
        let seen = async |desk: &yanzhao::kernel::Desk| {
            let (views, next) = accounts(&world.db, &desk.actor, &AccountFilter::default(), None, None).await.unwrap();
            assert_eq!(next, None);
            let mut ids: Vec<String> = views.into_iter().map(|v| v.id).collect();
            ids.sort();
            ids
        };
        let sorted = |ids: &[&String]| {
            let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
            ids.sort();
            ids
        };
        let all = sorted(&[&mine.id, &theirs.id, &grown.id]);
        assert_eq!(seen(&orchard.office).await, all);
        assert_eq!(seen(&orchard.holder).await, all, "a holder sees the totals of users of its product");
        assert_eq!(seen(&orchard.member).await, sorted(&[&mine.id, &grown.id]), "own, and growers it registered");
        let county = world.desk("county", None, yanzhao::kernel::Scope { divisions: vec![COUNTY.into()], ..Default::default() });
        assert_eq!(seen(&county).await, sorted(&[&mine.id, &grown.id]));
        let household = world.desk("household", None, yanzhao::kernel::Scope { growers: vec![grower], ..Default::default() });
        assert_eq!(seen(&household).await, sorted(&[&grown.id]));
        let nobody = world.desk("nobody", None, yanzhao::kernel::Scope::default());
        assert_eq!(seen(&nobody).await, Vec::<String>::new());
        assert_eq!(codes(account(&world.db, &orchard.member.actor, &theirs.id).await), ["not_found"]);
        assert_eq!(codes(movements(&world.db, &county.actor, &theirs.id, None, None).await), ["not_found"]);
        let id = theirs.id.clone();
        let input = MovementInput { kind: "uncoded".into(), amount_g: Some(1), ..MovementInput::default() };
        let outcome = act!(world, orchard.member, |tx, desk| record_movement(tx, desk, &id, &input), [id, input]);
        assert_eq!(codes(outcome), ["not_found"]);
        let outcome = act!(world, orchard.holder, |tx, desk| record_movement(tx, desk, &id, &input), [id, input]);
        assert_eq!(codes(outcome), ["not_permitted"]);
        let filter = AccountFilter { party_id: Some(other), ..AccountFilter::default() };
        let (views, _) = accounts(&world.db, &orchard.office.actor, &filter, None, None).await.unwrap();
        assert_eq!(views.len(), 1);
        let (first, next) = accounts(&world.db, &orchard.office.actor, &AccountFilter::default(), None, Some(2)).await.unwrap();
        let (rest, end) = accounts(&world.db, &orchard.office.actor, &AccountFilter::default(), next.as_deref(), Some(2)).await.unwrap();
        assert_eq!((first.len(), rest.len(), end), (2, 1, None));
    }

    async fn a_holder_tied_to_a_producer_does_not_decide_on_it(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let input = AccountInput { party_id: orchard.association.clone(), ..proposal(&orchard, KG) };
        let outcome = act!(orchard.world, orchard.holder, |tx, desk| propose_account(tx, desk, &input), [input]);
        assert_eq!(codes(outcome), ["tied_to_party"]);
    }
}
