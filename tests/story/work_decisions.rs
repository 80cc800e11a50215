//! What waits on the home page for a decision: season accounts and orders for the office, stops and recalls for supervisors. Whoever
//! proposed does not decide.

use serde_json::{Value, json};

use crate::support::season::{Season, id};
use crate::support::server::answer;

/// A released batch with ten codes in use.
async fn in_use(season: &Season) -> (String, Vec<String>) {
    let batch = id(&season.producer.done("/api/v1/batches", season.batch(json!({}))).await);
    season.producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await;
    let pack = json!({ "product_id": season.product["id"], "grade": "特级", "net_weight_g": 5_000 });
    let pack = season.producer.done("/api/v1/packs", pack).await;
    let order = json!({ "pack_id": pack["id"], "kind": "unit", "count": 10 });
    let order = id(&season.producer.done(&format!("/api/v1/batches/{batch}/code-orders"), order).await);
    season.producer.done(&format!("/api/v1/code-orders/{order}/activate"), json!({ "first": 1, "last": 10 })).await;
    let file = season.producer.request(reqwest::Method::GET, &format!("/api/v1/code-orders/{order}/codes.txt")).send().await.unwrap();
    let codes = file.text().await.unwrap().lines().map(|line| line.rsplit('/').next().unwrap().to_owned()).collect();
    (batch, codes)
}

async fn verdict(season: &Season, code: &str) -> Value {
    let scan = season.server.anybody().request(reqwest::Method::GET, &format!("/Q/{code}"));
    answer(scan.header("accept", "application/json")).await.1["verdict"].clone()
}

on_both_engines! {
    async fn a_season_account_is_decided_by_another_person(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let office = season.server.person("office").await;
        let account = |season: &str| json!({ "party_id": "", "product_id": "", "season": season, "basis": "plots", "basis_note": "8 亩 × 上限",
            "evidence": "核产表 2", "measured": true, "approved_g": 8_000_000 });
        let mut ids = Vec::new();
        for year in ["2027", "2028"] {
            let mut asked = account(year);
            asked["party_id"] = json!(season.grower);
            asked["product_id"] = season.product["id"].clone();
            ids.push(id(&office.done("/api/v1/season-accounts", asked).await));
        }
        let proposer = season.server.browser("office").await;
        let page = proposer.open("/work").await;
        assert!(page.has("待核准的年度账户") && page.has("晋州鸭梨 · 2027 年度账户") && page.has("8,000 kg") && page.has("核产表 2"), "{}", page.html);
        let approve = format!("/work/season-accounts/{}/approve", ids[0]);
        let own = proposer.fill(&page, &approve, &[]).await;
        assert!(own.status == 409 && own.has("提出的人不能自己确认") && own.has(&approve), "{} {}", own.status, own.html);
        let second = season.server.browser("office2").await;
        let (_, page) = second.done(&second.open("/work").await, &approve, &[]).await;
        assert!(page.has("年度账户已核准") && !page.has(&approve), "{}", page.html);
        let refuse = format!("/work/season-accounts/{}/refuse", ids[1]);
        let silent = second.fill(&page, &refuse, &[("reason", " ")]).await;
        assert!(silent.status == 422 && silent.has("请写明原因"), "{} {}", silent.status, silent.html);
        let (_, page) = second.done(&page, &refuse, &[("reason", "面积未核实")]).await;
        assert!(page.has("年度账户未予核准，原因已记录") && !page.has(&refuse), "{}", page.html);
        assert_eq!(second.fill(&silent, &approve.replace(&ids[0], &ids[1]), &[]).await.status, 409, "it was decided already");
    }

    async fn an_order_above_the_limit_waits_for_the_office(engine: Engine) {
        let season = Season::start_with(engine, |config| config.issue_limit = 50).await;
        let batch = id(&season.producer.done("/api/v1/batches", season.batch(json!({}))).await);
        let pack = json!({ "product_id": season.product["id"], "grade": "特级", "net_weight_g": 5_000 });
        let pack = season.producer.done("/api/v1/packs", pack).await;
        let mut orders = Vec::new();
        for _ in 0..2 {
            let order = json!({ "pack_id": pack["id"], "kind": "unit", "count": 100 });
            orders.push(season.producer.done(&format!("/api/v1/batches/{batch}/code-orders"), order).await);
        }
        assert_eq!(orders[0]["state"], "proposed");
        let at = |n: usize| format!("/work/orders/{}", orders[n]["id"].as_str().unwrap());
        let producer = season.server.browser("producer").await.open(&at(0)).await;
        assert!(producer.has("待核准") && !producer.has(&format!("{}/approve", at(0))), "{}", producer.html);
        let office = season.server.browser("office").await;
        let home = office.open("/work").await;
        assert!(home.has("待核准的标签申领") && home.has(&at(0)) && home.has("100 枚"), "{}", home.html);
        let (_, page) = office.done(&office.open(&at(0)).await, &format!("{}/approve", at(0)), &[]).await;
        assert!(page.has("申领已核准，查验码已生成"), "{}", page.html);
        let page = office.open(&at(1)).await;
        let silent = office.fill(&page, &format!("{}/refuse", at(1)), &[]).await;
        assert!(silent.status == 422 && silent.has("id=\"refuse-reason-err\""), "{} {}", silent.status, silent.html);
        let (_, page) = office.done(&silent, &format!("{}/refuse", at(1)), &[("reason", "超出实际需要")]).await;
        assert!(page.has("申领未予核准，占用的数量已释放") && page.has("超出实际需要"), "{}", page.html);
    }

    async fn a_recall_is_confirmed_and_lifted_by_a_second_supervisor(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let (batch, codes) = in_use(&season).await;
        let supervisor = season.server.person("supervisor").await;
        let recall = json!({ "batch_id": batch, "ordered_by": "演示机关", "document_no": "演示〔2026〕1号", "reason": "农残",
            "public_text": "农药残留超标，请停止食用。" });
        let recall = id(&supervisor.done("/api/v1/recalls", recall).await);
        let (one, two) = (season.server.browser("supervisor").await, season.server.browser("supervisor2").await);
        let confirm = format!("/work/recalls/{recall}/confirm");
        let page = one.open("/work").await;
        assert!(page.has("追回与召回") && page.has("2026-YL-01") && page.has("演示〔2026〕1号") && page.has("待确认"), "{}", page.html);
        let own = one.fill(&page, &confirm, &[]).await;
        assert!(own.status == 409 && own.has("提出的人不能自己确认"), "{} {}", own.status, own.html);
        assert_eq!(verdict(&season, &codes[0]).await, "first_check", "a proposal changes nothing");
        let (_, page) = two.done(&two.open("/work").await, &confirm, &[]).await;
        assert!(page.has("已确认，立即生效") && page.has("已生效") && !page.has(&confirm), "{}", page.html);
        assert_eq!(verdict(&season, &codes[0]).await, "recalled");
        let batch_page = two.open(&format!("/work/batches/{batch}")).await;
        assert!(batch_page.has("2026-YL-01"), "{}", batch_page.html);
        let lift = json!({ "document_no": "演示〔2026〕2号", "public_text": "复检合格，解除追回。" });
        supervisor.done(&format!("/api/v1/recalls/{recall}/lift"), lift).await;
        let (_, page) = two.done(&two.open("/work").await, &format!("/work/recalls/{recall}/lift"), &[]).await;
        assert!(page.has("已解除。") && !page.has(&recall), "{}", page.html);
        assert_eq!(verdict(&season, &codes[0]).await, "first_check");
        // Another county's supervisor reads none of it, and no producer has these buttons.
        for account in ["producer", "seller", "auditor"] {
            let home = season.server.browser(account).await.open("/work").await;
            assert!(!home.has("/work/recalls/") && !home.has("/work/stops/"), "{account}: {}", home.html);
        }
    }

    async fn a_stop_is_dropped_confirmed_and_lifted(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let (batch, codes) = in_use(&season).await;
        let supervisor = season.server.person("supervisor").await;
        let stop = |no: &str| json!({ "scope": "batch", "subject_id": batch, "category": "labels_lost", "ordered_by": "演示机关",
            "document_no": no, "public_text": "标签被盗，请勿使用。" });
        let dropped = id(&supervisor.done("/api/v1/stops", stop("演示〔2026〕3号")).await);
        let kept = id(&supervisor.done("/api/v1/stops", stop("演示〔2026〕4号")).await);
        let (one, two) = (season.server.browser("supervisor").await, season.server.browser("supervisor2").await);
        let page = one.open("/work").await;
        assert!(page.has("演示〔2026〕3号") && page.has("一个批次 · 标签流失"), "{}", page.html);
        let (_, page) = one.done(&page, &format!("/work/stops/{dropped}/drop"), &[]).await;
        assert!(page.has("提议已撤回") && !page.has("演示〔2026〕3号"), "{}", page.html);
        let (_, page) = two.done(&two.open("/work").await, &format!("/work/stops/{kept}/confirm"), &[]).await;
        assert!(page.has("已确认，立即生效"), "{}", page.html);
        let stopped = verdict(&season, &codes[0]).await;
        assert_eq!(stopped, "voided", "a stop is red on the next scan");
        supervisor.done(&format!("/api/v1/stops/{kept}/lift"), json!({ "document_no": "演示〔2026〕5号", "public_text": "标签已找回。" })).await;
        let (_, page) = two.done(&two.open("/work").await, &format!("/work/stops/{kept}/lift"), &[]).await;
        assert!(page.has("已解除。"), "{}", page.html);
        assert_eq!(verdict(&season, &codes[0]).await, "first_check");
    }

    async fn a_batch_is_held_and_let_go_again_by_the_office(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let (batch, codes) = in_use(&season).await;
        let office = season.server.browser("office").await;
        let at = format!("/work/batches/{batch}");
        let page = office.open(&at).await;
        let silent = office.fill(&page, &format!("{at}/hold"), &[("reason", "")]).await;
        assert!(silent.status == 422 && silent.has("请写明原因"), "{} {}", silent.status, silent.html);
        let (_, page) = office.done(&silent, &format!("{at}/hold"), &[("reason", "核实来源")]).await;
        assert!(page.has("批次已暂停") && page.has("核实来源"), "{}", page.html);
        assert_eq!(verdict(&season, &codes[0]).await, "first_check", "a hold of the platform changes no page of the public");
        let (_, page) = office.done(&page, &format!("{at}/unhold"), &[("reason", "来源已核实")]).await;
        assert!(page.has("暂停已解除"), "{}", page.html);
        // What is coded can't be voided: the page has no such button, and who sends it all the same is told the figure.
        assert!(!page.has(&format!("{at}/void")), "{}", page.html);
        let void = [("csrf", office.csrf().await), ("reason", "重报".to_owned())].map(|(name, value)| (name.to_owned(), value));
        let coded = office.send(&format!("{at}/void"), &void).await;
        assert!(coded.status == 409 && coded.has("50 kg"), "{} {}", coded.status, coded.html);
    }
}
