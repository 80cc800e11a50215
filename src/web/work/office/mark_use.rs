//! `/work/mark-uses/{id}`: one mark use with what it rests on; suspending, resuming, ending.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::names::{day_of, moment_of};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, choices};
use super::mark_uses::{days, standing};
use super::{As, columns, does, facts, say};
use crate::db::Tx;
use crate::files;
use crate::identity::role::Permission as P;
use crate::kernel::{Desk, Outcome};
use crate::registry::commands::{
    ArtworkInput, EndInput, ResumeInput, SuspendInput, end_mark_use, file_artwork, resume_mark_use, suspend_mark_use,
};
use crate::registry::queries::{MarkUseView, StandingWord, mark_use};

pub(super) fn routes() -> Vec<Route> {
    let record = Access::Needs(P::MarkUseRecord);
    vec![
        Route::get("/work/mark-uses/{id}", Access::Needs(P::MarkUseRead), show),
        Route::post("/work/mark-uses/{id}/suspend", record, suspend),
        Route::post("/work/mark-uses/{id}/resume", record, resume),
        Route::post("/work/mark-uses/{id}/end", record, end),
        Route::post("/work/mark-uses/{id}/artwork", record, artwork_filed),
    ]
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = mark_use(&app.db, &reader.actor(P::MarkUseRead)?, id, app.clock.today()).await?;
    let rows = vec![
        ("user", Some(view.organisation.clone())),
        ("credit_code", view.credit_code.clone()),
        ("product", Some(view.product.clone())),
        ("right", Some(reader.word("office.route", &view.route))),
        ("in_force", Some(days(reader, &view))),
        ("state", Some(standing(reader, &view).text)),
        ("announcement_number", view.announcement.clone()),
        ("contract", view.contract.clone()),
        ("evidence", view.evidence.clone()),
        ("artwork", artwork(reader, &view)),
        ("recorded_at", Some(moment_of(reader.lang, &view.recorded_at))),
    ];
    let mut about = Part { heading: say(reader, "facts"), table: Some(facts(reader, "mark_use_caption", rows)), ..Part::default() };
    if reader.may(P::MarkUseRecord) {
        about.forms = forms(app, reader, &view, tried.as_ref());
    }
    let papers = files::of(&app.db, "mark_use", &view.id).await?.into_iter().map(|file| {
        vec![
            Cell::link(file.name, reader.to(&format!("/work/files/{}/original", file.id))),
            Cell::text(file.sha256),
            Cell::text(moment_of(reader.lang, &file.uploaded_at)),
        ]
    });
    let papers = Table {
        caption: say(reader, "papers_caption"),
        columns: columns(reader, &["paper", "sha256", "recorded_at"]),
        rows: papers.collect(),
        empty: say(reader, "papers_empty"),
    };
    let held = view.suspensions.iter().map(|s| {
        let to = s.to.as_deref().map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day));
        vec![
            Cell::text(format!("{} – {to}", day_of(reader.lang, &s.from))),
            Cell::text(s.reason.clone()),
            Cell::text(s.document_no.clone().unwrap_or_default()),
        ]
    });
    let held = Table {
        caption: say(reader, "suspensions"),
        columns: columns(reader, &["in_force", "reason", "document_no"]),
        rows: held.collect(),
        empty: say(reader, "suspensions_empty"),
    };
    let parts = vec![
        about,
        Part { heading: say(reader, "paper"), table: Some(papers), ..Part::default() },
        Part { heading: say(reader, "suspensions"), table: Some(held), ..Part::default() },
    ];
    let title = format!("{} · {}", view.organisation, view.product);
    Ok(PartsPage { frame: reader.frame(title, errors), parts }.render()?)
}

/// The filing of the artwork, or that the special mark waits for it.
fn artwork(reader: &Reader, view: &MarkUseView) -> Option<String> {
    match (&view.artwork_on, &view.artwork_no) {
        (Some(day), Some(number)) => Some(format!("{} {number}", day_of(reader.lang, day))),
        _ => (view.state == "announced").then(|| say(reader, "artwork_waits")),
    }
}

fn forms(app: &App, reader: &Reader, view: &MarkUseView, tried: Option<&Tried<'_>>) -> Vec<Form> {
    let at = |verb: &str| format!("/work/mark-uses/{}/{verb}", view.id);
    let day = |name, label: String| Field::date(name, label).value(app.clock.today().to_string());
    let (reason, number) =
        (|| Field::text("reason", say(reader, "reason")).must(), || Field::text("document_no", say(reader, "document_no")));
    let mut forms = Vec::new();
    if view.state == "announced" && view.standing != StandingWord::Ended {
        let fields = vec![day("filed_on", say(reader, "filed_on")), Field::text("number", say(reader, "artwork_number")).must()];
        let form = Form::new(app, reader, "artwork", &at("artwork"), "office.file_artwork", "office.file_artwork", fields);
        forms.push(Form { open: true, ..form }.about(say(reader, "artwork_about")));
    }
    match view.standing {
        StandingWord::Suspended => {
            let fields = vec![day("from", reader.say("valid_from")), reason()];
            forms.push(Form::new(app, reader, "resume", &at("resume"), "office.resume", "office.resume", fields));
        }
        StandingWord::InForce | StandingWord::NotYet => {
            let fields = vec![day("from", reader.say("valid_from")), reason(), number()];
            let form = Form::new(app, reader, "suspend", &at("suspend"), "office.suspend", "office.suspend", fields);
            forms.push(Form { class: "stop", ..form }.about(say(reader, "suspend_about")));
        }
        StandingWord::Ended => {}
    }
    if view.standing != StandingWord::Ended {
        let endings = choices(reader, "office.ending", ["cancelled", "surrendered"]);
        let fields = vec![
            Field::select("ending", say(reader, "ending_label"), endings).must(),
            day("last_day", say(reader, "last_day")),
            reason(),
            number(),
        ];
        let form = Form::new(app, reader, "end", &at("end"), "office.end_mark_use", "office.end_mark_use", fields);
        forms.push(Form { class: "stop", ..form });
    }
    forms.into_iter().map(|form| form.again(tried)).collect()
}

fn back(id: &str) -> String {
    format!("/work/mark-uses/{id}")
}

async fn do_suspend(tx: &Tx, desk: &Desk, id: &str, input: &SuspendInput) -> Outcome<String> {
    suspend_mark_use(tx, desk, id, input).await.map(|row| back(&row.id))
}
async fn do_resume(tx: &Tx, desk: &Desk, id: &str, input: &ResumeInput) -> Outcome<String> {
    resume_mark_use(tx, desk, id, input).await.map(|row| back(&row.id))
}
async fn do_artwork(tx: &Tx, desk: &Desk, id: &str, input: &ArtworkInput) -> Outcome<String> {
    file_artwork(tx, desk, id, input).await.map(|row| back(&row.id))
}
async fn do_end(tx: &Tx, desk: &Desk, id: &str, input: &EndInput) -> Outcome<String> {
    end_mark_use(tx, desk, id, input).await.map(|row| back(&row.id))
}

const SUSPEND: &[(&str, As)] = &[("from", As::Text), ("reason", As::Text), ("document_no", As::Text)];
const RESUME: &[(&str, As)] = &[("from", As::Text), ("reason", As::Text)];
const ARTWORK: &[(&str, As)] = &[("filed_on", As::Text), ("number", As::Text)];
const END: &[(&str, As)] = &[("ending", As::Text), ("last_day", As::Text), ("reason", As::Text), ("document_no", As::Text)];

does!(suspend, "suspend", SUSPEND, do_suspend, "mark_use_suspended", page);
does!(resume, "resume", RESUME, do_resume, "mark_use_resumed", page);
does!(end, "end", END, do_end, "mark_use_ended", page);
does!(artwork_filed, "artwork", ARTWORK, do_artwork, "mark_use_artwork_filed", page);
