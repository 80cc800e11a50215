//! The applicant's part: beginning, writing, handing in, taking back. A draft is no fact and leaves no event; every handing in leaves one
//! with everything it said.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{FILES_OF, Said, moved, state, stepped, way};
use crate::cultivation::mark_use_application::{ApplicationState, Way};
use crate::cultivation::store::mark_use_application::{self as store, ApplicationRow, PlotRow, PointRow};
use crate::db::Tx;
use crate::files::{self, Kept, Purpose};
use crate::identity::notice::{About, To, note};
use crate::identity::store::organisation;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::product::AccountBasis;
use crate::registry::right::Route;
use crate::registry::store::{mark_use, plot as plots, product, right};
use crate::trace::goods::Goods;
use crate::trace::measure::Sent;
use crate::trace::record::{read_text, shortened};
use crate::trace::store::{register, report};

/// The most goods one application names.
const MOST_GOODS: usize = 30;
/// The most plots one application names.
pub const MOST_PLOTS: usize = 5_000;
/// The most files of one application.
const MOST_FILES: usize = 40;

/// For which right, and for whom.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationBeginInput {
    /// The right, `rig_…`.
    pub right_id: String,
    /// The applicant, `org_…`; one's own organisation if not given.
    #[serde(default)]
    pub organisation_id: Option<String>,
}

/// What the applicant answers to a point of the round before.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointAnswer {
    /// Which point, counted from 1.
    pub position: i64,
    /// What was done about it.
    pub answer: String,
}

/// Everything an application says, in the place of what it said.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationInput {
    /// The year in which the season of the volume begins; this season if not given.
    #[serde(default)]
    pub season: Option<String>,
    /// Goods the mark is for, at most 30.
    #[serde(default)]
    pub goods: Vec<String>,
    /// Output of one season in grams.
    #[serde(default)]
    pub volume_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// Plots, `plo_…`, of the applicant or its growers, bearing the product today.
    #[serde(default)]
    pub plot_ids: Vec<String>,
    /// Every such plot on record instead of a list.
    #[serde(default)]
    pub all_plots: bool,
    /// Villages and how many growers it buys from; no names.
    #[serde(default)]
    pub bought_from: Option<String>,
    /// First day of the use that is wished for.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub wanted_from: Option<Day>,
    /// Anything else.
    #[serde(default)]
    pub note: Option<String>,
    /// Answers to the points it was given back for.
    #[serde(default)]
    pub answers: Vec<PointAnswer>,
}

/// Begins an application: a draft, filled with what is on record and what was said last time.
///
/// # Errors
/// Fields `register_right_unknown`, `application_right_unfit` for a right that is not registered or admits no users,
/// `register_organisation_unknown`; `application_open` with the one under way, `application_in_force` where the use has no end.
pub async fn begin_application(tx: &Tx, desk: &Desk, input: &ApplicationBeginInput, demo: bool) -> Outcome<ApplicationRow> {
    let mut faults = Faults::new();
    let firm = input.organisation_id.as_deref().or(desk.actor.organisation_id.as_deref()).unwrap_or_default();
    let firm = organisation(tx.connection(), firm).await.ok().filter(|row| desk.actor.scope.reaches_organisation(&row.id, None));
    if firm.is_none() {
        let value = shortened(input.organisation_id.as_deref().unwrap_or_default());
        faults.add("/organisation_id", "register_organisation_unknown").with("value", value);
    }
    let right = right::one(tx.connection(), &input.right_id).await.ok();
    match &right {
        None => {
            faults.add("/right_id", "register_right_unknown").with("value", shortened(&input.right_id));
        }
        Some(right) if Route::parse(&right.route).and_then(Way::of).is_none() || !right::status(right)?.allows_batches() => {
            let product = product::one(tx.connection(), &right.product_id).await?;
            faults.add("/right_id", "application_right_unfit").with("product", product.name);
        }
        Some(_) => {}
    }
    faults.check()?;
    let (Some(firm), Some(right)) = (firm, right) else { return Err(Failure::broken("an application without a fault")) };
    if let Some(open) = store::open(tx, &firm.id, &right.id).await? {
        return Err(Failure::conflict("application_open").with("id", open.id));
    }
    let renews = renewed(tx, desk, &firm.id, &right.id).await?;
    let goods = register::goods(tx.connection(), &right.product_id).await?;
    let before = store::last(tx, &firm.id, &right.id).await?;
    let (now, today) = (desk.clock.now(), desk.clock.today());
    let land = land(tx, &firm.id, &goods.id, today).await?;
    let row = ApplicationRow {
        id: desk.new_id(Noun::MarkUseApplication),
        organisation_id: firm.id,
        right_id: right.id,
        season: goods.season_of(today),
        product_id: goods.id,
        renews_id: renews.as_ref().map(|(id, _)| id.clone()),
        goods: before.as_ref().map_or_else(|| "[]".to_owned(), |row| row.goods.clone()),
        volume: before.as_ref().and_then(|row| row.volume),
        bought_from: before.and_then(|row| row.bought_from),
        wanted_from: renews.map(|(_, last)| last.plus(1).to_string()),
        note: None,
        area_m2: land.iter().map(|plot| plot.area_m2).sum(),
        state: ApplicationState::Draft.word().to_owned(),
        round: 0,
        answer_by: None,
        mark_use_id: None,
        demo,
        begun_by: desk.actor.account_id.clone(),
        begun_at: now,
        submitted_at: None,
        moved_at: now,
    };
    store::insert(tx, row.clone()).await?;
    let land: Vec<String> = land.into_iter().map(|plot| plot.id).collect();
    store::put_plots(tx, &row.id, &land).await?;
    Ok(row)
}

async fn land(tx: &Tx, organisation_id: &str, product_id: &str, today: Day) -> Outcome<Vec<PlotRow>> {
    store::land(tx.connection(), organisation_id, product_id, &today.to_string(), MOST_PLOTS as u64).await
}

/// The use that would be renewed and its last day; none for a first application.
async fn renewed(tx: &Tx, desk: &Desk, organisation_id: &str, right_id: &str) -> Outcome<Option<(String, Day)>> {
    let uses = mark_use::of_right(tx.connection(), organisation_id, right_id).await?;
    let Some(last) = uses.last() else { return Ok(None) };
    let days = mark_use::interval(last)?;
    match days.to {
        None => Err(Failure::conflict("application_in_force").with("from", days.from)),
        Some(to) if to >= desk.clock.today() => Ok(Some((last.id.clone(), to))),
        // One that ended is history, and not renewed.
        Some(_) => Ok(None),
    }
}

/// An application the actor may write, held until the commit.
async fn to_write(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(ApplicationRow, ApplicationState)> {
    let row = store::lock(tx, &desk.actor.scope, id).await?;
    if !desk.actor.scope.reaches_organisation(&row.organisation_id, None) {
        return Err(Failure::not_found());
    }
    let now = state(&row)?;
    Ok((row, now))
}

/// Puts what is said and which papers belong to it in the place of what it said; nothing must be whole yet.
///
/// # Errors
/// `not_found`; `application_step` once it is handed in; fields `season_unfit`, `application_goods_many`, `text_too_long`, `amount_*`,
/// `application_plot_unknown`, `application_plots_many`, `application_point_unknown`, `application_files_many`.
pub async fn change_application(tx: &Tx, desk: &Desk, id: &str, input: &ApplicationInput, kept: &[Kept]) -> Outcome<ApplicationRow> {
    let (mut row, now) = to_write(tx, desk, id).await?;
    if !now.is_open_to_applicant() {
        return Err(Failure::conflict("application_step").with("application_state", now.word()));
    }
    let goods = register::goods(tx.connection(), &row.product_id).await?;
    let today = desk.clock.today();
    let mut faults = Faults::new();
    write(&mut row, &mut faults, &goods, input, today);
    let plots = plots_named(tx, &mut faults, &row, input, today).await?;
    row.area_m2 = plots.iter().map(|plot| plot.area_m2).sum();
    let answered = answers(tx, &mut faults, &row, &input.answers).await?;
    let about = about(&row);
    let has = files::store::of_about(tx.connection(), &about).await?.len();
    if has + kept.len() > MOST_FILES {
        faults.add("/papers", "application_files_many").with("most", MOST_FILES);
    }
    faults.check()?;
    store::update(tx, &row).await?;
    let plots: Vec<String> = plots.into_iter().map(|plot| plot.id).collect();
    store::put_plots(tx, &row.id, &plots).await?;
    for point in &answered {
        store::answer_point(tx, point).await?;
    }
    for one in kept {
        let purpose = if one.field == "report" { Purpose::Report } else { Purpose::Evidence };
        files::attach(tx, desk, one, &about, purpose).await?;
    }
    Ok(row)
}

fn about(row: &ApplicationRow) -> files::About {
    files::About { kind: FILES_OF, id: row.id.clone(), organisation_id: Some(row.organisation_id.clone()) }
}

fn write(row: &mut ApplicationRow, faults: &mut Faults, goods: &Goods, input: &ApplicationInput, today: Day) {
    let season = input.season.clone().unwrap_or_else(|| goods.season_of(today));
    if !Goods::is_season(&season) {
        faults.add("/season", "season_unfit").with("value", shortened(&season));
    }
    row.season = season;
    if input.goods.len() > MOST_GOODS {
        faults.add("/goods", "application_goods_many").with("most", MOST_GOODS);
    }
    let mut named: Vec<String> = Vec::new();
    for (i, text) in input.goods.iter().take(MOST_GOODS).enumerate() {
        let text = read_text(faults, &format!("/goods/{i}"), Some(text), 80);
        named.extend(text.filter(|text| !named.contains(text)));
    }
    row.goods = json!(named).to_string();
    let sent = Sent { pointer: "/volume_g", grams: input.volume_g, quantity: input.quantity, unit: None };
    row.volume = if sent.is_empty() { None } else { sent.read(faults, goods.unit, false) };
    row.bought_from = read_text(faults, "/bought_from", input.bought_from.as_deref(), 500);
    row.wanted_from = input.wanted_from.map(|day| day.to_string());
    row.note = read_text(faults, "/note", input.note.as_deref(), 1_000);
}

/// The plots that are named, each on record of the applicant or its growers and bearing the product today.
async fn plots_named(tx: &Tx, faults: &mut Faults, row: &ApplicationRow, input: &ApplicationInput, today: Day) -> Outcome<Vec<PlotRow>> {
    let land = land(tx, &row.organisation_id, &row.product_id, today).await?;
    if input.all_plots {
        return Ok(land);
    }
    if input.plot_ids.len() > MOST_PLOTS {
        faults.add("/plot_ids", "application_plots_many").with("most", MOST_PLOTS);
        return Ok(Vec::new());
    }
    let mut named: Vec<PlotRow> = Vec::new();
    for (i, id) in input.plot_ids.iter().enumerate() {
        match land.iter().find(|plot| plot.id == *id) {
            Some(plot) if named.iter().any(|one| one.id == plot.id) => {}
            Some(plot) => named.push(plot.clone()),
            None => {
                faults.add(format!("/plot_ids/{i}"), "application_plot_unknown").with("value", shortened(id));
            }
        }
    }
    Ok(named)
}

/// The points of the last round with their answers.
async fn answers(tx: &Tx, faults: &mut Faults, row: &ApplicationRow, given: &[PointAnswer]) -> Outcome<Vec<PointRow>> {
    let mut points = store::points(tx.connection(), &row.id).await?;
    points.retain(|point| point.round == row.round);
    for (i, one) in given.iter().enumerate() {
        let answer = read_text(faults, &format!("/answers/{i}/answer"), Some(&one.answer), 1_000);
        match points.iter_mut().find(|point| point.position == one.position) {
            Some(point) => point.answer = answer,
            None => {
                faults.add(format!("/answers/{i}/position"), "application_point_unknown").with("value", one.position);
            }
        }
    }
    Ok(points)
}

/// Takes a paper away from what is not handed in.
///
/// # Errors
/// `not_found`; `application_step` once it is handed in; `application_paper_kept` for a paper that was handed in before.
pub async fn remove_paper(tx: &Tx, desk: &Desk, id: &str, file: &str) -> Outcome<()> {
    let (row, now) = to_write(tx, desk, id).await?;
    if !now.is_open_to_applicant() {
        return Err(Failure::conflict("application_step").with("application_state", now.word()));
    }
    let kept = files::store::of_about(tx.connection(), &about(&row)).await?;
    let one = kept.into_iter().find(|one| one.id == file).ok_or_else(Failure::not_found)?;
    if row.submitted_at.is_some_and(|at| one.uploaded_at <= at) {
        return Err(Failure::conflict("application_paper_kept").with("name", one.name));
    }
    files::store::remove(tx, &about(&row), file).await
}

/// Hands it in: everything must be there now. What was given back comes to the first reviewer again.
///
/// # Errors
/// `not_found`; `application_step`; `invalid_fields` with every fault: `mark_use_credit_code`, `application_right_unfit`,
/// `register_empty`, `amount_missing`, `application_no_ground`, `application_plot_ended`, `application_report_missing`,
/// `application_wanted_from`.
pub async fn submit_application(tx: &Tx, desk: &Desk, id: &str) -> Outcome<ApplicationRow> {
    let (mut row, now) = to_write(tx, desk, id).await?;
    if !now.is_open_to_applicant() {
        return Err(Failure::conflict("application_step").with("application_state", now.word()));
    }
    let (right, way) = way(tx, &row).await?;
    let goods = register::goods(tx.connection(), &row.product_id).await?;
    let firm = organisation(tx.connection(), &row.organisation_id).await?;
    let papers = files::store::of_about(tx.connection(), &about(&row)).await?;
    let land = store::plots(tx.connection(), &row.id).await?;
    let today = desk.clock.today();
    let mut faults = Faults::new();
    if firm.credit_code.is_none() {
        faults.add("/firm", "mark_use_credit_code").with("value", &firm.name);
    }
    if !right::status(&right)?.allows_batches() {
        faults.add("/firm", "application_right_unfit").with("product", &goods.name);
    }
    if row.goods == "[]" {
        faults.add("/goods", "register_empty");
    }
    if row.volume.is_none() {
        faults.add("/volume_g", "amount_missing");
    }
    if goods.basis == AccountBasis::Plots && land.is_empty() && row.bought_from.is_none() {
        faults.add("/plot_ids", "application_no_ground");
    }
    for plot in &land {
        if !plots::valid(plot)?.contains(today) {
            faults.add("/plot_ids", "application_plot_ended").with("name", &plot.name);
        }
    }
    let attached = papers.iter().any(|file| file.purpose == Purpose::Report.word());
    if !attached && !report::holds_one(tx.connection(), &row.organisation_id, &row.product_id, &today.to_string()).await? {
        faults.add("/report", "application_report_missing").with("product", &goods.name);
    }
    let renews = renewed(tx, desk, &row.organisation_id, &row.right_id).await?;
    if let (Some((_, last)), Some(wanted)) = (&renews, row.wanted_from.as_deref().and_then(Day::parse))
        && wanted <= *last
    {
        faults.add("/wanted_from", "application_wanted_from").with("value", wanted).with("from", last.plus(1));
    }
    faults.check()?;
    row.renews_id = renews.map(|(id, _)| id);
    row.area_m2 = land.iter().map(|plot| plot.area_m2).sum();
    row.round += 1;
    row.answer_by = None;
    row.submitted_at = Some(desk.clock.now());
    moved(desk, &mut row, ApplicationState::Submitted);
    store::update(tx, &row).await?;
    stepped(tx, desk, &row, "submitted", Said { said: row.note.as_deref(), ..Said::default() }).await?;
    if let (Way::Licensed, Some(holder)) = (way, &right.holder_id) {
        let values = [("name", firm.name.as_str()), ("product", goods.name.as_str())];
        note(tx, desk, To::Organisation(holder), About::ApplicationSubmitted, &row.id, &values).await?;
    }
    let hashes: Vec<&str> = papers.iter().map(|file| file.sha256.as_str()).collect();
    let land: Vec<&str> = land.iter().map(|plot| plot.id.as_str()).collect();
    let facts = json!({
        "organisation_id": row.organisation_id, "right_id": row.right_id, "renews": row.renews_id, "round": row.round,
        "season": row.season, "goods": row.goods, "volume": row.volume, "area_m2": row.area_m2, "plots": land,
        "bought_from": row.bought_from, "wanted_from": row.wanted_from, "note": row.note, "files": hashes,
    });
    ledger::append(tx, desk, Event::new(kind::MARK_USE_APPLICATION_SUBMITTED, &row.id, facts)).await?;
    Ok(row)
}

/// Takes it back before it is decided. One that was never handed in leaves no trace but its row; its papers go.
///
/// # Errors
/// `not_found`; `application_step` once it is decided.
pub async fn withdraw_application(tx: &Tx, desk: &Desk, id: &str) -> Outcome<ApplicationRow> {
    let (mut row, now) = to_write(tx, desk, id).await?;
    if now.is_decided() {
        return Err(Failure::conflict("application_step").with("application_state", now.word()));
    }
    moved(desk, &mut row, ApplicationState::Withdrawn);
    row.answer_by = None;
    store::update(tx, &row).await?;
    if row.submitted_at.is_none() {
        for file in files::store::of_about(tx.connection(), &about(&row)).await? {
            files::store::remove(tx, &about(&row), &file.id).await?;
        }
        return Ok(row);
    }
    stepped(tx, desk, &row, "withdrawn", Said::default()).await?;
    let facts = json!({ "round": row.round });
    ledger::append(tx, desk, Event::new(kind::MARK_USE_APPLICATION_WITHDRAWN, id, facts)).await?;
    Ok(row)
}
