//! Grading, repacking, processing, merging: what adds up, what is refused, what the new batches have of the old.

use serde_json::json;
use yanzhao::trace::account::Bucket;
use yanzhao::trace::queries::process::process;

use crate::house::House;
use crate::orchard::{KG, codes, param};
use crate::support::on_both_engines;
use crate::support::world::COUNTY;

on_both_engines! {
    async fn grading_books_every_gram(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 1_000).await;
        let view = house.process(&batch, json!({
            "kind": "grading", "net_weight_g": 900 * KG, "loss_g": 20 * KG, "downgraded_g": 60 * KG, "processed_g": 10 * KG, "reason": "称重误差",
            "outputs": [
                { "lot": "A-1", "net_weight_g": 500 * KG, "grade": "特级", "packed_on": "2026-10-20" },
                { "lot": "A-2", "net_weight_g": 300 * KG + 1, "grade": "一级" },
            ],
        })).await.unwrap();
        assert_eq!((view.kind.as_str(), view.figure("inputs"), view.figure("outputs")), ("grading", 900 * KG, 800 * KG + 1));
        assert_eq!((view.figure("loss"), view.figure("downgraded"), view.figure("processed"), view.figure("difference")), (20 * KG, 60 * KG, 10 * KG, 10 * KG - 1));
        assert_eq!(house.goods(&batch).await, [100, 0, 900, 0, 0]);
        assert_eq!(house.orchard.figures(&house.account, [Bucket::Released, Bucket::Lost]).await, [900 * KG + 1, 30 * KG - 1]);
        let child = house.view(&view.outputs[0].batch_id).await;
        assert_eq!((child.state.as_str(), child.lot.as_str(), child.grade.as_deref(), child.release_basis.as_deref()), ("released", "A-1", Some("特级"), Some("process")));
        assert_eq!((child.process_id.as_deref(), child.ancestors, child.account_id.as_str()), (Some(view.id.as_str()), 1, house.account.as_str()));
        assert_eq!((child.harvested_from.as_str(), child.harvested_to.as_str(), child.packed_on.as_deref()), ("2026-09-12", "2026-09-15", Some("2026-10-20")));
        assert_eq!((child.origin.as_str(), child.standard_version.as_deref()), ("河北省石家庄市晋州市东里庄镇", Some("演示标准 YL-2026")));
        assert_eq!((child.rights.len(), child.rights[0].mark_use_id.as_str()), (1, house.orchard.mark_use.as_str()));
        assert_eq!((child.sources.len(), child.sources[0].batch_id.as_deref(), child.sources[0].figures["net_weight_g"]), (1, Some(batch.as_str()), 500 * KG));
        let read = process(&house.orchard.world.db, &house.orchard.member.actor, &view.id).await.unwrap();
        assert_eq!(read, view, "what was answered is what is read");
        let stranger = house.orchard.world.member("stranger", "org_other");
        assert_eq!(codes(process(&house.orchard.world.db, &stranger.actor, &view.id).await), ["not_found"]);
        house.balanced().await;
    }

    async fn repacking_takes_all_that_is_loose_and_packs_anew(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch_with("A", 100, |input| { input.grade = Some("特级".into()); input.best_before = Some("2027-03-01".into()); }).await;
        let view = house.process(&batch, json!({ "kind": "repacking", "outputs": [{ "lot": "A-R", "net_weight_g": 100 * KG }] })).await.unwrap();
        let child = house.view(&view.outputs[0].batch_id).await;
        assert_eq!((child.grade.as_deref(), child.packed_on.as_deref(), child.best_before.as_deref()), (Some("特级"), Some("2026-10-20"), Some("2027-03-01")));
        assert_eq!(house.goods(&batch).await, [0, 0, 100, 0, 0]);
        assert_eq!(house.left().await, [100, 0, 0, 0]);
        house.balanced().await;
    }

    async fn merging_takes_a_share_of_every_input(engine: Engine) {
        let house = House::new(engine).await;
        let (a, b) = (house.batch("A", 600).await, house.batch("B", 300).await);
        let other = house.batch_with("C", 100, |input| { input.harvested_from = Some("2026-09-20".into()); input.harvested_to = Some("2026-09-25".into()); }).await;
        let view = house.merge_by(&a, json!({ "lot": "M", "with": [b, other], "loss_g": 10 * KG, "reason": "抖落" })).await.unwrap();
        assert_eq!((view.kind.as_str(), view.figure("outputs"), view.figure("loss"), view.figure("difference")), ("merging", 990 * KG, 10 * KG, 0));
        let child = house.view(&view.outputs[0].batch_id).await;
        let shares: Vec<i64> = child.sources.iter().map(|s| s.figures["net_weight_g"]).collect();
        assert_eq!(shares, [594 * KG, 297 * KG, 99 * KG]);
        assert_eq!((child.harvested_from.as_str(), child.harvested_to.as_str(), child.ancestors), ("2026-09-12", "2026-09-25", 3));
        assert_eq!(house.goods(&b).await, [0, 0, 300, 0, 0]);
        house.balanced().await;
    }

    async fn processing_may_leave_nothing_of_the_product(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        let failure = house.process(&batch, json!({ "kind": "processing", "processed_g": 90 * KG, "reason": "榨汁" })).await.unwrap_err();
        assert!(failure.says("outputs_missing"), "{failure}");
        let view = house.process(&batch, json!({ "kind": "processing", "processed_g": 90 * KG, "loss_g": 10 * KG })).await.unwrap();
        assert_eq!((view.outputs.len(), house.left().await), (0, [0, 10, 0, 90]));
        house.balanced().await;
    }

    async fn more_never_comes_out_than_went_in(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        let out = |amount: i64| json!({ "kind": "grading", "net_weight_g": 50 * KG, "outputs": [{ "lot": "A-1", "net_weight_g": amount }] });
        let failure = house.process(&batch, out(50 * KG + 1)).await.unwrap_err();
        let field = &failure.fields[0];
        assert_eq!((field.code, field.pointer.as_str()), ("process_more_out_than_in", "/outputs"));
        assert_eq!(field.params, [("figure", "50.001 kg".to_owned()), ("right", "50 kg".to_owned()), ("more", "1 g".to_owned())]);
        assert_eq!(codes(house.process(&batch, out(50 * KG - 1)).await), ["invalid_fields", "difference_reason_missing"]);
        assert_eq!(house.goods(&batch).await, [100, 0, 0, 0, 0], "what was refused left nothing behind");
        house.process(&batch, out(50 * KG)).await.unwrap();
        house.balanced().await;
    }

    async fn only_loose_goods_move(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        house.orchard.world.tamper(&format!("UPDATE batch SET coded = {} WHERE id = '{batch}'", 70 * KG)).await;
        let failure = house.grade(&batch, 31, "A-1").await.unwrap_err();
        assert!(failure.says("process_more_than_loose"), "{failure}");
        assert_eq!(["figure", "right", "coded", "lot"].map(|name| param(&failure, name)), ["31 kg", "30 kg", "70 kg", "A"]);
        house.grade(&batch, 30, "A-1").await.unwrap();
        let nothing = house.process(&batch, json!({ "kind": "grading", "outputs": [{ "lot": "A-2", "net_weight_g": 1 }] })).await.unwrap_err();
        assert_eq!((nothing.code, param(&nothing, "coded").as_str()), ("nothing_loose", "70 kg"));
    }

    async fn goods_for_which_codes_are_ordered_are_not_written_off(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        house.orchard.world.tamper(&format!("UPDATE season_account SET reserved = {} WHERE id = '{}'", 6_950 * KG, house.account)).await;
        let lost = |kg: i64| json!({ "kind": "grading", "loss_g": kg * KG, "outputs": [{ "lot": "A-1", "net_weight_g": (100 - kg) * KG }] });
        let failure = house.process(&batch, lost(51)).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "free").as_str()), ("amount_reserved", "50 kg"));
        house.process(&batch, lost(50)).await.unwrap();
    }

    async fn inputs_are_released_and_of_one_kind(engine: Engine) {
        let house = House::new(engine).await;
        let world = &house.orchard.world;
        let batch = house.batch("A", 100).await;
        let unreleased = house.orchard.register(house.orchard.batch("U", 10 * KG)).await.unwrap().id;
        assert_eq!(codes(house.grade(&unreleased, 5, "U-1").await), ["batch_not_released"]);
        assert_eq!(codes(house.merge(&batch, &[&unreleased], "M").await), ["batch_not_released"]);
        assert_eq!(codes(house.merge(&batch, &["bat_none"], "M").await), ["invalid_fields", "batch_unknown"]);
        assert_eq!(codes(house.merge(&batch, &[&batch], "M").await), ["invalid_fields", "given_twice"]);
        assert_eq!(codes(house.merge(&batch, &[], "M").await), ["invalid_fields", "merge_needs_two"]);
        let other = house.batch("B", 100).await;
        for (change, code) in [
            ("product_id = (SELECT id FROM product WHERE name = '赵县雪花梨')", "batch_of_other_product"),
            ("season = '2025'", "batch_of_other_season"),
            ("producer_id = 'org_stranger'", "batch_unknown"),
        ] {
            world.product("赵县雪花梨", |row| { row.id = format!("{}x", row.id); row.slug = row.id.clone(); }).await;
            if code == "batch_unknown" {
                world.tamper("INSERT INTO organisation (id, kind, name, division_code, state, demo, registered_at) VALUES ('org_stranger', 'producer', '外地公司', '130133', 'active', true, 0)").await;
            }
            let change = change.replace("(SELECT id FROM product WHERE name = '赵县雪花梨')", "(SELECT max(id) FROM product WHERE name = '赵县雪花梨')");
            world.tamper(&format!("UPDATE batch SET {change} WHERE id = '{other}'")).await;
            assert_eq!(codes(house.merge(&batch, &[&other], "M").await), ["invalid_fields", code]);
            world.tamper(&format!("UPDATE batch SET product_id = '{}', season = '2026', producer_id = '{}' WHERE id = '{other}'", house.orchard.product, house.orchard.producer)).await;
        }
        let stranger = world.member("stranger", &world.organisation("别的合作社", COUNTY).await);
        let grading = json!({ "kind": "grading", "outputs": [{ "lot": "X", "net_weight_g": 100 * KG }] });
        assert_eq!(codes(house.process_as(&stranger, &batch, grading.clone()).await), ["not_found"]);
        assert_eq!(codes(house.process_as(&house.orchard.holder, &batch, grading).await), ["not_permitted"], "a holder looks on");
    }

    async fn rights_in_common_are_kept_and_none_is_refused(engine: Engine) {
        let house = House::new(engine).await;
        let world = &house.orchard.world;
        let second = world.right(&house.orchard.product, Some(&house.orchard.association), |row| {
            row.route = "certification_mark".into();
            row.number = Some("第1234567号".into());
        }).await;
        let mark = world.mark_use(&house.orchard.producer, &second, "2024-01-01", None).await;
        let (first, both) = (house.orchard.mark_use.clone(), vec![house.orchard.mark_use.clone(), mark.clone()]);
        let a = house.batch_with("A", 100, |input| input.mark_use_ids = both.clone()).await;
        let b = house.batch_with("B", 100, |input| input.mark_use_ids = vec![first.clone()]).await;
        let c = house.batch_with("C", 100, |input| input.mark_use_ids = vec![mark.clone()]).await;
        let failure = house.merge(&b, &[&c], "M").await.unwrap_err();
        assert_eq!(failure.code, "no_common_right");
        assert_eq!(param(&failure, "figure"), "C − 2010年第77号；B − 第1234567号");
        let merged = house.merge(&a, &[&b], "M").await.unwrap();
        let rights: Vec<_> = house.view(&merged.outputs[0].batch_id).await.rights.into_iter().map(|r| r.mark_use_id).collect();
        assert_eq!(rights, [first]);
    }

    async fn standards_differ_only_where_one_is_named(engine: Engine) {
        let house = House::new(engine).await;
        house.orchard.world.standard(&house.orchard.product, "演示标准 YL-2025", None).await;
        let with = |number: &'static str| move |input: &mut yanzhao::trace::batch::BatchInput| input.standard_version = Some(number.to_owned());
        let (a, b) = (house.batch_with("A", 100, with("演示标准 YL-2026")).await, house.batch_with("B", 100, with("演示标准 YL-2025")).await);
        let failure = house.merge(&a, &[&b], "M").await.unwrap_err();
        assert_eq!((failure.fields[0].code, failure.fields[0].pointer.as_str()), ("standard_not_common", "/standard_version"));
        let unknown = json!({ "lot": "M", "with": [b], "standard_version": "没有的标准" });
        assert_eq!(codes(house.merge_by(&a, unknown).await), ["invalid_fields", "standard_unknown"]);
        let merged = house.merge_by(&a, json!({ "lot": "M", "with": [b], "standard_version": "演示标准 YL-2025" })).await.unwrap();
        assert_eq!(house.view(&merged.outputs[0].batch_id).await.standard_version.as_deref(), Some("演示标准 YL-2025"));
    }

    async fn pieces_are_counted_and_not_weighed(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        house.orchard.world.tamper("UPDATE product SET base_unit = 'piece'").await;
        let weighed = json!({ "kind": "grading", "net_weight_g": 10, "loss_g": 1, "outputs": [{ "lot": "A-1", "net_weight_g": 9 }] });
        let failure = house.process(&batch, weighed).await.unwrap_err();
        assert_eq!(failure.fields.iter().map(|f| (f.pointer.as_str(), f.code)).collect::<Vec<_>>(), [("/net_weight_g", "unit_unfit"), ("/outputs/0/net_weight_g", "unit_unfit"), ("/loss_g", "unit_unfit")]);
        let counted = json!({ "kind": "grading", "quantity": 10, "loss": 1, "outputs": [{ "lot": "A-1", "quantity": 9 }] });
        let view = house.process(&batch, counted).await.unwrap();
        assert_eq!((view.unit.as_str(), view.figures["input_total"], view.figures["output_total"], view.figures["loss"]), ("piece", 10, 9, 1));
        assert_eq!((view.outputs[0].figures["quantity"], house.view(&batch).await.figures["loose"]), (9, 99_990));
        house.balanced().await;
    }

    async fn lots_are_used_once(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        let failure = house.grade(&batch, 10, "A").await.unwrap_err();
        assert_eq!((failure.code, failure.fields[0].pointer.as_str()), ("duplicate_lot", "/outputs/0/lot"));
        let twice = json!({ "kind": "grading", "outputs": [{ "lot": "X", "net_weight_g": 50 * KG }, { "lot": "X", "net_weight_g": 50 * KG }] });
        assert_eq!(codes(house.process(&batch, twice).await), ["invalid_fields", "given_twice"]);
    }

    async fn days_follow_each_other(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch_with("A", 100, |input| input.best_before = Some("2027-03-01".into())).await;
        let with = |more: serde_json::Value, days: serde_json::Value| {
            let mut output = json!({ "lot": "A-1", "net_weight_g": 100 * KG });
            output.as_object_mut().unwrap().extend(days.as_object().unwrap().clone());
            let mut whole = json!({ "kind": "grading", "outputs": [output] });
            whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            whole
        };
        for (more, days, code) in [
            (json!({ "happened_on": "2026-10-19" }), json!({}), "process_too_early"),
            (json!({ "happened_on": "2026-10-21" }), json!({}), "in_the_future"),
            (json!({}), json!({ "packed_on": "2026-09-14" }), "dates_out_of_order"),
            (json!({}), json!({ "best_before": "2027-03-02" }), "best_before_extended"),
            (json!({}), json!({ "packed_on": "昨天" }), "day_unreadable"),
        ] {
            let failure = house.process(&batch, with(more, days)).await.unwrap_err();
            assert!(failure.says(code), "{code}: {failure}");
        }
        let longer = with(json!({ "kind": "processing" }), json!({ "best_before": "2028-03-02" }));
        house.process(&batch, longer).await.expect("dried pears keep longer than fresh ones");
    }

    async fn late_processes_say_why_and_children_of_children_may_be_late_too(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        house.orchard.world.clock.advance(10 * yanzhao::kernel::clock::DAY);
        let on = |day: &str, more: serde_json::Value| {
            let mut whole = json!({ "kind": "grading", "happened_on": day, "outputs": [{ "lot": format!("A {day}"), "net_weight_g": 10 * KG }], "net_weight_g": 10 * KG });
            whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            whole
        };
        assert_eq!(codes(house.process(&batch, on("2026-10-21", json!({}))).await), ["invalid_fields", "late_reason_missing"]);
        let first = house.process(&batch, on("2026-10-21", json!({ "late_reason": "停电" }))).await.unwrap();
        assert!(first.late);
        let child = first.outputs[0].batch_id.clone();
        assert!(house.view(&child).await.late);
        let half = json!({ "late_reason": "停电", "net_weight_g": 5 * KG, "outputs": [{ "lot": "B", "net_weight_g": 5 * KG }] });
        let second = house.process(&child, on("2026-10-22", half.clone())).await;
        assert!(second.is_ok(), "the child was there on the day it was born, whenever that was written down: {second:?}");
        assert_eq!(codes(house.process(&child, on("2026-10-20", half)).await), ["invalid_fields", "process_too_early"]);
    }

    async fn a_failed_test_is_not_mixed_away(engine: Engine) {
        let house = House::new(engine).await;
        let test = |item: &str, report: &str| yanzhao::trace::batch::TestInput {
            item: item.into(), result: "合格".into(), report_no: Some(report.into()), laboratory: Some("检测室".into()),
            reported_on: Some("2026-10-01".into()), scope: Some("season".into()),
        };
        let (a, b) = (
            house.batch_with("A", 100, |input| input.tests = vec![test("农残", "R-1"), test("糖度", "R-2")]).await,
            house.batch_with("B", 100, |input| input.tests = vec![test("农残", "R-1")]).await,
        );
        house.orchard.world.tamper(&format!("UPDATE batch_test SET result = '不合格' WHERE batch_id = '{a}' AND item = '糖度'")).await;
        let merged = house.merge(&a, &[&b], "M").await.unwrap();
        let shown: Vec<_> = house.view(&merged.outputs[0].batch_id).await.tests.into_iter().map(|t| (t.item, t.result)).collect();
        assert_eq!(shown, [("农残".to_owned(), "合格".to_owned()), ("糖度".to_owned(), "不合格".to_owned())]);
    }

    async fn a_child_is_corrected_or_covered_by_nobody(engine: Engine) {
        use crate::support::world::act;
        use yanzhao::trace::batch::BatchPatch;
        use yanzhao::trace::commands::correct::{correct_batch, cover_batch};
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        let child = house.grade(&batch, 40, "A-1").await.unwrap();
        let patch = BatchPatch { version: 1, lot: Some("A-9".into()), ..BatchPatch::default() };
        let (id, desk) = (child.clone(), house.orchard.member.clone());
        assert_eq!(codes(act!(house.orchard.world, desk, |tx, desk| correct_batch(tx, desk, &id, &patch), [id, patch])), ["batch_already_released"]);
        let covered = act!(house.orchard.world, desk, |tx, desk| cover_batch(tx, desk, &id), [id]).unwrap();
        assert_eq!((covered.version, covered.figure("pending")), (1, 0), "there is nothing to cover");
        house.orchard.world.tamper(&format!("UPDATE batch SET pending = 1000, amount = amount + 1000 WHERE id = '{child}'")).await;
        assert_eq!(codes(act!(house.orchard.world, desk, |tx, desk| cover_batch(tx, desk, &id), [id])), ["batch_of_process"]);
        house.orchard.world.tamper(&format!("UPDATE batch SET pending = 0, amount = amount - 1000, state = 'registered' WHERE id = '{child}'")).await;
        let patch = BatchPatch { version: 1, lot: Some("A-9".into()), ..BatchPatch::default() };
        assert_eq!(codes(act!(house.orchard.world, desk, |tx, desk| correct_batch(tx, desk, &id, &patch), [id, patch])), ["batch_of_process"]);
        assert_eq!(codes(house.release(&child).await), ["batch_of_process"]);
    }
}
