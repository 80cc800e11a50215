//! `/q/{code}/report` and `/report`: 线索反馈, by anybody, without script. `/r/{receipt}`: what became of it.
//!
//! What is typed stands before the photographs in the form, so that words are kept even where a photograph is too large or the line
//! breaks. A report is throttled by address; a code is never. One answer stands for a receipt that is wrong and one that never was.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Form, FromRequest, Multipart, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::super::app::App;
use super::super::failure::{Refusal, status, words};
use super::super::limit::visitor_address;
use super::super::pages::consumer::{ReceiptView, ReportForm, receipt_ask_page, receipt_page, report_page};
use super::super::route::{Access, Route};
use super::super::words::Lang;
use super::scan::Asking;
use crate::files::{Incoming, Kept, Media};
use crate::kernel::day::hour_minute;
use crate::kernel::{Day, Desk, Failure, FailureKind, Outcome};
use crate::supervision::commands::feedback::{MOST_PHOTO_BYTES, MOST_PHOTOS, Sender, fits, receive_feedback};
use crate::supervision::feedback::clock::Course;
use crate::supervision::feedback::receipt::{grouped, read_receipt, receipt_of};
use crate::supervision::feedback::view::{Followed, bytes_held, clocks, follow};
use crate::supervision::feedback::{Channel, FeedbackInput};
use crate::trace::code::Code;
use crate::trace::scan::Located;

/// The most bytes of a report: four photographs of a large camera, of which those beyond our limit are passed over.
const MOST_REPORT: usize = 64 * 1024 * 1024;
/// The most bytes of one typed field.
const MOST_FIELD: usize = 16 * 1024;
/// Fields that are typed; anything else is passed over.
const FIELDS: [&str; 10] = ["form", "choice", "channel", "name", "text", "code", "link", "place", "price", "phone"];

pub(super) fn routes() -> Vec<Route> {
    let public = Access::Public;
    vec![
        Route::get("/q/{code}/report", public, form_of_code),
        Route::post("/q/{code}/report", public, post_of_code).carries(MOST_REPORT),
        Route::get("/report", public, form),
        Route::post("/report", public, post).carries(MOST_REPORT),
        Route::get("/r", public, ask),
        Route::post("/r", public, asked),
        Route::get("/r/{receipt}", public, shown),
        Route::post("/r/{receipt}", public, opened),
    ]
}

type Given = (State<App>, ConnectInfo<SocketAddr>, Lang, HeaderMap);

/// What a form said.
#[derive(Debug, Default)]
struct Sent {
    fields: BTreeMap<&'static str, String>,
    photos: Vec<Incoming>,
    left_out: usize,
}

impl Sent {
    fn get(&self, name: &str) -> Option<String> {
        self.fields.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }
    fn put(&mut self, name: &str, value: String) {
        if name == "consent" {
            self.fields.insert("consent", value);
        } else if let Some(known) = FIELDS.iter().find(|known| **known == name) {
            self.fields.insert(known, value);
        }
    }
    /// What the receipt stands for, besides the form it came with.
    fn digest(&self, code: Option<&Code>) -> Vec<u8> {
        let mut hash = Sha256::new().chain_update(code.map_or("", Code::as_str));
        for (name, value) in &self.fields {
            hash.update(format!("\0{name}={value}"));
        }
        for photo in &self.photos {
            hash.update(Sha256::digest(&photo.bytes));
        }
        hash.finalize().to_vec()
    }
}

async fn read(app: &App, request: Request) -> Result<Sent, Failure> {
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
    let unreadable = || Failure::invalid("form_unreadable");
    let mut sent = Sent::default();
    if !media.starts_with("multipart/form-data") {
        let Form(fields) = Form::<Vec<(String, String)>>::from_request(request, app).await.map_err(|_| unreadable())?;
        for (name, value) in fields {
            sent.put(&name, value.chars().take(MOST_FIELD).collect());
        }
        return Ok(sent);
    }
    let mut parts = Multipart::from_request(request, app).await.map_err(|_| unreadable())?;
    loop {
        let field = match parts.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return Ok(sent),
            // Words came first: they are kept though the rest never arrived.
            Err(_) if sent.fields.contains_key("choice") => {
                sent.left_out += 1;
                return Ok(sent);
            }
            Err(_) => return Err(unreadable()),
        };
        take(&mut sent, field).await?;
    }
}

async fn take(sent: &mut Sent, mut field: axum::extract::multipart::Field<'_>) -> Result<(), Failure> {
    let name = field.name().unwrap_or("").to_owned();
    let file = field.file_name().map(str::to_owned);
    let most = if file.is_some() { MOST_PHOTO_BYTES } else { MOST_FIELD };
    let (mut bytes, mut over) = (Vec::new(), file.is_some() && sent.photos.len() >= MOST_PHOTOS);
    loop {
        match field.chunk().await {
            Ok(Some(chunk)) if !over && bytes.len() + chunk.len() <= most => bytes.extend_from_slice(&chunk),
            // Read on to the end of the part, keeping nothing of it.
            Ok(Some(_)) => (over, bytes) = (true, Vec::new()),
            Ok(None) => break,
            Err(_) if file.is_some() => {
                over = true;
                break;
            }
            Err(_) => return Err(Failure::invalid("form_unreadable")),
        }
    }
    match file {
        Some(_) if bytes.is_empty() && !over => {}
        Some(file) => {
            let picture = matches!(Media::of(&bytes), Some(Media::Jpeg | Media::Png | Media::Webp));
            if over || !picture { sent.left_out += 1 } else { sent.photos.push(Incoming::new(&name, &file, bytes)) }
        }
        None => sent.put(&name, String::from_utf8_lossy(&bytes).into_owned()),
    }
    Ok(())
}

fn html(status: StatusCode, page: Result<String, askama::Error>) -> Response {
    match page {
        Ok(page) => (status, [("x-robots-tag", "noindex")], Html(page)).into_response(),
        Err(error) => Refusal(Failure::broken(error)).into_response(),
    }
}

/// What the page is about.
struct About {
    code: Option<(Code, Located)>,
    path: String,
}

async fn show(app: &App, lang: Lang, about: &About, sent: &Sent, failure: Option<&Failure>) -> Response {
    match form_page(app, lang, about, sent, failure).await {
        Ok(page) => {
            let status = failure.map_or(StatusCode::OK, status);
            let mut response = html(status, page);
            if status == StatusCode::TOO_MANY_REQUESTS {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("120"));
            }
            response
        }
        Err(failure) => Refusal(failure).into_response(),
    }
}

async fn form_page(app: &App, lang: Lang, about: &About, sent: &Sent, failure: Option<&Failure>) -> Outcome<Result<String, askama::Error>> {
    let rules = app.feedback_rules();
    let course = Course { channel: Channel::Own, at_once: false, received: app.clock.today(), accepted: None, extended: false };
    let due = clocks(&app.db).await?.due(course)?;
    let photos = bytes_held(&app.db).await? < rules.store_bytes;
    let field = |pointer: &str| pointer.trim_start_matches('/').split('/').next().unwrap_or("").to_owned();
    let faults = failure.map_or_else(Vec::new, |failure| match failure.fields.as_slice() {
        [] => vec![(String::new(), words(lang, failure.code, &failure.params))],
        fields => fields.iter().map(|f| (field(&f.pointer), words(lang, f.code, &f.params))).collect(),
    });
    let named = |(code, located): &(Code, Located)| (located.order.product().to_owned(), code.grouped());
    let form = ReportForm {
        action: &about.path,
        about: about.code.as_ref().map(named),
        form: data_encoding::HEXLOWER.encode(&app.random.bytes::<16>()),
        typed: sent.fields.iter().map(|(name, value)| (*name, value.clone())).collect(),
        faults,
        answer_by: due.for_people(lang.english()),
        keep_days: rules.keep_days,
        photos,
        statutory: rules.statutory,
    };
    Ok(report_page(lang, &app.site(), &form))
}

async fn form_of_code((State(app), ConnectInfo(peer), lang, headers): Given, method: Method, Path(written): Path<String>) -> Response {
    let asking = Asking::new(&app, peer, &headers, lang, &method).await;
    match asking.resolve(&written) {
        Ok((code, located)) => {
            let path = format!("/q/{}/report", code.as_str());
            show(&app, lang, &About { code: Some((code, located)), path }, &Sent::default(), None).await
        }
        Err(answer) => *answer,
    }
}

async fn form(State(app): State<App>, lang: Lang) -> Response {
    show(&app, lang, &About { code: None, path: "/report".to_owned() }, &Sent::default(), None).await
}

async fn post_of_code(
    (State(app), ConnectInfo(peer), lang, headers): Given,
    method: Method,
    Path(written): Path<String>,
    request: Request,
) -> Response {
    let asking = Asking::new(&app, peer, &headers, lang, &method).await;
    match asking.resolve(&written) {
        Ok((code, located)) => {
            let path = format!("/q/{}/report", code.as_str());
            posted(&app, &asking, &headers, peer, About { code: Some((code, located)), path }, request).await
        }
        Err(answer) => *answer,
    }
}

async fn post((State(app), ConnectInfo(peer), lang, headers): Given, method: Method, request: Request) -> Response {
    let asking = Asking::new(&app, peer, &headers, lang, &method).await;
    posted(&app, &asking, &headers, peer, About { code: None, path: "/report".to_owned() }, request).await
}

async fn posted(app: &App, asking: &Asking, headers: &HeaderMap, peer: SocketAddr, about: About, request: Request) -> Response {
    let lang = asking.lang;
    let mut sent = match read(app, request).await {
        Ok(sent) => sent,
        Err(failure) => return show(app, lang, &about, &Sent::default(), Some(&failure)).await,
    };
    if !app.throttle.report(address(app, peer, headers)) {
        return show(app, lang, &about, &sent, Some(&Failure::not_now("feedback_throttled"))).await;
    }
    match file(app, asking, &about, &mut sent).await {
        Ok((receipt, left_out)) => {
            let joint = if lang.english() { "&lang=en" } else { "" };
            let left = if left_out > 0 { format!("&left={left_out}") } else { String::new() };
            Redirect::to(&format!("/r/{receipt}?sent=1{left}{joint}")).into_response()
        }
        Err(failure) if matches!(failure.kind, FailureKind::Invalid | FailureKind::Conflict | FailureKind::NotNow) => {
            show(app, lang, &about, &sent, Some(&failure)).await
        }
        Err(failure) => Refusal(failure).into_response(),
    }
}

fn address(app: &App, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
    visitor_address(peer.ip(), headers, &app.config.trusted_proxies)
}

/// Files a report; its receipt, and how many photographs were left out.
async fn file(app: &App, asking: &Asking, about: &About, sent: &mut Sent) -> Outcome<(String, usize)> {
    let rules = app.feedback_rules();
    let code = about.code.as_ref().map(|(code, _)| *code);
    let form: [u8; 16] = sent
        .get("form")
        .and_then(|hex| data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok())
        .and_then(|bytes| bytes.try_into().ok())
        .unwrap_or_else(|| app.random.bytes());
    let receipt = receipt_of(&form, &sent.digest(code.as_ref()));
    let input = input(app, sent, code.as_ref());
    fits(&input, &rules, sent.photos.len())?;
    let wanted: usize = sent.photos.iter().map(|photo| photo.bytes.len()).sum();
    let room = usize::try_from(rules.store_bytes - bytes_held(&app.db).await?).unwrap_or(0);
    let offered = sent.photos.len();
    let mut kept: Vec<Kept> = Vec::new();
    if wanted <= room {
        for photo in std::mem::take(&mut sent.photos) {
            match app.shelf.keep(photo).await {
                Ok(one) => kept.push(one),
                Err(failure) if failure.kind == FailureKind::Invalid => {}
                Err(failure) => return Err(failure),
            }
        }
    }
    let hex = |hash: &[u8; 8]| data_encoding::HEXLOWER.encode(hash);
    let visitors = [Some(asking.visitor.hash), asking.visitor.before].iter().flatten().map(hex).collect();
    let sender = Sender { receipt: receipt.clone(), visitors };
    let (clocks, keys, desk) = (clocks(&app.db).await?, app.keys.clone(), Desk::system(&app.clock, &app.random));
    let received = app
        .db
        .write(move |tx| {
            let (keys, desk, clocks, rules) = (keys.clone(), desk.clone(), clocks.clone(), rules.clone());
            let (input, sender, kept) = (input.clone(), sender.clone(), kept.clone());
            Box::pin(async move { receive_feedback(tx, &desk, keys.as_ref(), (&clocks, &rules), (&input, &sender, &kept)).await })
        })
        .await?;
    Ok((receipt, sent.left_out + offered.saturating_sub(received.photos)))
}

/// What the command takes. A number that nobody issued is no fault of whoever read it off a label: it goes into the words.
fn input(app: &App, sent: &Sent, code: Option<&Code>) -> FeedbackInput {
    let mut text = sent.get("text");
    let mut named = code.map(|code| code.as_str().to_owned());
    if let (None, Some(typed)) = (&named, sent.get("code")) {
        match Code::parse(&typed) {
            Ok(code) if app.scans.locate(&code).is_some() => named = Some(code.as_str().to_owned()),
            _ => {
                let note = Lang::Chinese.say1("feedback.unissued", "code", typed.chars().take(40).collect::<String>());
                text = Some(text.map_or(note.clone(), |text| format!("{note}\n{text}")));
            }
        }
    }
    FeedbackInput {
        choice: sent.get("choice").unwrap_or_default(),
        code: named,
        channel: sent.get("channel"),
        place: sent.get("place"),
        price: sent.get("price"),
        link: sent.get("link"),
        text,
        name: sent.get("name"),
        phone: sent.get("phone"),
        consent: sent.get("consent").is_some(),
    }
}

async fn ask(State(app): State<App>, lang: Lang) -> Response {
    html(StatusCode::OK, receipt_ask_page(lang, &app.site(), None, false))
}

#[derive(Debug, Default, Deserialize)]
struct Typed {
    #[serde(default)]
    receipt: String,
    #[serde(default)]
    word: String,
}

async fn asked(State(app): State<App>, lang: Lang, Form(typed): Form<Typed>) -> Response {
    let written = crate::kernel::text::identifier(&typed.receipt);
    if written.is_empty() || !written.chars().all(|c| c.is_ascii_alphanumeric()) {
        return html(StatusCode::BAD_REQUEST, receipt_ask_page(lang, &app.site(), None, false));
    }
    Redirect::to(&format!("/r/{}{}", written.chars().take(40).collect::<String>(), lang.query())).into_response()
}

#[derive(Debug, Default, Deserialize)]
struct Told {
    sent: Option<String>,
    left: Option<String>,
}

/// Wrong, mistyped, never given, or not opened by the second word: the same bytes.
fn missed(app: &App, peer: SocketAddr, lang: Lang, headers: &HeaderMap) -> Response {
    let slow = !app.throttle.miss(address(app, peer, headers));
    let status = if slow { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::NOT_FOUND };
    let mut response = html(status, receipt_ask_page(lang, &app.site(), None, true));
    if slow {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

async fn found(app: &App, written: &str) -> Outcome<Option<(String, Followed)>> {
    let Some(receipt) = read_receipt(written) else { return Ok(None) };
    Ok(follow(&app.db, &receipt).await?.map(|followed| (receipt, followed)))
}

async fn shown((State(app), ConnectInfo(peer), lang, headers): Given, Path(written): Path<String>, Query(told): Query<Told>) -> Response {
    match found(&app, &written).await {
        Ok(Some((receipt, followed))) if told.sent.is_some() => {
            let left = told.left.and_then(|n| n.parse::<u8>().ok()).unwrap_or(0);
            html(StatusCode::OK, receipt_page(lang, &app.site(), &just_sent(lang, &receipt, &followed, left)))
        }
        Ok(Some((receipt, followed))) if followed.guarded => {
            html(StatusCode::OK, receipt_ask_page(lang, &app.site(), Some(&receipt), false))
        }
        Ok(Some((receipt, followed))) => html(StatusCode::OK, receipt_page(lang, &app.site(), &told_of(lang, &receipt, &followed))),
        Ok(None) => missed(&app, peer, lang, &headers),
        Err(failure) => Refusal(failure).into_response(),
    }
}

async fn opened((State(app), ConnectInfo(peer), lang, headers): Given, Path(written): Path<String>, Form(typed): Form<Typed>) -> Response {
    match found(&app, &written).await {
        Ok(Some((receipt, followed))) if !followed.guarded || (app.throttle.open(&receipt) && followed.opens(&typed.word)) => {
            html(StatusCode::OK, receipt_page(lang, &app.site(), &told_of(lang, &receipt, &followed)))
        }
        Ok(_) => missed(&app, peer, lang, &headers),
        Err(failure) => Refusal(failure).into_response(),
    }
}

/// Right after sending: that it arrived, and nothing of what it says.
fn just_sent(lang: Lang, receipt: &str, followed: &Followed, left_out: u8) -> ReceiptView {
    let mut lines = vec![lang.say1("feedback.promise", "day", day(lang, &followed.due_on))];
    if followed.photos > 0 {
        lines.push(lang.say1("feedback.photos_kept", "n", followed.photos));
    }
    if left_out > 0 {
        lines.push(lang.say1("feedback.photos_left", "n", left_out));
    }
    ReceiptView {
        receipt: grouped(receipt),
        path: format!("/r/{receipt}"),
        headline: lang.say("feedback.arrived").into_owned(),
        lines,
        answer: None,
        class: "ok",
        sent: true,
    }
}

fn told_of(lang: Lang, receipt: &str, followed: &Followed) -> ReceiptView {
    let at = |at| format!("{} {}", Day::of(at).for_people(lang.english()), hour_minute(at));
    let mut lines = vec![lang.say1("feedback.received_at", "at", at(followed.received_at))];
    if matches!(followed.state, "received" | "checking") {
        lines.push(lang.say1("feedback.promise", "day", day(lang, &followed.due_on)));
    }
    if let Some(answered) = followed.answered_at {
        lines.push(lang.say1("feedback.answered_at", "at", at(answered)));
    }
    if let Some(number) = &followed.outside_no {
        let state = followed.outside_state.clone().unwrap_or_default();
        lines.push(lang.fill("feedback.outside", &[("number", number), ("state", &state)]));
    }
    if followed.erased {
        lines.push(lang.say("feedback.erased").into_owned());
    }
    ReceiptView {
        receipt: grouped(receipt),
        path: format!("/r/{receipt}"),
        headline: lang.say(&format!("feedback.state.{}", followed.state)).into_owned(),
        lines,
        answer: followed.answer.clone(),
        class: if followed.state == "answered" { "ok" } else { "notice" },
        sent: false,
    }
}

fn day(lang: Lang, written: &str) -> String {
    Day::parse(written).map_or_else(|| written.to_owned(), |day| day.for_people(lang.english()))
}
