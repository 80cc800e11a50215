//! Facilities with their licences, and what a batch may name.

use yanzhao::kernel::Day;
use yanzhao::registry::commands::{CloseInput, LicenceInput, close_facility, license_facility, register_facility};
use yanzhao::registry::queries::{FacilitiesAsked, facilities, facility as one_facility};
use yanzhao::trace::batch::{BatchInput, BatchPatch};
use yanzhao::trace::commands::correct::correct_batch;

use crate::ground::{Ground, KG, codes, facility, figure, outcome};
use crate::support::on_both_engines;
use crate::support::world::act;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn licence(number: &str, from: &str, to: &str) -> LicenceInput {
    LicenceInput {
        kind: "SC 食品生产许可".to_owned(),
        number: number.to_owned(),
        issuer: None,
        valid_from: day(from),
        valid_to: Some(day(to)),
        evidence: None,
    }
}

on_both_engines! {
    async fn a_facility_is_registered_licensed_and_closed_by_its_own(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let bad = facility("cold_store", " ", |v| {
            (v["tenure"], v["valid_to"], v["capacity"], v["division_code"]) = ("rented".into(), "2025-12-31".into(), 0.into(), "999999".into());
        });
        let refused = act!(ground.world, ground.member, |tx, desk| register_facility(tx, desk, &bad), [bad]).unwrap_err();
        assert_eq!(codes(&refused), ["facility_backwards", "facility_lessor_missing", "facility_capacity", "division_unknown", "register_empty"]);
        let store = ground.facility(&ground.member, "cold_store", "1 号冷库").await;
        let again = facility("plant", "1 号冷库", |_| {});
        let refused = act!(ground.world, ground.member, |tx, desk| register_facility(tx, desk, &again), [again]).unwrap_err();
        assert_eq!(codes(&refused), ["facility_twice"]);
        let of_others = facility("plant", "他家", |v| v["organisation_id"] = ground.producer.clone().into());
        let refused = act!(ground.world, ground.stranger, |tx, desk| register_facility(tx, desk, &of_others), [of_others]).unwrap_err();
        assert_eq!(codes(&refused), ["register_organisation_unknown"]);
        let (id, sc) = (store.id.clone(), licence("SC1", "2026-01-01", "2026-11-10"));
        let refused = act!(ground.world, ground.stranger, |tx, desk| license_facility(tx, desk, &id, &sc), [id, sc]).unwrap_err();
        assert!(refused.says("not_found"), "out of reach is not there");
        act!(ground.world, ground.member, |tx, desk| license_facility(tx, desk, &id, &sc), [id, sc]).unwrap();
        let refused = act!(ground.world, ground.member, |tx, desk| license_facility(tx, desk, &id, &sc), [id, sc]).unwrap_err();
        assert_eq!(codes(&refused), ["facility_licence_twice"]);
        let today = ground.world.clock.today();
        let view = one_facility(&ground.world.db, &ground.member.actor, &id, today).await.unwrap();
        assert!(view.is_valid && !view.licence_lapsed && view.licences[0].ends_soon, "three weeks are left");
        assert!(one_facility(&ground.world.db, &ground.office.actor, &id, today).await.is_ok(), "the office of the city sees it");
        let listed = facilities(&ground.world.db, &ground.stranger.actor, &FacilitiesAsked::default(), today, None, 50).await.unwrap();
        assert_eq!(listed.items.len(), 0);
        let close = CloseInput { closed_on: Some(day("2026-10-20")), reason: "租约到期".to_owned() };
        act!(ground.world, ground.member, |tx, desk| close_facility(tx, desk, &id, &close), [id, close]).unwrap();
        let refused = act!(ground.world, ground.member, |tx, desk| close_facility(tx, desk, &id, &close), [id, close]).unwrap_err();
        assert!(refused.says("facility_closed"));
        ground.balances().await;
    }

    async fn a_batch_names_a_facility_of_its_producer_that_is_valid_and_licensed(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let house = ground.facility(&ground.member, "packing_house", "包装一厂").await;
        let foreign = ground.facility(&ground.stranger, "packing_house", "别家厂").await;
        let late = facility("plant", "新厂", |v| v["valid_from"] = "2026-10-20".into());
        let late = act!(ground.world, ground.member, |tx, desk| register_facility(tx, desk, &late), [late]).unwrap();
        let with = |lot: &str, facility: &str| BatchInput { facility_id: Some(facility.to_owned()), ..ground.batch(lot, 100 * KG) };
        for (facility, code) in [("一号冷库", "facility_unknown"), ("fac_00000000000000000000000000", "facility_unknown"), (&foreign.id, "facility_not_yours"), (&late.id, "facility_not_valid")] {
            let refused = ground.register(with("L0", facility)).await.unwrap_err();
            assert_eq!(codes(&refused), [code]);
        }
        let refused = ground.register(with("L0", &foreign.id)).await.unwrap_err();
        assert_eq!(figure(&refused, "facility_not_yours", "figure"), foreign.id, "the name of somebody else's facility is not told");
        let view = ground.register(with("L1", &house.id)).await.unwrap();
        assert_eq!((outcome(&view, "facility_valid").as_deref(), outcome(&view, "licence").as_deref()), (Some("passed"), Some("silent")));
        let (id, sc) = (house.id.clone(), licence("SC1", "2026-01-01", "2026-10-18"));
        act!(ground.world, ground.member, |tx, desk| license_facility(tx, desk, &id, &sc), [id, sc]).unwrap();
        let held = ground.register(with("L2", &house.id)).await.unwrap();
        assert_eq!(held.held_by, ["licence"], "packed a day after the licence ended");
        let refused = ground.release(&ground.member, &held.id, None).await.unwrap_err();
        assert!(refused.says("licence_expired") && refused.says("release_held"));
        let (id, renewed) = (house.id.clone(), licence("SC2", "2026-10-19", "2031-10-18"));
        act!(ground.world, ground.member, |tx, desk| license_facility(tx, desk, &id, &renewed), [id, renewed]).unwrap();
        let released = ground.release(&ground.member, &held.id, None).await.unwrap();
        assert_eq!((released.state.as_str(), released.held_by.len()), ("released", 0));
        ground.balances().await;
    }

    async fn a_name_from_before_the_register_stays(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let view = ground.register(ground.batch("L1", 100 * KG)).await.unwrap();
        ground.world.tamper(&format!("UPDATE batch SET facility = '老冷库' WHERE id = '{}'", view.id)).await;
        let (id, patch) = (view.id.clone(), BatchPatch { version: 1, grade: Some("特级".to_owned()), ..BatchPatch::default() });
        let view = act!(ground.world, ground.member, |tx, desk| correct_batch(tx, desk, &id, &patch), [id, patch]).unwrap();
        assert_eq!((view.facility_id.as_deref(), outcome(&view, "facility_known").as_deref()), (Some("老冷库"), Some("silent")));
        let (id, patch) = (view.id.clone(), BatchPatch { version: 2, facility_id: Some("另一个".to_owned()), ..BatchPatch::default() });
        let refused = act!(ground.world, ground.member, |tx, desk| correct_batch(tx, desk, &id, &patch), [id, patch]).unwrap_err();
        assert_eq!(codes(&refused), ["facility_unknown"]);
        assert_eq!(ground.release(&ground.member, &view.id, None).await.unwrap().state, "released");
    }
}
