//! Evidence: two officers, originals bit for bit, a chain that shows any change; and the whole way from a listing to a case over HTTP.

use std::io::Read;
use std::path::PathBuf;

use data_encoding::BASE64;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use yanzhao::entity::feedback;
use yanzhao::identity::officer::{OfficerInput, record_officer};
use yanzhao::identity::queries::account_named;
use yanzhao::kernel::{Actor, Desk};

use super::goods::Goods;
use crate::support::on_both_engines;
use crate::support::season::id;
use crate::support::server::{Person, Server};

/// A small real picture.
fn picture(shade: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(8, 8, image::Rgb([shade, 80, 40])).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Gives accounts their certificates; their ids.
pub async fn officers(server: &Server, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for (no, name) in names.iter().enumerate() {
        let account = account_named(&server.app.db, name).await.unwrap().unwrap().id;
        let input = OfficerInput {
            account_id: account.clone(),
            certificate_no: format!("1301AB{no:02}"),
            department: "市场监管".to_owned(),
            valid_to: None,
        };
        let desk = Desk { clock: server.clock.clone(), random: server.app.random.clone(), actor: Actor::system() };
        let done = server.app.db.write(move |tx| {
            let (desk, input) = (desk.clone(), input.clone());
            Box::pin(async move { record_officer(tx, &desk, &input).await })
        });
        done.await.unwrap();
        ids.push(account);
    }
    ids
}

/// A listing of a farmer of Jinzhou, as an officer records it.
pub async fn listing(server: &Server, officer: &Person, item: &str) -> String {
    // Ids made in one millisecond are in no order.
    server.clock.advance(1);
    let (_, found) = officer.get("/api/v1/sellers").await;
    let seller = match found["items"].as_array().and_then(|all| all.first()) {
        Some(seller) => id(seller),
        None => {
            let seller = json!({ "kind": "farmer", "name": "种植户乙", "division_code": "130183105", "place": "演示村" });
            id(&officer.done("/api/v1/sellers", seller).await)
        }
    };
    let listing = json!({ "seller_id": seller, "platform": "淘宝", "item_id": item, "shop": "演示店", "title": format!("晋州鸭梨 {item}"),
        "url": format!("https://item.taobao.com/item.htm?id={item}"), "price_fen": 2990 });
    id(&officer.done("/api/v1/listings", listing).await)
}

/// What officers say of a capture.
fn record(listing: &str, officers: &[String]) -> Value {
    json!({ "subject_kind": "listing", "subject_id": listing, "purpose": "核验在售商品", "holder": "演示店",
        "opened_url": "https://item.taobao.com/item.htm?id=1", "method": "screenshot", "device": "办公电脑", "software": "Chrome 142",
        "network": "单位专线，未用代理", "place": "办公室", "steps": "打开网址\n截取整页", "clock_check": "与国家授时中心核对，误差 0.2 秒",
        "officers": officers })
}

fn original(name: &str, bytes: &[u8]) -> Value {
    json!({ "name": name, "base64": BASE64.encode(bytes) })
}

/// The file of these bytes on the shelf.
fn on_shelf(server: &Server, sha256: &str) -> PathBuf {
    server.dir.path().join("files").join(&sha256[..2]).join(sha256)
}

on_both_engines! {
    async fn evidence_is_taken_by_two_kept_bit_for_bit_and_a_changed_byte_raises_the_alarm(engine: Engine) {
        let server = Server::start(engine).await;
        let (one, auditor) = (server.person("supervisor").await, server.person("auditor").await);
        let both = officers(&server, &["supervisor", "supervisor2", "county"]).await;
        let listing = listing(&server, &one, "1001").await;
        let at = "/api/v1/evidence";
        let (shot, page) = (picture(200), b"<html>\xe6\xa2\xa8</html>".to_vec());
        let alone = json!({ "record": record(&listing, &both[..1]), "files": [original("a.png", &shot)] });
        one.refused(at, alone, 422, "officers_too_few").await;
        let others = json!({ "record": record(&listing, &both[1..]), "files": [original("a.png", &shot)] });
        one.refused(at, others, 422, "evidence_officer_self").await;
        let bare = one.refused(at, json!({ "record": record(&listing, &both[..2]), "files": [] }), 422, "evidence_no_original").await;
        assert_eq!(bare["errors"][0]["pointer"], "/files");
        let mut local = record(&listing, &both[..2]);
        local["opened_url"] = json!("file:///etc/passwd");
        let refused = one.refused(at, json!({ "record": local, "files": [original("a.png", &shot)] }), 422, "register_address").await;
        assert_eq!(refused["errors"][0]["pointer"], "/record/opened_url");
        let taken = json!({ "record": record(&listing, &both[..2]), "files": [original("截屏.png", &shot), original("page.html", &page)] });
        let first = one.done(at, taken).await;
        assert_eq!((&first["chain_no"], &first["previous_hash"], &first["taken_at"]), (&json!(1), &json!(""), &json!("2026-11-23T10:00:00.001+08:00")));
        assert_eq!(first["officers"][1]["certificate_no"], "1301AB01");
        let more = json!({ "record": { "supplements": first["id"], "purpose": "补充", "holder": "演示店", "method": "recording", "device": "手机",
            "software": "系统录屏", "network": "4G", "place": "办公室", "steps": "录屏", "clock_check": "同前", "officers": both[..2] },
            "files": [original("b.png", &picture(10))] });
        let second = one.done(at, more).await;
        assert_eq!((&second["supplements"], &second["previous_hash"], &second["subject_id"]), (&first["id"], &first["hash"], &json!(listing)));
        let (check, pack) = (format!("{at}/{}/check", id(&first)), format!("{at}/{}/pack.zip", id(&first)));
        let (_, sound) = one.get(&check).await;
        assert_eq!((&sound["sound"], &sound["files"][1]["state"]), (&json!(true), &json!("same")));
        assert_eq!(auditor.get(&check).await.1["sound"], true, "who reads everything may check it");
        assert_eq!(server.person("producer").await.get(&check).await.0, 403);

        // The pack: originals bit for bit, sums that agree.
        let bytes = one.request(reqwest::Method::GET, &pack).send().await.unwrap().bytes().await.unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut text = |name: &str| {
            let mut out = Vec::new();
            zip.by_name(name).unwrap().read_to_end(&mut out).unwrap();
            out
        };
        assert_eq!(text("originals/1-02-page.html"), page);
        assert_eq!(text("originals/1-01-截屏.png"), shot);
        let sums = String::from_utf8(text("SHA256SUMS")).unwrap();
        assert_eq!(sums.lines().count(), 3);
        assert!(sums.contains(&format!("{}  originals/1-02-page.html", first["files"][1]["sha256"].as_str().unwrap())), "{sums}");
        assert!(String::from_utf8(text("SM3SUMS")).unwrap().starts_with(first["files"][0]["sm3"].as_str().unwrap()));
        let manifest: Value = serde_json::from_slice(&text("manifest.json")).unwrap();
        assert_eq!(manifest["records"][1]["hash"], second["hash"]);

        // The record to sign has what the rule lists.
        let browser = server.browser("supervisor").await;
        let sheet = browser.open(&format!("/work/evidence/{}/record", id(&first))).await;
        for words in ["电子数据提取笔录", "1301AB00", "1301AB01", "单位专线", "拒绝签名", "见证人", first["files"][0]["sm3"].as_str().unwrap(), "补充"] {
            assert!(sheet.has(words), "{words} is missing");
        }
        assert!(browser.open(&format!("/work/evidence/{}", id(&first))).await.has("校验一致"));

        // One byte of an original is changed on the disk.
        let file = on_shelf(&server, first["files"][1]["sha256"].as_str().unwrap());
        let mut changed = std::fs::read(&file).unwrap();
        changed[2] ^= 1;
        std::fs::write(&file, changed).unwrap();
        let (_, unsound) = one.get(&check).await;
        assert_eq!((&unsound["sound"], &unsound["files"][1]["state"], &unsound["record"]), (&json!(false), &json!("changed"), &json!(true)));
        let page = browser.open(&format!("/work/evidence/{}", id(&first))).await;
        assert!(page.has("校验不一致") && page.has("page.html”的字节已被改动"));
        assert_eq!(one.get(&pack).await.0, 409, "what was changed is not packed");
        std::fs::remove_file(&file).unwrap();
        assert_eq!(one.get(&check).await.1["files"][1]["state"], "gone");
    }

    async fn a_record_changed_in_the_database_breaks_the_chain(engine: Engine) {
        let server = Server::start(engine).await;
        let one = server.person("supervisor").await;
        let both = officers(&server, &["supervisor", "supervisor2"]).await;
        let listing = listing(&server, &one, "1001").await;
        let mut ids = Vec::new();
        for shade in 0..3 {
            let taken = json!({ "record": record(&listing, &both), "files": [original("a.png", &picture(shade))] });
            ids.push(id(&one.done("/api/v1/evidence", taken).await));
        }
        let whole = async || one.get("/api/v1/evidence/check").await.1;
        assert_eq!((&whole().await["records"], &whole().await["broken_at"]), (&json!(3), &Value::Null));
        bend(&server, &format!("UPDATE evidence SET record = replace(record, '办公电脑', '别的电脑') WHERE id = '{}'", ids[1])).await;
        assert_eq!(whole().await["broken_at"], 2);
        let (_, check) = one.get(&format!("/api/v1/evidence/{}/check", ids[1])).await;
        assert_eq!((&check["record"], &check["sound"]), (&json!(false), &json!(false)));
        bend(&server, &format!("UPDATE evidence SET record = replace(record, '别的电脑', '办公电脑') WHERE id = '{}'", ids[1])).await;
        assert_eq!(whole().await["broken_at"], Value::Null);
        bend(&server, &format!("DELETE FROM evidence WHERE id = '{}'", ids[2])).await;
        assert_eq!(whole().await["broken_at"], 3, "the end was cut off");
    }

    async fn a_listing_is_found_audited_kept_as_evidence_transferred_by_two_and_filed(engine: Engine) {
        let server = Server::start(engine).await;
        let (one, two) = (server.person("supervisor").await, server.person("supervisor2").await);
        let both = officers(&server, &["supervisor", "supervisor2"]).await;
        let (found, other) = (listing(&server, &one, "2001").await, listing(&server, &one, "2002").await);
        let (_, queue) = one.get("/api/v1/audits").await;
        assert_eq!(queue["items"].as_array().unwrap().len(), 2, "{queue:#}");
        assert_eq!((&queue["items"][0]["listing_id"], &queue["items"][0]["state"]), (&json!(found), &json!("new")));
        assert_eq!(server.person("seller").await.get("/api/v1/audits").await.0, 403);

        // By forms: one is cleared, undone, cleared again; the other is asked for its papers.
        let browser = server.browser("supervisor").await;
        let page = browser.open("/work/audits").await;
        let nothing = browser.fill(&page, "/work/audits", &[("verdict", "cleared")]).await;
        assert!(nothing.status == 422 && nothing.has("还没有选中"), "{}", nothing.status);
        let ticked = format!("l.{other}");
        let sent = browser.fill(&page, "/work/audits", &[(&ticked, "yes"), ("verdict", "cleared")]).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        let after = browser.open(&sent.location).await;
        assert!(after.has("核验决定已记录") && after.has("撤销刚才的决定") && !after.has(&ticked));
        let (_, undone) = browser.done(&after, "/work/audits/undo", &[]).await;
        assert!(undone.has(&ticked), "it waits again");
        let sent = browser.fill(&undone, "/work/audits", &[(&ticked, "yes"), ("verdict", "cleared")]).await;
        server.clock.advance(11_000);
        let late = browser.fill(&browser.open(&sent.location).await, "/work/audits/undo", &[]).await;
        assert!(late.status == 409 && late.has("只能在 10 秒内撤销"), "{}", late.html);
        let page = browser.open("/work/audits").await;
        let ticked = format!("l.{found}");
        assert_eq!(browser.fill(&page, "/work/audits", &[(&ticked, "yes"), ("verdict", "pending")]).await.status, 303);
        let (_, view) = one.get(&format!("/api/v1/listings/{found}/audits")).await;
        assert_eq!((&view["items"][0]["verdict"], &view["items"][0]["reason"]), (&json!("pending"), &json!("source_unknown")));

        // Evidence, with the form a browser sends.
        let at = format!("/work/evidence/new?listing={found}");
        let form = browser.open(&at).await;
        assert!(form.has("item.taobao.com/item.htm?id=2001"), "the address is filled in");
        let typed = [("purpose", "核验在售商品"), ("holder", "演示店"), ("opened_url", "https://item.taobao.com/item.htm?id=2001"),
            ("method", "screenshot"), ("device", "办公电脑"), ("software", "Chrome 142"), ("network", "专线"), ("place", "办公室"),
            ("clock_check", "误差 0.2 秒"), ("steps", "打开并截屏"), ("officer_1", &both[0]), ("officer_2", &both[0])];
        let shot = picture(99);
        let refused = browser.upload(&form, &at, &typed, &[("files", "截屏.png", shot.clone())]).await;
        assert!(refused.status == 422 && refused.has("写了两次") && refused.has("打开并截屏"), "{}", refused.html);
        let mut right = typed;
        right[11] = ("officer_2", &both[1]);
        let kept = browser.upload(&refused, &at, &right, &[("files", "截屏.png", shot)]).await;
        assert_eq!(kept.status, 303, "{}", kept.html);
        let evidence = kept.id();

        // Transferred: proposed by one, confirmed by another.
        let transfer = json!({ "verdict": "transfer", "reason": "unauthorised", "said": "展示专用标志，未查到用标资格", "recipient": "演示外地市场监管部门" });
        let proposed = one.done(&format!("/api/v1/listings/{found}/audits"), transfer).await;
        let confirm = format!("/api/v1/audits/{}/confirm", id(&proposed));
        one.refused(&confirm, json!({}), 409, "second_person_needed").await;
        assert_eq!(server.person("county").await.done(&confirm, json!({})).await["step"], "confirmed");
        let _ = two;

        // The case.
        let link = |kind: &str, ref_id: &str, label: &str| json!({ "kind": kind, "ref_id": ref_id, "label": label });
        let case = json!({ "title": "疑似无权使用专用标志", "source": "listing", "source_id": found, "division_code": "130183", "due_on": "2026-12-20",
            "links": [link("listing", &found, "晋州鸭梨 2001"), link("evidence", &evidence, "截屏")] });
        let case = id(&one.done("/api/v1/cases", case).await);
        one.done(&format!("/api/v1/cases/{case}/move"), json!({ "to": "investigating" })).await;
        one.refused(&format!("/api/v1/cases/{case}/move"), json!({ "to": "gone" }), 422, "case_state_unknown").await;
        one.done(&format!("/api/v1/cases/{case}/note"), json!({ "said": "已电话联系平台" })).await;
        let page = browser.open(&format!("/work/cases/{case}")).await;
        let (_, closed) = browser.done(&page, &format!("/work/cases/{case}/close"), &[("outcome", "confirmed"), ("reason", "移送外地处理")]).await;
        assert!(closed.has("成立") && closed.has("已电话联系平台"));
        let (_, file) = server.person("auditor").await.get(&format!("/api/v1/cases/{case}")).await;
        assert_eq!(file["timeline"].as_array().unwrap().iter().map(|n| n["act"].as_str().unwrap()).collect::<Vec<_>>(),
            ["opened", "linked", "linked", "moved", "noted", "closed"]);
        assert_eq!(one.get(&format!("/api/v1/cases?ref_id={found}")).await.1["items"][0]["id"], json!(case));
        let bundle = browser.open(&format!("/work/cases/{case}/print")).await;
        let (_, kept) = one.get(&format!("/api/v1/evidence/{evidence}")).await;
        for words in ["移送外地处理", kept["hash"].as_str().unwrap(), kept["files"][0]["sha256"].as_str().unwrap()] {
            assert!(bundle.has(words), "{words}");
        }

        // The clues to hand on: operator, shop, goods, description, records kept, measure.
        let (status, csv) = browser.bytes("/work/audits/clues.csv").await;
        let csv = String::from_utf8(csv).unwrap();
        assert_eq!((status, csv.lines().count()), (200, 2), "{csv}");
        for words in ["种植户乙", "演示店", "晋州鸭梨 2001", "未查到用标资格", kept["hash"].as_str().unwrap(), "移送"] {
            assert!(csv.contains(words), "{words} is missing: {csv}");
        }
    }

    async fn evidence_is_about_what_lies_within_reach_and_never_about_a_closed_case(engine: Engine) {
        let goods = Goods::new(engine, |_| {}).await;
        let (server, one) = (goods.server(), goods.person("supervisor").await);
        let both = officers(server, &["supervisor", "supervisor2"]).await;
        let visit = json!({ "organisation_id": goods.season.organisation, "officers": both, "reason": "线索核查" });
        let visit = id(&one.done("/api/v1/inspections", visit).await);
        goods.report(&format!("/q/{}/report", goods.codes[0]), "192.0.2.9", &[("choice", "health"), ("text", "吃后不适")], &[]).await;
        let told = feedback::Entity::find().one(server.app.db.reader()).await.unwrap().unwrap().id;
        let case = json!({ "title": "疑似套用标签", "source": "officer", "division_code": "130183" });
        let case = id(&one.done("/api/v1/cases", case).await);
        let about = |kind: &str, subject: &str| {
            let mut whole = record(subject, &both);
            whole["subject_kind"] = json!(kind);
            json!({ "record": whole, "files": [original("a.png", &picture(7))] })
        };
        let at = "/api/v1/evidence";
        let subjects = [("inspection", &visit), ("feedback", &told), ("batch", &goods.batch), ("case", &case)];
        for (kind, subject) in subjects {
            let taken = one.done(at, about(kind, subject)).await;
            assert_eq!((&taken["subject_id"], &taken["division_code"]), (&json!(subject), &json!("130183")), "{kind}: {taken:#}");
        }
        // What nobody has, and what another region has, answer alike.
        let unknown = async |kind: &str, subject: &str| {
            let refused = one.refused(at, about(kind, subject), 422, "evidence_subject_unknown").await;
            refused["errors"].to_string().replace(subject, "…")
        };
        let mut nobodys = Vec::new();
        for (kind, subject) in subjects {
            let other = format!("{}_{}", &subject[..3], "0".repeat(subject.len() - 4));
            nobodys.push(unknown(kind, &other).await);
        }
        for sql in [
            "UPDATE organisation SET division_code = '130600' WHERE kind = 'producer'",
            "UPDATE product SET county_codes = '130600', city_codes = '130600'",
            "UPDATE inspection SET division_code = '130600'",
            "UPDATE feedback SET division_code = '130600'",
            "UPDATE case_file SET division_code = '130600'",
        ] {
            bend(server, sql).await;
        }
        for ((kind, subject), nobodys) in subjects.into_iter().zip(nobodys) {
            assert_eq!(unknown(kind, subject).await, nobodys, "{kind}");
        }

        bend(server, "UPDATE case_file SET division_code = '130183'").await;
        let first = id(&one.done(at, about("case", &case)).await);
        one.done(&format!("/api/v1/cases/{case}/close"), json!({ "outcome": "false_alarm", "reason": "查明为误会" })).await;
        let links = one.get(&format!("/api/v1/cases/{case}")).await.1["links"].clone();
        let refused = one.refused(at, about("case", &case), 422, "evidence_case_closed").await;
        assert!(refused["errors"].to_string().contains("疑似套用标签"), "{refused:#}");
        let mut more = about("case", &case);
        more["record"]["supplements"] = json!(first);
        one.refused(at, more, 422, "evidence_case_closed").await;
        assert_eq!(one.get(&format!("/api/v1/cases/{case}")).await.1["links"], links, "a closed case stays as it was closed");
    }
}

/// Changes a row behind everybody's back.
async fn bend(server: &Server, sql: &str) {
    let sql = sql.to_owned();
    let done = server.app.db.write(move |tx| {
        let sql = sql.clone();
        Box::pin(async move {
            sea_orm::ConnectionTrait::execute_unprepared(tx.connection(), &sql).await?;
            Ok(())
        })
    });
    done.await.unwrap();
}
