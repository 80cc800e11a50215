//! What a cold store says it holds, beside what the books say.

use yanzhao::kernel::Outcome;
use yanzhao::trace::batch::{BatchInput, GoodsBucket};
use yanzhao::trace::commands::declaration::declare_stock;
use yanzhao::trace::declaration::{DeclarationFilter, DeclarationInput};
use yanzhao::trace::queries::declaration::{DeclarationView, declarations, due_declarations};
use yanzhao::trace::store::stock::take_goods;

use crate::ground::{Ground, KG, codes, figure};
use crate::support::world::act;
use crate::support::{Engine, on_both_engines};

fn count(ground: &Ground, facility: &str, kg: i64) -> DeclarationInput {
    DeclarationInput {
        facility_id: facility.to_owned(),
        product_id: ground.product.clone(),
        season: "2026".to_owned(),
        quarter: "2026Q4".to_owned(),
        net_weight_g: Some(kg * KG),
        ..DeclarationInput::default()
    }
}

async fn declare(ground: &Ground, input: DeclarationInput) -> Outcome<DeclarationView> {
    act!(ground.world, ground.member, |tx, desk| declare_stock(tx, desk, &input), [input])
}

/// A cold store with a released batch of 1,000 kg, and one registered only; 100 kg are gone and 150 kg shipped under codes, 50 kg of
/// them come back.
async fn filled(engine: Engine) -> (Ground, String) {
    let ground = Ground::new(engine, None).await;
    let store = ground.facility(&ground.member, "cold_store", "1 号冷库").await.id;
    let kept = |lot: &str, kg: i64| BatchInput { facility_id: Some(store.clone()), ..ground.batch(lot, kg * KG) };
    let one = ground.register(kept("L1", 1000)).await.unwrap();
    ground.register(kept("L2", 300)).await.unwrap();
    ground.release(&ground.member, &one.id, None).await.unwrap();
    let id = one.id.clone();
    let taken = act!(ground.world, ground.member, |tx, _desk| take_goods(tx, &id, GoodsBucket::Gone, 100 * KG), [id]).unwrap();
    assert!(taken);
    let (producer, product) = (&ground.producer, &ground.product);
    ground.world.tamper(&format!("INSERT INTO code_order (order_no, id, producer_id, product_id, season, kind, state, suite, count, spare, with_pin, unit_amount, quota_left, spare_left, base_url, label, demo, ordered_by, ordered_at) SELECT 1, 'cod_1', '{producer}', '{product}', '2026', 'unit', 'proposed', 1, 30, 0, FALSE, 5000, 0, 0, '', '', FALSE, 'x', 1")).await;
    for (no, state, amount, returned) in [(1, "sent", 150, 50), (2, "voided", 400, 0)] {
        ground.world.tamper(&format!("INSERT INTO shipment (id, number, producer_id, product_id, consignee_kind, consignee_name, exported, state, sent_on, late, recorded_at, recorded_by) VALUES ('shi_{no}', '{no}', '{producer}', '{product}', 'other', '客户', FALSE, '{state}', '2026-10-20', FALSE, 1, 'x')")).await;
        ground.world.tamper(&format!("INSERT INTO shipment_line (shipment_id, no, batch_id, order_no, first, last, codes, amount, received, returned, missing) VALUES ('shi_{no}', 1, '{}', 1, 1, 30, 30, {}, 0, {}, 0)", one.id, amount * KG, returned * KG)).await;
    }
    (ground, store)
}

on_both_engines! {
    async fn count_and_books_stand_side_by_side(engine: Engine) {
        let (ground, store) = filled(engine).await;
        let due = due_declarations(&ground.world.db, &ground.member.actor, ground.world.clock.today()).await.unwrap();
        assert_eq!(due.len(), 1);
        assert_eq!((due[0].quarter.as_str(), due[0].figures["booked_g"], due[0].facility.as_str()), ("2026Q4", 800 * KG, "1 号冷库"));
        let refused = declare(&ground, count(&ground, &store, 759)).await.unwrap_err();
        assert_eq!((codes(&refused), figure(&refused, "stock_difference_reason", "share")), (vec!["stock_difference_reason"], "5.2".to_owned()));
        assert_eq!((figure(&refused, "stock_difference_reason", "figure"), figure(&refused, "stock_difference_reason", "right")), ("759 kg".to_owned(), "800 kg".to_owned()));
        let view = declare(&ground, count(&ground, &store, 760)).await.unwrap();
        assert_eq!((view.figure("declared"), view.figure("booked"), view.figure("difference"), view.permille), (760 * KG, 800 * KG, -40 * KG, 50));
        assert_eq!(due_declarations(&ground.world.db, &ground.member.actor, ground.world.clock.today()).await.unwrap(), []);
        let refused = declare(&ground, count(&ground, &store, 800)).await.unwrap_err();
        assert!(refused.says("already_declared"));
        let corrected = DeclarationInput { corrects: true, reason: Some("漏点一垛".to_owned()), ..count(&ground, &store, 800) };
        let corrected = declare(&ground, corrected).await.unwrap();
        assert_eq!((corrected.id.as_str(), corrected.permille), (view.id.as_str(), 0));
        let (all, _) = declarations(&ground.world.db, &ground.office.actor, &DeclarationFilter::default(), None, None).await.unwrap();
        assert_eq!((all.len(), all[0].figure("declared")), (1, 800 * KG));
        assert_eq!(declarations(&ground.world.db, &ground.stranger.actor, &DeclarationFilter::default(), None, None).await.unwrap().0, []);
    }

    async fn what_can_not_be_declared_is_refused_with_every_fault(engine: Engine) {
        let (ground, store) = filled(engine).await;
        let bad = DeclarationInput { quarter: "2026-4".to_owned(), season: "26".to_owned(), net_weight_g: Some(-1), ..count(&ground, &store, 1) };
        assert_eq!(codes(&declare(&ground, bad).await.unwrap_err()), ["quarter_unfit", "season_unfit", "amount_unfit"]);
        let early = DeclarationInput { counted_on: Some("2026-09-30".to_owned()), ..count(&ground, &store, 800) };
        assert_eq!(codes(&declare(&ground, early).await.unwrap_err()), ["late_reason_missing", "quarter_not_begun"]);
        let house = ground.facility(&ground.member, "packing_house", "包装一厂").await.id;
        assert_eq!(codes(&declare(&ground, count(&ground, &house, 1)).await.unwrap_err()), ["not_a_cold_store"]);
        let foreign = ground.facility(&ground.stranger, "cold_store", "别家冷库").await.id;
        assert_eq!(codes(&declare(&ground, count(&ground, &foreign, 1)).await.unwrap_err()), ["facility_unknown"]);
        let nothing = DeclarationInput { corrects: true, reason: Some("x".to_owned()), ..count(&ground, &store, 800) };
        assert!(declare(&ground, nothing).await.unwrap_err().says("nothing_to_correct"));
        let empty = DeclarationInput { reason: Some("全部调往 2 号库，未登记".to_owned()), ..count(&ground, &store, 0) };
        assert_eq!(declare(&ground, empty).await.unwrap().permille, 1000, "an empty store is a count too");
    }

    async fn of_two_who_declare_at_once_one_is_told(engine: Engine) {
        let (ground, store) = filled(engine).await;
        let (one, two) = tokio::join!(declare(&ground, count(&ground, &store, 800)), declare(&ground, count(&ground, &store, 790)));
        let refused: Vec<_> = [&one, &two].into_iter().filter_map(|tried| tried.as_ref().err()).collect();
        assert!(refused.len() == 1 && refused[0].says("already_declared"), "{one:?} {two:?}");
    }
}
