//! Roles, and which permission each carries: one table, read by the router, the authorisation matrix and the pages.
//! Source: contract §4; 等保 keeps the three administrators apart.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = concat!("`", $word, "`")] $variant,)* }
        impl $name {
            /// Every one, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The word stored and sent.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
            /// Reads the word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|x| x.word() == word)
            }
        }
    };
}

words! {
    /// Who somebody is to the platform.
    Role {
        Producer = "producer",
        Grower = "grower",
        Holder = "holder",
        Office = "office",
        CountySupervision = "county_supervision",
        CitySupervision = "city_supervision",
        Agriculture = "agriculture",
        Commerce = "commerce",
        Helper = "helper",
        Seller = "seller",
        Printer = "printer",
        Auditor = "auditor",
        Operator = "operator",
        AdminSystem = "admin_system",
        AdminSecurity = "admin_security",
        AdminAudit = "admin_audit",
    }
}

words! {
    /// What somebody may do, as `noun.verb`.
    Permission {
        AccountCreate = "account.create",
        AccountRead = "account.read",
        AccountDisable = "account.disable",
        RolePropose = "role.propose",
        RoleConfirm = "role.confirm",
        AuditRead = "audit.read",
        AuditSealedRead = "audit_sealed.read",
        SignInRead = "sign_in.read",
        MemberManage = "member.manage",
        RecoveryPropose = "recovery.propose",
        RecoveryConfirm = "recovery.confirm",
        OrganisationRegister = "organisation.register",
        OrganisationRead = "organisation.read",
        OrganisationChange = "organisation.change",
        ProductRegister = "product.register",
        RightRecord = "right.record",
        GrowerRegister = "grower.register",
        GrowerRead = "grower.read",
        PlotRegister = "plot.register",
        PlotRead = "plot.read",
        MarkUseRecord = "mark_use.record",
        MarkUseRead = "mark_use.read",
        SeasonAccountRead = "season_account.read",
        SeasonAccountPropose = "season_account.propose",
        SeasonAccountApprove = "season_account.approve",
        MovementRecord = "movement.record",
        AdjustmentPropose = "adjustment.propose",
        AdjustmentApprove = "adjustment.approve",
        DeliveryRecord = "delivery.record",
        DeliveryRead = "delivery.read",
        PackRegister = "pack.register",
        PackRead = "pack.read",
        BatchRegister = "batch.register",
        BatchRead = "batch.read",
        BatchRelease = "batch.release",
        BatchHold = "batch.hold",
        BatchVoid = "batch.void",
        CodeOrderRequest = "code_order.request",
        CodeOrderApprove = "code_order.approve",
        CodeOrderRead = "code_order.read",
        CodesDownload = "codes.download",
        CodesBind = "codes.bind",
        CodesVoid = "codes.void",
        CodeRead = "code.read",
        ScanRecord = "scan.record",
        StopPropose = "stop.propose",
        StopConfirm = "stop.confirm",
        RecallPropose = "recall.propose",
        RecallConfirm = "recall.confirm",
        BatchProcess = "batch.process",
        ShipmentSend = "shipment.send",
        ShipmentReceive = "shipment.receive",
        ShipmentRead = "shipment.read",
        CodesLink = "codes.link",
        FacilityRegister = "facility.register",
        FacilityRead = "facility.read",
        StockDeclare = "stock.declare",
        TestReport = "test.report",
        TestRead = "test.read",
        FarmWorkRecord = "farm_work.record",
        FarmWorkRead = "farm_work.read",
        CertificateIssue = "certificate.issue",
        CertificateRead = "certificate.read",
        PaperPrint = "paper.print",
        PaperRead = "paper.read",
        LateEntryRead = "late_entry.read",
        LateEntryDecide = "late_entry.decide",
        SlipIssue = "slip.issue",
        SlipRevoke = "slip.revoke",
        ObjectionRead = "objection.read",
        ObjectionAnswer = "objection.answer",
        ConsentRecord = "consent.record",
        HistoryRecord = "history.record",
        HistoryRead = "history.read",
        CartonPropose = "carton.propose",
        CartonApprove = "carton.approve",
        DamageDecide = "damage.decide",
        SeizurePropose = "seizure.propose",
        SeizureConfirm = "seizure.confirm",
        FileRead = "file.read",
        ConflictDeclare = "conflict.declare",
        ConflictRead = "conflict.read",
        SeasonPlanPropose = "season_plan.propose",
        SeasonPlanApprove = "season_plan.approve",
        SeasonPlanRead = "season_plan.read",
        SettingRecord = "setting.record",
        NoticeGive = "notice.give",
        MaintenanceSet = "maintenance.set",
        QualityRead = "quality.read",
        CodesHandOver = "codes.hand_over",
        LabelDesignRead = "label_design.read",
        LabelDesignRecord = "label_design.record",
        PrintingHouseRead = "printing_house.read",
        PrintingHouseRegister = "printing_house.register",
        PrintJobRead = "print_job.read",
        PrintJobReport = "print_job.report",
        SheetImport = "sheet.import",
        SheetRead = "sheet.read",
        SellerRegister = "seller.register",
        SellerRead = "seller.read",
        ListingRecord = "listing.record",
        ListingRead = "listing.read",
        AuthorisationGrant = "authorisation.grant",
        AuthorisationRead = "authorisation.read",
        SalesImport = "sales.import",
        ListingRuleRecord = "listing_rule.record",
        ListingAudit = "listing.audit",
        ListingConfirm = "listing.confirm",
        EvidenceTake = "evidence.take",
        EvidenceRead = "evidence.read",
        RectificationOrder = "rectification.order",
        RectificationRead = "rectification.read",
        RectificationReply = "rectification.reply",
        CaseWork = "case.work",
        CaseRead = "case.read",
        AlertRead = "alert.read",
        AlertJudge = "alert.judge",
        AlertRuleRecord = "alert_rule.record",
        InspectionPlan = "inspection.plan",
        InspectionRecord = "inspection.record",
        InspectionRead = "inspection.read",
        InspectionConfirm = "inspection.confirm",
        FeedbackRead = "feedback.read",
        FeedbackHandle = "feedback.handle",
        FeedbackUnmask = "feedback.unmask",
        FiguresRead = "figures.read",
        OfficerRecord = "officer.record",
        HealthRead = "health.read",
        BackupTake = "backup.take",
        MarkUseApplicationSubmit = "mark_use_application.submit",
        MarkUseApplicationRead = "mark_use_application.read",
        MarkUseApplicationVerify = "mark_use_application.verify",
        MarkUseApplicationDecide = "mark_use_application.decide",
        AnnualReportSubmit = "annual_report.submit",
        AnnualReportRead = "annual_report.read",
        AnnualReportReview = "annual_report.review",
        AnnualReportCompile = "annual_report.compile",
        AnnualSummaryRead = "annual_summary.read",
        StoryWrite = "story.write",
        StoryRead = "story.read",
        StoryReview = "story.review",
    }
}

use Permission as P;
use Role as R;

/// Which roles carry each permission.
pub const TABLE: &[(Permission, &[Role])] = &[
    (P::AccountCreate, &[R::AdminSystem]),
    (P::AccountRead, &[R::AdminSystem, R::AdminSecurity, R::AdminAudit, R::Auditor]),
    (P::AccountDisable, &[R::AdminSystem, R::AdminSecurity]),
    (P::RolePropose, &[R::AdminSecurity]),
    (P::RoleConfirm, &[R::AdminSecurity]),
    (P::AuditRead, &[R::AdminAudit, R::Auditor]),
    (P::AuditSealedRead, &[R::AdminAudit]),
    (P::SignInRead, &[R::AdminSecurity, R::AdminAudit, R::Auditor]),
    (P::MemberManage, &[R::Office]),
    (P::RecoveryPropose, &[R::Office, R::CountySupervision, R::AdminSystem]),
    (P::RecoveryConfirm, &[R::Office, R::CountySupervision, R::AdminSystem]),
    (P::OrganisationRegister, &[R::Office, R::Helper]),
    (P::OrganisationRead, &[R::Producer, R::Holder, R::Office, R::CountySupervision, R::CitySupervision, R::Helper, R::Auditor]),
    (P::OrganisationChange, &[R::Producer, R::Holder, R::Office]),
    (P::ProductRegister, &[R::Office]),
    (P::RightRecord, &[R::Office]),
    (P::GrowerRegister, &[R::Producer, R::Helper]),
    (P::GrowerRead, &[R::Producer, R::Grower, R::Helper, R::CountySupervision, R::CitySupervision, R::Agriculture]),
    (P::PlotRegister, &[R::Producer, R::Helper]),
    (P::PlotRead, &[R::Producer, R::Grower, R::Helper, R::Office, R::CountySupervision, R::CitySupervision, R::Agriculture, R::Auditor]),
    (P::MarkUseRecord, &[R::Office]),
    (P::MarkUseRead, &[R::Producer, R::Holder, R::Office, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (
        P::SeasonAccountRead,
        &[R::Producer, R::Grower, R::Holder, R::Office, R::CountySupervision, R::CitySupervision, R::Helper, R::Agriculture, R::Auditor],
    ),
    (P::SeasonAccountPropose, &[R::Office, R::Holder]),
    (P::SeasonAccountApprove, &[R::Office, R::Holder]),
    (P::MovementRecord, &[R::Producer, R::Helper]),
    (P::AdjustmentPropose, &[R::Office, R::Holder]),
    (P::AdjustmentApprove, &[R::Office, R::Holder]),
    (P::DeliveryRecord, &[R::Producer, R::Helper]),
    (P::DeliveryRead, &[R::Producer, R::Grower, R::Helper, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::PackRegister, &[R::Producer, R::Helper]),
    (P::PackRead, &[R::Producer, R::Helper, R::Office, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::BatchRegister, &[R::Producer, R::Helper]),
    (P::BatchRead, &[R::Producer, R::Holder, R::Office, R::CountySupervision, R::CitySupervision, R::Helper, R::Auditor]),
    (P::BatchRelease, &[R::Producer, R::Holder, R::Office]),
    (P::BatchHold, &[R::Office, R::CountySupervision, R::CitySupervision]),
    (P::BatchVoid, &[R::Producer, R::Office]),
    (P::CodeOrderRequest, &[R::Producer]),
    (P::CodeOrderApprove, &[R::Office, R::Holder]),
    (P::CodeOrderRead, &[R::Producer, R::Office, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::CodesDownload, &[R::Producer]),
    (P::CodesBind, &[R::Producer]),
    (P::CodesVoid, &[R::Producer, R::CountySupervision, R::CitySupervision]),
    (P::CodeRead, &[R::Producer, R::Office, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::ScanRecord, &[R::Seller, R::Producer, R::CountySupervision, R::CitySupervision]),
    (P::StopPropose, &[R::CountySupervision, R::CitySupervision]),
    (P::StopConfirm, &[R::CountySupervision, R::CitySupervision]),
    (P::RecallPropose, &[R::CountySupervision, R::CitySupervision]),
    (P::RecallConfirm, &[R::CountySupervision, R::CitySupervision]),
    (P::BatchProcess, &[R::Producer, R::Helper]),
    (P::ShipmentSend, &[R::Producer, R::Helper]),
    (P::ShipmentReceive, &[R::Producer, R::Seller, R::Helper]),
    (P::ShipmentRead, &[R::Producer, R::Seller, R::CountySupervision, R::CitySupervision, R::Helper, R::Auditor]),
    (P::CodesLink, &[R::Producer]),
    (P::FacilityRegister, &[R::Producer, R::Helper]),
    (P::FacilityRead, &[R::Producer, R::Office, R::CountySupervision, R::CitySupervision, R::Helper, R::Agriculture, R::Auditor]),
    (P::StockDeclare, &[R::Producer, R::Helper]),
    (P::TestReport, &[R::Producer, R::Helper]),
    (P::TestRead, &[R::Producer, R::Holder, R::Office, R::CountySupervision, R::CitySupervision, R::Helper, R::Agriculture, R::Auditor]),
    (P::FarmWorkRecord, &[R::Producer, R::Helper]),
    (P::FarmWorkRead, &[R::Producer, R::Grower, R::Helper, R::CountySupervision, R::CitySupervision, R::Agriculture, R::Auditor]),
    (P::CertificateIssue, &[R::Producer, R::Helper]),
    (P::CertificateRead, &[R::Producer, R::Helper, R::CountySupervision, R::CitySupervision, R::Agriculture, R::Auditor]),
    (P::PaperPrint, &[R::Producer, R::Helper]),
    (P::PaperRead, &[R::Producer, R::Helper, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::LateEntryRead, &[R::Producer, R::Office, R::CountySupervision, R::CitySupervision, R::Helper, R::Auditor]),
    (P::LateEntryDecide, &[R::Producer, R::Office, R::Helper]),
    (P::SlipIssue, &[R::Producer, R::Helper]),
    (P::SlipRevoke, &[R::Producer, R::Helper, R::Office]),
    (P::ObjectionRead, &[R::Producer, R::Office, R::CountySupervision, R::CitySupervision, R::Helper, R::Agriculture]),
    (P::ObjectionAnswer, &[R::Office, R::Helper, R::Producer]),
    (P::ConsentRecord, &[R::Producer, R::Helper]),
    (P::HistoryRecord, &[R::Office, R::Holder]),
    (P::HistoryRead, &[R::Producer, R::Holder, R::Office, R::CountySupervision, R::CitySupervision, R::Helper, R::Auditor]),
    (P::CartonPropose, &[R::Producer, R::Helper]),
    (P::CartonApprove, &[R::Office, R::Holder]),
    (P::DamageDecide, &[R::Producer, R::Office]),
    (P::SeizurePropose, &[R::CountySupervision, R::CitySupervision]),
    (P::SeizureConfirm, &[R::CountySupervision, R::CitySupervision]),
    (P::ConflictDeclare, &[R::Office, R::Holder, R::CountySupervision, R::CitySupervision]),
    (P::ConflictRead, &[R::Office, R::AdminSecurity, R::AdminAudit, R::Auditor]),
    (P::SeasonPlanPropose, &[R::Office, R::Holder]),
    (P::SeasonPlanApprove, &[R::Office, R::Holder]),
    (P::SeasonPlanRead, &[R::Office, R::Holder, R::CountySupervision, R::CitySupervision, R::Agriculture, R::Auditor]),
    (P::SettingRecord, &[R::Office]),
    (P::NoticeGive, &[R::Office, R::AdminSystem]),
    (P::MaintenanceSet, &[R::AdminSystem]),
    (P::QualityRead, &[R::Office, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::FileRead, &[R::Producer, R::Seller, R::Printer, R::Helper, R::Office, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::CodesHandOver, &[R::Producer]),
    (P::LabelDesignRead, &[R::Producer, R::Holder, R::Office, R::Printer, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::LabelDesignRecord, &[R::Holder, R::Office]),
    (P::PrintingHouseRead, &[R::Producer, R::Holder, R::Office, R::Printer, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::PrintingHouseRegister, &[R::Office]),
    (P::PrintJobRead, &[R::Printer]),
    (P::PrintJobReport, &[R::Printer]),
    (P::SheetImport, &[R::Producer, R::Helper, R::Office, R::CountySupervision, R::CitySupervision, R::Commerce, R::Seller]),
    (
        P::SheetRead,
        &[
            R::Producer,
            R::Helper,
            R::Holder,
            R::Office,
            R::CountySupervision,
            R::CitySupervision,
            R::Agriculture,
            R::Commerce,
            R::Seller,
            R::Auditor,
        ],
    ),
    (P::SellerRegister, &[R::Office, R::CountySupervision, R::CitySupervision, R::Commerce]),
    (P::SellerRead, &[R::Seller, R::Office, R::CountySupervision, R::CitySupervision, R::Commerce, R::Auditor]),
    (P::ListingRecord, &[R::Seller, R::Office, R::CountySupervision, R::CitySupervision, R::Commerce]),
    (P::ListingRead, &[R::Seller, R::Office, R::CountySupervision, R::CitySupervision, R::Commerce, R::Auditor]),
    (P::AuthorisationGrant, &[R::Producer, R::Office]),
    (P::AuthorisationRead, &[R::Producer, R::Seller, R::Office, R::CountySupervision, R::CitySupervision, R::Commerce, R::Auditor]),
    (P::SalesImport, &[R::Seller, R::Producer, R::CountySupervision, R::CitySupervision, R::Commerce]),
    (P::ListingRuleRecord, &[R::CitySupervision]),
    (P::ListingAudit, &[R::CountySupervision, R::CitySupervision]),
    (P::ListingConfirm, &[R::CountySupervision, R::CitySupervision]),
    (P::EvidenceTake, &[R::CountySupervision, R::CitySupervision]),
    (P::EvidenceRead, &[R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::RectificationOrder, &[R::CountySupervision, R::CitySupervision]),
    (P::RectificationRead, &[R::Producer, R::Seller, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::RectificationReply, &[R::Producer, R::Seller]),
    (P::CaseWork, &[R::CountySupervision, R::CitySupervision]),
    (P::CaseRead, &[R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::AlertRead, &[R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::AlertJudge, &[R::CountySupervision, R::CitySupervision]),
    (P::AlertRuleRecord, &[R::CitySupervision]),
    (P::InspectionPlan, &[R::CountySupervision, R::CitySupervision]),
    (P::InspectionRecord, &[R::CountySupervision, R::CitySupervision]),
    (P::InspectionRead, &[R::Producer, R::CountySupervision, R::CitySupervision, R::Agriculture, R::Auditor]),
    (P::InspectionConfirm, &[R::CountySupervision, R::CitySupervision]),
    (P::FeedbackRead, &[R::CountySupervision, R::CitySupervision]),
    (P::FeedbackHandle, &[R::CountySupervision, R::CitySupervision]),
    (P::FeedbackUnmask, &[R::CountySupervision, R::CitySupervision]),
    (P::FiguresRead, &[R::Holder, R::Office, R::CountySupervision, R::CitySupervision, R::Agriculture, R::Commerce, R::Auditor]),
    (P::OfficerRecord, &[R::AdminSystem]),
    (P::HealthRead, &[R::AdminSystem, R::Operator]),
    (P::BackupTake, &[R::AdminSystem]),
    (P::MarkUseApplicationSubmit, &[R::Producer, R::Helper]),
    (P::MarkUseApplicationRead, &[R::Producer, R::Helper, R::Holder, R::Office, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::MarkUseApplicationVerify, &[R::CountySupervision]),
    (P::MarkUseApplicationDecide, &[R::Office, R::Holder]),
    (P::AnnualReportSubmit, &[R::Producer, R::Helper]),
    (P::AnnualReportRead, &[R::Producer, R::Helper, R::Holder, R::Office, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::AnnualReportReview, &[R::Office, R::CountySupervision]),
    (P::AnnualReportCompile, &[R::Office, R::CountySupervision]),
    (P::AnnualSummaryRead, &[R::Holder, R::Office, R::CountySupervision, R::CitySupervision, R::Auditor]),
    (P::StoryWrite, &[R::Producer, R::Helper]),
    (P::StoryRead, &[R::Producer, R::Helper, R::Holder, R::Office, R::Auditor]),
    (P::StoryReview, &[R::Office, R::Holder]),
];

/// Does the scope `word` of a program's token allow this permission? It is the permission's own word, or `scan` for recording scans.
pub fn scope_allows(word: &str, permission: Permission) -> bool {
    word == permission.word() || (word == "scan" && permission == P::ScanRecord)
}

impl Role {
    /// Does this role carry `permission`?
    pub fn may(self, permission: Permission) -> bool {
        TABLE.iter().any(|(p, roles)| *p == permission && roles.contains(&self))
    }
    /// Does this role stand alone (the three administrators of 等保)?
    pub fn is_administrator(self) -> bool {
        matches!(self, Self::AdminSystem | Self::AdminSecurity | Self::AdminAudit)
    }
}

/// How far a grant reaches, as stored in `role_grant.scope_kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// One organisation (`scope_ref`).
    Organisation,
    /// A division with its predecessors and successors (`scope_ref` is its code).
    Division,
    /// What relies on products on which the organisation in `scope_ref` holds a right.
    Rights,
    /// One grower's own view (`scope_ref`).
    Grower,
    /// Everything.
    All,
}

impl ScopeKind {
    const WORDS: [(Self, &'static str); 5] = [
        (Self::Organisation, "organisation"),
        (Self::Division, "division"),
        (Self::Rights, "rights"),
        (Self::Grower, "grower"),
        (Self::All, "all"),
    ];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(k, _)| *k == self).map_or("", |(_, w)| w)
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, w)| *w == word).map(|(k, _)| *k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_has_exactly_one_row() {
        for permission in Permission::ALL {
            assert_eq!(TABLE.iter().filter(|(p, _)| p == permission).count(), 1, "{}", permission.word());
        }
    }

    #[test]
    fn nobody_who_only_looks_can_change_anything() {
        for role in [Role::Auditor, Role::AdminAudit, Role::Agriculture, Role::Operator] {
            for permission in Permission::ALL.iter().filter(|p| role.may(**p)) {
                assert!(permission.word().ends_with(".read"), "{} may {}", role.word(), permission.word());
            }
        }
    }
}
