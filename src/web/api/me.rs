//! `/api/v1/me`: one's own sign-in for programs: password, sessions, second factors, tokens. What changes what the account can prove ends
//! every session and answers with a new token.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::act::{Done, act};
use super::super::anew::Anew;
use super::super::app::App;
use super::super::body::{Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::identity::commands::access::{
    TokenInput, begin_totp, change_password, confirm_factor, end_factor, end_sessions, end_token, issue_card, issue_token,
};
use crate::identity::factor::{self, FactorKind, otpauth, secret_text};
use crate::identity::password;
use crate::identity::queries::SignedIn;
use crate::identity::queries::access::{factors, permissions, sessions, tokens};
use crate::identity::session::{new_api_token, token_hash};
use crate::identity::store::session::TokenRow;
use crate::kernel::{Failure, clock};

/// Another password.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordInput {
    /// The present one.
    pub current: String,
    /// The new one.
    pub password: String,
}

/// The session that goes on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnewView {
    /// For `Authorization: Bearer`; shown once. Every other session ended.
    pub token: String,
    /// RFC 3339.
    pub expires_at: String,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    /// What it is ended by.
    pub name: String,
    /// page | bearer
    pub carrier: String,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub seen_at: String,
    /// RFC 3339.
    pub expires_at: String,
    /// The network it was opened from.
    pub address: Option<String>,
    /// Is it this one?
    pub current: bool,
}

/// A second factor to be set up.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFactor {
    /// totp | card
    pub kind: String,
    /// The password.
    pub current: String,
}

/// A second factor just begun or issued; its secret is shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FreshFactor {
    /// `fct_…`
    pub id: String,
    /// totp | card
    pub kind: String,
    /// proposed until a code of it was typed | in_force
    pub state: String,
    /// The authenticator's secret, base 32.
    pub secret: Option<String>,
    /// The address an authenticator reads.
    pub otpauth: Option<String>,
    /// The codes of a card.
    pub codes: Vec<String>,
    /// The session that goes on, where the factor is in force at once.
    pub session: Option<AnewView>,
}

/// A second factor.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnFactor {
    /// `fct_…`
    pub id: String,
    /// totp | card | sms
    pub kind: String,
    /// proposed | in_force
    pub state: String,
    /// Codes left on a card.
    pub left: Option<u64>,
    /// The telephone, masked.
    pub phone: Option<String>,
}

/// A code that was typed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeInput {
    /// The code.
    pub code: String,
}

/// The password, for what an open session alone is not enough for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CurrentInput {
    /// The password.
    pub current: String,
}

/// A token for a program.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// Words of permissions, `scan`, `scan:place`.
    pub scopes: Vec<String>,
    /// Days it lives, at most 365.
    pub days: i64,
    /// The password.
    pub current: String,
}

/// A token.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnToken {
    /// `tok_…`
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// RFC 3339.
    pub expires_at: String,
    /// RFC 3339; last use.
    pub used_at: Option<String>,
    /// RFC 3339; ended by its owner.
    pub ended_at: Option<String>,
    /// The token itself; only when it is made.
    pub token: Option<String>,
}

impl From<TokenRow> for OwnToken {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scopes: row.scopes.split(' ').map(str::to_owned).collect(),
            expires_at: clock::rfc3339(row.expires_at),
            used_at: row.used_at.map(clock::rfc3339),
            ended_at: row.ended_at.map(clock::rfc3339),
            token: None,
        }
    }
}

pub(super) fn routes() -> Vec<Route> {
    let own = Access::SignedIn;
    vec![
        Route::post("/api/v1/me/password", own, put_password)
            .says("Change one's own password")
            .takes::<PasswordInput>()
            .answers::<AnewView>(200),
        Route::get("/api/v1/me/sessions", own, own_sessions).says("One's own sessions").lists::<OwnSession>(),
        Route::delete("/api/v1/me/sessions/{name}", own, end_session).says("End one of one's own sessions"),
        Route::get("/api/v1/me/second-factors", own, own_factors).says("One's own second factors").lists::<OwnFactor>(),
        Route::post("/api/v1/me/second-factors", own, begin_factor)
            .says("Set up an authenticator, or issue a card of codes")
            .takes::<NewFactor>()
            .answers::<FreshFactor>(201),
        Route::post("/api/v1/me/second-factors/{id}/confirm", own, confirm)
            .says("Put an authenticator in force by a code of it")
            .takes::<CodeInput>()
            .answers::<AnewView>(200),
        Route::post("/api/v1/me/second-factors/{id}/end", own, end_own_factor)
            .says("End a second factor")
            .takes::<CurrentInput>()
            .answers::<AnewView>(200),
        Route::get("/api/v1/me/tokens", own, own_tokens).says("Tokens of one's own programs").lists::<OwnToken>(),
        Route::post("/api/v1/me/tokens", own, make_token).says("Issue a token for a program").takes::<NewToken>().answers::<OwnToken>(201),
        Route::post("/api/v1/me/tokens/{id}/end", own, end_own_token).says("End a token").answers::<OwnToken>(200),
    ]
}

fn view(app: &App, anew: &Anew) -> AnewView {
    AnewView { token: anew.token.clone(), expires_at: clock::rfc3339(anew.expires_at(app)) }
}

async fn put_password(State(app): State<App>, who: SignedIn, anew: Anew, posted: Posted<PasswordInput>) -> Result<Response, Refusal> {
    anew.confirm(&who, &posted.body.current).await?;
    let hash = password::prepare(&app.db, &app.random, app.sign_in_rules().profile, &who.account, &posted.body.password).await?;
    let (renewal, view) = (anew.renewal.clone(), view(&app, &anew));
    act(&app, posted, move |tx, desk, _| {
        let (hash, renewal, view) = (hash.clone(), renewal.clone(), view.clone());
        Box::pin(async move {
            change_password(tx, &desk, &hash, &renewal).await?;
            Ok(Done::ok(&view)?.secret())
        })
    })
    .await
}

async fn own_sessions(State(app): State<App>, who: SignedIn) -> Result<Json<Page<OwnSession>>, Refusal> {
    let views = sessions(&app.db, &app.clock, &who.account.id, who.session.as_deref()).await?;
    let items = views.into_iter().map(|view| OwnSession {
        name: view.name,
        carrier: view.kind,
        created_at: clock::rfc3339(view.created_at),
        seen_at: clock::rfc3339(view.seen_at),
        expires_at: clock::rfc3339(view.expires_at),
        address: view.address,
        current: view.current,
    });
    Ok(Json(Page { items: items.collect(), next_cursor: None }))
}

async fn end_session(State(app): State<App>, who: SignedIn, Path(name): Path<String>) -> Result<http::StatusCode, Refusal> {
    let desk = app.desk(who.as_anybody());
    app.db
        .write(move |tx| {
            let (desk, name) = (desk.clone(), name.clone());
            Box::pin(async move { end_sessions(tx, &desk, &desk.actor.account_id, Some(&name)).await })
        })
        .await?;
    Ok(http::StatusCode::NO_CONTENT)
}

async fn own_factors(State(app): State<App>, who: SignedIn) -> Result<Json<Page<OwnFactor>>, Refusal> {
    let items = factors(&app.db, &app.vault, &who.account.id).await?.into_iter().map(|view| OwnFactor {
        id: view.id,
        kind: view.kind.word().to_owned(),
        state: view.state,
        left: view.left,
        phone: view.phone,
    });
    Ok(Json(Page { items: items.collect(), next_cursor: None }))
}

async fn begin_factor(State(app): State<App>, who: SignedIn, anew: Anew, posted: Posted<NewFactor>) -> Result<Response, Refusal> {
    anew.confirm(&who, &posted.body.current).await?;
    let (vault, renewal, session) = (app.vault.clone(), anew.renewal.clone(), view(&app, &anew));
    let kind = FactorKind::parse(&posted.body.kind).filter(|kind| *kind != FactorKind::Sms);
    let kind = kind.ok_or_else(|| Failure::field("/kind", "word_unknown").with("value", &posted.body.kind))?;
    let (secret, codes): ([u8; factor::SECRET_LENGTH], _) = (app.random.bytes(), factor::new_card(&app.random));
    let issuer = if app.config.operator.is_empty() { app.config.domain() } else { &app.config.operator };
    let address = otpauth(issuer, &who.account.name, &secret);
    act(&app, posted, move |tx, desk, _| {
        let (vault, renewal, session, codes, address) = (vault.clone(), renewal.clone(), session.clone(), codes.clone(), address.clone());
        Box::pin(async move {
            let totp = kind == FactorKind::Totp;
            let row =
                if totp { begin_totp(tx, &desk, &vault, &secret).await? } else { issue_card(tx, &desk, &vault, &codes, &renewal).await? };
            let view = FreshFactor {
                id: row.id,
                kind: row.kind,
                state: row.state,
                secret: totp.then(|| secret_text(&secret)),
                otpauth: totp.then_some(address),
                codes: if totp { Vec::new() } else { codes },
                session: (!totp).then_some(session),
            };
            Ok(Done::created("/api/v1/me/second-factors".to_owned(), &view)?.secret())
        })
    })
    .await
}

async fn confirm(State(app): State<App>, Path(id): Path<String>, anew: Anew, posted: Posted<CodeInput>) -> Result<Response, Refusal> {
    let (vault, renewal, view) = (app.vault.clone(), anew.renewal.clone(), view(&app, &anew));
    act(&app, posted, move |tx, desk, input| {
        let (vault, renewal, view, id) = (vault.clone(), renewal.clone(), view.clone(), id.clone());
        Box::pin(async move {
            confirm_factor(tx, &desk, &vault, &id, &input.code, &renewal).await?;
            Ok(Done::ok(&view)?.secret())
        })
    })
    .await
}

async fn end_own_factor(
    State(app): State<App>,
    Path(id): Path<String>,
    who: SignedIn,
    anew: Anew,
    posted: Posted<CurrentInput>,
) -> Result<Response, Refusal> {
    anew.confirm(&who, &posted.body.current).await?;
    let (renewal, view) = (anew.renewal.clone(), view(&app, &anew));
    act(&app, posted, move |tx, desk, _| {
        let (renewal, view, id) = (renewal.clone(), view.clone(), id.clone());
        Box::pin(async move {
            end_factor(tx, &desk, &id, &renewal).await?;
            Ok(Done::ok(&view)?.secret())
        })
    })
    .await
}

async fn own_tokens(State(app): State<App>, who: SignedIn) -> Result<Json<Page<OwnToken>>, Refusal> {
    let items = tokens(&app.db, &who.account.id).await?.into_iter().map(OwnToken::from).collect();
    Ok(Json(Page { items, next_cursor: None }))
}

async fn make_token(State(app): State<App>, who: SignedIn, anew: Anew, posted: Posted<NewToken>) -> Result<Response, Refusal> {
    anew.confirm(&who, &posted.body.current).await?;
    let (token, may) = (new_api_token(&app.random), permissions(&who));
    act(&app, posted, move |tx, desk, input| {
        let (token, may) = (token.clone(), may.clone());
        Box::pin(async move {
            let asked = TokenInput { name: input.name.clone(), scopes: input.scopes.clone(), days: input.days };
            let row = issue_token(tx, &desk, &may, &asked, &token_hash(&token)).await?;
            let view = OwnToken { token: Some(token), ..row.into() };
            Ok(Done::created("/api/v1/me/tokens".to_owned(), &view)?.secret())
        })
    })
    .await
}

async fn end_own_token(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        Box::pin(async move { Done::ok(&OwnToken::from(end_token(tx, &desk, &id).await?)) })
    })
    .await
}
