//! What is posted on `/work/growers/{id}` beside slips and consents: a correction, and the household's own account, whose slip is shown once.

use axum::extract::{Path, State};
use axum::response::Response;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::parts::{Field, Form, Part, Tried, Typed, refilled, said};
use super::super::signin::slip_page;
use super::super::{names, places};
use super::grower::page;
use super::grower_new::villages;
use crate::identity::role::Permission as P;
use crate::identity::session::{new_token, token_hash};
use crate::identity::store::accounts_of_grower;
use crate::identity::{password, store};
use crate::kernel::Outcome;
use crate::registry::commands::{GrowerChange, change_grower, open_grower_account, reset_grower_account};
use crate::registry::queries::{GrowerView, grower};

const CHANGE: [&str; 4] = ["division_code", "village", "household_no", "phone"];

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs(P::GrowerRegister);
    vec![
        Route::post("/work/growers/{id}/change", needs, change),
        Route::post("/work/growers/{id}/account", needs, open),
        Route::post("/work/growers/{id}/account/reset", needs, reset),
    ]
}

/// What may be done about a grower beside slips and consents; nothing for who may not.
pub(super) async fn parts(app: &App, reader: &Reader, view: &GrowerView, tried: Option<&Tried<'_>>) -> Outcome<Vec<Part>> {
    if !reader.may(P::GrowerRegister) {
        return Ok(Vec::new());
    }
    let say = |key: &str| reader.say(&format!("people.{key}"));
    let mut near = vec![store::organisation(app.db.reader(), &view.organisation_id).await?.division_code];
    near.push(view.division_code.chars().take(6).collect());
    near.dedup();
    let mut townships = places::townships(app, &near).await?;
    if !townships.iter().any(|(code, _)| *code == view.division_code) {
        townships.push((view.division_code.clone(), view.division.clone()));
    }
    let fields = vec![
        Field::select("division_code", reader.say("phone.plot_township"), townships).must().value(view.division_code.clone()),
        Field::text("village", say("village")).offer(villages(app, reader).await?).must().value(view.village.clone()),
        Field::text("household_no", say("household_no")).value(view.household_no.clone().unwrap_or_default()),
        Field::text("phone", say("phone")).hint(say("phone_hint")).numeric().value(view.phone.clone().unwrap_or_default()),
    ];
    let path = format!("/work/growers/{}", view.id);
    let form = |name, verb: &str, word: &str, fields| Form::new(app, reader, name, &format!("{path}/{verb}"), word, word, fields);
    let change = form("change", "change", "people.grower_change", fields).about(say("grower_change_about"));
    let accounts = accounts_of_grower(app.db.reader(), &view.id).await?;
    let active = accounts.iter().find(|account| account.state == "active");
    let (about, mut own) = match active {
        Some(account) => {
            let name = account.name.clone();
            let form = form("reset", "account/reset", "people.account_reset", Vec::new()).about(reader.say("signin.reset_warning"));
            (reader.fill("people.account_is", &[("name", &name)]), Form { class: "stop", ..form })
        }
        None => {
            let hint = reader.lang.say("signin.choose_account_hint").into_owned();
            let name = Field::text("account", reader.lang.say("signin.choose_account").into_owned()).hint(hint).must();
            let name = name.value(format!("nonghu-{}", names::tail(&view.id)));
            (say("account_none"), form("account", "account", "people.account_open", vec![name]).about(say("account_open_about")))
        }
    };
    own = own.again(tried);
    Ok(vec![
        Part { heading: say("on_record"), forms: vec![change.again(tried)], ..Part::default() },
        Part { heading: say("own_account"), about, forms: vec![own], ..Part::default() },
    ])
}

async fn change(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            // The form has every field with what is on record, so that an empty one was emptied.
            let text = |name: &str| Some(said(&typed, name));
            let input = GrowerChange {
                division_code: text("division_code"),
                village: text("village"),
                household_no: text("household_no"),
                phone: text("phone"),
            };
            change_grower(tx, &desk, &id, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/growers/{id}"), "grower_changed")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "change", typed: &typed };
    refilled(tried, &reader, form, &CHANGE, |errors, tried| page(&app, &reader, &id, errors, tried)).await
}

async fn open(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, named) = (posted.body.clone(), id.clone());
    let (token, dead) = (new_token(&app.random), password::dead(&app.random).await?);
    let (hash, back) = (token_hash(&token), reader.to(&format!("/work/growers/{id}")));
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (id, hash, dead, back) = (named.clone(), hash.clone(), dead.clone(), back.clone());
        Box::pin(async move {
            open_grower_account(tx, &desk, &id, &said(&typed, "account"), &hash, &dead).await?;
            Ok(Done::see(back).secret())
        })
    });
    let tried = tried.await;
    shown(&app, &reader, &id, &typed, "account", &token, tried).await
}

async fn reset(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, named) = (posted.body.clone(), id.clone());
    let (token, dead) = (new_token(&app.random), password::dead(&app.random).await?);
    let (hash, back) = (token_hash(&token), reader.to(&format!("/work/growers/{id}")));
    let tried = act(&app, posted, move |tx, desk, _| {
        let (id, hash, dead, back) = (named.clone(), hash.clone(), dead.clone(), back.clone());
        Box::pin(async move {
            reset_grower_account(tx, &desk, &id, &hash, &dead).await?;
            Ok(Done::see(back).secret())
        })
    });
    let tried = tried.await;
    shown(&app, &reader, &id, &typed, "reset", &token, tried).await
}

/// The page with the slip, or the grower's again with what was wrong.
async fn shown(
    app: &App,
    reader: &Reader,
    id: &str,
    typed: &Typed,
    form: &'static str,
    token: &str,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    let asked = Tried { form, typed };
    let response = refilled(tried, reader, asked, &["account"], |errors, tried| page(app, reader, id, errors, tried)).await?;
    if response.status() != http::StatusCode::SEE_OTHER {
        return Ok(response);
    }
    let view = grower(&app.db, &reader.actor(P::GrowerRead)?, id).await?;
    let account = accounts_of_grower(app.db.reader(), id).await?.into_iter().find(|account| account.state == "active");
    let name = account.map(|account| account.name).unwrap_or_default();
    let back = (reader.to(&format!("/work/growers/{id}")), reader.say("people.back"));
    slip_page(app, reader, token, "slip_title", reader.fill("people.account_of", &[("name", &view.name), ("account", &name)]), back)
}
