//! From the box to the shelf over HTTP: items scanned into a box, the box on a pallet, a gift bundle; the box looked up by a buyer, the
//! goods repacked under new labels, the order counted out; and the same by form.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Engine;
use crate::support::server::{PASSWORD, Person, Server, answer};

struct Yard {
    server: Server,
    producer: Person,
    batch: Value,
    other: Value,
    pack: Value,
}

/// A producer with two released batches of a tonne each.
async fn yard(engine: Engine) -> Yard {
    let server = Server::start(engine).await;
    yanzhao::demo::prepare_figures(&server.app).await.unwrap();
    let (office, office2, producer) = (server.person("office").await, server.person("office2").await, server.person("producer").await);
    let product = office.get("/api/v1/products?q=jinzhouyali").await.1["items"][0].clone();
    let me = producer.get("/api/v1/sessions/current").await.1["organisation"].as_str().unwrap().to_owned();
    let right = product["rights"].as_array().unwrap().iter().find(|r| r["route"] == "gi_product").unwrap()["id"].clone();
    let leave = json!({ "organisation_id": me, "right_id": right, "in_force_from": "2024-01-01", "contract": "许可使用合同 2024-01" });
    office.done("/api/v1/mark-uses", leave).await;
    let grower = json!({ "name": "种植户甲", "division_code": "130183105", "village": "演示村", "household_no": "1" });
    let grower = producer.done("/api/v1/growers", grower).await["id"].clone();
    let plot = json!({ "holder_id": grower, "product_id": product["id"], "area": "8.00", "area_unit": "mu", "valid_from": "2025-01-01", "planted_year": 2001,
        "places": [{ "division_code": "130183105", "village": "演示村" }] });
    let plot = producer.done("/api/v1/plots", plot).await["id"].clone();
    let account = json!({ "party_id": grower, "product_id": product["id"], "season": "2026", "basis": "plots", "basis_note": "8 亩", "evidence": "核产表", "measured": true, "approved_g": 9_000_000 });
    let account = office.done("/api/v1/season-accounts", account).await["id"].as_str().unwrap().to_owned();
    office2.done(&format!("/api/v1/season-accounts/{account}/approve"), json!({})).await;
    let mut batches = Vec::new();
    for lot in ["2026-YL-01", "2026-YL-02"] {
        let delivery = json!({ "grower_id": grower, "plot_id": plot, "product_id": product["id"], "delivered_on": "2026-11-20", "net_weight_g": 1_000_000, "cert_no": "HGZ-1" });
        let delivery = producer.done("/api/v1/deliveries", delivery).await["id"].clone();
        let batch = json!({ "product_id": product["id"], "lot": lot, "sources": [{ "delivery_id": delivery, "net_weight_g": 1_000_000 }],
            "harvested_from": "2026-10-18", "harvested_to": "2026-10-20", "packed_on": "2026-11-22", "best_before": "2027-05-20", "grade": "特级" });
        let batch = producer.done("/api/v1/batches", batch).await["id"].as_str().unwrap().to_owned();
        batches.push(producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await);
    }
    let pack = json!({ "product_id": product["id"], "net_weight_g": 5_000 });
    let pack = producer.done("/api/v1/packs", pack).await["id"].clone();
    let other = batches.remove(1);
    Yard { batch: batches.remove(0), other, server, producer, pack }
}

impl Yard {
    async fn ordered(&self, more: Value) -> String {
        let mut whole = json!({ "product_id": self.batch["product_id"], "season": self.batch["season"], "kind": "unit", "count": 20 });
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.producer.done("/api/v1/code-orders", whole).await["id"].as_str().unwrap().to_owned()
    }
    async fn act(&self, verb: &str, order: &str, input: Value) -> Value {
        self.producer.done(&format!("/api/v1/code-orders/{order}/{verb}"), input).await
    }
    /// Bound to the batch and in use.
    async fn in_use(&self, order: &str, first: i64, last: i64) {
        self.act("bind", order, json!({ "first": first, "last": last, "batch_id": self.batch["id"] })).await;
        self.act("activate", order, json!({ "first": first, "last": last })).await;
    }
    async fn codes(&self, order: &str) -> Vec<String> {
        let file = self.producer.request(Method::GET, &format!("/api/v1/code-orders/{order}/codes.txt")).send().await.unwrap();
        file.text().await.unwrap().lines().map(|line| line.rsplit('/').next().unwrap().to_owned()).collect()
    }
    async fn scanned(&self, code: &str) -> Value {
        let request = self.server.anybody().request(Method::GET, &format!("/Q/{code}"));
        answer(request.header("accept", "application/json").header("user-agent", "Phone/1")).await.1
    }
    async fn page(&self, code: &str) -> String {
        self.server.anybody().request(Method::GET, &format!("/q/{code}")).send().await.unwrap().text().await.unwrap()
    }
}

on_both_engines! {
    async fn a_box_is_packed_looked_up_repacked_and_the_order_counted_out(engine: Engine) {
        let yard = yard(engine).await;
        let case_pack = json!({ "product_id": yard.batch["product_id"], "net_weight_g": 20_000, "items": 4 });
        let case_pack = yard.producer.done("/api/v1/packs", case_pack).await["id"].clone();
        let units = yard.ordered(json!({ "pack_id": yard.pack, "count": 40, "spare": 2 })).await;
        let cases = yard.ordered(json!({ "kind": "case", "pack_id": case_pack, "count": 5 })).await;
        let pallets = yard.ordered(json!({ "kind": "pallet", "count": 2 })).await;
        yard.in_use(&units, 1, 20).await;
        yard.in_use(&cases, 1, 3).await;
        yard.in_use(&pallets, 1, 1).await;
        let (unit_codes, case_codes, pallet_codes) = (yard.codes(&units).await, yard.codes(&cases).await, yard.codes(&pallets).await);

        let empty = yard.scanned(&case_codes[0]).await;
        assert_eq!((empty["verdict"].as_str(), empty.get("contents")), (Some("case_code"), None), "{empty:#}");
        yard.act("link", &cases, json!({ "mode": "scan", "parent": case_codes[0], "children": &unit_codes[..4] })).await;
        yard.act("link", &cases, json!({ "mode": "scan", "parent": case_codes[1], "children": &unit_codes[4..8] })).await;
        let link = format!("/api/v1/code-orders/{cases}/link");
        let taken = json!({ "mode": "scan", "parent": case_codes[2], "children": [unit_codes[3], unit_codes[8]], "short": true });
        let refused = yard.producer.refused(&link, taken, 422, "item_in_other_case").await;
        assert!(refused["detail"].as_str().unwrap().contains("第 1 箱"), "{refused:#}");
        let three = json!({ "mode": "scan", "parent": case_codes[2], "children": &unit_codes[8..11] });
        yard.producer.refused(&link, three, 422, "count_differs_from_case").await;
        yard.act("link", &pallets, json!({ "mode": "scan", "parent": pallet_codes[0], "children": &case_codes[..2] })).await;

        let case = yard.scanned(&case_codes[0]).await;
        assert_eq!((case["verdict"].as_str(), case["contents"][0]["count"].as_i64()), (Some("case_code"), Some(4)), "{case:#}");
        assert_eq!(case["contents"][0]["batch"], yard.batch["lot"]);
        assert!(case["headline"].as_str().unwrap().contains("本箱登记 4 件"), "{case:#}");
        let pallet = yard.scanned(&pallet_codes[0]).await;
        assert!(pallet["verdict"] == "case_code" && pallet["headline"].as_str().unwrap().contains("本托登记 2 件"), "{pallet:#}");
        assert_eq!(pallet["contents"][0]["count"], 8, "units in the cases on it");
        let page = yard.page(&pallet_codes[0]).await;
        assert!(page.contains("登记的内装商品") && page.len() <= 14_336, "{}", page.len());
        let unit = yard.page(&unit_codes[0]).await;
        assert!(!unit.contains(&case_codes[0]) && !unit.contains("箱码"), "a unit's page does not name its case");
        let staff = yard.producer.get(&format!("/api/v1/codes/{}", unit_codes[0])).await.1;
        assert_eq!((staff["in_case"]["code"].as_str(), staff["in_case"]["sequence"].as_i64()), (Some(case_codes[0].as_str()), Some(1)), "{staff:#}");
        let staff = yard.producer.get(&format!("/api/v1/codes/{}", case_codes[0])).await.1;
        assert_eq!((staff["contents"]["items"].as_i64(), staff["in_case"]["kind"].as_str()), (Some(4), Some("pallet")), "{staff:#}");
        let inside = yard.producer.get(&format!("/api/v1/code-orders/{pallets}/contents?label=1")).await.1;
        assert_eq!((inside["items"].as_i64(), inside["units"].as_i64()), (Some(2), Some(8)), "{inside:#}");
        let stranger = yard.server.person("producer2").await;
        assert_eq!(stranger.get(&format!("/api/v1/code-orders/{pallets}/contents?label=1")).await.0, 404);
        stranger.refused(&link, json!({ "mode": "scan", "parent": 3, "children": [unit_codes[8]] }), 404, "not_found").await;

        // A crate fell: its four units are repacked under new labels, in a new box.
        let repack = json!({ "first": 1, "last": 4, "with_first": 21, "with_last": 24, "reason": "纸箱摔坏，重新包装" });
        let done = yard.act("relabel", &units, repack).await;
        assert_eq!((done["relabelled"].as_i64(), done["unlinked"].as_i64(), done["state"].as_str()), (Some(4), Some(4), Some("active")), "{done:#}");
        assert_eq!(yard.scanned(&unit_codes[0]).await["verdict"], "voided");
        assert_eq!(yard.scanned(&unit_codes[20]).await["verdict"], "first_check", "the new label stands at once");
        yard.act("link", &cases, json!({ "mode": "scan", "parent": case_codes[2], "children": &unit_codes[20..24] })).await;

        // Counting out.
        let close = format!("/api/v1/code-orders/{units}/close");
        let few = yard.producer.refused(&close, json!({ "on_hand": 14, "leftovers": "return" }), 422, "on_hand_differs").await;
        assert!(few["detail"].as_str().unwrap().contains("少 2 枚"), "{few:#}");
        yard.act("void", &units, json!({ "first": 39, "last": 40, "reason": "lost" })).await;
        assert_eq!(yard.act("close", &units, json!({ "on_hand": 14, "leftovers": "return" })).await["state"], "closed");
        let order = yard.producer.get(&format!("/api/v1/code-orders/{units}")).await.1;
        let at = &order["labels"];
        let sum = ["on_hand", "bound", "active", "voided", "returned"].iter().map(|w| at[*w].as_i64().unwrap()).sum::<i64>();
        assert_eq!((at["printed"].as_i64(), sum, at["on_hand"].as_i64(), order["on_hand"].as_i64()), (Some(40), 40, Some(0), Some(14)), "{order:#}");
        yard.producer.refused(&format!("/api/v1/code-orders/{units}/bind"), json!({ "first": 30, "last": 31, "batch_id": yard.batch["id"] }), 409, "order_closed").await;
        assert_eq!(yard.scanned(&unit_codes[5]).await["verdict"], "first_check", "closing changes nothing for buyers");
        let mut replay = yanzhao::trace::replay::Replay::default();
        let report = yanzhao::ledger::verify(yard.server.app.db.reader(), &[], |_, _, body| replay.fold(body)).await.unwrap();
        assert_eq!(report.findings, []);
        assert_eq!(yanzhao::trace::store::replay::compare(yard.server.app.db.reader(), &replay).await.unwrap(), []);
    }

    async fn a_recalled_batch_shows_on_the_bundle_that_holds_some_of_it(engine: Engine) {
        let yard = yard(engine).await;
        let other = yard.other.clone();
        let units = yard.ordered(json!({ "pack_id": yard.pack, "count": 10 })).await;
        let plain = yard.ordered(json!({ "kind": "case", "count": 2 })).await;
        let gifts = yard.ordered(json!({ "kind": "case", "bundle": true, "count": 2 })).await;
        yard.in_use(&units, 1, 5).await;
        yard.act("bind", &units, json!({ "first": 6, "last": 10, "batch_id": other["id"] })).await;
        yard.in_use(&gifts, 1, 1).await;
        let (items, boxes) = (yard.codes(&units).await, yard.codes(&gifts).await);
        let mixed = json!({ "mode": "scan", "parent": 1, "children": [items[4], items[5]] });
        yard.producer.refused(&format!("/api/v1/code-orders/{plain}/link"), mixed.clone(), 409, "mixed_batches").await;
        yard.act("link", &gifts, mixed).await;
        let said = yard.scanned(&boxes[0]).await;
        let mut lots: Vec<&str> = said["contents"].as_array().unwrap().iter().map(|c| c["batch"].as_str().unwrap()).collect();
        lots.sort_unstable();
        let mut wanted = [yard.batch["lot"].as_str().unwrap(), other["lot"].as_str().unwrap()];
        wanted.sort_unstable();
        assert_eq!((said["verdict"].as_str(), lots), (Some("case_code"), wanted.to_vec()), "{said:#}");
        let (one, two) = (yard.server.person("supervisor").await, yard.server.person("supervisor2").await);
        let recall = json!({ "batch_id": other["id"], "ordered_by": "演示机关", "document_no": "演示〔2026〕9号", "reason": "农残", "public_text": "请停止食用。" });
        let recall = one.done("/api/v1/recalls", recall).await["id"].as_str().unwrap().to_owned();
        two.done(&format!("/api/v1/recalls/{recall}/confirm"), json!({})).await;
        assert_eq!(yard.scanned(&boxes[0]).await["verdict"], "recalled");
    }

    async fn a_case_that_carries_quantity_needs_no_labels_inside(engine: Engine) {
        let yard = yard(engine).await;
        let crate_pack = json!({ "product_id": yard.batch["product_id"], "net_weight_g": 20_000 });
        let crate_pack = yard.producer.done("/api/v1/packs", crate_pack).await["id"].clone();
        let order = json!({ "kind": "case", "carries_quantity": true, "product_id": yard.batch["product_id"], "season": yard.batch["season"], "count": 3 });
        yard.producer.refused("/api/v1/code-orders", order.clone(), 422, "pack_missing").await;
        let crates = yard.ordered(json!({ "kind": "case", "carries_quantity": true, "pack_id": crate_pack, "count": 3 })).await;
        let before = yard.producer.get(&format!("/api/v1/batches/{}", yard.batch["id"].as_str().unwrap())).await.1["coded_g"].as_i64().unwrap();
        yard.in_use(&crates, 1, 3).await;
        let after = yard.producer.get(&format!("/api/v1/batches/{}", yard.batch["id"].as_str().unwrap())).await.1["coded_g"].as_i64().unwrap();
        assert_eq!(after - before, 60_000);
        let units = yard.ordered(json!({ "pack_id": yard.pack, "count": 10 })).await;
        let link = json!({ "mode": "scan", "parent": 1, "children": [1], "child_order_id": units });
        yard.producer.refused(&format!("/api/v1/code-orders/{crates}/link"), link, 409, "two_levels_carry").await;
    }

    async fn a_box_is_packed_by_form_with_everything_typed_kept(engine: Engine) {
        let yard = yard(engine).await;
        let units = yard.ordered(json!({ "pack_id": yard.pack, "count": 20 })).await;
        let cases = yard.ordered(json!({ "kind": "case", "count": 5 })).await;
        yard.in_use(&units, 1, 10).await;
        let items = yard.codes(&units).await;
        let http = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let url = |path: &str| format!("{}{path}", yard.server.base);
        http.post(url("/login")).form(&[("account", "producer"), ("password", PASSWORD)]).send().await.unwrap();
        let page = async |path: &str| {
            let page = http.get(url(path)).send().await.unwrap();
            assert_eq!(page.status(), 200, "{path}");
            page.text().await.unwrap()
        };
        let order = format!("/work/orders/{cases}");
        let shown = page(&order).await;
        for words in ["扫码装箱", "按比例装箱", "从箱里取出", "结单", "共印 5 枚"] {
            assert!(shown.contains(words), "{words}");
        }
        let csrf = shown.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let post = async |path: String, fields: &[(&str, &str)]| {
            let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
            let answer = http.post(url(&path)).form(&fields).send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        let typed = format!("{}\r\n{}\r\n{}\r\n", items[0], items[1], items[0]);
        let (status, again) = post(format!("{order}/link_scan"), &[("parent", "2"), ("children", &typed)]).await;
        assert_eq!(status, 422);
        assert!(again.contains("扫了两次") && again.contains(&items[1]) && again.contains("link_scan-children-err"), "the fault and everything typed");
        let typed = format!("{}\n{}\n", items[0], items[1]);
        assert_eq!(post(format!("{order}/link_scan"), &[("parent", "2"), ("children", &typed)]).await.0, 303);
        let ratio = [("first", "3"), ("last", "4"), ("child_order", units.as_str()), ("child_first", "3"), ("per", "3")];
        assert_eq!(post(format!("{order}/link_ratio"), &ratio).await.0, 303);
        assert!(page(&format!("{order}/contents?label=3")).await.contains("箱内 3 件"));
        assert!(page(&format!("{order}/contents?label=77")).await.contains("不在本次申领之内"));
        assert_eq!(post(format!("{order}/unlink"), &[("first", "3"), ("last", "3"), ("reason", "拆箱")]).await.0, 303);
        assert!(page(&format!("{order}/contents?label=3")).await.contains("没有登记的商品"));
        let (status, again) = post(format!("{order}/close"), &[("on_hand", "3"), ("leftovers", "return"), ("note", "清点人甲")]).await;
        assert!(status == 422 && again.contains("少 2 枚") && again.contains("清点人甲"), "{status}");
        assert_eq!(post(format!("{order}/close"), &[("on_hand", "5"), ("leftovers", "void")]).await.0, 303);
        assert!(page(&order).await.contains("已结单"));
        let relabel = [("first", "1"), ("last", "2"), ("with_first", "11"), ("with_last", "12"), ("reason", "换箱")];
        assert_eq!(post(format!("/work/orders/{units}/relabel"), &relabel).await.0, 303);
        let void = [("first", "13"), ("last", "14"), ("reason", "damaged"), ("evidence", "照片 3")];
        assert_eq!(post(format!("/work/orders/{units}/void"), &void).await.0, 303);
        assert!(page(&format!("/work/orders/{units}")).await.contains("待本单位另一人或主管部门核对"));
        let office = yard.server.person("office").await;
        let claims = office.get("/api/v1/damage-claims?state=waiting").await.1;
        assert_eq!(claims["items"][0]["evidence"], "照片 3", "{claims:#}");
        let claim = claims["items"][0]["id"].as_str().unwrap();
        yard.producer.refused(&format!("/api/v1/damage-claims/{claim}/confirm"), json!({}), 409, "second_person_needed").await;
        assert_eq!(office.done(&format!("/api/v1/damage-claims/{claim}/confirm"), json!({})).await["state"], "confirmed");
        for path in ["/work/orders/new", "/work/orders"] {
            page(path).await;
        }
    }
}
