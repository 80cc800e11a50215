//! When something happened, and when it was written down. The future is refused; what is written later than the day itself is
//! marked 补录, what is written more than a week later needs a reason, and nothing is refused for being late.

use crate::kernel::failure::Faults;
use crate::kernel::{Day, text};

/// Days after which a record needs a reason.
pub const LATE_WITHOUT_REASON: i64 = 7;

/// The day of an act, read and judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happened {
    /// The day.
    pub on: Day,
    /// Written after that day.
    pub late: bool,
}

/// Reads a day; a fault says what else it should be.
pub fn read_day(faults: &mut Faults, pointer: &str, value: &str) -> Option<Day> {
    let day = Day::parse(value.trim());
    if day.is_none() {
        faults.add(pointer, "day_unreadable").with("value", shortened(value));
    }
    day
}

/// Reads the day on which something happened, `today` if it is not said.
pub fn read_happened(faults: &mut Faults, pointer: &str, value: Option<&str>, reason: Option<&str>, today: Day) -> Option<Happened> {
    let on = match value {
        None => today,
        Some(value) => read_day(faults, pointer, value)?,
    };
    if on > today {
        faults.add(pointer, "in_the_future").with("figure", on).with("right", today);
        return None;
    }
    let days = today.since(on);
    if days > LATE_WITHOUT_REASON && reason.is_none_or(|r| text::clean(r).is_empty()) {
        faults.add("/late_reason", "late_reason_missing").with("days", days).with("figure", on);
    }
    Some(Happened { on, late: days > 0 })
}

/// So late that a second person must confirm it.
pub fn is_very_late(on: Day, today: Day) -> bool {
    today.since(on) > LATE_WITHOUT_REASON
}

/// Reads the photo or slip number behind something written down late; more than a week late there must be one.
pub fn read_late_evidence(faults: &mut Faults, happened: Option<Happened>, value: Option<&str>, today: Day) -> Option<String> {
    let evidence = read_text(faults, "/late_evidence", value, 200);
    if let Some(happened) = happened.filter(|h| is_very_late(h.on, today) && evidence.is_none()) {
        faults.add("/late_evidence", "late_evidence_missing").with("days", today.since(happened.on)).with("figure", happened.on);
    }
    evidence
}

/// Cleans a text; `None` if nothing is left. Too long is a fault.
pub fn read_text(faults: &mut Faults, pointer: &str, value: Option<&str>, most: usize) -> Option<String> {
    let value = text::clean(value?);
    if text::too_long(&value, most) {
        faults.add(pointer, "text_too_long").with("most", most).with("length", value.chars().count());
    }
    Some(value).filter(|v| !v.is_empty())
}

/// A text that must be there.
pub fn need_text(faults: &mut Faults, pointer: &str, value: Option<&str>, most: usize, missing: &'static str) -> String {
    let value = read_text(faults, pointer, value, most);
    if value.is_none() {
        faults.add(pointer, missing);
    }
    value.unwrap_or_default()
}

/// What was sent, short enough to be shown again.
pub fn shortened(value: &str) -> String {
    text::clean(value).chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_is_marked_and_very_late_needs_a_reason() {
        let today = Day::parse("2026-10-20").unwrap();
        let read = |day: &str, reason| {
            let mut faults = Faults::new();
            let happened = read_happened(&mut faults, "/on", Some(day), reason, today);
            (happened.map(|h| h.late), faults.check().err().map(|f| f.fields[0].code))
        };
        assert_eq!(read("2026-10-20", None), (Some(false), None));
        assert_eq!(read("2026-10-13", None), (Some(true), None));
        assert_eq!(read("2026-10-12", None), (Some(true), Some("late_reason_missing")));
        assert_eq!(read("2025-10-12", Some("过磅单在村委会")), (Some(true), None), "never refused for lateness");
        assert_eq!(read("2026-10-21", Some("x")), (None, Some("in_the_future")));
        assert_eq!(read("2026-13-01", None), (None, Some("day_unreadable")));
    }

    #[test]
    fn very_late_needs_a_slip_too() {
        let today = Day::parse("2026-10-20").unwrap();
        let read = |day: &str, slip| {
            let mut faults = Faults::new();
            let happened = Some(Happened { on: Day::parse(day).unwrap(), late: true });
            let evidence = read_late_evidence(&mut faults, happened, slip, today);
            (evidence.is_some(), faults.check().err().map(|f| f.fields[0].code))
        };
        assert_eq!(read("2026-10-13", None), (false, None));
        assert_eq!(read("2026-10-12", None), (false, Some("late_evidence_missing")));
        assert_eq!(read("2026-10-12", Some("  ")), (false, Some("late_evidence_missing")));
        assert_eq!(read("2026-10-12", Some("过磅单 0231")), (true, None));
    }
}
