//! The plan: how much waits, by kind, county and officer, and how old it is; giving listings out; the clues to hand on.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::desk::{Reader, done_at};
use super::super::names::moment_of;
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, given, refilled, whole};
use super::say;
use crate::identity::officer::officers;
use crate::identity::queries::access::account;
use crate::identity::role::Permission as P;
use crate::interop::sheet::Format;
use crate::interop::sheet::write::Out;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Failure, Outcome};
use crate::registry::queries::division_names;
use crate::supervision::audit::clues::{Clue, clues};
use crate::supervision::audit::plan::{Waiting, plan};
use crate::supervision::commands::audit::{AssignInput, assign_audits};
use crate::supervision::listing::finding::FindingKind;

pub(super) async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

fn table(reader: &Reader, key: &str, rows: &[Waiting], name: impl Fn(&Waiting) -> (String, String)) -> Table {
    let rows = rows.iter().map(|row| {
        let (words, to) = name(row);
        let first = if to.is_empty() { Cell::text(words) } else { Cell::link(words, reader.to(&to)) };
        let figures = [row.waiting, row.over_3, row.over_7, row.over_30].map(|n| Cell::text(n.to_string()));
        std::iter::once(first).chain(figures).collect()
    });
    let mut columns = vec![Column::text(say(reader, &format!("by.{key}")))];
    columns.extend(["waiting", "over_3", "over_7", "over_30"].map(|key| Column::number(say(reader, &format!("column.{key}")))));
    let caption = format!("{} · {}", say(reader, &format!("by.{key}")), say(reader, "plan_caption"));
    Table { caption, columns, rows: rows.collect(), empty: say(reader, "none") }
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let plan = plan(&app.db, &reader.actor(P::ListingAudit)?, app.clock.now()).await?;
    let codes: Vec<String> = plan.counties.iter().filter_map(|row| row.name.clone()).collect();
    let names = division_names(&app.db, &codes).await?;
    let all = std::slice::from_ref(&plan.all);
    let parts_of = [
        table(reader, "all", all, |_| (say(reader, "state.open"), "/work/audits".to_owned())),
        table(reader, "kind", &plan.kinds, |row| {
            let kind = row.name.clone().unwrap_or_default();
            (reader.word("audits.kind", &kind), format!("/work/audits?kind={kind}"))
        }),
        table(reader, "county", &plan.counties, |row| {
            let code = row.name.clone().unwrap_or_default();
            (names.get(&code).cloned().unwrap_or(code), String::new())
        }),
        table(reader, "officer", &plan.officers, |row| {
            (row.said.clone().unwrap_or_else(|| reader.word("audits.held", "nobody")), String::new())
        }),
    ];
    let heads = ["all", "kind", "county", "officer"];
    let mut parts: Vec<Part> = heads
        .iter()
        .zip(parts_of)
        .map(|(key, table)| Part { heading: say(reader, &format!("by.{key}")), table: Some(table), ..Part::default() })
        .collect();
    if let Some(kinds) = parts.get_mut(1) {
        kinds.about = say(reader, "never_summed");
    }
    let fields = vec![
        Field::text("each", say(reader, "each")).numeric().must().value("50"),
        Field::select("kind", say(reader, "asks.kind"), choices(reader, "audits.kind", FindingKind::ALL.iter().map(|kind| kind.word()))),
        Field::select("to", say(reader, "to"), choices(reader, "audits.held", ["me", "each"])).must().value("me"),
    ];
    let form = Form::new(app, reader, "assign", "/work/audits/plan", "audits.assign", "audits.assign", fields);
    let form = form.about(say(reader, "assign_about")).again(tried.as_ref());
    parts.push(Part { heading: say(reader, "assign"), forms: vec![Form { open: true, ..form }], ..Part::default() });
    let file = |end: &str| vec![Cell::link(format!("{} .{end}", say(reader, "clues")), reader.to(&format!("/work/audits/clues.{end}")))];
    let files = Table {
        caption: say(reader, "clues_caption"),
        columns: vec![Column::text(say(reader, "clues"))],
        rows: vec![file("xlsx"), file("csv")],
        empty: String::new(),
    };
    parts.push(Part { heading: say(reader, "clues"), about: say(reader, "clues_about"), table: Some(files), ..Part::default() });
    Ok(PartsPage { frame: reader.frame(say(reader, "plan"), errors), parts }.render()?)
}

/// Officers of the reader's own organisation whose certificates are valid.
async fn colleagues(app: &App, reader: &Reader) -> Outcome<Vec<String>> {
    let today = app.clock.today().to_string();
    let mut own = Vec::new();
    for officer in officers(&app.db).await?.into_iter().filter(|o| o.valid_to.as_ref().is_none_or(|to| *to >= today)) {
        if reader.own().is_some() && account(&app.db, &officer.account_id).await?.organisation_id.as_deref() == reader.own() {
            own.push(officer.account_id);
        }
    }
    Ok(own)
}

pub(super) async fn assign(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let to = if given(&typed, "to").as_deref() == Some("each") { colleagues(&app, &reader).await? } else { Vec::new() };
    let tried = act(&app, posted, move |tx, desk, typed| {
        let to = to.clone();
        Box::pin(async move {
            let mut faults = Faults::new();
            let each = whole(&mut faults, &typed, "each", "/each");
            faults.check()?;
            let each = each.and_then(|n| u64::try_from(n).ok());
            let input = AssignInput { ids: Vec::new(), each, kind: given(&typed, "kind"), to };
            assign_audits(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/audits?held=me", "audits_assigned")))
        })
    });
    let tried = tried.await;
    let names = ["each", "kind", "to"];
    refilled(tried, &reader, Tried { form: "assign", typed: &typed }, &names, |errors, tried| page(&app, &reader, errors, tried)).await
}

/// Between which days.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Days {
    from: Option<Day>,
    to: Option<Day>,
}

pub(super) async fn clues_csv(State(app): State<App>, reader: Reader, Asked(days): Asked<Days>) -> Result<Response, Refusal> {
    sheet(&app, &reader, &days, Format::Csv).await
}
pub(super) async fn clues_xlsx(State(app): State<App>, reader: Reader, Asked(days): Asked<Days>) -> Result<Response, Refusal> {
    sheet(&app, &reader, &days, Format::Xlsx).await
}

/// Columns of the clues, in the order they are reported.
const COLUMNS: [&str; 15] = [
    "operator",
    "credit_code",
    "platform",
    "shop",
    "url",
    "item_id",
    "goods",
    "product",
    "reason",
    "description",
    "findings",
    "records",
    "measure",
    "recipient",
    "decided_at",
];

fn cells(reader: &Reader, clue: &Clue) -> Vec<String> {
    let findings: Vec<String> = clue.findings.iter().map(|(kind, _)| reader.word("audits.kind", kind)).collect();
    let records: Vec<String> = clue
        .records
        .iter()
        .map(|(no, hash)| format!("{} SHA-256 {hash}", reader.fill("evidence.numbered", &[("no", &no.to_string())])))
        .collect();
    let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        clue.operator.clone(),
        or_none(&clue.credit_code),
        clue.platform.clone(),
        or_none(&clue.shop),
        or_none(&clue.url),
        clue.item_id.clone(),
        clue.goods.clone(),
        or_none(&clue.product),
        reader.word("audits.reason", &clue.reason),
        clue.said.clone(),
        findings.join("、"),
        records.join("\n"),
        reader.word("audits.verdict", &clue.measure),
        or_none(&clue.recipient),
        moment_of(reader.lang, &clue.decided_at),
    ]
}

async fn sheet(app: &App, reader: &Reader, days: &Days, format: Format) -> Result<Response, Refusal> {
    let found = clues(&app.db, &app.clock, &reader.actor(P::ListingAudit)?, (days.from, days.to)).await?;
    let headings: Vec<String> = COLUMNS.iter().map(|key| say(reader, &format!("clue.{key}"))).collect();
    let rows: Vec<Vec<String>> = found.iter().map(|clue| cells(reader, clue)).collect();
    let name = say(reader, "clues");
    let title = name.clone();
    let bytes = tokio::task::spawn_blocking(move || {
        let mut out = Out::new(format, &title)?;
        out.headings(None, &headings)?;
        for row in &rows {
            out.row(None, row, None)?;
        }
        out.end()
    });
    let bytes = bytes.await.map_err(Failure::broken)??;
    let (media, end) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    let disposition = format!("attachment; filename*=UTF-8''{}.{end}", query_value(&name).replace('+', "%20"));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
