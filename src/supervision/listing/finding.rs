//! 核验发现: one thing a rule asks about a listing, of one kind, with the figures it is read from.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What sort of question a finding is. Kinds are counted apart and never summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// M: a special or registered mark is shown or claimed, and no right to it is known.
    Mark,
    /// N: a protected name is used, and where the goods come from is not known. Asks for papers.
    Source,
    /// E: a name or place that only resembles or evokes the protected one, or an origin outside its area.
    Evocation,
    /// More seems sold than was received, authorised or grown.
    Volume,
    /// A price outside those of authorised peers.
    Price,
    /// An authorisation or mark use it relied on has ended.
    Expired,
    /// It says something else than when it was last audited.
    Changed,
}

impl FindingKind {
    /// Every kind, in the order pages show them.
    pub const ALL: [Self; 7] = [Self::Mark, Self::Source, Self::Evocation, Self::Volume, Self::Price, Self::Expired, Self::Changed];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mark => "mark",
            Self::Source => "source",
            Self::Evocation => "evocation",
            Self::Volume => "volume",
            Self::Price => "price",
            Self::Expired => "expired",
            Self::Changed => "changed",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A rule, by its stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The special mark is shown or claimed without a mark use in force of the seller or of a producer who authorised it.
    SpecialMark,
    /// The registered certification or collective mark is shown or claimed likewise.
    RegisteredMark,
    /// A protected name is used, and no authorisation, shipment or batch says where the goods come from.
    SourceUnknown,
    /// A protected name with 味, 式, 型, 风格, 同款 … after it.
    NameStyle,
    /// A name that reads like a protected one: look-alike characters, pinyin alone, swapped or parted characters.
    NameSimilar,
    /// A protected name, and an origin stated outside its area.
    OriginOutside,
    /// More sold between two captures or in order exports than shipments say the seller received. Threshold: per cent above.
    SoldBeyondReceived,
    /// More sold by a producer than it released. Threshold: per cent above.
    SoldBeyondOutput,
    /// More sold than producers authorised. Threshold: per cent above.
    SoldBeyondAuthorised,
    /// A price per kilogram outside p5–p95 of authorised peers. Threshold: how many peers it takes.
    PriceOutsidePeers,
    /// The authorisation of this seller for this product has ended. Threshold: days after its end it is still asked about.
    AuthorisationEnded,
    /// The mark use behind a mark shown has ended or is suspended.
    MarkUseEnded,
    /// The content differs from what was last audited.
    ContentChanged,
}

impl Rule {
    /// Every rule, in the order of the rules page.
    pub const ALL: [Self; 13] = [
        Self::SpecialMark,
        Self::RegisteredMark,
        Self::SourceUnknown,
        Self::NameStyle,
        Self::NameSimilar,
        Self::OriginOutside,
        Self::SoldBeyondReceived,
        Self::SoldBeyondOutput,
        Self::SoldBeyondAuthorised,
        Self::PriceOutsidePeers,
        Self::AuthorisationEnded,
        Self::MarkUseEnded,
        Self::ContentChanged,
    ];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::SpecialMark => "special_mark",
            Self::RegisteredMark => "registered_mark",
            Self::SourceUnknown => "source_unknown",
            Self::NameStyle => "name_style",
            Self::NameSimilar => "name_similar",
            Self::OriginOutside => "origin_outside",
            Self::SoldBeyondReceived => "sold_beyond_received",
            Self::SoldBeyondOutput => "sold_beyond_output",
            Self::SoldBeyondAuthorised => "sold_beyond_authorised",
            Self::PriceOutsidePeers => "price_outside_peers",
            Self::AuthorisationEnded => "authorisation_ended",
            Self::MarkUseEnded => "mark_use_ended",
            Self::ContentChanged => "content_changed",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.word() == word)
    }
    /// The kind of what it finds.
    pub fn kind(self) -> FindingKind {
        match self {
            Self::SpecialMark | Self::RegisteredMark => FindingKind::Mark,
            Self::SourceUnknown => FindingKind::Source,
            Self::NameStyle | Self::NameSimilar | Self::OriginOutside => FindingKind::Evocation,
            Self::SoldBeyondReceived | Self::SoldBeyondOutput | Self::SoldBeyondAuthorised => FindingKind::Volume,
            Self::PriceOutsidePeers => FindingKind::Price,
            Self::AuthorisationEnded | Self::MarkUseEnded => FindingKind::Expired,
            Self::ContentChanged => FindingKind::Changed,
        }
    }
}

/// One finding: what was asked, of which product, with the figures it is read from. Its words are `work.finding.<rule>`, filled with the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The product whose name is at stake.
    pub product_id: Option<String>,
    /// Texts and whole numbers by name; sorted, so that equal findings are equal text.
    pub figures: Map<String, Value>,
}

impl Finding {
    /// A finding without figures yet.
    pub fn new(rule: Rule, product_id: Option<&str>) -> Self {
        Self { rule, product_id: product_id.map(str::to_owned), figures: Map::new() }
    }
    /// With one more figure.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.figures.insert(name.to_owned(), value.into());
        self
    }
    /// The figures as they are stored.
    pub fn stored(&self) -> String {
        Value::Object(self.figures.clone()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for rule in Rule::ALL {
            assert_eq!(Rule::parse(rule.word()), Some(rule));
            assert_eq!(FindingKind::parse(rule.kind().word()), Some(rule.kind()));
        }
        assert_eq!(Rule::parse("mark"), None);
        for kind in FindingKind::ALL {
            assert!(Rule::ALL.iter().any(|rule| rule.kind() == kind), "{} has no rule", kind.word());
        }
    }

    #[test]
    fn figures_are_stored_alike_whatever_their_order() {
        let one = Finding::new(Rule::SourceUnknown, None).with("name", "晋州鸭梨").with("count", 2);
        let other = Finding::new(Rule::SourceUnknown, None).with("count", 2).with("name", "晋州鸭梨");
        assert_eq!(one.stored(), other.stored());
    }
}
