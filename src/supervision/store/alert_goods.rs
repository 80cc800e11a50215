//! What rules on scans read about more than one code: withdrawn labels of an order, goods of a shipment. Each is one statement, whatever its size.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;

use crate::kernel::{Day, Millis, Outcome};
use crate::supervision::alert::scans::{OrderVisit, Sent};
use crate::trace::place::parse_place;
use crate::trace::store::scan::{list, rows, unpacked};

fn get<T: sea_orm::TryGetable>(row: &QueryResult, at: usize) -> Outcome<T> {
    Ok(row.try_get_by_index(at)?)
}

/// A record of a list of orders.
#[derive(Serialize)]
struct Order {
    order_no: i64,
}
const ORDER: [(&str, &str); 1] = [("order_no", "bigint")];

fn listed(numbers: &BTreeSet<i64>) -> Outcome<sea_orm::Value> {
    list(&numbers.iter().map(|order_no| Order { order_no: *order_no }).collect::<Vec<_>>())
}

/// Sessions of labels of these orders that were answered with this verdict, since a moment, by order.
pub(in crate::supervision) async fn of_orders<C: ConnectionTrait>(
    connection: &C,
    numbers: &BTreeSet<i64>,
    verdict: &str,
    since: Millis,
) -> Outcome<BTreeMap<i64, Vec<OrderVisit>>> {
    let sql = format!(
        "SELECT s.order_no, s.begun_at, s.visitor, s.seq, s.place FROM ({}) AS g JOIN alert_session s ON s.order_no = g.order_no \
         WHERE s.verdict = $3 AND s.begun_at >= $2 ORDER BY s.order_no, s.seq, s.begun_at, s.visitor",
        unpacked(connection.get_database_backend(), "$1", &ORDER)
    );
    let mut found: BTreeMap<i64, Vec<OrderVisit>> = BTreeMap::new();
    for row in rows(connection, &sql, vec![listed(numbers)?, since.into(), verdict.into()]).await? {
        let place = get::<Option<String>>(&row, 4)?.as_deref().and_then(parse_place);
        let one = OrderVisit { at: get(&row, 1)?, visitor: get(&row, 2)?, seq: get(&row, 3)?, place };
        found.entry(get(&row, 0)?).or_default().push(one);
    }
    Ok(found)
}

/// Shipments since a day with codes of these orders. A line that names no codes is of every label of its batch.
pub(in crate::supervision) async fn sent<C: ConnectionTrait>(connection: &C, numbers: &BTreeSet<i64>, since: Day) -> Outcome<Vec<Sent>> {
    let sql = format!(
        "SELECT l.shipment_id, s.sent_on, r.order_no, r.first, r.last, l.first, l.last FROM ({}) AS g \
         JOIN code_range r ON r.order_no = g.order_no \
         JOIN shipment_line l ON l.batch_id = r.batch_id AND COALESCE(l.order_no, r.order_no) = r.order_no \
         JOIN shipment s ON s.id = l.shipment_id \
         WHERE s.state <> 'voided' AND s.sent_on >= $2 ORDER BY l.shipment_id, l.no, r.order_no, r.first",
        unpacked(connection.get_database_backend(), "$1", &ORDER)
    );
    let mut found: BTreeMap<String, Sent> = BTreeMap::new();
    for row in rows(connection, &sql, vec![listed(numbers)?, since.to_string().into()]).await? {
        let Some(on) = Day::parse(&get::<String>(&row, 1)?) else { continue };
        let (order_no, first, last): (i64, i64, i64) = (get(&row, 2)?, get(&row, 3)?, get(&row, 4)?);
        let (from, to): (Option<i64>, Option<i64>) = (get(&row, 5)?, get(&row, 6)?);
        let (first, last) = (from.map_or(first, |from| first.max(from)), to.map_or(last, |to| last.min(to)));
        if first <= last {
            let sent = found.entry(get(&row, 0)?).or_insert_with(|| Sent { on, codes: Vec::new() });
            sent.codes.push((order_no, first, last));
        }
    }
    Ok(found.into_values().collect())
}
