use super::*;

fn code(text: &str) -> DivisionCode {
    DivisionCode::parse(text).unwrap()
}

#[test]
fn levels_and_parents_follow_from_the_digits() {
    let cases = [
        ("130000", Level::Province, None, "13"),
        ("130100", Level::Prefecture, Some("130000"), "1301"),
        ("130110", Level::County, Some("130100"), "130110"),
        ("130133101", Level::Township, Some("130133"), "130133101"),
        ("130133101205", Level::Village, Some("130133101"), "130133101205"),
    ];
    for (text, level, parent, prefix) in cases {
        assert_eq!((code(text).level(), code(text).parent(), code(text).prefix()), (level, parent.map(code), prefix));
        assert_eq!(Level::parse(level.word()), Some(level));
    }
    assert_eq!(code("130133101000").as_str(), "130133101", "a township written in twelve digits");
    assert_eq!(code("130133000000").as_str(), "130133");
    for bad in ["", "13", "1301", "13013", "130005", "1301331", "990000", "030000", "１３０１００", "13010a", "1301331012051"] {
        assert_eq!(DivisionCode::parse(bad), None, "{bad}");
    }
}

#[test]
fn containing_is_by_level_not_by_trailing_zero() {
    assert!(code("130100").contains(&code("130183")) && code("130000").contains(&code("130133101")));
    assert!(!code("130110").contains(&code("130111")), "鹿泉 ends in a zero that is no level");
    assert!(code("130183").contains(&code("130183")) && !code("130183").contains(&code("130100")));
    assert_eq!(code("130133101205").county(), Some(code("130133")));
    assert_eq!(code("130100").county(), None);
}

fn small() -> Divisions {
    let division = |c: &str, name: &str, parent: &str| Division {
        code: code(c),
        name: name.to_owned(),
        kind: String::new(),
        parent: DivisionCode::parse(parent),
        gbt2260: true,
    };
    let past = |old: &str, new: &[&str]| Succession {
        old_code: code(old),
        old_name: format!("旧{old}"),
        successors: new.iter().map(|c| code(c)).collect(),
        ended: None,
        verify: false,
    };
    Divisions::new(
        [
            division("130109", "藁城区", "130100"),
            division("130109100", "廉州镇", "130109"),
            division("130402", "邯山区", "130400"),
            division("130403", "丛台区", "130400"),
            division("130606", "莲池区", "130600"),
        ],
        [
            past("130182", &["130109"]),
            past("130421", &["130402", "130403"]),
            past("130603", &["130606"]),
            past("130604", &["130606"]),
            past("130199", &["130198"]),
            past("130198", &["130199"]),
        ],
    )
}

#[test]
fn an_abolished_code_is_known_and_followed() {
    let divisions = small();
    assert_eq!(divisions.today(&code("130182")), BTreeSet::from([code("130109")]));
    assert_eq!(divisions.today(&code("130421")).len(), 2);
    assert!(divisions.today(&code("130199")).is_empty(), "a circle ends");
    assert!(divisions.is_known(&code("130182")) && !divisions.is_known(&code("130183")));
    assert_eq!(divisions.name(&code("130182")), Some("旧130182"));
    assert_eq!(divisions.lineage(&code("130109")), BTreeSet::from([code("130109"), code("130182")]));
    assert_eq!(divisions.lineage(&code("130182")), divisions.lineage(&code("130109")));
}

#[test]
fn a_place_of_today_lies_in_an_area_named_before_the_change() {
    let divisions = small();
    assert!(divisions.lies_in(&code("130109100"), &code("130182")));
    assert!(divisions.lies_in(&code("130182001"), &code("130109")), "an old township in today's county");
    assert!(!divisions.lies_in(&code("130402001"), &code("130182")));
    assert!(divisions.lies_in(&code("130402001"), &code("130421")));
    assert!(divisions.is_exact(&code("130182")) && divisions.is_exact(&code("130109")));
    assert!(!divisions.is_exact(&code("130421")), "shared out");
    assert!(!divisions.is_exact(&code("130603")), "merged with another");
}

#[test]
fn a_name_finds_its_one_township() {
    assert_eq!(small().named(&code("130109"), "廉州镇").unwrap().code, code("130109100"));
    assert!(small().named(&code("130109"), "廉州").is_none() && small().named(&code("130402"), "廉州镇").is_none());
}
