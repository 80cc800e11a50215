//! A batch of pears with forty labels in use, and people at public forms.

use reqwest::Method;
use serde_json::{Value, json};
use yanzhao::config::Config;

use crate::support::Engine;
use crate::support::season::{Season, id};
use crate::support::server::{Person, Server, answer};

/// What the stories are about.
pub struct Goods {
    pub season: Season,
    pub batch: String,
    pub order: String,
    pub pack: String,
    pub codes: Vec<String>,
}

impl Goods {
    /// One grower's pears in a released batch, sixty labels, forty in use.
    pub async fn new(engine: Engine, change: impl FnOnce(&mut Config)) -> Self {
        let season = Season::start_with(engine, |config| {
            config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
            change(config);
        })
        .await;
        let producer = season.producer.clone();
        let batch = id(&producer.done("/api/v1/batches", season.batch(json!({}))).await);
        let pack = json!({ "product_id": season.product["id"], "grade": "特级", "net_weight_g": 5_000 });
        let pack = id(&producer.done("/api/v1/packs", pack).await);
        producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await;
        let ordered = json!({ "pack_id": pack, "kind": "unit", "count": 60 });
        let order = id(&producer.done(&format!("/api/v1/batches/{batch}/code-orders"), ordered).await);
        let file = producer.request(Method::GET, &format!("/api/v1/code-orders/{order}/codes.txt")).send().await.unwrap();
        let codes: Vec<String> = file.text().await.unwrap().lines().map(|l| l.rsplit('/').next().unwrap().to_owned()).collect();
        producer.done(&format!("/api/v1/code-orders/{order}/activate"), json!({ "first": 1, "last": codes[39] })).await;
        Self { season, batch, order, pack, codes }
    }
    pub fn server(&self) -> &Server {
        &self.season.server
    }
    pub async fn person(&self, account: &str) -> Person {
        self.season.server.person(account).await
    }
    /// What a scan answers.
    pub async fn scan(&self, code: &str) -> Value {
        let request = self.server().anybody().request(Method::GET, &format!("/Q/{code}"));
        answer(request.header("accept", "application/json").header("user-agent", "Phone/1")).await.1
    }
    /// The page of a code.
    pub async fn page(&self, code: &str) -> String {
        self.server().anybody().request(Method::GET, &format!("/q/{code}?lang=zh")).send().await.unwrap().text().await.unwrap()
    }
    /// A public page with its status.
    pub async fn see(&self, path: &str) -> (u16, String) {
        let response = self.server().anybody().request(Method::GET, path).header("accept-language", "zh-CN").send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }
    /// Sends a public form from an address; status, where it leads, page.
    pub async fn send(&self, path: &str, from: &str, typed: &[(&str, &str)], photos: &[(&str, Vec<u8>)]) -> (u16, String, String) {
        const EDGE: &str = "edge-of-a-part-7d1f";
        let mut body: Vec<u8> = Vec::new();
        let mut part = |head: String, bytes: &[u8]| {
            body.extend_from_slice(format!("--{EDGE}\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        };
        for (name, value) in typed {
            part(format!("name=\"{name}\""), value.as_bytes());
        }
        for (name, bytes) in photos {
            part(format!("name=\"photos\"; filename=\"{name}\""), bytes);
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let request = self.server().anybody().request(Method::POST, &format!("{path}?lang=zh"));
        let request = request.header("content-type", format!("multipart/form-data; boundary={EDGE}")).header("x-forwarded-for", from);
        let response = request.header("user-agent", format!("Phone of {from}")).body(body).send().await.unwrap();
        let location = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        (response.status().as_u16(), location, response.text().await.unwrap())
    }
    /// A report that must be received; its receipt.
    pub async fn report(&self, path: &str, from: &str, typed: &[(&str, &str)], photos: &[(&str, Vec<u8>)]) -> String {
        let (status, location, html) = self.send(path, from, typed, photos).await;
        assert_eq!(status, 303, "{typed:?}: {html}");
        location.trim_start_matches("/r/").split('?').next().unwrap().to_owned()
    }
}

/// A picture of its own.
pub fn picture(shade: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(40, 30, image::Rgb([shade, 90, 20]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}
