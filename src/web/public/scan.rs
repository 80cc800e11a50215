//! `/Q/{code}` (the printed address: records, then leads on), `/q` (typed), `/q/{code}` (a bare look, never counted), the scratch PIN.
//!
//! A code that resolves is always answered and never throttled; misses are slowed down, counted in memory and answered by the same
//! bytes every time. Nothing here needs a script, a cookie or anything of the visitor but address and user agent.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, Form, Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::app::App;
use super::super::auth::token;
use super::super::failure::Refusal;
use super::super::frame::{carried, wants_json};
use super::super::limit::visitor_address;
use super::super::pages::consumer::{
    CodeView, NoFacts, PinForm, PinUse, TypedForm, groups_at_fault, no_facts_page, pin_page, typed_page, verdict_json,
    verdict_json_without_facts, verdict_page,
};
use super::super::route::{Access, Route};
use super::super::words::Lang;
use super::goods::goods_of;
use crate::identity::queries;
use crate::identity::session::Carrier;
use crate::kernel::Failure;
use crate::trace::code::Code;
use crate::trace::scan::{Located, PinReply, Scanned, Via};
use crate::trace::verdict::Place;
use crate::trace::visitor::{Visitor, is_crawler};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/Q/{code}", Access::Public, printed),
        Route::get("/q", Access::Public, form),
        Route::post("/q", Access::Public, typed),
        Route::get("/q/{code}", Access::Public, look),
        Route::get("/q/{code}/pin", Access::Public, pin_form),
        Route::post("/q/{code}/pin", Access::Public, pin),
    ]
}

/// Who asks and how.
pub(in crate::web) struct Asking {
    /// The application.
    pub app: App,
    /// Language of the answer.
    pub lang: Lang,
    /// JSON instead of a page.
    pub json: bool,
    /// The visitor.
    pub visitor: Visitor,
    /// Province and city, if a table is configured.
    pub place: Option<Place>,
    address: std::net::IpAddr,
    counts: bool,
    is_house: bool,
}

impl Asking {
    pub(super) async fn new(app: &App, peer: SocketAddr, headers: &HeaderMap, lang: Lang, method: &Method) -> Self {
        let address = visitor_address(peer.ip(), headers, &app.config.trusted_proxies);
        let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("");
        Self {
            app: app.clone(),
            lang,
            json: wants_json("", headers),
            visitor: app.scans.visitors().of_client(address, agent).await,
            place: app.places.of(address),
            address,
            is_house: app.config.house_addresses.iter().any(|net| net.contains(&address)) || is_signed_in(app, headers).await,
            counts: *method != Method::HEAD && !is_crawler(agent),
        }
    }

    /// The code, or the answer for what is none of ours.
    pub(super) fn resolve(&self, written: &str) -> Result<(Code, Located), Box<Response>> {
        let Ok(code) = Code::parse(written) else {
            return Err(Box::new(self.no_facts(&NoFacts::Mistyped(groups_at_fault(written)))));
        };
        // A restored database may have lost that a code was voided: it answers nobody before somebody has looked.
        if self.app.db.is_held() {
            return Err(Box::new(self.no_facts(&NoFacts::Unavailable)));
        }
        let located = self.app.scans.locate(&code);
        if located.is_none() && self.counts {
            self.app.misses.note(code.as_str(), &self.visitor, self.app.clock.now());
        }
        match located {
            Some(located) => Ok((code, located)),
            None if self.app.throttle.miss(self.address) => Err(Box::new(self.no_facts(&NoFacts::Unknown))),
            None => Err(Box::new(self.no_facts(&NoFacts::Throttled { minutes: 1 }))),
        }
    }

    fn no_facts(&self, answer: &NoFacts) -> Response {
        let status = match answer {
            NoFacts::Unknown => StatusCode::NOT_FOUND,
            NoFacts::Mistyped(_) => StatusCode::BAD_REQUEST,
            NoFacts::Throttled { .. } | NoFacts::ThrottledUntilTomorrow => StatusCode::TOO_MANY_REQUESTS,
            NoFacts::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        let site = self.app.site();
        let mut response = if self.json {
            (status, Json(verdict_json_without_facts(self.lang, &site, answer))).into_response()
        } else {
            html(status, no_facts_page(self.lang, &site, answer))
        };
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("60"));
        }
        response
    }

    /// Answers a code with its facts.
    pub(in crate::web) fn answer(&self, code: &Code, scanned: &Scanned, pin: Option<&PinUse>) -> Response {
        let (site, goods) = (self.app.site(), goods_of(scanned, self.lang));
        let view = CodeView {
            lang: self.lang,
            site: &site,
            code: code.as_str(),
            facts: &scanned.facts.verdict,
            decision: &scanned.decision,
            goods: Some(&goods),
            has_pin: scanned.facts.order.with_pin,
            pin,
        };
        if self.json { Json(verdict_json(&view)).into_response() } else { html(StatusCode::OK, verdict_page(&view)) }
    }

    async fn record(&self, located: Located, via: Via) -> Result<Scanned, Box<Response>> {
        let via = if self.is_house { Via::House } else { via };
        let recorded = self.app.scans.record(located, self.visitor, self.place.clone(), via).await;
        recorded.map_err(|failure| Box::new(self.unavailable(&failure)))
    }

    async fn look(&self, located: &Located) -> Result<Scanned, Box<Response>> {
        self.app.scans.look(located, Some(&self.visitor)).await.map_err(|failure| Box::new(self.unavailable(&failure)))
    }

    fn unavailable(&self, failure: &Failure) -> Response {
        tracing::error!(%failure, "the facts of a code can't be read");
        self.no_facts(&NoFacts::Unavailable)
    }
}

fn html(status: StatusCode, page: Result<String, askama::Error>) -> Response {
    match page {
        Ok(page) => (status, [("x-robots-tag", "noindex")], Html(page)).into_response(),
        Err(error) => Refusal(Failure::broken(error)).into_response(),
    }
}

/// Does somebody of the house look, with the cookie of a signed-in page? Consumers have none, and cost no statement.
async fn is_signed_in(app: &App, headers: &HeaderMap) -> bool {
    let Some(token) = token(headers, app.config.is_https()).filter(|token| token.carrier == Carrier::Page) else { return false };
    let who = queries::who(&app.db, &app.clock, &app.sign_in_rules(), &token.word, token.carrier).await;
    who.is_ok_and(|who| who.is_some())
}

/// Leads on to the page of a code, in the language that was asked for here.
fn show(code: &Code, lang: Lang, headers: &HeaderMap) -> Response {
    let mut response = Redirect::to(&format!("/q/{}{}", code.as_str(), carried(lang, headers))).into_response();
    response.headers_mut().insert("x-robots-tag", header::HeaderValue::from_static("noindex"));
    response
}

/// The four things every handler here is given.
type Given = (State<App>, ConnectInfo<SocketAddr>, Lang, HeaderMap);

async fn printed((State(app), ConnectInfo(peer), lang, headers): Given, method: Method, Path(written): Path<String>) -> Response {
    let asking = Asking::new(&app, peer, &headers, lang, &method).await;
    let (code, located) = match asking.resolve(&written) {
        Ok(found) => found,
        Err(answer) => return *answer,
    };
    if !asking.counts {
        return if asking.json { look_at(&asking, &code, &located).await } else { show(&code, lang, &headers) };
    }
    match asking.record(located, Via::Printed).await {
        Ok(scanned) if asking.json || !scanned.recorded => asking.answer(&code, &scanned, None),
        Ok(_) => show(&code, lang, &headers),
        Err(answer) => *answer,
    }
}

async fn look((State(app), ConnectInfo(peer), lang, headers): Given, method: Method, Path(written): Path<String>) -> Response {
    let asking = Asking::new(&app, peer, &headers, lang, &method).await;
    match asking.resolve(&written) {
        Ok((code, located)) => look_at(&asking, &code, &located).await,
        Err(answer) => *answer,
    }
}

async fn look_at(asking: &Asking, code: &Code, located: &Located) -> Response {
    match asking.look(located).await {
        Ok(scanned) => asking.answer(code, &scanned, None),
        Err(answer) => *answer,
    }
}

async fn form(State(app): State<App>, lang: Lang) -> Response {
    html(StatusCode::OK, typed_page(lang, &app.site(), &TypedForm::default()))
}

#[derive(Debug, Deserialize)]
struct TypedCode {
    code: Option<String>,
}

async fn typed((State(app), ConnectInfo(peer), lang, headers): Given, method: Method, Form(form): Form<TypedCode>) -> Response {
    let asking = Asking::new(&app, peer, &headers, lang, &method).await;
    let written = form.code.unwrap_or_default();
    if written.trim().is_empty() {
        return html(StatusCode::BAD_REQUEST, typed_page(lang, &app.site(), &TypedForm { empty: true, ..TypedForm::default() }));
    }
    let (code, located) = match asking.resolve(&written) {
        Ok(found) => found,
        Err(_) if Code::parse(&written).is_err() && !asking.json => {
            let form = TypedForm { typed: &written, empty: false, mistyped: Some(groups_at_fault(&written)) };
            return html(StatusCode::BAD_REQUEST, typed_page(lang, &app.site(), &form));
        }
        Err(answer) => return *answer,
    };
    if !asking.counts {
        return show(&code, lang, &headers);
    }
    match asking.record(located, Via::Typed).await {
        Ok(scanned) if asking.json || !scanned.recorded => asking.answer(&code, &scanned, None),
        Ok(_) => show(&code, lang, &headers),
        Err(answer) => *answer,
    }
}

async fn pin_form((State(app), ConnectInfo(peer), lang, headers): Given, method: Method, Path(written): Path<String>) -> Response {
    let asking = Asking::new(&app, peer, &headers, lang, &method).await;
    match asking.resolve(&written) {
        Ok((code, located)) if located.order.with_pin => {
            let wait_seconds = app.scans.pin_wait(&asking.visitor).unwrap_or(0);
            html(StatusCode::OK, pin_page(lang, &app.site(), &PinForm { code: code.as_str(), wait_seconds, ..PinForm::default() }))
        }
        Ok((code, _)) => show(&code, lang, &headers),
        Err(answer) => *answer,
    }
}

#[derive(Debug, Deserialize)]
struct TypedPin {
    pin: Option<String>,
}

async fn pin(
    (State(app), ConnectInfo(peer), lang, headers): Given,
    method: Method,
    Path(written): Path<String>,
    Form(form): Form<TypedPin>,
) -> Response {
    let asking = Asking::new(&app, peer, &headers, lang, &method).await;
    let (code, located) = match asking.resolve(&written) {
        Ok(found) => found,
        Err(answer) => return *answer,
    };
    let typed = form.pin.unwrap_or_default();
    let reply = match app.scans.use_pin(&located, &code, &typed, &asking.visitor, asking.place.clone()).await {
        Ok(reply) => reply,
        Err(failure) => return asking.unavailable(&failure),
    };
    let site = app.site();
    let again = |form: PinForm<'_>| html(StatusCode::TOO_MANY_REQUESTS, pin_page(lang, &site, &form));
    match reply {
        PinReply::NoPin => show(&code, lang, &headers),
        PinReply::Wait(_) if asking.json => asking.no_facts(&NoFacts::Throttled { minutes: 1 }),
        PinReply::Tomorrow if asking.json => asking.no_facts(&NoFacts::ThrottledUntilTomorrow),
        PinReply::Wait(wait_seconds) => again(PinForm { code: code.as_str(), wait_seconds, ..PinForm::default() }),
        PinReply::Tomorrow => again(PinForm { code: code.as_str(), tomorrow: true, ..PinForm::default() }),
        PinReply::Answered(answered) => {
            let wrong = answered.scanned.decision.verdict == crate::trace::verdict::Verdict::PinWrong;
            if wrong && !asking.json {
                let wait_seconds = app.scans.pin_wait(&asking.visitor).unwrap_or(0);
                return html(
                    StatusCode::OK,
                    pin_page(lang, &site, &PinForm { code: code.as_str(), wrong: true, wait_seconds, tomorrow: false }),
                );
            }
            let used = answered.first_use.map(|u| PinUse { at: u.at, place: u.place });
            asking.answer(&code, &answered.scanned, used.as_ref())
        }
    }
}

/// A partner's program asks: `POST /api/v1/scans`.
pub(in crate::web) async fn by_program(
    app: &App,
    lang: Lang,
    code: &str,
    holder: &str,
    named: &str,
    place: Option<Place>,
) -> Result<Response, Failure> {
    let asking = Asking {
        app: app.clone(),
        lang,
        json: true,
        visitor: app.scans.visitors().of_partner(holder, named).await,
        place,
        address: std::net::IpAddr::from([0, 0, 0, 0]),
        counts: true,
        is_house: false,
    };
    let Ok(parsed) = Code::parse(code) else { return Ok(asking.no_facts(&NoFacts::Mistyped(groups_at_fault(code)))) };
    if app.db.is_held() {
        return Ok(asking.no_facts(&NoFacts::Unavailable));
    }
    let Some(located) = app.scans.locate(&parsed) else { return Ok(asking.no_facts(&NoFacts::Unknown)) };
    Ok(match asking.record(located, Via::Api).await {
        Ok(scanned) => asking.answer(&parsed, &scanned, None),
        Err(answer) => *answer,
    })
}
