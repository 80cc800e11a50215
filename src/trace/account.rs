//! 年度账户: what a party may put on the market of one product in one season, as double entry.
//!
//! ```text
//! approved received carried opening adjusted ──▶ remaining ──▶ held ──▶ released
//!                                                    └──▶ uncoded exported processed lost downgraded own_use delivered lapsed ◀── released
//!                                                                                                      seized ◀── released
//! excess ──▶ pending                             free ──▶ reserved ──▶ coded · burned
//! ```
//! Every movement takes an amount out of one [`Bucket`] and puts it into another, so the sum over all buckets never changes.
//! The four on the left and `excess` are sources: their columns say how much has come out of them. The last row counts codes and
//! lies beside the goods. `remaining` is never below zero; codes need `remaining + held + released − reserved − coded − burned`.
//! It never makes a figure smaller to let something pass: what was too much is `pending` until a person has decided.

use serde::Deserialize;
use utoipa::IntoParams;

use super::word::words;

words! {
    /// A place an amount can be in.
    Bucket {
        /// Output approved for the season.
        Approved = "approved",
        /// Deliveries received.
        Received = "received",
        /// Brought over from the season before.
        Carried = "carried",
        /// Stock there was when the platform began; once.
        Opening = "opening",
        /// Corrections, up and down.
        Adjusted = "adjusted",
        /// More than was covered; where pending amounts come from.
        Excess = "excess",
        /// What is left to use.
        Remaining = "remaining",
        /// In batches registered.
        Held = "held",
        /// In batches released.
        Released = "released",
        /// Sold without a code.
        Uncoded = "uncoded",
        /// Exported without a code.
        Exported = "exported",
        /// Processed into something else.
        Processed = "processed",
        /// Lost.
        Lost = "lost",
        /// Graded out.
        Downgraded = "downgraded",
        /// Used by the household or firm itself.
        OwnUse = "own_use",
        /// Delivered to a buyer.
        Delivered = "delivered",
        /// Fallen at the season's end, or carried into the next.
        Lapsed = "lapsed",
        /// Taken away by an authority.
        Seized = "seized",
        /// 待核: happened, but not covered; can't be coded.
        Pending = "pending",
        /// May still be ordered codes for; computed, no column.
        Free = "free",
        /// Ordered codes for.
        Reserved = "reserved",
        /// Coded.
        Coded = "coded",
        /// Codes spoilt beyond the spare: gone.
        Burned = "burned",
    }
}

impl Bucket {
    /// A source: its column grows by what leaves it.
    pub fn is_source(self) -> bool {
        matches!(self, Self::Approved | Self::Received | Self::Carried | Self::Opening | Self::Adjusted)
    }
    /// Counted on paper only, without a column.
    pub fn is_virtual(self) -> bool {
        matches!(self, Self::Excess | Self::Free)
    }
    /// Counts codes, not goods.
    pub fn counts_codes(self) -> bool {
        matches!(self, Self::Free | Self::Reserved | Self::Coded | Self::Burned)
    }
    /// Goods for which codes may be ordered: what leaves these three for elsewhere must not be reserved or coded.
    pub fn backs_codes(self) -> bool {
        matches!(self, Self::Remaining | Self::Held | Self::Released)
    }
    /// The figure its column shows, given how much went in less how much came out.
    pub fn figure(self, balance: i64) -> i64 {
        if self.is_source() { -balance } else { balance }
    }
}

words! {
    /// Why an amount moved.
    MovementKind {
        /// The season's output was approved.
        Approved = "approved",
        /// A delivery came in.
        Received = "received",
        /// Came over from the season before.
        Carried = "carried",
        /// Stock at the beginning.
        Opening = "opening",
        /// Corrected upwards.
        AdjustedUp = "adjusted_up",
        /// Corrected downwards.
        AdjustedDown = "adjusted_down",
        /// A batch was registered.
        Held = "held",
        /// A batch became smaller or was voided before release.
        HeldBack = "held_back",
        /// A batch was released.
        Released = "released",
        /// A released batch was voided.
        ReleasedBack = "released_back",
        /// Sold without a code.
        Uncoded = "uncoded",
        /// Exported without a code.
        Exported = "exported",
        /// Processed.
        Processed = "processed",
        /// Lost.
        Lost = "lost",
        /// Graded out.
        Downgraded = "downgraded",
        /// Used by the party itself.
        OwnUse = "own_use",
        /// Delivered to a buyer.
        Delivered = "delivered",
        /// Fallen at the closing date.
        Lapsed = "lapsed",
        /// Left for the next season's account.
        CarriedOut = "carried_out",
        /// Goods of a released batch were sold without a code.
        BatchUncoded = "batch_uncoded",
        /// Goods of a released batch were exported without a code.
        BatchExported = "batch_exported",
        /// Goods of a released batch were processed into something else.
        BatchProcessed = "batch_processed",
        /// Goods of a released batch were lost.
        BatchLost = "batch_lost",
        /// Goods of a released batch were graded out.
        BatchDowngraded = "batch_downgraded",
        /// Goods of a released batch were used by the party itself.
        BatchOwnUse = "batch_own_use",
        /// Goods sold or exported without a code came back.
        UncodedBack = "uncoded_back",
        /// Exported goods came back.
        ExportedBack = "exported_back",
        /// An authority took goods of a released batch away.
        Seized = "seized",
        /// More was delivered or packed than was covered.
        Excess = "excess",
        /// An excess was covered or taken back.
        ExcessSettled = "excess_settled",
        /// A delivery was voided: the grower has it again.
        DeliveredBack = "delivered_back",
        /// A delivery was voided: the buyer never had it.
        ReceivedBack = "received_back",
    }
}

impl MovementKind {
    /// Where the amount leaves and where it arrives.
    pub fn buckets(self) -> (Bucket, Bucket) {
        use Bucket as B;
        match self {
            Self::Approved => (B::Approved, B::Remaining),
            Self::Received => (B::Received, B::Remaining),
            Self::Carried => (B::Carried, B::Remaining),
            Self::Opening => (B::Opening, B::Remaining),
            Self::AdjustedUp => (B::Adjusted, B::Remaining),
            Self::AdjustedDown => (B::Remaining, B::Adjusted),
            Self::Held => (B::Remaining, B::Held),
            Self::HeldBack => (B::Held, B::Remaining),
            Self::Released => (B::Held, B::Released),
            Self::ReleasedBack => (B::Released, B::Remaining),
            Self::Uncoded => (B::Remaining, B::Uncoded),
            Self::Exported => (B::Remaining, B::Exported),
            Self::Processed => (B::Remaining, B::Processed),
            Self::Lost => (B::Remaining, B::Lost),
            Self::Downgraded => (B::Remaining, B::Downgraded),
            Self::OwnUse => (B::Remaining, B::OwnUse),
            Self::Delivered => (B::Remaining, B::Delivered),
            Self::Lapsed | Self::CarriedOut => (B::Remaining, B::Lapsed),
            Self::BatchUncoded => (B::Released, B::Uncoded),
            Self::BatchExported => (B::Released, B::Exported),
            Self::BatchProcessed => (B::Released, B::Processed),
            Self::BatchLost => (B::Released, B::Lost),
            Self::BatchDowngraded => (B::Released, B::Downgraded),
            Self::BatchOwnUse => (B::Released, B::OwnUse),
            Self::UncodedBack => (B::Uncoded, B::Released),
            Self::ExportedBack => (B::Exported, B::Released),
            Self::Seized => (B::Released, B::Seized),
            Self::Excess => (B::Excess, B::Pending),
            Self::ExcessSettled => (B::Pending, B::Excess),
            Self::DeliveredBack => (B::Delivered, B::Remaining),
            Self::ReceivedBack => (B::Remaining, B::Received),
        }
    }
    /// The kind that takes goods out of a released batch, for a movement that takes them out of what remains.
    pub fn of_batch(self) -> Option<Self> {
        Some(match self {
            Self::Uncoded => Self::BatchUncoded,
            Self::Exported => Self::BatchExported,
            Self::Processed => Self::BatchProcessed,
            Self::Lost => Self::BatchLost,
            Self::Downgraded => Self::BatchDowngraded,
            Self::OwnUse => Self::BatchOwnUse,
            _ => return None,
        })
    }
    /// May a person record it by hand? The others come with a delivery, a batch or a decision.
    pub fn by_hand(self) -> bool {
        matches!(
            self,
            Self::Uncoded
                | Self::Exported
                | Self::Processed
                | Self::Lost
                | Self::Downgraded
                | Self::OwnUse
                | Self::Lapsed
                | Self::Carried
                | Self::Opening
        )
    }
}

words! {
    /// How far an account has come.
    AccountState {
        /// There because goods were received; nothing was proposed.
        Open = "open",
        /// A figure was proposed.
        Proposed = "proposed",
        /// Approved by a second person.
        Approved = "approved",
        /// Refused; may be proposed again.
        Refused = "refused",
    }
}

impl AccountState {
    /// May `to` follow?
    pub fn may_become(self, to: Self) -> bool {
        matches!((self, to), (Self::Open | Self::Refused, Self::Proposed) | (Self::Proposed, Self::Approved | Self::Refused))
    }
}

words! {
    /// What a proposed figure is computed from.
    Basis {
        /// Area × yield cap.
        Plots = "plots",
        /// What the facility can make.
        Capacity = "capacity",
        /// Raw material × ratio.
        RawMaterial = "raw_material",
        /// What was bought, by papers.
        Purchases = "purchases",
    }
}

words! {
    /// What a second person is asked to decide on an account.
    AdjustmentKind {
        /// A correction, up or down.
        Adjustment = "adjustment",
        /// The stock there was at the beginning; once for a party and product.
        Opening = "opening",
    }
}

words! {
    /// How far an adjustment has come.
    AdjustmentState {
        /// Waits for a second person.
        Proposed = "proposed",
        /// Done.
        Approved = "approved",
        /// Not done.
        Refused = "refused",
    }
}

words! {
    /// Who an account belongs to.
    PartyKind {
        /// An organisation with a credit code.
        Organisation = "organisation",
        /// A grower.
        Grower = "grower",
    }
}

impl PartyKind {
    /// Read off an id.
    pub fn of(id: &str) -> Option<Self> {
        use crate::kernel::ids::{Noun, is};
        if is(Noun::Organisation, id) {
            Some(Self::Organisation)
        } else if is(Noun::Grower, id) {
            Some(Self::Grower)
        } else {
            None
        }
    }
}

/// What to look for among accounts; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AccountFilter {
    /// Of this organisation or grower.
    pub party_id: Option<String>,
    /// Of this product.
    pub product_id: Option<String>,
    /// Of this season.
    pub season: Option<String>,
    /// In this state.
    pub state: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_buckets() {
        // kind, from, to, by hand
        let table = [
            ("approved", "approved", "remaining", false),
            ("received", "received", "remaining", false),
            ("carried", "carried", "remaining", true),
            ("opening", "opening", "remaining", true),
            ("adjusted_up", "adjusted", "remaining", false),
            ("adjusted_down", "remaining", "adjusted", false),
            ("held", "remaining", "held", false),
            ("held_back", "held", "remaining", false),
            ("released", "held", "released", false),
            ("released_back", "released", "remaining", false),
            ("uncoded", "remaining", "uncoded", true),
            ("exported", "remaining", "exported", true),
            ("processed", "remaining", "processed", true),
            ("lost", "remaining", "lost", true),
            ("downgraded", "remaining", "downgraded", true),
            ("own_use", "remaining", "own_use", true),
            ("delivered", "remaining", "delivered", false),
            ("lapsed", "remaining", "lapsed", true),
            ("carried_out", "remaining", "lapsed", false),
            ("batch_uncoded", "released", "uncoded", false),
            ("batch_exported", "released", "exported", false),
            ("batch_processed", "released", "processed", false),
            ("batch_lost", "released", "lost", false),
            ("batch_downgraded", "released", "downgraded", false),
            ("batch_own_use", "released", "own_use", false),
            ("uncoded_back", "uncoded", "released", false),
            ("exported_back", "exported", "released", false),
            ("seized", "released", "seized", false),
            ("excess", "excess", "pending", false),
            ("excess_settled", "pending", "excess", false),
            ("delivered_back", "delivered", "remaining", false),
            ("received_back", "remaining", "received", false),
        ];
        assert_eq!(MovementKind::ALL.len(), table.len());
        for (kind, row) in MovementKind::ALL.iter().zip(table) {
            let (from, to) = kind.buckets();
            assert_eq!((kind.word(), from.word(), to.word(), kind.by_hand()), row);
            assert_eq!(MovementKind::parse(kind.word()), Some(*kind));
        }
    }

    #[test]
    fn an_account_is_decided_once() {
        use AccountState as S;
        let may: Vec<_> = S::ALL
            .iter()
            .flat_map(|a| S::ALL.iter().map(move |b| (*a, *b)))
            .filter(|(a, b)| a.may_become(*b))
            .map(|(a, b)| (a.word(), b.word()))
            .collect();
        let expected = [("open", "proposed"), ("proposed", "approved"), ("proposed", "refused"), ("refused", "proposed")];
        assert_eq!(may, expected);
    }

    #[test]
    fn sources_show_what_came_out_of_them() {
        assert_eq!((Bucket::Approved.figure(-5), Bucket::Held.figure(5), Bucket::Adjusted.figure(3)), (5, 5, -3));
        for bucket in Bucket::ALL {
            assert!(!(bucket.is_source() && bucket.backs_codes()), "{}", bucket.word());
            assert_eq!(Bucket::parse(bucket.word()), Some(*bucket));
        }
    }
}
