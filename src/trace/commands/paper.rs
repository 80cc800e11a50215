//! Paper forms: numbers given out, lines entered, forms spoiled.

use std::collections::BTreeMap;

use serde_json::json;

use super::delivery::{Written, listed, write_delivery};
use super::reached;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{WeightUnit, parse_amount};
use crate::kernel::{Desk, Failure, FailureKind, Outcome, text};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::delivery::DeliveryInput;
use crate::trace::goods::Goods;
use crate::trace::paper::{self, LINES, MOST_COPIES, PaperInput, PaperKind, PaperLineInput, PaperLinesInput, PaperState};
use crate::trace::queries::paper::{PaperFormView, PaperFormsView};
use crate::trace::record::{need_text, read_text, shortened};
use crate::trace::store::delivery::{self, DeliveryRow};
use crate::trace::store::paper::{self as store, PaperRow};
use crate::trace::store::register;

/// Gives numbers to forms that are about to be printed.
///
/// # Errors
/// `not_found`, `not_permitted`; fields `paper_kind_unknown`, `season_unfit`, `paper_copies_unfit`, `organisation_missing`.
pub async fn print_forms(tx: &Tx, desk: &Desk, input: &PaperInput) -> Outcome<PaperFormsView> {
    let goods = register::goods(tx.connection(), &input.product_id).await?;
    let organisation = input.organisation_id.as_ref().or(desk.actor.organisation_id.as_ref());
    let organisation = organisation.ok_or_else(|| Failure::field("/organisation_id", "organisation_missing"))?;
    let (organisation, reach) = reached(tx, desk, organisation, &goods.id).await?;
    if !reach.acts() || organisation.registered_by_id.is_some() {
        return Err(Failure::not_permitted());
    }
    let today = desk.clock.today();
    let mut faults = Faults::new();
    let kind = PaperKind::parse(&input.kind);
    if kind.is_none() {
        faults.add("/kind", "paper_kind_unknown").with("value", shortened(&input.kind));
    }
    let season = input.season.clone().unwrap_or_else(|| goods.season_of(today));
    if !Goods::is_season(&season) {
        faults.add("/season", "season_unfit").with("value", shortened(&season));
    }
    if !(1..=MOST_COPIES).contains(&input.copies) {
        faults.add("/copies", "paper_copies_unfit").with("figure", input.copies).with("right", MOST_COPIES);
    }
    faults.check()?;
    let last = store::last_number(tx, &paper::prefix(today.year())).await?;
    let first = last.as_deref().and_then(paper::running).unwrap_or(0) + 1;
    let row = |running: i64| PaperRow {
        number: paper::number(today.year(), running),
        kind: kind.map_or("", PaperKind::word).to_owned(),
        organisation_id: organisation.id.clone(),
        product_id: goods.id.clone(),
        season: season.clone(),
        state: PaperState::Printed.word().to_owned(),
        printed_at: desk.clock.now(),
        printed_by: desk.actor.account_id.clone(),
        entered_at: None,
        entered_by: None,
        spoil_reason: None,
    };
    let rows: Vec<PaperRow> = (first..first + input.copies).map(row).collect();
    store::insert(tx, &rows).await?;
    let numbers: Vec<&str> = rows.iter().map(|r| r.number.as_str()).collect();
    let facts = json!({ "organisation": organisation.id, "product": goods.id, "season": season, "numbers": numbers });
    ledger::append(tx, desk, Event::new(kind::PAPER_FORM_PRINTED, numbers[0], facts)).await?;
    Ok(PaperFormsView { items: rows.into_iter().map(|row| PaperFormView::of(row, [])).collect() })
}

/// The form of a number as written, locked, in the actor's reach.
async fn open(tx: &Tx, desk: &Desk, number: &str) -> Outcome<PaperRow> {
    let number = paper::read_number(number).ok_or_else(Failure::not_found)?;
    let form = store::lock(tx, &desk.actor.scope, &number).await?;
    let (_, reach) = reached(tx, desk, &form.organisation_id, &form.product_id).await?;
    if reach.acts() { Ok(form) } else { Err(Failure::not_permitted()) }
}

/// Enters lines of a form: all of them or none, each once. A line entered before with the same content does nothing; with another content it
/// is refused. All faults of all lines are said at once.
///
/// # Errors
/// `not_found`, `not_permitted`, `paper_spoiled`; fields `paper_lines_missing`, `paper_line_unfit`, `given_twice`, `paper_line_entered`,
/// `paper_other_season`, `grower_missing`, `grower_ambiguous`, and everything a delivery is refused for.
pub async fn enter_lines(tx: &Tx, desk: &Desk, number: &str, input: &PaperLinesInput) -> Outcome<PaperFormView> {
    let form = open(tx, desk, number).await?;
    if !PaperState::parse(&form.state).is_some_and(PaperState::takes_lines) {
        return Err(Failure::conflict("paper_spoiled").with("number", form.number).with("reason", form.spoil_reason.unwrap_or_default()));
    }
    let goods = register::goods(tx.connection(), &form.product_id).await?;
    let mut desk = desk.clone();
    let mut faults = Faults::new();
    desk.actor.handled_by = read_text(&mut faults, "/entered_by", input.entered_by.as_deref(), 40).or(desk.actor.handled_by);
    let reason = read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500);
    if input.lines.is_empty() {
        faults.add("/lines", "paper_lines_missing").with("right", LINES);
    }
    let before = store::lines(tx.connection(), &form.number).await?;
    let page = Sheet { form: &form, goods: &goods, before: &before, reason };
    let mut written = Vec::new();
    for (no, line) in input.lines.iter().enumerate() {
        let at = format!("/lines/{no}");
        if !(1..=LINES).contains(&line.line) {
            faults.add(format!("{at}/line"), "paper_line_unfit").with("figure", line.line).with("right", LINES);
            continue;
        }
        if input.lines.iter().take(no).any(|other| other.line == line.line) {
            faults.add(format!("{at}/line"), "given_twice").with("value", line.line);
            continue;
        }
        match page.enter(tx, &desk, line).await {
            Err(failure) if failure.kind != FailureKind::Invalid => return Err(failure),
            outcome => written.extend(faults.absorb(&at, outcome).flatten().map(|w| (line.line, w))),
        }
    }
    faults.check()?;
    if !written.is_empty() {
        keep(tx, &desk, &form, written).await?;
    }
    let row = store::form(tx.connection(), &desk.actor.scope, &form.number).await?;
    Ok(PaperFormView::of(row, store::lines(tx.connection(), &form.number).await?))
}

/// The lines become the form's, and one event carries them all.
async fn keep(tx: &Tx, desk: &Desk, form: &PaperRow, written: Vec<(i64, Written)>) -> Outcome<()> {
    let mut effects: Vec<Effect> = Vec::new();
    let mut lines = Vec::with_capacity(written.len());
    for (line, one) in written {
        store::add_line(tx, &form.number, line, &one.row.id).await?;
        let mut facts = listed(&one.row);
        facts["line"] = json!(line);
        lines.push(facts);
        effects.extend(one.effects);
    }
    store::entered(tx, desk, &form.number).await?;
    let facts = json!({ "organisation": form.organisation_id, "product": form.product_id, "season": form.season, "deliveries": lines });
    ledger::append(tx, desk, Event::new(kind::PAPER_FORM_ENTERED, &form.number, facts).with(effects)).await?;
    Ok(())
}

/// A form under somebody's hands.
struct Sheet<'a> {
    form: &'a PaperRow,
    goods: &'a Goods,
    before: &'a BTreeMap<i64, String>,
    reason: Option<String>,
}

impl Sheet<'_> {
    /// Enters one line. `None` if the same was entered before.
    async fn enter(&self, tx: &Tx, desk: &Desk, line: &PaperLineInput) -> Outcome<Option<Written>> {
        let mut faults = Faults::new();
        let grower = self.grower(tx, &mut faults, line).await?;
        let amount = self.amount(&mut faults, line);
        if let Some(day) = crate::kernel::Day::parse(line.delivered_on.trim()).filter(|day| self.goods.season_of(*day) != self.form.season)
        {
            faults.add("/delivered_on", "paper_other_season").with("figure", day).with("right", &self.form.season);
        }
        let input = self.delivery(line, grower.clone().unwrap_or_default(), amount);
        if let (Some(subject), Some(grower), Some(amount)) = (self.before.get(&line.line), &grower, amount) {
            let row = delivery::delivery(tx.connection(), subject).await?;
            if same(&row, grower, amount, &input) {
                return Ok(None);
            }
        }
        if self.before.contains_key(&line.line) {
            let entered = Failure::field("/line", "paper_line_entered");
            return Err(entered.with("value", line.line).with("number", &self.form.number));
        }
        // A line without a grower or a weight is read on, so that everything else wrong with it is said too.
        match write_delivery(tx, desk, &input).await {
            Ok(written) => {
                faults.check()?;
                Ok(Some(written))
            }
            Err(failure) if failure.kind == FailureKind::Invalid => {
                let known = if faults.is_empty() { Vec::new() } else { said(faults) };
                let mut failure = failure;
                failure.fields.retain(|f| !known.iter().any(|k: &crate::kernel::FieldProblem| place(&k.pointer) == place(&f.pointer)));
                failure.fields.splice(0..0, known);
                Err(failure)
            }
            Err(failure) => Err(failure),
        }
    }

    fn delivery(&self, line: &PaperLineInput, grower_id: String, amount: Option<i64>) -> DeliveryInput {
        let weighed = self.goods.unit == crate::kernel::quantity::BaseUnit::G;
        DeliveryInput {
            grower_id,
            plot_id: line.plot_id.clone(),
            buyer_id: Some(self.form.organisation_id.clone()),
            product_id: self.form.product_id.clone(),
            delivered_on: line.delivered_on.clone(),
            net_weight_g: amount.filter(|_| weighed),
            quantity: amount.filter(|_| !weighed),
            unit: None,
            entered: None,
            grade: line.grade.clone(),
            cert_no: line.cert_no.clone(),
            late_reason: Some(self.reason.clone().unwrap_or_else(|| format!("纸质登记表 {} 补录", self.form.number))),
            // The form itself is the slip.
            late_evidence: Some(self.form.number.clone()),
        }
    }

    /// The grower by id, or by name and household among those the organisation registered.
    async fn grower(&self, tx: &Tx, faults: &mut Faults, line: &PaperLineInput) -> Outcome<Option<String>> {
        if let Some(id) = &line.grower_id {
            return Ok(Some(id.clone()));
        }
        let Some(name) = line.grower.as_deref().map(text::clean).filter(|name| !name.is_empty()) else {
            faults.add("/grower_id", "grower_missing");
            return Ok(None);
        };
        let household = line.household_no.as_deref().map(text::clean).filter(|no| !no.is_empty());
        let found = register::growers_named(tx.connection(), &self.form.organisation_id, &name, household.as_deref()).await?;
        match found.as_slice() {
            [only] => Ok(Some(only.id.clone())),
            [] => {
                faults.add("/grower_id", "grower_unknown").with("value", shortened(&name));
                Ok(None)
            }
            several => {
                faults.add("/grower_id", "grower_ambiguous").with("value", shortened(&name)).with("figure", several.len());
                Ok(None)
            }
        }
    }

    /// What the line weighs: in grams, or as it was written.
    fn amount(&self, faults: &mut Faults, line: &PaperLineInput) -> Option<i64> {
        let sent = line.net_weight_g.or(line.quantity);
        let Some(entered) = line.entered.as_ref().filter(|_| sent.is_none()) else { return sent };
        let Some(unit) = WeightUnit::parse(&entered.unit) else {
            faults.add("/net_weight_g", "weight_unit_unknown").with("figure", shortened(&entered.unit));
            return None;
        };
        let plain: String = entered.number.chars().map(text::narrow).collect();
        let read = parse_amount(&plain, unit.grams()).filter(|amount| *amount > 0);
        if read.is_none() {
            faults.add("/net_weight_g", "weight_unreadable").with("figure", shortened(&entered.number));
        }
        read
    }
}

fn said(faults: Faults) -> Vec<crate::kernel::FieldProblem> {
    faults.check().err().map(|failure| failure.fields).unwrap_or_default()
}

/// One weight and one grower, whatever a pointer calls it.
fn place(pointer: &str) -> &str {
    match pointer {
        "/quantity" => "/net_weight_g",
        other => other,
    }
}

fn same(row: &DeliveryRow, grower: &str, amount: i64, input: &DeliveryInput) -> bool {
    let clean = |value: &Option<String>| value.as_deref().map(text::clean).filter(|v| !v.is_empty());
    row.grower_id == grower
        && row.amount == amount
        && row.delivered_on == input.delivered_on.trim()
        && row.plot_id == input.plot_id
        && row.grade == clean(&input.grade)
        && row.certificate_no == clean(&input.cert_no)
}

/// Says that a form will never be entered.
///
/// # Errors
/// `not_found`, `not_permitted`, `reason_missing`, `paper_not_printed` for one that is entered or spoiled already.
pub async fn spoil_form(tx: &Tx, desk: &Desk, number: &str, reason: &str) -> Outcome<PaperFormView> {
    let form = open(tx, desk, number).await?;
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(reason), 500, "reason_missing");
    faults.check()?;
    if !store::spoil(tx, &form.number, &reason).await? {
        return Err(Failure::conflict("paper_not_printed").with("number", form.number));
    }
    let facts = json!({ "organisation": form.organisation_id, "reason": reason });
    ledger::append(tx, desk, Event::new(kind::PAPER_FORM_SPOILED, &form.number, facts)).await?;
    let row = store::form(tx.connection(), &desk.actor.scope, &form.number).await?;
    Ok(PaperFormView::of(row, []))
}
