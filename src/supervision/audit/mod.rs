//! 商品核验: what an officer decides about a listing. Findings of different kinds are looked at side by side and never summed; a rule
//! only asks, a person decides, and what a seller loses by is decided by two.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> new
//!     new --> cleared: 本次未发现问题
//!     new --> pending: 待核, batch, code and 供货清单 are asked for
//!     new --> rectifying: 责令改正, by the seller's own officers
//!     new --> proposed: 移送, 协查, 提请平台 or 下架, by one officer
//!     pending --> cleared
//!     pending --> rectifying
//!     pending --> proposed
//!     rectifying --> rechecking: 复核
//!     rechecking --> cleared
//!     rechecking --> rectifying
//!     rechecking --> proposed
//!     proposed --> transferred: another officer confirms
//!     proposed --> taken_down: another officer confirms
//!     proposed --> new: dropped, back to where it was
//! ```
//! Whatever was decided, a listing that says something else from then on is `changed` and waits again. Within ten seconds whoever decided
//! may undo it; that is recorded too. Source: domain.md §5; 市场监督管理行政处罚程序规定 第7条、第10条 (the place of the act, and of
//! who sells on a platform).

pub mod clues;
pub mod plan;
pub mod queries;

use super::word::words;
use crate::kernel::Millis;

/// How long whoever decided may undo it.
pub const UNDO: Millis = 10_000;
/// How long a listing given to an officer is that officer's alone.
pub const HELD: Millis = 24 * crate::kernel::clock::HOUR;
/// The most listings decided or given out at once.
pub const MOST_AT_ONCE: usize = 1000;

words! {
    /// How far a listing's audit has come.
    AuditState {
        /// Nobody decided yet.
        New = "new",
        /// 本次未发现问题.
        Cleared = "cleared",
        /// 待核.
        Pending = "pending",
        /// 责令改正.
        Rectifying = "rectifying",
        /// 复核.
        Rechecking = "rechecking",
        /// One officer proposed what takes two.
        Proposed = "proposed",
        /// 移送, 协查 or 提请平台.
        Transferred = "transferred",
        /// 下架.
        TakenDown = "taken_down",
        /// It says something else than when it was decided; waits like a new one. Never stored.
        Changed = "changed",
    }
}

words! {
    /// What is decided.
    Verdict {
        /// 本次未发现问题.
        Cleared = "cleared",
        /// 待核: papers are asked for.
        Pending = "pending",
        /// 责令改正.
        Rectify = "rectify",
        /// 复核 of what was to be put right.
        Recheck = "recheck",
        /// 移送 to another authority.
        Transfer = "transfer",
        /// 协查: another authority is asked.
        Assist = "assist",
        /// 提请平台 to deal with it.
        Platform = "platform",
        /// 下架.
        TakeDown = "take_down",
    }
}

words! {
    /// Why, from a fixed list.
    AuditReason {
        /// 未授权使用.
        Unauthorised = "unauthorised",
        /// 超范围.
        BeyondScope = "beyond_scope",
        /// 名称近似.
        SimilarName = "similar_name",
        /// 产地不符.
        OriginMismatch = "origin_mismatch",
        /// 无标.
        NoMark = "no_mark",
        /// 来源待核.
        SourceUnknown = "source_unknown",
        /// 销量存疑.
        Volume = "volume",
        /// 价格异常.
        Price = "price",
        /// 资格或授权到期.
        Expired = "expired",
        /// 其他.
        Other = "other",
        /// 授权相符.
        Authorised = "authorised",
        /// 地名合理使用.
        FairUse = "fair_use",
        /// 未见异常.
        NothingFound = "nothing_found",
        /// 已改正.
        PutRight = "put_right",
    }
}

words! {
    /// How far one decision has come.
    DecisionStep {
        /// It stands; one officer was enough.
        Done = "done",
        /// It waits for another officer.
        Proposed = "proposed",
        /// Another officer confirmed it.
        Confirmed = "confirmed",
        /// It was dropped.
        Dropped = "dropped",
        /// Whoever decided undid it at once.
        Undone = "undone",
    }
}

impl Verdict {
    /// Does it take a second officer?
    pub fn takes_two(self) -> bool {
        matches!(self, Self::Transfer | Self::Assist | Self::Platform | Self::TakeDown)
    }
    /// Only officers of the seller's place may decide it: it binds the seller.
    pub fn binds_seller(self) -> bool {
        matches!(self, Self::Rectify | Self::Recheck | Self::TakeDown)
    }
    /// Does it go to somebody else, who must be named?
    pub fn has_recipient(self) -> bool {
        matches!(self, Self::Transfer | Self::Assist | Self::Platform)
    }
    /// Where it leads once it stands.
    pub fn leads_to(self) -> AuditState {
        match self {
            Self::Cleared => AuditState::Cleared,
            Self::Pending => AuditState::Pending,
            Self::Rectify => AuditState::Rectifying,
            Self::Recheck => AuditState::Rechecking,
            Self::Transfer | Self::Assist | Self::Platform => AuditState::Transferred,
            Self::TakeDown => AuditState::TakenDown,
        }
    }
}

impl AuditReason {
    /// May this be the reason of that?
    pub fn fits(self, verdict: Verdict) -> bool {
        let harmless = matches!(self, Self::Authorised | Self::FairUse | Self::NothingFound | Self::PutRight);
        match verdict {
            Verdict::Cleared => harmless,
            Verdict::Recheck => true,
            _ => !harmless,
        }
    }
    /// What a finding of this kind most likely asks for; only filled in, an officer chooses.
    pub fn of_finding(kind: &str) -> Self {
        match kind {
            "mark" => Self::Unauthorised,
            "evocation" => Self::SimilarName,
            "volume" => Self::Volume,
            "price" => Self::Price,
            "expired" => Self::Expired,
            _ => Self::SourceUnknown,
        }
    }
}

impl AuditState {
    /// Which decisions there are from here.
    pub fn may(self, verdict: Verdict) -> bool {
        use AuditState::{Changed, Cleared, New, Pending, Proposed, Rechecking, Rectifying, TakenDown, Transferred};
        match (self, verdict) {
            // What waits for another officer waits for nothing else.
            (Proposed, _) => false,
            (New | Changed, verdict) => verdict != Verdict::Recheck,
            (Cleared, verdict) => !matches!(verdict, Verdict::Cleared | Verdict::Recheck),
            (Pending, verdict) => !matches!(verdict, Verdict::Pending | Verdict::Recheck),
            (Rectifying, verdict) => !matches!(verdict, Verdict::Cleared | Verdict::Pending | Verdict::Rectify),
            (Rechecking, verdict) => verdict != Verdict::Recheck,
            (Transferred | TakenDown, verdict) => verdict == Verdict::Recheck || (self == Transferred && verdict == Verdict::TakeDown),
        }
    }
    /// Does it wait for an officer's first look?
    pub fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Changed)
    }
}

/// What a listing's audit is now: the stored state, or `changed` where it says something else since. What waits for a second officer stays.
pub fn state_now(stored: Option<&str>, decided_hash: &str, hash_now: Option<&str>) -> AuditState {
    let state = stored.and_then(AuditState::parse).unwrap_or(AuditState::New);
    match state {
        AuditState::New | AuditState::Proposed => state,
        _ if hash_now.is_some_and(|now| now != decided_hash) => AuditState::Changed,
        _ => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_decisions_there_are_from_where() {
        use Verdict::{Assist, Cleared, Pending, Platform, Recheck, Rectify, TakeDown, Transfer};
        let may = |state: AuditState| Verdict::ALL.iter().copied().filter(|v| state.may(*v)).collect::<Vec<_>>();
        let first = vec![Cleared, Pending, Rectify, Transfer, Assist, Platform, TakeDown];
        assert_eq!(may(AuditState::New), first);
        assert_eq!(may(AuditState::Changed), first);
        assert_eq!(may(AuditState::Rechecking), first);
        assert_eq!(may(AuditState::Cleared), [Pending, Rectify, Transfer, Assist, Platform, TakeDown]);
        assert_eq!(may(AuditState::Pending), [Cleared, Rectify, Transfer, Assist, Platform, TakeDown]);
        assert_eq!(may(AuditState::Rectifying), [Recheck, Transfer, Assist, Platform, TakeDown]);
        assert_eq!(may(AuditState::Proposed), []);
        assert_eq!(may(AuditState::Transferred), [Recheck, TakeDown]);
        assert_eq!(may(AuditState::TakenDown), [Recheck]);
    }

    #[test]
    fn what_a_seller_loses_by_takes_two() {
        let two: Vec<_> = Verdict::ALL.iter().copied().filter(|v| v.takes_two()).collect();
        assert_eq!(two, [Verdict::Transfer, Verdict::Assist, Verdict::Platform, Verdict::TakeDown]);
        for verdict in Verdict::ALL {
            assert_ne!(verdict.leads_to(), AuditState::Changed);
            assert_eq!(Verdict::parse(verdict.word()), Some(*verdict));
        }
    }

    #[test]
    fn a_reason_fits_what_is_decided() {
        assert!(AuditReason::NothingFound.fits(Verdict::Cleared) && !AuditReason::NothingFound.fits(Verdict::Pending));
        assert!(!AuditReason::Unauthorised.fits(Verdict::Cleared) && AuditReason::Unauthorised.fits(Verdict::TakeDown));
        for verdict in Verdict::ALL {
            assert!(AuditReason::ALL.iter().any(|reason| reason.fits(*verdict)), "{}", verdict.word());
        }
    }

    #[test]
    fn a_listing_that_changed_waits_again() {
        let now = |stored, hash| state_now(stored, "a", hash);
        assert_eq!(now(None, Some("a")), AuditState::New);
        assert_eq!(now(Some("cleared"), Some("a")), AuditState::Cleared);
        assert_eq!(now(Some("cleared"), Some("b")), AuditState::Changed);
        assert_eq!(now(Some("taken_down"), Some("b")), AuditState::Changed);
        assert_eq!(now(Some("proposed"), Some("b")), AuditState::Proposed, "the second officer answers first");
        assert_eq!(now(Some("new"), Some("b")), AuditState::New, "given to somebody, not decided");
        assert_eq!(now(Some("pending"), None), AuditState::Pending, "never scored");
    }
}
