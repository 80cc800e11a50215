//! Goods leave and arrive.

use serde_json::json;
use yanzhao::trace::account::Bucket;
use yanzhao::trace::queries::shipment::{shipment, shipments};
use yanzhao::trace::queries::stock::{StockFilter, consignee_stock};
use yanzhao::trace::shipment::ShipmentFilter;

use crate::house::{BATCH, CODED, House, PACK, refuses};
use crate::orchard::KG;
use crate::support::on_both_engines;
use crate::support::world::COUNTY;

on_both_engines! {
    async fn loose_goods_leave_the_account_and_labelled_ones_do_not(engine: Engine) {
        let house = House::new(engine).await;
        let sent = house.send(json!([
            { "batch_id": house.batch, "net_weight_g": 12_345 },
            { "order_id": house.order, "first": 1, "last": 10 },
        ])).await.unwrap();
        assert_eq!((sent.number.as_str(), sent.state.as_str(), sent.codes, sent.amount()), ("S20261020-0001", "sent", 10, 12_345 + 10 * PACK));
        assert_eq!(sent.consignee.name, "演示超市");
        assert_eq!(house.went().await, (CODED * PACK, 12_345, 0));
        assert_eq!(house.account([Bucket::Released, Bucket::Uncoded]).await, [BATCH - 12_345, 12_345]);
        house.balanced().await;
        let exported = json!({ "lines": house.loose(KG), "consignee": { "name": "海外公司" }, "exported": true, "number": "出-7" });
        let abroad = house.send_as(&house.orchard.member, exported).await.unwrap();
        assert_eq!((abroad.number.as_str(), abroad.consignee.kind.as_str()), ("出-7", "other"));
        assert_eq!(house.account([Bucket::Released, Bucket::Exported]).await, [BATCH - 13_345, KG]);
        let third = house.send(house.loose(1)).await.unwrap();
        assert_eq!(third.number, "S20261020-0002", "numbers of one's own are not counted");
        house.balanced().await;
    }

    async fn labels_not_in_use_go_with_a_warning(engine: Engine) {
        let house = House::new(engine).await;
        let sent = house.send(house.labels(29, 33)).await.unwrap();
        let warned: Vec<_> = sent.warnings.iter().map(|w| (w.code.as_str(), w.no, w.codes, w.places.as_str())).collect();
        assert_eq!(warned, [("codes_not_active", 1, 3, "31–33")]);
        house.activate(&house.order, 31, 33).await;
        let later = shipment(&house.orchard.world.db, &house.orchard.member.actor, house.orchard.world.clock.now(), &sent.id).await.unwrap();
        assert!(later.warnings.is_empty());
    }

    async fn a_code_is_out_once(engine: Engine) {
        let house = House::new(engine).await;
        let first = house.send(house.labels(5, 14)).await.unwrap();
        let refused = refuses(house.send(house.labels(10, 20)).await, "already_shipped");
        assert!(refused.params.contains(&("places", "10–14".to_owned())) && refused.params.contains(&("number", first.number.clone())), "{refused}");
        refuses(house.send(json!([{ "order_id": house.order, "first": 20, "last": 25 }, { "order_id": house.order, "first": 25 }])).await, "labels_twice");
        house.void(&first.id).await.unwrap();
        house.send(house.labels(10, 20)).await.unwrap();
        house.balanced().await;
    }

    async fn a_stretch_over_two_batches_is_two_lines_and_spoilt_labels_are_stepped_over(engine: Engine) {
        let house = House::new(engine).await;
        let other = house.another_batch("L2", 50 * KG).await;
        house.bind(&house.order, 41, 44, &other).await;
        let void: yanzhao::trace::commands::range::VoidInput = crate::house::read(json!({ "first": 38, "last": 38, "reason": "lost" }));
        let (keys, id) = (&house.keys, house.order.clone());
        crate::support::world::act!(house.orchard.world, house.orchard.member,
            |tx, desk| yanzhao::trace::commands::range::void_codes(tx, desk, keys.as_ref(), &id, &void, false), [keys, id, void]).unwrap();
        let sent = house.send(house.labels(36, 44)).await.unwrap();
        let lines: Vec<_> = sent.lines.iter().map(|l| (l.lot.as_str(), l.first.unwrap(), l.last.unwrap(), l.amount())).collect();
        assert_eq!(lines, [("L1", 36, 37, 2 * PACK), ("L1", 39, 40, 2 * PACK), ("L2", 41, 44, 4 * PACK)]);
        house.balanced().await;
    }

    async fn a_case_is_sent_with_what_is_linked_in_it(engine: Engine) {
        let house = House::new(engine).await;
        let cases = house.order_codes("case", 10).await;
        let number = async |id: &str| {
            use sea_orm::EntityTrait;
            let rows = yanzhao::entity::code_order::Entity::find().all(house.orchard.world.db.reader()).await.unwrap();
            rows.into_iter().find(|row| row.id == id).unwrap().order_no
        };
        let lines = json!([{ "order_id": cases, "first": 2, "last": 3 }]);
        let refused = refuses(house.send(lines.clone()).await, "case_without_contents");
        assert!(refused.params.contains(&("places", "2–3".to_owned())), "{refused}");
        let link = yanzhao::entity::nesting::Model {
            id: "nes_1".into(), parent_order_no: number(&cases).await, parent_first: 1, parent_last: 4, child_order_no: number(&house.order).await,
            child_first: 1, child_last: 20, per: 5, mode: "ratio".into(), linked_at: 1, linked_by: "x".into(), unlinked_at: None,
            unlinked_by: None, unlink_reason: None,
        };
        house.orchard.world.put::<_, yanzhao::entity::nesting::ActiveModel>(link).await;
        let sent = house.send(lines).await.unwrap();
        assert_eq!((sent.lines[0].first, sent.lines[0].last, sent.codes, sent.amount()), (Some(6), Some(15), 10, 10 * PACK));
        refuses(house.send(house.labels(15, 16)).await, "already_shipped");
        refuses(house.send(json!([{ "order_id": cases, "first": 4, "last": 5 }])).await, "case_without_contents");
    }

    async fn a_shop_receives_in_parts_and_says_what_is_missing(engine: Engine) {
        let house = House::new(engine).await;
        let sent = house.send(json!([{ "order_id": house.order, "first": 1, "last": 20 }, { "batch_id": house.batch, "net_weight_g": 30 * KG }])).await.unwrap();
        let part = house.receive(&sent.id, json!({ "lines": [{ "no": 1, "first": 1, "last": 12 }], "missing": [{ "no": 2, "net_weight_g": 500 }] })).await.unwrap();
        assert_eq!((part.state.as_str(), part.figure("received"), part.figure("missing")), ("sent", 12 * PACK, 500));
        refuses(house.receive(&sent.id, json!({ "lines": [{ "no": 1, "first": 12, "last": 13 }] })).await, "labels_accounted_for");
        refuses(house.receive(&sent.id, json!({ "lines": [{ "no": 2, "net_weight_g": 29_501 }] })).await, "more_than_on_the_way");
        refuses(house.receive(&sent.id, json!({ "lines": [{ "no": 1, "net_weight_g": PACK + 1 }] })).await, "not_whole_packs");
        refuses(house.receive(&sent.id, json!({ "lines": [{ "no": 1, "first": 20, "last": 21 }] })).await, "label_outside_line");
        let whole = house.receive_as(&house.orchard.member, &sent.id, json!({})).await.unwrap();
        assert_eq!((whole.state.as_str(), whole.figure("received"), whole.figure("on_the_way")), ("received", 20 * PACK + 29_500, 0));
        refuses(house.receive(&sent.id, json!({})).await, "nothing_on_the_way");
        let filter = StockFilter::default();
        let stock = consignee_stock(&house.orchard.world.db, &house.shop_desk.actor, &filter, 50).await.unwrap();
        let figures: Vec<_> = stock.iter().map(|s| (s.season.as_str(), s.figure("sent"), s.figure("on_hand"), s.figure("missing"))).collect();
        assert_eq!(figures, [("2026", 20 * PACK + 30 * KG, 20 * PACK + 29_500, 500)]);
        assert!(consignee_stock(&house.orchard.world.db, &house.orchard.member.actor, &filter, 50).await.unwrap().is_empty(), "a seller's stock is the seller's");
        house.balanced().await;
    }

    async fn who_sees_a_shipment(engine: Engine) {
        let house = House::new(engine).await;
        let sent = house.send(house.labels(1, 2)).await.unwrap();
        let world = &house.orchard.world;
        let sees = async |desk: &yanzhao::kernel::Desk| {
            let one = shipment(&world.db, &desk.actor, world.clock.now(), &sent.id).await.is_ok();
            let listed = shipments(&world.db, &desk.actor, &ShipmentFilter::default(), None, None).await.unwrap().0.len();
            assert_eq!(usize::from(one), listed);
            one
        };
        let stranger = world.organisation("别家", COUNTY).await;
        assert!(sees(&house.orchard.member).await && sees(&house.shop_desk).await && sees(&house.officer("county")).await);
        let there = world.desk("there", None, yanzhao::kernel::Scope { divisions: vec!["130133".to_owned()], ..Default::default() });
        assert!(sees(&there).await, "where the goods went, supervision sees them too");
        assert!(!sees(&house.orchard.holder).await, "a holder sees no customers");
        assert!(!sees(&world.member("stranger", &stranger)).await);
        refuses(house.receive_as(&world.member("stranger", &stranger), &sent.id, json!({})).await, "not_found");
        refuses(house.send_as(&house.shop_desk, json!({ "lines": house.labels(3, 4), "consignee": { "name": "x" } })).await, "not_found");
    }

    async fn a_shipment_is_voided_within_a_day_and_unreceived(engine: Engine) {
        let house = House::new(engine).await;
        let sent = house.send(json!([{ "order_id": house.order, "first": 1, "last": 2 }, { "batch_id": house.batch, "net_weight_g": 7 * KG }])).await.unwrap();
        let voided = house.void(&sent.id).await.unwrap();
        assert_eq!((voided.state.as_str(), voided.void_reason.as_deref()), ("voided", Some("登错了")));
        assert_eq!(house.void(&sent.id).await.unwrap().state, "voided", "twice is once");
        assert_eq!((house.went().await, house.account([Bucket::Released, Bucket::Uncoded]).await), ((CODED * PACK, 0, 0), [BATCH, 0]));
        refuses(house.receive(&sent.id, json!({})).await, "shipment_voided");
        let received = house.send(house.labels(1, 2)).await.unwrap();
        house.receive(&received.id, json!({ "lines": [{ "no": 1, "first": 1 }] })).await.unwrap();
        refuses(house.void(&received.id).await, "shipment_acted_on");
        let late = house.send(house.labels(3, 4)).await.unwrap();
        house.orchard.world.clock.advance(yanzhao::kernel::clock::DAY + 1);
        refuses(house.void(&late.id).await, "shipment_void_late");
        house.balanced().await;
    }
}
