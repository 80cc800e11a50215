//! What every signed-in page needs of its reader.

use axum::http::HeaderMap;

use super::super::app::App;
use super::super::auth;
use crate::identity::queries::SignedIn;
use crate::identity::session::csrf_word;
use crate::identity::store;
use crate::kernel::Failure;

/// The CSRF word of the page's session.
pub(super) fn csrf_of(app: &App, headers: &HeaderMap) -> String {
    auth::token(headers, app.config.is_https()).map(|t| csrf_word(&t.word)).unwrap_or_default()
}

/// The name of the reader's organisation, or nothing.
pub(super) async fn organisation_name(app: &App, who: &SignedIn) -> Result<String, Failure> {
    match &who.account.organisation_id {
        Some(id) => Ok(store::organisation(app.db.reader(), id).await?.name),
        None => Ok(String::new()),
    }
}
