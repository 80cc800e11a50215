//! Stories within an actor's reach.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::public::shown_today;
use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::identity::store::{OrganisationRow, organisation};
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Day, Failure, Outcome};
use crate::promotion::advert;
use crate::promotion::store::story::{self as store, PointRow, StepRow, StoryRow, VersionRow};
use crate::promotion::story::{KeptWord, Picture, Shop, StoryState};
use crate::registry::commands::ConsentPurpose;
use crate::registry::queries::products_in_use;
use crate::registry::store::{consent, product};

/// A word of the advert law's list in a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlagView {
    /// The word as the list has it.
    pub word: String,
    /// As it is written.
    pub written: String,
    /// In what it is first: title_zh, text_zh, title_en, text_en, shops or pictures.
    pub part: String,
    /// Where it begins there, in characters.
    pub from: usize,
    /// superlative, authority, medical, health, proof or certificate.
    pub kind: String,
    /// The clause.
    pub clause: String,
    /// Why, in Chinese.
    pub why_zh: String,
    /// Why, in English.
    pub why_en: String,
    /// What to write instead, in Chinese.
    pub instead_zh: String,
    /// What to write instead, in English.
    pub instead_en: String,
}

/// What has to be mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoryPoint {
    /// The round that gave it back, counted from 1.
    pub round: i64,
    /// Counted from 1 in each round.
    pub position: i64,
    /// title, text, pictures or shops.
    pub part: String,
    /// What is wrong, and what would be right.
    pub said: String,
}

/// A step it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoryStep {
    /// The version, counted from 1.
    pub version: i64,
    /// submitted, returned, published or withdrawn.
    pub act: String,
    /// Account.
    pub account_id: String,
    /// RFC 3339.
    pub at: String,
    /// What was said.
    pub said: Option<String>,
}

/// A story.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StoryView {
    /// `sty_…`
    pub id: String,
    /// Its producer, `org_…`.
    pub organisation_id: String,
    /// The producer's name.
    pub organisation: String,
    /// 统一社会信用代码
    pub credit_code: Option<String>,
    /// `pro_…`
    pub product_id: String,
    /// The product's name.
    pub product: String,
    /// draft, submitted, returned, live or withdrawn.
    pub state: String,
    /// The version this says, counted from 1.
    pub version: i64,
    /// The version the public reads.
    pub live_version: Option<i64>,
    /// May the public read it today, if promotion is switched on? Said of one story; false in lists.
    pub is_shown: bool,
    /// How often it was handed in.
    pub round: i64,
    /// Title.
    pub title_zh: String,
    /// Text.
    pub text_zh: String,
    /// Title in English.
    pub title_en: Option<String>,
    /// Text in English.
    pub text_en: Option<String>,
    /// Where it can be bought.
    pub shops: Vec<Shop>,
    /// Pictures in order.
    pub pictures: Vec<Picture>,
    /// Words that may stay, with the reason.
    pub kept_words: Vec<KeptWord>,
    /// Words of the advert law's list that are in it.
    pub flags: Vec<FlagView>,
    /// Demonstration data.
    pub demo: bool,
    /// RFC 3339.
    pub submitted_at: Option<String>,
    /// RFC 3339.
    pub published_at: Option<String>,
    /// RFC 3339: when it last moved.
    pub moved_at: String,
    /// Points of every round; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<StoryPoint>,
    /// Steps in order; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StoryStep>,
}

/// What a list of stories is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoriesAsked {
    /// About this product.
    pub product_id: Option<String>,
    /// In this state.
    pub state: Option<String>,
}

/// Every word of the list in a version, each at the first part it stands in.
///
/// # Errors
/// Only ours.
pub fn flagged(version: &VersionRow) -> Outcome<Vec<FlagView>> {
    let shops: Vec<Shop> = serde_json::from_str(&version.shops).map_err(Failure::broken)?;
    let pictures: Vec<Picture> = serde_json::from_str(&version.pictures).map_err(Failure::broken)?;
    let shops: Vec<String> = shops.into_iter().map(|shop| shop.name).collect();
    let lines = pictures.into_iter().flat_map(|one| [Some(one.caption_zh), one.caption_en, Some(one.alt_zh), one.alt_en]).flatten();
    let parts = [
        ("title_zh", version.title_zh.clone()),
        ("text_zh", version.text_zh.clone()),
        ("title_en", version.title_en.clone().unwrap_or_default()),
        ("text_en", version.text_en.clone().unwrap_or_default()),
        // A line end is a gap, so lines are parted by what is none.
        ("shops", shops.join("\n;\n")),
        ("pictures", lines.collect::<Vec<_>>().join("\n;\n")),
    ];
    let mut found: Vec<FlagView> = Vec::new();
    for (part, text) in parts {
        for flag in advert::flags(&text) {
            if found.iter().any(|one| one.word == flag.word.word) {
                continue;
            }
            let word = flag.word.clone();
            found.push(FlagView {
                written: flag.written,
                part: part.to_owned(),
                from: flag.from,
                word: word.word,
                kind: word.kind,
                clause: word.clause,
                why_zh: word.why_zh,
                why_en: word.why_en,
                instead_zh: word.instead_zh,
                instead_en: word.instead_en,
            });
        }
    }
    Ok(found)
}

/// A grower's consent that a picture may rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentChoice {
    /// `con_…`
    pub id: String,
    /// Whose.
    pub grower: String,
    /// Day of the signature.
    pub given_on: String,
}

/// Consents for promotion that stand, of growers the organisation registered.
///
/// # Errors
/// Only ours.
pub async fn standing_consents<C: ConnectionTrait>(connection: &C, organisation_id: &str) -> Outcome<Vec<ConsentChoice>> {
    let found = consent::standing(connection, organisation_id, ConsentPurpose::Promotion.word()).await?;
    Ok(found.into_iter().map(|(row, grower)| ConsentChoice { id: row.id, grower, given_on: row.given_on }).collect())
}

/// Products an organisation may tell a story about today: id and name.
///
/// # Errors
/// Only ours.
pub async fn products_to_tell(db: &Db, organisation_id: &str, today: Day) -> Outcome<Vec<(String, String)>> {
    let mut found = Vec::new();
    for id in products_in_use(db.reader(), organisation_id, today).await? {
        let name = product::one(db.reader(), &id).await?.name;
        found.push((id, name));
    }
    Ok(found)
}

/// Stories within reach, newest first; the next page begins after `cursor`.
///
/// # Errors
/// `word_unknown` for a state that is none, `cursor_unknown`.
pub async fn stories(
    db: &Db,
    actor: &Actor,
    asked: &StoriesAsked,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<StoryView>, Option<String>)> {
    if let Some(word) = asked.state.as_ref().filter(|word| StoryState::parse(word).is_none()) {
        return Err(Failure::field("/state", "word_unknown").with("value", word.chars().take(40).collect::<String>()));
    }
    let narrow = Narrow { product_id: asked.product_id.clone(), state: asked.state.clone(), ..Narrow::default() };
    find_stories(db, actor, &narrow, cursor, limit).await
}

/// Stories within reach, narrowed to what a person looks for and in the order asked.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_stories(
    db: &Db,
    actor: &Actor,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<StoryView>, Option<String>)> {
    let (rows, next) = store::find(db.reader(), &actor.scope, narrow, cursor, limit).await?;
    Ok((views(db, actor, rows).await?, next))
}

/// What waits within reach in these states, longest first.
///
/// # Errors
/// Only ours.
pub async fn waiting_stories(db: &Db, actor: &Actor, states: &[StoryState]) -> Outcome<Vec<StoryView>> {
    let words: Vec<&str> = states.iter().map(|state| state.word()).collect();
    let rows = store::waiting(db.reader(), &actor.scope, &words).await?;
    views(db, actor, rows).await
}

/// One within reach, with its points and steps.
///
/// # Errors
/// `not_found`, also for another's draft.
pub async fn story(db: &Db, actor: &Actor, id: &str, today: Day) -> Outcome<StoryView> {
    let row = store::one(db.reader(), &actor.scope, id).await?;
    let is_shown = shown_today(db.reader(), &row, today).await?;
    let mut view = views(db, actor, vec![row]).await?.pop().ok_or_else(Failure::not_found)?;
    view.is_shown = is_shown;
    view.points = store::points(db.reader(), id).await?.into_iter().map(point).collect();
    view.steps = store::steps(db.reader(), id).await?.into_iter().map(step).collect();
    Ok(view)
}

async fn views(db: &Db, actor: &Actor, rows: Vec<StoryRow>) -> Outcome<Vec<StoryView>> {
    let mut firms: BTreeMap<String, OrganisationRow> = BTreeMap::new();
    let mut products: BTreeMap<String, String> = BTreeMap::new();
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        if !firms.contains_key(&row.organisation_id) {
            firms.insert(row.organisation_id.clone(), organisation(db.reader(), &row.organisation_id).await?);
        }
        if !products.contains_key(&row.product_id) {
            products.insert(row.product_id.clone(), product::one(db.reader(), &row.product_id).await?.name);
        }
        let firm = firms.get(&row.organisation_id).ok_or_else(|| Failure::broken("a story without its firm"))?;
        let name = products.get(&row.product_id).cloned().unwrap_or_default();
        // A new draft beside a live version is its producer's alone.
        let own = actor.scope.organisations.contains(&row.organisation_id);
        let hidden = !own && row.state == StoryState::Draft.word();
        let (read, state) = match row.live_version.filter(|_| hidden) {
            Some(live) => (live, StoryState::Live.word().to_owned()),
            None => (row.version, row.state.clone()),
        };
        let version = store::version(db.reader(), &row.id, read).await?;
        views.push(view(row, state, version, firm, name)?);
    }
    Ok(views)
}

fn view(row: StoryRow, state: String, version: VersionRow, firm: &OrganisationRow, product: String) -> Outcome<StoryView> {
    Ok(StoryView {
        organisation: firm.name.clone(),
        credit_code: firm.credit_code.clone(),
        product,
        state,
        is_shown: false,
        flags: flagged(&version)?,
        shops: serde_json::from_str(&version.shops).map_err(Failure::broken)?,
        pictures: serde_json::from_str(&version.pictures).map_err(Failure::broken)?,
        kept_words: serde_json::from_str(&version.kept_words).map_err(Failure::broken)?,
        version: version.version,
        title_zh: version.title_zh,
        text_zh: version.text_zh,
        title_en: version.title_en,
        text_en: version.text_en,
        submitted_at: row.submitted_at.map(rfc3339),
        published_at: row.published_at.map(rfc3339),
        moved_at: rfc3339(row.moved_at),
        id: row.id,
        organisation_id: row.organisation_id,
        product_id: row.product_id,
        live_version: row.live_version,
        round: row.round,
        demo: row.demo,
        points: Vec::new(),
        steps: Vec::new(),
    })
}

fn point(row: PointRow) -> StoryPoint {
    StoryPoint { round: row.round, position: row.position, part: row.part, said: row.said }
}

fn step(row: StepRow) -> StoryStep {
    StoryStep { version: row.version, act: row.act, account_id: row.account_id, at: rfc3339(row.at), said: row.said }
}
