//! The year's plan of random inspections: planning a task, freezing its list, drawing by a public value, or taking over what the province
//! drew.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::opening::{Opening, put_waiting};
use super::{known_product, required};
use crate::db::Tx;
use crate::identity::officer::{OfficerView, officers_with_ties};
use crate::identity::store as people;
use crate::kernel::actor::division_prefix;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::supervision::draw::{Candidate, DrawState, FrozenList, OPEN_AFTER, OPEN_LATEST, PoolOfficer, hash, seed, taken};
use crate::supervision::store::inspection::{self as store, DrawRow};

/// The most firms of one list.
const MOST: usize = 20_000;
/// The most departments of one task.
const MOST_DEPARTMENTS: usize = 8;

/// Where the draw counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrawSource {
    /// Our own verifiable draw.
    Own,
    /// The province's platform; we take its list over.
    Province,
}

/// Which firms may be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FirmKind {
    /// Who may use a mark on the day the list is frozen.
    MarkUser,
    /// Every producer on the register.
    Producer,
}

/// How many are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PortionKind {
    /// So many firms.
    Number,
    /// So many per mille of the list, rounded up.
    Ratio,
}

/// `POST /draws`: one task of a year's plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawInput {
    /// The plan's year.
    pub year: i64,
    /// What it is called.
    pub name: String,
    /// Where the draw counts.
    pub source: DrawSource,
    /// The task's number on the province's platform.
    #[serde(default)]
    pub external_no: Option<String>,
    /// Which departments go together, each with its own checklist; the first leads.
    pub departments: Vec<String>,
    /// Where the firms lie (GB/T 2260).
    pub division_code: String,
    /// Only those that use a mark of this product.
    #[serde(default)]
    pub product_id: Option<String>,
    /// Which firms.
    pub firm_kind: FirmKind,
    /// How `portion` counts.
    pub portion_kind: PortionKind,
    /// Firms, or per mille.
    pub portion: i64,
    /// How often a year, in words.
    #[serde(default)]
    pub frequency: String,
}

/// `POST /draws/{id}/freeze`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeInput {
    /// Accounts of the officers who may be drawn; every officer of the departments if left out.
    #[serde(default)]
    pub officers: Vec<String>,
    /// Which value will be used, who makes it known, and where: exact enough that nobody can choose afterwards.
    pub value_source: String,
    /// The day it becomes known; later than today.
    #[schema(value_type = String, format = Date)]
    pub value_day: Day,
    /// The day on which the list is public at the latest, done or not; 60 days after `value_day` if left out, 180 at most.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub list_open_on: Option<Day>,
}

/// `POST /draws/{id}/value`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueInput {
    /// The value as it was made known, character by character.
    pub public_value: String,
}

/// Departments of a task, as stored.
pub(in crate::supervision) fn parted(written: &str) -> Vec<String> {
    written.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn word<T: Serialize>(value: &T) -> Outcome<String> {
    serde_json::to_value(value).map_err(Failure::broken)?.as_str().map(str::to_owned).ok_or_else(|| Failure::broken("a word is no text"))
}

/// Puts a task into a year's plan.
///
/// # Errors
/// `invalid_fields`: `draw_year`, `draw_departments`, `draw_portion`, `outside_your_region`, `draw_product`, `register_empty`.
pub async fn plan_draw(tx: &Tx, desk: &Desk, input: &DrawInput) -> Outcome<DrawRow> {
    let mut faults = Faults::new();
    let this_year = i64::from(desk.clock.today().year());
    if !(this_year - 1..=this_year + 1).contains(&input.year) {
        faults.add("/year", "draw_year").with("value", input.year).with("from", this_year - 1).with("to", this_year + 1);
    }
    let name = required(&mut faults, "/name", "register_empty", &input.name, 120);
    let mut departments: Vec<String> = Vec::new();
    for department in input.departments.iter().map(|name| text::clean(name).replace(';', "")).filter(|name| !name.is_empty()) {
        if !departments.contains(&department) {
            departments.push(department);
        }
    }
    if departments.is_empty() || departments.len() > MOST_DEPARTMENTS || departments.iter().any(|name| text::too_long(name, 40)) {
        faults.add("/departments", "draw_departments").with("most", MOST_DEPARTMENTS);
    }
    let most = if input.portion_kind == PortionKind::Ratio { 1000 } else { i64::try_from(MOST).unwrap_or(i64::MAX) };
    if !(1..=most).contains(&input.portion) {
        faults.add("/portion", "draw_portion").with("value", input.portion).with("most", most);
    }
    if !people::division_exists(tx.connection(), &input.division_code).await? || !desk.actor.scope.reaches_division(&input.division_code) {
        faults.add("/division_code", "outside_your_region").with("value", &input.division_code);
    }
    known_product(tx, &mut faults, input.product_id.as_deref()).await;
    faults.check()?;
    let row = DrawRow {
        id: desk.new_id(Noun::Draw),
        plan_year: input.year,
        name,
        source: word(&input.source)?,
        external_no: input.external_no.as_deref().map(text::clean).filter(|no| !no.is_empty()).map(|no| no.chars().take(60).collect()),
        departments: departments.join(";"),
        division_code: input.division_code.clone(),
        product_id: input.product_id.clone(),
        firm_kind: word(&input.firm_kind)?,
        portion_kind: word(&input.portion_kind)?,
        portion: input.portion,
        frequency: text::clean(&input.frequency).chars().take(60).collect(),
        state: DrawState::Planned.word().to_owned(),
        list_body: None,
        accounts: None,
        list_hash: None,
        taken: 0,
        value_source: None,
        value_day: None,
        public_value: None,
        seed: None,
        planned_by: desk.actor.account_id.clone(),
        planned_at: desk.clock.now(),
        frozen_by: None,
        frozen_at: None,
        drawn_by: None,
        drawn_at: None,
        list_open_on: None,
    };
    store::insert_draw(tx, row.clone()).await?;
    let facts = json!({
        "year": row.plan_year, "name": row.name, "source": row.source, "departments": departments, "division": row.division_code,
        "product": row.product_id, "firm_kind": row.firm_kind, "portion_kind": row.portion_kind, "portion": row.portion,
    });
    ledger::append(tx, desk, Event::new(kind::INSPECTION_PLANNED, &row.id, facts)).await?;
    Ok(row)
}

pub(super) async fn stepping(tx: &Tx, desk: &Desk, id: &str, to: DrawState, source: Option<DrawSource>) -> Outcome<DrawRow> {
    let mut row = store::lock_draw(tx, id).await?;
    if !desk.actor.scope.reaches_division(&row.division_code) {
        return Err(Failure::not_found());
    }
    let from = DrawState::parse(&row.state).ok_or_else(|| Failure::broken(format!("an unknown state of a task {:?}", row.state)))?;
    let fits = match source {
        Some(source) => word(&source)? == row.source,
        None => true,
    };
    if !fits || !from.may_become(to) {
        return Err(Failure::conflict("draw_step").with("state", from.word()).with("to", to.word()).with("source", &row.source));
    }
    to.word().clone_into(&mut row.state);
    Ok(row)
}

/// Takes a task out of the plan; only before anything was frozen.
///
/// # Errors
/// `not_found`, `draw_step`.
pub async fn drop_draw(tx: &Tx, desk: &Desk, id: &str) -> Outcome<DrawRow> {
    let row = stepping(tx, desk, id, DrawState::Dropped, None).await?;
    store::update_draw(tx, row.clone()).await?;
    ledger::append(tx, desk, Event::new(kind::INSPECTION_DROPPED, id, json!({ "name": row.name }))).await?;
    Ok(row)
}

/// Freezes the list of firms and officers and names the public value that will decide. Its hash goes into the ledger at once; only the hash is
/// public until the inspections are done, or the stated day has come.
///
/// # Errors
/// `not_found`, `draw_step`; `invalid_fields`: `draw_value_source`, `draw_value_day`, `draw_open_day`, `officer_unknown` at its place; `draw_nobody`,
/// `draw_too_many`, `draw_portion_over`, `draw_pool_small` with department, firm and figures.
pub async fn freeze_draw(tx: &Tx, desk: &Desk, id: &str, input: &FreezeInput) -> Outcome<DrawRow> {
    let mut row = stepping(tx, desk, id, DrawState::Frozen, Some(DrawSource::Own)).await?;
    let (mut faults, today) = (Faults::new(), desk.clock.today());
    let value_source = required(&mut faults, "/value_source", "draw_value_source", &input.value_source, 300);
    if input.value_day <= today || input.value_day.since(today) > 366 {
        faults.add("/value_day", "draw_value_day").with("value", input.value_day).with("from", today.plus(1)).with("to", today.plus(366));
    }
    let open_on = input.list_open_on.unwrap_or_else(|| input.value_day.plus(OPEN_AFTER));
    let (from, to) = (input.value_day.plus(1), input.value_day.plus(OPEN_LATEST));
    if open_on < from || open_on > to {
        faults.add("/list_open_on", "draw_open_day").with("value", open_on).with("from", from).with("to", to);
    }
    let departments = parted(&row.departments);
    let mut pool = officers_with_ties(tx, today).await?;
    pool.retain(|(officer, _)| departments.contains(&officer.department));
    for (no, account) in input.officers.iter().enumerate() {
        if !pool.iter().any(|(officer, _)| officer.account_id == *account) {
            faults.add(format!("/officers/{no}"), "officer_unknown").with("value", account.chars().take(40).collect::<String>());
        }
    }
    faults.check()?;
    if !input.officers.is_empty() {
        pool.retain(|(officer, _)| input.officers.contains(&officer.account_id));
    }
    let prefix = division_prefix(&row.division_code);
    let mark_users = row.firm_kind == word(&FirmKind::MarkUser)?;
    let firms = store::candidates(tx.connection(), prefix, mark_users, row.product_id.as_deref(), &today.to_string()).await?;
    if firms.is_empty() {
        return Err(Failure::conflict("draw_nobody"));
    }
    if firms.len() > MOST {
        return Err(Failure::conflict("draw_too_many").with("figure", firms.len()).with("most", MOST));
    }
    let take = taken(row.portion_kind == word(&PortionKind::Ratio)?, row.portion, firms.len());
    if take > firms.len() {
        return Err(Failure::conflict("draw_portion_over").with("figure", take).with("right", firms.len()));
    }
    let accounts: BTreeMap<&str, &str> =
        pool.iter().map(|(officer, _)| (officer.certificate_no.as_str(), officer.account_id.as_str())).collect();
    row.accounts = Some(serde_json::to_string(&accounts).map_err(Failure::broken)?);
    let firms = firms.into_iter().map(|firm| Candidate { id: firm.id, name: firm.name, credit_code: firm.credit_code }).collect();
    let officers = pool.into_iter().map(|(officer, ties)| PoolOfficer {
        certificate_no: officer.certificate_no,
        department: officer.department,
        excluded: ties.into_iter().collect(),
    });
    let list = FrozenList::new((id, &desk.random.bytes()), take, &departments, firms, officers.collect());
    if let Some(short) = list.shortage() {
        let told = Failure::conflict("draw_pool_small").with("department", short.department).with("firm", short.firm);
        return Err(told.with("figure", short.found).with("right", list.team));
    }
    let body = list.text()?;
    row.list_hash = Some(data_encoding::HEXLOWER.encode(&hash(&body)));
    row.list_body = Some(body);
    row.taken = i64::try_from(take).map_err(Failure::broken)?;
    (row.value_source, row.value_day) = (Some(value_source), Some(input.value_day.to_string()));
    row.list_open_on = Some(open_on.to_string());
    (row.frozen_by, row.frozen_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update_draw(tx, row.clone()).await?;
    let facts = json!({
        "list_hash": row.list_hash, "firms": list.firms.len(), "officers": list.officers.len(), "take": take,
        "value_source": row.value_source, "value_day": row.value_day, "list_open_on": row.list_open_on,
    });
    ledger::append(tx, desk, Event::new(kind::INSPECTION_FROZEN, id, facts)).await?;
    Ok(row)
}

/// The list as it was frozen.
///
/// # Errors
/// Only ours.
pub(in crate::supervision) fn frozen(row: &DrawRow) -> Outcome<Option<FrozenList>> {
    row.list_body.as_deref().map(|body| serde_json::from_str(body).map_err(Failure::broken)).transpose()
}

/// Enters the public value and draws: another person than who froze the list, after the day that was named.
///
/// # Errors
/// `not_found`, `draw_step`, `second_person_needed`, `draw_value_early` with the day, `draw_value` (empty or too long),
/// `draw_list_changed` if what is stored is not what was frozen.
pub async fn draw(tx: &Tx, desk: &Desk, id: &str, input: &ValueInput) -> Outcome<DrawRow> {
    let mut row = stepping(tx, desk, id, DrawState::Drawn, Some(DrawSource::Own)).await?;
    let named = row.value_day.as_deref().and_then(Day::parse);
    let (Some(list), Some(day), Some(kept)) = (frozen(&row)?, named, row.list_hash.clone()) else {
        return Err(Failure::conflict("draw_step")
            .with("state", DrawState::Planned.word())
            .with("to", &row.state)
            .with("source", &row.source));
    };
    if row.frozen_by.as_deref() == Some(desk.actor.account_id.as_str()) {
        return Err(Failure::conflict("second_person_needed"));
    }
    if desk.clock.today() <= day {
        return Err(Failure::conflict("draw_value_early").with("day", day));
    }
    let mut faults = Faults::new();
    let typed = required(&mut faults, "/public_value", "draw_value", &input.public_value, 200);
    // Only its digits count: of several ways to write one value nobody may choose the one that draws whom they like.
    let value: String = text::identifier(&typed).chars().filter(char::is_ascii_digit).collect();
    if value.len() < 4 {
        faults.add("/public_value", "draw_value").with("most", 200);
    }
    faults.check()?;
    let found = hash(row.list_body.as_deref().unwrap_or_default());
    if data_encoding::HEXLOWER.encode(&found) != kept {
        return Err(Failure::broken(format!("the frozen list of {id} is not what was frozen")));
    }
    let start = seed(&found, &value);
    let accounts: BTreeMap<String, String> = serde_json::from_str(row.accounts.as_deref().unwrap_or("{}")).map_err(Failure::broken)?;
    let drawn = list.draw(&start);
    for (rank, pick) in (1..).zip(&drawn) {
        let firm = people::organisation(tx.connection(), &pick.firm).await?;
        let officer = |certificate: &String| {
            let entry = list.officers.iter().find(|officer| officer.certificate_no == *certificate)?;
            let account_id = accounts.get(certificate)?.clone();
            Some(OfficerView {
                account_id,
                name: String::new(),
                certificate_no: entry.certificate_no.clone(),
                department: entry.department.clone(),
                valid_to: None,
            })
        };
        let officers: Vec<OfficerView> = pick.officers.iter().filter_map(officer).collect();
        put_waiting(tx, desk, &Opening::drawn(&row, rank, &firm, &officers)).await?;
    }
    (row.public_value, row.seed) = (Some(value), Some(data_encoding::HEXLOWER.encode(&start)));
    (row.drawn_by, row.drawn_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update_draw(tx, row.clone()).await?;
    let facts = json!({ "list_hash": kept, "public_value": row.public_value, "seed": row.seed, "drawn": drawn });
    ledger::append(tx, desk, Event::new(kind::INSPECTION_DRAWN, id, facts)).await?;
    Ok(row)
}
