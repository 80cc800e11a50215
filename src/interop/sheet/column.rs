//! One column of a sheet: how it is headed in both languages, what stands in its cells, and an example. The same description makes the
//! template, reads what comes back, says what is wrong with it, and heads what is given out.

use crate::kernel::text;

/// A choice: the word stored, in Chinese, in English.
pub type Choice = (&'static str, &'static str, &'static str);

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// Digits and letters that are no number, however many: a number that a spreadsheet has rounded is refused.
    Code,
    /// A day.
    Day,
    /// A decimal that is not negative.
    Number,
    /// A whole number that is not negative.
    Whole,
    /// One of these.
    Choice(&'static [Choice]),
}

/// Where the drop-down of a template comes from, beside fixed choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Products the user deals with.
    Products,
    /// Growers in reach.
    Growers,
    /// Plots in reach.
    Plots,
    /// Facilities in reach.
    Facilities,
    /// Organisations in reach.
    Organisations,
    /// Sellers in reach.
    Sellers,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name among ours; its explanation is `sheet.column.<key>`.
    pub key: &'static str,
    /// Its heading in Chinese.
    pub zh: &'static str,
    /// Its heading in English.
    pub en: &'static str,
    /// Other headings it is known by.
    pub also: &'static [&'static str],
    /// What stands in it.
    pub kind: Kind,
    /// It must be filled in.
    pub must: bool,
    /// A right example.
    pub example: &'static str,
    /// Drop-down of the user's own data.
    pub from: Option<Source>,
}

impl Column {
    /// A column of this kind, which may be left empty.
    pub const fn new(key: &'static str, zh: &'static str, en: &'static str, kind: Kind, example: &'static str) -> Self {
        Self { key, zh, en, also: &[], kind, must: false, example, from: None }
    }
    /// It must be filled in.
    #[must_use]
    pub const fn must(self) -> Self {
        Self { must: true, ..self }
    }
    /// Other headings it is known by.
    #[must_use]
    pub const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }
    /// With a drop-down of the user's own data.
    #[must_use]
    pub const fn from(self, from: Source) -> Self {
        Self { from: Some(from), ..self }
    }
    /// Its heading.
    pub fn heading(&self, english: bool) -> &'static str {
        if english { self.en } else { self.zh }
    }
    /// Is this one of its headings? Width, case, blanks and an asterisk make no difference.
    pub fn is_headed(&self, heading: &str) -> bool {
        let heading = plain(heading);
        [self.zh, self.en, self.key].iter().chain(self.also).any(|name| plain(name) == heading)
    }
    /// The choices in one language.
    pub fn choices(&self, english: bool) -> Vec<&'static str> {
        match self.kind {
            Kind::Choice(choices) => choices.iter().map(|(_, zh, en)| if english { *en } else { *zh }).collect(),
            _ => Vec::new(),
        }
    }
    /// A stored word as people read it.
    pub fn said<'a>(&self, word: &'a str, english: bool) -> &'a str {
        match self.kind {
            Kind::Choice(choices) => choices.iter().find(|c| c.0 == word).map_or(word, |(_, zh, en)| if english { en } else { zh }),
            _ => word,
        }
    }
}

/// A heading without what makes no difference.
pub fn plain(heading: &str) -> String {
    let bare = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '（' | '）' | '(' | ')');
    text::clean(heading).chars().map(text::narrow).filter(|c| !bare(*c)).flat_map(char::to_lowercase).collect()
}

/// The letters of a column as a spreadsheet shows them; the first is 0.
pub fn letters(index: usize) -> String {
    let (mut rest, mut out) = (index + 1, Vec::new());
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        out.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    out.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_a_spreadsheet_does() {
        for (index, right) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(index), right);
        }
    }
}
