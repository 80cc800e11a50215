//! Applications for the use of a mark, with everything a reviewer compares.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cultivation::commands::FILES_OF;
use crate::cultivation::mark_use_application::{ApplicationState, Turn, Way};
use crate::cultivation::store::mark_use_application::{self as store, ApplicationRow, PlotRow, PointRow, StepRow, Wanted};
use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::files::{self, FileView};
use crate::identity::store::{OrganisationRow, organisation};
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Day, Failure, Outcome, Scope};
use crate::registry::right::Route;
use crate::registry::store::{RightRow, right};
use crate::trace::goods::Goods;
use crate::trace::store::register;

/// A plot an application names. Whose it is stays with who may read plots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApplicationPlot {
    /// `plo_…`
    pub plot_id: String,
    /// Whole square metres.
    pub area_m2: i64,
    /// Township.
    pub division_code: String,
    /// Village.
    pub village: String,
    /// By what it was found to lie in the area: polygon, township, village_declared or unknown.
    pub grade: String,
}

/// A point to be mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApplicationPoint {
    /// The round that gave it back, counted from 1.
    pub round: i64,
    /// Counted from 1 in each round.
    pub position: i64,
    /// firm, goods, volume, plots, bought_from, report, papers or note.
    pub part: String,
    /// What is wrong, and what would be right.
    pub said: String,
    /// What the applicant did about it.
    pub answer: Option<String>,
}

/// A step it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApplicationStep {
    /// The round, counted from 1.
    pub round: i64,
    /// submitted, returned, county_verified, city_verified, province_reviewed, approved, refused or withdrawn.
    pub act: String,
    /// Account.
    pub account_id: String,
    /// RFC 3339.
    pub at: String,
    /// What was said.
    pub said: Option<String>,
    /// Of a refusal: outside_area, off_standard, unqualified, untrue or other.
    pub reason: Option<String>,
    /// Day on the spot, of the document, to answer by, or from which the use counts.
    pub on_day: Option<String>,
    /// Number of the document, the announcement or the contract.
    pub document_no: Option<String>,
}

/// An application for the use of a mark.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApplicationView {
    /// `mua_…`
    pub id: String,
    /// The applicant, `org_…`.
    pub organisation_id: String,
    /// Its name.
    pub organisation: String,
    /// 统一社会信用代码
    pub credit_code: Option<String>,
    /// Its division.
    pub division_code: String,
    /// `rig_…`
    pub right_id: String,
    /// gi_product, certification_mark or collective_mark.
    pub route: String,
    /// The holder's `org_…`, if it is on the platform.
    pub holder_id: Option<String>,
    /// `pro_…`
    pub product_id: String,
    /// Its name.
    pub product: String,
    /// The use it renews, `mus_…`.
    pub renews_id: Option<String>,
    /// The year in which the season of the volume begins.
    pub season: String,
    /// Goods the mark is for.
    pub goods: Vec<String>,
    /// Output of a season, in the product's base unit.
    pub volume: Option<i64>,
    /// The most the named land gives by the product's cap; null where there is none.
    pub most_of_land: Option<i64>,
    /// Sum of the plots named.
    pub area_m2: i64,
    /// Villages and how many growers it buys from.
    pub bought_from: Option<String>,
    /// First day that is wished for.
    pub wanted_from: Option<String>,
    /// Anything else.
    pub note: Option<String>,
    /// draft, submitted, returned, county_verified, city_verified, province_reviewed, approved, refused or withdrawn.
    pub state: String,
    /// Whose turn it is: applicant, county, office or holder; null once it is decided.
    pub turn: Option<String>,
    /// How often it was handed in.
    pub round: i64,
    /// Until when it is to be mended.
    pub answer_by: Option<String>,
    /// The use that was granted, `mus_…`.
    pub mark_use_id: Option<String>,
    /// Demonstration data.
    pub demo: bool,
    /// RFC 3339.
    pub submitted_at: Option<String>,
    /// RFC 3339: when it last moved.
    pub moved_at: String,
    /// Plots named; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plots: Vec<ApplicationPlot>,
    /// Points of every round; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<ApplicationPoint>,
    /// Steps in order; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<ApplicationStep>,
    /// Papers; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileView>,
}

impl ApplicationView {
    /// Which way it goes.
    pub fn way(&self) -> Option<Way> {
        Route::parse(&self.route).and_then(Way::of)
    }
    /// Is it this scope's turn?
    pub fn is_turn_of(&self, turn: Turn, scope: &Scope) -> bool {
        turn.is_of(scope, &self.organisation_id, &self.division_code, self.holder_id.as_deref())
    }
    /// The points of the round that gave it back, while it waits to be mended.
    pub fn open_points(&self) -> impl Iterator<Item = &ApplicationPoint> {
        let open = self.state == ApplicationState::Returned.word();
        self.points.iter().filter(move |point| open && point.round == self.round)
    }
}

/// What a list of applications is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationsAsked {
    /// Of this applicant.
    pub organisation_id: Option<String>,
    /// For this right.
    pub right_id: Option<String>,
    /// For a right of this product.
    pub product_id: Option<String>,
    /// In this state.
    pub state: Option<String>,
}

/// Applications within reach, newest first; the next page begins after `cursor`.
///
/// # Errors
/// `word_unknown` for a state that is none.
pub async fn applications(
    db: &Db,
    actor: &Actor,
    asked: &ApplicationsAsked,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<ApplicationView>, Option<String>)> {
    let state = match &asked.state {
        None => None,
        Some(word) => match ApplicationState::parse(word) {
            Some(state) => Some(state.word()),
            None => return Err(Failure::field("/state", "word_unknown").with("value", word.chars().take(40).collect::<String>())),
        },
    };
    let wanted = Wanted {
        states: state.into_iter().collect(),
        organisation_id: asked.organisation_id.clone(),
        right_id: asked.right_id.clone(),
        product_id: asked.product_id.clone(),
    };
    let mut rows = store::page(db.reader(), &actor.scope, &wanted, cursor, limit + 1).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok((views(db, rows).await?, next))
}

/// Applications within reach, narrowed to what a person looks for and in the order asked.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_applications(
    db: &Db,
    actor: &Actor,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<ApplicationView>, Option<String>)> {
    let (rows, next) = store::find(db.reader(), &actor.scope, narrow, cursor, limit).await?;
    Ok((views(db, rows).await?, next))
}

/// One within reach, with its plots, points, steps and papers.
///
/// # Errors
/// `not_found`, also for another's draft.
pub async fn application(db: &Db, actor: &Actor, id: &str) -> Outcome<ApplicationView> {
    let row = store::one(db.reader(), &actor.scope, id).await?;
    let mut view = views(db, vec![row]).await?.pop().ok_or_else(Failure::not_found)?;
    view.plots = store::plots(db.reader(), id).await?.into_iter().map(plot).collect();
    view.points = store::points(db.reader(), id).await?.into_iter().map(point).collect();
    view.steps = store::steps(db.reader(), id).await?.into_iter().map(step).collect();
    view.files = files::of(db, FILES_OF, id).await?;
    Ok(view)
}

/// Plots on record an applicant may name on a day: id, name, village and area.
///
/// # Errors
/// Only ours.
pub async fn land_of(db: &Db, organisation_id: &str, product_id: &str, day: Day, limit: u64) -> Outcome<Vec<PlotRow>> {
    store::land(db.reader(), organisation_id, product_id, &day.to_string(), limit).await
}

/// What waits for who has these turns within reach, oldest move first.
///
/// # Errors
/// Only ours.
pub async fn waiting(db: &Db, actor: &Actor, turns: &[Turn]) -> Outcome<Vec<ApplicationView>> {
    let states = ApplicationState::ALL.iter().filter(|state| !state.is_decided()).map(|state| state.word()).collect();
    let rows = store::page(db.reader(), &actor.scope, &Wanted { states, ..Wanted::default() }, None, 200).await?;
    let mut found = views(db, rows).await?;
    found.retain(|view| {
        let turn = view.turn.as_deref().and_then(Turn::parse);
        turn.is_some_and(|turn| turns.contains(&turn) && view.is_turn_of(turn, &actor.scope))
    });
    found.sort_by(|a, b| a.moved_at.cmp(&b.moved_at));
    Ok(found)
}

/// Things read once for a page of rows.
#[derive(Default)]
struct Seen {
    firms: BTreeMap<String, OrganisationRow>,
    rights: BTreeMap<String, RightRow>,
    goods: BTreeMap<String, Goods>,
}

impl Seen {
    async fn read(&mut self, db: &Db, row: &ApplicationRow) -> Outcome<()> {
        if !self.firms.contains_key(&row.organisation_id) {
            self.firms.insert(row.organisation_id.clone(), organisation(db.reader(), &row.organisation_id).await?);
        }
        if !self.rights.contains_key(&row.right_id) {
            self.rights.insert(row.right_id.clone(), right::one(db.reader(), &row.right_id).await?);
        }
        if !self.goods.contains_key(&row.product_id) {
            self.goods.insert(row.product_id.clone(), register::goods(db.reader(), &row.product_id).await?);
        }
        Ok(())
    }
}

async fn views(db: &Db, rows: Vec<ApplicationRow>) -> Outcome<Vec<ApplicationView>> {
    let mut seen = Seen::default();
    for row in &rows {
        seen.read(db, row).await?;
    }
    rows.into_iter().map(|row| view(row, &seen)).collect()
}

fn view(row: ApplicationRow, seen: &Seen) -> Outcome<ApplicationView> {
    let lost = || Failure::broken("an application without its firm, right or product");
    let firm = seen.firms.get(&row.organisation_id).ok_or_else(lost)?;
    let right = seen.rights.get(&row.right_id).ok_or_else(lost)?;
    let goods = seen.goods.get(&row.product_id).ok_or_else(lost)?;
    let state = ApplicationState::parse(&row.state).ok_or_else(|| Failure::broken("mark_use_application.state"))?;
    let way = Route::parse(&right.route).and_then(Way::of);
    Ok(ApplicationView {
        organisation: firm.name.clone(),
        credit_code: firm.credit_code.clone(),
        division_code: firm.division_code.clone(),
        route: right.route.clone(),
        holder_id: right.holder_id.clone(),
        product: goods.name.clone(),
        goods: serde_json::from_str(&row.goods).map_err(Failure::broken)?,
        most_of_land: goods.most_of_land(row.area_m2).filter(|_| row.area_m2 > 0),
        turn: way.and_then(|way| state.turn(way)).map(|turn| turn.word().to_owned()),
        submitted_at: row.submitted_at.map(rfc3339),
        moved_at: rfc3339(row.moved_at),
        id: row.id,
        organisation_id: row.organisation_id,
        right_id: row.right_id,
        product_id: row.product_id,
        renews_id: row.renews_id,
        season: row.season,
        volume: row.volume,
        area_m2: row.area_m2,
        bought_from: row.bought_from,
        wanted_from: row.wanted_from,
        note: row.note,
        state: row.state,
        round: row.round,
        answer_by: row.answer_by,
        mark_use_id: row.mark_use_id,
        demo: row.demo,
        plots: Vec::new(),
        points: Vec::new(),
        steps: Vec::new(),
        files: Vec::new(),
    })
}

fn plot(row: PlotRow) -> ApplicationPlot {
    ApplicationPlot { plot_id: row.id, area_m2: row.area_m2, division_code: row.division_code, village: row.village, grade: row.grade }
}

fn point(row: PointRow) -> ApplicationPoint {
    ApplicationPoint { round: row.round, position: row.position, part: row.part, said: row.said, answer: row.answer }
}

fn step(row: StepRow) -> ApplicationStep {
    ApplicationStep {
        round: row.round,
        act: row.act,
        account_id: row.account_id,
        at: rfc3339(row.at),
        said: row.said,
        reason: row.reason,
        on_day: row.on_day,
        document_no: row.document_no,
    }
}
