//! Handing an order's codes out. What counts is a completed body with more than [`FREE_CODES`] codes; an order has a fixed number of them.
//! A body still running counts too, so that several begun at once don't slip through; one that broke off does not.

use serde_json::json;

use super::change;
use crate::db::Tx;
use crate::kernel::{Desk, Failure, Millis, Outcome, clock};
use crate::ledger::{self, Event, kind};
use crate::trace::store::{download as store, order as orders};
use crate::trace::word::words;

/// A body with no more codes than this is free and may be asked for at any time: samples, tests, a proof sheet.
pub const FREE_CODES: i64 = 20;
/// A body that has neither ended nor broken off after this long counts as broken off.
const RUNS_AT_MOST: Millis = clock::HOUR;

words! {
    /// The file asked for.
    DownloadForm {
        /// Sequence number, code, URL.
        CodesCsv = "codes.csv",
        /// One URL per line.
        CodesTxt = "codes.txt",
        /// SVG labels.
        LabelsSvg = "labels.svg",
        /// PNG labels.
        LabelsPng = "labels.png",
        /// PDF sheets.
        LabelsPdf = "labels.pdf",
        /// Thermal printer labels.
        LabelsZpl = "labels.zpl",
        /// Scratch PINs.
        PinsCsv = "pins.csv",
    }
}

/// A download that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Download {
    /// To say later how it ended.
    pub id: i64,
    /// Which of `most` it is; 0 if it does not count.
    pub nth: i64,
    /// How many an order has.
    pub most: i64,
}

/// Notes that a body of `codes` codes begins, before its first byte.
///
/// # Errors
/// `not_found`, `order_not_issued`, `order_closed`, `no_pins`, `downloads_used_up`.
pub async fn begin_download(tx: &Tx, desk: &Desk, order_id: &str, form: DownloadForm, codes: i64, most: i64) -> Outcome<Download> {
    let row = orders::lock(tx, order_id).await?;
    change::parties(tx, desk, &row).await?;
    change::open_order(&row, false)?;
    if form == DownloadForm::PinsCsv && !row.with_pin {
        return Err(Failure::conflict("no_pins"));
    }
    let now = desk.clock.now();
    let before = store::counted(tx.connection(), row.order_no, FREE_CODES, now - RUNS_AT_MOST).await?;
    let counts = codes > FREE_CODES;
    if counts && before >= most {
        return Err(Failure::conflict("downloads_used_up").with("most", most));
    }
    let nth = if counts { before + 1 } else { 0 };
    let id = store::begin(tx, row.order_no, form.word(), codes, &desk.actor.account_id, now).await?;
    let facts = json!({ "order_no": row.order_no, "form": form.word(), "codes": codes, "nth": nth, "most": most, "download": id });
    ledger::append(tx, desk, Event::new(kind::CODES_DOWNLOADED, &row.id, facts)).await?;
    Ok(Download { id, nth, most })
}

/// Notes that the last byte of a body went out. Doing so again changes nothing.
///
/// # Errors
/// `not_found`.
pub async fn complete_download(tx: &Tx, now: Millis, id: i64) -> Outcome<()> {
    let row = store::download(tx.connection(), id).await?;
    if row.completed_at.is_some() {
        return Ok(());
    }
    store::end(tx, id, Some(now), None).await
}

/// Notes that a body broke off: it does not count. One that was completed stays so.
///
/// # Errors
/// `not_found`.
pub async fn abandon_download(tx: &Tx, now: Millis, id: i64) -> Outcome<()> {
    let row = store::download(tx.connection(), id).await?;
    if row.completed_at.is_some() || row.abandoned_at.is_some() {
        return Ok(());
    }
    store::end(tx, id, None, Some(now)).await
}
