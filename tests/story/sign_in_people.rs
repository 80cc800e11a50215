//! The people of an organisation: invitations, slips, handing over, 经办人, and resets at a counter by two officers.

use serde_json::json;

use crate::support::forms::Seen;
use crate::support::server::{PASSWORD, Server, says};

const CHOSEN: &str = "granary-otter-lantern-7";

/// The path of the link a page shows once.
fn link(page: &Seen) -> String {
    let rest = page.html.split("/join/").nth(1).unwrap_or_else(|| panic!("no link: {}", page.html));
    format!("/join/{}", rest.split(['<', '"']).next().unwrap())
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

on_both_engines! {
    async fn an_invitation_makes_an_account_once(engine: Engine) {
        let server = Server::start(engine).await;
        assert_eq!(server.browser("county").await.see("/work/members").await.status, 404, "nobody named to look after them");
        let browser = server.browser("producer").await;
        let page = browser.open("/work/members").await;
        let unfit = browser.fill(&page, "/work/members/invite", &[("person", "演示人员甲"), ("roles", "office")]).await;
        assert!(unfit.status == 422 && unfit.has("office"), "{}", unfit.html);
        let shown = browser.fill(&page, "/work/members/invite", &[("person", "演示人员甲"), ("roles", "producer")]).await;
        assert_eq!(shown.status, 200, "{}", shown.html);
        let twice = browser.fill(&page, "/work/members/invite", &[("person", "演示人员甲"), ("roles", "producer")]).await;
        assert_eq!(twice.status, 409, "a double tap shows no second link");
        let path = link(&shown);
        let offer = browser.open(&path).await;
        assert!(offer.has("演示果品专业合作社") && offer.has("生产者") && offer.has("演示人员甲"));
        let join = async |account: &str, password: &str| browser.send(&path, &fields(&[("account", account), ("display_name", "演示人员甲"), ("password", password), ("again", password)])).await;
        assert_eq!(join("x", CHOSEN).await.status, 422);
        assert_eq!(join("producer", CHOSEN).await.status, 422, "taken");
        assert_eq!(join("jia", "jia1234").await.status, 422);
        let joined = join("jia", CHOSEN).await;
        assert_eq!((joined.status, joined.location.as_str()), (303, "/login"), "{}", joined.html);
        assert_eq!(join("yi", CHOSEN).await.status, 404, "used once");
        assert_eq!(browser.see("/join/abcdefgh").await.status, 404);
        let (status, answer) = server.anybody().post("/api/v1/sessions", json!({ "account": "jia", "password": CHOSEN })).await;
        assert!(status == 201 && answer["first"].is_null(), "own password, nothing to change: {answer}");
        assert!(answer["permissions"].as_array().unwrap().iter().any(|p| p == "batch.register"));
        let other = browser.fill(&browser.open("/work/members").await, "/work/members/invite", &[("person", "演示人员乙"), ("roles", "producer")]).await;
        let listed = browser.open("/work/members").await;
        let revoke = listed.html.split("action=\"/work/members/invitations/").nth(1).unwrap().split('"').next().unwrap();
        browser.done(&listed, &format!("/work/members/invitations/{revoke}"), &[]).await;
        assert_eq!(browser.see(&link(&other)).await.status, 404, "taken back");
        let late = browser.fill(&browser.open("/work/members").await, "/work/members/invite", &[("person", "演示人员丙"), ("roles", "producer")]).await;
        server.clock.advance(7 * 24 * 3_600_000);
        assert_eq!(browser.see(&link(&late)).await.status, 404, "seven days");
    }

    async fn a_member_is_reset_and_hands_over(engine: Engine) {
        let server = Server::start(engine).await;
        let browser = server.browser("producer").await;
        let page = browser.open("/work/members").await;
        let shown = browser.fill(&page, "/work/members/invite", &[("person", "演示人员甲"), ("roles", "producer"), ("administers", "yes")]).await;
        browser.send(&link(&shown), &fields(&[("account", "jia"), ("display_name", "演示人员甲"), ("password", CHOSEN), ("again", CHOSEN)])).await;
        let sign_in = async |password: &str| server.anybody().post("/api/v1/sessions", json!({ "account": "jia", "password": password })).await;
        let token = sign_in(CHOSEN).await.1["token"].as_str().unwrap().to_owned();
        let page = browser.open("/work/members").await;
        let jia = page.choice("jia");
        // The office looks after every organisation within its reach, and may name somebody too.
        let organisations = server.person("office").await.get("/api/v1/organisations?kind=producer&limit=200").await.1;
        let id = organisations["items"].as_array().unwrap().iter().find(|o| o["name"] == "演示果品专业合作社").unwrap()["id"].as_str().unwrap().to_owned();
        assert!(server.browser("office").await.open(&format!("/work/members?organisation={id}")).await.has("演示人员甲"));
        assert_eq!(server.browser("producer2").await.see(&format!("/work/members?organisation={id}")).await.status, 404);
        let slip = browser.fill(&page, "/work/members/reset", &[("account_id", &jia)]).await;
        assert_eq!(slip.status, 200, "{}", slip.html);
        assert_eq!(sign_in(CHOSEN).await.0, 401, "the old password ended at once");
        let http = reqwest::Client::new();
        let current = async || http.get(format!("{}/api/v1/sessions/current", server.base)).bearer_auth(&token).send().await.unwrap().status();
        assert_eq!(current().await, 401);
        let again = "lantern-granary-otter-8";
        assert_eq!(browser.send(&link(&slip), &fields(&[("password", again), ("again", again)])).await.status, 303);
        assert_eq!(sign_in(again).await.0, 201);

        let page = browser.open("/work/members").await;
        let own = server.person("producer").await.get("/api/v1/sessions/current").await.1["account"].clone();
        assert_eq!(own, "producer");
        let unfit = browser.fill(&page, "/work/members/leave", &[("account_id", &jia), ("successor_id", &jia)]).await;
        assert!(unfit.status == 422 && unfit.has("接手人必须是本单位另一名"), "{}", unfit.html);
        let successor = page.choice("producer (producer)");
        let (_, left) = browser.done(&page, "/work/members/leave", &[("account_id", &jia), ("successor_id", &successor)]).await;
        assert!(left.has("已离开"));
        assert_eq!(sign_in(again).await.0, 401);
        let events = yanzhao::ledger::history(server.app.db.reader(), &jia, 50).await.unwrap();
        let last = &events.last().unwrap().1;
        assert_eq!((last["kind"].as_str(), last["facts"]["successor"].as_str()), (Some("member.left"), Some(successor.as_str())));
        let officers = server.browser("office").await;
        assert_eq!(officers.see("/work/members").await.status, 200, "the office looks after its reach");
        let page = officers.open("/work/members").await;
        assert!(!page.has("/work/members/reset"), "officers are reset at the counter only");
    }

    async fn who_handles_it_is_picked_and_recorded(engine: Engine) {
        let server = Server::start(engine).await;
        let browser = server.browser("producer").await;
        let add = async |name: &str| {
            let page = browser.open("/work/members").await;
            let picked = if page.has("name=\"handled_by\"") { "演示经办甲" } else { "" };
            browser.fill(&page, "/work/members/handlers", &[("name", name), ("handled_by", picked)]).await
        };
        assert_eq!(add("演示经办甲").await.status, 303);
        assert!(!browser.open("/work/members").await.has("name=\"handled_by\""), "one is no choice");
        assert_eq!(add("演示经办乙").await.status, 303);
        let page = browser.open("/work/members").await;
        assert!(page.has("name=\"handled_by\""));
        let none = browser.fill(&page, "/work/members/handlers", &[("name", "演示经办丙")]).await;
        assert!(none.status == 422 && none.has("请选择经办人"), "{}", none.html);
        let unknown = browser.fill(&page, "/work/members/handlers", &[("name", "演示经办丙"), ("handled_by", "过路人")]).await;
        assert!(unknown.status == 422 && unknown.has("过路人"), "{}", unknown.html);
        let done = browser.fill(&page, "/work/members/handlers", &[("name", "演示经办丙"), ("handled_by", "演示经办乙")]).await;
        assert_eq!(done.status, 303, "{}", done.html);
        // Programs name somebody in a header or beside the fields, or nobody.
        let person = server.person("producer").await;
        let product = person.get("/api/v1/products?q=yali&limit=1").await.1["items"][0]["id"].clone();
        let carton = |name: &str| json!({ "product_id": product, "name": name, "net_weight_g": 5000, "count": 10, "use_until": "2027-06-01", "evidence": "发票" });
        let mut named = carton("旧箱一");
        named["handled_by"] = json!("演示经办甲");
        let one = person.done("/api/v1/cartons", named).await["id"].as_str().unwrap().to_owned();
        let by_header = person.request(reqwest::Method::POST, "/api/v1/cartons").header("handled-by", "%E6%BC%94%E7%A4%BA%E7%BB%8F%E5%8A%9E%E4%B9%99").json(&carton("旧箱二"));
        let two = crate::support::server::answer(by_header).await.1["id"].as_str().unwrap().to_owned();
        let three = person.done("/api/v1/cartons", carton("旧箱三")).await["id"].as_str().unwrap().to_owned();
        let mut stranger = carton("旧箱四");
        stranger["handled_by"] = json!("过路人");
        person.refused("/api/v1/cartons", stranger, 422, "handled_by_unknown").await;
        let db = server.app.db.clone();
        let who = async |id: &str| yanzhao::ledger::history(db.reader(), id, 1).await.unwrap()[0].1["handled_by"].clone();
        assert_eq!((who(&one).await, who(&two).await, who(&three).await), (json!("演示经办甲"), json!("演示经办乙"), json!(null)));
    }

    async fn a_reset_at_the_counter_takes_two_officers(engine: Engine) {
        let server = Server::start(engine).await;
        let (first, second) = (server.browser("county").await, server.browser("office").await);
        let card = server.browser("producer").await;
        card.fill(&card.open("/work/me/factors").await, "/work/me/factors/card", &[("current", PASSWORD)]).await;
        let page = first.open("/work/recoveries").await;
        let ask = async |account: &str, document: &str| first.fill(&page, "/work/recoveries", &[("account", account), ("document", document), ("reason", "手机丢失")]).await;
        assert!(ask("producer2", "identity_card").await.has("没有找到您可以办理的账号"), "another county");
        assert!(ask("nobody-here", "identity_card").await.has("没有找到您可以办理的账号"));
        assert!(ask("admin", "identity_card").await.has("没有找到您可以办理的账号"));
        assert_eq!(ask("producer", "").await.status, 422);
        let asked = ask("producer", "identity_card").await;
        assert_eq!(asked.status, 303, "{}", asked.html);
        let own = first.open("/work/recoveries").await;
        assert!(own.has("待确认的重置") && !own.has("/confirm\""), "not by the same officer");
        let page = second.open("/work/recoveries").await;
        let confirm = page.html.split("action=\"/work/recoveries/").find(|part| part.split('"').next().unwrap().ends_with("/confirm")).unwrap();
        let confirm = format!("/work/recoveries/{}", confirm.split('"').next().unwrap());
        let csrf = first.csrf().await;
        let alone = first.send(&confirm, &fields(&[("csrf", &csrf)])).await;
        assert!(alone.status == 409 && alone.has("须由另一人确认"), "{}", alone.html);
        let slip = second.fill(&page, &confirm, &[]).await;
        assert_eq!(slip.status, 200, "{}", slip.html);
        let sign_in = async |password: &str| server.anybody().post("/api/v1/sessions", json!({ "account": "producer", "password": password })).await;
        assert!(says(&sign_in(PASSWORD).await.1, "sign_in_refused"));
        assert_eq!(first.send(&link(&slip), &fields(&[("password", CHOSEN), ("again", CHOSEN)])).await.status, 303);
        assert_eq!(sign_in(CHOSEN).await.0, 201, "the lost card is no longer asked for");
        assert_eq!(second.see(&link(&slip)).await.status, 404);
        assert_eq!(server.browser("seller").await.see("/work/recoveries").await.status, 403);
    }

    async fn roles_are_given_by_two_security_administrators_on_pages(engine: Engine) {
        let server = Server::start(engine).await;
        let admin = server.browser("admin").await;
        let list = admin.open("/work/admin/accounts").await;
        let weak = admin.fill(&list, "/work/admin/accounts", &[("account", "zhang.wen"), ("display_name", "演示科员"), ("password", "zhang.wen1234")]).await;
        assert!(weak.status == 422 && weak.has("太容易猜到"), "{}", weak.html);
        let made = admin.fill(&list, "/work/admin/accounts", &[("account", "zhang.wen"), ("display_name", "演示科员"), ("password", "staple-otter-granary")]).await;
        assert_eq!(made.status, 303, "{}", made.html);
        let path = made.location.split('?').next().unwrap().to_owned();
        let page = admin.open(&path).await;
        assert!(page.has("首次密码，待本人修改") && !page.has(&format!("{path}/roles")), "the system administrator gives no roles");
        let (one, two) = (server.browser("security").await, server.browser("security2").await);
        let page = one.open(&path).await;
        let roles = format!("{path}/roles");
        let unfit = one.fill(&page, &roles, &[("role", "city_supervision"), ("scope", "division")]).await;
        assert_eq!(unfit.status, 422, "{}", unfit.html);
        let (_, page) = one.done(&page, &roles, &[("role", "city_supervision"), ("scope", "division"), ("division", "130100")]).await;
        assert!(!page.has(&format!("{path}/roles/confirm")), "not by who proposed it");
        let page = two.open(&path).await;
        let grant = page.choice("市级市场监管");
        let grant = if grant.starts_with("rol_") { grant } else { page.html.split("value=\"rol_").nth(1).map(|r| format!("rol_{}", r.split('"').next().unwrap())).unwrap() };
        let (_, page) = two.done(&page, &format!("{path}/roles/confirm"), &[("grant_id", &grant)]).await;
        assert!(page.has("有效"));
        let (_, page) = two.done(&page, &format!("{path}/roles/end"), &[("grant_id", &grant)]).await;
        assert!(page.has("已终止"));
        let auditor = server.browser("auditor").await;
        let read = auditor.open(&path).await;
        assert!(!read.has("/disable") && !read.has("/roles\""), "who reads changes nothing");
        let (_, page) = admin.done(&admin.open(&path).await, &format!("{path}/disable"), &[("reason", "调离")]).await;
        assert!(page.has("已停用"));
        let (_, page) = admin.done(&page, &format!("{path}/enable"), &[]).await;
        assert!(page.has("在用"));
    }
}
