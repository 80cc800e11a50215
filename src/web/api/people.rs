//! `/api/v1/late-entries`, `/paper-forms`, `/growers/{id}/slips`, `/slips`, `/objections`, `/consents`: what is written down late or on paper,
//! and what growers see and say of it.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::act::{Done, act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::link;
use super::super::route::{Access, Route};
use super::Reason;
use crate::identity::role::Permission;
use crate::registry::commands::{ConsentInput, record_consent, withdraw_consent};
use crate::registry::queries::{ConsentView, consents};
use crate::trace::commands::delivery_void::{confirm_delivery_void, refuse_delivery_void, void_delivery};
use crate::trace::commands::late::{confirm_late_entry, dispute_late_entry};
use crate::trace::commands::objection::{answer_objection, note_objection};
use crate::trace::commands::paper::{enter_lines, print_forms, spoil_form};
use crate::trace::commands::slip::{issue_slip, revoke_slip};
use crate::trace::delivery_void::{VoidFilter, VoidInput};
use crate::trace::late::LateFilter;
use crate::trace::paper::{PaperFilter, PaperInput, PaperLinesInput};
use crate::trace::queries::delivery_void::{VoidView, delivery_void, delivery_voids};
use crate::trace::queries::late::{LateEntryView, late_entries, late_entry};
use crate::trace::queries::paper::{PaperFormView, PaperFormsView, paper_form, paper_forms};
use crate::trace::queries::slip::{ObjectionView, SlipView, objections, slips};
use crate::trace::slip::{AnswerInput, NotedObjection, ObjectionFilter, SlipInput};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    let (read, decide) = (needs(Permission::LateEntryRead), needs(Permission::LateEntryDecide));
    let (print, paper) = (needs(Permission::PaperPrint), needs(Permission::PaperRead));
    let consent = needs(Permission::ConsentRecord);
    vec![
        Route::get("/api/v1/late-entries", read, late_list)
            .says("What was written down more than seven days late")
            .asks(&[("state", "waiting, confirmed or disputed"), ("act", "delivery, movement, batch …"), ("organisation_id", "whose")])
            .lists::<LateEntryView>(),
        Route::get("/api/v1/late-entries/{id}", read, late_one).says("One late entry").answers::<LateEntryView>(200),
        Route::post("/api/v1/late-entries/{id}/confirm", decide, late_confirm)
            .says("Confirm what somebody else wrote down late")
            .answers::<LateEntryView>(200),
        Route::post("/api/v1/late-entries/{id}/dispute", decide, late_dispute)
            .says("Say that it was not so")
            .takes::<Reason>()
            .answers::<LateEntryView>(200),
        Route::get("/api/v1/delivery-voids", read, void_list)
            .says("Deliveries entered by mistake: voided, or waiting for a second person")
            .asks(&[("state", "waiting, voided or refused"), ("delivery_id", "of which delivery")])
            .lists::<VoidView>(),
        Route::get("/api/v1/delivery-voids/{id}", read, void_one).says("One of them").answers::<VoidView>(200),
        Route::post("/api/v1/deliveries/{id}/void", needs(Permission::DeliveryRecord), void_ask)
            .says("Void a delivery entered by mistake: at once on the day of entry, later when a second person agrees")
            .takes::<VoidInput>()
            .answers::<VoidView>(200),
        Route::post("/api/v1/delivery-voids/{id}/confirm", decide, void_confirm)
            .says("Agree that somebody else's delivery was a mistake")
            .answers::<VoidView>(200),
        Route::post("/api/v1/delivery-voids/{id}/refuse", decide, void_refuse)
            .says("Say that the delivery was right")
            .takes::<Reason>()
            .answers::<VoidView>(200),
        Route::get("/api/v1/paper-forms", paper, paper_list)
            .says("Paper forms in reach")
            .asks(&[("state", "printed, entered or spoiled"), ("organisation_id", "whose")])
            .lists::<PaperFormView>(),
        Route::post("/api/v1/paper-forms", print, paper_print)
            .says("Give numbers to forms about to be printed")
            .takes::<PaperInput>()
            .answers::<PaperFormsView>(201),
        Route::get("/api/v1/paper-forms/{number}", paper, paper_one).says("One paper form").answers::<PaperFormView>(200),
        Route::post("/api/v1/paper-forms/{number}/lines", needs(Permission::DeliveryRecord), paper_enter)
            .says("Enter lines of a form: all of them or none, each once")
            .takes::<PaperLinesInput>()
            .answers::<PaperFormView>(200),
        Route::post("/api/v1/paper-forms/{number}/spoil", print, paper_spoil)
            .says("Say that a form will never be entered")
            .takes::<Reason>()
            .answers::<PaperFormView>(200),
        Route::get("/api/v1/growers/{id}/slips", needs(Permission::GrowerRead), slip_list)
            .says("Slips of a grower that are good, without their tokens")
            .lists::<SlipView>(),
        Route::post("/api/v1/growers/{id}/slips", needs(Permission::SlipIssue), slip_issue)
            .says("Give out a slip to a grower's own records; its token is told once")
            .takes::<SlipInput>()
            .answers::<SlipView>(201),
        Route::post("/api/v1/slips/{id}/revoke", needs(Permission::SlipRevoke), slip_revoke).says("Revoke a slip").answers::<SlipView>(200),
        Route::get("/api/v1/objections", needs(Permission::ObjectionRead), objection_list)
            .says("What growers do not agree with")
            .asks(&[("state", "open, upheld or settled"), ("grower_id", "whose"), ("subject_id", "about what")])
            .lists::<ObjectionView>(),
        Route::post("/api/v1/objections", needs(Permission::SlipIssue), objection_note)
            .says("Note an objection made on the posted list or at the counter")
            .takes::<NotedObjection>()
            .answers::<ObjectionView>(201),
        Route::post("/api/v1/objections/{id}/answer", needs(Permission::ObjectionAnswer), objection_answer)
            .says("Answer an objection")
            .takes::<AnswerInput>()
            .answers::<ObjectionView>(200),
        Route::get("/api/v1/growers/{id}/consents", consent, consent_list).says("Consents of a grower").lists::<ConsentView>(),
        Route::post("/api/v1/consents", consent, consent_record)
            .says("Record a consent a grower signed")
            .takes::<ConsentInput>()
            .answers::<ConsentView>(201),
        Route::post("/api/v1/consents/{id}/withdraw", consent, consent_withdraw).says("Withdraw a consent").answers::<ConsentView>(200),
    ]
}

listed!(late_list, LateFilter, LateEntryView, late_entries);
shown!(late_one, LateEntryView, late_entry);
decided!(late_confirm, confirm_late_entry);
reasoned!(late_dispute, dispute_late_entry);
listed!(void_list, VoidFilter, VoidView, delivery_voids);
shown!(void_one, VoidView, delivery_void);
changed_by!(void_ask, VoidInput, void_delivery);
decided!(void_confirm, confirm_delivery_void);
reasoned!(void_refuse, refuse_delivery_void);
listed!(paper_list, PaperFilter, PaperFormView, paper_forms);
shown!(paper_one, PaperFormView, paper_form);
changed_by!(paper_enter, PaperLinesInput, enter_lines);
reasoned!(paper_spoil, spoil_form);
decided!(slip_revoke, revoke_slip);
listed!(objection_list, ObjectionFilter, ObjectionView, objections);
made_by!(objection_note, NotedObjection, "objections", note_objection);
changed_by!(objection_answer, AnswerInput, answer_objection);

async fn paper_print(State(app): State<App>, posted: Posted<PaperInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        Box::pin(async move {
            let view = print_forms(tx, &desk, &input).await?;
            let first = view.items.first().map(|form| form.number.clone()).unwrap_or_default();
            Done::created(link::api("paper-forms", &first), &view)
        })
    })
    .await
}

async fn slip_list(
    State(app): State<App>,
    By(actor): By,
    Path(id): Path<String>,
    _: Listing<Nothing>,
) -> Result<Json<Page<SlipView>>, Refusal> {
    Ok(Json(Page { items: slips(&app.db, &actor, &id).await?, next_cursor: None }))
}

async fn slip_issue(State(app): State<App>, Path(id): Path<String>, posted: Posted<SlipInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        Box::pin(async move { Ok(Done::made("slips", &issue_slip(tx, &desk, &id, &input).await?)?.secret()) })
    })
    .await
}

async fn consent_list(
    State(app): State<App>,
    By(actor): By,
    Path(id): Path<String>,
    _: Listing<Nothing>,
) -> Result<Json<Page<ConsentView>>, Refusal> {
    Ok(Json(Page { items: consents(&app.db, &actor, &id).await?, next_cursor: None }))
}

async fn consent_record(State(app): State<App>, posted: Posted<ConsentInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| made("consents", async move { record_consent(tx, &desk, &input).await.map(ConsentView::from) }))
        .await
}

async fn consent_withdraw(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        changed(async move { withdraw_consent(tx, &desk, &id).await.map(ConsentView::from) })
    })
    .await
}
