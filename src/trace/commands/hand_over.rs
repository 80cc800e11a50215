//! Handing codes to a printing house: made and withdrawn by the producer, fetched and reported by the printing house, received by the
//! producer. The order's row is locked first, then the hand-over's.

use serde_json::json;

use super::change;
use super::download::{Download, DownloadForm, RUNS_AT_MOST, begin_download, complete_download};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Actor, Desk, Failure, Millis, Outcome, Scope, clock};
use crate::ledger::{self, Event, kind};
use crate::registry::store::{label_design, printing_house};
use crate::trace::hand_over::{HandOverInput, HandOverState, PrintedInput, Printer, ReceivedInput, new_token, password, token_hash};
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::record::read_text;
use crate::trace::store::download as downloads;
use crate::trace::store::hand_over::{self as store, HandOverRow};
use crate::trace::store::order::{self as orders, OrderRow};

/// The longest note.
const NOTE: usize = 200;

/// A hand-over with its secrets: they are in this answer and nowhere else.
#[derive(Debug)]
pub struct Handed {
    /// The row.
    pub row: HandOverRow,
    /// The end of the printing house's link.
    pub token: String,
    /// The producer's password.
    pub password: String,
}

fn state(row: &HandOverRow) -> Outcome<HandOverState> {
    HandOverState::parse(&row.state).ok_or_else(|| Failure::broken(format!("hand-over {}: state {}", row.id, row.state)))
}

/// Makes a sealed pack's link, good for `days`.
///
/// # Errors
/// `not_found`, `order_not_issued`, `order_closed`, `downloads_used_up`, `hand_over_open` while another waits; at its field
/// `printing_house_unfit` for one that may not print today, `label_design_unfit` for one of another product or not in force.
pub async fn hand_over(
    tx: &Tx,
    desk: &Desk,
    keys: &dyn KeyProvider,
    order_id: &str,
    input: &HandOverInput,
    (days, most): (i64, i64),
) -> Outcome<Handed> {
    let order = orders::lock(tx, order_id).await?;
    change::parties(tx, desk, &order).await?;
    change::open_order(&order, false)?;
    let (now, today) = (desk.clock.now(), desk.clock.today().to_string());
    let mut faults = Faults::new();
    let note = read_text(&mut faults, "/note", input.note.as_deref(), NOTE);
    if let Some(id) = &input.printing_house_id
        && !printing_house::find(tx.connection(), id).await?.is_some_and(|house| printing_house::in_force(&house, &today))
    {
        faults.add("/printing_house_id", "printing_house_unfit").with("value", id).with("day", &today);
    }
    if let Some(id) = &input.design_id
        && !label_design::find(tx.connection(), id)
            .await?
            .is_some_and(|design| design.product_id == order.product_id && label_design::in_force(&design, &today))
    {
        faults.add("/design_id", "label_design_unfit").with("value", id).with("day", &today);
    }
    faults.check()?;
    let before = store::of_order(tx.connection(), order.order_no).await?;
    if before.iter().any(|row| row.state == HandOverState::Open.word() && row.expires_at > now) {
        return Err(Failure::conflict("hand_over_open"));
    }
    let used = downloads::counted(tx.connection(), order.order_no, super::download::FREE_CODES, now - RUNS_AT_MOST).await?;
    if used >= most {
        return Err(Failure::conflict("downloads_used_up").with("most", most));
    }
    let (id, token) = (desk.new_id(Noun::HandOver), new_token(&desk.random));
    let password = password(&IssuedOrder::open(keys, &order)?.key, &id);
    let row = HandOverRow {
        id,
        order_no: order.order_no,
        printing_house_id: input.printing_house_id.clone(),
        design_id: input.design_id.clone(),
        token_hash: token_hash(&token),
        state: HandOverState::Open.word().to_owned(),
        note,
        made_by: desk.actor.account_id.clone(),
        made_at: now,
        expires_at: now + days * clock::DAY,
        fetched_at: None,
        fetched_sha256: None,
        printed: None,
        spoiled: None,
        printed_at: None,
        printed_note: None,
        received: None,
        received_at: None,
        received_by: None,
    };
    store::insert(tx, row.clone()).await?;
    let facts = json!({ "order": order.id, "order_no": row.order_no, "count": order.count, "printing_house": row.printing_house_id,
        "design": row.design_id, "expires_at": row.expires_at });
    ledger::append(tx, desk, Event::new(kind::HAND_OVER_MADE, &row.id, facts)).await?;
    Ok(Handed { row, token, password })
}

/// Takes a link back that was not used.
///
/// # Errors
/// `not_found`, `hand_over_state`.
pub async fn withdraw(tx: &Tx, desk: &Desk, order_id: &str, id: &str) -> Outcome<()> {
    let (order, mut row) = held(tx, desk, order_id, id).await?;
    become_(&mut row, HandOverState::Withdrawn)?;
    store::update(tx, row.clone()).await?;
    ledger::append(tx, desk, Event::new(kind::HAND_OVER_WITHDRAWN, &row.id, json!({ "order": order.id, "order_no": row.order_no })))
        .await?;
    Ok(())
}

/// Records what the producer counted when the labels came. A difference from what was printed stays to be seen.
///
/// # Errors
/// `not_found`, `hand_over_state`; at its field `received_unfit`.
pub async fn receive(tx: &Tx, desk: &Desk, order_id: &str, id: &str, input: &ReceivedInput) -> Outcome<()> {
    let (order, mut row) = held(tx, desk, order_id, id).await?;
    if !(0..=order.count).contains(&input.received) {
        return Err(Failure::field("/received", "received_unfit").with("value", input.received).with("most", order.count));
    }
    become_(&mut row, HandOverState::Received)?;
    row.received = Some(input.received);
    row.received_at = Some(desk.clock.now());
    row.received_by = Some(desk.actor.account_id.clone());
    store::update(tx, row.clone()).await?;
    let facts =
        json!({ "order": order.id, "order_no": row.order_no, "received": row.received, "printed": row.printed, "spoiled": row.spoiled });
    ledger::append(tx, desk, Event::new(kind::HAND_OVER_RECEIVED, &row.id, facts)).await?;
    Ok(())
}

fn become_(row: &mut HandOverRow, to: HandOverState) -> Outcome<()> {
    let now = state(row)?;
    if !now.may_become(to) {
        return Err(Failure::conflict("hand_over_state").with("state", &row.state));
    }
    to.word().clone_into(&mut row.state);
    Ok(())
}

/// The order within reach and its hand-over, both held.
async fn held(tx: &Tx, desk: &Desk, order_id: &str, id: &str) -> Outcome<(OrderRow, HandOverRow)> {
    let order = orders::lock(tx, order_id).await?;
    change::parties(tx, desk, &order).await?;
    let row = store::lock(tx, id).await?;
    if row.order_no != order.order_no {
        return Err(Failure::not_found());
    }
    Ok((order, row))
}

/// Both rows held for a printer, and a desk that reaches this order and nothing else.
async fn taken(tx: &Tx, desk: &Desk, printer: &Printer) -> Outcome<(OrderRow, HandOverRow, Desk)> {
    let seen = store::found(tx.connection(), &desk.actor.scope, printer).await?;
    let order = orders::lock(tx, &orders::by_number(tx.connection(), seen.order_no).await?.id).await?;
    let row = store::lock(tx, &seen.id).await?;
    if row.state == HandOverState::Withdrawn.word() {
        return Err(Failure::not_found());
    }
    let scope = Scope { organisations: vec![order.producer_id.clone()], ..Scope::default() };
    let actor = match printer {
        Printer::Link(_) => {
            Actor { account_id: row.id.clone(), account: "print_link".to_owned(), organisation_id: None, handled_by: None, scope }
        }
        Printer::Account(_) => Actor { scope, ..desk.actor.clone() },
    };
    Ok((order, row, Desk { actor, ..desk.clone() }))
}

/// A sealed pack that begins to go out.
#[derive(Debug)]
pub struct Fetch {
    /// To say later how it ended.
    pub download: Download,
    /// The hand-over.
    pub row: HandOverRow,
    /// Its order, opened.
    pub order: IssuedOrder,
    /// What the pack is sealed with.
    pub password: String,
}

/// Begins to send the sealed pack.
///
/// # Errors
/// `not_found`; `link_used` once it went out whole; `link_expired`; `link_busy` while it is going out; `downloads_used_up`, `order_closed`.
pub async fn begin_fetch(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, printer: &Printer, most: i64) -> Outcome<Fetch> {
    let (order, row, desk) = taken(tx, desk, printer).await?;
    let now = desk.clock.now();
    if state(&row)? != HandOverState::Open {
        return Err(Failure::conflict("link_used"));
    }
    if row.expires_at <= now {
        return Err(Failure::conflict("link_expired").with("at", clock::rfc3339(row.expires_at)));
    }
    if store::running(tx.connection(), row.order_no, DownloadForm::Pack.word(), now - RUNS_AT_MOST).await? {
        return Err(Failure::conflict("link_busy"));
    }
    let opened = IssuedOrder::open(keys, &order)?;
    let password = password(&opened.key, &row.id);
    // A pack counts whatever its size: it is handed over once.
    let codes = order.count.max(super::download::FREE_CODES + 1);
    let download = begin_download(tx, &desk, &order.id, DownloadForm::Pack, codes, most).await?;
    Ok(Fetch { download, row, order: opened, password })
}

/// Notes that the pack went out whole: its link is used up. `sha256` is of the file as it was sent.
///
/// # Errors
/// Only ours.
pub async fn complete_fetch(tx: &Tx, now: Millis, id: &str, download: i64, sha256: &str) -> Outcome<()> {
    let seen = store::one(tx.connection(), id).await?;
    orders::lock(tx, &orders::by_number(tx.connection(), seen.order_no).await?.id).await?;
    let mut row = store::lock(tx, id).await?;
    complete_download(tx, now, download).await?;
    if state(&row)?.may_become(HandOverState::Fetched) {
        HandOverState::Fetched.word().clone_into(&mut row.state);
        row.fetched_at = Some(now);
        row.fetched_sha256 = Some(sha256.to_owned());
        store::update(tx, row).await?;
    }
    Ok(())
}

/// Records what the printing house says it printed; it may say so again until the labels were received.
///
/// # Errors
/// `not_found`, `hand_over_state`; at its field `printed_unfit`.
pub async fn report_printed(tx: &Tx, desk: &Desk, printer: &Printer, input: &PrintedInput) -> Outcome<()> {
    let (order, mut row, desk) = taken(tx, desk, printer).await?;
    let mut faults = Faults::new();
    for (pointer, value) in [("/printed", input.printed), ("/spoiled", input.spoiled)] {
        if !(0..=order.count).contains(&value) {
            faults.add(pointer, "printed_unfit").with("value", value).with("most", order.count);
        }
    }
    let note = read_text(&mut faults, "/note", input.note.as_deref(), NOTE);
    faults.check()?;
    if input.printed + input.spoiled > order.count {
        return Err(Failure::field("/spoiled", "printed_too_many").with("sum", input.printed + input.spoiled).with("most", order.count));
    }
    become_(&mut row, HandOverState::Printed)?;
    row.printed = Some(input.printed);
    row.spoiled = Some(input.spoiled);
    row.printed_at = Some(desk.clock.now());
    row.printed_note = note;
    store::update(tx, row.clone()).await?;
    let facts =
        json!({ "order": order.id, "order_no": row.order_no, "printed": row.printed, "spoiled": row.spoiled, "note": row.printed_note });
    ledger::append(tx, &desk, Event::new(kind::HAND_OVER_PRINTED, &row.id, facts)).await?;
    Ok(())
}
