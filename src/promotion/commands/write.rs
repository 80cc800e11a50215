//! The producer's part: beginning, writing, handing in, taking down. A draft is no fact and leaves no event; every handing in leaves one.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{about, moved, open_version, pictures, stepped, to_write, wrong_step};
use crate::db::Tx;
use crate::files;
use crate::identity::store::organisation;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::promotion::queries::standing_consents;
use crate::promotion::store::story::{self as store, StoryRow, VersionRow};
use crate::promotion::story::{Shop, StoryState, is_shop_url};
use crate::registry::queries::products_in_use;
use crate::registry::store::product;
use crate::trace::record::{read_text, shortened};

/// The most stories of one organisation that are not taken down.
const MOST_STORIES: usize = 30;
/// The most links to shops.
const MOST_SHOPS: usize = 5;
/// The longest title.
const LONGEST_TITLE: usize = 60;
/// The longest text.
const LONGEST_TEXT: usize = 5_000;

/// What a story says, in the place of what it said. Pictures come by the form.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoryInput {
    /// What it is about, `pro_…`: a product of which a mark may be used. Given when it is begun, and never changed.
    #[serde(default)]
    pub product_id: Option<String>,
    /// Whose it is, `org_…`; one's own if not given.
    #[serde(default)]
    pub organisation_id: Option<String>,
    /// Title, at most 60 characters.
    #[serde(default)]
    pub title_zh: String,
    /// Text, at most 5,000 characters.
    #[serde(default)]
    pub text_zh: String,
    /// Title in English.
    #[serde(default)]
    pub title_en: Option<String>,
    /// Text in English.
    #[serde(default)]
    pub text_en: Option<String>,
    /// Where it can be bought, at most 5.
    #[serde(default)]
    pub shops: Vec<Shop>,
}

/// Begins a story about a product of which the organisation uses a mark.
///
/// # Errors
/// Fields `register_organisation_unknown`, `story_no_mark_use`, `story_many`, and those of [`change_story`].
pub async fn begin_story(tx: &Tx, desk: &Desk, input: &StoryInput, demo: bool) -> Outcome<StoryRow> {
    let mut faults = Faults::new();
    let firm = input.organisation_id.as_deref().or(desk.actor.organisation_id.as_deref()).unwrap_or_default();
    let firm = organisation(tx.connection(), firm).await.ok().filter(|row| desk.actor.scope.reaches_organisation(&row.id, None));
    let Some(firm) = firm else {
        let value = shortened(input.organisation_id.as_deref().unwrap_or_default());
        return Err(Failure::field("/organisation_id", "register_organisation_unknown").with("value", value));
    };
    let product_id = input.product_id.clone().unwrap_or_default();
    in_use(tx, desk, &mut faults, &firm.id, &product_id).await?;
    if store::standing(tx.connection(), &firm.id).await? >= MOST_STORIES {
        faults.add("/product_id", "story_many").with("most", MOST_STORIES);
    }
    let now = desk.clock.now();
    let row = StoryRow {
        id: desk.new_id(Noun::Story),
        organisation_id: firm.id,
        product_id,
        state: StoryState::Draft.word().to_owned(),
        version: 1,
        round: 0,
        live_version: None,
        demo,
        begun_by: desk.actor.account_id.clone(),
        begun_at: now,
        submitted_at: None,
        published_at: None,
        moved_at: now,
    };
    let mut version = VersionRow {
        story_id: row.id.clone(),
        version: 1,
        title_zh: String::new(),
        text_zh: String::new(),
        title_en: None,
        text_en: None,
        shops: "[]".to_owned(),
        pictures: "[]".to_owned(),
        kept_words: "[]".to_owned(),
    };
    write(&mut version, &mut faults, input);
    faults.check()?;
    store::insert(tx, row.clone()).await?;
    store::insert_version(tx, version).await?;
    Ok(row)
}

/// The firm must have a mark use of the product in force today: without one there is nothing of ours to tell a story about.
async fn in_use(tx: &Tx, desk: &Desk, faults: &mut Faults, firm: &str, product_id: &str) -> Outcome<()> {
    let products = products_in_use(tx.connection(), firm, desk.clock.today()).await?;
    if !products.iter().any(|id| id == product_id) {
        let named = product::one(tx.connection(), product_id).await.map(|row| row.name);
        faults.add("/product_id", "story_no_mark_use").with("product", named.unwrap_or_else(|_| shortened(product_id)));
    }
    Ok(())
}

fn write(version: &mut VersionRow, faults: &mut Faults, input: &StoryInput) {
    version.title_zh = read_text(faults, "/title_zh", Some(&input.title_zh), LONGEST_TITLE).unwrap_or_default();
    version.text_zh = read_text(faults, "/text_zh", Some(&input.text_zh), LONGEST_TEXT).unwrap_or_default();
    version.title_en = read_text(faults, "/title_en", input.title_en.as_deref(), 2 * LONGEST_TITLE);
    version.text_en = read_text(faults, "/text_en", input.text_en.as_deref(), 2 * LONGEST_TEXT);
    if input.shops.len() > MOST_SHOPS {
        faults.add("/shops", "story_shops_many").with("most", MOST_SHOPS);
    }
    let mut shops = Vec::new();
    for (i, shop) in input.shops.iter().take(MOST_SHOPS).enumerate() {
        let name = read_text(faults, &format!("/shops/{i}/name"), Some(&shop.name), 40);
        let url = read_text(faults, &format!("/shops/{i}/url"), Some(&shop.url), 300).unwrap_or_default();
        if name.is_none() {
            faults.add(format!("/shops/{i}/name"), "story_shop_unnamed").with("value", shortened(&shop.url));
        }
        if !is_shop_url(&url) {
            faults.add(format!("/shops/{i}/url"), "story_shop_unfit").with("value", shortened(&shop.url));
        }
        shops.push(Shop { name: name.unwrap_or_default(), url });
    }
    version.shops = json!(shops).to_string();
}

/// Writes what it says anew. One that is live gets a new version; the public reads the old one until the new one is approved.
///
/// # Errors
/// `not_found`; `story_step` while it is reviewed or once it is taken down; fields `text_too_long`, `story_product_fixed`,
/// `story_shops_many`, `story_shop_unnamed`, `story_shop_unfit`.
pub async fn change_story(tx: &Tx, desk: &Desk, id: &str, input: &StoryInput) -> Outcome<StoryRow> {
    let (row, mut version) = open_version(tx, desk, id).await?;
    let mut faults = Faults::new();
    if input.product_id.as_ref().is_some_and(|id| *id != row.product_id) {
        faults.add("/product_id", "story_product_fixed");
    }
    write(&mut version, &mut faults, input);
    faults.check()?;
    store::update_version(tx, &version).await?;
    Ok(row)
}

/// Hands it in to be looked at: everything must be there now.
///
/// # Errors
/// `not_found`; `story_step`; `invalid_fields` with every fault: `register_empty`, `story_no_mark_use`, `mark_use_credit_code`,
/// `story_consent_gone`.
pub async fn submit_story(tx: &Tx, desk: &Desk, id: &str) -> Outcome<StoryRow> {
    let (mut row, now) = to_write(tx, desk, id).await?;
    if !now.is_open_to_author() {
        return Err(wrong_step(now));
    }
    let version = store::version(tx.connection(), &row.id, row.version).await?;
    let firm = organisation(tx.connection(), &row.organisation_id).await?;
    let mut faults = Faults::new();
    in_use(tx, desk, &mut faults, &firm.id, &row.product_id).await?;
    if firm.credit_code.is_none() {
        faults.add("/organisation_id", "mark_use_credit_code").with("value", &firm.name);
    }
    for (at, text) in [("/title_zh", &version.title_zh), ("/text_zh", &version.text_zh)] {
        if text.is_empty() {
            faults.add(at, "register_empty");
        }
    }
    if version.title_en.is_some() != version.text_en.is_some() {
        faults.add(if version.title_en.is_none() { "/title_en" } else { "/text_en" }, "register_empty");
    }
    consents_stand(tx, &mut faults, &row, &version).await?;
    faults.check()?;
    row.round += 1;
    row.submitted_at = Some(desk.clock.now());
    moved(desk, &mut row, StoryState::Submitted);
    store::update(tx, &row).await?;
    stepped(tx, desk, &row, "submitted", None).await?;
    let shown = pictures(&version)?;
    let kept = files::store::of_about(tx.connection(), &about(&row)).await?;
    let hash = |id: &str| kept.iter().find(|file| file.id == id).map(|file| file.sha256.clone());
    let facts = json!({
        "organisation_id": row.organisation_id, "product_id": row.product_id, "version": row.version, "round": row.round,
        "title_zh": version.title_zh, "text_zh": version.text_zh, "title_en": version.title_en, "text_en": version.text_en,
        "shops": version.shops, "files": shown.iter().filter_map(|picture| hash(&picture.file_id)).collect::<Vec<_>>(),
        "with_people": shown.iter().filter(|picture| picture.people).count(),
    });
    ledger::append(tx, desk, Event::new(kind::STORY_SUBMITTED, &row.id, facts)).await?;
    Ok(row)
}

/// Every picture with people rests on a consent that stands now.
pub(super) async fn consents_stand(tx: &Tx, faults: &mut Faults, row: &StoryRow, version: &VersionRow) -> Outcome<()> {
    let standing = standing_consents(tx.connection(), &row.organisation_id).await?;
    for (i, picture) in pictures(version)?.iter().enumerate().filter(|(_, picture)| picture.people) {
        let gone = picture.consent_id.as_ref().is_some_and(|id| !standing.iter().any(|one| one.id == *id));
        if gone {
            faults.add(format!("/pictures/{i}"), "story_consent_gone").with("caption", &picture.caption_zh);
        }
    }
    Ok(())
}

/// Takes it down, at any time and for good: the public page is gone with the commit.
///
/// # Errors
/// `not_found`; `story_step` once it is taken down.
pub async fn withdraw_story(tx: &Tx, desk: &Desk, id: &str) -> Outcome<StoryRow> {
    let (mut row, now) = to_write(tx, desk, id).await?;
    if now == StoryState::Withdrawn {
        return Err(wrong_step(now));
    }
    moved(desk, &mut row, StoryState::Withdrawn);
    row.live_version = None;
    store::update(tx, &row).await?;
    if row.submitted_at.is_none() {
        // It never was a fact: nothing of it is kept but its row.
        for file in files::store::of_about(tx.connection(), &about(&row)).await? {
            files::store::remove(tx, &about(&row), &file.id).await?;
        }
        let mut version = store::version(tx.connection(), &row.id, row.version).await?;
        "[]".clone_into(&mut version.pictures);
        store::update_version(tx, &version).await?;
        return Ok(row);
    }
    stepped(tx, desk, &row, "withdrawn", None).await?;
    let facts = json!({ "version": row.version, "by": "producer" });
    ledger::append(tx, desk, Event::new(kind::STORY_WITHDRAWN, &row.id, facts)).await?;
    Ok(row)
}
