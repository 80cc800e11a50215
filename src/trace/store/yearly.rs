//! Sums of one organisation, one product and one calendar year.

use sea_orm::{ConnectionTrait, Statement, Value};

use crate::kernel::{Day, Outcome};

/// Whose, of what, from which day to which, both included.
#[derive(Debug, Clone)]
pub struct YearOf<'a> {
    /// The organisation.
    pub organisation_id: &'a str,
    /// The product.
    pub product_id: &'a str,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
}

impl YearOf<'_> {
    /// Organisation, product, and the days as they are stored.
    fn days(&self) -> Vec<Value> {
        vec![self.organisation_id.into(), self.product_id.into(), self.from.to_string().into(), self.to.to_string().into()]
    }
    /// Organisation, product, the first moment, and the first one that no longer belongs to it.
    fn moments(&self) -> Vec<Value> {
        vec![self.organisation_id.into(), self.product_id.into(), self.from.start().into(), self.to.plus(1).start().into()]
    }
    /// Organisation, product and the year as a season.
    fn season(&self) -> Vec<Value> {
        vec![self.organisation_id.into(), self.product_id.into(), self.to.year().to_string().into()]
    }
}

async fn one<C: ConnectionTrait>(connection: &C, sql: &str, values: Vec<Value>) -> Outcome<i64> {
    let row = connection.query_one_raw(Statement::from_sql_and_values(connection.get_database_backend(), sql, values)).await?;
    Ok(row.map(|r| r.try_get_by_index::<i64>(0)).transpose()?.unwrap_or(0))
}

/// Growers that delivered.
pub(in crate::trace) async fn growers<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT COUNT(DISTINCT grower_id) FROM delivery WHERE buyer_id = $1 AND product_id = $2 AND delivered_on >= $3 \
               AND delivered_on <= $4 AND voided_at IS NULL";
    one(connection, sql, of.days()).await
}

/// What was delivered to it.
pub(in crate::trace) async fn received<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM delivery WHERE buyer_id = $1 AND product_id = $2 \
               AND delivered_on >= $3 AND delivered_on <= $4 AND voided_at IS NULL";
    one(connection, sql, of.days()).await
}

/// Approved output of its own account and of those of the growers it registered, of the season that begins in the year.
pub(in crate::trace) async fn approved<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(approved), 0) AS BIGINT) FROM season_account WHERE product_id = $2 AND season = $3 \
               AND (party_id = $1 OR party_id IN (SELECT id FROM grower WHERE registered_by_id = $1))";
    one(connection, sql, of.season()).await
}

/// What its account began with: carried over and opening stock.
pub(in crate::trace) async fn opening<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(carried + opening), 0) AS BIGINT) FROM season_account WHERE party_id = $1 AND product_id = $2 \
               AND season = $3";
    one(connection, sql, of.season()).await
}

/// Batches let go and not void; those made of other batches hold the same goods once more and are not counted.
pub(in crate::trace) async fn batches<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT COUNT(*) FROM batch WHERE producer_id = $1 AND product_id = $2 AND released_at >= $3 AND released_at < $4 \
               AND state <> 'voided' AND process_id IS NULL";
    one(connection, sql, of.moments()).await
}

/// What those batches hold.
pub(in crate::trace) async fn released<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(covered), 0) AS BIGINT) FROM batch WHERE producer_id = $1 AND product_id = $2 \
               AND released_at >= $3 AND released_at < $4 AND state <> 'voided' AND process_id IS NULL";
    one(connection, sql, of.moments()).await
}

/// Codes issued.
pub(in crate::trace) async fn issued<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM code_order WHERE producer_id = $1 AND product_id = $2 \
               AND issued_at >= $3 AND issued_at < $4";
    one(connection, sql, of.moments()).await
}

/// Codes put to use in the year and still in use, at once or at the moment they were scheduled for.
pub(in crate::trace) async fn activated<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(r.last - r.first + 1), 0) AS BIGINT) FROM code_range r JOIN code_order o ON o.order_no = r.order_no \
               WHERE o.producer_id = $1 AND o.product_id = $2 AND ((r.state = 'active' AND r.since >= $3 AND r.since < $4) \
               OR (r.state = 'scheduled' AND r.active_at >= $3 AND r.active_at < $4))";
    one(connection, sql, of.moments()).await
}

/// Codes voided.
pub(in crate::trace) async fn voided<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(r.last - r.first + 1), 0) AS BIGINT) FROM code_range r JOIN code_order o ON o.order_no = r.order_no \
               WHERE o.producer_id = $1 AND o.product_id = $2 AND r.state = 'voided' AND r.since >= $3 AND r.since < $4";
    one(connection, sql, of.moments()).await
}

/// What was shipped abroad and did not come back.
pub(in crate::trace) async fn exported<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(l.amount - l.returned), 0) AS BIGINT) FROM shipment_line l JOIN shipment s ON s.id = l.shipment_id \
               WHERE s.producer_id = $1 AND s.product_id = $2 AND s.sent_on >= $3 AND s.sent_on <= $4 AND s.state <> 'voided' \
               AND s.exported = $5";
    let mut values = of.days();
    values.push(true.into());
    one(connection, sql, values).await
}

/// Test reports.
pub(in crate::trace) async fn tests<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT COUNT(*) FROM test_report WHERE organisation_id = $1 AND product_id = $2 AND reported_on >= $3 AND reported_on <= $4";
    one(connection, sql, of.days()).await
}

/// Test reports with an item that failed.
pub(in crate::trace) async fn failed<C: ConnectionTrait>(connection: &C, of: &YearOf<'_>) -> Outcome<i64> {
    let sql = "SELECT COUNT(DISTINCT t.id) FROM test_report t JOIN test_item i ON i.report_id = t.id WHERE t.organisation_id = $1 \
               AND t.product_id = $2 AND t.reported_on >= $3 AND t.reported_on <= $4 AND i.failed = $5";
    let mut values = of.days();
    values.push(true.into());
    one(connection, sql, values).await
}
