//! What the page of a code shows of its batch, and the acts of authorities that cover it. Batch texts are read once per version of the
//! batch; recalls, stops and holds are read whenever the state of a code says that there are some.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde_json::Value as Json;

use super::codes::CodeKey;
use super::{Columns, list, rows, unpacked, word};
use crate::kernel::{Day, Failure, Millis, Outcome};
use crate::registry::right::Route;
use crate::trace::certificate::Basis;
use crate::trace::scan::{BatchCertificate, BatchRight, BatchTest, BatchText};

/// Texts of the batches with these ids.
pub async fn texts<C: ConnectionTrait>(connection: &C, ids: &[&str]) -> Outcome<Vec<BatchText>> {
    let listed = ids_listed(connection);
    let ids = list(&ids.iter().map(|id| serde_json::json!({ "id": id })).collect::<Vec<_>>())?;
    let sql = format!(
        "SELECT id, version, lot, season, harvested_from, harvested_to, produced_on, packed_on, best_before, grade, \
         COALESCE((SELECT f.name FROM facility f WHERE f.id = batch.facility), batch.facility) AS facility, standard_number, \
         origin, late, released_at, amount FROM batch WHERE id IN ({listed})"
    );
    let mut texts = Vec::new();
    for row in &rows(connection, &sql, vec![ids.clone()]).await? {
        texts.push(text(&mut Columns::of(row))?);
    }
    let mut rights = rights(connection, &listed, ids.clone()).await?;
    let mut tests = tests(connection, &listed, ids.clone()).await?;
    let mut certificates = certificates(connection, &listed, ids).await?;
    for text in &mut texts {
        text.rights = rights.remove(&text.id).unwrap_or_default();
        text.tests = tests.remove(&text.id).unwrap_or_default();
        text.certificate = certificates.remove(&text.id);
    }
    Ok(texts)
}

fn ids_listed<C: ConnectionTrait>(connection: &C) -> String {
    unpacked(connection.get_database_backend(), "$1", &[("id", "text")])
}

fn text(columns: &mut Columns<'_>) -> Outcome<BatchText> {
    Ok(BatchText {
        id: columns.next()?,
        version: columns.next()?,
        lot: columns.next()?,
        season: columns.next()?,
        harvested_from: columns.day()?,
        harvested_to: columns.day()?,
        produced_on: columns.day_if_any()?,
        packed_on: columns.day_if_any()?,
        best_before: columns.day_if_any()?,
        grade: columns.next()?,
        facility: columns.next()?,
        standard_number: columns.next()?,
        origin: columns.next()?,
        late: columns.next()?,
        released_on: columns.next::<Option<Millis>>()?.map(Day::of),
        amount: columns.next()?,
        rights: Vec::new(),
        tests: Vec::new(),
        certificate: None,
    })
}

async fn rights<C: ConnectionTrait>(connection: &C, listed: &str, ids: sea_orm::Value) -> Outcome<HashMap<String, Vec<BatchRight>>> {
    let sql = format!(
        "SELECT batch_id, mark_use_id, right_id, route, number, in_force_from, in_force_to FROM batch_right \
         WHERE batch_id IN ({listed}) ORDER BY batch_id, mark_use_id"
    );
    let mut found: HashMap<String, Vec<BatchRight>> = HashMap::new();
    for row in &rows(connection, &sql, vec![ids]).await? {
        let mut columns = Columns::of(row);
        let batch: String = columns.next()?;
        let right = BatchRight {
            mark_use_id: columns.next()?,
            right_id: columns.next()?,
            route: word(&columns.next::<String>()?, Route::parse)?,
            number: columns.next()?,
            from: columns.day()?,
            until: columns.day_if_any()?,
        };
        found.entry(batch).or_default().push(right);
    }
    Ok(found)
}

async fn tests<C: ConnectionTrait>(connection: &C, listed: &str, ids: sea_orm::Value) -> Outcome<HashMap<String, Vec<BatchTest>>> {
    // What stands with the batch first, then the items of the reports it shows.
    let sql = format!(
        "WITH w AS MATERIALIZED ({listed}) \
         SELECT t.batch_id, t.item, t.result, t.laboratory, t.report_no, t.reported_on, '' AS report_id, t.no FROM batch_test t \
         WHERE t.batch_id IN (SELECT w.id FROM w) \
         UNION ALL \
         SELECT b.batch_id, i.item, i.result, r.laboratory, r.report_no, r.reported_on, r.id AS report_id, i.no FROM batch_report b \
         JOIN test_report r ON r.id = b.report_id JOIN test_item i ON i.report_id = r.id WHERE b.batch_id IN (SELECT w.id FROM w) \
         ORDER BY 1, 7, 8"
    );
    let mut found: HashMap<String, Vec<BatchTest>> = HashMap::new();
    for row in &rows(connection, &sql, vec![ids]).await? {
        let mut columns = Columns::of(row);
        let batch: String = columns.next()?;
        let test = BatchTest {
            item: columns.next()?,
            result: columns.next()?,
            laboratory: columns.next()?,
            report_no: columns.next()?,
            reported_on: columns.day_if_any()?,
        };
        found.entry(batch).or_default().push(test);
    }
    Ok(found)
}

/// The newest certificate in force of each batch.
async fn certificates<C: ConnectionTrait>(connection: &C, listed: &str, ids: sea_orm::Value) -> Outcome<HashMap<String, BatchCertificate>> {
    let sql = format!(
        "SELECT batch_id, number, issuer_name, contact, amount, origin, issued_on, basis, promise FROM certificate \
         WHERE batch_id IN ({listed}) AND direction = 'issued' AND revoked_at IS NULL ORDER BY batch_id, id"
    );
    let mut found = HashMap::new();
    for row in &rows(connection, &sql, vec![ids]).await? {
        let mut columns = Columns::of(row);
        let batch: String = columns.next()?;
        let certificate = BatchCertificate {
            number: columns.next()?,
            issuer: columns.next()?,
            contact: columns.next()?,
            amount: columns.next()?,
            origin: columns.next()?,
            issued_on: columns.day()?,
            basis: columns.next::<String>()?.split(';').filter_map(Basis::parse).collect(),
            promise: columns.next()?,
        };
        found.insert(batch, certificate);
    }
    Ok(found)
}

/// What became of a mark use and of its right, as the tables have it today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub mark_use_id: String,
    pub mark_use_to: Option<Day>,
    pub right_to: Option<Day>,
    pub suspensions: Vec<(Day, Option<Day>)>,
    /// Every grant of this right to this organisation, renewals included.
    pub grants: Vec<(Day, Option<Day>)>,
}

/// Reads the text that [`super::codes::BatchRow`] carries: `mark use|its end|the right's end|suspensions|grants`, joined by `;`.
pub fn standings(stored: &str) -> Outcome<Vec<Standing>> {
    let unreadable = || Failure::broken(format!("the standing of rights can't be read: {stored:?}"));
    let day =
        |text: &str| -> Outcome<Option<Day>> { if text.is_empty() { Ok(None) } else { Day::parse(text).map(Some).ok_or_else(unreadable) } };
    let intervals = |text: &str| -> Outcome<Vec<(Day, Option<Day>)>> {
        let parts = text.split(',').filter(|part| !part.is_empty());
        parts
            .map(|part| {
                let (from, to) = part.split_once('~').ok_or_else(unreadable)?;
                Ok((day(from)?.ok_or_else(unreadable)?, day(to)?))
            })
            .collect()
    };
    let one = |text: &str| {
        let fields: Vec<&str> = text.split('|').collect();
        let [mark_use_id, mark_use_to, right_to, suspensions, grants] = fields[..] else { return Err(unreadable()) };
        Ok(Standing {
            mark_use_id: mark_use_id.to_owned(),
            mark_use_to: day(mark_use_to)?,
            right_to: day(right_to)?,
            suspensions: intervals(suspensions)?,
            grants: intervals(grants)?,
        })
    };
    stored.split(';').filter(|text| !text.is_empty()).map(one).collect()
}

/// A recall of a batch or of one it came from, confirmed by a second person.
#[derive(Debug, Clone)]
pub struct RecallRow {
    /// The batch asked about.
    pub batch_id: String,
    pub kind: String,
    pub ordered_by: String,
    pub document_no: String,
    pub public_text: String,
    pub confirmed_at: Millis,
    pub lifted_at: Option<Millis>,
    pub lift_text: Option<String>,
}

/// Recalls of these batches and of those they came from.
pub async fn recalls<C: ConnectionTrait>(connection: &C, ids: &[&str]) -> Outcome<Vec<RecallRow>> {
    let taken = "k.kind, k.ordered_by, k.document_no, k.public_text, k.confirmed_at, k.lifted_at, k.lift_text";
    let sql = format!(
        "WITH g AS MATERIALIZED ({}) \
         SELECT g.id, {taken} FROM g JOIN recall k ON k.batch_id = g.id WHERE k.confirmed_at IS NOT NULL \
         UNION ALL \
         SELECT g.id, {taken} FROM g JOIN batch_line l ON l.descendant_id = g.id JOIN recall k ON k.batch_id = l.ancestor_id \
         WHERE k.confirmed_at IS NOT NULL",
        ids_listed(connection)
    );
    let ids = list(&ids.iter().map(|id| serde_json::json!({ "id": id })).collect::<Vec<_>>())?;
    let read = |columns: &mut Columns<'_>| {
        Ok(RecallRow {
            batch_id: columns.next()?,
            kind: columns.next()?,
            ordered_by: columns.next()?,
            document_no: columns.next()?,
            public_text: columns.next()?,
            confirmed_at: columns.next()?,
            lifted_at: columns.next()?,
            lift_text: columns.next()?,
        })
    };
    rows(connection, &sql, vec![ids]).await?.iter().map(|row| read(&mut Columns::of(row))).collect()
}

/// A stop in force that covers a code.
#[derive(Debug, Clone)]
pub struct StopRow {
    pub key: CodeKey,
    pub category: String,
    pub ordered_by: String,
    pub document_no: String,
    pub public_text: String,
    pub confirmed_at: Millis,
}

/// Stops in force that cover these codes; `batch` is the batch of each, if it has one. A stop of a batch covers those made of it.
pub async fn stops<C: ConnectionTrait>(connection: &C, codes: &[(CodeKey, Option<&str>)]) -> Outcome<Vec<StopRow>> {
    let listed = unpacked(connection.get_database_backend(), "$1", &[("order_no", "bigint"), ("seq", "bigint"), ("batch", "text")]);
    let taken = "t.category, t.ordered_by, t.document_no, t.public_text, t.confirmed_at";
    let in_force = "t.confirmed_at IS NOT NULL AND t.lifted_at IS NULL";
    let sql = format!(
        "WITH g AS MATERIALIZED ({listed}) \
         SELECT g.order_no, g.seq, {taken} FROM g JOIN stop t ON t.order_no = g.order_no \
         WHERE {in_force} AND (t.first IS NULL OR t.first <= g.seq) AND (t.last IS NULL OR t.last >= g.seq) \
         UNION ALL \
         SELECT g.order_no, g.seq, {taken} FROM g JOIN code_order o ON o.order_no = g.order_no \
         JOIN stop t ON t.subject_id IN (o.id, o.producer_id, o.product_id, g.batch) WHERE {in_force} AND t.order_no IS NULL \
         UNION ALL \
         SELECT g.order_no, g.seq, {taken} FROM g JOIN batch_line l ON l.descendant_id = g.batch \
         JOIN stop t ON t.subject_id = l.ancestor_id WHERE {in_force} AND t.order_no IS NULL"
    );
    let record = |(key, batch): &(CodeKey, Option<&str>)| serde_json::json!({ "order_no": key.order_no, "seq": key.seq, "batch": batch });
    let read = |columns: &mut Columns<'_>| {
        Ok(StopRow {
            key: CodeKey { order_no: columns.next()?, seq: columns.next()? },
            category: columns.next()?,
            ordered_by: columns.next()?,
            document_no: columns.next()?,
            public_text: columns.next()?,
            confirmed_at: columns.next()?,
        })
    };
    let codes = list(&codes.iter().map(record).collect::<Vec<_>>())?;
    rows(connection, &sql, vec![codes]).await?.iter().map(|row| read(&mut Columns::of(row))).collect()
}

/// The latest event of this kind about a batch: its moment and the facts of its body.
pub async fn latest_act<C: ConnectionTrait>(connection: &C, batch: &str, kind: &str) -> Outcome<Option<(Millis, Json)>> {
    let sql = "SELECT e.at, x.body FROM event_body x JOIN event e ON e.seq = x.seq WHERE x.subject = $1 AND e.kind = $2 \
               ORDER BY x.seq DESC LIMIT 1";
    let found = rows(connection, sql, vec![batch.into(), kind.into()]).await?;
    let Some(row) = found.first() else { return Ok(None) };
    let mut columns = Columns::of(row);
    let (at, body) = (columns.next()?, columns.next::<String>()?);
    let body: Json = serde_json::from_str(&body).map_err(Failure::broken)?;
    Ok(Some((at, body.get("facts").cloned().unwrap_or(Json::Null))))
}

/// Codes of a batch that came back from a buyer to be sold again.
#[derive(Debug, Clone)]
pub struct ResoldRow {
    pub order_no: i64,
    pub first: i64,
    pub last: i64,
}

/// Codes of these batches that came back to be sold again.
pub async fn resold<C: ConnectionTrait>(connection: &C, ids: &[&str]) -> Outcome<Vec<ResoldRow>> {
    let sql = format!(
        "SELECT l.order_no, a.first, a.last FROM shipment_line l JOIN shipment_act a ON a.shipment_id = l.shipment_id AND a.line_no = l.no \
         WHERE l.returned > 0 AND l.order_no IS NOT NULL AND a.disposition = 'resale' AND a.first IS NOT NULL AND l.batch_id IN ({})",
        ids_listed(connection)
    );
    let ids = list(&ids.iter().map(|id| serde_json::json!({ "id": id })).collect::<Vec<_>>())?;
    let read = |columns: &mut Columns<'_>| Ok(ResoldRow { order_no: columns.next()?, first: columns.next()?, last: columns.next()? });
    rows(connection, &sql, vec![ids]).await?.iter().map(|row| read(&mut Columns::of(row))).collect()
}
