//! The pack of a piece of evidence: originals bit for bit, `manifest.json`, `SHA256SUMS` and `SM3SUMS`, as one zip that is written while it
//! is sent. Anything that is no longer what it was is refused before the first byte goes out.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::app::App;
use super::failure::Refusal;
use super::stream;
use crate::files::Shelf;
use crate::kernel::{Actor, Failure, Outcome};
use crate::supervision::evidence::queries::{EvidenceView, to_pack};

/// The pack of a record and what supplements it.
pub(super) async fn pack(app: &App, actor: &Actor, id: &str) -> Result<Response, Refusal> {
    let records = to_pack(&app.db, &app.shelf, actor, id).await?;
    let (shelf, handle) = (app.shelf.clone(), tokio::runtime::Handle::current());
    let manifest = manifest(&records)?;
    let body = stream::body(move |out| written(out, &records, &manifest, &shelf, &handle), |_| {});
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename={id}.zip")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// Where an original lies in the pack: numbered, so that equal names stand beside each other.
fn place(record: usize, no: usize, name: &str) -> String {
    format!("originals/{}-{:02}-{name}", record + 1, no + 1)
}

fn each(records: &[EvidenceView]) -> impl Iterator<Item = (String, &crate::supervision::evidence::Original)> {
    let of = |(n, view): (usize, &'_ EvidenceView)| (n, view.record.files.len());
    let counts: Vec<(usize, usize)> = records.iter().enumerate().map(of).collect();
    counts.into_iter().flat_map(move |(n, files)| {
        (0..files).map(move |no| {
            let file = &records[n].record.files[no];
            (place(n, no, &file.name), file)
        })
    })
}

fn manifest(records: &[EvidenceView]) -> Outcome<String> {
    let texts = records.iter().map(|view| Ok(json!({ "hash": view.hash, "record": view.record, "canonical": view.record.text()? })));
    let places: Vec<_> = each(records).map(|(place, file)| json!({ "path": place, "file_id": file.file_id })).collect();
    let texts = texts.collect::<Outcome<Vec<_>>>()?;
    serde_json::to_string_pretty(
        &json!({ "version": 1, "hash_of": "SHA-256 of the record as canonical JSON, RFC 8785", "records": texts, "files": places }),
    )
    .map_err(Failure::broken)
}

fn written(
    out: &mut stream::ChunkWriter,
    records: &[EvidenceView],
    manifest: &str,
    shelf: &Shelf,
    handle: &tokio::runtime::Handle,
) -> io::Result<()> {
    // Stored, not compressed, and dated alike, so that the same evidence is the same pack.
    let look = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new_stream(out);
    let (mut sha256, mut sm3) = (String::new(), String::new());
    for (place, file) in each(records) {
        let bytes = handle.block_on(shelf.read(&file.sha256)).map_err(|failure| io::Error::other(failure.to_string()))?;
        zip.start_file(place.as_str(), look)?;
        zip.write_all(&bytes)?;
        // A String takes whatever is written.
        let _ = writeln!(sha256, "{}  {place}", file.sha256);
        let _ = writeln!(sm3, "{}  {place}", file.sm3);
    }
    for (name, text) in [("manifest.json", manifest), ("SHA256SUMS", sha256.as_str()), ("SM3SUMS", sm3.as_str())] {
        zip.start_file(name, look)?;
        zip.write_all(text.as_bytes())?;
    }
    zip.finish()?.into_inner().flush()
}
