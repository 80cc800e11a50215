//! Acts of the harvest, each with what it must do to the books.

use rand::RngExt;
use yanzhao::kernel::Desk;
use yanzhao::trace::commands::account::{AccountInput, approve_account, propose_account};
use yanzhao::trace::commands::adjustment::{AdjustmentInput, approve_adjustment, propose_adjustment};
use yanzhao::trace::commands::delivery::record_delivery;
use yanzhao::trace::commands::delivery_void::void_delivery;
use yanzhao::trace::commands::pack::register_pack;
use yanzhao::trace::delivery::DeliveryInput;
use yanzhao::trace::delivery_void::VoidInput;
use yanzhao::trace::pack::PackInput;

use crate::support::world::{World, act};
use crate::year::{CARTON, Year};

/// Cartons of one buyer.
pub async fn pack(world: &World, desk: &Desk, product: &str) -> String {
    let input = PackInput { product_id: product.to_owned(), net_weight_g: Some(CARTON), ..PackInput::default() };
    act!(world, desk, |tx, desk| register_pack(tx, desk, &input), [input]).unwrap().id
}

impl Year {
    /// Proposed by one, approved by another.
    pub async fn approve(&mut self, party: &str, amount: i64) {
        let input = AccountInput {
            party_id: party.to_owned(),
            product_id: self.product.clone(),
            season: "2026".to_owned(),
            approved_g: Some(amount),
            ..AccountInput::default()
        };
        let id = act!(self.world, self.office, |tx, desk| propose_account(tx, desk, &input), [input]).unwrap().id;
        act!(self.world, self.second, |tx, desk| approve_account(tx, desk, &id), [id]).unwrap();
        let account = self.books.account(party);
        (account.approved, account.remaining) = (amount, amount);
    }

    /// A delivery of so much: covered as far as the household's account and plot go, the rest pending.
    pub async fn deliver(&mut self, household: usize, buyer: usize, weight: i64) {
        let input = DeliveryInput {
            grower_id: self.households[household].id.clone(),
            plot_id: Some(self.households[household].plot.clone()),
            product_id: self.product.clone(),
            delivered_on: self.today(),
            net_weight_g: Some(weight),
            ..DeliveryInput::default()
        };
        let view = act!(self.world, self.buyers[buyer].desk, |tx, desk| record_delivery(tx, desk, &input), [input]).unwrap();
        let (grower_id, day) = (self.households[household].id.clone(), self.today());
        let left = self.households[household].most - self.households[household].borne;
        let grower = self.books.account(&grower_id);
        let covered = weight.min(grower.remaining).min(left);
        grower.remaining -= covered;
        grower.delivered += covered;
        grower.pending += weight - covered;
        let to = self.buyers[buyer].id.clone();
        let account = self.books.account(&to);
        account.received += covered;
        account.remaining += covered;
        self.households[household].borne += covered;
        self.households[household].on_trees -= weight;
        self.count("deliver", true);
        // One load in eight was entered by mistake: it is voided the same evening, and weighed again another day.
        if self.rng.random_ratio(1, 8) {
            let (deliverer, id) = (self.buyers[buyer].desk.clone(), view.id);
            let input = VoidInput { reason: "看错秤".into() };
            let voided = act!(self.world, deliverer, |tx, desk| void_delivery(tx, desk, &id, &input), [id, input]);
            let account = self.books.account(&to);
            let may = account.remaining >= covered && account.free() >= covered;
            assert_eq!(voided.is_ok(), may, "{voided:?}");
            if self.count("void delivery", may) {
                let account = self.books.account(&to);
                account.received -= covered;
                account.remaining -= covered;
                let grower = self.books.account(&grower_id);
                grower.remaining += covered;
                grower.delivered -= covered;
                grower.pending -= weight - covered;
                self.households[household].borne -= covered;
                self.households[household].on_trees += weight;
            }
        } else if covered > 0 {
            self.buyers[buyer].deliveries.push((view.id, covered, day));
        }
    }

    /// Two fifths of the approved output of every second household is taken back, where so much is still there.
    pub async fn hail(&mut self) {
        for n in (0..self.households.len()).step_by(2) {
            let party = self.households[n].id.clone();
            let account = *self.books.account(&party);
            let cut = account.approved / 100 * 40;
            let id = self.account_id(&party).await;
            let input =
                AdjustmentInput { amount_g: Some(-cut), reason: "9月12日冰雹，核减四成".into(), ..AdjustmentInput::default() };
            let proposed = act!(self.world, self.office, |tx, desk| propose_adjustment(tx, desk, &id, &input), [id, input]).unwrap().id;
            let decided = act!(self.world, self.second, |tx, desk| approve_adjustment(tx, desk, &proposed), [proposed]);
            assert_eq!(decided.is_ok(), account.remaining >= cut, "{decided:?}");
            if self.count("hail", decided.is_ok()) {
                let account = self.books.account(&party);
                account.adjusted -= cut;
                account.remaining -= cut;
            }
        }
        self.agree("the hail").await;
    }

    async fn account_id(&self, party: &str) -> String {
        let found = yanzhao::trace::store::account::of_party(self.world.db.reader(), party, &self.product, "2026").await;
        found.unwrap().expect("an account").id
    }
}
