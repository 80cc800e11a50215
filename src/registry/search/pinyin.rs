//! Readings of Chinese names without tones. The library knows each character's commonest reading; place names often have another
//! (行唐 xing tang, 乐亭 lao ting, 蔚县 yu xian, 大城 dai cheng), and people type either.

use pinyin::ToPinyin;

/// At most this many readings of one name.
const MOST: usize = 12;

/// Words read as a whole; the longest that fits wins.
const PHRASES: &[(&str, &str)] = &[
    ("乐亭", "lao ting"),
    ("行唐", "xing tang"),
    ("太行", "tai hang"),
    ("柳行", "liu hang"),
    ("银行", "yin hang"),
    ("商行", "shang hang"),
    ("行业", "hang ye"),
    ("蔚县", "yu xian"),
    ("蔚州", "yu zhou"),
    ("井陉", "jing xing"),
    ("藁城", "gao cheng"),
    ("泊头", "bo tou"),
    ("大城", "dai cheng"),
    ("大城子", "da cheng zi"),
    ("五重安", "wu chong an"),
    ("重阳", "chong yang"),
    ("萝卜", "luo bo"),
    ("调河", "diao he"),
    ("音乐", "yin yue"),
    ("村长", "cun zhang"),
    ("检查", "jian cha"),
];

/// Characters of several readings in names of places, people and goods; the first is taken where no phrase says otherwise.
const POLYPHONES: &[(char, &[&str])] = &[
    ('行', &["xing", "hang"]),
    ('长', &["chang", "zhang"]),
    ('乐', &["le", "yue", "lao"]),
    ('重', &["zhong", "chong"]),
    ('蔚', &["yu", "wei"]),
    ('尉', &["wei", "yu"]),
    ('泊', &["bo", "po"]),
    ('大', &["da", "dai"]),
    ('单', &["dan", "shan"]),
    ('会', &["hui", "kuai"]),
    ('盖', &["gai", "ge"]),
    ('都', &["du", "dou"]),
    ('朝', &["chao", "zhao"]),
    ('佛', &["fo", "fu"]),
    ('柏', &["bai", "bo"]),
    ('伯', &["bo", "bai"]),
    ('白', &["bai", "bo"]),
    ('堡', &["bao", "bu", "pu"]),
    ('六', &["liu", "lu"]),
    ('召', &["zhao", "shao"]),
    ('卜', &["bu", "bo"]),
    ('解', &["jie", "xie"]),
    ('颉', &["jie", "xie"]),
    ('仇', &["qiu", "chou"]),
    ('区', &["qu", "ou"]),
    ('曾', &["zeng", "ceng"]),
    ('查', &["cha", "zha"]),
    ('种', &["zhong", "chong"]),
    ('翟', &["zhai", "di"]),
    ('车', &["che", "ju"]),
    ('强', &["qiang", "jiang"]),
    ('宿', &["su", "xiu"]),
    ('参', &["shen", "can", "cen"]),
    ('薄', &["bo", "bao"]),
    ('核', &["he", "hu"]),
    ('调', &["tiao", "diao"]),
    ('藏', &["cang", "zang"]),
    ('厦', &["xia", "sha"]),
    ('朴', &["pu", "piao"]),
    ('殷', &["yin", "yan"]),
    ('涌', &["yong", "chong"]),
    ('扒', &["ba", "pa"]),
    ('蛤', &["ge", "ha"]),
    ('觉', &["jue", "jiao"]),
    ('角', &["jiao", "jue"]),
    ('巷', &["xiang", "hang"]),
    ('咀', &["ju", "zui"]),
    ('勒', &["le", "lei"]),
    ('栅', &["zha", "shan"]),
    ('谷', &["gu", "yu"]),
    ('射', &["she", "ye"]),
    ('陆', &["lu", "liu"]),
    ('落', &["luo", "la", "lao"]),
    ('沈', &["shen", "chen"]),
    ('血', &["xue", "xie"]),
    ('露', &["lu", "lou"]),
    ('万', &["wan", "mo"]),
    ('绿', &["lv", "lu"]),
    ('率', &["lv", "shuai"]),
    ('弹', &["tan", "dan"]),
    ('传', &["chuan", "zhuan"]),
    ('荥', &["xing", "ying"]),
    ('洗', &["xi", "xian"]),
    ('桲', &["bo", "po"]),
    ('阿', &["a", "e"]),
    ('楂', &["zha", "cha"]),
    ('鄚', &["mao", "mo"]),
    ('寻', &["xun", "xin"]),
    ('贾', &["jia", "gu"]),
    ('便', &["bian", "pian"]),
    ('女', &["nv", "nu"]),
    ('吕', &["lv", "lu"]),
];

/// The reading people most likely mean, syllable by syllable. `name` must be folded; what is neither Chinese nor a letter or digit is left out.
pub(super) fn reading(name: &str) -> Vec<String> {
    let mut syllables = Vec::new();
    let mut rest = name;
    let mut in_word = false;
    while let Some(c) = rest.chars().next() {
        let phrase = PHRASES.iter().filter(|(word, _)| rest.starts_with(word)).max_by_key(|(word, _)| word.len());
        if let Some((word, read)) = phrase {
            syllables.extend(read.split(' ').map(str::to_owned));
            rest = &rest[word.len()..];
            in_word = false;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        if let Some(syllable) = base(c) {
            syllables.push(syllable);
            in_word = false;
        } else if c.is_alphanumeric() {
            // Latin letters and digits stay together: `a2` is one syllable.
            match syllables.last_mut() {
                Some(last) if in_word => last.push(c),
                _ => syllables.push(c.to_string()),
            }
            in_word = true;
        } else {
            in_word = false;
        }
    }
    syllables
}

/// [`reading`] first, then every reading that differs from it in one character.
pub(super) fn readings(name: &str) -> Vec<Vec<String>> {
    let first = reading(name);
    if !name.chars().any(|c| base(c).is_some()) {
        return Vec::new();
    }
    let spoken: Vec<char> = name.chars().filter(|c| base(*c).is_some()).collect();
    let mut all = vec![first.clone()];
    // Only where characters and syllables pair off, that is without Latin letters between.
    if spoken.len() == first.len() {
        for (at, c) in spoken.iter().enumerate() {
            let others = POLYPHONES.iter().find(|(polyphone, _)| polyphone == c).map_or(&[][..], |(_, readings)| readings);
            for other in others.iter().filter(|other| **other != first[at]) {
                let mut variant = first.clone();
                (*other).clone_into(&mut variant[at]);
                all.push(variant);
            }
        }
        all.truncate(MOST);
    }
    all
}

/// One character's first reading; `None` if it has none.
fn base(c: char) -> Option<String> {
    if let Some((_, readings)) = POLYPHONES.iter().find(|(polyphone, _)| *polyphone == c) {
        return readings.first().map(|r| (*r).to_owned());
    }
    c.to_pinyin().map(|p| p.plain().replace('ü', "v"))
}
