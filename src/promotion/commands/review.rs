//! The reviewers' part: the mark's holder or the office looks at a story for the advert law, never somebody of the producer's own house or
//! tied to it. Approving is no recommendation (食品安全法 73): the page says whose words they are.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::write::consents_stand;
use super::{moved, state, stepped, wrong_step};
use crate::db::Tx;
use crate::identity::conflict::refuse_tied;
use crate::identity::notice::{About, To, note};
use crate::identity::store::organisation;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Outcome};
use crate::ledger::{self, Event, kind};
use crate::promotion::queries::flagged;
use crate::promotion::store::story::{self as store, PointRow, StoryRow};
use crate::promotion::story::{KeptWord, StoryPart, StoryState};
use crate::registry::queries::products_in_use;
use crate::registry::store::product;
use crate::trace::record::{need_text, shortened};

/// The most points of one round.
const MOST_POINTS: usize = 20;

/// What is wrong with a part.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoryPointInput {
    /// Which part.
    pub part: StoryPart,
    /// What is wrong, and what would be right.
    pub said: String,
}

/// `POST …/return`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoryReturnInput {
    /// Every point to be mended, at least one.
    pub points: Vec<StoryPointInput>,
}

/// `POST …/approve`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoryApproveInput {
    /// For each word of the advert law's list that is in it: why it may stay.
    #[serde(default)]
    pub kept_words: Vec<KeptWord>,
}

/// `POST …/withdraw`: a reviewer says why; the producer may.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoryWithdrawInput {
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A story within the reviewer's reach, held until the commit; not one of its own house.
async fn to_review(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(StoryRow, StoryState)> {
    let row = store::lock(tx, &desk.actor.scope, id).await?;
    let now = state(&row)?;
    let firm = organisation(tx.connection(), &row.organisation_id).await?;
    refuse_tied(tx, desk, &firm.id, &firm.name).await?;
    Ok((row, now))
}

async fn tell(tx: &Tx, desk: &Desk, row: &StoryRow, about: About, more: &[(&str, &str)]) -> Outcome<()> {
    let product = product::one(tx.connection(), &row.product_id).await?.name;
    let values: Vec<(&str, &str)> = [("product", product.as_str())].into_iter().chain(more.iter().copied()).collect();
    note(tx, desk, To::Organisation(&row.organisation_id), about, &row.id, &values).await
}

/// Gives it back to be mended, point by point.
///
/// # Errors
/// `not_found`; `story_step`, `tied_to_party`; fields `story_points_missing`, `story_points_many`, `register_empty`, `text_too_long`.
pub async fn return_story(tx: &Tx, desk: &Desk, id: &str, input: &StoryReturnInput) -> Outcome<StoryRow> {
    let (mut row, now) = to_review(tx, desk, id).await?;
    if now != StoryState::Submitted {
        return Err(wrong_step(now));
    }
    let mut faults = Faults::new();
    if input.points.is_empty() {
        faults.add("/points", "story_points_missing");
    } else if input.points.len() > MOST_POINTS {
        faults.add("/points", "story_points_many").with("most", MOST_POINTS);
    }
    let mut points = Vec::new();
    for (point, position) in input.points.iter().take(MOST_POINTS).zip(1_i64..) {
        let said = need_text(&mut faults, &format!("/points/{}/said", position - 1), Some(&point.said), 1_000, "register_empty");
        points.push(PointRow { story_id: row.id.clone(), round: row.round, position, part: point.part.word().to_owned(), said });
    }
    faults.check()?;
    moved(desk, &mut row, StoryState::Returned);
    store::update(tx, &row).await?;
    let said: Vec<_> = points.iter().map(|point| json!({ "part": point.part, "said": point.said })).collect();
    let count = points.len().to_string();
    store::insert_points(tx, points).await?;
    stepped(tx, desk, &row, "returned", None).await?;
    tell(tx, desk, &row, About::StoryReturned, &[("n", &count)]).await?;
    let facts = json!({ "version": row.version, "round": row.round, "points": said });
    ledger::append(tx, desk, Event::new(kind::STORY_RETURNED, id, facts)).await?;
    Ok(row)
}

/// Publishes it. Every word of the list that is still in it needs the reason why it may stay.
///
/// # Errors
/// `not_found`; `story_step`, `tied_to_party`; fields `advert_word_unanswered` for each word, `story_kept_word_unknown`, `text_too_long`,
/// `story_no_mark_use`, `story_consent_gone`.
pub async fn approve_story(tx: &Tx, desk: &Desk, id: &str, input: &StoryApproveInput) -> Outcome<StoryRow> {
    let (mut row, now) = to_review(tx, desk, id).await?;
    if now != StoryState::Submitted {
        return Err(wrong_step(now));
    }
    let mut version = store::version(tx.connection(), &row.id, row.version).await?;
    let words = flagged(&version)?;
    let mut faults = Faults::new();
    let mut kept: Vec<KeptWord> = Vec::new();
    for (i, one) in input.kept_words.iter().enumerate() {
        if !words.iter().any(|flag| flag.word == one.word) {
            faults.add(format!("/kept_words/{i}/word"), "story_kept_word_unknown").with("value", shortened(&one.word));
        }
        let reason = crate::trace::record::read_text(&mut faults, &format!("/kept_words/{i}/reason"), Some(&one.reason), 300);
        kept.extend(reason.map(|reason| KeptWord { word: one.word.clone(), reason }));
    }
    for (i, flag) in words.iter().enumerate().filter(|(_, flag)| !kept.iter().any(|one| one.word == flag.word)) {
        faults.add(format!("/kept_words/{i}"), "advert_word_unanswered").with("value", &flag.word).with("clause", &flag.clause);
    }
    if !products_in_use(tx.connection(), &row.organisation_id, desk.clock.today()).await?.contains(&row.product_id) {
        let product = product::one(tx.connection(), &row.product_id).await?.name;
        faults.add("/product_id", "story_no_mark_use").with("product", product);
    }
    consents_stand(tx, &mut faults, &row, &version).await?;
    faults.check()?;
    version.kept_words = json!(kept).to_string();
    store::update_version(tx, &version).await?;
    moved(desk, &mut row, StoryState::Live);
    row.live_version = Some(row.version);
    row.published_at = Some(desk.clock.now());
    store::update(tx, &row).await?;
    let said: Vec<String> = kept.iter().map(|one| format!("“{}”：{}", one.word, one.reason)).collect();
    stepped(tx, desk, &row, "published", Some(said.join("；").as_str()).filter(|said| !said.is_empty())).await?;
    tell(tx, desk, &row, About::StoryPublished, &[]).await?;
    let facts = json!({ "version": row.version, "organisation_id": row.organisation_id, "kept_words": kept });
    ledger::append(tx, desk, Event::new(kind::STORY_PUBLISHED, id, facts)).await?;
    Ok(row)
}

/// Takes a story down that should not be read any more, with the reason.
///
/// # Errors
/// `not_found`; `story_step` for one that is not handed in or is taken down already, `tied_to_party`; field `register_empty`.
pub async fn withdraw_reviewed_story(tx: &Tx, desk: &Desk, id: &str, input: &StoryWithdrawInput) -> Outcome<StoryRow> {
    let (mut row, now) = to_review(tx, desk, id).await?;
    if now == StoryState::Withdrawn {
        return Err(wrong_step(now));
    }
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", input.reason.as_deref(), 500, "register_empty");
    faults.check()?;
    moved(desk, &mut row, StoryState::Withdrawn);
    row.live_version = None;
    store::update(tx, &row).await?;
    stepped(tx, desk, &row, "withdrawn", Some(&reason)).await?;
    tell(tx, desk, &row, About::StoryWithdrawn, &[("reason", &reason)]).await?;
    let facts = json!({ "version": row.version, "by": "reviewer", "reason": reason });
    ledger::append(tx, desk, Event::new(kind::STORY_WITHDRAWN, id, facts)).await?;
    Ok(row)
}
