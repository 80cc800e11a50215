//! How firms' risk is counted from a day on. Nothing recorded is changed: a newer rule stands beside it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::required;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::supervision::risk::Figures;
use crate::supervision::store::risk::{self as store, RiskRuleRow};

/// A rule from a day on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskRuleInput {
    /// First day; not before today, so that no level is changed afterwards.
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    /// The text that says so.
    pub source: String,
    /// Points, levels, visits.
    pub figures: Figures,
}

/// Records it.
///
/// # Errors
/// `invalid_fields`: `risk_points`, `risk_levels`, `risk_visits`, `risk_past`, `register_empty`.
pub async fn record_risk_rule(tx: &Tx, desk: &Desk, input: &RiskRuleInput) -> Outcome<RiskRuleRow> {
    let mut faults = Faults::new();
    let (figures, today) = (input.figures, desk.clock.today());
    for (field, right) in figures.faults() {
        let code = match field {
            "goods" => "risk_points",
            "b_from" => "risk_levels",
            _ => "risk_visits",
        };
        let parts = [figures.scale, figures.alerts, figures.inspections, figures.answers];
        let sum = parts.iter().fold(figures.goods, |sum, part| sum.saturating_add(*part));
        faults.add(format!("/{field}"), code).with("figure", sum).with("right", right);
    }
    if input.from < today {
        faults.add("/from", "risk_past").with("figure", input.from).with("right", today);
    }
    let source = required(&mut faults, "/source", "register_empty", &input.source, 200);
    faults.check()?;
    let row = RiskRuleRow {
        id: desk.new_id(Noun::RiskRule),
        from_day: input.from.to_string(),
        figures: serde_json::to_string(&figures).map_err(Failure::broken)?,
        source,
        recorded_by: desk.actor.account_id.clone(),
        recorded_at: desk.clock.now(),
    };
    store::insert(tx, row.clone()).await?;
    let facts = json!({ "from": row.from_day, "figures": figures, "source": row.source });
    ledger::append(tx, desk, Event::new(kind::RISK_RULE_RECORDED, &row.id, facts)).await?;
    Ok(row)
}
