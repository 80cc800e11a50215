//! Test reports by plan: missing, in and out of scope, expired, failed, unaccredited, one file under two numbers.

use yanzhao::kernel::Outcome;
use yanzhao::trace::batch::{BatchInput, BatchPatch, TestInput};
use yanzhao::trace::commands::correct::correct_batch;
use yanzhao::trace::commands::report::record_test_report;
use yanzhao::trace::queries::report::{TestReportView, test_report, test_reports};
use yanzhao::trace::report::{ReportFilter, TestItemInput, TestReportInput};

use crate::ground::{Ground, KG, codes, outcome};
use crate::support::on_both_engines;
use crate::support::world::act;

const PLAN: &str =
    r#"[{"item":"农药残留","scope":"season","valid_days":60,"before_release":true,"accredited":true},{"item":"糖度","scope":"lot"}]"#;

fn report(ground: &Ground, number: &str, scope: &str, items: &[(&str, &str)]) -> TestReportInput {
    let item = |(item, result): &(&str, &str)| TestItemInput { item: (*item).to_owned(), result: (*result).to_owned(), bound: None };
    TestReportInput {
        product_id: ground.product.clone(),
        by_whom: "accredited".to_owned(),
        scope: scope.to_owned(),
        laboratory: "演示检测中心".to_owned(),
        accreditation: Some("CMA 2026".to_owned()),
        report_no: number.to_owned(),
        reported_on: "2026-10-01".to_owned(),
        items: items.iter().map(item).collect(),
        ..TestReportInput::default()
    }
}

async fn record(ground: &Ground, input: TestReportInput) -> Outcome<TestReportView> {
    act!(ground.world, ground.member, |tx, desk| record_test_report(tx, desk, &input), [input])
}

fn showing(ground: &Ground, lot: &str, reports: &[&str]) -> BatchInput {
    BatchInput { report_ids: reports.iter().map(|id| (*id).to_owned()).collect(), ..ground.batch(lot, 100 * KG) }
}

const FINE: &[(&str, &str)] = &[("农药残留", "合格")];

on_both_engines! {
    async fn the_plan_holds_what_has_no_test_and_lets_go_what_has(engine: Engine) {
        let ground = Ground::new(engine, Some(PLAN)).await;
        let bare = ground.register(ground.batch("L1", 100 * KG)).await.unwrap();
        assert_eq!(bare.held_by, ["test_plan"]);
        let refused = ground.release(&ground.member, &bare.id, None).await.unwrap_err();
        assert!(refused.says("test_missing"));
        let season = record(&ground, report(&ground, "JC-1", "season", FINE)).await.unwrap();
        for lot in ["L2", "L3"] {
            let view = ground.register(showing(&ground, lot, &[&season.id])).await.unwrap();
            assert_eq!((view.held_by.len(), view.report_ids.as_slice()), (0, [season.id.clone()].as_slice()), "one season's report for every lot");
            assert_eq!(ground.release(&ground.member, &view.id, None).await.unwrap().state, "released");
        }
        let seen = test_report(&ground.world.db, &ground.member.actor, &season.id).await.unwrap();
        assert_eq!(seen.shown_by.len(), 2);
        assert!(test_report(&ground.world.db, &ground.stranger.actor, &season.id).await.is_err());
        let unplanned = Ground::new(engine, None).await;
        let view = unplanned.register(unplanned.batch("L1", 100 * KG)).await.unwrap();
        assert_eq!((outcome(&view, "test_plan").as_deref(), view.held_by.len()), (Some("silent"), 0), "without a plan nothing is asked");
    }

    async fn every_way_a_test_can_be_wrong_holds_with_its_own_code(engine: Engine) {
        let ground = Ground::new(engine, Some(PLAN)).await;
        let hash = "ab".repeat(32);
        let own = TestReportInput { by_whom: "own".to_owned(), accreditation: None, ..report(&ground, "JC-1", "season", FINE) };
        let old = TestReportInput { reported_on: "2026-08-19".to_owned(), ..report(&ground, "JC-2", "season", FINE) };
        let ended = TestReportInput { valid_to: Some("2026-10-18".to_owned()), ..report(&ground, "JC-3", "season", FINE) };
        let failed = report(&ground, "JC-4", "season", &[("农药残留", "不合格 0.9 mg/kg")]);
        let first = TestReportInput { file_sha256: Some(hash.clone()), ..report(&ground, "JC-5", "season", FINE) };
        let same = TestReportInput { file_sha256: Some(hash.to_uppercase()), ..report(&ground, "JC-6", "season", FINE) };
        record(&ground, first).await.unwrap();
        for (n, (input, right)) in [(own, vec!["test_accredited"]), (old, vec!["test_valid"]), (ended, vec!["test_valid"]), (failed, vec!["test_result"]), (same, vec!["test_file"])].into_iter().enumerate() {
            let id = record(&ground, input).await.unwrap().id;
            let view = ground.register(showing(&ground, &format!("L{n}"), &[&id])).await.unwrap();
            let mut held = view.held_by.clone();
            held.sort_unstable();
            held.dedup();
            assert_eq!(held, right, "JC-{}", n + 1);
        }
        let (all, _) = test_reports(&ground.world.db, &ground.member.actor, &ReportFilter::default(), None, None).await.unwrap();
        let same = all.iter().find(|r| r.report_no == "JC-6").unwrap();
        assert_eq!((same.same_file_as.as_slice(), same.file_sha256.as_deref()), (["JC-5".to_owned()].as_slice(), Some(hash.as_str())));
        assert!(all.iter().any(|r| r.failed && r.report_no == "JC-4"));
    }

    async fn a_report_is_reused_inside_its_scope_and_flagged_outside(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let plot = TestReportInput { plot_id: Some(ground.plot.clone()), ..report(&ground, "JC-P", "plot", FINE) };
        let plot = record(&ground, plot).await.unwrap();
        for lot in ["L1", "L2"] {
            let view = ground.register(showing(&ground, lot, &[&plot.id])).await.unwrap();
            assert_eq!(outcome(&view, "test_scope").as_deref(), Some("passed"), "wholly from that plot");
        }
        let delivered = ground.delivery("种植户甲", 500 * KG, Some("村西一号")).await;
        let of_delivery = BatchInput { report_ids: vec![plot.id.clone()], ..ground.batch_of("L3", &[(&delivered.id, 100 * KG)]) };
        let outside = ground.register(of_delivery).await.unwrap();
        assert_eq!(outside.held_by, ["test_scope"]);
        let own_plot = TestReportInput { plot_id: delivered.plot_id.clone(), ..report(&ground, "JC-Q", "plot", FINE) };
        let own_plot = record(&ground, own_plot).await.unwrap();
        let (id, patch) = (outside.id.clone(), BatchPatch { version: 1, report_ids: Some(vec![own_plot.id]), ..BatchPatch::default() });
        let mended = act!(ground.world, ground.member, |tx, desk| correct_batch(tx, desk, &id, &patch), [id, patch]).unwrap();
        assert_eq!(mended.held_by.len(), 0, "the delivery came from that plot");
        // A lot's report: of the first batch that shows it, or of the batch it names.
        let lot = record(&ground, report(&ground, "JC-L", "lot", FINE)).await.unwrap();
        let first = ground.register(showing(&ground, "L4", &[&lot.id])).await.unwrap();
        assert_eq!(outcome(&first, "test_scope").as_deref(), Some("passed"));
        // Of two batches of one millisecond neither is the first.
        ground.world.clock.advance(1);
        let second = ground.register(showing(&ground, "L5", &[&lot.id])).await.unwrap();
        assert_eq!(second.held_by, ["test_scope"]);
        let named = TestReportInput { batch_id: Some(first.id.clone()), ..report(&ground, "JC-N", "lot", FINE) };
        let named = record(&ground, named).await.unwrap();
        assert_eq!((named.shown_by.as_slice(), named.season.as_str()), ([first.id.clone()].as_slice(), "2026"), "shown by the batch at once");
        assert_eq!(ground.release(&ground.member, &first.id, None).await.unwrap().report_ids.len(), 2);
        let stolen = ground.register(showing(&ground, "L6", &[&named.id])).await.unwrap();
        assert_eq!(stolen.held_by, ["test_scope"]);
        let last_year = TestReportInput { season: Some("2025".to_owned()), ..report(&ground, "JC-S", "season", FINE) };
        let last_year = record(&ground, last_year).await.unwrap();
        assert_eq!(ground.register(showing(&ground, "L7", &[&last_year.id])).await.unwrap().held_by, ["test_scope"]);
        ground.balances().await;
    }

    async fn what_can_not_be_a_report_is_refused_with_every_fault(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let bad = TestReportInput {
            by_whom: "friend".to_owned(),
            scope: "village".to_owned(),
            season: Some("26".to_owned()),
            laboratory: " ".to_owned(),
            report_no: String::new(),
            sampled_on: Some("2026-10-12".to_owned()),
            reported_on: "2026-10-11".to_owned(),
            valid_to: Some("2026-10-10".to_owned()),
            file_sha256: Some("xyz".to_owned()),
            ..report(&ground, "", "lot", &[("", ""), ("铅", "0.1"), ("铅", "0.1")])
        };
        let refused = record(&ground, bad).await.unwrap_err();
        assert_eq!(
            codes(&refused),
            ["test_scope_unknown", "report_days_reversed", "report_days_reversed", "by_whom_unknown", "file_hash_unfit", "laboratory_missing",
             "report_no_missing", "season_unfit", "test_item_missing", "test_result_missing", "given_twice"]
        );
        let accredited = TestReportInput { accreditation: None, ..report(&ground, "JC-1", "plot", FINE) };
        assert_eq!(codes(&record(&ground, accredited).await.unwrap_err()), ["report_subject_missing", "accreditation_missing"]);
        let mixed = TestReportInput { plot_id: Some(ground.plot.clone()), ..report(&ground, "JC-1", "season", FINE) };
        assert_eq!(codes(&record(&ground, mixed).await.unwrap_err()), ["report_subject_unfit"]);
        let tomorrow = TestReportInput { reported_on: "2026-10-21".to_owned(), ..report(&ground, "JC-1", "season", FINE) };
        assert_eq!(codes(&record(&ground, tomorrow).await.unwrap_err()), ["in_the_future"]);
        record(&ground, report(&ground, "JC-1", "season", FINE)).await.unwrap();
        let again = record(&ground, report(&ground, "JC-1", "season", FINE)).await.unwrap_err();
        assert_eq!(codes(&again), ["report_already_recorded"]);
        let foreign = TestReportInput { organisation_id: Some(ground.other.clone()), ..report(&ground, "JC-2", "season", FINE) };
        assert!(record(&ground, foreign).await.unwrap_err().says("not_found"));
        let unknown = ground.register(showing(&ground, "L1", &["ter_00000000000000000000000000"])).await.unwrap_err();
        assert_eq!(codes(&unknown), ["report_unknown"]);
        let inline = BatchInput { tests: vec![TestInput { item: "糖度".to_owned(), result: "不合格".to_owned(), laboratory: None, report_no: None, reported_on: None, scope: None }], ..ground.batch("L2", KG) };
        assert_eq!(ground.register(inline).await.unwrap().held_by, ["test_result"], "tests written beside the batch count as before");
    }
}
