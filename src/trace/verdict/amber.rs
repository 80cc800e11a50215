//! The counting rules behind `many_places` and `many_checks`: R1, R2 and R4 of the risk rules. They look at the last
//! seven days only, so amber fades by itself. They count visitors under the key of the day, so one shop looking every
//! day counts once a day. Nothing here can raise red.

use std::collections::HashSet;

use super::facts::Visit;
use crate::kernel::{Day, Millis};

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// The limits; a dated setting, calibrated with real scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// First day these limits are in force.
    pub in_force_from: Day,
    /// More distinct visitors than this within 7 days is many (R1).
    pub week_visitors: usize,
    /// More distinct visitors than this within one hour is many (R2).
    pub hour_visitors: usize,
    /// More sessions than this ever is many (R1) …
    pub total_sessions: u32,
    /// … but only while more visitors than this came within the last 7 days: a shop looking daily and the buyer are eight.
    pub total_needs_week_visitors: usize,
    /// This many provinces within 24 hours are many (R4).
    pub day_provinces: usize,
    /// This many provinces within 7 days are many (R4).
    pub week_provinces: usize,
    /// A lifted recall is shown for this many days.
    pub lifted_shown_days: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            in_force_from: Day::of(0),
            week_visitors: 10,
            hour_visitors: 8,
            total_sessions: 20,
            total_needs_week_visitors: 8,
            day_provinces: 3,
            week_provinces: 5,
            lifted_shown_days: 90,
        }
    }
}

impl Thresholds {
    /// The limits in force on `day`: the youngest that has begun, or the defaults.
    pub fn on(settings: &[Self], day: Day) -> Self {
        settings.iter().filter(|s| s.in_force_from <= day).max_by_key(|s| s.in_force_from).cloned().unwrap_or_default()
    }
}

/// Provinces the code was seen in, and within how many hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// Each once, in the order first seen.
    pub provinces: Vec<String>,
    /// 24 or 168.
    pub hours: u32,
}

/// The visits of the last seven days, oldest first; a clock of another machine may be a little ahead of ours.
pub(super) fn recent(ring: &[Visit], now: Millis) -> Vec<&Visit> {
    let now = now.div_euclid(60_000);
    let mut visits: Vec<&Visit> = ring.iter().filter(|v| now - v.minute < WEEK).collect();
    visits.sort_by_key(|v| v.minute);
    visits
}

/// For each visit, that one and those less than `minutes` after it.
fn windows<'a>(visits: &'a [&'a Visit], minutes: i64) -> impl Iterator<Item = &'a [&'a Visit]> {
    (0..visits.len()).map(move |from| {
        let end = visits.partition_point(|v| v.minute - visits[from].minute < minutes);
        &visits[from..end]
    })
}

fn provinces(visits: &[&Visit]) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for place in visits.iter().filter_map(|v| v.place.as_ref()) {
        if !seen.contains(&place.province) {
            seen.push(place.province.clone());
        }
    }
    seen
}

fn visitors(visits: &[&Visit]) -> usize {
    visits.iter().map(|v| v.visitor).collect::<HashSet<_>>().len()
}

/// R4: the widest spread that reaches a limit, within a day first.
pub(super) fn spread(recent: &[&Visit], limits: &Thresholds) -> Option<Spread> {
    let day = windows(recent, DAY).map(provinces).max_by_key(Vec::len).unwrap_or_default();
    if day.len() >= limits.day_provinces {
        return Some(Spread { provinces: day, hours: 24 });
    }
    let week = provinces(recent);
    (week.len() >= limits.week_provinces).then_some(Spread { provinces: week, hours: 168 })
}

/// R1 and R2.
pub(super) fn many_checks(recent: &[&Visit], sessions: u32, limits: &Thresholds) -> bool {
    let week = visitors(recent);
    week > limits.week_visitors
        || windows(recent, HOUR).any(|w| visitors(w) > limits.hour_visitors)
        || (sessions > limits.total_sessions && week > limits.total_needs_week_visitors)
}
