//! Sums over whole tables.

use sea_orm::{ConnectionTrait, Statement};

use crate::kernel::Outcome;

async fn one<C: ConnectionTrait>(connection: &C, sql: &str, values: Vec<sea_orm::Value>) -> Outcome<i64> {
    let row = connection.query_one_raw(Statement::from_sql_and_values(connection.get_database_backend(), sql, values)).await?;
    Ok(row.map(|r| r.try_get_by_index::<i64>(0)).transpose()?.unwrap_or(0))
}

pub(in crate::trace) async fn mark_users<C: ConnectionTrait>(connection: &C, day: &str) -> Outcome<u64> {
    let sql =
        "SELECT COUNT(DISTINCT organisation_id) FROM mark_use WHERE in_force_from <= $1 AND (in_force_to IS NULL OR in_force_to >= $1)";
    Ok(u64::try_from(one(connection, sql, vec![day.into()]).await?).unwrap_or(0))
}

pub(in crate::trace) async fn registered_g<C: ConnectionTrait>(connection: &C) -> Outcome<i64> {
    // Batches made of batches hold the same goods once more.
    let sql = "SELECT CAST(COALESCE(SUM(b.covered), 0) AS BIGINT) FROM batch b JOIN product p ON p.id = b.product_id \
               WHERE b.state <> 'voided' AND b.process_id IS NULL AND p.base_unit = 'g'";
    one(connection, sql, Vec::new()).await
}

pub(in crate::trace) async fn sessions<C: ConnectionTrait>(connection: &C) -> Outcome<u64> {
    Ok(u64::try_from(one(connection, "SELECT CAST(COALESCE(SUM(sessions), 0) AS BIGINT) FROM code_stat", Vec::new()).await?).unwrap_or(0))
}
