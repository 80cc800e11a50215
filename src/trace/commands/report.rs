//! Recording test reports.

use serde_json::json;

use super::reached;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::batch::{BatchState, TestScope, is_failed};
use crate::trace::goods::Goods;
use crate::trace::queries::report::{TestReportView, views};
use crate::trace::record::{need_text, read_day, read_text, shortened};
use crate::trace::report::{ByWhom, TestReportInput, read_sha256};
use crate::trace::store::batch::{self as batches, BatchRow};
use crate::trace::store::report::{self as store, ItemRow, ReportRow};
use crate::trace::store::{farm, register};

/// The most items of one report.
const MOST_ITEMS: usize = 200;

/// Records a report. One that speaks of a batch is shown by it from then on.
///
/// # Errors
/// `not_found` for an organisation out of reach, `not_permitted`; fields `by_whom_unknown`, `test_scope_unknown`, `report_subject_missing`,
/// `report_subject_unfit`, `batch_unknown`, `plot_unknown`, `report_other_product`, `laboratory_missing`, `accreditation_missing`,
/// `report_no_missing`, `report_already_recorded`, `report_days_reversed`, `in_the_future`, `file_hash_unfit`, `test_item_missing` …
pub async fn record_test_report(tx: &Tx, desk: &Desk, input: &TestReportInput) -> Outcome<TestReportView> {
    let goods = register::goods(tx.connection(), &input.product_id).await?;
    let whose = input.organisation_id.as_ref().or(desk.actor.organisation_id.as_ref());
    let whose = whose.ok_or_else(|| Failure::field("/organisation_id", "organisation_missing"))?;
    let (party, reach) = reached(tx, desk, whose, &goods.id).await?;
    if !reach.acts() || party.registered_by_id.is_some() {
        return Err(Failure::not_permitted());
    }
    let mut faults = Faults::new();
    let scope = TestScope::parse(&input.scope);
    if scope.is_none() {
        faults.add("/scope", "test_scope_unknown").with("value", shortened(&input.scope));
    }
    let batch = about_batch(tx, &mut faults, input, scope, &party.id, &goods).await?;
    let plot_id = about_plot(tx, desk, &mut faults, input, scope, &goods).await?;
    let mut row = read(desk, &mut faults, input);
    row.organisation_id.clone_from(&party.id);
    row.product_id.clone_from(&goods.id);
    row.season = season(&mut faults, input, &goods, batch.as_ref(), &row);
    row.subject_id = batch.as_ref().map(|b| b.id.clone()).or(plot_id);
    let items = items(&mut faults, input, &row.id);
    faults.check()?;
    store::insert(tx, row.clone(), items.clone()).await?;
    if let Some(batch) = &batch {
        store::link(tx, &batch.id, std::slice::from_ref(&row.id)).await?;
        store::touch_batch(tx, &batch.id).await?;
    }
    let failed: Vec<&String> = items.iter().filter(|item| item.failed).map(|item| &item.item).collect();
    let facts = json!({
        "organisation": row.organisation_id, "product": row.product_id, "season": row.season, "scope": row.scope, "about": row.subject_id,
        "by_whom": row.by_whom, "laboratory": row.laboratory, "accreditation": row.accreditation, "report_no": row.report_no,
        "reported_on": row.reported_on, "valid_to": row.valid_to, "file_sha256": row.file_sha256,
        "items": items.iter().map(|item| &item.item).collect::<Vec<_>>(), "failed": failed,
    });
    ledger::append(tx, desk, Event::new(kind::TEST_REPORTED, &row.id, facts)).await?;
    views(tx.connection(), vec![row]).await?.pop().ok_or_else(|| Failure::broken("a report without a view"))
}

/// The batch a report speaks of, locked: it is shown by it from now on.
async fn about_batch(
    tx: &Tx,
    faults: &mut Faults,
    input: &TestReportInput,
    scope: Option<TestScope>,
    organisation_id: &str,
    goods: &Goods,
) -> Outcome<Option<BatchRow>> {
    let Some(id) = &input.batch_id else { return Ok(None) };
    if scope.is_some_and(|scope| scope != TestScope::Lot) {
        faults.add("/batch_id", "report_subject_unfit").with("figure", shortened(&input.scope));
        return Ok(None);
    }
    let row = match batches::lock(tx, id).await {
        Ok(whole) => Some(whole.row).filter(|row| row.producer_id == organisation_id && row.state != BatchState::Voided.word()),
        Err(failure) if failure.says("not_found") => None,
        Err(failure) => return Err(failure),
    };
    match &row {
        None => {
            faults.add("/batch_id", "batch_unknown").with("value", shortened(id));
        }
        Some(row) if row.product_id != goods.id => {
            faults.add("/batch_id", "report_other_product").with("right", &goods.name);
        }
        Some(_) => {}
    }
    Ok(row)
}

/// The plot a report speaks of.
async fn about_plot(
    tx: &Tx,
    desk: &Desk,
    faults: &mut Faults,
    input: &TestReportInput,
    scope: Option<TestScope>,
    goods: &Goods,
) -> Outcome<Option<String>> {
    let Some(id) = &input.plot_id else {
        if scope == Some(TestScope::Plot) {
            faults.add("/plot_id", "report_subject_missing");
        }
        return Ok(None);
    };
    if scope.is_some_and(|scope| scope != TestScope::Plot) {
        faults.add("/plot_id", "report_subject_unfit").with("figure", shortened(&input.scope));
        return Ok(None);
    }
    match farm::plot_within(tx.connection(), &desk.actor.scope, id).await? {
        None => {
            faults.add("/plot_id", "plot_unknown");
        }
        Some(plot) if plot.product_id != goods.id => {
            faults.add("/plot_id", "report_other_product").with("right", &goods.name);
        }
        Some(_) => {}
    }
    Ok(Some(id.clone()))
}

fn read(desk: &Desk, faults: &mut Faults, input: &TestReportInput) -> ReportRow {
    let today = desk.clock.today();
    let mut past = |at: &str, written: &String| {
        let day = read_day(faults, at, written)?;
        if day > today {
            faults.add(at, "in_the_future").with("figure", day).with("right", today);
        }
        Some(day)
    };
    let reported_on = past("/reported_on", &input.reported_on);
    let sampled_on = input.sampled_on.as_ref().and_then(|day| past("/sampled_on", day));
    let valid_to = input.valid_to.as_ref().and_then(|day| read_day(faults, "/valid_to", day));
    for (at, first, last) in [("/reported_on", sampled_on, reported_on), ("/valid_to", reported_on, valid_to)] {
        if let (Some(first), Some(last)) = (first, last)
            && last < first
        {
            faults.add(at, "report_days_reversed").with("figure", last).with("right", first);
        }
    }
    let by_whom = ByWhom::parse(&input.by_whom);
    if by_whom.is_none() {
        faults.add("/by_whom", "by_whom_unknown").with("value", shortened(&input.by_whom));
    }
    let accreditation = read_text(faults, "/accreditation", input.accreditation.as_deref(), 80);
    if by_whom == Some(ByWhom::Accredited) && accreditation.is_none() {
        faults.add("/accreditation", "accreditation_missing");
    }
    let file_sha256 = input.file_sha256.as_deref().filter(|text| !text.trim().is_empty()).and_then(|text| {
        let read = read_sha256(text);
        if read.is_none() {
            faults.add("/file_sha256", "file_hash_unfit").with("value", shortened(text));
        }
        read
    });
    let text = |day: Option<Day>| day.map(|day| day.to_string());
    ReportRow {
        id: desk.new_id(Noun::TestReport),
        organisation_id: String::new(),
        product_id: String::new(),
        by_whom: by_whom.map_or("", ByWhom::word).to_owned(),
        scope: input.scope.clone(),
        subject_id: None,
        season: String::new(),
        laboratory: need_text(faults, "/laboratory", Some(&input.laboratory), 120, "laboratory_missing"),
        accreditation,
        report_no: need_text(faults, "/report_no", Some(&input.report_no), 80, "report_no_missing"),
        sampled_on: text(sampled_on),
        reported_on: text(reported_on).unwrap_or_default(),
        valid_to: text(valid_to),
        file_sha256,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    }
}

/// The season said, that of the batch, or that of the day of sample or report.
fn season(faults: &mut Faults, input: &TestReportInput, goods: &Goods, batch: Option<&BatchRow>, row: &ReportRow) -> String {
    let of_day = || Day::parse(row.sampled_on.as_deref().unwrap_or(&row.reported_on)).map(|day| goods.season_of(day));
    let known = batch.map(|b| b.season.clone());
    match &input.season {
        Some(said) if !Goods::is_season(said) => {
            faults.add("/season", "season_unfit").with("value", shortened(said));
            said.clone()
        }
        Some(said) => {
            if let Some(right) = known.filter(|right| right != said) {
                faults.add("/season", "report_season_differs").with("figure", said).with("right", right);
            }
            said.clone()
        }
        None => known.or_else(of_day).unwrap_or_default(),
    }
}

fn items(faults: &mut Faults, input: &TestReportInput, report_id: &str) -> Vec<ItemRow> {
    if input.items.is_empty() {
        faults.add("/items", "test_item_missing");
    }
    if input.items.len() > MOST_ITEMS {
        faults.add("/items", "too_many").with("right", MOST_ITEMS);
        return Vec::new();
    }
    let mut rows: Vec<ItemRow> = Vec::with_capacity(input.items.len());
    for (no, item) in (1_i64..).zip(&input.items) {
        let at = |field: &str| format!("/items/{}/{field}", no - 1);
        let name = need_text(faults, &at("item"), Some(&item.item), 80, "test_item_missing");
        if rows.iter().any(|other| other.item == name) && !name.is_empty() {
            faults.add(at("item"), "given_twice").with("value", &name);
        }
        rows.push(ItemRow {
            report_id: report_id.to_owned(),
            no,
            item: name,
            result: need_text(faults, &at("result"), Some(&item.result), 120, "test_result_missing"),
            bound: read_text(faults, &at("bound"), item.bound.as_deref(), 80),
            failed: is_failed(&item.result),
        });
    }
    rows
}
