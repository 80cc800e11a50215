//! What the tables must say, by the ledger alone: balances, code ranges and batch states folded from the bodies of events in order.
//!
//! Every effect folds the same way whoever wrote it: a move takes an amount out of one bucket and puts it into another, a range
//! lays a state over part of an order, a batch is in a state with its amounts. Words this program does not know are kept as they
//! are and differ from every table. A body that was erased can't be replayed: what it did is missing here and shows as a difference.

use std::collections::BTreeMap;

use serde_json::Value;

use super::account::{AccountState, Bucket};
use super::batch::GoodsBucket;
use crate::ledger::{Effect, kind};

/// A batch by its last effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchNow {
    /// The state's word.
    pub state: String,
    /// What the account covers.
    pub covered: i64,
    /// What awaits a decision.
    pub pending: i64,
}

/// Sequence numbers `first..=last` in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// First sequence number.
    pub first: i64,
    /// Last sequence number.
    pub last: i64,
    /// The state's word.
    pub state: String,
    /// The batch they are bound to.
    pub batch: Option<String>,
}

/// The ledger's own account of everything that must balance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replay {
    accounts: BTreeMap<String, BTreeMap<String, i64>>,
    states: BTreeMap<String, AccountState>,
    deliveries: BTreeMap<String, (i64, i64)>,
    batches: BTreeMap<String, BatchNow>,
    goods: BTreeMap<(String, String), i64>,
    orders: BTreeMap<i64, Vec<Segment>>,
    unread: Vec<String>,
}

impl Replay {
    /// Nothing has happened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Folds the body of the next event.
    pub fn fold(&mut self, body: &Value) {
        let subject = body["subject"].as_str().unwrap_or_default();
        let name = body["kind"].as_str().unwrap_or_default();
        self.fold_account_state(name, subject);
        if [kind::DELIVERY_RECORDED, kind::DELIVERY_COVERED, kind::DELIVERY_VOIDED].iter().any(|known| known.name == name) {
            let figure = |field: &str| body["facts"][field].as_i64().unwrap_or(0);
            self.deliveries.insert(subject.to_owned(), (figure("amount"), figure("covered")));
        }
        // Acts on several deliveries, or on one of another subject: a paper form, a late entry confirmed.
        for delivery in body["facts"]["deliveries"].as_array().into_iter().flatten() {
            let figure = |field: &str| delivery[field].as_i64().unwrap_or(0);
            let id = delivery["id"].as_str().unwrap_or_default();
            self.deliveries.insert(id.to_owned(), (figure("amount"), figure("covered")));
        }
        for effect in body["effects"].as_array().into_iter().flatten() {
            match serde_json::from_value(effect.clone()) {
                Ok(effect) => self.apply(effect),
                Err(_) => self.unread.push(format!("{name} {subject}")),
            }
        }
    }

    fn fold_account_state(&mut self, name: &str, subject: &str) {
        let states = [
            (kind::SEASON_ACCOUNT_PROPOSED, AccountState::Proposed),
            (kind::SEASON_ACCOUNT_APPROVED, AccountState::Approved),
            (kind::SEASON_ACCOUNT_REFUSED, AccountState::Refused),
        ];
        if let Some((_, state)) = states.into_iter().find(|(kind, _)| kind.name == name) {
            self.states.insert(subject.to_owned(), state);
        }
    }

    fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Move { account, from, to, amount } => {
                let buckets = self.accounts.entry(account).or_default();
                *buckets.entry(from).or_insert(0) -= amount;
                *buckets.entry(to).or_insert(0) += amount;
            }
            Effect::Range { order_no, first, last, state, batch } => {
                let order = self.orders.entry(order_no).or_default();
                *order = overlaid(order, Segment { first, last, state, batch });
            }
            Effect::Batch { id, state, covered, pending } => {
                self.batches.insert(id, BatchNow { state, covered, pending });
            }
            Effect::Goods { batch, to, amount } => *self.goods.entry((batch, to)).or_insert(0) += amount,
        }
    }

    /// Accounts anything moved on, or that were proposed.
    pub fn accounts(&self) -> impl Iterator<Item = &String> {
        let untouched = self.states.keys().filter(|id| !self.accounts.contains_key(*id));
        self.accounts.keys().chain(untouched)
    }
    /// What the column of a bucket must show.
    pub fn figure(&self, account: &str, bucket: Bucket) -> i64 {
        let balance = self.accounts.get(account).and_then(|buckets| buckets.get(bucket.word())).copied().unwrap_or(0);
        bucket.figure(balance)
    }
    /// The account's state; one that was never proposed is open.
    pub fn state(&self, account: &str) -> AccountState {
        self.states.get(account).copied().unwrap_or(AccountState::Open)
    }
    /// Deliveries: weight, and what is covered of it.
    pub fn deliveries(&self) -> &BTreeMap<String, (i64, i64)> {
        &self.deliveries
    }
    /// Batches.
    pub fn batches(&self) -> &BTreeMap<String, BatchNow> {
        &self.batches
    }
    /// What left a batch without a code, by where it went.
    pub fn goods(&self, batch: &str, to: GoodsBucket) -> i64 {
        self.goods.get(&(batch.to_owned(), to.word().to_owned())).copied().unwrap_or(0)
    }
    /// Orders with their ranges, neighbours alike made one.
    pub fn orders(&self) -> impl Iterator<Item = (i64, Vec<Segment>)> {
        self.orders.iter().map(|(order, segments)| (*order, merged(segments.iter().cloned())))
    }
    /// Effects this program could not read, and buckets it does not know.
    pub fn unread(&self) -> Vec<String> {
        let unknown = self
            .accounts
            .iter()
            .flat_map(|(id, buckets)| buckets.keys().filter(|b| Bucket::parse(b).is_none()).map(move |bucket| format!("{id} {bucket}")));
        self.unread.iter().cloned().chain(unknown).collect()
    }
    /// The sum over all buckets of an account; not zero only if an effect is damaged.
    pub fn sum(&self, account: &str) -> i64 {
        self.accounts.get(account).map_or(0, |buckets| buckets.values().sum())
    }
}

/// `new` laid over what was there.
fn overlaid(old: &[Segment], new: Segment) -> Vec<Segment> {
    let mut segments = Vec::with_capacity(old.len() + 2);
    for segment in old {
        if segment.first < new.first {
            segments.push(Segment { last: segment.last.min(new.first - 1), ..segment.clone() });
        }
        if segment.last > new.last {
            segments.push(Segment { first: segment.first.max(new.last + 1), ..segment.clone() });
        }
    }
    segments.push(new);
    segments.sort_by_key(|s| s.first);
    segments
}

/// Neighbours in the same state and batch made one.
pub fn merged(segments: impl IntoIterator<Item = Segment>) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    for next in segments {
        match out.last_mut() {
            Some(last) if last.last + 1 == next.first && last.state == next.state && last.batch == next.batch => last.last = next.last,
            _ => out.push(next),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn segment(first: i64, last: i64, state: &str) -> Segment {
        Segment { first, last, state: state.to_owned(), batch: None }
    }

    #[test]
    fn moves_fold_to_what_the_columns_show() {
        let mut replay = Replay::new();
        let step =
            |from: &str, to: &str, amount: i64| json!({ "effect": "move", "account": "sea_1", "from": from, "to": to, "amount": amount });
        replay.fold(&json!({ "kind": "season_account.approved", "subject": "sea_1", "effects": [step("approved", "remaining", 100)] }));
        replay.fold(&json!({ "kind": "batch.registered", "subject": "bat_1", "effects": [step("remaining", "held", 60), step("excess", "pending", 5)] }));
        replay.fold(&json!({ "kind": "code_order.issued", "subject": "cod_1", "effects": [step("free", "reserved", 40), step("reserved", "coded", 30)] }));
        let figure = |bucket| replay.figure("sea_1", bucket);
        assert_eq!((figure(Bucket::Approved), figure(Bucket::Remaining), figure(Bucket::Held)), (100, 40, 60));
        assert_eq!((figure(Bucket::Pending), figure(Bucket::Reserved), figure(Bucket::Coded)), (5, 10, 30));
        assert_eq!((replay.sum("sea_1"), replay.state("sea_1"), replay.unread().len()), (0, AccountState::Approved, 0));
        replay.fold(&json!({ "kind": "x", "subject": "y", "effects": [step("remaining", "pocket", 1), { "effect": "magic" }] }));
        assert_eq!(replay.unread(), ["x y", "sea_1 pocket"]);
    }

    #[test]
    fn ranges_are_laid_over_each_other() {
        let mut segments = vec![segment(1, 100, "issued")];
        for new in [segment(10, 20, "bound"), segment(15, 17, "active"), segment(1, 1, "voided"), segment(90, 100, "bound")] {
            segments = overlaid(&segments, new);
        }
        let read: Vec<_> = segments.iter().map(|s| (s.first, s.last, s.state.as_str())).collect();
        let right = [
            (1, 1, "voided"),
            (2, 9, "issued"),
            (10, 14, "bound"),
            (15, 17, "active"),
            (18, 20, "bound"),
            (21, 89, "issued"),
            (90, 100, "bound"),
        ];
        assert_eq!(read, right);
        let joined = overlaid(&segments, segment(15, 17, "bound"));
        assert_eq!(merged(joined).iter().filter(|s| s.state == "bound" && s.first == 10 && s.last == 20).count(), 1);
    }
}
