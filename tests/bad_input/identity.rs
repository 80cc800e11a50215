//! Identity: credit codes copied wrongly or used twice, branches, leave that has ended.

use serde_json::{Value, json};

use super::sheet::Sheet;
use crate::support::season::{Season, id};

/// A right code that the rows are made from.
const RIGHT: &str = "91330100799655058B";

on_both_engines! {
    async fn identity(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let (server, producer) = (&season.server, &season.producer);
        let office = server.person("office").await;
        let mut sheet = Sheet::new("identity", "身份 identity");
        let register = "/api/v1/organisations";
        let organisation = |code: Value| json!({ "kind": "producer", "name": "演示枣业有限公司", "credit_code": code, "division_code": "130129" });
        for (what, code, figures) in [
            ("统一社会信用代码末位抄错 a wrong character of the credit code", "91330100799655058C", &["91330100799655058C", "18", "B", "C"][..]),
            ("组织机构代码抄错一位 a wrong character of the organisation's own code", "91330100798655058B", &["91330100798655058B", "798655058"]),
            ("相邻两位颠倒 two characters swapped", "91330100976955058B", &["91330100976955058B", "976955058"]),
            ("数字 0 写成字母 O the letter O for a nought", "9133O100799655058B", &["9133O100799655058B", "5", "O", "0"]),
            ("字符集外的字符 a character no code has", "91330100799655*58B", &["15", "*"]),
            ("15 位的旧注册号 an old registration number", "330106000012345", &["330106000012345", "18", "15"]),
        ] {
            sheet.refused(what, ("office", &office), register, &organisation(json!(code)), figures).await;
        }
        sheet.refused("生产者没有代码 a producer without one", ("office", &office), register, &organisation(Value::Null), &["18"]).await;
        office.done(register, organisation(json!(RIGHT))).await;
        let mut second = organisation(json!(RIGHT));
        second["name"] = json!("另一枣业有限公司");
        sheet.refused("一个代码两个主体 one code on two organisations", ("office", &office), register, &second, &[RIGHT]).await;
        second["name"] = json!("演示枣业有限公司赞皇分公司");
        sheet.refused("分支机构用总公司的代码 a branch under its head's code", ("office", &office), register, &second, &[RIGHT]).await;

        // Another organisation under its own code, a branch perhaps, that uses the leave of the first.
        let branch = server.person("producer2").await;
        let house = branch.get("/api/v1/sessions/current").await.1["organisation"].clone();
        let plot = json!({ "holder_id": house, "product_id": season.product["id"], "area": "2.00", "area_unit": "mu", "valid_from": "2025-01-01",
            "planted_year": 2001, "places": [{ "division_code": "130183105", "village": "演示村" }] });
        let plot = id(&branch.done("/api/v1/plots", plot).await);
        let account = json!({ "party_id": house, "product_id": season.product["id"], "season": "2026", "basis": "plots", "basis_note": "2 亩",
            "evidence": "核产表", "measured": true, "approved_g": 4_000_000 });
        let account = id(&office.done("/api/v1/season-accounts", account).await);
        server.person("office2").await.done(&format!("/api/v1/season-accounts/{account}/approve"), json!({})).await;
        let leave = id(&producer.get("/api/v1/mark-uses").await.1["items"][0]);
        let batch = json!({ "product_id": season.product["id"], "lot": "FZ-01", "plot_ids": [plot], "net_weight_g": 1_000_000,
            "harvested_from": "2026-10-18", "mark_use_ids": [leave] });
        sheet.refused("分支机构用总公司的用标资格 a branch under its head's leave", ("producer2", &branch), "/api/v1/batches", &batch, &[]).await;
        let mut without = batch.clone();
        without.as_object_mut().unwrap().remove("mark_use_ids");
        sheet.refused("没有用标资格 no leave at all", ("producer2", &branch), "/api/v1/batches", &without, &["晋州鸭梨", "2026-10-18"]).await;

        // Leave that has ended, and leave of one that has no code.
        let rights = season.product["rights"].as_array().unwrap();
        let certified = id(rights.iter().find(|r| r["route"] == "certification_mark").unwrap());
        let mark_use = |organisation: &Value, from: &str, to: &str| json!({ "organisation_id": organisation, "right_id": certified, "in_force_from": from,
            "in_force_to": to, "contract": "许可使用合同 2024-01" });
        let ended = id(&office.done("/api/v1/mark-uses", mark_use(&json!(season.organisation), "2020-01-01", "2025-12-31")).await);
        let batch = season.batch(json!({ "mark_use_ids": [ended] }));
        sheet.refused("用标资格已到期 leave that has ended", ("producer", producer), "/api/v1/batches", &batch, &["2025-12-31", "2026-11-22"]).await;
        let all = office.get("/api/v1/organisations?limit=200").await.1;
        let authority = all["items"].as_array().unwrap().iter().find(|o| o["name"] == "演示市场监管部门").unwrap()["id"].clone();
        let codeless = mark_use(&authority, "2026-01-01", "2026-12-31");
        sheet.refused("给没有代码的单位用标 leave for one without a code", ("office", &office), "/api/v1/mark-uses", &codeless, &["演示市场监管部门"]).await;
        let twice = mark_use(&json!(season.organisation), "2025-06-01", "2026-12-31");
        sheet.call(&ended, "leave");
        sheet.refused("用标日期重叠 leave twice on one day", ("office", &office), "/api/v1/mark-uses", &twice, &["2020-01-01", "2025-12-31"]).await;
        sheet.compare(server);
    }
}
