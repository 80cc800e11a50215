//! Who reads a signed-in page, and the frame it stands in: language, organisation, rail, the word of what was just done, the CSRF word.
//!
//! A handler takes a [`Reader`] before the posted body. What a form was refused for is shown on the form itself ([`again`]); the
//! refusal still travels with the answer, so that it is kept like any other.

use std::sync::Arc;

use axum::extract::FromRequestParts;
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
        let (done, mut rail) = (super::done::done(&parts.uri, lang), super::rail::rail(&who, lang, parts.uri.path()));
        if let Some(link) = rail.iter_mut().find(|link| link.href.starts_with("/work/notices")) {
            link.count = Some(unread).filter(|n| *n > 0);
        }
        // Counting asks every process, so it is done where people look for work, not on every page.
        let counts = matches!(parts.uri.path(), "/work" | "/work/inbox");
        if let Some(link) = rail.iter_mut().find(|link| counts && link.href.starts_with("/work/inbox")) {
            link.count = super::figures::inbox_count(app, &who).await?;
        }
        let notices = super::office::standing(app, lang).await?;
        Ok(Self { lang, who, site: app.site(), organisation, csrf, handlers, done, rail, notices })
    }
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
