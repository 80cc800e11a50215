//! Words for people, Chinese first with an English twin, from `assets/words`. A key that is missing in English falls
//! back to Chinese; a test keeps both languages equal in keys and placeholders.

use std::borrow::Cow;
use std::fmt::Display;

use rust_i18n::t;

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// 中文
    #[default]
    Chinese,
    /// English
    English,
}

impl Lang {
    /// Reads `?lang=`; anything but `en` is Chinese.
    pub fn from_query(lang: Option<&str>) -> Self {
        if lang.is_some_and(|l| l.eq_ignore_ascii_case("en")) { Self::English } else { Self::Chinese }
    }
    /// BCP 47 tag for `<html lang>` and for looking words up.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
    /// Is this English?
    pub fn english(self) -> bool {
        self == Self::English
    }
    /// The other language.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }
    /// Value of `lang=` in a link.
    pub fn query_value(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }
    /// `?lang=en` on English pages, nothing on Chinese ones; goes after a path and before a fragment.
    pub fn query(self) -> &'static str {
        match self {
            Self::Chinese => "",
            Self::English => "?lang=en",
        }
    }
    /// The words of `key`.
    pub fn say(self, key: &str) -> Cow<'_, str> {
        t!(key, locale = self.tag())
    }
    /// The words of `key` with one value in them.
    pub fn say1(self, key: &str, name: &str, value: impl Display) -> String {
        self.fill(key, &[(name, &value.to_string())])
    }
    /// The words of `key` with values in them. A value is never read for placeholders itself.
    pub fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        fill(&self.say(key), values)
    }
    /// The two words of `zh` and `en`, for data that carries both; English falls back to Chinese.
    pub fn of<'a>(self, zh: &'a str, en: Option<&'a str>) -> &'a str {
        if self.english() { en.filter(|e| !e.is_empty()).unwrap_or(zh) } else { zh }
    }
}

/// Puts `values` in place of `%{name}` in one pass.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len() + 32), text);
    while let Some(start) = rest.find("%{") {
        let Some(length) = rest[start..].find('}') else { break };
        let name = &rest[start + 2..start + length];
        out.push_str(&rest[..start]);
        match values.iter().find(|(n, _)| *n == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[start..=start + length]),
        }
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_read_for_placeholders() {
        assert_eq!(fill("%{a}，%{b}%{c", &[("a", "%{b}"), ("b", "乙")]), "%{b}，乙%{c");
        assert_eq!(fill("%{x}", &[]), "%{x}");
    }

    #[test]
    fn languages_are_told_apart() {
        assert_eq!(Lang::English.say("scan.other_language"), "中文");
        assert_eq!(Lang::Chinese.say("scan.other_language"), "English");
        assert_eq!(Lang::from_query(Some("EN")), Lang::English);
        assert_eq!(Lang::from_query(Some("fr")), Lang::Chinese);
        assert_eq!(Lang::English.of("鸭梨", Some("")), "鸭梨");
    }
}
