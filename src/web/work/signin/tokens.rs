//! `/work/me/tokens`: tokens for one's own programs: named, limited, dated, shown once.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Nothing, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::parts::{Field, Form, Part, PartsPage, Typed, answered, at_fields};
use super::Anew;
use super::me::{secret, text, tried};
use super::moment;
use super::shown::{SecretPage, once};
use crate::identity::commands::access::{TokenInput, end_token, issue_token};
use crate::identity::queries::access::{permissions, scopes, tokens};
use crate::identity::session::{new_api_token, token_hash};
use crate::kernel::{Failure, Outcome};

pub(super) fn routes() -> Vec<Route> {
    let own = Access::SignedIn;
    vec![
        Route::get("/work/me/tokens", own, show),
        Route::post("/work/me/tokens", own, issue),
        Route::post("/work/me/tokens/{id}/end", own, end),
    ]
}

/// How long a token may be asked for, in days.
const TERMS: [&str; 4] = ["30", "90", "180", "365"];
const NAMES: [&str; 4] = ["name", "scopes", "days", "current"];

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, None).await?))
}

async fn page(app: &App, reader: &Reader, refused: Option<(&Failure, &Typed)>) -> Result<String, Refusal> {
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let again = refused.map(|(_, typed)| tried("issue", typed));
    let (rows, now) = (tokens(&app.db, &reader.who.account.id).await?, app.clock.now());
    let mut ends = Vec::new();
    let mut cells = Vec::new();
    for row in &rows {
        let live = row.ended_at.is_none() && row.expires_at > now;
        if live {
            let mut form = Form::new(
                app,
                reader,
                "end",
                &format!("/work/me/tokens/{}/end", row.id),
                "signin.end_token",
                "signin.end_token",
                Vec::new(),
            );
            form.label = reader.fill("signin.end_this_token", &[("name", &row.name)]);
            form.class = "stop";
            ends.push(form);
        }
        let used = row.used_at.map_or_else(|| say("never_used"), |at| moment(reader.lang, at));
        cells.push(vec![
            Cell::text(row.name.clone()).with_small(row.scopes.clone()),
            Cell::text(moment(reader.lang, row.expires_at)),
            Cell::text(used),
            if live { Cell::badge(say("in_force"), "ok") } else { Cell::badge(say("over"), "soft") },
        ]);
    }
    let columns = vec![
        Column::text(say("token_name")),
        Column::text(say("until")),
        Column::text(say("last_seen")),
        Column::text(reader.say("state")),
    ];
    let table = Table { caption: say("tokens"), columns, rows: cells, empty: say("tokens_none") };
    let list = Part { heading: say("own_tokens"), about: say("tokens_about"), table: Some(table), forms: ends, ..Part::default() };
    let may = scopes(&reader.who);
    let fields = vec![
        Field::text("name", say("token_name")).hint(say("token_name_hint")).must(),
        Field::area("scopes", say("scopes")).hint(reader.fill("signin.scopes_hint", &[("may", &may.join(" "))])).must(),
        Field::select("days", say("term"), TERMS.map(|days| (days.to_owned(), reader.fill("signin.days", &[("days", days)]))).to_vec())
            .value("90")
            .must(),
        Field::password("current", say("current")).must(),
    ];
    let form = Form::new(app, reader, "issue", "/work/me/tokens", "signin.issue_token", "signin.issue_token", fields);
    let make = Part { heading: say("issue_token"), forms: vec![form.again(again.as_ref())], ..Part::default() };
    let errors = refused.map(|(failure, _)| at_fields(reader, failure, "issue", &NAMES)).unwrap_or_default();
    Ok(PartsPage { parts: vec![list, make], frame: reader.narrow_frame(say("tokens"), errors) }.render()?)
}

fn read(typed: &Typed) -> Outcome<TokenInput> {
    let days = text(typed, "days");
    Ok(TokenInput {
        name: text(typed, "name"),
        scopes: text(typed, "scopes")
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、'))
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect(),
        days: days.parse().map_err(|_| Failure::field("/days", "number_unreadable").with("figure", days))?,
    })
}

async fn issue(State(app): State<App>, reader: Reader, anew: Anew, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let typed = posted.body.clone();
    let token = new_api_token(&app.random);
    let attempt = async {
        anew.confirm(&reader.who, &secret(&typed, "current")).await?;
        let input = read(&typed)?;
        let (hash, may) = (token_hash(&token), permissions(&reader.who));
        act(&app, posted.map(|_| Nothing {}), move |tx, desk, _| {
            let (hash, may, input) = (hash.clone(), may.clone(), input.clone());
            Box::pin(async move {
                issue_token(tx, &desk, &may, &input, &hash).await?;
                Ok(Done::see("/work/me/tokens".to_owned()).secret())
            })
        })
        .await
    };
    let done = attempt.await;
    let response = answered(done, |failure| async {
        let html = page(&app, &reader, Some((&failure, &typed))).await?;
        Ok((failure, html))
    })
    .await?;
    if response.status() != http::StatusCode::SEE_OTHER {
        return Ok(response);
    }
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let page = SecretPage {
        about: vec![say("token_once")],
        symbol: None,
        facts: vec![(say("token_name"), text(&typed, "name")), (say("token"), token)],
        codes: Vec::new(),
        back: (reader.to("/work/me/tokens"), say("back_tokens")),
        frame: reader.narrow_frame(say("token_title"), Vec::new()),
    };
    once(&page)
}

async fn end(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let lang = reader.lang;
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        Box::pin(async move {
            end_token(tx, &desk, &id).await?;
            Ok(Done::see(done_at(lang, "/work/me/tokens", "token_ended")))
        })
    })
    .await
}
