//! Doing a posted act once: the act, its event and its Idempotency-Key are one transaction.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;

use super::app::App;
use super::body::Posted;
use super::failure::Refusal;
use crate::db::{Act, Tx};
use crate::kernel::{Desk, Failure};
use crate::ledger::once::{self, Answered};

/// What an act leads to.
#[derive(Debug, Clone)]
pub struct Done {
    status: StatusCode,
    location: Option<String>,
    body: Option<String>,
    secret: bool,
}

impl Done {
    /// 201 with `Location`.
    ///
    /// # Errors
    /// Only ours.
    pub fn created<T: Serialize>(location: String, view: &T) -> Result<Self, Failure> {
        Ok(Self {
            status: StatusCode::CREATED,
            location: Some(location),
            body: Some(serde_json::to_string(view).map_err(Failure::broken)?),
            secret: false,
        })
    }
    /// 200.
    ///
    /// # Errors
    /// Only ours.
    pub fn ok<T: Serialize>(view: &T) -> Result<Self, Failure> {
        Ok(Self {
            status: StatusCode::OK,
            location: None,
            body: Some(serde_json::to_string(view).map_err(Failure::broken)?),
            secret: false,
        })
    }
    /// 201 of something whose view has an `id`; `Location` is its place in the API.
    ///
    /// # Errors
    /// Only ours.
    pub fn made<T: Serialize>(noun: &str, view: &T) -> Result<Self, Failure> {
        let view = serde_json::to_value(view).map_err(Failure::broken)?;
        let id = view["id"].as_str().ok_or_else(|| Failure::broken(format!("a view of {noun} has no id")))?;
        Self::created(super::link::api(noun, id), &view)
    }
    /// 204.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, location: None, body: None, secret: false }
    }
    /// 303 to a page, after a form.
    pub fn see(location: String) -> Self {
        Self { status: StatusCode::SEE_OTHER, location: Some(location), body: None, secret: false }
    }
    /// The answer holds a secret: it is never stored, and asking again under the same key answers 409 `already_done`.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        if self.status == StatusCode::SEE_OTHER {
            return Redirect::to(self.location.as_deref().unwrap_or("/")).into_response();
        }
        let mut response = match self.body {
            Some(body) => (self.status, body).into_response(),
            None => self.status.into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(location) = self.location.and_then(|l| HeaderValue::from_str(&l).ok()) {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}

/// Runs `act` in one transaction under the posted key. The same key and request again answers what was answered before.
///
/// # Errors
/// The act's refusal; `idempotency_key_reused` if the key was used for something else; `in_progress`; `already_done`.
pub async fn act<T, F>(app: &App, posted: Posted<T>, act: F) -> Result<Response, Refusal>
where
    T: Send + Sync + 'static,
    F: for<'t> Fn(&'t Tx, Desk, Arc<T>) -> Act<'t, Done> + Send + Sync + 'static,
{
    let Posted { actor, body, once, unhandled, .. } = posted;
    if let Some(failure) = unhandled {
        return Err(failure.into());
    }
    let (desk, body) = (app.desk(actor), Arc::new(body));
    let account = desk.actor.account_id.clone();
    let done = app
        .db
        .write(move |tx| {
            let (desk, body, once, account) = (desk.clone(), body.clone(), once.clone(), account.clone());
            let now = desk.clock.now();
            let running = act(tx, desk, body);
            Box::pin(async move {
                let Some(once) = once else { return running.await };
                if let Some(before) = once::earlier(tx, &account, &once.key, &once.request_hash).await? {
                    let status = StatusCode::from_u16(before.status).map_err(Failure::broken)?;
                    return Ok(Done { status, location: before.location, body: before.answer, secret: false });
                }
                let done = running.await?;
                let answered = Answered {
                    status: done.status.as_u16(),
                    location: done.location.clone(),
                    answer: done.body.clone(),
                    secret: done.secret,
                };
                once::keep(tx, now, &account, &once.key, &once.request_hash, answered).await?;
                Ok(done)
            })
        })
        .await?;
    Ok(done.into_response())
}

/// An act that makes something of `noun`.
pub fn made<'t, T, F>(noun: &'static str, act: F) -> Act<'t, Done>
where
    T: Serialize,
    F: Future<Output = Result<T, Failure>> + Send + 't,
{
    Box::pin(async move { Done::made(noun, &act.await?) })
}

/// An act that changes something and shows it as it is now.
pub fn changed<'t, T, F>(act: F) -> Act<'t, Done>
where
    T: Serialize,
    F: Future<Output = Result<T, Failure>> + Send + 't,
{
    Box::pin(async move { Done::ok(&act.await?) })
}
