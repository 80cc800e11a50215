//! How much room a database takes.

use sea_orm::{ConnectionTrait, Statement};

use super::{Db, Engine};
use crate::kernel::{Failure, Outcome};

/// Bytes of the database as the engine counts them, its indices among them.
///
/// # Errors
/// Only ours.
pub async fn size(db: &Db) -> Outcome<i64> {
    let reader = db.reader();
    let sql = match db.engine() {
        Engine::Sqlite => "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()",
        Engine::Postgres => "SELECT pg_database_size(current_database()) AS bytes",
    };
    let row = reader.query_one_raw(Statement::from_string(reader.get_database_backend(), sql)).await?;
    let row = row.ok_or_else(|| Failure::broken("no size of the database"))?;
    Ok(row.try_get("", "bytes")?)
}
