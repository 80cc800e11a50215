//! Feedback: from the scan page to the answer, floods, photographs, erasure, 12315, clocks.

use reqwest::Method;
use serde_json::json;
use yanzhao::kernel::clock::DAY;

use super::goods::{Goods, picture};
use crate::support::on_both_engines;

on_both_engines! {
    async fn a_report_is_received_followed_and_answered(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        let code = goods.codes[0].clone();
        let path = format!("/q/{code}/report");
        let (status, form) = goods.see(&path).await;
        assert_eq!(status, 200);
        assert!(form.len() <= 14_336 && !form.contains("<script"), "{} bytes", form.len());
        for words in ["与包装不一致", "在别处看到同一编号", "怀疑不是产地产品", "身体不适", "网店或网址可疑", "12315", "晋州鸭梨", "2026年12月2日"] {
            assert!(form.contains(words), "{words}: {form}");
        }
        assert!(goods.page(&code).await.contains(&path), "the scan page leads to it");

        let (status, _, html) = goods.send(&path, "192.0.2.1", &[("text", "不像"), ("phone", "138 0000 1234")], &[]).await;
        assert!(status == 422 && html.contains("请选一项") && html.contains("留电话须先同意") && html.contains("138 0000 1234"), "every fault, and what was typed: {html}");
        let said = [("form", "00112233445566778899aabbccddeeff"), ("choice", "differs"), ("text", "标签上是特级，箱上是一级"), ("place", "某超市"), ("phone", "138 0000 1234"), ("consent", "yes")];
        let receipt = goods.report(&path, "192.0.2.1", &said, &[]).await;
        assert_eq!(goods.report(&path, "192.0.2.1", &said, &[]).await, receipt, "a double tap is one report");
        assert_eq!(receipt.len(), 16);

        let (status, sent) = goods.see(&format!("/r/{receipt}?sent=1")).await;
        assert!(status == 200 && sent.contains("已收到您的反馈") && !sent.contains("1234"), "{sent}");
        let (_, guarded) = goods.see(&format!("/r/{receipt}")).await;
        assert!(guarded.contains("电话后 4 位") && !guarded.contains("等待核查"), "{guarded}");
        let ask = async |word: &str| {
            let response = goods.server().anybody().request(Method::POST, &format!("/r/{receipt}?lang=zh")).form(&[("word", word)]).send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        };
        let wrong = ask("9999").await;
        let unknown = goods.see("/r/0000000000000000?lang=zh").await;
        let mistyped = goods.see("/r/ABC?lang=zh").await;
        assert_eq!((wrong.0, &wrong.1), (404, &unknown.1), "a wrong word and no receipt say the same");
        assert_eq!(mistyped, unknown);
        for word in ["1234", code.as_str()] {
            let (status, told) = ask(word).await;
            assert!(status == 200 && told.contains("已收到，等待核查"), "{word}: {told}");
        }

        let officer = goods.person("supervisor").await;
        let list = officer.get("/api/v1/feedback").await.1;
        let one = &list["items"][0];
        assert_eq!((list["items"].as_array().unwrap().len(), one["state"].as_str(), one["reports"].as_i64(), one["lot"].as_str()), (1, Some("received"), Some(1), Some("2026-YL-01")), "{list:#}");
        assert_eq!(one["due_on"], "2026-12-02", "seven working days");
        let id = one["id"].as_str().unwrap().to_owned();
        let at = format!("/api/v1/feedback/{id}");
        let shown = officer.get(&at).await.1;
        let report = &shown["items"][0];
        assert_eq!(report["phone_masked"], "138******34");
        assert!(!shown.to_string().contains("13800001234"));
        let report = report["id"].as_str().unwrap().to_owned();
        officer.refused(&format!("{at}/unmask"), json!({ "report_id": report, "reason": " " }), 422, "reason_missing").await;
        let seen = officer.done(&format!("{at}/unmask"), json!({ "report_id": report, "reason": "核对购买地点" })).await;
        assert_eq!(seen["phone"], "13800001234");
        let auditor = goods.person("auditor").await;
        assert_eq!(auditor.post(&format!("{at}/unmask"), json!({ "report_id": report, "reason": "看看" })).await.0, 403);
        officer.refused(&format!("{at}/answer"), json!({ "answer": "" }), 422, "feedback_answer_missing").await;
        officer.done(&format!("{at}/take"), json!({})).await;
        assert!(ask("1234").await.1.contains("正在核查"));
        officer.done(&format!("{at}/answer"), json!({ "answer": "已核对，箱标印错，生产者已更换。" })).await;
        let told = ask("1234").await.1;
        assert!(told.contains("已答复") && told.contains("箱标印错"), "{told}");
        officer.done(&format!("{at}/close"), json!({ "reason": "已更换" })).await;
        officer.refused(&format!("{at}/answer"), json!({ "answer": "再答" }), 409, "already_decided").await;
        assert!(goods.person("producer").await.get("/api/v1/feedback").await.0 == 403, "a producer reads no feedback");
    }

    async fn the_same_again_is_one_with_a_receipt_for_each(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        let path = format!("/q/{}/report", goods.codes[1]);
        let mut receipts = std::collections::BTreeSet::new();
        // One visitor in many words, and the same words from many visitors.
        for n in 0..5 {
            let text = format!("第 {n} 次说");
            receipts.insert(goods.report(&path, "192.0.2.7", &[("choice", "same_code"), ("text", &text)], &[]).await);
        }
        for n in 0..5 {
            let from = format!("198.51.100.{n}");
            receipts.insert(goods.report(&path, &from, &[("choice", "same_code"), ("text", "第 0 次，说！")], &[]).await);
        }
        let other = goods.report(&path, "203.0.113.1", &[("choice", "same_code"), ("text", "在别的市场也看到")], &[]).await;
        let health = goods.report(&path, "192.0.2.7", &[("choice", "health"), ("text", "第 0 次说")], &[]).await;
        assert_eq!(receipts.len(), 10, "everybody has a receipt");
        let officer = goods.person("supervisor").await;
        let all = officer.get("/api/v1/feedback").await.1;
        let mut counts: Vec<(i64, String)> = all["items"].as_array().unwrap().iter().map(|one| (one["reports"].as_i64().unwrap(), one["choice"].as_str().unwrap().to_owned())).collect();
        counts.sort_unstable();
        assert_eq!(counts, [(1, "health".to_owned()), (1, "same_code".to_owned()), (10, "same_code".to_owned())]);
        let unwell = all["items"].as_array().unwrap().iter().find(|one| one["choice"] == "health").unwrap();
        assert_eq!(unwell["due_on"], "2026-11-23", "due at once");
        for receipt in receipts.iter().chain([&other, &health]) {
            assert_eq!(goods.see(&format!("/r/{receipt}")).await.0, 200);
        }
        // After the window the same is new.
        goods.server().clock.advance(2 * DAY);
        goods.report(&path, "198.51.100.9", &[("choice", "same_code"), ("text", "第 0 次说")], &[]).await;
        assert_eq!(goods.person("supervisor").await.get("/api/v1/feedback").await.1["items"].as_array().unwrap().len(), 4);
        let mut last = 0;
        for n in 0..40 {
            last = goods.send("/report", "192.0.2.99", &[("choice", "shop"), ("link", &format!("https://shop.example.cn/{n}"))], &[]).await.0;
        }
        assert_eq!(last, 429, "one address can't go on for ever");
        assert_eq!(goods.send("/report", "192.0.2.98", &[("choice", "shop"), ("link", "https://shop.example.cn/1")], &[]).await.0, 303, "another can");
    }

    async fn photographs_stay_within_their_limits_and_words_are_always_kept(engine: Engine) {
        let goods = Goods::new(engine, |config| config.feedback_store_mb = 1).await;
        let path = format!("/q/{}/report", goods.codes[2]);
        let small = picture(1);
        let photos = [("a.png", small.clone()), ("b.png", vec![0; 6 * 1024 * 1024]), ("c.txt", b"<svg onload=alert(1)>".to_vec())];
        let (status, location, _) = goods.send(&path, "192.0.2.1", &[("choice", "origin"), ("text", "看照片")], &photos).await;
        assert!(status == 303 && location.contains("left=2"), "{location}");
        let sent = goods.see(&location).await.1;
        assert!(sent.contains("收到照片 1 张") && sent.contains("有 2 张照片没有保存"), "{sent}");
        let officer = goods.person("supervisor").await;
        let id = officer.get("/api/v1/feedback").await.1["items"][0]["id"].as_str().unwrap().to_owned();
        let shown = officer.get(&format!("/api/v1/feedback/{id}")).await.1;
        let photo = &shown["items"][0]["photos"][0];
        assert_eq!(shown["items"][0]["text"], "看照片");
        let browser = goods.server().browser("supervisor").await;
        let at = format!("/work/feedback/{id}/photos/{}", photo["id"].as_str().unwrap());
        assert_eq!(browser.bytes(&format!("{at}/original")).await, (200, small), "the original is bit for bit");
        assert_eq!(browser.bytes(&at).await.0, 200);
        assert_eq!(goods.server().browser("producer").await.bytes(&at).await.0, 403);
        // The store is full: words only, and the form says so.
        let big: Vec<u8> = {
            let mut bytes = picture(2);
            bytes.extend(std::iter::repeat_n(7, 1024 * 1024));
            bytes
        };
        let (status, location, _) = goods.send(&path, "192.0.2.2", &[("choice", "origin"), ("text", "再看")], &[("d.png", big)]).await;
        assert!(status == 303 && location.contains("left=1"), "{location}");
        let full = Goods::new(engine, |config| config.feedback_store_mb = 0).await;
        assert!(full.see("/report").await.1.contains("照片存储已满，现在只收文字"));
        assert!(!full.see("/report").await.1.contains("type=\"file\""));
    }

    async fn erasing_takes_the_person_away_and_leaves_the_proof(engine: Engine) {
        let goods = Goods::new(engine, |config| config.feedback_keep_days = 30).await;
        let path = format!("/q/{}/report", goods.codes[3]);
        let said = [("choice", "differs"), ("text", "箱子上另有一串数字"), ("phone", "13900005678"), ("consent", "yes")];
        let receipt = goods.report(&path, "192.0.2.1", &said, &[("a.png", picture(3))]).await;
        let officer = goods.person("supervisor").await;
        let id = officer.get("/api/v1/feedback").await.1["items"][0]["id"].as_str().unwrap().to_owned();
        let at = format!("/api/v1/feedback/{id}");
        let sha256 = officer.get(&at).await.1["items"][0]["photos"][0]["sha256"].as_str().unwrap().to_owned();
        let stored = goods.server().dir.path().join("files").join(&sha256[..2]).join(&sha256);
        assert!(stored.exists());
        let db = goods.server().app.db.clone();
        let before = yanzhao::ledger::verify(db.reader(), &[], |_, _, _| {}).await.unwrap();
        assert_eq!((before.erased, before.findings.len()), (0, 0));
        officer.refused(&format!("{at}/erase"), json!({ "reason": "" }), 422, "reason_missing").await;
        officer.done(&format!("{at}/erase"), json!({ "reason": "反馈人要求" })).await;
        let mut bodies = String::new();
        let after = yanzhao::ledger::verify(db.reader(), &[], |_, _, body| bodies.push_str(&body.to_string())).await.unwrap();
        assert_eq!((after.erased, after.findings.len()), (1, 0), "{:?}", after.findings);
        assert!(after.size > before.size);
        assert!(!bodies.contains("另有一串数字") && bodies.contains(&id), "what was said is nowhere in the ledger, that it was erased is");
        let shown = officer.get(&at).await.1;
        assert!(!shown.to_string().contains("另有一串数字") && shown["items"][0]["phone_masked"].is_null() && shown["items"][0]["photos"] == json!([]), "{shown:#}");
        assert_eq!((shown["reports"].as_i64(), shown["choice"].as_str()), (Some(1), Some("differs")), "the case stays");
        assert!(!stored.exists(), "the bytes are gone");
        assert!(goods.see(&format!("/r/{receipt}")).await.1.contains("已按规定删除"));

        // What ended is forgotten when its term is over, and not before.
        goods.report(&path, "192.0.2.5", &[("choice", "differs"), ("text", "另一件事"), ("phone", "13700001111"), ("consent", "yes")], &[]).await;
        let id = officer.get("/api/v1/feedback").await.1["items"].as_array().unwrap().iter().find(|one| one["erased_at"].is_null()).unwrap()["id"].as_str().unwrap().to_owned();
        officer.done(&format!("/api/v1/feedback/{id}/close"), json!({ "reason": "已核实" })).await;
        let app = &goods.server().app;
        let run = || yanzhao::jobs::forget_reporters(&app.db, &app.shelf, &app.clock, &app.random, 30);
        assert_eq!(run().await.unwrap(), 0);
        goods.server().clock.advance(31 * DAY);
        assert_eq!(run().await.unwrap(), 1);
        assert_eq!(run().await.unwrap(), 0, "once");
        assert_eq!(yanzhao::ledger::verify(db.reader(), &[], |_, _, _| {}).await.unwrap().findings, []);
    }

    async fn numbers_of_12315_come_back_from_its_export_all_or_none(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        for (n, code) in goods.codes.iter().take(2).enumerate() {
            goods.report(&format!("/q/{code}/report"), &format!("192.0.2.{n}"), &[("choice", "origin"), ("text", "查一查")], &[]).await;
        }
        let officer = goods.person("supervisor").await;
        let items = officer.get("/api/v1/feedback").await.1["items"].clone();
        let (id, ours) = (items[0]["id"].as_str().unwrap().to_owned(), items[0]["number"].as_str().unwrap().to_owned());
        let browser = goods.server().browser("supervisor").await;
        let at = format!("/work/feedback/{id}");
        let summary = browser.open(&format!("{at}/summary")).await;
        assert!(summary.has(&ours) && summary.has("查一查") && summary.has("2026-YL-01"), "{}", summary.html);
        let (_, page) = browser.done(&browser.open(&at).await, &format!("{at}/transfer"), &[]).await;
        assert!(page.has("已标为转 12315"), "{}", page.html);
        let list = browser.open("/work/feedback").await;
        let sheet = format!("导出时间 2026-11-23\n登记编号,反馈编号,类型,状态,时间,投诉人电话\n1301002026001,{ours},举报,已受理,2026-11-23 09:00,13800000000\n1301002026002,19990101-0001,举报,已受理,2026-11-23,\n");
        let refused = browser.upload(&list, "/work/feedback/import", &[], &[("sheet", "12315.csv", sheet.clone().into_bytes())]).await;
        assert!(refused.status == 422 && refused.has("第 4 行") && refused.has("19990101-0001"), "{} {}", refused.status, refused.html);
        assert!(officer.get(&format!("/api/v1/feedback/{id}")).await.1["outside_no"].is_null(), "every row or none");
        let good: String = sheet.lines().take(3).map(|line| format!("{line}\n")).collect();
        let taken = browser.upload(&list, "/work/feedback/import", &[], &[("sheet", "12315.csv", good.into_bytes())]).await;
        assert_eq!((taken.status, taken.location.as_str()), (303, "/work/feedback?done=feedback_imported"), "{}", taken.html);
        let shown = officer.get(&format!("/api/v1/feedback/{id}")).await.1;
        assert_eq!((shown["outside_no"].as_str(), shown["outside_state"].as_str(), shown["state"].as_str()), (Some("1301002026001"), Some("已受理"), Some("transferred")));
        // From now on the number of 12315 is enough.
        let rows = json!({ "rows": [{ "row": 2, "number": "1301002026001", "state": "已办结", "on": "2026-11-23" }] });
        assert_eq!(officer.done("/api/v1/feedback/outside", rows.clone()).await, json!({ "taken": 1, "known": 0 }));
        assert_eq!(officer.done("/api/v1/feedback/outside", rows).await, json!({ "taken": 0, "known": 1 }));
        let other = items[1]["id"].as_str().unwrap();
        officer.refused(&format!("/api/v1/feedback/{other}/outside"), json!({ "number": "1301002026001" }), 422, "outside_number_taken").await;
    }

    async fn the_statutory_channel_is_closed_unless_it_was_published(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        let path = format!("/q/{}/report", goods.codes[4]);
        assert!(!goods.see(&path).await.1.contains("name=\"channel\""));
        let said = [("choice", "origin"), ("channel", "complaint"), ("text", "要求退款"), ("name", "某某"), ("phone", "13800001234"), ("consent", "yes")];
        let (status, _, html) = goods.send(&path, "192.0.2.1", &said, &[]).await;
        assert!(status == 422 && html.contains("本平台只收线索反馈"), "{html}");

        let open = Goods::new(engine, |config| config.statutory_channel = true).await;
        let path = format!("/q/{}/report", open.codes[4]);
        let form = open.see(&path).await.1;
        assert!(form.contains("name=\"channel\"") && form.contains("须留真实姓名和电话") && form.len() <= 14_336, "{form}");
        let (status, _, html) = open.send(&path, "192.0.2.1", &[("choice", "origin"), ("channel", "report"), ("text", "不是本地的")], &[]).await;
        assert!(status == 422 && html.contains("须留真实姓名和电话"), "{html}");
        open.report(&path, "192.0.2.1", &said, &[]).await;
        let report = said.map(|(name, value)| if name == "channel" { (name, "report") } else { (name, value) });
        open.report(&path, "192.0.2.1", &report, &[]).await;
        let officer = open.person("supervisor").await;
        let items = officer.get("/api/v1/feedback").await.1["items"].clone();
        let of = |channel: &str| items.as_array().unwrap().iter().find(|one| one["channel"] == channel).unwrap().clone();
        let (complaint, report) = (of("complaint"), of("report"));
        assert_eq!((complaint["due_on"].as_str(), report["due_on"].as_str()), (Some("2026-12-02"), Some("2026-12-14")), "7 and 15 working days");
        let act = |view: &serde_json::Value, verb: &str| format!("/api/v1/feedback/{}/{verb}", view["id"].as_str().unwrap());
        let accepted = officer.done(&act(&complaint, "accept"), json!({})).await;
        assert_eq!(accepted["due_on"], "2027-01-22", "60 calendar days from the acceptance");
        officer.refused(&act(&complaint, "extend"), json!({ "reason": "复杂" }), 409, "feedback_not_statutory").await;
        let extended = officer.done(&act(&report, "extend"), json!({ "reason": "须外地协查" })).await;
        assert_eq!(extended["due_on"], "2027-01-04", "fifteen working days more");
        officer.refused(&act(&report, "extend"), json!({ "reason": "再延" }), 409, "already_decided").await;
    }

    async fn what_names_no_code_reaches_officers_and_rules_can_count_it(engine: Engine) {
        use yanzhao::supervision::feedback::count::{On, independent, reports_on, unwell};
        use yanzhao::supervision::feedback::view::due;
        let goods = Goods::new(engine, |_| {}).await;
        let link = "https://gi.examp1e.cn/Q/0K7M";
        for n in 0..3 {
            goods.report("/report", &format!("192.0.2.{n}"), &[("choice", "shop"), ("link", link), ("text", &format!("网址不一样 {n}"))], &[]).await;
        }
        goods.report("/report", "192.0.2.50", &[("choice", "differs"), ("code", "0000019T3KRQ9GCZA937"), ("text", "扫不出来")], &[]).await;
        for n in 0..2 {
            let path = format!("/q/{}/report", goods.codes[n]);
            goods.report(&path, &format!("192.0.2.6{n}"), &[("choice", "health"), ("text", "吃后不适")], &[]).await;
        }
        let app = &goods.server().app;
        let links = reports_on(app.db.reader(), On::Links, 0).await.unwrap();
        assert_eq!((links.len(), independent(&links), links[0].host.as_deref()), (3, 3, Some("gi.examp1e.cn")));
        let batch = reports_on(app.db.reader(), On::Batch(&goods.batch), 0).await.unwrap();
        assert_eq!((unwell(&batch), independent(&batch)), (2, 2));
        assert!(reports_on(app.db.reader(), On::Batch(&goods.batch), app.clock.now() + 1).await.unwrap().is_empty());
        let producer = reports_on(app.db.reader(), On::Producer(&goods.season.organisation), 0).await.unwrap();
        assert_eq!(producer.len(), 2);
        for account in ["supervisor", "county"] {
            let officer = goods.person(account).await;
            let list = officer.get("/api/v1/feedback?choice=shop").await.1;
            assert_eq!(list["items"].as_array().unwrap().len(), 3, "{account} sees what names no place");
        }
        let officer = goods.person("supervisor").await;
        let unissued = officer.get("/api/v1/feedback?choice=differs").await.1["items"][0]["id"].as_str().unwrap().to_owned();
        let shown = officer.get(&format!("/api/v1/feedback/{unissued}")).await.1;
        assert!(shown["items"][0]["text"].as_str().unwrap().contains("0000019T3KRQ9GCZA937"), "a number nobody issued is kept as said");
        let actor = yanzhao::identity::queries::standing_of(&app.db, &app.clock, "supervisor").await.unwrap().acting(yanzhao::identity::role::Permission::FeedbackRead).unwrap();
        let waiting = due(&app.db, &actor, &app.clock).await.unwrap();
        assert_eq!(waiting.len(), 6);
        assert_eq!((waiting[0].due_on.unwrap().to_string().as_str(), waiting[0].kind, waiting[0].step), ("2026-11-23", "feedback", "check"), "somebody unwell comes first");
        // And the officers' pages show them.
        let browser = goods.server().browser("supervisor").await;
        let list = browser.open("/work/feedback").await;
        assert!(list.has("今天到期") && list.has("还有") && list.has("身体不适或异物"), "{}", list.html);
        let at = format!("/work/feedback/{unissued}");
        let (_, page) = browser.done(&browser.open(&at).await, &format!("{at}/case"), &[("title", "无发放记录的编号")]).await;
        assert!(page.has("/work/cases/cas_"), "{}", page.html);
    }
}
