//! Typed ids: `prefix_` + 26 lower-case Crockford characters of a UUIDv7. Text on both engines; they sort by birth.
//!
//! One alphabetical list of prefixes, so that none is given twice and any id found on paper or in a log can be placed.

use super::{Clock, Random, crockford};

/// What an id can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after its table")]
pub enum Noun {
    AbnormalEntry,
    Account,
    Adjustment,
    Alert,
    Announcement,
    AnnualReport,
    ApiToken,
    Area,
    Authorisation,
    Batch,
    Carton,
    Case,
    Certificate,
    CodeOrder,
    Conflict,
    Consent,
    CountyFigure,
    DamageClaim,
    DatedSetting,
    Decision,
    Delivery,
    DeliveryVoid,
    Draft,
    Draw,
    Evidence,
    Facility,
    FarmRecord,
    Feedback,
    File,
    Grower,
    HandOver,
    Handler,
    Import,
    Inspection,
    Invitation,
    LabelDesign,
    LateEntry,
    Listing,
    MarkUse,
    MarkUseApplication,
    Movement,
    Nesting,
    Notice,
    Objection,
    Organisation,
    OrganisationAdmin,
    Pack,
    PastOutput,
    Plot,
    PrintingHouse,
    Process,
    Product,
    ProductWord,
    Recall,
    Recovery,
    Rectification,
    Restoration,
    Right,
    RiskRule,
    RoleGrant,
    RuleVersion,
    SalesImport,
    SeasonAccount,
    SeasonPlan,
    SecondFactor,
    Seizure,
    Seller,
    Shipment,
    ShipmentAct,
    SiteNotice,
    Slip,
    Standard,
    StockDeclaration,
    Stop,
    Story,
    TestReport,
    UnknownCode,
}

/// Every prefix, alphabetically by noun.
pub const PREFIXES: &[(Noun, &str)] = &[
    (Noun::AbnormalEntry, "abn"),
    (Noun::Account, "acc"),
    (Noun::Adjustment, "adj"),
    (Noun::Alert, "alr"),
    (Noun::Announcement, "ann"),
    (Noun::AnnualReport, "anr"),
    (Noun::ApiToken, "tok"),
    (Noun::Area, "are"),
    (Noun::Authorisation, "aut"),
    (Noun::Batch, "bat"),
    (Noun::Carton, "car"),
    (Noun::Case, "cas"),
    (Noun::Certificate, "cer"),
    (Noun::CodeOrder, "cod"),
    (Noun::Conflict, "cft"),
    (Noun::Consent, "con"),
    (Noun::CountyFigure, "cfi"),
    (Noun::DamageClaim, "dam"),
    (Noun::DatedSetting, "dst"),
    (Noun::Decision, "dec"),
    (Noun::Delivery, "del"),
    (Noun::DeliveryVoid, "dvo"),
    (Noun::Draft, "dra"),
    (Noun::Draw, "drw"),
    (Noun::Evidence, "evd"),
    (Noun::Facility, "fac"),
    (Noun::FarmRecord, "far"),
    (Noun::Feedback, "fbk"),
    (Noun::File, "fil"),
    (Noun::Grower, "gro"),
    (Noun::HandOver, "hov"),
    (Noun::Handler, "han"),
    (Noun::Import, "imp"),
    (Noun::Inspection, "ins"),
    (Noun::Invitation, "inv"),
    (Noun::LabelDesign, "lde"),
    (Noun::LateEntry, "lat"),
    (Noun::Listing, "lis"),
    (Noun::MarkUse, "mus"),
    (Noun::MarkUseApplication, "mua"),
    (Noun::Movement, "mov"),
    (Noun::Nesting, "nes"),
    (Noun::Notice, "not"),
    (Noun::Objection, "obj"),
    (Noun::Organisation, "org"),
    (Noun::OrganisationAdmin, "oad"),
    (Noun::Pack, "pac"),
    (Noun::PastOutput, "pas"),
    (Noun::Plot, "plo"),
    (Noun::PrintingHouse, "prh"),
    (Noun::Process, "prc"),
    (Noun::Product, "pro"),
    (Noun::ProductWord, "wrd"),
    (Noun::Recall, "rec"),
    (Noun::Recovery, "rcv"),
    (Noun::Rectification, "rct"),
    (Noun::Restoration, "rst"),
    (Noun::Right, "rig"),
    (Noun::RiskRule, "rsk"),
    (Noun::RoleGrant, "rol"),
    (Noun::RuleVersion, "rlv"),
    (Noun::SalesImport, "sim"),
    (Noun::SeasonAccount, "sea"),
    (Noun::SeasonPlan, "spl"),
    (Noun::SecondFactor, "fct"),
    (Noun::Seizure, "szr"),
    (Noun::Seller, "sel"),
    (Noun::Shipment, "shi"),
    (Noun::ShipmentAct, "sha"),
    (Noun::SiteNotice, "snt"),
    (Noun::Slip, "sli"),
    (Noun::Standard, "std"),
    (Noun::StockDeclaration, "sdc"),
    (Noun::Stop, "sto"),
    (Noun::Story, "sty"),
    (Noun::TestReport, "ter"),
    (Noun::UnknownCode, "unk"),
];

impl Noun {
    /// The three letters before the underscore.
    pub fn prefix(self) -> &'static str {
        PREFIXES.iter().find(|(noun, _)| *noun == self).map_or("xxx", |(_, prefix)| prefix)
    }
}

/// A new id for `noun`: UUIDv7 of the clock's moment and random bits.
pub fn new(noun: Noun, clock: &Clock, random: &Random) -> String {
    let millis = u64::try_from(clock.now()).unwrap_or(0);
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &random.bytes()).into_uuid();
    format!("{}_{}", noun.prefix(), crockford::upper(uuid.as_u128(), 26).to_ascii_lowercase())
}

/// Is `text` shaped like an id of `noun`? (Whether it exists is another question.)
pub fn is(noun: Noun, text: &str) -> bool {
    text.len() == 30
        && text.starts_with(noun.prefix())
        && text.as_bytes().get(3) == Some(&b'_')
        && text.bytes().skip(4).all(|b| crockford::UPPER.contains(&b.to_ascii_uppercase()) && !b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_birth_and_prefixes_are_unique() {
        let (clock, random) = (Clock::at(1_795_000_000_000), Random::seeded(1));
        let first = new(Noun::Batch, &clock, &random);
        clock.advance(1);
        let second = new(Noun::Batch, &clock, &random);
        assert!(first < second && is(Noun::Batch, &first) && !is(Noun::Plot, &first));
        assert_eq!(first.len(), 30);
        let mut prefixes: Vec<_> = PREFIXES.iter().map(|p| p.1).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), PREFIXES.len());
    }
}
