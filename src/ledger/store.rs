//! The ledger's tables: appending within the caller's transaction, reading in order.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef, Select, Set,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::audit::{AuditFilter, AuditRow};
use super::event::{Event, KINDS, Kind};
use super::tree::{Edge, Hash, leaf_hash};
use crate::db::Tx;
use crate::entity::{event, event_body, ledger_head};
use crate::kernel::{Day, Desk, Failure, Millis, Outcome};

/// What the leaf of a sealed kind says.
const SEALED: &str = "sealed";

/// What a leaf says of its kind.
pub(super) fn public_kind(kind: Kind) -> &'static str {
    if kind.sealed { SEALED } else { kind.name }
}

/// The bytes of a leaf: JCS of `{v, seq, at, type, commit}`.
pub(super) fn leaf(seq: i64, at: Millis, kind: &str, commitment: &str) -> Outcome<Vec<u8>> {
    serde_json_canonicalizer::to_vec(&json!({ "v": 1, "seq": seq, "at": at, "type": kind, "commit": commitment })).map_err(Failure::broken)
}

/// SHA-256(salt ‖ body) in hex.
pub(super) fn commitment(salt: &[u8], body: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::new().chain_update(salt).chain_update(body).finalize())
}

/// Appends `event` in the caller's transaction: call it last, since on PostgreSQL it holds the ledger's one row until the commit.
///
/// Returns the event's sequence number (from 0).
///
/// # Errors
/// Only ours.
pub async fn append(tx: &Tx, desk: &Desk, event: Event) -> Outcome<i64> {
    let connection = tx.connection();
    let query = tx.locked(ledger_head::Entity::find_by_id(1));
    let head = query.one(connection).await?.ok_or_else(|| Failure::broken("the ledger has no head"))?;
    let size = u64::try_from(head.size).map_err(Failure::broken)?;
    let mut edge = Edge::from_hex(size, &head.edge).ok_or_else(|| Failure::broken("the ledger's edge is damaged"))?;
    let (seq, at) = (head.size, desk.clock.now().max(head.last_at));
    let mut body = json!({
        "kind": event.kind.name,
        "by": desk.actor.account_id,
        "organisation": desk.actor.organisation_id,
        "subject": event.subject,
        "facts": event.facts,
        "effects": event.effects,
    });
    if let (Some(handled_by), Some(map)) = (&desk.actor.handled_by, body.as_object_mut()) {
        map.insert("handled_by".to_owned(), Value::String(handled_by.clone()));
    }
    let body = serde_json_canonicalizer::to_string(&body).map_err(Failure::broken)?;
    let salt: [u8; 32] = desk.random.bytes();
    let commit = commitment(&salt, &body);
    edge.push(leaf_hash(&leaf(seq, at, public_kind(event.kind), &commit)?));
    event::ActiveModel { seq: Set(seq), at: Set(at), kind: Set(public_kind(event.kind).to_owned()), commitment: Set(commit) }
        .insert(connection)
        .await?;
    event_body::ActiveModel { seq: Set(seq), salt: Set(salt.to_vec()), subject: Set(event.subject), body: Set(body) }
        .insert(connection)
        .await?;
    ledger_head::ActiveModel { id: Set(1), size: Set(seq + 1), last_at: Set(at), edge: Set(edge.to_hex()) }.update(connection).await?;
    Ok(seq)
}

/// Erases what events about this subject say, with the salts; their leaves stay, so that it remains proved that something happened and
/// nothing of it can be found out again. Only for subjects whose events moved no balance.
///
/// # Errors
/// Only ours.
pub async fn erase(tx: &Tx, subject: &str) -> Outcome<u64> {
    let gone = event_body::Entity::delete_many().filter(event_body::Column::Subject.eq(subject)).exec(tx.connection()).await?;
    Ok(gone.rows_affected)
}

/// How far the ledger has come, as its one row says.
///
/// # Errors
/// If the row is gone or can't be what it should be.
pub async fn head<C: ConnectionTrait>(connection: &C) -> Outcome<Edge> {
    let head = ledger_head::Entity::find_by_id(1).one(connection).await?.ok_or_else(|| Failure::broken("the ledger has no head"))?;
    let size = u64::try_from(head.size).map_err(Failure::broken)?;
    Edge::from_hex(size, &head.edge).ok_or_else(|| Failure::broken("the ledger's edge is damaged"))
}

/// The day of the first event: when the platform began. `None` while nothing has happened.
///
/// # Errors
/// Only ours.
pub async fn began<C: ConnectionTrait>(connection: &C) -> Outcome<Option<Day>> {
    Ok(event::Entity::find_by_id(0).one(connection).await?.map(|first| Day::of(first.at)))
}

/// When the last event happened. `None` while nothing has.
///
/// # Errors
/// Only ours.
pub async fn last_at<C: ConnectionTrait>(connection: &C) -> Outcome<Option<Millis>> {
    let last = event::Entity::find().order_by_desc(event::Column::Seq).one(connection).await?;
    Ok(last.map(|event| event.at))
}

/// One row as it lies in the tables.
#[derive(Debug)]
pub(super) struct Row {
    pub seq: i64,
    pub at: Millis,
    pub kind: String,
    pub commitment: String,
    pub body: Option<(Vec<u8>, String)>,
}

/// Rows `from..from+limit` in order, with their bodies where they still exist.
pub(super) async fn rows<C: ConnectionTrait>(connection: &C, after: i64, limit: u64) -> Outcome<Vec<Row>> {
    let found =
        event::Entity::find().filter(event::Column::Seq.gt(after)).order_by_asc(event::Column::Seq).limit(limit).all(connection).await?;
    let Some((first, last)) = found.first().zip(found.last()) else { return Ok(Vec::new()) };
    let bodies = event_body::Entity::find().filter(event_body::Column::Seq.between(first.seq, last.seq)).all(connection).await?;
    let mut bodies: std::collections::HashMap<i64, (Vec<u8>, String)> = bodies.into_iter().map(|b| (b.seq, (b.salt, b.body))).collect();
    Ok(found
        .into_iter()
        .map(|e| Row { body: bodies.remove(&e.seq), seq: e.seq, at: e.at, kind: e.kind, commitment: e.commitment })
        .collect())
}

/// Rows narrowed down; sealed rows can't be found by what they say unless they may be opened.
fn narrowed(filter: &AuditFilter) -> Select<event::Entity> {
    let link: RelationDef = event::Entity::belongs_to(event_body::Entity).from(event::Column::Seq).to(event_body::Column::Seq).into();
    let mut query = event::Entity::find().join(JoinType::LeftJoin, link);
    let says = filter.account.is_some() || filter.subject.is_some();
    if says && !filter.opens {
        query = query.filter(event::Column::Kind.ne(SEALED));
    }
    if let Some(kind) = &filter.kind {
        let sealed = KINDS.iter().any(|k| k.name == kind && k.sealed);
        query = if sealed && filter.opens {
            // Bodies are JCS: the kind of the event stands before its organisation, whatever its facts say.
            let said = format!("\"kind\":\"{kind}\",\"organisation\":");
            query.filter(event::Column::Kind.eq(SEALED)).filter(event_body::Column::Body.contains(said))
        } else {
            query.filter(event::Column::Kind.eq(kind))
        };
    }
    if let Some(account) = &filter.account {
        query = query.filter(event_body::Column::Body.starts_with(format!("{{\"by\":\"{account}\"")));
    }
    if let Some(subject) = &filter.subject {
        query = query.filter(event_body::Column::Subject.eq(subject));
    }
    if let Some(from) = filter.from {
        query = query.filter(event::Column::At.gte(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(event::Column::At.lt(to));
    }
    if let Some(seq) = filter.as_of_seq {
        query = query.filter(event::Column::Seq.lte(seq));
    }
    if let Some(at) = filter.as_of {
        query = query.filter(event::Column::At.lte(at));
    }
    query
}

/// Rows before `cursor`, the newest first.
pub(super) async fn audit_rows<C: ConnectionTrait>(
    connection: &C,
    filter: &AuditFilter,
    cursor: Option<i64>,
    limit: u64,
) -> Outcome<Vec<AuditRow>> {
    let mut query = narrowed(filter).order_by_desc(event::Column::Seq).limit(limit);
    if let Some(cursor) = cursor {
        query = query.filter(event::Column::Seq.lt(cursor));
    }
    let events = query.all(connection).await?;
    with_bodies(connection, events, filter.opens).await
}

/// The numbers of all rows asked for.
pub(super) async fn audit_numbers<C: ConnectionTrait>(connection: &C, filter: &AuditFilter) -> Outcome<Vec<i64>> {
    Ok(narrowed(filter).select_only().column(event::Column::Seq).into_tuple().all(connection).await?)
}

/// Rows by their numbers, in order.
pub(super) async fn audit_numbered<C: ConnectionTrait>(connection: &C, numbers: &[i64], opens: bool) -> Outcome<Vec<AuditRow>> {
    let query = event::Entity::find().filter(event::Column::Seq.is_in(numbers.iter().copied())).order_by_asc(event::Column::Seq);
    let events = query.all(connection).await?;
    with_bodies(connection, events, opens).await
}

async fn with_bodies<C: ConnectionTrait>(connection: &C, events: Vec<event::Model>, opens: bool) -> Outcome<Vec<AuditRow>> {
    let bodies = event_body::Entity::find().filter(event_body::Column::Seq.is_in(events.iter().map(|e| e.seq))).all(connection).await?;
    let mut bodies: std::collections::HashMap<i64, (Vec<u8>, String)> = bodies.into_iter().map(|b| (b.seq, (b.salt, b.body))).collect();
    let row = |e: event::Model| {
        let body = bodies.remove(&e.seq);
        let erased = body.is_none();
        let body = body.filter(|_| opens || e.kind != SEALED);
        AuditRow { seq: e.seq, at: e.at, kind: e.kind, commitment: e.commitment, body, erased }
    };
    Ok(events.into_iter().map(row).collect())
}

/// The leaf hashes of the first `size` rows, in order.
pub(super) async fn leaf_hashes<C: ConnectionTrait>(connection: &C, size: u64) -> Outcome<Vec<Hash>> {
    let (mut out, mut last) = (Vec::new(), -1);
    while (out.len() as u64) < size {
        let most = (size - out.len() as u64).min(10_000);
        let page =
            event::Entity::find().filter(event::Column::Seq.gt(last)).order_by_asc(event::Column::Seq).limit(most).all(connection).await?;
        let Some(end) = page.last() else { break };
        last = end.seq;
        for row in &page {
            out.push(leaf_hash(&leaf(row.seq, row.at, &row.kind, &row.commitment)?));
        }
    }
    Ok(out)
}

/// What happened to one subject, oldest first: moment and body.
///
/// # Errors
/// Only ours.
pub async fn history<C: ConnectionTrait>(connection: &C, subject: &str, limit: u64) -> Outcome<Vec<(Millis, Value)>> {
    let bodies = event_body::Entity::find()
        .filter(event_body::Column::Subject.eq(subject))
        .order_by_asc(event_body::Column::Seq)
        .limit(limit)
        .all(connection)
        .await?;
    let mut out = Vec::with_capacity(bodies.len());
    for body in bodies {
        if let Some(row) = event::Entity::find_by_id(body.seq).one(connection).await? {
            out.push((row.at, serde_json::from_str(&body.body).map_err(Failure::broken)?));
        }
    }
    Ok(out)
}
