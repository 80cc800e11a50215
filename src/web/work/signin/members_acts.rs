//! What is posted on `/work/members`: inviting, slips, naming, handing over, 经办人.

use axum::extract::{Path, State};
use axum::response::Response;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::parts::{Typed, answered, given};
use super::me::{carer, text};
use super::members::{Whose, of, page};
use super::moment;
use super::shown::{SecretPage, Symbol, once};
use crate::db::{Act, Tx};
use crate::identity::commands::members::{
    INVITATION_LASTS, InviteInput, end_handler, hand_over, invite, list_handler, name_admin, reset_member, revoke_invitation,
};
use crate::identity::password;
use crate::identity::session::{new_token, token_hash};
use crate::kernel::{Desk, Failure, Outcome};

pub(super) fn routes() -> Vec<Route> {
    let own = Access::SignedIn;
    vec![
        Route::post("/work/members/invite", own, invite_one),
        Route::post("/work/members/invitations/{id}/revoke", own, revoke),
        Route::post("/work/members/reset", own, reset),
        Route::post("/work/members/leave", own, leave),
        Route::post("/work/members/name", own, name),
        Route::post("/work/members/handlers", own, add_handler),
        Route::post("/work/members/handlers/end", own, remove_handler),
    ]
}

/// What every verb here is given.
type Given = (State<App>, Reader, Asked<Whose>);

/// Does an act on the organisation's page; what it was refused for is shown there.
async fn on_page<F>(
    (State(app), reader, Asked(whose)): Given,
    mut posted: Posted<Typed>,
    form: &'static str,
    done: &'static str,
    command: F,
) -> Result<Response, Refusal>
where
    F: for<'t> Fn(&'t Tx, Desk, std::sync::Arc<Typed>, String) -> Act<'t, ()> + Send + Sync + 'static,
{
    let (id, lang, typed) = (whose.id(&reader)?, reader.lang, posted.body.clone());
    posted.actor.scope = carer(&reader).scope;
    let (back, about) = (done_at(lang, &of(&reader, "/work/members", &id), done), id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let running = command(tx, desk, typed, about.clone());
        let back = back.clone();
        Box::pin(async move {
            running.await?;
            Ok(Done::see(back))
        })
    })
    .await;
    refused_on_page(&app, &reader, &id, form, &typed, tried).await
}

async fn refused_on_page(
    app: &App,
    reader: &Reader,
    id: &str,
    form: &'static str,
    typed: &Typed,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    answered(tried, |failure| async {
        let html = page(app, reader, id, Some((&failure, form, typed))).await?;
        Ok((failure, html))
    })
    .await
}

/// The page with a link and its symbol.
pub(in crate::web::work) fn slip_page(
    app: &App,
    reader: &Reader,
    token: &str,
    heading: &str,
    whom: String,
    back: (String, String),
) -> Result<Response, Refusal> {
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let link = format!("{}/join/{token}", app.config.base_url);
    let until = moment(reader.lang, app.clock.now() + INVITATION_LASTS);
    let page = SecretPage {
        about: vec![say("slip_about"), reader.fill("signin.slip_until", &[("until", &until)])],
        symbol: Some(Symbol::of(&link)?),
        facts: vec![(say("whom"), whom), (say("link"), link)],
        codes: Vec::new(),
        back,
        frame: reader.narrow_frame(say(heading), Vec::new()),
    };
    once(&page)
}

async fn invite_one(given: Given, mut posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (State(app), reader, Asked(whose)) = given;
    let (id, typed, token) = (whose.id(&reader)?, posted.body.clone(), new_token(&app.random));
    posted.actor.scope = carer(&reader).scope;
    let (hash, about, back) = (token_hash(&token), id.clone(), of(&reader, "/work/members", &id));
    let kept = back.clone();
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (hash, about, back) = (hash.clone(), about.clone(), kept.clone());
        Box::pin(async move {
            let input = InviteInput {
                organisation_id: about,
                person: text(&typed, "person"),
                roles: given_words(&typed, "roles"),
                administers: typed.contains_key("administers"),
            };
            invite(tx, &desk, &input, &hash).await?;
            Ok(Done::see(back).secret())
        })
    })
    .await;
    let response = refused_on_page(&app, &reader, &id, "invite", &typed, tried).await?;
    if response.status() != http::StatusCode::SEE_OTHER {
        return Ok(response);
    }
    slip_page(&app, &reader, &token, "invitation_title", text(&typed, "person"), (reader.to(&back), reader.say("signin.back_members")))
}

fn given_words(typed: &Typed, name: &str) -> Vec<String> {
    given(typed, name).map(|words| words.split(',').map(str::to_owned).collect()).unwrap_or_default()
}

async fn reset(given: Given, mut posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (State(app), reader, Asked(whose)) = given;
    let (id, typed, token) = (whose.id(&reader)?, posted.body.clone(), new_token(&app.random));
    posted.actor.scope = carer(&reader).scope;
    let (hash, dead, back) = (token_hash(&token), password::dead(&app.random).await?, of(&reader, "/work/members", &id));
    let kept = back.clone();
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (hash, dead, back) = (hash.clone(), dead.clone(), kept.clone());
        Box::pin(async move {
            reset_member(tx, &desk, &whom(&typed)?, &hash, &dead).await?;
            Ok(Done::see(back).secret())
        })
    })
    .await;
    let response = refused_on_page(&app, &reader, &id, "reset", &typed, tried).await?;
    if response.status() != http::StatusCode::SEE_OTHER {
        return Ok(response);
    }
    let account = crate::identity::queries::access::account(&app.db, &text(&typed, "account_id")).await?;
    slip_page(&app, &reader, &token, "slip_title", account.display_name, (reader.to(&back), reader.say("signin.back_members")))
}

fn whom(typed: &Typed) -> Outcome<String> {
    given(typed, "account_id").ok_or_else(|| Failure::field("/account_id", "member_missing"))
}

async fn revoke(Path(id): Path<String>, given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "revoke", "invitation_revoked", move |tx, desk, _, _| {
        let id = id.clone();
        Box::pin(async move { revoke_invitation(tx, &desk, &id).await })
    })
    .await
}

async fn leave(given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "leave", "member_left", |tx, desk, typed, _| {
        Box::pin(async move {
            let successor = super::super::parts::given(&typed, "successor_id");
            hand_over(tx, &desk, &whom(&typed)?, successor.as_deref()).await
        })
    })
    .await
}

async fn name(given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "name", "member_named", |tx, desk, typed, _| {
        Box::pin(async move { name_admin(tx, &desk, &whom(&typed)?).await })
    })
    .await
}

async fn add_handler(given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "handler", "handlers_changed", |tx, desk, typed, id| {
        Box::pin(async move { list_handler(tx, &desk, &id, &text(&typed, "name")).await })
    })
    .await
}

async fn remove_handler(given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "unlist", "handlers_changed", |tx, desk, typed, _| {
        Box::pin(async move { end_handler(tx, &desk, &text(&typed, "handler_id")).await })
    })
    .await
}
