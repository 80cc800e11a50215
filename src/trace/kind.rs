//! What the codes of an order are for. The word is stored with the order, goes into the associated data of its key
//! and stands in every exported line, so it never changes once printed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::Suite;

/// What the codes of one order stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CodeKind {
    /// One retail unit each.
    Unit,
    /// One case (箱码) of units each.
    Case,
    /// One pallet (托盘码) of cases or units each.
    Pallet,
    /// The whole batch (批次码); one code on many goods, so counting its scans tells nothing about one item.
    Batch,
    /// A specimen (样张) for fairs, shelves and tests; never resolves to goods.
    Sample,
}

impl CodeKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Unit, Self::Case, Self::Pallet, Self::Batch, Self::Sample];

    /// The stored word, also in the API and in `codes.csv`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Case => "case",
            Self::Pallet => "pallet",
            Self::Batch => "batch",
            Self::Sample => "sample",
        }
    }
    /// The kind of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
    /// Do its codes take up quantity unless it is said otherwise? Only one level does, so that nothing is counted twice.
    pub const fn carries_quantity(self) -> bool {
        matches!(self, Self::Unit)
    }
    /// May an order say so? Units always carry; a case or pallet may where nothing below it has a label that does.
    pub const fn may_carry(self, carries: bool) -> bool {
        match self {
            Self::Unit => carries,
            Self::Case | Self::Pallet => true,
            Self::Batch | Self::Sample => !carries,
        }
    }
    /// May codes of this kind hold codes of `inner`? Levels only go down, so nothing ever lies in itself.
    pub const fn holds(self, inner: Self) -> bool {
        matches!((self, inner), (Self::Case, Self::Unit) | (Self::Pallet, Self::Unit | Self::Case))
    }
    /// Do its codes hold others?
    pub const fn is_container(self) -> bool {
        matches!(self, Self::Case | Self::Pallet)
    }
    /// The suite whose codes such an order prints.
    pub const fn suite(self) -> Suite {
        match self {
            Self::Sample => Suite::Sample,
            Self::Unit | Self::Case | Self::Pallet | Self::Batch => Suite::Ff1Aes256,
        }
    }
}

impl std::fmt::Display for CodeKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_back_from_its_word_and_only_samples_have_the_sample_suite() {
        for kind in CodeKind::ALL {
            assert_eq!(CodeKind::parse(kind.as_str()), Some(kind));
            assert_eq!(kind.suite() == Suite::Sample, kind == CodeKind::Sample);
        }
        assert_eq!(CodeKind::parse("Unit"), None);
    }

    #[test]
    fn levels_only_go_down() {
        let pairs = CodeKind::ALL.iter().flat_map(|outer| CodeKind::ALL.iter().map(move |inner| (*outer, *inner)));
        let holds: Vec<_> = pairs.filter(|(outer, inner)| outer.holds(*inner)).map(|(o, i)| (o.as_str(), i.as_str())).collect();
        assert_eq!(holds, [("case", "unit"), ("pallet", "unit"), ("pallet", "case")]);
        let may: Vec<_> = CodeKind::ALL.iter().map(|k| (k.may_carry(true), k.may_carry(false))).collect();
        assert_eq!(may, [(true, false), (true, true), (true, true), (false, true), (false, true)]);
    }
}
