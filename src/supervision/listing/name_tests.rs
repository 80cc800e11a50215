//! Titles as people write them, and what each uses. Honest ones first.

use super::*;

fn book() -> NameBook {
    let row = |id: &str, name: &str, aliases: &[&str], places: &[&str]| Protected {
        product_id: id.to_owned(),
        name: name.to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        places: places.iter().map(|place| (*place).to_owned()).collect(),
    };
    NameBook::new(vec![
        row("yali", "晋州鸭梨", &[], &["晋州市", "石家庄市"]),
        row("xuehua", "赵县雪花梨", &["赵州雪花梨"], &["赵县", "石家庄市"]),
        row("gongmian", "藁城宫面", &[], &["藁城区"]),
        row("dazao", "赞皇大枣", &[], &["赞皇县"]),
        row("botou", "泊头鸭梨", &[], &["泊头市"]),
        row("jiu", "献王酒", &[], &["献县"]),
        row("xigua", "新乐西瓜", &[], &["新乐市"]),
        row("huajiao", "井陉花椒", &[], &["井陉县"]),
    ])
}

/// Title → uses, as `product form`.
const TITLES: &[(&str, &str)] = &[
    // Honest: the place is named, the name is not used.
    ("产地晋州 鸭梨 5斤装 新鲜水果", ""),
    ("产地：河北晋州 鸭梨5斤", ""),
    ("原产地晋州鸭梨", ""),
    ("发货地 赵县 雪花梨 精品果", ""),
    ("发货地：河北省石家庄市赵县 雪花梨", ""),
    ("来自晋州的鸭梨 脆甜多汁", ""),
    ("来自河北晋州 鸭梨现摘", ""),
    ("晋州市东里庄镇自种鸭梨 现摘现发", ""),
    ("河北省晋州市 农家鸭梨 10斤", ""),
    ("河北鸭梨 晋州发货 5斤", ""),
    ("鸭梨晋州产 皮薄多汁", ""),
    ("鸭梨 晋州 孕妇水果", ""),
    ("赵县 特产水果礼盒 雪花梨", ""),
    ("赵县农户自家雪花梨", ""),
    ("河北特产 雪花梨 鸭梨 混装", ""),
    ("新疆库尔勒香梨 10斤", ""),
    ("锦州鸭梨 辽宁特产", ""),
    ("砀山酥梨 正宗安徽砀山", ""),
    ("晋州鸭梨之乡的苹果", ""),
    ("宫廷挂面 石家庄特产", ""),
    ("藁城区发货 手工挂面", ""),
    ("新疆大枣 赞皇店发货", ""),
    ("西瓜 新乐 沙瓤 产地直发", ""),
    ("花椒 产于井陉 大红袍", ""),
    ("苏州产区 鸭梨", ""),
    ("王酒 献礼 礼盒", ""),
    ("店址赵县 梨园采摘 雪花梨", ""),
    ("鸭梨罐头 水果罐头 425g", ""),
    ("jinzhou port apples 20kg", ""),
    // The name as it is, however it is written.
    ("晋州鸭梨 5斤装", "yali exact"),
    ("河北晋州鸭梨新鲜", "yali exact"),
    ("晋州 鸭梨 特级果", "yali exact"),
    ("正宗晉州鴨梨 10斤", "yali exact"),
    ("【晋州鸭梨】皇冠梨同价", "yali exact"),
    ("赵州雪花梨 大果", "xuehua exact"),
    ("趙縣雪花梨禮盒", "xuehua exact"),
    ("产地直发 晋州鸭梨 5斤", "yali exact"),
    ("晋州鸭梨味道好 脆甜", "yali exact"),
    ("晋州鸭梨味甜多汁", "yali exact"),
    ("晋州鸭梨种植户直发", "yali exact"),
    ("晋州鸭梨种苗 树苗", "yali exact"),
    ("晋州鸭梨 泊头鸭梨 对比装", "botou exact;yali exact"),
    ("藁城宫面 手工空心", "gongmian exact"),
    ("赞皇大枣 500g×10", "dazao exact"),
    ("献王酒 52度", "jiu exact"),
    ("新乐西瓜礼盒", "xigua exact"),
    // A manner of it.
    ("晋州鸭梨味硬糖 500g", "yali style"),
    ("晋州鸭梨风味饮料", "yali style"),
    ("晋州鸭梨口味果冻", "yali style"),
    ("晋州鸭梨同款 皇冠梨", "yali style"),
    ("赵县雪花梨式果汁", "xuehua style"),
    ("晋州鸭梨型香皂", "yali style"),
    ("赞皇大枣风格零食", "dazao style"),
    ("晋州鸭梨类水果", "yali style"),
    ("晋州鸭梨种 山东产", "yali style"),
    ("媲美晋州鸭梨的好梨", "yali style"),
    ("仿晋州鸭梨", "yali style"),
    ("藁城宫面式挂面", "gongmian style"),
    // Something like it.
    ("晋·州·鸭·梨 5斤", "yali parted"),
    ("晋州\u{200b}鸭\u{200b}梨 5斤", "yali parted"),
    ("晋*州*鸭*梨", "yali parted"),
    ("晋 州 鸭 梨 精品", "yali parted"),
    ("赵_县_雪花梨", "xuehua parted"),
    ("晋卅鸭梨 5斤", "yali look_alike"),
    ("普州鸭梨 正品", "yali look_alike"),
    ("晋洲鸭梨 脆甜", "yali look_alike"),
    ("赵具雪花梨", "xuehua look_alike"),
    ("藁城官面 手工", "gongmian look_alike"),
    ("赞皇犬枣", "dazao look_alike"),
    ("井径花椒", "huajiao look_alike"),
    ("近州鸭梨 甜", "yali sound_alike"),
    ("晋州压梨", "yali sound_alike"),
    ("照县雪花梨", "xuehua sound_alike"),
    ("州晋鸭梨 特价", "yali swapped"),
    ("县赵雪花梨", "xuehua swapped"),
    ("鸭梨晋州", "yali swapped"),
    ("jinzhou yali fresh pears", "yali pinyin"),
    ("JINZHOU-YALI 5kg", "yali pinyin"),
    ("河北梨 Jinzhouyali 礼盒", "yali pinyin"),
    ("jinzhоu yаli", "yali pinyin"),
    ("Zhaoxian Xuehuali gift", "xuehua pinyin"),
];

fn shown(book: &NameBook, title: &str) -> String {
    let form = |form: &Form| match form {
        Form::Exact => "exact",
        Form::Style(_) => "style",
        Form::Similar(likeness) => likeness.word(),
    };
    let mut uses: Vec<String> = book.uses(title).iter().map(|found| format!("{} {}", found.product_id, form(&found.form))).collect();
    uses.sort();
    uses.join(";")
}

#[test]
fn titles_use_names_as_the_table_says() {
    let book = book();
    assert!(TITLES.len() >= 60 && TITLES.iter().filter(|(_, uses)| uses.is_empty()).count() >= 25);
    let wrong: Vec<String> = TITLES
        .iter()
        .filter(|(title, right)| shown(&book, title) != *right)
        .map(|(title, right)| format!("{title}: {:?}, not {right:?}", shown(&book, title)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_written_is_said_as_it_was_written() {
    let uses = book().uses("正宗 晋·州·鸭·梨 5斤");
    assert_eq!(uses[0].written, "晋·州·鸭·梨");
    assert_eq!(uses[0].name, "晋州鸭梨");
    assert_eq!(book().named("晉州鴨梨").map(|row| row.product_id.as_str()), Some("yali"));
    assert_eq!((bare("晋州市"), bare("赵县"), bare("大厂回族自治县")), ("晋州", "赵县", "大厂回族"));
}
