//! `/work/tests`: test reports with what they found and what they speak of.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{Asked, Posted};
use super::super::failure::Refusal;
use super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::route::{Access, Route};
use super::bars::own_views;
use super::desk::{Reader, done_at};
use super::listing::{self, Above, Query, ROWS};
use super::names::{Names, day_of};
use super::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, given, refilled, said};
use crate::identity::role::Permission as P;
use crate::interop::sheet::SheetKind;
use crate::kernel::Outcome;
use crate::registry::queries::{PlotsAsked, plots};
use crate::trace::batch::{BatchFilter, TestScope};
use crate::trace::commands::report::record_test_report;
use crate::trace::queries::batch::batches;
use crate::trace::queries::report::{TestReportView, find_test_reports, test_reports};
use crate::trace::report::{ByWhom, ReportFilter, TestItemInput, TestReportInput};

/// Choices of one list.
const CHOICES: u64 = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/tests", Access::Needs(P::TestRead), show), Route::post("/work/tests", Access::Needs(P::TestReport), record)]
}

/// For which batch a report is to be recorded.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    batch: Option<String>,
}

async fn show(
    State(app): State<App>,
    reader: Reader,
    Asked(query): Asked<Query>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &query, &wanted, Vec::new(), None).await?))
}

async fn page(
    app: &App,
    reader: &Reader,
    query: &Query,
    wanted: &Wanted,
    errors: Vec<FormError>,
    tried: Option<Tried<'_>>,
) -> Result<String, Refusal> {
    let actor = reader.actor(P::TestRead)?;
    let scopes = choices(reader, "test_scope", TestScope::ALL.iter().map(|scope| scope.word()));
    let above = Above::new(reader, "/work/tests", query, "tests").products(listing::products(app, reader).await?).states("kind", scopes);
    let above = above.days().sorts(&["reported", "report_no"]).gives(SheetKind::Tests);
    let filter = ReportFilter::default();
    let (views, next) = find_test_reports(&app.db, &actor, &filter, &query.narrow(), query.cursor(), Some(ROWS)).await?;
    let mut table = table(app, reader, &views).await?;
    above.heads(&mut table, &[Some("report_no"), None, None, None, None]);
    let mut part = Part {
        heading: reader.say("tests"),
        filters: Some(above.filters(views.len(), next.is_some())),
        table: Some(table),
        next: above.next(next),
        ..Part::default()
    };
    if reader.may(P::TestReport) && reader.own().is_some() {
        part.forms.push(form(app, reader, wanted, tried.as_ref()).await?);
    }
    Ok(PartsPage { frame: reader.frame(reader.say("tests"), errors), parts: vec![part] }.render()?)
}

async fn table(app: &App, reader: &Reader, views: &[TestReportView]) -> Outcome<Table> {
    let mut names = Names::new(app);
    let mut rows = Vec::with_capacity(views.len());
    for view in views {
        let goods = names.goods(&view.product_id).await?;
        let same = (!view.same_file_as.is_empty()).then(|| reader.fill("same_file", &[("numbers", &view.same_file_as.join("、"))]));
        rows.push(vec![
            Cell::link(view.report_no.clone(), reader.to(&format!("/work/tests/{}", view.id))).with_small(format!(
                "{} {}",
                view.laboratory,
                day_of(reader.lang, &view.reported_on)
            )),
            Cell::text(found(view)).with_small(same.unwrap_or_default()),
            Cell::text(reader.word("test_scope", &view.scope)).with_small(format!("{} {}", goods.name, view.season)),
            Cell::text(view.valid_to.as_deref().map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day))),
            result(reader, view),
        ]);
    }
    Ok(Table {
        caption: reader.say("reports_caption"),
        columns: ["report", "items", "scope", "valid_until", "state"].map(|c| Column::text(reader.say(c))).into(),
        rows,
        empty: reader.say("reports_empty"),
    })
}

/// What a report found, in one line.
pub(super) fn found(view: &TestReportView) -> String {
    let line = |item: &crate::trace::queries::report::TestItemView| {
        let bound = item.bound.as_ref().map(|bound| format!("（{bound}）")).unwrap_or_default();
        format!("{} {}{bound}", item.item, item.result)
    };
    view.items.iter().map(line).collect::<Vec<_>>().join("；")
}

/// Passed or not, in words and colour.
pub(super) fn result(reader: &Reader, view: &TestReportView) -> Cell {
    match (view.failed, view.same_file_as.is_empty()) {
        (true, _) => Cell::badge(reader.say("report_failed"), "red"),
        (false, true) => Cell::badge(reader.say("report_passed"), "ok"),
        (false, false) => Cell::badge(reader.say("report_passed"), "amber"),
    }
}

/// The reader's own reports as choices, newest first; for a batch's form.
pub(super) async fn own_choices(app: &App, reader: &Reader, product_id: &str) -> Outcome<Vec<(String, String)>> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::TestRead)) else { return Ok(Vec::new()) };
    let filter = ReportFilter { organisation_id: Some(own.to_owned()), product_id: Some(product_id.to_owned()), ..ReportFilter::default() };
    let (views, _) = test_reports(&app.db, &actor, &filter, None, Some(CHOICES)).await?;
    let option = |view: TestReportView| (view.id.clone(), format!("{} · {}", view.report_no, found(&view)));
    Ok(views.into_iter().map(option).collect())
}

/// Products the reader's organisation has accounts of.
pub(super) async fn products(app: &App, reader: &Reader) -> Outcome<Vec<(String, String)>> {
    let mut names = Names::new(app);
    let mut found: Vec<(String, String)> = Vec::new();
    for account in own_views(app, reader).await? {
        if !found.iter().any(|(id, _)| *id == account.product_id) {
            let name = names.goods(&account.product_id).await?.name;
            found.push((account.product_id, name));
        }
    }
    Ok(found)
}

/// Batches of the reader's organisation that stand, newest first.
pub(super) async fn own_batches(app: &App, reader: &Reader) -> Outcome<Vec<(String, String)>> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::BatchRead)) else { return Ok(Vec::new()) };
    let filter = BatchFilter { producer_id: Some(own.to_owned()), ..BatchFilter::default() };
    let (views, _) = batches(&app.db, &actor, &filter, None, Some(CHOICES)).await?;
    let mut names = Names::new(app);
    let mut found = Vec::with_capacity(views.len());
    for view in views.into_iter().filter(|view| view.state != "voided") {
        let goods = names.goods(&view.product_id).await?;
        found.push((view.id.clone(), format!("{} · {} {}", view.lot, goods.name, goods.show(super::lists::amount(&view)))));
    }
    Ok(found)
}

/// Plots in the reader's reach, as choices.
pub(super) async fn plot_choices(app: &App, reader: &Reader) -> Outcome<Vec<(String, String)>> {
    let Some(actor) = reader.acting(P::PlotRead) else { return Ok(Vec::new()) };
    let asked = PlotsAsked { as_of: Some(app.clock.today()), ..PlotsAsked::default() };
    let found = plots(&app.db, &actor, &asked, None, CHOICES).await?;
    let village = |plot: &crate::registry::queries::PlotView| plot.places.first().and_then(|p| p.village.clone()).unwrap_or_default();
    Ok(found.items.into_iter().map(|plot| (plot.id.clone(), format!("{} · {} {}", plot.name, village(&plot), plot.product))).collect())
}

async fn form(app: &App, reader: &Reader, wanted: &Wanted, tried: Option<&Tried<'_>>) -> Outcome<Form> {
    let say = |key: &str| reader.say(key);
    let products = products(app, reader).await?;
    let only = if let [(only, _)] = products.as_slice() { only.clone() } else { String::new() };
    let scopes = choices(reader, "test_scope", TestScope::ALL.iter().map(|scope| scope.word()));
    let by_whom = choices(reader, "by_whom", ByWhom::ALL.iter().map(|by| by.word()));
    let fields = vec![
        Field::select("product_id", say("product"), products).must().value(only),
        Field::text("report_no", say("report_no")).must(),
        Field::text("laboratory", say("laboratory")).must(),
        Field::select("by_whom", say("by_whom_label"), by_whom).must(),
        Field::text("accreditation", say("accreditation")).hint(say("accreditation_hint")),
        Field::select("scope", say("scope"), scopes).must().value("lot"),
        Field::select("batch_id", say("about_batch"), own_batches(app, reader).await?)
            .hint(say("about_batch_hint"))
            .value(wanted.batch.clone().unwrap_or_default()),
        Field::select("plot_id", say("about_plot"), plot_choices(app, reader).await?).hint(say("about_plot_hint")),
        Field::date("sampled_on", say("sampled_on")),
        Field::date("reported_on", say("reported_on")).must(),
        Field::date("valid_to", say("report_valid_to")),
        Field::area("items", say("items_label")).hint(say("items_hint")).must(),
        Field::text("file_sha256", say("file_sha256")).hint(say("file_sha256_hint")),
    ];
    let form = Form::new(app, reader, "report", "/work/tests", "record_report", "register", fields);
    Ok(Form { open: wanted.batch.is_some(), ..form }.again(tried))
}

/// One item a line: item, result and bound, parted by a comma of any width, a semicolon or a tab.
fn items(typed: &str) -> Vec<TestItemInput> {
    let item = |line: &str| {
        let mut parts = line.splitn(3, [',', '，', ';', '；', '\t']).map(|part| part.trim().to_owned());
        let (item, result) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        TestItemInput { item, result, bound: parts.next().filter(|bound| !bound.is_empty()) }
    };
    typed.lines().map(str::trim).filter(|line| !line.is_empty()).map(item).collect()
}

async fn record(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let input = TestReportInput {
                organisation_id: None,
                product_id: said(&typed, "product_id"),
                by_whom: said(&typed, "by_whom"),
                scope: said(&typed, "scope"),
                batch_id: given(&typed, "batch_id"),
                plot_id: given(&typed, "plot_id"),
                season: None,
                laboratory: said(&typed, "laboratory"),
                accreditation: given(&typed, "accreditation"),
                report_no: said(&typed, "report_no"),
                sampled_on: given(&typed, "sampled_on"),
                reported_on: said(&typed, "reported_on"),
                valid_to: given(&typed, "valid_to"),
                file_sha256: given(&typed, "file_sha256"),
                items: items(&said(&typed, "items")),
            };
            if input.product_id.is_empty() {
                return Err(crate::kernel::Failure::field("/product_id", "register_empty"));
            }
            record_test_report(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/tests", "report_recorded")))
        })
    });
    let names = [
        "product_id",
        "report_no",
        "laboratory",
        "by_whom",
        "accreditation",
        "scope",
        "batch_id",
        "plot_id",
        "sampled_on",
        "reported_on",
        "valid_to",
        "items",
        "file_sha256",
    ];
    let (query, wanted) = (Query::default(), Wanted::default());
    refilled(tried.await, &reader, Tried { form: "report", typed: &typed }, &names, |errors, tried| {
        page(&app, &reader, &query, &wanted, errors, tried)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_a_line_each() {
        let read = items("农药残留，合格，≤0.05\n\n 可溶性固形物, 12.4% \n铅\t0.01\t0.1");
        let said: Vec<_> = read.iter().map(|i| (i.item.as_str(), i.result.as_str(), i.bound.as_deref())).collect();
        assert_eq!(said, [("农药残留", "合格", Some("≤0.05")), ("可溶性固形物", "12.4%", None), ("铅", "0.01", Some("0.1"))]);
        assert_eq!(items("合格")[0].result, "", "the command asks for the result");
    }
}
