//! The story of a random inspection over HTTP: planned, frozen, drawn by a public value, done on a phone by form, mended, published.

use serde_json::{Value, json};

use crate::support::on_both_engines;
use crate::support::server::Server;
use yanzhao::identity::queries::account_named;
use yanzhao::kernel::clock::DAY;

/// The officers of the two supervisors, recorded by the administrator.
async fn certificates(server: &Server) {
    let admin = server.person("admin").await;
    for (account, number) in [("supervisor", "1301SJ01"), ("supervisor2", "1301SJ02")] {
        let id = account_named(&server.app.db, account).await.unwrap().unwrap().id;
        let given = json!({ "account_id": id, "certificate_no": number, "department": "市场监管" });
        admin.done("/api/v1/officers", given).await;
    }
    assert_eq!(admin.get("/api/v1/officers").await.1["items"].as_array().unwrap().len(), 2);
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

on_both_engines! {
    async fn from_the_plan_to_the_published_result(engine: Engine) {
        let server = Server::start(engine).await;
        certificates(&server).await;
        let (supervisor, second, producer) =
            (server.person("supervisor").await, server.person("supervisor2").await, server.person("producer").await);
        producer.refused("/api/v1/draws", json!({}), 403, "not_permitted").await;
        let task = json!({ "year": 2026, "name": "专用标志使用抽查", "source": "own", "departments": ["市场监管"], "division_code": "130183",
            "firm_kind": "producer", "portion_kind": "number", "portion": 1 });
        let draw = id(&supervisor.done("/api/v1/draws", task).await);
        let freeze = json!({ "value_source": "某彩票当期开奖号码", "value_day": "2026-11-25" });
        let frozen = supervisor.done(&format!("/api/v1/draws/{draw}/freeze"), freeze).await;
        let value = format!("/api/v1/draws/{draw}/value");
        second.refused(&value, json!({ "public_value": "03 08 11" }), 409, "draw_value_early").await;
        server.clock.advance(3 * DAY);
        let (supervisor, second, producer) =
            (server.person("supervisor").await, server.person("supervisor2").await, server.person("producer").await);
        supervisor.refused(&value, json!({ "public_value": "03 08 11" }), 409, "second_person_needed").await;
        second.done(&value, json!({ "public_value": "03 08 11" })).await;
        // The public sees the hash and when the list will be there; officers of the place see whom they visit.
        let closed = server.anybody().get(&format!("/draws/{draw}.json")).await.1;
        assert_eq!((&closed["list_hash"], &closed["list"], &closed["drawn"]), (&frozen["list_hash"], &Value::Null, &json!([])));
        let shown = reqwest::get(format!("{}/draws/{draw}", server.base)).await.unwrap().text().await.unwrap();
        assert!(shown.contains("事先知道自己被抽中") && shown.contains("2027年1月24日") && !shown.contains("1301SJ01"), "{shown}");
        let list = format!("/api/v1/draws/{draw}/list");
        assert_eq!(supervisor.get(&list).await.1["drawn"].as_array().unwrap().len(), 1);
        assert_eq!(producer.get(&list).await.0, 403);

        // The officer on a phone: what is typed is kept, what is wrong is said at its field, and then it is handed in.
        let browser = server.browser("supervisor").await;
        let list = browser.open("/work/inspections").await;
        let path = list.html.split("href=\"/work/inspections/ins_").nth(1).unwrap().split('"').next().unwrap();
        let path = format!("/work/inspections/ins_{path}");
        assert_eq!(producer.get(&format!("/api/v1/inspections/{}", path.rsplit('/').next().unwrap())).await.0, 404, "not told beforehand");
        let page = browser.open(&path).await;
        assert!(page.has("剩余标签集中存放") && page.has("1301SJ02"));
        let keep = [("note", "门口有牌匾"), ("inspected_on", "2026-11-26")];
        // The form names its own address; keeping is another button of it.
        let action = format!("{path}/record");
        let fields = page_fields(&page.html, &action, &keep);
        let kept = browser.send(&format!("{path}/keep"), &fields).await;
        assert_eq!(kept.status, 303, "{}", kept.html);
        let page = browser.open(&path).await;
        assert!(page.has("门口有牌匾"), "what was typed is still there");
        let refused = browser.fill(&page, &action, &[("inspected_on", "2026-11-26"), ("signature", "refused"), ("note", "再写一句")]).await;
        assert!(refused.status == 422 && refused.has("拒绝签字时要有见证人") && refused.has("请选择：") && refused.has("再写一句"), "{}", refused.status);
        let page = browser.open(&path).await;
        assert!(page.has("再写一句"), "and outlives its refusal");
        let items = page.html.matches("id=\"item-").count();
        let people: Vec<String> = page.html.split("name=\"officer-").skip(1).map(|part| format!("officer-{}", part.split('"').next().unwrap())).collect();
        let answers: Vec<String> = (0..items).map(|no| format!("item-{no}")).collect();
        let mut typed = vec![
            ("inspected_on", "2026-11-26"), ("signature", "refused"), ("witness", "在场人员"), ("found", "rectify"),
            ("mend", "剩余标签集中存放"), ("mend_by", "2026-12-10"), ("note-2", "缺一页收购记录"),
        ];
        typed.extend(people.iter().map(|name| (name.as_str(), "yes")));
        typed.extend(answers.iter().enumerate().map(|(no, name)| (name.as_str(), if no == 2 { "differs" } else { "fits" })));
        let photo = image_bytes();
        let sent = browser.upload(&page, &action, &typed, &[("photos", "现场.png", photo)]).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        let record = browser.open(&sent.location).await;
        assert!(record.has("发现问题待改正") && record.has("现场.png") && record.has("拒绝签字"));
        for paper in ["a4", "80"] {
            assert!(browser.open(&format!("{path}/paper?paper={paper}")).await.has("见证人签字"));
        }

        // The firm answers with a photograph; the officer accepts.
        let firm = server.browser("producer").await;
        let orders = firm.open("/work/rectifications").await;
        assert!(orders.has("剩余标签集中存放"));
        let at = orders.html.split("href=\"/work/rectifications/rct_").nth(1).unwrap().split('"').next().unwrap();
        let at = format!("/work/rectifications/rct_{at}");
        let page = firm.open(&at).await;
        let sent = firm.upload(&page, &format!("{at}/reply"), &[("said", "已集中存放并登记")], &[("files", "柜子.png", image_bytes())]).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        let page = browser.open(&at).await;
        assert!(page.has("柜子.png"));
        browser.done(&page, &format!("{at}/accept"), &[("said", "现场核实")]).await;
        assert!(firm.open(&at).await.has("已改正"));
        assert!(firm.open(&path).await.has("发现问题待改正"), "the firm reads its own record");

        // Another officer publishes; anybody reads it, neutrally.
        let page = browser.open(&path).await;
        assert!(!page.has(&format!("action=\"{path}/publish\"")), "not by who handed it in");
        let other = server.browser("supervisor2").await;
        let page = other.open(&path).await;
        other.done(&page, &format!("{path}/publish"), &[]).await;
        let public = reqwest::get(format!("{}/inspections", server.base)).await.unwrap().text().await.unwrap();
        assert!(public.contains("演示果品专业合作社") && public.contains("发现问题待改正") && !public.contains("在场人员"));
        let shown = reqwest::get(format!("{}/draws/{draw}", server.base)).await.unwrap().text().await.unwrap();
        assert!(shown.contains("hashlib.sha256") && shown.contains("1301SJ01") && !shown.contains("acc_") && !shown.contains("事先知道"));
        let open = server.anybody().get(&format!("/draws/{draw}.json")).await.1;
        assert_eq!((&open["list_hash"], open["drawn"].as_array().unwrap().len()), (&frozen["list_hash"], 1));
        let plan = browser.open("/work/draws").await;
        assert!(plan.has("专用标志使用抽查") && plan.has("<svg class=\"bar\""));
        let (status, sheet) = browser.fetch(&browser.open(&format!("/work/draws/{draw}")).await, &format!("/work/draws/{draw}/results/csv")).await;
        assert!(status == 200 && String::from_utf8(sheet).unwrap().contains("1301SJ01"));
    }
}

/// What is hidden in the form that goes to `action`, with what is typed.
fn page_fields(html: &str, action: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let form = html.split("<form ").find(|form| form.contains(&format!("action=\"{action}\""))).unwrap();
    let value = |input: &str, name: &str| input.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap().to_owned();
    let hidden = form.split("<input type=\"hidden\"").skip(1).map(|input| (value(input, "name"), value(input, "value")));
    hidden.chain(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
}

/// A picture of one pixel.
fn image_bytes() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(2, 2).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}
