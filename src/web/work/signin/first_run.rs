//! `/first-run`: the first administrators of a new platform, made at the machine itself with the word its console tells. There is no such
//! page for anybody else, and none once an account exists.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, Form, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::super::super::app::App;
use super::super::super::failure::{Refusal, status};
use super::super::super::first_run::is_at_this_machine;
use super::super::super::pages::Site;
use super::super::super::pages::staff::FormError;
use super::super::super::pages::style;
use super::super::super::route::{Access, Route};
use super::super::super::words::Lang;
use super::super::desk::faults;
use super::super::door::is_from_elsewhere;
use crate::identity::commands::first_run::{FIRST, FirstPerson, make_first_administrators};
use crate::identity::password;
use crate::identity::profile::judge;
use crate::identity::store::count_accounts;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, FailureKind, Outcome, text};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/first-run", Access::Public, show), Route::post("/first-run", Access::Public, enter)]
}

type Typed = BTreeMap<String, String>;

/// One of the people, as the page asks for them.
struct Person {
    heading: String,
    about: String,
    account: Asked,
    name: Asked,
    password: Asked,
}

/// A field.
struct Asked {
    id: String,
    value: String,
    error: String,
}

#[derive(Template)]
#[template(path = "staff/signin/first_run.html")]
struct Page<'a> {
    lang: Lang,
    site: &'a Site,
    css: &'static str,
    word: Asked,
    people: Vec<Person>,
    rule: String,
    action: String,
    errors: Vec<FormError>,
}

/// Nothing is here but for somebody at this machine, while there is no account.
async fn let_in(app: &App, peer: SocketAddr, headers: &HeaderMap) -> Outcome<()> {
    let here = app.first_run.is_open() && is_at_this_machine(peer.ip(), headers, &app.config.trusted_proxies);
    if !here {
        return Err(Failure::not_found());
    }
    if count_accounts(app.db.reader()).await? > 0 {
        app.first_run.close();
        return Err(Failure::not_found());
    }
    Ok(())
}

async fn show(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    lang: Lang,
    headers: HeaderMap,
) -> Result<Html<String>, Refusal> {
    let_in(&app, peer, &headers).await?;
    Ok(Html(page(&app, lang, &Typed::new(), None)?))
}

fn page(app: &App, lang: Lang, typed: &Typed, refused: Option<&Failure>) -> Result<String, Refusal> {
    let errors = refused.map(|failure| faults(lang, failure, |pointer| pointer.trim_start_matches('/').to_owned())).unwrap_or_default();
    let asked = |id: String, shown: bool| Asked {
        value: if shown { typed.get(&id).cloned().unwrap_or_default() } else { String::new() },
        error: errors.iter().find(|e| e.field == id).map(|e| e.text.clone()).unwrap_or_default(),
        id,
    };
    let people = FIRST.iter().map(|(word, role)| Person {
        heading: lang.say(&format!("first_run.{word}")).into_owned(),
        about: lang.say(&format!("role_about.{}", role.word())).into_owned(),
        account: asked(format!("account_{word}"), true),
        name: asked(format!("name_{word}"), true),
        password: asked(format!("password_{word}"), false),
    });
    let profile = app.sign_in_rules().profile;
    let page = Page {
        lang,
        site: &app.site(),
        css: style::staff_href(),
        word: asked("word".to_owned(), false),
        people: people.collect(),
        rule: lang.fill(&format!("work.signin.rule_{}", profile.word()), &[("fewest", &profile.fewest().to_string())]),
        action: format!("/first-run{}", lang.query()),
        errors,
    };
    Ok(page.render()?)
}

async fn enter(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    lang: Lang,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Refusal> {
    let_in(&app, peer, &headers).await?;
    if is_from_elsewhere(&headers) {
        return Err(Failure::conflict("form_stale").into());
    }
    if !app.throttle.sign_in(peer.ip()) {
        return Err(Failure::not_now("throttled").into());
    }
    match attempt(&app, &typed).await {
        Ok(()) => {
            app.first_run.close();
            Ok(Redirect::to(&format!("/login{}", lang.query())).into_response())
        }
        Err(failure) if matches!(failure.kind, FailureKind::Invalid | FailureKind::Conflict) => {
            let html = page(&app, lang, &typed, Some(&failure))?;
            Ok((status(&failure), Html(html)).into_response())
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn attempt(app: &App, typed: &Typed) -> Outcome<()> {
    let of = |field: &str, word: &str| typed.get(&format!("{field}_{word}")).map(String::as_str).unwrap_or_default();
    if !app.first_run.is(typed.get("word").map(String::as_str).unwrap_or_default()) {
        return Err(Failure::field("/word", "first_run_word"));
    }
    let mut faults = Faults::new();
    for (no, (word, _)) in FIRST.iter().enumerate() {
        let name = text::clean(of("account", word));
        let earlier = FIRST.iter().take(no).any(|(other, _)| text::clean(of("account", other)) == name);
        if name.is_empty() || earlier {
            let code = if name.is_empty() { "account_name_unfit" } else { "first_run_twice" };
            faults.add(format!("/account_{word}"), code).with("value", &name);
        }
        let names = [name.as_str(), of("name", word)];
        if let Err(refused) = judge(app.sign_in_rules().profile, of("password", word), &names) {
            for fault in refused.fields {
                faults.add(format!("/password_{word}"), fault.code);
                for (key, value) in fault.params {
                    faults.with(key, value);
                }
            }
        }
        let same =
            FIRST.iter().take(no).any(|(other, _)| !of("password", word).is_empty() && of("password", other) == of("password", word));
        if same {
            faults.add(format!("/password_{word}"), "first_run_same_password");
        }
    }
    faults.check()?;
    let mut people = Vec::with_capacity(FIRST.len());
    for (word, role) in FIRST {
        let account = of("account", word).to_owned();
        let display_name = Some(text::clean(of("name", word))).filter(|name| !name.is_empty()).unwrap_or_else(|| account.clone());
        let password_hash = password::hash(of("password", word).to_owned(), &app.random).await?;
        people.push(FirstPerson { role, account, display_name, password_hash });
    }
    let desk = Desk::system(&app.clock, &app.random);
    app.db
        .write(move |tx| {
            let (desk, people) = (desk.clone(), people.clone());
            Box::pin(async move { make_first_administrators(tx, &desk, &people).await })
        })
        .await
}
