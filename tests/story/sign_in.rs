//! Signing in, roles with two persons, acts done once.

use serde_json::json;
use yanzhao::kernel::clock;

use crate::support::Engine;
use crate::support::server::{PASSWORD, Server, says};

on_both_engines! {
    async fn an_unknown_account_and_a_wrong_password_answer_alike(engine: Engine) {
        let server = Server::start(engine).await;
        let anybody = server.anybody();
        let wrong = anybody.post("/api/v1/sessions", json!({ "account": "producer", "password": "not the password" })).await;
        let unknown = anybody.post("/api/v1/sessions", json!({ "account": "nobody-here", "password": "not the password" })).await;
        assert_eq!(wrong.0, 401);
        assert_eq!(wrong, unknown);
    }

    async fn a_token_ends_when_it_is_ended_or_old_or_the_account_is_disabled(engine: Engine) {
        let server = Server::start(engine).await;
        let (first, second, third) = (server.person("producer").await, server.person("producer").await, server.person("seller").await);
        assert_eq!(first.get("/api/v1/sessions/current").await.1["account"], "producer");
        assert_eq!(first.request(reqwest::Method::DELETE, "/api/v1/sessions/current").send().await.unwrap().status(), 204);
        assert_eq!(first.get("/api/v1/sessions/current").await.0, 401);
        let admin = server.person("admin").await;
        let accounts = admin.get("/api/v1/accounts?limit=200").await.1;
        let seller = accounts["items"].as_array().unwrap().iter().find(|a| a["account"] == "seller").unwrap()["id"].as_str().unwrap().to_owned();
        admin.done(&format!("/api/v1/accounts/{seller}/disable"), json!({ "reason": "离职" })).await;
        assert_eq!(third.get("/api/v1/sessions/current").await.0, 401);
        assert_eq!(second.get("/api/v1/sessions/current").await.0, 200);
        server.clock.advance(12 * clock::HOUR);
        assert_eq!(second.get("/api/v1/sessions/current").await.0, 401);
    }

    async fn a_role_needs_two_persons_and_the_three_administrators_are_never_one_hand(engine: Engine) {
        let server = Server::start(engine).await;
        let (admin, security, security2) = (server.person("admin").await, server.person("security").await, server.person("security2").await);
        let account = admin.done("/api/v1/accounts", json!({ "account": "zhang.wen", "display_name": "新任科员", "password": "十二个汉字也是足够长的密码" })).await;
        let grant = json!({ "account_id": account["id"], "role": "city_supervision", "scope": "division", "scope_ref": "130100" });
        let proposed = security.done("/api/v1/role-grants", grant).await;
        let confirm = format!("/api/v1/role-grants/{}/confirm", proposed["id"].as_str().unwrap());
        security.refused(&confirm, json!({}), 409, "second_person_needed").await;
        assert_eq!(security2.done(&confirm, json!({})).await["state"], "in_force");
        security2.refused(&confirm, json!({}), 409, "already_decided").await;
        let administrator = |role: &str| json!({ "account_id": account["id"], "role": role, "scope": "all" });
        security.done("/api/v1/role-grants", administrator("admin_audit")).await;
        security.refused("/api/v1/role-grants", administrator("admin_system"), 409, "administrators_apart").await;
        admin.refused("/api/v1/role-grants", administrator("auditor"), 403, "not_permitted").await;
    }

    async fn an_act_under_one_key_is_done_once(engine: Engine) {
        let server = Server::start(engine).await;
        let office = server.person("office").await;
        let body = json!({ "kind": "producer", "name": "演示枣业有限公司", "credit_code": "91330100799655058B", "division_code": "130129" });
        let first = office.post_once("/api/v1/organisations", "k-1", body.clone()).await;
        let again = office.post_once("/api/v1/organisations", "k-1", body.clone()).await;
        assert_eq!(first.0, 201, "{}", first.1);
        assert_eq!(first, again);
        let mut other = body.clone();
        other["name"] = json!("另一名称");
        let reused = office.post_once("/api/v1/organisations", "k-1", other).await;
        assert!(reused.0 == 422 && says(&reused.1, "idempotency_key_reused"), "{reused:?}");
        let taken = office.post_once("/api/v1/organisations", "k-2", body).await;
        assert!(taken.0 == 409 && says(&taken.1, "credit_code_taken"), "{taken:?}");
    }

    async fn forty_double_taps_make_one_organisation(engine: Engine) {
        let server = Server::start(engine).await;
        let office = server.person("office").await;
        let body = json!({ "kind": "producer", "name": "演示枣业有限公司", "credit_code": "91330100799655058B", "division_code": "130129" });
        let taps = (0..40).map(|_| {
            let (office, body) = (office.clone(), body.clone());
            tokio::spawn(async move { office.post_once("/api/v1/organisations", "tap", body).await })
        });
        for tap in taps.collect::<Vec<_>>() {
            let (status, answer) = tap.await.unwrap();
            assert!(status == 201 || says(&answer, "in_progress") || says(&answer, "credit_code_taken"), "{status} {answer}");
        }
        let all = office.get("/api/v1/organisations?limit=200").await.1;
        assert_eq!(all["items"].as_array().unwrap().iter().filter(|o| o["name"] == "演示枣业有限公司").count(), 1);
    }

    async fn what_can_not_be_read_is_said_with_its_place(engine: Engine) {
        let server = Server::start(engine).await;
        let office = server.person("office").await;
        let post = |body: &'static str, media: &'static str| {
            let request = office.request(reqwest::Method::POST, "/api/v1/organisations").header("content-type", media).body(body);
            crate::support::server::answer(request)
        };
        for (body, media, status, code) in [
            ("{", "application/json", 400, "json_syntax"),
            ("{}", "text/plain", 415, "media_type_unfit"),
            (r#"{"kind":"dragon","name":"x","division_code":"130100"}"#, "application/json", 422, "json_field"),
            (r#"{"kind":"producer","name":"x","division_code":"130100","colour":1}"#, "application/json", 422, "json_field"),
            (r#"{"kind":"producer","name":["x"],"division_code":"130100"}"#, "application/json", 422, "json_field"),
            ("\u{0}\u{1}", "application/json", 400, "json_syntax"),
        ] {
            let (got, answer) = post(body, media).await;
            assert!(got == status && says(&answer, code), "{body}: {got} {answer:#}");
        }
        // The server answers at the head of what is too large and hangs up; a client may see the answer or the hanging up.
        let big = office.request(reqwest::Method::POST, "/api/v1/organisations").header("content-type", "application/json").body("x".repeat(2 << 20));
        if let Ok(response) = big.send().await {
            assert_eq!(response.status(), 413);
        }
        let english = office.request(reqwest::Method::POST, "/api/v1/organisations").header("accept-language", "en").json(&json!({ "kind": "producer", "name": "", "division_code": "999999" }));
        let (_, answer) = crate::support::server::answer(english).await;
        let details: Vec<&str> = answer["errors"].as_array().unwrap().iter().map(|e| e["detail"].as_str().unwrap()).collect();
        assert_eq!(details.len(), 4, "every fault at once: {answer:#}");
        assert!(details.iter().any(|d| d.contains("999999")) && details.iter().all(|d| d.is_ascii() || d.contains('“')), "{details:?}");
        assert_eq!(server.anybody().get("/api/v1/nothing-here").await.0, 404);
        assert_eq!(office.request(reqwest::Method::PUT, "/api/v1/organisations").send().await.unwrap().status(), 405);
    }

    async fn a_person_signs_in_with_a_cookie_and_a_form_needs_its_word(engine: Engine) {
        let server = Server::start(engine).await;
        let http = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let url = |path: &str| format!("{}{path}", server.base);
        let asked = http.get(url("/work")).send().await.unwrap();
        assert_eq!((asked.status().as_u16(), asked.headers()["location"].to_str().unwrap()), (303, "/login?next=%2Fwork"));
        let wrong = http.post(url("/login")).form(&[("account", "producer"), ("password", "wrong"), ("next", "/work")]).send().await.unwrap();
        assert_eq!(wrong.status(), 401);
        let right = http.post(url("/login")).form(&[("account", "producer"), ("password", PASSWORD), ("next", "https://elsewhere.example/")]).send().await.unwrap();
        assert_eq!((right.status().as_u16(), right.headers()["location"].to_str().unwrap()), (303, "/work"));
        let cookie = right.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("yanzhao=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let forged = http.post(url("/logout")).form(&[("csrf", "0000")]).send().await.unwrap();
        assert_eq!(forged.status(), 409);
        let elsewhere = http.post(url("/login")).header("sec-fetch-site", "cross-site").form(&[("account", "producer"), ("password", PASSWORD)]).send().await.unwrap();
        assert_eq!(elsewhere.status(), 409);
        let json_by_cookie = http.post(url("/api/v1/organisations")).header("content-type", "text/plain").body("{}").send().await.unwrap();
        assert_ne!(json_by_cookie.status(), 201);
    }
}

#[tokio::test]
async fn the_base_url_decides_the_cookie() {
    let server = Server::start_with(Engine::Sqlite, |config| config.base_url = "https://gi.example.cn".to_owned()).await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let right = http.post(format!("{}/login", server.base)).form(&[("account", "producer"), ("password", PASSWORD)]).send().await.unwrap();
    let cookie = right.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-yanzhao=") && cookie.contains("; Secure") && cookie.contains("Path=/;") && !cookie.contains("Domain"),
        "{cookie}"
    );
    assert!(right.headers().contains_key("strict-transport-security"));
}
