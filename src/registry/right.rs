//! A right to a geographical name. One product has several, each on its own route, with its own number, date, area, holder and status.
//!
//! A status is what a source says happened, and no more: accepted, publicised or technically reviewed is not registered, and only a
//! registered right lets a batch rely on it. A registered right still has a term: not yet, in force, in its grace period (宽展期), ended.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fact::PartialDate;
use crate::kernel::Day;

/// How a name is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// 地理标志产品 (AQSIQ, since 2018 CNIPA).
    GiProduct,
    /// 证明商标
    CertificationMark,
    /// 集体商标
    CollectiveMark,
    /// 农产品地理标志; registration ended in 2022, being converted since.
    AgriGi,
    /// Protection in the European Union under the agreement of 2020.
    AbroadEu,
}

impl Route {
    /// Every route.
    pub const ALL: [Self; 5] = [Self::GiProduct, Self::CertificationMark, Self::CollectiveMark, Self::AgriGi, Self::AbroadEu];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::GiProduct => "gi_product",
            Self::CertificationMark => "certification_mark",
            Self::CollectiveMark => "collective_mark",
            Self::AgriGi => "agri_gi",
            Self::AbroadEu => "abroad_eu",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }
    /// As people say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::GiProduct => "地理标志产品",
            Self::CertificationMark => "证明商标",
            Self::CollectiveMark => "集体商标",
            Self::AgriGi => "农产品地理标志",
            Self::AbroadEu => "欧盟保护",
        }
    }
    /// A registered trademark: it has a ten-year term, is renewed, and is licensed or joined.
    pub fn is_trademark(self) -> bool {
        matches!(self, Self::CertificationMark | Self::CollectiveMark)
    }
    /// May users of this right be admitted to the 专用标志 (地理标志专用标志使用管理办法)?
    pub fn admits_special_mark(self) -> bool {
        matches!(self, Self::GiProduct | Self::CertificationMark | Self::CollectiveMark)
    }
    /// Can a new application still be made?
    pub fn takes_applications(self) -> bool {
        self != Self::AgriGi
    }
    /// What the number printed beside the mark is called.
    pub fn number_name(self) -> &'static str {
        match self {
            Self::GiProduct => "公告号",
            Self::CertificationMark | Self::CollectiveMark => "商标注册号",
            Self::AgriGi => "登记证书编号",
            Self::AbroadEu => "欧盟登记号",
        }
    }
}

/// How far a right has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RightStatus {
    /// Said to be under way; no step known.
    Pending,
    /// 已申请
    Applied,
    /// 已受理
    Accepted,
    /// 专家评审通过
    ExpertReviewPassed,
    /// 技术审查通过
    TechnicalReviewPassed,
    /// 公示 (登记前)
    Publicised,
    /// 初步认定, two months of objection
    PreliminarilyRecognised,
    /// 已登记 / 已注册 / 已认定
    Registered,
    /// 驳回
    Refused,
    /// 撤回
    Withdrawn,
    /// 已撤销, 注销 or expired
    Ended,
}

impl RightStatus {
    /// Every status, in the order of the way there.
    pub const ALL: [Self; 11] = [
        Self::Pending,
        Self::Applied,
        Self::Accepted,
        Self::ExpertReviewPassed,
        Self::TechnicalReviewPassed,
        Self::Publicised,
        Self::PreliminarilyRecognised,
        Self::Registered,
        Self::Refused,
        Self::Withdrawn,
        Self::Ended,
    ];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Applied => "applied",
            Self::Accepted => "accepted",
            Self::ExpertReviewPassed => "expert_review_passed",
            Self::TechnicalReviewPassed => "technical_review_passed",
            Self::Publicised => "publicised",
            Self::PreliminarilyRecognised => "preliminarily_recognised",
            Self::Registered => "registered",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Ended => "ended",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
    /// As people say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "办理中",
            Self::Applied => "已申请",
            Self::Accepted => "已受理",
            Self::ExpertReviewPassed => "专家评审通过",
            Self::TechnicalReviewPassed => "技术审查通过",
            Self::Publicised => "登记公示",
            Self::PreliminarilyRecognised => "初步认定",
            Self::Registered => "已登记",
            Self::Refused => "已驳回",
            Self::Withdrawn => "已撤回",
            Self::Ended => "已终止",
        }
    }
    /// May a batch rely on it, its term permitting?
    pub fn allows_batches(self) -> bool {
        self == Self::Registered
    }
    /// May it be shown as protected?
    pub fn is_protected(self) -> bool {
        self == Self::Registered
    }
    /// Still under way: shown as pending, never as protected.
    pub fn is_pending(self) -> bool {
        !matches!(self, Self::Registered | Self::Refused | Self::Withdrawn | Self::Ended)
    }
}

/// When a registered right counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightTerm {
    /// Registered on; as precise as the source.
    pub from: PartialDate,
    /// Last day of the term (trademarks); `None` if it has none or it is not known.
    pub to: Option<Day>,
    /// Last day of the grace period for renewal, if it has one.
    pub grace_to: Option<Day>,
    /// The day it was cancelled or given up; it counted the day before.
    pub ended_on: Option<Day>,
}

/// What a right's term says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermState {
    /// The day is before the earliest day it can have begun.
    NotYet,
    /// In force.
    InForce,
    /// Expired, but may still be renewed: in force, with a notice to the holder; blocks no batch.
    Grace,
    /// Over.
    Ended,
}

impl TermState {
    /// Does the right count on that day?
    pub fn counts(self) -> bool {
        matches!(self, Self::InForce | Self::Grace)
    }
}

impl RightTerm {
    /// What it says of this day. A date known only to the month or year counts from its first day: doubt is not held against goods.
    pub fn on(&self, day: Day) -> TermState {
        if self.ended_on.is_some_and(|ended| ended <= day) {
            return TermState::Ended;
        }
        if self.from.earliest().is_some_and(|from| day < from) {
            return TermState::NotYet;
        }
        match (self.to, self.grace_to) {
            (Some(to), grace) if to < day => {
                if grace.is_some_and(|grace| day <= grace) {
                    TermState::Grace
                } else {
                    TermState::Ended
                }
            }
            _ => TermState::InForce,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_row() {
        // status, allows batches, shown as protected, pending
        let table = [
            ("pending", false, false, true),
            ("applied", false, false, true),
            ("accepted", false, false, true),
            ("expert_review_passed", false, false, true),
            ("technical_review_passed", false, false, true),
            ("publicised", false, false, true),
            ("preliminarily_recognised", false, false, true),
            ("registered", true, true, false),
            ("refused", false, false, false),
            ("withdrawn", false, false, false),
            ("ended", false, false, false),
        ];
        for (status, row) in RightStatus::ALL.into_iter().zip(table) {
            assert_eq!((status.word(), status.allows_batches(), status.is_protected(), status.is_pending()), row);
            assert_eq!(RightStatus::parse(status.word()), Some(status));
        }
    }

    #[test]
    fn every_route_has_its_row() {
        // route, trademark, special mark, takes applications
        let table = [
            ("gi_product", false, true, true),
            ("certification_mark", true, true, true),
            ("collective_mark", true, true, true),
            ("agri_gi", false, false, false),
            ("abroad_eu", false, false, true),
        ];
        for (route, row) in Route::ALL.into_iter().zip(table) {
            assert_eq!((route.word(), route.is_trademark(), route.admits_special_mark(), route.takes_applications()), row);
            assert_eq!(Route::parse(route.word()), Some(route));
            assert_eq!(route.is_trademark(), route.number_name() == "商标注册号");
        }
    }

    #[test]
    fn a_term_is_asked_of_a_day() {
        let day = |text: &str| Day::parse(text).unwrap();
        let mark = RightTerm {
            from: PartialDate::parse("2015").unwrap(),
            to: Some(day("2025-06-06")),
            grace_to: Some(day("2025-12-06")),
            ended_on: None,
        };
        let table = [
            ("2014-12-31", TermState::NotYet),
            ("2015-01-01", TermState::InForce),
            ("2025-06-06", TermState::InForce),
            ("2025-06-07", TermState::Grace),
            ("2025-12-06", TermState::Grace),
            ("2025-12-07", TermState::Ended),
        ];
        for (text, state) in table {
            assert_eq!(mark.on(day(text)), state, "{text}");
        }
        let cancelled = RightTerm { ended_on: Some(day("2020-03-01")), ..mark };
        assert_eq!((cancelled.on(day("2020-02-29")), cancelled.on(day("2020-03-01"))), (TermState::InForce, TermState::Ended));
        let undated = RightTerm { from: PartialDate::Unknown, to: None, grace_to: None, ended_on: None };
        assert_eq!(undated.on(day("1999-01-01")), TermState::InForce);
        assert!(TermState::Grace.counts() && !TermState::NotYet.counts() && !TermState::Ended.counts());
    }
}
