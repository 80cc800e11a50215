//! Holds what was found against what was planted, and writes it down with its uncertainty.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::drive::{Door, Went};
use super::plan::{DayNo, Plan};
use super::truth::{Fraud, Kind, Subject};

/// An alert or finding as it stands on the database, told in the plan's terms.
#[derive(Debug, Clone)]
pub struct Seen {
    pub rule: String,
    /// Somebody has to do something about it.
    pub work: bool,
    /// Since when it asks, or, where it does not, since when it stands.
    pub day: DayNo,
    /// When it was seen last.
    pub until: DayNo,
    pub subjects: Vec<Subject>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    pub of: u64,
    pub hits: u64,
}

impl Part {
    pub fn add(&mut self, hit: bool) {
        self.of += 1;
        self.hits += u64::from(hit);
    }
    fn merge(&mut self, other: Self) {
        self.of += other.of;
        self.hits += other.hits;
    }
    /// The share in percent with its Wilson interval at 95 %.
    pub fn wilson(self) -> (f64, f64, f64) {
        if self.of == 0 {
            return (0.0, 0.0, 100.0);
        }
        let (n, p, z) = (self.of as f64, self.hits as f64 / self.of as f64, 1.96_f64);
        let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        (p * 100.0, ((middle - half) * 100.0).max(0.0), ((middle + half) * 100.0).min(100.0))
    }
    /// Hits, all, and the share with its interval, as cells of a table.
    pub fn cells(self) -> String {
        if self.of == 0 {
            return "0 | 0 | –".to_owned();
        }
        let (p, low, high) = self.wilson();
        format!("{} | {} | {p:.1} % ({low:.1}–{high:.1})", self.hits, self.of)
    }
}

/// Of one kind of fraud.
#[derive(Debug, Clone, Default)]
pub struct Caught {
    pub part: Part,
    /// Of those, refused or held at the door, whether or not an alert came as well.
    pub door: u64,
    /// Of those, by an alert or finding that asks for work.
    pub alert: u64,
    /// Days from the first act to the first that caught it.
    pub days: Vec<DayNo>,
    /// How those were done that nobody caught, and how large they were.
    pub missed: Vec<(&'static str, u64)>,
}

/// Of one rule: how often it was only to know, and, where it asked for work, how often on a fraud that had begun and how often not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fired {
    pub to_know: u64,
    pub right: u64,
    pub wrong: u64,
}

/// How a season, or several, came out.
#[derive(Debug, Clone, Default)]
pub struct Score {
    pub kinds: BTreeMap<Kind, Caught>,
    pub producers: Part,
    pub growers: Part,
    /// Flagged growers who deliver to a producer that planted something: their accounts may have been filled on paper.
    pub growers_of_crooks: u64,
    pub labels: Part,
    pub listings: Part,
    pub rules: BTreeMap<String, Fired>,
    pub scans: u64,
    pub issued: u64,
}

fn points_at(subjects: &[Subject], fraud: &Fraud, of: &BTreeSet<Subject>, day: DayNo) -> bool {
    day >= fraud.from && subjects.iter().any(|s| of.contains(s))
}

/// A refusal counts only if it met the scheme's own goods, labels, land or listing, not merely the firm.
fn stopped(door: &Door, fraud: &Fraud, of: &BTreeSet<Subject>) -> bool {
    let own: Vec<Subject> = door.subjects.iter().copied().filter(|s| !matches!(s, Subject::Producer(_) | Subject::Seller(_))).collect();
    fraud.by.is_some() && points_at(&own, fraud, of, door.day)
}

/// Holds one season's alerts and refusals against its truth.
pub fn score(plan: &Plan, went: &Went, doors: &[Door], seen: &[Seen]) -> Score {
    let mut score = Score { scans: went.scans, ..Score::default() };
    score.issued = plan.rolls.iter().map(|r| u64::from(r.count)).sum();
    let sets: Vec<BTreeSet<Subject>> = plan.frauds.iter().map(|f| f.subjects.iter().copied().collect()).collect();
    for (fraud, set) in plan.frauds.iter().zip(&sets) {
        let alerts = seen.iter().filter(|s| s.work && points_at(&s.subjects, fraud, set, s.until)).map(|s| s.day.max(fraud.from)).min();
        let refused = doors.iter().filter(|d| stopped(d, fraud, set)).map(|d| d.day).min();
        let caught = score.kinds.entry(fraud.kind).or_default();
        let first = [alerts, refused].into_iter().flatten().min();
        caught.part.add(first.is_some());
        caught.door += u64::from(refused.is_some());
        caught.alert += u64::from(alerts.is_some());
        match first {
            Some(day) => caught.days.push(day - fraud.from),
            None => caught.missed.push((fraud.way, fraud.size)),
        }
    }
    let mut flagged = BTreeSet::new();
    for one in seen {
        let right = plan.frauds.iter().zip(&sets).any(|(fraud, set)| points_at(&one.subjects, fraud, set, one.until));
        let fired = score.rules.entry(one.rule.clone()).or_default();
        *match (one.work, right) {
            (false, _) => &mut fired.to_know,
            (true, true) => &mut fired.right,
            (true, false) => &mut fired.wrong,
        } += 1;
        if !right && one.work {
            flagged.extend(one.subjects.iter().copied());
        }
    }
    honest(plan, &flagged, &mut score);
    score
}

/// Who planted nothing, and on whom of those a false alert stands.
fn honest(plan: &Plan, flagged: &BTreeSet<Subject>, score: &mut Score) {
    let crooks: BTreeSet<usize> = plan.frauds.iter().filter_map(|f| f.by).collect();
    let guilty: BTreeSet<Subject> = plan.frauds.iter().flat_map(|f| f.subjects.iter().copied()).collect();
    let mut touched: BTreeSet<usize> = BTreeSet::new();
    for subject in flagged {
        touched.extend(match *subject {
            Subject::Producer(n) => Some(n),
            Subject::Lot(n) => Some(plan.lots[n].producer),
            Subject::Roll(n) => Some(plan.rolls[n].producer),
            _ => None,
        });
    }
    for producer in (0..plan.producers.len()).filter(|n| !crooks.contains(n)) {
        score.producers.add(touched.contains(&producer));
    }
    for grower in (0..plan.growers.len()).filter(|n| !guilty.contains(&Subject::Grower(*n))) {
        let is_flagged = flagged.contains(&Subject::Grower(grower));
        score.growers.add(is_flagged);
        score.growers_of_crooks += u64::from(is_flagged && crooks.contains(&plan.growers[grower].producer));
    }
    let opened: BTreeSet<(u32, u32)> = plan.scans.iter().map(|s| (s.roll, s.seq)).collect();
    for (roll, seq) in opened {
        let (code, of) = (Subject::Code(roll as usize, seq), plan.rolls[roll as usize].producer);
        if !guilty.contains(&code) && !crooks.contains(&of) {
            score.labels.add(flagged.contains(&code));
        }
    }
    for (no, listing) in plan.listings.iter().enumerate() {
        if !guilty.contains(&Subject::Listing(no)) {
            score.listings.add(flagged.contains(&Subject::Listing(no)) || flagged.contains(&Subject::Seller(listing.seller)));
        }
    }
}

impl Score {
    /// Takes another season in.
    pub fn merge(&mut self, other: Self) {
        for (kind, more) in other.kinds {
            let caught = self.kinds.entry(kind).or_default();
            caught.part.merge(more.part);
            caught.door += more.door;
            caught.alert += more.alert;
            caught.days.extend(more.days);
            caught.missed.extend(more.missed);
        }
        self.producers.merge(other.producers);
        self.growers.merge(other.growers);
        self.growers_of_crooks += other.growers_of_crooks;
        self.labels.merge(other.labels);
        self.listings.merge(other.listings);
        for (rule, more) in other.rules {
            let fired = self.rules.entry(rule).or_default();
            fired.to_know += more.to_know;
            fired.right += more.right;
            fired.wrong += more.wrong;
        }
        self.scans += other.scans;
        self.issued += other.issued;
    }

    /// Every kind together.
    pub fn all(&self) -> Part {
        let mut all = Part::default();
        self.kinds.values().for_each(|caught| all.merge(caught.part));
        all
    }

    /// The tables, in Markdown.
    pub fn tables(&self) -> String {
        let mut text = String::from(
            "| fraud | caught | of | share (95 % Wilson) | by an alert | at the door | days until caught, median (most) |\n|---|--:|--:|--:|--:|--:|--:|\n",
        );
        for (kind, caught) in &self.kinds {
            let mut days = caught.days.clone();
            days.sort_unstable();
            let when = days.get(days.len() / 2).map_or("–".to_owned(), |middle| format!("{middle} ({})", days[days.len() - 1]));
            writeln!(text, "| {} | {} | {} | {} | {when} |", kind.name(), caught.part.cells(), caught.alert, caught.door).unwrap();
        }
        writeln!(text, "| **all** | {} | | | |\n", self.all().cells()).unwrap();
        text.push_str("| honest | flagged | of | share (95 % Wilson) |\n|---|--:|--:|--:|\n");
        for (who, part) in
            [("producers", self.producers), ("growers", self.growers), ("labels opened", self.labels), ("listings", self.listings)]
        {
            writeln!(text, "| {who} | {} |", part.cells()).unwrap();
        }
        writeln!(text, "\nOf the growers flagged, {} deliver to producers that planted something.", self.growers_of_crooks).unwrap();
        text.push_str("\n| rule | only to know | asked for work, rightly | wrongly |\n|---|--:|--:|--:|\n");
        for (rule, fired) in &self.rules {
            writeln!(text, "| {rule} | {} | {} | {} |", fired.to_know, fired.right, fired.wrong).unwrap();
        }
        let missed: Vec<String> = self.kinds.iter().flat_map(|(kind, caught)| missed(*kind, &caught.missed)).collect();
        writeln!(text, "\nNot caught: {}.", if missed.is_empty() { "nothing".to_owned() } else { missed.join("; ") }).unwrap();
        text
    }
}

fn missed(kind: Kind, missed: &[(&'static str, u64)]) -> Vec<String> {
    let mut ways: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (way, size) in missed {
        ways.entry(way).or_default().push(*size);
    }
    let told = ways.into_iter().map(|(way, mut sizes)| {
        sizes.sort_unstable();
        format!("{} ({way}) ×{}, sizes {}–{}", kind.name(), sizes.len(), sizes[0], sizes[sizes.len() - 1])
    });
    told.collect()
}
