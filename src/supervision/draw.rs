//! 双随机 as anybody can redo it. Pure part.
//!
//! 1. Candidates and officers are frozen: sorted bytewise, written as JCS (RFC 8785), hashed. SHA-256 of that text goes into the ledger,
//!    together with a public value that somebody else will make known on a later day (a lottery's result, an index at its close).
//! 2. After that day the value is entered. The seed is SHA-256 of the 32 bytes of the list's hash followed by the value in UTF-8, the
//!    start SHA-256 of the 32 bytes of the seed followed by the list's `blind` in UTF-8.
//! 3. Firms stand in the order of SHA-256(start ‖ id); the first so many are drawn. For each of them the officers of each department
//!    stand in the order of SHA-256(start ‖ firm's id ‖ 0x0A ‖ certificate number); the first two that are not excluded for the firm go.
//! 4. The list is public once every inspection that came of it is on record, and at the latest on a day that was stated with the hash.
//!
//! Whoever froze the list could not know the value, and whoever entered the value could not change the list. Until the list is public
//! nobody outside can tell who is drawn, though hash, value and seed are known: firms and certificates may be guessed, 32 random bytes
//! (`blind`) can't, and both the hash and the order hang on them. `docs/draw.py` does the same with nothing but Python's standard library.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::kernel::{Day, Failure, Outcome};

/// How many officers of each department go.
pub const TEAM: usize = 2;
/// How many days after the value's day a list is public at the latest, where nothing else was stated.
pub const OPEN_AFTER: i64 = 60;
/// The latest that may be stated, in days after the value's day.
pub const OPEN_LATEST: i64 = 180;

/// How far a task has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawState {
    /// In the year's plan.
    Planned,
    /// The list is frozen; waits for the public value.
    Frozen,
    /// Drawn, here or on the province's platform.
    Drawn,
    /// Taken out of the plan before anything was frozen.
    Dropped,
}

impl DrawState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Planned, Self::Frozen, Self::Drawn, Self::Dropped];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Frozen => "frozen",
            Self::Drawn => "drawn",
            Self::Dropped => "dropped",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
    /// Which steps there are. A frozen list is never dropped: nobody may look at a result and throw it away.
    pub fn may_become(self, to: Self) -> bool {
        use DrawState::{Drawn, Dropped, Frozen, Planned};
        matches!((self, to), (Planned, Frozen | Drawn | Dropped) | (Frozen, Drawn))
    }
}

/// A firm that may be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    /// `org_…`
    pub id: String,
    /// Its name as on the public roll.
    pub name: String,
    /// 统一社会信用代码.
    pub credit_code: Option<String>,
}

/// An officer who may be drawn, known by the certificate alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PoolOfficer {
    /// 执法证号.
    pub certificate_no: String,
    /// For whom it enforces.
    pub department: String,
    /// Candidates this officer keeps away from (回避); why is not said.
    pub excluded: Vec<String>,
}

/// What is frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FrozenList {
    /// Of this description: 2.
    pub v: u8,
    /// `drw_…`
    pub draw: String,
    /// 32 random bytes, hex: without them neither the list nor the order can be found out by trying.
    pub blind: String,
    /// How many firms are drawn.
    pub take: usize,
    /// How many officers of each department go.
    pub team: usize,
    /// Departments, in order.
    pub departments: Vec<String>,
    /// Firms, bytewise by id.
    pub firms: Vec<Candidate>,
    /// Officers, bytewise by certificate.
    pub officers: Vec<PoolOfficer>,
}

/// A firm that was drawn, with its officers' certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Picked {
    /// `org_…`
    pub firm: String,
    /// Certificates, department by department.
    pub officers: Vec<String>,
}

/// Where a pool is too small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The department.
    pub department: String,
    /// The firm.
    pub firm: String,
    /// How many of its officers may go there.
    pub found: usize,
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The seed: SHA-256 of the list's hash and the public value.
pub fn seed(list_hash: &[u8; 32], public_value: &str) -> [u8; 32] {
    digest(&[list_hash, public_value.as_bytes()])
}

impl FrozenList {
    /// Puts a list in its order: everything bytewise, so that it has one text.
    pub fn new(
        (draw, blind): (&str, &[u8; 32]),
        take: usize,
        departments: &[String],
        mut firms: Vec<Candidate>,
        mut officers: Vec<PoolOfficer>,
    ) -> Self {
        firms.sort_by(|a, b| a.id.cmp(&b.id));
        firms.dedup_by(|a, b| a.id == b.id);
        let ids: BTreeSet<String> = firms.iter().map(|firm| firm.id.clone()).collect();
        for officer in &mut officers {
            officer.excluded.retain(|id| ids.contains(id));
            officer.excluded.sort();
            officer.excluded.dedup();
        }
        officers.sort_by(|a, b| a.certificate_no.cmp(&b.certificate_no));
        let blind = data_encoding::HEXLOWER.encode(blind);
        Self { v: 2, draw: draw.to_owned(), blind, take, team: TEAM, departments: departments.to_vec(), firms, officers }
    }

    /// The text that is hashed.
    ///
    /// # Errors
    /// Only ours.
    pub fn text(&self) -> Outcome<String> {
        serde_json_canonicalizer::to_string(self).map_err(Failure::broken)
    }

    /// Officers of a department that may go to a firm.
    fn free<'a>(&'a self, department: &'a str, firm: &'a str) -> impl Iterator<Item = &'a PoolOfficer> {
        let may = move |officer: &&PoolOfficer| officer.department == department && !officer.excluded.iter().any(|id| id == firm);
        self.officers.iter().filter(may)
    }

    /// The first place where fewer officers may go than have to; any firm may be drawn, so every firm counts.
    pub fn shortage(&self) -> Option<Shortage> {
        let places = self.departments.iter().flat_map(|department| self.firms.iter().map(move |firm| (department, firm)));
        places.into_iter().find_map(|(department, firm)| {
            let found = self.free(department, &firm.id).count();
            (found < self.team).then(|| Shortage { department: department.clone(), firm: firm.name.clone(), found })
        })
    }

    /// Draws.
    pub fn draw(&self, seed: &[u8; 32]) -> Vec<Picked> {
        let start = digest(&[seed, self.blind.as_bytes()]);
        let mut firms: Vec<([u8; 32], &Candidate)> = self.firms.iter().map(|firm| (digest(&[&start, firm.id.as_bytes()]), firm)).collect();
        firms.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
        firms.into_iter().take(self.take).map(|(_, firm)| self.team_for(&start, &firm.id)).collect()
    }

    fn team_for(&self, start: &[u8; 32], firm: &str) -> Picked {
        let mut officers = Vec::new();
        for department in &self.departments {
            let key = |officer: &PoolOfficer| digest(&[start, firm.as_bytes(), b"\n", officer.certificate_no.as_bytes()]);
            let mut free: Vec<([u8; 32], &PoolOfficer)> = self.free(department, firm).map(|officer| (key(officer), officer)).collect();
            free.sort_by(|a, b| (a.0, &a.1.certificate_no).cmp(&(b.0, &b.1.certificate_no)));
            officers.extend(free.into_iter().take(self.team).map(|(_, officer)| officer.certificate_no.clone()));
        }
        Picked { firm: firm.to_owned(), officers }
    }
}

/// Is a frozen list public? Once all that came of its draw is on record, so that nobody is warned; and on the stated day whatever became of
/// it, drawn or not, so that nobody can put off being checked.
pub fn is_open(is_drawn: bool, waiting: usize, open_on: Day, today: Day) -> bool {
    today >= open_on || (is_drawn && waiting == 0)
}

/// SHA-256 of a text.
pub fn hash(text: &str) -> [u8; 32] {
    digest(&[text.as_bytes()])
}

/// How many are drawn of so many: a number as it is, or per mille of them, rounded up, at least one.
pub fn taken(is_ratio: bool, portion: i64, candidates: usize) -> usize {
    let portion = usize::try_from(portion.max(0)).unwrap_or(0);
    if is_ratio { (candidates * portion).div_ceil(1000).max(1) } else { portion }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(excluded: &[&str]) -> FrozenList {
        let firm = |n: usize| Candidate { id: format!("org_{n:02}"), name: format!("合作社{n}"), credit_code: None };
        let officer = |n: usize, department: &str, excluded: &[&str]| PoolOfficer {
            certificate_no: format!("1301AB{n:02}"),
            department: department.to_owned(),
            excluded: excluded.iter().map(|id| (*id).to_owned()).collect(),
        };
        let officers = vec![
            officer(3, "市场监管", &[]),
            officer(1, "市场监管", excluded),
            officer(2, "市场监管", &[]),
            officer(4, "农业农村", &[]),
            officer(5, "农业农村", &[]),
        ];
        let departments = ["市场监管".to_owned(), "农业农村".to_owned()];
        FrozenList::new(("drw_1", &[7; 32]), 4, &departments, (0..12).rev().map(firm).collect(), officers)
    }

    #[test]
    fn the_same_list_has_one_text_and_any_change_another_hash() {
        let (one, two) = (list(&[]), list(&[]));
        let text = one.text().unwrap();
        assert_eq!(text, two.text().unwrap());
        assert!(
            text.starts_with(r#"{"blind":"0707070707070707070707070707070707070707070707070707070707070707","departments":["市场监管","农业农村"],"draw":"drw_1","firms":[{"credit_code":null,"id":"org_00""#),
            "{text}"
        );
        let mut changed = one.clone();
        changed.firms[3].name.push('甲');
        let mut fewer = one.clone();
        fewer.firms.pop();
        let blinded = FrozenList { blind: "08".repeat(32), ..one.clone() };
        let all = [&one, &changed, &fewer, &list(&["org_03"]), &blinded];
        let hashes: BTreeSet<_> = all.iter().map(|list| hash(&list.text().unwrap())).collect();
        assert_eq!(hashes.len(), 5, "a name, a firm less, an officer who keeps away, other random bytes: each is another list");
    }

    #[test]
    fn the_draw_follows_from_list_and_value_alone_and_keeps_officers_away() {
        let all: Vec<String> = (0..12).map(|n| format!("org_{n:02}")).collect();
        let away: Vec<&str> = all.iter().map(String::as_str).collect();
        let list = list(&away);
        let start = hash(&list.text().unwrap());
        let drawn = list.draw(&seed(&start, "3456.78"));
        assert_eq!(drawn, list.draw(&seed(&start, "3456.78")));
        assert_ne!(drawn, list.draw(&seed(&start, "3456.79")));
        assert_eq!(drawn.len(), 4);
        for pick in &drawn {
            assert_eq!(pick.officers.len(), 4, "two of each department");
            assert!(!pick.officers.iter().any(|no| no == "1301AB01"), "who keeps away from a firm is never sent there");
        }
        let firms: BTreeSet<_> = drawn.iter().map(|pick| &pick.firm).collect();
        assert_eq!(firms.len(), 4, "no firm is drawn twice");
    }

    #[test]
    fn who_knows_hash_value_and_every_firm_still_cannot_tell_the_order() {
        let list = list(&[]);
        let seed = seed(&hash(&list.text().unwrap()), "3456.78");
        let order =
            |list: &FrozenList| FrozenList { take: 12, ..list.clone() }.draw(&seed).into_iter().map(|pick| pick.firm).collect::<Vec<_>>();
        let guessed = FrozenList { blind: "00".repeat(32), ..list.clone() };
        assert_ne!(order(&list), order(&guessed), "the same seed over the same firms, other random bytes");
    }

    #[test]
    fn when_a_list_is_public() {
        let (open_on, day) = (Day::parse("2026-12-24").unwrap(), |text: &str| Day::parse(text).unwrap());
        let rows = [
            (false, 0, "2026-12-23", false),
            (true, 2, "2026-12-23", false),
            (true, 0, "2026-10-23", true),
            (true, 2, "2026-12-24", true),
            (false, 0, "2026-12-24", true),
        ];
        for (is_drawn, waiting, today, expected) in rows {
            assert_eq!(is_open(is_drawn, waiting, open_on, day(today)), expected, "{is_drawn} {waiting} {today}");
        }
    }

    #[test]
    fn every_firm_is_drawn_about_equally_often() {
        let list = list(&[]);
        let start = hash(&list.text().unwrap());
        let mut counts = std::collections::BTreeMap::new();
        for n in 0..3000 {
            for pick in list.draw(&seed(&start, &n.to_string())) {
                *counts.entry(pick.firm).or_insert(0) += 1;
            }
        }
        assert!(counts.len() == 12 && counts.values().all(|n| (850..1150).contains(n)), "1000 expected of each: {counts:?}");
    }

    #[test]
    fn a_pool_that_is_too_small_for_any_firm_says_where() {
        assert_eq!(list(&[]).shortage(), None);
        let mut short = list(&["org_07"]);
        short.officers.retain(|officer| officer.certificate_no != "1301AB03");
        let told = short.shortage().unwrap();
        assert_eq!((told.department.as_str(), told.firm.as_str(), told.found), ("市场监管", "合作社7", 1));
    }

    #[test]
    fn how_many_are_taken() {
        assert_eq!(
            [taken(false, 3, 100), taken(true, 50, 100), taken(true, 50, 101), taken(true, 1, 10), taken(true, 1000, 7)],
            [3, 5, 6, 1, 7]
        );
    }

    #[test]
    fn which_steps_a_task_may_take() {
        let rows = DrawState::ALL.map(|from| DrawState::ALL.map(|to| from.may_become(to)));
        assert_eq!(rows[0], [false, true, true, true], "planned; drawn at once when the province drew");
        assert_eq!(rows[1], [false, false, true, false], "a frozen list is drawn and never dropped");
        assert_eq!((rows[2], rows[3]), ([false; 4], [false; 4]));
        assert!(DrawState::ALL.iter().all(|state| DrawState::parse(state.word()) == Some(*state)));
    }
}
