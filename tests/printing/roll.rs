//! A released batch with an order of labels, none of them bound.

use reqwest::Method;
use serde_json::{Value, json};
use yanzhao::config::Config;

use crate::support::Engine;
use crate::support::season::Season;
use crate::support::server::Person;

/// What the stories are about.
pub struct Roll {
    pub season: Season,
    pub batch: String,
    pub pack: Value,
    pub order: String,
}

impl Roll {
    pub async fn new(engine: Engine, count: i64, change: impl FnOnce(&mut Config)) -> Self {
        let season = Season::start_with(engine, change).await;
        let batch = season.producer.done("/api/v1/batches", season.batch(json!({}))).await["id"].as_str().unwrap().to_owned();
        let pack = json!({ "product_id": season.product["id"], "grade": "特级", "net_weight_g": 5_000 });
        let pack = season.producer.done("/api/v1/packs", pack).await["id"].clone();
        season.producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await;
        let mut roll = Self { season, batch, pack, order: String::new() };
        roll.order = roll.another(count).await;
        roll
    }
    /// One more order without a batch.
    pub async fn another(&self, count: i64) -> String {
        let input =
            json!({ "product_id": self.season.product["id"], "season": "2026", "pack_id": self.pack, "kind": "unit", "count": count });
        self.season.producer.done("/api/v1/code-orders", input).await["id"].as_str().unwrap().to_owned()
    }
    /// A statement straight into the database, past every rule.
    pub async fn tamper(&self, sql: &'static str) {
        use sea_orm::ConnectionTrait;
        let done: yanzhao::kernel::Outcome<()> = self
            .season
            .server
            .app
            .db
            .write(move |tx| {
                Box::pin(async move {
                    tx.connection().execute_unprepared(sql).await?;
                    Ok(())
                })
            })
            .await;
        done.unwrap();
    }
    pub fn at(&self, what: &str) -> String {
        format!("/api/v1/code-orders/{}/{what}", self.order)
    }
}

/// A file, and the status it came with.
pub async fn file(person: &Person, path: &str) -> (u16, Vec<u8>) {
    let response = person.request(Method::GET, path).send().await.unwrap();
    (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
}

/// The codes of a list of addresses.
pub fn codes(list: &[u8]) -> Vec<String> {
    std::str::from_utf8(list).unwrap().lines().map(|line| line.rsplit('/').next().unwrap().to_owned()).collect()
}
