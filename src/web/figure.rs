//! Figures of refusals and checks as people read them: words that are stored as ours (`suspended 2026-09-01`, `township`), names of
//! rights, and units are said in the reader's language; everything else is data and stands as it is.

use super::words::Lang;
use crate::registry::right::{RightStatus, Route};

/// Words of checks, under `work.check_word`.
const OURS: [&str; 9] = ["polygon", "township", "village_declared", "unknown", "in_force", "suspended", "not_yet", "ended", "not_granted"];

/// A figure of a check: a word of ours, perhaps with a day after it.
pub fn figure(lang: Lang, found: &str) -> String {
    let (word, rest) = found.split_once(' ').unwrap_or((found, ""));
    let group = if OURS.contains(&word) {
        "work.check_word"
    } else if RightStatus::parse(word).is_some() {
        "right_status"
    } else {
        return in_units(lang, found);
    };
    let key = format!("{group}.{word}");
    let said = lang.say(&key);
    if rest.is_empty() { said.into_owned() } else { format!("{said} {rest}") }
}

/// The value of a refusal's parameter.
pub fn shown(lang: Lang, name: &str, value: &str) -> String {
    match name {
        "figure" => figure(lang, value),
        "right_name" => right_name(lang, value),
        "report_state" => lang.say(&format!("work.annual.state.{value}")).into_owned(),
        "application_state" => lang.say(&format!("work.apply.state.{value}")).into_owned(),
        "turn" => lang.say(&format!("work.apply.turn.{value}")).into_owned(),
        "story_state" => lang.say(&format!("work.story.state.{value}")).into_owned(),
        // What somebody typed is said as it was typed.
        "value" | "entered" => value.to_owned(),
        _ => in_units(lang, value),
    }
}

/// `地理标志产品 2010年第75号`, its route in the reader's language.
fn right_name(lang: Lang, name: &str) -> String {
    match Route::ALL.into_iter().find_map(|route| Some((route, name.strip_prefix(route.name())?))) {
        Some((route, rest)) => format!("{}{rest}", lang.say(&format!("work.route.{}", route.word()))),
        None => name.to_owned(),
    }
}

/// `2.40 亩`, its unit in the reader's language.
fn in_units(lang: Lang, value: &str) -> String {
    match value.strip_suffix("亩") {
        Some(number) if lang.english() => format!("{number}mu"),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_said_in_words() {
        let said = |found| figure(Lang::Chinese, found);
        assert_eq!((said("township"), said("suspended 2026-09-01")), ("按乡镇核对".into(), "中止，自 2026-09-01".into()));
        assert_eq!((said("registered"), said("1,800 kg")), ("已登记".into(), "1,800 kg".into()));
        assert_eq!(said("河北省石家庄市晋州市桃园镇"), "河北省石家庄市晋州市桃园镇");
    }

    #[test]
    fn words_of_ours_are_said_in_the_readers_language_and_what_was_typed_is_not() {
        let said = |name, value| shown(Lang::English, name, value);
        assert_eq!((said("area", "8.00 亩"), said("unit", "亩"), said("value", "八亩")), ("8.00 mu".into(), "mu".into(), "八亩".into()));
        assert_eq!(said("right_name", "地理标志产品 2010年第75号"), "GI product 2010年第75号");
        assert_eq!(said("right_name", "晋州鸭梨"), "晋州鸭梨");
        assert_eq!(shown(Lang::Chinese, "area", "8.00 亩"), "8.00 亩");
    }
}
