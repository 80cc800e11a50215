//! What the page of a case or pallet says of its contents: one statement for all such codes of a group, none where there are none.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::codes::CodeKey;
use super::{Columns, list, rows, unpacked, word};
use crate::kernel::Outcome;
use crate::trace::kind::CodeKind;

/// Items of one batch in a case or on a pallet.
#[derive(Debug)]
pub struct ContentRow {
    /// 1 lies in it, 2 in what lies in it.
    pub level: i64,
    pub kind: CodeKind,
    pub product: String,
    pub batch: Option<String>,
    pub lot: Option<String>,
    pub count: i64,
    /// The batch is being recalled.
    pub recalled: bool,
}

/// Contents of the cases and pallets with these keys, batch by batch. `a` lies in them, `b` in that.
pub async fn contents<C: ConnectionTrait>(connection: &C, keys: &[CodeKey]) -> Outcome<HashMap<CodeKey, Vec<ContentRow>>> {
    let listed = unpacked(connection.get_database_backend(), "$1", &[("order_no", "bigint"), ("seq", "bigint")]);
    let sql = format!(
        "WITH g AS MATERIALIZED ({listed}), \
         a AS MATERIALIZED (SELECT g.order_no, g.seq, 1 AS level, n.child_order_no AS child, \
             n.child_first + (g.seq - n.parent_first) * n.per AS f, n.child_first + (g.seq - n.parent_first + 1) * n.per - 1 AS l \
           FROM g JOIN nesting n ON n.parent_order_no = g.order_no AND n.parent_first <= g.seq AND n.parent_last >= g.seq \
           AND n.unlinked_at IS NULL), \
         b AS MATERIALIZED (SELECT a.order_no, a.seq, 2 AS level, n.child_order_no AS child, \
             n.child_first + (CASE WHEN a.f > n.parent_first THEN a.f ELSE n.parent_first END - n.parent_first) * n.per AS f, \
             n.child_first + (CASE WHEN a.l < n.parent_last THEN a.l ELSE n.parent_last END - n.parent_first + 1) * n.per - 1 AS l \
           FROM a JOIN nesting n ON n.parent_order_no = a.child AND n.parent_first <= a.l AND n.parent_last >= a.f \
           AND n.unlinked_at IS NULL), \
         t AS (SELECT * FROM a UNION ALL SELECT * FROM b) \
         SELECT t.order_no, t.seq, CAST(t.level AS bigint), o.kind, p.name, x.id, x.lot, \
           CAST(sum(CASE WHEN r.last < t.l THEN r.last ELSE t.l END - CASE WHEN r.first > t.f THEN r.first ELSE t.f END + 1) AS bigint), \
           EXISTS (SELECT 1 FROM recall k WHERE k.batch_id = x.id AND k.confirmed_at IS NOT NULL AND k.lifted_at IS NULL) \
         FROM t JOIN code_order o ON o.order_no = t.child JOIN product p ON p.id = o.product_id \
         JOIN code_range r ON r.order_no = t.child AND r.first <= t.l AND r.last >= t.f LEFT JOIN batch x ON x.id = r.batch_id \
         GROUP BY t.order_no, t.seq, t.level, o.kind, p.name, x.id, x.lot ORDER BY t.order_no, t.seq, t.level, p.name, x.lot"
    );
    let mut found: HashMap<CodeKey, Vec<ContentRow>> = HashMap::new();
    for row in &rows(connection, &sql, vec![list(keys)?]).await? {
        let mut columns = Columns::of(row);
        let key = CodeKey { order_no: columns.next()?, seq: columns.next()? };
        let content = ContentRow {
            level: columns.next()?,
            kind: word(&columns.next::<String>()?, CodeKind::parse)?,
            product: columns.next()?,
            batch: columns.next()?,
            lot: columns.next()?,
            count: columns.next()?,
            recalled: columns.next()?,
        };
        found.entry(key).or_default().push(content);
    }
    Ok(found)
}
