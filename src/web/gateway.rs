//! The SMS gateway: one POST per code, after the transaction that made it. A code that could not be sent is asked for again by the person.

use std::time::Duration;

use crate::identity::sign_in::Message;
use crate::kernel::{Failure, Outcome};

/// How long the gateway may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often a code is tried.
const TRIES: u32 = 3;

/// Where codes are posted to.
#[derive(Debug, Clone)]
pub struct Gateway {
    http: reqwest::Client,
    url: String,
    template: String,
    header: Option<(String, String)>,
}

impl Gateway {
    /// The gateway of the settings; `None` where no address is set.
    ///
    /// # Errors
    /// If the address or the header can't be used.
    pub fn of(url: &str, template: &str, header: &str) -> Outcome<Option<Self>> {
        // Somebody else in this process may have chosen the provider already; it is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        if url.is_empty() {
            return Ok(None);
        }
        url::Url::parse(url).map_err(|e| Failure::broken(format!("sms_url {url:?}: {e}")))?;
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        let http = http.build().map_err(|e| Failure::broken(format!("the SMS gateway: {e}")))?;
        let header = match header.split_once(':') {
            Some((name, value)) => Some((name.trim().to_owned(), value.trim().to_owned())),
            None if header.is_empty() => None,
            None => return Err(Failure::broken("sms_header: write Name: value")),
        };
        Ok(Some(Self { http, url: url.to_owned(), template: template.to_owned(), header }))
    }

    /// What is posted for a message, and its media type. Digits need no escaping in either form.
    fn body(&self, message: &Message) -> (&'static str, String) {
        let media = if self.template.trim_start().starts_with('{') && !self.template.trim_start().starts_with("{phone}") {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        (media, self.template.replace("{phone}", &message.phone).replace("{code}", &message.code))
    }

    async fn post(&self, message: &Message) -> Result<(), String> {
        let (media, body) = self.body(message);
        let mut request = self.http.post(&self.url).header("content-type", media).body(body);
        if let Some((name, value)) = &self.header {
            request = request.header(name, value);
        }
        // The error's own words would name the address; neither that nor the number belongs in the log.
        let answer = request.send().await.map_err(|e| if e.is_timeout() { "no answer in time" } else { "no connection" }.to_owned())?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("answered {}", answer.status().as_u16())) }
    }

    /// Sends a message in the background.
    pub fn send(&self, message: Message) {
        let gateway = self.clone();
        tokio::spawn(async move {
            for tried in 1..=TRIES {
                match gateway.post(&message).await {
                    Ok(()) => return,
                    Err(reason) => tracing::warn!(tried, reason, "a code could not be sent by SMS"),
                }
                tokio::time::sleep(Duration::from_secs(u64::from(tried))).await;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_filled_in() {
        let message = Message { phone: "13800138000".to_owned(), code: "123456".to_owned() };
        let body = |template: &str| Gateway::of("http://127.0.0.1:9/", template, "").unwrap().unwrap().body(&message);
        assert_eq!(
            body(r#"{"to":"{phone}","text":"验证码 {code}"}"#),
            ("application/json", r#"{"to":"13800138000","text":"验证码 123456"}"#.to_owned())
        );
        assert_eq!(body("to={phone}&code={code}"), ("application/x-www-form-urlencoded", "to=13800138000&code=123456".to_owned()));
        assert!(Gateway::of("", "", "").unwrap().is_none());
        assert!(Gateway::of("http://127.0.0.1:9/", "", "no value").is_err() && Gateway::of("nowhere", "", "").is_err());
    }
}
