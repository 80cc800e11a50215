//! A product under a geographical name: what it is counted in, what its output rests on, when its season is.
//!
//! 晋州鸭梨 grows on plots; 藁城宫面 is made from flour; porcelain comes out of kilns: the account's basis differs, and with it
//! what must be shown before output is approved. Season, closing date and carry-over are the holder's yearly notice, not law.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::Day;

/// What approved output is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountBasis {
    /// Area × yield cap by variety.
    Plots,
    /// What a facility can make in a season.
    Capacity,
    /// Purchases of raw material × ratio.
    RawMaterial,
}

impl AccountBasis {
    /// Every basis.
    pub const ALL: [Self; 3] = [Self::Plots, Self::Capacity, Self::RawMaterial];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Plots => "plots",
            Self::Capacity => "capacity",
            Self::RawMaterial => "raw_material",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.word() == word)
    }
    /// Does output rest on plots, so that batches name plots or deliveries from them?
    pub fn has_plots(self) -> bool {
        self == Self::Plots
    }
    /// Is a cap per 亩 asked for?
    pub fn has_yield_cap(self) -> bool {
        self == Self::Plots
    }
    /// Is a ratio of output to input asked for?
    pub fn has_conversion(self) -> bool {
        self == Self::RawMaterial
    }
}

/// The five classes of GB/T 43583-2023 《地理标志认定 产品分类与代码》.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProductClass {
    /// 食用农林产品及食品
    Food,
    /// 非食用农林产品
    NonFood,
    /// 中药材
    Medicinal,
    /// 手工艺品
    Handicraft,
    /// 其他
    Other,
}

impl ProductClass {
    /// Every class in the standard's order.
    pub const ALL: [Self; 5] = [Self::Food, Self::NonFood, Self::Medicinal, Self::Handicraft, Self::Other];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Food => "food",
            Self::NonFood => "non_food",
            Self::Medicinal => "medicinal",
            Self::Handicraft => "handicraft",
            Self::Other => "other",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.word() == word)
    }
    /// The standard's name of the class.
    pub fn name(self) -> &'static str {
        match self {
            Self::Food => "食用农林产品及食品",
            Self::NonFood => "非食用农林产品",
            Self::Medicinal => "中药材",
            Self::Handicraft => "手工艺品",
            Self::Other => "其他",
        }
    }
    /// Is withdrawal from the market spoken of as food recall or 追回, and do food rules apply?
    pub fn is_food(self) -> bool {
        self == Self::Food
    }
}

/// A month and day that comes every year, `08-20`; never 29 February.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct YearDay(String);

impl YearDay {
    /// Reads `MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        // 2001 had no 29 February.
        Day::parse(&format!("2001-{text}")).map(|_| Self(text.to_owned()))
    }
    /// As stored, `08-20`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The day of that year.
    pub fn in_year(&self, year: i32) -> Option<Day> {
        Day::parse(&format!("{year:04}-{}", self.0))
    }
}

impl TryFrom<String> for YearDay {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a month and day; write MM-DD"))
    }
}
impl From<YearDay> for String {
    fn from(day: YearDay) -> Self {
        day.0
    }
}

/// The yearly season of a product. A season is named after the year in which it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeasonWindow {
    /// First day.
    pub from: YearDay,
    /// Last day; before `from` if the season passes over new year.
    pub to: YearDay,
}

impl SeasonWindow {
    /// Is the last day in the year after the first?
    pub fn passes_new_year(&self) -> bool {
        self.to < self.from
    }
    /// Is this day in season?
    pub fn contains(&self, day: Day) -> bool {
        self.season_of(day).is_some()
    }
    /// The season a harvest on this day belongs to; `None` out of season.
    pub fn season_of(&self, day: Day) -> Option<i32> {
        [day.year(), day.year() - 1].into_iter().find(|season| {
            let (first, last) = (self.first_day(*season), self.last_day(*season));
            first.is_some_and(|first| first <= day) && last.is_some_and(|last| day <= last)
        })
    }
    /// The first day of a season.
    pub fn first_day(&self, season: i32) -> Option<Day> {
        self.from.in_year(season)
    }
    /// The last day of a season.
    pub fn last_day(&self, season: i32) -> Option<Day> {
        self.to.in_year(season + i32::from(self.passes_new_year()))
    }
    /// When the season's account closes: the first `closing` after the season's last day.
    pub fn closing_day(&self, season: i32, closing: &YearDay) -> Option<Day> {
        let last = self.last_day(season)?;
        closing.in_year(last.year()).filter(|day| *day > last).or_else(|| closing.in_year(last.year() + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }
    fn window(from: &str, to: &str) -> SeasonWindow {
        SeasonWindow { from: YearDay::parse(from).unwrap(), to: YearDay::parse(to).unwrap() }
    }

    #[test]
    fn what_an_account_rests_on() {
        // basis, plots, yield cap, conversion
        let table = [("plots", true, true, false), ("capacity", false, false, false), ("raw_material", false, false, true)];
        for (basis, row) in AccountBasis::ALL.into_iter().zip(table) {
            assert_eq!((basis.word(), basis.has_plots(), basis.has_yield_cap(), basis.has_conversion()), row);
            assert_eq!(AccountBasis::parse(basis.word()), Some(basis));
        }
        for class in ProductClass::ALL {
            assert_eq!(ProductClass::parse(class.word()), Some(class));
            assert_eq!(class.is_food(), class.name().contains("食品"));
        }
    }

    #[test]
    fn a_season_is_named_after_the_year_it_begins_in() {
        let pears = window("08-20", "10-31");
        assert_eq!(pears.season_of(day("2026-08-20")), Some(2026));
        assert_eq!(pears.season_of(day("2026-08-19")), None);
        assert_eq!(pears.closing_day(2026, &YearDay::parse("06-30").unwrap()), Some(day("2027-06-30")));
        assert_eq!(pears.closing_day(2026, &YearDay::parse("12-31").unwrap()), Some(day("2026-12-31")));
        let noodles = window("10-15", "04-15");
        assert!(noodles.passes_new_year() && !pears.passes_new_year());
        assert_eq!(noodles.season_of(day("2026-12-31")), Some(2026));
        assert_eq!(noodles.season_of(day("2027-04-15")), Some(2026));
        assert_eq!(noodles.season_of(day("2027-04-16")), None);
        assert_eq!(noodles.closing_day(2026, &YearDay::parse("04-15").unwrap()), Some(day("2028-04-15")), "strictly after the last day");
        assert_eq!(noodles.closing_day(2026, &YearDay::parse("06-30").unwrap()), Some(day("2027-06-30")));
    }

    #[test]
    fn a_year_day_exists_in_every_year() {
        for bad in ["02-29", "2-28", "13-01", "00-10", "06-31", "0620", "", "06-30 "] {
            assert_eq!(YearDay::parse(bad), None, "{bad}");
        }
        assert_eq!(YearDay::parse("02-28").unwrap().in_year(2028), Some(day("2028-02-28")));
    }
}
