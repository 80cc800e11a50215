//! Bad input and fraud that must be caught (domain §6: rights, area, quantity, time), each with its code, its field, and words in both
//! languages that name the figure at fault.

use std::fmt::Debug;

use yanzhao::entity::plot;
use yanzhao::kernel::{Failure, FieldProblem, Outcome};
use yanzhao::trace::batch::{BatchInput, InputSource, SourceInput, TestInput};
use yanzhao::trace::measure::Entered;
use yanzhao::web::failure::words;
use yanzhao::web::words::Lang;

use crate::orchard::{KG, Orchard, codes};
use crate::support::on_both_engines;
use crate::support::world::OUTSIDE;

/// The words of a fault in both languages; every figure they name must be given.
fn said(field: &FieldProblem) -> [String; 2] {
    [Lang::Chinese, Lang::English].map(|lang| {
        let words = words(lang, field.code, &field.params);
        assert!(!words.contains("refusal."), "no words for {} in {lang:?}", field.code);
        assert!(!words.contains("%{"), "a figure is missing in {lang:?}: {words}");
        words
    })
}

/// Refused with this code at this field, and nothing else.
fn refused<T: Debug>(outcome: Outcome<T>, code: &str, pointer: &str) -> Failure {
    let failure = outcome.expect_err(code);
    let found: Vec<_> = failure.fields.iter().map(|f| (f.code, f.pointer.as_str())).collect();
    assert_eq!(found, [(code, pointer)], "{failure}");
    let [zh, en] = said(&failure.fields[0]);
    assert_ne!(zh, en);
    failure
}

fn plot_source(plot: &str, weight: i64) -> SourceInput {
    SourceInput { plot_id: Some(plot.to_owned()), net_weight_g: Some(weight), ..SourceInput::default() }
}

fn test_report(reported_on: &str) -> TestInput {
    TestInput {
        item: "农药残留".into(),
        result: "合格".into(),
        laboratory: None,
        report_no: None,
        reported_on: Some(reported_on.into()),
        scope: None,
    }
}

on_both_engines! {
    async fn rights(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        orchard.account(&orchard.producer, 7_500 * KG).await;
        let named = |id: &str| BatchInput { mark_use_ids: vec![id.to_owned()], ..orchard.batch("L1", KG) };
        // User approved for A marking B.
        let dates = world.product("赞皇大枣", |_| {}).await;
        let of_dates = world.right(&dates, None, |_| {}).await;
        let for_dates = world.mark_use(&orchard.producer, &of_dates, "2024-01-01", None).await;
        let failure = orchard.register(named(&for_dates)).await.unwrap_err();
        assert!(failure.says("mark_use_not_yours"), "{failure}");
        let other = world.organisation("赵州果业", "130133").await;
        let theirs = world.mark_use(&other, &orchard.right, "2024-01-01", None).await;
        refused(orchard.register(named(&theirs)).await, "mark_use_not_yours", "/mark_use_ids/0");
        // Expired; not yet; before recognition; accepted is not registered.
        let expired = world.mark_use(&orchard.producer, &orchard.right, "2015-01-01", Some("2020-12-31")).await;
        refused(orchard.register(named(&expired)).await, "mark_use_not_in_force", "/mark_use_ids/0");
        let later = world.mark_use(&orchard.producer, &orchard.right, "2026-10-20", None).await;
        let failure = refused(orchard.register(named(&later)).await, "mark_use_not_in_force", "/mark_use_ids/0");
        assert!(said(&failure.fields[0])[1].contains("not in force yet 2026-10-20"), "{failure}");
        let new = world.right(&orchard.product, None, |r| r.announced_on = Some("2026-10-20".into())).await;
        let before = world.mark_use(&orchard.producer, &new, "2024-01-01", None).await;
        refused(orchard.register(named(&before)).await, "right_not_registered", "/mark_use_ids/0");
        let accepted = world.right(&orchard.product, None, |r| r.status = "accepted".into()).await;
        let pending = world.mark_use(&orchard.producer, &accepted, "2024-01-01", None).await;
        refused(orchard.register(named(&pending)).await, "right_not_registered", "/mark_use_ids/0");
        refused(orchard.register(named("mus_none")).await, "mark_use_unknown", "/mark_use_ids/0");
        let twice = BatchInput { mark_use_ids: vec![orchard.mark_use.clone(), orchard.mark_use.clone()], ..orchard.batch("L1", KG) };
        refused(orchard.register(twice).await, "given_twice", "/mark_use_ids/1");
        let view = orchard.register(orchard.batch("L1", KG)).await.unwrap();
        assert_eq!(view.rights.iter().map(|r| &r.mark_use_id).collect::<Vec<_>>(), [&orchard.mark_use], "found by itself: what stands");
    }

    async fn a_producer_without_a_mark_use_is_told_so(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 7_500 * KG).await;
        orchard.world.tamper("DELETE FROM mark_use").await;
        refused(orchard.register(orchard.batch("L1", KG)).await, "mark_use_not_in_force", "/mark_use_ids");
    }

    async fn area_and_plots(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        orchard.account(&orchard.producer, 7_500 * KG).await;
        let from = |plot: &str| BatchInput { sources: vec![plot_source(plot, KG)], plot_ids: vec![], net_weight_g: None, ..orchard.batch("L1", KG) };
        // Township outside though the county is inside.
        let outside = world.plot(&orchard.producer, &orchard.product, 2000, |p| p.division_code = OUTSIDE.into()).await;
        let failure = refused(orchard.register(from(&outside)).await, "outside_area", "/sources/0");
        assert!(said(&failure.fields[0])[0].contains("小樵镇"), "{failure}");
        let neighbour = world.plot(&world.grower("果农甲", &orchard.producer).await, &orchard.product, 2000, |_| {}).await;
        refused(orchard.register(from(&neighbour)).await, "plot_not_yours", "/sources/0/plot_id");
        let dates = world.product("赞皇大枣", |_| {}).await;
        let of_dates = world.plot(&orchard.producer, &dates, 2000, |_| {}).await;
        refused(orchard.register(from(&of_dates)).await, "plot_other_product", "/sources/0/plot_id");
        let short = world.plot(&orchard.producer, &orchard.product, 2000, |p| p.valid_to = Some("2026-09-14".into())).await;
        refused(orchard.register(from(&short)).await, "plot_not_valid", "/sources/0/plot_id");
        refused(orchard.register(from("plo_none")).await, "plot_unknown", "/sources/0/plot_id");
        let county = world.plot(&orchard.producer, &orchard.product, 2000, |p| p.division_code = "130183".into()).await;
        let view = orchard.register(from(&county)).await.unwrap();
        let area = view.checks.iter().find(|c| c.code == "area").unwrap();
        assert_eq!((area.outcome.as_str(), area.figure.as_deref()), ("silent", Some("unknown")), "a county alone decides nothing");
    }

    async fn a_plot_that_grows_in_season_counts_as_it_was(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        world.plot(&orchard.producer, &orchard.product, 2000, |_| {}).await;
        orchard.account(&orchard.producer, 10_000 * KG).await;
        orchard.register(orchard.batch("L1", 7_000 * KG)).await.unwrap();
        // The same ground, ended and entered anew twice as large while the fruit is picked.
        let id = orchard.plot.clone();
        world.tamper(&format!("UPDATE plot SET valid_to = '2026-09-20' WHERE id = '{id}'")).await;
        let name = format!("地块{}", &id[26..]);
        let grown = world.plot(&orchard.producer, &orchard.product, 4000, |p| (p.name, p.valid_from) = (name, "2026-09-21".into())).await;
        let after = |weight| BatchInput {
            plot_ids: vec![grown.clone()],
            harvested_from: Some("2026-09-25".into()),
            harvested_to: Some("2026-09-26".into()),
            ..orchard.batch("L2", weight)
        };
        refused(orchard.register(after(501 * KG)).await, "yield_above_cap", "/plot_ids/0");
        assert_eq!(orchard.register(after(500 * KG)).await.unwrap().held_by, ["plot_stable"]);
    }

    async fn quantity(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let bought = orchard.world.plot(&orchard.producer, &orchard.product, 20_000, |_| {}).await;
        orchard.account(&orchard.producer, 10_000 * KG).await;
        let failure = refused(orchard.register(orchard.batch("L1", 7_501 * KG)).await, "yield_above_cap", "/plot_ids/0");
        let [zh, _] = said(&failure.fields[0]);
        assert!(zh.contains("7,500 kg") && zh.contains("7,501 kg") && zh.contains("3.00 亩"), "{zh}");
        let from_the_large = BatchInput { plot_ids: vec![bought], ..orchard.batch("L1", 10_001 * KG) };
        let failure = refused(orchard.register(from_the_large).await, "quota_exceeded", "/net_weight_g");
        assert!(said(&failure.fields[0]).iter().all(|words| words.contains("10,001 kg") && words.contains("10,000 kg")));
        let weights = [(0, "amount_unfit"), (-1, "amount_unfit"), (i64::MAX, "amount_unfit")];
        for (weight, code) in weights {
            refused(orchard.register(orchard.batch("L1", weight)).await, code, "/net_weight_g");
        }
        let none = BatchInput { net_weight_g: None, ..orchard.batch("L1", 1) };
        refused(orchard.register(none.clone()).await, "amount_missing", "/net_weight_g");
        refused(orchard.register(BatchInput { quantity: Some(1), unit: Some("件".into()), ..none }).await, "unit_unfit", "/net_weight_g");
        // 斤 taken for 公斤.
        let jin = Entered { number: "5,000".into(), unit: "斤".into() };
        let mixed = BatchInput { entered: Some(jin), ..orchard.batch("L1", 5_000 * KG) };
        let failure = refused(orchard.register(mixed).await, "units_mixed_up", "/entered");
        assert!(said(&failure.fields[0])[0].contains("2,500 kg"));
    }

    async fn sources(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        orchard.account(&orchard.producer, 7_500 * KG).await;
        let other = world.organisation("外县", "130133").await;
        let grower = world.grower("果农甲", &orchard.producer).await;
        orchard.account(&grower, 1_000 * KG).await;
        let good = orchard.deliver(orchard.delivery(&grower, 10 * KG)).await.unwrap().id;
        let theirs = orchard.deliver(orchard.delivery(&grower, 10 * KG)).await.unwrap().id;
        world.tamper(&format!("UPDATE delivery SET buyer_id = '{other}' WHERE id = '{theirs}'")).await;
        refused(orchard.register(orchard.batch_of("L1", &theirs, KG)).await, "delivery_not_yours", "/sources/0/delivery_id");
        refused(orchard.register(orchard.batch_of("L1", "del_none", KG)).await, "delivery_unknown", "/sources/0/delivery_id");
        let packed_before = BatchInput { packed_on: Some("2026-10-17".into()), ..orchard.batch_of("L1", &good, KG) };
        refused(orchard.register(packed_before).await, "delivery_not_yours", "/sources/0/delivery_id");
        let nothing = BatchInput { plot_ids: vec![], ..orchard.batch("L1", KG) };
        refused(orchard.register(nothing.clone()).await, "sources_missing", "/sources");
        let both = BatchInput { plot_ids: vec![orchard.plot.clone()], ..orchard.batch_of("L1", &good, KG) };
        let failure = orchard.register(both).await.unwrap_err();
        assert!(failure.says("sources_twice"), "{failure}");
        let two_in_one = SourceInput { delivery_id: Some(good), ..plot_source(&orchard.plot, KG) };
        let input = BatchInput { sources: vec![two_in_one], net_weight_g: None, ..nothing.clone() };
        refused(orchard.register(input).await, "source_kind_missing", "/sources/0");
        let nameless = SourceInput { input: Some(InputSource::Name(" ".into())), net_weight_g: Some(KG), ..SourceInput::default() };
        let input = BatchInput { sources: vec![nameless], net_weight_g: None, ..nothing };
        refused(orchard.register(input).await, "input_missing", "/sources/0/input");
    }

    async fn time(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 7_500 * KG).await;
        orchard.world.standard(&orchard.product, "旧标准", Some("2026-10-01")).await;
        let good = orchard.batch("L1", KG);
        let day = |text: &str| Some(text.to_owned());
        let cases = [
            (BatchInput { harvested_from: day("2026-09-16"), ..good.clone() }, "harvest_reversed", "/harvested_to"),
            (BatchInput { harvested_to: day("2026-10-21"), packed_on: None, ..good.clone() }, "in_the_future", "/harvested_to"),
            (BatchInput { packed_on: day("2026-10-21"), ..good.clone() }, "in_the_future", "/packed_on"),
            (BatchInput { packed_on: day("2026-09-11"), ..good.clone() }, "dates_out_of_order", "/packed_on"),
            (BatchInput { produced_on: day("2026-10-20"), ..good.clone() }, "dates_out_of_order", "/packed_on"),
            (BatchInput { best_before: day("2026-10-19"), ..good.clone() }, "dates_out_of_order", "/best_before"),
            (BatchInput { harvested_from: day("2026-9-12"), ..good.clone() }, "day_unreadable", "/harvested_from"),
            (BatchInput { harvested_from: None, ..good.clone() }, "harvest_missing", "/harvested_from"),
            (BatchInput { standard_version: day("旧标准"), ..good.clone() }, "standard_withdrawn", "/standard_version"),
            (BatchInput { standard_version: day("GB/T 1"), ..good.clone() }, "standard_unknown", "/standard_version"),
            (BatchInput { tests: vec![test_report("2026-10-21")], ..good.clone() }, "test_report_late", "/tests/0/reported_on"),
            (BatchInput { tests: vec![TestInput { item: String::new(), ..test_report("2026-10-01") }], ..good.clone() }, "test_item_missing", "/tests/0/item"),
            (BatchInput { tests: vec![TestInput { scope: day("all"), ..test_report("2026-10-01") }], ..good.clone() }, "test_scope_unknown", "/tests/0/scope"),
            (BatchInput { lot: "\u{200b} ".into(), ..good.clone() }, "lot_missing", "/lot"),
            (BatchInput { lot: "批".repeat(61), ..good.clone() }, "text_too_long", "/lot"),
        ];
        for (input, code, pointer) in cases {
            refused(orchard.register(input).await, code, pointer);
        }
        orchard.register(good.clone()).await.unwrap();
        refused(orchard.register(good).await, "duplicate_lot", "/lot");
    }

    async fn everything_at_once(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let outside = orchard.world.plot(&orchard.producer, &orchard.product, 667, |p: &mut plot::Model| p.division_code = OUTSIDE.into()).await;
        orchard.account(&orchard.producer, KG).await;
        let input = BatchInput {
            plot_ids: vec![outside],
            packed_on: Some("2026-09-01".into()),
            standard_version: Some("GB/T 1".into()),
            ..orchard.batch("L1", 9_000 * KG)
        };
        let right = ["dates_out_of_order", "dates_out_of_order", "yield_above_cap", "outside_area", "standard_unknown", "quota_exceeded"];
        assert_eq!(codes(orchard.register(input).await), right);
        orchard.balanced().await;
    }
}
