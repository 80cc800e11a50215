//! From what is known of one listing to its findings. Pure: the same facts always give the same findings, in the order of the rules.
//!
//! Honest by construction: whoever has an authorisation in force, goods received by a shipment, or goods of its own is never asked where
//! they come from; a farmer inside the area may name what it grows; naming a place is no use of the name.

use std::collections::{BTreeMap, BTreeSet};

use super::claim::{Mark, Shown, claimed};
use super::figure::{Between, exceeds, p5_p95};
use super::finding::{Finding, Rule};
use super::name::{Form, NameBook, NameUse};
use super::origin::{PlaceBook, outside, stated};
use super::rule::RuleBook;
use crate::kernel::Day;

/// What a listing says.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Its title.
    pub title: String,
    /// The product it claims to be, by id.
    pub claimed_product_id: Option<String>,
    /// The same in its own words.
    pub claimed_product: Option<String>,
    /// Its other words: attributes, description.
    pub details: Option<String>,
    /// The origin it states.
    pub origin: Option<String>,
    /// Marks seen on its pictures.
    pub shows: Option<Shown>,
    /// What it asks, in fen.
    pub price_fen: Option<i64>,
    /// SHA-256 of all this.
    pub content_hash: String,
    /// The same when it was last audited.
    pub audited_hash: Option<String>,
}

/// How a right to show a mark stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Right {
    /// There is none.
    #[default]
    None,
    /// Of the seller, or of a producer it sells for.
    InForce,
    /// There was one: whose, until when; suspended since then if so.
    Ended {
        /// Whose.
        party: String,
        /// Its last day, or the day before the suspension.
        last: Day,
        /// Suspended rather than ended?
        suspended: bool,
    },
}

/// How a seller stands to one product.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Does the seller lie in the area?
    pub inside: bool,
    /// A farmer, who needs no registration to sell what it grows.
    pub farmer: bool,
    /// Authorisations in force.
    pub authorised: usize,
    /// What they allow in all, in base units; nothing where one of them sets no limit.
    pub authorised_amount: Option<i64>,
    /// The last authorisation that has ended: whose, and its last day.
    pub ended: Option<(String, Day)>,
    /// What shipments say it has received, less what it sent back, in base units.
    pub received: i64,
    /// How many shipments.
    pub shipments: i64,
    /// Does it grow, make or hold an account of it?
    pub own: bool,
    /// What it may have sold of its own: the accounts of the seasons in question; nothing for who is no producer.
    pub output: Option<i64>,
    /// The special mark.
    pub special: Right,
    /// The registered mark.
    pub registered: Right,
    /// What all its listings of the product sold within the window, in base units; nothing where it can't be known.
    pub sold: Option<Between>,
    /// The part of it that was sold so long ago that its goods must have come.
    pub settled: Option<Between>,
    /// Prices of authorised peers per thousand base units, in fen, sorted; its own is not among them.
    pub peers: Vec<i64>,
    /// Its own price per thousand base units, in fen.
    pub price: Option<i64>,
    /// The product's base unit.
    pub unit: String,
}

impl Standing {
    /// Is it known where the goods come from?
    pub fn is_sourced(&self) -> bool {
        self.authorised > 0 || self.received > 0 || self.own
    }
    fn right(&self, mark: Mark) -> &Right {
        if mark == Mark::Special { &self.special } else { &self.registered }
    }
}

/// What everything is held against.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// Protected names.
    pub names: NameBook,
    /// Places.
    pub places: PlaceBook,
    /// Rules of the day.
    pub rules: RuleBook,
}

/// Which products a listing is about, and how.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Names its title uses.
    pub uses: Vec<NameUse>,
    /// Products it names or claims outright.
    pub named: BTreeSet<String>,
}

impl About {
    /// Reads a listing.
    pub fn of(said: &Said, names: &NameBook) -> Self {
        let uses = names.uses(&said.title);
        let mut named: BTreeSet<String> =
            uses.iter().filter(|found| found.form == Form::Exact).map(|found| found.product_id.clone()).collect();
        named.extend(said.claimed_product_id.clone().filter(|id| names.product(id).is_some()));
        named.extend(said.claimed_product.as_deref().and_then(|name| names.named(name)).map(|row| row.product_id.clone()));
        Self { uses, named }
    }
    /// Every product in question.
    pub fn products(&self) -> BTreeSet<String> {
        self.uses.iter().map(|found| found.product_id.clone()).chain(self.named.iter().cloned()).collect()
    }
    /// The one product the rules take it for: what it claims, or else names, or else resembles.
    pub fn product(&self, said: &Said) -> Option<String> {
        let claimed = said.claimed_product_id.clone().filter(|id| self.named.contains(id));
        claimed.or_else(|| self.uses.first().map(|found| found.product_id.clone())).or_else(|| self.named.first().cloned())
    }
}

/// What the rules ask about a listing on a day.
pub fn judge(day: Day, said: &Said, about: &About, standings: &BTreeMap<String, Standing>, books: &Books) -> Vec<Finding> {
    let nothing = Standing::default();
    let standing = |id: &str| standings.get(id).unwrap_or(&nothing);
    let name = |id: &str| books.names.product(id).map(|row| row.name.clone()).unwrap_or_default();
    let mut found = Vec::new();
    let any = |mark: Mark| standings.values().any(|standing| *standing.right(mark) == Right::InForce);
    marks(said, about, (&standing, &any), &name, &mut found);
    for used in &about.uses {
        let of = |rule| Finding::new(rule, Some(&used.product_id)).with("name", used.name.clone()).with("written", used.written.clone());
        match &used.form {
            Form::Exact => {}
            Form::Style(word) => found.push(of(Rule::NameStyle).with("word", word.clone())),
            Form::Similar(_) if standing(&used.product_id).is_sourced() || about.named.contains(&used.product_id) => {}
            Form::Similar(likeness) => found.push(of(Rule::NameSimilar).with("likeness", likeness.word())),
        }
    }
    for id in &about.named {
        let of = |rule| Finding::new(rule, Some(id)).with("name", name(id));
        let standing = standing(id);
        let grows_it = standing.farmer && standing.inside;
        if !standing.is_sourced() && !grows_it {
            let still = books.rules.of(Rule::AuthorisationEnded);
            let ended = standing.ended.as_ref().filter(|(_, last)| still.enabled && day.since(*last) <= still.threshold);
            found.push(match ended {
                Some((party, last)) => of(Rule::AuthorisationEnded).with("party", party.clone()).with("last_day", last.to_string()),
                None => of(Rule::SourceUnknown),
            });
        }
        let places = books.names.product(id).map(|row| row.places.clone()).unwrap_or_default();
        let origin = said.origin.clone().filter(|origin| !origin.is_empty()).or_else(|| stated(&said.title));
        if let Some(origin) = origin
            && let Some(place) = outside(&origin, &places, &books.places)
        {
            found.push(of(Rule::OriginOutside).with("origin", origin).with("place", place).with("area", places.join("、")));
        }
        volume(standing, &books.rules, &of, &mut found);
        let peers = books.rules.of(Rule::PriceOutsidePeers).threshold;
        if let Some(price) = standing.price
            && i64::try_from(standing.peers.len()).is_ok_and(|count| count >= peers.max(1))
        {
            let (right, middle) = (p5_p95(&standing.peers), standing.peers[standing.peers.len() / 2]);
            // Among few peers somebody is always the cheapest: only what is also far from the middle is out of the ordinary.
            let is_far = price.saturating_mul(2) < middle || price > middle.saturating_mul(2);
            if is_far && (price < right.least || price > right.most) {
                let finding =
                    of(Rule::PriceOutsidePeers).with("price_fen", price).with("least_fen", right.least).with("most_fen", right.most);
                found.push(finding.with("peers", standing.peers.len()).with("unit", standing.unit.clone()));
            }
        }
    }
    if let Some(audited) = &said.audited_hash
        && *audited != said.content_hash
    {
        found.push(Finding::new(Rule::ContentChanged, about.product(said).as_deref()));
    }
    found.retain(|finding| books.rules.asks(finding.rule));
    found.sort_by(|a, b| (a.rule, &a.product_id).cmp(&(b.rule, &b.product_id)));
    found
}

fn marks<'a>(
    said: &Said,
    about: &About,
    (standing, any): (&impl Fn(&str) -> &'a Standing, &impl Fn(Mark) -> bool),
    name: &impl Fn(&str) -> String,
    found: &mut Vec<Finding>,
) {
    let words = format!("{}\n{}", said.title, said.details.as_deref().unwrap_or_default());
    for (mark, rule) in [(Mark::Special, Rule::SpecialMark), (Mark::Registered, Rule::RegisteredMark)] {
        let in_words = claimed(&words, mark);
        let shown = said.shows.is_some_and(|shown| shown.has(mark));
        if in_words.is_none() && !shown {
            continue;
        }
        let of = |rule, id: Option<&String>| {
            let finding = Finding::new(rule, id.map(String::as_str)).with("name", id.map(|id| name(id)).unwrap_or_default());
            finding.with("words", in_words.unwrap_or_default()).with("shown", shown)
        };
        // A manner or a likeness of the name claims the mark for it as well.
        let products = about.products();
        // Without a name: whoever may show the mark of some product may well mean that one.
        if products.is_empty() && !any(mark) {
            found.push(of(rule, None));
        }
        for id in &products {
            match standing(id).right(mark) {
                Right::InForce => {}
                Right::None => found.push(of(rule, Some(id))),
                Right::Ended { party, last, suspended } => {
                    let finding = of(Rule::MarkUseEnded, Some(id)).with("party", party.clone()).with("last_day", last.to_string());
                    let finding = finding.with("suspended", *suspended);
                    // Both marks may rest on the same use: it is asked about once.
                    if !found.iter().any(|other| other.rule == finding.rule && other.product_id == finding.product_id) {
                        found.push(finding);
                    }
                }
            }
        }
    }
}

fn volume(standing: &Standing, rules: &RuleBook, of: &impl Fn(Rule) -> Finding, found: &mut Vec<Finding>) {
    let Some(sold) = standing.sold else { return };
    let told = |rule: Rule, sold: Between, right: i64| {
        let finding = of(rule).with("sold_least", sold.least).with("sold_most", sold.most).with("right", right);
        finding.with("unit", standing.unit.clone()).with("per_cent", rules.of(rule).threshold)
    };
    let said = |rule: Rule, right: i64| told(rule, sold, right);
    let over = |rule: Rule, right: i64| exceeds(sold.least, right, rules.of(rule).threshold);
    if let Some(output) = standing.output {
        let right = output.saturating_add(standing.received);
        if over(Rule::SoldBeyondOutput, right) {
            found.push(said(Rule::SoldBeyondOutput, right));
        }
        return;
    }
    // Orders are taken before goods come: what was ordered lately is not held against what has come yet.
    let received = standing.received;
    if let Some(settled) = standing.settled.filter(|_| received > 0)
        && exceeds(settled.least, received, rules.of(Rule::SoldBeyondReceived).threshold)
    {
        found.push(told(Rule::SoldBeyondReceived, settled, received));
    }
    if let Some(right) = standing.authorised_amount.filter(|_| standing.authorised > 0)
        && over(Rule::SoldBeyondAuthorised, right)
    {
        found.push(said(Rule::SoldBeyondAuthorised, right));
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
