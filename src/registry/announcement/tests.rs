use super::*;
use crate::registry::words::said;

#[test]
fn an_announcement_is_its_issuer_year_and_number() {
    let read = |text| AnnouncementNumber::parse(text).unwrap();
    assert_eq!(read("国家质检总局公告2004年第131号"), AnnouncementNumber { issuer: Issuer::Aqsiq, year: Some(2004), number: 131 });
    assert_eq!(read("质检总局公告２０１５年 第74号"), AnnouncementNumber { issuer: Issuer::Aqsiq, year: Some(2015), number: 74 });
    assert_eq!(read("国家知识产权局公告第401号"), AnnouncementNumber { issuer: Issuer::Cnipa, year: None, number: 401 });
    assert_eq!(read("2021年国家知识产权局公告第401号"), read("国家知识产权局公告第401号"), "a running number needs no year");
    assert_eq!(read("农业部公告第1813号").issuer, Issuer::Agriculture);
    assert_ne!(read("质检总局公告2010年第108号"), read("质检总局公告2011年第108号"), "numbers restart each year");
    assert_eq!(read("原国家质量监督检验检疫总局公告2006年第1号").to_string(), "国家质检总局公告2006年第1号");
}

#[test]
fn what_is_missing_is_named() {
    let cases = [
        ("公告2004年第131号", "announcement_issuer"),
        ("质检总局公告第131号", "announcement_year"),
        ("国家知识产权局公告", "announcement_number"),
        ("国家知识产权局公告第四〇一号", "announcement_number"),
        ("质检总局公告2004年第99999999999号", "announcement_number"),
    ];
    for (text, code) in cases {
        let field = AnnouncementNumber::parse(text).unwrap_err().at("/announcement_no");
        assert_eq!(field.code, code, "{text}");
        said(&field);
    }
}

#[test]
fn the_two_agi_numbers_are_told_apart() {
    assert_eq!(AgiNumber::parse_certificate("agi01459").unwrap(), AgiNumber::Certificate(1459));
    let specification = AgiNumber::parse_specification("ＡＧＩ2014－02-1497").unwrap();
    assert_eq!(specification.to_string(), "AGI2014-02-1497");
    assert_eq!(AgiNumber::parse("AGI2012-02-869").unwrap().to_string(), "AGI2012-02-869");
    let mixed = AgiNumber::parse_certificate("AGI2014-02-1497").unwrap_err();
    assert_eq!(mixed, NumberProblem::SpecificationGiven("AGI2014-02-1497".into()));
    let words = said(&mixed.at("/certificate_no"));
    assert!(words[0].contains("质量控制技术规范编号") && words[0].contains("AGI01459"), "{}", words[0]);
    said(&AgiNumber::parse_specification("AGI01459").unwrap_err().at("/specification_no"));
    for bad in ["", "AGI", "AGI1459", "AGI2014-2-1497", "AGI2014-02", "01459", "AGI2014-02-1497-1", "AGI٠١٤٥٩"] {
        assert_eq!(said(&AgiNumber::parse(bad).unwrap_err().at("/x")).len(), 2, "{bad}");
    }
}

#[test]
fn every_word_reads_back_and_only_recognition_registers() {
    for issuer in Issuer::ALL {
        assert_eq!(Issuer::parse(issuer.word()), Some(issuer));
    }
    for kind in AnnouncementKind::ALL {
        assert_eq!(AnnouncementKind::parse(kind.word()), Some(kind));
        assert_eq!(kind.registers(), kind == AnnouncementKind::Recognition);
    }
}
