//! What comes in: bounded before it is read, every fault said with its place, unknown fields refused.

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Query, Request};
use axum::http::request::Parts;
use axum::http::{Method, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::auth::{Handlers, Token};
use super::failure::Refusal;
use super::words::Lang;
use crate::files::Incoming;
use crate::identity::session::{Carrier, csrf_matches};
use crate::kernel::{Actor, Failure, FailureKind};

/// The most bytes of a JSON body or a form.
pub const MOST_BYTES: usize = 1024 * 1024;
/// The most bytes of a form with files: a few photographs.
pub const MOST_UPLOAD: usize = 44 * 1024 * 1024;
/// The longest Idempotency-Key.
const KEY_MOST: usize = 128;

/// An act somebody posted: who, what, and the key under which it is done only once.
#[derive(Debug, Clone)]
pub struct Posted<T> {
    /// Who.
    pub actor: Actor,
    /// What.
    pub body: T,
    /// Under which key, if one was given.
    pub once: Option<Once>,
    /// The reader's language.
    pub lang: Lang,
    /// Who handled it was not said, or is not on the organisation's list: the act is refused with this.
    pub unhandled: Option<Failure>,
}

/// An Idempotency-Key with what it was used for.
#[derive(Debug, Clone)]
pub struct Once {
    /// The key.
    pub key: String,
    /// SHA-256 of method, path and body in hex.
    pub request_hash: String,
}

/// A body that says nothing: `{}` or no bytes at all.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl<S, T> FromRequest<S> for Posted<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let taken = Taken::from(request, state, false).await?;
        let form = taken.media.starts_with("application/x-www-form-urlencoded");
        let (body, said) = if form {
            read_form(&taken.bytes, taken.token.as_ref())?
        } else {
            let (bytes, handled_by) = without_handler(&taken.bytes);
            (read_json(&bytes, &taken.media, taken.token.as_ref())?, Said { key: None, handled_by, form: false })
        };
        taken.posted(body, said)
    }
}

/// A posted request, read but not yet understood.
struct Taken {
    actor: Actor,
    token: Option<Token>,
    lang: Lang,
    media: String,
    named_key: Option<Result<String, ()>>,
    named_handler: Option<String>,
    handlers: Vec<String>,
    target: (Method, String),
    bytes: Bytes,
}

impl Taken {
    async fn from<S: Send + Sync>(request: Request, state: &S, with_query: bool) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let actor = parts.extensions.get::<Actor>().cloned();
        let actor = actor.ok_or_else(|| Refusal(Failure::new(FailureKind::Forbidden, "not_signed_in")))?;
        let token = parts.extensions.get::<Token>().cloned();
        let lang = parts.extensions.get::<Lang>().copied().unwrap_or_default();
        let media = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        let path = if with_query { parts.uri.path_and_query().map_or("", |p| p.as_str()) } else { parts.uri.path() };
        let target = (parts.method.clone(), path.to_owned());
        let named_key = parts.headers.get("idempotency-key").map(|v| v.to_str().map(str::to_owned).map_err(|_| ()));
        let (named_handler, handlers) = handlers(&parts.headers, &parts.extensions);
        let bytes = Bytes::from_request(Request::from_parts(parts, body), state)
            .await
            .map_err(|_| Refusal(Failure::invalid("body_too_large").with("most_mb", MOST_BYTES / 1024 / 1024)))?;
        Ok(Self { actor, token, lang, media, named_key, named_handler, handlers, target, bytes })
    }

    fn posted<T>(mut self, body: T, said: Said) -> Result<Posted<T>, Refusal> {
        let unhandled = match handler(&self.handlers, said.handled_by.or(self.named_handler.take()), said.form) {
            Ok(handled_by) => {
                self.actor.handled_by = handled_by;
                None
            }
            Err(failure) => Some(failure),
        };
        let key = match self.named_key {
            Some(Ok(key)) => Some(key),
            Some(Err(())) => return Err(Refusal(Failure::invalid("idempotency_key_unfit"))),
            None => said.key,
        };
        if key.as_ref().is_some_and(|k| k.is_empty() || k.len() > KEY_MOST) {
            return Err(Refusal(Failure::invalid("idempotency_key_unfit")));
        }
        let once = key.map(|key| Once { key, request_hash: request_hash(&self.target.0, &self.target.1, &self.bytes) });
        Ok(Posted { actor: self.actor, body, once, lang: self.lang, unhandled })
    }
}

impl<T> Posted<T> {
    /// The same act with its body read further.
    pub fn map<U>(self, read: impl FnOnce(T) -> U) -> Posted<U> {
        Posted { actor: self.actor, body: read(self.body), once: self.once, lang: self.lang, unhandled: self.unhandled }
    }
}

/// A sheet somebody posted: the file as it is, or inside JSON with what is said beside it.
#[derive(Debug, Clone)]
pub enum Sheet<T> {
    /// `text/csv`, in whatever encoding.
    Raw(Vec<u8>),
    /// JSON.
    Said(T),
}

/// A posted sheet. `text/csv` is not one of the media a page of another site may send unasked, so a cookie may come with it.
#[derive(Debug, Clone)]
pub struct PostedSheet<T>(pub Posted<Sheet<T>>);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequest<S> for PostedSheet<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let taken = Taken::from(request, state, true).await?;
        let sheet = if taken.media.starts_with("text/csv") {
            Sheet::Raw(taken.bytes.to_vec())
        } else {
            Sheet::Said(read_json(&taken.bytes, &taken.media, taken.token.as_ref())?)
        };
        taken.posted(sheet, Said::default()).map(Self)
    }
}

/// A form with files: `multipart/form-data`, or an ordinary form without any. The Idempotency-Key stands for what was said and for the
/// files' bytes, not for how the browser packed them, so that a double tap is one act.
#[derive(Debug, Clone)]
pub struct PostedFiles<T> {
    /// What was said.
    pub posted: Posted<T>,
    /// What came along; a field left empty is not here.
    pub files: Vec<Incoming>,
}

/// The most parts of a form with files.
const MOST_PARTS: usize = 400;

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequest<S> for PostedFiles<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        if !media.starts_with("multipart/form-data") {
            return Ok(Self { posted: Posted::from_request(request, state).await?, files: Vec::new() });
        }
        let actor = request.extensions().get::<Actor>().cloned();
        let actor = actor.ok_or_else(|| Refusal(Failure::new(FailureKind::Forbidden, "not_signed_in")))?;
        let token = request.extensions().get::<Token>().cloned();
        let lang = request.extensions().get::<Lang>().copied().unwrap_or_default();
        let target = (request.method().clone(), request.uri().path().to_owned());
        let (named_handler, handlers) = handlers(request.headers(), request.extensions());
        let (said, files) = read_parts(request, state).await.map_err(Refusal)?;
        let mut digest = said.clone();
        for file in &files {
            let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&file.bytes));
            digest.extend_from_slice(format!("&{}={hash}", file.field).as_bytes());
        }
        let (body, said) = read_form(&said, token.as_ref())?;
        let (media, named_key) = (String::new(), None);
        let taken = Taken { actor, token, lang, media, named_key, named_handler, handlers, target, bytes: digest.into() };
        Ok(Self { posted: taken.posted(body, said)?, files })
    }
}

/// What a form with files says, as an ordinary form would, and its files.
async fn read_parts<S: Send + Sync>(request: Request, state: &S) -> Result<(Vec<u8>, Vec<Incoming>), Failure> {
    let mut parts = Multipart::from_request(request, state).await.map_err(|_| Failure::invalid("form_unreadable"))?;
    let (mut said, mut files): (Vec<(String, String)>, Vec<Incoming>) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(|e| unread(&e))? {
        if said.len() + files.len() >= MOST_PARTS {
            return Err(Failure::invalid("form_unreadable"));
        }
        let field = part.name().unwrap_or("").to_owned();
        if let Some(name) = part.file_name().map(str::to_owned) {
            let bytes = part.bytes().await.map_err(|e| unread(&e))?;
            if !bytes.is_empty() {
                files.push(Incoming::new(&field, &name, bytes.to_vec()));
            }
        } else {
            said.push((field, part.text().await.map_err(|e| unread(&e))?));
        }
    }
    let said = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
    Ok((said.into_bytes(), files))
}

fn unread(error: &MultipartError) -> Failure {
    if error.status() == http::StatusCode::PAYLOAD_TOO_LARGE {
        Failure::invalid("upload_too_large").with("most_mb", MOST_UPLOAD / 1024 / 1024)
    } else {
        Failure::invalid("form_unreadable")
    }
}

fn request_hash(method: &Method, path: &str, body: &[u8]) -> String {
    let hash =
        Sha256::new().chain_update(method.as_str()).chain_update([0]).chain_update(path).chain_update([0]).chain_update(body).finalize();
    data_encoding::HEXLOWER.encode(&hash)
}

fn read_json<T: DeserializeOwned>(bytes: &[u8], media: &str, token: Option<&Token>) -> Result<T, Refusal> {
    // A page of another site can't send JSON with our cookie without asking first; a form with another media type could.
    let cookie = token.is_some_and(|t| t.carrier == Carrier::Page);
    if !media.starts_with("application/json") && (cookie || !bytes.is_empty()) {
        return Err(Refusal(Failure::invalid("media_type_unfit").with("value", media)));
    }
    json(if bytes.is_empty() { b"{}" } else { bytes }).map_err(Refusal)
}

/// Reads JSON; a fault says where and what.
///
/// # Errors
/// `json_syntax` with line and column, or `json_field` at its pointer.
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            let pointer: String = error.path().iter().filter_map(pointer_part).collect();
            let said = inner.to_string();
            let said = said.split(" at line ").next().unwrap_or_default().to_owned();
            Failure::field(pointer, "json_field").with("said", said)
        } else {
            Failure::invalid("json_syntax").with("line", inner.line()).with("column", inner.column())
        }
    })?;
    reader.end().map_err(|e| Failure::invalid("json_syntax").with("line", e.line()).with("column", e.column()))?;
    Ok(value)
}

fn pointer_part(segment: &serde_path_to_error::Segment) -> Option<String> {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// Reads a form of one of our pages: its CSRF word must be the session's, its hidden key makes a double tap one act.
fn read_form<T: DeserializeOwned>(bytes: &[u8], token: Option<&Token>) -> Result<(T, Said), Refusal> {
    let mut fields = serde_json::Map::new();
    let (mut csrf, mut key, mut handled_by) = (None, None, None);
    for (name, value) in url::form_urlencoded::parse(bytes) {
        match name.as_ref() {
            "csrf" => csrf = Some(value.into_owned()),
            "idempotency_key" => key = Some(value.into_owned()),
            "handled_by" => handled_by = Some(value.into_owned()).filter(|name| !name.is_empty()),
            _ if value.is_empty() => {}
            _ => {
                fields.insert(name.into_owned(), serde_json::Value::String(value.into_owned()));
            }
        }
    }
    let right = matches!((token, &csrf), (Some(t), Some(word)) if t.carrier == Carrier::Page && csrf_matches(&t.word, word));
    if !right {
        return Err(Refusal(Failure::conflict("form_stale")));
    }
    let value = serde_path_to_error::deserialize(serde_json::Value::Object(fields)).map_err(|error| {
        let pointer: String = error.path().iter().filter_map(pointer_part).collect();
        Refusal(Failure::field(pointer, "json_field").with("said", error.inner()))
    })?;
    Ok((value, Said { key, handled_by, form: true }))
}

/// What a request says beside its body: key and 经办人, and whether a person typed it.
#[derive(Debug, Default)]
struct Said {
    key: Option<String>,
    handled_by: Option<String>,
    form: bool,
}

/// The 经办人 a program names in a header (`Handled-By`, UTF-8 percent-encoded), and the names that may be.
fn handlers(headers: &http::HeaderMap, extensions: &http::Extensions) -> (Option<String>, Vec<String>) {
    let named = headers.get("handled-by").and_then(|v| v.to_str().ok());
    // Read as the value of a query, in which a plus is a plus.
    let decoded = named.map(|text| {
        let text = format!("n={}", text.replace('+', "%2B"));
        url::form_urlencoded::parse(text.as_bytes()).next().map(|(_, name)| name.into_owned()).unwrap_or_default()
    });
    (decoded, extensions.get::<Handlers>().cloned().unwrap_or_default().0)
}

/// A JSON body without its `handled_by`, which any act may carry beside its own fields.
fn without_handler(bytes: &Bytes) -> (Bytes, Option<String>) {
    const FIELD: &[u8] = b"\"handled_by\"";
    if bytes.windows(FIELD.len()).any(|window| window == FIELD)
        && let Ok(serde_json::Value::Object(mut fields)) = serde_json::from_slice(bytes)
        && let Some(serde_json::Value::String(name)) = fields.get("handled_by").cloned()
    {
        fields.remove("handled_by");
        return (serde_json::Value::Object(fields).to_string().into(), Some(name));
    }
    (bytes.clone(), None)
}

/// Who handled an act: whoever was picked from the organisation's list, or the only one on it. A person at a form has to pick.
fn handler(listed: &[String], picked: Option<String>, form: bool) -> Result<Option<String>, Failure> {
    match (picked.map(|name| crate::kernel::text::clean(&name)), listed) {
        (Some(name), _) if listed.contains(&name) => Ok(Some(name)),
        (Some(name), _) => Err(Failure::field("/handled_by", "handled_by_unknown").with("value", name)),
        (None, [only]) => Ok(Some(only.clone())),
        (None, [_, _, ..]) if form => Err(Failure::field("/handled_by", "handled_by_missing")),
        (None, _) => Ok(None),
    }
}

/// Query parameters; unknown ones are refused by the type's `deny_unknown_fields`.
#[derive(Debug, Clone)]
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Query::<T>::try_from_uri(&parts.uri)
            .map(|Query(q)| Self(q))
            .map_err(|e| Refusal(Failure::invalid("query_unfit").with("said", e.body_text())))
    }
}

/// Page of a list: how many, and after which.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Paging {
    /// 1–200, 50 if not given.
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl Paging {
    /// How many to answer.
    ///
    /// # Errors
    /// `query_unfit` outside 1–200.
    pub fn limit(&self) -> Result<u64, Failure> {
        match self.limit.unwrap_or(50) {
            n @ 1..=200 => Ok(n),
            n => Err(Failure::invalid("query_unfit").with("said", format!("limit={n}; 1–200"))),
        }
    }
}

/// One page of a list.
#[derive(Debug, serde::Serialize)]
pub struct Page<T> {
    /// This page.
    pub items: Vec<T>,
    /// Give this as `cursor` for the next one; null at the end.
    pub next_cursor: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Lang {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or_default())
    }
}

/// What a list is asked for: its own filters, and which page. Unknown parameters are refused.
#[derive(Debug, Clone)]
pub struct Listing<T> {
    /// Filters of the list.
    pub filter: T,
    /// 1–200.
    pub limit: u64,
    /// After which.
    pub cursor: Option<String>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Listing<T> {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let unfit = |said: String| Refusal(Failure::invalid("query_unfit").with("said", said));
        let mut paging = Paging::default();
        let mut rest = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url::form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes()) {
            match name.as_ref() {
                "limit" => paging.limit = Some(value.parse().map_err(|_| unfit(format!("limit={value}; 1–200")))?),
                "cursor" => paging.cursor = Some(value.into_owned()),
                "lang" => {}
                _ => {
                    rest.append_pair(&name, &value);
                }
            }
        }
        let uri: http::Uri = format!("/?{}", rest.finish()).parse().map_err(|e| unfit(format!("{e}")))?;
        let Query(filter) = Query::<T>::try_from_uri(&uri).map_err(|e| unfit(e.body_text()))?;
        let limit = paging.limit().map_err(Refusal)?;
        Ok(Self { filter, limit, cursor: paging.cursor })
    }
}
