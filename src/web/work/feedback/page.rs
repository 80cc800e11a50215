//! One feedback: what was said and by how many, the answer, 12315, who reported, erasure.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::files::{as_attachment, as_picture};
use super::super::history::history;
use super::super::names::{day_of, moment_of};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, given, refilled};
use super::list::{deadline, state};
use super::{As, does, say};
use crate::db::Tx;
use crate::identity::role::Permission as P;
use crate::kernel::{Desk, Outcome};
use crate::supervision::commands::feedback::{
    AnswerInput, EraseInput, OutsideInput, UnmaskInput, Unmasked, accept_complaint, answer_feedback, close_feedback, erase_feedback,
    extend_check, open_case_of, record_outside, take_feedback, transfer_feedback, unmask_reporter,
};
use crate::supervision::feedback::view::{FeedbackView, clocks, feedback_one, photo};
use crate::supervision::feedback::{FeedbackState, receipt};

pub(super) fn routes() -> Vec<Route> {
    let (read, handle) = (Access::Needs(P::FeedbackRead), Access::Needs(P::FeedbackHandle));
    vec![
        Route::get("/work/feedback/{id}", read, show),
        Route::get("/work/feedback/{id}/photos/{file}", read, picture),
        Route::get("/work/feedback/{id}/photos/{file}/original", read, original),
        Route::post("/work/feedback/{id}/take", handle, take_it),
        Route::post("/work/feedback/{id}/answer", handle, answer_it),
        Route::post("/work/feedback/{id}/transfer", handle, transfer_it),
        Route::post("/work/feedback/{id}/outside", handle, number_it),
        Route::post("/work/feedback/{id}/accept", handle, accept_it),
        Route::post("/work/feedback/{id}/extend", handle, extend_it),
        Route::post("/work/feedback/{id}/close", handle, close_it),
        Route::post("/work/feedback/{id}/case", Access::Needs(P::CaseWork), case_it),
        Route::post("/work/feedback/{id}/erase", handle, erase_it),
        Route::post("/work/feedback/{id}/unmask", Access::Needs(P::FeedbackUnmask), unmask_it),
    ]
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    page_with(app, reader, id, errors, tried, None).await
}

/// The page, with who reported on it for as long as it is read.
async fn page_with(
    app: &App,
    reader: &Reader,
    id: &str,
    errors: Vec<FormError>,
    tried: Option<Tried<'_>>,
    unmasked: Option<&Unmasked>,
) -> Result<String, Refusal> {
    let view = feedback_one(&app.db, &reader.actor(P::FeedbackRead)?, id).await?;
    let mut parts = Vec::new();
    if let Some(who) = unmasked {
        let words = [who.name.as_deref(), who.phone.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        parts.push(Part { heading: say(reader, "unmasked"), about: words, ..Part::default() });
    }
    parts.push(facts(app, reader, &view));
    parts.push(reports(reader, &view));
    if reader.may(P::FeedbackHandle) {
        parts.push(Part { heading: reader.say("verbs"), forms: forms(app, reader, &view, tried.as_ref()), ..Part::default() });
    }
    parts.push(past(app, reader, id).await?);
    let title = format!("{} {}", reader.word("feedback.choice", &view.choice), view.number);
    Ok(PartsPage { frame: reader.frame(title, errors), parts }.render()?)
}

fn facts(app: &App, reader: &Reader, view: &FeedbackView) -> Part {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut row = |key: &str, cell: Cell| rows.push(vec![Cell::text(say(reader, key)), cell]);
    row("state_label", state(reader, view));
    row("due", deadline(reader, view, app.clock.today()));
    row("channel_label", Cell::text(reader.word("feedback.channel", &view.channel)));
    row("how_many", Cell::text(view.reports.to_string()).with_small(moment_of(reader.lang, &view.first_at)));
    if let Some(product) = &view.product {
        row("product", Cell::text(product.clone()).with_small(view.producer.clone().unwrap_or_default()));
    }
    if let Some(code) = &view.code {
        row("code", Cell::link(receipt::grouped(code), reader.to(&format!("/q/{code}"))));
        row("same_code", Cell::link(say(reader, "others"), reader.to(&format!("/work/feedback?code={code}"))));
    }
    if let (Some(id), Some(lot)) = (&view.batch_id, &view.lot) {
        row("lot", Cell::link(lot.clone(), reader.to(&format!("/work/batches/{id}"))));
        row("measures", Cell::link(say(reader, "recall_batch"), reader.to(&format!("/work/measures/recalls/new?batch={id}"))));
    }
    if let Some(link) = &view.link {
        // Not a link: an officer opens it with evidence in mind.
        row("link", Cell::text(link.clone()));
    }
    if let Some(number) = &view.outside_no {
        let said = [view.outside_kind.clone(), view.outside_state.clone(), view.outside_on.as_deref().map(|day| day_of(reader.lang, day))];
        row("outside", Cell::text(number.clone()).with_small(said.into_iter().flatten().collect::<Vec<_>>().join(" · ")));
    }
    if let Some(day) = &view.accepted_on {
        row("accepted_on", Cell::text(day_of(reader.lang, day)));
    }
    if let Some(answer) = &view.answer {
        row(
            "answer",
            Cell::text(answer.clone()).with_small(view.answered_at.as_deref().map(|at| moment_of(reader.lang, at)).unwrap_or_default()),
        );
    }
    if let Some(reason) = &view.closed_reason {
        row("closed_reason", Cell::text(reason.clone()));
    }
    for case in &view.cases {
        row("case", Cell::link(case.clone(), reader.to(&format!("/work/cases/{case}"))));
    }
    row("summary", Cell::link(say(reader, "summary_open"), reader.to(&format!("/work/feedback/{}/summary", view.id))));
    let table = Table {
        caption: say(reader, "facts"),
        columns: vec![Column::text(reader.say("what")), Column::text(say(reader, "known"))],
        rows,
        empty: String::new(),
    };
    Part { heading: say(reader, "facts"), table: Some(table), ..Part::default() }
}

fn reports(reader: &Reader, view: &FeedbackView) -> Part {
    let mut rows = Vec::new();
    for one in &view.items {
        let said = if one.erased_at.is_some() { say(reader, "erased") } else { one.text.clone().unwrap_or_default() };
        let place = [one.place.clone(), one.price.clone(), one.link.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let who = one.phone_masked.clone().unwrap_or_else(|| say(reader, "anonymous"));
        rows.push(vec![
            Cell::text(moment_of(reader.lang, &one.received_at)),
            Cell::text(said).with_small(place),
            Cell::text(who).with_small(if one.named { say(reader, "named") } else { String::new() }),
        ]);
        for (no, file) in one.photos.iter().enumerate() {
            let at = format!("/work/feedback/{}/photos/{}", view.id, file.id);
            let n = (no + 1).to_string();
            rows.push(vec![
                Cell::link(reader.fill("feedback.photo", &[("n", &n)]), reader.to(&at)),
                Cell::link(reader.fill("feedback.photo_original", &[("name", &file.name)]), reader.to(&format!("{at}/original"))),
                Cell::text(String::new()).with_small(format!("SHA-256 {}", file.sha256)),
            ]);
        }
    }
    let table = Table {
        caption: say(reader, "reports"),
        columns: vec![Column::text(say(reader, "when")), Column::text(say(reader, "said")), Column::text(say(reader, "who"))],
        rows,
        empty: say(reader, "none"),
    };
    Part { heading: say(reader, "reports"), about: say(reader, "reports_about"), table: Some(table), ..Part::default() }
}

fn forms(app: &App, reader: &Reader, view: &FeedbackView, tried: Option<&Tried<'_>>) -> Vec<Form> {
    let at = |verb: &str| format!("/work/feedback/{}/{verb}", view.id);
    let form = |name: &'static str, fields: Vec<Field>| {
        let label = format!("feedback.act.{name}");
        let about = say(reader, &format!("act_about.{name}"));
        Form::new(app, reader, name, &at(name), &label, &label, fields).about(about).again(tried)
    };
    let now = FeedbackState::parse(&view.state);
    let may = |to: FeedbackState| now.is_some_and(|from| from.may_become(to));
    let reason = || vec![Field::text("reason", say(reader, "reason")).must()];
    let mut forms = Vec::new();
    if may(FeedbackState::Checking) {
        forms.push(form("take", Vec::new()));
    }
    if may(FeedbackState::Answered) {
        let field = Field::area("answer", say(reader, "answer")).hint(say(reader, "answer_hint")).must();
        forms.push(form("answer", vec![field.value(view.answer.clone().unwrap_or_default())]));
    }
    if may(FeedbackState::Transferred) {
        forms.push(form("transfer", Vec::new()));
    }
    if view.channel == "complaint" && view.accepted_on.is_none() && may(FeedbackState::Closed) {
        forms.push(form("accept", Vec::new()));
    }
    if view.channel == "report" && !view.extended && may(FeedbackState::Closed) {
        forms.push(form("extend", reason()));
    }
    let typed = |value: &Option<String>| value.clone().unwrap_or_default();
    forms.push(form(
        "outside",
        vec![
            Field::text("number", say(reader, "outside")).value(typed(&view.outside_no)).must(),
            Field::text("kind", say(reader, "outside_kind")).value(typed(&view.outside_kind)),
            Field::text("state", say(reader, "outside_state")).value(typed(&view.outside_state)),
            Field::date("on", say(reader, "outside_on")),
        ],
    ));
    if reader.may(P::CaseWork) {
        let title = format!("{} · {}", reader.word("feedback.choice", &view.choice), view.about());
        forms.push(form("case", vec![Field::text("title", say(reader, "case_title")).value(title).must()]));
    }
    if may(FeedbackState::Closed) {
        forms.push(form("close", reason()));
    }
    let masked: Vec<(String, String)> = view
        .items
        .iter()
        .filter_map(|one| Some((one.id.clone(), format!("{} {}", moment_of(reader.lang, &one.received_at), one.phone_masked.clone()?))))
        .collect();
    if reader.may(P::FeedbackUnmask) && !masked.is_empty() {
        forms.push(form("unmask", vec![Field::select("report_id", say(reader, "which"), masked).must(), reason().remove(0)]));
    }
    let left: Vec<(String, String)> = view
        .items
        .iter()
        .filter(|one| one.erased_at.is_none())
        .map(|one| (one.id.clone(), moment_of(reader.lang, &one.received_at)))
        .collect();
    if !left.is_empty() {
        let which = Field::select("report_id", say(reader, "which_or_all"), left);
        let erase = form("erase", vec![which, reason().remove(0)]);
        forms.push(Form { class: "stop", ..erase });
    }
    forms
}

async fn past(app: &App, reader: &Reader, id: &str) -> Result<Part, Refusal> {
    let lines = history(app, reader, id).await?;
    let rows = lines.into_iter().map(|line| vec![Cell::text(line.at), Cell::text(line.what).with_small(line.why), Cell::text(line.by)]);
    let table = Table {
        caption: say(reader, "history"),
        columns: vec![Column::text(say(reader, "when")), Column::text(reader.say("what")), Column::text(say(reader, "by"))],
        rows: rows.collect(),
        empty: say(reader, "history_none"),
    };
    Ok(Part { heading: say(reader, "history"), table: Some(table), ..Part::default() })
}

async fn picture(State(app): State<App>, reader: Reader, Path((id, file)): Path<(String, String)>) -> Result<Response, Refusal> {
    let row = photo(&app.db, &reader.actor(P::FeedbackRead)?, &id, &file).await?;
    as_picture(&app, &row).await
}

async fn original(State(app): State<App>, reader: Reader, Path((id, file)): Path<(String, String)>) -> Result<Response, Refusal> {
    let row = photo(&app.db, &reader.actor(P::FeedbackRead)?, &id, &file).await?;
    as_attachment(&app, &row).await
}

/// What a form without fields says.
#[derive(Debug, serde::Deserialize)]
struct Plain {}
/// A reason.
#[derive(Debug, serde::Deserialize)]
struct Why {
    #[serde(default)]
    reason: String,
}
/// The title of a case.
#[derive(Debug, serde::Deserialize)]
struct Titled {
    #[serde(default)]
    title: String,
}

fn at(id: &str) -> String {
    format!("/work/feedback/{id}")
}
async fn take(tx: &Tx, desk: &Desk, id: &str, _: &Plain) -> Outcome<String> {
    take_feedback(tx, desk, id).await.map(|_| at(id))
}
async fn answer(tx: &Tx, desk: &Desk, id: &str, input: &AnswerInput) -> Outcome<String> {
    answer_feedback(tx, desk, id, input).await.map(|_| at(id))
}
async fn transfer(tx: &Tx, desk: &Desk, id: &str, _: &Plain) -> Outcome<String> {
    transfer_feedback(tx, desk, id).await.map(|_| at(id))
}
async fn number(tx: &Tx, desk: &Desk, id: &str, input: &OutsideInput) -> Outcome<String> {
    record_outside(tx, desk, id, input).await.map(|_| at(id))
}
async fn close(tx: &Tx, desk: &Desk, id: &str, input: &Why) -> Outcome<String> {
    close_feedback(tx, desk, id, &input.reason).await.map(|_| at(id))
}
async fn case(tx: &Tx, desk: &Desk, id: &str, input: &Titled) -> Outcome<String> {
    open_case_of(tx, desk, id, &input.title).await.map(|_| at(id))
}

const NOTHING: &[(&str, As)] = &[];
const ANSWER: &[(&str, As)] = &[("answer", As::Text)];
const OUTSIDE: &[(&str, As)] = &[("number", As::Text), ("kind", As::Text), ("state", As::Text), ("on", As::Text)];
const WHY: &[(&str, As)] = &[("reason", As::Text)];
const TITLE: &[(&str, As)] = &[("title", As::Text)];

does!(take_it, "take", NOTHING, take, "feedback_taken", page);
does!(answer_it, "answer", ANSWER, answer, "feedback_answered", page);
does!(transfer_it, "transfer", NOTHING, transfer, "feedback_transferred", page);
does!(number_it, "outside", OUTSIDE, number, "feedback_numbered", page);
does!(close_it, "close", WHY, close, "feedback_closed", page);
does!(case_it, "case", TITLE, case, "feedback_case", page);

/// The page again, with every fault at its field.
async fn refused(
    app: &App,
    reader: &Reader,
    id: &str,
    (form, names, typed): (&'static str, &[&str], &Typed),
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    refilled(tried, reader, Tried { form, typed }, names, |errors, tried| page(app, reader, id, errors, tried)).await
}

async fn accept_it(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, named, clocks, typed) = (reader.lang, id.clone(), clocks(&app.db).await?, posted.body.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let (id, clocks) = (named.clone(), clocks.clone());
        Box::pin(async move {
            accept_complaint(tx, &desk, &clocks, &id).await?;
            Ok(Done::see(done_at(lang, &at(&id), "feedback_accepted")))
        })
    });
    let tried = tried.await;
    refused(&app, &reader, &id, ("accept", &[], &typed), tried).await
}

async fn extend_it(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, named, clocks, typed) = (reader.lang, id.clone(), clocks(&app.db).await?, posted.body.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (id, clocks) = (named.clone(), clocks.clone());
        Box::pin(async move {
            extend_check(tx, &desk, &clocks, &id, &given(&typed, "reason").unwrap_or_default()).await?;
            Ok(Done::see(done_at(lang, &at(&id), "feedback_extended")))
        })
    });
    let tried = tried.await;
    refused(&app, &reader, &id, ("extend", &["reason"], &typed), tried).await
}

/// The rows go with the act; the bytes go after it.
async fn erase_it(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, named, typed) = (reader.lang, id.clone(), posted.body.clone());
    let gone = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let keep = gone.clone();
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (id, keep) = (named.clone(), keep.clone());
        Box::pin(async move {
            let input = EraseInput { report_id: given(&typed, "report_id"), reason: given(&typed, "reason").unwrap_or_default() };
            let files = erase_feedback(tx, &desk, &id, &input).await?;
            *keep.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = files;
            Ok(Done::see(done_at(lang, &at(&id), "feedback_erased")))
        })
    });
    let tried = tried.await;
    let files = std::mem::take(&mut *gone.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    if tried.is_ok() {
        app.shelf.forget(&app.db, &files).await?;
    }
    refused(&app, &reader, &id, ("erase", &["report_id", "reason"], &typed), tried).await
}

/// Who reported is on the page that answers, and on no other: a page opened again shows it masked.
async fn unmask_it(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (named, typed) = (id.clone(), posted.body.clone());
    let shown = std::sync::Arc::new(std::sync::Mutex::new(None));
    let keep = shown.clone();
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (id, keep) = (named.clone(), keep.clone());
        Box::pin(async move {
            let input = UnmaskInput {
                report_id: given(&typed, "report_id").unwrap_or_default(),
                reason: given(&typed, "reason").unwrap_or_default(),
            };
            let who = unmask_reporter(tx, &desk, &id, &input).await?;
            *keep.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(who);
            Ok(Done::see(at(&id)))
        })
    });
    let tried = tried.await;
    let who = shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    if let Some(who) = who.filter(|_| tried.is_ok()) {
        let html = page_with(&app, &reader, &id, Vec::new(), None, Some(&who)).await?;
        return Ok(axum::response::IntoResponse::into_response(Html(html)));
    }
    refused(&app, &reader, &id, ("unmask", &["report_id", "reason"], &typed), tried).await
}
