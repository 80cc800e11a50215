//! Pictures of a story: what they show in both languages, whether people are recognisable, and by whose consent they are shown.

use serde_json::json;

use super::{about, open_version, pictures};
use crate::db::Tx;
use crate::files::{self, Kept, Purpose};
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, Outcome};
use crate::promotion::queries::standing_consents;
use crate::promotion::store::story::{self as store, StoryRow, VersionRow};
use crate::promotion::story::Picture;
use crate::trace::record::{need_text, read_text, shortened};

/// The most pictures of one story.
const MOST_PICTURES: usize = 6;
/// The longest line about a picture.
const LONGEST_LINE: usize = 120;

/// What is said of a picture.
#[derive(Debug, Clone, Default)]
pub struct PictureInput {
    /// What it shows, for everybody.
    pub caption_zh: String,
    /// The same in English.
    pub caption_en: Option<String>,
    /// What it shows, for who can't see it; as the caption if not given.
    pub alt_zh: Option<String>,
    /// The same in English.
    pub alt_en: Option<String>,
    /// Are people recognisable? It must be said.
    pub people: Option<bool>,
    /// A grower's consent for promotion.
    pub consent_id: Option<String>,
}

/// The files of a picture's form, on the shelf.
#[derive(Debug, Clone, Default)]
pub struct PictureKept {
    /// The picture.
    pub picture: Option<Kept>,
    /// The signed consent of who is on it.
    pub consent: Option<Kept>,
}

/// Reads what is said; a new signed consent is attached to the story.
async fn read(tx: &Tx, desk: &Desk, row: &StoryRow, before: Picture, input: &PictureInput, kept: &PictureKept) -> Outcome<Picture> {
    let mut faults = Faults::new();
    let caption_zh = need_text(&mut faults, "/caption_zh", Some(&input.caption_zh), LONGEST_LINE, "register_empty");
    let caption_en = read_text(&mut faults, "/caption_en", input.caption_en.as_deref(), 2 * LONGEST_LINE);
    let alt_zh = read_text(&mut faults, "/alt_zh", input.alt_zh.as_deref(), LONGEST_LINE).unwrap_or_else(|| caption_zh.clone());
    let alt_en = read_text(&mut faults, "/alt_en", input.alt_en.as_deref(), 2 * LONGEST_LINE);
    if input.people.is_none() {
        faults.add("/people", "story_people_unsaid");
    }
    let people = input.people.unwrap_or_default();
    let consent_id = input.consent_id.clone().filter(|_| people);
    if let Some(id) = &consent_id
        && !standing_consents(tx.connection(), &row.organisation_id).await?.iter().any(|one| one.id == *id)
    {
        faults.add("/consent_id", "story_consent_unknown").with("value", shortened(id));
    }
    let signed = before.consent_file_id.filter(|_| people);
    if people && consent_id.is_none() && signed.is_none() && kept.consent.is_none() {
        faults.add("/consent_id", "story_consent_missing");
    }
    faults.check()?;
    let consent_file_id = match kept.consent.as_ref().filter(|_| people) {
        Some(paper) => Some(files::attach(tx, desk, paper, &about(row), Purpose::Evidence).await?),
        None => signed,
    };
    Ok(Picture { file_id: before.file_id, caption_zh, caption_en, alt_zh, alt_en, people, consent_id, consent_file_id })
}

async fn save(tx: &Tx, mut version: VersionRow, shown: &[Picture]) -> Outcome<()> {
    version.pictures = json!(shown).to_string();
    store::update_version(tx, &version).await
}

/// Adds a picture. What is kept of it is small and encoded anew by the caller.
///
/// # Errors
/// `not_found`; `story_step`; fields `story_pictures_many`, `story_picture_missing`, `story_picture_unfit`, `register_empty`,
/// `text_too_long`, `story_people_unsaid`, `story_consent_missing`, `story_consent_unknown`.
pub async fn add_picture(tx: &Tx, desk: &Desk, id: &str, input: &PictureInput, kept: &PictureKept) -> Outcome<StoryRow> {
    let (row, version) = open_version(tx, desk, id).await?;
    let mut shown = pictures(&version)?;
    if shown.len() >= MOST_PICTURES {
        return Err(Failure::field("/picture", "story_pictures_many").with("most", MOST_PICTURES));
    }
    let Some(picture) = &kept.picture else { return Err(Failure::field("/picture", "story_picture_missing")) };
    if picture.view_sha256.is_none() {
        return Err(Failure::field("/picture", "story_picture_unfit").with("name", &picture.name));
    }
    let mut one = read(tx, desk, &row, Picture::default(), input, kept).await?;
    one.file_id = files::attach(tx, desk, picture, &about(&row), Purpose::Photo).await?;
    shown.push(one);
    save(tx, version, &shown).await?;
    Ok(row)
}

/// Says anew what a picture shows, and by whose consent.
///
/// # Errors
/// As [`add_picture`]; `not_found` for a picture that is not in it.
pub async fn change_picture(tx: &Tx, desk: &Desk, id: &str, file: &str, input: &PictureInput, kept: &PictureKept) -> Outcome<StoryRow> {
    let (row, version) = open_version(tx, desk, id).await?;
    let mut shown = pictures(&version)?;
    let one = shown.iter_mut().find(|picture| picture.file_id == file).ok_or_else(Failure::not_found)?;
    *one = read(tx, desk, &row, one.clone(), input, kept).await?;
    save(tx, version, &shown).await?;
    Ok(row)
}

/// Takes a picture out of what is written now. Its file goes with it, unless another version shows it.
///
/// # Errors
/// `not_found`; `story_step`.
pub async fn remove_picture(tx: &Tx, desk: &Desk, id: &str, file: &str) -> Outcome<StoryRow> {
    let (row, version) = open_version(tx, desk, id).await?;
    let mut shown = pictures(&version)?;
    let at = shown.iter().position(|picture| picture.file_id == file).ok_or_else(Failure::not_found)?;
    let gone = shown.remove(at);
    save(tx, version, &shown).await?;
    // What was handed in stays with its event; a picture nobody was shown is nothing to keep.
    if row.submitted_at.is_none() {
        for file in [Some(gone.file_id), gone.consent_file_id].into_iter().flatten() {
            files::store::remove(tx, &about(&row), &file).await?;
        }
    }
    Ok(row)
}
