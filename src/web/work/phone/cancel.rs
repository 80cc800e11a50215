//! Cancelling an order of labels nobody has downloaded, from its page.

use axum::extract::{Path, State};
use axum::response::Response;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::order::Tried;
use super::super::order_form::RollForm;
use super::super::roll::answered;
use crate::identity::role::Permission as P;
use crate::trace::commands::cancel::{CancelInput, cancel_order};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::post("/work/orders/{id}/cancel", Access::Needs(P::CodeOrderRequest), cancel)]
}

async fn cancel(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<RollForm>) -> Result<Response, Refusal> {
    let (form, lang, keys, order) = (posted.body.clone(), reader.lang, app.keys.clone(), id.clone());
    let outcome = act(&app, posted, move |tx, desk, form| {
        let (keys, id) = (keys.clone(), order.clone());
        Box::pin(async move {
            let reason = Some(form.reason.clone()).filter(|reason| !reason.is_empty());
            cancel_order(tx, &desk, keys.as_ref(), &id, &CancelInput { reason }).await?;
            Ok(Done::see(done_at(lang, &format!("/work/orders/{id}"), "order_cancelled")))
        })
    });
    let outcome = outcome.await;
    answered(&app, &reader, &id, Tried { verb: "cancel", form: &form }, outcome).await
}
