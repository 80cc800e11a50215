//! 出库: goods that leave the house, are received, come back. Pure: what is typed, how a shipment stands, and which codes are out.
//!
//! ```text
//! sent ──▶ received ──▶ closed        sent: something of it nobody has seen since · received: all of it is accounted for
//!   ├────────────────────▲            closed: nothing of it lies with the consignee any more
//!   └──▶ voided                       within 24 hours, while nobody has received or returned any of it
//! ```
//! Each line's figures keep `amount = received + returned + missing + on the way`. `received` is what lies with the consignee: what is
//! returned after its receipt leaves it again. A code is *out* from its shipment on until it comes back to be sold again; one that comes
//! back to be repacked is out until it carries a new label.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::range::{Range, Standing, places};
use super::roll::Label;
use super::word::words;
use crate::kernel::Millis;
use crate::kernel::clock::DAY;

/// How long a shipment may be voided.
pub const VOIDABLE: Millis = DAY;
/// The most lines of a shipment as sent.
pub const MOST_LINES: usize = 200;

words! {
    /// How far a shipment has come.
    ShipmentState {
        /// On the way, or a part of it.
        Sent = "sent",
        /// All of it is accounted for.
        Received = "received",
        /// Nothing of it is with the consignee any more.
        Closed = "closed",
        /// It never left: everything is as before.
        Voided = "voided",
    }
}

impl ShipmentState {
    /// May `to` follow?
    pub fn may_become(self, to: Self) -> bool {
        use ShipmentState as S;
        matches!((self, to), (S::Sent, S::Received | S::Closed | S::Voided) | (S::Received, S::Closed))
    }
}

words! {
    /// Who goods are sent to.
    ConsigneeKind {
        /// An organisation with an account here.
        Organisation = "organisation",
        /// Anybody else, by name.
        Other = "other",
    }
}

words! {
    /// What happened to goods after they were sent.
    ActKind {
        /// The consignee has them.
        Received = "received",
        /// They did not arrive.
        Missing = "missing",
        /// They came back.
        Returned = "returned",
    }
}

words! {
    /// What becomes of goods that came back.
    Disposition {
        /// Sold again under the same labels.
        Resale = "resale",
        /// Packed anew: new labels first.
        Repack = "repack",
        /// Destroyed.
        Destroy = "destroy",
    }
}

/// To whom, as sent: an organisation by its id or credit code, or anybody by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsigneeInput {
    /// An organisation registered here.
    #[serde(default)]
    pub organisation_id: Option<String>,
    /// Its 统一社会信用代码 instead.
    #[serde(default)]
    pub credit_code: Option<String>,
    /// The name of anybody else.
    #[serde(default)]
    pub name: Option<String>,
    /// Whom to call.
    #[serde(default)]
    pub contact: Option<String>,
}

/// One line as sent: goods without codes of a batch; or labels `first` to `last`; or what a case or batch code stands for.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineInput {
    /// Goods without codes of this batch.
    #[serde(default)]
    pub batch_id: Option<String>,
    /// How much, in grams.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// The labels' order; may be left out where `first` is a code.
    #[serde(default)]
    pub order_id: Option<String>,
    /// First label.
    #[serde(default)]
    pub first: Option<Label>,
    /// Last label; the first if left out.
    #[serde(default)]
    pub last: Option<Label>,
    /// One code: of a case (its linked contents are sent), of a batch (with a weight), or of one item.
    #[serde(default)]
    pub code: Option<String>,
}

/// `POST /shipments`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendInput {
    /// Whose goods; the actor's own organisation if left out.
    #[serde(default)]
    pub producer_id: Option<String>,
    /// The number on the goods slip; given (`S20261126-0001`) if left out.
    #[serde(default)]
    pub number: Option<String>,
    /// What is sent: one product.
    pub lines: Vec<LineInput>,
    /// To whom.
    #[serde(default)]
    pub consignee: ConsigneeInput,
    /// Where to: province, city or county.
    #[serde(default)]
    pub division_code: Option<String>,
    /// Where to, in words.
    #[serde(default)]
    pub place: Option<String>,
    /// When; today if left out.
    #[serde(default)]
    pub sent_on: Option<String>,
    /// It leaves the country.
    #[serde(default)]
    pub exported: bool,
    /// Who drives it.
    #[serde(default)]
    pub carrier: Option<String>,
    /// From which packing house or store.
    #[serde(default)]
    pub facility_id: Option<String>,
    /// Anything else.
    #[serde(default)]
    pub note: Option<String>,
    /// Why it is written down more than 7 days later.
    #[serde(default)]
    pub late_reason: Option<String>,
}

/// A part of a line: labels, or an amount.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartInput {
    /// The line.
    pub no: i64,
    /// How much, in grams.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// First label.
    #[serde(default)]
    pub first: Option<Label>,
    /// Last label; the first if left out.
    #[serde(default)]
    pub last: Option<Label>,
}

/// `POST /shipments/{id}/receive`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveInput {
    /// What arrived; everything still on the way if neither this nor `missing` says anything.
    #[serde(default)]
    pub lines: Vec<PartInput>,
    /// What did not.
    #[serde(default)]
    pub missing: Vec<PartInput>,
    /// When; today if left out.
    #[serde(default)]
    pub received_on: Option<String>,
    /// Anything to say about it.
    #[serde(default)]
    pub reason: Option<String>,
    /// Why it is written down more than 7 days later.
    #[serde(default)]
    pub late_reason: Option<String>,
}

/// `POST /shipments/{id}/return`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnInput {
    /// What came back.
    pub lines: Vec<PartInput>,
    /// `resale`, `repack` or `destroy`.
    pub disposition: String,
    /// Why.
    pub reason: String,
    /// When; today if left out.
    #[serde(default)]
    pub returned_on: Option<String>,
    /// Why it is written down more than 7 days later.
    #[serde(default)]
    pub late_reason: Option<String>,
}

/// What to look for among shipments; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShipmentFilter {
    /// Sent by.
    pub producer_id: Option<String>,
    /// Sent to.
    pub consignee_id: Option<String>,
    /// Of this product.
    pub product_id: Option<String>,
    /// With goods of this batch.
    pub batch_id: Option<String>,
    /// In this state.
    pub state: Option<String>,
}

/// The figures of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Sent.
    pub amount: i64,
    /// With the consignee.
    pub received: i64,
    /// Come back.
    pub returned: i64,
    /// Did not arrive.
    pub missing: i64,
}

impl Figures {
    /// Not accounted for yet.
    pub fn on_the_way(self) -> i64 {
        self.amount - self.received - self.returned - self.missing
    }
    /// After so much came back, `unseen` of it goods that no receipt names. `None` if there was not so much.
    pub fn after_return(self, amount: i64, unseen: i64) -> Option<Self> {
        let way = self.on_the_way();
        let direct = unseen.min(way).min(amount);
        let held = (amount - direct).min(self.received);
        if amount - direct - held > way - direct {
            return None;
        }
        Some(Self { received: self.received - held, returned: self.returned + amount, ..self })
    }
}

/// The state that lines put a shipment in that was not voided.
pub fn state_of(lines: impl IntoIterator<Item = Figures>) -> ShipmentState {
    let (way, held) = lines.into_iter().fold((0, 0), |(way, held), line| (way + line.on_the_way(), held + line.received));
    match (way, held) {
        (1.., _) => ShipmentState::Sent,
        (_, 1..) => ShipmentState::Received,
        _ => ShipmentState::Closed,
    }
}

/// A run of sequence numbers, both ends included.
pub type Run = (i64, i64);

/// How many codes.
pub fn count(runs: &[Run]) -> i64 {
    runs.iter().map(|(first, last)| last - first + 1).sum()
}

/// The parts of `run` that `others` cover, in order, each once.
pub fn covered(run: Run, others: &[Run]) -> Vec<Run> {
    let mut inside: Vec<Run> = others.iter().map(|o| (o.0.max(run.0), o.1.min(run.1))).filter(|(first, last)| first <= last).collect();
    inside.sort_unstable();
    let mut out: Vec<Run> = Vec::new();
    for next in inside {
        match out.last_mut() {
            Some(last) if next.0 <= last.1 + 1 => last.1 = last.1.max(next.1),
            _ => out.push(next),
        }
    }
    out
}

/// What is left of `run` without `others`.
pub fn without(run: Run, others: &[Run]) -> Vec<Run> {
    let mut out = Vec::new();
    let mut at = run.0;
    for (first, last) in covered(run, others) {
        if at < first {
            out.push((at, first - 1));
        }
        at = last + 1;
    }
    if at <= run.1 {
        out.push((at, run.1));
    }
    out
}

/// Runs for a refusal: `37`, `37–52、60`.
pub fn said(runs: &[Run]) -> String {
    let ranges: Vec<Range> = runs.iter().map(|(first, last)| Range { first: *first, last: *last, standing: Standing::issued(0) }).collect();
    places(&ranges)
}

/// The number a shipment is given: the day and how many were sent before it that day.
pub fn number_of(day: crate::kernel::Day, before: i64) -> String {
    format!("{}{:04}", number_prefix(day), before + 1)
}

/// What all numbers given for a day begin with.
pub fn number_prefix(day: crate::kernel::Day) -> String {
    format!("S{}-", day.to_string().replace('-', ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Day;

    #[test]
    fn a_shipment_goes_on_and_never_back() {
        let may: Vec<_> = ShipmentState::ALL
            .iter()
            .flat_map(|a| ShipmentState::ALL.iter().map(move |b| (*a, *b)))
            .filter(|(a, b)| a.may_become(*b))
            .map(|(a, b)| (a.word(), b.word()))
            .collect();
        assert_eq!(may, [("sent", "received"), ("sent", "closed"), ("sent", "voided"), ("received", "closed")]);
    }

    #[test]
    fn the_lines_say_how_a_shipment_stands() {
        let line = |amount, received, returned, missing| Figures { amount, received, returned, missing };
        for (lines, state) in [
            (vec![line(10, 0, 0, 0)], "sent"),
            (vec![line(10, 9, 0, 0)], "sent"),
            (vec![line(10, 9, 0, 1)], "received"),
            (vec![line(10, 10, 0, 0), line(5, 0, 0, 0)], "sent"),
            (vec![line(10, 1, 9, 0), line(5, 0, 5, 0)], "received"),
            (vec![line(10, 0, 9, 1)], "closed"),
            (vec![line(10, 0, 0, 10)], "closed"),
        ] {
            assert_eq!(state_of(lines.clone()).word(), state, "{lines:?}");
        }
    }

    /// amount, received, returned, missing; how much comes back, of it unseen; received and returned afterwards.
    #[test]
    fn what_comes_back_leaves_the_consignee_or_the_road() {
        for (before, amount, unseen, after) in [
            ((10, 10, 0, 0), 4, 0, Some((6, 4))),
            ((10, 6, 0, 0), 4, 4, Some((6, 4))),
            ((10, 6, 0, 0), 4, 0, Some((2, 4))),
            ((10, 6, 0, 0), 10, 0, Some((0, 10))),
            ((10, 6, 0, 2), 9, 0, None),
            ((10, 6, 0, 2), 8, 2, Some((0, 8))),
            ((10, 0, 0, 0), 10, 10, Some((0, 10))),
            ((10, 0, 10, 0), 1, 0, None),
            ((10, 5, 0, 0), 3, 9, Some((5, 3))),
        ] {
            let line = Figures { amount: before.0, received: before.1, returned: before.2, missing: before.3 };
            let found = line.after_return(amount, unseen);
            assert_eq!(found.map(|f| (f.received, f.returned)), after, "{before:?} {amount} {unseen}");
            assert!(found.is_none_or(|f| f.on_the_way() >= 0 && f.amount == line.amount && f.missing == line.missing));
        }
    }

    #[test]
    fn runs_are_cut_exactly() {
        let others = [(5, 8), (1, 2), (8, 9), (20, 30)];
        assert_eq!(covered((2, 25), &others), [(2, 2), (5, 9), (20, 25)]);
        assert_eq!(without((2, 25), &others), [(3, 4), (10, 19)]);
        assert_eq!((without((5, 9), &others), without((40, 41), &others)), (vec![], vec![(40, 41)]));
        assert_eq!((count(&[(1, 1), (5, 9)]), said(&[(1, 1), (5, 9)])), (6, "1、5–9".to_owned()));
        for first in 0..12 {
            for last in first..12 {
                let both = count(&covered((first, last), &others)) + count(&without((first, last), &others));
                assert_eq!(both, last - first + 1);
            }
        }
    }

    #[test]
    fn a_number_says_its_day() {
        assert_eq!(number_of(Day::parse("2026-11-26").unwrap(), 0), "S20261126-0001");
        assert_eq!(number_of(Day::parse("2026-11-26").unwrap(), 10_000), "S20261126-10001");
    }
}
