//! Farm work: written down, imported whole or not at all, and what a batch is warned of.

use yanzhao::kernel::Outcome;
use yanzhao::trace::commands::farm::{FarmSheet, import_farm_work, record_farm_work};
use yanzhao::trace::farm::{FarmFilter, FarmRecordInput};
use yanzhao::trace::queries::farm::{FarmRecordView, FarmSheetView, farm_records};

use crate::ground::{Ground, KG, codes, figure, outcome};
use crate::support::on_both_engines;
use crate::support::world::act;

fn spray(ground: &Ground, on: &str, days: Option<i64>) -> FarmRecordInput {
    FarmRecordInput {
        plot_id: ground.plot.clone(),
        kind: "pesticide".to_owned(),
        input_name: "吡虫啉".to_owned(),
        interval_days: days,
        done_on: on.to_owned(),
        late_reason: Some("记在本子上".to_owned()),
        ..FarmRecordInput::default()
    }
}

async fn record(ground: &Ground, input: FarmRecordInput) -> Outcome<FarmRecordView> {
    act!(ground.world, ground.member, |tx, desk| record_farm_work(tx, desk, &input), [input])
}

async fn import(ground: &Ground, text: &str, dry_run: bool) -> Outcome<FarmSheetView> {
    let sheet = FarmSheet { bytes: text.as_bytes().to_vec(), late_reason: Some("记在本子上".to_owned()), dry_run };
    act!(ground.world, ground.member, |tx, desk| import_farm_work(tx, desk, &sheet), [sheet])
}

async fn count(ground: &Ground) -> usize {
    farm_records(&ground.world.db, &ground.member.actor, &FarmFilter::default(), None, Some(200)).await.unwrap().0.len()
}

on_both_engines! {
    async fn a_harvest_within_the_safety_interval_warns_and_blocks_nothing(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let silent = ground.register(ground.batch("L1", 100 * KG)).await.unwrap();
        assert_eq!(outcome(&silent, "safety_interval").as_deref(), Some("silent"), "nothing on record");
        record(&ground, spray(&ground, "2026-08-20", Some(14))).await.unwrap();
        let fine = ground.register(ground.batch("L2", 100 * KG)).await.unwrap();
        assert_eq!(outcome(&fine, "safety_interval").as_deref(), Some("passed"));
        record(&ground, spray(&ground, "2026-09-05", Some(14))).await.unwrap();
        let warned = ground.register(ground.batch("L3", 100 * KG)).await.unwrap();
        let check = warned.checks.iter().find(|c| c.code == "safety_interval").unwrap();
        assert_eq!((check.outcome.as_str(), check.broken.as_deref()), ("warned", Some("inside_safety_interval")));
        assert_eq!((check.figure.as_deref(), check.right.as_deref(), check.subject_id.as_deref()), (Some("2026-09-12"), Some("2026-09-19"), Some(ground.plot.as_str())));
        assert_eq!((warned.held_by.len(), warned.warned_by.as_slice()), (0, ["safety_interval".to_owned()].as_slice()));
        let released = ground.release(&ground.member, &warned.id, None).await.unwrap();
        assert_eq!((released.state.as_str(), released.warned_by.len()), ("released", 1), "released at once, and the warning stays");
        // The same of goods bought in from a household's plot.
        let delivered = ground.delivery("种植户甲", 500 * KG, Some("村西一号")).await;
        let theirs = FarmRecordInput { plot_id: delivered.plot_id.clone().unwrap(), ..spray(&ground, "2026-09-14", Some(7)) };
        record(&ground, theirs).await.unwrap();
        let bought = ground.register(ground.batch_of("L4", &[(&delivered.id, 100 * KG)])).await.unwrap();
        assert_eq!(bought.warned_by, ["safety_interval"]);
        ground.balances().await;
    }

    async fn a_pesticide_without_an_interval_leaves_the_question_open(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        record(&ground, spray(&ground, "2026-09-05", None)).await.unwrap();
        let view = ground.register(ground.batch("L1", 100 * KG)).await.unwrap();
        assert_eq!(outcome(&view, "safety_interval").as_deref(), Some("silent"));
    }

    async fn what_is_written_down_is_checked_and_stays_within_reach(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let bad = FarmRecordInput { kind: "water".to_owned(), input_name: " ".to_owned(), interval_days: Some(-1), done_on: "2026-10-01".to_owned(), late_reason: None, ..spray(&ground, "", None) };
        let refused = record(&ground, bad).await.unwrap_err();
        assert_eq!(codes(&refused), ["farm_kind_unknown", "interval_unfit", "late_reason_missing", "farm_input_missing"]);
        let tomorrow = record(&ground, spray(&ground, "2026-10-21", None)).await.unwrap_err();
        assert_eq!(codes(&tomorrow), ["in_the_future"]);
        let made = record(&ground, spray(&ground, "2026-09-05", Some(14))).await.unwrap();
        assert!(made.late && made.plot == "村东三号");
        let input = spray(&ground, "2026-09-05", Some(14));
        let refused = act!(ground.world, ground.stranger, |tx, desk| record_farm_work(tx, desk, &input), [input]).unwrap_err();
        assert_eq!(codes(&refused), ["plot_unknown"]);
        let (theirs, _) = farm_records(&ground.world.db, &ground.stranger.actor, &FarmFilter::default(), None, None).await.unwrap();
        assert_eq!(theirs.len(), 0);
        for day in ["2026-09-06", "2026-09-07"] {
            record(&ground, spray(&ground, day, Some(14))).await.unwrap();
        }
        let (page, next) = farm_records(&ground.world.db, &ground.member.actor, &FarmFilter::default(), None, Some(2)).await.unwrap();
        let (rest, end) = farm_records(&ground.world.db, &ground.member.actor, &FarmFilter::default(), next.as_deref(), Some(2)).await.unwrap();
        let days: Vec<_> = page.iter().chain(&rest).map(|view| view.done_on.as_str()).collect();
        assert_eq!((days, end), (vec!["2026-09-07", "2026-09-06", "2026-09-05"], None));
    }

    async fn a_sheet_goes_in_whole_once_or_not_at_all(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let sheet = "地块,村,类别,投入品,用量,安全间隔期,日期\n村东三号,,农药,吡虫啉,2000 倍液,14,2026-08-05\n村东三号,东里庄村,肥料,尿素,40 kg/亩,,2026/8/6\n";
        let dry = import(&ground, sheet, true).await.unwrap();
        assert_eq!((dry.rows, dry.added, dry.dry_run, count(&ground).await), (2, 2, true, 0), "a trial changes nothing");
        let done = import(&ground, sheet, false).await.unwrap();
        assert_eq!((done.added, done.already, count(&ground).await), (2, 0, 2));
        let again = import(&ground, sheet, false).await.unwrap();
        assert_eq!((again.added, again.already, count(&ground).await), (0, 2, 2), "the same sheet again changes nothing");
        let longer = format!("{sheet}村东三号,,农药,乐果,,7,2026-08-07\n");
        assert_eq!(import(&ground, &longer, false).await.unwrap().added, 1);
        let mixed = format!("{sheet}村北九号,,农药,乐果,,7,2026-08-07\n村东三号,,农药,乐果,,7,2026-08-09\n");
        let refused = import(&ground, &mixed, false).await.unwrap_err();
        assert_eq!((codes(&refused), refused.fields[0].pointer.as_str(), count(&ground).await), (vec!["import_plot_unknown"], "/rows/4/plot", 3));
        let twin = ground.world.plot(&ground.producer, &ground.product, 700, |row| (row.name, row.village) = ("村东三号".to_owned(), "西里庄村".to_owned())).await;
        let refused = import(&ground, "地块,类别,投入品,日期\n村东三号,农药,x,2026-08-07\n", false).await.unwrap_err();
        assert!(codes(&refused) == ["import_plot_several"] && figure(&refused, "import_plot_several", "right").contains(&twin));
        assert_eq!(import(&ground, "地块,村,类别,投入品,日期\n村东三号,西里庄村,农药,x,2026-08-07\n", false).await.unwrap().added, 1);
        let by_id = format!("plot,kind,input_name,done_on\n{twin},other,剪枝,2026-08-07\n");
        assert_eq!(import(&ground, &by_id, false).await.unwrap().added, 1);
        let sheet = FarmSheet { bytes: by_id.into_bytes(), late_reason: Some("x".to_owned()), dry_run: false };
        let refused = act!(ground.world, ground.stranger, |tx, desk| import_farm_work(tx, desk, &sheet), [sheet]).unwrap_err();
        assert_eq!(codes(&refused), ["import_plot_unknown"], "out of reach is not there");
        ground.balances().await;
    }

    async fn two_who_send_one_sheet_at_once_write_it_once(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let rows: String = (0..40).map(|n| format!("村东三号,农药,药{n},2026-08-05\n")).collect();
        let sheet = format!("地块,类别,投入品,日期\n{rows}");
        let (one, two) = tokio::join!(import(&ground, &sheet, false), import(&ground, &sheet, false));
        let mut added = [one.unwrap().added, two.unwrap().added];
        added.sort_unstable();
        assert_eq!((added, count(&ground).await), ([0, 40], 40));
    }
}
