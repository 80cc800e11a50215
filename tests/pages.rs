//! Every page from samples, in both languages. With `YANZHAO_PAGES_DIR` set, the pages are also written there, for a
//! browser to look at.

#![expect(clippy::unwrap_used, reason = "a test says what it expects")]

#[path = "pages/frame.rs"]
mod frame;
#[path = "pages/samples.rs"]
mod samples;

use samples::{CODE, FOREIGN, Page, consumer_pages, decision, goods, other_pages, site, sound};
use yanzhao::trace::verdict::{CodeKind, Facts, Recording, Verdict};
use yanzhao::web::pages::Site;
use yanzhao::web::pages::consumer::{CodeView, Goods, NoFacts, no_facts_page, verdict_json, verdict_json_without_facts, verdict_page};
use yanzhao::web::pages::style;
use yanzhao::web::words::Lang;

/// The inner text of the first element that `open` begins, up to `close`.
fn between<'a>(html: &'a str, open: &str, close: &str) -> &'a str {
    let start = html.find(open).unwrap_or_else(|| panic!("no {open}")) + open.len();
    &html[start..start + html[start..].find(close).unwrap()]
}

/// The page without its style sheet.
fn words_only(html: &str) -> String {
    html.replace(style::consumer(), "")
}

fn common(page: &Page) {
    let (name, html) = (&page.name, words_only(&page.html));
    assert!(html.starts_with("<!doctype html>") || html.trim_start().starts_with("<!doctype html>"), "{name}");
    assert!(html.contains(&format!("<html lang=\"{}\">", page.lang.tag())), "{name}");
    assert_eq!(html.matches("<h1").count(), 1, "{name}: one h1");
    for never in ["<script", " style=", "javascript:", "onclick", "%{", "<b>晋州"] {
        assert!(!html.contains(never), "{name} has {never}");
    }
    for (i, _) in html.match_indices("zh-CN.").chain(html.match_indices("en.")) {
        let after = html[i..].split('.').nth(1).unwrap_or("");
        assert!(
            !after.starts_with(|c: char| c.is_ascii_lowercase()),
            "{name}: missing words {}",
            &html[i..].chars().take(40).collect::<String>()
        );
    }
    let statutory = html.replace("法定投诉举报", "");
    for never in ["正品", "保真", "绝对", "假货", "激活", "举报", "通过。", "凭购买凭证"] {
        assert!(!statutory.contains(never), "{name} says {never}");
    }
    let hrefs = html.match_indices("href=\"").map(|(i, m)| &html[i + m.len()..][..html[i + m.len()..].find('"').unwrap()]);
    for href in hrefs {
        let ours = href.is_empty() || href.starts_with(['/', '?', '#']) || href.starts_with("tel:");
        assert!(
            ours || href.starts_with("https://beian.miit.gov.cn/") || href.starts_with("https://example.cn/"),
            "{name} links to {href}"
        );
    }
    if let Ok(dir) = std::env::var("YANZHAO_PAGES_DIR") {
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(format!("{dir}/{name}.html"), &page.html).unwrap();
    }
}

#[test]
fn consumer_pages_keep_their_promises() {
    for page in consumer_pages(&site()) {
        let (name, html) = (&page.name, &page.html);
        common(&page);
        assert!(html.len() <= 14_336, "{name} has {} bytes", html.len());
        assert!(html.contains("<meta name=\"robots\" content=\"noindex\">"), "{name}");
        assert_eq!(html.matches("<style>").count(), 1);
        assert_eq!(between(html, "<style>", "</style>"), style::consumer(), "{name}: what is hashed is what is sent");
        assert!(html.contains("gi.example.cn") && html.contains("12315") && html.contains("0311-0000 0000"), "{name}");
        assert!(!html.contains("<img") && !html.contains("<link"), "{name} loads something");
        let h1 = html.split("<h1").nth(1).unwrap();
        let headline = between(h1, ">", "</h1>");
        assert!(between(html, "<title>", "</title>").starts_with(headline), "{name}: the title begins with the headline");
        if page.verdict.is_some() {
            assert_eq!(html.matches("role=\"status\"").count(), 1, "{name}");
            assert!(html.contains("class=\"say\""), "{name}");
            let (can, cannot) = (page.lang.say("scan.can"), page.lang.say("scan.cannot"));
            assert!(html.contains(cannot.as_ref()), "{name}");
            assert!(html.contains(can.as_ref()) || html.contains(page.lang.say("scan.only_can").as_ref()), "{name}");
        }
    }
}

#[test]
fn samples_reach_every_verdict_and_say_its_severity() {
    let pages = consumer_pages(&site());
    for verdict in Verdict::ALL {
        let of: Vec<_> = pages.iter().filter(|p| p.verdict == Some(verdict)).collect();
        assert!(of.len() >= 2, "{verdict:?} has no sample");
        for page in of {
            let class = format!("class=\"verdict {}\"", verdict.severity().word());
            assert!(page.html.contains(&class), "{}", page.name);
            assert!(page.name.starts_with(verdict.word()), "{} is the sample of {verdict:?}", page.name);
            let level = if page.name.contains("-pallet") { "_pallet" } else { "" };
            let (can, cannot) = (format!("verdict.{}.can{level}", verdict.word()), format!("verdict.{}.cannot{level}", verdict.word()));
            if verdict != Verdict::Recalled {
                assert!(page.html.contains(page.lang.say(&can).as_ref()), "{}", page.name);
            }
            assert!(page.html.contains(page.lang.say(&cannot).as_ref()), "{}", page.name);
        }
    }
}

#[test]
fn other_pages_keep_their_promises() {
    for page in other_pages(&site()) {
        common(&page);
        assert!(page.html.contains(style::portal_href()) || page.html.contains(style::staff_href()), "{}", page.name);
        assert!(page.html.len() < 60_000, "{}", page.name);
        if page.name.starts_with("error") || page.name.starts_with("log") || page.name.starts_with("staff") {
            assert!(page.html.contains("noindex"), "{}", page.name);
        }
    }
}

#[test]
fn pages_do_without_what_is_not_set() {
    let bare = Site { domain: "gi.example.cn".into(), ..Site::default() };
    for page in consumer_pages(&bare).into_iter().chain(other_pages(&bare)) {
        if !page.name.starts_with("staff") {
            assert!(!page.html.contains("演示数据") && !page.html.contains("Demo data"), "{}", page.name);
        }
        assert!(!page.html.contains("tel:"), "{}", page.name);
    }
}

#[test]
fn foreign_text_is_escaped() {
    let goods = Goods { product: FOREIGN.into(), product_en: None, producer: FOREIGN.into(), origin: Some(FOREIGN.into()), ..goods() };
    let (facts, site) = (sound(), site());
    let decision = decision(&facts, None);
    for lang in [Lang::Chinese, Lang::English] {
        let view =
            CodeView { lang, site: &site, code: CODE, facts: &facts, decision: &decision, goods: Some(&goods), has_pin: false, pin: None };
        let html = verdict_page(&view).unwrap();
        assert!(!html.contains("<b>晋州") && html.contains("&#60;b&#62;晋州"), "{html}");
    }
    let other = other_pages(&site);
    for name in ["list.zh", "product-pending.zh", "login-wrong.en"] {
        let page = other.iter().find(|p| p.name == name).unwrap();
        assert!(page.html.contains("&#60;b&#62;晋州"), "{name}");
    }
}

#[test]
fn a_growers_own_page_is_for_its_holder_alone() {
    let pages = other_pages(&site());
    let html = &pages.iter().find(|p| p.name == "own.zh").unwrap().html;
    for said in ["王某", "2,501 斤（1,250.5 kg）", "待核", "我不同意", "李会计", "007M-4QZ9", "答复：过磅单已核对", "等第二个人确认"]
    {
        assert!(html.contains(said), "{said}");
    }
    assert!(html.contains("noindex") && !html.contains("<script") && !html.contains("王小"));
    assert_eq!(html.matches("name=\"subject_id\" value=\"del_").count(), 1, "what is open is not asked again");
}

#[test]
fn unknown_numbers_get_one_page() {
    let page = |lang| no_facts_page(lang, &site(), &NoFacts::Unknown).unwrap();
    assert_eq!(page(Lang::Chinese), page(Lang::Chinese));
    assert!(!page(Lang::Chinese).contains(CODE));
}

#[test]
fn our_own_facts_are_kept_apart_from_what_can_be_compared() {
    let pages = consumer_pages(&site());
    let html = &pages.iter().find(|p| p.name == "checked_before.zh").unwrap().html;
    let (compare, registered) = (between(html, "请与包装逐项核对", "</dl>"), between(html, "平台另有登记", "</dl>"));
    for printed in ["晋州鸭梨", "特级 · 5 kg", "931301830000000000", "2026-YL-0912", "0K7M 3Q25 0FT3 BCKB FGHE"] {
        assert!(compare.contains(printed), "{printed}");
    }
    for ours in ["可溶性固形物 12.4%", "JC-2026-0917", "马于镇"] {
        assert!(registered.contains(ours) && !compare.contains(ours), "{ours}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_particulars() {
    let pages = consumer_pages(&site());
    let html = |name: &str| &pages.iter().find(|p| p.name == name).unwrap().html;
    let said = |name, words: &[&str]| words.iter().for_each(|w| assert!(html(name).contains(w), "{name}: {w}"));
    said(
        "recalled-take_back.zh",
        &["此批次正在追回，请不要食用", "演示机关", "演示〔2026〕1号", "2026年10月8日", "农药残留超标", "退货方式"],
    );
    said("recalled-recall.zh", &["此批次正在召回", "召回由演示机关公布"]);
    said("voided.zh", &["2026年10月1日起停用", "被盗"]);
    said("voided-stop.zh", &["演示〔2026〕2号", "包装与登记不符"]);
    said("many_places.zh", &["广东、浙江、河北", "24 小时内"]);
    said("many_checks.zh", &["共 26 次", "2026年11月3日 12:00，河北石家庄"]);
    said("not_activated.zh", &["一个工作日", "留好包装"]);
    said("batch_on_hold.zh", &["演示〔2026〕3号"]);
    said("mistyped-group.zh", &["第 2 组"]);
    said("mistyped.zh", &["请逐组核对五组字符"]);
    said("checked_before-notes.zh", &["解除：复检合格。", "补录", "退货后重新销售", "2026年10月1日中止或终止", "没有记入"]);
    said("first_check.zh", &["有一项不一致，请先别吃，反馈给我们"]);
    said("authorisation_mismatch.en", &["1 January 2024", "31 August 2026", "12 September 2026"]);
    assert!(!html("recalled-recall.zh").contains("文号"), "a producer's own recall has no document");
    assert!(!html("pin_wrong.zh").contains("还可") && !html("pin_wrong.en").contains("tries left"), "tries are never counted down");
    assert!(!html("sample.zh").contains("请与包装逐项核对"), "a sample stands for no goods");
}

#[test]
fn json_has_the_shape_of_the_contract() {
    let (facts, site, goods) = (sound(), site(), goods());
    let decision = decision(&facts, None);
    let view = CodeView {
        lang: Lang::Chinese,
        site: &site,
        code: CODE,
        facts: &facts,
        decision: &decision,
        goods: Some(&goods),
        has_pin: false,
        pin: None,
    };
    let json = serde_json::to_value(verdict_json(&view)).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "code": CODE, "verdict": "checked_before", "severity": "ok",
            "headline": "编号与登记一致（第 3 次查验）",
            "explanation": "首次查验：2026年11月3日 12:00，河北石家庄。您自己、商店或送礼人查过，属正常。请核对下面各项与包装；有一项不一致，请先别吃，反馈给我们。",
            "notes": ["demo"], "recorded": true, "product": "晋州鸭梨", "producer": "演示果品专业合作社", "batch": "2026-YL-0912",
            "pack": "特级 · 5 kg",
            "rights": [{"kind": "地理标志产品", "number": "2010年第72号公告"}, {"kind": "证明商标", "number": null}],
            "checks": {"sessions": 3, "first_at": "2026-11-03T04:00:00.000Z", "first_place": "河北石家庄"},
            "domain": "gi.example.cn"
        })
    );
    let unknown = serde_json::to_value(verdict_json_without_facts(Lang::English, &site, &NoFacts::Unknown)).unwrap();
    assert_eq!(
        (&unknown["verdict"], &unknown["severity"], &unknown["code"]),
        (&"unknown".into(), &"unknown".into(), &serde_json::Value::Null)
    );
    assert_eq!(unknown.as_object().unwrap().len(), json.as_object().unwrap().len());
}

#[test]
fn an_unrecorded_answer_is_never_first() {
    let mut facts = Facts { recording: Recording::Failed, kind: CodeKind::Unit, ..sound() };
    facts.history.visitor_is_first = true;
    assert_eq!(decision(&facts, None).verdict, Verdict::CheckedBefore);
}

#[test]
fn the_style_hash_is_that_of_the_sheet() {
    use sha2::{Digest, Sha256};
    let hash = data_encoding::BASE64.encode(&Sha256::digest(style::consumer().as_bytes()));
    assert_eq!(style::style_hash(), format!("sha256-{hash}"));
}
