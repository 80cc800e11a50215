//! `/api/v1/sessions`: signing in and out for programs.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::app::App;
use super::super::auth;
use super::super::body::json;
use super::super::failure::Refusal;
use super::super::limit::visitor_address;
use super::super::route::{Access, Route};
use super::PUBLIC;
use crate::identity::queries::SignedIn;
use crate::identity::session::Carrier;
use crate::identity::sign_in::{Answer, record_throttled, sign_in, sign_out};
use crate::kernel::{Failure, clock};

/// Who wants to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInInput {
    /// Account name.
    pub account: String,
    /// Password.
    pub password: String,
    /// One-time code, where the account has a second factor: without it the answer is 401 `otp_required`.
    #[serde(default)]
    pub otp: Option<String>,
}

/// A sign-in that worked.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// For `Authorization: Bearer`; shown once.
    pub token: String,
    /// RFC 3339.
    pub expires_at: String,
    /// Account name.
    pub account: String,
    /// Its organisation.
    pub organisation: Option<String>,
    /// What its roles allow.
    pub permissions: Vec<String>,
    /// What has to be done before anything else: `password_change_needed` or `second_factor_needed`.
    pub first: Option<String>,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeView {
    /// Account name.
    pub account: String,
    /// Its organisation.
    pub organisation: Option<String>,
    /// What its roles allow.
    pub permissions: Vec<String>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/sessions", PUBLIC, create).says("Sign in").takes::<SignInInput>().answers::<SessionView>(201),
        Route::get("/api/v1/sessions/current", Access::SignedIn, current).says("Who is signed in").answers::<MeView>(200),
        Route::delete("/api/v1/sessions/current", Access::SignedIn, end).says("Sign out"),
    ]
}

fn permissions(signed_in: &SignedIn) -> Vec<String> {
    signed_in.permissions().into_iter().map(str::to_owned).collect()
}

async fn create(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Refusal> {
    let visit = auth::visit(&app, peer.ip(), &headers, Carrier::Bearer);
    let slow = !app.throttle.sign_in(visitor_address(peer.ip(), &headers, &app.config.trusted_proxies));
    let input: SignInInput = json(&body)?;
    if slow {
        record_throttled(&app.db, &app.clock, &input.account, &visit).await?;
        return Err(Failure::not_now("throttled").into());
    }
    let code = input.otp.as_deref().filter(|code| !code.trim().is_empty());
    let fresh = match sign_in(app.door(), &input.account, &input.password, code, &visit).await? {
        Answer::In(fresh) => *fresh,
        Answer::Asked { kinds, message, wrong, .. } => {
            if let (Some(gateway), Some(message)) = (&app.gateway, message) {
                gateway.send(message);
            }
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
            let code = if wrong { "otp_refused" } else { "otp_required" };
            return Err(Failure::conflict(code).with("kinds", kinds.join(" ")).into());
        }
    };
    let view = SessionView {
        token: fresh.token,
        expires_at: clock::rfc3339(fresh.expires_at),
        account: fresh.signed_in.account.name.clone(),
        organisation: fresh.signed_in.account.organisation_id.clone(),
        permissions: permissions(&fresh.signed_in),
        first: fresh.signed_in.held_back.map(str::to_owned),
    };
    Ok((StatusCode::CREATED, [("location", "/api/v1/sessions/current")], Json(view)).into_response())
}

async fn current(who: SignedIn) -> Json<MeView> {
    let permissions = permissions(&who);
    Json(MeView { account: who.account.name, organisation: who.account.organisation_id, permissions })
}

async fn end(State(app): State<App>, headers: HeaderMap) -> Result<StatusCode, Refusal> {
    if let Some(token) = auth::token(&headers, app.config.is_https()) {
        sign_out(&app.db, &app.clock, &token.word).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
