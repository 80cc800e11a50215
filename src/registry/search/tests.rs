use proptest::prelude::*;

use super::*;
use crate::registry::seed;

fn text_of(name: &str) -> String {
    search_text(&[name], &[], &[], &[])
}

#[test]
fn names_are_found_by_characters_pinyin_and_initials() {
    let text = search_text(&["赵县雪花梨"], &["赵州雪花梨"], &["石家庄市", "赵县"], &["赵县质量技术监督局"]);
    for query in [
        "雪花",
        "梨",
        "雪花梨",
        "赵县",
        "xuehuali",
        "xuehua",
        "xhl",
        "zxxhl",
        "zhaoxianxuehuali",
        "XueHua",
        "趙縣",
        "ＸＨＬ",
        "赵州",
        "sjz",
        "监督局",
        "赵县 梨",
        "xue hua li",
        "  ",
        "",
    ] {
        assert!(matches(&text, query), "{query}");
    }
    for query in ["鸭梨", "雪梨", "xuehualis", "雪花 鸭", "梨赵", "州石"] {
        assert!(!matches(&text, query), "{query}");
    }
}

#[test]
fn places_are_read_as_people_there_read_them_and_as_others_do() {
    let cases = [
        ("藁城宫面", &["gaocheng", "gcgm"][..]),
        ("行唐大枣", &["xingtang", "hangtang", "xtdz", "htdz"]),
        ("乐亭甜瓜", &["laoting", "leting", "yueting", "lttg", "yttg"]),
        ("蔚县", &["yuxian", "weixian", "yx", "wx"]),
        ("蔚州贡米", &["yuzhou", "weizhou"]),
        ("井陉花椒", &["jingxing", "jxhj"]),
        ("涿鹿县", &["zhuolu", "zlx"]),
        ("长安区", &["changan", "zhangan"]),
        ("泊头鸭梨", &["botou", "potou", "btyl"]),
        ("大城金丝小枣", &["daicheng", "dacheng", "dcjsxz"]),
        ("大城子镇", &["dachengzi"]),
        ("阳原鹦哥绿豆", &["lvdou", "ludou", "lüdou", "yygld"]),
        ("望都县", &["wangdu"]),
        ("围场胡萝卜", &["huluobo"]),
        ("柏乡县", &["baixiang"]),
        ("任县高脚白大葱", &["renxian"]),
        ("太行街道", &["taihang"]),
    ];
    for (name, queries) in cases {
        for query in queries {
            assert!(matches(&text_of(name), query), "{name} by {query}: {}", text_of(name));
        }
    }
}

#[test]
fn what_is_folded_is_found_however_it_is_typed() {
    assert_eq!(fold("  Ｊｉｎ\u{3000}ZHOU \n鴨梨 "), "jin zhou 鸭梨");
    assert_eq!(fold("趙縣\u{200b}雪花棃"), "赵县雪花梨");
    assert_eq!(fold("Lü"), "lv");
    assert_eq!(fold("Lu\u{308}"), "lv");
    assert!(matches(&text_of("A2鲜奶"), "axn") && matches(&text_of("A2鲜奶"), "a2xiannai"));
    assert!(text_of("").is_empty() && grams("").is_empty() && query_grams(" \n").is_empty());
    for line in text_of("晋州\n鸭梨").lines() {
        assert!(!line.is_empty());
    }
}

#[test]
fn grams_never_reach_over_a_segment_or_a_blank() {
    let grams = grams("晋州 鸭梨\nyl");
    let expected = ["l", "y", "yl", "州", "晋", "晋州", "梨", "鸭", "鸭梨"];
    assert_eq!(grams, expected.into_iter().map(str::to_owned).collect());
    assert_eq!(query_grams("鸭 晋州"), ["鸭", "晋州"].into_iter().map(str::to_owned).collect());
}

#[test]
fn lists_are_ordered_by_reading() {
    let mut names = ["赵县雪花梨", "晋州鸭梨", "赵县", "藁城宫面", "乐亭甜瓜", "蔚州贡米", "阿胶", "赞皇大枣", "B级", "行唐大枣"];
    names.sort_by_key(|name| sort_key(name));
    assert_eq!(names, ["阿胶", "B级", "藁城宫面", "晋州鸭梨", "乐亭甜瓜", "行唐大枣", "蔚州贡米", "赞皇大枣", "赵县", "赵县雪花梨"]);
}

#[test]
fn every_product_is_found_by_its_name_its_slug_and_any_two_characters() {
    let seed = seed::load().unwrap();
    for product in &seed.products {
        let text = text_of(&product.name);
        let slug = product.slug.replace('-', "");
        assert!(matches(&text, &slug), "{} {slug}: {text}", product.name);
        let chars: Vec<char> = product.name.chars().collect();
        for pair in chars.windows(2) {
            assert!(matches(&text, &pair.iter().collect::<String>()));
        }
    }
}

/// Names as they occur: products, divisions, and invented mixtures with Latin letters, blanks and traditional characters.
fn name() -> impl Strategy<Value = String> {
    let seed = seed::load().unwrap();
    let mut known: Vec<String> = seed.products.iter().map(|p| p.name.clone()).collect();
    known.extend(seed.divisions.iter().step_by(7).map(|d| d.name.clone()));
    prop_oneof![proptest::sample::select(known), "[晋州鸭梨赵縣雪花行乐亭蔚大A-Za-z0-9 ·（）ü\u{3000}]{1,12}", any::<String>()]
}

proptest! {
    /// Exact recall: whatever `contains` finds, the grams let through.
    #[test]
    fn the_gram_filter_loses_nothing(names in proptest::collection::vec(name(), 1..6), which in 0_usize..6, from in 0_usize..40, length in 1_usize..8, from2 in 0_usize..40) {
        let texts: Vec<String> = names.iter().map(|n| search_text(&[n], &[], &[], &[])).collect();
        let source: Vec<char> = texts[which % texts.len()].chars().collect();
        let cut = |from: usize| -> String {
            let from = from % source.len().max(1);
            source.iter().skip(from).take(length).collect()
        };
        for query in [cut(from), format!("{} {}", cut(from), cut(from2)), names[which % names.len()].clone()] {
            let wanted = query_grams(&query);
            for text in &texts {
                if matches(text, &query) {
                    prop_assert!(wanted.is_subset(&grams(text)), "{query:?} in {text:?}");
                }
            }
        }
        // A query cut from one line of a text is found in it.
        let line: Vec<char> = texts[which % texts.len()].lines().next().unwrap_or_default().chars().collect();
        let piece: String = line.iter().skip(from % line.len().max(1)).take(length).collect();
        prop_assert!(matches(&texts[which % texts.len()], &piece), "{piece:?}");
    }

    #[test]
    fn folding_twice_changes_nothing(text in any::<String>()) {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }
}
