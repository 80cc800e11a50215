//! Administrative divisions (GB/T 2260 down to counties, statistical codes below) with their history.
//!
//! ```text
//! 13 01 33 101 205
//! │  │  │  │   └ village, 12 digits
//! │  │  │  └──── township, 9 digits
//! │  │  └─────── county          130133
//! │  └────────── prefecture      130100
//! └───────────── province        130000
//! ```
//! A code that was abolished stays valid on papers of its time: it is known, has successors, and is never rewritten.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How large a division is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// 省
    Province,
    /// 地级市
    Prefecture,
    /// 县, 市, 区, and statistics-only functional zones
    County,
    /// 乡, 镇, 街道
    Township,
    /// 村, 社区
    Village,
}

impl Level {
    /// Every level, largest first.
    pub const ALL: [Self; 5] = [Self::Province, Self::Prefecture, Self::County, Self::Township, Self::Village];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::Prefecture => "prefecture",
            Self::County => "county",
            Self::Township => "township",
            Self::Village => "village",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.word() == word)
    }
}

/// A division code: form only; whether it is known is a question to [`Divisions`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DivisionCode(String);

impl DivisionCode {
    /// Six, nine or twelve digits, the first two a province (11–82). Trailing `000` of a township written long are cut.
    pub fn parse(text: &str) -> Option<Self> {
        let mut code = text.trim();
        if !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        while code.len() > 6 {
            match code.strip_suffix("000") {
                Some(short) => code = short,
                None => break,
            }
        }
        let province: u32 = code.get(..2)?.parse().ok()?;
        let lower_without_upper = code.get(2..4)? == "00" && code.get(4..)?.bytes().any(|b| b != b'0');
        (matches!(code.len(), 6 | 9 | 12) && (11..=82).contains(&province) && !lower_without_upper).then(|| Self(code.to_owned()))
    }
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// How large it is.
    pub fn level(&self) -> Level {
        match (self.0.len(), &self.0[2..4], &self.0[4..6]) {
            (12, ..) => Level::Village,
            (9, ..) => Level::Township,
            (_, "00", _) => Level::Province,
            (_, _, "00") => Level::Prefecture,
            _ => Level::County,
        }
    }
    /// The division one level up; the province has none.
    pub fn parent(&self) -> Option<Self> {
        Some(Self(match self.level() {
            Level::Province => return None,
            Level::Prefecture => format!("{}0000", &self.0[..2]),
            Level::County => format!("{}00", &self.0[..4]),
            Level::Township => self.0[..6].to_owned(),
            Level::Village => self.0[..9].to_owned(),
        }))
    }
    /// The digits that everything inside it begins with: `1301` for 130100.
    pub fn prefix(&self) -> &str {
        let end = match self.level() {
            Level::Province => 2,
            Level::Prefecture => 4,
            Level::County => 6,
            Level::Township => 9,
            Level::Village => 12,
        };
        &self.0[..end]
    }
    /// Is `other` this division or inside it, by the arithmetic of the codes?
    pub fn contains(&self, other: &Self) -> bool {
        other.prefix().starts_with(self.prefix())
    }
    /// The county it lies in, if it is no larger than one.
    pub fn county(&self) -> Option<Self> {
        (self.level() >= Level::County).then(|| Self(self.0[..6].to_owned()))
    }
}

/// A division as today's list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Its code.
    pub code: DivisionCode,
    /// Its name, `晋州市`.
    pub name: String,
    /// Its kind in Chinese, `市`, `镇`, `功能区`.
    pub kind: String,
    /// The code one level up, as the list gives it.
    pub parent: Option<DivisionCode>,
    /// Is it in GB/T 2260 (as against a statistics-only zone)? Below counties always false.
    pub gbt2260: bool,
}

/// A code that ended, and what came after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// The abolished code.
    pub old_code: DivisionCode,
    /// Its name then.
    pub old_name: String,
    /// One successor, or several where it was shared out.
    pub successors: Vec<DivisionCode>,
    /// The year it ended, where known.
    pub ended: Option<i32>,
    /// Still to be verified.
    pub verify: bool,
}

/// Today's list and what came before.
#[derive(Debug, Clone, Default)]
pub struct Divisions {
    today: BTreeMap<DivisionCode, Division>,
    past: BTreeMap<DivisionCode, Succession>,
    /// `(parent, name)` of townships and counties → codes.
    by_name: BTreeMap<(DivisionCode, String), Vec<DivisionCode>>,
}

impl Divisions {
    /// From both lists.
    pub fn new(today: impl IntoIterator<Item = Division>, past: impl IntoIterator<Item = Succession>) -> Self {
        let mut divisions = Self::default();
        for division in today {
            if let Some(parent) = &division.parent {
                divisions.by_name.entry((parent.clone(), division.name.clone())).or_default().push(division.code.clone());
            }
            divisions.today.insert(division.code.clone(), division);
        }
        divisions.past.extend(past.into_iter().map(|s| (s.old_code.clone(), s)));
        divisions
    }
    /// In today's list.
    pub fn get(&self, code: &DivisionCode) -> Option<&Division> {
        self.today.get(code)
    }
    /// Abolished: how it went on.
    pub fn ended(&self, code: &DivisionCode) -> Option<&Succession> {
        self.past.get(code)
    }
    /// In today's list or abolished.
    pub fn is_known(&self, code: &DivisionCode) -> bool {
        self.today.contains_key(code) || self.past.contains_key(code)
    }
    /// Its name, today's or the one it ended with.
    pub fn name(&self, code: &DivisionCode) -> Option<&str> {
        self.get(code).map(|d| d.name.as_str()).or_else(|| self.ended(code).map(|s| s.old_name.as_str()))
    }
    /// What it is today: itself, or its successors followed to the end.
    pub fn today(&self, code: &DivisionCode) -> BTreeSet<DivisionCode> {
        let mut found = BTreeSet::new();
        let mut open = vec![code.clone()];
        // Each code is followed once, so that a circle in the list ends.
        let mut seen = BTreeSet::new();
        while let Some(code) = open.pop() {
            if !seen.insert(code.clone()) {
                continue;
            }
            match self.past.get(&code) {
                Some(succession) => open.extend(succession.successors.iter().cloned()),
                None if self.today.contains_key(&code) => {
                    found.insert(code);
                }
                None => {}
            }
        }
        found
    }
    /// The code with its predecessors and successors: how far a grant on it reaches.
    pub fn lineage(&self, code: &DivisionCode) -> BTreeSet<DivisionCode> {
        let mut all = self.today(code);
        all.insert(code.clone());
        let old: Vec<DivisionCode> = self.past.keys().filter(|old| !self.today(old).is_disjoint(&all)).cloned().collect();
        all.extend(old);
        all
    }
    /// Is `place` inside `area`, either of them as it was named then? A county shared out reaches all its successors, so a yes
    /// by way of several successors is no proof: ask [`Divisions::is_exact`] too.
    pub fn lies_in(&self, place: &DivisionCode, area: &DivisionCode) -> bool {
        if area.contains(place) {
            return true;
        }
        let areas = self.today(area);
        let county = place.county().unwrap_or_else(|| place.clone());
        let places = if self.past.contains_key(&county) { self.today(&county) } else { BTreeSet::from([place.clone()]) };
        areas.iter().any(|area| places.iter().any(|place| area.contains(place)))
    }
    /// Is this code in today's list, or did it go into one successor that took nothing else of the list?
    pub fn is_exact(&self, code: &DivisionCode) -> bool {
        match self.past.get(code) {
            None => self.today.contains_key(code),
            Some(succession) => match &succession.successors[..] {
                [only] => self.past.values().filter(|s| s.successors.contains(only)).count() == 1,
                _ => false,
            },
        }
    }
    /// The one division of this name directly inside `parent` today; `None` if there is none or more than one.
    pub fn named(&self, parent: &DivisionCode, name: &str) -> Option<&Division> {
        match self.by_name.get(&(parent.clone(), name.to_owned())).map(Vec::as_slice) {
            Some([code]) => self.today.get(code),
            _ => None,
        }
    }
    /// Every division of today, in the order of codes.
    pub fn iter(&self) -> impl Iterator<Item = &Division> {
        self.today.values()
    }
    /// Every abolished code.
    pub fn past(&self) -> impl Iterator<Item = &Succession> {
        self.past.values()
    }
}

#[cfg(test)]
mod tests;
