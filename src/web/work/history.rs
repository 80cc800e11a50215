//! What happened to a thing, from the ledger, newest first: what, when, by which organisation. Accounts are not named here.

use super::super::app::App;
use super::super::words::Lang;
use super::desk::Reader;
use super::names::{Names, moment};
use crate::kernel::Outcome;
use crate::kernel::ids::{Noun, is};
use crate::ledger;
use crate::trace::verdict::VoidReason;

/// The most events shown.
const MOST: u64 = 200;

/// One event.
pub(super) struct Line {
    pub at: String,
    pub what: String,
    pub by: String,
    /// The reason given with it, if any.
    pub why: String,
}

/// The events of one subject.
pub(super) async fn history(app: &App, reader: &Reader, subject: &str) -> Outcome<Vec<Line>> {
    history_of(app, reader, &[subject.to_owned()]).await
}

/// The events of several subjects in one order.
pub(super) async fn history_of(app: &App, reader: &Reader, subjects: &[String]) -> Outcome<Vec<Line>> {
    let mut names = Names::new(app);
    let mut lines = Vec::new();
    let mut events = Vec::new();
    for subject in subjects {
        events.extend(ledger::history(app.db.reader(), subject, MOST).await?);
    }
    events.sort_by_key(|(at, _)| *at);
    for (at, body) in events {
        let organisation = body["organisation"].as_str().filter(|id| is(Noun::Organisation, id));
        let by = match organisation {
            Some(id) => names.party(reader, id).await?,
            None => reader.say("by_platform"),
        };
        let kind = body["kind"].as_str().unwrap_or_default().replace('.', "_");
        lines.push(Line {
            at: moment(reader.lang, at),
            what: reader.word("event", &kind),
            by,
            why: why(reader.lang, body["facts"]["reason"].as_str().unwrap_or_default()),
        });
    }
    lines.reverse();
    Ok(lines)
}

/// A reason in words: those of a void are words of ours.
fn why(lang: Lang, reason: &str) -> String {
    match VoidReason::parse(reason) {
        Some(known) => lang.say(&format!("void_reason.{}", known.word())).into_owned(),
        None => reason.to_owned(),
    }
}
