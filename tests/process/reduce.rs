//! Goods that leave a released batch without a code.

use serde_json::json;
use yanzhao::trace::account::Bucket;

use crate::house::House;
use crate::orchard::{KG, codes, param};
use crate::support::on_both_engines;

on_both_engines! {
    async fn every_kind_goes_where_it_belongs(engine: Engine) {
        use Bucket as B;
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        let kinds = [("uncoded", B::Uncoded), ("exported", B::Exported), ("processed", B::Processed), ("lost", B::Lost), ("downgraded", B::Downgraded), ("own_use", B::OwnUse)];
        for (kg, (kind, bucket)) in (1..).zip(kinds) {
            let view = house.reduce(&batch, json!({ "kind": kind, "amount_g": kg * KG, "reason": "演示", "happened_on": "2026-10-19" })).await.unwrap();
            assert_eq!((view.kind.as_str(), view.from.as_str(), view.to.as_str(), view.late), (format!("batch_{kind}").as_str(), "released", bucket.word(), true));
            assert_eq!((view.subject_id.as_deref(), view.figures["amount_g"]), (Some(batch.as_str()), kg * KG));
            assert_eq!(house.orchard.figures(&house.account, [bucket]).await, [kg * KG]);
        }
        assert_eq!(house.goods(&batch).await, [79, 0, 0, 21, 0]);
        assert_eq!(house.orchard.figures(&house.account, [B::Released]).await, [79 * KG]);
        house.balanced().await;
    }

    async fn only_what_is_loose_leaves_and_a_reason_goes_with_a_loss(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        house.grade(&batch, 60, "A-1").await.unwrap();
        let sold = |kg: i64| json!({ "kind": "uncoded", "amount_g": kg * KG });
        let failure = house.reduce(&batch, sold(41)).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "right").as_str(), failure.fields[0].pointer.as_str()), ("movement_more_than_loose", "40 kg", "/amount_g"));
        house.reduce(&batch, sold(40)).await.unwrap();
        for (input, code) in [
            (json!({ "kind": "lost", "amount_g": 1 }), "reason_missing"),
            (json!({ "kind": "downgraded", "amount_g": 1 }), "reason_missing"),
            (json!({ "kind": "lapsed", "amount_g": 1 }), "reduction_kind_unknown"),
            (json!({ "kind": "batch_lost", "amount_g": 1 }), "reduction_kind_unknown"),
            (json!({ "kind": "lost", "reason": "x" }), "amount_missing"),
            (json!({ "kind": "own_use", "amount_g": -1 }), "amount_unfit"),
            (json!({ "kind": "own_use", "quantity": 1, "unit": "piece" }), "unit_unfit"),
            (json!({ "kind": "own_use", "amount_g": 1, "happened_on": "2026-09-11", "late_reason": "x" }), "before_harvest"),
            (json!({ "kind": "own_use", "amount_g": 1, "happened_on": "2026-09-13" }), "late_reason_missing"),
            (json!({ "kind": "own_use", "amount_g": 1, "happened_on": "2027-09-13" }), "in_the_future"),
        ] {
            assert_eq!(codes(house.reduce(&batch, input.clone()).await), ["invalid_fields", code], "{input}");
        }
        let unreleased = house.orchard.register(house.orchard.batch("U", KG)).await.unwrap().id;
        assert_eq!(codes(house.reduce(&unreleased, sold(1)).await), ["batch_not_released"]);
        house.balanced().await;
    }

    async fn what_rots_while_it_is_held_is_written_down(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        house.orchard.world.tamper(&format!("UPDATE batch SET state = 'on_hold', hold_reason = '待查' WHERE id = '{batch}'")).await;
        assert_eq!(codes(house.reduce(&batch, json!({ "kind": "own_use", "amount_g": KG })).await), ["batch_on_hold"]);
        house.reduce(&batch, json!({ "kind": "lost", "amount_g": KG, "reason": "烂果" })).await.unwrap();
        house.orchard.world.tamper(&format!("UPDATE batch SET hold_document = '扣〔2026〕1号' WHERE id = '{batch}'")).await;
        assert_eq!(codes(house.reduce(&batch, json!({ "kind": "lost", "amount_g": KG, "reason": "烂果" })).await), ["batch_seized"]);
        house.void(&batch).await.unwrap_err();
        house.orchard.world.tamper(&format!("UPDATE batch SET state = 'voided', hold_document = NULL, hold_reason = NULL, void_reason = 'x' WHERE id = '{batch}'")).await;
        assert_eq!(codes(house.reduce(&batch, json!({ "kind": "lost", "amount_g": KG, "reason": "烂果" })).await), ["batch_voided"]);
    }
}
