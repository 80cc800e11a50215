//! Each act of the plan as one command of the platform.

use yanzhao::kernel::Desk;
use yanzhao::kernel::clock::rfc3339;
use yanzhao::supervision::commands::listing::record_listing;
use yanzhao::trace::CodeKind;
use yanzhao::trace::commands::batch::{ReleaseInput, register_batch, release_batch};
use yanzhao::trace::commands::delivery::record_delivery;
use yanzhao::trace::commands::order::order_codes;
use yanzhao::trace::commands::range::{
    ActivateInput, BindInput, ReturnInput, VoidInput, activate_codes, bind_codes, return_codes, void_codes,
};
use yanzhao::trace::commands::shipment::{receive_shipment, send_goods, take_back_goods};
use yanzhao::trace::delivery::DeliveryInput;
use yanzhao::trace::issued::IssuedOrder;
use yanzhao::trace::order::OrderInput;
use yanzhao::trace::roll::Label;
use yanzhao::trace::shipment::{ConsigneeInput, LineInput, PartInput, ReceiveInput, ReturnInput as BackInput, SendInput};
use yanzhao::trade::listing::{ListingInput, SkuInput};

use super::drive::{Delivered, Door, Drive};
use super::people::CITIES;
use super::plan::{Act, RollKind};
use super::truth::Subject;
use crate::support::world::act;

fn label(seq: u32) -> Label {
    Label::Sequence(i64::from(seq))
}

impl Drive<'_> {
    /// One act. What it needs may have been refused before; then nothing is done.
    pub async fn act(&mut self, day: u32, act: &Act) {
        match *act {
            Act::Deliver { grower, grams, late } => self.deliver(day, grower, grams, late).await,
            Act::Pack { lot } => self.pack(day, lot).await,
            Act::Order { roll } => self.order(day, roll).await,
            Act::Bind { roll } => self.bind(day, roll).await,
            Act::Activate { roll, first, last } => self.activate(day, roll, first, last).await,
            Act::Void { roll, first, last, reason } => self.void(day, roll, (first, last), reason).await,
            Act::Surplus { roll, first, last } => self.surplus(day, roll, first, last).await,
            Act::Send { shipment } => self.send(day, shipment).await,
            Act::Receive { shipment } => self.receive(day, shipment).await,
            Act::TakeBack { shipment, first, last } => self.take_back(day, shipment, first, last).await,
            Act::Capture { listing, sold, stock } => self.capture(day, listing, sold, stock).await,
        }
    }

    fn of_roll(&self, roll: usize) -> Vec<Subject> {
        let planned = &self.plan.rolls[roll];
        let mut subjects = vec![Subject::Roll(roll), Subject::Producer(planned.producer)];
        subjects.extend(planned.lot.map(Subject::Lot));
        subjects
    }

    async fn deliver(&mut self, day: u32, grower: usize, grams: u64, late: u32) {
        let producer = self.plan.growers[grower].producer;
        let delivered_on = self.day(i64::from(day) - i64::from(late));
        let input = DeliveryInput {
            grower_id: self.stage.households[grower].id.clone(),
            plot_id: Some(self.stage.households[grower].plot.clone()),
            product_id: self.stage.product.clone(),
            delivered_on: delivered_on.clone(),
            net_weight_g: Some(i64::try_from(grams).unwrap()),
            ..DeliveryInput::default()
        };
        let desk = self.stage.houses[producer].desk.clone();
        let outcome = act!(self.stage.world, desk, |tx, desk| record_delivery(tx, desk, &input), [input]);
        if let Some(view) = self.note(day, "deliver", outcome, vec![Subject::Grower(grower), Subject::Producer(producer)]) {
            let (covered, pending) = (view.figure("covered"), view.figure("pending"));
            if pending > 0 {
                // Written down, and waits for somebody: that is a door as well.
                let subjects = vec![Subject::Grower(grower)];
                self.stage.doors.push(Door { day, act: "deliver", code: "pending".into(), subjects });
            }
            if covered > 0 {
                self.delivered[producer].push(Delivered { id: view.id, left: covered, day: delivered_on });
            }
        }
    }

    async fn pack(&mut self, day: u32, lot: usize) {
        let producer = self.plan.lots[lot].producer;
        let subjects = vec![Subject::Lot(lot), Subject::Producer(producer)];
        let Some(input) = self.lot_input(lot) else { return };
        let desk = self.stage.houses[producer].desk.clone();
        let outcome = act!(self.stage.world, desk, |tx, desk| register_batch(tx, desk, &input), [input]);
        let Some(view) = self.note(day, "register", outcome, subjects.clone()) else { return };
        let (id, input) = (view.id, ReleaseInput::default());
        let outcome = act!(self.stage.world, desk, |tx, desk| release_batch(tx, desk, &id, &input), [id, input]);
        if self.note(day, "release", outcome, subjects).is_some() {
            self.lots[lot] = Some(id);
        }
    }

    async fn order(&mut self, day: u32, roll: usize) {
        let planned = &self.plan.rolls[roll];
        let house = &self.stage.houses[planned.producer];
        let unit = planned.kind == RollKind::Unit;
        let batch_id = match planned.lot {
            Some(lot) if !planned.ahead => match &self.lots[lot] {
                Some(id) => Some(id.clone()),
                None => return,
            },
            _ => None,
        };
        let kind = match planned.kind {
            RollKind::Unit => CodeKind::Unit,
            RollKind::Batch => CodeKind::Batch,
            RollKind::Sample => CodeKind::Sample,
        };
        let input = OrderInput {
            producer_id: None,
            product_id: batch_id.is_none().then(|| self.stage.product.clone()),
            season: batch_id.is_none().then(|| "2026".to_owned()),
            pack_id: unit.then(|| house.pack.clone()),
            kind,
            count: i64::from(planned.count),
            spare: i64::from(planned.spare),
            with_pin: false,
            batch_id,
            carries_quantity: None,
            bundle: None,
        };
        let (keys, rules, desk) = (self.stage.keys.clone(), self.stage.rules.clone(), house.desk.clone());
        let outcome = act!(self.stage.world, desk, |tx, desk| order_codes(tx, desk, keys.as_ref(), &rules, &input), [keys, rules, input]);
        let subjects = self.of_roll(roll);
        if let Some(row) = self.note(day, "order", outcome, subjects) {
            self.rolls[roll] = Some(IssuedOrder::open(self.stage.keys.as_ref(), &row).unwrap());
        }
    }

    /// The roll on the database and who acts on it.
    fn hand(&self, roll: usize) -> Option<(String, Desk)> {
        let issued = self.rolls[roll].as_ref()?;
        Some((issued.id.clone(), self.stage.houses[self.plan.rolls[roll].producer].desk.clone()))
    }

    async fn bind(&mut self, day: u32, roll: usize) {
        let Some((id, desk)) = self.hand(roll) else { return };
        let planned = &self.plan.rolls[roll];
        let Some(batch_id) = planned.lot.and_then(|lot| self.lots[lot].clone()) else { return };
        let input = BindInput { first: label(1), last: label(planned.count - planned.spare), batch_id, damaged: Vec::new() };
        let keys = self.stage.keys.clone();
        let outcome = act!(self.stage.world, desk, |tx, desk| bind_codes(tx, desk, keys.as_ref(), &id, &input), [keys, id, input]);
        let subjects = self.of_roll(roll);
        self.note(day, "bind", outcome, subjects);
    }

    async fn activate(&mut self, day: u32, roll: usize, first: u32, last: u32) {
        let Some((id, desk)) = self.hand(roll) else { return };
        let input = ActivateInput { first: label(first), last: label(last), at: None };
        let keys = self.stage.keys.clone();
        let outcome = act!(self.stage.world, desk, |tx, desk| activate_codes(tx, desk, keys.as_ref(), &id, &input), [keys, id, input]);
        let subjects = self.of_roll(roll);
        self.note(day, "activate", outcome, subjects);
    }

    async fn void(&mut self, day: u32, roll: usize, (first, last): (u32, u32), reason: &str) {
        let Some((id, desk)) = self.hand(roll) else { return };
        let input = VoidInput { first: label(first), last: label(last), reason: reason.to_owned(), note: None, evidence: None };
        let keys = self.stage.keys.clone();
        let outcome = act!(self.stage.world, desk, |tx, desk| void_codes(tx, desk, keys.as_ref(), &id, &input, false), [keys, id, input]);
        let subjects = self.of_roll(roll);
        self.note(day, "void", outcome, subjects);
    }

    async fn surplus(&mut self, day: u32, roll: usize, first: u32, last: u32) {
        let Some((id, desk)) = self.hand(roll) else { return };
        let input = ReturnInput { first: label(first), last: label(last), counted: None };
        let keys = self.stage.keys.clone();
        let outcome = act!(self.stage.world, desk, |tx, desk| return_codes(tx, desk, keys.as_ref(), &id, &input), [keys, id, input]);
        let subjects = self.of_roll(roll);
        self.note(day, "return", outcome, subjects);
    }

    async fn send(&mut self, day: u32, shipment: usize) {
        let planned = &self.plan.shipments[shipment];
        let Some((order_id, desk)) = self.hand(planned.roll) else { return };
        let shop = &self.plan.shops[planned.shop];
        let consignee = match shop.seller {
            Some(seller) => ConsigneeInput { organisation_id: Some(self.stage.sellers[seller].0.clone()), ..ConsigneeInput::default() },
            None => ConsigneeInput { name: Some(format!("演示果品批发部{:03}", planned.shop)), ..ConsigneeInput::default() },
        };
        let line = LineInput {
            order_id: Some(order_id),
            first: Some(label(planned.first)),
            last: Some(label(planned.last)),
            ..LineInput::default()
        };
        // Parcels go everywhere, so nobody writes down where to.
        let division_code = (!shop.parcels).then(|| CITIES[shop.city].2.to_owned());
        let input = SendInput { lines: vec![line], consignee, division_code, ..SendInput::default() };
        let keys = self.stage.keys.clone();
        let outcome = act!(self.stage.world, desk, |tx, desk| send_goods(tx, desk, keys.as_ref(), &input), [keys, input]);
        let subjects = self.of_roll(planned.roll);
        self.shipments[shipment] = self.note(day, "send", outcome, subjects).map(|view| view.id);
    }

    async fn receive(&mut self, day: u32, shipment: usize) {
        let roll = self.plan.shipments[shipment].roll;
        let (Some(id), Some((_, desk))) = (self.shipments[shipment].clone(), self.hand(roll)) else { return };
        let (keys, input) = (self.stage.keys.clone(), ReceiveInput::default());
        let outcome = act!(self.stage.world, desk, |tx, desk| receive_shipment(tx, desk, keys.as_ref(), &id, &input), [keys, id, input]);
        let subjects = self.of_roll(roll);
        self.note(day, "receive", outcome, subjects);
    }

    async fn take_back(&mut self, day: u32, shipment: usize, first: u32, last: u32) {
        let roll = self.plan.shipments[shipment].roll;
        let (Some(id), Some((_, desk))) = (self.shipments[shipment].clone(), self.hand(roll)) else { return };
        let part = PartInput { no: 1, first: Some(label(first)), last: Some(label(last)), ..PartInput::default() };
        let input = BackInput {
            lines: vec![part],
            disposition: "resale".into(),
            reason: "未售完退回".into(),
            returned_on: None,
            late_reason: None,
        };
        let keys = self.stage.keys.clone();
        let outcome = act!(self.stage.world, desk, |tx, desk| take_back_goods(tx, desk, keys.as_ref(), &id, &input), [keys, id, input]);
        let subjects = self.of_roll(roll);
        self.note(day, "take back", outcome, subjects);
    }

    async fn capture(&mut self, day: u32, listing: usize, sold: u64, stock: u64) {
        let planned = &self.plan.listings[listing];
        let input = ListingInput {
            seller_id: self.stage.sellers[planned.seller].1.clone(),
            platform: "淘宝".into(),
            item_id: format!("6{listing:011}"),
            shop: Some(format!("演示旗舰店{:03}", planned.seller)),
            title: format!("晋州鸭梨 {}斤装", planned.pack_g / 500),
            price_fen: Some(planned.price_fen),
            claimed_product_id: Some(self.stage.product.clone()),
            skus: vec![SkuInput {
                name: format!("{}斤装", planned.pack_g / 500),
                packs: Some(1),
                net_weight_g: Some(i64::try_from(planned.pack_g).unwrap()),
                quantity: None,
            }],
            stock: Some(i64::try_from(stock).unwrap()),
            sold: Some(i64::try_from(sold).unwrap()),
            captured_at: Some(rfc3339(self.stage.world.clock.now())),
            ..ListingInput::default()
        };
        let desk = self.stage.everybody.clone();
        let outcome = act!(self.stage.world, desk, |tx, desk| record_listing(tx, desk, &input), [input]);
        let subjects = vec![Subject::Listing(listing), Subject::Seller(planned.seller)];
        if let Some(view) = self.note(day, "capture", outcome, subjects) {
            self.listings[listing] = Some(view.id);
        }
    }
}
