//! Typing a number instead of scanning it, the scratch PIN, and the answers that need no facts.

use askama::Template;

use super::Frame;
use super::code::grouped;
use super::said::{NoFacts, Said};
use crate::kernel::{crockford, text};
use crate::trace::verdict::Verdict;
use crate::web::pages::Site;
use crate::web::words::Lang;

/// What is shown again of what was typed, at most.
const MOST_SHOWN: usize = 40;

/// The typed-code form.
#[derive(Debug, Clone, Default)]
pub struct TypedForm<'a> {
    /// What was typed before; empty at first.
    pub typed: &'a str,
    /// The form was sent empty.
    pub empty: bool,
    /// What was typed is not a number of ours, with the groups at fault (see [`groups_at_fault`]).
    pub mistyped: Option<Vec<usize>>,
}

/// Which groups (from 1) have not four characters or a foreign one. Which character of a well-formed number is wrong can't
/// be known, so a wrong check character names no group. Without blanks or dashes only foreign characters of a number of the
/// right length can be placed.
pub fn groups_at_fault(typed: &str) -> Vec<usize> {
    let foreign = |group: &str| group.chars().any(|c| crockford::value(text::narrow(c)).is_none());
    let parts: Vec<&str> =
        typed.split(|c: char| c.is_whitespace() || matches!(c, '-' | '‐' | '–' | '—' | '－')).filter(|p| !p.is_empty()).collect();
    let numbered = |groups: Vec<String>, short_too: bool| {
        let wrong = groups.iter().enumerate().filter(|(_, g)| (short_too && g.chars().count() != 4) || foreign(g));
        wrong.map(|(i, _)| i + 1).collect()
    };
    match parts.as_slice() {
        [whole] if whole.chars().count() == 20 => {
            let chars: Vec<char> = whole.chars().collect();
            numbered(chars.chunks(4).map(|c| c.iter().collect()).collect(), false)
        }
        parts if parts.len() == 5 => numbered(parts.iter().map(|p| (*p).to_owned()).collect(), true),
        _ => Vec::new(),
    }
}

#[derive(Template)]
#[template(path = "consumer/typed.html")]
struct TypedTemplate<'a> {
    frame: Frame<'a>,
    said: Option<&'a Said>,
    typed: String,
    empty: bool,
}

/// The typed-code form, or the page of a mistyped number with the form in it.
///
/// # Errors
/// Only if the template can't be written.
pub fn typed_page(lang: Lang, site: &Site, form: &TypedForm<'_>) -> Result<String, askama::Error> {
    let said = form.mistyped.as_ref().map(|groups| NoFacts::Mistyped(groups.clone()).said(lang, site));
    let title = said.as_ref().map_or_else(|| lang.say("typed.title").into_owned(), |s| s.headline.clone());
    let typed = form.typed.chars().take(MOST_SHOWN).collect();
    TypedTemplate { frame: Frame::new(lang, site, &title), said: said.as_ref(), typed, empty: form.empty }.render()
}

#[derive(Template)]
#[template(path = "consumer/no_facts.html")]
struct NoFactsTemplate<'a> {
    frame: Frame<'a>,
    said: &'a Said,
    go: (&'static str, &'static str),
    where_seen: bool,
}

/// The page of an unknown code, of a throttled visitor and of an outage. A mistyped number gets the form.
///
/// # Errors
/// Only if the template can't be written.
pub fn no_facts_page(lang: Lang, site: &Site, answer: &NoFacts) -> Result<String, askama::Error> {
    if let NoFacts::Mistyped(groups) = answer {
        return typed_page(lang, site, &TypedForm { mistyped: Some(groups.clone()), ..TypedForm::default() });
    }
    let said = answer.said(lang, site);
    let unknown = *answer == NoFacts::Unknown;
    // An empty link asks for the same address again.
    let go = if unknown { ("/q", "scan.again") } else { ("", "scan.retry") };
    NoFactsTemplate { frame: Frame::new(lang, site, &said.headline), said: &said, go, where_seen: unknown }.render()
}

/// The scratch-PIN form, and its answers that leave the form standing.
#[derive(Debug, Clone, Default)]
pub struct PinForm<'a> {
    /// The 20 characters.
    pub code: &'a str,
    /// The last entry was wrong.
    pub wrong: bool,
    /// Seconds until the next entry is taken; 0 at once.
    pub wait_seconds: u32,
    /// No more entries today.
    pub tomorrow: bool,
}

#[derive(Template)]
#[template(path = "consumer/pin.html")]
struct PinTemplate<'a> {
    frame: Frame<'a>,
    said: Option<&'a Said>,
    code: &'a str,
    grouped: String,
    wait: Option<String>,
    form: bool,
}

/// The scratch-PIN form; its first page, after a wrong entry, while waiting, or closed until tomorrow. Right entries are
/// answered by [`super::verdict_page`].
///
/// # Errors
/// Only if the template can't be written.
pub fn pin_page(lang: Lang, site: &Site, pin: &PinForm<'_>) -> Result<String, askama::Error> {
    let said = if pin.tomorrow {
        Some(NoFacts::ThrottledUntilTomorrow.said(lang, site))
    } else if pin.wrong {
        let part = |part: &str| lang.say(&format!("verdict.{}.{part}", Verdict::PinWrong.word())).into_owned();
        Some(Said { headline: part("headline"), explanation: part("explanation"), can: part("can"), cannot: part("cannot") })
    } else if pin.wait_seconds > 0 {
        Some(NoFacts::Throttled { minutes: pin.wait_seconds.div_ceil(60) }.said(lang, site))
    } else {
        None
    };
    let title = said.as_ref().map_or_else(|| lang.say("pin.title").into_owned(), |s| s.headline.clone());
    PinTemplate {
        frame: Frame::new(lang, site, &title),
        said: said.as_ref(),
        code: pin.code,
        grouped: grouped(pin.code),
        wait: (pin.wrong && pin.wait_seconds > 0).then(|| lang.say1("pin.wait", "seconds", pin.wait_seconds)),
        form: !pin.tomorrow,
    }
    .render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_only_for_its_form() {
        assert_eq!(groups_at_fault("0K7M 3Q25 0FT3 BCKB FGHE"), Vec::<usize>::new());
        assert_eq!(groups_at_fault("0K7M 3Q2 0FT3 BCKBX FGHE"), [2, 4]);
        assert_eq!(groups_at_fault("0k7m-3q25-0ft3-bckb-fg#e"), [5]);
        assert_eq!(groups_at_fault("0K7M3Q250FU3BCKBFGHE"), [3]);
        assert_eq!(groups_at_fault("OK7M IQ25 LFT3 BCKB FGHE"), Vec::<usize>::new(), "O, I and L are read");
        assert_eq!(groups_at_fault("０Ｋ７Ｍ 3Q25 0FT3 BCKB FGHE"), Vec::<usize>::new(), "full width");
        assert_eq!(groups_at_fault("0K7M3Q250FU3BCKBFGH"), Vec::<usize>::new(), "too short to place anything");
        assert_eq!(groups_at_fault("雪花梨"), Vec::<usize>::new());
    }
}
