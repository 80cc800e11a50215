//! 待办: what waits for an officer, whatever it is, in one shape, so that one queue can be sorted by the day it is due.
//!
//! Each process says what waits in its own `due` query; the inbox only puts them together.

mod collect;

use crate::kernel::{Day, Millis};

pub use collect::waiting;

/// One thing that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What it is; its words are `work.inbox.kind.<kind>`: `feedback` `alert` `listing` `inspection` `rectification` `case` `recall` `stop` `seizure` `evidence` `application` `annual_report`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// What it is about, in a line.
    pub title: String,
    /// Since when it waits.
    pub since: Millis,
    /// The last day to deal with it; nothing where there is no clock.
    pub due_on: Option<Day>,
    /// Its page, without language.
    pub href: String,
    /// What it is next to, in a word of `work.inbox.step.<step>`: `judge` `confirm` `answer` `check` `visit` `publish` `decide`.
    pub step: &'static str,
}

/// Whether something is late, due today, or has time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// 已超期.
    Overdue,
    /// 今天.
    Today,
    /// Later, or without a clock.
    Later,
}

impl Due {
    /// How urgent it is on `today`.
    pub fn urgency(&self, today: Day) -> Urgency {
        match self.due_on {
            Some(day) if day < today => Urgency::Overdue,
            Some(day) if day == today => Urgency::Today,
            _ => Urgency::Later,
        }
    }
}
