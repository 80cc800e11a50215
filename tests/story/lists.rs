//! Lists as people use them: narrowed by a form, ordered by their heads, page by page, and the same rows as a file.

use serde_json::json;

use crate::support::season::{Season, id};

/// The links of a page that begin so, as a browser follows them.
fn links(html: &str, begin: &str) -> Vec<String> {
    let parts = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    parts.map(|link| link.replace("&#38;", "&").replace("&amp;", "&")).filter(|link| link.starts_with(begin)).collect()
}

on_both_engines! {
    async fn a_list_is_narrowed_ordered_and_given_out(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let product = season.product["id"].as_str().unwrap();
        for no in 1..=60 {
            let input = json!({ "grower_id": season.grower, "plot_id": season.plot, "product_id": product, "delivered_on": "2026-11-21",
                "net_weight_g": if no % 2 == 0 { 10_000 } else { 20_000 }, "cert_no": format!("HGZ-{no:03}") });
            season.producer.done("/api/v1/deliveries", input).await;
        }
        let producer = season.server.browser("producer").await;
        let page = producer.open("/work/deliveries").await;
        assert!(page.has("本页 50 条，后面还有") && !page.has("清除筛选"), "{}", page.html);
        // By a head, page by page: every delivery once, though half of them weigh the same.
        let by_amount = links(&page.html, "/work/deliveries?").into_iter().find(|link| link.contains("sort=amount")).unwrap();
        let (mut at, mut seen) = (Some(by_amount), Vec::new());
        while let Some(path) = at {
            let page = producer.open(&path).await;
            assert!(page.has("aria-sort=\"ascending\"") && page.has("sort=-amount"), "{path}: {}", page.html);
            seen.extend(links(&page.html, "/work/deliveries/del_"));
            at = links(&page.html, "/work/deliveries?").into_iter().find(|link| link.contains("cursor="));
        }
        assert_eq!((seen.len(), seen.iter().collect::<std::collections::BTreeSet<_>>().len()), (61, 61));
        assert!(seen[60].ends_with(&season.delivery), "two tonnes come last");
        // By number, by grower, by day; what is set can be cleared, and what does not fit is said.
        let one = producer.open("/work/deliveries?q=hgz-007&product=&state=&from=&to=&sort=").await;
        assert!(one.has("本页 1 条") && one.has("清除筛选") && one.has("value=\"hgz-007\""), "{}", one.html);
        assert!(producer.open("/work/deliveries?q=zzhj").await.has("本页 50 条，后面还有"), "a grower by initials");
        assert!(producer.open("/work/deliveries?from=2026-11-20&to=2026-11-20").await.has("本页 1 条"));
        assert!(producer.open("/work/deliveries?state=voided").await.has("没有符合条件的"));
        let odd = producer.open("/work/deliveries?from=soon").await;
        assert!(odd.has("“soon”不是日期") && odd.has("value=\"soon\""), "{}", odd.html);
        assert_eq!(producer.see("/work/deliveries?sort=amount&cursor=del_1").await.status, 422, "a cursor of another order");
        // The file has what the list has, in its order.
        let narrowed = producer.open("/work/deliveries?q=HGZ-0&from=2026-11-21&sort=-amount").await;
        let file = links(&narrowed.html, "/work/export/deliveries.csv").remove(0);
        let csv = producer.open(&file).await.html;
        let lines: Vec<&str> = csv.lines().skip(1).collect();
        assert_eq!(lines.len(), 60, "{csv}");
        assert!(lines[0].contains("20,") && lines[59].contains("10,") && !csv.contains("HGZ-1,"), "{csv}");
        // Whoever may not read growers finds none by a name it does not see.
        let english = producer.open("/work/deliveries?lang=en&q=HGZ-001").await;
        assert!(english.has("1 on this page") && english.has("jin") && !english.has("斤"), "{}", english.html);
    }

    async fn every_list_has_its_form(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let batch = id(&season.producer.done("/api/v1/batches", season.batch(json!({}))).await);
        let producer = season.server.browser("producer").await;
        for path in ["batches", "orders", "deliveries", "growers", "plots", "shipments", "accounts", "tests"] {
            let page = producer.open(&format!("/work/{path}?q=nothing-like-it&sort=-registered")).await;
            assert!(page.has("本页 0 条") && page.has("没有符合条件的") && page.has("清除筛选"), "{path}: {}", page.html);
            producer.open(&format!("/work/{path}?from=2026-11-23&to=2026-11-23&product=x&state=y&lang=en")).await;
        }
        let found = producer.open("/work/batches?q=2026-yl&state=registered&from=2026-11-23").await;
        assert!(found.has(&batch) && found.has("导出 Excel"), "{}", found.html);
        assert!(!producer.open("/work/batches?state=voided").await.has(&batch));
        assert!(producer.open("/work/growers?q=zzhj").await.has("种植户甲") && producer.open("/work/plots?q=种植户").await.has("种植户甲"));
        let office = season.server.browser("office").await;
        for (path, q, found) in [("mark-uses", "演示果品", "演示果品专业合作社"), ("products", "xuehuali", "赵县雪花梨"), ("accounts", "2026", "9,000 kg")] {
            let page = office.open(&format!("/work/{path}?q={q}")).await;
            assert!(page.has(found), "{path}: {}", page.html);
        }
        assert!(office.open("/work/mark-uses?state=in_force&sort=-in_force").await.has("演示果品专业合作社"));
        // Kinds nobody takes in are given out all the same, narrowed as the list is.
        let csv = office.open("/work/export/accounts.csv?state=approved").await.html;
        assert!(csv.lines().count() == 2 && csv.contains(",晋州鸭梨,2026,已核准,公斤,9000,") && !csv.contains("种植户甲"), "{csv}");
        assert!(office.open("/work/accounts?q=种植户甲").await.has("没有符合条件的"), "a name it may not read is not looked for");
        assert!(producer.open("/work/accounts?q=zzhj").await.has("9,000 kg"));
        assert_eq!(producer.open("/work/export/orders.csv").await.html.lines().count(), 1, "no order yet: the headings alone");
        assert!(producer.open("/work/export/shipments.csv").await.has("收货方"));
        assert!(producer.open("/work/import").await.has("/work/export/accounts.xlsx"));
        assert_eq!(office.see("/work/import/accounts/template.csv").await.status, 404);
        let supervisor = season.server.browser("supervisor").await;
        for path in ["sellers", "listings"] {
            let page = supervisor.open(&format!("/work/{path}?q=nothing-like-it")).await;
            assert!(page.has("没有符合条件的"), "{path}: {}", page.html);
        }
    }
}
