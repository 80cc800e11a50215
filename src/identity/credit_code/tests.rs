use proptest::prelude::*;
use rust_i18n::t;

use super::*;

/// Every row of the sample file, answered as its `expected` column says, with the check character it names.
#[test]
fn every_sample_is_answered_as_its_row_says() {
    let mut reader = csv::Reader::from_reader(include_str!("../../../tests/fixtures/uscc_samples.csv").as_bytes());
    let (mut accepted, mut refused) = (0, 0);
    for row in reader.records() {
        let row = row.unwrap();
        let (code, check, inner, expected) = (&row[0], &row[4], &row[5], &row[6]);
        let parsed = CreditCode::parse(code);
        match expected {
            "accept" => {
                let parsed = parsed.unwrap_or_else(|p| panic!("{code}: {p:?}"));
                assert_eq!(parsed.authority().to_string(), row[2], "{code}");
                assert_eq!(parsed.region(), &row[3], "{code}");
                assert_eq!(parsed.doubt().is_none(), inner == "ok", "{code}");
                accepted += 1;
            }
            "reject" => {
                let wanted = check.strip_prefix("bad-check:expected ").and_then(|c| c.chars().next()).unwrap();
                let problem = parsed.unwrap_err();
                assert!(matches!(&problem, CreditCodeProblem::Check { expected, .. } if *expected == wanted), "{code}: {problem:?}");
                let on_evidence = CreditCode::parse_on_evidence(code).unwrap();
                assert_eq!(on_evidence.doubt().is_none(), inner == "ok", "{code}");
                refused += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!((accepted, refused), (38, 14));
}

#[test]
fn a_code_is_read_as_people_write_it() {
    for written in
        ["９１３５０１００ｍ０００１００ｙ４３", " 91350100 M000100Y-43\u{3000}", "91350100m000100y43", "91350100M000100Y43\u{200b}"]
    {
        assert_eq!(CreditCode::parse(written).unwrap().as_str(), "91350100M000100Y43", "{written}");
    }
}

#[test]
fn form_is_refused_with_place_and_likely_character_and_no_evidence_heals_it() {
    let problem = CreditCode::parse_on_evidence("9135010OM000100Y43").unwrap_err();
    assert_eq!(
        problem,
        CreditCodeProblem::Character { value: "9135010OM000100Y43".into(), position: 8, character: 'O', likely: Some('0') }
    );
    assert!(!problem.may_be_overridden());
    let problem = CreditCode::parse_on_evidence("91350100M0001*0Y43").unwrap_err();
    assert!(matches!(problem, CreditCodeProblem::Character { position: 14, character: '*', likely: None, .. }));
    for (text, length) in [("", 0), ("91350100M000100Y4", 17), ("91350100M000100Y433", 19), ("130100000012345", 15)] {
        let problem = CreditCode::parse_on_evidence(text).unwrap_err();
        assert!(matches!(problem, CreditCodeProblem::Length { length: l, .. } if l == length), "{text}");
        assert!(!problem.may_be_overridden());
    }
    let endless = "9".repeat(5000);
    assert!(matches!(CreditCode::parse(&endless).unwrap_err(), CreditCodeProblem::Length { value, .. } if value.len() == 40));
}

#[test]
fn a_check_may_be_overridden_and_says_what_would_be_right() {
    let failure = CreditCode::parse("914403001922038217").unwrap_err().refuse("/credit_code");
    assert!(failure.says("credit_code_check"));
    assert_eq!(failure.fields[0].pointer, "/credit_code");
    assert!(failure.fields[0].params.contains(&("expected", "6".to_owned())));
    assert!(failure.fields[0].params.contains(&("found", "7".to_owned())));
    assert!(CreditCode::parse("914403001922038217").unwrap_err().may_be_overridden());
}

#[test]
fn rural_collectives_co_operatives_and_abolished_regions_are_valid() {
    let with_check = |head: &str| format!("{head}{}", check_character(head).unwrap());
    let inner = |head: &str| format!("{head}{}", organisation_check(head).unwrap());
    // 130182 was 藁城市 until it became 藁城区: the code keeps it.
    let collective = CreditCode::parse(&with_check(&format!("N2130182{}", inner("MF000001")))).unwrap();
    assert!(collective.is_rural_collective() && collective.doubt().is_none());
    assert_eq!((collective.region(), collective.authority_name()), ("130182", Some("农业农村")));
    let other = CreditCode::parse(&with_check(&format!("Y1130100{}", inner("MG000001")))).unwrap();
    assert_eq!(other.authority_name(), Some("其他"));
    let cooperative = CreditCode::parse(&with_check(&format!("93130183{}", inner("MA000001")))).unwrap();
    assert!(cooperative.is_cooperative());
    assert_eq!(CreditCode::parse(&with_check(&format!("B1130100{}", inner("MG000001")))).unwrap().authority_name(), None);
}

/// The remainder 0 is written '0', not the 32nd character.
#[test]
fn a_remainder_of_zero_is_written_zero() {
    assert_eq!(check_character("00000000000000000"), Some('0'));
    assert_eq!(organisation_check("00000000"), Some('0'));
    assert_eq!(CreditCode::parse("91341000MA2N0ABGXX").unwrap().organisation_code(), "MA2N0ABGX");
}

#[test]
fn every_problem_has_words_in_both_languages() {
    let problems = ["91", "9135010OM000100Y43", "91350100M0001*0Y43", "914403001922038217"];
    let mut fields: Vec<FieldProblem> = problems.iter().map(|text| CreditCode::parse(text).unwrap_err().at("/credit_code")).collect();
    fields.push(CreditCode::parse("123456789012345678").unwrap().doubt().unwrap().at("/credit_code"));
    let codes: std::collections::BTreeSet<&str> = fields.iter().map(|f| f.code).collect();
    assert_eq!(codes.len(), 5, "each problem has its own code");
    for field in fields {
        let say = |locale: &str| {
            let mut words = t!(format!("refusal.{}", field.code), locale = locale).into_owned();
            for (name, value) in &field.params {
                words = words.replace(&format!("%{{{name}}}"), value);
            }
            words
        };
        let (zh, en) = (say("zh-CN"), say("en"));
        assert!(!zh.contains("refusal.") && !zh.contains("%{"), "{zh}");
        assert!(!en.contains("refusal.") && !en.contains("%{"), "{en}");
        assert_ne!(zh, en);
        assert!(en.is_ascii() || !en.contains('，'), "{en}");
    }
}

proptest! {
    /// 3 is a primitive root of 31, so no two weights are equal: every single error and every swap in positions 1–17 shows.
    #[test]
    fn every_single_error_and_swap_is_caught(body in "[0-9ABCDEFGHJKLMNPQRTUWXY]{17}", at in 0_usize..18, by in 1_usize..31, other in 0_usize..17) {
        let good = format!("{body}{}", check_character(&body).unwrap());
        prop_assert!(CreditCode::parse(&good).is_ok());
        let mut wrong: Vec<char> = good.chars().collect();
        wrong[at] = char::from(ALPHABET[(place(wrong[at]).unwrap() + by) % 31]);
        prop_assert!(CreditCode::parse(&wrong.iter().collect::<String>()).is_err());
        let mut swapped: Vec<char> = good.chars().collect();
        let first = at.min(16);
        swapped.swap(first, other);
        let swapped: String = swapped.into_iter().collect();
        prop_assert_eq!(CreditCode::parse(&swapped).is_ok(), swapped == good);
    }

    #[test]
    fn nothing_people_paste_panics(text in any::<String>()) {
        if let Err(problem) = CreditCode::parse(&text) {
            prop_assert!(!problem.at("/x").code.is_empty());
        }
    }
}
