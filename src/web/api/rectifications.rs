//! `/api/v1/rectifications`: ordered by officers, answered by producers and sellers, ended by officers.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::identity::role::Permission as P;
use crate::supervision::commands::rectification::{
    RectificationAgainInput, RectificationInput, RectificationNoteInput, RectificationReplyInput, accept_rectification,
    expire_rectification, order_rectification, reply_rectification, return_rectification,
};
use crate::supervision::rectifications::{RectificationView, rectification, rectifications};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    state: Option<String>,
    source_id: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    let (order, read, reply) =
        (Access::Needs(P::RectificationOrder), Access::Needs(P::RectificationRead), Access::Needs(P::RectificationReply));
    let asked: &[_] = &[("state", "ordered, replied, again, accepted or expired"), ("source_id", "what it follows from")];
    vec![
        Route::get("/api/v1/rectifications", read, list).says("Orders to mend something").asks(asked).lists::<RectificationView>(),
        Route::post("/api/v1/rectifications", order, create)
            .says("Order something to be mended until a day")
            .takes::<RectificationInput>()
            .answers::<RectificationView>(201),
        Route::get("/api/v1/rectifications/{id}", read, one).says("One order with all that was said").answers::<RectificationView>(200),
        Route::post("/api/v1/rectifications/{id}/reply", reply, reply_one)
            .says("Say what was done")
            .takes::<RectificationReplyInput>()
            .answers::<RectificationView>(200),
        Route::post("/api/v1/rectifications/{id}/accept", order, accept)
            .says("It is mended")
            .takes::<RectificationNoteInput>()
            .answers::<RectificationView>(200),
        Route::post("/api/v1/rectifications/{id}/again", order, again)
            .says("It is not mended yet; a new day")
            .takes::<RectificationAgainInput>()
            .answers::<RectificationView>(200),
        Route::post("/api/v1/rectifications/{id}/expire", order, expire)
            .says("The time is over and nothing was mended")
            .takes::<RectificationNoteInput>()
            .answers::<RectificationView>(200),
    ]
}

async fn list(State(app): State<App>, By(actor): By, listing: Listing<Filter>) -> Result<Json<Page<RectificationView>>, Refusal> {
    let (state, source) = (listing.filter.state.as_deref(), listing.filter.source_id.as_deref());
    let items = rectifications(&app.db, &actor, state, source, listing.cursor.as_deref(), listing.limit).await?;
    let next_cursor = (items.len() as u64 == listing.limit).then(|| items.last().map(|view| view.id.clone())).flatten();
    Ok(Json(Page { items, next_cursor }))
}

async fn one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<RectificationView>, Refusal> {
    Ok(Json(rectification(&app.db, &actor, &id).await?))
}

async fn create(State(app): State<App>, posted: Posted<RectificationInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        made("rectifications", async move { order_rectification(tx, &desk, &input).await.map(RectificationView::from) })
    })
    .await
}

changed_by!(reply_one, RectificationReplyInput, reply_rectification, &[] => RectificationView);

changed_by!(accept, RectificationNoteInput, accept_rectification => RectificationView);
changed_by!(again, RectificationAgainInput, return_rectification => RectificationView);
changed_by!(expire, RectificationNoteInput, expire_rectification => RectificationView);
