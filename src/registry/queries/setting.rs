//! Limits and the calendar as they stand: what came with the program and what an office recorded, and notices of now.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;

use crate::db::Db;
use crate::kernel::term::{Calendar, Term, TermUnit};
use crate::kernel::{Day, Failure, Millis, Outcome};
use crate::registry::setting::{self, CalendarDays, DatedTerm, DayKind};
use crate::registry::store::setting as store;
use crate::registry::store::setting::SiteNoticeRow;

/// Every line of every limit, recorded ones after those that came with the program.
///
/// # Errors
/// Only ours.
pub async fn terms(db: &Db) -> Outcome<Vec<DatedTerm>> {
    terms_in(db.reader()).await
}

async fn terms_in<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<DatedTerm>> {
    let mut terms = setting::shipped_terms()?;
    for row in store::all(connection).await? {
        let unit = TermUnit::parse(&row.unit).ok_or_else(|| Failure::broken("an unknown word is stored in dated_setting.unit"))?;
        let from = Day::parse(&row.from_day).ok_or_else(|| Failure::broken("dated_setting.from_day is no day"))?;
        let number = u32::try_from(row.number).map_err(Failure::broken)?;
        // Of two lines from one day the one recorded counts.
        terms.retain(|term| term.name != row.name || term.from != from);
        terms.push(DatedTerm { name: row.name, term: Term { number, unit }, from, source: row.source });
    }
    Ok(terms)
}

/// The limit `name` in force on `day`.
///
/// # Errors
/// Only ours.
pub async fn term(db: &Db, name: &str, day: Day) -> Outcome<Term> {
    let terms = terms(db).await?;
    let found = setting::in_force(&terms, name, day).map(|term| term.term);
    found.ok_or_else(|| Failure::broken(format!("no figure of {name} on {day}")))
}

/// Every line of the calendar.
///
/// # Errors
/// Only ours.
pub async fn calendar_days(db: &Db) -> Outcome<Vec<CalendarDays>> {
    calendar_days_in(db.reader()).await
}

async fn calendar_days_in<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<CalendarDays>> {
    let mut days = setting::shipped_days()?;
    for row in store::days(connection).await? {
        let day = Day::parse(&row.day).ok_or_else(|| Failure::broken("calendar_day.day is no day"))?;
        let kind = DayKind::parse(&row.kind).ok_or_else(|| Failure::broken("an unknown word is stored in calendar_day.kind"))?;
        days.push(CalendarDays { from: day, to: day, kind, source: row.source });
    }
    Ok(days)
}

/// The calendar as it stands.
///
/// # Errors
/// Only ours.
pub async fn calendar(db: &Db) -> Outcome<Calendar> {
    Ok(setting::calendar(&calendar_days(db).await?))
}

/// The last day of the limit `name` that begins on `start`, by what is recorded in this transaction.
///
/// # Errors
/// Only ours.
pub async fn last_day_in<C: ConnectionTrait>(connection: &C, name: &str, start: Day) -> Outcome<Day> {
    let terms = terms_in(connection).await?;
    let found = setting::in_force(&terms, name, start).ok_or_else(|| Failure::broken(format!("no figure of {name} on {start}")))?;
    let calendar = setting::calendar(&calendar_days_in(connection).await?);
    Ok(found.term.last_day(start, &calendar, &BTreeSet::new()))
}

/// Notices that have not ended and were not withdrawn, earliest first; those to come too.
///
/// # Errors
/// Only ours.
pub async fn site_notices(db: &Db, at: Millis) -> Outcome<Vec<SiteNoticeRow>> {
    store::notices(db.reader(), at).await
}

/// Is nothing to be written now?
///
/// # Errors
/// Only ours.
pub async fn in_maintenance(db: &Db, at: Millis) -> Outcome<bool> {
    Ok(site_notices(db, at).await?.iter().any(|notice| notice.maintenance && notice.from_at <= at))
}
