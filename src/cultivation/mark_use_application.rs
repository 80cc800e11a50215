//! 用标申请: how a producer comes to use a mark. Pure part: states, who is next, what may be said.
//!
//! ```text
//!                        ┌──────────── returned (points) ◀────────────┐  from any review
//! draft ──▶ submitted ───┤ announced way: county_verified ▶ city_verified ▶ province_reviewed ▶ approved (公告登记)
//!                        └ licensed way: ───────────────────────────────────────────────────▶ approved (holder's contract)
//!                          refused from any review · withdrawn by the applicant before it is decided
//! ```
//! The right says which way: a 地理标志产品 goes by county (with 产地核验 on the spot), city and province to an announcement; a certification
//! or collective mark is its holder's, who must admit anyone whose goods qualify (商标法实施条例 4) and who says why, and where to turn, when
//! it does not. Where a mark has no holder on the platform, the office records what was decided. Source: domain.md §2, §5.

use crate::kernel::Scope;
use crate::registry::right::Route;
use crate::trace::words;

words! {
    /// How far an application has come.
    #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    ApplicationState {
        /// 草稿: only the applicant sees it.
        Draft = "draft",
        /// 已提交
        Submitted = "submitted",
        /// 待补正: given back, point by point.
        Returned = "returned",
        /// 县级初审, with 产地核验 on the spot.
        CountyVerified = "county_verified",
        /// 市级核验
        CityVerified = "city_verified",
        /// 省级审核, as its document says.
        ProvinceReviewed = "province_reviewed",
        /// 准许: the mark use is granted.
        Approved = "approved",
        /// 不准许, with reason, grounds and where to turn.
        Refused = "refused",
        /// 撤回 by the applicant.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// A part of an application: what a point is about, and where it is shown.
    #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    Part {
        /// The firm and its papers.
        Firm = "firm",
        /// Goods the mark is for.
        Goods = "goods",
        /// Output of a season.
        Volume = "volume",
        /// Plots and bases.
        Plots = "plots",
        /// Whom it buys from.
        BoughtFrom = "bought_from",
        /// Test reports.
        Report = "report",
        /// Application paper, proof of origin, contract and the like.
        Papers = "papers",
        /// Anything else.
        Note = "note",
    }
}

words! {
    /// Why a use is refused.
    #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    RefusalReason {
        /// 不在产地范围
        OutsideArea = "outside_area",
        /// 产品不符合标准或特定品质
        OffStandard = "off_standard",
        /// 不具备生产经营资格
        Unqualified = "unqualified",
        /// 材料不实
        Untrue = "untrue",
        /// 其他
        Other = "other",
    }
}

words! {
    /// Whose turn it is.
    Turn {
        /// The applicant.
        Applicant = "applicant",
        /// The county's officer.
        County = "county",
        /// The city's IP office.
        Office = "office",
        /// The mark's holder, or the office where the holder is not on the platform.
        Holder = "holder",
    }
}

impl Turn {
    /// Is it this scope's turn, about an applicant of this division and a right with this holder? The mark is its holder's; only where
    /// none is on the platform does the office record what was decided.
    pub fn is_of(self, scope: &Scope, organisation_id: &str, division_code: &str, holder_id: Option<&str>) -> bool {
        match self {
            Self::Applicant => scope.reaches_organisation(organisation_id, None),
            Self::County | Self::Office => scope.reaches_division(division_code),
            Self::Holder => match holder_id {
                Some(holder) => scope.holders.iter().any(|held| held == holder),
                None => scope.reaches_division(division_code),
            },
        }
    }
}

/// By which way a right admits users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// County, city, province, announcement.
    Announced,
    /// The holder's contract.
    Licensed,
}

impl Way {
    /// The way of a right; none where its users are admitted to no mark.
    pub fn of(route: Route) -> Option<Self> {
        route.admits_special_mark().then_some(if route.is_trademark() { Self::Licensed } else { Self::Announced })
    }
}

use ApplicationState as S;

impl ApplicationState {
    /// Whose turn it is on this way; nobody's once it is decided.
    pub fn turn(self, way: Way) -> Option<Turn> {
        match (self, way) {
            (S::Draft | S::Returned, _) => Some(Turn::Applicant),
            (S::Submitted, Way::Announced) => Some(Turn::County),
            (S::CountyVerified | S::CityVerified | S::ProvinceReviewed, Way::Announced) => Some(Turn::Office),
            (S::Submitted, Way::Licensed) => Some(Turn::Holder),
            _ => None,
        }
    }
    /// The next step forward on this way.
    pub fn forward(self, way: Way) -> Option<Self> {
        match (self, way) {
            (S::Draft | S::Returned, _) => Some(S::Submitted),
            (S::Submitted, Way::Announced) => Some(S::CountyVerified),
            (S::CountyVerified, Way::Announced) => Some(S::CityVerified),
            (S::CityVerified, Way::Announced) => Some(S::ProvinceReviewed),
            (S::ProvinceReviewed, Way::Announced) | (S::Submitted, Way::Licensed) => Some(S::Approved),
            _ => None,
        }
    }
    /// May the applicant still change it?
    pub fn is_open_to_applicant(self) -> bool {
        matches!(self, S::Draft | S::Returned)
    }
    /// Is a reviewer to look at it? Then it may be given back or refused.
    pub fn is_under_review(self) -> bool {
        matches!(self, S::Submitted | S::CountyVerified | S::CityVerified | S::ProvinceReviewed)
    }
    /// Nothing follows.
    pub fn is_decided(self) -> bool {
        matches!(self, S::Approved | S::Refused | S::Withdrawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// State, then turn and step forward on the announced way, then on the licensed way.
    #[test]
    fn whose_turn_it_is_and_what_comes_next() {
        let table = [
            "draft             applicant submitted         applicant submitted",
            "submitted         county    county_verified   holder    approved",
            "returned          applicant submitted         applicant submitted",
            "county_verified   office    city_verified     -         -",
            "city_verified     office    province_reviewed -         -",
            "province_reviewed office    approved          -         -",
            "approved          -         -                 -         -",
            "refused           -         -                 -         -",
            "withdrawn         -         -                 -         -",
        ];
        assert_eq!(S::ALL.len(), table.len());
        for (state, row) in S::ALL.iter().zip(table) {
            let cells: Vec<&str> = row.split_whitespace().collect();
            let said = |way| [state.turn(way).map_or("-", Turn::word), state.forward(way).map_or("-", |to| to.word())];
            let all = [[state.word(); 1].as_slice(), &said(Way::Announced), &said(Way::Licensed)].concat();
            assert_eq!(all, cells);
            assert_eq!(S::parse(state.word()), Some(*state));
            assert_eq!(state.is_decided(), !state.is_open_to_applicant() && !state.is_under_review());
        }
    }

    #[test]
    fn the_right_says_which_way() {
        use Route::{AbroadEu, AgriGi, CertificationMark, CollectiveMark, GiProduct};
        let ways = [GiProduct, CertificationMark, CollectiveMark, AgriGi, AbroadEu].map(Way::of);
        assert_eq!(ways, [Some(Way::Announced), Some(Way::Licensed), Some(Way::Licensed), None, None]);
    }
}
