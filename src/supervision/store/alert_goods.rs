//! What rules on scans read about more than one code: withdrawn labels of an order. Each is one statement, whatever its size.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;

use crate::kernel::{Millis, Outcome};
use crate::supervision::alert::scans::Withdrawn;
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

/// Sessions of withdrawn labels of these orders since a moment, by order.
pub(in crate::supervision) async fn withdrawn<C: ConnectionTrait>(
    connection: &C,
    numbers: &BTreeSet<i64>,
    since: Millis,
) -> Outcome<BTreeMap<i64, Vec<Withdrawn>>> {
    let sql = format!(
        "SELECT s.order_no, s.begun_at, s.visitor, s.seq FROM ({}) AS g JOIN alert_session s ON s.order_no = g.order_no \
         WHERE s.verdict = 'voided' AND s.begun_at >= $2 ORDER BY s.order_no, s.seq, s.begun_at, s.visitor",
        unpacked(connection.get_database_backend(), "$1", &ORDER)
    );
    let mut found: BTreeMap<i64, Vec<Withdrawn>> = BTreeMap::new();
    for row in rows(connection, &sql, vec![listed(numbers)?, since.into()]).await? {
        let one = Withdrawn { at: get(&row, 1)?, visitor: get(&row, 2)?, seq: get(&row, 3)? };
        found.entry(get(&row, 0)?).or_default().push(one);
    }
    Ok(found)
}
