//! Is a protected name used in a title, and how? Naming the place where something grows is no use of the name (商标法 59, of 2027: 73).
//!
//! ```text
//! 晋州鸭梨 · 晉州鴨梨 · 晋州 鸭梨            exact            产地晋州 鸭梨 · 晋州市自种鸭梨        fair: not a use of the name
//! 晋州鸭梨味 · 仿晋州鸭梨                     style            晋·州·鸭·梨 · 晋卅鸭梨 · 近州鸭梨    similar: parted, look-alike, sound-alike
//! jinzhou yali                                similar: pinyin  州晋鸭梨 · 鸭梨晋州                  similar: swapped
//! ```

use std::collections::{BTreeMap, HashSet};

use super::fold::{Gap, Unit, is_han, sound, units};
use crate::registry::search;

/// A protected product with its names and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protected {
    /// `pro_…`
    pub product_id: String,
    /// Its name.
    pub name: String,
    /// Its aliases.
    pub aliases: Vec<String>,
    /// Names of the counties and cities it comes from, as they are: 晋州市.
    pub places: Vec<String>,
}

/// How a name resembles the protected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Its characters are parted by signs, or by some nobody sees.
    Parted,
    /// Some characters look like the right ones.
    LookAlike,
    /// Some characters sound like the right ones.
    SoundAlike,
    /// Written in pinyin only.
    Pinyin,
    /// Its characters or its parts are swapped.
    Swapped,
}

impl Likeness {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parted => "parted",
            Self::LookAlike => "look_alike",
            Self::SoundAlike => "sound_alike",
            Self::Pinyin => "pinyin",
            Self::Swapped => "swapped",
        }
    }
}

/// How a name is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Exact,
    /// With a word that makes it a manner: 味, 式, 仿 ….
    Style(String),
    /// Something like it.
    Similar(Likeness),
}

/// One use of a protected name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameUse {
    /// `pro_…`
    pub product_id: String,
    /// The protected name.
    pub name: String,
    /// What is written.
    pub written: String,
    /// How.
    pub form: Form,
}

/// Words after a name that make it a manner of something, with what may follow so that they don't.
const AFTER: &[(&str, &str)] = &[
    ("风格", ""),
    ("风味", ""),
    ("口味", ""),
    ("同款", ""),
    ("味", "道甜美香浓鲜正佳好纯醇厚"),
    ("式", ""),
    ("型", ""),
    ("种", "植苗子源质的在出了于"),
    ("类", "目别"),
];
/// Words before a name that say it is not that.
const BEFORE: &[&str] = &["媲美", "堪比", "胜过", "赛过", "不输", "类似", "高仿", "仿", "赛"];
/// Words that say where something comes from or is sent from: the place after them is only a place.
const ORIGIN: &[&str] = &[
    "原产地",
    "主产地",
    "产地",
    "产区",
    "产自",
    "产于",
    "来自",
    "源自",
    "出自",
    "采自",
    "发货地",
    "发货",
    "发自",
    "寄自",
    "地址",
    "店址",
    "仓库",
    "生长在",
    "生长于",
    "种植于",
    "长在",
    "家住",
    "位于",
];
/// Larger places that may stand between such a word and the place.
const LARGER: &[&str] = &["河北省", "河北", "石家庄市", "石家庄", "中国", "我国", "沧州市", "邯郸市", "保定市", "省", "市"];
/// Words after a name that make it a place or an event and no goods.
const PLACE_AFTER: &[&str] = &["之乡", "故里", "文化节", "采摘节", "博物馆"];

/// One written form of a protected name, parted into place and goods.
#[derive(Debug, Clone)]
struct Known {
    product: usize,
    chars: Vec<char>,
    /// How many of them are the place; none where the name doesn't begin with one.
    place: usize,
    readings: Vec<String>,
}

/// Every protected name, ready to be looked for.
#[derive(Debug, Clone, Default)]
pub struct NameBook {
    products: Vec<Protected>,
    known: Vec<Known>,
}

/// A place without what sort of place it is: 晋州市 → 晋州, but 赵县 stays.
pub fn bare(place: &str) -> &str {
    let cut = place.strip_suffix(['市', '县', '区']).filter(|rest| rest.chars().count() >= 2);
    cut.map_or(place, |rest| rest.strip_suffix("自治").unwrap_or(rest))
}

impl NameBook {
    /// The book of these products. Names of fewer than three characters are left out: they are words of every day.
    pub fn new(products: Vec<Protected>) -> Self {
        let mut known = Vec::new();
        for (product, row) in products.iter().enumerate() {
            let places: Vec<String> = row.places.iter().map(|place| search::fold(bare(place))).collect();
            for name in std::iter::once(&row.name).chain(&row.aliases) {
                let folded = search::fold(name);
                let chars: Vec<char> = folded.chars().filter(|c| c.is_alphanumeric()).collect();
                if chars.len() < 3 {
                    continue;
                }
                let place = places.iter().filter(|place| folded.starts_with(place.as_str())).map(|place| place.chars().count()).max();
                let readings = search::search_text(&[name], &[], &[], &[]);
                // Initials are as long as the name; they are words of every day too.
                let readings = readings.lines().filter(|line| line.is_ascii() && line.len() > chars.len() && line.len() >= 7);
                let readings = readings.map(str::to_owned).collect();
                known.push(Known { product, place: place.unwrap_or(0), readings, chars });
            }
        }
        // The longest first, so that it covers what it contains.
        known.sort_by_key(|known| std::cmp::Reverse(known.chars.len()));
        Self { products, known }
    }

    /// The product of an id.
    pub fn product(&self, id: &str) -> Option<&Protected> {
        self.products.iter().find(|row| row.product_id == id)
    }

    /// The product that bears this name or alias.
    pub fn named(&self, name: &str) -> Option<&Protected> {
        let folded = search::fold(name);
        let known = self.known.iter().find(|known| known.chars.iter().copied().eq(folded.chars().filter(|c| c.is_alphanumeric())));
        known.map(|known| &self.products[known.product])
    }

    /// Every protected name a title uses, each product once, its plainest use first.
    pub fn uses(&self, title: &str) -> Vec<NameUse> {
        let units = units(title);
        let mut covered = vec![false; units.len()];
        let mut found: BTreeMap<usize, NameUse> = BTreeMap::new();
        let present: HashSet<char> = units.iter().flat_map(|unit| [unit.c, unit.look]).collect();
        let mut put = |known: &Known, from: usize, to: usize, form: Form| {
            let row = &self.products[known.product];
            let written = title[units[from].at.0..units[to - 1].at.1].to_owned();
            let new = NameUse { product_id: row.product_id.clone(), name: row.name.clone(), written, form };
            let rank = |form: &Form| match form {
                Form::Style(_) => 0,
                Form::Exact => 1,
                Form::Similar(_) => 2,
            };
            if found.get(&known.product).is_none_or(|old| rank(&new.form) < rank(&old.form)) {
                found.insert(known.product, new);
            }
        };
        for known in &self.known {
            for from in exact_places(&units, &known.chars) {
                let to = from + known.chars.len();
                if covered[from..to].contains(&true) {
                    continue;
                }
                covered[from..to].fill(true);
                if let Some(form) = form_of(&units, known, from, to) {
                    put(known, from, to, form);
                }
            }
        }
        for known in &self.known {
            let enough = known.chars.iter().filter(|c| present.contains(c)).count() * 2 >= known.chars.len();
            let near = if enough { near(&units, known, &covered) } else { None };
            if let Some((from, to, likeness)) = near {
                put(known, from, to, Form::Similar(likeness));
            } else if let Some((from, to)) = in_pinyin(&units, known) {
                put(known, from, to, Form::Similar(Likeness::Pinyin));
            }
        }
        let mut found: Vec<NameUse> = found.into_values().collect();
        found.sort_by_key(|found| matches!(found.form, Form::Similar(_)));
        found
    }
}

/// Where exactly these characters stand one after another, whatever is between them.
fn exact_places(units: &[Unit], chars: &[char]) -> Vec<usize> {
    let all = units.windows(chars.len()).enumerate();
    all.filter(|(_, window)| window.iter().zip(chars).all(|(unit, c)| unit.c == *c)).map(|(at, _)| at).collect()
}

/// Does the text before `at` end with one of these words, over at most one gap?
fn ends_with<'a>(units: &[Unit], at: usize, words: &[&'a str]) -> Option<(usize, &'a str)> {
    words.iter().find_map(|word| {
        let length = word.chars().count();
        let from = at.checked_sub(length)?;
        units[from..at].iter().map(|unit| unit.c).eq(word.chars()).then_some((from, *word))
    })
}

fn begins_with(units: &[Unit], at: usize, word: &str) -> bool {
    let length = word.chars().count();
    units.len() >= at + length && units[at..at + length].iter().map(|unit| unit.c).eq(word.chars())
}

/// Is the place that begins at `at` governed by a word of origin?
fn is_origin(units: &[Unit], mut at: usize) -> bool {
    while let Some((before, _)) = ends_with(units, at, LARGER) {
        at = before;
    }
    ends_with(units, at, ORIGIN).is_some()
}

/// How the name that stands from `from` to `to` is used; nothing if it isn't used but only its place named.
fn form_of(units: &[Unit], known: &Known, from: usize, to: usize) -> Option<Form> {
    if known.place > 0 && is_origin(units, from) {
        return None;
    }
    if PLACE_AFTER.iter().any(|word| begins_with(units, to, word)) {
        return None;
    }
    let follows = |word: &str| begins_with(units, to, word) && units[to].gap == Gap::None;
    for (word, unless) in AFTER.iter().filter(|(word, _)| follows(word)) {
        let next = units.get(to + word.chars().count()).filter(|unit| unit.gap == Gap::None);
        if !next.is_some_and(|unit| unless.contains(unit.c)) {
            return Some(Form::Style((*word).to_owned()));
        }
    }
    if let Some((_, word)) = ends_with(units, from, BEFORE).filter(|_| units[from].gap == Gap::None) {
        return Some(Form::Style(word.to_owned()));
    }
    // A blank between place and goods is how many write it; anything else between its characters is not.
    let inside = (from + 1..to).map(|no| (no - from, units[no].gap));
    let parted = inside.into_iter().any(|(no, gap)| match gap {
        Gap::None => false,
        Gap::Blank => no != known.place,
        Gap::Sign => true,
    });
    Some(if parted { Form::Similar(Likeness::Parted) } else { Form::Exact })
}

/// Where something like the name stands that is not the name.
fn near(units: &[Unit], known: &Known, covered: &[bool]) -> Option<(usize, usize, Likeness)> {
    let length = known.chars.len();
    for from in 0..(units.len() + 1).saturating_sub(length) {
        let to = from + length;
        let window = &units[from..to];
        if covered[from..to].contains(&true) || is_origin(units, from) {
            continue;
        }
        // 鸭梨晋州产, 鸭梨晋州特产: what follows makes it a place.
        let ends = units.get(to).is_none_or(|next| next.gap != Gap::None || next.c.is_ascii_digit());
        if let Some(likeness) = resembles(window, known, ends) {
            return Some((from, to, likeness));
        }
    }
    None
}

fn resembles(window: &[Unit], known: &Known, ends: bool) -> Option<Likeness> {
    let equal = window.iter().zip(&known.chars).filter(|(unit, c)| unit.c == **c).count();
    let length = known.chars.len();
    if equal * 2 >= length && equal < length {
        let mut likeness = None;
        for (unit, c) in window.iter().zip(&known.chars).filter(|(unit, c)| unit.c != **c) {
            let how = if unit.look == *c {
                Likeness::LookAlike
            } else if is_han(unit.c) && sound(unit.c).is_some_and(|own| sound(*c) == Some(own)) {
                Likeness::SoundAlike
            } else {
                return swapped(window, known, ends);
            };
            likeness = likeness.or(Some(how));
        }
        return likeness;
    }
    swapped(window, known, ends)
}

/// The place's characters in another order before the goods; or the goods, and the place right after them and nothing more.
fn swapped(window: &[Unit], known: &Known, ends: bool) -> Option<Likeness> {
    let (place, goods) = known.chars.split_at(known.place);
    if place.is_empty() || goods.len() < 2 {
        return None;
    }
    let told = |units: &[Unit], chars: &[char]| units.iter().map(|unit| unit.c).eq(chars.iter().copied());
    let (first, rest) = window.split_at(known.place);
    let mut sorted: (Vec<char>, Vec<char>) = (first.iter().map(|unit| unit.c).collect(), place.to_vec());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    if told(rest, goods) && sorted.0 == sorted.1 && !told(first, place) {
        return Some(Likeness::Swapped);
    }
    let (first, rest) = window.split_at(goods.len());
    let tight = window[1..].iter().all(|unit| unit.gap == Gap::None);
    (tight && ends && told(first, goods) && told(rest, place)).then_some(Likeness::Swapped)
}

/// Where the name stands in letters; its parts may be parted by blanks or signs.
fn in_pinyin(units: &[Unit], known: &Known) -> Option<(usize, usize)> {
    let letters: Vec<(usize, char)> =
        units.iter().enumerate().filter(|(_, unit)| unit.look.is_ascii_alphabetic()).map(|(no, unit)| (no, unit.look)).collect();
    known.readings.iter().find_map(|reading| {
        let reading: Vec<char> = reading.chars().collect();
        let at = letters.windows(reading.len()).position(|window| window.iter().map(|(_, c)| c).eq(reading.iter()))?;
        // All of it is one run: no other character stands between.
        let (from, to) = (letters[at].0, letters[at + reading.len() - 1].0 + 1);
        (to - from == reading.len()).then_some((from, to))
    })
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
