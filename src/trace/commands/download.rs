//! Handing an order's codes out. What counts is a completed body with more than [`FREE_CODES`] codes; an order has a fixed number of them.
//! A body still running counts too, so that several begun at once don't slip through; one that broke off does not.

use serde_json::json;

use super::change;
use crate::db::Tx;
use crate::kernel::{Desk, Failure, Millis, Outcome, clock};
use crate::ledger::{self, Event, kind};
use crate::trace::label::LabelPin;
use crate::trace::store::{download as store, order as orders, sticker as stickers};
use crate::trace::word::words;

/// A body with no more codes than this is free and may be asked for at any time: samples, tests, a proof sheet.
pub const FREE_CODES: i64 = 20;
/// A body that has neither ended nor broken off after this long counts as broken off.
pub(super) const RUNS_AT_MOST: Millis = clock::HOUR;

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
        /// The lists, the notes and a sample in one file, sealed or not.
        Pack = "pack.zip",
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

/// May an order's codes go out to whoever ordered them, without a sealed pack?
///
/// # Errors
/// `hand_over_needed` with the limit, for a body that counts of an order above it.
pub fn handed_directly(order_count: i64, codes: i64, limit: i64) -> Outcome<()> {
    if codes > FREE_CODES && order_count > limit {
        return Err(Failure::conflict("hand_over_needed").with("count", order_count).with("limit", limit));
    }
    Ok(())
}

/// Pins what the stickers of an order are set with, then notes that a body of them begins.
///
/// # Errors
/// [`begin_download`]'s; `busy` if somebody else pinned at this moment.
pub async fn begin_stickers(
    tx: &Tx,
    desk: &Desk,
    order_id: &str,
    (form, codes): (DownloadForm, i64),
    most: i64,
    pin: Option<&LabelPin>,
) -> Outcome<Download> {
    if let Some(pin) = pin {
        let row = orders::lock(tx, order_id).await?;
        stickers::keep(tx, row.order_no, pin, desk.clock.now()).await?;
    }
    begin_download(tx, desk, order_id, form, codes, most).await
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
