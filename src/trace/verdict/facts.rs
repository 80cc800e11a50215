//! Everything a verdict may rest on, as plain data. Who reads it from the database fills it in one go, so that a stop,
//! a recall or a void shows on the very next scan. Our own hold (平台暂停) is deliberately not here: it changes nothing
//! a consumer sees.

pub use super::super::kind::CodeKind;
use crate::kernel::{Day, Millis};

/// Why labels were withdrawn from use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoidReason {
    /// 破损
    Damaged,
    /// 错印
    Misprinted,
    /// 丢失
    Lost,
    /// 被盗
    Stolen,
    /// 多印
    Surplus,
    /// 重新包装: the goods carry a new label now.
    Relabelled,
    /// 退回: unused labels that were counted and returned.
    Returned,
    /// 授权取消
    AuthorisationWithdrawn,
    /// 批次作废
    BatchVoided,
    /// 监管停用: an authority stopped its use, with a document number.
    OrderedStop,
}

impl VoidReason {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Damaged,
        Self::Misprinted,
        Self::Lost,
        Self::Stolen,
        Self::Surplus,
        Self::Relabelled,
        Self::Returned,
        Self::AuthorisationWithdrawn,
        Self::BatchVoided,
        Self::OrderedStop,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Misprinted => "misprinted",
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Surplus => "surplus",
            Self::Relabelled => "relabelled",
            Self::Returned => "returned",
            Self::AuthorisationWithdrawn => "authorisation_withdrawn",
            Self::BatchVoided => "batch_voided",
            Self::OrderedStop => "ordered_stop",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }
}

/// The state of the range the code lies in, with what the page needs of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeFact {
    /// Issued, in no batch.
    Issued,
    /// In a batch, not in use yet.
    Bound,
    /// Comes into use at this instant; once it has come, the code counts as active.
    Scheduled {
        /// When.
        at: Millis,
    },
    /// In use.
    Active,
    /// Withdrawn from use for ever.
    Voided {
        /// Why.
        reason: VoidReason,
        /// Since when.
        since: Day,
    },
    /// Unused, counted and returned; seen on goods it is as dead as a voided one.
    Returned {
        /// Since when.
        since: Day,
    },
}

/// 追回 of fresh produce, or 召回 of food: two words of two laws (农产品质量安全法; 食品安全法 63).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecallKind {
    /// 追回: fresh produce is taken back.
    TakeBack,
    /// 召回: food is recalled.
    Recall,
}

impl RecallKind {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::TakeBack => "take_back",
            Self::Recall => "recall",
        }
    }
}

/// The lifting of a stop or a recall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lift {
    /// In force again no more from this day on.
    pub on: Day,
    /// What the public is told.
    pub text: String,
}

/// A recall of the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recall {
    /// Fresh produce or food.
    pub kind: RecallKind,
    /// Who ordered or announced it; a producer's own recall names the producer.
    pub ordered_by: String,
    /// Number of the document, if there is one.
    pub document_no: Option<String>,
    /// The reason in the public's words.
    pub public_text: String,
    /// Day of the announcement.
    pub announced_on: Day,
    /// Set once lifted.
    pub lifted: Option<Lift>,
}

/// An authority's order that these labels may not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Who ordered it.
    pub ordered_by: String,
    /// Number of the document.
    pub document_no: String,
    /// The reason in the public's words.
    pub public_text: String,
    /// In force from.
    pub since: Day,
    /// Set once lifted; a lifted stop changes nothing.
    pub lifted: Option<Lift>,
}

/// 先行登记保存, 查封, 扣押: a formal hold of the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Who ordered it.
    pub ordered_by: String,
    /// Number of the document.
    pub document_no: String,
    /// In force from.
    pub since: Day,
    /// Last day, if the document names one; afterwards the hold is over.
    pub until: Option<Day>,
}

/// One right the batch relies on: the interval frozen at release, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkUse {
    /// Name of the right as shown, such as 地理标志产品.
    pub right: String,
    /// In force from, as frozen at release.
    pub from: Day,
    /// Last day in force, as frozen at release; open if `None`.
    pub until: Option<Day>,
    /// First day without the right as known today: suspended, cancelled or lapsed. `None` while it runs or was renewed.
    pub ended_on: Option<Day>,
}

/// A province and perhaps a city; never anything finer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// Province, such as 河北.
    pub province: String,
    /// City, such as 石家庄.
    pub city: Option<String>,
}

/// One session in the ring of recent ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Keyed hash of the visitor under the key of the day: the same person on two days is two visitors.
    pub visitor: [u8; 8],
    /// Minutes since 1970-01-01T00:00Z.
    pub minute: i64,
    /// `None` when the place is unknown or of low confidence (carrier networks); then it feeds no rule.
    pub place: Option<Place>,
}

/// How often and where the code was checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Sessions ever counted; a session is one visitor within 30 minutes.
    pub sessions: u32,
    /// When the first was.
    pub first_at: Option<Millis>,
    /// Where the first was.
    pub first_place: Option<Place>,
    /// This very visitor made the first session, less than 30 minutes ago.
    pub visitor_is_first: bool,
    /// The last sessions, in any order, this one included if it was counted.
    pub ring: Vec<Visit>,
}

/// What became of recording this look at the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// A scan or a typed number, durably counted.
    Counted,
    /// The page was opened without a scan: forwarded, reloaded, or after the redirect of a scan.
    Viewed,
    /// It should have been counted but could not be. Such an answer is never “first”.
    Failed,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What the code stands for.
    pub kind: CodeKind,
    /// State of its range.
    pub range: RangeFact,
    /// The batch was voided on this day.
    pub batch_voided_on: Option<Day>,
    /// Recalls of the batch, lifted ones too.
    pub recalls: Vec<Recall>,
    /// Stops that cover the code, lifted ones too.
    pub stops: Vec<Stop>,
    /// Formal hold of the batch.
    pub hold: Option<Hold>,
    /// Staff confirmed copying on this day.
    pub clone_confirmed_on: Option<Day>,
    /// Last day of the registered shelf life.
    pub best_before: Option<Day>,
    /// Production day: produced on, or the last day of harvest.
    pub produced_on: Option<Day>,
    /// Rights relied on, as frozen at release.
    pub mark_uses: Vec<MarkUse>,
    /// Checks so far.
    pub history: History,
    /// What became of recording this one.
    pub recording: Recording,
    /// Some record of the batch was entered late.
    pub late_entry: bool,
    /// The goods came back and were sold again.
    pub returned_resold: bool,
    /// Demonstration data.
    pub demo: bool,
}
