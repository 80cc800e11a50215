//! `/work/rectifications/{id}`: one order with its rounds: the addressee answers with text and photographs, an officer accepts, returns
//! or says that the time is over.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::{columns, facts, on, say, state};
use crate::files;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, parse_amount};
use crate::supervision::commands::rectification::{
    FILES_OF, RectificationAgainInput, RectificationNoteInput, RectificationReplyInput, accept_rectification, expire_rectification,
    reply_rectification, return_rectification,
};
use crate::supervision::rectification::RectificationState;
use crate::supervision::rectifications::{RectificationView, rectification};
use crate::trace::goods::Goods;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{MOST_UPLOAD, Posted, PostedFiles};
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, Column, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::batch_form::{plain, units};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::files::as_attachment;
use crate::web::work::names::{Names, moment_of};
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, must_day, refilled, said};

pub(super) fn routes() -> Vec<Route> {
    let (read, order) = (Access::Needs(P::RectificationRead), Access::Needs(P::RectificationOrder));
    vec![
        Route::get("/work/rectifications/{id}", read, show),
        Route::get("/work/rectifications/{id}/files/{file}", read, file),
        Route::post("/work/rectifications/{id}/reply", Access::Needs(P::RectificationReply), reply).carries(MOST_UPLOAD),
        Route::post("/work/rectifications/{id}/accept", order, accept),
        Route::post("/work/rectifications/{id}/again", order, again),
        Route::post("/work/rectifications/{id}/expire", order, expire),
    ]
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// A file of an order within reach, bit for bit.
async fn file(State(app): State<App>, reader: Reader, Path((id, file)): Path<(String, String)>) -> Result<Response, Refusal> {
    rectification(&app.db, &reader.actor(P::RectificationRead)?, &id).await?;
    as_attachment(&app, &files::one_of(&app.db, FILES_OF, &id, &file).await?).await
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = rectification(&app.db, &reader.actor(P::RectificationRead)?, id).await?;
    let goods = match &view.recalled {
        Some(recalled) => Some((recalled, Names::new(app).goods(&recalled.product_id).await?)),
        None => None,
    };
    let told = |recovered: i64, disposed: i64, goods: &Goods| {
        super::fill(reader, "recall_figures", &[("recovered", &goods.show(recovered)), ("disposed", &goods.show(disposed))])
    };
    let so_far = goods.as_ref().map(|(recalled, goods)| {
        let figures = view.figures().map(|(recovered, disposed)| told(recovered, disposed, goods)).unwrap_or_default();
        format!("{} {} · {} {figures}", goods.name, recalled.lot, goods.show(recalled.amount))
    });
    let rows = vec![
        ("addressee", view.name.clone()),
        ("state", state(reader, "rectification_state", &view.state).text),
        ("recalled_goods", so_far.unwrap_or_default()),
        ("mend", view.what.clone()),
        ("mend_by", super::rectifications::due(reader, &view, &app.clock.today().to_string()).text),
        ("document_no", view.document_no.clone().unwrap_or_default()),
        ("follows_from", say(reader, &format!("follows.{}", view.source))),
        ("ordered_at", moment_of(reader.lang, &view.ordered_at)),
    ];
    let table = facts(reader, "rectification_caption", rows);
    let mut about = Part { heading: say(reader, "rectification"), table: Some(table), ..Part::default() };
    if let Some(recalled) = &view.recalled {
        let to = if reader.may(P::RecallPropose) {
            Some((format!("/work/measures/recalls/{}", view.source_id), "the_recall"))
        } else {
            reader.may(P::BatchRead).then(|| (format!("/work/batches/{}", recalled.batch_id), "the_batch"))
        };
        about.links = to.into_iter().map(|(to, words)| (reader.to(&to), say(reader, words))).collect();
    }
    about.forms =
        forms(app, reader, &view, goods.as_ref().map(|(_, goods)| goods)).into_iter().map(|form| form.again(tried.as_ref())).collect();
    let lines = view.notes.iter().map(|note| {
        let due =
            note.due_on.as_deref().map(|day| super::fill(reader, "until_day", &[("day", &on(reader, Some(day)))])).unwrap_or_default();
        vec![
            Cell::text(moment_of(reader.lang, &note.at)),
            state(reader, "rectification_state", &note.act),
            Cell::text(note.said.clone()).with_small(match (&goods, note.recovered, note.disposed) {
                (Some((_, goods)), Some(recovered), Some(disposed)) => told(recovered, disposed, goods),
                _ => due,
            }),
        ]
    });
    let said = Table {
        caption: say(reader, "rounds"),
        columns: columns(reader, &["when", "step", "said"]),
        rows: lines.collect(),
        empty: String::new(),
    };
    let mut parts = vec![about, Part { heading: say(reader, "rounds"), table: Some(said), ..Part::default() }];
    if !view.files.is_empty() {
        let link = |file: &files::FileView| {
            vec![Cell::link(file.name.clone(), format!("/work/rectifications/{id}/files/{}", file.id)), Cell::text(file.sha256.clone())]
        };
        let table = Table {
            caption: say(reader, "photos"),
            columns: vec![Column::text(say(reader, "photos")), Column::text("SHA-256")],
            rows: view.files.iter().map(link).collect(),
            empty: String::new(),
        };
        parts.push(Part { heading: say(reader, "photos"), table: Some(table), ..Part::default() });
    }
    Ok(PartsPage { frame: reader.frame(super::fill(reader, "rectification_of", &[("name", &view.name)]), errors), parts }.render()?)
}

fn forms(app: &App, reader: &Reader, view: &RectificationView, goods: Option<&Goods>) -> Vec<Form> {
    let Some(now) = RectificationState::parse(&view.state) else { return Vec::new() };
    let at = |verb: &str| format!("/work/rectifications/{}/{verb}", view.id);
    let own = view.organisation_id.as_deref().is_some_and(|id| reader.own() == Some(id));
    let officer = reader.acting(P::RectificationOrder).is_some_and(|actor| actor.scope.reaches_division(&view.division_code));
    let mut forms = Vec::new();
    if own && now.may_become(RectificationState::Replied) && reader.may(P::RectificationReply) {
        let mut fields = vec![Field::area("said", say(reader, "what_was_done")).must()];
        if let Some(goods) = goods {
            let unit = units(goods.unit).first().map(|(word, _)| reader.word("unit", word)).unwrap_or_default();
            fields = vec![
                Field::text("recovered", super::fill(reader, "recovered", &[("unit", &unit)])).numeric().must(),
                Field::text("disposed", super::fill(reader, "disposed", &[("unit", &unit)])).numeric().must(),
                Field::area("said", say(reader, "report_said")).hint(say(reader, "report_hint")).must(),
            ];
        }
        fields.push(Field::file("files", say(reader, "photos"), "image/*,application/pdf").hint(say(reader, "photos_hint")));
        let form = Form::new(app, reader, "reply", &at("reply"), "insp.reply", "insp.reply", fields).about(say(reader, "reply_about"));
        forms.push(Form { open: true, ..form });
    }
    if officer && now.may_become(RectificationState::Accepted) {
        let fields = vec![Field::area("said", say(reader, "what_was_seen")).must()];
        forms.push(Form::new(app, reader, "accept", &at("accept"), "insp.accept", "insp.accept", fields));
    }
    if officer && now.may_become(RectificationState::Again) {
        let fields = vec![Field::area("said", say(reader, "still_to_mend")).must(), Field::date("due_on", say(reader, "new_day")).must()];
        forms.push(Form::new(app, reader, "again", &at("again"), "insp.return", "insp.return", fields));
    }
    if officer && now.may_become(RectificationState::Expired) && view.due_on < app.clock.today().to_string() {
        let fields = vec![Field::area("said", say(reader, "what_was_seen")).must()];
        let form = Form::new(app, reader, "expire", &at("expire"), "insp.expire", "insp.expire", fields);
        forms.push(Form { class: "stop", ..form });
    }
    forms
}

async fn back(
    app: &App,
    reader: &Reader,
    id: &str,
    form: &'static str,
    typed: &Typed,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    refilled(tried, reader, Tried { form, typed }, &["said", "files", "due_on", "recovered", "disposed"], |errors, tried| {
        page(app, reader, id, errors, tried)
    })
    .await
}

/// An amount of a report, typed in the first unit people use for such goods; nothing where there is none to report.
fn weighed(faults: &mut Faults, typed: &Typed, name: &str, unit: Option<BaseUnit>) -> Option<i64> {
    let (factor, text) = (units(unit?).first().map_or(1, |(_, factor)| *factor), plain(&said(typed, name)));
    let read = if text.bytes().all(|digit| digit == b'0') && !text.is_empty() { Some(0) } else { parse_amount(&text, factor) };
    if read.is_none() && !text.is_empty() {
        faults.add(format!("/{name}"), "weight_unreadable").with("figure", text);
    }
    read
}

async fn reply(State(app): State<App>, reader: Reader, Path(id): Path<String>, sent: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (sent.posted.body.clone(), reader.lang, id.clone());
    let kept = app.shelf.keep_all(sent.files).await;
    let view = rectification(&app.db, &reader.actor(P::RectificationRead)?, &id).await?;
    let unit = match &view.recalled {
        Some(recalled) => Some(Names::new(&app).goods(&recalled.product_id).await?.unit),
        None => None,
    };
    let tried = act(&app, sent.posted, move |tx, desk, typed| {
        let (id, kept) = (own.clone(), kept.clone());
        Box::pin(async move {
            let mut faults = Faults::new();
            let (recovered, disposed) = (weighed(&mut faults, &typed, "recovered", unit), weighed(&mut faults, &typed, "disposed", unit));
            faults.check()?;
            let input = RectificationReplyInput { said: said(&typed, "said"), recovered, disposed };
            reply_rectification(tx, &desk, &id, &input, &kept?).await?;
            Ok(Done::see(done_at(lang, &format!("/work/rectifications/{id}"), "rectification_replied")))
        })
    });
    let tried = tried.await;
    back(&app, &reader, &id, "reply", &typed, tried).await
}

/// A step an officer takes with a note.
macro_rules! noted {
    ($handler:ident, $form:literal, $command:ident, $done:literal) => {
        async fn $handler(
            State(app): State<App>,
            reader: Reader,
            Path(id): Path<String>,
            posted: Posted<Typed>,
        ) -> Result<Response, Refusal> {
            let (typed, lang, own) = (posted.body.clone(), reader.lang, id.clone());
            let tried = act(&app, posted, move |tx, desk, typed| {
                let id = own.clone();
                Box::pin(async move {
                    $command(tx, &desk, &id, &RectificationNoteInput { said: said(&typed, "said") }).await?;
                    Ok(Done::see(done_at(lang, &format!("/work/rectifications/{id}"), $done)))
                })
            });
            let tried = tried.await;
            back(&app, &reader, &id, $form, &typed, tried).await
        }
    };
}
noted!(accept, "accept", accept_rectification, "rectification_accepted");
noted!(expire, "expire", expire_rectification, "rectification_expired");

async fn again(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = own.clone();
        Box::pin(async move {
            let input = RectificationAgainInput { said: said(&typed, "said"), due_on: must_day(&typed, "due_on")? };
            return_rectification(tx, &desk, &id, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/rectifications/{id}"), "rectification_returned")))
        })
    });
    let tried = tried.await;
    back(&app, &reader, &id, "again", &typed, tried).await
}
