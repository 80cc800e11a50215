//! Recording a figure from a day on, days of the calendar, and notices for everybody. Nothing recorded is changed: a newer line stands
//! beside it.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::form::{self, LINE};
use crate::db::Tx;
use crate::kernel::clock::{DAY, HOUR};
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::term::TermUnit;
use crate::kernel::{Day, Desk, Failure, Millis, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::setting::{DayKind, NAMES};
use crate::registry::store::setting::{self as store, CalendarDayRow, SettingRow, SiteNoticeRow};

/// The most days of one line of the calendar.
const MOST_DAYS: i64 = 31;
/// The longest a notice stands.
const LONGEST_NOTICE: Millis = 366 * DAY;
/// The longest maintenance.
const LONGEST_MAINTENANCE: Millis = 24 * HOUR;

/// A limit from a day on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingInput {
    /// One of the names of the list.
    pub name: String,
    /// How many.
    pub number: i64,
    /// working_day, day, month or year.
    pub unit: String,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    /// The text that says so.
    pub source: String,
}

/// Records a limit from a day on.
///
/// # Errors
/// `invalid_fields`: `setting_unknown`, `setting_number`, `setting_unit`, `setting_twice`, `register_empty` …
pub async fn record_setting(tx: &Tx, desk: &Desk, input: &SettingInput) -> Outcome<SettingRow> {
    let mut faults = Faults::new();
    if !NAMES.contains(&input.name.as_str()) {
        faults.add("/name", "setting_unknown").with("value", &input.name);
    }
    if !(0..=3650).contains(&input.number) {
        faults.add("/number", "setting_number").with("value", input.number).with("most", 3650);
    }
    if TermUnit::parse(&input.unit).is_none() {
        faults.add("/unit", "setting_unit").with("value", &input.unit);
    }
    let source = form::required(&mut faults, "/source", &input.source, LINE);
    faults.check()?;
    let row = SettingRow {
        id: desk.new_id(Noun::DatedSetting),
        name: input.name.clone(),
        number: input.number,
        unit: input.unit.clone(),
        from_day: input.from.to_string(),
        source,
        recorded_by: desk.actor.account_id.clone(),
        recorded_at: desk.clock.now(),
    };
    store::insert(tx, row.clone()).await?;
    let facts = json!({ "name": row.name, "number": row.number, "unit": row.unit, "from": row.from_day, "source": row.source });
    ledger::append(tx, desk, Event::new(kind::SETTING_RECORDED, &row.id, facts)).await?;
    Ok(row)
}

/// Days that are otherwise than the week says.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarInput {
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    /// Last day; the same day if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Day>,
    /// off or work.
    pub kind: String,
    /// The notice that says so.
    pub source: String,
}

/// Records days off, or days of a weekend that are worked.
///
/// # Errors
/// `invalid_fields`: `calendar_kind`, `calendar_days`, `register_empty` …
pub async fn record_days(tx: &Tx, desk: &Desk, input: &CalendarInput) -> Outcome<()> {
    let mut faults = Faults::new();
    let to = input.to.unwrap_or(input.from);
    let days = to.since(input.from) + 1;
    if !(1..=MOST_DAYS).contains(&days) {
        faults.add("/to", "calendar_days").with("from", input.from).with("to", to).with("most", MOST_DAYS);
    }
    if DayKind::parse(&input.kind).is_none() {
        faults.add("/kind", "calendar_kind").with("value", &input.kind);
    }
    let source = form::required(&mut faults, "/source", &input.source, LINE);
    faults.check()?;
    for n in 0..days {
        let row = CalendarDayRow {
            day: input.from.plus(n).to_string(),
            kind: input.kind.clone(),
            source: source.clone(),
            recorded_by: desk.actor.account_id.clone(),
            recorded_at: desk.clock.now(),
        };
        store::put_day(tx, row).await?;
    }
    let facts = json!({ "from": input.from, "to": to, "kind": input.kind, "source": source });
    ledger::append(tx, desk, Event::new(kind::CALENDAR_RECORDED, input.from.to_string(), facts)).await?;
    Ok(())
}

/// What everybody signed in should read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteNoticeInput {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Nothing is written meanwhile.
    pub maintenance: bool,
    /// From when.
    pub from_at: Millis,
    /// Until when.
    pub to_at: Millis,
}

/// Gives a notice.
///
/// # Errors
/// `invalid_fields`: `register_empty`, `notice_past`, `notice_backwards`, `notice_long`.
pub async fn give_notice(tx: &Tx, desk: &Desk, input: &SiteNoticeInput) -> Outcome<SiteNoticeRow> {
    let mut faults = Faults::new();
    let zh = form::required(&mut faults, "/zh", &input.zh, LINE);
    let en = form::required(&mut faults, "/en", &input.en, LINE);
    let longest = if input.maintenance { LONGEST_MAINTENANCE } else { LONGEST_NOTICE };
    if input.to_at <= input.from_at {
        faults.add("/to", "notice_backwards");
    } else if input.to_at <= desk.clock.now() {
        faults.add("/to", "notice_past");
    } else if input.to_at - input.from_at > longest {
        faults.add("/to", "notice_long").with("hours", longest / HOUR);
    }
    faults.check()?;
    let row = SiteNoticeRow {
        id: desk.new_id(Noun::SiteNotice),
        zh,
        en,
        maintenance: input.maintenance,
        from_at: input.from_at,
        to_at: input.to_at,
        given_by: desk.actor.account_id.clone(),
        given_at: desk.clock.now(),
        withdrawn_at: None,
    };
    store::insert_notice(tx, row.clone()).await?;
    let facts = json!({ "zh": row.zh, "en": row.en, "maintenance": row.maintenance, "from": row.from_at, "to": row.to_at });
    ledger::append(tx, desk, Event::new(kind::SITE_NOTICE_GIVEN, &row.id, facts)).await?;
    Ok(row)
}

/// Takes a notice back; a maintenance ends with it.
///
/// # Errors
/// `not_found`, `already_decided`.
pub async fn withdraw_notice(tx: &Tx, desk: &Desk, id: &str) -> Outcome<SiteNoticeRow> {
    let row = store::notice(tx.connection(), id).await?;
    if row.withdrawn_at.is_some() {
        return Err(Failure::conflict("already_decided"));
    }
    store::withdraw_notice(tx, id, desk.clock.now()).await?;
    ledger::append(tx, desk, Event::new(kind::SITE_NOTICE_WITHDRAWN, id, json!({}))).await?;
    Ok(row)
}
