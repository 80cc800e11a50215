//! Taking the lines of an order export. The file is read before and dropped; here are only lines without buyers.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::required;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trade::sales::OrderLine;
use crate::trade::store::{self, SalesImportRow, SalesLineRow};

/// What was read of a file.
#[derive(Debug, Clone, Default)]
pub struct SalesRead {
    /// The lines.
    pub lines: Vec<OrderLine>,
    /// Rows that are no order line.
    pub skipped: i64,
    /// Columns that were dropped.
    pub columns_dropped: i64,
}

/// Takes the lines of a seller's export; a line taken before is only brought up to date.
///
/// # Errors
/// `invalid_fields`: `seller_unknown` (also for one out of reach), `register_empty` platform; `sales_empty`.
pub async fn import_sales(tx: &Tx, desk: &Desk, seller_id: &str, platform: &str, read: &SalesRead) -> Outcome<SalesImportRow> {
    let mut faults = Faults::new();
    match store::seller::reached_by(tx.connection(), &desk.actor, seller_id).await {
        Ok(_) => {}
        Err(failure) if failure.says("not_found") => {
            faults.add("/seller_id", "seller_unknown").with("value", seller_id.chars().take(40).collect::<String>());
        }
        Err(failure) => return Err(failure),
    }
    let platform = required(&mut faults, "/platform", platform, 40);
    faults.check()?;
    if read.lines.is_empty() {
        return Err(Failure::field("/file", "sales_empty").with("figure", read.skipped));
    }
    // Exports without item numbers name the item by its title.
    let titled: HashMap<String, String> = if read.lines.iter().any(|line| line.item_id.is_empty()) {
        store::listing::titled(tx.connection(), seller_id, &platform).await?.into_iter().collect()
    } else {
        HashMap::new()
    };
    let id = desk.new_id(Noun::SalesImport);
    let mut again = 0;
    let mut seen: HashSet<&str> = HashSet::new();
    // Of a line that is there twice the last counts.
    let lines: Vec<&OrderLine> = read.lines.iter().rev().filter(|line| seen.insert(&line.line_hash)).collect();
    let row = SalesImportRow {
        id: id.clone(),
        seller_id: seller_id.to_owned(),
        platform: platform.clone(),
        lines: i64::try_from(read.lines.len()).unwrap_or(i64::MAX),
        taken: 0,
        again: 0,
        skipped: read.skipped,
        columns_dropped: read.columns_dropped,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    };
    for chunk in lines.chunks(500) {
        again += store::sales::known(tx.connection(), chunk.iter().map(|line| line.line_hash.clone()).collect()).await?.len();
    }
    let again = i64::try_from(again).unwrap_or(i64::MAX);
    let row = SalesImportRow { taken: i64::try_from(lines.len()).unwrap_or(i64::MAX) - again, again, ..row };
    store::sales::insert(tx, row.clone()).await?;
    for chunk in lines.chunks(500) {
        let rows = chunk.iter().map(|line| SalesLineRow {
            line_hash: line.line_hash.clone(),
            import_id: id.clone(),
            seller_id: seller_id.to_owned(),
            platform: platform.clone(),
            item_id: if line.item_id.is_empty() { titled.get(&line.item).cloned().unwrap_or_default() } else { line.item_id.clone() },
            item: line.item.clone(),
            sku: line.sku.clone(),
            pieces: line.pieces,
            paid_fen: line.paid_fen,
            status: line.state.word().to_owned(),
            sold_at: line.at,
        });
        store::sales::put(tx, rows.collect()).await?;
    }
    let facts = json!({ "seller": seller_id, "platform": platform, "lines": row.lines, "taken": row.taken, "again": again, "skipped": row.skipped });
    ledger::append(tx, desk, Event::new(kind::SALES_IMPORTED, &id, facts)).await?;
    Ok(row)
}
