//! 检查: one firm visited by at least two officers. Pure part.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> waiting: drawn, or named for a reason
//!     waiting --> recorded: what was seen, signed or refused before a witness
//!     recorded --> published: by another officer, within the limit
//! ```
//! What was found is one of three: nothing this time (本次未发现问题), something to be mended (an order with a day, then a re-check), or
//! something to be followed (a case). It is never said that a firm is lawful. What is counted otherwise than the books say is 待核.

use super::word::words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::Day;
use crate::kernel::failure::Faults;

/// How far an inspection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InspectionState {
    /// Nobody was there yet.
    Waiting,
    /// What was seen is on record.
    Recorded,
    /// The result is public.
    Published,
}

impl InspectionState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Recorded, Self::Published];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Recorded => "recorded",
            Self::Published => "published",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
    /// Which steps there are.
    pub fn may_become(self, to: Self) -> bool {
        matches!((self, to), (Self::Waiting, Self::Recorded) | (Self::Recorded, Self::Published))
    }
}

words! {
    /// What was found of one item.
    Answer {
        /// 符合.
        Fits = "fits",
        /// 不符合.
        Differs = "differs",
        /// 不适用.
        NotApplicable = "not_applicable",
    }
}

words! {
    /// What an inspection found.
    Found {
        /// 本次未发现问题.
        Nothing = "nothing",
        /// 发现问题待改正.
        Rectify = "rectify",
        /// 发现问题待后续处理.
        FollowUp = "follow_up",
    }
}

words! {
    /// How the firm's person stood to the record.
    Signature {
        /// Signed.
        Signed = "signed",
        /// 拒绝签字: a witness signs instead.
        Refused = "refused",
    }
}

/// One item of the checklist as it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemInput {
    /// Whose checklist.
    pub department: String,
    /// The item's words.
    pub item: String,
    /// What was found; must be given.
    pub answer: Option<Answer>,
    /// In words; needed where it differs.
    #[serde(default)]
    pub note: String,
}

/// Labels of one order, counted on hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountInput {
    /// `cod_…`
    pub order_id: String,
    /// What was counted; nothing if it was not.
    pub counted: Option<i64>,
}

/// What the books say of labels of one order on hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Books {
    /// `cod_…`
    pub order_id: String,
    /// The order's number.
    pub order_no: i64,
    /// Labels neither on goods nor voided nor returned.
    pub on_hand: i64,
}

/// Labels counted beside the books; a difference is 待核.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counted {
    /// The order's number.
    pub order_no: i64,
    /// By the books.
    pub expected: i64,
    /// By counting.
    pub counted: i64,
    /// Counted less expected; nothing but 0 is 待核.
    pub difference: i64,
}

/// 抽样单.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleInput {
    /// The lot.
    pub lot: String,
    /// How much, in words: 2 kg.
    pub quantity: String,
    /// Who sealed it.
    pub sealed_by: String,
}

/// `POST /inspections/{id}/record`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordInput {
    /// The day of the visit.
    #[schema(value_type = String, format = Date)]
    pub inspected_on: Day,
    /// Accounts of who was there, two at least, of those drawn.
    pub officers: Vec<String>,
    /// Every item of every department's list.
    pub items: Vec<ItemInput>,
    /// Labels counted.
    #[serde(default)]
    pub counts: Vec<CountInput>,
    /// What else was seen.
    #[serde(default)]
    pub note: String,
    /// Where, as the phone says it; optional.
    #[serde(default)]
    pub place: String,
    /// A sample that was taken.
    #[serde(default)]
    pub sample: Option<SampleInput>,
    /// Signed or refused; must be given.
    pub signature: Option<Signature>,
    /// Who signed for the firm.
    #[serde(default)]
    pub signed_by: String,
    /// Who witnessed the refusal.
    #[serde(default)]
    pub witness: String,
    /// The result; must be given.
    pub found: Option<Found>,
    /// What is to be mended.
    #[serde(default)]
    pub mend: String,
    /// Until when.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub mend_by: Option<Day>,
}

impl RecordInput {
    /// How many items differ.
    pub fn differing(&self) -> usize {
        self.items.iter().filter(|item| item.answer == Some(Answer::Differs)).count()
    }
    /// What was counted beside what the books say; an order that is not among the books is a fault.
    pub fn beside(&self, faults: &mut Faults, books: &[Books]) -> Vec<Counted> {
        let mut lines = Vec::new();
        for (no, count) in self.counts.iter().enumerate() {
            let Some(book) = books.iter().find(|book| book.order_id == count.order_id) else {
                faults.add(format!("/counts/{no}"), "inspection_order").with("value", count.order_id.chars().take(40).collect::<String>());
                continue;
            };
            if let Some(counted) = count.counted {
                let difference = counted.saturating_sub(book.on_hand);
                lines.push(Counted { order_no: book.order_no, expected: book.on_hand, counted, difference });
            }
        }
        lines
    }
    /// Everything that is wrong with it by itself; `today` and the day the firm was drawn bound the visit.
    pub fn check(&self, faults: &mut Faults, opened: Day, today: Day) {
        if self.inspected_on < opened || self.inspected_on > today {
            faults.add("/inspected_on", "inspection_day").with("value", self.inspected_on).with("from", opened).with("to", today);
        }
        for (no, item) in self.items.iter().enumerate() {
            if item.answer.is_none() {
                faults.add(format!("/items/{no}"), "inspection_item_open").with("item", &item.item);
            } else if item.answer == Some(Answer::Differs) && item.note.trim().is_empty() {
                faults.add(format!("/items/{no}"), "inspection_item_note").with("item", &item.item);
            }
        }
        for (no, count) in self.counts.iter().enumerate() {
            if count.counted.is_some_and(|n| !(0..=100_000_000).contains(&n)) {
                faults.add(format!("/counts/{no}"), "inspection_count").with("most", 100_000_000);
            }
        }
        match self.signature {
            None => {
                faults.add("/signature", "inspection_signature");
            }
            Some(Signature::Signed) if self.signed_by.trim().is_empty() => {
                faults.add("/signed_by", "inspection_signer");
            }
            Some(Signature::Refused) if self.witness.trim().is_empty() => {
                faults.add("/witness", "inspection_witness");
            }
            Some(_) => {}
        }
        if let Some(sample) = &self.sample {
            for (name, text) in [("lot", &sample.lot), ("quantity", &sample.quantity), ("sealed_by", &sample.sealed_by)] {
                if text.trim().is_empty() {
                    faults.add(format!("/sample/{name}"), "inspection_sample");
                }
            }
        }
        match self.found {
            None => {
                faults.add("/found", "inspection_found");
            }
            Some(Found::Nothing) if self.differing() > 0 => {
                faults.add("/found", "inspection_found_differs").with("n", self.differing());
            }
            Some(Found::Rectify) if self.mend_by.is_none() => {
                faults.add("/mend_by", "register_empty");
            }
            Some(_) => {}
        }
        self.lengths(faults);
    }

    fn lengths(&self, faults: &mut Faults) {
        let texts = [
            ("/note", &self.note, 2000),
            ("/place", &self.place, 120),
            ("/signed_by", &self.signed_by, 60),
            ("/witness", &self.witness, 60),
            ("/mend", &self.mend, 1000),
        ];
        for (at, text, most) in texts {
            if text.chars().count() > most {
                faults.add(at, "register_too_long").with("most", most);
            }
        }
        for (no, item) in self.items.iter().enumerate().filter(|(_, item)| item.note.chars().count() > 500) {
            faults.add(format!("/items/{no}"), "register_too_long").with("most", 500).with("item", &item.item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn record() -> RecordInput {
        let item = |answer| ItemInput {
            department: "市场监管".to_owned(),
            item: "产地".to_owned(),
            answer: Some(answer),
            note: "见照片".to_owned(),
        };
        RecordInput {
            inspected_on: day("2026-11-25"),
            officers: vec!["acc_1".to_owned(), "acc_2".to_owned()],
            items: vec![item(Answer::Fits), item(Answer::NotApplicable)],
            counts: vec![CountInput { order_id: "cod_1".to_owned(), counted: Some(38) }],
            note: String::new(),
            place: String::new(),
            sample: None,
            signature: Some(Signature::Signed),
            signed_by: "负责人".to_owned(),
            witness: String::new(),
            found: Some(Found::Nothing),
            mend: String::new(),
            mend_by: None,
        }
    }

    fn faults(record: &RecordInput) -> Vec<&'static str> {
        let mut faults = Faults::new();
        record.check(&mut faults, day("2026-11-20"), day("2026-11-26"));
        faults.check().err().map(|failure| failure.fields.iter().map(|fault| fault.code).collect()).unwrap_or_default()
    }

    #[test]
    fn steps_of_an_inspection() {
        let rows = InspectionState::ALL.map(|from| InspectionState::ALL.map(|to| from.may_become(to)));
        assert_eq!(rows, [[false, true, false], [false, false, true], [false; 3]]);
        assert!(InspectionState::ALL.iter().all(|state| InspectionState::parse(state.word()) == Some(*state)));
    }

    #[test]
    fn what_a_record_must_say() {
        let good = record();
        let books = [Books { order_id: "cod_1".to_owned(), order_no: 7, on_hand: 40 }];
        let mut none = Faults::new();
        let line = Counted { order_no: 7, expected: 40, counted: 38, difference: -2 };
        assert!(faults(&good).is_empty() && good.beside(&mut none, &books) == [line], "a difference is noted and no fault");
        assert!(good.beside(&mut none, &[]).is_empty() && !none.is_empty(), "labels of somebody else are not counted here");
        type Bend = fn(&mut RecordInput);
        let cases: &[(&str, Bend)] = &[
            ("inspection_day", |r| r.inspected_on = Day::parse("2026-11-27").unwrap()),
            ("inspection_day", |r| r.inspected_on = Day::parse("2026-11-19").unwrap()),
            ("inspection_item_open", |r| r.items[0].answer = None),
            ("inspection_count", |r| r.counts[0].counted = Some(-1)),
            ("inspection_signature", |r| r.signature = None),
            ("inspection_signer", |r| r.signed_by = " ".to_owned()),
            ("inspection_witness", |r| r.signature = Some(Signature::Refused)),
            ("inspection_found", |r| r.found = None),
            ("inspection_found_differs", |r| r.items[0].answer = Some(Answer::Differs)),
            ("register_empty", |r| r.found = Some(Found::Rectify)),
            ("inspection_sample", |r| {
                r.sample = Some(SampleInput { lot: "2026-01".to_owned(), quantity: String::new(), sealed_by: "甲".to_owned() });
            }),
            ("register_too_long", |r| r.note = "长".repeat(2001)),
        ];
        for (code, bend) in cases {
            let mut bent = record();
            bend(&mut bent);
            assert_eq!(faults(&bent), [*code]);
        }
        let mut refused = record();
        (refused.signature, refused.witness) = (Some(Signature::Refused), "村委会在场人员".to_owned());
        assert!(faults(&refused).is_empty(), "a refusal before a witness is a record");
        let mut differs = record();
        (differs.items[0].answer, differs.items[0].note, differs.found) = (Some(Answer::Differs), String::new(), Some(Found::FollowUp));
        assert_eq!(faults(&differs), ["inspection_item_note"], "what differs is said in words");
    }
}
