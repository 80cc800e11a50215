//! The yard: acts of this part as JSON, and what must hold after each of them.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::EntityTrait;
use serde::Serialize;
use serde_json::{Value, json};
use yanzhao::entity::{batch, code_order, nesting, pack, season_account};
use yanzhao::kernel::{Desk, Outcome};
use yanzhao::ledger;
use yanzhao::trace::CodeKind;
use yanzhao::trace::account::Bucket;
use yanzhao::trace::commands::{close, damage, link, range, relabel};
use yanzhao::trace::queries::contents::{self, Contents};
use yanzhao::trace::queries::order as orders;
use yanzhao::trace::replay::{Replay, Segment, merged};

use crate::world::{World, put, read, write};

fn said<T: Serialize>(outcome: Outcome<T>) -> Outcome<Value> {
    outcome.map(|done| serde_json::to_value(done).unwrap())
}

impl World {
    /// Any verb of a roll or of packing, as the producer.
    pub async fn act(&self, verb: &'static str, order: &str, input: Value) -> Outcome<Value> {
        self.act_as(self.producer(), verb, order, input).await
    }
    pub async fn act_as(&self, desk: Desk, verb: &'static str, order: &str, input: Value) -> Outcome<Value> {
        let (keys, id, officer) = (&self.keys, &order.to_owned(), desk.actor.organisation_id.is_none());
        let (desk, input) = (&desk, &input);
        write!(self, tx => [desk, keys, id, input] async move {
            let keys = keys.as_ref();
            match verb {
                "bind" => said(range::bind_codes(tx, &desk, keys, &id, &read(input)).await),
                "activate" => said(range::activate_codes(tx, &desk, keys, &id, &read(input)).await),
                "undo" => said(range::undo_codes(tx, &desk, keys, &id, &read(input)).await),
                "void" => said(range::void_codes(tx, &desk, keys, &id, &read(input), officer).await),
                "return" => said(range::return_codes(tx, &desk, keys, &id, &read(input)).await),
                "link" => said(link::link_codes(tx, &desk, keys, &id, &read(input)).await),
                "unlink" => said(link::unlink_codes(tx, &desk, keys, &id, &read(input)).await),
                "relabel" => said(relabel::relabel_codes(tx, &desk, keys, &id, &read(input)).await),
                "close" => close::close_order(tx, &desk, keys, &id, &read(input)).await.map(|row| json!({ "state": row.state, "season": row.season })),
                "confirm damage" => said(damage::confirm_damage(tx, &desk, &id).await),
                "refuse damage" => said(damage::refuse_damage(tx, &desk, &id, input["reason"].as_str().unwrap_or_default()).await),
                other => panic!("{other} is no verb"),
            }
        })
    }
    /// The code at a place, as printed.
    pub async fn printed(&self, order: &str, sequence: i64) -> String {
        let print = orders::printable(&self.db, self.keys.as_ref(), &yanzhao::kernel::Actor::system(), order).await.unwrap();
        print.code_at(sequence).unwrap().grouped()
    }
    pub async fn contents(&self, order: &str, label: &str) -> Outcome<Contents> {
        contents::contents(&self.db, self.keys.as_ref(), &self.producer().actor, order, Some(label)).await
    }
    /// A pack that holds `items` packs of 5 kg.
    pub async fn case_pack(&self, id: &str, items: i64) {
        let row = pack::ActiveModel {
            id: sea_orm::Set(id.to_owned()),
            organisation_id: sea_orm::Set("org_p".to_owned()),
            product_id: sea_orm::Set("pro_a".to_owned()),
            amount: sea_orm::Set(5_000 * items),
            items: sea_orm::Set(Some(items)),
            ..Default::default()
        };
        put(&self.db, row).await;
    }
    /// An order's id.
    pub async fn ordered(&self, more: Value) -> String {
        self.order(more).await.unwrap().id
    }
    /// Links in force as `case: first–last`, of one order of cases.
    pub async fn boxes(&self, order: &str) -> Vec<String> {
        let number = self.order_row(order).await.order_no;
        let mut rows = nesting::Entity::find().all(self.db.reader()).await.unwrap();
        rows.retain(|r| r.parent_order_no == number && r.unlinked_at.is_none());
        rows.sort_by_key(|r| (r.parent_first, r.child_order_no, r.child_first));
        rows.iter()
            .map(|r| format!("{}–{}: {}·{}–{}", r.parent_first, r.parent_last, r.child_order_no, r.child_first, r.child_last))
            .collect()
    }
    /// Everything that must hold whatever happened: the account, the batches, the ledger's replay, and that a living item lies in one
    /// living case at most.
    pub async fn sound(&self) {
        let mut replay = Replay::new();
        let report = ledger::verify(self.db.reader(), &[], |_, _, body| replay.fold(body)).await.unwrap();
        assert!(report.findings.is_empty() && replay.unread().is_empty(), "{:?} {:?}", report.findings, replay.unread());
        let orders: BTreeMap<i64, code_order::Model> =
            code_order::Entity::find().all(self.db.reader()).await.unwrap().into_iter().map(|o| (o.order_no, o)).collect();
        let batches: BTreeMap<String, batch::Model> =
            batch::Entity::find().all(self.db.reader()).await.unwrap().into_iter().map(|b| (b.id.clone(), b)).collect();
        let (mut reserved, mut coded, mut on_batch) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut codes: BTreeMap<(i64, i64), (String, Option<String>)> = BTreeMap::new();
        let replayed: BTreeMap<i64, Vec<Segment>> = replay.orders().collect();
        for order in orders.values() {
            *reserved.entry(order.account_id.clone().unwrap_or_default()).or_insert(0) += order.quota_left * order.unit_amount;
            let rows = self.ranges(order.order_no).await;
            let table = rows.iter().map(|r| Segment { first: r.first, last: r.last, state: r.state.clone(), batch: r.batch_id.clone() });
            assert_eq!(merged(table), replayed[&order.order_no], "order {}", order.order_no);
            let issued: i64 = rows.iter().filter(|r| r.state == "issued").map(|r| r.last - r.first + 1).sum();
            assert_eq!(issued, order.quota_left + order.spare_left, "order {}", order.order_no);
            for row in rows {
                if let Some(id) = &row.batch_id {
                    let amount = (row.last - row.first + 1) * order.unit_amount;
                    *on_batch.entry(id.clone()).or_insert(0) += amount;
                    *coded.entry(batches[id].account_id.clone()).or_insert(0) += if row.state == "voided" { 0 } else { amount };
                }
                codes.extend((row.first..=row.last).map(|n| ((order.order_no, n), (row.state.clone(), row.batch_id.clone()))));
            }
        }
        for account in season_account::Entity::find().all(self.db.reader()).await.unwrap() {
            let of = |sums: &BTreeMap<String, i64>| sums.get(&account.id).copied().unwrap_or(0);
            assert_eq!((account.reserved, account.coded), (of(&reserved), of(&coded)), "{}", account.id);
            for (bucket, figure) in [(Bucket::Reserved, account.reserved), (Bucket::Coded, account.coded), (Bucket::Burned, account.burned)]
            {
                assert_eq!(replay.figure(&account.id, bucket), figure, "{} {bucket:?}", account.id);
            }
        }
        for (id, batch) in &batches {
            assert_eq!(batch.coded, on_batch.get(id).copied().unwrap_or(0), "{id}");
        }
        let mut seen = BTreeSet::new();
        let mut inside: BTreeMap<(i64, i64), BTreeSet<String>> = BTreeMap::new();
        for row in nesting::Entity::find().all(self.db.reader()).await.unwrap() {
            assert_eq!(row.child_last - row.child_first + 1, row.per * (row.parent_last - row.parent_first + 1));
            if row.unlinked_at.is_some() {
                assert!(row.unlink_reason.is_some_and(|reason| !reason.is_empty()));
                continue;
            }
            let kind = |number: i64| CodeKind::parse(&orders[&number].kind).unwrap();
            assert!(kind(row.parent_order_no).holds(kind(row.child_order_no)));
            for item in row.child_first..=row.child_last {
                assert!(seen.insert((row.child_order_no, item)), "item {item} lies in two cases");
                let case = (row.parent_order_no, row.parent_first + (item - row.child_first) / row.per);
                for code in [(row.child_order_no, item), case] {
                    assert!(!matches!(codes[&code].0.as_str(), "voided" | "returned"), "{code:?} is dead and linked");
                    inside.entry(case).or_default().extend(codes[&code].1.clone());
                }
            }
        }
        for ((number, case), batches) in inside {
            let order = &orders[&number];
            assert!(batches.len() <= 1 || order.bundle || order.kind == "pallet", "case {case} of order {number} holds {batches:?}");
        }
    }
}
