//! `/g/{token}`: a grower's own records through the slip, without sign-in.

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::super::app::App;
use super::super::failure::Refusal;
use super::super::pages::portal::{OwnPage, message_page, own_page};
use super::super::route::{Access, Route};
use super::by_link::{Done, Given, answer, done, missed, refusal};
use crate::kernel::{Desk, FailureKind};
use crate::trace::commands::objection::object;
use crate::trace::commands::slip::revoke_own_slip;
use crate::trace::queries::slip::own_view;
use crate::trace::slip::{ObjectionInput, read_token};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/g/{token}", Access::Public, show),
        Route::post("/g/{token}/object", Access::Public, disagree),
        Route::post("/g/{token}/revoke", Access::Public, revoke),
    ]
}

/// Begins the keys of what is said of a token nobody gave out.
const MISSING: &str = "own.missing";

async fn show(given: Given, Path(written): Path<String>, Query(query): Query<Done>) -> Response {
    let said = (query.done.as_deref() == Some("objected")).then(|| given.2.say("own.objected").into_owned());
    page(&given, &written, StatusCode::OK, said.as_deref()).await
}

async fn page(given: &Given, written: &str, status: StatusCode, said: Option<&str>) -> Response {
    let (State(app), _, lang, _) = given;
    let token = read_token(written).unwrap_or_default();
    match own_view(&app.db, &token).await {
        Ok(Some(view)) => answer(status, own_page(&OwnPage { lang: *lang, site: &app.site(), token: &token, view: &view, said })),
        Ok(None) => missed(given, MISSING),
        Err(failure) => Refusal(failure).into_response(),
    }
}

fn desk(app: &App) -> Desk {
    // Who acts is read from the slip; until then it is nobody.
    Desk::system(&app.clock, &app.random)
}

async fn disagree(given: Given, Path(written): Path<String>, Form(input): Form<ObjectionInput>) -> Response {
    let (app, lang) = (&given.0.0, given.2);
    let (desk, token) = (desk(app), written.clone());
    let tried = app
        .db
        .write(move |tx| {
            let (desk, token, input) = (desk.clone(), token.clone(), input.clone());
            Box::pin(async move { object(tx, &desk, &token, &input).await })
        })
        .await;
    match tried {
        Ok(_) => done(lang, &format!("/g/{}", read_token(&written).unwrap_or_default()), "objected"),
        Err(failure) if failure.kind == FailureKind::NotFound => missed(&given, MISSING),
        Err(failure) if matches!(failure.kind, FailureKind::Invalid | FailureKind::Conflict) => {
            page(&given, &written, StatusCode::UNPROCESSABLE_ENTITY, Some(&refusal(lang, &failure))).await
        }
        Err(failure) => Refusal(failure).into_response(),
    }
}

async fn revoke(given: Given, Path(token): Path<String>) -> Response {
    let (app, lang) = (&given.0.0, given.2);
    let desk = desk(app);
    let tried = app
        .db
        .write(move |tx| {
            let (desk, token) = (desk.clone(), token.clone());
            Box::pin(async move { revoke_own_slip(tx, &desk, &token).await })
        })
        .await;
    match tried {
        Ok(_) => answer(StatusCode::OK, message_page(lang, &app.site(), &lang.say("own.revoked"), &lang.say("own.revoked_about"))),
        Err(failure) if failure.kind == FailureKind::NotFound => missed(&given, MISSING),
        Err(failure) => Refusal(failure).into_response(),
    }
}
