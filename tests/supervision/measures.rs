//! From feedback to a recall by two people, the red page, its lifting; who is told; a stop seen before it is proposed; a suspended producer.

use serde_json::json;
use yanzhao::kernel::clock::DAY;

use super::goods::Goods;
use crate::support::on_both_engines;
use crate::support::season::id;

on_both_engines! {
    async fn feedback_leads_to_a_recall_by_two_people_and_its_lifting_is_shown_for_ninety_days(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        let code = goods.codes[0].clone();
        // Twenty packs went to a seller on the platform, ten to a market that is not.
        let seller = goods.person("seller").await.get("/api/v1/sessions/current").await.1["organisation"].clone();
        let producer = goods.season.producer.clone();
        let to_seller = json!({ "lines": [{ "order_id": goods.order, "first": 1, "last": 20 }], "consignee": { "organisation_id": seller, "contact": "收货人" }, "place": "石家庄市" });
        producer.done("/api/v1/shipments", to_seller).await;
        let to_market = json!({ "lines": [{ "order_id": goods.order, "first": 21, "last": 30 }], "consignee": { "name": "某批发市场 12 号", "contact": "0311-86000000" }, "place": "石家庄市" });
        producer.done("/api/v1/shipments", to_market).await;
        let receipt = goods.report(&format!("/q/{code}/report"), "192.0.2.1", &[("choice", "health"), ("text", "吃后不适")], &[]).await;
        let (one, two) = (goods.server().browser("supervisor").await, goods.server().browser("supervisor2").await);
        let list = one.open("/work/feedback").await;
        assert!(list.has("今天到期") && list.has("身体不适或异物"), "{}", list.html);
        let page = one.open(&format!("/work/measures/recalls/new?batch={}", goods.batch)).await;
        let at = "/work/measures/recalls/new";
        let empty = one.fill(&page, at, &[("step", "look")]).await;
        assert!(empty.status == 422 && empty.has("id=\"recall-document_no-err\"") && empty.has("id=\"recall-public_text-err\""), "{}", empty.html);
        let typed = [("batch_id", "2026-YL-01"), ("ordered_by", "演示机关"), ("document_no", "演示追字〔2026〕9号"), ("reason", "有人不适"), ("public_text", "疑似农残超标，请先别吃。")];
        let size = yanzhao::ledger::head(goods.server().app.db.reader()).await.unwrap().size();
        let mut looked = typed.to_vec();
        looked.push(("step", "look"));
        let preview = one.fill(&page, at, &looked).await;
        assert_eq!(preview.status, 200, "{}", preview.html);
        for words in ["消费者将看到", "疑似农残超标", "某批发市场 12 号", "0311-86000000", "书面告知", "平台通知", "涉及在用标签", "还没有提出"] {
            assert!(preview.has(words), "{words}: {}", preview.html);
        }
        let seen = one.fill(&preview, at, &typed).await;
        assert!(seen.status == 200 && seen.has("还没有提出"), "a plain enter only looks: {}", seen.html);
        // The consumer's page itself, drawn as any scan's is.
        let hidden = [("csrf", one.csrf().await)];
        let fields: Vec<(String, String)> = hidden.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).chain(typed.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))).collect();
        let whole = one.send("/work/measures/recalls/preview", &fields).await;
        assert!(whole.status == 200 && whole.has("verdict red") && whole.has("预览：尚未生效") && whole.has("疑似农残超标"), "{} {}", whole.status, whole.html);
        assert_eq!(yanzhao::ledger::head(goods.server().app.db.reader()).await.unwrap().size(), size, "looking writes nothing");
        assert_eq!(goods.scan(&code).await["verdict"], "first_check");

        let mut proposed = typed.to_vec();
        proposed.push(("step", "propose"));
        let (recall, page) = one.done(&preview, at, &proposed).await;
        let at = format!("/work/measures/recalls/{recall}");
        assert!(page.has("已提出，等待第二人确认") && page.has("待确认"), "{}", page.html);
        let own = one.fill(&page, &format!("{at}/confirm"), &[]).await;
        assert!(own.status == 409 && own.has("提出的人不能自己确认"), "{} {}", own.status, own.html);
        assert_eq!(goods.scan(&code).await["severity"], "ok", "a proposal changes nothing");
        assert!(two.open("/work").await.has("演示追字〔2026〕9号"), "it waits on the second one's home page");
        let (_, page) = two.done(&two.open(&at).await, &format!("{at}/confirm"), &[]).await;
        assert!(page.has("已确认，立即生效"), "{}", page.html);
        assert_eq!(goods.scan(&code).await["verdict"], "recalled");
        assert!(goods.page(&code).await.contains("疑似农残超标"));
        // Who is on the platform was told; the others stand on the paper list.
        for account in ["producer", "seller"] {
            let notices = goods.server().browser(account).await.open("/work/notices").await;
            assert!(notices.has("2026-YL-01") && notices.has("演示追字〔2026〕9号"), "{account}: {}", notices.html);
        }
        let paper = two.open(&format!("{at}/notice")).await;
        assert!(paper.has("某批发市场 12 号") && paper.has("书面告知") && paper.has("0311-86000000"), "{}", paper.html);
        assert_eq!(goods.server().browser("producer").await.see(&at).await.status, 403);

        let lift = [("document_no", "演示追字〔2026〕10号"), ("public_text", "复检合格，解除追回。")];
        let silent = one.fill(&page_of(&one, &at).await, &format!("{at}/lift"), &[]).await;
        assert!(silent.status == 422 && silent.has("id=\"lift-document_no-err\""), "{}", silent.html);
        let fields: Vec<(String, String)> = [("csrf".to_owned(), one.csrf().await)].into_iter().chain(lift.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))).collect();
        let look = one.send(&format!("{at}/lift/preview"), &fields).await;
        assert!(look.status == 200 && look.has("复检合格，解除追回。") && !look.has("verdict red"), "{}", look.html);
        let (_, page) = one.done(&page_of(&one, &at).await, &format!("{at}/lift"), &lift).await;
        assert!(page.has("拟解除，仍有效") && goods.scan(&code).await["verdict"] == "recalled", "{}", page.html);
        let own = one.fill(&page, &format!("{at}/lift/confirm"), &[]).await;
        assert_eq!(own.status, 409, "{}", own.html);
        two.done(&page_of(&two, &at).await, &format!("{at}/lift/confirm"), &[]).await;
        assert_ne!(goods.scan(&code).await["verdict"], "recalled");
        assert!(goods.page(&code).await.contains("复检合格，解除追回。"));
        goods.server().clock.advance(90 * DAY);
        assert!(goods.page(&code).await.contains("复检合格，解除追回。"), "still on the ninetieth day");
        goods.server().clock.advance(DAY);
        assert!(!goods.page(&code).await.contains("复检合格，解除追回。"), "and gone afterwards");
        assert_eq!(goods.see(&format!("/r/{receipt}")).await.0, 200);
    }

    async fn a_stop_is_seen_before_it_is_proposed_and_faults_stand_at_their_fields(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        let (one, two) = (goods.server().browser("supervisor").await, goods.server().browser("supervisor2").await);
        let at = "/work/measures/stops/new";
        let base = [("category", "clone"), ("ordered_by", "演示机关"), ("document_no", "演示停字〔2026〕1号"), ("public_text", "同一编号出现在多件商品上。")];
        let with = |more: &[(&'static str, &'static str)]| -> Vec<(&'static str, &'static str)> { base.iter().chain(more).copied().collect() };
        let page = one.open(at).await;
        for (typed, field) in [
            (with(&[("scope", "code"), ("code", "0000019T3KRQ9GCZA937")]), "stop-code-err"),
            (with(&[("scope", "code"), ("code", "不是编号")]), "stop-code-err"),
            (with(&[("scope", "code")]), "stop-code-err"),
            (with(&[("scope", "order"), ("order_no", "99999")]), "stop-order_no-err"),
            (with(&[("scope", "range"), ("order_no", "1")]), "stop-first-err"),
            (with(&[("scope", "batch"), ("batch", "没有这个批号")]), "stop-batch-err"),
            (with(&[("scope", "producer"), ("producer", "org_00000000000000000000000000")]), "stop-producer-err"),
            (with(&[]), "stop-scope-err"),
        ] {
            let refused = one.fill(&page, at, &typed).await;
            assert!(refused.status == 422 && refused.has(&format!("id=\"{field}\"")), "{typed:?}: {} {}", refused.status, refused.html);
        }
        let code = goods.codes[7].clone();
        let mut typed: Vec<(&str, &str)> = base.to_vec();
        typed.extend([("scope", "code"), ("code", code.as_str())]);
        let preview = one.fill(&page, at, &typed).await;
        assert!(preview.status == 200 && preview.has("消费者将看到") && preview.has("还没有提出"), "{} {}", preview.status, preview.html);
        typed.push(("step", "propose"));
        let (stop, _) = one.done(&preview, at, &typed).await;
        let at = format!("/work/measures/stops/{stop}");
        two.done(&page_of(&two, &at).await, &format!("{at}/confirm"), &[]).await;
        assert_eq!(goods.scan(&code).await["verdict"], "clone_confirmed");
        assert_eq!(goods.scan(&goods.codes[8]).await["severity"], "ok", "the next label is not touched");
        let listed = two.open("/work/measures?state=in_force").await;
        assert!(listed.has("一枚标签") && listed.has(&at), "{}", listed.html);
        one.done(&page_of(&one, &at).await, &format!("{at}/lift"), &[("document_no", "演示停字〔2026〕2号"), ("public_text", "查明为误报。")]).await;
        two.done(&page_of(&two, &at).await, &format!("{at}/lift/confirm"), &[]).await;
        assert_eq!(goods.scan(&code).await["severity"], "ok");
    }

    async fn a_wrong_proposal_to_lift_is_withdrawn_with_a_reason_and_the_measure_stands(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        let (one, two) = (goods.person("supervisor").await, goods.person("supervisor2").await);
        let stop = json!({ "scope": "code", "code": goods.codes[3], "category": "clone", "ordered_by": "演示机关", "document_no": "演示停字〔2026〕3号", "public_text": "同一编号出现在多件商品上。" });
        let recall = json!({ "batch_id": goods.batch, "ordered_by": "演示机关", "document_no": "演示追字〔2026〕3号", "reason": "抽检不合格", "public_text": "请先别吃。" });
        let lift = json!({ "document_no": "演示解字〔2026〕3号", "public_text": "文号写错。" });
        for (kind, what, event) in [("stops", stop, "stop.lift_withdrawn"), ("recalls", recall, "recall.lift_withdrawn")] {
            let measure = id(&one.done(&format!("/api/v1/{kind}"), what).await);
            let at = format!("/api/v1/{kind}/{measure}");
            one.refused(&format!("{at}/lift/withdraw"), json!({ "reason": "写错" }), 409, "already_decided").await;
            two.done(&format!("{at}/confirm"), json!({})).await;
            one.done(&format!("{at}/lift"), lift.clone()).await;
            // Back to being in force leads only through a withdrawal, never through confirming the measure once more.
            two.refused(&format!("{at}/confirm"), json!({}), 409, "already_decided").await;
            two.refused(&format!("{at}/drop"), json!({}), 409, "already_decided").await;
            one.refused(&format!("{at}/lift/withdraw"), json!({ "reason": " " }), 422, "reason_missing").await;
            let severity = goods.scan(&goods.codes[3]).await["severity"].clone();
            let stands = one.done(&format!("{at}/lift/withdraw"), json!({ "reason": "解除文号写错" })).await;
            assert_eq!(stands["state"], "in_force", "{stands:#}");
            assert!(stands["lift_text"].is_null() && stands["lift_document_no"].is_null() && stands["lift_proposed_by"].is_null(), "{stands:#}");
            assert_eq!(goods.scan(&goods.codes[3]).await["severity"], severity);
            let kept = ledger_of(&goods, &measure).await;
            let last = kept.last().unwrap();
            assert_eq!(last["kind"], event, "{kept:#?}");
            let facts = &last["facts"];
            assert_eq!((facts["reason"].as_str(), facts["document_no"].as_str()), (Some("解除文号写错"), Some("演示解字〔2026〕3号")), "{facts:#}");
            two.refused(&format!("{at}/lift/confirm"), json!({}), 409, "already_decided").await;
            // Proposed anew and withdrawn on its page, by the other officer.
            one.done(&format!("{at}/lift"), lift.clone()).await;
            let (browser, page) = (goods.server().browser("supervisor2").await, format!("/work/measures/{kind}/{measure}"));
            let silent = browser.fill(&page_of(&browser, &page).await, &format!("{page}/lift/withdraw"), &[]).await;
            assert!(silent.status == 422 && silent.has("id=\"withdraw_lift-reason-err\""), "{} {}", silent.status, silent.html);
            let (_, after) = browser.done(&silent, &format!("{page}/lift/withdraw"), &[("reason", "还在复检")]).await;
            assert!(after.has("解除的提议已撤回") && after.has("提出解除"), "{}", after.html);
            one.done(&format!("{at}/lift"), lift.clone()).await;
            two.done(&format!("{at}/lift/confirm"), json!({})).await;
        }
    }

    async fn a_suspended_producer_does_nothing_new_and_what_it_sold_stays_lawful(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        let office = goods.person("office").await;
        let uses = office.get(&format!("/api/v1/mark-uses?organisation_id={}", goods.season.organisation)).await.1;
        let mark = uses["items"].as_array().unwrap().iter().find(|one| one["right_id"] == goods.season.right.as_str()).unwrap();
        let suspend = format!("/api/v1/mark-uses/{}/suspend", id(mark));
        office.done(&suspend, json!({ "reason": "整改未完成", "document_no": "演示整改〔2026〕1号" })).await;
        let producer = &goods.season.producer;
        // Old goods: green, with a note at most.
        let scanned = goods.scan(&goods.codes[0]).await;
        assert_eq!(scanned["severity"], "ok", "{scanned:#}");
        assert!(scanned["notes"].as_array().unwrap().iter().any(|note| note.to_string().contains("right_ended_later")), "{scanned:#}");
        // New acts: an order, a batch, a shipment.
        let order = json!({ "pack_id": goods.pack, "kind": "unit", "count": 10 });
        let (status, answer) = producer.post(&format!("/api/v1/batches/{}/code-orders", goods.batch), order).await;
        assert!(status == 409 || status == 422, "an order: {status} {answer:#}");
        let delivery = json!({ "grower_id": goods.season.grower, "plot_id": goods.season.plot, "product_id": goods.season.product["id"], "delivered_on": "2026-11-22", "net_weight_g": 500_000, "cert_no": "HGZ-2" });
        let delivery = id(&producer.done("/api/v1/deliveries", delivery).await);
        let batch = goods.season.batch(json!({ "lot": "2026-YL-02", "sources": [{ "delivery_id": delivery, "net_weight_g": 500_000 }] }));
        producer.refused("/api/v1/batches", batch, 409, "mark_use_not_in_force").await;
        let shipment = json!({ "lines": [{ "order_id": goods.order, "first": 31, "last": 35 }], "consignee": { "name": "某市场" }, "place": "石家庄市" });
        producer.refused("/api/v1/shipments", shipment, 409, "shipping_suspended").await;
        // Every refusal left the balance alone, and the codes in use go on being answered.
        assert_eq!(goods.scan(&goods.codes[1]).await["severity"], "ok");
    }
}

async fn page_of(browser: &crate::support::forms::Browser, at: &str) -> crate::support::forms::Seen {
    browser.open(at).await
}

/// What the ledger holds about a measure, oldest first.
async fn ledger_of(goods: &Goods, id: &str) -> Vec<serde_json::Value> {
    let kept = yanzhao::ledger::history(goods.server().app.db.reader(), id, 50).await.unwrap();
    kept.into_iter().map(|(_, body)| body).collect()
}
