//! What is done to a roll of labels by form: bound, put to use, taken back, voided, returned; and an order approved or refused. Back to
//! the order with what was done; what was refused is said on it, with everything typed still there.

use axum::extract::{Path, State};
use axum::response::Response;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{Nothing, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::desk::{Reader, done_at, faults};
use super::order::{Tried, is_officer, page};
use super::order_decision;
use super::order_decision::after;
use super::order_form::RollForm;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, Outcome};
use crate::trace::commands::order::{approve_order, refuse_order};
use crate::trace::commands::range::{
    ActivateInput, BindInput, ReturnInput, UndoInput, VoidInput, activate_codes, bind_codes, return_codes, undo_codes, void_codes,
};

pub(super) fn routes() -> Vec<Route> {
    let (bind, approve) = (Access::Needs(P::CodesBind), Access::Needs(P::CodeOrderApprove));
    vec![
        Route::post("/work/orders/{id}/approve", approve, approve_one),
        Route::post("/work/orders/{id}/refuse", approve, refuse_one),
        Route::post("/work/orders/{id}/bind", bind, bind_some),
        Route::post("/work/orders/{id}/activate", bind, activate_some),
        Route::post("/work/orders/{id}/undo", bind, undo_some),
        Route::post("/work/orders/{id}/void", Access::Needs(P::CodesVoid), void_some),
        Route::post("/work/orders/{id}/return", bind, return_some),
    ]
}

/// Which field of which form a pointer means.
fn field(verb: &str, pointer: &str) -> String {
    let name = match pointer {
        "/first" | "/last" | "/reason" | "/note" | "/evidence" | "/at" | "/counted" => pointer.trim_start_matches('/'),
        "/parent" | "/child_first" | "/per" | "/mode" | "/with_first" | "/with_last" | "/on_hand" | "/leftovers" => {
            pointer.trim_start_matches('/')
        }
        "/batch_id" => "batch",
        "/child_order_id" => "child_order",
        "/with_order_id" => "with_order",
        _ if pointer.starts_with("/damaged") => "damaged",
        _ if pointer.starts_with("/children") => "children",
        _ => return String::new(),
    };
    format!("{verb}-{name}")
}

pub(super) async fn answered(
    app: &App,
    reader: &Reader,
    id: &str,
    tried: Tried<'_>,
    outcome: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    super::parts::answered(outcome, async |failure| {
        let verb = tried.verb;
        let errors = faults(reader.lang, &failure, |pointer| field(verb, pointer));
        // A holder decides without reading the whole order.
        if !reader.may(P::CodeOrderRead) {
            let html = order_decision::page(app, reader, id, errors, &tried.form.reason).await?;
            return Ok((failure, html));
        }
        let html = page(app, reader, id, errors, Some(tried)).await?;
        Ok((failure, html))
    })
    .await
}

/// What no label was named for.
pub(super) fn named(form: &RollForm) -> Outcome<()> {
    let none = form.first.trim().is_empty() && form.last.trim().is_empty();
    if none { Err(Failure::field("/first", "label_missing")) } else { Ok(()) }
}

/// A verb on a stretch of the roll: `read` makes the command's input of what was typed.
macro_rules! verb {
    ($handler:ident, $verb:literal, $done:expr, $command:ident, $read:expr) => {
        async fn $handler(
            State(app): State<App>,
            Path(id): Path<String>,
            reader: Reader,
            posted: Posted<RollForm>,
        ) -> Result<Response, Refusal> {
            let (form, lang, keys, order) = (posted.body.clone(), reader.lang, app.keys.clone(), id.clone());
            let outcome = act(&app, posted, move |tx, desk, form| {
                let (keys, id) = (keys.clone(), order.clone());
                Box::pin(async move {
                    named(&form)?;
                    let read: fn(&RollForm) -> Outcome<_> = $read;
                    $command(tx, &desk, keys.as_ref(), &id, &read(&form)?).await?;
                    let done: fn(&RollForm) -> &'static str = $done;
                    Ok(Done::see(done_at(lang, &format!("/work/orders/{id}"), done(&form))))
                })
            });
            let outcome = outcome.await;
            answered(&app, &reader, &id, Tried { verb: $verb, form: &form }, outcome).await
        }
    };
}

verb!(bind_some, "bind", |_| "codes_bound", bind_codes, |form| {
    let (first, last) = form.ends();
    Ok(BindInput { first, last, batch_id: form.batch.clone(), damaged: form.damaged() })
});
verb!(
    activate_some,
    "activate",
    |form| if form.moment().is_some() { "codes_scheduled" } else { "codes_activated" },
    activate_codes,
    |form| {
        let (first, last) = form.ends();
        Ok(ActivateInput { first, last, at: form.moment() })
    }
);
verb!(undo_some, "undo", |_| "codes_undone", undo_codes, |form| {
    let (first, last) = form.ends();
    Ok(UndoInput { first, last })
});
verb!(return_some, "return", |_| "codes_returned", return_codes, |form| {
    let ((first, last), mut faults) = (form.ends(), Faults::new());
    let counted = form.counted(&mut faults);
    faults.check()?;
    Ok(ReturnInput { first, last, counted })
});

async fn void_some(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<RollForm>) -> Result<Response, Refusal> {
    let (form, lang, keys, order) = (posted.body.clone(), reader.lang, app.keys.clone(), id.clone());
    let officer = is_officer(&reader);
    let outcome = act(&app, posted, move |tx, desk, form| {
        let (keys, id) = (keys.clone(), order.clone());
        Box::pin(async move {
            named(&form)?;
            let (first, last) = form.ends();
            let input = VoidInput {
                first,
                last,
                reason: form.reason.clone(),
                note: Some(form.note.clone()),
                evidence: Some(form.evidence.clone()),
            };
            void_codes(tx, &desk, keys.as_ref(), &id, &input, officer).await?;
            Ok(Done::see(done_at(lang, &format!("/work/orders/{id}"), "codes_voided")))
        })
    });
    let outcome = outcome.await;
    answered(&app, &reader, &id, Tried { verb: "void", form: &form }, outcome).await
}

async fn approve_one(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    let (lang, keys, rules, order) = (reader.lang, app.keys.clone(), app.order_rules(), id.clone());
    let back = after(&reader, &id);
    let outcome = act(&app, posted, move |tx, desk, _| {
        let (keys, rules, id, back) = (keys.clone(), rules.clone(), order.clone(), back.clone());
        Box::pin(async move {
            approve_order(tx, &desk, keys.as_ref(), &rules, &id).await?;
            Ok(Done::see(done_at(lang, &back, "order_approved")))
        })
    });
    let outcome = outcome.await;
    if outcome.is_ok() {
        app.scans.refresh().await?;
    }
    answered(&app, &reader, &id, Tried { verb: "approve", form: &RollForm::default() }, outcome).await
}

async fn refuse_one(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<RollForm>) -> Result<Response, Refusal> {
    let (form, lang, order) = (posted.body.clone(), reader.lang, id.clone());
    let back = after(&reader, &id);
    let outcome = act(&app, posted, move |tx, desk, form| {
        let (id, back) = (order.clone(), back.clone());
        Box::pin(async move {
            refuse_order(tx, &desk, &id, &form.reason).await?;
            Ok(Done::see(done_at(lang, &back, "order_refused")))
        })
    });
    let outcome = outcome.await;
    answered(&app, &reader, &id, Tried { verb: "refuse", form: &form }, outcome).await
}
