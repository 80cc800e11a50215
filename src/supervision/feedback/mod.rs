//! 线索反馈: what somebody says of a label or a shop. Anybody may, without a name; it is our own promise to answer, not the statutory
//! 投诉举报, which goes to 12315 unless this address was published as one (`statutory_channel`).
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> received: many reports of the same are one, each with its own receipt
//!     received --> checking: an officer takes it
//!     received --> transferred
//!     checking --> transferred: handed over to 12315 with a summary
//!     received --> answered
//!     checking --> answered
//!     transferred --> answered
//!     answered --> answered: corrected
//!     received --> closed
//!     checking --> closed
//!     transferred --> closed
//!     answered --> closed: with a reason
//! ```
//! Who reported is not shown without need: seeing a telephone is an act with a reason. Erasing takes telephone, photographs and words
//! away and leaves the row, its number and its leaf in the ledger.

pub mod clock;
pub mod count;
pub mod receipt;
pub mod view;

use super::word::words;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

words! {
    /// What it is about.
    Choice {
        /// 与包装不一致.
        Differs = "differs",
        /// 别处看到同一编号.
        SameCode = "same_code",
        /// 怀疑不是产地产品.
        Origin = "origin",
        /// 身体不适或有异物: due at once.
        Health = "health",
        /// 网店或网址可疑.
        Shop = "shop",
    }
}

words! {
    /// By which rules it is answered.
    Channel {
        /// Our own promise.
        Own = "own",
        /// 投诉 (order 121): accepted, then mediated.
        Complaint = "complaint",
        /// 举报 (order 121): checked.
        Report = "report",
    }
}

words! {
    /// How far it has come.
    FeedbackState {
        /// Nobody looks into it yet.
        Received = "received",
        /// An officer looks into it.
        Checking = "checking",
        /// 12315 has it.
        Transferred = "transferred",
        /// The public answer stands.
        Answered = "answered",
        /// Ended.
        Closed = "closed",
    }
}

impl FeedbackState {
    /// May `to` follow?
    pub fn may_become(self, to: Self) -> bool {
        use FeedbackState::{Answered, Checking, Closed, Received, Transferred};
        match to {
            Received => false,
            Checking => self == Received,
            Transferred => matches!(self, Received | Checking),
            Answered => self != Closed,
            Closed => self != Closed,
        }
    }
    /// Does somebody still wait for an answer?
    pub fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Checking | Self::Transferred)
    }
}

/// What a person says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FeedbackInput {
    /// `differs` `same_code` `origin` `health` `shop`.
    pub choice: String,
    /// The code on the label, if there is one.
    pub code: Option<String>,
    /// `own` if not given; `complaint` and `report` only where the statutory channel is open.
    pub channel: Option<String>,
    /// Where it was bought.
    pub place: Option<String>,
    /// What it cost, as said.
    pub price: Option<String>,
    /// Address of the shop or page.
    pub link: Option<String>,
    /// In plain words.
    pub text: Option<String>,
    /// Who says it; needed only in the statutory channel.
    pub name: Option<String>,
    /// To ask back; needs the consent.
    pub phone: Option<String>,
    /// Agrees that the telephone is used for this and kept for its term.
    pub consent: bool,
}

/// What a text is compared by: letters and digits only, so that the same words pasted many times are one.
pub fn said_hash(text: &str) -> Option<String> {
    let core: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    (!core.is_empty()).then(|| data_encoding::HEXLOWER.encode(&Sha256::digest(core.as_bytes())))
}

/// A telephone as officers see it without need: the first three and the last two digits.
pub fn masked(phone: &str) -> String {
    let chars: Vec<char> = phone.chars().collect();
    let (shown, last) = (3.min(chars.len() / 3), 2.min(chars.len() / 3));
    let hidden = chars.len() - shown - last;
    let part = |range: std::ops::Range<usize>| chars[range].iter().collect::<String>();
    format!("{}{}{}", part(0..shown), "*".repeat(hidden), part(chars.len() - last..chars.len()))
}

/// The last four digits of a telephone: the second word of a receipt.
pub fn last_four(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(4)..].iter().collect()
}

/// A telephone as typed: digits with an optional plus; `None` if it can't be one.
pub fn phone(typed: &str) -> Option<String> {
    let text: String =
        typed.chars().map(crate::kernel::text::narrow).filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '（' | '）')).collect();
    let digits = text.strip_prefix('+').unwrap_or(&text);
    ((7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then(|| text.clone())
}

/// The host of an address as people paste it; `None` if there is none in it.
pub fn host(link: &str) -> Option<String> {
    let found = link.split(|c: char| c.is_whitespace() || c == '，').find(|part| part.contains('.'))?;
    let text = if found.contains("://") { found.to_owned() } else { format!("https://{found}") };
    let host = url::Url::parse(&text).ok()?.host_str()?.to_lowercase();
    host.contains('.').then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_steps_there_are() {
        let rows: Vec<_> =
            FeedbackState::ALL.iter().map(|from| FeedbackState::ALL.iter().map(|to| from.may_become(*to)).collect::<Vec<_>>()).collect();
        assert_eq!(rows[0], [false, true, true, true, true], "received");
        assert_eq!(rows[1], [false, false, true, true, true], "checking");
        assert_eq!(rows[2], [false, false, false, true, true], "transferred");
        assert_eq!(rows[3], [false, false, false, true, true], "answered");
        assert_eq!(rows[4], [false; 5], "closed");
        assert!(FeedbackState::ALL.iter().all(|s| FeedbackState::parse(s.word()) == Some(*s)));
        assert!(Choice::ALL.iter().all(|s| Choice::parse(s.word()) == Some(*s)) && Choice::ALL.len() == 5);
    }

    #[test]
    fn the_same_words_are_the_same_however_they_are_set() {
        assert_eq!(said_hash("味道不对！！ 是假的"), said_hash("味道不对，是假的"));
        assert_ne!(said_hash("味道不对"), said_hash("味道对"));
        assert_eq!(said_hash(" …！"), None);
    }

    #[test]
    fn a_telephone_is_read_masked_and_known_by_its_end() {
        for (typed, read) in [
            ("138 0000 1234", Some("13800001234")),
            ("０３１１-８６０００００１", Some("031186000001")),
            ("+86 13800001234", Some("+8613800001234")),
            ("12315", None),
            ("1380000123x", None),
            ("", None),
        ] {
            assert_eq!(phone(typed).as_deref(), read, "{typed}");
        }
        assert_eq!((masked("13800001234"), last_four("13800001234")), ("138******34".to_owned(), "1234".to_owned()));
        assert_eq!(masked("86000001"), "86****01");
    }

    #[test]
    fn the_host_of_what_was_pasted() {
        for (link, read) in [
            ("https://Item.Taobao.com/item.htm?id=1", Some("item.taobao.com")),
            ("gi.examp1e.cn/Q/0K7M", Some("gi.examp1e.cn")),
            ("复制打开 https://m.tb.cn/h.abc 雪花梨", Some("m.tb.cn")),
            ("某某直播间", None),
            ("", None),
        ] {
            assert_eq!(host(link).as_deref(), read, "{link}");
        }
    }
}
