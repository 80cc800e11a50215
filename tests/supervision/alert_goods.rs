//! What rules know of goods over a real database: withdrawn labels of an order, goods of a shipment, provinces a batch was sent to, spare
//! labels.

use sea_orm::{EntityTrait, QueryOrder};
use yanzhao::entity::{alert, code_range, shipment, shipment_line};
use yanzhao::kernel::clock::{DAY, HOUR, MINUTE};
use yanzhao::kernel::ids::Noun;
use yanzhao::supervision::alert::{Cadence, evaluate};

use crate::alerts::{Goods, goods, scanned};
use crate::support::on_both_engines;
use crate::support::world::{COUNTY, World};

/// Runs the rules, and tells rule, subject and severity of every alert of `rule`.
async fn found(world: &World, cadence: Cadence, rule: &str) -> Vec<String> {
    evaluate(&world.db, &world.clock, &world.random, cadence).await.unwrap();
    let rows = alert::Entity::find().order_by_asc(alert::Column::SubjectId).all(world.db.reader()).await.unwrap();
    rows.into_iter().filter(|row| row.rule == rule).map(|row| format!("{} {}", row.subject_id, row.severity)).collect()
}

/// Sends labels of a batch, or all of it, somewhere today.
async fn send(world: &World, goods: &Goods, division: Option<&str>, labels: Option<(i64, i64, i64)>) {
    let sent = shipment::Model {
        id: world.id(Noun::Shipment),
        number: world.id(Noun::Shipment),
        producer_id: goods.producer.clone(),
        product_id: goods.product.clone(),
        consignee_kind: "person".to_owned(),
        consignee_id: None,
        consignee_name: "某某水果店".to_owned(),
        consignee_contact: None,
        division_code: division.map(str::to_owned),
        place: None,
        exported: false,
        carrier: None,
        facility_id: None,
        note: None,
        state: "sent".to_owned(),
        sent_on: world.clock.today().to_string(),
        late: false,
        late_reason: None,
        void_reason: None,
        recorded_at: world.clock.now(),
        recorded_by: "acc".to_owned(),
    };
    let sent = world.put(sent).await.id;
    let line = shipment_line::Model {
        shipment_id: sent,
        no: 1,
        batch_id: goods.batch.clone(),
        order_no: labels.map(|(order_no, ..)| order_no),
        first: labels.map(|(_, first, _)| first),
        last: labels.map(|(.., last)| last),
        codes: labels.map_or(0, |(_, first, last)| last - first + 1),
        amount: 10,
        received: 0,
        returned: 0,
        missing: 0,
    };
    world.put(line).await;
}

async fn void(world: &World, order_no: i64, (first, last): (i64, i64), reason: &str) {
    let range = code_range::Model {
        order_no,
        first,
        last,
        batch_id: None,
        state: "voided".to_owned(),
        reason: Some(reason.to_owned()),
        since: world.clock.now(),
        bound_at: None,
        active_at: None,
    };
    world.put(range).await;
}

on_both_engines! {
    async fn a_spoilt_label_is_noted_and_several_people_with_several_are_work(engine: Engine) {
        let world = World::new(engine).await;
        goods(&world, 1, 100).await;
        void(&world, 1, (101, 110), "damaged").await;
        scanned(&world, (1, 101), world.clock.now(), 1, "河北/石家庄", "voided").await;
        world.clock.advance(HOUR);
        assert_eq!(found(&world, Cadence::Scans, "R6").await, ["1-101 info"]);
        // Another person, another label of the same order, in a portion of its own.
        scanned(&world, (1, 102), world.clock.now(), 2, "北京/北京", "voided").await;
        world.clock.advance(HOUR);
        assert_eq!(found(&world, Cadence::Scans, "R6").await, ["1-101 info", "1-102 amber"]);
        goods(&world, 2, 100).await;
        void(&world, 2, (101, 101), "stolen").await;
        scanned(&world, (2, 101), world.clock.now(), 3, "", "voided").await;
        world.clock.advance(HOUR);
        assert_eq!(found(&world, Cadence::Scans, "R6").await, ["1-101 info", "1-102 amber", "2-101 info"]);
        void(&world, 2, (102, 102), "lost").await;
        scanned(&world, (2, 102), world.clock.now(), 4, "", "voided").await;
        world.clock.advance(HOUR);
        assert_eq!(found(&world, Cadence::Scans, "R6").await, ["1-101 info", "1-102 amber", "2-101 info", "2-102 high"]);
    }

    async fn who_unpacks_a_shipment_is_noted_and_who_looks_at_everything_is_work(engine: Engine) {
        let world = World::new(engine).await;
        let (one, two) = (goods(&world, 1, 100).await, goods(&world, 2, 100).await);
        send(&world, &one, None, Some((1, 1, 40))).await;
        send(&world, &two, None, None).await;
        world.clock.advance(3 * DAY);
        for (visitor, order_no, first) in [(1, 1, 1), (2, 2, 50), (3, 1, 20)] {
            for seq in first..first + 30 {
                scanned(&world, (order_no, seq), world.clock.now() + seq * MINUTE, visitor, "", "first_check").await;
            }
        }
        world.clock.advance(DAY);
        let subject = |visitor: u64, severity: &str| format!("{visitor:016x} {severity}");
        let expected = [subject(1, "info"), subject(2, "info"), subject(3, "amber")];
        assert_eq!(found(&world, Cadence::Scans, "R12").await, expected, "codes 41 to 49 were not sent");
    }

    async fn labels_sold_where_they_were_never_sent_are_work_unless_nobody_knows_where(engine: Engine) {
        let world = World::new(engine).await;
        let mut batches = Vec::new();
        for order_no in 1..=4 {
            batches.push(goods(&world, order_no, 100).await);
        }
        // The first was never sent, the second within its province, the third with a parcel to somewhere, the fourth is looked at at home.
        send(&world, &batches[1], Some(COUNTY), None).await;
        send(&world, &batches[2], Some(COUNTY), None).await;
        send(&world, &batches[2], None, None).await;
        for order_no in 1..=4_i64 {
            for no in 0..30_i64 {
                let place = if order_no == 4 || (order_no == 2 && no < 12) { "河北/石家庄" } else { "广东/广州" };
                scanned(&world, (order_no, no + 1), world.clock.now() + no * MINUTE, 100 * order_no + no, place, "first_check").await;
            }
        }
        world.clock.advance(DAY);
        evaluate(&world.db, &world.clock, &world.random, Cadence::Scans).await.unwrap();
        let mut expected = [format!("{} amber", batches[0].batch), format!("{} amber", batches[1].batch)];
        expected.sort();
        assert_eq!(found(&world, Cadence::Nightly, "R14").await, expected);
    }
}
