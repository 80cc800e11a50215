//! A story's states and what it is made of. Pure part.
//!
//! ```text
//! draft ──▶ submitted ──▶ live ──▶ (changed: a new draft version, the live one stays) ──▶ submitted ──▶ live
//!              │  ▲
//!              ▼  │ mended
//!           returned (points)          any state ──▶ withdrawn: by its producer, or by a reviewer with a reason
//! ```
//! Whether the public sees it is derived each time: a version was published, the firm's mark use is in force today, neither firm nor product
//! is stopped. A picture with people is shown as long as their consent stands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::trace::words;

words! {
    /// How far the newest version has come.
    #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    StoryState {
        /// 草稿: only its producer sees it.
        Draft = "draft",
        /// 待审核
        Submitted = "submitted",
        /// 待修改: given back, point by point.
        Returned = "returned",
        /// 已发布
        Live = "live",
        /// 已撤下
        Withdrawn = "withdrawn",
    }
}

words! {
    /// A part of a story: what a point is about.
    #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    StoryPart {
        /// Title.
        Title = "title",
        /// Text.
        Text = "text",
        /// Pictures, their captions and consents.
        Pictures = "pictures",
        /// Links to shops.
        Shops = "shops",
    }
}

use StoryState as S;

impl StoryState {
    /// May its producer write in this version?
    pub fn is_open_to_author(self) -> bool {
        matches!(self, S::Draft | S::Returned)
    }
    /// May its producer write at all, if need be in a new version?
    pub fn may_be_written(self) -> bool {
        self.is_open_to_author() || self == S::Live
    }
}

/// Where the product can be bought, by the producer's own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// The shop's name.
    pub name: String,
    /// Its address, https only.
    pub url: String,
}

/// A picture of a story.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Picture {
    /// `fil_…`
    pub file_id: String,
    /// What it shows, for everybody.
    pub caption_zh: String,
    /// The same in English.
    pub caption_en: Option<String>,
    /// What it shows, for who can't see it.
    pub alt_zh: String,
    /// The same in English.
    pub alt_en: Option<String>,
    /// Are people recognisable?
    pub people: bool,
    /// A grower's consent for promotion, `con_…`.
    pub consent_id: Option<String>,
    /// The signed consent of others, `fil_…`; never public.
    pub consent_file_id: Option<String>,
}

/// Why a word of the advert law's list may stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeptWord {
    /// The word as the list has it.
    pub word: String,
    /// Why it may stay here.
    pub reason: String,
}

/// Is this an address a story may link to: https, a host with a dot, no account in it?
pub fn is_shop_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.domain().is_some_and(|host| host.contains('.'))
    })
}

/// May the public read a story today?
pub fn is_shown(live_version: Option<i64>, state: StoryState, mark_in_force: bool, stopped: bool) -> bool {
    live_version.is_some() && state != S::Withdrawn && mark_in_force && !stopped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_write_when() {
        let table = [
            ("draft", true, true),
            ("submitted", false, false),
            ("returned", true, true),
            ("live", false, true),
            ("withdrawn", false, false),
        ];
        assert_eq!(S::ALL.len(), table.len());
        for (state, (word, open, written)) in S::ALL.iter().zip(table) {
            assert_eq!((state.word(), state.is_open_to_author(), state.may_be_written()), (word, open, written));
            assert_eq!(S::parse(word), Some(*state));
        }
    }

    #[test]
    fn it_is_shown_only_while_everything_it_rests_on_holds() {
        for state in S::ALL {
            assert_eq!(is_shown(Some(1), *state, true, false), *state != S::Withdrawn, "{}", state.word());
            assert!(
                !is_shown(None, *state, true, false) && !is_shown(Some(1), *state, false, false) && !is_shown(Some(1), *state, true, true)
            );
        }
    }

    #[test]
    fn shops_are_https_and_somewhere() {
        let table = [
            ("https://shop.example.cn/pear?id=1", true),
            ("http://shop.example.cn/", false),
            ("javascript:alert(1)", false),
            ("https://user:word@shop.example.cn/", false),
            ("https://127.0.0.1/", false),
            ("https://localhost/", false),
            ("shop.example.cn", false),
        ];
        for (text, fits) in table {
            assert_eq!(is_shop_url(text), fits, "{text}");
        }
    }
}
