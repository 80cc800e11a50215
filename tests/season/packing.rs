//! Acts of the packing house, each drawn at random, with what it must do to the books and whether it must be refused.

use std::collections::BTreeSet;

use rand::RngExt;
use yanzhao::kernel::{Failure, FailureKind, Outcome};
use yanzhao::supervision::commands::LiftInput;
use yanzhao::supervision::commands::{RecallInput, confirm_recall, confirm_recall_lift, propose_recall, propose_recall_lift};
use yanzhao::supervision::commands::{
    SeizedCodesInput, SeizureEndInput, SeizureInput, confirm_seizure, confirm_seizure_end, propose_seizure, propose_seizure_end,
};
use yanzhao::trace::CodeKind;
use yanzhao::trace::batch::{BatchInput, SourceInput};
use yanzhao::trace::commands::batch::{ReleaseInput, register_batch, release_batch};
use yanzhao::trace::commands::order::order_codes;
use yanzhao::trace::commands::process::{merge_batches, process_batch};
use yanzhao::trace::commands::process_draft::{MergeInput, ProcessInput, ProcessOutput};
use yanzhao::trace::commands::range::{ActivateInput, activate_codes};
use yanzhao::trace::commands::reduce::{ReductionInput, reduce_batch};
use yanzhao::trace::commands::relabel::{RelabelInput, relabel_codes};
use yanzhao::trace::commands::shipment::{receive_shipment, send_goods, take_back_goods};
use yanzhao::trace::order::OrderInput;
use yanzhao::trace::roll::Label;
use yanzhao::trace::shipment::{ConsigneeInput, LineInput, PartInput, ReceiveInput, ReturnInput, SendInput};

use crate::books::{Known, Lot};
use crate::support::world::act;
use crate::year::{CARTON, Goods, KG, Roll, Sent, Spare, Year};

impl Year {
    /// One act of one buyer.
    pub async fn pack_something(&mut self, buyer: usize) {
        match self.rng.random_range(0..16) {
            0..=2 => self.register(buyer).await,
            3 => self.grade(buyer).await,
            4 => self.merge(buyer).await,
            5 => self.reduce(buyer).await,
            6 | 7 => self.order(buyer).await,
            8 => self.order_spare(buyer).await,
            9 | 10 => self.ship_codes(buyer).await,
            11 => self.ship_loose(buyer).await,
            12 => self.receive(buyer).await,
            13 => self.take_back(buyer).await,
            14 => self.relabel(buyer).await,
            _ => self.seize(buyer).await,
        }
    }

    /// What may not be touched: what is recalled, and everything made of it.
    fn blocked(&self) -> BTreeSet<String> {
        self.recalled.as_ref().map(|(batch, _)| self.books.descendants(batch)).unwrap_or_default()
    }

    /// The act went as these books say it must.
    async fn went<T: std::fmt::Debug>(&mut self, act: &'static str, outcome: Outcome<T>, right: bool) -> Option<T> {
        if let Err(failure) = &outcome {
            assert!(!matches!(failure.kind, FailureKind::Broken | FailureKind::NotNow), "{act}: {failure}");
        }
        assert_eq!(outcome.is_ok(), right, "{act}: {outcome:?}");
        self.count(act, outcome.is_ok());
        outcome.ok()
    }

    /// A batch of the buyer with so much loose.
    fn some_batch(&mut self, buyer: usize, least: i64) -> Option<Known> {
        let fit: Vec<Known> = self.books.batches.iter().filter(|b| b.buyer == buyer && b.lot.loose() >= least).cloned().collect();
        if fit.is_empty() { None } else { Some(fit[self.rng.random_range(0..fit.len())].clone()) }
    }

    fn free(&mut self, buyer: usize) -> i64 {
        let id = self.buyers[buyer].id.clone();
        self.books.account(&id).free()
    }

    /// A batch of one to four deliveries: held, then released. Now and then more is asked of a delivery than it vouches for.
    async fn register(&mut self, buyer: usize) {
        let many = self.rng.random_range(1..=4).min(self.buyers[buyer].deliveries.len());
        if many == 0 {
            return;
        }
        let mut taken = Vec::new();
        for _ in 0..many {
            let no = self.rng.random_range(0..self.buyers[buyer].deliveries.len());
            taken.push(self.buyers[buyer].deliveries.swap_remove(no));
        }
        let too_much = self.rng.random_bool(0.05);
        let mut sources = Vec::new();
        let mut total = 0;
        for (delivery, left, day) in &taken {
            let amount = if too_much { left + 1 } else { (left / 100 * self.rng.random_range(30..=100)).max(1) };
            total += amount;
            sources.push((delivery.clone(), amount, left - amount, day.clone()));
        }
        let source = |(delivery, amount, _, _): &(String, i64, i64, String)| SourceInput {
            delivery_id: Some(delivery.clone()),
            net_weight_g: Some(*amount),
            ..SourceInput::default()
        };
        let input = BatchInput {
            product_id: self.product.clone(),
            lot: self.lot(),
            sources: sources.iter().map(source).collect(),
            harvested_from: sources.iter().map(|s| s.3.clone()).min(),
            harvested_to: sources.iter().map(|s| s.3.clone()).max(),
            packed_on: Some(self.today()),
            facility_id: (buyer == 0).then(|| self.store.clone()),
            ..BatchInput::default()
        };
        let outcome = act!(self.world, self.buyers[buyer].desk, |tx, desk| register_batch(tx, desk, &input), [input]);
        let Some(view) = self.went("register", outcome, !too_much).await else {
            self.buyers[buyer].deliveries.extend(taken);
            return;
        };
        let rest = sources.into_iter().filter(|s| s.2 > 0).map(|(delivery, _, left, day)| (delivery, left, day));
        self.buyers[buyer].deliveries.extend(rest);
        let id = view.id;
        let party = self.buyers[buyer].id.clone();
        let account = self.books.account(&party);
        account.remaining -= total;
        account.held += total;
        let lot = Lot { covered: total, ..Lot::default() };
        self.books.batches.push(Known { id: id.clone(), buyer, lot, parents: Vec::new() });
        self.agree("a batch registered").await;
        let input = ReleaseInput::default();
        act!(self.world, self.buyers[buyer].desk, |tx, desk| release_batch(tx, desk, &id, &input), [id, input]).unwrap();
        let account = self.books.account(&party);
        account.held -= total;
        account.released += total;
        self.agree("a batch released").await;
    }

    /// Two grades, some loss, some graded out, and a little that nobody explains.
    async fn grade(&mut self, buyer: usize) {
        let Some(batch) = self.some_batch(buyer, 100 * KG) else { return };
        let loose = batch.lot.loose();
        let amount = if self.rng.random_bool(0.1) { loose + 1 } else { loose / 100 * self.rng.random_range(40..=100) };
        let (first, second) = (amount / 100 * self.rng.random_range(50..=70), amount / 100 * self.rng.random_range(10..=25));
        let (loss, downgraded) = (amount / 100 * 2, amount / 100 * self.rng.random_range(0..=2));
        let left = amount - first - second;
        let output = |lot: String, grade: &str, weight: i64| ProcessOutput {
            lot,
            net_weight_g: Some(weight),
            grade: Some(grade.to_owned()),
            ..ProcessOutput::default()
        };
        let input = ProcessInput {
            kind: "grading".into(),
            net_weight_g: Some(amount),
            outputs: vec![output(self.lot(), "一级", first), output(self.lot(), "二级", second)],
            loss_g: Some(loss),
            downgraded_g: Some(downgraded),
            reason: Some("分级".into()),
            ..ProcessInput::default()
        };
        let right = amount <= loose && !self.blocked().contains(&batch.id) && self.free(buyer) >= left;
        let id = batch.id.clone();
        let outcome = act!(self.world, self.buyers[buyer].desk, |tx, desk| process_batch(tx, desk, &id, &input), [id, input]);
        let Some(view) = self.went("process", outcome, right).await else { return };
        self.books.batch(&batch.id).lot.moved += amount;
        let party = self.buyers[buyer].id.clone();
        let account = self.books.account(&party);
        account.released -= left;
        account.downgraded += downgraded;
        account.lost += left - downgraded;
        for (output, covered) in view.outputs.iter().zip([first, second]) {
            let lot = Lot { covered, ..Lot::default() };
            self.books.batches.push(Known { id: output.batch_id.clone(), buyer, lot, parents: vec![batch.id.clone()] });
        }
        self.agree("a grading").await;
    }

    /// All that is loose of two or three batches becomes one.
    async fn merge(&mut self, buyer: usize) {
        let mut parts: Vec<Known> = Vec::new();
        for _ in 0..3 {
            if let Some(batch) = self.some_batch(buyer, 1).filter(|b| !parts.iter().any(|p| p.id == b.id)) {
                parts.push(batch);
            }
        }
        let Some((first, rest)) = parts.split_first().filter(|(_, rest)| !rest.is_empty()) else { return };
        let blocked = self.blocked();
        let input = MergeInput { lot: self.lot(), with: rest.iter().map(|b| b.id.clone()).collect(), ..MergeInput::default() };
        let right = !parts.iter().any(|b| blocked.contains(&b.id));
        let id = first.id.clone();
        let outcome = act!(self.world, self.buyers[buyer].desk, |tx, desk| merge_batches(tx, desk, &id, &input), [id, input]);
        let Some(view) = self.went("merge", outcome, right).await else { return };
        let mut covered = 0;
        for part in &parts {
            let loose = part.lot.loose();
            self.books.batch(&part.id).lot.moved += loose;
            covered += loose;
        }
        let parents = parts.iter().map(|b| b.id.clone()).collect();
        let id = view.outputs[0].batch_id.clone();
        self.books.batches.push(Known { id, buyer, lot: Lot { covered, ..Lot::default() }, parents });
        self.agree("a merging").await;
    }

    /// Rot, or graded out where it lies.
    async fn reduce(&mut self, buyer: usize) {
        let Some(batch) = self.some_batch(buyer, 10 * KG) else { return };
        let lost = self.rng.random_bool(0.6);
        let amount = batch.lot.loose() / 100 * self.rng.random_range(1..=8) + 1;
        let kind = if lost { "lost" } else { "downgraded" };
        let input =
            ReductionInput { kind: kind.into(), amount_g: Some(amount), reason: Some("翻库检出".into()), ..ReductionInput::default() };
        // What rots while it is recalled is written down all the same.
        let right = self.free(buyer) >= amount && (lost || !self.blocked().contains(&batch.id));
        let id = batch.id.clone();
        let outcome = act!(self.world, self.buyers[buyer].desk, |tx, desk| reduce_batch(tx, desk, &id, &input), [id, input]);
        if self.went("reduce", outcome, right).await.is_none() {
            return;
        }
        self.books.batch(&batch.id).lot.gone += amount;
        let party = self.buyers[buyer].id.clone();
        let account = self.books.account(&party);
        account.released -= amount;
        *(if lost { &mut account.lost } else { &mut account.downgraded }) += amount;
        self.agree("a reduction").await;
    }

    /// Labels for a batch: bound at issue, put into use at once.
    async fn order(&mut self, buyer: usize) {
        let Some(batch) = self.some_batch(buyer, 20 * CARTON) else { return };
        let goods = (batch.lot.loose() / CARTON).min(400) * self.rng.random_range(30..=100) / 100;
        let goods = goods.max(1);
        let spare = goods / 25;
        let input =
            OrderInput { batch_id: Some(batch.id.clone()), pack_id: Some(self.buyers[buyer].pack.clone()), ..labels(goods + spare, spare) };
        let right = self.free(buyer) >= goods * CARTON && !self.blocked().contains(&batch.id);
        let Some(order) = self.place("order", buyer, input, right).await else { return };
        self.books.batch(&batch.id).lot.coded += goods * CARTON;
        let party = self.buyers[buyer].id.clone();
        self.books.account(&party).coded += goods * CARTON;
        self.agree("an order bound at issue").await;
        let (keys, id) = (self.keys.clone(), order.clone());
        let input = ActivateInput { first: Label::Sequence(1), last: Label::Sequence(goods), at: None };
        let desk = self.buyers[buyer].desk.clone();
        act!(self.world, desk, |tx, desk| activate_codes(tx, desk, keys.as_ref(), &id, &input), [keys, id, input]).unwrap();
        self.buyers[buyer].rolls.push(Roll { order, batch: batch.id, next: 1, last: goods });
        self.agree("an activation").await;
    }

    /// Labels in no batch, against what is free.
    async fn order_spare(&mut self, buyer: usize) {
        let count = self.rng.random_range(5..=30);
        let input = OrderInput {
            product_id: Some(self.product.clone()),
            season: Some("2026".into()),
            pack_id: Some(self.buyers[buyer].pack.clone()),
            ..labels(count, 0)
        };
        let right = self.free(buyer) >= count * CARTON;
        let Some(order) = self.place("order in advance", buyer, input, right).await else { return };
        let party = self.buyers[buyer].id.clone();
        self.books.account(&party).reserved += count * CARTON;
        self.buyers[buyer].spares.push(Spare { order, next: 1, last: count });
        self.agree("an order in advance").await;
    }

    async fn place(&mut self, act: &'static str, buyer: usize, input: OrderInput, right: bool) -> Option<String> {
        let (keys, rules, desk) = (self.keys.clone(), self.rules.clone(), self.buyers[buyer].desk.clone());
        let outcome = act!(self.world, desk, |tx, desk| order_codes(tx, desk, keys.as_ref(), &rules, &input), [keys, rules, input]);
        self.went(act, outcome, right).await.map(|row| row.id)
    }

    async fn send(&mut self, act: &'static str, buyer: usize, line: LineInput, exported: bool, right: bool) -> Option<String> {
        let name = Some("沧州新发地果品批发部".to_owned());
        let input = SendInput {
            lines: vec![line],
            consignee: ConsigneeInput { name, ..ConsigneeInput::default() },
            exported,
            ..SendInput::default()
        };
        let (keys, desk) = (self.keys.clone(), self.buyers[buyer].desk.clone());
        let outcome = act!(self.world, desk, |tx, desk| send_goods(tx, desk, keys.as_ref(), &input), [keys, input]);
        self.went(act, outcome, right).await.map(|view| view.id)
    }

    /// The next labels of a roll leave the house; the account does not change.
    async fn ship_codes(&mut self, buyer: usize) {
        let open: Vec<usize> = (0..self.buyers[buyer].rolls.len())
            .filter(|n| self.buyers[buyer].rolls[*n].next <= self.buyers[buyer].rolls[*n].last)
            .collect();
        if open.is_empty() {
            return;
        }
        let no = open[self.rng.random_range(0..open.len())];
        let many = self.rng.random_range(1..=120);
        let roll = &self.buyers[buyer].rolls[no];
        let (order, batch, first) = (roll.order.clone(), roll.batch.clone(), roll.next);
        let last = roll.last.min(first + many - 1);
        let line = LineInput {
            order_id: Some(order.clone()),
            first: Some(Label::Sequence(first)),
            last: Some(Label::Sequence(last)),
            ..LineInput::default()
        };
        let right = !self.blocked().contains(&batch);
        let Some(shipment) = self.send("ship codes", buyer, line.clone(), false, right).await else { return };
        self.buyers[buyer].rolls[no].next = last + 1;
        self.buyers[buyer].sent.push(Sent { shipment, line: 1, batch, exported: false, what: Goods::Labels { order, first, last } });
        self.agree("a shipment of labels").await;
        if self.rng.random_bool(0.2) {
            let again = self.send("ship twice", buyer, line, false, false).await;
            assert!(again.is_none());
            self.agree("the same labels shipped twice").await;
        }
    }

    /// Loose goods leave the house.
    async fn ship_loose(&mut self, buyer: usize) {
        let Some(batch) = self.some_batch(buyer, 50 * KG) else { return };
        let loose = batch.lot.loose();
        let amount = if self.rng.random_bool(0.1) { loose + KG } else { loose / 100 * self.rng.random_range(5..=30) };
        let exported = self.rng.random_bool(0.3);
        let line = LineInput { batch_id: Some(batch.id.clone()), net_weight_g: Some(amount), ..LineInput::default() };
        let right = amount <= loose && self.free(buyer) >= amount && !self.blocked().contains(&batch.id);
        let Some(shipment) = self.send("ship loose", buyer, line, exported, right).await else { return };
        self.books.batch(&batch.id).lot.gone += amount;
        let party = self.buyers[buyer].id.clone();
        let account = self.books.account(&party);
        account.released -= amount;
        *(if exported { &mut account.exported } else { &mut account.uncoded }) += amount;
        self.buyers[buyer].sent.push(Sent { shipment, line: 1, batch: batch.id, exported, what: Goods::Loose(amount) });
        self.agree("a shipment of loose goods").await;
    }

    /// Everything of a shipment arrives; the account does not change.
    async fn receive(&mut self, buyer: usize) {
        let many = self.buyers[buyer].sent.len();
        if many == 0 {
            return;
        }
        let no = self.rng.random_range(0..many);
        let id = self.buyers[buyer].sent[no].shipment.clone();
        let (keys, desk, input) = (self.keys.clone(), self.buyers[buyer].desk.clone(), ReceiveInput::default());
        let outcome = act!(self.world, desk, |tx, desk| receive_shipment(tx, desk, keys.as_ref(), &id, &input), [keys, id, input]);
        self.count("receive", outcome.is_ok());
        self.agree("a receipt").await;
    }

    /// Goods come back, to be sold again or to be destroyed.
    async fn take_back(&mut self, buyer: usize) {
        let blocked = self.blocked();
        let fit: Vec<usize> =
            (0..self.buyers[buyer].sent.len()).filter(|n| !blocked.contains(&self.buyers[buyer].sent[*n].batch)).collect();
        if fit.is_empty() {
            return;
        }
        let no = fit[self.rng.random_range(0..fit.len())];
        let Sent { shipment, line, batch, exported, what } = self.buyers[buyer].sent.swap_remove(no);
        let destroy = self.rng.random_bool(0.4);
        let part = match &what {
            Goods::Labels { first, last, .. } => {
                PartInput { no: line, first: Some(Label::Sequence(*first)), last: Some(Label::Sequence(*last)), ..PartInput::default() }
            }
            Goods::Loose(amount) => PartInput { no: line, net_weight_g: Some(*amount), ..PartInput::default() },
        };
        let disposition = if destroy { "destroy" } else { "resale" };
        let input = ReturnInput {
            lines: vec![part],
            disposition: disposition.into(),
            reason: "到货超量".into(),
            returned_on: None,
            late_reason: None,
        };
        let (keys, desk, id) = (self.keys.clone(), self.buyers[buyer].desk.clone(), shipment);
        let party = self.buyers[buyer].id.clone();
        // Goods that come back loose need nothing; those destroyed leave with their codes, which leaves the free balance as it is.
        let outcome = act!(self.world, desk, |tx, desk| take_back_goods(tx, desk, keys.as_ref(), &id, &input), [keys, id, input]);
        self.went(if destroy { "destroy" } else { "resale" }, outcome, true).await;
        let account = self.books.account(&party);
        match (what, destroy) {
            (Goods::Labels { first, last, .. }, true) => {
                let amount = (last - first + 1) * CARTON;
                account.coded -= amount;
                account.released -= amount;
                account.lost += amount;
                let lot = &mut self.books.batch(&batch).lot;
                lot.coded -= amount;
                lot.gone += amount;
            }
            (Goods::Labels { order, first, last }, false) => {
                self.buyers[buyer].rolls.push(Roll { order, batch, next: first, last });
            }
            (Goods::Loose(_), true) => {}
            (Goods::Loose(amount), false) => {
                account.released += amount;
                *(if exported { &mut account.exported } else { &mut account.uncoded }) -= amount;
                self.books.batch(&batch).lot.gone -= amount;
            }
        }
        self.agree("a return").await;
    }

    /// New labels on goods of a roll that have not left; now and then one carton fewer than there were.
    async fn relabel(&mut self, buyer: usize) {
        let house = &mut self.buyers[buyer];
        let Some(spare) = house.spares.iter().position(|s| s.next <= s.last) else { return };
        let Some(roll) = house.rolls.iter().position(|r| r.next <= r.last) else { return };
        let left = house.spares[spare].last - house.spares[spare].next + 1;
        let old = (house.rolls[roll].last - house.rolls[roll].next + 1).min(left).min(self.rng.random_range(1..=10));
        let new = if old > 1 && self.rng.random_bool(0.3) { old - 1 } else { old };
        let (order, batch, first) = (house.rolls[roll].order.clone(), house.rolls[roll].batch.clone(), house.rolls[roll].next);
        let (with, with_first) = (house.spares[spare].order.clone(), house.spares[spare].next);
        let input = RelabelInput {
            first: Label::Sequence(first),
            last: Label::Sequence(first + old - 1),
            with_order_id: Some(with.clone()),
            with_first: Label::Sequence(with_first),
            with_last: Label::Sequence(with_first + new - 1),
            reason: "箱破重装".into(),
        };
        let right = !self.blocked().contains(&batch);
        let (keys, desk, id) = (self.keys.clone(), self.buyers[buyer].desk.clone(), order);
        let outcome = act!(self.world, desk, |tx, desk| relabel_codes(tx, desk, keys.as_ref(), &id, &input), [keys, id, input]);
        if self.went("relabel", outcome, right).await.is_none() {
            return;
        }
        let house = &mut self.buyers[buyer];
        house.rolls[roll].next += old;
        house.spares[spare].next += new;
        house.rolls.push(Roll { order: with, batch: batch.clone(), next: with_first, last: with_first + new - 1 });
        let party = house.id.clone();
        let account = self.books.account(&party);
        account.reserved -= new * CARTON;
        account.coded -= (old - new) * CARTON;
        self.books.batch(&batch).lot.coded -= (old - new) * CARTON;
        self.agree("a relabelling").await;
    }

    /// Two officers seal a batch, nothing of it may be used, and a part of it is confiscated: loose goods, and labels with their goods.
    async fn seize(&mut self, buyer: usize) {
        if self.rng.random_bool(0.5) {
            return;
        }
        let Some(batch) = self.some_batch(buyer, 100 * KG) else { return };
        if self.blocked().contains(&batch.id) {
            return;
        }
        let until = self.world.clock.today().plus(30).to_string();
        let input = SeizureInput {
            batch_id: batch.id.clone(),
            kind: "sealed".into(),
            document_no: "演示市监查封〔2026〕1号".into(),
            ordered_by: "演示市场监管局".into(),
            reason: "抽检待复验".into(),
            public_text: "该批次已被查封".into(),
            seized_on: None,
            until,
        };
        let id = act!(self.world, self.officer, |tx, desk| propose_seizure(tx, desk, &input), [input]).unwrap().id;
        act!(self.world, self.officer2, |tx, desk| confirm_seizure(tx, desk, &id), [id]).unwrap();
        self.agree("a seizure").await;
        let line = LineInput { batch_id: Some(batch.id.clone()), net_weight_g: Some(KG), ..LineInput::default() };
        self.send("ship sealed goods", buyer, line, false, false).await;
        let free = self.free(buyer);
        let loose = (batch.lot.loose() / 100 * self.rng.random_range(5..=50)).min(free);
        let roll = self.buyers[buyer].rolls.iter().position(|r| r.batch == batch.id && r.next <= r.last);
        let codes: Vec<(usize, String, i64, i64)> = roll
            .map(|n| (n, self.buyers[buyer].rolls[n].order.clone(), self.buyers[buyer].rolls[n].next, self.buyers[buyer].rolls[n].last))
            .into_iter()
            .collect();
        let named = |(_, order, first, last): &(usize, String, i64, i64)| SeizedCodesInput {
            order_id: order.clone(),
            first: Label::Sequence(*first),
            last: Label::Sequence(*last),
        };
        let confiscates = loose > 0 || !codes.is_empty();
        let input = SeizureEndInput {
            outcome: if confiscates { "confiscated" } else { "released" }.into(),
            document_no: "演示市监没〔2026〕2号".into(),
            public_text: "复验不合格部分已没收".into(),
            net_weight_g: Some(loose).filter(|l| *l > 0),
            quantity: None,
            codes: codes.iter().map(named).collect(),
        };
        let (keys, named) = (self.keys.clone(), id.clone());
        act!(self.world, self.officer, |tx, desk| propose_seizure_end(tx, desk, keys.as_ref(), &named, &input), [keys, named, input])
            .unwrap();
        act!(self.world, self.officer2, |tx, desk| confirm_seizure_end(tx, desk, &id), [id]).unwrap();
        let mut coded = 0;
        for (n, _, first, last) in &codes {
            coded += (last - first + 1) * CARTON;
            self.buyers[buyer].rolls[*n].next = last + 1;
        }
        let lot = &mut self.books.batch(&batch.id).lot;
        lot.coded -= coded;
        lot.seized += loose + coded;
        let party = self.buyers[buyer].id.clone();
        let account = self.books.account(&party);
        account.coded -= coded;
        account.released -= loose + coded;
        account.seized += loose + coded;
        self.count("seize", true);
        self.agree("a confiscation").await;
    }

    /// Half-way: the batch with most behind it is recalled. Exactly that batch and what was made of it can't be used any more.
    pub async fn recall(&mut self) {
        let ids: Vec<String> = self.books.batches.iter().map(|b| b.id.clone()).collect();
        let Some(batch) = ids.into_iter().max_by_key(|id| self.books.descendants(id).len()) else { return };
        let input = RecallInput {
            batch_id: batch.clone(),
            kind: None,
            ordered_by: "演示市场监管局".into(),
            document_no: "演示追回〔2027〕1号".into(),
            reason: "抽检农残超标".into(),
            public_text: "该批次农药残留超标，请停止食用".into(),
        };
        let id = act!(self.world, self.officer, |tx, desk| propose_recall(tx, desk, &input), [input]).unwrap().id;
        act!(self.world, self.officer2, |tx, desk| confirm_recall(tx, desk, &id), [id]).unwrap();
        self.recalled = Some((batch, id));
        self.agree("a recall").await;
        self.reaches_exactly().await;
        self.count("recall", true);
    }

    /// Tries every batch: what is recalled refuses by that name, nothing else does.
    async fn reaches_exactly(&mut self) {
        let blocked = self.blocked();
        for batch in self.books.batches.clone() {
            let output = ProcessOutput { lot: self.lot(), net_weight_g: Some(1), ..ProcessOutput::default() };
            let (kind, reason) = ("grading".into(), Some("试".into()));
            let weight = Some(batch.lot.loose() + 1);
            let input = ProcessInput { kind, net_weight_g: weight, outputs: vec![output], reason, ..ProcessInput::default() };
            let id = batch.id.clone();
            let refused: Outcome<_> =
                act!(self.world, self.buyers[batch.buyer].desk, |tx, desk| process_batch(tx, desk, &id, &input), [id, input]);
            let failure: Failure = refused.expect_err("more than there is");
            assert_eq!(failure.says("batch_recalled") || failure.says("ancestor_recalled"), blocked.contains(&batch.id), "{failure}");
        }
        self.agree("trying what is recalled").await;
    }

    /// The recall is lifted by two officers; everything may be used again.
    pub async fn lift(&mut self) {
        let Some((_, id)) = self.recalled.take() else { return };
        let input = LiftInput { document_no: "演示解除〔2027〕3号".into(), public_text: "复验合格，解除追回".into() };
        let named = id.clone();
        act!(self.world, self.officer, |tx, desk| propose_recall_lift(tx, desk, &named, &input), [named, input]).unwrap();
        act!(self.world, self.officer2, |tx, desk| confirm_recall_lift(tx, desk, &id), [id]).unwrap();
        self.agree("a recall lifted").await;
        self.reaches_exactly().await;
    }
}

fn labels(count: i64, spare: i64) -> OrderInput {
    OrderInput {
        producer_id: None,
        product_id: None,
        season: None,
        pack_id: None,
        kind: CodeKind::Unit,
        count,
        spare,
        with_pin: false,
        batch_id: None,
        carries_quantity: None,
        bundle: None,
    }
}
