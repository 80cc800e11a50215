//! A season over HTTP: a producer with leave to use a mark, a grower with a plot and an approved account, and a delivery.

use serde_json::{Value, json};

use super::Engine;
use super::server::{Person, Server};
use yanzhao::config::Config;

/// What the stories of a season begin with.
pub struct Season {
    /// The server.
    pub server: Server,
    /// The producer of Jinzhou pears.
    pub producer: Person,
    /// The pears.
    pub product: Value,
    /// The producer's organisation.
    pub organisation: String,
    /// The right its leave is for, and the leave.
    pub right: String,
    /// The grower.
    pub grower: String,
    /// The grower's plot of 8 亩.
    pub plot: String,
    /// The grower's account of 9 t, approved.
    pub account: String,
    /// 2 t of pears, delivered to the producer.
    pub delivery: String,
}

/// The id of what an answer shows.
pub fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("{answer} has no id")).to_owned()
}

impl Season {
    /// A server of these settings with one grower's pears delivered.
    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut Config)) -> Self {
        let server = Server::start_with(engine, change).await;
        yanzhao::demo::prepare_figures(&server.app).await.unwrap();
        let (office, office2, producer) = (server.person("office").await, server.person("office2").await, server.person("producer").await);
        let product = office.get("/api/v1/products?q=jinzhouyali").await.1["items"][0].clone();
        assert_eq!(product["name"], "晋州鸭梨");
        let organisation = producer.get("/api/v1/sessions/current").await.1["organisation"].as_str().unwrap().to_owned();
        let right = id(product["rights"].as_array().unwrap().iter().find(|r| r["route"] == "gi_product").unwrap());
        let leave = json!({ "organisation_id": organisation, "right_id": right, "in_force_from": "2024-01-01", "contract": "许可使用合同 2024-01" });
        office.done("/api/v1/mark-uses", leave).await;
        let grower = json!({ "name": "种植户甲", "division_code": "130183105", "village": "演示村", "household_no": "1" });
        let grower = id(&producer.done("/api/v1/growers", grower).await);
        let plot = json!({ "holder_id": grower, "product_id": product["id"], "area": "8.00", "area_unit": "mu", "valid_from": "2025-01-01",
            "planted_year": 2001, "places": [{ "division_code": "130183105", "village": "演示村" }] });
        let plot = id(&producer.done("/api/v1/plots", plot).await);
        let account = json!({ "party_id": grower, "product_id": product["id"], "season": "2026", "basis": "plots", "basis_note": "8 亩",
            "evidence": "核产表", "measured": true, "approved_g": 9_000_000 });
        let account = id(&office.done("/api/v1/season-accounts", account).await);
        let approve = format!("/api/v1/season-accounts/{account}/approve");
        office.refused(&approve, json!({}), 409, "second_person_needed").await;
        office2.done(&approve, json!({})).await;
        let delivery = json!({ "grower_id": grower, "plot_id": plot, "product_id": product["id"], "delivered_on": "2026-11-20",
            "net_weight_g": 2_000_000, "cert_no": "HGZ-1" });
        let delivery = id(&producer.done("/api/v1/deliveries", delivery).await);
        Self { server, producer, product, organisation, right, grower, plot, account, delivery }
    }

    /// The batch of the whole delivery as the API takes it, with `more` in it.
    pub fn batch(&self, more: Value) -> Value {
        let mut batch = json!({ "product_id": self.product["id"], "lot": "2026-YL-01",
            "sources": [{ "delivery_id": self.delivery, "net_weight_g": 2_000_000 }], "harvested_from": "2026-10-18",
            "harvested_to": "2026-10-20", "packed_on": "2026-11-22", "best_before": "2027-05-20", "grade": "特级" });
        let Value::Object(more) = more else { panic!("fields are an object") };
        for (name, value) in more {
            batch[name] = value;
        }
        batch
    }
}
