//! A hundred thousand rows: others write between them, no more than a few are held at once, and what stops goes on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rust_xlsxwriter::Workbook;
use yanzhao::files::Shelf;
use yanzhao::interop::intake::commands::{Upload, upload};
use yanzhao::interop::intake::queries::import;
use yanzhao::interop::intake::state::{ImportState, RowState};
use yanzhao::interop::intake::{Bench, STAGED_AT_ONCE};
use yanzhao::interop::sheet::{Format, SheetKind};
use yanzhao::kernel::{Actor, Desk, clock};
use yanzhao::registry::commands::{GrowerInput, register_grower};

use crate::books::{GROWERS, rows};
use crate::support::world::{COUNTY, INSIDE, World, act};

const ROWS: u64 = 100_000;

fn text() -> String {
    let mut text = format!("{GROWERS},单位\n");
    for n in 1..=ROWS {
        text.push_str(&format!("张{n},农户,{INSIDE},东里庄村,{n:06},,合作社\n"));
    }
    text
}

on_both_engines! {
    async fn others_write_while_a_large_sheet_is_staged(engine: Engine) {
        let world = World::new(engine).await;
        let organisation = world.organisation("合作社", COUNTY).await;
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(dir.path());
        let bench = Bench { db: world.db.clone(), shelf: shelf.clone(), clock: world.clock.clone(), random: world.random.clone() };
        let text = text();
        let upload_of = Upload {
            kind: SheetKind::Growers,
            name: "花名册.csv".to_owned(),
            format: Format::Csv,
            sha256: shelf.put(text.as_bytes()).unwrap(),
            size: text.len(),
        };
        let system = Desk::system(&world.clock, &world.random);
        let id = act!(world, system, |tx, desk| upload(tx, desk, &upload_of), [upload_of]).unwrap().id;

        // Somebody else registers growers all the while, and notes between which chunks each commit fell.
        let (staged, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let member = world.member("另一个人", &organisation);
        let (seen, halt) = (staged.clone(), over.clone());
        let (db, n) = (world.db.clone(), Arc::new(AtomicU64::new(0)));
        let others = tokio::spawn(async move {
            let mut between = BTreeSet::new();
            while !halt.load(Ordering::SeqCst) {
                let input = GrowerInput {
                    kind: Default::default(),
                    name: format!("李{}", n.fetch_add(1, Ordering::SeqCst)),
                    division_code: INSIDE.to_owned(),
                    village: "另一个村".to_owned(),
                    household_no: None,
                    phone: None,
                    organisation_id: None,
                };
                let desk = member.clone();
                db.write(move |tx| {
                    let (desk, input) = (desk.clone(), input.clone());
                    Box::pin(async move { register_grower(tx, &desk, &input).await.map(|_| ()) })
                })
                .await
                .unwrap();
                between.insert(seen.load(Ordering::SeqCst));
            }
            between.len()
        });

        // The worker is stopped as soon as it begins to try rows.
        let (most, before) = (AtomicU64::new(0), AtomicU64::new(0));
        let checking = Arc::new(tokio::sync::Notify::new());
        let told = |state: ImportState, through: u64| {
            if state == ImportState::Reading {
                most.fetch_max(through - before.swap(through, Ordering::SeqCst), Ordering::SeqCst);
                staged.store(through, Ordering::SeqCst);
            } else {
                checking.notify_one();
            }
        };
        tokio::select! { worked = bench.work(&id, &told) => panic!("it was through before it was stopped: {worked:?}"), () = checking.notified() => {} }
        over.store(true, Ordering::SeqCst);
        let between = others.await.unwrap();
        let chunks = ROWS / STAGED_AT_ONCE as u64;
        assert!(between as u64 >= chunks / 10, "commits of others fell between {between} of {chunks} chunks");
        assert!(most.load(Ordering::SeqCst) <= STAGED_AT_ONCE as u64, "no more is held at once");
        let view = import(&world.db, &Actor::system(), &id).await.unwrap();
        assert_eq!((view.state, view.rows()), (ImportState::Checking, ROWS));

        // Another node leaves it alone as long as somebody has it, and goes on where it stopped when nobody has.
        bench.work(&id, &|_, _| panic!("it was held")).await.unwrap();
        world.clock.advance(5 * clock::MINUTE);
        let first = tokio::sync::Notify::new();
        let told = |_: ImportState, _: u64| first.notify_one();
        tokio::select! { worked = bench.work(&id, &told) => panic!("{worked:?}"), () = first.notified() => {} }
        let later = import(&world.db, &Actor::system(), &id).await.unwrap();
        assert!(later.count(RowState::Read) < view.count(RowState::Read) && later.rows() == ROWS);
        assert!(later.count(RowState::Good) > 0 && later.count(RowState::Wrong) == 0);
    }
}

#[test]
fn a_workbook_may_have_more_rows_than_old_ones_could() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory();
    let sheet = sheet.unwrap();
    for (column, heading) in (0_u16..).zip(["姓名", "行政区划", "村", "户号"]) {
        sheet.write_string(0, column, heading).unwrap();
    }
    for n in 1..=66_000_u32 {
        sheet.write_string(n, 0, "张三").unwrap();
        sheet.write_number(n, 1, 130_183_105).unwrap();
        sheet.write_string(n, 2, "村").unwrap();
        sheet.write_number(n, 3, n).unwrap();
    }
    let (_, read) = rows(SheetKind::Growers, &book.save_to_buffer().unwrap()).unwrap();
    assert_eq!((read.len(), read.last().unwrap().row, read.last().unwrap().given["household_no"].as_str()), (66_000, 66_001, "66000"));
    assert!(read.iter().all(|row| row.faults.is_empty()));
}
