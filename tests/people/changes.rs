//! What is on record is corrected, and a plot is ended: the past keeps what it was, the event has old and new, and names nobody.

use serde_json::{Value, json};
use yanzhao::identity::commands::change::change_organisation;
use yanzhao::identity::organisation::OrganisationChange;
use yanzhao::kernel::{Day, Desk, Outcome};
use yanzhao::ledger;
use yanzhao::registry::commands::{GrowerChange, PlotEnd, change_grower, end_plot};
use yanzhao::registry::queries::{PlotsAsked, grower, plot, plots};
use yanzhao::registry::store::{GrowerRow, PlotRow};

use crate::events;
use crate::orchard::{KG, Orchard, codes};
use crate::support::on_both_engines;
use crate::support::world::{OUTSIDE, act};

async fn changed(orchard: &Orchard, desk: &Desk, id: &str, input: GrowerChange) -> Outcome<GrowerRow> {
    let id = id.to_owned();
    act!(orchard.world, desk, |tx, desk| change_grower(tx, desk, &id, &input), [id, input])
}

async fn ended(orchard: &Orchard, desk: &Desk, id: &str, day: &str, reason: &str) -> Outcome<PlotRow> {
    let (id, input) = (id.to_owned(), PlotEnd { last_day: Day::parse(day).unwrap(), reason: reason.to_owned() });
    act!(orchard.world, desk, |tx, desk| end_plot(tx, desk, &id, &input), [id, input])
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The last event about something: its kind and its facts.
async fn last(orchard: &Orchard, id: &str) -> (String, Value) {
    let body = ledger::history(orchard.world.db.reader(), id, 20).await.unwrap().pop().unwrap().1;
    (body["kind"].as_str().unwrap().to_owned(), body["facts"].clone())
}

on_both_engines! {
    async fn a_grower_is_corrected_and_the_event_has_old_and_new(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let one = orchard.world.grower("王小二", &orchard.producer).await;
        let input = GrowerChange { household_no: some(" 5-12 "), phone: some("１３８ 0013 8000"), ..GrowerChange::default() };
        let row = changed(&orchard, &orchard.member, &one, input.clone()).await.unwrap();
        assert_eq!((row.household_no.as_deref(), row.phone.as_deref(), row.village.as_str()), (Some("5-12"), Some("13800138000"), "东里庄村"));
        let moved = GrowerChange { division_code: some(OUTSIDE), village: some("小樵村"), ..GrowerChange::default() };
        changed(&orchard, &orchard.member, &one, moved).await.unwrap();
        let (kind, facts) = last(&orchard, &one).await;
        assert_eq!(kind, "grower.changed");
        assert_eq!(facts, json!({ "division_code": { "from": "130183104", "to": OUTSIDE }, "village": { "from": "东里庄村", "to": "小樵村" } }));
        let gone = GrowerChange { phone: some(""), ..GrowerChange::default() };
        assert_eq!(changed(&orchard, &orchard.member, &one, gone).await.unwrap().phone, None);
        assert_eq!(last(&orchard, &one).await.1, json!({ "phone": { "from": "138****8000", "to": null } }));
        let before = events(&orchard).await;
        let same = GrowerChange { household_no: some("5-12"), village: some("小樵村"), ..GrowerChange::default() };
        changed(&orchard, &orchard.member, &one, same).await.unwrap();
        assert_eq!(events(&orchard).await, before, "changing nothing does nothing");
        let kept = format!("{:?}", ledger::history(orchard.world.db.reader(), &one, 20).await.unwrap());
        assert!(!kept.contains("王小二") && !kept.contains("13800138000"), "no name and no telephone: {kept}");
        let view = grower(&orchard.world.db, &orchard.office.actor, &one).await.unwrap();
        assert_eq!((view.name.as_str(), view.village.as_str(), view.household_no.as_deref()), ("王小二", "小樵村", Some("5-12")));
    }

    async fn a_bad_correction_is_refused_with_every_fault_and_out_of_reach_is_not_there(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let one = orchard.world.grower("王小二", &orchard.producer).await;
        let other = orchard.world.grower("李四", &orchard.producer).await;
        let bad = GrowerChange { division_code: some("130000"), village: some(" "), household_no: some("11010519491231002X"), phone: some("call me") };
        let refused = changed(&orchard, &orchard.member, &one, bad).await.unwrap_err();
        let at = |pointer: &str| refused.fields.iter().find(|f| f.pointer == pointer).map(|f| f.code);
        assert_eq!(
            ["/division_code", "/village", "/household_no", "/phone"].map(at),
            [Some("grower_place_coarse"), Some("register_empty"), Some("grower_id_number"), Some("grower_phone")]
        );
        changed(&orchard, &orchard.member, &other, GrowerChange { household_no: some("7"), ..GrowerChange::default() }).await.unwrap();
        let twin = changed(&orchard, &orchard.member, &one, GrowerChange { household_no: some("7"), ..GrowerChange::default() }).await;
        assert_eq!(codes(twin), ["invalid_fields", "grower_twice"]);
        let stranger = orchard.world.member("stranger", &orchard.world.organisation("外县", "130133").await);
        for desk in [&stranger, &orchard.holder] {
            assert_eq!(codes(changed(&orchard, desk, &one, GrowerChange::default()).await), ["not_found"]);
        }
        assert_eq!(codes(changed(&orchard, &orchard.member, "gro_none", GrowerChange::default()).await), ["not_found"]);
    }

    async fn a_firm_says_how_it_is_reached(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let change = async |desk: &Desk, contact: &str| {
            let (id, input) = (orchard.producer.clone(), OrganisationChange { contact: contact.to_owned() });
            act!(orchard.world, desk, |tx, desk| change_organisation(tx, desk, &id, &input), [id, input])
        };
        assert_eq!(change(&orchard.member, " 0311-8431 0000 ").await.unwrap().contact.as_deref(), Some("0311-8431 0000"));
        assert_eq!(change(&orchard.office, "演示经办").await.unwrap().contact.as_deref(), Some("演示经办"), "the office of its region too");
        let told = last(&orchard, &orchard.producer).await;
        assert_eq!(told, ("organisation.changed".to_owned(), json!({ "contact": { "from": "0311-8431 0000", "to": "演示经办" } })));
        let before = events(&orchard).await;
        change(&orchard.member, "演示经办").await.unwrap();
        assert_eq!(events(&orchard).await, before);
        assert_eq!(codes(change(&orchard.member, &"长".repeat(121)).await), ["invalid_fields", "contact_long"]);
        assert_eq!(codes(change(&orchard.holder, "我").await), ["not_found"], "who holds a right changes nobody else");
        assert_eq!(change(&orchard.member, "").await.unwrap().contact, None);
    }

    async fn a_plot_ends_on_a_day_and_its_past_stays(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 7_500 * KG).await;
        let batch = orchard.register(orchard.batch("A-1", 900 * KG)).await.unwrap();
        let id = orchard.plot.clone();
        for (day, code) in [("2019-12-31", "plot_end_before"), ("2026-09-14", "plot_used_after")] {
            let refused = ended(&orchard, &orchard.member, &id, day, "流转").await.unwrap_err();
            assert!(refused.fields.iter().any(|f| f.pointer == "/last_day" && f.code == code), "{day}: {refused}");
        }
        let refused = ended(&orchard, &orchard.member, &id, "2019-12-31", " ").await.unwrap_err();
        assert!(refused.fields.iter().any(|f| f.pointer == "/reason" && f.code == "register_empty"), "{refused}");
        let row = ended(&orchard, &orchard.member, &id, "2026-10-25", "合同到期").await.unwrap();
        assert_eq!(row.valid_to.as_deref(), Some("2026-10-25"));
        let told = last(&orchard, &id).await;
        assert_eq!(told, ("plot.ended".to_owned(), json!({ "holder_id": orchard.producer, "from": null, "to": "2026-10-25", "reason": "合同到期" })));
        let before = events(&orchard).await;
        ended(&orchard, &orchard.member, &id, "2026-10-25", "再说一次").await.unwrap();
        assert_eq!(events(&orchard).await, before, "the same day again does nothing");
        assert_eq!(codes(ended(&orchard, &orchard.member, &id, "2026-12-31", "延长").await), ["invalid_fields", "plot_ended"]);
        let on = async |day: &str| {
            let asked = PlotsAsked { holder_id: Some(orchard.producer.clone()), as_of: Day::parse(day), ..PlotsAsked::default() };
            plots(&orchard.world.db, &orchard.member.actor, &asked, None, 10).await.unwrap().items.len()
        };
        assert_eq!((on("2026-10-25").await, on("2026-10-26").await), (1, 0));
        assert!(plot(&orchard.world.db, &orchard.member.actor, &id).await.is_ok(), "it stays on record");
        // What was harvested there before may still be registered, and the batch of before is as it was.
        orchard.register(orchard.batch("A-2", 10 * KG)).await.unwrap();
        let kept = yanzhao::trace::queries::batch::batch(&orchard.world.db, &orchard.member.actor, &batch.id).await.unwrap();
        assert_eq!((kept.state.as_str(), kept.lot.as_str()), ("registered", "A-1"));
        orchard.balanced().await;
        let stranger = orchard.world.member("stranger", &orchard.world.organisation("外县", "130133").await);
        assert_eq!(codes(ended(&orchard, &stranger, &id, "2026-10-25", "x").await), ["not_found"]);
    }

    async fn a_households_delivery_keeps_its_plot(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let one = orchard.world.grower("王小二", &orchard.producer).await;
        let plot = orchard.world.plot(&one, &orchard.product, 2000, |p| p.registered_by_id.clone_from(&orchard.producer)).await;
        orchard.account(&one, 5_000 * KG).await;
        let input = yanzhao::trace::delivery::DeliveryInput { plot_id: Some(plot.clone()), ..orchard.delivery(&one, 500 * KG) };
        orchard.deliver(input).await.unwrap();
        // Fruit is delivered long after it was picked: the season it is of counts, not the day.
        assert_eq!(codes(ended(&orchard, &orchard.member, &plot, "2026-08-19", "改种").await), ["invalid_fields", "plot_delivered_after"]);
        ended(&orchard, &orchard.member, &plot, "2026-10-10", "改种").await.unwrap();
        let stored = yanzhao::trace::delivery::DeliveryInput {
            plot_id: Some(plot),
            delivered_on: "2026-10-19".to_owned(),
            ..orchard.delivery(&one, 10 * KG)
        };
        orchard.deliver(stored).await.unwrap();
        orchard.balanced().await;
    }
}
