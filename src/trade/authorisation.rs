//! 授权经营: a producer's word that a seller may sell its goods of a season. It ends on a day and is never deleted.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::Day;

/// An authorisation as it is granted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorisationInput {
    /// Who authorises, `org_…`; one's own organisation if not given.
    #[serde(default)]
    pub producer_id: Option<String>,
    /// Whom, `sel_…`, or by credit code.
    pub seller: String,
    /// Of which product, `pro_…`.
    pub product_id: String,
    /// Of which season, 2026.
    pub season: String,
    /// How much at most; without limit if not given.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// First day; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// Last day; open if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Day>,
    /// The contract's number.
    #[serde(default)]
    pub contract: Option<String>,
}

/// `POST /authorisations/{id}/end`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndInput {
    /// Its last day; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub last_day: Option<Day>,
    /// Why.
    pub reason: String,
}

/// How an authorisation stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorisationState {
    /// Its first day is to come.
    NotYet,
    /// 有效
    InForce,
    /// 已终止
    Ended,
}

impl AuthorisationState {
    /// The word sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::InForce => "in_force",
            Self::Ended => "ended",
        }
    }
    /// How it stands on `day`; days as they are stored.
    pub fn on(from: &str, to: Option<&str>, day: &str) -> Self {
        if day < from {
            Self::NotYet
        } else if to.is_some_and(|to| to < day) {
            Self::Ended
        } else {
            Self::InForce
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AuthorisationState as S;

    #[test]
    fn the_last_day_still_counts() {
        let on = |day| S::on("2026-10-01", Some("2026-12-31"), day);
        assert_eq!([on("2026-09-30"), on("2026-10-01"), on("2026-12-31"), on("2027-01-01")], [S::NotYet, S::InForce, S::InForce, S::Ended]);
        assert_eq!(S::on("2026-10-01", None, "2030-01-01"), S::InForce);
    }
}
