//! What is done to stories: the producer's part, its pictures, and the reviewers'.

mod picture;
mod review;
mod write;

pub use picture::{PictureInput, PictureKept, add_picture, change_picture, remove_picture};
pub use review::{
    StoryApproveInput, StoryPointInput, StoryReturnInput, StoryWithdrawInput, approve_story, return_story, withdraw_reviewed_story,
};
pub use write::{StoryInput, begin_story, change_story, submit_story, withdraw_story};

use crate::db::Tx;
use crate::files;
use crate::kernel::{Desk, Failure, Outcome};
use crate::promotion::store::story::{self as store, StepRow, StoryRow, VersionRow};
use crate::promotion::story::{Picture, StoryState};

/// The word of files that belong to a story.
pub const FILES_OF: &str = "story";

fn state(row: &StoryRow) -> Outcome<StoryState> {
    StoryState::parse(&row.state).ok_or_else(|| Failure::broken("an unknown word is stored in story.state"))
}

fn wrong_step(now: StoryState) -> Failure {
    Failure::conflict("story_step").with("story_state", now.word())
}

fn about(row: &StoryRow) -> files::About {
    files::About { kind: FILES_OF, id: row.id.clone(), organisation_id: Some(row.organisation_id.clone()) }
}

fn pictures(version: &VersionRow) -> Outcome<Vec<Picture>> {
    serde_json::from_str(&version.pictures).map_err(Failure::broken)
}

/// Puts it into a state, from now on.
fn moved(desk: &Desk, row: &mut StoryRow, to: StoryState) {
    to.word().clone_into(&mut row.state);
    row.moved_at = desk.clock.now();
}

async fn stepped(tx: &Tx, desk: &Desk, row: &StoryRow, act: &str, said: Option<&str>) -> Outcome<()> {
    let step = StepRow {
        id: 0,
        story_id: row.id.clone(),
        version: row.version,
        act: act.to_owned(),
        account_id: desk.actor.account_id.clone(),
        at: desk.clock.now(),
        said: said.map(str::to_owned),
    };
    store::insert_step(tx, step).await
}

/// A story the actor may write, held until the commit.
async fn to_write(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(StoryRow, StoryState)> {
    let row = store::lock(tx, &desk.actor.scope, id).await?;
    if !desk.actor.scope.reaches_organisation(&row.organisation_id, None) {
        return Err(Failure::not_found());
    }
    let now = state(&row)?;
    Ok((row, now))
}

/// The version that is written in: the newest, or a new one beside what the public reads.
async fn open_version(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(StoryRow, VersionRow)> {
    let (mut row, now) = to_write(tx, desk, id).await?;
    if !now.may_be_written() {
        return Err(wrong_step(now));
    }
    let mut version = store::version(tx.connection(), &row.id, row.version).await?;
    if now == StoryState::Live {
        row.version += 1;
        version.version = row.version;
        "[]".clone_into(&mut version.kept_words);
        store::insert_version(tx, version.clone()).await?;
        moved(desk, &mut row, StoryState::Draft);
        store::update(tx, &row).await?;
    }
    Ok((row, version))
}
