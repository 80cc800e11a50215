//! 企业与风险: producers within reach with their level, each point with its figure. For officers only; never public, no ground for a measure.

use std::collections::BTreeMap;

use super::board::boards;
use super::risk::{Figures, FirmFacts, GoodsKind, Risk, SHIPPED, risk};
use super::store::risk::{self as store, RiskRuleRow};
use crate::db::Db;
use crate::kernel::{Actor, Clock, Day, Failure, Outcome};
use crate::trace::queries::balance::Wanted;

/// A firm.
#[derive(Debug, Clone)]
pub struct Firm {
    /// `org_…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub division_code: String,
    /// Its products by name, each with id and newest season.
    pub products: Vec<(String, String, String)>,
    /// What is known of it.
    pub facts: FirmFacts,
    /// Its level.
    pub risk: Risk,
}

/// The rule of a day: what an office recorded last, or what comes with the program.
///
/// # Errors
/// Ours if what is stored can't be read.
pub fn in_force(rules: &[RiskRuleRow], day: Day) -> Outcome<Figures> {
    let today = day.to_string();
    // The newest first day first.
    match rules.iter().find(|rule| rule.from_day <= today) {
        Some(rule) => serde_json::from_str(&rule.figures).map_err(Failure::broken),
        None => Ok(SHIPPED),
    }
}

/// Every rule recorded, the newest first day first.
///
/// # Errors
/// Only ours.
pub async fn rules(db: &Db) -> Outcome<Vec<RiskRuleRow>> {
    store::rules(db.reader()).await
}

/// Producers within reach, the most points first.
///
/// # Errors
/// Only ours.
pub async fn firms(db: &Db, actor: &Actor, clock: &Clock) -> Outcome<Vec<Firm>> {
    firms_of(db, actor, None, clock).await
}

/// One producer within reach.
///
/// # Errors
/// `not_found`, also for one out of reach or without any books.
pub async fn firm(db: &Db, actor: &Actor, id: &str, clock: &Clock) -> Outcome<Firm> {
    firms_of(db, actor, Some(id), clock).await?.into_iter().next().ok_or_else(Failure::not_found)
}

async fn firms_of(db: &Db, actor: &Actor, only: Option<&str>, clock: &Clock) -> Outcome<Vec<Firm>> {
    let (connection, today) = (db.reader(), clock.today());
    let since = today.plus(-365);
    let rule = in_force(&rules(db).await?, today)?;
    let cases = store::confirmed_cases(connection, since.start()).await?;
    let alerts = store::confirmed_alerts(connection, since.start()).await?;
    let feedback = store::right_feedback(connection, since.start()).await?;
    let inspected = store::inspections(connection, since, false).await?;
    let found = store::inspections(connection, since, true).await?;
    let failed = store::failed_tests(connection, since).await?;
    let measures = store::measures(connection, since.start()).await?;
    let unmet = store::unmet(connection, since.start(), today).await?;
    let count = |of: &store::Counts, id: &str| of.get(id).copied().unwrap_or(0);

    let boards = boards(db, actor, Wanted { producer_id: only, ..Wanted::default() }, clock).await?;
    let mut all: BTreeMap<String, Firm> = BTreeMap::new();
    for board in &boards {
        let kind = GoodsKind::of(board.goods.basis, board.goods.fresh);
        for line in &board.lines {
            // Officers act where the firm lies; goods of elsewhere are seen on the board.
            if !actor.scope.reaches_division(&line.division_code) {
                continue;
            }
            let (id, books) = (line.books.producer_id.clone(), &line.books);
            let firm = all.entry(id.clone()).or_insert_with(|| {
                let facts = FirmFacts {
                    goods: kind,
                    used: None,
                    confirmed: count(&cases, &id) + count(&alerts, &id),
                    inspected: count(&inspected, &id),
                    found: count(&found, &id),
                    failed_tests: count(&failed, &id),
                    measures: count(&measures, &id),
                    unmet: count(&unmet, &id),
                    feedback: count(&feedback, &id),
                };
                let (name, division_code) = (line.producer.clone(), line.division_code.clone());
                Firm { risk: risk(&facts, &rule), id, name, division_code, products: Vec::new(), facts }
            });
            // Boards of a product come with the newest season first.
            if firm.products.iter().any(|(product, _, _)| *product == board.goods.id) {
                continue;
            }
            firm.products.push((board.goods.id.clone(), board.goods.name.clone(), board.season.clone()));
            firm.facts.goods = firm.facts.goods.max(kind);
            let came = books.may + books.received;
            if came > 0 {
                let share = i64::try_from(i128::from(books.coded + books.reserved) * 100 / i128::from(came)).unwrap_or(100);
                firm.facts.used = Some(firm.facts.used.unwrap_or(0).max(share));
            }
        }
    }
    let mut firms: Vec<Firm> = all.into_values().map(|firm| Firm { risk: risk(&firm.facts, &rule), ..firm }).collect();
    firms.sort_by(|a, b| b.risk.points.cmp(&a.risk.points).then_with(|| a.name.cmp(&b.name)));
    Ok(firms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_with_the_latest_first_day_not_after_today_counts() {
        let rule = |from: &str, d_from: i64| RiskRuleRow {
            id: String::new(),
            from_day: from.to_owned(),
            figures: serde_json::to_string(&Figures { d_from, ..SHIPPED }).unwrap(),
            source: String::new(),
            recorded_by: String::new(),
            recorded_at: 0,
        };
        let rules = [rule("2027-01-01", 70), rule("2026-06-01", 65)];
        let on = |day: &str| in_force(&rules, Day::parse(day).unwrap()).unwrap().d_from;
        assert_eq!([on("2026-05-31"), on("2026-06-01"), on("2026-12-31"), on("2027-01-01")], [60, 65, 65, 70]);
    }
}
