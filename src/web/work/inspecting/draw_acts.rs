//! What is done to a task: freezing, drawing, taking over the province's draw, dropping; and its results as a sheet.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::draw::page;
use super::draws::parts_of;
use super::{on, say};
use crate::files::Incoming;
use crate::identity::role::Permission as P;
use crate::interop::sheet::Format;
use crate::interop::sheet::plain::{column, texts};
use crate::interop::sheet::write::Out;
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, Outcome};
use crate::supervision::commands::draw::{FreezeInput, ValueInput, draw, drop_draw, freeze_draw};
use crate::supervision::commands::drawn::{ImportInput, ImportedInput, import_drawn};
use crate::supervision::draws::results_of;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{MOST_UPLOAD, Posted, PostedFiles};
use crate::web::failure::Refusal;
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::parts::{Tried, Typed, day, refilled, said};

pub(super) fn routes() -> Vec<Route> {
    let (plan, confirm) = (Access::Needs(P::InspectionPlan), Access::Needs(P::InspectionConfirm));
    vec![
        Route::post("/work/draws/{id}/freeze", plan, freeze),
        Route::post("/work/draws/{id}/value", confirm, value),
        Route::post("/work/draws/{id}/import", plan, import).carries(MOST_UPLOAD),
        Route::post("/work/draws/{id}/drop", plan, drop_one),
        Route::post("/work/draws/{id}/results/{format}", plan, results),
    ]
}

async fn again(
    app: &App,
    reader: &Reader,
    id: &str,
    form: &'static str,
    typed: &Typed,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    let names = ["value_source", "value_day", "list_open_on", "public_value", "file"];
    refilled(tried, reader, Tried { form, typed }, &names, |errors, tried| page(app, reader, id, errors, tried)).await
}

async fn freeze(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            let mut faults = Faults::new();
            let value_day = day(&mut faults, &typed, "value_day");
            let list_open_on = day(&mut faults, &typed, "list_open_on");
            if value_day.is_none() && faults.is_empty() {
                faults.add("/value_day", "register_empty");
            }
            faults.check()?;
            let value_day = value_day.unwrap_or_else(|| desk.clock.today());
            let input = FreezeInput { officers: Vec::new(), value_source: said(&typed, "value_source"), value_day, list_open_on };
            freeze_draw(tx, &desk, &id, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/draws/{id}"), "draw_frozen")))
        })
    });
    let tried = tried.await;
    again(&app, &reader, &id, "freeze", &typed, tried).await
}

async fn value(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            draw(tx, &desk, &id, &ValueInput { public_value: said(&typed, "public_value") }).await?;
            Ok(Done::see(done_at(lang, &format!("/work/draws/{id}"), "draw_drawn")))
        })
    });
    let tried = tried.await;
    again(&app, &reader, &id, "value", &typed, tried).await
}

async fn drop_one(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let id = named.clone();
        Box::pin(async move {
            drop_draw(tx, &desk, &id).await?;
            Ok(Done::see(done_at(lang, "/work/draws", "draw_dropped")))
        })
    });
    let tried = tried.await;
    again(&app, &reader, &id, "drop", &typed, tried).await
}

/// Firms and officers of a sheet of the province's platform, by the words in its headings.
fn drawn(file: Option<&Incoming>) -> Outcome<Vec<ImportedInput>> {
    let file = file.ok_or_else(|| Failure::field("/file", "sheet_file_empty"))?;
    let rows = texts(&file.bytes)?;
    let head = |cells: &[String]| Some((column(cells, &["信用代码", "credit"])?, column(cells, &["证号", "证件号", "certificate"])?));
    let Some((at, (code, officers))) = rows.iter().enumerate().find_map(|(at, (_, cells))| Some((at, head(cells)?))) else {
        return Err(Failure::field("/file", "draw_sheet_columns"));
    };
    let cell = |cells: &[String], at: usize| cells.get(at).cloned().unwrap_or_default();
    let wanted = rows.iter().skip(at + 1).filter(|(_, cells)| !cell(cells, code).is_empty());
    let read = |cells: &[String]| ImportedInput {
        credit_code: cell(cells, code),
        certificates: parts_of(&cell(cells, officers).replace([' ', '/'], ",")),
    };
    Ok(wanted.map(|(_, cells)| read(cells)).collect())
}

async fn import(State(app): State<App>, reader: Reader, Path(id): Path<String>, sent: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, named) = (sent.posted.body.clone(), reader.lang, id.clone());
    let rows = drawn(sent.files.iter().find(|file| file.field == "file"));
    let tried = act(&app, sent.posted, move |tx, desk, _| {
        let (id, rows) = (named.clone(), rows.clone());
        Box::pin(async move {
            import_drawn(tx, &desk, &id, &ImportInput { rows: rows? }).await?;
            Ok(Done::see(done_at(lang, &format!("/work/draws/{id}"), "draw_imported")))
        })
    });
    let tried = tried.await;
    again(&app, &reader, &id, "import", &typed, tried).await
}

async fn results(
    State(app): State<App>,
    reader: Reader,
    Path((id, format)): Path<(String, String)>,
    _posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let format = Format::parse(&format).ok_or_else(Failure::not_found)?;
    let lines = results_of(&app.db, &reader.actor(P::InspectionPlan)?, &id).await?;
    let mut out = Out::new(format, &say(&reader, "draws"))?;
    let headings = ["credit_code", "firm", "officers", "inspected_on", "result", "state"].map(|key| say(&reader, key));
    out.headings(None, &headings)?;
    for line in lines {
        let cells = [
            line.credit_code,
            line.name,
            line.certificates.join("；"),
            on(&reader, line.inspected_on.as_deref()),
            line.found.as_deref().map(|word| say(&reader, &format!("found.{word}"))).unwrap_or_default(),
            say(&reader, &format!("inspection_state.{}", line.state)),
        ];
        out.row(None, &cells, None)?;
    }
    let media = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let mut response = Body::from(out.end()?).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    let name = format!("attachment; filename=\"{id}.{}\"", format.word());
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(Failure::broken)?);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platforms_sheet_is_read_by_its_headings_wherever_they_stand() {
        let sheet = "2026年度抽查结果\r\n序号,检查对象,统一社会信用代码,执法人员证号\r\n1,合作社,91130183MA07XTGB7K,1301AB01 1301AB02\r\n2,,91130183MA07XTGC5P,1301AB01；1301AB03\r\n";
        let read = drawn(Some(&Incoming::new("file", "a.csv", sheet.as_bytes().to_vec()))).unwrap();
        assert_eq!((read.len(), read[0].certificates.len(), read[1].certificates[1].as_str()), (2, 2, "1301AB03"));
        let none = drawn(Some(&Incoming::new("file", "a.csv", b"a,b\r\n1,2\r\n".to_vec()))).unwrap_err();
        assert!(none.says("draw_sheet_columns") && drawn(None).unwrap_err().says("sheet_file_empty"));
    }
}
