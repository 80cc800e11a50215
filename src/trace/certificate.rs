//! 承诺达标合格证 (农产品质量安全法 39): what a producer promises of edible produce, by which kind of control. One comes in with a
//! delivery and is kept; who mixes or repacks issues its own, which is carried by the same code as the goods.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::word::words;

words! {
    /// Issued here or come in.
    Direction {
        /// Issued for a batch.
        Issued = "issued",
        /// Received with a delivery.
        Received = "received",
    }
}

words! {
    /// What a promise rests on, in the order of the form.
    Basis {
        /// 委托检测
        CommissionedTest = "commissioned_test",
        /// 自我检测
        OwnTest = "own_test",
        /// 内部质量控制
        InternalControl = "internal_control",
        /// 自我承诺
        OwnPromise = "own_promise",
    }
}

impl Basis {
    /// As the form says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CommissionedTest => "委托检测",
            Self::OwnTest => "自我检测",
            Self::InternalControl => "内部质量控制",
            Self::OwnPromise => "自我承诺",
        }
    }
}

/// The promise in the words of the law, whatever the language of a page: it is a statutory text.
pub fn promise() -> String {
    rust_i18n::t!("certificate.promise", locale = "zh-CN").into_owned()
}

/// A certificate to be issued. Name, origin and issuer are the batch's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateInput {
    /// For which batch.
    pub batch_id: String,
    /// For how much of it, in grams; what no certificate covers yet if it is not said.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// `commissioned_test`, `own_test`, `internal_control`, `own_promise`: one at least.
    pub basis: Vec<String>,
    /// Address and telephone of the issuer.
    #[serde(default)]
    pub contact: Option<String>,
    /// Day of issue; today if it is not said.
    #[serde(default)]
    pub issued_on: Option<String>,
    /// Why it is written down more than 7 days later.
    #[serde(default)]
    pub late_reason: Option<String>,
    /// The certificate of the same batch it takes the place of; that one is revoked.
    #[serde(default)]
    pub replaces_id: Option<String>,
}

/// A certificate that came in with a delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivedInput {
    /// With which delivery.
    pub delivery_id: String,
    /// Its number.
    pub number: String,
    /// Who issued it.
    pub issuer_name: String,
    /// Address and telephone of the issuer.
    pub contact: String,
    /// For how much, in grams.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// Where the goods were grown.
    pub origin: String,
    /// Day of issue.
    pub issued_on: String,
    /// `commissioned_test`, `own_test`, `internal_control`, `own_promise`: one at least.
    pub basis: Vec<String>,
}

/// What to look for among certificates; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CertificateFilter {
    /// `issued` or `received`.
    pub direction: Option<String>,
    /// Of this product.
    pub product_id: Option<String>,
    /// For this batch.
    pub batch_id: Option<String>,
    /// With this delivery.
    pub delivery_id: Option<String>,
}

/// Must a batch have a certificate of its own? What is mixed from several sources must; what came as it is keeps the one it came with.
pub fn must_issue(is_food: bool, mixed_sources: usize, has_own: bool) -> bool {
    is_food && mixed_sources > 1 && !has_own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mixed_needs_its_own() {
        for (food, sources, own, must) in
            [(true, 0, false, false), (true, 1, false, false), (true, 2, false, true), (true, 2, true, false), (false, 2, false, false)]
        {
            assert_eq!(must_issue(food, sources, own), must, "{food} {sources} {own}");
        }
    }

    #[test]
    fn the_promise_is_whole() {
        let promise = promise();
        for part in ["食用农产品", "禁用农药兽药、停用兽药和非法添加物", "常规农药兽药残留不超标", "真实性负责"]
        {
            assert!(promise.contains(part), "{promise}");
        }
        assert_eq!(Basis::ALL.iter().map(|b| b.name()).collect::<Vec<_>>(), ["委托检测", "自我检测", "内部质量控制", "自我承诺"]);
    }
}
