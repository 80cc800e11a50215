//! Who looks, without knowing who: a visitor is 8 bytes of a keyed hash of address and user agent. The key is random, the same on all
//! nodes, made anew every day (China Standard Time) and deleted within 48 hours, so a stored visitor leads back to nobody and the same
//! person on two days is two visitors.
//!
//! For 30 minutes after midnight the hash under yesterday's key is carried along, so that a scan at 23:50 and one at 00:10 are one
//! session. Machines that open links (search engines, chat previews) are known by marks in their user agent and count nowhere.

use std::fmt;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::store::scan::day_keys;
use crate::db::Db;
use crate::kernel::clock::{HOUR, MINUTE};
use crate::kernel::{Clock, Day, Millis, Outcome, Random};

/// A session lasts this long, and yesterday's key is tried this long after midnight.
pub const SESSION: Millis = 30 * MINUTE;
/// A day's key goes this long after the day began: within 48 hours, whatever the rhythm of the sweeping.
const KEY_LIVES: Millis = 47 * HOUR;
/// Tomorrow's key is made this long before midnight, so that no scan waits for it.
const AHEAD: Millis = 10 * MINUTE;

/// The stored form of a visitor.
pub type VisitorHash = [u8; 8];

/// Somebody who looks. Nobody can be found from it once the day's key is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Visitor {
    /// Under today's key; what is stored.
    pub hash: VisitorHash,
    /// Under yesterday's key, in the first 30 minutes of a day; compared, never stored.
    pub before: Option<VisitorHash>,
}

impl Visitor {
    /// Is this visitor the stored one?
    pub fn is(&self, stored: VisitorHash) -> bool {
        self.hash == stored || self.before == Some(stored)
    }
}

/// Makes visitors of addresses. Holds the day's key.
pub struct Visitors {
    db: Db,
    clock: Clock,
    random: Random,
    keys: RwLock<Vec<(Day, [u8; 32])>>,
    loading: tokio::sync::Mutex<()>,
    /// Used while the database gives no key: hashes that are good for waiting times, and for nothing else.
    makeshift: [u8; 32],
}

impl Visitors {
    /// Ready to make visitors; the day's key is read or made at first need.
    pub fn new(db: Db, clock: Clock, random: Random) -> Self {
        let makeshift = random.bytes();
        Self { db, clock, random, keys: RwLock::default(), loading: tokio::sync::Mutex::default(), makeshift }
    }

    /// The visitor at an address with a user agent.
    pub async fn of_client(&self, address: IpAddr, user_agent: &str) -> Visitor {
        let address = address.to_canonical().to_string();
        self.of(&[address.as_bytes(), b"\0", user_agent.as_bytes()]).await
    }

    /// The visitor that a holder of a token names by a text of its own; two holders' visitors are never the same.
    pub async fn of_partner(&self, holder: &str, named: &str) -> Visitor {
        self.of(&[b"partner\0", holder.as_bytes(), b"\0", named.as_bytes()]).await
    }

    async fn of(&self, parts: &[&[u8]]) -> Visitor {
        let now = self.clock.now();
        let today = Day::of(now);
        let key = self.key(today, true).await.unwrap_or(self.makeshift);
        let before = if now - today.start() < SESSION { self.key(today.plus(-1), false).await } else { None };
        Visitor { hash: hash(&key, parts), before: before.map(|key| hash(&key, parts)) }
    }

    /// The key of `day`; `None` if there is none and it may not be made, or the database doesn't answer.
    async fn key(&self, day: Day, make: bool) -> Option<[u8; 32]> {
        if let Some(key) = self.held(day) {
            return Some(key);
        }
        let _one_at_a_time = self.loading.lock().await;
        if let Some(key) = self.held(day) {
            return Some(key);
        }
        let found = match day_keys::find(self.db.reader(), day).await {
            Ok(None) if make => day_keys::find_or_make(&self.db, day, self.random.bytes()).await.map(Some),
            found => found,
        };
        match found {
            Ok(Some(key)) => {
                self.keys.write().unwrap_or_else(PoisonError::into_inner).push((day, key));
                Some(key)
            }
            Ok(None) => None,
            Err(failure) => {
                tracing::warn!(%failure, %day, "the key of the day can't be read or made");
                None
            }
        }
    }

    fn held(&self, day: Day) -> Option<[u8; 32]> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().find(|(of, _)| *of == day).map(|(_, key)| *key)
    }

    /// Deletes keys that are due, here and in the database, and makes the next day's key in time.
    ///
    /// # Errors
    /// If the database refuses; the next round tries again.
    pub async fn sweep(&self) -> Outcome<()> {
        let now = self.clock.now();
        let gone = Day::of(now - KEY_LIVES);
        self.keys.write().unwrap_or_else(PoisonError::into_inner).retain(|(day, _)| *day > gone);
        let _ = self.key(Day::of(now), true).await;
        let _ = self.key(Day::of(now + AHEAD), true).await;
        day_keys::delete(&self.db, gone).await
    }
}

impl fmt::Debug for Visitors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Visitors(…)")
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn hash(key: &[u8; 32], parts: &[&[u8]]) -> VisitorHash {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    let full = mac.finalize().into_bytes();
    std::array::from_fn(|i| full[i])
}

/// Marks of machines that open links, in small letters. In-app browsers of chats carry the name of the chat and are people; only the
/// fetchers of previews are here.
const CRAWLERS: [&str; 26] = [
    "spider",
    "crawl",
    "slurp",
    "facebookexternalhit",
    "facebookcatalog",
    "meta-externalagent",
    "meta-externalfetcher",
    "whatsapp/",
    "skypeuripreview",
    "linkexpanding",
    "linkpreview",
    "link preview",
    "unfurl",
    "embedly",
    "quora link",
    "pinterest/0.",
    "vkshare",
    "ia_archiver",
    "mediapartners-google",
    "adsbot-google",
    "google-read-aloud",
    "googleother",
    "google-inspectiontool",
    "google-safety",
    "wechatshareextension",
    "qq-urlmanager",
];

/// Does this user agent belong to a machine that opens links? No user agent at all is a person until shown otherwise.
pub fn is_crawler(user_agent: &str) -> bool {
    let agent = user_agent.to_ascii_lowercase();
    CRAWLERS.iter().any(|mark| agent.contains(mark)) || has_bot(&agent)
}

/// `bot` at the end of a word (Googlebot/2.1, TelegramBot, Slackbot-LinkExpanding), but not in CUBOT, a make of telephone.
fn has_bot(agent: &str) -> bool {
    agent.match_indices("bot").any(|(at, _)| {
        let ends_word = !agent[at + 3..].starts_with(|c: char| c.is_ascii_lowercase());
        ends_word && !agent[..at].ends_with("cu")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crawlers_are_told_from_people() {
        for machine in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
            "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "TelegramBot (like TwitterBot)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "WhatsApp/2.23.20.0",
            "WeChatShareExtensionNew/8.0.50.33 CFNetwork/1568.100.1 Darwin/24.0.0",
            "QQ-URLManager",
            "DingTalkBot-LinkService/1.0 (+https://open-doc.dingtalk.com)",
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        ] {
            assert!(is_crawler(machine), "{machine}");
        }
        for person in [
            "Mozilla/5.0 (Linux; Android 14; 2210132C) AppleWebKit/537.36 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50 NetType/WIFI",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50",
            "Mozilla/5.0 (Linux; Android 13) Mobile QQ/9.0.60 V1_AND_SQ",
            "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Mobile",
            "Mozilla/5.0 (Linux; Android 12) AliApp(DingTalk/7.5.0)",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36",
            "",
        ] {
            assert!(!is_crawler(person), "{person}");
        }
    }

    #[test]
    fn a_hash_depends_on_every_part_and_on_the_key() {
        let one = hash(&[1; 32], &[b"192.0.2.1", b"\0", b"a"]);
        assert_eq!(one, hash(&[1; 32], &[b"192.0.2.1\0a"]));
        for other in [
            hash(&[2; 32], &[b"192.0.2.1\0a"]),
            hash(&[1; 32], &[b"192.0.2.2\0a"]),
            hash(&[1; 32], &[b"192.0.2.1\0b"]),
            hash(&[1; 32], &[b"partner\0", b"192.0.2.1\0a"]),
        ] {
            assert_ne!(one, other);
        }
        let visitor = Visitor { hash: one, before: Some([9; 8]) };
        assert!(visitor.is(one) && visitor.is([9; 8]) && !visitor.is([8; 8]));
    }
}
