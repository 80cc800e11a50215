//! The first administrators of a new platform, made at the machine itself.

use reqwest::Client;
use serde_json::json;
use yanzhao::identity::store::count_accounts;
use yanzhao::node;

use crate::support::server::Server;

/// People of `/first-run`, each with a password of their own; `word` is what the console told.
fn typed(word: &str) -> Vec<(String, String)> {
    let mut fields = vec![("word".to_owned(), word.to_owned())];
    for (no, who) in ["system", "security", "second", "audit"].iter().enumerate() {
        fields.push((format!("account_{who}"), format!("first-{who}")));
        fields.push((format!("password_{who}"), format!("long enough for each {no}")));
    }
    fields
}

fn with(word: &str, name: &str, value: &str) -> Vec<(String, String)> {
    typed(word).into_iter().map(|(n, v)| if n == name { (n, value.to_owned()) } else { (n, v) }).collect()
}

async fn sent(server: &Server, fields: &[(String, String)], header: Option<(&str, &str)>) -> (u16, String) {
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let request = http.post(format!("{}/first-run", server.base)).form(fields);
    let request = match header {
        Some((name, value)) => request.header(name, value),
        None => request,
    };
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn seen(server: &Server, header: Option<(&str, &str)>) -> u16 {
    let request = Client::new().get(format!("{}/first-run", server.base));
    let request = match header {
        Some((name, value)) => request.header(name, value),
        None => request,
    };
    request.send().await.unwrap().status().as_u16()
}

on_both_engines! {
    async fn four_people_are_made_once_by_the_word_of_the_console(engine: Engine) {
        let server = Server::start_bare(engine, |_| {}).await;
        assert_eq!(seen(&server, None).await, 404, "no word was offered");
        let word = node::offer_first_run(&server.app).await.unwrap().unwrap();
        assert_eq!(word.len(), 25);
        assert_eq!(seen(&server, None).await, 200);
        for header in [("x-forwarded-for", "127.0.0.1"), ("forwarded", "for=127.0.0.1"), ("x-real-ip", "127.0.0.1"), ("via", "1.1 proxy")] {
            assert_eq!(seen(&server, Some(header)).await, 404, "{header:?}");
            assert_eq!(sent(&server, &typed(&word), Some(header)).await.0, 404, "{header:?}");
        }
        assert_eq!(sent(&server, &typed(&word), Some(("sec-fetch-site", "cross-site"))).await.0, 409, "another site's form");
        // Each fault at its field; nothing is made of it.
        let table = [
            ("word", "ABCDE", "一次性口令不对"),
            ("account_system", "", "account_system"),
            ("account_second", "first-security", "应为四个不同的账号"),
            ("password_audit", "short", "password_audit"),
            ("password_audit", "long enough for each 0", "应为四个不同的密码"),
            ("account_audit", "a b", "account_audit"),
        ];
        for (name, value, said) in table {
            let (status, html) = sent(&server, &with(&word, name, value), None).await;
            assert!(status == 422 && html.contains(said), "{name}={value}: {status} {html}");
            assert!(!html.contains("long enough"), "a password is on no page");
        }
        assert_eq!(count_accounts(server.app.db.reader()).await.unwrap(), 0);
        // Two send it at once: one makes the accounts.
        let fields = typed(&format!(" {} ", word.to_lowercase()));
        let other: Vec<(String, String)> = fields.iter().map(|(n, v)| (n.clone(), v.replace("first-", "other-"))).collect();
        let (one, two) = tokio::join!(sent(&server, &fields, None), sent(&server, &other, None));
        let made = [one.0, two.0].iter().filter(|status| **status == 303).count();
        assert_eq!(made, 1, "{one:?} {two:?}");
        assert_eq!(count_accounts(server.app.db.reader()).await.unwrap(), 4);
        assert_eq!((seen(&server, None).await, sent(&server, &typed(&word), None).await.0), (404, 404), "gone");
        assert_eq!(node::offer_first_run(&server.app).await.unwrap(), None);
        assert_eq!(seen(&server, None).await, 404);
        // Everybody must choose a password of their own first; the roles are the three of 等保.
        let whose = if one.0 == 303 { "first" } else { "other" };
        for (no, who, role) in [(0, "system", "account.create"), (1, "security", "role.confirm"), (2, "second", "role.confirm"), (3, "audit", "audit.read")] {
            let signing = json!({ "account": format!("{whose}-{who}"), "password": format!("long enough for each {no}") });
            let (status, answer) = server.anybody().post("/api/v1/sessions", signing).await;
            assert_eq!((status, answer["first"].as_str()), (201, Some("password_change_needed")), "{who}: {answer}");
            let mut person = server.anybody();
            person.carry(answer["token"].as_str().unwrap());
            assert!(person.get("/api/v1/audit/events").await.0 >= 400, "nothing else is done before: {role}");
        }
    }

    async fn never_through_a_trusted_proxy_and_never_beside_accounts(engine: Engine) {
        let proxied = Server::start_bare(engine, |config| config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]).await;
        let word = node::offer_first_run(&proxied.app).await.unwrap().unwrap();
        assert_eq!((seen(&proxied, None).await, sent(&proxied, &typed(&word), None).await.0), (404, 404));
        let server = Server::start(engine).await;
        assert_eq!(node::offer_first_run(&server.app).await.unwrap(), None);
        // Even a word that was offered before somebody made an account by the command line is no good any more.
        let word = server.app.first_run.offer(&server.app.random);
        assert_eq!((seen(&server, None).await, sent(&server, &typed(&word), None).await.0), (404, 404));
        assert!(!server.app.first_run.is(&word));
    }
}
