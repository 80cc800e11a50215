//! The months of a product, as a band of twelve and in words.

use std::fmt::Write;

use crate::web::words::Lang;

/// What the months mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeasonKind {
    /// 采收
    Harvest,
    /// 生产, for goods that are made rather than grown.
    Production,
}

/// A yearly season.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Season {
    /// January first.
    pub months: [bool; 12],
    /// What the months mean.
    pub kind: SeasonKind,
}

impl Season {
    /// From a yearly window `MM-DD`–`MM-DD`, which may pass over new year; `None` if either is not such a day.
    pub fn from_window(from: &str, to: &str, kind: SeasonKind) -> Option<Self> {
        let month = |text: &str| -> Option<usize> {
            let (month, day) = text.split_once('-')?;
            let day: u8 = day.parse().ok()?;
            let month: usize = month.parse().ok()?;
            ((1..=12).contains(&month) && (1..=31).contains(&day)).then(|| month - 1)
        };
        let (first, last) = (month(from)?, month(to)?);
        // A window inside one month that runs backwards goes round the year.
        let round = first == last && from > to;
        let inside = |m: usize| round || if first <= last { (first..=last).contains(&m) } else { m >= first || m <= last };
        Some(Self { months: std::array::from_fn(inside), kind })
    }

    /// Is this month (1–12) in season?
    pub fn has(&self, month: u8) -> bool {
        month.checked_sub(1).and_then(|m| self.months.get(usize::from(m))).copied().unwrap_or(false)
    }

    /// `时令：8–10月` or `Season: Aug–Oct`.
    pub fn words(&self, lang: Lang) -> String {
        let months = if self.months.iter().all(|m| *m) {
            lang.say("season.all_year").into_owned()
        } else {
            lang.say1("season.months", "list", self.runs(lang))
        };
        lang.say1("season.text", "months", months)
    }

    /// Runs of months, a run over new year as one.
    fn runs(&self, lang: Lang) -> String {
        const ENGLISH: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let name = |m: usize| if lang.english() { ENGLISH[m % 12].to_owned() } else { (m % 12 + 1).to_string() };
        let begins = (0..12).filter(|&m| self.months[m] && !self.months[(m + 11) % 12]);
        let runs = begins.map(|first| {
            let length = (0..12).take_while(|step| self.months[(first + step) % 12]).count();
            if length == 1 { name(first) } else { format!("{}–{}", name(first), name(first + length - 1)) }
        });
        runs.collect::<Vec<_>>().join(&lang.say("portal.comma"))
    }

    /// Twelve fields as SVG, a picture of [`Self::words`]. Contains no foreign text.
    pub(super) fn band(&self) -> String {
        let mut svg = String::from(r#"<svg class="season" viewBox="0 0 240 10" aria-hidden="true" focusable="false">"#);
        for (i, inside) in self.months.iter().enumerate() {
            let fill = if *inside { "#b37a12" } else { "#e6e0d2" };
            // Writing to a String can't fail.
            let _ = write!(svg, r#"<rect x="{}" width="18" height="10" rx="1" fill="{fill}"/>"#, i * 20 + 1);
        }
        svg + "</svg>"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_becomes_months() {
        let season = |from, to| Season::from_window(from, to, SeasonKind::Harvest).unwrap();
        assert_eq!(season("08-20", "10-31").words(Lang::Chinese), "时令：8–10月");
        assert_eq!(season("10-15", "04-15").words(Lang::English), "Season: Oct–Apr");
        assert_eq!(season("06-01", "06-20").words(Lang::Chinese), "时令：6月");
        assert_eq!(season("06-20", "06-01").words(Lang::Chinese), "时令：全年");
        assert!(season("10-15", "04-15").has(1) && !season("10-15", "04-15").has(5) && !season("10-15", "04-15").has(0));
        assert_eq!(Season::from_window("13-01", "04-15", SeasonKind::Harvest), None);
        assert_eq!(Season::from_window("", "04-15", SeasonKind::Harvest), None);
    }
}
