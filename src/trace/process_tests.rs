use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn codes(act: impl FnOnce(&mut Faults)) -> Vec<&'static str> {
    let mut faults = Faults::new();
    act(&mut faults);
    faults.check().map_or_else(|f| f.fields.iter().map(|f| f.code).collect(), |()| Vec::new())
}

#[test]
fn what_goes_in_comes_out() {
    use ProcessKind as K;
    // kind, inputs and outputs by count, (in, out, loss, downgraded, processed), reason, what is said
    type Row = (K, (usize, usize), [i64; 5], bool, &'static [&'static str]);
    let table: [Row; 14] = [
        (K::Grading, (1, 2), [100, 90, 4, 6, 0], false, &[]),
        (K::Grading, (1, 2), [100, 90, 4, 5, 0], false, &["difference_reason_missing"]),
        (K::Grading, (1, 2), [100, 90, 4, 5, 0], true, &[]),
        (K::Grading, (1, 2), [100, 90, 4, 6, 1], true, &["process_more_out_than_in"]),
        (K::Repacking, (1, 1), [100, 101, 0, 0, 0], true, &["process_more_out_than_in"]),
        (K::Processing, (3, 0), [100, 0, 10, 0, 90], false, &[]),
        (K::Processing, (3, 0), [100, 0, 10, 0, 80], true, &["outputs_missing"]),
        (K::Processing, (1, 0), [100, 0, 0, 0, 0], true, &["outputs_missing"]),
        (K::Merging, (2, 1), [100, 100, 0, 0, 0], false, &[]),
        (K::Merging, (2, 1), [100, 99, 1, 0, 0], false, &[]),
        (K::Merging, (2, 1), [100, 99, 0, 0, 0], true, &["merge_adds_up"]),
        (K::Merging, (1, 1), [100, 100, 0, 0, 0], true, &["merge_needs_two"]),
        (K::Merging, (2, 2), [100, 100, 0, 0, 0], true, &["merge_makes_one"]),
        (K::Merging, (2, 1), [100, 90, 0, 5, 5], true, &["merge_only_loses"]),
    ];
    for (kind, sides, [inputs, outputs, loss, downgraded, processed], reason, said) in table {
        let balance = Balance { inputs, outputs, loss, downgraded, processed };
        let found = codes(|faults| judge(faults, kind, sides, balance, reason, |amount| amount.to_string()));
        assert_eq!(found, said, "{kind:?} {balance:?}");
        assert_eq!(balance.left(), loss + downgraded + processed + balance.difference());
    }
}

#[test]
fn nothing_is_graded_before_it_was_there_and_nothing_keeps_longer_than_it_did() {
    use ProcessKind as K;
    let input = |lot: &str, open: &str, best: Option<&str>| InputDays {
        lot: lot.to_owned(),
        harvested_to: day("2026-09-15"),
        open_on: day(open),
        best_before: best.map(day),
    };
    let inputs = [input("A", "2026-10-19", Some("2027-03-01")), input("B", "2026-10-20", Some("2027-02-01"))];
    // kind, happened, produced, packed, best before, what is said
    type Row = (K, &'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>, &'static [&'static str]);
    let table: [Row; 10] = [
        (K::Grading, "2026-10-20", None, None, None, &[]),
        (K::Grading, "2026-10-19", None, None, None, &["process_too_early"]),
        (K::Grading, "2026-10-20", None, Some("2026-09-14"), None, &["dates_out_of_order"]),
        (K::Grading, "2026-10-20", Some("2026-09-14"), Some("2026-09-15"), None, &["dates_out_of_order"]),
        (K::Grading, "2026-10-20", Some("2026-09-17"), Some("2026-09-16"), None, &["dates_out_of_order"]),
        (K::Grading, "2026-10-20", None, Some("2026-10-22"), None, &["in_the_future"]),
        (K::Grading, "2026-10-20", None, None, Some("2027-02-01"), &[]),
        (K::Repacking, "2026-10-20", None, None, Some("2027-02-02"), &["best_before_extended"]),
        (K::Processing, "2026-10-20", None, None, Some("2028-02-02"), &[]),
        (K::Grading, "2026-10-20", None, Some("2026-10-20"), Some("2026-10-20"), &["dates_out_of_order"]),
    ];
    for (kind, happened, produced, packed, best, said) in table {
        let output = OutputDays { produced_on: produced.map(day), packed_on: packed.map(day), best_before: best.map(day) };
        let days = (day(happened), day("2026-10-21"));
        let found = codes(|faults| judge_days(faults, kind, days, &inputs, &[output], |no| format!("/outputs/{no}")));
        assert_eq!(found, said, "{kind:?} {happened} {produced:?} {packed:?} {best:?}");
    }
    let unborn = [input("A", "2026-09-01", None)];
    let found = codes(|faults| judge_days(faults, K::Grading, (day("2026-09-14"), day("2026-10-21")), &unborn, &[], |_| String::new()));
    assert_eq!(found, ["process_too_early"], "nothing is graded before it was picked");
}

#[test]
fn shares_are_exact_on_both_sides() {
    assert_eq!(apportion(&[1, 1, 1], &[1, 1, 1]), [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
    assert_eq!(apportion(&[600, 300], &[300, 300]), [[200, 100], [200, 100]]);
    assert_eq!(apportion(&[5], &[]), Vec::<Vec<i64>>::new());
    assert_eq!(apportion(&[0, 0], &[7]), [[0, 0]]);
    let mut random = StdRng::seed_from_u64(11);
    for _ in 0..2_000 {
        let inputs: Vec<i64> = (0..random.random_range(1..6)).map(|_| random.random_range(1..2_000_i64)).collect();
        let mut left: i64 = inputs.iter().sum();
        let outputs: Vec<i64> = (0..random.random_range(0..6))
            .map(|_| {
                let output = random.random_range(0..=left);
                left -= output;
                output
            })
            .collect();
        let shares = apportion(&inputs, &outputs);
        for (row, output) in shares.iter().zip(&outputs) {
            assert!(row.iter().all(|share| *share >= 0));
            assert_eq!(row.iter().sum::<i64>(), *output, "{inputs:?} {outputs:?}");
        }
        for (no, input) in inputs.iter().enumerate() {
            assert!(shares.iter().map(|row| row[no]).sum::<i64>() <= *input, "{inputs:?} {outputs:?} {shares:?}");
        }
    }
}

#[test]
fn the_shortest_way_to_an_ancestor_counts() {
    let at = |id: &str, depth| (id.to_owned(), depth);
    let found = line(&[("b".to_owned(), vec![at("a", 1), at("z", 4)]), ("a".to_owned(), vec![at("z", 2)])]);
    assert_eq!(found, BTreeMap::from([at("a", 1), at("b", 1), at("z", 3)]));
    assert_eq!(line(&[]), BTreeMap::new());
}

#[test]
fn places_are_said_once() {
    assert_eq!(union(["东里庄镇、桃园镇", "桃园镇", "", "营里镇"]), "东里庄镇、桃园镇、营里镇");
}

#[test]
fn the_words_are_those_of_the_trade() {
    let words: Vec<_> = ProcessKind::ALL.iter().map(|k| k.word()).collect();
    assert_eq!(words, ["grading", "repacking", "processing", "merging"]);
}
