//! 同意书: what a grower signed, and that it was withdrawn. The sheet itself stays on paper; what is kept is what it is for and where it lies.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form::{self, LINE};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::store::{self, ConsentRow};

/// What a consent is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPurpose {
    /// Keeping plots and deliveries, entered on the grower's behalf.
    Records,
    /// The household's line on the list posted in the village.
    List,
    /// Name, story or picture shown to consumers.
    Promotion,
}

impl ConsentPurpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Records, Self::List, Self::Promotion];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::List => "list",
            Self::Promotion => "promotion",
        }
    }
}

/// A consent as it is recorded.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentInput {
    /// The grower, `gro_…`.
    pub grower_id: String,
    /// records, list or promotion.
    pub purpose: ConsentPurpose,
    /// The day of the signature.
    #[schema(value_type = String, format = Date)]
    pub given_on: Day,
    /// Where the signed sheet lies.
    pub evidence: String,
}

/// Records a consent.
///
/// # Errors
/// `not_found` for a grower out of reach; `consent_in_the_future`, `register_empty`.
pub async fn record_consent(tx: &Tx, desk: &Desk, input: &ConsentInput) -> Outcome<ConsentRow> {
    let grower = store::grower::one(tx.connection(), &desk.actor.scope, &input.grower_id).await?;
    let mut faults = Faults::new();
    let today = desk.clock.today();
    if input.given_on > today {
        faults.add("/given_on", "consent_in_the_future").with("value", input.given_on).with("to", today);
    }
    let evidence = form::required(&mut faults, "/evidence", &input.evidence, LINE);
    faults.check()?;
    let row = ConsentRow {
        id: desk.new_id(Noun::Consent),
        grower_id: grower.id,
        purpose: input.purpose.word().to_owned(),
        given_on: input.given_on.to_string(),
        evidence,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
        withdrawn_at: None,
        withdrawn_by: None,
    };
    store::consent::insert(tx, row.clone()).await?;
    let facts = json!({ "grower": row.grower_id, "purpose": row.purpose, "given_on": row.given_on });
    ledger::append(tx, desk, Event::new(kind::CONSENT_RECORDED, &row.id, facts)).await?;
    Ok(row)
}

/// Withdraws a consent; withdrawing it again does nothing.
///
/// # Errors
/// `not_found`.
pub async fn withdraw_consent(tx: &Tx, desk: &Desk, id: &str) -> Outcome<ConsentRow> {
    let row = store::consent::one(tx.connection(), id).await?;
    // Out of reach is not there.
    store::grower::one(tx.connection(), &desk.actor.scope, &row.grower_id).await.map_err(|_| Failure::not_found())?;
    if store::consent::withdraw(tx, desk, id).await? {
        ledger::append(tx, desk, Event::new(kind::CONSENT_WITHDRAWN, id, json!({ "grower": row.grower_id, "purpose": row.purpose })))
            .await?;
    }
    store::consent::one(tx.connection(), id).await
}
