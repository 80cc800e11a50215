//! Plans, frozen lists, draws and imports, on both engines.

use std::collections::BTreeSet;
use std::process::Command;

use yanzhao::identity::conflict::{ConflictInput, declare_conflict};
use yanzhao::identity::officer::{OfficerInput, record_officer};
use yanzhao::kernel::clock::DAY;
use yanzhao::kernel::{Day, Desk, Scope};
use yanzhao::supervision::commands::draw::{
    DrawInput, DrawSource, FirmKind, FreezeInput, PortionKind, ValueInput, draw, drop_draw, freeze_draw, plan_draw,
};
use yanzhao::supervision::commands::drawn::{ImportInput, ImportedInput, import_drawn};
use yanzhao::supervision::draws::{PublicDraw, coverage, frozen_draw, public_draw, results_of};
use yanzhao::supervision::inspections::{InspectionFilter, inspection, inspections};

use crate::support::on_both_engines;
use crate::support::world::{COUNTY, World, act};

const CODES: [&str; 3] = ["91130183MA07XTGB7K", "91130183MA07XTGC5P", "91130183MA07XTGD3U"];

pub fn desk(world: &World, account: &str) -> Desk {
    let mut desk = world.desk("x", None, Scope { divisions: vec!["1301".to_owned()], ..Scope::default() });
    desk.actor.account_id = account.to_owned();
    desk
}

/// An officer of a department with a certificate; the account's id.
pub async fn officer(world: &World, name: &str, certificate: &str, department: &str) -> String {
    let account = world.account(name).await;
    let admin = world.desk("admin", None, Scope::everything());
    let input = OfficerInput {
        account_id: account.clone(),
        certificate_no: certificate.to_owned(),
        department: department.to_owned(),
        valid_to: None,
    };
    act!(world, admin, |tx, desk| record_officer(tx, desk, &input), [input]).unwrap();
    account
}

fn task(source: DrawSource) -> DrawInput {
    DrawInput {
        year: 2026,
        name: "地理标志专用标志使用抽查".to_owned(),
        source,
        external_no: None,
        departments: vec!["市场监管".to_owned()],
        division_code: COUNTY.to_owned(),
        product_id: None,
        firm_kind: FirmKind::Producer,
        portion_kind: PortionKind::Ratio,
        portion: 500,
        frequency: "每年一次".to_owned(),
    }
}

fn freezing(day: &str) -> FreezeInput {
    FreezeInput {
        officers: Vec::new(),
        value_source: "某指数当日收盘点位，精确到小数点后两位".to_owned(),
        value_day: Day::parse(day).unwrap(),
        list_open_on: None,
    }
}

/// Whoever knows hash, value and seed, and every firm from the public roll, tries the order without the list's random bytes.
fn outsiders_cannot_tell(closed: &PublicDraw, whole: &PublicDraw) {
    use sha2::{Digest, Sha256};
    let list = whole.list.as_ref().unwrap();
    let seed = data_encoding::HEXLOWER.decode(closed.seed.as_ref().unwrap().as_bytes()).unwrap();
    let mut firms: Vec<&str> = list.firms.iter().map(|firm| firm.id.as_str()).collect();
    firms.sort_by_key(|id| Sha256::new().chain_update(&seed).chain_update(id.as_bytes()).finalize());
    let drawn: Vec<&str> = whole.drawn.iter().map(|pick| pick.firm.as_str()).collect();
    assert_ne!(firms[..drawn.len()], drawn[..], "the seed alone gives the draw away");
    let mut guess = list.clone();
    guess.blind = String::new();
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(guess.text().unwrap().as_bytes()));
    assert_ne!(hash, closed.list_hash, "a guessed list can be checked against the hash");
}

on_both_engines! {
    async fn a_draw_is_frozen_drawn_by_a_later_value_and_redone_by_the_script(engine: Engine) {
        let world = World::new(engine).await;
        let mut firms = Vec::new();
        for n in 0..7 {
            firms.push(world.organisation(&format!("合作社{n}"), COUNTY).await);
        }
        world.organisation("别县的", "130133").await;
        let mut officers = Vec::new();
        for n in 0..4 {
            officers.push(officer(&world, &format!("officer{n}"), &format!("1301AB0{n}"), "市场监管").await);
        }
        officer(&world, "farm", "1301NY01", "农业农村").await;
        let (planner, second) = (desk(&world, &officers[0]), desk(&world, &officers[1]));
        // Tied to six of seven firms: may only be sent to the last.
        for firm in &firms[..6] {
            let tie = ConflictInput { account_id: Some(officers[2].clone()), organisation_id: firm.clone(), reason: "亲属".to_owned(), from: None, to: None };
            act!(world, planner, |tx, desk| declare_conflict(tx, desk, &tie), [tie]).unwrap();
        }
        let input = task(DrawSource::Own);
        let id = act!(world, planner, |tx, desk| plan_draw(tx, desk, &input), [input]).unwrap().id;
        assert!(public_draw(&world.db, world.clock.today(), &id).await.is_err(), "nothing is public before it is frozen");

        let today = freezing("2026-10-20");
        let refused = act!(world, planner, |tx, desk| freeze_draw(tx, desk, &id, &today), [id, today]).unwrap_err();
        assert!(refused.says("draw_value_day"), "the value must lie in the future: {refused}");
        let two = FreezeInput { officers: vec![officers[0].clone(), officers[2].clone()], ..freezing("2026-10-22") };
        let refused = act!(world, planner, |tx, desk| freeze_draw(tx, desk, &id, &two), [id, two]).unwrap_err();
        assert!(refused.says("draw_pool_small") && refused.params.contains(&("figure", "1".to_owned())), "{refused}");
        for wrong in ["2026-10-22", "2027-04-21"] {
            let wrong = FreezeInput { list_open_on: Day::parse(wrong), ..freezing("2026-10-22") };
            let refused = act!(world, planner, |tx, desk| freeze_draw(tx, desk, &id, &wrong), [id, wrong]).unwrap_err();
            assert!(refused.says("draw_open_day"), "{refused}");
        }
        let freeze = freezing("2026-10-22");
        let row = act!(world, planner, |tx, desk| freeze_draw(tx, desk, &id, &freeze), [id, freeze]).unwrap();
        assert_eq!(row.taken, 4, "half of seven, rounded up");
        let refused = act!(world, planner, |tx, desk| freeze_draw(tx, desk, &id, &freeze), [id, freeze]).unwrap_err();
        assert!(refused.says("draw_step"), "frozen once");
        let refused = act!(world, planner, |tx, desk| drop_draw(tx, desk, &id), [id]).unwrap_err();
        assert!(refused.says("draw_step"), "a frozen list is never dropped");

        let value = ValueInput { public_value: "3456.78".to_owned() };
        for _ in 0..3 {
            let refused = act!(world, second, |tx, desk| draw(tx, desk, &id, &value), [id, value]).unwrap_err();
            assert!(refused.says("draw_value_early"), "not before its day has passed: {refused}");
            world.clock.advance(DAY);
        }
        let refused = act!(world, planner, |tx, desk| draw(tx, desk, &id, &value), [id, value]).unwrap_err();
        assert!(refused.says("second_person_needed"), "who froze the list does not enter the value");
        act!(world, second, |tx, desk| draw(tx, desk, &id, &value), [id, value]).unwrap();

        // Who is drawn is known to officers of the place alone, until nobody can be warned any more.
        let closed = public_draw(&world.db, world.clock.today(), &id).await.unwrap();
        assert!(closed.list.is_none() && closed.drawn.is_empty() && closed.seed.is_some() && closed.take == 4);
        assert_eq!(closed.list_open_on, "2026-12-21", "sixty days after the value's day, unless another was stated");
        let said = serde_json::to_string(&closed).unwrap();
        assert!(!said.contains("合作社") && !said.contains("1301AB") && !said.contains("org_"), "{said}");
        let far = world.desk("far", None, Scope { divisions: vec!["130600".to_owned()], ..Scope::default() });
        assert!(frozen_draw(&world.db, &far.actor, &id).await.unwrap_err().says("not_found"), "not of another place either");
        let whole = frozen_draw(&world.db, &planner.actor, &id).await.unwrap();
        outsiders_cannot_tell(&closed, &whole);
        let at = |day: &str| public_draw(&world.db, Day::parse(day).unwrap(), &id);
        assert!(at("2026-12-20").await.unwrap().list.is_none() && at("2026-12-21").await.unwrap().list.is_some(), "done or not");
        world.tamper(&format!("UPDATE inspection SET state = 'recorded' WHERE draw_id = '{id}' AND rank > 1")).await;
        assert!(public_draw(&world.db, world.clock.today(), &id).await.unwrap().list.is_none(), "one still waits");
        world.tamper(&format!("UPDATE inspection SET state = 'recorded' WHERE draw_id = '{id}'")).await;
        let open = public_draw(&world.db, world.clock.today(), &id).await.unwrap();
        let list = open.list.clone().unwrap();
        assert_eq!((list.firms.len(), open.drawn.len(), list.officers.len()), (7, 4, 4));
        assert_eq!((&open.list_hash, &open.drawn), (&closed.list_hash, &whole.drawn), "what was committed before");
        world.tamper(&format!("UPDATE inspection SET state = 'waiting' WHERE draw_id = '{id}'")).await;
        let text = serde_json::to_string(&open).unwrap();
        assert!(!text.contains("acc_") && !text.contains("officer1"), "officers are known by their certificates alone");
        let filter = InspectionFilter { draw_id: Some(id.clone()), ..InspectionFilter::default() };
        let found = inspections(&world.db, &planner.actor, &filter, None, 50).await.unwrap();
        let drawn: BTreeSet<_> = open.drawn.iter().map(|pick| pick.firm.clone()).collect();
        assert_eq!(found.iter().map(|view| view.organisation_id.clone()).collect::<BTreeSet<_>>(), drawn);
        for view in &found {
            assert_eq!(view.officers.len(), 2);
            let tied = view.officers.iter().any(|officer| officer.account_id == officers[2]);
            assert!(!tied || view.organisation_id == firms[6], "tied officers are never sent");
        }
        let member = world.member("m", &found[0].organisation_id);
        assert!(inspection(&world.db, &member.actor, &found[0].id).await.is_err(), "nobody is told beforehand");

        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("draw.json");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/draw.py");
        let redo = |text: &str| {
            std::fs::write(&file, text).unwrap();
            Command::new("python3").arg(script).arg(&file).output().unwrap()
        };
        assert!(!redo(&said).status.success(), "there is nothing to redo yet");
        let redone = redo(&text);
        assert!(redone.status.success(), "{}", String::from_utf8_lossy(&redone.stderr));
        let printed: serde_json::Value = serde_json::from_slice(&redone.stdout).unwrap();
        assert_eq!(printed, serde_json::to_value(&open.drawn).unwrap(), "somebody else's program comes to the same");
        assert!(!redo(&text.replace("合作社3", "合作社三")).status.success(), "a changed candidate is noticed");
        assert!(!redo(&text.replace("345678", "345679")).status.success(), "and so is another value");

        let lines = results_of(&world.db, &planner.actor, &id).await.unwrap();
        assert!(lines.len() == 4 && lines.iter().all(|line| line.certificates.len() == 2 && line.found.is_none()));
        let covered = coverage(&world.db, &planner.actor, 2026).await.unwrap();
        assert_eq!((covered.tasks[0].all, covered.tasks[0].recorded, covered.counties[0].key.as_str()), (4, 0, COUNTY));
    }

    async fn what_is_planned_must_make_sense_and_lie_in_ones_region(engine: Engine) {
        let world = World::new(engine).await;
        let county = world.desk("c", None, Scope { divisions: vec!["130133".to_owned()], ..Scope::default() });
        let input = DrawInput { year: 2031, name: " ".to_owned(), departments: vec![" ".to_owned()], portion: 1001, product_id: Some("pro_0".to_owned()), ..task(DrawSource::Own) };
        let refused = act!(world, county, |tx, desk| plan_draw(tx, desk, &input), [input]).unwrap_err();
        for code in ["draw_year", "register_empty", "draw_departments", "draw_portion", "draw_product", "outside_your_region"] {
            assert!(refused.says(code), "{code}: {refused}");
        }
        let own = desk(&world, "acc_own");
        let input = task(DrawSource::Own);
        let id = act!(world, own, |tx, desk| plan_draw(tx, desk, &input), [input]).unwrap().id;
        let freeze = freezing("2026-10-25");
        let refused = act!(world, own, |tx, desk| freeze_draw(tx, desk, &id, &freeze), [id, freeze]).unwrap_err();
        assert!(refused.says("draw_nobody"), "no firm, no draw");
        let refused = act!(world, county, |tx, desk| freeze_draw(tx, desk, &id, &freeze), [id, freeze]).unwrap_err();
        assert!(refused.says("not_found"), "another county's task");
        world.organisation("合作社", COUNTY).await;
        let many = DrawInput { portion_kind: PortionKind::Number, portion: 2, ..task(DrawSource::Own) };
        let more = act!(world, own, |tx, desk| plan_draw(tx, desk, &many), [many]).unwrap().id;
        let refused = act!(world, own, |tx, desk| freeze_draw(tx, desk, &more, &freeze), [more, freeze]).unwrap_err();
        assert!(refused.says("draw_portion_over"), "{refused}");
        act!(world, own, |tx, desk| drop_draw(tx, desk, &id), [id]).unwrap();
    }

    async fn what_the_province_drew_is_taken_over_whole_or_not_at_all(engine: Engine) {
        let world = World::new(engine).await;
        let mut firms = Vec::new();
        for (n, code) in CODES.iter().enumerate() {
            let id = world.organisation(&format!("合作社{n}"), COUNTY).await;
            world.tamper(&format!("UPDATE organisation SET credit_code = '{code}' WHERE id = '{id}'")).await;
            firms.push(id);
        }
        let first = officer(&world, "a", "1301AB01", "市场监管").await;
        officer(&world, "b", "1301AB02", "市场监管").await;
        officer(&world, "c", "1301AB03", "市场监管").await;
        let own = desk(&world, &first);
        let tie = ConflictInput { account_id: Some(first.clone()), organisation_id: firms[1].clone(), reason: "亲属".to_owned(), from: None, to: None };
        act!(world, own, |tx, desk| declare_conflict(tx, desk, &tie), [tie]).unwrap();
        let input = task(DrawSource::Province);
        let id = act!(world, own, |tx, desk| plan_draw(tx, desk, &input), [input]).unwrap().id;
        let freeze = freezing("2026-10-25");
        let refused = act!(world, own, |tx, desk| freeze_draw(tx, desk, &id, &freeze), [id, freeze]).unwrap_err();
        assert!(refused.says("draw_step"), "the province draws it, not we");
        let line = |code: &str, officers: &[&str]| ImportedInput { credit_code: code.to_owned(), certificates: officers.iter().map(|no| (*no).to_owned()).collect() };
        let bad = ImportInput { rows: vec![
            line(CODES[0], &["1301ab01", "1301AB02"]), line(CODES[1], &["1301AB01", "1301AB02"]), line(CODES[0], &["1301AB02"]),
            line("91130183MA0000000X", &["1301AB02", "1301AB03"]), line(CODES[2], &["1301AB02", "9999ZZ99"]),
        ] };
        let refused = act!(world, own, |tx, desk| import_drawn(tx, desk, &id, &bad), [id, bad]).unwrap_err();
        let told: Vec<_> = refused.fields.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        assert_eq!(told, [
            ("/rows/1", "draw_officer_tied"), ("/rows/2", "draw_firm_twice"), ("/rows/2", "officers_too_few"),
            ("/rows/3", "draw_firm_unknown"), ("/rows/4", "draw_certificate_unknown"),
        ]);
        let filter = InspectionFilter::default();
        assert!(inspections(&world.db, &own.actor, &filter, None, 50).await.unwrap().is_empty(), "none was taken");
        let good = ImportInput { rows: vec![line(CODES[0], &["1301ab01", "1301AB02"]), line(CODES[1], &["1301AB03", "1301AB02"])] };
        act!(world, own, |tx, desk| import_drawn(tx, desk, &id, &good), [id, good]).unwrap();
        let lines = results_of(&world.db, &own.actor, &id).await.unwrap();
        assert_eq!(lines.iter().map(|line| line.credit_code.as_str()).collect::<Vec<_>>(), CODES[..2]);
        assert!(public_draw(&world.db, world.clock.today(), &id).await.is_err(), "there is nothing of ours to redo");
    }
}
