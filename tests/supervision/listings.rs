//! Listings over a real database: honest sellers are asked nothing, others what the rules ask; a change re-opens; order exports leave nothing
//! of a buyer; a run over all listings does each once and goes on where it was left.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use yanzhao::entity::{shipment, shipment_line};
use yanzhao::interop::orders::read_orders;
use yanzhao::kernel::clock::DAY;
use yanzhao::kernel::ids::Noun;
use yanzhao::kernel::{Actor, Desk, Scope};
use yanzhao::supervision::commands::listing::{
    ListingRuleInput, ask_rescore, confirm_packs, end_authorisation, grant_authorisation, import_sales, record_listing, record_listing_rule,
};
use yanzhao::supervision::findings::{FindingView, findings_of};
use yanzhao::supervision::scoring::Run;
use yanzhao::supervision::store::listing::mark_audited;
use yanzhao::trade::authorisation::{AuthorisationInput, EndInput};
use yanzhao::trade::commands::register_seller;
use yanzhao::trade::listing::{ListingInput, PacksInput};
use yanzhao::trade::seller::SellerInput;

use crate::stock::released;
use crate::support::forms::Browser;
use crate::support::on_both_engines;
use crate::support::server::Server;
use crate::support::world::{COUNTY, INSIDE, OUTSIDE, World, act};

struct Market {
    world: World,
    officer: Desk,
    product: String,
    right: String,
    producer: String,
}

impl Market {
    /// A protected product, a producer with leave to use its mark, and an officer of the city.
    async fn new(engine: crate::support::Engine) -> Self {
        let world = World::new(engine).await;
        let product = world.product("晋州鸭梨", |_| {}).await;
        let right = world.right(&product, None, |_| {}).await;
        let producer = world.organisation("某某鸭梨合作社", COUNTY).await;
        world.mark_use(&producer, &right, "2024-01-01", None).await;
        let officer = world.office("officer");
        Self { world, officer, product, right, producer }
    }

    async fn seller(&self, input: Value) -> String {
        let input: SellerInput = serde_json::from_value(input).unwrap();
        act!(self.world, self.officer, |tx, desk| register_seller(tx, desk, &input), [input]).unwrap().id
    }

    async fn farmer(&self, name: &str, division: &str) -> String {
        self.seller(json!({ "kind": "farmer", "name": name, "division_code": division, "place": "某村" })).await
    }

    /// A seller that is an organisation of elsewhere; its credit code is one that passes the check.
    async fn shop(&self, code: &str) -> (String, String) {
        let organisation = self.world.organisation("某某水果店", "130133").await;
        self.world.tamper(&format!("UPDATE organisation SET credit_code = '{code}' WHERE id = '{organisation}'")).await;
        let input = json!({ "kind": "organisation", "name": "某某水果店", "credit_code": code, "division_code": "130133" });
        (self.seller(input).await, organisation)
    }

    async fn list(&self, seller: &str, item: &str, more: Value) -> String {
        let mut input = json!({ "seller_id": seller, "platform": "淘宝", "item_id": item, "title": "晋州鸭梨 5斤装" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let input: ListingInput = serde_json::from_value(input).unwrap();
        act!(self.world, self.officer, |tx, desk| record_listing(tx, desk, &input), [input]).unwrap().id
    }

    async fn found(&self, id: &str) -> Vec<FindingView> {
        findings_of(&self.world.db, &[id.to_owned()], None).await.unwrap()
    }

    /// The rules that ask about it, in their order.
    async fn asked(&self, id: &str) -> String {
        self.found(id).await.iter().map(|view| view.rule.as_str()).collect::<Vec<_>>().join(" ")
    }

    async fn pack(&self, id: &str, name: &str, grams: i64) {
        let input: PacksInput = serde_json::from_value(json!({ "skus": [{ "name": name, "net_weight_g": grams }] })).unwrap();
        let id = id.to_owned();
        act!(self.world, self.officer, |tx, desk| confirm_packs(tx, desk, &id, &input), [id, input]).unwrap();
    }

    /// Goods the producer sent to an organisation.
    async fn sent(&self, to: &str, grams: i64, on: &str) {
        let world = &self.world;
        let goods = released(world, (&self.producer, &self.product), grams, |lot| {
            on.clone_into(&mut lot.lot);
            (lot.harvested_from, lot.harvested_to) = (on.to_owned(), on.to_owned());
        });
        let goods = goods.await;
        let sent = shipment::Model {
            id: world.id(Noun::Shipment),
            number: on.to_owned(),
            producer_id: self.producer.clone(),
            product_id: self.product.clone(),
            consignee_kind: "organisation".to_owned(),
            consignee_id: Some(to.to_owned()),
            consignee_name: "某某水果店".to_owned(),
            consignee_contact: None,
            division_code: None,
            place: None,
            exported: false,
            carrier: None,
            facility_id: None,
            note: None,
            state: "received".to_owned(),
            sent_on: on.to_owned(),
            late: false,
            late_reason: None,
            void_reason: None,
            recorded_at: 0,
            recorded_by: String::new(),
        };
        let sent = world.put(sent).await.id;
        let line = shipment_line::Model {
            shipment_id: sent,
            no: 1,
            batch_id: goods,
            order_no: None,
            first: None,
            last: None,
            codes: 0,
            amount: grams,
            received: grams,
            returned: 0,
            missing: 0,
        };
        world.put(line).await;
    }

    async fn authorise(&self, seller: &str, more: Value) -> String {
        let mut input = json!({ "producer_id": self.producer, "seller": seller, "product_id": self.product, "season": "2026" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let input: AuthorisationInput = serde_json::from_value(input).unwrap();
        act!(self.world, self.officer, |tx, desk| grant_authorisation(tx, desk, &input), [input]).unwrap().id
    }
}

const SHOP: &str = "91130100MA0000001Q";

fn code(body: &str) -> String {
    // The check character of GB 32100, so that a made-up code passes.
    const CHARS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let values: Vec<i64> = body
        .chars()
        .skip(8)
        .take(8)
        .zip([3, 7, 9, 10, 5, 8, 4, 2])
        .map(|(c, weight)| i64::from(c.to_digit(36).unwrap()) * weight)
        .collect();
    let nine = match 11 - values.iter().sum::<i64>() % 11 {
        10 => 'X',
        11 => '0',
        n => char::from_digit(u32::try_from(n).unwrap(), 10).unwrap(),
    };
    let body = format!("{}{nine}", &body[..16]);
    let sum: i64 = body.chars().zip(weights).map(|(c, weight)| i64::try_from(CHARS.find(c).unwrap()).unwrap() * weight).sum();
    let check = usize::try_from((31 - sum % 31) % 31).unwrap();
    format!("{body}{}", CHARS.chars().nth(check).unwrap())
}

on_both_engines! {
    async fn honest_sellers_are_asked_nothing(engine: Engine) {
        let market = Market::new(engine).await;
        let grower = market.farmer("农户甲", INSIDE).await;
        let own = market.list(&grower, "1001", json!({ "title": "晋州鸭梨 自家果园", "origin": "河北晋州" })).await;
        assert_eq!(market.asked(&own).await, "", "a grower names what it grows");
        let stranger = market.farmer("农户乙", "130133").await;
        let place = market.list(&stranger, "1002", json!({ "title": "产地晋州 鸭梨 5斤" })).await;
        assert_eq!(market.asked(&place).await, "", "a place is no name");
        let (shop, organisation) = market.shop(&code(SHOP)).await;
        market.sent(&organisation, 1_000_000, "2026-10-01").await;
        let reseller = market.list(&shop, "1003", json!({ "title": "晋州鸭梨 国家地理标志产品", "shows_mark": "special", "sold": 100 })).await;
        market.pack(&reseller, "晋州鸭梨 国家地理标志产品", 2500).await;
        market.world.clock.advance(5 * DAY);
        market.list(&shop, "1003", json!({ "title": "晋州鸭梨 国家地理标志产品", "shows_mark": "special", "sold": 300 })).await;
        assert_eq!(market.asked(&reseller).await, "", "a reseller with papers who sold half of what it has");
        // The producer's leave ends later: what was sent before stays lawful.
        market.world.tamper("UPDATE mark_use SET in_force_to = '2026-10-10'").await;
        market.world.clock.advance(DAY);
        market.list(&shop, "1003", json!({ "title": "晋州鸭梨 国家地理标志产品", "shows_mark": "special", "sold": 310 })).await;
        assert_eq!(market.asked(&reseller).await, "");
    }

    async fn others_are_asked_by_kind_with_figures(engine: Engine) {
        let market = Market::new(engine).await;
        let stranger = market.farmer("农户乙", OUTSIDE).await;
        let unknown = market.list(&stranger, "2001", json!({ "title": "晋州鸭梨 国家地理标志产品", "origin": "山东烟台" })).await;
        let found = market.found(&unknown).await;
        let kinds: Vec<&str> = found.iter().map(|view| view.kind.as_str()).collect();
        assert_eq!(kinds, ["mark", "source", "evocation"], "three questions of three kinds: {found:?}");
        assert_eq!(found[0].figures["words"], "国家地理标志产品");
        assert_eq!(found[2].figures["origin"], "山东烟台");
        let style = market.list(&stranger, "2002", json!({ "title": "晋州鸭梨味硬糖" })).await;
        assert_eq!(market.asked(&style).await, "name_style");
        let like = market.list(&stranger, "2003", json!({ "title": "晋卅鸭梨 5斤" })).await;
        assert_eq!(market.found(&like).await[0].figures["likeness"], "look_alike");
        let (shop, organisation) = market.shop(&code(SHOP)).await;
        market.sent(&organisation, 1_000_000, "2026-10-01").await;
        let name = "晋州鸭梨 5斤装";
        let oversold = market.list(&shop, "2004", json!({ "sold": 100 })).await;
        assert_eq!(market.asked(&oversold).await, "");
        market.pack(&oversold, name, 2500).await;
        market.world.clock.advance(5 * DAY);
        market.list(&shop, "2004", json!({ "sold": 655 })).await;
        assert_eq!(market.asked(&oversold).await, "", "goods of new orders may be on their way");
        market.world.clock.advance(30 * DAY);
        market.list(&shop, "2004", json!({ "sold": 700 })).await;
        let found = market.found(&oversold).await;
        assert_eq!(found[0].rule, "sold_beyond_received", "{found:?}");
        assert_eq!((&found[0].figures["sold_least"], &found[0].figures["right"]), (&json!(1_387_500), &json!(1_000_000)));
        assert_eq!(found[0].kind, "volume");
    }

    async fn an_authorisation_answers_and_its_end_asks_again(engine: Engine) {
        let market = Market::new(engine).await;
        let (shop, _) = market.shop(&code(SHOP)).await;
        let listing = market.list(&shop, "3001", json!({ "shows_mark": "special" })).await;
        assert_eq!(market.asked(&listing).await, "special_mark source_unknown");
        let first = market.authorise(&shop, json!({ "net_weight_g": 1_000_000, "from": "2026-10-01", "to": "2026-12-31" })).await;
        assert_eq!(market.asked(&listing).await, "", "the producer's word and its mark use answer both");
        let again: AuthorisationInput = serde_json::from_value(json!({ "producer_id": market.producer, "seller": shop, "product_id": market.product, "season": "2026" })).unwrap();
        let refused = act!(market.world, market.officer, |tx, desk| grant_authorisation(tx, desk, &again), [again]).unwrap_err();
        assert!(refused.fields.iter().any(|fault| fault.code == "authorisation_twice"));
        let elsewhere = market.world.member("acc_other", "org_other");
        let end: EndInput = serde_json::from_value(json!({ "reason": "合同解除" })).unwrap();
        let refused = act!(market.world, elsewhere, |tx, desk| end_authorisation(tx, desk, &first, &end), [first, end]).unwrap_err();
        assert!(refused.says("not_found"), "another producer's authorisation is not there");
        act!(market.world, market.officer, |tx, desk| end_authorisation(tx, desk, &first, &end), [first, end]).unwrap();
        market.world.clock.advance(2 * DAY);
        market.list(&shop, "3001", json!({ "shows_mark": "special" })).await;
        assert_eq!(market.asked(&listing).await, "special_mark authorisation_ended");
        let cleared = findings_of(&market.world.db, &[listing], Some(market.world.clock.now() - DAY)).await.unwrap();
        assert!(cleared.is_empty(), "as of yesterday nothing stood");
    }

    async fn a_price_is_held_against_authorised_peers_and_only_where_there_are_enough(engine: Engine) {
        let market = Market::new(engine).await;
        let mut shops = Vec::new();
        for no in 0..6 {
            let shop = market.farmer(&format!("农户{no}"), INSIDE).await;
            market.authorise(&shop, json!({})).await;
            let price = if no == 5 { 100 } else { 4000 + no * 10 };
            let listing = market.list(&shop, &format!("400{no}"), json!({ "price_fen": price })).await;
            market.pack(&listing, "晋州鸭梨 5斤装", 2500).await;
            shops.push((shop, listing));
            let last = &shops[shops.len() - 1].1;
            let right = if no == 5 { "price_outside_peers" } else { "" };
            assert_eq!(market.asked(last).await, right, "{no}: {:?}", market.found(last).await);
        }
        let figures = &market.found(&shops[5].1).await[0].figures;
        assert_eq!((&figures["price_fen"], &figures["least_fen"], &figures["peers"]), (&json!(40), &json!(1600), &json!(5)));
    }

    async fn a_change_after_the_audit_reopens_and_a_price_does_not(engine: Engine) {
        let market = Market::new(engine).await;
        let grower = market.farmer("农户甲", INSIDE).await;
        let listing = market.list(&grower, "5001", json!({ "price_fen": 1000 })).await;
        let (id, at) = (listing.clone(), market.world.clock.now());
        act!(market.world, market.officer, |tx, _desk| mark_audited(tx, &id, at), [id]).unwrap();
        market.world.clock.advance(DAY);
        market.list(&grower, "5001", json!({ "price_fen": 2000, "sold": 5 })).await;
        assert_eq!(market.asked(&listing).await, "", "price and sales are no content");
        market.world.clock.advance(DAY);
        market.list(&grower, "5001", json!({ "title": "晋州鸭梨 特级 5斤装" })).await;
        assert_eq!(market.asked(&listing).await, "content_changed");
        let since = market.found(&listing).await[0].since.clone();
        let at = market.world.clock.now();
        act!(market.world, market.officer, |tx, _desk| mark_audited(tx, &listing, at), [listing]).unwrap();
        assert_eq!(market.asked(&listing).await, "");
        assert!(!since.is_empty());
    }

    async fn order_exports_are_counted_once_and_leave_nothing_of_a_buyer(engine: Engine) {
        let market = Market::new(engine).await;
        let (shop, organisation) = market.shop(&code(SHOP)).await;
        market.sent(&organisation, 10_000, "2026-10-01").await;
        let listing = market.list(&shop, "708812345678", json!({})).await;
        market.pack(&listing, "晋州鸭梨 5斤装", 2500).await;
        let buyers = ["张三丰", "13800001111", "河北省石家庄市某小区", "买家昵称甲", "1001200300400"];
        let csv = format!(
            "订单编号,宝贝ID,宝贝标题,商品属性,购买数量,买家实付金额,订单状态,订单付款时间,收货人姓名,联系手机,收货地址,买家会员名\n\
             {4},708812345678,晋州鸭梨 5斤装,5斤,4,159.60,交易成功,2026-10-08 12:03:04,{0},{1},{2},{3}\n\
             {4}1,708812345678,晋州鸭梨 5斤装,5斤,2,79.80,交易关闭,2026-10-08 12:03:04,{0},{1},{2},{3}\n", buyers[0], buyers[1], buyers[2], buyers[3], buyers[4]);
        let import = async |csv: &str| {
            let read = read_orders(csv.as_bytes(), &shop, "淘宝").unwrap();
            let named = shop.clone();
            act!(market.world, market.officer, |tx, desk| import_sales(tx, desk, &named, "淘宝", &read), [named, read]).unwrap()
        };
        let first = import(&csv).await;
        assert_eq!((first.lines, first.taken, first.again, first.columns_dropped), (2, 2, 0, 4));
        assert_eq!(market.asked(&listing).await, "", "four pieces are what it has");
        let again = import(&csv).await;
        assert_eq!((again.taken, again.again), (0, 2), "the same file again adds nothing");
        assert_eq!(market.asked(&listing).await, "");
        import(&csv.replace("交易关闭", "交易成功")).await;
        assert_eq!(market.asked(&listing).await, "", "the goods may be on their way");
        market.world.clock.advance(30 * DAY);
        market.list(&shop, "708812345678", json!({})).await;
        let found = market.found(&listing).await;
        assert_eq!(found[0].rule, "sold_beyond_received", "six pieces are more: {found:?}");
        assert_eq!(found[0].figures["sold_least"], json!(15_000));
        let everything = everything(&market.world).await;
        assert!(everything.contains("708812345678") && everything.contains("晋州鸭梨 5斤装"), "the tables are read");
        for buyer in buyers {
            assert!(!everything.contains(buyer), "{buyer} is in the database");
        }
        let other = market.world.office("acc_far");
        let far = Desk { actor: Actor { scope: Scope { divisions: vec!["1309".to_owned()], ..Default::default() }, ..other.actor.clone() }, ..other };
        let read = read_orders(csv.as_bytes(), &shop, "淘宝").unwrap();
        let refused = act!(market.world, far, |tx, desk| import_sales(tx, desk, &shop, "淘宝", &read), [shop, read]).unwrap_err();
        assert!(refused.fields.iter().any(|fault| fault.code == "seller_unknown"), "a seller of another region is not there");
    }

    async fn a_run_scores_each_once_and_goes_on_where_it_was_left(engine: Engine) {
        let market = Market::new(engine).await;
        let mut listings = Vec::new();
        for no in 0..4 {
            let seller = market.farmer(&format!("农户{no}"), "130133").await;
            listings.push(market.list(&seller, &format!("600{no}"), json!({})).await);
        }
        let reason = "规则调整";
        let ask = async || act!(market.world, market.officer, |tx, desk| ask_rescore(tx, desk, reason), [reason]);
        ask().await.unwrap();
        assert!(ask().await.unwrap_err().says("rescore_running"), "one run at a time");
        let (db, clock) = (&market.world.db, &market.world.clock);
        let mut run = Run::begin(db, clock).await.unwrap().unwrap();
        let row = run.step(db, clock).await.unwrap();
        assert_eq!((row.done, row.changed, row.finished_at), (4, 0, None), "what stands already is not found again");
        drop(run);
        let mut resumed = Run::begin(db, clock).await.unwrap().unwrap();
        let row = resumed.step(db, clock).await.unwrap();
        assert_eq!((row.done, row.changed), (4, 0));
        assert!(row.finished_at.is_some() && Run::begin(db, clock).await.unwrap().is_none());
        let off = ListingRuleInput { rule: "source_unknown".to_owned(), enabled: false, threshold: None, from: None, reason: "试运行".to_owned() };
        act!(market.world, market.officer, |tx, desk| record_listing_rule(tx, desk, &off), [off]).unwrap();
        ask().await.unwrap();
        let done = yanzhao::jobs::rescore_listings(db, clock, |_| {}).await.unwrap().unwrap();
        assert_eq!((done.done, done.changed), (4, 4));
        for listing in &listings {
            assert_eq!(market.asked(listing).await, "");
        }
        let wrong = ListingRuleInput { rule: "price_outside_peers".to_owned(), enabled: true, threshold: Some(1), from: None, reason: "少些".to_owned() };
        let refused = act!(market.world, market.officer, |tx, desk| record_listing_rule(tx, desk, &wrong), [wrong]).unwrap_err();
        assert!(refused.fields.iter().any(|fault| fault.code == "listing_rule_threshold"));
        assert_ne!(market.right, "");
    }

    async fn officers_of_the_products_county_reach_a_seller_of_elsewhere(engine: Engine) {
        let market = Market::new(engine).await;
        let seller = market.seller(json!({ "kind": "farmer", "name": "外地卖家", "division_code": "330106", "place": "某街" })).await;
        let listing = market.list(&seller, "7001", json!({})).await;
        let scope = |division: &str| Scope { divisions: vec![division.to_owned()], ..Default::default() };
        let of = |division: &str| market.world.desk("acc_of", None, scope(division)).actor;
        let seen = async |division: &str| yanzhao::trade::queries::listing(&market.world.db, &of(division), &listing).await.is_ok();
        assert!(seen("130183").await, "the product's county");
        assert!(seen("3301").await, "the seller's place");
        assert!(!seen("1309").await, "neither");
    }

    async fn a_listing_is_recorded_from_a_pasted_address_and_its_questions_are_read(engine: Engine) {
        let server = Server::start(engine).await;
        let browser: Browser = server.browser("supervisor").await;
        let page = browser.open("/work/sellers").await;
        let fields = [("name", "外地某店"), ("kind", "farmer"), ("division_code", "330106"), ("place", "某街 1 号"), ("shops", "淘宝=某店")];
        let (_, seen) = browser.done(&page, "/work/sellers", &fields).await;
        assert!(seen.has("外地某店") && seen.has("某店"));
        let page = browser.open("/work/listings/new").await;
        let seller = page.choice("外地某店 某街 1 号");
        let short = [("url", "https://m.tb.cn/h.5xYz"), ("seller_id", seller.as_str()), ("title", "晋州鸭梨 5斤装 国家地理标志产品")];
        let again = browser.upload(&page, "/work/listings/new", &short, &[]).await;
        assert!(again.has("短链接") && again.has("国家地理标志产品"), "the reason at its field, and what was typed");
        let typed = [("url", "https://item.taobao.com/item.htm?spm=a1&id=708812345679"), ("seller_id", seller.as_str()),
            ("title", "晋州鸭梨 5斤装 国家地理标志产品"), ("price_fen", "39.90")];
        let sent = browser.upload(&page, "/work/listings/new", &typed, &[]).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        let seen = browser.open("/work/listings").await;
        assert!(seen.has("疑似无权用标 1") && seen.has("待核来源 1"), "{}", seen.html);
        let officer = server.person("supervisor").await;
        let (_, listings) = officer.get("/api/v1/listings").await;
        let one = listings["items"].as_array().unwrap().iter().find(|row| row["item_id"] == "708812345679").unwrap().clone();
        assert_eq!((&one["platform"], &one["price_fen"]), (&json!("淘宝"), &json!(3990)));
        let id = one["id"].as_str().unwrap();
        let page = browser.open(&format!("/work/listings/{id}")).await;
        assert!(page.has("用了“晋州鸭梨”") && page.has("2.5 kg"), "the question in words, and what its SKU was read as");
        let (_, page) = browser.done(&page, &format!("/work/listings/{id}/packs"), &[("name", "晋州鸭梨 5斤装 国家地理标志产品"), ("net_weight_g", "2.5")]).await;
        assert!(page.has("已确认"));
        let (_, found) = officer.get(&format!("/api/v1/listings/{id}/findings")).await;
        let rules: BTreeSet<&str> = found["items"].as_array().unwrap().iter().map(|row| row["rule"].as_str().unwrap()).collect();
        assert_eq!(rules, BTreeSet::from(["source_unknown", "special_mark"]));
        let (_, past) = officer.get(&format!("/api/v1/listings/{id}/findings?as_of=2020-01-01")).await;
        assert_eq!(past["items"], json!([]));
        let rules = browser.open("/work/listing-rules").await;
        let (_, rules) = browser.done(&rules, "/work/listing-rules", &[("rule", "name_style"), ("enabled", "off"), ("reason", "试运行")]).await;
        assert!(rules.has("试运行"));
        let (_, rules) = browser.done(&rules, "/work/listing-rules/rescore", &[("reason", "规则有改动")]).await;
        assert!(rules.has("规则有改动"));
        let producer = server.browser("producer").await;
        assert!(producer.open("/work/authorisations").await.has("授权经营"));
    }
}

/// Every row of every table as text.
async fn everything(world: &World) -> String {
    let connection = world.db.reader();
    let backend = connection.get_database_backend();
    let ask = async |sql: String| connection.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    let sqlite = backend == sea_orm::DatabaseBackend::Sqlite;
    let tables = if sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()"
    };
    let mut out = String::new();
    for table in ask(tables.to_owned()).await {
        let table: String = table.try_get("", "name").unwrap();
        let line = if sqlite {
            let columns = ask(format!("PRAGMA table_info(\"{table}\")")).await;
            let named = columns.iter().map(|row| format!("quote(\"{}\")", row.try_get::<String>("", "name").unwrap()));
            named.collect::<Vec<_>>().join(" || ' ' || ")
        } else {
            "CAST(t AS text)".to_owned()
        };
        for row in ask(format!("SELECT {line} AS line FROM \"{table}\" t")).await {
            out.push_str(&row.try_get::<String>("", "line").unwrap());
            out.push('\n');
        }
    }
    out
}
