//! What a scan may say. One pure function, [`decide`], turns the facts registered about a code into one word.
//!
//! The order is fixed (recalled before voided before … before an ordinary answer); see the truth table in the tests.
//! Red is always a person's act with a reason, never the result of counting; counting raises amber at most, and amber
//! rests on the last seven days only. No word here claims that goods are genuine: a code says what was registered for it.
//! The words people read are made from the [`Decision`] elsewhere; here are only stable words for machines.

mod amber;
mod decide;
mod facts;
#[cfg(test)]
mod tests;

pub use amber::{Spread, Thresholds};
pub use decide::{Decision, Grounds, PinOutcome, decide, decide_pin};
pub use facts::{CodeKind, Facts, History, Hold, Lift, MarkUse, Place, RangeFact, Recall, RecallKind, Recording, Stop, Visit, VoidReason};

/// How a verdict looks: icon, words and border colour together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The number agrees with the register.
    Ok,
    /// Nothing is wrong, yet the reader should know something first.
    Notice,
    /// Please look closely; made by rules or by registered facts.
    Amber,
    /// Do not buy or eat; always a person's act.
    Red,
    /// The platform can say nothing about goods.
    Unknown,
}

impl Severity {
    /// The stable word, also the class of the verdict box.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Notice => "notice",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Unknown => "unknown",
        }
    }
}

/// Every answer a scan, a typed number or a scratch PIN can get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The first check of a unit code, seen by whoever made it, for 30 minutes.
    FirstCheck,
    /// Registered and active, with the history of its checks.
    CheckedBefore,
    /// A code shared by a whole batch: says nothing about a single item.
    BatchCode,
    /// The code on a case.
    CaseCode,
    /// The scratch PIN is right and was never used before.
    PinFirst,
    /// A sample or display label, not for goods.
    Sample,
    /// Past the registered best-before day.
    Expired,
    /// Checked in several provinces within a short time.
    ManyPlaces,
    /// Checked by many visitors.
    ManyChecks,
    /// Issued, but not in use for any batch yet.
    NotActivated,
    /// The right to use the mark did not cover the production day.
    AuthorisationMismatch,
    /// The scratch PIN is right but was used before.
    PinUsed,
    /// An authority holds the batch, with a document number.
    BatchOnHold,
    /// The batch is being taken back (追回) or recalled (召回).
    Recalled,
    /// The label was withdrawn from use.
    Voided,
    /// Staff confirmed that the number sits on several items.
    CloneConfirmed,
    /// Well formed, but never issued here.
    Unknown,
    /// Not a number of ours by form alone: length, alphabet or check character.
    Mistyped,
    /// Too many misses or wrong PINs from this visitor.
    Throttled,
    /// The scratch PIN is wrong.
    PinWrong,
    /// The facts can't be read just now.
    Unavailable,
}

impl Verdict {
    /// All of them, in the order of the public contract.
    pub const ALL: [Self; 21] = [
        Self::FirstCheck,
        Self::CheckedBefore,
        Self::BatchCode,
        Self::CaseCode,
        Self::PinFirst,
        Self::Sample,
        Self::Expired,
        Self::ManyPlaces,
        Self::ManyChecks,
        Self::NotActivated,
        Self::AuthorisationMismatch,
        Self::PinUsed,
        Self::BatchOnHold,
        Self::Recalled,
        Self::Voided,
        Self::CloneConfirmed,
        Self::Unknown,
        Self::Mistyped,
        Self::Throttled,
        Self::PinWrong,
        Self::Unavailable,
    ];

    /// The stable word of the public contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::FirstCheck => "first_check",
            Self::CheckedBefore => "checked_before",
            Self::BatchCode => "batch_code",
            Self::CaseCode => "case_code",
            Self::PinFirst => "pin_first",
            Self::Sample => "sample",
            Self::Expired => "expired",
            Self::ManyPlaces => "many_places",
            Self::ManyChecks => "many_checks",
            Self::NotActivated => "not_activated",
            Self::AuthorisationMismatch => "authorisation_mismatch",
            Self::PinUsed => "pin_used",
            Self::BatchOnHold => "batch_on_hold",
            Self::Recalled => "recalled",
            Self::Voided => "voided",
            Self::CloneConfirmed => "clone_confirmed",
            Self::Unknown => "unknown",
            Self::Mistyped => "mistyped",
            Self::Throttled => "throttled",
            Self::PinWrong => "pin_wrong",
            Self::Unavailable => "unavailable",
        }
    }

    /// How it looks.
    pub fn severity(self) -> Severity {
        match self {
            Self::FirstCheck | Self::CheckedBefore | Self::BatchCode | Self::CaseCode | Self::PinFirst => Severity::Ok,
            Self::Sample | Self::Expired => Severity::Notice,
            Self::ManyPlaces | Self::ManyChecks | Self::NotActivated | Self::AuthorisationMismatch | Self::PinUsed | Self::BatchOnHold => {
                Severity::Amber
            }
            Self::Recalled | Self::Voided | Self::CloneConfirmed => Severity::Red,
            Self::Unknown | Self::Mistyped | Self::Throttled | Self::PinWrong | Self::Unavailable => Severity::Unknown,
        }
    }
}

/// Something the reader should know beside the verdict; it never changes the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Note {
    /// A right was suspended or ended after the goods were made; they stay lawful.
    RightEndedLater,
    /// A recall of this batch was lifted not long ago.
    RecallLifted,
    /// The goods came back from a buyer and were sold again.
    ReturnedResold,
    /// Some of the records were entered late (补录).
    LateEntry,
    /// Demonstration data.
    Demo,
}

impl Note {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::RightEndedLater, Self::RecallLifted, Self::ReturnedResold, Self::LateEntry, Self::Demo];

    /// The stable word of the public contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::RightEndedLater => "right_ended_later",
            Self::RecallLifted => "recall_lifted",
            Self::ReturnedResold => "returned_resold",
            Self::LateEntry => "late_entry",
            Self::Demo => "demo",
        }
    }
}
