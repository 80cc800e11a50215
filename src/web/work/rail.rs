//! The rail: every place of the signed-in pages, in groups; shown to whoever may go there.

use super::super::pages::staff::RailLink;
use super::super::words::Lang;
use crate::identity::queries::SignedIn;
use crate::identity::role::Permission;

/// A place of the rail: path, words, and the permission it needs.
type Place = (&'static str, &'static str, Option<Permission>);

/// The rail: groups with their heading (`work.rail.<word>`; none for the first), each with its places.
const RAIL: &[(&str, &[Place])] = &[
    ("", &[("/work", "home.title", None), ("/work/notices", "work.phone.notices", None)]),
    (
        "goods",
        &[
            ("/work/batches", "work.batches", Some(Permission::BatchRead)),
            ("/work/orders", "work.orders", Some(Permission::CodeOrderRead)),
            ("/work/accounts", "work.people.accounts", Some(Permission::SeasonAccountRead)),
            ("/work/deliveries", "work.people.deliveries", Some(Permission::DeliveryRead)),
            ("/work/growers", "work.people.growers", Some(Permission::GrowerRead)),
            ("/work/shipments", "work.shipments", Some(Permission::ShipmentRead)),
        ],
    ),
    (
        "supervision",
        &[
            ("/work/inbox", "work.inbox.title", Some(Permission::CaseWork)),
            ("/work/look-up", "work.numbers.look_up", Some(Permission::CaseRead)),
            ("/work/alerts", "work.alerts.title", Some(Permission::AlertRead)),
            ("/work/audits", "work.audits.title", Some(Permission::ListingAudit)),
            ("/work/feedback", "work.feedback.title", Some(Permission::FeedbackRead)),
            ("/work/inspections", "work.insp.inspections", Some(Permission::InspectionRead)),
            ("/work/draws", "work.insp.draws", Some(Permission::InspectionPlan)),
            ("/work/rectifications", "work.insp.rectifications", Some(Permission::RectificationRead)),
            ("/work/cases", "work.cases.title", Some(Permission::CaseRead)),
            ("/work/evidence", "work.evidence.title", Some(Permission::EvidenceRead)),
            ("/work/measures", "work.measures.title", Some(Permission::RecallPropose)),
            ("/work/seizures", "work.seizures", Some(Permission::SeizurePropose)),
            ("/work/abnormal", "work.insp.abnormal", Some(Permission::InspectionRecord)),
        ],
    ),
    (
        "market",
        &[
            ("/work/listings", "work.market.listings", Some(Permission::ListingRead)),
            ("/work/sellers", "work.market.sellers", Some(Permission::SellerRead)),
            ("/work/authorisations", "work.market.authorisations", Some(Permission::AuthorisationRead)),
            ("/work/sales", "work.market.sales", Some(Permission::SalesImport)),
        ],
    ),
    (
        "numbers",
        &[
            ("/work/balance", "work.numbers.balance", Some(Permission::FiguresRead)),
            ("/work/figures", "work.numbers.weekly_title", Some(Permission::FiguresRead)),
            ("/work/firms", "work.numbers.firms", Some(Permission::AlertRead)),
            ("/work/listing-rules", "work.market.rules", Some(Permission::ListingRuleRecord)),
            ("/work/alert-rules", "work.alerts.rules", Some(Permission::AlertRuleRecord)),
        ],
    ),
    (
        "register",
        &[
            ("/work/organisations", "work.parties.title", Some(Permission::OrganisationRegister)),
            ("/work/products", "work.office.products", Some(Permission::MarkUseRead)),
            ("/work/mark-use-applications", "work.apply.title", Some(Permission::MarkUseApplicationRead)),
            ("/work/annual-reports", "work.annual.title", Some(Permission::AnnualReportRead)),
            ("/work/stories", "work.story.title", Some(Permission::StoryRead)),
            ("/work/mark-uses", "work.office.mark_uses", Some(Permission::MarkUseRecord)),
            ("/work/mark-users", "work.office.members", Some(Permission::SeasonPlanPropose)),
            ("/work/plans", "work.office.plans", Some(Permission::SeasonPlanRead)),
            ("/work/quality", "work.office.quality", Some(Permission::QualityRead)),
            ("/work/conflicts", "work.office.conflicts", Some(Permission::ConflictDeclare)),
            ("/work/limits", "work.office.limits", Some(Permission::SettingRecord)),
            ("/work/site-notices", "work.office.site_notices", Some(Permission::NoticeGive)),
        ],
    ),
    (
        "labels",
        &[
            ("/work/prints", "work.jobs.title", Some(Permission::PrintJobRead)),
            ("/work/printing-houses", "work.houses.title", Some(Permission::PrintingHouseRegister)),
            ("/work/designs", "work.designs.title", Some(Permission::LabelDesignRead)),
        ],
    ),
    (
        "house",
        &[
            ("/work/import", "work.sheets.title", Some(Permission::SheetRead)),
            ("/work/recoveries", "work.signin.recoveries", Some(Permission::RecoveryPropose)),
            ("/work/admin/health", "work.health.title", Some(Permission::HealthRead)),
            ("/work/admin/backups", "work.backups.title", Some(Permission::HealthRead)),
            ("/work/officers", "work.insp.officers", Some(Permission::OfficerRecord)),
            ("/work/admin/accounts", "work.signin.accounts", Some(Permission::AccountRead)),
            ("/work/sign-ins", "work.signin.sign_ins", Some(Permission::SignInRead)),
            ("/work/audit", "work.audit.title", Some(Permission::AuditRead)),
            ("/work/me", "work.signin.me", None),
        ],
    ),
];

/// The places somebody may go to; the one `path` belongs to is marked.
pub(super) fn rail(who: &SignedIn, lang: Lang, path: &str) -> Vec<RailLink> {
    // `/work/audit` is not where `/work/audits` is.
    let within = |href: &str| path == href || (href != "/work" && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')));
    let mut links = Vec::new();
    for (group, places) in RAIL {
        let mut heading = if group.is_empty() { String::new() } else { lang.say(&format!("work.rail.{group}")).into_owned() };
        for (href, label, _) in places.iter().filter(|(_, _, needs)| needs.is_none_or(|p| who.acting(p).is_some())) {
            links.push(RailLink {
                heading: std::mem::take(&mut heading),
                href: format!("{href}{}", lang.query()),
                label: lang.say(label).into_owned(),
                count: None,
                current: within(href),
            });
        }
    }
    links
}
