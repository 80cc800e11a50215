//! The table of Idempotency-Keys.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};

use crate::db::{Tx, duplicate_as};
use crate::entity::idempotency;
use crate::kernel::{Failure, Millis, Outcome, clock};

/// How long a key is remembered.
const KEPT: Millis = 7 * clock::DAY;

/// What was answered under a key.
#[derive(Debug, Clone)]
pub struct Answered {
    /// HTTP status; always 2xx or a redirect after a form.
    pub status: u16,
    /// Where the thing made is.
    pub location: Option<String>,
    /// The answer, or `None` where it held a secret.
    pub answer: Option<String>,
    /// Did the answer hold a secret?
    pub secret: bool,
}

/// What was answered before under this key, if anything.
///
/// # Errors
/// `idempotency_key_reused` (422) if it was for another request; `already_done` (409) if the answer held a secret.
pub async fn earlier(tx: &Tx, account_id: &str, key: &str, request_hash: &str) -> Outcome<Option<Answered>> {
    let row = idempotency::Entity::find_by_id((account_id.to_owned(), key.to_owned())).one(tx.connection()).await?;
    let Some(row) = row else { return Ok(None) };
    if row.request_hash != request_hash {
        return Err(Failure::invalid("idempotency_key_reused"));
    }
    let secret = row.answer.as_deref() == Some("secret");
    if secret {
        return Err(Failure::conflict("already_done").with("location", row.location.unwrap_or_default()));
    }
    Ok(Some(Answered { status: u16::try_from(row.status).map_err(Failure::broken)?, location: row.location, answer: row.answer, secret }))
}

/// Remembers an answer, and forgets what is older than 7 days.
///
/// # Errors
/// `in_progress` if the same key is being used at this moment.
pub async fn keep(tx: &Tx, now: Millis, account_id: &str, key: &str, request_hash: &str, answered: Answered) -> Outcome<()> {
    idempotency::Entity::delete_many().filter(idempotency::Column::RecordedAt.lt(now - KEPT)).exec(tx.connection()).await?;
    let row = idempotency::ActiveModel {
        account_id: Set(account_id.to_owned()),
        key: Set(key.to_owned()),
        request_hash: Set(request_hash.to_owned()),
        status: Set(i64::from(answered.status)),
        location: Set(answered.location),
        answer: Set(if answered.secret { Some("secret".to_owned()) } else { answered.answer }),
        recorded_at: Set(now),
    };
    row.insert(tx.connection()).await.map_err(duplicate_as(|| Failure::conflict("in_progress")))?;
    Ok(())
}
