//! `/work/import`: templates, sheets on their way in, what is wrong with them; `/work/export`: what is given out.

mod files;
mod import;
mod index;
pub(in crate::web) mod said;

use super::super::body::MOST_UPLOAD;
use super::super::route::{Access, Route};
use crate::identity::role::Permission as P;

/// The parameter is a kind of sheet before `template`, an import everywhere else.
pub(super) fn routes() -> Vec<Route> {
    let (read, take) = (Access::Needs(P::SheetRead), Access::Needs(P::SheetImport));
    vec![
        Route::get("/work/import", read, index::show),
        Route::post("/work/import", take, index::upload).carries(MOST_UPLOAD),
        Route::get("/work/import/{id}", take, import::show),
        Route::get("/work/import/{id}/progress.json", take, import::progress),
        Route::post("/work/import/{id}/take", take, import::take),
        Route::post("/work/import/{id}/drop", take, import::drop_it),
        Route::get("/work/import/{id}/faults", take, files::faults),
        Route::get("/work/import/{id}/template.xlsx", take, files::template_xlsx),
        Route::get("/work/import/{id}/template.csv", take, files::template_csv),
        Route::get("/work/export/{file}", read, files::export),
    ]
}
