//! Sends notices out of the product, by SMS, WeChat or e-mail: each is posted as JSON to the gateway that is set up for its channel.
//!
//! A notice is written in the transaction of its act; here it only sets out. A try is taken by a conditional statement, so that of
//! several nodes one makes it; what failed is tried again after a while, and given up after [`TRIES`]. A gateway may see a notice twice
//! (its answer was lost): `notice_id` tells.

use std::time::Duration;

use serde_json::json;

use crate::db::Db;
use crate::identity::notice::store::{Row, Way, contact, due, not_set_out, set_out, settle, take};
use crate::kernel::clock::{DAY, MINUTE, rfc3339};
use crate::kernel::{Clock, Failure, Millis, Outcome};

/// How often a notice is tried on one way.
pub const TRIES: i64 = 6;
/// Notices older than this do not set out any more.
const FRESH: Millis = 2 * DAY;
/// The first pause between tries; each is twice the one before.
const PAUSE: Millis = 2 * MINUTE;
/// Notices of one run.
const MOST: u64 = 200;
/// How long a gateway may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// Where notices are posted to.
#[derive(Debug, Clone)]
pub struct Gateways {
    http: reqwest::Client,
    ways: Vec<(String, String)>,
    token: String,
}

impl Gateways {
    /// Of the settings `notice_gateways` (`sms=https://…`) and `notice_token`; nothing where none is set.
    ///
    /// # Errors
    /// Which gateway can't be used.
    pub fn of(settings: &[String], token: &str) -> Outcome<Option<Self>> {
        let mut ways = Vec::new();
        for setting in settings {
            let unfit = || Failure::broken(format!("notice_gateways {setting:?}: write sms=https://…, wechat=… or email=…"));
            let (channel, address) = setting.split_once('=').ok_or_else(unfit)?;
            let is_known = ["sms", "wechat", "email"].contains(&channel) && url::Url::parse(address).is_ok();
            ways.push(if is_known { (channel.to_owned(), address.to_owned()) } else { return Err(unfit()) });
        }
        if ways.is_empty() {
            return Ok(None);
        }
        // Somebody else in this process may have chosen the provider already; it is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build();
        let http = http.map_err(|e| Failure::broken(format!("notice_gateways: {e}")))?;
        Ok(Some(Self { http, ways, token: token.to_owned() }))
    }

    fn address(&self, channel: &str) -> Option<&str> {
        self.ways.iter().find(|(known, _)| known == channel).map(|(_, address)| address.as_str())
    }

    /// Posts one; what went wrong in a few words that name no address.
    async fn post(&self, channel: &str, body: &serde_json::Value) -> Result<(), String> {
        let Some(address) = self.address(channel) else { return Err("no gateway".to_owned()) };
        let mut request = self.http.post(address).header("content-type", "application/json").body(body.to_string());
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        let answer = request.send().await.map_err(|e| if e.is_timeout() { "no answer in time" } else { "no connection" }.to_owned())?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("answered {}", answer.status().as_u16())) }
    }
}

/// How a run went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Notices that arrived.
    pub sent: usize,
    /// Tries that failed.
    pub failed: usize,
}

/// Lets new notices set out and makes every try that is due.
///
/// # Errors
/// The database's; a gateway that fails is no error, its notices wait.
pub async fn send_notices(db: &Db, clock: &Clock, gateways: &Gateways) -> Outcome<Sent> {
    let now = clock.now();
    for (channel, _) in &gateways.ways {
        for row in not_set_out(db.reader(), channel, now - FRESH, MOST).await? {
            let (id, channel) = (row.id, channel.clone());
            db.write(move |tx| {
                let (id, channel) = (id.clone(), channel.clone());
                Box::pin(async move { set_out(tx, &id, &channel, now).await })
            })
            .await
            // Another node let it set out.
            .or_else(|failure| if failure.says("busy") { Ok(()) } else { Err(failure) })?;
        }
    }
    let mut run = Sent::default();
    for (way, row) in due(db.reader(), now, MOST).await? {
        let (taken, next) = (way.clone(), now + (PAUSE << way.tries.clamp(0, 10)));
        let is_ours = db.write(move |tx| {
            let taken = taken.clone();
            Box::pin(async move { take(tx, &taken, next).await })
        });
        if !is_ours.await? {
            continue;
        }
        let tried = gateways.post(&way.channel, &body(db, &way, &row).await?).await;
        let (state, said) = match &tried {
            Ok(()) => ("sent", None),
            Err(said) if way.tries + 1 >= TRIES => ("given_up", Some(said.clone())),
            Err(said) => ("waiting", Some(said.clone())),
        };
        if tried.is_ok() {
            run.sent += 1
        } else {
            run.failed += 1
        }
        let sent_at = tried.is_ok().then_some(now);
        db.write(move |tx| {
            let (way, said) = (way.clone(), said.clone());
            Box::pin(async move { settle(tx, &way, state, sent_at, said).await })
        })
        .await?;
    }
    Ok(run)
}

/// What a gateway is told. The words are Chinese: they go to whoever answers for the goods.
async fn body(db: &Db, way: &Way, row: &Row) -> Outcome<serde_json::Value> {
    let (organisation, contact) = match &row.organisation_id {
        Some(id) => contact(db.reader(), id).await?,
        None => (String::new(), None),
    };
    Ok(json!({
        "notice_id": row.id, "channel": way.channel, "kind": row.kind, "subject_id": row.subject_id, "text": words(row),
        "organisation_id": row.organisation_id, "organisation": organisation, "contact": contact, "account_id": row.account_id,
        "noted_at": rfc3339(row.noted_at),
    }))
}

fn words(row: &Row) -> String {
    let values: std::collections::BTreeMap<String, String> = serde_json::from_str(&row.about).unwrap_or_default();
    let said = rust_i18n::t!(format!("work.notice.{}", row.kind), locale = "zh-CN").into_owned();
    values.iter().fold(said, |said, (name, value)| said.replace(&format!("%{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gateways_are_named_by_channel() {
        let set = |setting: &str| Gateways::of(&[setting.to_owned()], "");
        assert!(set("sms=https://gateway.example.cn/send").unwrap().unwrap().address("sms").is_some());
        for unfit in ["sms", "fax=https://a.cn", "sms=not an address"] {
            assert!(set(unfit).is_err(), "{unfit}");
        }
        assert!(Gateways::of(&[], "").unwrap().is_none());
    }
}
