//! The office at its desk: a GI file with a new standard, a mark use with its scan, a season plan from the land to accounts, limits, and
//! maintenance during which labels can still be checked.

use reqwest::Method;
use serde_json::json;

use crate::support::season::{Season, id};
use crate::support::server::answer;

on_both_engines! {
    async fn a_file_gets_a_standard_and_a_yearly_notice(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let office = season.server.browser("office").await;
        let product = season.product["id"].as_str().unwrap();
        let at = format!("/work/products/{product}");
        let page = office.open(&at).await;
        assert!(page.has("晋州鸭梨") && page.has("权利") && page.has("产地范围") && page.has("公告"), "{}", page.html);
        let bad = office.fill(&page, &format!("{at}/standards"), &[("number", ""), ("in_force_from", "2026-13-01"), ("confidence", "A")]).await;
        assert!(bad.status == 422 && bad.has("standard-in_force_from"), "{} {}", bad.status, bad.html);
        let typed = [("number", "DB13/T 9999-2026"), ("title", "晋州鸭梨（演示）"), ("in_force_from", "2026-09-01"), ("source", "演示来源"), ("confidence", "C")];
        let (_, page) = office.done(&bad, &format!("{at}/standards"), &typed).await;
        assert!(page.has("DB13/T 9999-2026"), "{}", page.html);
        let notice = [("season_from", "08-25"), ("season_to", "11-05"), ("closing_date", "06-30"), ("yield_cap", "2500000"), ("yield_cap_source", "持有人年度通知（演示）"), ("varieties", "鸭梨、绿宝石")];
        let (_, page) = office.done(&page, &format!("{at}/season"), &notice).await;
        assert!(page.has("08-25 – 11-05") && page.has("绿宝石"), "{}", page.html);
        let words = office.fill(&page, &format!("{at}/season"), &[("yield_cap", "两千")]).await;
        assert!(words.status == 422 && words.has("“两千”不是整数"), "{} {}", words.status, words.html);
        let stranger = season.server.browser("producer").await.open(&at).await;
        assert!(!stranger.has(&format!("{at}/standards")), "a producer reads the file and adds nothing");
    }

    async fn a_plan_goes_from_the_land_to_accounts_through_its_publicity(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let (office, second) = (season.server.browser("office").await, season.server.browser("office2").await);
        let product = season.product["id"].as_str().unwrap();
        let slug = season.product["slug"].as_str().unwrap();
        let page = office.open("/work/plans").await;
        let nothing = office.fill(&page, "/work/plans", &[("season", "2027")]).await;
        assert!(nothing.status == 422 && nothing.has("plan-product_id"), "{} {}", nothing.status, nothing.html);
        let (plan, page) = office.done(&page, "/work/plans", &[("product_id", product), ("season", "2027")]).await;
        assert!(page.has("拟定") && page.has("亩"), "{}", page.html);
        let at = format!("/work/plans/{plan}");
        let (_, page) = office.done(&page, &format!("{at}/publish"), &[]).await;
        assert!(page.has("公示中"), "{}", page.html);
        let public = season.server.anybody().request(Method::GET, &format!("/p/{slug}/plan")).send().await.unwrap().text().await.unwrap();
        assert!(public.contains("2027 年度第 1 版") && public.contains("户"), "{public}");
        let early = second.fill(&second.open(&at).await, &format!("{at}/approve"), &[]).await;
        assert!(early.status == 409 && early.has("公示到"), "{} {}", early.status, early.html);
        season.server.clock.advance(12 * 24 * 3600 * 1000);
        let second = season.server.browser("office2").await;
        let (_, page) = second.done(&second.open(&at).await, &format!("{at}/approve"), &[]).await;
        assert!(page.has("方案已核准") && page.has("已核准"), "{}", page.html);
        let office = season.server.person("office").await;
        let accounts = office.get(&format!("/api/v1/season-accounts?product_id={product}&season=2027")).await.1;
        assert!(accounts["items"].as_array().unwrap().iter().all(|a| a["state"] == "approved" && a["approved_g"].as_i64() > Some(0)), "{accounts}");
        assert!(!accounts["items"].as_array().unwrap().is_empty());
    }

    async fn a_mark_use_keeps_the_scan_it_rests_on(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let office = season.server.browser("office").await;
        let page = office.open("/work/mark-uses").await;
        assert!(page.has("用标") && page.has("multipart/form-data"), "{}", page.html);
        let (user, right) = (page.choice("演示"), page.choice("藁城宫面 · "));
        let typed = [("organisation_id", user.as_str()), ("right_id", &right), ("in_force_from", "2026-10-01"), ("contract", "演示合同 2026-7，2026-09-30")];
        let svg = office.upload(&page, "/work/mark-uses", &typed, &[("paper", "contract.svg", b"<svg/>".to_vec())]).await;
        assert!(svg.status == 422 && svg.has("不是照片"), "{} {}", svg.status, svg.html);
        let (_, page) = {
            let sent = office.upload(&svg, "/work/mark-uses", &typed, &[("paper", "合同.pdf", b"%PDF-1.7 demo".to_vec())]).await;
            assert_eq!(sent.status, 303, "{}", sent.html);
            (sent.id(), office.open(&sent.location).await)
        };
        assert!(page.has("合同.pdf") && page.has("演示合同 2026-7"), "{}", page.html);
        let original = page.html.split("href=\"/work/files/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let file = office.see(&format!("/work/files/{original}")).await;
        assert_eq!((file.status, file.html.as_str()), (200, "%PDF-1.7 demo"));
        let other = season.server.browser("producer").await.see(&format!("/work/files/{original}")).await;
        assert!(other.status == 404 || user == season.organisation, "another firm's paper is not there");
    }

    async fn maintenance_stops_writing_and_not_checking(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let batch = id(&season.producer.done("/api/v1/batches", season.batch(json!({}))).await);
        season.producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await;
        let admin = season.server.browser("admin").await;
        let page = admin.open("/work/site-notices").await;
        let when = [("zh", "今晚升级"), ("en", "Upgrade tonight"), ("day", "2026-11-23"), ("time", "00:00"), ("hours", "12")];
        let bad = admin.fill(&page, "/work/site-notices/maintenance", &[("zh", "今晚升级"), ("day", "2026-11-23"), ("time", "25点"), ("hours", "99")]).await;
        assert!(bad.status == 422 && bad.has("不是时刻"), "{} {}", bad.status, bad.html);
        let (_, page) = admin.done(&page, "/work/site-notices/maintenance", &when).await;
        assert!(page.has("今晚升级") && page.has("维护"), "{}", page.html);
        let (status, problem) = season.producer.post("/api/v1/batches", season.batch(json!({ "lot": "M2" }))).await;
        assert_eq!((status, problem["code"].as_str()), (503, Some("maintenance")), "{problem}");
        let seen = season.server.browser("producer").await.open("/work").await;
        assert!(seen.has("今晚升级"), "one can sign in and read why: {}", seen.html);
        let unknown = season.server.anybody().request(Method::GET, "/q/0000001EF97BFEGX7N3Q").header("accept", "application/json");
        assert_ne!(answer(unknown).await.0, 503, "checking goes on");
        let withdraw = page.html.split("action=\"/work/site-notices/").nth(2).unwrap().split('"').next().unwrap().to_owned();
        let (_, page) = admin.done(&page, &format!("/work/site-notices/{withdraw}"), &[]).await;
        assert!(!page.has("今晚升级"), "{}", page.html);
        let pack = json!({ "product_id": season.product["id"], "grade": "特级", "net_weight_g": 5_000 });
        season.producer.done("/api/v1/packs", pack).await;
    }

    async fn limits_and_the_calendar_stand_beside_older_ones(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let office = season.server.browser("office").await;
        let page = office.open("/work/limits").await;
        assert!(page.has("商标异议") && page.has("2027 年的放假安排还没有登记"), "{}", page.html);
        let (_, page) = office.done(&page, "/work/limits", &[("name", "season_plan_publicity"), ("number", "15"), ("unit", "day"), ("from", "2026-01-01"), ("source", "管理规则第十条（演示）")]).await;
        assert!(page.has("管理规则第十条"), "{}", page.html);
        let twice = office.fill(&page, "/work/limits", &[("name", "season_plan_publicity"), ("number", "9"), ("unit", "day"), ("from", "2026-01-01"), ("source", "x")]).await;
        assert!(twice.status == 422 && twice.has("已登记过"), "{} {}", twice.status, twice.html);
        let (_, page) = office.done(&page, "/work/limits/days", &[("from", "2027-01-01"), ("to", "2027-01-03"), ("kind", "off"), ("source", "放假通知（演示）")]).await;
        assert!(!page.has("2027 年的放假安排还没有登记"), "{}", page.html);
        let limits = season.server.anybody().get("/api/v1/limits?as_of=2027-02-01").await.1;
        let of = |name: &str| limits["items"].as_array().unwrap().iter().find(|l| l["name"] == name).unwrap()["number"].clone();
        assert_eq!((of("opposition_trademark"), of("season_plan_publicity")), (json!(2), json!(15)));
    }

    async fn the_roll_is_there_for_everybody(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let text = async |path: &str| season.server.anybody().request(Method::GET, path).send().await.unwrap().text().await.unwrap();
        let roll = text("/e/").await;
        let firm = roll.split("href=\"/e/").nth(1).unwrap_or_else(|| panic!("{roll}")).split('"').next().unwrap();
        let page = text(&format!("/e/{firm}")).await;
        assert!(page.contains("统一社会信用代码") && page.contains("晋州鸭梨"), "{page}");
        let english = text("/e/?lang=en").await;
        assert!(english.contains("Roll of mark users"), "{english}");
        assert_eq!(season.server.anybody().request(Method::GET, "/e/91130183MA00000000").send().await.unwrap().status(), 404);
    }

    async fn grades_are_kept_by_their_days_and_offered_at_the_scale(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let office = season.server.browser("office").await;
        let product = season.product["id"].as_str().unwrap();
        let at = format!("/work/products/{product}/words");
        assert!(office.open(&format!("/work/products/{product}")).await.has(&format!("href=\"{at}\"")));
        let page = office.open(&at).await;
        let bare = office.fill(&page, &at, &[("kind", ""), ("word", ""), ("from", "明天"), ("source", "")]).await;
        assert_eq!(bare.status, 422, "{}", bare.html);
        for field in ["word-kind-err", "word-word-err", "word-from-err", "word-source-err"] {
            assert!(bare.has(&format!("id=\"{field}\"")), "{field}: {}", bare.html);
        }
        let grade = [("kind", "grade"), ("word", "特级"), ("from", "2026-01-01"), ("source", "演示标准 4.2")];
        let (_, page) = office.done(&bare, &at, &grade).await;
        assert!(page.has("演示标准 4.2") && page.has("2026年1月1日 – ") && page.has("badge ok"), "{}", page.html);
        let twice = office.fill(&page, &at, &grade).await;
        assert!(twice.status == 422 && twice.has("2026-01-01") && twice.has("不用再登记"), "{} {}", twice.status, twice.html);
        let (_, page) = office.done(&twice, &at, &[("kind", "grade"), ("word", "一级"), ("from", "2027-01-01"), ("source", "演示标准 4.2")]).await;
        assert!(page.has("不在有效期"), "a grade of next year is none yet: {}", page.html);
        let producer = season.server.browser("producer").await;
        let scale = producer.open("/work/deliveries/scale").await;
        assert!(scale.has("<option value=\"特级\"></option>") && !scale.has("<option value=\"一级\"></option>"), "{}", scale.html);
        let read = producer.open(&at).await;
        assert!(read.has("特级") && !read.has(&format!("action=\"{at}\"")), "a producer reads them: {}", read.html);
        let word = page.choice("特级");
        let early = office.fill(&page, &format!("{at}/end"), &[("word_id", &word), ("to", "2025-12-31")]).await;
        assert!(early.status == 422 && early.has("应不早于 2026-01-01"), "{} {}", early.status, early.html);
        let (_, page) = office.done(&early, &format!("{at}/end"), &[("word_id", &word), ("to", "2026-11-22")]).await;
        assert!(page.has("2026年1月1日 – 2026年11月22日"), "{}", page.html);
        assert!(!producer.open("/work/deliveries/scale").await.has("<option value=\"特级\"></option>"));
        let (_, page) = office.done(&page, &at, &grade.map(|(n, v)| (n, if n == "from" { "2026-11-23" } else { v }))).await;
        assert!(page.has("2026年11月23日 – "), "what was ended may begin again: {}", page.html);
    }
}
