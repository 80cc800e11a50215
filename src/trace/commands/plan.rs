//! Season plans: worked out, shown to everybody, decided by another person, and then the accounts of all parties.

use serde_json::json;

use super::account::blank;
use crate::db::Tx;
use crate::identity::conflict::{refuse_tied_to_any, ties};
use crate::kernel::failure::Faults;
use crate::kernel::ids::{Noun, is};
use crate::kernel::term::{Calendar, Term};
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Effect, Event, kind};
use crate::registry::product::AccountBasis;
use crate::trace::account::{AccountState, Basis, MovementKind};
use crate::trace::goods::Goods;
use crate::trace::measure::Sent;
use crate::trace::plan::{MOST_LINES, PlanInput, PlanState};
use crate::trace::queries::plan;
use crate::trace::record::{need_text, read_text, shortened};
use crate::trace::store::account::{self as accounts, AccountRow, Entry};
use crate::trace::store::plan::{self as store, PlanLineRow, PlanRow, Step};
use crate::trace::store::reach;
use crate::trace::store::register;

/// Proposes a version of a season's plan: from the lines given, or from the land on record.
///
/// # Errors
/// `not_found`, `not_permitted`, `tied_to_party`, `plan_no_cap`, `plan_no_land`, `plan_too_many`; fields `season_unfit`, `evidence_missing`,
/// `plan_party_unknown`, `plan_party_twice`, `amount_*`.
pub async fn propose_plan(tx: &Tx, desk: &Desk, input: &PlanInput) -> Outcome<PlanRow> {
    let goods = register::goods(tx.connection(), &input.product_id).await?;
    if !plan::may_plan(tx.connection(), &desk.actor.scope, &goods.id).await? {
        return Err(Failure::not_permitted());
    }
    let mut faults = Faults::new();
    if !Goods::is_season(&input.season) {
        faults.add("/season", "season_unfit").with("value", shortened(&input.season));
    }
    let note = read_text(&mut faults, "/note", input.note.as_deref(), 500).unwrap_or_default();
    let evidence = read_text(&mut faults, "/evidence", input.evidence.as_deref(), 500);
    if !input.lines.is_empty() && evidence.is_none() {
        faults.add("/evidence", "evidence_missing");
    }
    let id = desk.new_id(Noun::SeasonPlan);
    let lines = if input.lines.is_empty() {
        faults.check()?;
        from_land(tx, desk, &goods, input, &id).await?
    } else {
        let lines = given(tx, desk, &mut faults, &goods, input, &id).await?;
        faults.check()?;
        lines
    };
    if lines.len() > MOST_LINES {
        return Err(Failure::conflict("plan_too_many").with("count", lines.len()).with("most", MOST_LINES));
    }
    let tied = ties(tx, desk).await?;
    refuse_tied_to_any(&tied, lines.iter().map(|line| (line.party_id.as_str(), line.party_name.as_str())))?;
    let row = PlanRow {
        id: id.clone(),
        product_id: goods.id.clone(),
        season: input.season.clone(),
        version: store::next_version(tx, &goods.id, &input.season).await?,
        basis: if input.lines.is_empty() { "plots" } else { "given" }.to_owned(),
        state: PlanState::Proposed.word().to_owned(),
        note,
        evidence,
        total: lines.iter().map(|line| line.amount).sum(),
        published_from: None,
        published_to: None,
        proposed_by: desk.actor.account_id.clone(),
        proposed_at: desk.clock.now(),
        decided_by: None,
        decided_at: None,
        decision_reason: None,
    };
    let facts = json!({
        "product": row.product_id, "season": row.season, "version": row.version, "basis": row.basis, "total": row.total,
        "lines": lines.len(), "evidence": row.evidence,
    });
    store::insert(tx, row.clone(), lines).await?;
    ledger::append(tx, desk, Event::new(kind::SEASON_PLAN_PROPOSED, &id, facts)).await?;
    Ok(row)
}

fn line(plan_id: &str, party_id: &str, name: &str, amount: i64, measured: bool) -> PlanLineRow {
    PlanLineRow {
        plan_id: plan_id.to_owned(),
        party_id: party_id.to_owned(),
        party_name: name.to_owned(),
        area_m2: None,
        amount,
        measured,
        note: None,
    }
}

async fn from_land(tx: &Tx, desk: &Desk, goods: &Goods, input: &PlanInput, id: &str) -> Outcome<Vec<PlanLineRow>> {
    if goods.basis != AccountBasis::Plots || goods.cap.is_none() {
        return Err(Failure::conflict("plan_no_cap").with("product", &goods.name));
    }
    let days = goods.season_days(&input.season);
    let today = desk.clock.today();
    let on = days.map_or(today, |days| today.clamp(days.from, days.to.unwrap_or(days.from)));
    let land = store::land(tx, &desk.actor.scope, &goods.id, &on.to_string()).await?;
    let lines: Vec<PlanLineRow> = land
        .iter()
        .filter_map(|land| {
            let amount = goods.most_of_land(land.area_m2).filter(|amount| *amount > 0)?;
            Some(PlanLineRow { area_m2: Some(land.area_m2), ..line(id, &land.party_id, &land.name, amount, input.measured) })
        })
        .collect();
    if lines.is_empty() {
        return Err(Failure::conflict("plan_no_land").with("product", &goods.name).with("value", on));
    }
    Ok(lines)
}

async fn given(tx: &Tx, desk: &Desk, faults: &mut Faults, goods: &Goods, input: &PlanInput, id: &str) -> Outcome<Vec<PlanLineRow>> {
    let mut lines: Vec<PlanLineRow> = Vec::new();
    for (i, asked) in input.lines.iter().enumerate() {
        let at = format!("/lines/{i}");
        let called = shortened(asked.party.trim());
        let sent = Sent { pointer: &format!("{at}/amount_g"), grams: asked.amount_g, quantity: asked.quantity, unit: None };
        let amount = sent.read(faults, goods.unit, false);
        let note = read_text(faults, &format!("{at}/note"), asked.note.as_deref(), 200);
        let party = match store::party_called(tx, asked.party.trim()).await? {
            Some(id) => register::party(tx.connection(), &id).await?,
            None => None,
        };
        let reached = match &party {
            Some(party) => reach::reach(tx.connection(), &desk.actor.scope, party, &goods.id).await?.filter(|reach| reach.decides()),
            None => None,
        };
        let (Some(party), Some(_)) = (party, reached) else {
            faults.add(format!("{at}/party"), "plan_party_unknown").with("value", called).with("line", i + 1);
            continue;
        };
        if lines.iter().any(|line| line.party_id == party.id) {
            faults.add(format!("{at}/party"), "plan_party_twice").with("value", &party.name).with("line", i + 1);
            continue;
        }
        if let Some(amount) = amount {
            lines.push(PlanLineRow { note, ..line(id, &party.id, &party.name, amount, input.measured) });
        }
    }
    Ok(lines)
}

/// How long and on which calendar a plan is shown.
#[derive(Debug, Clone)]
pub struct Publicity {
    /// How long.
    pub term: Term,
    /// The calendar it is counted on.
    pub calendar: Calendar,
}

/// Shows a plan to everybody until the publicity's last day.
///
/// # Errors
/// `not_found`, `already_decided`.
pub async fn publish_plan(tx: &Tx, desk: &Desk, id: &str, publicity: &Publicity) -> Outcome<PlanRow> {
    let row = reached(tx, desk, id).await?;
    let today = desk.clock.today();
    let last = publicity.term.last_day(today, &publicity.calendar, &std::collections::BTreeSet::new());
    let published = Some((today.to_string(), last.to_string()));
    let step = Step { state: PlanState::Published.word(), published, ..Step::default() };
    if !store::step(tx, id, &[PlanState::Proposed.word()], step).await? {
        return Err(Failure::conflict("already_decided"));
    }
    ledger::append(tx, desk, Event::new(kind::SEASON_PLAN_PUBLISHED, id, json!({ "from": today, "to": last }))).await?;
    Ok(row)
}

/// Refuses a plan with a reason.
///
/// # Errors
/// `not_found`, `second_person_needed`, `already_decided`, `reason_missing`.
pub async fn refuse_plan(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<PlanRow> {
    let row = reached(tx, desk, id).await?;
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(reason), 500, "reason_missing");
    faults.check()?;
    let step = Step { state: PlanState::Refused.word(), decided: decided(desk), reason: Some(reason.clone()), ..Step::default() };
    if !store::step(tx, id, &[PlanState::Proposed.word(), PlanState::Published.word()], step).await? {
        return Err(Failure::conflict("already_decided"));
    }
    ledger::append(tx, desk, Event::new(kind::SEASON_PLAN_REFUSED, id, json!({ "reason": reason }))).await?;
    Ok(row)
}

fn decided(desk: &Desk) -> Option<(String, i64)> {
    Some((desk.actor.account_id.clone(), desk.clock.now()))
}

async fn reached(tx: &Tx, desk: &Desk, id: &str) -> Outcome<PlanRow> {
    let row = store::one(tx.connection(), id).await?;
    if !plan::may_plan(tx.connection(), &desk.actor.scope, &row.product_id).await? {
        return Err(Failure::not_found());
    }
    Ok(row)
}

/// Approves a published plan when its publicity is over: another person than who proposed it, tied to none of its parties. Every account is
/// opened or corrected with it; if one can't be, none is.
///
/// # Errors
/// `not_found`, `second_person_needed`, `tied_to_party`, `plan_not_published`, `plan_publicity_runs`, `already_decided`,
/// `plan_below_used` for each party that has used more than its new figure.
pub async fn approve_plan(tx: &Tx, desk: &Desk, id: &str) -> Outcome<PlanRow> {
    let row = reached(tx, desk, id).await?;
    if row.proposed_by == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    let lines = store::lines(tx.connection(), id).await?;
    let tied = ties(tx, desk).await?;
    refuse_tied_to_any(&tied, lines.iter().map(|line| (line.party_id.as_str(), line.party_name.as_str())))?;
    let until = row.published_to.as_deref().and_then(Day::parse).ok_or_else(|| Failure::conflict("plan_not_published"))?;
    if desk.clock.today() <= until {
        return Err(Failure::conflict("plan_publicity_runs").with("to", until));
    }
    let step = Step { state: PlanState::Approved.word(), decided: decided(desk), ..Step::default() };
    if !store::step(tx, id, &[PlanState::Published.word()], step).await? {
        return Err(Failure::conflict("already_decided"));
    }
    let goods = register::goods(tx.connection(), &row.product_id).await?;
    let (mut faults, mut effects) = (Faults::new(), Vec::new());
    for (i, line) in lines.iter().enumerate() {
        if let Some(effect) = apply(tx, desk, &row, line).await? {
            match effect {
                Ok(effect) => effects.push(effect),
                Err(over) => {
                    faults
                        .add(format!("/lines/{i}"), "plan_below_used")
                        .with("party", &line.party_name)
                        .with("figure", goods.show(line.amount))
                        .with("over", goods.show(over));
                }
            }
        }
    }
    faults.check()?;
    let facts =
        json!({ "product": row.product_id, "season": row.season, "version": row.version, "total": row.total, "lines": lines.len() });
    ledger::append(tx, desk, Event::new(kind::SEASON_PLAN_APPROVED, id, facts).with(effects)).await?;
    Ok(row)
}

/// Brings one account to its line. `Err` says by how much more was used than the line gives.
async fn apply(tx: &Tx, desk: &Desk, plan: &PlanRow, line: &PlanLineRow) -> Outcome<Option<Result<Effect, i64>>> {
    let found = accounts::of_party(tx.connection(), &line.party_id, &plan.product_id, &plan.season).await?;
    if let Some(account) = found.as_ref().filter(|account| account.state == AccountState::Approved.word()) {
        let delta = line.amount - account.approved - account.adjusted;
        let (kind, amount) = match delta {
            0 => return Ok(None),
            1.. => (MovementKind::AdjustedUp, delta),
            _ => (MovementKind::AdjustedDown, -delta),
        };
        let posted = accounts::post(tx, desk, entry(desk, &account.id, plan, kind, amount)).await?;
        return Ok(Some(posted.map(|(effect, _)| effect).ok_or(amount - account.remaining)));
    }
    let account_id = open(tx, desk, plan, line, found).await?;
    if !accounts::decide(tx, desk, &account_id, AccountState::Approved, None).await? {
        return Err(Failure::conflict("already_decided"));
    }
    let posted = accounts::post(tx, desk, entry(desk, &account_id, plan, MovementKind::Approved, line.amount)).await?;
    let (effect, _) = posted.ok_or_else(|| Failure::broken("an approval did not move anything"))?;
    let facts =
        json!({ "party": line.party_id, "product": plan.product_id, "season": plan.season, "approved": line.amount, "plan": plan.id });
    ledger::append(tx, desk, Event::new(kind::SEASON_ACCOUNT_APPROVED, &account_id, facts).with([effect])).await?;
    Ok(None)
}

fn entry<'a>(desk: &Desk, account_id: &'a str, plan: &'a PlanRow, kind: MovementKind, amount: i64) -> Entry<'a> {
    Entry {
        account_id,
        counter_account_id: None,
        kind,
        amount,
        subject_id: Some(&plan.id),
        reason: None,
        happened_on: desk.clock.today(),
        late: false,
    }
}

/// Puts the line on the party's account as a proposal of the plan's, in place of one still open.
async fn open(tx: &Tx, desk: &Desk, plan: &PlanRow, line: &PlanLineRow, found: Option<AccountRow>) -> Outcome<String> {
    let party = register::party(tx.connection(), &line.party_id).await?.ok_or_else(|| Failure::broken("a plan's party is gone"))?;
    let basis = if plan.basis == "plots" { Basis::Plots } else { given_basis(tx, &plan.product_id, &line.party_id).await? };
    let row = AccountRow {
        state: AccountState::Proposed.word().to_owned(),
        basis: basis.word().to_owned(),
        basis_note: plan.note.clone(),
        evidence: plan.evidence.clone(),
        measured: line.measured,
        proposed: line.amount,
        proposed_by: plan.proposed_by.clone(),
        proposed_at: plan.proposed_at,
        ..blank(desk, &party, &plan.product_id, &plan.season)
    };
    let Some(found) = found else {
        accounts::insert(tx, row.clone()).await?;
        return Ok(row.id);
    };
    if found.state == AccountState::Proposed.word() {
        accounts::decide(tx, desk, &found.id, AccountState::Refused, None).await?;
    }
    let row = AccountRow { id: found.id, ..row };
    if !accounts::propose(tx, &row).await? {
        return Err(Failure::conflict("account_exists").with("season", &row.season));
    }
    Ok(row.id)
}

async fn given_basis(tx: &Tx, product_id: &str, party_id: &str) -> Outcome<Basis> {
    let goods = register::goods(tx.connection(), product_id).await?;
    Ok(match goods.basis {
        AccountBasis::Plots if is(Noun::Grower, party_id) => Basis::Plots,
        AccountBasis::Plots => Basis::Purchases,
        AccountBasis::Capacity => Basis::Capacity,
        AccountBasis::RawMaterial => Basis::RawMaterial,
    })
}
