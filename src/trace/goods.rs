//! What the register says of a product, as far as quantity needs it: unit, basis, season, and the one figure that caps output.
//!
//! That figure means what the basis says: base units a 亩 for plots, base units a kilogram (or litre, or piece) of input for raw
//! material, base units a day for capacity. A season is named after the year in which it begins.

use super::word::words;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Day, quantity};
use crate::registry::interval::DayInterval;
use crate::registry::product::{AccountBasis, SeasonWindow, YearDay};

words! {
    /// Who lets a batch go when every check has passed.
    ReleaseBy {
        /// The producer itself.
        Automatic = "automatic",
        /// The holder, because its rule says so.
        Holder = "holder",
    }
}

/// A product's terms.
#[derive(Debug, Clone)]
pub struct Goods {
    /// The product.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is counted in.
    pub unit: BaseUnit,
    /// What output rests on.
    pub basis: AccountBasis,
    /// The yearly season, where there is one.
    pub window: Option<SeasonWindow>,
    /// The yearly day on which a season's account closes.
    pub closing: Option<YearDay>,
    /// Fresh produce: nothing is carried over, unless the holder's rule sets a cap.
    pub fresh: bool,
    /// The most one account may bring over from the season before, by the holder's rule.
    pub carry_over_cap: Option<i64>,
    /// Who releases.
    pub release_by: ReleaseBy,
    /// The cap; see the module.
    pub cap: Option<i64>,
}

impl Goods {
    /// The season something of this day belongs to. Goods of the season before, still sold before its account closes, stay in it.
    pub fn season_of(&self, day: Day) -> String {
        let year = day.year();
        let Some(window) = &self.window else { return year.to_string() };
        if let Some(season) = window.season_of(day) {
            return season.to_string();
        }
        let last = window.last_day(year - 1);
        let closes = self.closing.as_ref().and_then(|c| window.closing_day(year - 1, c));
        let is_after_last = last.is_some_and(|last| last < day) && closes.is_some_and(|closes| day <= closes);
        (if is_after_last { year - 1 } else { year }).to_string()
    }
    /// First and last day of a season; the calendar year where the product has no window.
    pub fn season_days(&self, season: &str) -> Option<DayInterval> {
        let year: i32 = season.parse().ok()?;
        let (first, last) = match &self.window {
            Some(window) => (window.first_day(year)?, window.last_day(year)?),
            None => (Day::parse(&format!("{year:04}-01-01"))?, Day::parse(&format!("{year:04}-12-31"))?),
        };
        DayInterval::new(first, Some(last))
    }
    /// The day on which a season's account closes.
    pub fn closing_day(&self, season: &str) -> Option<Day> {
        let year: i32 = season.parse().ok()?;
        match (&self.window, &self.closing) {
            (Some(window), Some(closing)) => window.closing_day(year, closing),
            (None, Some(closing)) => closing.in_year(year + 1),
            _ => None,
        }
    }
    /// The most one account may bring over from the season before: the holder's cap, nothing of fresh produce without one, and as much as
    /// there is of goods that keep.
    pub fn most_carried(&self) -> Option<i64> {
        self.carry_over_cap.or(self.fresh.then_some(0))
    }
    /// Is this a season's name: a year of this century?
    pub fn is_season(season: &str) -> bool {
        season.len() == 4 && season.parse::<i32>().is_ok_and(|year| (2000..2100).contains(&year))
    }
    /// The season after one.
    pub fn season_after(season: &str) -> Option<String> {
        let next = season.parse::<i32>().ok().filter(|_| Self::is_season(season))? + 1;
        Some(next.to_string()).filter(|next| Self::is_season(next))
    }
    /// The most so much land can bear in a season.
    pub fn most_of_land(&self, area_m2: i64) -> Option<i64> {
        // 1 亩 = 2000/3 m²
        (self.basis == AccountBasis::Plots).then(|| scaled(self.cap?, area_m2, 3, 2000)).flatten()
    }
    /// The most so much input (in g, ml or pieces) can become.
    pub fn most_of_input(&self, input: i64) -> Option<i64> {
        let per = if self.unit == BaseUnit::Piece { 1 } else { 1000 };
        (self.basis == AccountBasis::RawMaterial).then(|| scaled(self.cap?, input, 1, per)).flatten()
    }
    /// The most so many days can make.
    pub fn most_of_days(&self, days: i64) -> Option<i64> {
        (self.basis == AccountBasis::Capacity).then(|| scaled(self.cap?, days, 1, 1)).flatten()
    }
    /// An amount for people.
    pub fn show(&self, amount: i64) -> String {
        self.unit.show(amount)
    }
}

/// `cap × amount × by ÷ of`, rounded down, at most [`quantity::MOST`].
fn scaled(cap: i64, amount: i64, by: i128, of: i128) -> Option<i64> {
    let most = i128::from(cap.max(0)) * i128::from(amount.max(0)) * by / of;
    Some(i64::try_from(most).unwrap_or(quantity::MOST).min(quantity::MOST))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn pears() -> Goods {
        let day = |text| YearDay::parse(text).unwrap();
        Goods {
            id: "pro_1".to_owned(),
            name: "晋州鸭梨".to_owned(),
            unit: BaseUnit::G,
            basis: AccountBasis::Plots,
            window: Some(SeasonWindow { from: day("08-20"), to: day("10-31") }),
            closing: Some(day("06-30")),
            fresh: true,
            carry_over_cap: None,
            release_by: ReleaseBy::Automatic,
            cap: Some(2_500_000),
        }
    }

    #[test]
    fn pears_from_the_store_belong_to_last_autumn() {
        let season = |text| pears().season_of(Day::parse(text).unwrap());
        assert_eq!(["2026-08-19", "2026-09-12", "2026-12-31"].map(season), ["2026", "2026", "2026"]);
        assert_eq!(["2027-02-01", "2027-06-30", "2027-07-01"].map(season), ["2026", "2026", "2027"]);
    }

    #[test]
    fn a_season_over_new_year_keeps_its_first_year() {
        let mut noodles = pears();
        noodles.window = Some(SeasonWindow { from: YearDay::parse("10-15").unwrap(), to: YearDay::parse("04-15").unwrap() });
        let season = |text| noodles.season_of(Day::parse(text).unwrap());
        assert_eq!(["2026-10-15", "2027-01-01", "2027-04-15", "2027-05-01"].map(season), ["2026", "2026", "2026", "2026"]);
        assert_eq!(season("2027-10-01"), "2027");
        assert_eq!(noodles.closing_day("2026"), Day::parse("2027-06-30"));
    }

    #[test]
    fn fresh_produce_is_carried_only_by_the_holders_rule() {
        // fresh, cap, the most
        let table = [
            (true, None, Some(0)),
            (true, Some(500), Some(500)),
            (false, Some(500), Some(500)),
            (false, Some(0), Some(0)),
            (false, None, None),
        ];
        for (fresh, cap, most) in table {
            let goods = Goods { fresh, carry_over_cap: cap, ..pears() };
            assert_eq!(goods.most_carried(), most, "{fresh} {cap:?}");
        }
    }

    #[test]
    fn caps_mean_what_the_basis_says() {
        let mut goods = pears();
        assert_eq!(goods.most_of_land(2000), Some(7_500_000), "three 亩 at 2,500 kg");
        assert_eq!((goods.most_of_input(1000), goods.most_of_days(1)), (None, None));
        goods.basis = AccountBasis::RawMaterial;
        goods.cap = Some(950);
        assert_eq!((goods.most_of_input(20_000), goods.most_of_land(2000)), (Some(19_000), None));
        goods.basis = AccountBasis::Capacity;
        assert_eq!(goods.most_of_days(3), Some(2850));
        goods.cap = None;
        assert_eq!(goods.most_of_days(3), None);
    }
}
