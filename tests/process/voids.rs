//! Voiding batches of which something moved, and batches that came of a process.

use serde_json::json;

use crate::holds::recall;
use crate::house::House;
use crate::orchard::{KG, codes, param};
use crate::support::on_both_engines;

on_both_engines! {
    async fn a_voided_child_gives_its_goods_back_to_the_batches_it_came_from(engine: Engine) {
        let house = House::new(engine).await;
        let (a, b) = (house.batch("A", 600).await, house.batch("B", 300).await);
        let input = json!({ "kind": "grading", "inputs": [{ "batch_id": b }], "loss_g": 90 * KG,
            "outputs": [{ "lot": "M-1", "net_weight_g": 600 * KG }, { "lot": "M-2", "net_weight_g": 210 * KG }] });
        let view = house.process(&a, input).await.unwrap();
        let (one, two) = (view.outputs[0].batch_id.clone(), view.outputs[1].batch_id.clone());
        assert_eq!((house.goods(&a).await[0], house.goods(&b).await[0], house.left().await), (0, 0, [810, 90, 0, 0]));
        let voided = house.void(&one).await.unwrap();
        assert_eq!((voided.state.as_str(), voided.void_reason.as_deref()), ("voided", Some("登记错误")));
        assert_eq!((house.goods(&a).await, house.goods(&b).await), ([400, 0, 200, 0, 0], [200, 0, 100, 0, 0]));
        assert_eq!(house.left().await, [810, 90, 0, 0], "nothing moves on the account, and what was lost stays lost");
        assert_eq!(house.void(&one).await.unwrap().version, voided.version, "voiding it again does nothing");
        house.balanced().await;
        house.void(&two).await.unwrap();
        assert_eq!((house.goods(&a).await[0], house.goods(&b).await[0]), (540, 270));
        let failure = house.void(&a).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "figure").as_str()), ("batch_was_processed", "60 kg"));
        house.grade(&a, 540, "A-again").await.expect("the lot of goods that came back may be graded again");
        house.balanced().await;
    }

    async fn a_batch_with_children_names_them(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        let (one, two) = (house.grade(&batch, 40, "A-1").await.unwrap(), house.grade(&batch, 10, "A-2").await.unwrap());
        let failure = house.void(&batch).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "figure").as_str(), param(&failure, "children").as_str()), ("batch_has_children", "50 kg", "A-1、A-2"));
        let grandchild = house.grade(&one, 5, "A-1-1").await.unwrap();
        assert_eq!(param(&house.void(&one).await.unwrap_err(), "children"), "A-1-1");
        for id in [grandchild, one, two] {
            house.void(&id).await.unwrap();
        }
        assert_eq!(house.void(&batch).await.unwrap().state, "voided");
        assert_eq!(house.left().await, [0, 0, 0, 0]);
        house.balanced().await;
    }

    async fn what_is_coded_gone_or_seized_is_not_voided(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        let child = house.grade(&batch, 40, "A-1").await.unwrap();
        house.reduce(&child, json!({ "kind": "own_use", "amount_g": KG })).await.unwrap();
        assert_eq!(codes(house.void(&child).await), ["batch_has_gone"]);
        for (column, code) in [("coded", "batch_has_codes"), ("seized", "batch_has_seized")] {
            house.orchard.world.tamper(&format!("UPDATE batch SET gone = 0, {column} = 1000 WHERE id = '{child}'")).await;
            assert_eq!(codes(house.void(&child).await), [code]);
            house.orchard.world.tamper(&format!("UPDATE batch SET {column} = 0 WHERE id = '{child}'")).await;
        }
    }

    async fn recalled_goods_do_not_slip_back_into_a_clean_batch(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        let child = house.grade(&batch, 40, "A-1").await.unwrap();
        recall(&house, "rec_1", &child).await;
        assert_eq!(codes(house.void(&child).await), ["batch_recalled"]);
        assert_eq!(codes(house.void_as(&house.orchard.office, &child).await), ["batch_recalled"], "nor by the office");
        house.grade(&batch, 10, "A-2").await.expect("a recall goes down the line, not up");
        house.orchard.world.tamper("DELETE FROM recall").await;
        house.orchard.world.tamper(&format!("UPDATE batch SET state = 'on_hold', hold_reason = '待查' WHERE id = '{child}'")).await;
        assert_eq!(codes(house.void(&child).await), ["batch_on_hold"]);
        house.void_as(&house.orchard.office, &child).await.unwrap();
        assert_eq!(house.goods(&batch).await[0], 90);
    }
}
