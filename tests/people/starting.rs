//! Getting started in a browser, without an id anywhere: households, organisations, a household's own account, and a holder's decision.

use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::support::forms::{Browser, Seen};
use crate::support::on_both_engines;
use crate::support::season::{Season, id};
use crate::support::server::Server;

const CHOSEN: &str = "lantern-granary-otter-7";

/// The path of the one-time link a page shows.
fn link(seen: &Seen) -> String {
    let token = seen.html.split("/join/").nth(1).unwrap_or_else(|| panic!("no link: {}", seen.html));
    format!("/join/{}", token.split('<').next().unwrap())
}

fn fields(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Every page of ours that a page leads to answers.
async fn no_dead_links(browser: &Browser, page: &Seen) {
    let links: std::collections::BTreeSet<&str> =
        page.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).filter(|href| href.starts_with("/work")).collect();
    assert!(links.len() > 3, "{}", page.html);
    for href in links {
        let seen = browser.see(&href.replace("&#38;", "&")).await;
        assert_eq!(seen.status, 200, "{href}");
    }
}

on_both_engines! {
    async fn a_household_is_registered_on_the_way_to_the_scale(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let producer = season.server.browser("producer").await;
        let scale = producer.open("/work/deliveries/scale").await;
        assert!(scale.has("href=\"/work/growers/new?back=scale\"") && producer.open("/work/growers").await.has("href=\"/work/growers/new\""));
        let at = "/work/growers/new?back=scale";
        let page = producer.open(at).await;
        assert!(page.has("<option value=\"演示村\">") && page.has("href=\"/work/deliveries/scale\""), "{}", page.html);
        let township = page.choice("晋州镇");
        let bad = producer.fill(&page, at, &[("kind", "household"), ("name", " "), ("division_code", ""), ("village", ""), ("phone", "x")]).await;
        assert_eq!(bad.status, 422);
        for field in ["name", "division_code", "village", "phone"] {
            assert!(bad.has(&format!("id=\"new-{field}-err\"")), "{field}: {}", bad.html);
        }
        let typed = [("kind", "household"), ("name", "演示户丁"), ("division_code", &*township), ("village", "新村"), ("household_no", "77"), ("phone", "13800138000")];
        let (_, scale) = producer.done(&bad, at, &typed).await;
        assert!(scale.has("农户已登记") && scale.has("value=\"77 演示户丁 新村\""), "{}", scale.html);
        assert!(!scale.html.contains("grower=演示"), "the address names nobody");
        let twice = producer.fill(&producer.open(at).await, at, &typed).await;
        assert!(twice.status == 422 && twice.has("id=\"new-household_no-err\""), "{}", twice.html);
        // Without the scale the way leads to the household's page, where its consent is printed and recorded.
        let plain = "/work/growers/new";
        let other = [("kind", "household"), ("name", "演示户戊"), ("division_code", &*township), ("village", "新村"), ("household_no", "78")];
        let (grower, page) = producer.done(&producer.open(plain).await, plain, &other).await;
        assert!(page.has("打印同意书") && page.has(&format!("/work/growers/{grower}/consent")), "{}", page.html);
        for (account, status) in [("office", 403), ("supervisor", 403), ("seller", 403)] {
            assert_eq!(season.server.browser(account).await.see(plain).await.status, status, "{account}");
        }
    }

    async fn what_is_on_record_is_corrected_by_form(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let producer = season.server.browser("producer").await;
        let at = format!("/work/growers/{}", season.grower);
        let page = producer.open(&at).await;
        let township = page.choice("晋州镇");
        let typed = |village: &'static str, phone: &'static str| [("division_code", township.clone()), ("village", village.to_owned()), ("household_no", "1".to_owned()), ("phone", phone.to_owned())];
        let fill = async |page: &Seen, typed: [(&str, String); 4]| {
            let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
            producer.fill(page, &format!("{at}/change"), &typed).await
        };
        let bad = fill(&page, typed("", "12")).await;
        assert!(bad.status == 422 && bad.has("id=\"change-village-err\"") && bad.has("id=\"change-phone-err\""), "{}", bad.html);
        let done = fill(&bad, typed("西关村", "13800138000")).await;
        assert_eq!(done.status, 303, "{}", done.html);
        let page = producer.open(&done.location).await;
        assert!(page.has("已更正") && page.has("西关村") && page.has("13800138000"), "{}", page.html);
        // The same by program, and out of reach.
        season.producer.done(&format!("/api/v1/growers/{}/change", season.grower), json!({ "phone": "" })).await;
        let other = season.server.person("producer2").await;
        other.refused(&format!("/api/v1/growers/{}/change", season.grower), json!({ "village": "他村" }), 404, "not_found").await;
        let supervisor = season.server.person("supervisor").await;
        supervisor.refused(&format!("/api/v1/growers/{}/change", season.grower), json!({ "village": "他村" }), 403, "not_permitted").await;
        assert!(!season.server.browser("supervisor").await.open(&at).await.has(&format!("{at}/change")));

        // A firm's own contact.
        let firm = producer.open("/work/firm").await;
        assert!(firm.has("晋州市"), "the place by its name: {}", firm.html);
        let long = "长".repeat(121);
        let bad = producer.fill(&firm, "/work/firm/contact", &[("contact", &*long)]).await;
        assert!(bad.status == 422 && bad.has("id=\"contact-contact-err\"") && bad.has("120"), "{}", bad.html);
        let (_, firm) = producer.done(&bad, "/work/firm/contact", &[("contact", "0311-84310000")]).await;
        assert!(firm.has("联系方式已更新") && firm.has("0311-84310000"), "{}", firm.html);
        let path = format!("/api/v1/organisations/{}/change", season.organisation);
        other.refused(&path, json!({ "contact": "x" }), 404, "not_found").await;
        supervisor.refused(&path, json!({ "contact": "x" }), 403, "not_permitted").await;

        // The end of a plot; what came from it before keeps it.
        let at = format!("/work/plots/{}", season.plot);
        let page = producer.open(&at).await;
        let bad = producer.fill(&page, &format!("{at}/end"), &[("last_day", "2026-08-01"), ("reason", "")]).await;
        assert!(bad.status == 422 && bad.has("id=\"end-last_day-err\"") && bad.has("2026 年度的交售") && bad.has("id=\"end-reason-err\""), "{}", bad.html);
        let unread = producer.fill(&page, &format!("{at}/end"), &[("last_day", "明天"), ("reason", "改种")]).await;
        assert!(unread.status == 422 && unread.has("value=\"明天\""), "{}", unread.html);
        other.refused(&format!("/api/v1/plots/{}/end", season.plot), json!({ "last_day": "2026-11-30", "reason": "x" }), 404, "not_found").await;
        let (_, page) = producer.done(&bad, &format!("{at}/end"), &[("last_day", "2026-11-22"), ("reason", "合同到期")]).await;
        assert!(page.has("地块已终止") && !page.has(&format!("action=\"{at}/end\"")), "{}", page.html);
        let delivery = season.producer.get(&format!("/api/v1/deliveries/{}", season.delivery)).await.1;
        assert_eq!(delivery["plot_id"].as_str(), Some(season.plot.as_str()));
    }

    async fn the_office_registers_an_organisation_and_finds_its_people(engine: Engine) {
        let server = Server::start(engine).await;
        let office = server.browser("office").await;
        let home = office.open("/work").await;
        assert!(home.has("href=\"/work/organisations\""), "in the rail: {}", home.html);
        let at = "/work/organisations";
        let page = office.open(at).await;
        assert!(page.has("演示果品专业合作社") && page.has("/work/members?organisation=org_"), "{}", page.html);
        let found = office.open("/work/organisations?q=%E6%A2%A8%E4%B8%9A").await;
        assert!(found.has("演示梨业有限公司") && !found.has("演示果品专业合作社"));
        let found = office.open("/work/organisations?q=93130183").await;
        assert!(found.has("演示果品专业合作社") && !found.has("演示梨业有限公司"));
        let bare = office.fill(&page, at, &[]).await;
        assert_eq!(bare.status, 422);
        for field in ["kind", "name", "division_code"] {
            assert!(bare.has(&format!("id=\"new-{field}-err\"")), "{field}: {}", bare.html);
        }
        let county = page.choice("赵县");
        let typed = |code: &'static str| [("kind", "producer"), ("name", "演示新社"), ("credit_code", code), ("division_code", county.as_str())];
        let wrong = office.fill(&page, at, &typed("91130133MADEM01100")).await;
        assert!(wrong.status == 422 && wrong.has("id=\"new-credit_code-err\"") && wrong.has("校验不符"), "{}", wrong.html);
        let taken = server.person("producer2").await.get("/api/v1/organisations").await.1["items"][0]["credit_code"].as_str().unwrap().to_owned();
        let twice = office.fill(&page, at, &[("kind", "producer"), ("name", "演示新社"), ("credit_code", &*taken), ("division_code", &*county)]).await;
        assert!(twice.status == 422 && twice.has("id=\"new-credit_code-err\"") && twice.has(&taken), "{}", twice.html);
        let typed = [("kind", "authority"), ("name", "演示赵县机关"), ("division_code", county.as_str()), ("contact", "演示窗口")];
        let (made, one) = office.done(&wrong, at, &typed).await;
        assert!(one.has("单位已登记") && one.has("演示窗口") && one.has("赵县"), "{}", one.html);
        let members = format!("/work/members?organisation={made}");
        assert!(one.has(&format!("href=\"{members}\"")) && office.open(&members).await.has("演示赵县机关"));
        let change = format!("/work/organisations/{made}/change");
        let (_, one) = office.done(&one, &change, &[("contact", "演示窗口二")]).await;
        assert!(one.has("联系方式已更新") && one.has("演示窗口二"));
        // Out of the region is not there, and who may not register sees no form.
        assert_eq!(server.browser("producer").await.see(&format!("/work/organisations/{made}")).await.status, 404);
        assert_eq!(server.browser("county").await.see(&format!("/work/organisations/{made}")).await.status, 404);
        assert_eq!(server.browser("seller").await.see(at).await.status, 403);
        let supervisor = server.browser("supervisor").await.open(at).await;
        assert!(!supervisor.has("action=\"/work/organisations\"") && !supervisor.has("/work/members?organisation="), "{}", supervisor.html);
    }

    async fn administrators_name_organisations_and_places(engine: Engine) {
        let server = Server::start(engine).await;
        let (admin, one) = (server.browser("admin").await, server.browser("security").await);
        let at = "/work/admin/accounts";
        let page = admin.open(at).await;
        assert!(page.has("<option value=\"演示印务有限公司 ") && !page.has("org_"), "{}", page.html);
        let typed = |organisation: &'static str| [("account", "yinwu"), ("display_name", "演示印务员"), ("password", "staple-otter-granary"), ("organisation", organisation)];
        let bad = admin.fill(&page, at, &typed("没有的单位")).await;
        assert!(bad.status == 422 && bad.has("id=\"create-organisation-err\"") && bad.has("value=\"没有的单位\""), "{}", bad.html);
        let (account, page) = admin.done(&bad, at, &typed("演示印务有限公司")).await;
        assert!(page.has("演示印务有限公司"), "{}", page.html);
        let roles = format!("{at}/{account}/roles");
        let page = one.open(&format!("{at}/{account}")).await;
        assert!(page.has("value=\"演示印务有限公司 91130104"), "its own organisation is offered: {}", page.html);
        let none = one.fill(&page, &roles, &[("role", "city_supervision"), ("scope", "division"), ("division", "某处")]).await;
        assert!(none.status == 422 && none.has("id=\"propose_role-division-err\""), "{}", none.html);
        let bare = one.fill(&page, &roles, &[]).await;
        assert!(bare.has("id=\"propose_role-role-err\"") && bare.has("id=\"propose_role-scope-err\""), "every fault: {}", bare.html);
        let (_, page) = one.done(&bare, &roles, &[("role", "printer"), ("scope", "organisation"), ("organisation", "演示印务有限公司")]).await;
        assert!(page.has("待确认") && page.has("演示印务有限公司"), "{}", page.html);
        let (_, page) = one.done(&page, &roles, &[("role", "city_supervision"), ("scope", "division"), ("division", "河北省石家庄市晋州市")]).await;
        assert!(page.has("130183"), "{}", page.html);
    }

    async fn a_household_signs_in_and_sees_its_own_only(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let producer = season.server.browser("producer").await;
        let neighbour = json!({ "name": "种植户乙", "division_code": "130183105", "village": "演示村", "household_no": "2" });
        let neighbour = id(&season.producer.done("/api/v1/growers", neighbour).await);
        let at = format!("/work/growers/{}", season.grower);
        let page = producer.open(&at).await;
        let unfit = producer.fill(&page, &format!("{at}/account"), &[("account", "a b/c")]).await;
        assert!(unfit.status == 422 && unfit.has("id=\"account-account-err\""), "{}", unfit.html);
        let taken = producer.fill(&page, &format!("{at}/account"), &[("account", "producer")]).await;
        assert!(taken.status == 422 && taken.has("id=\"account-account-err\""), "{}", taken.html);
        let slip = producer.fill(&page, &format!("{at}/account"), &[("account", "hu-jia")]).await;
        assert!(slip.status == 200 && slip.has("hu-jia"), "{}", slip.html);
        assert_eq!(season.server.browser("producer2").await.see(&at).await.status, 404);
        let page = producer.open(&at).await;
        assert!(page.has("hu-jia") && !page.has(&format!("action=\"{at}/account\"")), "one account at a time: {}", page.html);
        producer.send(&link(&slip), &fields(&[("password", CHOSEN), ("again", CHOSEN)])).await;
        let http = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let form = [("account", "hu-jia"), ("password", CHOSEN), ("next", "/work")];
        let signed_in = http.post(format!("{}/login", season.server.base)).form(&form).send().await.unwrap();
        assert_eq!(signed_in.status(), 303);
        let see = async |path: &str| {
            let response = http.get(format!("{}{path}", season.server.base)).send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        };
        let (_, home) = see("/work").await;
        for words in ["我家这一季", "晋州鸭梨", "已交售 2,000 kg", "2026", &format!("href=\"{at}\""), &format!("/work/accounts/{}", season.account)] {
            assert!(home.contains(words), "{words}: {home}");
        }
        let links: std::collections::BTreeSet<&str> =
            home.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).filter(|href| href.starts_with("/work")).collect();
        for path in links.into_iter().chain([at.as_str(), &format!("/work/deliveries/{}", season.delivery), &format!("/work/plots/{}", season.plot)]) {
            let (status, html) = see(path).await;
            assert!(status == 200 && !html.contains("种植户乙"), "{path}: {status} {html}");
        }
        assert!(!see("/work/growers").await.1.contains("村公示表"), "one household posts no list");
        assert_eq!(see(&format!("/work/growers/{neighbour}")).await.0, 404);
        for path in ["/work/growers/new", "/work/orders", "/work/deliveries/scale", "/work/organisations"] {
            assert_eq!(see(path).await.0, 403, "{path}");
        }
        // A lost password: a new slip, and the old one ends at once.
        let slip = producer.fill(&producer.open(&at).await, &format!("{at}/account/reset"), &[]).await;
        assert_eq!(slip.status, 200, "{}", slip.html);
        assert_ne!(see("/work").await.0, 200, "signed out");
        // Nobody else gives it one.
        let word = season.server.browser("producer2").await;
        let foreign = word.send(&format!("{at}/account/reset"), &[("csrf".to_owned(), word.csrf().await)]).await;
        assert_eq!(foreign.status, 404, "{}", foreign.html);
    }

    async fn the_demonstrations_household_has_an_account(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let app = &season.server.app;
        let password = crate::support::server::PASSWORD;
        for _ in 0..2 {
            let said = yanzhao::demo::accounts::prepare_grower(&app.db, &app.clock, &app.random, password).await.unwrap();
            assert!(said.is_some());
        }
        let household = season.server.browser("grower").await;
        let home = household.open("/work").await;
        assert!(home.has("我家这一季") && home.has("/work/plots"), "{}", home.html);
        no_dead_links(&household, &home).await;
        assert!(home.has("href=\"/work/deliveries\""), "its deliveries: {}", home.html);
        let own = household.open(&format!("/work/growers/{}", season.grower)).await;
        assert!(!own.has("action=\"/work/growers/"), "it reads and changes nothing: {}", own.html);
    }

    async fn a_holder_decides_orders_of_its_products_by_totals(engine: Engine) {
        let season = Season::start_with(engine, |config| config.issue_limit = 50).await;
        let batch = id(&season.producer.done("/api/v1/batches", season.batch(json!({}))).await);
        let pack = json!({ "product_id": season.product["id"], "grade": "特级", "net_weight_g": 5_000 });
        let pack = season.producer.done("/api/v1/packs", pack).await;
        let mut orders = Vec::new();
        for _ in 0..2 {
            let order = json!({ "pack_id": pack["id"], "kind": "unit", "count": 100 });
            orders.push(id(&season.producer.done(&format!("/api/v1/batches/{batch}/code-orders"), order).await));
        }
        let (holder, program) = (season.server.browser("holder").await, season.server.person("holder").await);
        let at = |n: usize| format!("/work/orders/{}", orders[n]);
        let decision = |n: usize| format!("{}/decision", at(n));
        // No right on the product: the orders are not there.
        assert_eq!(holder.see(&decision(0)).await.status, 404);
        assert!(!holder.open("/work").await.has(&orders[0]));
        assert_eq!(program.get("/api/v1/code-orders/waiting").await.1["items"].as_array().unwrap().len(), 0);
        let association = program.get("/api/v1/sessions/current").await.1["organisation"].as_str().unwrap().to_owned();
        let sql = format!("UPDATE gi_right SET holder_id = '{association}' WHERE id = '{}'", season.right);
        let held: yanzhao::kernel::Outcome<()> = season.server.app.db.write(move |tx| {
            let sql = sql.clone();
            Box::pin(async move { tx.connection().execute_unprepared(&sql).await.map(|_| ()).map_err(yanzhao::kernel::Failure::broken) })
        }).await;
        held.unwrap();
        let home = holder.open("/work").await;
        assert!(home.has("待核准的标签申领") && home.has(&format!("href=\"{}\"", decision(0))), "{}", home.html);
        let page = holder.open(&decision(0)).await;
        for words in ["演示果品专业合作社", "晋州鸭梨", "100 枚", "2026-YL-01", "500 kg", "年度账户"] {
            assert!(page.has(words), "{words}: {}", page.html);
        }
        for never in ["/work/shipments", "/work/scans", "codes.csv", "收货方"] {
            assert!(!page.has(never), "{never}: {}", page.html);
        }
        no_dead_links(&holder, &page).await;
        assert_eq!(holder.see(&at(0)).await.status, 403, "the whole order is not a holder's to read");
        let listed = program.get("/api/v1/code-orders/waiting").await.1;
        assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
        let one = program.get(&format!("/api/v1/code-orders/waiting/{}", orders[0])).await.1;
        assert_eq!((one["count"].as_i64(), one["amount"].as_i64(), one["producer"].as_str()), (Some(100), Some(500_000), Some("演示果品专业合作社")));
        let (_, home) = holder.done(&page, &format!("{}/approve", at(0)), &[]).await;
        assert!(home.has("申领已核准，查验码已生成") && !home.has(&decision(0)) && home.has(&decision(1)), "{}", home.html);
        let page = holder.open(&decision(1)).await;
        let silent = holder.fill(&page, &format!("{}/refuse", at(1)), &[("reason", " ")]).await;
        assert!(silent.status == 422 && silent.has("id=\"refuse-reason-err\""), "{} {}", silent.status, silent.html);
        let (_, home) = holder.done(&silent, &format!("{}/refuse", at(1)), &[("reason", "超出实际需要")]).await;
        assert!(home.has("申领未予核准") && !home.has(&decision(1)), "{}", home.html);
        let late = holder.fill(&silent, &format!("{}/approve", at(1)), &[]).await;
        assert!(late.status == 409 && late.has("超出实际需要"), "decided already, and why: {}", late.html);
        for account in ["producer", "seller", "supervisor"] {
            assert_eq!(season.server.browser(account).await.see(&decision(0)).await.status, 403, "{account}");
        }
        assert_eq!(season.server.browser("office").await.see(&decision(0)).await.status, 200);
    }

    async fn the_demonstrations_association_has_an_order_to_decide(engine: Engine) {
        let server = Server::start(engine).await;
        for _ in 0..2 {
            yanzhao::demo::prepare_goods(&server.app).await.unwrap();
        }
        let holder = server.browser("holder").await;
        let home = holder.open("/work").await;
        let decision = home.html.split("href=\"").find_map(|rest| rest.split('"').next().filter(|href| href.ends_with("/decision"))).unwrap().to_owned();
        assert_eq!(home.html.matches("/decision\"").count(), 1, "once, whatever number of times it is prepared");
        let page = holder.open(&decision).await;
        assert!(page.has("赵县雪花梨") && page.has("120,000 枚"), "{}", page.html);
        no_dead_links(&holder, &home).await;
    }
}
