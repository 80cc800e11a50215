//! Figures of listings: what was sold as a range, and the spread of prices. No figure is more exact than what it is read from.

use crate::kernel::Millis;

/// From so much to so much, both possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Between {
    /// At least.
    pub least: i64,
    /// At most.
    pub most: i64,
}

impl Between {
    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { least: self.least.saturating_add(other.least), most: self.most.saturating_add(other.most) }
    }
    /// So many pieces, each within `each`.
    #[must_use]
    pub fn times(self, each: Self) -> Self {
        Self { least: self.least.saturating_mul(each.least), most: self.most.saturating_mul(each.most) }
    }
    /// Both may be true: at least the larger least, at most the larger most.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { least: self.least.max(other.least), most: self.most.max(other.most) }
    }
}

/// A counter as a platform shows it stands for a range: 10000 may be “1万+”, 25341 is itself.
fn meant(shown: i64) -> Between {
    let mut step = 1;
    while shown >= 1000 && shown % (step * 10) == 0 && step * 10 <= shown {
        step *= 10;
    }
    let step = if step >= 100 { step } else { 1 };
    Between { least: shown, most: shown + step - 1 }
}

/// A counter that falls by no more than this percentage lost cancelled orders.
const CANCELLED: i64 = 10;

/// What was sold between the first and the last of these captures (time and counter, in order of time): nothing where there are no two with a
/// counter, or where the counter fell by more than orders are cancelled (it is of 30 days then, or was set back).
pub fn sold_between(seen: &[(Millis, Option<i64>)]) -> Option<Between> {
    let counters: Vec<i64> = seen.iter().filter_map(|(_, sold)| *sold).collect();
    let falls = |pair: &[i64]| exceeds(pair[0] - pair[1], pair[0], CANCELLED - 100);
    if counters.len() < 2 || counters.windows(2).any(falls) || counters[0] > counters[counters.len() - 1] {
        return None;
    }
    let (first, last) = (meant(counters[0]), meant(counters[counters.len() - 1]));
    if counters[0] == counters[counters.len() - 1] {
        return Some(Between { least: 0, most: last.most - first.least });
    }
    Some(Between { least: (last.least - first.most).max(0), most: last.most - first.least })
}

/// `above` more than `right` by more than `per_cent`?
pub fn exceeds(figure: i64, right: i64, per_cent: i64) -> bool {
    i128::from(figure) * 100 > i128::from(right) * i128::from(100 + per_cent)
}

/// The 5th and the 95th of a hundred, by nearest rank; `sorted` is not empty.
pub fn p5_p95(sorted: &[i64]) -> Between {
    let rank = |hundredths: usize| {
        let rank = (sorted.len() * hundredths).div_ceil(100).clamp(1, sorted.len());
        sorted[rank - 1]
    };
    Between { least: rank(5), most: rank(95) }
}

/// Fen a kilogram, or a litre, or a thousand pieces: whole fen, rounded down.
pub fn per_thousand(price_fen: i64, amount: i64) -> Option<i64> {
    let value = (i128::from(price_fen) * 1000).checked_div(i128::from(amount)).filter(|_| amount > 0)?;
    i64::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_ranges() {
        let between = |least, most| Some(Between { least, most });
        let seen = |counters: &[Option<i64>]| -> Vec<(Millis, Option<i64>)> { (0..).zip(counters.iter().copied()).collect() };
        let table: &[(&[Option<i64>], Option<Between>)] = &[
            (&[Some(25_341), Some(26_000)], between(659, 659 + 999)),
            (&[Some(10_000), Some(20_000)], between(1, 19_999)),
            (&[Some(120), Some(180)], between(60, 60)),
            (&[Some(100), None, Some(300)], between(200, 200)),
            (&[Some(500), Some(500)], between(0, 0)),
            (&[Some(10_000), Some(10_000)], between(0, 9_999)),
            (&[Some(300), Some(100)], None),
            (&[Some(100), Some(500), Some(450), Some(600)], between(500, 500)),
            (&[Some(100), Some(500), Some(449), Some(600)], None),
            (&[Some(500), Some(450)], None),
            (&[Some(300)], None),
            (&[None, None], None),
            (&[], None),
        ];
        for (counters, right) in table {
            assert_eq!(sold_between(&seen(counters)), *right, "{counters:?}");
        }
    }

    #[test]
    fn spreads_and_excesses() {
        let prices: Vec<i64> = (1..=100).collect();
        assert_eq!(p5_p95(&prices), Between { least: 5, most: 95 });
        assert_eq!(p5_p95(&[7]), Between { least: 7, most: 7 });
        assert!(exceeds(106, 100, 5) && !exceeds(105, 100, 5));
        assert_eq!(per_thousand(3990, 2500), Some(1596));
        assert_eq!(Between { least: 2, most: 3 }.times(Between { least: 500, most: 2500 }), Between { least: 1000, most: 7500 });
    }
}
