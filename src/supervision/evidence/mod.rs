//! 电子数据取证: what was seen, kept bit for bit, by two officers, in a chain that shows any later change.
//!
//! Source: 市场监督管理行政执法电子数据取证暂行规定（国市监稽规〔2024〕4号，2024-04-07）; 行政处罚法 第42条 (two officers). A record is
//! canonical JSON (RFC 8785) that holds the hash of the record before it; its own hash is the SHA-256 of exactly that text. Nothing of a
//! record is ever changed: what is missing is said in another record that supplements it.

pub mod queries;

use super::word::words;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::files::{Incoming, Kept, Shelf};
use crate::kernel::{Failure, Outcome};

words! {
    /// How it was captured.
    CaptureMethod {
        /// 截屏.
        Screenshot = "screenshot",
        /// 录像.
        Recording = "recording",
        /// 导出: what the platform or the party gave out as a file.
        Export = "export",
        /// 现场拍摄.
        OnSite = "on_site",
    }
}

words! {
    /// What a record is about.
    EvidenceSubject {
        /// A listing.
        Listing = "listing",
        /// A case file.
        Case = "case",
        /// An inspection.
        Inspection = "inspection",
        /// 线索反馈.
        Feedback = "feedback",
        /// A batch.
        Batch = "batch",
    }
}

/// One original as it lies on the shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Original {
    /// `fil_…`
    pub file_id: String,
    /// Its name where it came from.
    pub name: String,
    /// Its media type, told by its bytes.
    pub media: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256, hex.
    pub sha256: String,
    /// SM3 (GB/T 32905), hex.
    pub sm3: String,
}

/// An officer as the record names one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordedOfficer {
    /// `acc_…`
    pub account_id: String,
    /// Name.
    pub name: String,
    /// 执法证号 then.
    pub certificate_no: String,
    /// For whom it enforced.
    pub department: String,
}

/// A whole record, exactly what is hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceRecord {
    /// Version of this form.
    pub v: u8,
    /// `evd_…`
    pub id: String,
    /// Its number in the chain, from 1 without gaps.
    pub chain_no: i64,
    /// Hash of the record before it; empty for the first.
    pub previous_hash: String,
    /// `listing` `case` `inspection` `feedback` `batch`.
    pub subject_kind: String,
    /// Its id.
    pub subject_id: String,
    /// The record this one supplements.
    pub supplements: Option<String>,
    /// 事由和目的.
    pub purpose: String,
    /// Whose data it is: shop, operator, person.
    pub holder: String,
    /// The address as it was opened.
    pub opened_url: Option<String>,
    /// The address it led to.
    pub final_url: Option<String>,
    /// Platform.
    pub platform: Option<String>,
    /// Number of the item there.
    pub item_id: Option<String>,
    /// 截屏 录像 导出 现场拍摄.
    pub method: String,
    /// Device.
    pub device: String,
    /// Software with its version.
    pub software: String,
    /// Network exit: line, address, without proxy.
    pub network: String,
    /// Where the officers were.
    pub place: String,
    /// What was done, step by step.
    pub steps: String,
    /// Why the original medium was not taken away, and where it is.
    pub medium: String,
    /// 见证人, if there was one.
    pub witness: Option<String>,
    /// The server's time, RFC 3339 with +08:00.
    pub taken_at: String,
    /// Where that time comes from.
    pub time_source: String,
    /// How the device's clock stood against standard time, as the officers saw it.
    pub clock_check: String,
    /// The two officers.
    pub officers: Vec<RecordedOfficer>,
    /// Who put it in, `acc_…`.
    pub recorded_by: String,
    /// The place whose officers took it (GB/T 2260).
    pub division_code: String,
    /// The originals.
    pub files: Vec<Original>,
}

impl EvidenceRecord {
    /// The text that is hashed and kept.
    ///
    /// # Errors
    /// Only ours.
    pub fn text(&self) -> Outcome<String> {
        serde_json_canonicalizer::to_string(self).map_err(Failure::broken)
    }
    /// Reads a kept text.
    ///
    /// # Errors
    /// Only ours: a kept record is always one.
    pub fn read(text: &str) -> Outcome<Self> {
        serde_json::from_str(text).map_err(|e| Failure::broken(format!("a record of evidence: {e}")))
    }
}

/// Hash of a record's text.
pub fn record_hash(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// SM3 of bytes, hex.
pub fn sm3_of(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&sm3::Sm3::digest(bytes))
}

/// An original on the shelf whose row is not yet written.
#[derive(Debug, Clone)]
pub struct KeptOriginal {
    /// As the shelf says.
    pub kept: Kept,
    /// Its SM3.
    pub sm3: String,
}

/// Puts originals on the shelf, bit for bit, whatever they are, before any row names them.
///
/// # Errors
/// `file_too_large` at the field, or the disk.
pub async fn keep_originals(shelf: &Shelf, files: Vec<Incoming>) -> Outcome<Vec<KeptOriginal>> {
    let mut originals = Vec::with_capacity(files.len());
    for file in files {
        let sm3 = sm3_of(&file.bytes);
        originals.push(KeptOriginal { kept: shelf.keep_original(file).await?, sm3 });
    }
    Ok(originals)
}

/// What became of one original's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BytesState {
    /// Both hashes are what the record says.
    Same,
    /// They are not: somebody or something changed the bytes.
    Changed,
    /// The bytes are gone.
    Gone,
}

/// Compares bytes with what a record says of them.
pub fn bytes_state(original: &Original, bytes: Option<&[u8]>) -> BytesState {
    match bytes {
        None => BytesState::Gone,
        Some(bytes) => {
            let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
            let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            if sha256 == original.sha256 && sm3_of(bytes) == original.sm3 && size == original.size {
                BytesState::Same
            } else {
                BytesState::Changed
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn original(bytes: &[u8]) -> Original {
        Original {
            file_id: "fil_1".to_owned(),
            name: "截屏.png".to_owned(),
            media: "image/png".to_owned(),
            size: i64::try_from(bytes.len()).unwrap(),
            sha256: record_hash(std::str::from_utf8(bytes).unwrap()),
            sm3: sm3_of(bytes),
        }
    }

    #[test]
    fn one_changed_byte_is_seen() {
        let one = original(b"as it was");
        assert_eq!(bytes_state(&one, Some(b"as it was")), BytesState::Same);
        assert_eq!(bytes_state(&one, Some(b"as it waS")), BytesState::Changed);
        assert_eq!(bytes_state(&one, None), BytesState::Gone);
        let lied = Original { sm3: sm3_of(b"other"), ..one };
        assert_eq!(bytes_state(&lied, Some(b"as it was")), BytesState::Changed, "both hashes count");
    }

    #[test]
    fn sm3_is_the_one_of_the_standard() {
        // GB/T 32905-2016, example 1.
        assert_eq!(sm3_of(b"abc"), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    }
}
