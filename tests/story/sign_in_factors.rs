//! Passwords, second factors, sessions and tokens of programs, by form and by program.

use axum::http::HeaderMap;
use serde_json::json;
use sha2::Digest;
use yanzhao::kernel::clock;

use crate::support::forms::Seen;
use crate::support::server::{PASSWORD, Server, says};

/// HMAC-SHA-1 and TOTP written down from RFC 2104 and RFC 6238, so that the codes come from somebody else than the program.
fn totp(secret: &[u8], seconds: i64) -> String {
    fn sha1(message: &[u8]) -> [u8; 20] {
        let mut h: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
        let mut padded = message.to_vec();
        padded.push(0x80);
        while padded.len() % 64 != 56 {
            padded.push(0);
        }
        padded.extend((message.len() as u64 * 8).to_be_bytes());
        for block in padded.chunks(64) {
            let mut w = [0u32; 80];
            for (i, word) in block.chunks(4).enumerate() {
                w[i] = u32::from_be_bytes(word.try_into().unwrap());
            }
            for i in 16..80 {
                w[i] = (w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16]).rotate_left(1);
            }
            let [mut a, mut b, mut c, mut d, mut e] = h;
            for (i, word) in w.iter().enumerate() {
                let (f, k) = match i {
                    0..20 => ((b & c) | (!b & d), 0x5a82_7999),
                    20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                    40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                    _ => (b ^ c ^ d, 0xca62_c1d6u32),
                };
                let next = a.rotate_left(5).wrapping_add(f).wrapping_add(e).wrapping_add(k).wrapping_add(*word);
                (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
            }
            for (sum, add) in h.iter_mut().zip([a, b, c, d, e]) {
                *sum = sum.wrapping_add(add);
            }
        }
        let mut out = [0; 20];
        for (place, word) in out.chunks_mut(4).zip(h) {
            place.copy_from_slice(&word.to_be_bytes());
        }
        out
    }
    let pad = |with: u8| -> Vec<u8> { (0..64).map(|i| secret.get(i).copied().unwrap_or(0) ^ with).collect() };
    let inner = sha1(&[pad(0x36), (seconds / 30).to_be_bytes().to_vec()].concat());
    let mac = sha1(&[pad(0x5c), inner.to_vec()].concat());
    let at = usize::from(mac[19] & 15);
    let number = u32::from_be_bytes(mac[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

#[test]
fn the_independent_codes_are_those_of_rfc_6238() {
    assert_eq!(totp(b"12345678901234567890", 59), "287082");
    assert_eq!(totp(b"12345678901234567890", 1_111_111_109), "081804");
}

/// The secret that stands beside the symbol.
fn secret_of(page: &Seen) -> Vec<u8> {
    let text = page.html.rsplit("<span class=\"mono\">").next().unwrap().split('<').next().unwrap().replace(' ', "");
    data_encoding::BASE32_NOPAD.decode(text.as_bytes()).unwrap()
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

on_both_engines! {
    async fn a_code_of_an_authenticator_is_asked_for_and_works_once(engine: Engine) {
        let server = Server::start(engine).await;
        let browser = server.browser("producer").await;
        let elsewhere = server.browser("producer").await;
        let page = browser.open("/work/me/factors").await;
        let wrong = browser.fill(&page, "/work/me/factors/totp", &[("current", "not the password")]).await;
        assert!(wrong.status == 422 && wrong.has("当前密码不对"), "{}", wrong.html);
        let started = browser.fill(&page, "/work/me/factors/totp", &[("current", PASSWORD)]).await;
        assert_eq!(started.status, 303, "{}", started.html);
        let setting_up = browser.open(&started.location).await;
        let secret = secret_of(&setting_up);
        assert!(secret.len() == 20 && setting_up.has("<svg class=\"qr\""));
        assert_eq!(server.browser("producer").await.see(&started.location).await.status, 200, "its owner only");
        assert_eq!(server.browser("seller").await.see(&started.location).await.status, 404);
        let seconds = || server.clock.now() / 1000;
        let confirm = format!("{}/confirm", started.location);
        let refused = browser.fill(&setting_up, &confirm, &[("code", "000000")]).await;
        assert_eq!(refused.status, 422, "{}", refused.html);
        let old = totp(&secret, seconds() - 90);
        assert_eq!(browser.fill(&setting_up, &confirm, &[("code", &old)]).await.status, 422);
        let code = totp(&secret, seconds());
        let (_, listed) = browser.done(&refused, &confirm, &[("code", &code)]).await;
        assert!(listed.has("二次验证已开通"), "the browser goes on under a new token: {}", listed.html);
        assert_eq!(elsewhere.see("/work").await.status, 303, "every other session ended");

        let anybody = server.anybody();
        let sign_in = |otp: Option<String>| {
            let mut body = json!({ "account": "producer", "password": PASSWORD });
            if let Some(otp) = otp {
                body["otp"] = json!(otp);
            }
            let anybody = anybody.clone();
            async move { anybody.post("/api/v1/sessions", body).await }
        };
        let asked = sign_in(None).await;
        assert!(asked.0 == 401 && says(&asked.1, "otp_required") && asked.1["figures"]["kinds"] == "totp", "{asked:?}");
        assert!(says(&sign_in(Some(code.clone())).await.1, "otp_refused"), "the step that switched it on is used up");
        server.clock.advance(30_000);
        let next = totp(&secret, seconds());
        assert_eq!(sign_in(Some(next.clone())).await.0, 201);
        let again = sign_in(Some(next)).await;
        assert!(again.0 == 401 && says(&again.1, "otp_refused"), "a step works once: {again:?}");

        // The page asks in a second step; the password stands on no page.
        server.clock.advance(60_000);
        let http = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let url = |path: &str| format!("{}{path}", server.base);
        let first = http.post(url("/login")).form(&[("account", "producer"), ("password", PASSWORD), ("next", "/work")]).send().await.unwrap();
        assert_eq!(first.status(), 200);
        let first = first.text().await.unwrap();
        assert!(!first.contains(PASSWORD) && first.contains("name=\"otp\""));
        let step = hidden(&first, "step");
        assert_eq!(http.get(url("/work")).send().await.unwrap().status(), 303, "half a sign-in opens nothing");
        assert_eq!(http.get(url("/api/v1/sessions/current")).bearer_auth(&step).send().await.unwrap().status(), 401);
        let second = |otp: String| http.post(url("/login")).form(&[("step", step.clone()), ("otp", otp), ("next", "/work".to_owned())]).send();
        assert_eq!(second("000000".to_owned()).await.unwrap().status(), 401);
        let right = second(totp(&secret, seconds())).await.unwrap();
        assert_eq!((right.status().as_u16(), right.headers()["location"].to_str().unwrap()), (303, "/work"));
        assert_eq!(http.get(url("/work")).send().await.unwrap().status(), 200);
        server.clock.advance(60_000);
        assert_eq!(second(totp(&secret, seconds())).await.unwrap().status(), 401, "a step is over once it led in");
    }

    async fn each_code_of_a_card_works_once_and_a_new_card_ends_the_old(engine: Engine) {
        let server = Server::start(engine).await;
        let browser = server.browser("seller").await;
        let page = browser.open("/work/me/factors").await;
        let card = browser.fill(&page, "/work/me/factors/card", &[("current", PASSWORD)]).await;
        assert_eq!(card.status, 200, "{}", card.html);
        let codes = |page: &Seen| -> Vec<String> {
            let list = page.html.split("<ol class=\"codes mono\">").nth(1).unwrap().split("</ol>").next().unwrap();
            list.split("<li>").skip(1).map(|item| item.split('<').next().unwrap().to_owned()).collect()
        };
        let first = codes(&card);
        assert_eq!(first.len(), 12);
        let again = browser.fill(&page, "/work/me/factors/card", &[("current", PASSWORD)]).await;
        assert_ne!(again.status, 200, "shown once, and the old form is of an ended session");
        let sign_in = async |otp: &str| server.anybody().post("/api/v1/sessions", json!({ "account": "seller", "password": PASSWORD, "otp": otp })).await.0;
        assert_eq!(sign_in(&first[3]).await, 201);
        assert_eq!(sign_in(&first[3]).await, 401);
        assert_eq!(sign_in(&first[4].replace(' ', "")).await, 201);
        let listed = browser.open("/work/me/factors").await;
        assert!(listed.has("还剩 10 个验证码"), "{}", listed.html);
        let next = browser.fill(&listed, "/work/me/factors/card", &[("current", PASSWORD)]).await;
        assert_eq!(sign_in(&first[5]).await, 401, "the old card is worth nothing");
        assert_eq!(sign_in(&codes(&next)[0]).await, 201);
        let bodies = server.app.db.clone();
        let plain = first[0].replace(' ', "");
        for (_, body) in yanzhao::ledger::history(bodies.reader(), "acc", 10).await.unwrap() {
            assert!(!body.to_string().contains(&plain));
        }
    }

    async fn five_wrong_ones_lock_and_time_or_an_administrator_unlocks(engine: Engine) {
        let server = Server::start(engine).await;
        let sign_in = async |account: &str, password: &str| server.anybody().post("/api/v1/sessions", json!({ "account": account, "password": password })).await;
        for _ in 0..5 {
            assert_eq!(sign_in("seller", "wrong wrong wrong").await.0, 401);
        }
        let locked = sign_in("seller", PASSWORD).await;
        assert_eq!(locked, sign_in("nobody-here", PASSWORD).await, "locked, unknown and wrong answer alike");
        server.clock.advance(15 * clock::MINUTE);
        assert_eq!(sign_in("seller", PASSWORD).await.0, 201);
        for _ in 0..5 {
            sign_in("seller", "wrong wrong wrong").await;
        }
        assert_eq!(sign_in("seller", PASSWORD).await.0, 401);
        let admin = server.browser("admin").await;
        let list = admin.open("/work/admin/accounts?q=seller").await;
        assert!(list.has("暂时锁定"), "{}", list.html);
        let path = list.html.split("href=\"/work/admin/accounts/").nth(1).unwrap().split('"').next().unwrap();
        let path = format!("/work/admin/accounts/{path}");
        let page = admin.open(&path).await;
        admin.done(&page, &format!("{path}/unlock"), &[]).await;
        assert_eq!(sign_in("seller", PASSWORD).await.0, 201);
        let security = server.browser("security").await;
        let record = security.open("/work/sign-ins").await;
        for word in ["密码不对", "锁定中", "没有此账号", "nobody-here", "127.0.0.0/24"] {
            assert!(record.has(word), "{word}: {}", record.html);
        }
        assert!(!record.has("127.0.0.1"), "the network is kept, not the device");
        assert_eq!(server.browser("producer").await.see("/work/sign-ins").await.status, 403);
    }

    async fn a_changed_password_ends_every_other_session(engine: Engine) {
        let server = Server::start(engine).await;
        let (browser, other, program) = (server.browser("producer").await, server.browser("producer").await, server.person("producer").await);
        let page = browser.open("/work/me/password").await;
        let change = async |typed: &[(&str, &str)]| browser.fill(&page, "/work/me/password", typed).await;
        for (typed, said) in [
            ([("current", "wrong wrong wrong"), ("password", "梨花院落溶溶月柳絮池塘"), ("again", "梨花院落溶溶月柳絮池塘")], "当前密码不对"),
            ([("current", PASSWORD), ("password", "梨花院落溶溶月柳絮池塘淡淡风"), ("again", "梨花院落")], "两次输入的密码不一样"),
            ([("current", PASSWORD), ("password", "short"), ("again", "short")], "密码至少 12 个字符"),
            ([("current", PASSWORD), ("password", "woaini1314520"), ("again", "woaini1314520")], "太容易猜到"),
            ([("current", PASSWORD), ("password", "演示果品专业合作社2026"), ("again", "演示果品专业合作社2026")], "太容易猜到"),
        ] {
            let refused = change(&typed).await;
            assert!(refused.status == 422 && refused.has(said), "{said}: {}", refused.html);
            assert!(!refused.has(typed[1].1) && !refused.has(PASSWORD), "no password is shown again");
        }
        let good = "梨花院落溶溶月柳絮池塘淡淡风";
        let changed = change(&[("current", PASSWORD), ("password", good), ("again", good)]).await;
        assert_eq!(changed.status, 303, "{}", changed.html);
        assert!(browser.open(&changed.location).await.has("密码已修改"));
        assert_eq!(other.see("/work").await.status, 303);
        assert_eq!(program.get("/api/v1/sessions/current").await.0, 401);
        assert_eq!(server.anybody().post("/api/v1/sessions", json!({ "account": "producer", "password": PASSWORD })).await.0, 401);
        assert_eq!(server.anybody().post("/api/v1/sessions", json!({ "account": "producer", "password": good })).await.0, 201);
    }

    async fn sessions_are_listed_and_ended(engine: Engine) {
        let server = Server::start(engine).await;
        let (browser, other) = (server.browser("producer").await, server.browser("producer").await);
        let page = browser.open("/work/me").await;
        assert!(page.has("正在使用"));
        let one = page.html.split("action=\"/work/me/sessions/").find(|part| !part.starts_with("end\"") && part.contains("/end\"")).unwrap();
        let one = format!("/work/me/sessions/{}", one.split('"').next().unwrap());
        browser.done(&page, &one, &[]).await;
        assert_eq!(other.see("/work").await.status, 303);
        assert_eq!(browser.see("/work").await.status, 200);
        let third = server.browser("producer").await;
        let page = browser.open("/work/me").await;
        browser.done(&page, "/work/me/sessions/end", &[]).await;
        assert_eq!(third.see("/work").await.status, 303);
    }

    async fn a_first_password_is_changed_before_anything_else(engine: Engine) {
        let server = Server::start(engine).await;
        let admin = server.person("admin").await;
        let first = "staple-otter-granary";
        admin.done("/api/v1/accounts", json!({ "account": "zhang.wen", "display_name": "新任科员", "password": first })).await;
        let (status, answer) = server.anybody().post("/api/v1/sessions", json!({ "account": "zhang.wen", "password": first })).await;
        assert_eq!((status, answer["first"].as_str()), (201, Some("password_change_needed")));
        let http = reqwest::Client::new();
        let token = answer["token"].as_str().unwrap().to_owned();
        let get = async |path: &str, token: &str| http.get(format!("{}{path}", server.base)).bearer_auth(token).send().await.unwrap();
        assert_eq!(get("/api/v1/sessions/current", &token).await.status(), 200);
        let held: serde_json::Value = get("/api/v1/products", &token).await.json().await.unwrap_or_default();
        assert!(held.get("items").is_some() || says(&held, "password_change_needed"));
        let body = json!({ "current": first, "password": "granary-otter-lantern-7" });
        let changed = http.post(format!("{}/api/v1/me/password", server.base)).bearer_auth(&token).json(&body).send().await.unwrap();
        assert_eq!(changed.status(), 200);
        let fresh: serde_json::Value = changed.json().await.unwrap();
        assert_eq!(get("/api/v1/sessions/current", &token).await.status(), 401);
        assert_eq!(get("/api/v1/sessions/current", fresh["token"].as_str().unwrap()).await.status(), 200);
    }

    async fn a_token_does_what_its_scopes_say_until_it_ends(engine: Engine) {
        let server = Server::start(engine).await;
        let browser = server.browser("producer").await;
        let page = browser.open("/work/me/tokens").await;
        let ask = async |scopes: &str, days: &str| browser.fill(&page, "/work/me/tokens", &[("name", "地磅"), ("scopes", scopes), ("days", days), ("current", PASSWORD)]).await;
        let refused = ask("batch.read role.confirm", "90").await;
        assert!(refused.status == 422 && refused.has("role.confirm"), "{}", refused.html);
        let page_again = ask("batch.read", "900").await;
        assert!(page_again.has("900"), "{}", page_again.html);
        let made = browser.fill(&browser.open("/work/me/tokens").await, "/work/me/tokens", &[("name", "地磅"), ("scopes", "batch.read，delivery.read"), ("days", "30"), ("current", PASSWORD)]).await;
        assert_eq!(made.status, 200, "{}", made.html);
        let token = made.html.split("yzt_").nth(1).unwrap().split('<').next().unwrap();
        let token = format!("yzt_{token}");
        let http = reqwest::Client::new();
        let get = async |path: &str| http.get(format!("{}{path}", server.base)).bearer_auth(&token).send().await.unwrap().status().as_u16();
        assert_eq!(get("/api/v1/batches").await, 200);
        assert_eq!(get("/api/v1/code-orders").await, 403, "its owner may, the token may not");
        assert_eq!(get("/api/v1/sessions/current").await, 200);
        let password = http.post(format!("{}/api/v1/me/password", server.base)).bearer_auth(&token).json(&json!({ "current": PASSWORD, "password": "granary-otter-lantern-7" })).send().await.unwrap();
        assert_eq!(password.status(), 403, "a program never touches its owner's own affairs");
        let cookie = http.get(format!("{}/work", server.base)).header("cookie", format!("yanzhao={token}")).send().await.unwrap();
        assert!(!cookie.text().await.unwrap().contains("/logout"), "a program's token is no cookie");
        let listed = browser.open("/work/me/tokens").await;
        assert!(!listed.has(&token) && listed.has("batch.read delivery.read"));
        server.clock.advance(30 * clock::DAY);
        assert_eq!(get("/api/v1/batches").await, 401, "over after its days");
        server.clock.advance(-30 * clock::DAY);
        let end = listed.html.split("action=\"/work/me/tokens/").nth(1).unwrap().split('"').next().unwrap();
        browser.done(&listed, &format!("/work/me/tokens/{end}"), &[]).await;
        assert_eq!(get("/api/v1/batches").await, 401);
    }

    async fn a_code_comes_through_the_gateway(engine: Engine) {
        let (send, mut received) = tokio::sync::mpsc::unbounded_channel::<(String, String)>();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = axum::Router::new().route("/sms", axum::routing::post(move |headers: HeaderMap, body: String| {
            send.send((headers["x-secret"].to_str().unwrap().to_owned(), body)).unwrap();
            async { "ok" }
        }));
        tokio::spawn(async move { axum::serve(listener, heard).await.unwrap() });
        let server = Server::start_with(engine, |config| {
            config.sms_url = format!("http://{address}/sms");
            config.sms_template = r#"{"to":"{phone}","text":"验证码{code}"}"#.to_owned();
            config.sms_header = "x-secret: s3cret".to_owned();
        }).await;
        let code = |body: &str| body.split("验证码").nth(1).unwrap()[..6].to_owned();
        let browser = server.browser("producer2").await;
        let page = browser.open("/work/me/factors").await;
        let unfit = browser.fill(&page, "/work/me/factors/sms", &[("phone", "0311-123"), ("current", PASSWORD)]).await;
        assert_eq!(unfit.status, 422);
        let started = browser.fill(&page, "/work/me/factors/sms", &[("phone", "138 0013 8000"), ("current", PASSWORD)]).await;
        assert_eq!(started.status, 303, "{}", started.html);
        let (secret, body) = received.recv().await.unwrap();
        assert!(secret == "s3cret" && body.contains("13800138000"), "{body}");
        let setting_up = browser.open(&started.location).await;
        let confirm = format!("{}/confirm", started.location);
        browser.done(&setting_up, &confirm, &[("code", &code(&body))]).await;
        let sign_in = async |otp: Option<&str>| {
            let mut asked = json!({ "account": "producer2", "password": PASSWORD });
            if let Some(otp) = otp { asked["otp"] = json!(otp); }
            server.anybody().post("/api/v1/sessions", asked).await
        };
        server.clock.advance(clock::MINUTE);
        assert!(says(&sign_in(None).await.1, "otp_required"));
        let first = code(&received.recv().await.unwrap().1);
        assert!(says(&sign_in(None).await.1, "otp_required"));
        assert!(received.try_recv().is_err(), "not two within a minute");
        server.clock.advance(5 * clock::MINUTE);
        assert!(says(&sign_in(Some(&first)).await.1, "otp_refused"), "too old");
        assert!(says(&sign_in(None).await.1, "otp_required"));
        let second = code(&received.recv().await.unwrap().1);
        assert_eq!(sign_in(Some(&second)).await.0, 201);
        assert!(says(&sign_in(Some(&second)).await.1, "otp_refused"));
        let mark = data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(&second));
        assert_eq!(mark.len(), 64);
    }

    async fn staff_must_have_one_where_the_settings_say_so(engine: Engine) {
        let server = Server::start_with(engine, |config| config.second_factor = "required".to_owned()).await;
        let office = server.anybody();
        let (status, answer) = office.post("/api/v1/sessions", json!({ "account": "office", "password": PASSWORD })).await;
        assert_eq!((status, answer["first"].as_str()), (201, Some("second_factor_needed")));
        let browser = server.browser("office").await;
        let sent = browser.see("/work/batches").await;
        assert_eq!((sent.status, sent.location.as_str()), (303, "/work/me/factors"));
        let page = browser.open("/work/me/factors").await;
        assert!(page.has("须先开通一种二次验证"));
        assert_eq!(browser.fill(&page, "/work/me/factors/card", &[("current", PASSWORD)]).await.status, 200);
        assert_eq!(browser.see("/work/accounts").await.status, 200, "and then everything is open");
        assert_eq!(server.browser("producer").await.see("/work/batches").await.status, 200, "a producer needs none to work");
    }

    async fn under_mlps_a_session_lies_idle_for_half_an_hour_at_most(engine: Engine) {
        let server = Server::start_with(engine, |config| config.password_profile = "mlps".to_owned()).await;
        let (used, idle) = (server.person("producer").await, server.person("producer").await);
        server.clock.advance(20 * clock::MINUTE);
        assert_eq!(used.get("/api/v1/sessions/current").await.0, 200);
        server.clock.advance(10 * clock::MINUTE);
        assert_eq!(idle.get("/api/v1/sessions/current").await.0, 401);
        assert_eq!(used.get("/api/v1/sessions/current").await.0, 200);
        server.clock.advance(90 * clock::DAY);
        let (_, answer) = server.anybody().post("/api/v1/sessions", json!({ "account": "producer", "password": PASSWORD })).await;
        assert_eq!(answer["first"], "password_change_needed", "ninety days");
        let browser = server.browser("seller").await;
        let sent = browser.see("/work/stock").await;
        assert_eq!(sent.location, "/work/me/password");
        let change = async |from: &str, to: &str| {
            let page = browser.open("/work/me/password").await;
            browser.fill(&page, "/work/me/password", &[("current", from), ("password", to), ("again", to)]).await
        };
        assert!(change(PASSWORD, "onlysmallletters").await.has("四类中的三类"));
        assert_eq!(change(PASSWORD, "kT9#vL2mQx7!").await.status, 303);
        let used = change("kT9#vL2mQx7!", "kT9#vL2mQx7!").await;
        assert!(used.has("最近 5 个密码之一"), "{}", used.html);
    }
}
