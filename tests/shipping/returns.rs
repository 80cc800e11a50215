//! Goods come back.

use serde_json::json;
use yanzhao::trace::account::Bucket;

use crate::house::{BATCH, CODED, House, PACK, refuses};
use crate::orchard::KG;
use crate::support::on_both_engines;

on_both_engines! {
    async fn labelled_goods_come_back_to_be_sold_again(engine: Engine) {
        let house = House::new(engine).await;
        let sent = house.send(house.labels(1, 10)).await.unwrap();
        house.receive(&sent.id, json!({ "lines": [{ "no": 1, "first": 1, "last": 6 }] })).await.unwrap();
        let back = house.take_back(&sent.id, json!([{ "no": 1, "first": 5, "last": 8 }]), "resale").await.unwrap();
        assert_eq!((back.figure("received"), back.figure("returned"), back.figure("on_the_way")), (4 * PACK, 4 * PACK, 2 * PACK), "two from the shop, two from the road");
        refuses(house.take_back(&sent.id, json!([{ "no": 1, "first": 8, "last": 9 }]), "resale").await, "labels_back_already");
        assert_eq!(house.account([Bucket::Released, Bucket::Uncoded, Bucket::Lost]).await, [BATCH, 0, 0]);
        let refused = refuses(house.send(house.labels(4, 8)).await, "already_shipped");
        assert!(refused.params.contains(&("places", "4".to_owned())), "{refused}");
        let again = house.send(house.labels(5, 8)).await.unwrap();
        refuses(house.send(house.labels(5, 5)).await, "already_shipped");
        let whole = house.receive(&again.id, json!({})).await.unwrap();
        assert_eq!(whole.state, "received");
        let closed = house.take_back(&again.id, json!([{ "no": 1, "first": 5, "last": 8 }]), "resale").await.unwrap();
        assert_eq!((closed.state.as_str(), closed.figure("received")), ("closed", 0));
        house.balanced().await;
    }

    async fn goods_to_be_repacked_wait_for_new_labels(engine: Engine) {
        let house = House::new(engine).await;
        let sent = house.send(house.labels(1, 4)).await.unwrap();
        house.take_back(&sent.id, json!([{ "no": 1, "first": 2, "last": 3 }]), "repack").await.unwrap();
        let refused = refuses(house.send(house.labels(2, 2)).await, "needs_relabel");
        assert!(refused.params.contains(&("number", sent.number.clone())));
        assert_eq!(house.went().await, (CODED * PACK, 0, 0), "the goods are where they were");
        house.balanced().await;
    }

    async fn destroyed_goods_leave_with_their_labels(engine: Engine) {
        let house = House::new(engine).await;
        let sent = house.send(house.labels(1, 10)).await.unwrap();
        house.receive(&sent.id, json!({})).await.unwrap();
        let coded = house.account([Bucket::Coded]).await[0];
        house.take_back(&sent.id, json!([{ "no": 1, "first": 9, "last": 10 }]), "destroy").await.unwrap();
        assert_eq!(house.shape(&house.order).await, "1–8 active、9–10 voided、11–30 active、31–40 bound、41–60 issued");
        assert_eq!(house.went().await, ((CODED - 2) * PACK, 2 * PACK, 0));
        assert_eq!(house.account([Bucket::Released, Bucket::Lost, Bucket::Coded, Bucket::Burned]).await, [BATCH - 2 * PACK, 2 * PACK, coded - 2 * PACK, 0]);
        house.balanced().await;
        refuses(house.send(house.labels(9, 10)).await, "already_voided");
        assert_eq!(house.take_back(&sent.id, json!([{ "no": 1, "first": 1, "last": 8 }]), "destroy").await.unwrap().state, "closed");
        house.balanced().await;
    }

    async fn goods_without_labels_come_back_to_batch_and_account_unless_destroyed(engine: Engine) {
        let house = House::new(engine).await;
        let home = house.send(house.loose(20 * KG)).await.unwrap();
        let abroad = json!({ "lines": house.loose(10 * KG), "exported": true });
        let abroad = house.send_as(&house.orchard.member, abroad).await.unwrap();
        house.take_back(&home.id, json!([{ "no": 1, "net_weight_g": 3_001 }]), "resale").await.unwrap();
        house.take_back(&abroad.id, json!([{ "no": 1, "net_weight_g": 4_002 }]), "repack").await.unwrap();
        let lost = house.take_back(&home.id, json!([{ "no": 1, "net_weight_g": 5_000 }]), "destroy").await.unwrap();
        assert_eq!(lost.figure("returned"), 8_001);
        let refused = refuses(house.take_back(&home.id, json!([{ "no": 1, "net_weight_g": 12_000 }]), "resale").await, "more_than_out");
        assert!(refused.params.contains(&("right", "11.999 kg".to_owned())), "{refused}");
        let right = [BATCH - 30 * KG + 3_001 + 4_002, 20 * KG - 3_001, 10 * KG - 4_002, 0];
        assert_eq!(house.account([Bucket::Released, Bucket::Uncoded, Bucket::Exported, Bucket::Lost]).await, right);
        assert_eq!(house.went().await.1, 30 * KG - 3_001 - 4_002);
        house.balanced().await;
    }

    async fn returns_say_what_they_are(engine: Engine) {
        let house = House::new(engine).await;
        let sent = house.send(json!([{ "order_id": house.order, "first": 1, "last": 4 }, { "batch_id": house.batch, "net_weight_g": KG }])).await.unwrap();
        refuses(house.take_back(&sent.id, json!([]), "resale").await, "nothing_returned");
        refuses(house.take_back(&sent.id, json!([{ "no": 1, "net_weight_g": PACK }]), "resale").await, "return_labels_needed");
        refuses(house.take_back(&sent.id, json!([{ "no": 3, "net_weight_g": PACK }]), "resale").await, "shipment_line_unknown");
        refuses(house.take_back(&sent.id, json!([{ "no": 2, "first": 1 }]), "resale").await, "line_without_labels");
        refuses(house.take_back(&sent.id, json!([{ "no": 2, "net_weight_g": 1 }]), "burn").await, "disposition_unknown");
        let whole = house.take_back(&sent.id, json!([{ "no": 1, "net_weight_g": 4 * PACK }]), "resale").await.unwrap();
        assert_eq!((whole.acts[0].first, whole.acts[0].last), (Some(1), Some(4)), "all of a line is every label of it");
        house.send(house.labels(1, 4)).await.unwrap();
    }
}
