//! Smaller works of the desk: a load taken back by form, scans of a test report, drafts that change hands, sign-ins that are forgotten.

use sea_orm::EntityTrait;
use serde_json::json;
use yanzhao::jobs::forget_sign_ins;
use yanzhao::kernel::clock::DAY;

use crate::support::season::{Season, id};
use crate::support::server::Server;

on_both_engines! {
    async fn a_load_is_taken_back_by_form_and_the_household_reads_why(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let producer = season.server.browser("producer").await;
        let list = producer.open("/work/deliveries").await;
        let at = format!("/work/deliveries/{}", season.delivery);
        assert!(list.has(&format!("href=\"{at}\"")), "{}", list.html);
        let page = producer.open(&at).await;
        assert!(page.has("2,000 kg = 4,000 斤") && page.has("已入账") && page.has("当天录入的立即作废"), "{}", page.html);
        let bare = producer.fill(&page, &format!("{at}/void"), &[("reason", "")]).await;
        assert!(bare.status == 422 && bare.has("id=\"void-reason-err\""), "{} {}", bare.status, bare.html);
        let slip = season.producer.done(&format!("/api/v1/growers/{}/slips", season.grower), json!({})).await;
        let (_, page) = producer.done(&bare, &format!("{at}/void"), &[("reason", "重复录入 <b>")]).await;
        assert!(page.has("记录已作废，账户已冲回") && page.has("重复录入 &#60;b&#62;"), "{}", page.html);
        assert!(!page.has(&format!("action=\"{at}/void\"")) && page.has("<span class=\"badge soft\">已作废</span>"), "{}", page.html);
        assert!(producer.open("/work/deliveries").await.has("已作废"));
        let own = producer.open(&format!("/g/{}", slip["token"].as_str().unwrap())).await;
        assert!(own.has("已作废，不计入您的账户") && own.has("重复录入"), "{}", own.html);
        let kept = season.producer.get(&format!("/api/v1/deliveries/{}", season.delivery)).await.1;
        assert_eq!((kept["covered_g"].as_i64(), kept["void_state"].as_str()), (Some(0), Some("voided")), "{kept}");
        for (account, status) in [("producer2", 404), ("seller", 403), ("printer", 403)] {
            assert_eq!(season.server.browser(account).await.see(&at).await.status, status, "{account}");
        }
    }

    async fn a_load_of_yesterday_waits_for_a_second_person(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        season.server.clock.advance(DAY);
        let producer = season.server.browser("producer").await;
        let api = season.server.person("producer").await;
        let at = format!("/work/deliveries/{}", season.delivery);
        let (_, page) = producer.done(&producer.open(&at).await, &format!("{at}/void"), &[("reason", "看错秤")]).await;
        assert!(page.has("等第二人同意") && !page.has(&format!("action=\"{at}/void\"")), "{}", page.html);
        let void = api.get("/api/v1/delivery-voids?state=waiting").await.1["items"][0]["id"].as_str().unwrap().to_owned();
        let own = producer.fill(&page, &format!("{at}/voids/{void}/confirm"), &[]).await;
        assert!(own.status == 409 && own.has("提出的人不能自己确认"), "{} {}", own.status, own.html);
        season.server.person("office").await.done(&format!("/api/v1/delivery-voids/{void}/confirm"), json!({})).await;
        api.refused(&format!("/api/v1/delivery-voids/{void}/refuse"), json!({ "reason": "对的" }), 409, "already_decided").await;
        assert!(producer.open(&at).await.has("已作废"));
    }

    async fn a_report_keeps_its_scans(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let report = json!({ "product_id": season.product["id"], "by_whom": "own", "scope": "season", "season": "2026", "laboratory": "演示化验室",
            "report_no": "YS-7", "reported_on": "2026-11-20", "items": [{ "item": "农药残留", "result": "合格" }] });
        let report = id(&season.producer.done("/api/v1/test-reports", report).await);
        let at = format!("/work/tests/{report}");
        let producer = season.server.browser("producer").await;
        assert!(producer.open("/work/tests").await.has(&format!("href=\"{at}\"")));
        let page = producer.open(&at).await;
        assert!(page.has("农药残留") && page.has("还没有扫描件"), "{}", page.html);
        let bad = producer.upload(&page, &format!("{at}/files"), &[], &[("file", "报告.svg", b"<svg/>".to_vec())]).await;
        assert!(bad.status == 422 && bad.has("报告.svg"), "{} {}", bad.status, bad.html);
        let none = producer.upload(&page, &format!("{at}/files"), &[], &[]).await;
        assert_eq!(none.status, 422, "{}", none.html);
        let sent = producer.upload(&page, &format!("{at}/files"), &[], &[("file", "报告.pdf", b"%PDF-1.7 demo".to_vec())]).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        let page = producer.open(&sent.location).await;
        let file = page.html.split("href=\"/work/files/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert!(page.has("报告.pdf"));
        assert_eq!(producer.see(&format!("/work/files/{file}")).await.html, "%PDF-1.7 demo");
        // Who oversees reads it; another producer neither sees nor adds.
        let county = season.server.browser("county").await.open(&at).await;
        assert!(county.has("报告.pdf") && !county.has("type=\"file\""), "{}", county.html);
        let other = season.server.browser("producer2").await;
        assert_eq!((other.see(&at).await.status, other.see(&format!("/work/files/{file}")).await.status), (404, 404));
    }

    async fn drafts_go_to_whoever_follows(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let producer = season.server.browser("producer").await;
        let page = producer.open("/work/members").await;
        let shown = producer.fill(&page, "/work/members/invite", &[("person", "演示人员甲"), ("roles", "producer")]).await;
        let path = shown.html.split("/join/").nth(1).unwrap().split(['<', '"', ' ']).next().unwrap().to_owned();
        let password = "long enough for anybody";
        let joined = [("account", "jia"), ("display_name", "演示人员甲"), ("password", password), ("again", password)];
        let joined = joined.map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(producer.send(&format!("/join/{path}"), &joined).await.status, 303);
        let accounts = season.server.person("admin").await.get("/api/v1/accounts?limit=200").await.1;
        let of = |name: &str| accounts["items"].as_array().unwrap().iter().find(|a| a["account"] == name).unwrap()["id"].as_str().unwrap().to_owned();
        let (own, jia) = (of("producer"), of("jia"));
        let organisation = season.organisation.clone();
        let begun = |account: String, step: &'static str| {
            let (app, organisation) = (season.server.app.clone(), organisation.clone());
            async move {
                let actor = yanzhao::kernel::Actor { account_id: account, organisation_id: Some(organisation), ..yanzhao::kernel::Actor::system() };
                let desk = app.desk(actor);
                app.db.write(move |tx| {
                    let desk = desk.clone();
                    Box::pin(async move { yanzhao::identity::draft::begin(tx, &desk, "batch", &Default::default(), step).await })
                })
                .await
                .unwrap()
            }
        };
        let (his, mine) = (begun(jia.clone(), "lot").await, begun(own.clone(), "days").await);
        let page = producer.open("/work/members").await;
        let left = producer.fill(&page, "/work/members/leave", &[("account_id", &jia), ("successor_id", &own)]).await;
        assert_eq!(left.status, 303, "{}", left.html);
        for draft in [his, mine] {
            let row = yanzhao::entity::draft::Entity::find_by_id(draft).one(season.server.app.db.reader()).await.unwrap().unwrap();
            assert_eq!(row.account_id, own);
        }
    }

    async fn sign_ins_are_forgotten_when_their_term_is_over(engine: Engine) {
        let server = Server::start(engine).await;
        let app = &server.app;
        let forget = async || forget_sign_ins(&app.db, &app.clock, &app.random).await.unwrap();
        server.person("producer").await;
        server.anybody().post("/api/v1/sessions", json!({ "account": "producer", "password": "wrong" })).await;
        assert_eq!(forget().await, 0, "nothing is over");
        // Six months of 23 November end on 23 May, a Sunday: the Monday after is still within them.
        server.clock.advance(182 * DAY);
        server.person("office").await;
        assert_eq!((app.clock.today().to_string().as_str(), forget().await), ("2027-05-24", 0));
        server.clock.advance(DAY);
        assert_eq!((forget().await, forget().await), (2, 0));
        let auditor = server.browser("auditor").await;
        let page = auditor.open("/work/sign-ins").await;
        assert!(page.has("office") && !page.has("producer"), "{}", page.html);
        // A longer term recorded by the office holds from its day on.
        let office = server.browser("office").await;
        let longer = [("name", "sign_in_records"), ("number", "2"), ("unit", "year"), ("from", "2027-06-01"), ("source", "内部制度（演示）")];
        office.done(&office.open("/work/limits").await, "/work/limits", &longer).await;
        server.clock.advance(300 * DAY);
        assert_eq!(forget().await, 0);
    }
}
