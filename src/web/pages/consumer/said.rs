//! The words of a verdict: headline, explanation, and what it can and cannot show. One place for the page and the JSON answer.

use super::goods::{Goods, PinUse};
use crate::kernel::day::hour_minute;
use crate::kernel::{Day, Millis};
use crate::trace::verdict::{CodeKind, Decision, Facts, Grounds, Note, Place, Recall, RecallKind, Recording, Verdict};
use crate::web::pages::Site;
use crate::web::words::Lang;

/// A verdict in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// One line; begins the title of the page.
    pub headline: String,
    /// One or two sentences.
    pub explanation: String,
    /// What it shows.
    pub can: String,
    /// What it cannot show.
    pub cannot: String,
}

/// Answers that need no facts about a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoFacts {
    /// Well formed, never issued here. Carries nothing, so that every such page is byte-identical.
    Unknown,
    /// Not a number of ours by form; the groups (1–5) that have not four characters or a foreign one, if any.
    Mistyped(Vec<usize>),
    /// Wait this long.
    Throttled {
        /// Whole minutes, at least 1.
        minutes: u32,
    },
    /// The scratch PIN of this code was tried too often today.
    ThrottledUntilTomorrow,
    /// The facts can't be read.
    Unavailable,
}

impl NoFacts {
    /// The word.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Unknown => Verdict::Unknown,
            Self::Mistyped(_) => Verdict::Mistyped,
            Self::Throttled { .. } | Self::ThrottledUntilTomorrow => Verdict::Throttled,
            Self::Unavailable => Verdict::Unavailable,
        }
    }

    /// In words.
    pub fn said(&self, lang: Lang, site: &Site) -> Said {
        let words = Words { lang, word: self.verdict().word() };
        let explanation = match self {
            Self::Unknown => words.fill("explanation", &[("domain", &site.domain)]),
            Self::Mistyped(groups) if groups.is_empty() => words.say("explanation"),
            Self::Mistyped(groups) => {
                let list = groups.iter().map(usize::to_string).collect::<Vec<_>>().join(&lang.say("scan.list_and"));
                words.fill("explanation_groups", &[("groups", &list)])
            }
            Self::Throttled { minutes } => words.fill("explanation", &[("minutes", &minutes.to_string())]),
            Self::ThrottledUntilTomorrow => words.say("explanation_tomorrow"),
            Self::Unavailable => match &site.phone {
                Some(phone) => words.fill("explanation_phone", &[("phone", phone)]),
                None => words.say("explanation"),
            },
        };
        words.said(words.say("headline"), explanation)
    }
}

struct Words<'a> {
    lang: Lang,
    word: &'a str,
}

impl Words<'_> {
    fn key(&self, part: &str) -> String {
        format!("verdict.{}.{part}", self.word)
    }
    fn say(&self, part: &str) -> String {
        self.lang.say(&self.key(part)).into_owned()
    }
    fn fill(&self, part: &str, values: &[(&str, &str)]) -> String {
        self.lang.fill(&self.key(part), values)
    }
    fn said(&self, headline: String, explanation: String) -> Said {
        Said { headline, explanation, can: self.say("can"), cannot: self.say("cannot") }
    }
}

/// A day as people read it.
fn day(lang: Lang, day: Day) -> String {
    day.for_people(lang.english())
}

/// Day, hour and minute in China.
pub(super) fn moment(lang: Lang, at: Millis) -> String {
    format!("{} {}", day(lang, Day::of(at)), hour_minute(at))
}

/// Province and city, or the province alone.
pub(super) fn place_name(lang: Lang, place: &Place) -> String {
    match &place.city {
        Some(city) => lang.fill("scan.place", &[("province", &place.province), ("city", city)]),
        None => place.province.clone(),
    }
}

/// The decision in words. `goods` is missing only for a code that is in no batch and whose producer is not shown.
pub(super) fn said(lang: Lang, decision: &Decision, facts: &Facts, goods: Option<&Goods>, pin: Option<&PinUse>) -> Said {
    let words = Words { lang, word: decision.verdict.word() };
    let plain = || words.said(words.say("headline"), words.say("explanation"));
    let n = facts.history.sessions.to_string();
    let first = first_seen(lang, facts);
    match (decision.verdict, &decision.grounds) {
        (Verdict::Recalled, Grounds::Recall(recall)) => recalled(&words, recall),
        (Verdict::Voided, Grounds::Voided { reason, since, stop }) => {
            let explanation = match stop {
                Some(s) => {
                    let values = [
                        ("by", s.ordered_by.as_str()),
                        ("date", &day(lang, s.since)),
                        ("document", &s.document_no),
                        ("reason", &s.public_text),
                    ];
                    words.fill("explanation_stop", &values)
                }
                None => {
                    let reason = lang.say(&format!("void_reason.{}", reason.word())).into_owned();
                    words.fill("explanation", &[("date", &day(lang, *since)), ("reason", &reason)])
                }
            };
            words.said(words.say("headline"), explanation)
        }
        (Verdict::CloneConfirmed, Grounds::Clone(on)) => {
            words.said(words.say("headline"), words.fill("explanation", &[("date", &day(lang, *on))]))
        }
        (Verdict::BatchOnHold, Grounds::Hold(hold)) => {
            let values = [("by", hold.ordered_by.as_str()), ("date", &day(lang, hold.since)), ("document", &hold.document_no)];
            words.said(words.say("headline"), words.fill("explanation", &values))
        }
        (Verdict::NotActivated, _) => {
            let somebody = lang.say("scan.some_producer");
            let producer = goods.map_or(somebody.as_ref(), |g| g.producer.as_str());
            words.said(words.say("headline"), words.fill("explanation", &[("producer", producer)]))
        }
        (Verdict::Expired, Grounds::BestBefore(last)) => {
            words.said(words.say("headline"), words.fill("explanation", &[("date", &day(lang, *last))]))
        }
        (Verdict::AuthorisationMismatch, Grounds::MarkUse { mark_use, produced_on }) => {
            let last = [mark_use.until, mark_use.ended_on.map(|end| end.plus(-1))].into_iter().flatten().min();
            let until = last.map_or_else(|| lang.say("scan.open_end").into_owned(), |d| day(lang, d));
            let values = [
                ("right", mark_use.right.as_str()),
                ("from", &day(lang, mark_use.from)),
                ("until", &until),
                ("date", &day(lang, *produced_on)),
            ];
            words.said(words.say("headline"), words.fill("explanation", &values))
        }
        (Verdict::ManyPlaces, Grounds::Places(spread)) => {
            let within = lang.say(if spread.hours <= 24 { "scan.within_24h" } else { "scan.within_7d" });
            let places = spread.provinces.join(&lang.say("scan.list_and"));
            words.said(words.say("headline"), words.fill("explanation", &[("within", &within), ("places", &places)]))
        }
        (Verdict::ManyChecks, _) => words.said(words.say("headline"), words.fill("explanation", &[("n", &n), ("first", &first)])),
        (Verdict::CheckedBefore, _) => {
            let headline = match (facts.history.sessions, facts.recording) {
                (0, _) => "headline_none",
                (_, Recording::Counted) => "headline",
                _ => "headline_seen",
            };
            words.said(words.fill(headline, &[("n", &n)]), words.fill("explanation", &[("first", &first)]))
        }
        (Verdict::CaseCode, _) => {
            let pallet = facts.kind == CodeKind::Pallet;
            let part = |case: &'static str, on_pallet: &'static str| if pallet { on_pallet } else { case };
            let headline = match goods.and_then(|g| g.case_count) {
                Some(count) => words.fill(part("headline", "headline_pallet"), &[("n", &count.to_string())]),
                None => words.say(part("headline_none", "headline_pallet_none")),
            };
            Said {
                headline,
                explanation: words.say(part("explanation", "explanation_pallet")),
                can: words.say(part("can", "can_pallet")),
                cannot: words.say(part("cannot", "cannot_pallet")),
            }
        }
        (Verdict::PinFirst, _) => {
            let when = pin.map(|p| moment(lang, p.at)).unwrap_or_default();
            let part = if decision.printed_code_seen { "explanation_seen" } else { "explanation" };
            words.said(words.say("headline"), words.fill(part, &[("when", &when)]))
        }
        (Verdict::PinUsed, _) => {
            let explanation = match pin {
                None => words.say("explanation_untimed"),
                Some(PinUse { at, place: None }) => words.fill("explanation_somewhere", &[("when", &moment(lang, *at))]),
                Some(PinUse { at, place: Some(p) }) => {
                    words.fill("explanation", &[("when", &moment(lang, *at)), ("where", &place_name(lang, p))])
                }
            };
            words.said(words.say("headline"), explanation)
        }
        _ => plain(),
    }
}

fn recalled(words: &Words<'_>, recall: &Recall) -> Said {
    let kind = recall.kind.word();
    let document = recall.document_no.as_ref().map(|number| words.fill("document", &[("number", number)])).unwrap_or_default();
    let date = day(words.lang, recall.announced_on);
    let values = [("by", recall.ordered_by.as_str()), ("date", &date), ("document", &document), ("reason", &recall.public_text)];
    Said {
        headline: words.say(&format!("headline_{kind}")),
        explanation: words.fill(&format!("explanation_{kind}"), &values),
        can: words.fill(&format!("can_{kind}"), &[("by", &recall.ordered_by)]),
        cannot: words.say("cannot"),
    }
}

fn first_seen(lang: Lang, facts: &Facts) -> String {
    let Some(at) = facts.history.first_at else { return String::new() };
    let when = moment(lang, at);
    match &facts.history.first_place {
        Some(place) => lang.fill("scan.first_seen", &[("when", &when), ("where", &place_name(lang, place))]),
        None => lang.fill("scan.first_seen_somewhere", &[("when", &when)]),
    }
}

/// The notes in words, without the demo's: that one is the bar at the top of every page.
pub(super) fn notes(lang: Lang, decision: &Decision, facts: &Facts) -> Vec<String> {
    let mut out = Vec::new();
    for note in &decision.notes {
        match note {
            Note::RightEndedLater => {
                if let Some((m, end)) = decision.ended.as_ref().and_then(|m| m.ended_on.map(|end| (m, end))) {
                    out.push(lang.fill("note.right_ended_later", &[("right", &m.right), ("date", &day(lang, end))]));
                }
            }
            Note::RecallLifted => {
                if let Some((recall, lift)) = decision.lifted.as_ref().and_then(|r| r.lifted.as_ref().map(|l| (r, l))) {
                    let key = match recall.kind {
                        RecallKind::TakeBack => "note.recall_lifted_take_back",
                        RecallKind::Recall => "note.recall_lifted_recall",
                    };
                    out.push(lang.fill(key, &[("by", &recall.ordered_by), ("date", &day(lang, lift.on)), ("text", &lift.text)]));
                }
            }
            Note::ReturnedResold => out.push(lang.say("note.returned_resold").into_owned()),
            Note::LateEntry => out.push(lang.say("note.late_entry").into_owned()),
            Note::Demo => {}
        }
    }
    if facts.recording == Recording::Failed && facts.kind != CodeKind::Sample {
        out.push(lang.say("note.unrecorded").into_owned());
    }
    out
}
