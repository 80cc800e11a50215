//! Paper forms: numbered, entered line by line once, all or nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use yanzhao::kernel::{Desk, Failure, Outcome};
use yanzhao::trace::account::Bucket;
use yanzhao::trace::commands::late::confirm_late_entry;
use yanzhao::trace::commands::paper::{enter_lines, print_forms, spoil_form};
use yanzhao::trace::delivery::DeliveryFilter;
use yanzhao::trace::late::LateFilter;
use yanzhao::trace::measure::Entered;
use yanzhao::trace::paper::{PaperFilter, PaperInput, PaperLineInput, PaperLinesInput, read_number};
use yanzhao::trace::queries::delivery::{deliveries, delivery};
use yanzhao::trace::queries::late::late_entries;
use yanzhao::trace::queries::paper::{PaperFormView, paper_form, paper_forms};

use crate::events;
use crate::orchard::{KG, Orchard, codes};
use crate::support::on_both_engines;
use crate::support::world::act;

async fn printed(orchard: &Orchard, desk: &Desk, copies: i64) -> Outcome<Vec<PaperFormView>> {
    let input = PaperInput { kind: "deliveries".into(), product_id: orchard.product.clone(), copies, ..PaperInput::default() };
    act!(orchard.world, desk, |tx, desk| print_forms(tx, desk, &input), [input]).map(|forms| forms.items)
}

async fn entered(orchard: &Orchard, desk: &Desk, number: &str, lines: Vec<PaperLineInput>) -> Outcome<PaperFormView> {
    let (number, input) = (number.to_owned(), PaperLinesInput { lines, entered_by: Some("李会计".into()), late_reason: None });
    act!(orchard.world, desk, |tx, desk| enter_lines(tx, desk, &number, &input), [number, input])
}

fn line(no: i64, grower: &str, jin: &str) -> PaperLineInput {
    PaperLineInput {
        line: no,
        grower: Some(grower.to_owned()),
        delivered_on: "2026-10-18".into(),
        entered: Some(Entered { number: jin.to_owned(), unit: "斤".to_owned() }),
        grade: Some("特级".into()),
        cert_no: Some(format!("HGZ-{no}")),
        ..PaperLineInput::default()
    }
}

fn at(failure: &Failure) -> Vec<(String, &'static str)> {
    failure.fields.iter().map(|f| (f.pointer.clone(), f.code)).collect()
}

on_both_engines! {
    async fn numbers_are_given_out_once_and_read_aloud(engine: Engine) {
        let orchard = Arc::new(Orchard::new(engine).await);
        let first = printed(&orchard, &orchard.member, 2).await.unwrap();
        assert_eq!(first.iter().map(|f| &f.number[..12]).collect::<Vec<_>>(), ["PF26-000001-", "PF26-000002-"]);
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let orchard = orchard.clone();
                tokio::spawn(async move { printed(&orchard, &orchard.member, 5).await.unwrap() })
            })
            .collect();
        let mut numbers = BTreeSet::new();
        for task in tasks {
            numbers.extend(task.await.unwrap().into_iter().map(|f| f.number));
        }
        assert_eq!(numbers.len(), 30, "who prints at once gets numbers of their own");
        assert!(numbers.iter().all(|n| read_number(n).as_deref() == Some(n.as_str())));
        let member = &orchard.member.actor;
        let spoken = first[0].number.replace(['P', 'F', '-'], " ");
        assert_eq!(paper_form(&orchard.world.db, member, &spoken).await.unwrap().number, first[0].number);
        assert_eq!(codes(printed(&orchard, &orchard.member, 51).await), ["invalid_fields", "paper_copies_unfit"]);
        let stranger = orchard.world.member("stranger", &orchard.world.organisation("外县", "130133").await);
        assert_eq!(codes(paper_form(&orchard.world.db, &stranger.actor, &first[0].number).await), ["not_found"]);
        assert_eq!(codes(entered(&orchard, &stranger, &first[0].number, vec![line(1, "果农甲", "100")]).await), ["not_found"]);
        assert_eq!(paper_forms(&orchard.world.db, &stranger.actor, &PaperFilter::default(), None, None).await.unwrap().0, []);
    }

    async fn of_twenty_lines_with_three_wrong_none_goes_in_and_all_three_are_said(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        let from = orchard.account(&grower, 5_000 * KG).await;
        let number = printed(&orchard, &orchard.member, 1).await.unwrap().remove(0).number;
        let right: Vec<_> = (1..=20).map(|no| line(no, "果农甲", "200")).collect();
        let mut wrong = right.clone();
        wrong[2].grower = Some("果农丁".into());
        wrong[6].entered = Some(Entered { number: "二百".into(), unit: "斤".into() });
        wrong[6].delivered_on = "2026-10-21".into();
        wrong[19].delivered_on = "18日".into();
        let before = events(&orchard).await;
        let failure = entered(&orchard, &orchard.member, &number, wrong).await.unwrap_err();
        let expected = [
            ("/lines/2/grower_id", "grower_unknown"),
            ("/lines/6/net_weight_g", "weight_unreadable"),
            ("/lines/6/delivered_on", "in_the_future"),
            ("/lines/19/delivered_on", "day_unreadable"),
        ];
        assert_eq!(at(&failure), expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        assert_eq!(events(&orchard).await, before);
        assert_eq!(deliveries(&orchard.world.db, &orchard.member.actor, &DeliveryFilter::default(), None, None).await.unwrap().0, []);
        assert_eq!(orchard.figures(&from.id, [Bucket::Remaining]).await, [5_000 * KG], "good lines or none");

        let form = entered(&orchard, &orchard.member, &number, right.clone()).await.unwrap();
        assert_eq!((form.state.as_str(), form.lines.len(), events(&orchard).await), ("entered", 20, before + 1), "one act, one event");
        assert_eq!(orchard.figures(&from.id, [Bucket::Remaining, Bucket::Delivered]).await, [3_000 * KG, 2_000 * KG]);
        let one = delivery(&orchard.world.db, &orchard.member.actor, &form.lines[0].delivery_id).await.unwrap();
        assert_eq!((one.figures["net_weight_g"], one.handled_by.as_deref(), one.cert_no.as_deref()), (100 * KG, Some("李会计"), Some("HGZ-1")));

        assert_eq!(entered(&orchard, &orchard.member, &number, right.clone()).await.unwrap(), form, "the same again does nothing");
        assert_eq!(events(&orchard).await, before + 1);
        let other = entered(&orchard, &orchard.member, &number, vec![line(4, "果农甲", "201")]).await.unwrap_err();
        assert_eq!(at(&other), [("/lines/0/line".to_owned(), "paper_line_entered")]);
        orchard.balanced().await;
    }

    async fn a_line_is_known_by_its_number_and_a_grower_by_name_and_household(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.world.grower("果农甲", &orchard.producer).await;
        orchard.world.grower("果农甲", &orchard.producer).await;
        orchard.world.tamper("UPDATE grower SET household_no = '7' WHERE id = (SELECT max(id) FROM grower)").await;
        let number = printed(&orchard, &orchard.member, 1).await.unwrap().remove(0).number;
        let failure = entered(&orchard, &orchard.member, &number, vec![line(1, "果农甲", "200"), line(1, "果农甲", "200"), line(21, "果农甲", "200"), PaperLineInput { grower: None, ..line(2, "", "200") }]).await.unwrap_err();
        let expected = [("/lines/0/grower_id", "grower_ambiguous"), ("/lines/1/line", "given_twice"), ("/lines/2/line", "paper_line_unfit"), ("/lines/3/grower_id", "grower_missing")];
        assert_eq!(at(&failure), expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        assert_eq!(codes(entered(&orchard, &orchard.member, &number, Vec::new()).await), ["invalid_fields", "paper_lines_missing"]);
        let named = PaperLineInput { household_no: Some("7".into()), ..line(1, "果农甲", "200") };
        assert_eq!(entered(&orchard, &orchard.member, &number, vec![named]).await.unwrap().lines.len(), 1);
        let wrong_season = PaperLineInput { household_no: Some("7".into()), delivered_on: "2025-10-18".into(), ..line(2, "果农甲", "200") };
        let failure = entered(&orchard, &orchard.member, &number, vec![wrong_season]).await.unwrap_err();
        assert_eq!(at(&failure), [("/lines/0/delivered_on".to_owned(), "paper_other_season")]);
    }

    async fn old_lines_wait_for_a_second_person_with_the_form_as_their_slip(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        let from = orchard.account(&grower, 5_000 * KG).await;
        let number = printed(&orchard, &orchard.member, 1).await.unwrap().remove(0).number;
        let old = PaperLineInput { delivered_on: "2026-09-20".into(), ..line(1, "果农甲", "200") };
        entered(&orchard, &orchard.member, &number, vec![old, line(2, "果农甲", "200")]).await.unwrap();
        assert_eq!(orchard.figures(&from.id, [Bucket::Delivered, Bucket::Pending]).await, [100 * KG, 100 * KG]);
        let (waiting, _) = late_entries(&orchard.world.db, &orchard.member.actor, &LateFilter::default(), None, None).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].evidence.as_str()), (1, number.as_str()));
        let id = waiting[0].id.clone();
        act!(orchard.world, orchard.office, |tx, desk| confirm_late_entry(tx, desk, &id), [id]).unwrap();
        assert_eq!(orchard.figures(&from.id, [Bucket::Delivered, Bucket::Pending]).await, [200 * KG, 0]);
        orchard.balanced().await;
    }

    async fn a_spoiled_form_takes_no_lines_and_an_entered_one_is_not_spoiled(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.world.grower("果农甲", &orchard.producer).await;
        let numbers: Vec<String> = printed(&orchard, &orchard.member, 2).await.unwrap().into_iter().map(|f| f.number).collect();
        let spoil = async |number: &str, reason: &'static str| {
            let number = number.to_owned();
            act!(orchard.world, orchard.member, |tx, desk| spoil_form(tx, desk, &number, reason), [number])
        };
        assert_eq!(codes(spoil(&numbers[0], "").await), ["invalid_fields", "reason_missing"]);
        assert_eq!(spoil(&numbers[0], "雨淋").await.unwrap().state, "spoiled");
        assert_eq!(codes(entered(&orchard, &orchard.member, &numbers[0], vec![line(1, "果农甲", "200")]).await), ["paper_spoiled"]);
        entered(&orchard, &orchard.member, &numbers[1], vec![line(1, "果农甲", "200")]).await.unwrap();
        assert_eq!(codes(spoil(&numbers[1], "写错").await), ["paper_not_printed"]);
    }
}
