//! Somebody at a browser: a cookie, pages, and forms sent with everything hidden in them.

use reqwest::Client;

use super::server::{PASSWORD, Server};

/// Somebody who may be signed in by a cookie.
pub struct Browser {
    base: String,
    http: Client,
}

/// What a page or a form answered.
#[derive(Debug)]
pub struct Seen {
    /// The status.
    pub status: u16,
    /// Where it leads, if it leads on.
    pub location: String,
    /// The page.
    pub html: String,
}

impl Seen {
    /// Does the page hold this?
    pub fn has(&self, text: &str) -> bool {
        self.html.contains(text)
    }
    /// The id at the end of the path it leads to.
    pub fn id(&self) -> String {
        let path = self.location.split('?').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    }
    /// The value of the first choice whose words hold this.
    pub fn choice(&self, words: &str) -> String {
        let read = |option: &'_ str| {
            let (value, rest) = option.split_once('"')?;
            Some((value.to_owned(), rest.split_once('>')?.1.split('<').next()?.to_owned()))
        };
        let found = self.html.split("<option value=\"").skip(1).filter_map(read).find(|(_, said)| said.contains(words));
        found.unwrap_or_else(|| panic!("no choice says {words}: {}", self.html)).0
    }
    /// The hidden fields of the form that is posted to this path; a form that only asks, for the same path, is another one.
    fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let goes = |tag: &str| tag.contains("method=\"post\"") && tag.contains(&format!("action=\"{action}\""));
        let form = self.html.split("<form ").find(|form| form.split('>').next().is_some_and(goes));
        let form = form.unwrap_or_else(|| panic!("no form goes to {action}: {}", self.html)).split("</form>").next().unwrap();
        let value = |input: &str, name: &str| input.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap().to_owned();
        form.split("<input type=\"hidden\"").skip(1).map(|input| (value(input, "name"), value(input, "value"))).collect()
    }
}

impl Server {
    /// Somebody at a browser who has signed in with the form.
    pub async fn browser(&self, account: &str) -> Browser {
        let http = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let browser = Browser { base: self.base.clone(), http };
        let form = [("account", account), ("password", PASSWORD), ("next", "/work")];
        let signed_in = browser.send("/login", &form.map(|(name, value)| (name.to_owned(), value.to_owned()))).await;
        assert_eq!((signed_in.status, signed_in.location.as_str()), (303, "/work"), "{account}: {}", signed_in.html);
        browser
    }
}

impl Browser {
    /// A page.
    pub async fn see(&self, path: &str) -> Seen {
        seen(self.http.get(format!("{}{path}", self.base))).await
    }
    /// A page that must be there.
    pub async fn open(&self, path: &str) -> Seen {
        let seen = self.see(path).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.html);
        seen
    }
    /// Sends fields as they are, with nothing of a page in them.
    pub async fn send(&self, path: &str, fields: &[(String, String)]) -> Seen {
        seen(self.http.post(format!("{}{path}", self.base)).form(fields)).await
    }
    /// Fills in the form of a page that goes to `action` and sends it with what is hidden in it.
    pub async fn fill(&self, page: &Seen, action: &str, typed: &[(&str, &str)]) -> Seen {
        let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let fields: Vec<(String, String)> = page.hidden(action).into_iter().chain(typed).collect();
        self.send(action, &fields).await
    }
    /// The same with files, each as (field, name, bytes).
    pub async fn upload(&self, page: &Seen, action: &str, typed: &[(&str, &str)], files: &[(&str, &str, Vec<u8>)]) -> Seen {
        const EDGE: &str = "edge-of-a-part-7d1f";
        let mut body: Vec<u8> = Vec::new();
        let mut part = |head: String, bytes: &[u8]| {
            body.extend_from_slice(format!("--{EDGE}\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        };
        let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        for (name, value) in page.hidden(action).into_iter().chain(typed) {
            part(format!("name=\"{name}\""), value.as_bytes());
        }
        for (field, name, bytes) in files {
            part(format!("name=\"{field}\"; filename=\"{name}\""), bytes);
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let request = self.http.post(format!("{}{action}", self.base));
        seen(request.header("content-type", format!("multipart/form-data; boundary={EDGE}")).body(body)).await
    }
    /// What a page's form answers, byte for byte.
    pub async fn fetch(&self, page: &Seen, action: &str) -> (u16, Vec<u8>) {
        let response = self.http.post(format!("{}{action}", self.base)).form(&page.hidden(action)).send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
    }
    /// The same, which must be done; the page it leads to.
    pub async fn done(&self, page: &Seen, action: &str, typed: &[(&str, &str)]) -> (String, Seen) {
        let sent = self.fill(page, action, typed).await;
        assert_eq!(sent.status, 303, "{action} {typed:?}: {}", sent.html);
        (sent.id(), self.open(&sent.location).await)
    }
    /// A file, and the status it came with.
    pub async fn bytes(&self, path: &str) -> (u16, Vec<u8>) {
        let response = self.http.get(format!("{}{path}", self.base)).send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
    }
    /// The CSRF word of this session, for a request that no page of ours makes.
    pub async fn csrf(&self) -> String {
        self.open("/work").await.hidden("/logout").into_iter().find(|(name, _)| name == "csrf").unwrap().1
    }
}

async fn seen(request: reqwest::RequestBuilder) -> Seen {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let location = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    Seen { status, location, html: response.text().await.unwrap() }
}
