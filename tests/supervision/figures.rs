//! Numbers for the people in charge: the board, the inbox, looking something up on site, one page a week, firms and their risk.

use std::io::Cursor;

use calamine::{Reader, Xlsx};
use reqwest::Method;
use serde_json::{Value, json};
use yanzhao::kernel::{Day, Desk, Scope};
use yanzhao::supervision::balance::{Amount, Figure, Standing, Unknown};
use yanzhao::supervision::board::boards;
use yanzhao::supervision::commands::risk::{RiskRuleInput, record_risk_rule};
use yanzhao::supervision::commands::unknown::{UnknownCodeInput, note_unknown_code};
use yanzhao::supervision::firms::{firms, rules};
use yanzhao::supervision::inbox::waiting;
use yanzhao::supervision::risk::{Part, SHIPPED};
use yanzhao::supervision::week::Week;
use yanzhao::supervision::weekly::{Asked, weekly};
use yanzhao::trace::queries::balance::Wanted;

use crate::support::season::{Season, id};
use crate::support::server::{Person, answer};
use crate::support::world::{COUNTY, World, act};
use crate::support::{Engine, on_both_engines};

/// Two tonnes delivered, all of it packed, 60 labels of 5 kg bound, 40 in use, 20 shipped, three scanned.
struct Sold {
    season: Season,
    batch: String,
    order: String,
    codes: Vec<String>,
}

async fn scan(season: &Season, code: &str, phone: &str) {
    let request = season.server.anybody().request(Method::GET, &format!("/Q/{code}"));
    let (status, said) = answer(request.header("accept", "application/json").header("user-agent", phone)).await;
    assert_eq!(status, 200, "{said}");
}

async fn sold(engine: Engine) -> Sold {
    let season = Season::start_with(engine, |_| {}).await;
    let producer = &season.producer;
    let batch = id(&producer.done("/api/v1/batches", season.batch(json!({}))).await);
    let pack = json!({ "product_id": season.product["id"], "grade": "特级", "net_weight_g": 5_000 });
    let pack = producer.done("/api/v1/packs", pack).await["id"].clone();
    producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await;
    let order = json!({ "pack_id": pack, "kind": "unit", "count": 60 });
    let order = id(&producer.done(&format!("/api/v1/batches/{batch}/code-orders"), order).await);
    let file = producer.request(Method::GET, &format!("/api/v1/code-orders/{order}/codes.txt")).send().await.unwrap().text().await.unwrap();
    let codes: Vec<String> = file.lines().map(|line| line.rsplit('/').next().unwrap().to_owned()).collect();
    producer.done(&format!("/api/v1/code-orders/{order}/activate"), json!({ "first": 1, "last": 40 })).await;
    let send = json!({ "lines": [{ "order_id": order, "first": 1, "last": 20 }], "consignee": { "name": "集贸市场" } });
    producer.done("/api/v1/shipments", send).await;
    for (n, phone) in [(0, "Phone/1"), (0, "Phone/2"), (1, "Phone/1"), (2, "Phone/1")] {
        scan(&season, &codes[n], phone).await;
    }
    Sold { season, batch, order, codes }
}

/// The figure of a balance as the API says it: least and most, or why it is not known.
fn figure(balance: &Value, name: &str) -> (i64, i64, String) {
    let found = balance["figures"].as_array().unwrap().iter().find(|figure| figure["figure"] == name).unwrap();
    let number = |key: &str| found[key].as_i64().unwrap_or(-1);
    (number("least_g"), number("most_g"), found["unknown"].as_str().unwrap_or_default().to_owned())
}

fn officer(world: &World, account: &str, division: &str) -> Desk {
    world.desk(account, None, Scope { divisions: vec![division.to_owned()], ..Scope::default() })
}

async fn balance(person: &Person, season: &Season) -> Value {
    person.get(&format!("/api/v1/balance?producer_id={}", season.organisation)).await.1["items"][0].clone()
}

on_both_engines! {
    async fn the_board_says_what_was_recorded_and_what_is_not_known(engine: Engine) {
        let sold = sold(engine).await;
        let supervisor = sold.season.server.person("supervisor").await;
        let row = balance(&supervisor, &sold.season).await;
        let exact = |name: &str| figure(&row, name).0;
        assert_eq!(
            ["received", "registered", "coded", "activated", "shipped", "scanned"].map(exact),
            [2_000_000, 2_000_000, 300_000, 200_000, 100_000, 15_000],
            "{row:#}"
        );
        assert_eq!(figure(&row, "sold").2, "no_listings");
        assert_eq!((row["standing"].as_str(), row["impossible"].as_array().unwrap().len()), (Some("unknown"), 0), "{row:#}");
        // Holders of the right read totals, without what went to customers.
        let holder = sold.season.server.person("holder").await;
        let shown = holder.get("/api/v1/balance").await;
        assert_eq!(shown.0, 200);
        for row in shown.1["items"].as_array().unwrap() {
            assert_eq!((figure(row, "shipped").2.as_str(), figure(row, "sold").2.as_str()), ("not_yours", "not_yours"));
        }
        for stranger in ["producer2", "seller"] {
            assert_eq!(sold.season.server.person(stranger).await.get("/api/v1/balance").await.0, 403, "{stranger}");
        }
        let browser = sold.season.server.browser("supervisor").await;
        let page = browser.open("/work/balance").await;
        assert!(page.has("晋州鸭梨") && page.has("2,000 kg") && page.has("数据不足") && page.has("种植户 1 户，可产 9,000 kg"), "{}", page.html);
        let one = format!("/work/balance/{}/{}?season=2026", sold.season.product["id"].as_str().unwrap(), sold.season.organisation);
        let page = browser.open(&one).await;
        assert!(page.has("没有采集到") && page.has("出库单的数量减去退货"), "{}", page.html);
        assert_eq!(browser.see("/work/balance/pro_x/org_x").await.status, 404);
        // Labels scheduled for later are only bound until their moment has come.
        let later = json!({ "first": 41, "last": 50, "at": "2026-11-24T02:00:00Z" });
        sold.season.producer.done(&format!("/api/v1/code-orders/{}/activate", sold.order), later).await;
        assert_eq!(figure(&balance(&supervisor, &sold.season).await, "activated").0, 200_000);
        sold.season.server.clock.advance(yanzhao::kernel::clock::DAY);
        let supervisor = sold.season.server.person("supervisor").await;
        assert_eq!(figure(&balance(&supervisor, &sold.season).await, "activated").0, 250_000);
    }

    async fn what_listings_say_is_a_range_and_amber_at_most(engine: Engine) {
        let sold = sold(engine).await;
        let (season, supervisor) = (&sold.season, sold.season.server.person("supervisor").await);
        let code = supervisor.get(&format!("/api/v1/organisations/{}", season.organisation)).await.1["credit_code"].clone();
        let seller = json!({ "kind": "organisation", "name": "演示果品专业合作社", "credit_code": code, "division_code": "130183", "place": "晋州市演示路1号",
            "shops": [{ "platform": "淘宝", "name": "演示旗舰店" }] });
        let seller = id(&supervisor.done("/api/v1/sellers", seller).await);
        for (at, count) in [("2026-11-20T02:00:00Z", 100), ("2026-11-22T02:00:00Z", 150)] {
            let listing = json!({ "seller_id": seller, "platform": "淘宝", "item_id": "778899", "title": "晋州鸭梨 5斤装", "price_fen": 3_990,
                "claimed_product_id": season.product["id"], "sold": count, "captured_at": at });
            supervisor.done("/api/v1/listings", listing).await;
        }
        let row = balance(&supervisor, season).await;
        assert_eq!(figure(&row, "sold"), (50 * 2_500, 150 * 2_500, String::new()), "{row:#}");
        assert_eq!(row["standing"], "look", "sold at least 125 kg by its pages, shipped 100 kg: {row:#}");
        assert_eq!(row["look"][0]["what"], "sold_over_shipped");
        assert_eq!(row["impossible"].as_array().unwrap().len(), 0, "a counter on a page can't make anything impossible");
    }

    async fn honest_ways_are_not_red_and_another_county_sees_nothing(engine: Engine) {
        let world = World::new(engine).await;
        let product = world.product("晋州鸭梨", |_| {}).await;
        let firm = world.organisation("长城果品合作社", COUNTY).await;
        world.plot(&firm, &product, 6_667, |_| {}).await;
        world.right(&product, None, |_| {}).await;
        // Approved, carried over, used at home, lost, lapsed: what came is what is there and what went.
        let columns = "id, party_kind, party_id, product_id, season, state, basis, basis_note, measured, proposed, approved, received, carried, opening, adjusted, held, released, uncoded, exported, processed, lost, downgraded, own_use, delivered, lapsed, remaining, pending, reserved, coded, burned, proposed_by, proposed_at, seized";
        let account = world.id(yanzhao::kernel::ids::Noun::SeasonAccount);
        let measured = if engine == Engine::Postgres { "TRUE" } else { "1" };
        world.tamper(&format!("INSERT INTO season_account ({columns}) VALUES ('{account}', 'organisation', '{firm}', '{product}', '2026', 'approved', 'plots', '', {measured}, 10000, 10000, 0, 500, 200, -300, 0, 0, 1000, 0, 0, 400, 100, 600, 0, 2300, 6000, 0, 0, 0, 0, 'acc_x', 1, 0)")).await;
        let (county, other) = (officer(&world, "county", COUNTY), officer(&world, "other", "130133"));
        let seen = boards(&world.db, &county.actor, Wanted::default(), &world.clock).await.unwrap();
        let line = &seen[0].lines[0];
        assert_eq!((line.row.figure(Figure::May), line.row.impossible.len()), (Amount::Is(10_400), 0), "{line:?}");
        assert_eq!(line.row.standing(), Standing::Unknown, "nothing shipped, nothing scanned is not in order");
        assert_eq!(line.row.figure(Figure::Shipped), Amount::Unknown(Unknown::NoShipments));
        assert!(boards(&world.db, &other.actor, Wanted::default(), &world.clock).await.unwrap().is_empty());
        assert!(firms(&world.db, &other.actor, &world.clock).await.unwrap().is_empty());
        world.tamper("DELETE FROM plot").await;
        let seen = boards(&world.db, &county.actor, Wanted::default(), &world.clock).await.unwrap();
        assert_eq!(seen[0].lines[0].row.figure(Figure::May), Amount::Unknown(Unknown::NoLand), "no land on record");
    }

    async fn the_inbox_holds_what_waits_for_a_second_person_until_it_is_done(engine: Engine) {
        let sold = sold(engine).await;
        let (supervisor, browser) = (sold.season.server.person("supervisor").await, sold.season.server.browser("supervisor2").await);
        let page = browser.open("/work/inbox").await;
        assert!(page.has("今天没有待办"), "{}", page.html);
        let stop = json!({ "scope": "batch", "subject_id": sold.batch, "category": "labels_lost", "ordered_by": "演示市场监管部门",
            "document_no": "演示〔2026〕9号", "public_text": "这批标签已停用" });
        let stop = id(&supervisor.done("/api/v1/stops", stop).await);
        let case = json!({ "title": "标签流出", "source": "officer", "division_code": "130183", "due_on": "2026-11-20",
            "links": [{ "kind": "batch", "ref_id": sold.batch, "label": "2026-YL-01" }] });
        let input: yanzhao::supervision::commands::case::CaseInput = serde_json::from_value(case).unwrap();
        let desk = Desk::system(&sold.season.server.clock, &sold.season.server.app.random);
        sold.season.server.app.db.write(move |tx| {
            let (desk, input) = (desk.clone(), input.clone());
            Box::pin(async move { yanzhao::supervision::commands::case::open_case(tx, &desk, &input).await.map(|_| ()) })
        }).await.unwrap();
        let page = browser.open("/work/inbox").await;
        let (late, later) = (page.html.find("已超期").unwrap(), page.html.find("以后").unwrap());
        assert!(late < later && page.has("标签流出") && page.has("已超 3 天") && page.has("演示〔2026〕9号") && page.has("请第二人确认"), "{}", page.html);
        assert!(page.has("待办 <em>2</em>"), "the rail counts what waits: {}", page.html);
        let only = browser.open("/work/inbox?kind=stop").await;
        assert!(only.has("演示〔2026〕9号") && !only.has("已超 3 天"), "{}", only.html);
        assert!(browser.open("/work").await.has("/work/inbox"), "officers are led there from their first page");
        sold.season.server.person("supervisor2").await.done(&format!("/api/v1/stops/{stop}/confirm"), json!({})).await;
        assert!(!browser.open("/work/inbox").await.has("演示〔2026〕9号"), "what is done has left");
        assert_eq!(sold.season.server.browser("producer").await.see("/work/inbox").await.status, 403);
    }

    async fn the_inbox_is_sorted_by_day_and_knows_its_region(engine: Engine) {
        use yanzhao::supervision::case::CaseSource;
        use yanzhao::supervision::commands::case::{CaseInput, open_case};
        let world = World::new(engine).await;
        let (own, other) = (officer(&world, "acc_own", COUNTY), officer(&world, "acc_other", "130133"));
        for (title, due) in [("无期限", None), ("后天", Some("2026-10-22")), ("昨天", Some("2026-10-19")), ("今天", Some("2026-10-20"))] {
            let input = CaseInput { title: title.to_owned(), source: CaseSource::Officer, source_id: None, division_code: COUNTY.to_owned(),
                due_on: due.map(|day| Day::parse(day).unwrap()), links: Vec::new() };
            act!(world, own, |tx, desk| open_case(tx, desk, &input), [input]).unwrap();
        }
        let of = async |desk: &Desk| {
            let all = waiting(&world.db, &world.clock, |_| Some(desk.actor.clone())).await.unwrap();
            all.into_iter().map(|due| due.title).collect::<Vec<_>>()
        };
        assert_eq!(of(&own).await, ["昨天", "今天", "后天", "无期限"]);
        assert_eq!(of(&other).await, Vec::<String>::new());
    }

    async fn an_officer_looks_a_code_up_and_notes_one_nobody_knows(engine: Engine) {
        let sold = sold(engine).await;
        let browser = sold.season.server.browser("supervisor").await;
        let page = browser.open(&format!("/work/look-up?q=https://gi.example.cn/Q/{}", sold.codes[0].to_lowercase())).await;
        for words in ["晋州鸭梨", "已启用", "2026-YL-01", "随货出库", "S20261123-0001", "查验记录"] {
            assert!(page.has(words), "{words}: {}", page.html);
        }
        assert!(!page.has("Phone/") && !page.has("visitor"), "never by whom");
        let lot = browser.open("/work/look-up?q=2026-YL-01").await;
        assert!(lot.has(&format!("/work/batches/{}", sold.batch)), "{}", lot.html);
        let orders = sold.season.producer.get("/api/v1/code-orders").await.1;
        let no = orders["items"][0]["order_no"].as_i64().unwrap();
        assert!(browser.open(&format!("/work/look-up?q={no}")).await.has(&format!("/work/orders/{}", sold.order)));
        let unknown = "/work/look-up?q=7KQ2MNP4R8";
        let page = browser.open(unknown).await;
        assert!(page.has("没有查到") && page.has("记下这个编号"), "{}", page.html);
        let missing = browser.fill(&page, "/work/look-up/unknown", &[("typed", "7KQ2MNP4R8"), ("place", ""), ("note", "")]).await;
        assert!(missing.status == 422 && missing.has("unknown-place") && missing.has("unknown-note"), "{}", missing.html);
        let typed = [("typed", "7KQ2MNP4R8"), ("place", "新发地东区12号"), ("note", "贴在鸭梨箱上，约20箱")];
        let sent = browser.fill(&missing, "/work/look-up/unknown", &typed).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        let again = browser.open(&sent.location).await;
        assert!(again.has("已记下这个编号") && again.has("此前有人记下过") && again.has("新发地东区12号"), "{}", again.html);
        let county = sold.season.server.browser("county").await;
        assert!(!county.open(unknown).await.has("新发地东区12号"), "what the city noted is not the county's");
        let page = browser.open("/work/look-up").await;
        let unread = browser.upload(&page, "/work/look-up", &[], &[("photo", "a.jpg", b"not a picture".to_vec())]).await;
        assert!(unread.status == 422 && unread.has("photo-err"), "{}", unread.html);
        assert_eq!(sold.season.server.browser("producer").await.see("/work/look-up").await.status, 403);
    }

    async fn a_code_of_another_county_reads_like_one_that_is_not_there(engine: Engine) {
        let sold = sold(engine).await;
        let scope = Scope { divisions: vec!["1306".to_owned()], ..Scope::default() };
        let mut actor = yanzhao::kernel::Actor::system();
        actor.scope = scope;
        let app = &sold.season.server.app;
        let found = yanzhao::supervision::lookup::look_up(&app.db, app.keys.as_ref(), app.clock.now(), &sold.codes[0], |_| Some(actor.clone())).await.unwrap();
        assert!(found.is_code && found.is_empty());
    }

    async fn the_week_is_counted_beside_the_one_before_and_goes_out_as_a_workbook(engine: Engine) {
        let sold = sold(engine).await;
        let app = &sold.season.server.app;
        let supervisor = sold.season.server.person("supervisor").await;
        let value = |week: &Value, name: &str| {
            let line = week["figures"].as_array().unwrap().iter().find(|line| line["figure"] == name);
            line.map(|line| (line["value"].as_i64().unwrap(), line["before"].as_i64()))
        };
        let this = supervisor.get("/api/v1/figures").await.1;
        assert_eq!(this["week"], "2026-W48", "{this:#}");
        for (name, now) in [("scans", 4), ("first_scans", 3), ("registered", 1), ("released", 1), ("issued", 60), ("activated", 40), ("shipments", 1), ("amber", 0)] {
            assert_eq!(value(&this, name), Some((now, Some(0))), "{name}: {this:#}");
        }
        assert_eq!(this["counties"]["130183"], 4);
        sold.season.server.clock.advance(7 * yanzhao::kernel::clock::DAY);
        let supervisor = sold.season.server.person("supervisor").await;
        let next = supervisor.get("/api/v1/figures").await.1;
        assert_eq!((next["week"].as_str(), value(&next, "scans"), value(&next, "activated")), (Some("2026-W49"), Some((0, Some(4))), Some((0, Some(40)))));
        let narrowed = supervisor.get("/api/v1/figures?week=2026-W48&county=130133").await.1;
        assert_eq!((value(&narrowed, "scans"), value(&narrowed, "stops")), (Some((0, Some(0))), None), "figures not kept by county are left out");
        assert_eq!(supervisor.get("/api/v1/figures?week=2026-W60").await.0, 400);
        // Who may not read cases reads no figure of them.
        let asked = Asked { week: Week::parse("2026-W48"), ..Asked::default() };
        let mut actor = yanzhao::kernel::Actor::system();
        actor.scope = Scope { holders: vec!["org_x".to_owned()], ..Scope::default() };
        let holder = weekly(&app.db, &app.clock, &asked, |p| (p == yanzhao::identity::role::Permission::FiguresRead).then(|| actor.clone())).await.unwrap();
        assert!(holder.figures.iter().all(|line| !["shipments", "stops", "cases_opened"].contains(&line.figure)), "{holder:?}");
        let browser = sold.season.server.browser("supervisor").await;
        let page = browser.open("/work/figures?week=2026-W48").await;
        assert!(page.has("查验次数") && page.has("一人一码 30 分钟内算一次") && page.has("晋州"), "{}", page.html);
        assert_eq!(browser.see("/work/figures?week=2026-W61").await.status, 404);
        let (status, bytes) = browser.bytes("/work/figures.xlsx?week=2026-W48").await;
        assert_eq!(status, 200);
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let rows: Vec<Vec<String>> = sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        let scans = rows.iter().find(|row| row[0] == "查验次数").unwrap();
        assert_eq!((scans[1].as_str(), scans[2].as_str(), scans[3].as_str()), ("4", "0", "+4"), "{rows:?}");
        assert!(rows.iter().any(|row| row[0] == "晋州市" && row[1] == "4"), "{rows:?}");
    }

    async fn a_firm_s_level_is_five_figures_and_its_rule_has_a_first_day(engine: Engine) {
        let sold = sold(engine).await;
        let browser = sold.season.server.browser("supervisor").await;
        let page = browser.open("/work/firms").await;
        assert!(page.has("不作为处罚依据") && page.has("演示果品专业合作社") && page.has("额度已用 15%"), "{}", page.html);
        let one = browser.open(&format!("/work/firms/{}", sold.season.organisation)).await;
        assert!(one.has("12 个月内没有检查") && one.has("鲜活农产品"), "{}", one.html);
        let figures = ["20", "20", "25", "20", "16", "30", "45", "60", "1", "1", "2", "3"];
        let names = ["goods", "scale", "alerts", "inspections", "answers", "b_from", "c_from", "d_from", "visits_a", "visits_b", "visits_c", "visits_d"];
        let typed = |figures: [&'static str; 12], from: &'static str| {
            names.into_iter().zip(figures).chain([("from", from), ("source", "演示办法第三条")]).collect::<Vec<_>>()
        };
        let wrong = browser.fill(&page, "/work/firms", &typed(figures, "2026-01-01")).await;
        assert!(wrong.status == 422 && wrong.has("之和为 101，应为 100") && wrong.has("早于今天"), "{}", wrong.html);
        let mut right = figures;
        (right[4], right[5]) = ("15", "10");
        let sent = browser.fill(&wrong, "/work/firms", &typed(right, "2026-11-23")).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        let page = browser.open(&sent.location).await;
        assert!(page.has("B ≥ 10") && page.has("演示办法第三条"), "{}", page.html);
        assert_eq!(rules(&sold.season.server.app.db).await.unwrap().len(), 1);
        for stranger in ["holder", "office", "producer"] {
            assert_eq!(sold.season.server.browser(stranger).await.see("/work/firms").await.status, 403, "{stranger}: never shown to others");
        }
    }

    async fn exactly_five_parts_and_an_unknown_number_accuses_nobody(engine: Engine) {
        let world = World::new(engine).await;
        let product = world.product("晋州鸭梨", |_| {}).await;
        let firm = world.organisation("长城果品合作社", COUNTY).await;
        world.tamper(&format!("INSERT INTO delivery (id, grower_id, buyer_id, product_id, season, delivered_on, amount, covered, pending, used, late, recorded_at, recorded_by) VALUES ('del_x', '{}', '{firm}', '{product}', '2026', '2026-10-01', 10, 10, 0, 0, {}, 1, 'acc_x')",
            world.grower("农户", &firm).await, if engine == Engine::Postgres { "FALSE" } else { "0" })).await;
        let county = officer(&world, "county", COUNTY);
        let found = firms(&world.db, &county.actor, &world.clock).await.unwrap();
        assert_eq!(found[0].risk.parts.map(|part| part.part), [Part::Goods, Part::Scale, Part::Alerts, Part::Inspections, Part::Answers]);
        assert_eq!(found[0].risk.points, found[0].risk.parts.iter().map(|part| part.points).sum::<i64>());
        let input = UnknownCodeInput { typed: "abc".to_owned(), place: "早市".to_owned(), note: "箱上".to_owned() };
        let row = act!(world, county, |tx, desk| note_unknown_code(tx, desk, &input), [input]).unwrap();
        assert_eq!((row.reading.as_str(), row.division_code.as_str()), ("mistyped", COUNTY));
        let after = firms(&world.db, &county.actor, &world.clock).await.unwrap();
        assert_eq!(after[0].risk.points, found[0].risk.points);
        // An alert counts nothing until a person has confirmed it.
        let mut alert = yanzhao::entity::alert::Model {
            id: world.id(yanzhao::kernel::ids::Noun::Alert), rule: "R1".to_owned(), subject_kind: "producer".to_owned(), subject_id: firm.clone(),
            label: "多次查验".to_owned(), severity: "W".to_owned(), state: "new".to_owned(), figures: "{}".to_owned(), division_code: COUNTY.to_owned(),
            producer_id: Some(firm.clone()), product_id: Some(product.clone()), batch_id: None, open_key: Some("R1".to_owned()), raised_at: world.clock.now(),
            seen_at: world.clock.now(), due_on: Some("2026-10-19".to_owned()), judged_by: None, judged_at: None, reason: None, case_id: None,
        };
        world.put(alert.clone()).await;
        assert_eq!(firms(&world.db, &county.actor, &world.clock).await.unwrap()[0].risk.points, found[0].risk.points);
        let all = waiting(&world.db, &world.clock, |_| Some(county.actor.clone())).await.unwrap();
        assert_eq!(all.iter().map(|due| (due.kind, due.step)).collect::<Vec<_>>(), [("alert", "judge")], "what every process has waiting is in one queue");
        (alert.id, alert.state, alert.open_key) = (world.id(yanzhao::kernel::ids::Noun::Alert), "confirmed".to_owned(), None);
        alert.judged_at = Some(world.clock.now());
        world.put(alert).await;
        let confirmed = firms(&world.db, &county.actor, &world.clock).await.unwrap();
        assert_eq!(confirmed[0].risk.points, found[0].risk.points + 8, "a third of 25");
        let week = weekly(&world.db, &world.clock, &Asked::default(), |_| Some(county.actor.clone())).await.unwrap();
        let value = |name: &str| week.figures.iter().find(|line| line.figure == name).map(|line| line.value);
        assert_eq!((value("alerts_raised"), value("alerts_judged"), value("unknown_met"), value("feedback")), (Some(2), Some(1), Some(1), Some(0)));
        let input = RiskRuleInput { from: Day::parse("2026-10-19").unwrap(), source: "办法".to_owned(), figures: SHIPPED };
        let refused = act!(world, county, |tx, desk| record_risk_rule(tx, desk, &input), [input]).unwrap_err();
        assert!(refused.fields.iter().any(|fault| fault.code == "risk_past"));
    }
}
