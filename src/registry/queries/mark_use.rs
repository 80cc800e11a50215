//! Mark uses, within reach; who uses the mark of a product is public and told by [`super::product_facts`].

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Listed;
use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::identity::store::organisation;
use crate::kernel::{Actor, Day, Failure, Outcome, Scope, clock};
use crate::registry::mark_use::Standing;
use crate::registry::store::mark_use::Wanted;
use crate::registry::store::{self, MarkUseRow, SuspensionRow};

/// How a mark use stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StandingWord {
    /// In force.
    InForce,
    /// In force, but suspended.
    Suspended,
    /// Not yet.
    NotYet,
    /// No more.
    Ended,
}

/// Days on which a mark use does not count.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SuspensionView {
    /// First day.
    pub from: String,
    /// Last day; open if null.
    pub to: Option<String>,
    /// Why.
    pub reason: String,
    /// Number of the document it rests on.
    pub document_no: Option<String>,
}

/// A mark use.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MarkUseView {
    /// `mus_…`
    pub id: String,
    /// The user, `org_…`.
    pub organisation_id: String,
    /// Its name.
    pub organisation: String,
    /// 统一社会信用代码, shown with the mark.
    pub credit_code: Option<String>,
    /// `rig_…`
    pub right_id: String,
    /// The right's route.
    pub route: String,
    /// `pro_…`
    pub product_id: String,
    /// The product's name.
    pub product: String,
    /// How far the paper has come: announced, artwork_filed, in_use … cancelled, surrendered.
    pub state: String,
    /// How it stands on the day asked about.
    pub standing: StandingWord,
    /// First day.
    pub in_force_from: String,
    /// Last day; open if null.
    pub in_force_to: Option<String>,
    /// Suspensions, earliest first.
    pub suspensions: Vec<SuspensionView>,
    /// Announcement as quoted.
    pub announcement: Option<String>,
    /// `ann_…`
    pub announcement_id: Option<String>,
    /// The holder's contract: number and day.
    pub contract: Option<String>,
    /// The licence or approval otherwise.
    pub evidence: Option<String>,
    /// Day on which the artwork of the special mark was filed.
    pub artwork_on: Option<String>,
    /// Number of that filing.
    pub artwork_no: Option<String>,
    /// Demonstration data.
    pub demo: bool,
    /// RFC 3339.
    pub recorded_at: String,
}

/// What a list of mark uses is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct MarkUsesAsked {
    /// By this organisation.
    pub organisation_id: Option<String>,
    /// Of this right.
    pub right_id: Option<String>,
    /// Of a right of this product.
    pub product_id: Option<String>,
    /// In force and not suspended on this day.
    pub as_of: Option<Day>,
}

/// Mark uses within reach, in the order they were recorded.
///
/// # Errors
/// Only ours.
pub async fn mark_uses(
    db: &Db,
    actor: &Actor,
    asked: &MarkUsesAsked,
    today: Day,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Listed<MarkUseView>> {
    find_mark_uses(db, actor, asked, &Narrow::default(), today, cursor, limit).await
}

/// The same, narrowed to what a person looks for and in the order asked.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_mark_uses(
    db: &Db,
    actor: &Actor,
    asked: &MarkUsesAsked,
    narrow: &Narrow,
    today: Day,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Listed<MarkUseView>> {
    let wanted = Wanted {
        organisation_id: asked.organisation_id.clone(),
        right_id: asked.right_id.clone(),
        product_id: asked.product_id.clone(),
        in_force_on: asked.as_of,
    };
    let (rows, next_cursor) = store::mark_use::page(db.reader(), &actor.scope, &wanted, narrow, cursor, limit).await?;
    Ok(Listed { items: views(db, rows, asked.as_of.unwrap_or(today)).await?, next_cursor })
}

/// One mark use within reach, as of a day.
///
/// # Errors
/// `not_found`.
pub async fn mark_use(db: &Db, actor: &Actor, id: &str, day: Day) -> Outcome<MarkUseView> {
    let row = store::mark_use::one(db.reader(), &actor.scope, id).await?;
    views(db, vec![row], day).await?.pop().ok_or_else(Failure::not_found)
}

/// Products of whose rights an organisation has a mark use in force on a day, and not suspended; ids, each once.
///
/// # Errors
/// Only ours.
pub async fn products_in_use<C: ConnectionTrait>(connection: &C, organisation_id: &str, day: Day) -> Outcome<Vec<String>> {
    let everything = Scope::everything();
    let wanted = Wanted { organisation_id: Some(organisation_id.to_owned()), in_force_on: Some(day), ..Wanted::default() };
    let (rows, _) = store::mark_use::page(connection, &everything, &wanted, &Narrow::default(), None, 200).await?;
    let rights = store::right::some(connection, rows.into_iter().map(|row| row.right_id).collect()).await?;
    let products: BTreeSet<String> = rights.into_iter().map(|right| right.product_id).collect();
    Ok(products.into_iter().collect())
}

pub(super) async fn views(db: &Db, rows: Vec<MarkUseRow>, day: Day) -> Outcome<Vec<MarkUseView>> {
    let suspensions = store::mark_use::suspensions(db.reader(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    let rights = store::right::some(db.reader(), rows.iter().map(|row| row.right_id.clone()).collect()).await?;
    let mut products: BTreeMap<String, String> = BTreeMap::new();
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let right = rights.iter().find(|right| right.id == row.right_id).ok_or_else(|| Failure::broken("a mark use without its right"))?;
        if !products.contains_key(&right.product_id) {
            products.insert(right.product_id.clone(), store::product::one(db.reader(), &right.product_id).await?.name);
        }
        let user = organisation(db.reader(), &row.organisation_id).await?;
        views.push(MarkUseView {
            standing: standing(&row, &suspensions, day)?,
            suspensions: suspensions.iter().filter(|s| s.mark_use_id == row.id).cloned().map(suspension).collect(),
            recorded_at: clock::rfc3339(row.recorded_at),
            product: products.get(&right.product_id).cloned().unwrap_or_default(),
            product_id: right.product_id.clone(),
            route: right.route.clone(),
            organisation: user.name,
            credit_code: user.credit_code,
            id: row.id,
            organisation_id: row.organisation_id,
            right_id: row.right_id,
            state: row.state,
            in_force_from: row.in_force_from,
            in_force_to: row.in_force_to,
            announcement: row.announcement,
            announcement_id: row.announcement_id,
            contract: row.contract,
            evidence: row.evidence,
            artwork_on: row.artwork_on,
            artwork_no: row.artwork_no,
            demo: row.demo,
        });
    }
    Ok(views)
}

fn standing(row: &MarkUseRow, suspensions: &[SuspensionRow], day: Day) -> Outcome<StandingWord> {
    Ok(match store::mark_use::days(row, suspensions)?.on(day) {
        Standing::InForce(_) => StandingWord::InForce,
        Standing::Suspended(_) => StandingWord::Suspended,
        Standing::NotYet(_) => StandingWord::NotYet,
        Standing::Ended(_) => StandingWord::Ended,
    })
}

fn suspension(row: SuspensionRow) -> SuspensionView {
    SuspensionView { from: row.from_day, to: row.to_day, reason: row.reason, document_no: row.document_no }
}
