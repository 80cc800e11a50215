//! Correcting what is on record of a grower: where it lives, its household number, its telephone; and opening its own account.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::form;
use super::grower::{has_id_number, is_phone, place};
use crate::db::Tx;
use crate::identity::commands::grower::{GrowerAccountInput, open_grower_account as open, reset_grower_account as reset};
use crate::identity::factor::masked;
use crate::identity::store::AccountRow;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::registry::store::{self, GrowerRow};

/// What is corrected; what is left out stays as it is. The name stays: another person is another grower.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrowerChange {
    /// County or township (GB/T 2260).
    #[serde(default)]
    pub division_code: Option<String>,
    /// Village.
    #[serde(default)]
    pub village: Option<String>,
    /// 户号; an empty text takes it away.
    #[serde(default)]
    pub household_no: Option<String>,
    /// Phone; an empty text takes it away.
    #[serde(default)]
    pub phone: Option<String>,
}

/// Corrects a grower. Deliveries and plots of before stay with it; their places were declared for themselves. The event has old and new
/// of what changed, is sealed and names nobody; of a telephone it has the ends. Changing nothing leaves no event.
///
/// # Errors
/// `not_found` for one out of reach; `invalid_fields` with every fault: `register_empty`, `register_too_long`, `division_unknown`,
/// `grower_place_coarse`, `grower_phone`, `grower_id_number`, `grower_twice`.
pub async fn change_grower(tx: &Tx, desk: &Desk, id: &str, input: &GrowerChange) -> Outcome<GrowerRow> {
    let before = store::grower::one(tx.connection(), &desk.actor.scope, id).await?;
    let (mut faults, mut row) = (Faults::new(), before.clone());
    if let Some(code) = &input.division_code {
        row.division_code = place(tx, &mut faults, code).await?;
    }
    if let Some(village) = &input.village {
        row.village = form::required(&mut faults, "/village", village, 60);
    }
    if let Some(number) = &input.household_no {
        row.household_no = form::optional(&mut faults, "/household_no", Some(number), 40);
    }
    if let Some(phone) = &input.phone {
        row.phone = form::optional(&mut faults, "/phone", Some(phone), 30).map(|phone| text::identifier(&phone));
    }
    if let Some(phone) = row.phone.as_ref().filter(|phone| !is_phone(phone)) {
        faults.add("/phone", "grower_phone").with("value", phone);
    }
    for (at, value) in [("/village", Some(&row.village)), ("/household_no", row.household_no.as_ref()), ("/phone", row.phone.as_ref())] {
        if value.is_some_and(|value| has_id_number(value)) {
            faults.add(at, "grower_id_number");
        }
    }
    let moved = (&row.division_code, &row.village, &row.household_no) != (&before.division_code, &before.village, &before.household_no);
    if moved && let Some(other) = store::grower::same(tx.connection(), &row).await? {
        faults.add("/household_no", "grower_twice").with("other", other.id);
    }
    faults.check()?;
    let facts = changed(&before, &row);
    if facts.is_empty() {
        return Ok(row);
    }
    store::grower::change(tx, &row).await?;
    ledger::append(tx, desk, Event::new(kind::GROWER_CHANGED, id, Value::Object(facts))).await?;
    Ok(row)
}

/// Old and new of each that changed.
fn changed(before: &GrowerRow, row: &GrowerRow) -> Map<String, Value> {
    let ends = |phone: &Option<String>| phone.as_deref().map(masked);
    let pairs = [
        ("division_code", before.division_code != row.division_code, json!([before.division_code, row.division_code])),
        ("village", before.village != row.village, json!([before.village, row.village])),
        ("household_no", before.household_no != row.household_no, json!([before.household_no, row.household_no])),
        ("phone", before.phone != row.phone, json!([ends(&before.phone), ends(&row.phone)])),
    ];
    let told = |(name, _, pair): (&str, bool, Value)| (name.to_owned(), json!({ "from": pair[0], "to": pair[1] }));
    pairs.into_iter().filter(|(_, changed, _)| *changed).map(told).collect()
}

/// Opens the account by which a grower in reach signs in for itself; `dead` is the hash of a password nobody knows, `token_hash` that of the
/// slip by which the household sets its own.
///
/// # Errors
/// `not_found` for one out of reach; what [`open`] says.
pub async fn open_grower_account(tx: &Tx, desk: &Desk, id: &str, name: &str, token_hash: &str, dead: &str) -> Outcome<AccountRow> {
    let grower = store::grower::one(tx.connection(), &desk.actor.scope, id).await?;
    let input = GrowerAccountInput {
        grower_id: grower.id,
        name: name.to_owned(),
        display_name: grower.name,
        dead: dead.to_owned(),
        token_hash: token_hash.to_owned(),
    };
    open(tx, desk, &input).await
}

/// A new slip for the account of a grower in reach: its password and every session end at once.
///
/// # Errors
/// `not_found`, also where it has no account in use.
pub async fn reset_grower_account(tx: &Tx, desk: &Desk, id: &str, token_hash: &str, dead: &str) -> Outcome<()> {
    let grower = store::grower::one(tx.connection(), &desk.actor.scope, id).await?;
    reset(tx, desk, &grower.id, token_hash, dead).await.map(|_| ())
}
