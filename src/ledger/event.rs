//! The events of the trade: past tense, `noun.verb`. The list is the language of the audit log; a name is never reused.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The name in the ledger.
    pub name: &'static str,
    /// Its leaf says only `sealed`: that something happened is public, what it was is not.
    pub sealed: bool,
}

macro_rules! kinds {
    ($($constant:ident = $name:literal $($sealed:ident)?;)*) => {
        /// The kinds, one constant each.
        pub mod kind {
            use super::Kind;
            $(
                #[doc = concat!("`", $name, "`")]
                pub const $constant: Kind = Kind { name: $name, sealed: kinds!(@ $($sealed)?) };
            )*
        }
        /// Every kind there is.
        pub const KINDS: &[Kind] = &[$(kind::$constant),*];
    };
    (@ sealed) => { true };
    (@) => { false };
}

kinds! {
    ABNORMAL_ENTRY_CONFIRMED = "abnormal_entry.confirmed";
    ABNORMAL_ENTRY_DROPPED = "abnormal_entry.dropped" sealed;
    ABNORMAL_ENTRY_LIFTED = "abnormal_entry.lifted";
    ABNORMAL_ENTRY_LIFT_PROPOSED = "abnormal_entry.lift_proposed" sealed;
    ABNORMAL_ENTRY_LIFT_WITHDRAWN = "abnormal_entry.lift_withdrawn" sealed;
    ABNORMAL_ENTRY_PROPOSED = "abnormal_entry.proposed" sealed;
    ACCOUNT_CREATED = "account.created" sealed;
    ACCOUNT_DISABLED = "account.disabled" sealed;
    ACCOUNT_ENABLED = "account.enabled" sealed;
    ACCOUNT_UNLOCKED = "account.unlocked" sealed;
    ADJUSTMENT_APPROVED = "adjustment.approved";
    ADJUSTMENT_PROPOSED = "adjustment.proposed";
    ADJUSTMENT_REFUSED = "adjustment.refused";
    ALERTS_RAISED = "alerts.raised" sealed;
    ALERT_JUDGED = "alert.judged" sealed;
    ALERT_RULE_DECIDED = "alert_rule.decided" sealed;
    ALERT_RULE_PROPOSED = "alert_rule.proposed" sealed;
    ALERT_RULE_TESTED = "alert_rule.tested" sealed;
    ALERT_TAKEN = "alert.taken" sealed;
    ANNOUNCEMENT_RECORDED = "announcement.recorded";
    ANNUAL_REPORTS_REMINDED = "annual_reports.reminded";
    ANNUAL_REPORT_ACCEPTED = "annual_report.accepted";
    ANNUAL_REPORT_RETURNED = "annual_report.returned" sealed;
    ANNUAL_REPORT_SUBMITTED = "annual_report.submitted" sealed;
    API_TOKEN_ENDED = "api_token.ended" sealed;
    API_TOKEN_ISSUED = "api_token.issued" sealed;
    AREA_RECORDED = "area.recorded";
    AUTHORISATION_ENDED = "authorisation.ended";
    AUTHORISATION_GRANTED = "authorisation.granted";
    BACKUP_CLEARED = "backup.cleared";
    BACKUP_RESTORED = "backup.restored";
    BACKUP_TAKEN = "backup.taken";
    BATCH_CORRECTED = "batch.corrected";
    BATCH_COVERED = "batch.covered";
    BATCH_HELD = "batch.held";
    BATCH_PROCESSED = "batch.processed";
    BATCH_REDUCED = "batch.reduced";
    BATCH_REGISTERED = "batch.registered";
    BATCH_RELEASED = "batch.released";
    BATCH_UNHELD = "batch.unheld";
    BATCH_VOIDED = "batch.voided";
    CALENDAR_RECORDED = "calendar.recorded";
    CARTONS_APPROVED = "cartons.approved";
    CARTONS_PROPOSED = "cartons.proposed";
    CARTONS_REFUSED = "cartons.refused";
    CARTONS_USED = "cartons.used";
    CASE_CLOSED = "case.closed" sealed;
    CASE_LINKED = "case.linked" sealed;
    CASE_MOVED = "case.moved" sealed;
    CASE_NOTED = "case.noted" sealed;
    CASE_OPENED = "case.opened" sealed;
    CERTIFICATE_ISSUED = "certificate.issued";
    CERTIFICATE_RECEIVED = "certificate.received";
    CERTIFICATE_REVOKED = "certificate.revoked";
    CHECKLIST_RECORDED = "checklist.recorded";
    CODES_ACTIVATED = "codes.activated";
    CODES_BOUND = "codes.bound";
    CODES_DOWNLOADED = "codes.downloaded";
    CODES_LINKED = "codes.linked";
    CODES_RELABELLED = "codes.relabelled";
    CODES_RETURNED = "codes.returned";
    CODES_UNDONE = "codes.undone";
    CODES_UNLINKED = "codes.unlinked";
    CODES_VOIDED = "codes.voided";
    CODE_ORDER_CANCELLED = "code_order.cancelled";
    CODE_ORDER_CARRIED = "code_order.carried";
    CODE_ORDER_CLOSED = "code_order.closed";
    CODE_ORDER_ISSUED = "code_order.issued";
    CODE_ORDER_PROPOSED = "code_order.proposed";
    CODE_ORDER_REFUSED = "code_order.refused";
    CONFLICT_DECLARED = "conflict.declared";
    CONFLICT_ENDED = "conflict.ended";
    CONSENT_RECORDED = "consent.recorded" sealed;
    CONSENT_WITHDRAWN = "consent.withdrawn" sealed;
    COUNTY_FIGURE_RECORDED = "county_figure.recorded";
    DAMAGE_CONFIRMED = "damage.confirmed";
    DAMAGE_REFUSED = "damage.refused";
    DELIVERY_COVERED = "delivery.covered";
    DELIVERY_RECORDED = "delivery.recorded";
    DELIVERY_VOIDED = "delivery.voided";
    DELIVERY_VOID_ASKED = "delivery.void_asked";
    DELIVERY_VOID_REFUSED = "delivery.void_refused";
    EVIDENCE_TAKEN = "evidence.taken" sealed;
    FACILITY_CLOSED = "facility.closed";
    FACILITY_LICENSED = "facility.licensed";
    FACILITY_REGISTERED = "facility.registered";
    FARM_WORK_RECORDED = "farm_work.recorded";
    FEEDBACK_ACCEPTED = "feedback.accepted" sealed;
    FEEDBACK_ANSWERED = "feedback.answered" sealed;
    FEEDBACK_CLOSED = "feedback.closed" sealed;
    FEEDBACK_ERASED = "feedback.erased" sealed;
    FEEDBACK_EXTENDED = "feedback.extended" sealed;
    FEEDBACK_IMPORTED = "feedback.imported" sealed;
    FEEDBACK_NUMBERED = "feedback.numbered" sealed;
    FEEDBACK_RECEIVED = "feedback.received" sealed;
    FEEDBACK_TAKEN = "feedback.taken" sealed;
    FEEDBACK_TRANSFERRED = "feedback.transferred" sealed;
    FEEDBACK_UNMASKED = "feedback.unmasked" sealed;
    FILES_ATTACHED = "files.attached";
    GROWER_CHANGED = "grower.changed" sealed;
    GROWER_REGISTERED = "grower.registered" sealed;
    GROWER_SLIP_ISSUED = "grower_slip.issued" sealed;
    GROWER_SLIP_REVOKED = "grower_slip.revoked" sealed;
    HANDLER_ENDED = "handler.ended" sealed;
    HANDLER_LISTED = "handler.listed" sealed;
    HAND_OVER_MADE = "hand_over.made";
    HAND_OVER_PRINTED = "hand_over.printed";
    HAND_OVER_RECEIVED = "hand_over.received";
    HAND_OVER_WITHDRAWN = "hand_over.withdrawn";
    INSPECTION_DRAWN = "inspection.drawn";
    INSPECTION_DROPPED = "inspection.dropped";
    INSPECTION_FROZEN = "inspection.frozen";
    INSPECTION_IMPORTED = "inspection.imported" sealed;
    INSPECTION_OPENED = "inspection.opened" sealed;
    INSPECTION_PLANNED = "inspection.planned";
    INSPECTION_PUBLISHED = "inspection.published";
    INSPECTION_RECORDED = "inspection.recorded" sealed;
    INVITATION_ISSUED = "invitation.issued" sealed;
    INVITATION_REVOKED = "invitation.revoked" sealed;
    INVITATION_USED = "invitation.used" sealed;
    KEYS_ROTATED = "keys.rotated";
    LABEL_DESIGN_ENDED = "label_design.ended";
    LABEL_DESIGN_RECORDED = "label_design.recorded";
    LATE_ENTRY_CONFIRMED = "late_entry.confirmed";
    LATE_ENTRY_DISPUTED = "late_entry.disputed";
    LISTING_PACKS_CONFIRMED = "listing.packs_confirmed";
    LISTING_ASSIGNED = "listing.assigned";
    LISTING_AUDITED = "listing.audited";
    LISTING_AUDIT_DROPPED = "listing.audit_dropped";
    LISTING_AUDIT_PROPOSED = "listing.audit_proposed";
    LISTING_AUDIT_UNDONE = "listing.audit_undone";
    LISTING_RECORDED = "listing.recorded";
    LISTING_RESCORE_ASKED = "listing_rescore.asked";
    LISTING_RULE_RECORDED = "listing_rule.recorded";
    MARK_USE_APPLICATION_APPROVED = "mark_use_application.approved";
    MARK_USE_APPLICATION_REFUSED = "mark_use_application.refused" sealed;
    MARK_USE_APPLICATION_RETURNED = "mark_use_application.returned" sealed;
    MARK_USE_APPLICATION_SUBMITTED = "mark_use_application.submitted";
    MARK_USE_APPLICATION_VERIFIED = "mark_use_application.verified";
    MARK_USE_APPLICATION_WITHDRAWN = "mark_use_application.withdrawn";
    MARK_USE_ARTWORK_FILED = "mark_use.artwork_filed";
    MARK_USE_ENDED = "mark_use.ended";
    MARK_USE_GRANTED = "mark_use.granted";
    MARK_USE_RESUMED = "mark_use.resumed";
    MARK_USE_SUSPENDED = "mark_use.suspended";
    MEMBER_LEFT = "member.left" sealed;
    MOVEMENT_RECORDED = "movement.recorded";
    OBJECTION_ANSWERED = "objection.answered" sealed;
    OBJECTION_MADE = "objection.made" sealed;
    OFFICER_RECORDED = "officer.recorded" sealed;
    ORGANISATION_ADMIN_ENDED = "organisation_admin.ended" sealed;
    ORGANISATION_ADMIN_NAMED = "organisation_admin.named" sealed;
    ORGANISATION_CHANGED = "organisation.changed" sealed;
    ORGANISATION_REGISTERED = "organisation.registered";
    PACK_REGISTERED = "pack.registered";
    PAPER_FORM_ENTERED = "paper_form.entered";
    PAPER_FORM_PRINTED = "paper_form.printed";
    PAPER_FORM_SPOILED = "paper_form.spoiled";
    PASSWORD_CHANGED = "password.changed" sealed;
    PASSWORD_RESET = "password.reset" sealed;
    PAST_OUTPUT_RECORDED = "past_output.recorded";
    PLOT_ENDED = "plot.ended";
    PLOT_REGISTERED = "plot.registered";
    PRINTING_HOUSE_ENDED = "printing_house.ended";
    PRINTING_HOUSE_REGISTERED = "printing_house.registered";
    PRODUCT_CHANGED = "product.changed";
    PRODUCT_REGISTERED = "product.registered";
    PRODUCT_WORD_ENDED = "product_word.ended";
    PRODUCT_WORD_RECORDED = "product_word.recorded";
    RECALL_ANNOUNCED = "recall.announced";
    RECALL_DROPPED = "recall.dropped";
    RECALL_LIFTED = "recall.lifted";
    RECALL_LIFT_PROPOSED = "recall.lift_proposed";
    RECALL_LIFT_WITHDRAWN = "recall.lift_withdrawn";
    RECALL_PROPOSED = "recall.proposed";
    RECOVERY_CONFIRMED = "recovery.confirmed" sealed;
    RECOVERY_DROPPED = "recovery.dropped" sealed;
    RECOVERY_PROPOSED = "recovery.proposed" sealed;
    RECTIFICATION_ACCEPTED = "rectification.accepted" sealed;
    RECTIFICATION_EXPIRED = "rectification.expired" sealed;
    RECTIFICATION_ORDERED = "rectification.ordered" sealed;
    RECTIFICATION_REPLIED = "rectification.replied" sealed;
    RECTIFICATION_RETURNED = "rectification.returned" sealed;
    REGISTER_LOADED = "register.loaded";
    RIGHT_RECORDED = "right.recorded";
    RISK_RULE_RECORDED = "risk_rule.recorded";
    ROLE_ENDED = "role.ended";
    ROLE_GRANTED = "role.granted";
    ROLE_PROPOSED = "role.proposed";
    SALES_IMPORTED = "sales.imported" sealed;
    SEASON_ACCOUNT_APPROVED = "season_account.approved";
    SEASON_ACCOUNT_LAPSED = "season_account.lapsed";
    SEASON_ACCOUNT_PROPOSED = "season_account.proposed";
    SEASON_ACCOUNT_REFUSED = "season_account.refused";
    SEASON_PLAN_APPROVED = "season_plan.approved";
    SEASON_PLAN_PROPOSED = "season_plan.proposed";
    SEASON_PLAN_PUBLISHED = "season_plan.published";
    SEASON_PLAN_REFUSED = "season_plan.refused";
    SECOND_FACTOR_ENABLED = "second_factor.enabled" sealed;
    SECOND_FACTOR_ENDED = "second_factor.ended" sealed;
    SEIZURE_DROPPED = "seizure.dropped";
    SEIZURE_ENDED = "seizure.ended";
    SEIZURE_END_PROPOSED = "seizure.end_proposed";
    SEIZURE_LIFTED = "seizure.lifted";
    SEIZURE_PROPOSED = "seizure.proposed";
    SEIZURE_RECORDED = "seizure.recorded";
    SELLER_REGISTERED = "seller.registered" sealed;
    SESSIONS_ENDED = "sessions.ended" sealed;
    SETTING_RECORDED = "setting.recorded";
    SHEET_DECIDED = "sheet.decided";
    SHEET_GIVEN_OUT = "sheet.given_out";
    SHEET_UPLOADED = "sheet.uploaded";
    SHIPMENT_RECEIVED = "shipment.received";
    SHIPMENT_RETURNED = "shipment.returned";
    SHIPMENT_SENT = "shipment.sent";
    SHIPMENT_VOIDED = "shipment.voided";
    SIGN_INS_FORGOTTEN = "sign_ins.forgotten";
    SITE_NOTICE_GIVEN = "site_notice.given";
    SITE_NOTICE_WITHDRAWN = "site_notice.withdrawn";
    STANDARD_RECORDED = "standard.recorded";
    STOCK_DECLARED = "stock.declared";
    STOP_CONFIRMED = "stop.confirmed";
    STOP_DROPPED = "stop.dropped";
    STOP_LIFTED = "stop.lifted";
    STOP_LIFT_PROPOSED = "stop.lift_proposed";
    STOP_LIFT_WITHDRAWN = "stop.lift_withdrawn";
    STOP_PROPOSED = "stop.proposed";
    STORY_PUBLISHED = "story.published";
    STORY_RETURNED = "story.returned" sealed;
    STORY_SUBMITTED = "story.submitted";
    STORY_WITHDRAWN = "story.withdrawn";
    TEST_REPORTED = "test.reported";
    UNKNOWN_CODE_NOTED = "unknown_code.noted";
}

/// What an event did to balances, ranges and batch states, so that [`super::verify`] can replay them against the tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// `amount` left bucket `from` of a season account and arrived in bucket `to` of the same account.
    Move {
        /// The season account.
        account: String,
        /// Where it left.
        from: String,
        /// Where it arrived.
        to: String,
        /// In the product's base unit; negative for an adjustment downwards.
        amount: i64,
    },
    /// Sequence numbers `first..=last` of an order are in this state from now on.
    Range {
        /// The order.
        order_no: i64,
        /// First sequence number.
        first: i64,
        /// Last sequence number.
        last: i64,
        /// The state's word.
        state: String,
        /// The batch they are bound to.
        batch: Option<String>,
    },
    /// A batch is in this state with these amounts from now on.
    Batch {
        /// The batch.
        id: String,
        /// The state's word.
        state: String,
        /// What the account covers.
        covered: i64,
        /// What awaits a decision.
        pending: i64,
    },
    /// `amount` left a batch without a code (or came back, negative): into other batches, by a movement, or seized.
    Goods {
        /// The batch.
        batch: String,
        /// `moved`, `gone` or `seized`.
        to: String,
        /// In the product's base unit.
        amount: i64,
    },
}

/// Something that happened, ready to be appended.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its kind.
    pub kind: Kind,
    /// What it is about, an id.
    pub subject: String,
    /// What else there is to know, as the audit log shows it. Never a secret, never a password, never a key.
    pub facts: Value,
    /// What it did to the account that must balance.
    pub effects: Vec<Effect>,
}

impl Event {
    /// An event without effects.
    pub fn new(kind: Kind, subject: impl Into<String>, facts: Value) -> Self {
        Self { kind, subject: subject.into(), facts, effects: Vec::new() }
    }
    /// The same with effects.
    #[must_use]
    pub fn with(mut self, effects: impl IntoIterator<Item = Effect>) -> Self {
        self.effects.extend(effects);
        self
    }
}
