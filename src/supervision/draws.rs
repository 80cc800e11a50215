//! Tasks of the year's plans: for officers whole, for anybody what binds a draw beforehand and what is needed to redo it afterwards.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::commands::draw::{frozen, parted};
use super::draw::{DrawState, FrozenList, OPEN_AFTER, Picked, is_open};
use super::store::inspection::{self as store, DrawRow, InspectionRow};
use crate::db::Db;
use crate::kernel::actor::division_prefix;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Day, Failure, Outcome, Scope};

/// A task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DrawView {
    /// `drw_…`
    pub id: String,
    /// The plan's year.
    pub year: i64,
    /// What it is called.
    pub name: String,
    /// `own` or `province`.
    pub source: String,
    /// Its number on the province's platform.
    pub external_no: Option<String>,
    /// Which departments go together.
    pub departments: Vec<String>,
    /// Where the firms lie.
    pub division_code: String,
    /// Only those that use a mark of this product.
    pub product_id: Option<String>,
    /// `mark_user` or `producer`.
    pub firm_kind: String,
    /// `number` or `ratio`.
    pub portion_kind: String,
    /// Firms, or per mille.
    pub portion: i64,
    /// How often a year.
    pub frequency: String,
    /// `planned` `frozen` `drawn` `dropped`.
    pub state: String,
    /// SHA-256 of the frozen list, hex.
    pub list_hash: Option<String>,
    /// How many firms are drawn, once frozen.
    pub taken: i64,
    /// Which public value decides.
    pub value_source: Option<String>,
    /// The day it becomes known.
    pub value_day: Option<String>,
    /// The value.
    pub public_value: Option<String>,
    /// The seed, hex.
    pub seed: Option<String>,
    /// RFC 3339.
    pub frozen_at: Option<String>,
    /// RFC 3339.
    pub drawn_at: Option<String>,
    /// The day on which the list is public at the latest.
    pub list_open_on: Option<String>,
}

impl From<DrawRow> for DrawView {
    fn from(row: DrawRow) -> Self {
        Self {
            departments: parted(&row.departments),
            id: row.id,
            year: row.plan_year,
            name: row.name,
            source: row.source,
            external_no: row.external_no,
            division_code: row.division_code,
            product_id: row.product_id,
            firm_kind: row.firm_kind,
            portion_kind: row.portion_kind,
            portion: row.portion,
            frequency: row.frequency,
            state: row.state,
            list_hash: row.list_hash,
            taken: row.taken,
            value_source: row.value_source,
            value_day: row.value_day,
            public_value: row.public_value,
            seed: row.seed,
            frozen_at: row.frozen_at.map(rfc3339),
            drawn_at: row.drawn_at.map(rfc3339),
            list_open_on: row.list_open_on,
        }
    }
}

/// A draw as anybody may see it. From freezing on: the hash of the list, the value that decides, how many are drawn and when. The list and
/// who was drawn only once nobody can be warned by it any more; then anybody can redo it. The text that is hashed is the JCS of `list`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicDraw {
    /// `drw_…`
    pub id: String,
    /// What it is called.
    pub name: String,
    /// `frozen` or `drawn`.
    pub state: String,
    /// Firms and officers as frozen; nothing until it is public.
    pub list: Option<FrozenList>,
    /// The day on which the list is public at the latest.
    pub list_open_on: String,
    /// How many firms are drawn.
    pub take: i64,
    /// SHA-256 of the list, hex; in the ledger since `frozen_at`.
    pub list_hash: String,
    /// RFC 3339.
    pub frozen_at: Option<String>,
    /// Which public value decides.
    pub value_source: String,
    /// The day it becomes known.
    pub value_day: String,
    /// The value, once entered.
    pub public_value: Option<String>,
    /// The seed, hex.
    pub seed: Option<String>,
    /// RFC 3339.
    pub drawn_at: Option<String>,
    /// Who was drawn, in order, with the officers' certificates; nobody until the list is public.
    pub drawn: Vec<Picked>,
}

/// Tasks, newest first, perhaps of one year; `cursor` is the id of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn draws(db: &Db, actor: &Actor, year: Option<i64>, cursor: Option<&str>, limit: u64) -> Outcome<Vec<DrawView>> {
    Ok(store::draws(db.reader(), &actor.scope, year, cursor, limit).await?.into_iter().map(DrawView::from).collect())
}

/// One task of one's own place, or of a place that holds it.
///
/// # Errors
/// `not_found`, also for another place's.
pub async fn draw(db: &Db, actor: &Actor, id: &str) -> Outcome<DrawView> {
    let row = store::draw(db.reader(), id).await?;
    if sees(&actor.scope, &row.division_code) { Ok(row.into()) } else { Err(Failure::not_found()) }
}

/// Does somebody of this reach see a task of this place: their own, or one from above that covers them?
fn sees(scope: &Scope, division_code: &str) -> bool {
    let of_task = division_prefix(division_code);
    scope.reaches_division(division_code) || scope.divisions.iter().any(|own| own.starts_with(of_task))
}

/// What anybody may see of a task with a frozen list on this day: a draw of our own, from the moment its list is frozen. Hash, value and time
/// come at once; the list and who was drawn once every inspection that came of it is on record, or the stated day has come.
///
/// # Errors
/// `not_found`, also for one that is only planned or that the province draws.
pub async fn public_draw(db: &Db, today: Day, id: &str) -> Outcome<PublicDraw> {
    let row = store::draw(db.reader(), id).await?;
    let waiting = store::of_draw(db.reader(), &row.id).await?.iter().filter(|one| one.state == "waiting").count();
    let shown = open_on(&row).is_some_and(|open_on| is_open(row.drawn_at.is_some(), waiting, open_on, today));
    whole(row, shown).await
}

/// The same with the list, for officers of the place that draws, or of one above or below.
///
/// # Errors
/// `not_found`, also for another place's task, for one that is only planned or that the province draws.
pub async fn frozen_draw(db: &Db, actor: &Actor, id: &str) -> Outcome<PublicDraw> {
    let row = store::draw(db.reader(), id).await?;
    if sees(&actor.scope, &row.division_code) { whole(row, true).await } else { Err(Failure::not_found()) }
}

/// The day on which a frozen list is public at the latest.
fn open_on(row: &DrawRow) -> Option<Day> {
    let stated = row.list_open_on.as_deref().and_then(Day::parse);
    stated.or_else(|| Some(Day::parse(row.value_day.as_deref()?)?.plus(OPEN_AFTER)))
}

async fn whole(row: DrawRow, shown: bool) -> Outcome<PublicDraw> {
    let known = DrawState::parse(&row.state).is_some_and(|state| matches!(state, DrawState::Frozen | DrawState::Drawn));
    let (Some(list), Some(list_hash), true) = (frozen(&row)?, row.list_hash.clone(), known) else { return Err(Failure::not_found()) };
    let seed: Option<[u8; 32]> = row.seed.as_deref().and_then(|hex| data_encoding::HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok());
    let (list, drawn) = if shown {
        // A large list costs many hashes: not on a thread that answers others.
        let computed = tokio::task::spawn_blocking(move || {
            let drawn = seed.map(|seed| list.draw(&seed)).unwrap_or_default();
            (Some(list), drawn)
        });
        computed.await.map_err(Failure::broken)?
    } else {
        (None, Vec::new())
    };
    Ok(PublicDraw {
        drawn,
        list,
        list_hash,
        list_open_on: open_on(&row).map(|day| day.to_string()).unwrap_or_default(),
        take: row.taken,
        id: row.id,
        name: row.name,
        state: row.state,
        frozen_at: row.frozen_at.map(rfc3339),
        value_source: row.value_source.unwrap_or_default(),
        value_day: row.value_day.unwrap_or_default(),
        public_value: row.public_value,
        seed: row.seed,
        drawn_at: row.drawn_at.map(rfc3339),
    })
}

/// How far a task, a product's or a county's inspections have come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coverage {
    /// What it is about: a task's name, a product's id, a county's code.
    pub key: String,
    /// Firms to be inspected.
    pub all: i64,
    /// Of those, on record.
    pub recorded: i64,
    /// Of those, published.
    pub published: i64,
    /// Of those recorded, with something found.
    pub found: i64,
}

/// Coverage of a year in three cuts: by task, by product, by county.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct CoverageView {
    /// By task.
    pub tasks: Vec<Coverage>,
    /// By product id; those of no product are under an empty key.
    pub products: Vec<Coverage>,
    /// By county code.
    pub counties: Vec<Coverage>,
}

/// Coverage of a year's tasks: what was drawn, what of it is on record, published, and with something found.
///
/// # Errors
/// Only ours.
pub async fn coverage(db: &Db, actor: &Actor, year: i64) -> Outcome<CoverageView> {
    let mut view = CoverageView::default();
    let (mut products, mut counties) = (BTreeMap::new(), BTreeMap::new());
    for task in store::draws(db.reader(), &actor.scope, Some(year), None, 500).await?.into_iter().filter(|task| task.drawn_at.is_some()) {
        let mut line = Coverage { key: task.name.clone(), ..Coverage::default() };
        let rows = store::of_draw(db.reader(), &task.id).await?;
        for row in rows.into_iter().filter(|row| actor.scope.reaches_division(&row.division_code)) {
            let county: String = row.division_code.chars().take(6).collect();
            let product = row.product_id.clone().unwrap_or_default();
            count(&mut line, &row);
            count(products.entry(product.clone()).or_insert_with(|| Coverage { key: product, ..Coverage::default() }), &row);
            count(counties.entry(county.clone()).or_insert_with(|| Coverage { key: county, ..Coverage::default() }), &row);
        }
        view.tasks.push(line);
    }
    view.products = products.into_values().collect();
    view.counties = counties.into_values().collect();
    Ok(view)
}

fn count(line: &mut Coverage, row: &InspectionRow) {
    line.all += 1;
    line.recorded += i64::from(row.state != "waiting");
    line.published += i64::from(row.state == "published");
    line.found += i64::from(row.found.as_deref().is_some_and(|found| found != "nothing"));
}

/// One line of what goes back to the province's platform, and to whoever keeps the year's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultLine {
    /// `ins_…`
    pub inspection_id: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// The firm.
    pub name: String,
    /// Certificates of the officers.
    pub certificates: Vec<String>,
    /// The day of the visit.
    pub inspected_on: Option<String>,
    /// `nothing` `rectify` `follow_up`; nothing until recorded.
    pub found: Option<String>,
    /// `waiting` `recorded` `published`.
    pub state: String,
}

/// The firms of a task with their officers and the result so far: those of one's own place, and what is published of the others.
///
/// # Errors
/// `not_found`, also for another place's task.
pub async fn results_of(db: &Db, actor: &Actor, draw_id: &str) -> Outcome<Vec<ResultLine>> {
    let connection = db.reader();
    draw(db, actor, draw_id).await?;
    let shown = |row: &InspectionRow| actor.scope.reaches_division(&row.division_code) || row.state == "published";
    let rows: Vec<InspectionRow> = store::of_draw(connection, draw_id).await?.into_iter().filter(shown).collect();
    let officers = store::officers(connection, rows.iter().map(|row| row.id.clone()).collect()).await?;
    let firms = store::firms(connection, rows.iter().map(|row| row.organisation_id.clone()).collect()).await?;
    let line = |row: InspectionRow| ResultLine {
        inspection_id: row.id.clone(),
        credit_code: firms.iter().find(|firm| firm.id == row.organisation_id).and_then(|firm| firm.credit_code.clone()).unwrap_or_default(),
        certificates: officers.iter().filter(|o| o.inspection_id == row.id).map(|o| o.certificate_no.clone()).collect(),
        name: row.name,
        inspected_on: row.inspected_on,
        found: row.found,
        state: row.state,
    };
    Ok(rows.into_iter().map(line).collect())
}
