use proptest::prelude::*;

use super::*;

const CODE: &str = "0K7M3Q250FT3BCKBFGHE";

fn code() -> Code {
    Code::parse(CODE).unwrap()
}

/// Any code: random header and body, right check character.
fn any_code() -> impl Strategy<Value = Code> {
    (any::<[u8; HEADER]>(), any::<u128>())
        .prop_map(|(header, body)| Code::assemble(header.map(|b| crockford::UPPER[usize::from(b & 31)]), body))
}

#[test]
fn the_check_character_is_as_designed() {
    for (first19, check) in
        [("0123456789ABCDEFGHJ", 'W'), ("ZZZZZZZZZZZZZZZZZZZ", 'C'), ("0000000000000000000", '0'), ("1000000000000000000", 'E')]
    {
        for candidate in crockford::UPPER.iter().copied().map(char::from) {
            let read = Code::parse(&format!("{first19}{candidate}"));
            assert_eq!(read.is_ok(), candidate == check, "{first19}{candidate}: {read:?}");
        }
    }
}

#[test]
fn a_code_shows_its_parts() {
    let code = code();
    assert_eq!(code.to_string(), CODE);
    assert_eq!(code.grouped(), "0K7M 3Q25 0FT3 BCKB FGHE");
    assert_eq!(code.tail6(), "KBFGHE");
    assert_eq!(code.suite(), Some(Suite::Ff1Aes256));
    assert_eq!(code.locator().to_string(), "K7M3Q");
    assert_eq!(Locator::new(code.locator().get()), Some(code.locator()));
    assert_eq!(&code.header(), b"0K7M3Q");
    assert_eq!(Code::assemble(code.header(), code.body()), code);
    assert_eq!(Locator::new(Locator::END), None);
    let random = Random::seeded(1);
    assert!((0..100).map(|_| Locator::draw(&random).get()).all(|l| l < Locator::END));
}

#[test]
fn codes_are_read_as_people_write_them() {
    for typed in [
        "0K7M 3Q25 0FT3 BCKB FGHE",
        "0k7m-3q25-0ft3-bckb-fghe",
        "ok7m–3q25—oft3−bckb‑fghe",
        "０Ｋ７Ｍ　３Ｑ２５　０ＦＴ３　ＢＣＫＢ　ＦＧＨＥ",
        "０Ｋ７Ｍ－３Ｑ２５－０ＦＴ３－ＢＣＫＢ－ＦＧＨＥ",
        "\u{feff} 0K7M3Q25\n0FT3BCKB\tFGHE\u{200b}",
        "0K 7M 3Q 25 0F T3 BC KB FG HE",
        "0-K-7-M-3-Q-2-5-0-F-T-3-B-C-K-B-F-G-H-E",
        "0K7M3 Q250F T3BCK BFGHE",
        "0K7M 3Q25 0FT3BCKB FGHE",
        "--0K7M-3Q250FT3BCKBFGHE--",
    ] {
        assert_eq!(Code::parse(typed), Ok(code()), "{typed}");
    }
    let with_one = Code::parse("000001EF97BFEGX7N3QX").unwrap();
    for typed in ["00000IEF97BFEGX7N3QX", "OOOOOlef97bfegx7n3qx", "oooooLEF97BFEGX7N3QX"] {
        assert_eq!(Code::parse(typed), Ok(with_one), "{typed}");
    }
}

#[test]
fn a_mistyped_code_says_why_and_names_a_group_only_when_it_is_known() {
    use Mistyped::{Check, Foreign, Group, Length};
    for (typed, why) in [
        ("", Length(0)),
        ("   ", Length(0)),
        ("0K7M3Q250FT3BCKBFGH", Length(19)),
        ("0K7M3Q250FT3BCKBFGHEE", Length(21)),
        ("0K7M 3Q25 0FT3 BCKB", Length(16)),
        ("0K7M 3Q25 0FT3 BCKB FGHE 0K7M", Length(24)),
        ("0K7M3Q2 0FT3BCKBFGHE", Length(19)),
        ("hello", Length(5)),
        ("0K7M 3Q2 0FT3 BCKB FGHE", Group { group: 2, length: 3 }),
        ("0K7M-3Q25-0FT3-BCKB-FGHEE", Group { group: 5, length: 5 }),
        ("0K7N 3Q2 50FT3 BCKB FGHE", Group { group: 2, length: 3 }),
        ("0K7M3Q250FT3UCKBFGHE", Foreign { group: 4, character: 'U' }),
        ("0K7M 3Q2 0FT3 UCKB FGHE", Foreign { group: 4, character: 'U' }),
        ("0K7M 3Q25 0F*3 BCKB FGHE", Foreign { group: 3, character: '*' }),
        ("0K7M 3Q25 0FT3 BCKB FG梨E", Foreign { group: 5, character: '梨' }),
        ("0K7M3Q250FT3BCKBFGHF", Check),
        ("0K7M 3Q25 0FT3 BCKB FGEH", Check),
    ] {
        assert_eq!(Code::parse(typed), Err(why), "{typed}");
        assert_eq!(why.group().is_some(), matches!(why, Foreign { .. } | Group { .. }));
    }
    assert_eq!(Code::parse(&"9".repeat(100_000)), Err(Length(100_000)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_wrong_character_and_every_swap_is_caught(code in any_code()) {
        for i in 0..LENGTH {
            for &other in crockford::UPPER {
                let mut typed = *code.as_bytes();
                typed[i] = other;
                let read = Code::parse(std::str::from_utf8(&typed).unwrap());
                let expected = if other == code.as_bytes()[i] { Ok(code) } else { Err(Mistyped::Check) };
                prop_assert_eq!(read, expected);
            }
            for j in 0..i {
                let mut typed = *code.as_bytes();
                typed.swap(i, j);
                let read = Code::parse(std::str::from_utf8(&typed).unwrap());
                let expected = if typed == *code.as_bytes() { Ok(code) } else { Err(Mistyped::Check) };
                prop_assert_eq!(read, expected);
            }
        }
    }

    #[test]
    fn a_code_is_read_back_from_every_way_of_writing_it(code in any_code(), lower in any::<bool>(), dash in "[ \\-–—－\u{3000}]{1,3}") {
        let typed = code.groups().collect::<Vec<_>>().join(&dash);
        let typed = if lower { typed.to_lowercase() } else { typed };
        prop_assert_eq!(Code::parse(&typed), Ok(code));
    }

    #[test]
    fn no_text_makes_the_reader_fail(typed in "\\PC{0,60}") {
        if let Ok(code) = Code::parse(&typed) {
            prop_assert_eq!(Code::parse(code.as_str()), Ok(code));
        }
    }
}
