//! Alerts over a real database: what rules find in scans, goods and accounts; that running them again changes nothing; back-tests.

use std::sync::Arc;

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use yanzhao::entity::{
    alert, alert_session, batch, batch_source, code_order, code_range, code_stat, delivery, download, feedback, feedback_report, listing,
    listing_finding, pin_try, refused_act, rule_version, scan, season_account, seller,
};
use yanzhao::kernel::clock::{DAY, HOUR, MINUTE, Millis};
use yanzhao::kernel::ids::Noun;
use yanzhao::kernel::{Desk, Scope};
use yanzhao::supervision::alert::evaluate::in_force;
use yanzhao::supervision::alert::missed::Misses;
use yanzhao::supervision::alert::precision::precision;
use yanzhao::supervision::alert::test::{self, Tested};
use yanzhao::supervision::alert::{Cadence, Judged, RuleId, evaluate};
use yanzhao::supervision::commands::alert::{JudgeInput, Judgement, judge_alert, take_alert};
use yanzhao::supervision::commands::alert_rule::{RuleDecisionInput, RuleInput, decide_rule, propose_rule};
use yanzhao::trace::keys::{KeyProvider, MasterKeys};
use yanzhao::trace::visitor::Visitor;

use crate::stock::released;
use crate::support::on_both_engines;
use crate::support::world::{COUNTY, World, act};

fn officer(world: &World, account: &str, division: &str) -> Desk {
    let prefix = yanzhao::kernel::actor::division_prefix(division).to_owned();
    world.desk(account, None, Scope { divisions: vec![prefix], ..Scope::default() })
}

trait Change<M> {
    /// Changes a row to this.
    async fn change(&self, row: M);
}
macro_rules! changeable {
    ($($table:ident),*) => {$(
        impl Change<$table::Model> for World {
            async fn change(&self, row: $table::Model) {
                let written: yanzhao::kernel::Outcome<()> = self.db.write(move |tx| {
                    let row = row.clone().into_active_model().reset_all();
                    Box::pin(async move { row.update(tx.connection()).await?; Ok(()) })
                }).await;
                written.unwrap();
            }
        }
    )*};
}
changeable!(alert, batch, season_account);

trait Jot<M> {
    /// Puts a row in whose number the table gives.
    async fn jot(&self, row: M);
}
macro_rules! journals {
    ($($table:ident),*) => {$(
        impl Jot<$table::Model> for World {
            async fn jot(&self, row: $table::Model) {
                let written: yanzhao::kernel::Outcome<()> = self.db.write(move |tx| {
                    let mut row = row.clone().into_active_model().reset_all();
                    row.id = sea_orm::NotSet;
                    Box::pin(async move { row.insert(tx.connection()).await?; Ok(()) })
                }).await;
                written.unwrap();
            }
        }
    )*};
}
journals!(scan, download, refused_act, pin_try, listing_finding);

/// A producer with one order of so many active labels on one batch.
pub struct Goods {
    pub producer: String,
    pub product: String,
    pub batch: String,
    pub order: String,
}

/// An account, a batch and an order of `count` active labels with this number.
pub async fn goods(world: &World, order_no: i64, count: i64) -> Goods {
    let producer = world.organisation(&format!("合作社{order_no}"), COUNTY).await;
    let product = world.product(&format!("梨{order_no}"), |_| {}).await;
    let lot = released(world, (&producer, &product), 1000, |lot| {
        lot.lot = format!("2026-{order_no}");
        (lot.amount, lot.covered) = (100, 100);
    });
    let lot = lot.await;
    let made = Goods { producer, product, batch: lot, order: String::new() };
    let order = world.put(order_of(world, &made, order_no, count)).await.id;
    let range = code_range::Model {
        order_no,
        first: 1,
        last: count,
        batch_id: Some(made.batch.clone()),
        state: "active".to_owned(),
        reason: None,
        since: world.clock.now(),
        bound_at: None,
        active_at: None,
    };
    world.put(range).await;
    Goods { order, ..made }
}

/// An issued order of `count` labels for these goods.
fn order_of(world: &World, goods: &Goods, order_no: i64, count: i64) -> code_order::Model {
    code_order::Model {
        order_no,
        id: world.id(Noun::CodeOrder),
        suite: 0,
        locator: Some(order_no),
        producer_id: goods.producer.clone(),
        product_id: goods.product.clone(),
        season: "2026".to_owned(),
        account_id: None,
        pack_id: None,
        batch_id: None,
        kind: "unit".to_owned(),
        count,
        spare: 0,
        unit_amount: 1,
        quota_left: 0,
        spare_left: 0,
        with_pin: false,
        state: "issued".to_owned(),
        base_url: String::new(),
        label: "{}".to_owned(),
        key_wrapped: None,
        master_key_id: None,
        key_sha256: None,
        demo: false,
        ordered_by: "acc".to_owned(),
        ordered_at: 0,
        decided_by: None,
        decided_at: None,
        decision_reason: None,
        issued_at: Some(0),
        bundle: false,
        on_hand: None,
        closed_at: None,
        closed_by: None,
        first_season: None,
    }
}

/// A line of the journal; where is a province or province/city, or nothing.
pub async fn scanned(world: &World, (order_no, seq): (i64, i64), at: Millis, visitor: i64, place: &str, verdict: &str) {
    scanned_via(world, (order_no, seq), at, visitor, place, verdict, "printed").await;
}

async fn scanned_via(world: &World, (order_no, seq): (i64, i64), at: Millis, visitor: i64, place: &str, verdict: &str, via: &str) {
    let place = Some(place.to_owned()).filter(|place| !place.is_empty());
    world.jot(scan::Model { id: 0, at, order_no, seq, visitor, place, via: via.to_owned(), verdict: verdict.to_owned() }).await;
}

async fn judge(world: &World, cadence: Cadence) -> Judged {
    evaluate(&world.db, &world.clock, &world.random, cadence).await.unwrap()
}

/// Rule, kind and subject, severity and state of every alert.
async fn alerts(world: &World) -> Vec<String> {
    let rows = alert::Entity::find()
        .order_by_asc(alert::Column::Rule)
        .order_by_asc(alert::Column::SubjectId)
        .all(world.db.reader())
        .await
        .unwrap();
    rows.into_iter().map(|row| format!("{} {} {} {}", row.rule, row.subject_kind, row.severity, row.state)).collect()
}

on_both_engines! {
    async fn a_copied_label_is_found_once_and_running_again_changes_nothing(engine: Engine) {
        let world = World::new(engine).await;
        let copied = goods(&world, 1, 100).await;
        let start = world.clock.now();
        for (no, place) in (0_i64..).zip(["河北/石家庄", "上海/上海", "北京/北京", "广东/广州"].into_iter().cycle().take(14)) {
            scanned(&world, (1, 7), start + no / 2 * 23 * HOUR + no % 2 * 10 * MINUTE, 100 + no, place, if no == 0 { "first_check" } else { "checked_before" }).await;
        }
        // The same person again within half an hour, and a program of a shop: neither counts.
        scanned(&world, (1, 7), start + 6 * 23 * HOUR + 11 * MINUTE, 113, "广东/广州", "checked_before").await;
        scanned_via(&world, (1, 8), start, 7, "海南/三亚", "first_check", "api").await;
        world.clock.advance(6 * DAY + 3 * HOUR);
        let done = judge(&world, Cadence::Scans).await;
        assert_eq!((done.scans, done.raised), (16, 3));
        assert_eq!(alerts(&world).await, ["R1 code amber new", "R3 code amber new", "R4 code amber new"]);
        let found = alert::Entity::find().filter(alert::Column::Rule.eq("R1")).one(world.db.reader()).await.unwrap().unwrap();
        assert_eq!((found.subject_id.as_str(), found.batch_id.as_deref(), found.division_code.as_str()), ("1-7", Some(copied.batch.as_str()), COUNTY));
        assert_eq!((found.raised_at, found.seen_at), (start + 2 * 23 * HOUR + 10 * MINUTE, start + 6 * 23 * HOUR + 10 * MINUTE));
        assert_eq!(alert_session::Entity::find().all(world.db.reader()).await.unwrap().len(), 14);
        let before = alert::Entity::find().order_by_asc(alert::Column::Id).all(world.db.reader()).await.unwrap();
        assert_eq!(judge(&world, Cadence::Scans).await, Judged::default(), "nothing new");
        let after = alert::Entity::find().order_by_asc(alert::Column::Id).all(world.db.reader()).await.unwrap();
        assert_eq!(before, after);
        // Scans that go on renew what is open; after a week of silence it fades.
        world.clock.advance(DAY);
        scanned(&world, (1, 7), world.clock.now(), 300, "上海/上海", "many_checks").await;
        let done = judge(&world, Cadence::Scans).await;
        assert_eq!((done.raised, done.renewed > 0), (0, true));
        world.clock.advance(8 * DAY);
        assert_eq!(judge(&world, Cadence::Nightly).await.faded, 3);
        assert!(alerts(&world).await.iter().filter(|row| row.starts_with("R1") || row.starts_with("R4")).all(|row| row.ends_with("faded")));
    }

    async fn alerts_are_judged_once_with_a_reason_and_keep_quiet_afterwards(engine: Engine) {
        let world = World::new(engine).await;
        goods(&world, 1, 100).await;
        let start = world.clock.now();
        for no in 0..9 {
            scanned(&world, (1, 7), start + no * MINUTE, no, "河北/石家庄", "checked_before").await;
        }
        world.clock.advance(HOUR);
        judge(&world, Cadence::Scans).await;
        assert_eq!(alerts(&world).await, ["R1 code info new", "R2 code info new"]);
        let id = alert::Entity::find().filter(alert::Column::Rule.eq("R2")).one(world.db.reader()).await.unwrap().unwrap().id;
        let (own, other) = (officer(&world, "acc_own", COUNTY), officer(&world, "acc_other", "140100"));
        let keys: Arc<dyn KeyProvider> = Arc::new(MasterKeys::read("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff").unwrap());
        let input = JudgeInput { judgement: Judgement::FalseAlarm, reason: "门店盘点".to_owned(), open_case: true };
        let refused = act!(world, own, |tx, desk| judge_alert(tx, desk, keys.as_ref(), &id, &input), [id, input, keys]).unwrap_err();
        assert!(refused.says("alert_case_unfounded"), "a case needs a confirmed alert");
        let input = JudgeInput { open_case: false, reason: " ".to_owned(), ..input };
        assert!(act!(world, own, |tx, desk| judge_alert(tx, desk, keys.as_ref(), &id, &input), [id, input, keys]).unwrap_err().says("register_empty"));
        let input = JudgeInput { reason: "门店盘点".to_owned(), ..input };
        assert!(act!(world, other, |tx, desk| judge_alert(tx, desk, keys.as_ref(), &id, &input), [id, input, keys]).unwrap_err().says("not_found"), "another province's officer");
        act!(world, own, |tx, desk| take_alert(tx, desk, &id), [id]).unwrap();
        act!(world, own, |tx, desk| judge_alert(tx, desk, keys.as_ref(), &id, &input), [id, input, keys]).unwrap();
        assert!(act!(world, own, |tx, desk| judge_alert(tx, desk, keys.as_ref(), &id, &input), [id, input, keys]).unwrap_err().says("already_decided"));
        // The same again within a month is not told again; the precision counts it.
        for no in 20..30 {
            scanned(&world, (1, 7), world.clock.now() + no * MINUTE, no, "北京/北京", "checked_before").await;
        }
        world.clock.advance(HOUR);
        judge(&world, Cadence::Scans).await;
        assert_eq!(alerts(&world).await, ["R1 code info new", "R2 code info false_alarm"]);
        let found = precision(&world.db, world.clock.now()).await.unwrap();
        assert_eq!((found[&RuleId::R2].confirmed, found[&RuleId::R2].judged(), found.contains_key(&RuleId::R1)), (0, 1, false));
        world.clock.advance(91 * DAY);
        assert!(precision(&world.db, world.clock.now()).await.unwrap().is_empty(), "90 days later nothing counts");
    }

    async fn a_change_is_tested_on_thirty_days_and_put_in_force_by_another(engine: Engine) {
        let world = World::new(engine).await;
        goods(&world, 1, 100).await;
        let start = world.clock.now();
        for (day, seq) in (0..2).flat_map(|day| (1..=5_i64).map(move |seq| (day, seq))) {
            for no in 0..(6 + seq) {
                scanned(&world, (1, seq), start + day * DAY + no * MINUTE, 1000 * day + 100 * seq + no, "河北/石家庄", "checked_before").await;
            }
        }
        world.clock.advance(2 * DAY);
        judge(&world, Cadence::Scans).await;
        let raised = |rows: &[String]| rows.iter().filter(|row| row.starts_with("R2")).count();
        assert_eq!(raised(&alerts(&world).await), 3, "nine, ten and eleven within an hour");
        let (one, two) = (officer(&world, "acc_one", "130100"), officer(&world, "acc_two", "130100"));
        let input = RuleInput { rule: "R2".to_owned(), thresholds: [("visitors".to_owned(), 10), ("years".to_owned(), 1)].into(), is_on: true, reason: "误报多".to_owned() };
        let refused = act!(world, one, |tx, desk| propose_rule(tx, desk, &input), [input]).unwrap_err();
        assert!(refused.says("alert_threshold_unknown"));
        let input = RuleInput { thresholds: [("visitors".to_owned(), 10)].into(), ..input };
        let id = act!(world, one, |tx, desk| propose_rule(tx, desk, &input), [input]).unwrap().id;
        assert!(act!(world, one, |tx, desk| propose_rule(tx, desk, &input), [input]).unwrap_err().says("alert_rule_waits"));
        let go = RuleDecisionInput { put_in_force: true, from: None };
        assert!(act!(world, two, |tx, desk| decide_rule(tx, desk, &id, &go), [id, go]).unwrap_err().says("alert_rule_untested"));
        // One that was right would be lost.
        let kept = alert::Entity::find().filter(alert::Column::Rule.eq("R2")).filter(alert::Column::SubjectId.eq("1-4")).one(world.db.reader()).await.unwrap().unwrap();
        world.change(alert::Model { state: "confirmed".to_owned(), open_key: None, judged_at: Some(world.clock.now()), ..kept.clone() }).await;
        assert_eq!(test::test_versions(&world.db, &world.clock, &world.random).await.unwrap(), 1);
        let row = rule_version::Entity::find_by_id(&id).one(world.db.reader()).await.unwrap().unwrap();
        let found: Tested = serde_json::from_str(row.test.as_deref().unwrap()).unwrap();
        assert_eq!((row.state.as_str(), found), ("tested", Tested { old: 3, new: 1, lost: vec![kept.id], spared: 0 }));
        assert!(act!(world, one, |tx, desk| decide_rule(tx, desk, &id, &go), [id, go]).unwrap_err().says("second_person_needed"));
        let early = RuleDecisionInput { from: Some(world.clock.today().plus(-1)), ..go.clone() };
        assert!(act!(world, two, |tx, desk| decide_rule(tx, desk, &id, &early), [id, early]).unwrap_err().says("alert_rule_backdated"));
        act!(world, two, |tx, desk| decide_rule(tx, desk, &id, &go), [id, go]).unwrap();
        assert_eq!(in_force(&world.db, world.clock.today()).await.unwrap()[&RuleId::R2].get("visitors"), 10);
        assert_eq!(in_force(&world.db, world.clock.today().plus(-1)).await.unwrap()[&RuleId::R2].get("visitors"), 8);
        // The test told what the rule would have raised: the same scans again, under the new figure.
        let replayed = World::new(engine).await;
        goods(&replayed, 1, 100).await;
        replayed.put(rule_version::Entity::find_by_id(&id).one(world.db.reader()).await.unwrap().unwrap()).await;
        for row in scan::Entity::find().order_by_asc(scan::Column::Id).all(world.db.reader()).await.unwrap() {
            replayed.jot(row).await;
        }
        replayed.clock.advance(2 * DAY);
        judge(&replayed, Cadence::Scans).await;
        assert_eq!(raised(&alerts(&replayed).await), 1, "as the test said");
    }

    async fn a_rule_that_is_mostly_wrong_is_only_proposed_for_suspension(engine: Engine) {
        let world = World::new(engine).await;
        let now = world.clock.now();
        for no in 0..10 {
            let row = alert::Model {
                id: world.id(Noun::Alert), rule: "R3".to_owned(), subject_kind: "code".to_owned(), subject_id: format!("1-{no}"), label: String::new(),
                severity: "amber".to_owned(), state: if no == 0 { "confirmed" } else { "false_alarm" }.to_owned(), figures: "{}".to_owned(),
                division_code: COUNTY.to_owned(), producer_id: None, product_id: None, batch_id: None, open_key: None, raised_at: now, seen_at: now,
                due_on: None, judged_by: None, judged_at: Some(now), reason: None, case_id: None,
            };
            world.put(row).await;
        }
        assert_eq!(judge(&world, Cadence::Nightly).await.proposed, 1);
        assert_eq!(judge(&world, Cadence::Nightly).await.proposed, 0, "once");
        let row = rule_version::Entity::find().one(world.db.reader()).await.unwrap().unwrap();
        assert_eq!((row.rule.as_str(), row.is_on, row.state.as_str(), row.proposed_by.as_str()), ("R3", false, "proposed", "system"));
        assert!(in_force(&world.db, world.clock.today()).await.unwrap()[&RuleId::R3].is_on, "it runs on until a person decides");
    }

    async fn a_plot_far_fuller_than_its_village_is_seen_once_everything_is_in(engine: Engine) {
        let world = World::new(engine).await;
        let good = goods(&world, 1, 2000).await;
        // Nine plots of a 亩 each under the same sky, none above the cap of 2,500 kg; a tenth elsewhere has as much as the odd one.
        for (no, village, amount) in (1..=8).map(|no| (no, "东里庄村", 1_500_000)).chain([(9, "东里庄村", 1_900_000), (10, "另一个村", 1_900_000)]) {
            let plot = world.plot(&good.producer, &good.product, 667, |row| row.village = village.to_owned()).await;
            let taken = batch_source::Model { batch_id: good.batch.clone(), no, kind: "plot".to_owned(), subject_id: Some(plot), input: None, amount, covered: amount };
            world.put(taken).await;
        }
        // 5 November: what was picked on 31 October may still be written down.
        world.clock.advance(16 * DAY);
        judge(&world, Cadence::Nightly).await;
        assert!(!alerts(&world).await.iter().any(|line| line.starts_with("R16")));
        world.clock.advance(6 * DAY);
        judge(&world, Cadence::Nightly).await;
        let found = alert::Entity::find().filter(alert::Column::Rule.eq("R16")).all(world.db.reader()).await.unwrap();
        assert_eq!(found.iter().map(|row| row.severity.as_str()).collect::<Vec<_>>(), ["amber"], "{found:?}");
        assert!(found[0].figures.contains("\"village\":\"1499") && found[0].figures.contains("\"village_plots\":\"9\""), "{}", found[0].figures);
    }

    async fn fruit_that_was_delivered_before_it_was_picked_is_seen(engine: Engine) {
        let world = World::new(engine).await;
        let (good, bent) = (goods(&world, 1, 2000).await, goods(&world, 2, 2000).await);
        for (goods, delivered_on) in [(&good, "2026-09-01"), (&bent, "2026-08-12")] {
            let lot = batch::Entity::find_by_id(&goods.batch).one(world.db.reader()).await.unwrap().unwrap();
            world.change(batch::Model { harvested_from: "2026-08-20".to_owned(), harvested_to: "2026-08-20".to_owned(), ..lot }).await;
            let grower_id = world.grower("农户", &goods.producer).await;
            let brought = delivery::Model {
                id: world.id(Noun::Delivery), grower_id, buyer_id: goods.producer.clone(), product_id: goods.product.clone(), season: "2026".to_owned(),
                plot_id: None, from_account_id: None, to_account_id: None, delivered_on: delivered_on.to_owned(), amount: 1000, covered: 1000, pending: 0, used: 1000, grade: None,
                certificate_no: None, late: false, late_reason: None, recorded_at: world.clock.now(), recorded_by: "acc".to_owned(), late_evidence: None, handled_by: None, voided_at: None,
            };
            let brought = world.put(brought).await.id;
            let taken = batch_source::Model { batch_id: goods.batch.clone(), no: 1, kind: "delivery".to_owned(), subject_id: Some(brought), input: None, amount: 1000, covered: 1000 };
            world.put(taken).await;
        }
        judge(&world, Cadence::Nightly).await;
        let found = alert::Entity::find().filter(alert::Column::Rule.eq("R17")).all(world.db.reader()).await.unwrap();
        assert_eq!(found.iter().map(|row| row.subject_id.as_str()).collect::<Vec<_>>(), [bent.batch.as_str()], "{found:?}");
        assert!(found[0].figures.contains("\"early_days\":\"8\""), "{}", found[0].figures);
    }

    async fn rules_of_the_night_read_goods_labels_and_accounts(engine: Engine) {
        let world = World::new(engine).await;
        let good = goods(&world, 1, 2000).await;
        let odd = goods(&world, 2, 2000).await;
        let now = world.clock.now();
        // R17: harvested 15 days before the season opens, in a batch that is held for it or not.
        let lot = batch::Entity::find_by_id(&odd.batch).one(world.db.reader()).await.unwrap().unwrap();
        let account = lot.account_id.clone();
        world.change(batch::Model { harvested_from: "2026-08-05".to_owned(), harvested_to: "2026-08-06".to_owned(), ..lot }).await;
        // R15: more in use than allowed.
        let row = season_account::Entity::find_by_id(&account).one(world.db.reader()).await.unwrap().unwrap();
        world.change(season_account::Model { released: 1000, coded: 1060, pending: 0, remaining: 0, ..row }).await;
        // R19: the refused fourth download.
        let path = format!("/api/v1/code-orders/{}/codes.csv", odd.order);
        world.jot(refused_act::Model { id: 1, at: now, account_id: "acc".to_owned(), method: "GET".to_owned(), path, code: "downloads_used_up".to_owned() }).await;
        // R20: five of a hundred were spoilt.
        world.put(order_of(&world, &odd, 3, 100)).await;
        for (first, last, state, reason) in [(1, 95, "issued", None), (96, 100, "voided", Some("damaged".to_owned()))] {
            let range = code_range::Model { order_no: 3, first, last, batch_id: None, state: state.to_owned(), reason, since: now, bound_at: None, active_at: None };
            world.put(range).await;
        }
        // R18: the rest of that order lies idle since it was fetched.
        let fetched = download::Model { id: 1, order_no: 3, form: "codes.csv".to_owned(), codes: 100, account_id: "acc".to_owned(), started_at: now, completed_at: Some(now), abandoned_at: None };
        world.jot(fetched).await;
        // R16: two harvests from one plot, far beyond the cap of 2,500 kg a 亩.
        let plot = world.plot(&odd.producer, &odd.product, 667, |_| {}).await;
        let taken = batch_source::Model { batch_id: odd.batch.clone(), no: 1, kind: "plot".to_owned(), subject_id: Some(plot), input: None, amount: 2_900_000, covered: 2_500_000 };
        world.put(taken).await;
        world.clock.advance(16 * DAY);
        judge(&world, Cadence::Nightly).await;
        assert_eq!(alerts(&world).await, ["R15 account high new", "R16 plot amber new", "R17 batch high new", "R18 order info new", "R19 order high new", "R20 order amber new"]);
        let before = alert::Entity::find().order_by_asc(alert::Column::Id).all(world.db.reader()).await.unwrap();
        let done = judge(&world, Cadence::Nightly).await;
        assert_eq!((done.raised, done.renewed), (0, 6), "the same night again");
        assert_eq!(before, alert::Entity::find().order_by_asc(alert::Column::Id).all(world.db.reader()).await.unwrap());
        // Nobody ever looked at 2,000 labels in half a year, and one look is enough.
        world.clock.advance(170 * DAY);
        scanned(&world, (1, 1), world.clock.now(), 1, "", "first_check").await;
        let stat = code_stat::Model {
            order_no: 1, seq: 1, sessions: 1, first_at: now, first_place: None, first_visitor: 1, last_at: now, last_place: None, ring: String::new(), revision: 1,
        };
        world.put(stat).await;
        judge(&world, Cadence::Nightly).await;
        let unseen = alert::Entity::find().filter(alert::Column::Rule.eq("R24")).all(world.db.reader()).await.unwrap();
        assert_eq!(unseen.iter().map(|row| row.subject_id.as_str()).collect::<Vec<_>>(), [odd.batch.as_str()]);
        assert!(good.batch != odd.batch);
    }

    async fn what_consumers_and_the_listing_audit_said_is_read_by_night(engine: Engine) {
        let world = World::new(engine).await;
        let good = goods(&world, 1, 100).await;
        let now = world.clock.now();
        let said = |no: i64, choice: &str, batch: Option<&str>| feedback::Model {
            id: world.id(Noun::Feedback), number: format!("F{no}"), choice: choice.to_owned(), channel: "own".to_owned(), code: None, order_id: None,
            batch_id: batch.map(str::to_owned), producer_id: batch.map(|_| good.producer.clone()), product_id: None, division_code: COUNTY.to_owned(),
            link: None, state: "received".to_owned(), reports: 1, first_at: now, last_at: now, due_on: "2026-11-01".to_owned(), accepted_on: None,
            extended: false, taken_by: None, answer: None, answered_by: None, answered_at: None, transferred_at: None, outside_no: None,
            outside_kind: None, outside_state: None, outside_on: None, closed_reason: None, closed_by: None, closed_at: None, erased_at: None,
        };
        let (differs, shop) = (said(1, "differs", Some(&good.batch)), said(2, "shop", None));
        let report = |of: &str, no: i64, visitor: &str, link: Option<&str>| feedback_report::Model {
            id: format!("rep_{no}"), feedback_id: of.to_owned(), receipt_hash: format!("h{no}"), received_at: now, visitor: visitor.to_owned(), said: None,
            said_hash: None, bought_at: None, price: None, link: link.map(str::to_owned), reporter: None, phone: None, consented_at: None, photos: 0,
            erased_at: None,
        };
        world.put(differs.clone()).await;
        world.put(shop.clone()).await;
        for (no, (of, visitor, link)) in (0_i64..).zip([
            (&differs, "one", None),
            (&differs, "one", None),
            (&shop, "one", Some("https://gi.example.com/Q/0ABC")),
            (&shop, "two", Some("https://shop.example.com/item/7")),
        ]) {
            world.put(report(&of.id, no, visitor, link)).await;
        }
        judge(&world, Cadence::Nightly).await;
        assert_eq!(alerts(&world).await, Vec::<String>::new(), "one person twice is one, and one address by one person is not enough");
        world.put(report(&differs.id, 10, "two", None)).await;
        world.put(report(&shop.id, 11, "three", Some("http://gi.example.net/q/0ABC"))).await;
        let seller = seller::Model {
            id: world.id(Noun::Seller), kind: "company".to_owned(), name: "商行".to_owned(), credit_code: None, organisation_id: None,
            division_code: COUNTY.to_owned(), place: String::new(), contact: None, recorded_at: now, recorded_by: "acc".to_owned(),
        };
        let seller = world.put(seller).await.id;
        let item = listing::Model {
            id: world.id(Noun::Listing), seller_id: seller.clone(), platform: "taobao".to_owned(), item_id: "7".to_owned(), claimed_product_id: None,
            recorded_at: now, recorded_by: "acc".to_owned(),
        };
        let item = world.put(item).await.id;
        for (kind, cleared_at) in [("volume", None), ("price", None), ("volume", Some(now))] {
            let found = listing_finding::Model {
                id: 0, listing_id: item.clone(), kind: kind.to_owned(), rule: "sold_beyond_received".to_owned(), product_id: None, figures: "{}".to_owned(),
                since: now, found_at: now, cleared_at,
            };
            world.jot(found).await;
        }
        judge(&world, Cadence::Nightly).await;
        assert_eq!(alerts(&world).await, ["R21 batch high new", "R22 site high new", "R23 seller amber new"]);
    }

    async fn guessed_codes_and_pins_are_found_and_counted_in_memory_first(engine: Engine) {
        let world = World::new(engine).await;
        goods(&world, 1, 100).await;
        let (misses, now) = (Misses::default(), world.clock.now());
        let visitor = |no: u64| Visitor { hash: no.to_be_bytes(), before: None };
        for no in 0..12 {
            misses.note("0ABCDEFG1234567890AB", &visitor(1), now);
            misses.note(&format!("0ZYXWVTS{no:012}"), &visitor(10 + no % 3), now);
        }
        assert_eq!(misses.put_away(&world.db).await.unwrap(), 13);
        assert_eq!(misses.put_away(&world.db).await.unwrap(), 0);
        for (no, outcome) in (0_i64..).zip(["wrong", "wrong", "wrong", "wrong", "wrong", "first", "used", "used"]) {
            world.jot(pin_try::Model { id: 0, at: now + no * MINUTE, order_no: 1, seq: 5, visitor: no, outcome: outcome.to_owned() }).await;
        }
        world.clock.advance(HOUR);
        judge(&world, Cadence::Scans).await;
        assert_eq!(alerts(&world).await, ["R10 visitor amber new", "R11 series high new", "R8 code amber new", "R9 code amber new"]);
        assert_eq!(judge(&world, Cadence::Scans).await.raised, 0);
    }

    async fn three_codes_of_a_batch_in_many_provinces_are_one_grave_alert_about_the_batch(engine: Engine) {
        let world = World::new(engine).await;
        let copied = goods(&world, 1, 100).await;
        // Somebody looked at each of them on six days before.
        for day in 0..6 {
            for seq in 1..=3_i64 {
                scanned(&world, (1, seq), world.clock.now(), 900 + day, "河北", "checked_before").await;
            }
            world.clock.advance(DAY);
        }
        for seq in 1..=3_i64 {
            for (no, place) in (0_i64..).zip(["河北", "北京", "广东"]) {
                scanned(&world, (1, seq), world.clock.now() + no * HOUR, seq * 10 + no, place, "checked_before").await;
            }
            world.clock.advance(4 * HOUR);
            judge(&world, Cadence::Scans).await;
            assert_eq!(alerts(&world).await.contains(&"R4 batch high new".to_owned()), seq == 3, "{seq}");
        }
        let found = alert::Entity::find().filter(alert::Column::SubjectKind.eq("batch")).one(world.db.reader()).await.unwrap().unwrap();
        assert_eq!((found.subject_id, found.due_on), (copied.batch, Some(world.clock.today().plus(1).to_string())));
    }
}
