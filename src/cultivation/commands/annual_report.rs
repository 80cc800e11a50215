//! The organisation's part of a yearly report: beginning, declaring, handing in, correcting. A draft is no fact and leaves no event;
//! handing in computes what the platform has on record, keeps it as it is then, and leaves one event with everything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::cultivation::annual_report::{Asked, Declared, Question, Registered, ReportState, Source, Window, questions};
use crate::cultivation::queries::{days_of, registered};
use crate::cultivation::store::annual_report::{self as store, FigureRow, ReportRow, ReportStepRow};
use crate::db::Tx;
use crate::identity::store::organisation;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::record::{need_text, read_text, shortened};
use crate::trace::store::register;

/// On what and which year.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnualReportBeginInput {
    /// The product, `pro_…`.
    pub product_id: String,
    /// The calendar year.
    pub year: i64,
    /// Whose, `org_…`; one's own organisation if not given.
    #[serde(default)]
    pub organisation_id: Option<String>,
}

/// Everything the organisation declares, in the place of what it declared. Amounts are in the product's base unit, money is in fen; what is
/// not known is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnnualReportInput {
    /// Output of the year.
    pub output: Option<i64>,
    /// Of which sold under the special mark.
    pub marked: Option<i64>,
    /// Sold.
    pub sold: Option<i64>,
    /// Value of the output.
    pub output_value_fen: Option<i64>,
    /// Value of what was sold.
    pub sales_value_fen: Option<i64>,
    /// Of which online.
    pub online_value_fen: Option<i64>,
    /// Of which abroad.
    pub export_value_fen: Option<i64>,
    /// Average price of a kilogram, a litre or a piece.
    pub average_price_fen: Option<i64>,
    /// People employed.
    pub employees: Option<i64>,
    /// What growers earned more by it.
    pub growers_income_fen: Option<i64>,
    /// Spent on protecting the mark.
    pub protection_cost_fen: Option<i64>,
    /// Share of packs that carry the mark, in hundredths.
    pub marked_share: Option<i64>,
    /// Anything else.
    pub remark: Option<String>,
}

impl AnnualReportInput {
    /// A figure by its name.
    pub fn figure(&self, name: Declared) -> Option<i64> {
        match name {
            Declared::Output => self.output,
            Declared::Marked => self.marked,
            Declared::Sold => self.sold,
            Declared::OutputValue => self.output_value_fen,
            Declared::SalesValue => self.sales_value_fen,
            Declared::OnlineValue => self.online_value_fen,
            Declared::ExportValue => self.export_value_fen,
            Declared::AveragePrice => self.average_price_fen,
            Declared::Employees => self.employees,
            Declared::GrowersIncome => self.growers_income_fen,
            Declared::ProtectionCost => self.protection_cost_fen,
            Declared::MarkedShare => self.marked_share,
        }
    }
}

/// What was asked and what is answered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionAnswer {
    /// sold, marked or price.
    pub question: Question,
    /// Why it is so all the same.
    pub answer: String,
}

/// `POST …/submit`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnnualReportSubmitInput {
    /// Answers to what was asked; what was answered before for the same figures is not asked again.
    pub answers: Vec<QuestionAnswer>,
}

/// `POST …/correct`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnualReportCorrectInput {
    /// Why it has to be corrected.
    pub reason: String,
}

/// A question with both figures and its answer, as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnsweredQuestion {
    /// sold, marked or price.
    pub question: Question,
    /// As declared.
    pub declared: i64,
    /// As on record, or as it would follow.
    pub other: i64,
    /// The answer.
    pub answer: String,
}

impl AnsweredQuestion {
    /// Is it the answer to this?
    pub fn answers(&self, asked: &Asked) -> bool {
        (self.question, self.declared, self.other) == (asked.question, asked.declared, asked.other)
    }
}

pub(super) fn state(row: &ReportRow) -> Outcome<ReportState> {
    ReportState::parse(&row.state).ok_or_else(|| Failure::broken("an unknown word is stored in annual_report.state"))
}

pub(super) fn moved(desk: &Desk, row: &mut ReportRow, to: ReportState) {
    to.word().clone_into(&mut row.state);
    row.moved_at = desk.clock.now();
}

pub(super) async fn stepped(tx: &Tx, desk: &Desk, row: &ReportRow, act: &str, said: Option<&str>) -> Outcome<()> {
    let step = ReportStepRow {
        id: 0,
        report_id: row.id.clone(),
        round: row.round,
        act: act.to_owned(),
        account_id: desk.actor.account_id.clone(),
        at: desk.clock.now(),
        said: said.map(str::to_owned),
    };
    store::insert_step(tx, step).await
}

/// How much of the base unit the average price is for.
pub fn price_base(unit: BaseUnit) -> i64 {
    if unit == BaseUnit::Piece { 1 } else { 1000 }
}

/// What is stored of the figures of one source.
pub fn declared_of(figures: &[FigureRow]) -> BTreeMap<Declared, i64> {
    let own = figures.iter().filter(|row| row.source == Source::Declared.word());
    own.filter_map(|row| Some((Declared::parse(&row.name)?, row.amount))).collect()
}

/// The report of an organisation on a product and year is begun: a draft with nothing declared. Figures of the year before are shown
/// beside it and never copied.
///
/// # Errors
/// Fields `register_organisation_unknown`, `annual_report_year`, `annual_report_early`, `annual_report_no_use`; `annual_report_open` with the
/// one under way, `annual_report_done` where one was handed in.
pub async fn begin_annual_report(tx: &Tx, desk: &Desk, input: &AnnualReportBeginInput, window: Window, demo: bool) -> Outcome<ReportRow> {
    let mut faults = Faults::new();
    let firm = input.organisation_id.as_deref().or(desk.actor.organisation_id.as_deref()).unwrap_or_default();
    let firm = organisation(tx.connection(), firm).await.ok().filter(|row| desk.actor.scope.reaches_organisation(&row.id, None));
    if firm.is_none() {
        let value = shortened(input.organisation_id.as_deref().unwrap_or_default());
        faults.add("/organisation_id", "register_organisation_unknown").with("value", value);
    }
    let today = desk.clock.today();
    if today < window.drafts {
        faults.add("/year", "annual_report_early").with("value", input.year).with("from", window.drafts);
    }
    let days = faults.absorb("", days_of(input.year));
    if let (Some(firm), Some(days)) = (&firm, days)
        && store::users(tx.connection(), &desk.actor.scope, Some(&input.product_id), Some(&firm.id), days).await?.is_empty()
    {
        faults.add("/product_id", "annual_report_no_use").with("year", input.year);
    }
    faults.check()?;
    let Some(firm) = firm else { return Err(Failure::broken("a report without a fault")) };
    let before = store::versions(tx.connection(), &firm.id, &input.product_id, input.year).await?;
    if let Some(last) = before.first() {
        let code =
            if state(last)?.is_open() || state(last)? == ReportState::Submitted { "annual_report_open" } else { "annual_report_done" };
        return Err(Failure::conflict(code).with("id", &last.id));
    }
    let now = desk.clock.now();
    let row = ReportRow {
        id: desk.new_id(Noun::AnnualReport),
        organisation_id: firm.id,
        product_id: input.product_id.clone(),
        year: input.year,
        version: 1,
        state: ReportState::Draft.word().to_owned(),
        round: 0,
        remark: None,
        answers: "[]".to_owned(),
        due_on: window.closes.to_string(),
        late: false,
        answer_until: None,
        correction_reason: None,
        demo,
        begun_by: desk.actor.account_id.clone(),
        begun_at: now,
        computed_at: None,
        submitted_at: None,
        accepted_by: None,
        moved_at: now,
    };
    store::insert(tx, row.clone()).await?;
    Ok(row)
}

/// A report the actor may write, held until the commit.
async fn to_write(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(ReportRow, ReportState)> {
    let row = store::lock(tx, &desk.actor.scope, id).await?;
    if !desk.actor.scope.reaches_organisation(&row.organisation_id, None) {
        return Err(Failure::not_found());
    }
    let now = state(&row)?;
    Ok((row, now))
}

fn wrong_step(now: ReportState) -> Failure {
    Failure::conflict("annual_report_step").with("report_state", now.word())
}

/// Puts what is declared in the place of what was; nothing must be whole yet.
///
/// # Errors
/// `not_found`; `annual_report_step` once it is handed in; fields `annual_report_figure`, `annual_report_part`, `text_too_long`.
pub async fn declare_annual_report(tx: &Tx, desk: &Desk, id: &str, input: &AnnualReportInput) -> Outcome<ReportRow> {
    let (mut row, now) = to_write(tx, desk, id).await?;
    if !now.is_open() {
        return Err(wrong_step(now));
    }
    let base = register::goods(tx.connection(), &row.product_id).await?.unit;
    let mut faults = Faults::new();
    let mut figures = Vec::new();
    for name in Declared::ALL {
        let Some(amount) = input.figure(*name) else { continue };
        let at = format!("/{}", name.field());
        if amount < 0 || amount > name.unit().most() {
            faults.add(&at, "annual_report_figure").with("figure", amount).with("most", name.unit().most());
        }
        if let Some(whole) = name.part_of().and_then(|whole| input.figure(whole)).filter(|whole| amount > *whole) {
            faults.add(&at, "annual_report_part").with("figure", yuan(amount)).with("right", yuan(whole));
        }
        let (source, unit) = (Source::Declared.word().to_owned(), name.unit().word(base.word()).to_owned());
        figures.push(FigureRow { report_id: row.id.clone(), source, name: name.word().to_owned(), unit, amount });
    }
    row.remark = read_text(&mut faults, "/remark", input.remark.as_deref(), 1_000);
    faults.check()?;
    store::update(tx, &row).await?;
    store::put_figures(tx, &row.id, Source::Declared.word(), figures).await?;
    Ok(row)
}

/// What a figure that must be there is missed by.
fn missing_code(name: Declared) -> &'static str {
    match name {
        Declared::Output => "annual_report_output_missing",
        Declared::Marked => "annual_report_marked_missing",
        Declared::Sold => "annual_report_sold_missing",
        Declared::OutputValue => "annual_report_output_value_missing",
        Declared::SalesValue => "annual_report_sales_value_missing",
        _ => "annual_report_employees_missing",
    }
}

/// Fen as yuan with two decimals.
pub fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, (fen % 100).abs())
}

/// Hands it in: computes what is on record, asks once about what contradicts it, and marks it late after the window.
///
/// # Errors
/// `not_found`; `annual_report_step`; `annual_report_early` before the year is over and the window open; fields `annual_report_*_missing` for
/// figures that must be there, `annual_report_question_*` with both figures until it is answered, `text_too_long`.
pub async fn submit_annual_report(tx: &Tx, desk: &Desk, id: &str, input: &AnnualReportSubmitInput, window: Window) -> Outcome<ReportRow> {
    let (mut row, now) = to_write(tx, desk, id).await?;
    if !now.is_open() {
        return Err(wrong_step(now));
    }
    let today = desk.clock.today();
    if today < window.opens {
        return Err(Failure::conflict("annual_report_early").with("value", row.year).with("from", window.opens));
    }
    let goods = register::goods(tx.connection(), &row.product_id).await?;
    let figures = store::figures(tx.connection(), vec![row.id.clone()]).await?.remove(&row.id).unwrap_or_default();
    let declared = declared_of(&figures);
    let on_record = registered(tx.connection(), &row.organisation_id, &row.product_id, row.year, today).await?;
    let mut faults = Faults::new();
    for name in Declared::ALL.iter().filter(|name| name.is_needed() && !declared.contains_key(name)) {
        faults.add(format!("/{}", name.field()), missing_code(*name));
    }
    let before: Vec<AnsweredQuestion> = serde_json::from_str(&row.answers).map_err(Failure::broken)?;
    let mut answered = Vec::new();
    for asked in questions(&declared, &on_record, price_base(goods.unit)) {
        let at = input.answers.iter().position(|one| one.question == asked.question && !one.answer.trim().is_empty());
        let given = at.and_then(|at| read_text(&mut faults, &format!("/answers/{at}/answer"), Some(&input.answers[at].answer), 500));
        if let Some(answer) = given {
            answered.push(AnsweredQuestion { question: asked.question, declared: asked.declared, other: asked.other, answer });
        } else if let Some(kept) = before.iter().find(|one| one.answers(&asked)) {
            answered.push(kept.clone());
        } else {
            let (code, shown): (_, fn(&crate::trace::goods::Goods, i64) -> String) = match asked.question {
                Question::Sold => ("annual_report_question_sold", |goods, amount| goods.show(amount)),
                Question::Marked => ("annual_report_question_marked", |goods, amount| goods.show(amount)),
                Question::Price => ("annual_report_question_price", |_, amount| yuan(amount)),
            };
            let at = format!("/answers/{}", asked.question.word());
            faults.add(at, code).with("figure", shown(&goods, asked.declared)).with("right", shown(&goods, asked.other));
        }
    }
    faults.check()?;
    row.answers = serde_json::to_string(&answered).map_err(Failure::broken)?;
    row.round += 1;
    row.answer_until = None;
    row.due_on = window.closes.to_string();
    // Mending or correcting what was handed in in time is not late.
    if row.submitted_at.is_none() && row.version == 1 {
        row.late = window.is_late(today);
    }
    let now = desk.clock.now();
    (row.submitted_at, row.computed_at) = (Some(now), Some(now));
    moved(desk, &mut row, ReportState::Submitted);
    store::update(tx, &row).await?;
    let frozen: Vec<FigureRow> = on_record.iter().map(|(name, amount)| on_record_row(&row.id, *name, *amount, goods.unit)).collect();
    store::put_figures(tx, &row.id, Source::Registered.word(), frozen).await?;
    stepped(tx, desk, &row, "submitted", row.correction_reason.as_deref()).await?;
    let by_word = |name: &str, amount: i64| (name.to_owned(), amount);
    let on_record: BTreeMap<String, i64> = on_record.into_iter().map(|(name, amount)| by_word(name.word(), amount)).collect();
    let declared: BTreeMap<String, i64> = declared.into_iter().map(|(name, amount)| by_word(name.word(), amount)).collect();
    let facts = json!({
        "organisation_id": row.organisation_id, "product_id": row.product_id, "year": row.year, "version": row.version, "round": row.round,
        "late": row.late, "registered": on_record, "declared": declared, "answers": answered, "remark": row.remark,
        "reason": row.correction_reason,
    });
    ledger::append(tx, desk, Event::new(kind::ANNUAL_REPORT_SUBMITTED, &row.id, facts)).await?;
    Ok(row)
}

fn on_record_row(report_id: &str, name: Registered, amount: i64, base: BaseUnit) -> FigureRow {
    FigureRow {
        report_id: report_id.to_owned(),
        source: Source::Registered.word().to_owned(),
        name: name.word().to_owned(),
        unit: name.unit().word(base.word()).to_owned(),
        amount,
    }
}

/// Begins a corrected version of an accepted report with what that declared; the accepted one stands until the new one is accepted by
/// another person.
///
/// # Errors
/// `not_found`; `annual_report_step` for one that is not accepted; `annual_report_open` with a version under way; field `register_empty`.
pub async fn correct_annual_report(tx: &Tx, desk: &Desk, id: &str, input: &AnnualReportCorrectInput) -> Outcome<ReportRow> {
    let (old, now) = to_write(tx, desk, id).await?;
    if now != ReportState::Accepted {
        return Err(wrong_step(now));
    }
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(&input.reason), 1_000, "register_empty");
    faults.check()?;
    let figures = store::figures(tx.connection(), vec![old.id.clone()]).await?.remove(&old.id).unwrap_or_default();
    let at = desk.clock.now();
    let row = ReportRow {
        id: desk.new_id(Noun::AnnualReport),
        version: old.version + 1,
        state: ReportState::Draft.word().to_owned(),
        round: 0,
        correction_reason: Some(reason),
        begun_by: desk.actor.account_id.clone(),
        begun_at: at,
        computed_at: None,
        submitted_at: None,
        accepted_by: None,
        moved_at: at,
        ..old
    };
    store::insert(tx, row.clone()).await?;
    let own = figures.into_iter().filter(|one| one.source == Source::Declared.word());
    let own = own.map(|one| FigureRow { report_id: row.id.clone(), ..one }).collect();
    store::put_figures(tx, &row.id, Source::Declared.word(), own).await?;
    Ok(row)
}
