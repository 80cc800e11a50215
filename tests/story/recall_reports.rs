//! A recall is announced; its producer reports how much came back and what became of it, until an officer is satisfied or the recall is lifted.

use reqwest::Method;
use serde_json::{Value, json};

use crate::batch_to_scan::goods;
use crate::support::server::{Person, Server};

async fn announced(server: &Server, batch: &str) -> (Person, Person, String) {
    let (one, two) = (server.person("supervisor").await, server.person("supervisor2").await);
    let recall = json!({ "batch_id": batch, "ordered_by": "演示市场监管部门", "document_no": "演示〔2026〕1 号",
        "reason": "农药残留不合格", "public_text": "农药残留不合格，请停止食用，原购买处退货。" });
    let recall = one.done("/api/v1/recalls", recall).await["id"].as_str().unwrap().to_owned();
    two.done(&format!("/api/v1/recalls/{recall}/confirm"), json!({})).await;
    (one, two, recall)
}

fn only(listed: &Value) -> Value {
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed:#}");
    listed["items"][0].clone()
}

on_both_engines! {
    async fn a_producer_reports_until_it_is_enough(engine: Engine) {
        let goods = goods(engine).await;
        let (one, _, recall) = announced(&goods.server, &goods.batch).await;
        let order = only(&goods.producer.get("/api/v1/rectifications").await.1);
        // Ten working days from Monday, 2026-11-23.
        assert_eq!((order["source"].as_str(), order["source_id"].as_str(), order["due_on"].as_str()), (Some("recall"), Some(recall.as_str()), Some("2026-12-07")));
        let at = format!("/api/v1/rectifications/{}", order["id"].as_str().unwrap());
        let stranger = goods.server.person("producer2").await;
        assert_eq!(stranger.get(&at).await.0, 404);
        let reply = format!("{at}/reply");
        let bare = goods.producer.refused(&reply, json!({ "said": "已通知 3 家收货人" }), 422, "recall_figure_missing").await;
        assert_eq!(bare["errors"].as_array().unwrap().len(), 2, "both figures at once: {bare:#}");
        let figures = |recovered: i64, disposed: i64| json!({ "said": "已通知 3 家收货人", "recovered": recovered, "disposed": disposed });
        let beyond = goods.producer.refused(&reply, figures(2_000_001, 2_000_002), 422, "recall_figure_beyond").await;
        assert_eq!(beyond["errors"].as_array().unwrap().len(), 2, "{beyond:#}");
        goods.producer.refused(&reply, figures(-1, 0), 422, "recall_figure_missing").await;
        goods.producer.done(&reply, figures(600_000, 0)).await;
        one.done(&format!("{at}/again"), json!({ "said": "还差两家", "due_on": "2026-12-10" })).await;
        goods.producer.refused(&reply, figures(500_000, 0), 422, "recall_figure_less").await;
        goods.producer.done(&reply, figures(1_500_000, 1_500_000)).await;
        one.done(&format!("{at}/accept"), json!({ "said": "销毁记录属实" })).await;
        let whole = one.get(&at).await.1;
        let told: Vec<_> = whole["notes"].as_array().unwrap().iter().map(|note| (note["act"].as_str().unwrap(), note["recovered"].as_i64(), note["disposed"].as_i64())).collect();
        assert_eq!(told, [("ordered", None, None), ("replied", Some(600_000), Some(0)), ("again", None, None), ("replied", Some(1_500_000), Some(1_500_000)), ("accepted", None, None)]);
        assert_eq!((whole["state"].as_str(), whole["recalled"]["amount"].as_i64(), whole["recalled"]["lot"].as_str()), (Some("accepted"), Some(2_000_000), Some("2026-YL-01")));
        // Figures belong to reports on recalls only.
        let other = json!({ "source": "listing", "source_id": order["source_id"].as_str().unwrap().replace("rec_", "lis_"),
            "organisation_id": order["organisation_id"], "what": "补齐台账", "due_on": "2026-12-01" });
        let other = one.done("/api/v1/rectifications", other).await["id"].as_str().unwrap().to_owned();
        goods.producer.refused(&format!("/api/v1/rectifications/{other}/reply"), figures(1, 1), 422, "recall_figure_unasked").await;
    }

    async fn a_recall_that_is_lifted_asks_for_no_report(engine: Engine) {
        let goods = goods(engine).await;
        let (one, two, recall) = announced(&goods.server, &goods.batch).await;
        let order = only(&goods.producer.get("/api/v1/rectifications").await.1)["id"].as_str().unwrap().to_owned();
        one.done(&format!("/api/v1/recalls/{recall}/lift"), json!({ "document_no": "演示〔2026〕2 号", "public_text": "复检合格，解除。" })).await;
        assert_eq!(goods.producer.get(&format!("/api/v1/rectifications/{order}")).await.1["state"], "ordered", "lifting is only proposed");
        two.done(&format!("/api/v1/recalls/{recall}/lift/confirm"), json!({})).await;
        let ended = goods.producer.get(&format!("/api/v1/rectifications/{order}")).await.1;
        assert_eq!((ended["state"].as_str(), ended["notes"][1]["said"].as_str()), (Some("accepted"), Some("复检合格，解除。")));
        goods.producer.refused(&format!("/api/v1/rectifications/{order}/reply"), json!({ "said": "x", "recovered": 0, "disposed": 0 }), 409, "rectification_step").await;
    }

    async fn the_page_asks_in_kilograms_and_says_what_came_back(engine: Engine) {
        let goods = goods(engine).await;
        let (_, _, recall) = announced(&goods.server, &goods.batch).await;
        let order = only(&goods.producer.get("/api/v1/rectifications").await.1)["id"].as_str().unwrap().to_owned();
        let producer = goods.server.browser("producer").await;
        let at = format!("/work/rectifications/{order}");
        let reply = format!("{at}/reply");
        let page = producer.open(&at).await;
        assert!(page.has("name=\"recovered\"") && page.has("公斤"), "{}", page.html);
        let refused = producer.upload(&page, &reply, &[("said", "已通知三家"), ("recovered", "20 吨"), ("disposed", "0")], &[]).await;
        assert!(refused.status == 422 && refused.has("已通知三家") && refused.has("20 吨"), "what was typed stays: {}", refused.html);
        let sent = producer.upload(&page, &reply, &[("said", "已通知三家"), ("recovered", "1200.5"), ("disposed", "0")], &[]).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        let supervisor = goods.server.browser("supervisor").await;
        let seen = supervisor.open(&format!("/work/measures/recalls/{recall}")).await;
        assert!(seen.has("1,200.5") && seen.has(&at), "{}", seen.html);
        assert_eq!(goods.server.anybody().request(Method::GET, &at).send().await.unwrap().status(), 303);
    }
}
