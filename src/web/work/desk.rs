//! Who reads a signed-in page, and the frame it stands in: language, organisation, rail, the word of what was just done, the CSRF word.
//!
//! A handler takes a [`Reader`] before the posted body. What a form was refused for is shown on the form itself ([`again`]); the
//! refusal still travels with the answer, so that it is kept like any other.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};

use super::super::app::App;
use super::super::auth::token;
use super::super::failure::{Refusal, status, words};
use super::super::pages::Site;
use super::super::pages::staff::{FormError, Frame, RailLink};
use super::super::words::Lang;
use crate::identity::members::handler_names;
use crate::identity::notice::unread;
use crate::identity::queries::SignedIn;
use crate::identity::role::Permission;
use crate::identity::session::csrf_word;
use crate::identity::store;
use crate::kernel::{Actor, Failure, FailureKind};

/// What `?done=` may say; its words are `work.done.<word>`.
const DONE: &[&str] = &[
    "account_approved",
    "account_refused",
    "batch_registered",
    "batch_released",
    "batch_held",
    "batch_unheld",
    "batch_voided",
    "batch_processed",
    "batch_merged",
    "batch_reduced",
    "pack_registered",
    "order_placed",
    "order_approved",
    "order_refused",
    "codes_bound",
    "codes_activated",
    "codes_scheduled",
    "codes_undone",
    "codes_voided",
    "codes_returned",
    "codes_linked",
    "codes_unlinked",
    "codes_relabelled",
    "order_closed",
    "order_carried",
    "damage_confirmed",
    "damage_refused",
    "decision_confirmed",
    "decision_dropped",
    "decision_lifted",
    "shipment_sent",
    "shipment_received",
    "shipment_returned",
    "shipment_voided",
    "seizure_proposed",
    "seizure_confirmed",
    "seizure_dropped",
    "seizure_end_proposed",
    "seizure_ended",
    "facility_registered",
    "facility_licensed",
    "facility_closed",
    "stock_declared",
    "report_recorded",
    "farm_recorded",
    "farm_imported",
    "certificate_issued",
    "certificate_received",
    "certificate_revoked",
    "late_confirmed",
    "late_disputed",
    "objection_answered",
    "slip_revoked",
    "consent_recorded",
    "consent_withdrawn",
    "papers_numbered",
    "paper_entered",
    "paper_spoiled",
    "adjustment_proposed",
    "adjustment_decided",
    "history_recorded",
    "cartons_changed",
    "product_changed",
    "fact_recorded",
    "mark_use_granted",
    "mark_use_suspended",
    "mark_use_resumed",
    "mark_use_ended",
    "plan_proposed",
    "plan_published",
    "plan_approved",
    "plan_refused",
    "conflict_declared",
    "conflict_ended",
    "setting_recorded",
    "calendar_recorded",
    "notice_given",
    "notice_withdrawn",
    "draft_kept",
    "draft_dropped",
    "hand_over_withdrawn",
    "labels_received",
    "labels_printed",
    "printing_house_registered",
    "printing_house_ended",
    "label_design_recorded",
    "label_design_ended",
    "sheet_uploaded",
    "sheet_again",
    "sheet_taking",
    "sheet_dropped",
    "password_changed",
    "factor_enabled",
    "factor_ended",
    "sessions_ended",
    "token_ended",
    "member_named",
    "member_left",
    "invitation_revoked",
    "handlers_changed",
    "recovery_proposed",
    "recovery_dropped",
    "account_created",
    "account_disabled",
    "account_enabled",
    "account_unlocked",
    "role_proposed",
    "role_confirmed",
    "role_ended",
    "notices_read",
    "batch_corrected",
    "order_cancelled",
    "files_kept",
    "alert_taken",
    "alert_judged",
    "alert_rule_proposed",
    "alert_rule_decided",
    "plot_registered",
    "delivery_recorded",
    "feedback_taken",
    "feedback_answered",
    "feedback_transferred",
    "feedback_numbered",
    "feedback_imported",
    "feedback_accepted",
    "feedback_extended",
    "feedback_closed",
    "feedback_case",
    "feedback_erased",
    "measure_proposed",
    "measure_lift_proposed",
    "unknown_code_noted",
    "risk_rule_recorded",
    "officer_recorded",
    "draw_planned",
    "draw_frozen",
    "draw_drawn",
    "draw_imported",
    "draw_dropped",
    "checklist_recorded",
    "inspection_opened",
    "inspection_kept",
    "inspection_recorded",
    "inspection_published",
    "rectification_replied",
    "rectification_accepted",
    "rectification_returned",
    "rectification_expired",
    "abnormal_proposed",
    "abnormal_confirmed",
    "abnormal_dropped",
    "abnormal_lift_proposed",
    "abnormal_lifted",
    "delivery_voided",
    "delivery_void_asked",
    "delivery_void_refused",
    "audited",
    "audit_proposed",
    "audit_confirmed",
    "audit_dropped",
    "audit_undone",
    "audits_assigned",
    "evidence_taken",
    "case_opened",
    "case_noted",
    "case_linked",
    "case_moved",
    "case_closed",
    "listing_recorded",
    "packs_confirmed",
    "seller_registered",
    "seller_authorised",
    "authorisation_ended",
    "sales_imported",
    "listing_rule_recorded",
    "rescore_asked",
];

/// Somebody signed in who reads a page.
pub(super) struct Reader {
    pub lang: Lang,
    pub who: SignedIn,
    site: Site,
    organisation: String,
    csrf: String,
    handlers: Vec<String>,
    done: Option<String>,
    rail: Vec<RailLink>,
    notices: Vec<String>,
}

impl FromRequestParts<App> for Reader {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let who = SignedIn::from_request_parts(parts, app).await?;
        let lang = parts.extensions.get::<Lang>().copied().unwrap_or_default();
        let organisation = match &who.account.organisation_id {
            Some(id) => store::organisation(app.db.reader(), id).await?.name,
            None => String::new(),
        };
        let mut handlers = match &who.account.organisation_id {
            Some(id) => handler_names(&app.db, id).await?,
            None => Vec::new(),
        };
        if handlers.len() < 2 {
            handlers.clear();
        }
        let csrf = token(&parts.headers, app.config.is_https()).map(|t| csrf_word(&t.word)).unwrap_or_default();
        let unread = unread(&app.db, &who.account.id, who.account.organisation_id.as_deref()).await?;
        let (done, mut rail) = (done(&parts.uri, lang), rail(&who, lang, parts.uri.path()));
        if let Some(link) = rail.iter_mut().find(|link| link.href.starts_with("/work/notices")) {
            link.count = Some(unread).filter(|n| *n > 0);
        }
        if let Some(link) = rail.iter_mut().find(|link| link.href.starts_with("/work/inbox")) {
            link.count = super::figures::inbox_count(app, &who).await?;
        }
        let notices = super::office::standing(app, lang).await?;
        Ok(Self { lang, who, site: app.site(), organisation, csrf, handlers, done, rail, notices })
    }
}

fn done(uri: &Uri, lang: Lang) -> Option<String> {
    let (_, said) = url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).find(|(name, _)| name == "done")?;
    DONE.iter().find(|word| **word == said).map(|word| lang.say(&format!("work.done.{word}")).into_owned())
}

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
            ("/work/alerts", "work.alerts.title", Some(Permission::AlertRead)),
            ("/work/alert-rules", "work.alerts.rules", Some(Permission::AlertRuleRecord)),
            ("/work/seizures", "work.seizures", Some(Permission::SeizurePropose)),
            ("/work/feedback", "work.feedback.title", Some(Permission::FeedbackRead)),
            ("/work/measures", "work.measures.title", Some(Permission::RecallPropose)),
            ("/work/inbox", "work.inbox.title", Some(Permission::CaseWork)),
            ("/work/look-up", "work.numbers.look_up", Some(Permission::CaseRead)),
            ("/work/balance", "work.numbers.balance", Some(Permission::FiguresRead)),
            ("/work/figures", "work.numbers.weekly_title", Some(Permission::FiguresRead)),
            ("/work/firms", "work.numbers.firms", Some(Permission::AlertRead)),
            ("/work/inspections", "work.insp.inspections", Some(Permission::InspectionRead)),
            ("/work/draws", "work.insp.draws", Some(Permission::InspectionPlan)),
            ("/work/rectifications", "work.insp.rectifications", Some(Permission::RectificationRead)),
            ("/work/abnormal", "work.insp.abnormal", Some(Permission::InspectionRecord)),
            ("/work/audits", "work.audits.title", Some(Permission::ListingAudit)),
            ("/work/evidence", "work.evidence.title", Some(Permission::EvidenceRead)),
            ("/work/cases", "work.cases.title", Some(Permission::CaseRead)),
            ("/work/listings", "work.market.listings", Some(Permission::ListingRead)),
            ("/work/sellers", "work.market.sellers", Some(Permission::SellerRead)),
            ("/work/authorisations", "work.market.authorisations", Some(Permission::AuthorisationRead)),
            ("/work/sales", "work.market.sales", Some(Permission::SalesImport)),
            ("/work/listing-rules", "work.market.rules", Some(Permission::ListingRuleRecord)),
        ],
    ),
    (
        "register",
        &[
            ("/work/products", "work.office.products", Some(Permission::MarkUseRead)),
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
            ("/work/officers", "work.insp.officers", Some(Permission::OfficerRecord)),
            ("/work/admin/accounts", "work.signin.accounts", Some(Permission::AccountRead)),
            ("/work/sign-ins", "work.signin.sign_ins", Some(Permission::SignInRead)),
            ("/work/audit", "work.audit.title", Some(Permission::AuditRead)),
            ("/work/me", "work.signin.me", None),
        ],
    ),
];

fn rail(who: &SignedIn, lang: Lang, path: &str) -> Vec<RailLink> {
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

impl Reader {
    /// The frame of a page.
    pub fn frame(&self, title: impl Into<String>, errors: Vec<FormError>) -> Frame<'_> {
        Frame {
            lang: self.lang,
            site: &self.site,
            title: title.into(),
            organisation: &self.organisation,
            account: &self.who.account.display_name,
            rail: &self.rail,
            csrf: &self.csrf,
            notices: &self.notices,
            handlers: &self.handlers,
            done: self.done.clone().filter(|_| errors.is_empty()),
            errors,
            narrow: false,
        }
    }
    /// The same, one column wide.
    pub fn narrow_frame(&self, title: impl Into<String>, errors: Vec<FormError>) -> Frame<'_> {
        Frame { narrow: true, ..self.frame(title, errors) }
    }
    /// May this be done at all?
    pub fn may(&self, permission: Permission) -> bool {
        self.who.acting(permission).is_some()
    }
    /// The actor for a permission, if a role carries it.
    pub fn acting(&self, permission: Permission) -> Option<Actor> {
        self.who.acting(permission)
    }
    /// The actor for a permission.
    pub fn actor(&self, permission: Permission) -> Result<Actor, Failure> {
        self.who.acting(permission).ok_or_else(Failure::not_permitted)
    }
    /// The reader's own organisation.
    pub fn own(&self) -> Option<&str> {
        self.who.account.organisation_id.as_deref()
    }
    /// A path of ours in the reader's language.
    pub fn to(&self, path: &str) -> String {
        at(self.lang, path)
    }
    /// Words under `work`.
    pub fn say(&self, key: &str) -> String {
        self.lang.say(&format!("work.{key}")).into_owned()
    }
    /// Words under `work` with values in them.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.lang.fill(&format!("work.{key}"), values)
    }
    /// A stored word in the reader's language: `work.<kind>.<word>`.
    pub fn word(&self, kind: &str, word: &str) -> String {
        self.say(&format!("{kind}.{word}"))
    }
}

/// A path of ours in a language.
pub(super) fn at(lang: Lang, path: &str) -> String {
    match (lang.english(), path.contains('?')) {
        (false, _) => path.to_owned(),
        (true, true) => format!("{path}&lang=en"),
        (true, false) => format!("{path}?lang=en"),
    }
}

/// A path that says what was just done there.
pub(super) fn done_at(lang: Lang, path: &str, word: &str) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    at(lang, &format!("{path}{joint}done={word}"))
}

/// The key under which a form shown now is done only once.
pub(super) fn fresh_key(app: &App) -> String {
    data_encoding::HEXLOWER.encode(&app.random.bytes::<16>())
}

/// A refusal that belongs on the form it came from; any other is a page of its own.
pub(super) fn on_the_form(refusal: Refusal) -> Result<Failure, Refusal> {
    match refusal.0.kind {
        FailureKind::Invalid | FailureKind::Conflict | FailureKind::Forbidden | FailureKind::NotNow => Ok(refusal.0),
        FailureKind::NotFound | FailureKind::Broken => Err(refusal),
    }
}

/// Every fault in words, each at its field; `field` says which one a pointer means, and nothing for the form as a whole.
pub(super) fn faults(lang: Lang, failure: &Failure, field: impl Fn(&str) -> String) -> Vec<FormError> {
    let mut out: Vec<FormError> = Vec::new();
    let whole = |text: String| FormError { field: String::new(), text };
    match failure.code {
        "idempotency_key_reused" => out.push(whole(lang.say("work.form_used").into_owned())),
        // Its fields say which checks hold; this says who may let the batch go all the same.
        "release_held" => out.push(whole(lang.say("work.release_needs_holder").into_owned())),
        _ if failure.fields.is_empty() => out.push(whole(words(lang, failure.code, &failure.params))),
        _ => {}
    }
    for fault in &failure.fields {
        let text = words(lang, fault.code, &fault.params);
        let field = field(&fault.pointer);
        // A field says everything that is wrong with it.
        match out.iter().position(|e| e.field == field && (!field.is_empty() || e.text == text)) {
            Some(same) if out[same].text.contains(&text) => {}
            Some(same) => out[same].text = format!("{} {text}", out[same].text),
            None => out.push(FormError { field, text }),
        }
    }
    out
}

/// The page of a form that was refused, with the status of its refusal.
pub(super) fn again(failure: Failure, html: String) -> Response {
    let mut response = (status(&failure), Html(html)).into_response();
    response.extensions_mut().insert(Arc::new(failure));
    response
}
