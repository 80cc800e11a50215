//! Registering a grower: a household, a person, or an organisation without a credit code. No identity-card number is ever kept.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form;
use crate::db::Tx;
use crate::identity;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::registry::division::{DivisionCode, Level};
use crate::registry::store::{self, GrowerRow};

/// What a grower is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrowerKind {
    /// 农户
    #[default]
    Household,
    /// A person.
    Person,
    /// 村集体、合作小组 and others without a credit code.
    Organisation,
}

impl GrowerKind {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Household => "household",
            Self::Person => "person",
            Self::Organisation => "organisation",
        }
    }
}

/// A grower as it is registered.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrowerInput {
    /// household, person or organisation.
    #[serde(default)]
    pub kind: GrowerKind,
    /// Name; never public.
    pub name: String,
    /// County or township (GB/T 2260).
    pub division_code: String,
    /// Village.
    pub village: String,
    /// 户号: tells two of one name in a village apart.
    #[serde(default)]
    pub household_no: Option<String>,
    /// Phone; may be left out.
    #[serde(default)]
    pub phone: Option<String>,
    /// The organisation it sells to, `org_…`; one's own if not given.
    #[serde(default)]
    pub organisation_id: Option<String>,
}

/// Registers a grower.
///
/// # Errors
/// `invalid_fields` with every fault: `grower_id_number`, `grower_phone`, `division_unknown`, `grower_place_coarse`, `grower_twice`,
/// `register_organisation_unknown` (also for one out of reach) …
pub async fn register_grower(tx: &Tx, desk: &Desk, input: &GrowerInput) -> Outcome<GrowerRow> {
    let mut faults = Faults::new();
    let organisation_id = organisation(tx, desk, &mut faults, input).await?;
    let division_code = place(tx, &mut faults, &input.division_code).await?;
    let phone = form::optional(&mut faults, "/phone", input.phone.as_deref(), 30);
    let row = GrowerRow {
        id: desk.new_id(Noun::Grower),
        kind: input.kind.word().to_owned(),
        name: form::required(&mut faults, "/name", &input.name, 60),
        division_code,
        village: form::required(&mut faults, "/village", &input.village, 60),
        household_no: form::optional(&mut faults, "/household_no", input.household_no.as_deref(), 40),
        phone: phone.map(|phone| text::identifier(&phone)),
        registered_by_id: organisation_id,
        registered_at: desk.clock.now(),
    };
    if let Some(phone) = &row.phone
        && !is_phone(phone)
    {
        faults.add("/phone", "grower_phone").with("value", phone);
    }
    let fields = [
        ("/name", Some(&row.name)),
        ("/village", Some(&row.village)),
        ("/household_no", row.household_no.as_ref()),
        ("/phone", row.phone.as_ref()),
    ];
    for (at, value) in fields {
        if value.is_some_and(|value| has_id_number(value)) {
            faults.add(at, "grower_id_number");
        }
    }
    if let Some(other) = store::grower::same(tx.connection(), &row).await? {
        faults.add("/household_no", "grower_twice").with("other", other.id);
    }
    faults.check()?;
    store::grower::insert(tx, row.clone()).await?;
    let facts = json!({ "kind": row.kind, "organisation_id": row.registered_by_id, "division_code": row.division_code });
    ledger::append(tx, desk, Event::new(kind::GROWER_REGISTERED, &row.id, facts)).await?;
    Ok(row)
}

/// The organisation whose grower it is: in reach.
async fn organisation(tx: &Tx, desk: &Desk, faults: &mut Faults, input: &GrowerInput) -> Outcome<String> {
    let Some(id) = input.organisation_id.as_ref().or(desk.actor.organisation_id.as_ref()) else {
        faults.add("/organisation_id", "register_empty");
        return Ok(String::new());
    };
    match identity::store::organisation(tx.connection(), id).await {
        Ok(row) if desk.actor.scope.reaches_organisation(&row.id, Some(&row.division_code)) => {}
        Ok(_) => {
            faults.add("/organisation_id", "register_organisation_unknown").with("value", id);
        }
        Err(Failure { code: "not_found", .. }) => {
            faults.add("/organisation_id", "register_organisation_unknown").with("value", id);
        }
        Err(other) => return Err(other),
    }
    Ok(id.clone())
}

pub(super) async fn place(tx: &Tx, faults: &mut Faults, written: &str) -> Outcome<String> {
    let code = DivisionCode::parse(written).map_or_else(|| written.chars().take(40).collect(), |code| code.as_str().to_owned());
    form::division(tx, faults, "/division_code", &code).await?;
    if DivisionCode::parse(&code).is_some_and(|code| code.level() < Level::County) {
        faults.add("/division_code", "grower_place_coarse").with("value", &code);
    }
    Ok(code)
}

/// Digits with an optional country code; blanks and dashes are gone already.
pub(super) fn is_phone(phone: &str) -> bool {
    let digits = phone.strip_prefix('+').unwrap_or(phone);
    (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Eighteen characters in a row that read as an identity-card number (GB 11643): seventeen digits, a check character, a birth date.
pub(super) fn has_id_number(value: &str) -> bool {
    let plain: Vec<char> = text::identifier(value).chars().collect();
    plain.windows(18).any(|run| {
        let text: String = run.iter().collect();
        let shape = run[..17].iter().all(char::is_ascii_digit) && (run[17].is_ascii_digit() || run[17] == 'X');
        shape && crate::kernel::Day::parse(&format!("{}-{}-{}", &text[6..10], &text[10..12], &text[12..14])).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_card_numbers_are_seen_wherever_they_stand() {
        assert!(has_id_number("11010519491231002X") && has_id_number("证件 １１０１０５ 19491231 002x"));
        assert!(!has_id_number("130183104205000123"), "a household number has no birth date in the middle");
        assert!(!has_id_number("13800138000"));
        assert!(is_phone("13800138000") && is_phone("+8631184310000") && !is_phone("12") && !is_phone("1380O138000"));
    }
}
