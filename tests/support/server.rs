//! A real server on a free port with a database of its own, a clock that a test moves, and people who sign in over HTTP.

use std::net::SocketAddr;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use yanzhao::config::Config;
use yanzhao::kernel::clock::parse_rfc3339;
use yanzhao::kernel::{Clock, Random};
use yanzhao::web::App;
use yanzhao::{demo, node};

use super::{Engine, Guard, fresh_database_url};

/// The demonstration accounts' password in tests.
pub const PASSWORD: &str = "correct horse battery staple";
/// When a test begins: in the season of pears, mid-morning in China.
pub const START: &str = "2026-11-23T02:00:00Z";

/// A running server.
pub struct Server {
    /// `http://127.0.0.1:port`
    pub base: String,
    /// What its handlers have at hand.
    pub app: App,
    /// Moves its time.
    pub clock: Clock,
    /// Keys and checkpoints.
    pub dir: tempfile::TempDir,
    _guard: Guard,
}

impl Server {
    /// Starts one with the demonstration's organisations and accounts.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, |_| {}).await
    }

    /// Starts one with other settings.
    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut Config)) -> Self {
        Self::begin(engine, change, true).await
    }

    /// Starts one in which nobody has an account yet.
    pub async fn start_bare(engine: Engine, change: impl FnOnce(&mut Config)) -> Self {
        Self::begin(engine, change, false).await
    }

    async fn begin(engine: Engine, change: impl FnOnce(&mut Config), with_accounts: bool) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (database_url, guard) = fresh_database_url(engine).await;
        let dir = tempfile::tempdir().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let base = format!("http://{address}");
        let mut config = Config {
            database_url,
            base_url: base.clone(),
            secrets_dir: dir.path().to_owned(),
            files_dir: dir.path().join("files"),
            second_factor: "offered".to_owned(),
            demo: true,
            ..Config::default()
        };
        change(&mut config);
        let (clock, random) = (Clock::at(parse_rfc3339(START).unwrap()), Random::system());
        let db = node::open(&config, &clock, &random).await.unwrap();
        if with_accounts {
            demo::accounts::prepare(&db, &clock, &random, PASSWORD).await.unwrap();
        }
        let app = node::assemble(config, db, clock.clone(), random).await.unwrap();
        tokio::spawn(node::serve(app.clone(), listener, std::future::pending()));
        Self { base, app, clock, dir, _guard: guard }
    }

    /// Starts one on a database that is there already, with its keys and files where `config` says.
    pub async fn over(mut config: Config, clock: Clock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        config.base_url.clone_from(&base);
        let random = Random::system();
        let db = node::open(&config, &clock, &random).await.unwrap();
        let app = node::assemble(config, db, clock.clone(), random).await.unwrap();
        tokio::spawn(node::serve(app.clone(), listener, std::future::pending()));
        Self { base, app, clock, dir: tempfile::tempdir().unwrap(), _guard: Guard::Sqlite(tempfile::tempdir().unwrap()) }
    }

    /// Somebody who is not signed in.
    pub fn anybody(&self) -> Person {
        Person {
            base: self.base.clone(),
            http: Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
            token: None,
        }
    }

    /// Somebody signed in for programs.
    pub async fn person(&self, account: &str) -> Person {
        let mut person = self.anybody();
        let (status, answer) = person.post("/api/v1/sessions", json!({ "account": account, "password": PASSWORD })).await;
        assert_eq!(status, 201, "{account}: {answer}");
        person.token = Some(answer["token"].as_str().unwrap().to_owned());
        person
    }
}

/// Somebody at a client.
#[derive(Clone)]
pub struct Person {
    base: String,
    http: Client,
    token: Option<String>,
}

impl Person {
    /// Goes on with another token.
    pub fn carry(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }
    /// A request with this person's token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
    /// GET; the answer as JSON, or null where it is none.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.request(Method::GET, path)).await
    }
    /// POST of JSON.
    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.request(Method::POST, path).json(&body)).await
    }
    /// POST of JSON that must be done; what was answered.
    pub async fn done(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.post(path, body.clone()).await;
        assert!((200..300).contains(&status), "{path} {body}: {status} {answer:#}");
        answer
    }
    /// POST of JSON that must be refused with this status and code; the whole problem.
    pub async fn refused(&self, path: &str, body: Value, status: u16, code: &str) -> Value {
        let (got, answer) = self.post(path, body.clone()).await;
        assert!(got == status && says(&answer, code), "{path} {body}: wanted {status} {code}, got {got} {answer:#}");
        answer
    }
    /// POST under an Idempotency-Key.
    pub async fn post_once(&self, path: &str, key: &str, body: Value) -> (u16, Value) {
        answer(self.request(Method::POST, path).header("idempotency-key", key).json(&body)).await
    }
}

/// Does a problem say this code, as the whole or for one of its fields?
pub fn says(problem: &Value, code: &str) -> bool {
    problem["code"] == code || problem["errors"].as_array().is_some_and(|e| e.iter().any(|f| f["code"] == code))
}

/// Sends a request; status and JSON.
pub async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status: StatusCode = response.status();
    let text = response.text().await.unwrap();
    (status.as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null))
}
