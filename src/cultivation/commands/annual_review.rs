//! The reviewers' part of yearly reports: giving back, accepting, county figures, reminding. Whoever is tied to the organisation or to another
//! user of the product's marks does not decide, and two steps after each other are two persons' (domain.md §5).

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::annual_report::{moved, state, stepped};
use crate::cultivation::annual_report::{Declared, ReportState};
use crate::cultivation::queries::days_of;
use crate::cultivation::store::annual_report::{self as store, CountyRow, ReportPointRow, ReportRow};
use crate::db::Tx;
use crate::identity::notice::{About, To, note, note_once};
use crate::identity::store::organisation;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::commands::untied_to_users;
use crate::registry::store::{division, product};
use crate::trace::record::{need_text, read_text, shortened};

/// The most points of one round.
const MOST_POINTS: usize = 40;
/// The longest time to answer, in days.
const LONGEST: i64 = 366;
/// The most a county counts of anything.
const MOST: i64 = 1_000_000_000_000;

/// What is wrong with a figure.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportPointInput {
    /// The name of a declared figure, or `remark`.
    pub part: String,
    /// What is wrong, and what would be right.
    pub said: String,
}

/// `POST …/return`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnualReportReturnInput {
    /// Every point to be mended, at least one.
    pub points: Vec<ReportPointInput>,
    /// Until when: after today, within a year.
    #[schema(value_type = String, format = Date)]
    pub answer_by: Day,
}

/// `POST …/accept`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnnualReportAcceptInput {
    /// Remarks.
    pub said: Option<String>,
}

/// What a county counted. A later line of the same county, product and year counts; the ones before stay.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountyFigureInput {
    /// `pro_…`
    pub product_id: String,
    /// The calendar year.
    pub year: i64,
    /// The county, 6 digits.
    pub county_code: String,
    /// Planted area in square metres.
    #[serde(default)]
    pub area_m2: Option<i64>,
    /// Output in the product's base unit.
    #[serde(default)]
    pub output: Option<i64>,
    /// Value of the output in fen.
    #[serde(default)]
    pub value_fen: Option<i64>,
    /// Households that grow it.
    #[serde(default)]
    pub households: Option<i64>,
    /// Users of its marks.
    #[serde(default)]
    pub users: Option<i64>,
    /// Where the figures are from.
    pub source: String,
}

async fn waiting(tx: &Tx, desk: &Desk, id: &str) -> Outcome<ReportRow> {
    let row = store::lock(tx, &desk.actor.scope, id).await?;
    let firm = organisation(tx.connection(), &row.organisation_id).await?;
    if state(&row)? != ReportState::Submitted {
        return Err(Failure::conflict("annual_report_step").with("report_state", &row.state));
    }
    if !desk.actor.scope.reaches_division(&firm.division_code) {
        return Err(Failure::not_found());
    }
    untied_to_users(tx, desk, &row.product_id, Some(&row.organisation_id)).await?;
    let before = store::steps(tx.connection(), &row.id).await?;
    if before.last().is_some_and(|step| step.account_id == desk.actor.account_id) {
        return Err(Failure::conflict("second_person_needed"));
    }
    Ok(row)
}

async fn tell(tx: &Tx, desk: &Desk, row: &ReportRow, about: About, more: &[(&str, &str)]) -> Outcome<()> {
    let product = product::one(tx.connection(), &row.product_id).await?.name;
    let year = row.year.to_string();
    let values: Vec<(&str, &str)> =
        [("product", product.as_str()), ("year", year.as_str())].into_iter().chain(more.iter().copied()).collect();
    note(tx, desk, To::Organisation(&row.organisation_id), about, &row.id, &values).await
}

/// Gives it back to be mended, point by point.
///
/// # Errors
/// `not_found`; `annual_report_step`, `tied_to_party`, `second_person_needed`; fields `annual_report_points_missing`,
/// `annual_report_points_many`, `annual_report_point_part`, `register_empty`, `text_too_long`, `application_answer_by`.
pub async fn return_annual_report(tx: &Tx, desk: &Desk, id: &str, input: &AnnualReportReturnInput) -> Outcome<ReportRow> {
    let mut row = waiting(tx, desk, id).await?;
    let mut faults = Faults::new();
    if input.points.is_empty() {
        faults.add("/points", "annual_report_points_missing");
    } else if input.points.len() > MOST_POINTS {
        faults.add("/points", "annual_report_points_many").with("most", MOST_POINTS);
    }
    let mut points = Vec::new();
    for (point, position) in input.points.iter().take(MOST_POINTS).zip(1_i64..) {
        let at = format!("/points/{}", position - 1);
        let said = need_text(&mut faults, &format!("{at}/said"), Some(&point.said), 1_000, "register_empty");
        if point.part != "remark" && Declared::parse(&point.part).is_none() {
            faults.add(format!("{at}/part"), "annual_report_point_part").with("value", shortened(&point.part));
        }
        points.push(ReportPointRow { report_id: row.id.clone(), round: row.round, position, part: point.part.clone(), said });
    }
    let today = desk.clock.today();
    if input.answer_by <= today || input.answer_by.since(today) > LONGEST {
        let (from, to) = (today.plus(1), today.plus(LONGEST));
        faults.add("/answer_by", "application_answer_by").with("value", input.answer_by).with("from", from).with("to", to);
    }
    faults.check()?;
    moved(desk, &mut row, ReportState::Returned);
    row.answer_until = Some(input.answer_by.to_string());
    store::update(tx, &row).await?;
    let said: Vec<_> = points.iter().map(|point| json!({ "part": point.part, "said": point.said })).collect();
    let (count, until) = (points.len().to_string(), input.answer_by.to_string());
    store::insert_points(tx, points).await?;
    stepped(tx, desk, &row, "returned", None).await?;
    tell(tx, desk, &row, About::AnnualReportReturned, &[("n", &count), ("until", &until)]).await?;
    let facts = json!({ "round": row.round, "points": said, "answer_by": until });
    ledger::append(tx, desk, Event::new(kind::ANNUAL_REPORT_RETURNED, id, facts)).await?;
    Ok(row)
}

/// Accepts it. A corrected version is accepted by another person than the one before it, which is superseded by that.
///
/// # Errors
/// `not_found`; `annual_report_step`, `tied_to_party`, `second_person_needed`; field `text_too_long`.
pub async fn accept_annual_report(tx: &Tx, desk: &Desk, id: &str, input: &AnnualReportAcceptInput) -> Outcome<ReportRow> {
    let mut row = waiting(tx, desk, id).await?;
    let mut faults = Faults::new();
    let said = read_text(&mut faults, "/said", input.said.as_deref(), 1_000);
    faults.check()?;
    let before = store::versions(tx.connection(), &row.organisation_id, &row.product_id, row.year).await?;
    let before = before.into_iter().find(|one| one.state == ReportState::Accepted.word());
    if let Some(mut old) = before {
        if old.accepted_by.as_deref() == Some(desk.actor.account_id.as_str()) {
            return Err(Failure::conflict("second_person_needed"));
        }
        moved(desk, &mut old, ReportState::Superseded);
        store::update(tx, &old).await?;
    }
    moved(desk, &mut row, ReportState::Accepted);
    row.accepted_by = Some(desk.actor.account_id.clone());
    store::update(tx, &row).await?;
    stepped(tx, desk, &row, "accepted", said.as_deref()).await?;
    tell(tx, desk, &row, About::AnnualReportAccepted, &[]).await?;
    let facts = json!({
        "organisation_id": row.organisation_id, "product_id": row.product_id, "year": row.year, "version": row.version, "said": said,
    });
    ledger::append(tx, desk, Event::new(kind::ANNUAL_REPORT_ACCEPTED, id, facts)).await?;
    Ok(row)
}

/// Records what a county counted.
///
/// # Errors
/// Fields `register_product_unknown`, `annual_report_year`, `annual_report_running`, `county_unknown`, `outside_your_region`,
/// `annual_report_figure`, `county_figure_empty`, `register_empty`, `text_too_long`.
pub async fn record_county_figure(tx: &Tx, desk: &Desk, input: &CountyFigureInput, demo: bool) -> Outcome<CountyRow> {
    let mut faults = Faults::new();
    if product::one(tx.connection(), &input.product_id).await.is_err() {
        faults.add("/product_id", "register_product_unknown").with("value", shortened(&input.product_id));
    }
    if let Some((_, last)) = faults.absorb("", days_of(input.year))
        && last >= desk.clock.today()
    {
        faults.add("/year", "annual_report_running").with("value", input.year);
    }
    let county = division::some(tx.connection(), [input.county_code.clone()]).await?.remove(&input.county_code);
    match county.filter(|county| county.level == "county") {
        None => {
            faults.add("/county_code", "annual_report_county").with("value", shortened(&input.county_code));
        }
        Some(county) if !desk.actor.scope.reaches_division(&county.code) => {
            faults.add("/county_code", "outside_your_region").with("value", county.name);
        }
        Some(_) => {}
    }
    let figures = [
        ("/area_m2", input.area_m2),
        ("/output", input.output),
        ("/value_fen", input.value_fen),
        ("/households", input.households),
        ("/users", input.users),
    ];
    for (at, figure) in figures {
        if let Some(figure) = figure.filter(|figure| !(0..=MOST).contains(figure)) {
            faults.add(at, "annual_report_figure").with("figure", figure).with("most", MOST);
        }
    }
    if figures.iter().all(|(_, figure)| figure.is_none()) {
        faults.add("/output", "county_figure_empty");
    }
    let source = need_text(&mut faults, "/source", Some(&input.source), 300, "register_empty");
    faults.check()?;
    let row = CountyRow {
        id: desk.new_id(Noun::CountyFigure),
        product_id: input.product_id.clone(),
        year: input.year,
        county_code: input.county_code.clone(),
        area_m2: input.area_m2,
        output: input.output,
        value_fen: input.value_fen,
        households: input.households,
        users: input.users,
        source,
        demo,
        recorded_by: desk.actor.account_id.clone(),
        recorded_at: desk.clock.now(),
    };
    store::insert_county(tx, row.clone()).await?;
    let facts = json!({
        "product_id": row.product_id, "year": row.year, "county_code": row.county_code, "area_m2": row.area_m2, "output": row.output,
        "value_fen": row.value_fen, "households": row.households, "users": row.users, "source": row.source,
    });
    ledger::append(tx, desk, Event::new(kind::COUNTY_FIGURE_RECORDED, &row.id, facts)).await?;
    Ok(row)
}

/// Reminds every user within reach whose report on a product and year is missing; each once a day at most. Answers how many are missing.
///
/// # Errors
/// Fields `annual_report_year`, `annual_report_running`; `annual_report_nobody` where none is missing; `not_found` for a product that is none.
pub async fn remind_annual_reports(tx: &Tx, desk: &Desk, product_id: &str, year: i64, until: Day) -> Outcome<usize> {
    let days = days_of(year)?;
    if days.1 >= desk.clock.today() {
        return Err(Failure::field("/year", "annual_report_running").with("value", year));
    }
    let product = product::one(tx.connection(), product_id).await?;
    let mut missing = Vec::new();
    for user in store::users(tx.connection(), &desk.actor.scope, Some(product_id), None, days).await? {
        let versions = store::versions(tx.connection(), &user.organisation_id, product_id, year).await?;
        if !versions.iter().any(|row| row.submitted_at.is_some()) {
            missing.push(user.organisation_id);
        }
    }
    if missing.is_empty() {
        return Err(Failure::conflict("annual_report_nobody").with("product", product.name).with("year", year));
    }
    let (year_words, until, today) = (year.to_string(), until.to_string(), desk.clock.today());
    let values = [("product", product.name.as_str()), ("year", year_words.as_str()), ("until", until.as_str())];
    for id in &missing {
        let once = format!("annual_report:{id}:{product_id}:{year}:remind:{today}");
        note_once(tx, desk, To::Organisation(id), About::AnnualReportReminded, id, &values, &once).await?;
    }
    let facts = json!({ "year": year, "organisations": missing });
    ledger::append(tx, desk, Event::new(kind::ANNUAL_REPORTS_REMINDED, product_id, facts)).await?;
    Ok(missing.len())
}
