//! Who acts, and how far they see. Both are obtained from the sign-in, never remembered or made up: there is no `Default`.

use super::{Clock, Random, ids};

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account that signed in (`acc_…`).
    pub account_id: String,
    /// Its name, for receipts and logs.
    pub account: String,
    /// The organisation the account belongs to.
    pub organisation_id: Option<String>,
    /// The person at the keyboard, where several share a device (经办人).
    pub handled_by: Option<String>,
    /// How far the permission just used reaches.
    pub scope: Scope,
}

impl Actor {
    /// The program itself: first start, demo, jobs. Sees everything; its acts carry the account `system`.
    pub fn system() -> Self {
        Self {
            account_id: "system".to_owned(),
            account: "system".to_owned(),
            organisation_id: None,
            handled_by: None,
            scope: Scope::everything(),
        }
    }
}

/// Where an act takes place: who, at what time, with which source of chance. Every command takes one.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Tells the time.
    pub clock: Clock,
    /// Makes ids, salts and keys.
    pub random: Random,
    /// Who acts.
    pub actor: Actor,
}

impl Desk {
    /// The program's own desk.
    pub fn system(clock: &Clock, random: &Random) -> Self {
        Self { clock: clock.clone(), random: random.clone(), actor: Actor::system() }
    }
    /// A new id.
    pub fn new_id(&self, noun: ids::Noun) -> String {
        ids::new(noun, &self.clock, &self.random)
    }
}

/// How far one permission of one actor reaches: the union of the grants that carry it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Reaches everything.
    pub all: bool,
    /// Organisations named (own organisation).
    pub organisations: Vec<String>,
    /// Division codes with their successors and predecessors, trailing zeros cut: `1301` reaches all of Shijiazhuang.
    pub divisions: Vec<String>,
    /// Organisations whose rights are held: reaches what relies on a product on which one of these holds a right.
    pub holders: Vec<String>,
    /// One household's own view.
    pub growers: Vec<String>,
}

impl Scope {
    /// Reaches everything.
    pub fn everything() -> Self {
        Self { all: true, ..Self::default() }
    }
    /// Reaches nothing.
    pub fn is_empty(&self) -> bool {
        !self.all && self.organisations.is_empty() && self.divisions.is_empty() && self.holders.is_empty() && self.growers.is_empty()
    }
    /// Does it reach this organisation, which lies in this division?
    pub fn reaches_organisation(&self, id: &str, division_code: Option<&str>) -> bool {
        self.all || self.organisations.iter().any(|o| o == id) || division_code.is_some_and(|code| self.reaches_division(code))
    }
    /// Does it reach this division?
    pub fn reaches_division(&self, code: &str) -> bool {
        self.all || self.divisions.iter().any(|prefix| code.starts_with(prefix.as_str()))
    }
    /// Adds what another grant reaches.
    pub fn widen(&mut self, other: Self) {
        self.all |= other.all;
        self.organisations.extend(other.organisations);
        self.divisions.extend(other.divisions);
        self.holders.extend(other.holders);
        self.growers.extend(other.growers);
    }
}

/// A division code as a prefix of everything inside it: `130100` → `1301`, `130183` → `130183`, `130000` → `13`.
pub fn division_prefix(code: &str) -> &str {
    let end = code.trim_end_matches('0').len();
    let even = end.div_ceil(2) * 2;
    &code[..even.clamp(2.min(code.len()), code.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_reaches_its_counties_and_a_county_not_its_neighbour() {
        let scope = |code: &str| Scope { divisions: vec![division_prefix(code).to_owned()], ..Scope::default() };
        assert!(scope("130100").reaches_division("130183"));
        assert!(scope("130000").reaches_division("130183"));
        assert!(!scope("130183").reaches_division("130133"));
        assert!(!scope("130110").reaches_division("130111"), "鹿泉 does not reach 栾城");
    }
}
