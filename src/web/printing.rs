//! What a printing house is told and sent: the notes of a pack, the pack itself, and the job in words, for its link and for its account.

use std::io;
use std::sync::Arc;

use axum::response::Response;
use sha2::{Digest, Sha256};

use super::api::{attachment, to_print};
use super::app::App;
use super::failure::Refusal;
use super::stream;
use super::words::Lang;
use crate::interop::font::{Font, Letters};
use crate::interop::notes::{self, Paragraph};
use crate::interop::pack::{Pack, Printable};
use crate::interop::qr::PrintedBase;
use crate::kernel::quantity::grouped;
use crate::kernel::{Actor, Failure, Outcome};
use crate::trace::commands::download::abandon_download;
use crate::trace::commands::hand_over::{begin_fetch, complete_fetch};
use crate::trace::hand_over::Printer;

/// The notes of an order's pack, as paragraphs.
fn paragraphs(order: &Printable, base: &PrintedBase, note: Option<&str>) -> Vec<Paragraph> {
    let lang = Lang::Chinese;
    let side = f64::from(base.version().smallest_um()) / 1000.0;
    let values = [
        ("order", order.order_no.to_string()),
        ("count", grouped(i64::from(order.count))),
        ("last", order.count.to_string()),
        ("version", base.version().number().to_string()),
        ("modules", base.version().modules().to_string()),
        ("side", side.to_string()),
        ("prefix", base.prefix().to_owned()),
        ("domain", base.domain().to_owned()),
        ("words", order.label.above.join(" ")),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut keys = vec!["what", "sequence", "files", "code", "quiet", "text", "domain", "spare", "again", "keep"];
    if order.with_pin {
        keys.insert(7, "pins");
    }
    let mut out: Vec<Paragraph> = keys
        .into_iter()
        .map(|key| (lang.say(&format!("printing.notes.{key}")).into_owned(), lang.fill(&format!("printing.notes.{key}_text"), &values)))
        .collect();
    if let Some(note) = note {
        out.push((lang.say("printing.notes.note").into_owned(), note.to_owned()));
    }
    out
}

/// 印制须知.pdf of an order. It reads the machine's font: call it off the async threads.
///
/// # Errors
/// `font_missing`, `font_unfit`, `font_lacks`.
fn notes_pdf(app: &App, order: &Printable, note: Option<&str>) -> Outcome<Vec<u8>> {
    let base = PrintedBase::new(&order.base_url).map_err(Failure::broken)?;
    let paragraphs = paragraphs(order, &base, note);
    let heading = Lang::Chinese.fill("printing.notes.heading", &[("order", &order.order_no.to_string())]);
    let texts = paragraphs.iter().flat_map(|(about, said)| [about.as_str(), said.as_str()]).chain([heading.as_str()]);
    let letters: Letters = Font::find(&app.config.font, app.config.font_index)?.letters(texts)?;
    let mut out = Vec::new();
    notes::write(&mut out, &letters, &heading, &paragraphs).map_err(Failure::broken)?;
    Ok(out)
}

/// The same, off the async threads.
///
/// # Errors
/// [`notes_pdf`]'s.
pub(super) async fn notes_of(app: &App, order: Arc<Printable>, note: Option<String>) -> Outcome<Vec<u8>> {
    let app = app.clone();
    tokio::task::spawn_blocking(move || notes_pdf(&app, &order, note.as_deref())).await.map_err(Failure::broken)?
}

/// Hashes what goes through it.
struct Hashing<W> {
    inner: W,
    digest: Sha256,
}

impl<W: io::Write> io::Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Sends the sealed pack to whoever prints. Its link is used up when the last byte went out.
///
/// # Errors
/// `not_found`; `link_used`, `link_expired`, `link_busy`, `downloads_used_up`; those of the notes' font.
pub(super) async fn send_pack(app: &App, actor: Actor, printer: Printer) -> Result<Response, Refusal> {
    // The notes first: a missing font must not leave a download begun.
    let job = crate::trace::queries::hand_over::print_job(&app.db, &actor, &printer, app.clock.now()).await?;
    let opened = crate::trace::IssuedOrder::open(app.keys.as_ref(), &job.order)?;
    let notes = notes_of(app, Arc::new(to_print(opened)), job.view.note).await?;
    let (desk, keys, most) = (app.desk(actor), app.keys.clone(), app.config.downloads_most);
    let fetch = app
        .db
        .write(move |tx| {
            let (desk, keys, printer) = (desk.clone(), keys.clone(), printer.clone());
            Box::pin(async move { begin_fetch(tx, &desk, keys.as_ref(), &printer, most).await })
        })
        .await?;
    let (id, download, password) = (fetch.row.id.clone(), fetch.download, fetch.password);
    let name = format!("order-{}-sealed.zip", fetch.row.order_no);
    let order = to_print(fetch.order);
    let sum = Arc::new(std::sync::Mutex::new(String::new()));
    let (said, heard) = (sum.clone(), sum);
    let write = move |out: &mut stream::ChunkWriter| {
        let mut hashing = Hashing { inner: out, digest: Sha256::new() };
        Pack::new(&order).and_then(|pack| pack.pack_zip(&mut hashing, &notes, Some(&password))).map_err(io::Error::other)?;
        let digest = data_encoding::HEXLOWER.encode(&hashing.digest.finalize());
        *said.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = digest;
        Ok(())
    };
    let app = app.clone();
    let body = stream::body(write, move |whole| {
        let sha256 = heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        tokio::spawn(async move {
            let now = app.clock.now();
            let noted = app
                .db
                .write(move |tx| {
                    let (id, sha256) = (id.clone(), sha256.clone());
                    Box::pin(async move {
                        if whole {
                            complete_fetch(tx, now, &id, download.id, &sha256).await
                        } else {
                            abandon_download(tx, now, download.id).await
                        }
                    })
                })
                .await;
            if let Err(error) = noted {
                tracing::error!(%error, download = download.id, "how a sealed pack went out could not be noted");
            }
        });
    });
    attachment(body, "application/zip", &name)
}
