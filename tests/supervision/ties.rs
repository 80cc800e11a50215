//! 回避: an officer tied to the firm concerned takes part neither as the first person nor as the second; on both engines.

use sea_orm::EntityTrait;
use serde_json::{Value, json};
use yanzhao::entity::organisation;
use yanzhao::identity::queries::account_named;

use super::goods::Goods;
use crate::support::on_both_engines;
use crate::support::season::id;
use crate::support::server::Person;

const TIED: &str = "tied_to_party";

/// The goods, an officer free to act, another, and one who is tied to their producer.
async fn people(goods: &Goods) -> (Person, Person, Person) {
    let (free, second, tied) = (goods.person("supervisor").await, goods.person("county").await, goods.person("supervisor2").await);
    let account = account_named(&goods.server().app.db, "supervisor2").await.unwrap().unwrap().id;
    let tie = json!({ "account_id": account, "organisation_id": goods.season.organisation, "reason": "亲属在该社任职" });
    free.done("/api/v1/conflicts", tie).await;
    (free, second, tied)
}

/// Proposing, confirming, dropping, proposing to end and confirming the end: the tied one nowhere, the others everywhere.
async fn walks(goods: &Goods, kind: &str, what: Value, lift: Value) {
    let (free, second, tied) = people(goods).await;
    let all = format!("/api/v1/{kind}");
    let told = tied.refused(&all, what.clone(), 409, TIED).await;
    assert!(told["detail"].to_string().contains("应当回避") || told.to_string().contains("tied to"), "{told:#}");
    let one = id(&free.done(&all, what).await);
    let at = |verb: &str| format!("{all}/{one}/{verb}");
    for verb in ["confirm", "drop"] {
        tied.refused(&at(verb), json!({}), 409, TIED).await;
    }
    second.done(&at("confirm"), json!({})).await;
    tied.refused(&at("lift"), lift.clone(), 409, TIED).await;
    free.done(&at("lift"), lift.clone()).await;
    tied.refused(&at("lift/confirm"), json!({}), 409, TIED).await;
    if kind == "seizures" {
        tied.refused(&at("drop"), json!({}), 409, TIED).await;
        second.refused(&at("confirm"), json!({}), 409, "already_decided").await;
    } else {
        tied.refused(&at("lift/withdraw"), json!({ "reason": "算了" }), 409, TIED).await;
    }
    second.done(&at("lift/confirm"), json!({})).await;
}

fn lift() -> Value {
    json!({ "document_no": "演示解字〔2026〕1号", "public_text": "已查明，解除。" })
}

on_both_engines! {
    async fn stops_of_every_scope_keep_the_tied_officer_out(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        for (scope, subject, code) in [
            ("code", None, Some(&goods.codes[0])),
            ("order", Some(&goods.order), None),
            ("batch", Some(&goods.batch), None),
            ("producer", Some(&goods.season.organisation), None),
        ] {
            let stop = json!({ "scope": scope, "subject_id": subject, "code": code, "category": "off_standard", "ordered_by": "演示机关",
                "document_no": "演示停字〔2026〕1号", "public_text": "停止使用。" });
            walks(&goods, "stops", stop, lift()).await;
        }
        // A whole product concerns everybody who uses its mark.
        let (free, _, tied) = people(&goods).await;
        let stop = json!({ "scope": "product", "subject_id": goods.season.product["id"], "category": "off_standard", "ordered_by": "演示机关",
            "document_no": "演示停字〔2026〕2号", "public_text": "停止使用。" });
        tied.refused("/api/v1/stops", stop.clone(), 409, TIED).await;
        let one = id(&free.done("/api/v1/stops", stop).await);
        tied.refused(&format!("/api/v1/stops/{one}/confirm"), json!({}), 409, TIED).await;
    }

    async fn recalls_seizures_and_the_list_of_abnormal_operations_keep_the_tied_officer_out(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        let recall = json!({ "batch_id": goods.batch, "ordered_by": "演示机关", "document_no": "演示追字〔2026〕1号", "reason": "抽检不合格", "public_text": "请先别吃。" });
        walks(&goods, "recalls", recall, lift()).await;
        let seizure = json!({ "batch_id": goods.batch, "kind": "sealed", "document_no": "演示封字〔2026〕1号", "ordered_by": "演示机关",
            "reason": "账货不符", "public_text": "本批次已查封。", "until": "2027-01-30" });
        let end = json!({ "outcome": "released", "document_no": "演示封字〔2026〕2号", "public_text": "已解除查封。" });
        walks(&goods, "seizures", seizure, end).await;
        let entry = json!({ "organisation_id": goods.season.organisation, "reason": "通过登记的住所无法联系", "document_no": "演示异字〔2026〕1号" });
        walks(&goods, "abnormal-entries", entry, lift()).await;
    }

    async fn audits_of_a_listing_and_orders_to_mend_keep_the_tied_officer_out(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        let (free, second, tied) = people(&goods).await;
        let firm = organisation::Entity::find_by_id(&goods.season.organisation).one(goods.server().app.db.reader()).await.unwrap().unwrap();
        let seller = json!({ "kind": "organisation", "name": firm.name, "credit_code": firm.credit_code, "division_code": "130183" });
        let seller = id(&free.done("/api/v1/sellers", seller).await);
        let listing = json!({ "seller_id": seller, "platform": "淘宝", "item_id": "2001", "shop": "演示店", "title": "晋州鸭梨 5 斤",
            "url": "https://item.taobao.com/item.htm?id=2001", "price_fen": 2990 });
        let listing = id(&free.done("/api/v1/listings", listing).await);
        let at = format!("/api/v1/listings/{listing}/audits");
        let transfer = json!({ "verdict": "transfer", "reason": "unauthorised", "said": "未见授权", "recipient": "某区市场监管部门" });
        for verdict in [transfer.clone(), json!({ "verdict": "cleared", "reason": "authorised" })] {
            tied.refused(&at, verdict, 409, TIED).await;
        }
        let proposed = id(&free.done(&at, transfer).await);
        for verb in ["confirm", "drop"] {
            tied.refused(&format!("/api/v1/audits/{proposed}/{verb}"), json!({}), 409, TIED).await;
        }
        second.done(&format!("/api/v1/audits/{proposed}/confirm"), json!({})).await;

        let today = "2026-12-10";
        let order = json!({ "source": "listing", "source_id": listing, "organisation_id": firm.id, "what": "改正标题", "due_on": today });
        let by_seller = json!({ "source": "listing", "source_id": listing, "seller_id": seller, "what": "改正标题", "due_on": today });
        for order in [order.clone(), by_seller] {
            tied.refused("/api/v1/rectifications", order, 409, TIED).await;
        }
        let order = id(&free.done("/api/v1/rectifications", order).await);
        let at = |verb: &str| format!("/api/v1/rectifications/{order}/{verb}");
        tied.refused(&at("accept"), json!({ "said": "已改正" }), 409, TIED).await;
        // The firm itself answers, of course.
        let answer = goods.server().browser("producer").await;
        let page = answer.open(&format!("/work/rectifications/{order}")).await;
        let sent = answer.upload(&page, &format!("/work/rectifications/{order}/reply"), &[("said", "标题已改")], &[]).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        tied.refused(&at("again"), json!({ "said": "还没有", "due_on": "2026-12-20" }), 409, TIED).await;
        second.done(&at("accept"), json!({ "said": "已改正" })).await;
    }
}
