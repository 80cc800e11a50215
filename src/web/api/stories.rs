//! `/api/v1/stories`: what producers tell under their own names; looked at by office and holders before the public reads it.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::identity::role::Permission as P;
use crate::promotion::commands::{
    StoryApproveInput, StoryInput, StoryReturnInput, StoryWithdrawInput, approve_story, begin_story, change_story, return_story,
    submit_story, withdraw_reviewed_story, withdraw_story,
};
use crate::promotion::queries::{StoriesAsked, StoryView, stories, story};
use crate::promotion::store::story::StoryRow;

/// Where a story stands after an act; what it says is asked for with GET.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StoryStanding {
    /// `sty_…`
    pub id: String,
    /// draft, submitted, returned, live or withdrawn.
    pub state: String,
    /// The newest version, counted from 1.
    pub version: i64,
    /// The version the public reads.
    pub live_version: Option<i64>,
    /// How often it was handed in.
    pub round: i64,
}

impl From<StoryRow> for StoryStanding {
    fn from(row: StoryRow) -> Self {
        Self { id: row.id, state: row.state, version: row.version, live_version: row.live_version, round: row.round }
    }
}

pub(super) fn routes() -> Vec<Route> {
    let (write, read, review) = (Access::Needs(P::StoryWrite), Access::Needs(P::StoryRead), Access::Needs(P::StoryReview));
    let asked: &[_] = &[("product_id", "about this product"), ("state", "draft, submitted, returned, live or withdrawn")];
    vec![
        Route::get("/api/v1/stories", read, list).says("Stories of producers").asks(asked).lists::<StoryView>(),
        Route::post("/api/v1/stories", write, begin).says("Begin a story: a draft").takes::<StoryInput>().answers::<StoryStanding>(201),
        Route::get("/api/v1/stories/{id}", read, one)
            .says("One story with the words the advert law's list flags, its points and steps")
            .answers::<StoryView>(200),
        Route::put("/api/v1/stories/{id}", write, change)
            .says("Write what it says anew; a live one gets a new version")
            .takes::<StoryInput>()
            .answers::<StoryStanding>(200),
        Route::post("/api/v1/stories/{id}/submit", write, hand_in)
            .says("Hand it in to be looked at")
            .takes::<Nothing>()
            .answers::<StoryStanding>(200),
        Route::post("/api/v1/stories/{id}/withdraw", write, withdraw).says("Take it down").takes::<Nothing>().answers::<StoryStanding>(200),
        Route::post("/api/v1/stories/{id}/return", review, give_back)
            .says("Give it back, point by point")
            .takes::<StoryReturnInput>()
            .answers::<StoryStanding>(200),
        Route::post("/api/v1/stories/{id}/approve", review, approve)
            .says("Publish it, with the reason why each flagged word may stay")
            .takes::<StoryApproveInput>()
            .answers::<StoryStanding>(200),
        Route::post("/api/v1/stories/{id}/take-down", review, take_down)
            .says("Reviewer: take it down, with the reason")
            .takes::<StoryWithdrawInput>()
            .answers::<StoryStanding>(200),
    ]
}

async fn list(State(app): State<App>, By(actor): By, listing: Listing<StoriesAsked>) -> Result<Json<Page<StoryView>>, Refusal> {
    let (items, next_cursor) = stories(&app.db, &actor, &listing.filter, listing.cursor.as_deref(), listing.limit).await?;
    Ok(Json(Page { items, next_cursor }))
}

async fn one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<StoryView>, Refusal> {
    Ok(Json(story(&app.db, &actor, &id, app.clock.today()).await?))
}

async fn begin(State(app): State<App>, posted: Posted<StoryInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        made("stories", async move { begin_story(tx, &desk, &input, false).await.map(StoryStanding::from) })
    })
    .await
}

decided!(hand_in, submit_story => StoryStanding);
decided!(withdraw, withdraw_story => StoryStanding);

changed_by!(change, StoryInput, change_story => StoryStanding);
changed_by!(give_back, StoryReturnInput, return_story => StoryStanding);
changed_by!(approve, StoryApproveInput, approve_story => StoryStanding);
changed_by!(take_down, StoryWithdrawInput, withdraw_reviewed_story => StoryStanding);
