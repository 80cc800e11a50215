//! Orders to mend something, on both engines.

use yanzhao::files::Shelf;
use yanzhao::identity::notice::notices;
use yanzhao::kernel::clock::DAY;
use yanzhao::kernel::ids::Noun;
use yanzhao::kernel::{Day, Desk, Scope};
use yanzhao::supervision::commands::rectification::{
    RectificationAgainInput, RectificationInput, RectificationNoteInput, RectificationReplyInput, accept_rectification,
    expire_rectification, order_rectification, reply_rectification, return_rectification,
};
use yanzhao::supervision::rectification::RectificationSource;
use yanzhao::supervision::rectifications::{due, rectification, rectifications};

use crate::support::on_both_engines;
use crate::support::world::{COUNTY, World, act};

fn officer(world: &World, account: &str, division: &str) -> Desk {
    world.desk(account, None, Scope { divisions: vec![division.to_owned()], ..Scope::default() })
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn order(world: &World, organisation: &str) -> RectificationInput {
    RectificationInput {
        source: RectificationSource::Inspection,
        source_id: world.id(Noun::Inspection),
        organisation_id: Some(organisation.to_owned()),
        seller_id: None,
        document_no: None,
        what: "补齐进销台账".to_owned(),
        due_on: day("2026-11-03"),
    }
}

on_both_engines! {
    async fn an_order_is_answered_returned_answered_and_accepted(engine: Engine) {
        let world = World::new(engine).await;
        let firm = world.organisation("合作社甲", COUNTY).await;
        let (own, other) = (officer(&world, "own", COUNTY), officer(&world, "other", "130133"));
        let member = world.member("member", &firm);
        let input = order(&world, &firm);
        let refused = act!(world, other, |tx, desk| order_rectification(tx, desk, &input), [input]).unwrap_err();
        assert!(refused.says("outside_your_region"), "{refused}");
        let wrong = RectificationInput { seller_id: Some("sel_0".to_owned()), source_id: "org_1".to_owned(), what: " ".to_owned(), due_on: day("2026-10-19"), ..input.clone() };
        let refused = act!(world, own, |tx, desk| order_rectification(tx, desk, &wrong), [wrong]).unwrap_err();
        for code in ["rectification_addressee", "rectification_source", "rectification_what", "rectification_due"] {
            assert!(refused.says(code), "every fault at once: {code} in {refused}");
        }
        let row = act!(world, own, |tx, desk| order_rectification(tx, desk, &input), [input]).unwrap();
        let id = row.id;
        let told = notices(&world.db, "acc_member", Some(&firm), None, 5).await.unwrap();
        assert_eq!(told[0].kind, "rectification_ordered");
        let waits = due(&world.db, &member.actor, &world.clock).await.unwrap();
        assert_eq!((waits.len(), waits[0].step), (1, "answer"));
        assert!(due(&world.db, &own.actor, &world.clock).await.unwrap().is_empty(), "nothing for the officer yet");

        let said = RectificationReplyInput { said: "台账已补齐".to_owned(), recovered: None, disposed: None };
        let stranger = world.member("stranger", &world.organisation("合作社乙", COUNTY).await);
        let refused = act!(world, stranger, |tx, desk| reply_rectification(tx, desk, &id, &said, &[]), [id, said]).unwrap_err();
        assert!(refused.says("not_found"), "another's order is not there");
        act!(world, member, |tx, desk| reply_rectification(tx, desk, &id, &said, &[]), [id, said]).unwrap();
        let refused = act!(world, member, |tx, desk| reply_rectification(tx, desk, &id, &said, &[]), [id, said]).unwrap_err();
        assert!(refused.says("rectification_step"), "answered once a round");
        let waits = due(&world.db, &own.actor, &world.clock).await.unwrap();
        assert_eq!((waits.len(), waits[0].step), (1, "check"));
        assert_eq!(notices(&world.db, "acc_own", None, None, 5).await.unwrap()[0].kind, "rectification_replied");

        let again = RectificationAgainInput { said: "缺九月的".to_owned(), due_on: day("2026-11-10") };
        act!(world, own, |tx, desk| return_rectification(tx, desk, &id, &again), [id, again]).unwrap();
        let shelf = Shelf::new(tempfile::tempdir().unwrap().keep());
        let kept = shelf.keep(yanzhao::files::Incoming::new("photos", "台账.pdf", b"%PDF-1.4 ledger".to_vec())).await.unwrap();
        let kept = vec![kept];
        act!(world, member, |tx, desk| reply_rectification(tx, desk, &id, &said, &kept), [id, said, kept]).unwrap();
        let seen = RectificationNoteInput { said: "现场核实已补齐".to_owned() };
        act!(world, own, |tx, desk| accept_rectification(tx, desk, &id, &seen), [id, seen]).unwrap();
        let view = rectification(&world.db, &member.actor, &id).await.unwrap();
        let acts: Vec<_> = view.notes.iter().map(|note| (note.act.as_str(), note.files)).collect();
        assert_eq!(acts, [("ordered", 0), ("replied", 0), ("again", 0), ("replied", 1), ("accepted", 0)]);
        assert_eq!((view.state.as_str(), view.due_on.as_str(), view.files.len()), ("accepted", "2026-11-10", 1));
        assert!(due(&world.db, &own.actor, &world.clock).await.unwrap().is_empty());
        assert_eq!(rectifications(&world.db, &own.actor, Some("accepted"), None, None, 10).await.unwrap().len(), 1);
        assert!(rectifications(&world.db, &other.actor, None, None, None, 10).await.unwrap().is_empty());
    }

    async fn the_time_is_over_only_after_its_day_and_while_no_answer_waits(engine: Engine) {
        let world = World::new(engine).await;
        let firm = world.organisation("合作社甲", COUNTY).await;
        let (own, member) = (officer(&world, "own", COUNTY), world.member("member", &firm));
        let input = order(&world, &firm);
        let id = act!(world, own, |tx, desk| order_rectification(tx, desk, &input), [input]).unwrap().id;
        let over = RectificationNoteInput { said: "没有答复".to_owned() };
        let refused = act!(world, own, |tx, desk| expire_rectification(tx, desk, &id, &over), [id, over]).unwrap_err();
        assert!(refused.says("rectification_not_due"));
        world.clock.advance(15 * DAY);
        let waits = due(&world.db, &own.actor, &world.clock).await.unwrap();
        assert_eq!((waits[0].step, waits[0].due_on), ("decide", Some(day("2026-11-03"))));
        let said = RectificationReplyInput { said: "晚了，已改".to_owned(), recovered: None, disposed: None };
        act!(world, member, |tx, desk| reply_rectification(tx, desk, &id, &said, &[]), [id, said]).unwrap();
        let refused = act!(world, own, |tx, desk| expire_rectification(tx, desk, &id, &over), [id, over]).unwrap_err();
        assert!(refused.says("rectification_step"), "a late answer counts");
        let again = RectificationAgainInput { said: "还差一项".to_owned(), due_on: day("2026-11-05") };
        act!(world, own, |tx, desk| return_rectification(tx, desk, &id, &again), [id, again]).unwrap();
        world.clock.advance(2 * DAY);
        act!(world, own, |tx, desk| expire_rectification(tx, desk, &id, &over), [id, over]).unwrap();
        let refused = act!(world, member, |tx, desk| reply_rectification(tx, desk, &id, &said, &[]), [id, said]).unwrap_err();
        assert!(refused.says("rectification_step"));
    }
}
