//! Receiving feedback; [`work`] is what officers do with it.

mod outside;
mod work;

use serde_json::json;

use super::required;
use crate::db::Tx;
use crate::files::{self, Kept, Purpose};
use crate::kernel::clock::HOUR;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::supervision::feedback::clock::{Clocks, Course};
use crate::supervision::feedback::receipt::receipt_hash;
use crate::supervision::feedback::{Channel, Choice, FeedbackInput, FeedbackState, host, phone, said_hash};
use crate::supervision::store::feedback::{self as store, FILES, FeedbackRow, ReportRow, Same};
use crate::trace::code::Code;
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::store::{order as orders, range as ranges};

pub use outside::{OutsideInput, OutsideRow, RowsTaken, import_outside, record_outside};
pub use work::{
    AnswerInput, EraseInput, UnmaskInput, Unmasked, accept_complaint, answer_feedback, close_feedback, erase_feedback, extend_check,
    open_case_of, take_feedback, transfer_feedback, unmask_reporter,
};

/// The most photographs of one report.
pub const MOST_PHOTOS: usize = 4;
/// The most bytes of one photograph.
pub const MOST_PHOTO_BYTES: usize = 5 * 1024 * 1024;

/// What the settings say of receiving.
#[derive(Debug, Clone)]
pub struct FeedbackRules {
    /// Hours within which the same is merged.
    pub merge_hours: i64,
    /// Bytes all photographs of anonymous reports may take together.
    pub store_bytes: i64,
    /// This address was published as one for statutory complaints and reports.
    pub statutory: bool,
    /// Days after its end for which telephone, words and photographs are kept.
    pub keep_days: i64,
}

/// Whose report it is, without knowing who.
#[derive(Debug, Clone, Default)]
pub struct Sender {
    /// The receipt, made before anything is written.
    pub receipt: String,
    /// The visitor under today's key, and yesterday's just after midnight; empty for a report written down by an officer.
    pub visitors: Vec<String>,
}

/// A report that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// `fbk_…` of the feedback it belongs to.
    pub id: String,
    /// Its number, for people.
    pub number: String,
    /// It was merged into one that was there.
    pub merged: bool,
    /// It was sent before: nothing new was written.
    pub again: bool,
    /// Photographs kept.
    pub photos: usize,
}

/// Goods a code stands for.
#[derive(Debug, Default)]
struct About {
    code: Option<String>,
    order_id: Option<String>,
    batch_id: Option<String>,
    producer_id: Option<String>,
    product_id: Option<String>,
    division_code: String,
}

/// What was read of a report.
struct Said {
    choice: Choice,
    channel: Channel,
    place: Option<String>,
    price: Option<String>,
    link: Option<String>,
    text: Option<String>,
    name: Option<String>,
    phone: Option<String>,
}

/// Receives a report. The same about the same, by the same visitor or in the same words, within the rules' hours is one feedback.
/// Photographs beyond the anonymous store are left out; the words are kept all the same.
///
/// # Errors
/// `invalid_fields`: `feedback_choice`, `feedback_channel`, `feedback_empty` without a code, a link or a word, `register_too_long`,
/// `feedback_phone`, `feedback_consent`, `feedback_identity`, `mistyped_code`, `unknown_code`.
pub async fn receive_feedback(
    tx: &Tx,
    desk: &Desk,
    keys: &dyn KeyProvider,
    (clocks, rules): (&Clocks, &FeedbackRules),
    (input, sender, photos): (&FeedbackInput, &Sender, &[Kept]),
) -> Outcome<Received> {
    let mut faults = Faults::new();
    let said = read(&mut faults, input, rules, photos.len());
    let about = match input.code.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
        Some(typed) => about_code(tx, keys, &mut faults, typed).await?,
        None => About::default(),
    };
    faults.check()?;
    let Some(said) = said else { return Err(Failure::broken("a report without a fault could not be read")) };
    store::begin(tx).await?;
    let hash = receipt_hash(&sender.receipt);
    if let Some((report, row)) = store::by_receipt(tx.connection(), &hash).await? {
        return Ok(Received {
            id: row.id,
            number: row.number,
            merged: false,
            again: true,
            photos: usize::try_from(report.photos).unwrap_or(0),
        });
    }
    let now = desk.clock.now();
    let same_words = said.text.as_deref().and_then(said_hash);
    let looked_for = Same {
        code: about.code.as_deref(),
        link: said.link.as_deref(),
        choice: said.choice.word(),
        channel: said.channel.word(),
        since: now - rules.merge_hours * HOUR,
        visitors: &sender.visitors,
        said_hash: same_words.as_deref(),
    };
    let there = store::same(tx.connection(), &looked_for).await?;
    let merged = there.is_some();
    let row = match there {
        Some(row) => {
            store::count_one_more(tx, &row.id, now).await?;
            row
        }
        None => {
            let row = fresh(tx, desk, clocks, &said, about).await?;
            store::insert(tx, row.clone()).await?;
            row
        }
    };
    let room = rules.store_bytes - store::bytes_held(tx.connection()).await?;
    let wanted: i64 = photos.iter().map(|photo| photo.size).sum();
    let kept: &[Kept] = if wanted <= room { &photos[..photos.len().min(MOST_PHOTOS)] } else { &[] };
    let report = ReportRow {
        id: desk.new_id(Noun::Feedback),
        feedback_id: row.id.clone(),
        receipt_hash: hash,
        received_at: now,
        visitor: sender.visitors.first().cloned().unwrap_or_default(),
        said: said.text.clone(),
        said_hash: same_words,
        bought_at: said.place.clone(),
        price: said.price.clone(),
        link: said.link.clone(),
        reporter: said.name,
        consented_at: said.phone.is_some().then_some(now),
        phone: said.phone,
        photos: i64::try_from(kept.len()).unwrap_or(0),
        erased_at: None,
    };
    store::insert_report(tx, report.clone()).await?;
    let holder = files::About { kind: FILES, id: report.id.clone(), organisation_id: None };
    for photo in kept {
        files::attach(tx, desk, photo, &holder, Purpose::Photo).await?;
    }
    let hashes: Vec<&str> = kept.iter().map(|photo| photo.sha256.as_str()).collect();
    let facts = json!({
        "feedback": row.id, "number": row.number, "choice": row.choice, "channel": row.channel, "code": row.code, "place": report.bought_at,
        "price": report.price, "link": report.link, "said": report.said, "photos": hashes, "phone_left": report.phone.is_some(),
    });
    // Its subject is the report: this leaf's body is what goes when the report is erased.
    ledger::append(tx, desk, Event::new(kind::FEEDBACK_RECEIVED, &report.id, facts)).await?;
    Ok(Received { id: row.id, number: row.number, merged, again: false, photos: kept.len() })
}

/// Would these words be taken? Asked before photographs are put on the shelf.
///
/// # Errors
/// What [`receive_feedback`] would say of them.
pub fn fits(input: &FeedbackInput, rules: &FeedbackRules, photos: usize) -> Outcome<()> {
    let mut faults = Faults::new();
    read(&mut faults, input, rules, photos);
    faults.check()
}

fn read(faults: &mut Faults, input: &FeedbackInput, rules: &FeedbackRules, photos: usize) -> Option<Said> {
    let mut line = |pointer: &str, typed: &Option<String>, most: usize| {
        let cleaned = typed.as_deref().map(text::clean).filter(|t| !t.is_empty());
        if cleaned.as_deref().is_some_and(|t| text::too_long(t, most)) {
            faults.add(pointer, "register_too_long").with("most", most);
        }
        cleaned
    };
    let place = line("/place", &input.place, 100);
    let price = line("/price", &input.price, 40);
    let link = line("/link", &input.link, 500);
    let words = line("/text", &input.text, 1000);
    let name = line("/name", &input.name, 60);
    let typed_phone = line("/phone", &input.phone, 40);
    let choice = Choice::parse(&input.choice);
    if choice.is_none() {
        faults.add("/choice", "feedback_choice");
    }
    let channel = match input.channel.as_deref().unwrap_or("own") {
        word if rules.statutory || word == "own" => Channel::parse(word),
        _ => None,
    };
    if channel.is_none() {
        faults.add("/channel", "feedback_channel").with("value", input.channel.as_deref().unwrap_or_default());
    }
    let named_code = input.code.as_deref().is_some_and(|code| !code.trim().is_empty());
    if !named_code && link.is_none() && words.is_none() && photos == 0 {
        faults.add("/text", "feedback_empty");
    }
    let number = typed_phone.as_deref().and_then(phone);
    if typed_phone.is_some() && number.is_none() {
        faults.add("/phone", "feedback_phone");
    }
    if typed_phone.is_some() && !input.consent {
        faults.add("/consent", "feedback_consent");
    }
    if matches!(channel, Some(Channel::Complaint | Channel::Report)) {
        if name.is_none() {
            faults.add("/name", "feedback_identity");
        }
        if typed_phone.is_none() {
            faults.add("/phone", "feedback_identity");
        }
    }
    Some(Said { choice: choice?, channel: channel?, place, price, link, text: words, name, phone: number })
}

async fn about_code(tx: &Tx, keys: &dyn KeyProvider, faults: &mut Faults, typed: &str) -> Outcome<About> {
    let Ok(code) = Code::parse(typed) else {
        faults.add("/code", "mistyped_code").with("value", text::clean(typed));
        return Ok(About::default());
    };
    let order = orders::by_locator(tx.connection(), code.locator()).await?;
    let found = match order {
        Some(row) => IssuedOrder::open(keys, &row)?.sequence_of(&code).map(|sequence| (row, sequence)),
        None => None,
    };
    let Some((order, sequence)) = found else {
        faults.add("/code", "unknown_code").with("value", text::clean(typed));
        return Ok(About::default());
    };
    let range = ranges::range_at(tx.connection(), order.order_no, sequence).await?;
    Ok(About {
        code: Some(code.as_str().to_owned()),
        batch_id: range.and_then(|range| range.standing.batch_id),
        division_code: store::division_of(tx.connection(), &order.producer_id).await?,
        order_id: Some(order.id),
        producer_id: Some(order.producer_id),
        product_id: Some(order.product_id),
    })
}

async fn fresh(tx: &Tx, desk: &Desk, clocks: &Clocks, said: &Said, about: About) -> Outcome<FeedbackRow> {
    let now = desk.clock.now();
    let today = Day::of(now);
    let at_once = said.choice == Choice::Health;
    let due = clocks.due(Course { channel: said.channel, at_once, received: today, accepted: None, extended: false })?;
    let prefix = format!("{}-", today.to_string().replace('-', ""));
    let next = store::numbered(tx.connection(), &prefix).await? + 1;
    Ok(FeedbackRow {
        id: desk.new_id(Noun::Feedback),
        number: format!("{prefix}{next:04}"),
        choice: said.choice.word().to_owned(),
        channel: said.channel.word().to_owned(),
        code: about.code,
        order_id: about.order_id,
        batch_id: about.batch_id,
        producer_id: about.producer_id,
        product_id: about.product_id,
        division_code: about.division_code,
        link: said.link.clone(),
        state: FeedbackState::Received.word().to_owned(),
        reports: 1,
        first_at: now,
        last_at: now,
        due_on: due.to_string(),
        accepted_on: None,
        extended: false,
        taken_by: None,
        answer: None,
        answered_by: None,
        answered_at: None,
        transferred_at: None,
        outside_no: None,
        outside_kind: None,
        outside_state: None,
        outside_on: None,
        closed_reason: None,
        closed_by: None,
        closed_at: None,
        erased_at: None,
    })
}

/// One within reach that has not ended, with its state.
async fn running(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(FeedbackRow, FeedbackState)> {
    let row = store::lock(tx, &desk.actor.scope, id).await?;
    let state = FeedbackState::parse(&row.state).ok_or_else(|| Failure::broken(format!("an unknown state of feedback {:?}", row.state)))?;
    if state == FeedbackState::Closed {
        return Err(Failure::conflict("already_decided").with("state", &row.state));
    }
    Ok((row, state))
}

/// Goes a step on.
fn step(row: &mut FeedbackRow, from: FeedbackState, to: FeedbackState) -> Outcome<()> {
    if !from.may_become(to) {
        return Err(Failure::conflict("feedback_step").with("state", from.word()).with("to", to.word()));
    }
    to.word().clone_into(&mut row.state);
    Ok(())
}

/// The host of its link is what stays when it is erased.
fn host_only(link: Option<&str>) -> Option<String> {
    link.and_then(host)
}
