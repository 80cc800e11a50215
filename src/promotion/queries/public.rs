//! What the public reads: derived each time from what a story rests on, so that nothing has to be taken down by anybody when a mark use
//! ends, a firm is stopped or a grower takes a consent back.

use sea_orm::ConnectionTrait;

use super::story::standing_consents;
use crate::db::Db;
use crate::files::{self, FileRow};
use crate::identity::store::organisation;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Day, Failure, Outcome};
use crate::promotion::commands::FILES_OF;
use crate::promotion::store::story::{self as store, StoryRow};
use crate::promotion::story::{Picture, Shop, StoryState, is_shown};
use crate::registry::queries::products_in_use;
use crate::registry::store::product;
use crate::trace::store::stop::{Covered, stop_on};

/// The most stories of one list.
const MOST: u64 = 300;

/// A picture the public sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPicture {
    /// `fil_…`
    pub file_id: String,
    /// Chinese caption and text for who can't see it.
    pub zh: (String, String),
    /// The same in English, as far as there is any.
    pub en: (Option<String>, Option<String>),
}

/// A story as the public reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicStory {
    /// `sty_…`
    pub id: String,
    /// Who published it and answers for it.
    pub organisation: String,
    /// 统一社会信用代码
    pub credit_code: String,
    /// The product's name.
    pub product: String,
    /// Its name in the register's addresses.
    pub slug: String,
    /// Title.
    pub title_zh: String,
    /// Text.
    pub text_zh: String,
    /// Title in English.
    pub title_en: Option<String>,
    /// Text in English.
    pub text_en: Option<String>,
    /// Where it can be bought, by the producer's word.
    pub shops: Vec<Shop>,
    /// Pictures whose people still consent.
    pub pictures: Vec<PublicPicture>,
    /// RFC 3339.
    pub published_at: String,
    /// Demonstration data.
    pub demo: bool,
}

/// May the public read it today?
///
/// # Errors
/// Only ours.
pub(super) async fn shown_today<C: ConnectionTrait>(connection: &C, row: &StoryRow, today: Day) -> Outcome<bool> {
    let state = StoryState::parse(&row.state).ok_or_else(|| Failure::broken("story.state"))?;
    let in_use = products_in_use(connection, &row.organisation_id, today).await?.contains(&row.product_id);
    let covered = Covered { producer_id: &row.organisation_id, product_id: &row.product_id, batch_id: None, codes: None };
    Ok(is_shown(row.live_version, state, in_use, stop_on(connection, covered).await?.is_some()))
}

/// Every story shown today, by product.
///
/// # Errors
/// Only ours.
pub async fn public_stories(db: &Db, today: Day) -> Outcome<Vec<PublicStory>> {
    let mut found = Vec::new();
    for row in store::all_published(db.reader(), MOST).await? {
        if shown_today(db.reader(), &row, today).await? {
            found.push(read(db, row).await?);
        }
    }
    Ok(found)
}

/// One story, if it is shown today.
///
/// # Errors
/// `not_found`, for whatever reason it is not shown.
pub async fn public_story(db: &Db, id: &str, today: Day) -> Outcome<PublicStory> {
    let row = store::published(db.reader(), id).await?;
    if !shown_today(db.reader(), &row, today).await? {
        return Err(Failure::not_found());
    }
    read(db, row).await
}

/// The file of a picture of a story that is shown today; never a consent or a picture of another version.
///
/// # Errors
/// `not_found`.
pub async fn public_picture(db: &Db, id: &str, file: &str, today: Day) -> Outcome<FileRow> {
    let story = public_story(db, id, today).await?;
    if !story.pictures.iter().any(|picture| picture.file_id == file) {
        return Err(Failure::not_found());
    }
    files::one_of(db, FILES_OF, id, file).await
}

async fn read(db: &Db, row: StoryRow) -> Outcome<PublicStory> {
    let live = row.live_version.ok_or_else(Failure::not_found)?;
    let version = store::version(db.reader(), &row.id, live).await?;
    let firm = organisation(db.reader(), &row.organisation_id).await?;
    let of = product::one(db.reader(), &row.product_id).await?;
    let pictures: Vec<Picture> = serde_json::from_str(&version.pictures).map_err(Failure::broken)?;
    let standing = standing_consents(db.reader(), &row.organisation_id).await?;
    let consents = |picture: &Picture| picture.consent_id.as_ref().is_none_or(|id| standing.iter().any(|one| one.id == *id));
    Ok(PublicStory {
        organisation: firm.name,
        credit_code: firm.credit_code.unwrap_or_default(),
        product: of.name,
        slug: of.slug,
        title_zh: version.title_zh,
        text_zh: version.text_zh,
        title_en: version.title_en,
        text_en: version.text_en,
        shops: serde_json::from_str(&version.shops).map_err(Failure::broken)?,
        pictures: pictures
            .into_iter()
            .filter(|picture| !picture.people || consents(picture))
            .map(|one| PublicPicture { file_id: one.file_id, zh: (one.caption_zh, one.alt_zh), en: (one.caption_en, one.alt_en) })
            .collect(),
        published_at: row.published_at.map(rfc3339).unwrap_or_default(),
        demo: row.demo,
        id: row.id,
    })
}
