//! `/work/sales`: order exports of platforms; only item, SKU, pieces, what was paid, state and time are kept.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{MOST_UPLOAD, PostedFiles};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::moment_of;
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, refilled, said};
use super::{columns, say, seller_choices};
use crate::identity::role::Permission as P;
use crate::interop::orders::read_orders;
use crate::kernel::Failure;
use crate::kernel::quantity::grouped;
use crate::supervision::commands::listing::import_sales;
use crate::trade::address::PLATFORMS;
use crate::trade::queries::sales::{SalesFilter, sales_imports};
use crate::trade::queries::seller_names;

pub(super) fn routes() -> Vec<Route> {
    let import = Access::Needs(P::SalesImport);
    vec![Route::get("/work/sales", import, show), Route::post("/work/sales", import, take).carries(MOST_UPLOAD)]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let (items, _) = sales_imports(&app.db, &reader.actor(P::SalesImport)?, &SalesFilter {}, None, Some(50)).await?;
    let names = seller_names(&app.db, items.iter().map(|view| view.seller_id.clone()).collect()).await?;
    let rows = items.iter().map(|view| {
        vec![
            Cell::text(moment_of(reader.lang, &view.recorded_at)),
            Cell::text(names.get(&view.seller_id).cloned().unwrap_or_default()).with_small(view.platform.clone()),
            Cell::text(grouped(view.taken)),
            Cell::text(grouped(view.again)),
            Cell::text(grouped(view.skipped)),
            Cell::text(grouped(view.columns_dropped)),
        ]
    });
    let table = Table {
        caption: say(reader, "imports_caption"),
        columns: columns(reader, &["when", "seller", "taken", "again", "skipped", "dropped"]),
        rows: rows.collect(),
        empty: say(reader, "imports_empty"),
    };
    let platforms = PLATFORMS.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect();
    let fields = vec![
        Field::select("seller_id", say(reader, "seller"), seller_choices(app, reader, P::SalesImport).await?).must(),
        Field::select("platform", say(reader, "platform"), platforms).must(),
        Field::file("file", say(reader, "file"), ".csv,.xlsx").hint(say(reader, "file_hint")).must(),
    ];
    let form = Form::new(app, reader, "sales", "/work/sales", "market.import_sales", "market.import_sales", fields);
    let part = Part {
        heading: say(reader, "sales"),
        about: say(reader, "sales_about"),
        table: Some(table),
        forms: vec![form.again(tried.as_ref())],
        ..Part::default()
    };
    Ok(PartsPage { frame: reader.frame(say(reader, "sales"), errors), parts: vec![part] }.render()?)
}

async fn take(State(app): State<App>, reader: Reader, PostedFiles { posted, files }: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let (seller_id, platform) = (said(&typed, "seller_id"), said(&typed, "platform"));
    // The file lives in this request only: it is read here and dropped.
    let read = match files.first() {
        Some(file) => read_orders(&file.bytes, &seller_id, &platform),
        None => Err(Failure::field("/file", "register_empty")),
    };
    drop(files);
    let tried = match read {
        Err(failure) => Err(Refusal(failure)),
        Ok(read) => {
            act(&app, posted, move |tx, desk, _| {
                let (read, seller_id, platform) = (read.clone(), seller_id.clone(), platform.clone());
                Box::pin(async move {
                    import_sales(tx, &desk, &seller_id, &platform, &read).await?;
                    Ok(Done::see(done_at(lang, "/work/sales", "sales_imported")))
                })
            })
            .await
        }
    };
    let names = ["seller_id", "platform", "file"];
    refilled(tried, &reader, Tried { form: "sales", typed: &typed }, &names, |errors, tried| page(&app, &reader, errors, tried)).await
}
