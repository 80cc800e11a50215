//! Writing down farm work, one by one or a sheet at once.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::farm::sheet::{self, Row};
use crate::trace::farm::{FarmKind, FarmRecordInput, LONGEST_INTERVAL};
use crate::trace::queries::farm::{FarmRecordView, FarmSheetView};
use crate::trace::record::{need_text, read_happened, read_text, shortened};
use crate::trace::store::farm::{self as store, FarmRow};
use crate::trace::store::register::{self, PlotRow};

/// Writes down what was done on a plot.
///
/// # Errors
/// Fields `plot_unknown` (also for a plot out of reach), `farm_kind_unknown`, `farm_input_missing`, `interval_unfit`, `in_the_future`,
/// `late_reason_missing`.
pub async fn record_farm_work(tx: &Tx, desk: &Desk, input: &FarmRecordInput) -> Outcome<FarmRecordView> {
    let mut faults = Faults::new();
    let plot = store::plot_within(tx.connection(), &desk.actor.scope, &input.plot_id).await?;
    if plot.is_none() {
        faults.add("/plot_id", "plot_unknown");
    }
    let kind = FarmKind::parse(&input.kind);
    if kind.is_none() {
        faults.add("/kind", "farm_kind_unknown").with("value", shortened(&input.kind));
    }
    if let Some(days) = input.interval_days.filter(|days| !(0..=LONGEST_INTERVAL).contains(days)) {
        faults.add("/interval_days", "interval_unfit").with("figure", days).with("right", LONGEST_INTERVAL);
    }
    let late_reason = read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500);
    let happened = read_happened(&mut faults, "/done_on", Some(&input.done_on), late_reason.as_deref(), desk.clock.today());
    let row = FarmRow {
        id: desk.new_id(Noun::FarmRecord),
        plot_id: input.plot_id.clone(),
        kind: kind.map_or("", FarmKind::word).to_owned(),
        input_name: need_text(&mut faults, "/input_name", Some(&input.input_name), 80, "farm_input_missing"),
        registration_no: read_text(&mut faults, "/registration_no", input.registration_no.as_deref(), 60),
        dose: read_text(&mut faults, "/dose", input.dose.as_deref(), 80),
        interval_days: input.interval_days,
        worker: read_text(&mut faults, "/worker", input.worker.as_deref(), 40),
        done_on: happened.map(|h| h.on.to_string()).unwrap_or_default(),
        late: happened.is_some_and(|h| h.late),
        late_reason,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    };
    faults.check()?;
    let plot = plot.ok_or_else(|| Failure::broken("faults were not noted"))?;
    store::insert(tx, std::slice::from_ref(&row)).await?;
    // Who did the work is a person: it stays with the record.
    let facts = json!({
        "plot": row.plot_id, "kind": row.kind, "input": row.input_name, "registration_no": row.registration_no, "dose": row.dose,
        "interval_days": row.interval_days, "done_on": row.done_on, "late": row.late,
    });
    ledger::append(tx, desk, Event::new(kind::FARM_WORK_RECORDED, &row.id, facts)).await?;
    Ok(FarmRecordView::of(row, plot.name))
}

/// A sheet to be written down.
#[derive(Debug, Clone, Default)]
pub struct FarmSheet {
    /// The file.
    pub bytes: Vec<u8>,
    /// Why it is written down late, for rows that say nothing themselves.
    pub late_reason: Option<String>,
    /// Only look.
    pub dry_run: bool,
}

/// Writes down a sheet: every row, or none. Rows that are on record already, word for word, are left alone, so that the same sheet
/// again changes nothing.
///
/// # Errors
/// `invalid_fields` with every fault of every row: `import_…`, each with `row`, `column`, `value` and `right`.
pub async fn import_farm_work(tx: &Tx, desk: &Desk, input: &FarmSheet) -> Outcome<FarmSheetView> {
    let mut faults = Faults::new();
    let rows = sheet::read(&input.bytes, desk.clock.today(), input.late_reason.as_deref(), &mut faults);
    faults.check()?;
    let mut called: Vec<String> = rows.iter().map(|row| row.plot.clone()).collect();
    called.sort_unstable();
    called.dedup();
    let plots = store::plots_called(tx.connection(), &desk.actor.scope, &called).await?;
    let mut faults = Faults::new();
    let found: Vec<Option<&PlotRow>> = rows.iter().map(|row| plot_of(&mut faults, &plots, row)).collect();
    faults.check()?;
    let new: Vec<FarmRow> = rows.iter().zip(found.into_iter().flatten()).map(|(row, plot)| record(desk, row, plot)).collect();
    // Two who send one sheet at once wait for each other here.
    let ids: std::collections::BTreeSet<String> = new.iter().map(|row| row.plot_id.clone()).collect();
    register::lock_plots(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let known = on_record(tx, &new).await?;
    let fresh: Vec<FarmRow> = new.into_iter().filter(|row| !known.contains(&content(row))).collect();
    let view = FarmSheetView {
        id: data_encoding::HEXLOWER.encode(&Sha256::digest(&input.bytes)),
        rows: rows.len(),
        added: fresh.len(),
        already: rows.len() - fresh.len(),
        dry_run: input.dry_run,
    };
    let Some(first) = fresh.first().filter(|_| !input.dry_run) else { return Ok(view) };
    store::insert(tx, &fresh).await?;
    let facts = json!({
        "sheet": view.id, "rows": view.rows, "added": view.added,
        "plots": fresh.iter().map(|row| &row.plot_id).collect::<std::collections::BTreeSet<_>>(),
    });
    ledger::append(tx, desk, Event::new(kind::FARM_WORK_RECORDED, &first.id, facts)).await?;
    Ok(view)
}

/// The plot a row means: one within reach, by id, or by name and perhaps village, on the day.
fn plot_of<'a>(faults: &mut Faults, plots: &'a [PlotRow], row: &Row) -> Option<&'a PlotRow> {
    let day = row.done_on.to_string();
    let stands = |plot: &&PlotRow| plot.valid_from <= day && plot.valid_to.as_ref().is_none_or(|to| *to >= day);
    let in_village = |plot: &&PlotRow| row.village.as_ref().is_none_or(|village| *village == plot.village);
    let meant: Vec<&PlotRow> =
        plots.iter().filter(|plot| plot.id == row.plot || plot.name == row.plot).filter(in_village).filter(stands).collect();
    let (code, right) = match meant[..] {
        [only] => return Some(only),
        [] => ("import_plot_unknown", "plo_…".to_owned()),
        _ => {
            ("import_plot_several", meant.iter().map(|plot| format!("{} {}", plot.id, plot.village)).take(3).collect::<Vec<_>>().join("、"))
        }
    };
    let fault = faults.add(format!("/rows/{}/plot", row.row), code);
    fault.with("row", row.row).with("column", "地块").with("value", shortened(&row.plot)).with("right", right);
    None
}

fn record(desk: &Desk, row: &Row, plot: &PlotRow) -> FarmRow {
    FarmRow {
        id: desk.new_id(Noun::FarmRecord),
        plot_id: plot.id.clone(),
        kind: row.kind.word().to_owned(),
        input_name: row.input_name.clone(),
        registration_no: row.registration_no.clone(),
        dose: row.dose.clone(),
        interval_days: row.interval_days,
        worker: row.worker.clone(),
        done_on: row.done_on.to_string(),
        late: row.done_on < desk.clock.today(),
        late_reason: row.late_reason.clone(),
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    }
}

/// What makes two records one.
fn content(row: &FarmRow) -> String {
    json!([row.plot_id, row.kind, row.input_name, row.registration_no, row.dose, row.interval_days, row.worker, row.done_on]).to_string()
}

async fn on_record(tx: &Tx, rows: &[FarmRow]) -> Outcome<std::collections::HashSet<String>> {
    let days: Vec<Day> = rows.iter().filter_map(|row| Day::parse(&row.done_on)).collect();
    let (Some(from), Some(to)) = (days.iter().min(), days.iter().max()) else { return Ok(std::collections::HashSet::new()) };
    let mut plots: Vec<&String> = rows.iter().map(|row| &row.plot_id).collect();
    plots.sort_unstable();
    plots.dedup();
    Ok(store::of_plots(tx.connection(), &plots, *from, *to).await?.iter().map(content).collect())
}
