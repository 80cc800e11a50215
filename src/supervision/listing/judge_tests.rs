//! Sellers and what they say, honest ones first; the rules each meets.

use super::super::name::Protected;
use super::super::rule::{DatedRule, RuleSetting};
use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn books(records: &[DatedRule]) -> Books {
    let yali = Protected {
        product_id: "yali".to_owned(),
        name: "晋州鸭梨".to_owned(),
        aliases: vec![],
        places: vec!["晋州市".to_owned(), "石家庄市".to_owned()],
    };
    Books {
        names: NameBook::new(vec![yali]),
        places: PlaceBook::new(["晋州市".to_owned(), "赵县".to_owned()]),
        rules: RuleBook::on(day("2026-11-26"), records),
    }
}

fn said(title: &str) -> Said {
    Said { title: title.to_owned(), ..Said::default() }
}

fn rules_of(said: &Said, standing: Standing) -> String {
    let books = books(&[]);
    let about = About::of(said, &books.names);
    let standings = BTreeMap::from([("yali".to_owned(), standing)]);
    let found = judge(day("2026-11-26"), said, &about, &standings, &books);
    found.iter().map(|finding| finding.rule.word()).collect::<Vec<_>>().join(" ")
}

fn between(least: i64, most: i64) -> Option<Between> {
    Some(Between { least, most })
}

#[test]
fn honest_sellers_meet_no_rule_and_others_theirs() {
    let nobody = Standing::default;
    let farmer = || Standing { farmer: true, inside: true, ..nobody() };
    let reseller = || Standing { received: 1_000_000, shipments: 2, special: Right::InForce, registered: Right::InForce, ..nobody() };
    let authorised = || Standing { authorised: 1, authorised_amount: Some(500_000), special: Right::InForce, ..nobody() };
    let producer = || Standing { own: true, inside: true, output: Some(9_000_000), special: Right::InForce, ..nobody() };
    let ended = || Right::Ended { party: "某合作社".to_owned(), last: day("2026-09-30"), suspended: false };
    let shows = |title: &str, shows| Said { shows: Some(shows), ..said(title) };
    let from = |title: &str, origin: &str| Said { origin: Some(origin.to_owned()), ..said(title) };
    let table: Vec<(&str, Said, Standing, &str)> = vec![
        ("a reseller with papers", said("晋州鸭梨 国家地理标志产品"), reseller(), ""),
        ("an authorised seller with the mark", shows("晋州鸭梨", Shown::Special), authorised(), ""),
        ("a grower sells its own", said("晋州鸭梨 自家果园"), farmer(), ""),
        ("a grower names where it is", from("晋州鸭梨", "河北晋州"), farmer(), ""),
        ("a place is no name", said("产地晋州 鸭梨 5斤"), nobody(), ""),
        ("sent from elsewhere", said("晋州鸭梨 上海仓发货"), reseller(), ""),
        ("a producer sells within its output", Said::default(), Standing { sold: between(8_000_000, 9_500_000), ..producer() }, ""),
        (
            "a reseller within what it has",
            said("晋州鸭梨"),
            Standing { sold: between(900_000, 2_000_000), settled: between(900_000, 2_000_000), ..reseller() },
            "",
        ),
        (
            "a little above is within the tolerance",
            said("晋州鸭梨"),
            Standing { sold: between(1_050_000, 2_000_000), settled: between(1_050_000, 2_000_000), ..reseller() },
            "",
        ),
        (
            "orders of the last month for goods on their way",
            said("晋州鸭梨"),
            Standing { sold: between(3_000_000, 4_000_000), settled: between(1_000_000, 1_000_000), ..reseller() },
            "",
        ),
        ("denies the mark", said("晋州产 鸭梨 非地理标志产品"), nobody(), ""),
        ("pinyin beside the name, with papers", said("Jinzhouyali gift"), reseller(), ""),
        ("claims the mark without a name, and may", said("国家地理标志产品 鸭梨"), authorised(), ""),
        ("N: nobody knows", said("晋州鸭梨 5斤"), nobody(), "source_unknown"),
        ("N: claimed only", Said { claimed_product: Some("晋州鸭梨".to_owned()), ..said("鸭梨 5斤") }, nobody(), "source_unknown"),
        ("N: a farmer of elsewhere", said("晋州鸭梨"), Standing { farmer: true, ..nobody() }, "source_unknown"),
        ("M and N are two questions", said("晋州鸭梨 国家地理标志产品"), nobody(), "special_mark source_unknown"),
        ("M: a grower who claims the mark", said("晋州鸭梨 地理标志专用标志"), farmer(), "special_mark"),
        ("M: shown on a picture", shows("晋州鸭梨", Shown::Both), farmer(), "special_mark registered_mark"),
        ("M: without any name", said("国家地理标志产品 鸭梨"), nobody(), "special_mark"),
        ("E: a manner of it", said("晋州鸭梨味硬糖"), reseller(), "name_style"),
        ("E: look-alike", said("晋卅鸭梨"), nobody(), "name_similar"),
        ("E: origin outside", from("晋州鸭梨", "山东烟台"), reseller(), "origin_outside"),
        ("E: says so in the title", said("晋州鸭梨 产地赵县"), reseller(), "origin_outside"),
        (
            "volume: more than received",
            said("晋州鸭梨"),
            Standing { sold: between(1_100_000, 2_000_000), settled: between(1_100_000, 2_000_000), ..reseller() },
            "sold_beyond_received",
        ),
        (
            "volume: more than grown",
            said("晋州鸭梨"),
            Standing { sold: between(10_000_000, 11_000_000), ..producer() },
            "sold_beyond_output",
        ),
        (
            "volume: more than authorised",
            said("晋州鸭梨"),
            Standing { sold: between(600_000, 700_000), ..authorised() },
            "sold_beyond_authorised",
        ),
        (
            "expired: the authorisation",
            said("晋州鸭梨"),
            Standing { ended: Some(("某合作社".to_owned(), day("2026-10-01"))), ..nobody() },
            "authorisation_ended",
        ),
        (
            "too long ago to be what it relies on",
            said("晋州鸭梨"),
            Standing { ended: Some(("某合作社".to_owned(), day("2024-10-01"))), ..nobody() },
            "source_unknown",
        ),
        (
            "expired: the mark use",
            shows("晋州鸭梨", Shown::Both),
            Standing { special: ended(), registered: ended(), ..producer() },
            "mark_use_ended",
        ),
        (
            "price: far below",
            said("晋州鸭梨"),
            Standing { price: Some(100), peers: vec![900, 1000, 1100, 1200, 1300], ..reseller() },
            "price_outside_peers",
        ),
        ("price: too few peers", said("晋州鸭梨"), Standing { price: Some(100), peers: vec![900, 1000, 1100, 1200], ..reseller() }, ""),
        ("price: among them", said("晋州鸭梨"), Standing { price: Some(1000), peers: vec![900, 1000, 1100, 1200, 1300], ..reseller() }, ""),
        (
            "changed",
            Said { content_hash: "b".to_owned(), audited_hash: Some("a".to_owned()), ..said("晋州鸭梨") },
            reseller(),
            "content_changed",
        ),
        ("not changed", Said { content_hash: "a".to_owned(), audited_hash: Some("a".to_owned()), ..said("晋州鸭梨") }, reseller(), ""),
    ];
    let wrong: Vec<String> = table
        .into_iter()
        .map(|(what, said, standing, right)| (what, rules_of(&said, standing), right))
        .filter(|(_, got, right)| got != right)
        .map(|(what, got, right)| format!("{what}: {got:?}, not {right:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rule_that_is_off_finds_nothing() {
    let off = DatedRule { rule: Rule::SourceUnknown, from: day("2026-11-01"), setting: RuleSetting { enabled: false, threshold: 0 } };
    let books = books(&[off]);
    let said = said("晋州鸭梨 国家地理标志产品");
    let about = About::of(&said, &books.names);
    let found = judge(day("2026-11-26"), &said, &about, &BTreeMap::new(), &books);
    assert_eq!(found.iter().map(|finding| finding.rule).collect::<Vec<_>>(), [Rule::SpecialMark]);
    assert_eq!(about.product(&said).as_deref(), Some("yali"));
}
