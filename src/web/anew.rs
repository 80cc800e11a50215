//! A session that goes on after a change of what its account can prove or do: every session ended, and this one has a new token.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;

use super::app::App;
use super::auth::{self, Token};
use super::failure::Refusal;
use super::limit::visitor_address;
use crate::identity::commands::access::Renewal;
use crate::identity::password;
use crate::identity::queries::SignedIn;
use crate::identity::session::{Carrier, new_token, token_hash};
use crate::kernel::{Failure, Millis, Outcome};

/// The session that goes on after a change: a new token, from where the request comes.
#[derive(Debug, Clone)]
pub(super) struct Anew {
    /// The token; shown to the browser or program only.
    pub token: String,
    /// What the command is given.
    pub renewal: Renewal,
    /// May a password be tried again from this address?
    in_time: bool,
}

impl FromRequestParts<App> for Anew {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        let peer = peer.ok_or_else(|| Refusal(Failure::broken("a request without an address")))?;
        let carrier = parts.extensions.get::<Token>().map_or(Carrier::Page, |token| token.carrier);
        let token = new_token(&app.random);
        let renewal = Renewal { token_hash: token_hash(&token), visit: auth::visit(app, peer, &parts.headers, carrier) };
        let in_time =
            parts.method == http::Method::GET || app.throttle.sign_in(visitor_address(peer, &parts.headers, &app.config.trusted_proxies));
        Ok(Self { token, renewal, in_time })
    }
}

impl Anew {
    /// Gives the browser its new session.
    pub fn in_browser(&self, app: &App, mut response: Response) -> Result<Response, Refusal> {
        response.headers_mut().append(header::SET_COOKIE, auth::cookie(app, &self.token)?);
        Ok(response)
    }
    /// Is it the person's own password? What an open session alone should not be enough for.
    pub async fn confirm(&self, who: &SignedIn, typed: &str) -> Outcome<()> {
        if !self.in_time {
            return Err(Failure::not_now("throttled"));
        }
        password::confirm(&who.account, typed).await
    }
    /// When the new session ends.
    pub fn expires_at(&self, app: &App) -> Millis {
        app.clock.now() + self.renewal.visit.carrier.lasts()
    }
}
