//! Rules on scans: from the sessions of one code (or one visitor) to whether the rule holds. Pure.
//!
//! A rule is asked at each session since a moment, with the window that ends there; so the answer for a stretch of sessions does not
//! depend on how it is cut.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::distance::km;
use super::{Figures, Hit, Limits, RuleId, Severity, figures};
use crate::kernel::clock::{DAY, HOUR};
use crate::kernel::{Day, Millis};
use crate::trace::place::place_text;
use crate::trace::verdict::Place;

/// How far back a rule on scans looks.
pub const LOOKS_BACK: Millis = 60 * DAY;
/// What most rules call recent.
const MONTH: Millis = 30 * DAY;

/// One session of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// When it began.
    pub at: Millis,
    /// Who, for that day.
    pub visitor: i64,
    /// Where, if known.
    pub place: Option<Place>,
    /// What the page said, in the word of the verdict.
    pub verdict: String,
}

/// What is known of a code.
#[derive(Debug, Clone, Default)]
pub struct CodeFacts {
    /// Its sessions of the last 60 days before the stretch, and of the stretch, in order.
    pub visits: Vec<Visit>,
    /// Does it stand on one item?
    pub is_unit: bool,
    /// City and province of the producer, as divisions are named; empty if not known.
    pub home: (String, String),
    /// The registered last day.
    pub best_before: Option<Day>,
    /// Was it withdrawn because it is lost or stolen?
    pub is_missing: bool,
    /// Sessions of withdrawn labels of its order within the same time, its own or not.
    pub withdrawn: Arc<[OrderVisit]>,
    /// Sessions of labels of its order that were not in use yet, likewise.
    pub early: Arc<[OrderVisit]>,
}

/// A session of a label of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderVisit {
    /// When it began.
    pub at: Millis,
    /// Who.
    pub visitor: i64,
    /// The label's number in its order.
    pub seq: i64,
    /// Where, if known.
    pub place: Option<Place>,
}

/// What a try of a PIN was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinTry {
    /// When.
    pub at: Millis,
    /// Who.
    pub visitor: i64,
    /// `first`, `used` or `wrong`.
    pub outcome: String,
}

/// A finding at one moment.
type Seen = Option<(Severity, Figures)>;

/// Puts what was found at several moments together.
fn over(moments: impl Iterator<Item = (Millis, Seen)>) -> Option<Hit> {
    let mut hit: Option<Hit> = None;
    for (at, (severity, figures)) in moments.filter_map(|(at, seen)| Some((at, seen?))) {
        hit = Some(match hit {
            None => Hit { first_at: at, at, severity, figures },
            Some(before) => Hit { first_at: before.first_at, at, severity: severity.max(before.severity), figures },
        });
    }
    hit
}

/// Sessions within a span that ends at the last one taken in.
struct Window<'a> {
    span: Millis,
    visits: std::collections::VecDeque<&'a Visit>,
    visitors: HashMap<i64, usize>,
    provinces: BTreeMap<&'a str, usize>,
    days: BTreeMap<Day, usize>,
}

impl<'a> Window<'a> {
    fn new(span: Millis) -> Self {
        Self {
            span,
            visits: std::collections::VecDeque::new(),
            visitors: HashMap::new(),
            provinces: BTreeMap::new(),
            days: BTreeMap::new(),
        }
    }
    fn take(&mut self, visit: &'a Visit) {
        self.visits.push_back(visit);
        *self.visitors.entry(visit.visitor).or_default() += 1;
        *self.days.entry(Day::of(visit.at)).or_default() += 1;
        if let Some(place) = &visit.place {
            *self.provinces.entry(&place.province).or_default() += 1;
        }
        while let Some(old) = self.visits.front().copied().filter(|old| visit.at - old.at >= self.span) {
            self.visits.pop_front();
            less(&mut self.visitors, &old.visitor);
            fewer(&mut self.days, Day::of(old.at));
            if let Some(place) = &old.place {
                fewer(&mut self.provinces, place.province.as_str());
            }
        }
    }
    fn visitors(&self) -> i64 {
        count(self.visitors.len())
    }
    fn provinces(&self) -> i64 {
        count(self.provinces.len())
    }
    /// Days on which somebody looked.
    fn days(&self) -> i64 {
        count(self.days.len())
    }
}

/// Days of the last month on which something was so, up to the last one told.
#[derive(Default)]
struct Days(BTreeSet<Day>);

impl Days {
    fn told(&mut self, at: Millis, holds: bool) -> i64 {
        if holds {
            self.0.insert(Day::of(at));
        }
        let first = Day::of(at - MONTH + 1);
        count(self.0.range(first..).count())
    }
}

fn fewer<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

fn less(counts: &mut HashMap<i64, usize>, key: &i64) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Verdicts under which goods are looked at as goods; those of labels not in use have rules of their own.
const ORDINARY: [&str; 8] = [
    "first_check",
    "checked_before",
    "many_checks",
    "many_places",
    "clone_confirmed",
    "batch_on_hold",
    "authorisation_mismatch",
    "expired",
];

/// Does this rule hold for a code at some session since `since`? Rules about something else never do.
pub fn judge(rule: RuleId, limits: &Limits, facts: &CodeFacts, since: Millis) -> Option<Hit> {
    if !limits.is_on {
        return None;
    }
    let seen_as = |words: &'static [&'static str]| facts.visits.iter().filter(move |visit| words.contains(&visit.verdict.as_str()));
    match rule {
        RuleId::R1 | RuleId::R2 | RuleId::R3 | RuleId::R4 if !facts.is_unit => None,
        RuleId::R1 => visitors(limits, seen_as(&ORDINARY), since),
        RuleId::R2 => burst(limits, seen_as(&ORDINARY), since),
        RuleId::R3 => travel(limits, &seen_as(&ORDINARY).collect::<Vec<_>>(), since),
        RuleId::R4 => spread(limits, seen_as(&ORDINARY), since),
        RuleId::R5 => early(limits, seen_as(&["not_activated"]), facts, since),
        RuleId::R6 => withdrawn(limits, seen_as(&["voided"]), facts, since),
        RuleId::R7 => late(limits, &facts.visits, facts.best_before, since),
        _ => None,
    }
}

/// Many people at once are a party, a picture in a chat, a pack held before a camera: to know. A copy is met by new people day after day.
fn visitors<'a>(limits: &Limits, visits: impl Iterator<Item = &'a Visit>, since: Millis) -> Option<Hit> {
    let (mut month, mut long) = (Window::new(MONTH), Window::new(LOOKS_BACK));
    over(visits.filter_map(|visit| {
        month.take(visit);
        long.take(visit);
        let (in_month, in_long, days) = (month.visitors(), long.visitors(), long.days());
        let many = in_long >= limits.get("many_visitors") && days >= limits.get("lasting_days");
        let to_know = in_month > limits.get("month_visitors");
        let severity = if many || days >= limits.get("many_days") { Some(Severity::Amber) } else { to_know.then_some(Severity::Info) };
        let numbers = || figures([("month", in_month.to_string()), ("long", in_long.to_string()), ("days", days.to_string())]);
        (visit.at >= since).then(|| (visit.at, severity.map(|severity| (severity, numbers()))))
    }))
}

/// One crowd is to know; crowds on several days look at several packs.
fn burst<'a>(limits: &Limits, visits: impl Iterator<Item = &'a Visit>, since: Millis) -> Option<Hit> {
    let (mut hour, mut days) = (Window::new(HOUR), Days::default());
    over(visits.filter_map(|visit| {
        hour.take(visit);
        let n = hour.visitors();
        let holds = n > limits.get("visitors");
        let days = days.told(visit.at, holds);
        let severity = if days >= limits.get("burst_days") { Severity::Amber } else { Severity::Info };
        let seen = holds.then(|| (severity, figures([("visitors", n.to_string()), ("days", days.to_string())])));
        (visit.at >= since).then_some((visit.at, seen))
    }))
}

/// Both places must be cities; the farthest pair within the time counts. An address is easily placed wrongly, and a picture travels: once is to
/// know.
fn travel(limits: &Limits, visits: &[&Visit], since: Millis) -> Option<Hit> {
    let hours = limits.get("hours").saturating_mul(HOUR);
    let mut days = Days::default();
    over(visits.iter().enumerate().filter_map(|(at, visit)| {
        let before = visits[..at].iter().rev().take_while(|earlier| visit.at - earlier.at <= hours);
        let pairs = before.filter_map(|earlier| {
            let (from, to) = (earlier.place.as_ref()?, visit.place.as_ref()?);
            Some((km(from, to)?, visit.at - earlier.at, from, to))
        });
        let far = pairs.max_by_key(|pair| pair.0).filter(|pair| pair.0 >= limits.get("km"));
        let days = days.told(visit.at, far.is_some());
        let severity = if days >= limits.get("travel_days") { Severity::Amber } else { Severity::Info };
        let seen = far.map(|(far, took, from, to)| {
            let minutes = (took / 60_000).to_string();
            let numbers = [
                ("km", far.to_string()),
                ("minutes", minutes),
                ("from", place_text(from)),
                ("to", place_text(to)),
                ("days", days.to_string()),
            ];
            (severity, figures(numbers))
        });
        (visit.at >= since).then_some((visit.at, seen))
    }))
}

/// A picture of a label is in many provinces within two days; copies are for longer.
fn spread<'a>(limits: &Limits, visits: impl Iterator<Item = &'a Visit>, since: Millis) -> Option<Hit> {
    let (mut day, mut week, mut month) = (Window::new(DAY), Window::new(7 * DAY), Window::new(MONTH));
    over(visits.filter_map(|visit| {
        day.take(visit);
        week.take(visit);
        month.take(visit);
        let holds = day.provinces() >= limits.get("day_provinces") || week.provinces() >= limits.get("week_provinces");
        let severity = if month.days() >= limits.get("lasting_days") { Severity::Amber } else { Severity::Info };
        let seen = holds.then(|| {
            let named = week.provinces.keys().copied().collect::<Vec<_>>().join("、");
            let numbers = [("day", day.provinces().to_string()), ("week", week.provinces().to_string()), ("provinces", named)];
            (severity, figures(numbers))
        });
        (visit.at >= since).then_some((visit.at, seen))
    }))
}

/// Is a place surely not where the producer is? What is not known is at home.
fn is_away(place: Option<&Place>, home: &(String, String)) -> bool {
    let Some(place) = place.filter(|_| !home.1.is_empty()) else { return false };
    !home.1.starts_with(&place.province) || place.city.as_ref().is_some_and(|city| !home.0.is_empty() && !home.0.starts_with(city.as_str()))
}

/// A label tried on the packing line is to know, and so are goods on a shelf whose labels somebody forgot to put into use: for a few days. Labels
/// of an order that are met for longer are about without having been bound.
fn early<'a>(limits: &Limits, visits: impl Iterator<Item = &'a Visit>, facts: &CodeFacts, since: Millis) -> Option<Hit> {
    let mut month = Window::new(MONTH);
    let forgotten = limits.get("forgotten_days").saturating_mul(DAY);
    over(visits.filter_map(|visit| {
        month.take(visit);
        let is_recent = |other: &&OrderVisit| other.at <= visit.at && visit.at - other.at < MONTH;
        let of_order = || facts.early.iter().filter(is_recent);
        let for_long = |first: Option<Millis>| first.is_some_and(|first| visit.at - first >= forgotten);
        let away_for_long = for_long(of_order().filter(|other| is_away(other.place.as_ref(), &facts.home)).map(|other| other.at).min());
        let away = count(month.visits.iter().filter(|visit| is_away(visit.place.as_ref(), &facts.home)).count());
        let n = month.visitors();
        let lasting = (away > 0 && away_for_long) || (n >= limits.get("visitors") && for_long(of_order().map(|other| other.at).min()));
        let severity = if lasting { Severity::High } else { Severity::Info };
        let seen = Some((severity, figures([("visitors", n.to_string()), ("away", away.to_string())])));
        (visit.at >= since).then_some((visit.at, seen))
    }))
}

/// Who looks at one spoilt label is a worker at the bin, alone or with a server of the scanning app; several people and several labels of a roll are
/// not, least of all where labels are missing.
fn withdrawn<'a>(limits: &Limits, visits: impl Iterator<Item = &'a Visit>, facts: &CodeFacts, since: Millis) -> Option<Hit> {
    let mut month = Window::new(MONTH);
    over(visits.filter_map(|visit| {
        month.take(visit);
        let of_order = || facts.withdrawn.iter().filter(|other| other.at <= visit.at && visit.at - other.at < MONTH);
        let labels = count(of_order().map(|other| other.seq).collect::<BTreeSet<_>>().len()).max(1);
        let people = count(of_order().map(|other| other.visitor).collect::<BTreeSet<_>>().len()).max(month.visitors());
        let (many_people, many_labels) = (people >= limits.get("visitors"), labels >= limits.get("labels"));
        let severity = match (many_people && many_labels, facts.is_missing) {
            (true, true) => Severity::High,
            (true, false) => Severity::Amber,
            (false, _) => Severity::Info,
        };
        let seen = Some((severity, figures([("visitors", people.to_string()), ("labels", labels.to_string())])));
        (visit.at >= since).then_some((visit.at, seen))
    }))
}

fn late(limits: &Limits, visits: &[Visit], best_before: Option<Day>, since: Millis) -> Option<Hit> {
    let (mut recalled, mut expired) = (Window::new(MONTH), Window::new(MONTH));
    over(visits.iter().filter_map(|visit| {
        let seen = match visit.verdict.as_str() {
            "recalled" => {
                recalled.take(visit);
                Some((Severity::High, figures([("visitors", recalled.visitors().to_string()), ("days", "0".to_owned())])))
            }
            "expired" => {
                expired.take(visit);
                let (days, n) = (best_before.map_or(0, |last| Day::of(visit.at).since(last)), expired.visitors());
                let holds = days > limits.get("expired_days") && n >= limits.get("expired_visitors");
                holds.then(|| (Severity::Info, figures([("visitors", n.to_string()), ("days", days.to_string())])))
            }
            _ => return None,
        };
        (visit.at >= since).then_some((visit.at, seen))
    }))
}

/// Goods of one shipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The day they left.
    pub on: Day,
    /// Their codes: order, first and last number.
    pub codes: Vec<(i64, i64, i64)>,
}

impl Sent {
    fn holds(&self, (order_no, seq): (i64, i64)) -> bool {
        self.codes.iter().any(|(of, first, last)| *of == order_no && (*first..=*last).contains(&seq))
    }
}

/// R12: one visitor and very many codes of single items within a day; `visits` are moment and code, in order. Who looks at goods of one
/// shipment soon after it was sent unpacks them: that is to know, no work.
pub fn harvest(limits: &Limits, visits: &[(Millis, (i64, i64))], sent: &[Sent], since: Millis) -> Option<Hit> {
    let mut begin = 0;
    over(visits.iter().enumerate().filter(|_| limits.is_on).filter_map(|(at, (moment, _))| {
        while moment - visits[begin].0 >= DAY {
            begin += 1;
        }
        let codes: BTreeSet<(i64, i64)> = visits[begin..=at].iter().map(|(_, code)| *code).collect();
        let seen = (count(codes.len()) >= limits.get("codes")).then(|| {
            let is_new = |one: &&Sent| (0..=limits.get("receipt_days")).contains(&Day::of(*moment).since(one.on));
            let is_receipt = sent.iter().filter(is_new).any(|one| codes.iter().all(|code| one.holds(*code)));
            let severity = if is_receipt { Severity::Info } else { Severity::Amber };
            (severity, figures([("codes", codes.len().to_string())]))
        });
        (*moment >= since).then_some((*moment, seen))
    }))
}

/// R8 and R9: the PIN of one code; `tries` in order.
pub fn pins(rule: RuleId, limits: &Limits, tries: &[PinTry], since: Millis) -> Option<Hit> {
    if !limits.is_on {
        return None;
    }
    match rule {
        RuleId::R8 => {
            let first = tries.iter().find(|one| one.outcome == "first")?;
            let mut others = BTreeSet::new();
            over(tries.iter().filter(|one| one.at >= first.at && one.visitor != first.visitor).filter_map(|one| {
                others.insert(one.visitor);
                let n = count(others.len());
                let seen = (n >= limits.get("visitors")).then(|| (Severity::Amber, figures([("visitors", n.to_string())])));
                (one.at >= since).then_some((one.at, seen))
            }))
        }
        RuleId::R9 => {
            let wrong: Vec<Millis> = tries.iter().filter(|one| one.outcome == "wrong").map(|one| one.at).collect();
            over(wrong.iter().enumerate().filter(|(_, at)| **at >= since).map(|(no, at)| {
                let n = count(wrong[..=no].iter().filter(|earlier| at - **earlier < DAY).count());
                (*at, (n >= limits.get("wrong")).then(|| (Severity::Amber, figures([("wrong", n.to_string())]))))
            }))
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "scans_tests.rs"]
mod tests;
