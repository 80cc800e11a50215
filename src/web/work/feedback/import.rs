//! The export of 12315, as csv or xlsx: every row or none. Columns are found by their headings; others are not read.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{MOST_UPLOAD, PostedFiles};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::FormError;
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::parts::{Field, Form, Part, PartsPage, Typed, answered, at_fields};
use super::say;
use crate::identity::role::Permission as P;
use crate::interop::sheet::table::{Headed, headed};
use crate::kernel::{Failure, Outcome};
use crate::supervision::commands::feedback::{OutsideRow, import_outside};

/// Columns with the headings they may have.
const COLUMNS: [Headed; 5] = [
    ("ours", &["反馈编号", "平台编号", "feedback number"]),
    ("number", &["登记编号", "工单编号", "编号", "registration number"]),
    ("kind", &["类型", "业务类型", "kind"]),
    ("state", &["状态", "办理状态", "state"]),
    ("on", &["时间", "日期", "更新时间", "办理时间", "day"]),
];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::post("/work/feedback/import", Access::Needs(P::FeedbackHandle), take).carries(MOST_UPLOAD)]
}

/// The form for the file.
pub(super) fn form(app: &App, reader: &Reader) -> Form {
    let file = Field::file("sheet", say(reader, "sheet"), ".csv,.xlsx").hint(say(reader, "sheet_hint")).must();
    Form::new(app, reader, "import", "/work/feedback/import", "feedback.import", "feedback.import", vec![file])
}

/// The rows of a sheet.
fn rows(bytes: &[u8]) -> Outcome<Vec<OutsideRow>> {
    let table = headed(bytes, &COLUMNS)?;
    if !table.found.contains(&"number") {
        return Err(Failure::field("/sheet", "outside_no_column"));
    }
    let row = |(row, cells): (u32, std::collections::BTreeMap<&'static str, String>)| {
        let cell = |name: &str| cells.get(name).cloned().unwrap_or_default();
        OutsideRow { row, ours: cell("ours"), number: cell("number"), kind: cell("kind"), state: cell("state"), on: cell("on") }
    };
    Ok(table.rows.into_iter().map(row).collect())
}

async fn take(State(app): State<App>, reader: Reader, posted: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let (lang, file) = (reader.lang, posted.files.into_iter().next());
    let read = match file {
        Some(file) => rows(&file.bytes),
        None => Err(Failure::field("/sheet", "file_missing")),
    };
    let tried = match read {
        Ok(rows) => {
            let done = act(&app, posted.posted, move |tx, desk, _| {
                let rows = rows.clone();
                Box::pin(async move {
                    import_outside(tx, &desk, &rows).await?;
                    Ok(Done::see(done_at(lang, "/work/feedback", "feedback_imported")))
                })
            });
            done.await
        }
        Err(failure) => Err(Refusal(failure)),
    };
    answered(tried, async |failure| {
        let errors: Vec<FormError> = at_fields(&reader, &failure, "import", &["sheet"]);
        let form = Form { open: true, ..form(&app, &reader) };
        let part = Part { heading: say(&reader, "import"), about: say(&reader, "import_about"), forms: vec![form], ..Part::default() };
        let page = PartsPage { frame: reader.frame(say(&reader, "import"), errors), parts: vec![part] };
        Ok((failure, page.render()?))
    })
    .await
}
