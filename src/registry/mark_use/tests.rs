use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}
fn days(from: &str, to: &str) -> DayInterval {
    DayInterval::new(day(from), Day::parse(to)).unwrap()
}

/// Rows and columns in the order of `ALL`; `x` where the column may follow the row.
#[test]
fn what_may_follow_what() {
    let table = [
        "announced         . x . . . x x",
        "artwork_filed     . . x . . x x",
        "in_use            . . . x x x x",
        "changing          . . x . x x x",
        "rectifying        . . x . . x x",
        "cancelled         . . . . . . .",
        "surrendered       . . . . . . .",
    ];
    for (state, row) in MarkUseState::ALL.into_iter().zip(table) {
        let mut cells = row.split_whitespace();
        assert_eq!(cells.next(), Some(state.word()));
        assert_eq!(MarkUseState::parse(state.word()), Some(state));
        let cells: Vec<&str> = cells.collect();
        assert_eq!(cells.len(), MarkUseState::ALL.len());
        for (to, cell) in MarkUseState::ALL.into_iter().zip(&cells) {
            assert_eq!(state.may_become(to), *cell == "x", "{state:?} → {to:?}");
        }
        assert_eq!(state.is_final(), !cells.contains(&"x"));
    }
}

#[test]
fn what_a_state_allows() {
    // granted, mark may be printed
    let granted = |s: MarkUseState| (s.is_granted(), s.may_print_mark());
    for state in MarkUseState::ALL {
        let expected = match state {
            S::Announced => (true, false),
            S::ArtworkFiled | S::InUse | S::Changing | S::Rectifying => (true, true),
            _ => (false, false),
        };
        assert_eq!(granted(state), expected, "{state:?}");
    }
}

#[test]
fn goods_are_asked_by_the_day_they_were_made() {
    let mut uses = MarkUseDays::default();
    assert_eq!(uses.on(day("2024-01-01")), Standing::NotYet(None));
    uses.grant(days("2024-06-20", "")).unwrap();
    uses.suspend(days("2025-03-01", "")).unwrap();
    assert!(uses.in_force_on(day("2024-06-20")) && !uses.in_force_on(day("2024-06-19")));
    assert_eq!(uses.on(day("2024-06-19")), Standing::NotYet(Some(day("2024-06-20"))));
    assert_eq!(uses.on(day("2025-03-01")), Standing::Suspended(day("2025-03-01")));
    uses.lift(day("2025-04-30")).unwrap();
    assert!(!uses.in_force_on(day("2025-04-30")) && uses.in_force_on(day("2025-05-01")));
    uses.end(day("2026-12-31")).unwrap();
    assert!(uses.in_force_on(day("2026-12-31")));
    assert_eq!(uses.on(day("2027-01-01")), Standing::Ended(day("2026-12-31")));
    assert!(uses.in_force_on(day("2024-12-01")), "what was made while in force stays lawful");
    uses.grant(days("2027-03-01", "")).unwrap();
    assert_eq!(uses.on(day("2027-02-01")), Standing::Ended(day("2026-12-31")));
    assert_eq!(uses.on(day("2027-03-01")), Standing::InForce(day("2027-03-01")));
}

#[test]
fn intervals_of_a_kind_share_no_day() {
    let mut uses = MarkUseDays::new(&[days("2026-01-01", ""), days("2024-01-01", "2024-12-31")], &[]).unwrap();
    assert_eq!(uses.in_force()[0].from, day("2024-01-01"), "kept in order");
    assert_eq!(uses.grant(days("2024-12-31", "2025-01-05")), Err(IntervalProblem::Overlaps(days("2024-01-01", "2024-12-31"))));
    assert_eq!(uses.suspend(days("2025-06-01", "")), Err(IntervalProblem::NotInForce(day("2025-06-01"))));
    assert_eq!(uses.lift(day("2026-06-01")), Err(IntervalProblem::NothingOpen));
    assert_eq!(uses.end(day("2025-12-31")), Err(IntervalProblem::NothingOpen), "it would end before it begins");
    uses.end(day("2026-01-01")).unwrap();
    assert_eq!(uses.end(day("2026-02-01")), Err(IntervalProblem::NothingOpen));
    uses.suspend(days("2026-01-01", "")).unwrap();
    assert_eq!(uses.suspended().len(), 1);
}
