//! The signed-in pages as people use them, by forms alone: a producer takes a delivery to labels in use; what is refused is shown on
//! the form with everything typed still there; others see nothing of it.

use serde_json::json;

use crate::support::Engine;
use crate::support::forms::{Browser, Seen};
use crate::support::season::Season;
use crate::support::server::answer;

async fn season(engine: Engine) -> (Season, Browser) {
    let season = Season::start_with(engine, |_| {}).await;
    let producer = season.server.browser("producer").await;
    (season, producer)
}

/// A form as typed for a batch, with these fields otherwise.
fn batch_as_typed<'a>(source: &'a str, otherwise: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
    let mut typed = vec![
        ("lot", "2026-YL-07"),
        ("harvested_from", "2026-10-18"),
        ("harvested_to", "2026-10-20"),
        ("packed_on", "2026-11-22"),
        ("weight", "4,000"),
        ("unit", "jin"),
        ("source", source),
    ];
    for (name, value) in otherwise {
        match typed.iter_mut().find(|(n, _)| n == name) {
            Some(field) => field.1 = value,
            None => typed.push((name, value)),
        }
    }
    typed
}

/// A batch registered by form: its id and its page.
async fn registered(browser: &Browser) -> (String, Seen) {
    let page = browser.open("/work/batches/new").await;
    let source = page.choice("种植户甲");
    browser.done(&page, "/work/batches/new", &batch_as_typed(&source, &[])).await
}

/// Every fault of a form is a link to its field, and says its words there.
fn faulty(seen: &Seen, status: u16, fields: &[(&str, &str)]) {
    assert_eq!(seen.status, status, "{}", seen.html);
    for (field, words) in fields {
        assert!(seen.has(&format!("<a href=\"#{field}\">")), "nothing leads to {field}: {}", seen.html);
        assert!(seen.has(&format!("id=\"{field}-err\"")) && seen.has(words), "{field} does not say {words}: {}", seen.html);
    }
    assert!(!seen.has("%{") && !seen.has("refusal."), "words are missing: {}", seen.html);
}

on_both_engines! {
    async fn the_home_page_says_what_there_is_and_what_to_do(engine: Engine) {
        let (season, producer) = season(engine).await;
        let home = producer.open("/work").await;
        for words in ["演示果品专业合作社", "晋州鸭梨 · 2026 年度账户", "可产/交售 2,000 kg", "还可登记 2,000 kg", "登记新批次", "生产者"] {
            assert!(home.has(words), "{words}: {}", home.html);
        }
        assert!(home.has("href=\"/work/batches/new\"") && home.has("<html lang=\"zh-CN\">"));
        let english = producer.open("/work?lang=en").await;
        assert!(english.has("<html lang=\"en\">") && english.has("href=\"/work/batches/new?lang=en\""), "{}", english.html);
        let newcomer = season.server.browser("producer2").await.open("/work").await;
        assert!(newcomer.has("第一次使用，请先做这三步") && !newcomer.has("href=\"/work/batches/new\""), "{}", newcomer.html);
        let anybody = season.server.anybody().request(reqwest::Method::GET, "/work/batches/new").send().await.unwrap();
        assert_eq!((anybody.status().as_u16(), anybody.headers()["location"].to_str().unwrap()), (303, "/login?next=%2Fwork%2Fbatches%2Fnew"));
    }

    async fn what_is_refused_is_shown_on_the_form_with_everything_typed(engine: Engine) {
        let (season, producer) = season(engine).await;
        let page = producer.open("/work/batches/new").await;
        assert!(page.has("2026 年度还可登记 2,000 kg"), "what is left is said before anything is typed: {}", page.html);
        let source = page.choice("种植户甲");
        let typed = batch_as_typed(&source, &[("lot", ""), ("harvested_from", "去年"), ("weight", "很多 <b>")]);
        let refused = producer.fill(&page, "/work/batches/new", &typed).await;
        faulty(&refused, 422, &[("lot", "请填批号"), ("harvested_from", "“去年”不是日期"), ("weight", "不是重量")]);
        for kept in ["value=\"去年\"", "value=\"2026-10-20\"", "value=\"2026-11-22\"", &format!("value=\"{source}\" selected")] {
            assert!(refused.has(kept), "{kept} is gone: {}", refused.html);
        }
        assert!(refused.has("很多 &#60;b&#62;") && !refused.has("很多 <b>"), "what was typed is no markup: {}", refused.html);
        // More than the delivery has: the figure and what would be right, and what was typed in both units.
        let refused = producer.fill(&refused, "/work/batches/new", &batch_as_typed(&source, &[("weight", "５，０００")])).await;
        assert!(refused.status == 409 && refused.has("能用的只剩 2,000 kg") && refused.has("2,500 kg = 5,000 斤"), "{}", refused.html);
        assert!(refused.has("<option value=\"jin\">斤</option><option value=\"kg\">"), "the unit chosen stands first: {}", refused.html);
        // In English the same form says the same in English.
        let english = producer.open("/work/batches/new?lang=en").await;
        let refused = producer.fill(&english, "/work/batches/new?lang=en", &batch_as_typed(&source, &[("lot", ""), ("weight", "-")])).await;
        assert!(refused.status == 422 && refused.has("<html lang=\"en\">"), "{}", refused.html);
        assert!(!refused.has("请填批号") && refused.has("<a href=\"#lot\">") && refused.has("<a href=\"#weight\">"), "{}", refused.html);
        assert!(season.producer.get("/api/v1/batches").await.1["items"].as_array().unwrap().is_empty(), "nothing of it was kept");
    }

    async fn a_double_tap_registers_one_batch(engine: Engine) {
        let (season, producer) = season(engine).await;
        let page = producer.open("/work/batches/new").await;
        let typed = batch_as_typed(&page.choice("种植户甲"), &[]).into_iter().map(|(n, v)| (n, v.to_owned())).collect::<Vec<_>>();
        let typed: Vec<(&str, &str)> = typed.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let first = producer.fill(&page, "/work/batches/new", &typed).await;
        let second = producer.fill(&page, "/work/batches/new", &typed).await;
        assert_eq!((first.status, second.status), (303, 303), "{}", second.html);
        assert_eq!(first.location, second.location);
        assert_eq!(season.producer.get("/api/v1/batches").await.1["items"].as_array().unwrap().len(), 1);
        // The same page sent with something else in it is another thing: it is asked to look again.
        let mut changed = typed.clone();
        changed[0].1 = "2026-YL-08";
        let third = producer.fill(&page, "/work/batches/new", &changed).await;
        assert!(third.status >= 400 && third.has("这张表已经提交过"), "{} {}", third.status, third.html);
        // A form without the session's word, or with another's, changes nothing.
        let other = season.server.browser("producer2").await.csrf().await;
        for csrf in ["", "0000", &other] {
            let forged: Vec<(String, String)> = changed.iter().chain(&[("csrf", csrf)]).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            assert_eq!(producer.send("/work/batches/new", &forged).await.status, 409, "{csrf}");
        }
    }

    async fn a_delivery_becomes_labels_in_use(engine: Engine) {
        let (season, producer) = season(engine).await;
        let (batch, page) = registered(&producer).await;
        assert!(page.has("批次已登记") && page.has("2,000 kg") && page.has("2026年11月20日 的交售") && page.has("没有需要人判断的检查项"), "{}", page.html);
        let at = format!("/work/batches/{batch}");
        let (_, page) = producer.done(&page, &format!("{at}/release"), &[]).await;
        assert!(page.has("批次已放行") && page.has("放行时固定的权利"), "{}", page.html);
        // A pack first: none fits yet.
        let choice = producer.open("/work/orders/new").await;
        assert!(choice.has("晋州鸭梨 2026-YL-07") && choice.has(&format!("/work/orders/new?batch={batch}")), "{}", choice.html);
        let page = producer.open(&format!("/work/orders/new?batch={batch}")).await;
        let refused = producer.fill(&page, "/work/packs", &[("pack_weight", "五公斤"), ("pack_unit", "kg"), ("gtin", "6901234567890")]).await;
        faulty(&refused, 422, &[("pack_weight", "“五公斤”不是重量"), ("gtin", "6901234567890")]);
        assert!(refused.has("value=\"五公斤\"") && refused.has("value=\"6901234567890\""), "{}", refused.html);
        let (_, page) = producer.done(&refused, "/work/packs", &[("pack_weight", "5"), ("pack_unit", "kg"), ("grade", "特级")]).await;
        let pack = page.choice("最多 400 枚");
        // One label too many, then sixty, printed before they are bound.
        let refused = producer.fill(&page, "/work/orders/new", &[("pack", &pack), ("count", "401"), ("kind", "unit"), ("bind", "now")]).await;
        assert!(refused.status == 409 && refused.has("合 400 枚") && refused.has("value=\"401\""), "{}", refused.html);
        let refused = producer.fill(&refused, "/work/orders/new", &[("pack", &pack), ("count", "六十"), ("kind", "unit")]).await;
        faulty(&refused, 422, &[("count", "“六十”不是整数")]);
        let (order, page) = producer.done(&refused, "/work/orders/new", &[("pack", &pack), ("count", "60"), ("kind", "unit")]).await;
        assert!(page.has("申领已提交") && page.has("未绑定 60"), "{}", page.html);
        // Bound, with one spoilt; then in use.
        let at = format!("/work/orders/{order}");
        let refused = producer.fill(&page, &format!("{at}/bind"), &[("first", "1"), ("last", "61"), ("batch", &batch), ("damaged", "3、五")]).await;
        assert!(refused.status >= 400 && refused.has("value=\"61\"") && refused.has("value=\"3、五\""), "{} {}", refused.status, refused.html);
        let bind = [("first", "1"), ("last", "40"), ("batch", batch.as_str()), ("damaged", "3")];
        let (_, page) = producer.done(&refused, &format!("{at}/bind"), &bind).await;
        assert!(page.has("标签已绑定批次") && page.has("已绑定 39") && page.has("已作废 1"), "{}", page.html);
        let refused = producer.fill(&page, &format!("{at}/activate"), &[("first", ""), ("last", "")]).await;
        faulty(&refused, 422, &[("activate-first", "请填第一枚和最后一枚")]);
        let refused = producer.fill(&page, &format!("{at}/activate"), &[("first", "4"), ("last", "41")]).await;
        assert!(refused.status == 409 && refused.has("41") && refused.has("还没有绑定批次"), "{} {}", refused.status, refused.html);
        let (_, page) = producer.done(&refused, &format!("{at}/activate"), &[("first", "4"), ("last", "40")]).await;
        assert!(page.has("标签已启用") && page.has("已启用 37"), "{}", page.html);
        let refused = producer.fill(&page, &format!("{at}/void"), &[("first", "60"), ("last", "60"), ("note", "包装车间")]).await;
        assert!(refused.status == 422 && refused.has("value=\"包装车间\""), "{} {}", refused.status, refused.html);
        // The files that the page offers, for the price that the page says.
        assert!(page.has("已用 0 次下载") && page.has(&format!("/api/v1/code-orders/{order}/labels.zip?format=svg")), "{}", page.html);
        let file = producer.open(&format!("/api/v1/code-orders/{order}/codes.txt")).await;
        let codes: Vec<String> = file.html.lines().map(|line| line.rsplit('/').next().unwrap().to_owned()).collect();
        assert_eq!(codes.len(), 60);
        let page = producer.open(&at).await;
        assert!(page.has("已用 1 次下载"), "{}", page.html);
        for (n, verdict) in [(3, "first_check"), (2, "voided"), (50, "not_activated")] {
            let scan = season.server.anybody().request(reqwest::Method::GET, &format!("/Q/{}", codes[n]));
            assert_eq!(answer(scan.header("accept", "application/json")).await.1["verdict"], verdict, "label {}", n + 1);
        }
        let home = producer.open("/work").await;
        assert!(home.has("2026-YL-07") && home.has("第 1 号") && home.has("已赋码 195 kg") && home.has("还可登记 0 g"), "{}", home.html);
    }

    async fn nobody_else_sees_it_and_nobody_else_does_it(engine: Engine) {
        let (season, producer) = season(engine).await;
        let (batch, _) = registered(&producer).await;
        let pack = json!({ "product_id": season.product["id"], "grade": "特级", "net_weight_g": 5_000 });
        let pack = season.producer.done("/api/v1/packs", pack).await;
        let order = json!({ "pack_id": pack["id"], "kind": "unit", "count": 10 });
        let order = season.producer.done(&format!("/api/v1/batches/{batch}/code-orders"), order).await["id"].as_str().unwrap().to_owned();
        let send = async |account: &str, path: &str| {
            let browser = season.server.browser(account).await;
            let csrf = browser.csrf().await;
            let fields = [("csrf", csrf.as_str()), ("first", "1"), ("last", "1"), ("reason", "other"), ("batch", &batch), ("product", "pro_none")];
            browser.send(path, &fields.map(|(n, v)| (n.to_owned(), v.to_owned()))).await
        };
        let see = async |account: &str, path: &str| season.server.browser(account).await.see(path).await;
        let (batch_page, order_page) = (format!("/work/batches/{batch}"), format!("/work/orders/{order}"));
        for path in [batch_page.as_str(), &order_page, &format!("/work/orders/new?batch={batch}")] {
            assert_eq!(see("producer", path).await.status, 200, "{path}");
            let hidden = see("producer2", path).await;
            assert!(hidden.status == 404 && !hidden.has("2026-YL-07"), "{path}: {}", hidden.html);
        }
        for verb in [format!("{batch_page}/release"), format!("{batch_page}/void"), format!("{order_page}/bind"), format!("{order_page}/activate"), format!("{order_page}/void")] {
            assert_eq!(send("producer2", &verb).await.status, 404, "{verb}");
        }
        for (account, path) in [("seller", "/work/batches"), ("seller", &batch_page), ("printer", &order_page), ("office", "/work/batches/new"), ("auditor", "/work/orders/new")] {
            let refused = see(account, path).await;
            assert!(refused.status == 403 && refused.has("您的角色没有此功能的权限"), "{account} {path}: {}", refused.html);
        }
        for (account, path) in [("office", "/work/batches/new"), ("supervisor", "/work/orders/new"), ("auditor", &format!("{batch_page}/hold")), ("seller", &format!("{order_page}/bind"))] {
            assert_eq!(send(account, path).await.status, 403, "{account} {path}");
        }
        // Who oversees the county reads both; another county's does not, and neither changes anything.
        let county = see("county", &batch_page).await;
        assert!(county.status == 200 && county.has("演示果品专业合作社") && !county.has(&format!("{batch_page}/release")), "{}", county.html);
        assert_eq!(see("county", &order_page).await.status, 200);
        let kept = season.producer.get(&format!("/api/v1/batches/{batch}")).await.1;
        assert_eq!(kept["state"], "registered", "nothing happened: {kept}");
    }
}
