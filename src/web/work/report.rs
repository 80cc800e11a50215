//! `/work/tests/{id}`: one test report, what it found, and its scans.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{MOST_UPLOAD, PostedFiles};
use super::super::failure::Refusal;
use super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::route::{Access, Route};
use super::desk::{Reader, done_at};
use super::names::{Names, day_of, moment_of};
use super::parts::{Field, Form, Part, PartsPage, Tried, Typed, refilled};
use super::reports::result;
use crate::files::{self, About, Purpose};
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, Outcome};
use crate::trace::queries::report::{TestReportView, test_report};

/// Files kept of one report.
const MOST_FILES: usize = 12;
/// What the files of a report belong to.
const KIND: &str = "test_report";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/tests/{id}", Access::Needs(P::TestRead), show),
        Route::post("/work/tests/{id}/files", Access::Needs(P::TestReport), keep).carries(MOST_UPLOAD),
    ]
}

fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("rest.{key}"))
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = test_report(&app.db, &reader.actor(P::TestRead)?, id).await?;
    let mut papers = Part { heading: say(reader, "report_files"), table: Some(scans(app, reader, id).await?), ..Part::default() };
    if reader.may(P::TestReport) && reader.own() == Some(view.organisation_id.as_str()) {
        let field = Field::file("file", say(reader, "report_file"), "application/pdf,image/*").hint(say(reader, "report_file_hint")).must();
        let path = format!("/work/tests/{id}/files");
        papers.forms.push(Form::new(app, reader, "file", &path, "rest.report_keep", "rest.report_keep", vec![field]).again(tried.as_ref()));
    }
    let title = format!("{} {}", say(reader, "report"), view.report_no);
    let parts = vec![
        Part { heading: title.clone(), table: Some(facts(app, reader, &view).await?), ..Part::default() },
        Part { heading: reader.say("items"), table: Some(items(reader, &view)), ..Part::default() },
        papers,
    ];
    Ok(PartsPage { frame: reader.frame(title, errors), parts }.render()?)
}

async fn facts(app: &App, reader: &Reader, view: &TestReportView) -> Outcome<Table> {
    let goods = Names::new(app).goods(&view.product_id).await?;
    let rows = vec![
        vec![Cell::text(reader.say("laboratory")), Cell::text(view.laboratory.clone())],
        vec![Cell::text(reader.say("product")), Cell::text(format!("{} {}", goods.name, view.season))],
        vec![Cell::text(reader.say("scope")), Cell::text(reader.word("test_scope", &view.scope))],
        vec![Cell::text(reader.say("reported_on")), Cell::text(day_of(reader.lang, &view.reported_on))],
        vec![
            Cell::text(reader.say("valid_until")),
            Cell::text(view.valid_to.as_deref().map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day))),
        ],
        vec![Cell::text(reader.say("state")), result(reader, view)],
    ];
    let columns = vec![Column::text(reader.say("what")), Column::text(say(reader, "value"))];
    Ok(Table { caption: say(reader, "report_caption"), columns, rows, empty: String::new() })
}

fn items(reader: &Reader, view: &TestReportView) -> Table {
    let rows = view.items.iter().map(|item| {
        vec![Cell::text(item.item.clone()), Cell::text(item.result.clone()), Cell::text(item.bound.clone().unwrap_or_default())]
    });
    let columns = ["report_item", "report_result", "report_bound"].map(|key| Column::text(say(reader, key)));
    Table { caption: say(reader, "report_items_caption"), columns: columns.into(), rows: rows.collect(), empty: String::new() }
}

async fn scans(app: &App, reader: &Reader, id: &str) -> Outcome<Table> {
    let may = reader.may(P::FileRead);
    let rows = files::of(&app.db, KIND, id).await?.into_iter().map(|file| {
        let name = match may {
            true => Cell::link(file.name, format!("/work/files/{}/original", file.id)),
            false => Cell::text(file.name),
        };
        vec![
            name.with_small(format!("{} kB", (file.size + 999) / 1000)),
            Cell::text(moment_of(reader.lang, &file.uploaded_at)).with_small(file.sha256),
        ]
    });
    let columns = ["report_file", "report_kept"].map(|key| Column::text(say(reader, key)));
    Ok(Table {
        caption: say(reader, "report_files_caption"),
        columns: columns.into(),
        rows: rows.collect(),
        empty: say(reader, "report_files_none"),
    })
}

async fn keep(State(app): State<App>, Path(id): Path<String>, reader: Reader, sent: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let PostedFiles { posted, files: incoming } = sent;
    let (lang, named, typed) = (reader.lang, id.clone(), posted.body.clone());
    let view = test_report(&app.db, &reader.actor(P::TestRead)?, &id).await?;
    if reader.own() != Some(view.organisation_id.as_str()) {
        return Err(Failure::not_permitted().into());
    }
    let has = files::of(&app.db, KIND, &id).await?.len();
    let checked = async {
        if incoming.is_empty() {
            return Err(Failure::field("/file", "file_missing"));
        }
        if has + incoming.len() > MOST_FILES {
            return Err(Failure::field("/file", "report_files_many").with("most", MOST_FILES));
        }
        app.shelf.keep_all(incoming).await
    };
    let tried = match checked.await {
        Err(failure) => Err(Refusal(failure)),
        Ok(kept) => {
            act(&app, posted, move |tx, desk, _| {
                let (kept, about) =
                    (kept.clone(), About { kind: KIND, id: named.clone(), organisation_id: Some(view.organisation_id.clone()) });
                Box::pin(async move {
                    for one in &kept {
                        files::attach(tx, &desk, one, &about, Purpose::Report).await?;
                    }
                    files::store::record_attached(tx, &desk, &about, &kept, Purpose::Report).await?;
                    Ok(Done::see(done_at(lang, &format!("/work/tests/{}", about.id), "files_kept")))
                })
            })
            .await
        }
    };
    refilled(tried, &reader, Tried { form: "file", typed: &typed }, &["file"], |errors, tried| page(&app, &reader, &id, errors, tried))
        .await
}
