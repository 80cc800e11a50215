//! The ledger's tables: appending within the caller's transaction, reading in order.

use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::event::{Event, Kind};
use super::tree::{Edge, leaf_hash};
use crate::db::{Engine, Tx};
use crate::entity::{event, event_body, ledger_head};
use crate::kernel::{Day, Desk, Failure, Millis, Outcome};

/// What a leaf says of its kind.
pub(super) fn public_kind(kind: Kind) -> &'static str {
    if kind.sealed { "sealed" } else { kind.name }
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
    let mut query = ledger_head::Entity::find_by_id(1);
    if tx.engine() == Engine::Postgres {
        query = query.lock(LockType::Update);
    }
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
