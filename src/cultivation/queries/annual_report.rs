//! Yearly reports as their readers see them: the organisation its own, reviewers what was handed in within their reach. Holders see
//! quantities of their users and no money.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::annual_figures::registered;
use crate::cultivation::annual_report::{Asked, Declared, Registered, ReportState, Source, Unit, questions};
use crate::cultivation::commands::{AnsweredQuestion, price_base};
use crate::cultivation::store::annual_report::{self as store, FigureRow, ReportRow, Wanted};
use crate::db::Db;
use crate::identity::store::{OrganisationRow, organisation};
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Day, Failure, Outcome, Scope};
use crate::trace::goods::Goods;
use crate::trace::store::register;

/// A figure with whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnnualFigure {
    /// registered (平台登记) or declared (企业填报).
    pub source: String,
    /// Its name.
    pub name: String,
    /// g, ml, piece, m2, count, fen, fen_each (for a kilogram, a litre or a piece) or percent.
    pub unit: String,
    /// How much.
    pub amount: i64,
}

/// A point to be mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnnualPoint {
    /// The round that gave it back, counted from 1.
    pub round: i64,
    /// Counted from 1 in each round.
    pub position: i64,
    /// The name of a declared figure, or `remark`.
    pub part: String,
    /// What is wrong, and what would be right.
    pub said: String,
}

/// A step it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnnualStep {
    /// The round, counted from 1.
    pub round: i64,
    /// submitted, returned or accepted.
    pub act: String,
    /// Account.
    pub account_id: String,
    /// RFC 3339.
    pub at: String,
    /// What was said.
    pub said: Option<String>,
}

/// A version of a yearly report on the use of marks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnnualReportView {
    /// `anr_…`
    pub id: String,
    /// Whose, `org_…`.
    pub organisation_id: String,
    /// Its name.
    pub organisation: String,
    /// 统一社会信用代码
    pub credit_code: Option<String>,
    /// Its division.
    pub division_code: String,
    /// `pro_…`
    pub product_id: String,
    /// Its name.
    pub product: String,
    /// The calendar year.
    pub year: i64,
    /// Counted from 1; a correction is a new version.
    pub version: i64,
    /// draft, submitted, returned, accepted or superseded.
    pub state: String,
    /// How often it was handed in.
    pub round: i64,
    /// The last day of the window.
    pub due_on: String,
    /// Handed in after it.
    pub late: bool,
    /// Until when it is to be mended.
    pub answer_until: Option<String>,
    /// Why a corrected version was begun.
    pub correction_reason: Option<String>,
    /// Anything else.
    pub remark: Option<String>,
    /// What was asked and answered.
    pub answers: Vec<AnsweredQuestion>,
    /// Demonstration data.
    pub demo: bool,
    /// RFC 3339: when the registered figures were computed; of a draft they are those of now, and this is null.
    pub computed_at: Option<String>,
    /// RFC 3339.
    pub submitted_at: Option<String>,
    /// RFC 3339: when it last moved.
    pub moved_at: String,
    /// Figures, registered ones first; of another's report a holder sees no money.
    pub figures: Vec<AnnualFigure>,
    /// What was declared of the year before; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub year_before: Vec<AnnualFigure>,
    /// Points of every round; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<AnnualPoint>,
    /// Steps in order; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<AnnualStep>,
}

impl AnnualReportView {
    /// A declared figure.
    pub fn declared(&self, name: Declared) -> Option<i64> {
        self.figure(Source::Declared, name.word())
    }
    /// A registered figure.
    pub fn registered(&self, name: Registered) -> Option<i64> {
        self.figure(Source::Registered, name.word())
    }
    fn figure(&self, source: Source, name: &str) -> Option<i64> {
        self.figures.iter().find(|one| one.source == source.word() && one.name == name).map(|one| one.amount)
    }
    /// What was declared of the year before.
    pub fn before(&self, name: Declared) -> Option<i64> {
        self.year_before.iter().find(|one| one.name == name.word()).map(|one| one.amount)
    }
    /// The points of the round that gave it back, while it waits to be mended.
    pub fn open_points(&self) -> impl Iterator<Item = &AnnualPoint> {
        let open = self.state == ReportState::Returned.word();
        self.points.iter().filter(move |point| open && point.round == self.round)
    }
    /// How far it has come.
    pub fn now(&self) -> Option<ReportState> {
        ReportState::parse(&self.state)
    }
}

/// What a list of reports is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnualReportsAsked {
    /// Of this year.
    pub year: Option<i64>,
    /// On this product.
    pub product_id: Option<String>,
    /// Of this organisation.
    pub organisation_id: Option<String>,
    /// In this state.
    pub state: Option<String>,
}

/// Is money of this organisation's report left out for somebody of this scope? Whoever sees it only as a holder sees none.
pub(super) fn without_money(scope: &Scope, organisation_id: &str, division_code: &str) -> bool {
    !scope.reaches_organisation(organisation_id, Some(division_code))
}

/// Reports within reach, newest first; the next page begins after `cursor`.
///
/// # Errors
/// `word_unknown` for a state that is none.
pub async fn annual_reports(
    db: &Db,
    actor: &Actor,
    asked: &AnnualReportsAsked,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<AnnualReportView>, Option<String>)> {
    let state = match &asked.state {
        None => None,
        Some(word) => match ReportState::parse(word) {
            Some(state) => Some(state.word()),
            None => return Err(Failure::field("/state", "word_unknown").with("value", word.chars().take(40).collect::<String>())),
        },
    };
    let wanted = Wanted {
        states: state.into_iter().collect(),
        organisation_id: asked.organisation_id.clone(),
        product_id: asked.product_id.clone(),
        year: asked.year,
    };
    let mut rows = store::page(db.reader(), &actor.scope, &wanted, cursor, limit + 1).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok((views(db, &actor.scope, rows).await?, next))
}

/// One within reach, with the year before, its points and steps. Of one that is not handed in, registered figures are those of now.
///
/// # Errors
/// `not_found`, also for another's draft.
pub async fn annual_report(db: &Db, actor: &Actor, id: &str, today: Day) -> Outcome<AnnualReportView> {
    let row = store::one(db.reader(), &actor.scope, id).await?;
    let mut view = views(db, &actor.scope, vec![row]).await?.pop().ok_or_else(Failure::not_found)?;
    let goods = register::goods(db.reader(), &view.product_id).await?;
    if view.now().is_some_and(ReportState::is_open) {
        let now = registered(db.reader(), &view.organisation_id, &view.product_id, view.year, today).await?;
        view.figures.retain(|one| one.source != Source::Registered.word());
        view.figures.splice(0..0, now.into_iter().map(|(name, amount)| of_now(name, amount, &goods)));
        view.computed_at = None;
    }
    let before = store::versions(db.reader(), &view.organisation_id, &view.product_id, view.year - 1).await?;
    let reported = |row: &ReportRow| ReportState::parse(&row.state).is_some_and(ReportState::is_reported);
    if let Some(before) = before.into_iter().find(reported) {
        view.year_before = views(db, &actor.scope, vec![before]).await?.pop().map(|view| view.figures).unwrap_or_default();
        view.year_before.retain(|one| one.source == Source::Declared.word());
    }
    view.points = store::points(db.reader(), id).await?.into_iter().map(point).collect();
    view.steps = store::steps(db.reader(), id).await?.into_iter().map(step).collect();
    Ok(view)
}

/// What handing this in would be asked about and was not answered yet.
pub fn questions_of(view: &AnnualReportView, goods: &Goods) -> Vec<Asked> {
    let declared: BTreeMap<Declared, i64> = Declared::ALL.iter().filter_map(|name| Some((*name, view.declared(*name)?))).collect();
    let on_record: BTreeMap<Registered, i64> = Registered::ALL.iter().filter_map(|name| Some((*name, view.registered(*name)?))).collect();
    let mut asked = questions(&declared, &on_record, price_base(goods.unit));
    asked.retain(|one| !view.answers.iter().any(|kept| kept.answers(one)));
    asked
}

/// Reports that wait for who reviews within reach, the longest first.
///
/// # Errors
/// Only ours.
pub async fn waiting_reports(db: &Db, actor: &Actor) -> Outcome<Vec<AnnualReportView>> {
    let wanted = Wanted { states: vec![ReportState::Submitted.word()], ..Wanted::default() };
    let rows = store::page(db.reader(), &actor.scope, &wanted, None, 200).await?;
    let mut found = views(db, &actor.scope, rows).await?;
    found.sort_by(|a, b| a.moved_at.cmp(&b.moved_at));
    Ok(found)
}

fn of_now(name: Registered, amount: i64, goods: &Goods) -> AnnualFigure {
    let unit = name.unit().word(goods.unit.word()).to_owned();
    AnnualFigure { source: Source::Registered.word().to_owned(), name: name.word().to_owned(), unit, amount }
}

pub(super) async fn views(db: &Db, scope: &Scope, rows: Vec<ReportRow>) -> Outcome<Vec<AnnualReportView>> {
    let (mut firms, mut names) = (BTreeMap::<String, OrganisationRow>::new(), BTreeMap::<String, String>::new());
    for row in &rows {
        if !firms.contains_key(&row.organisation_id) {
            firms.insert(row.organisation_id.clone(), organisation(db.reader(), &row.organisation_id).await?);
        }
        if !names.contains_key(&row.product_id) {
            names.insert(row.product_id.clone(), register::goods(db.reader(), &row.product_id).await?.name);
        }
    }
    let mut figures = store::figures(db.reader(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let lost = || Failure::broken("a report without its firm or product");
        let firm = firms.get(&row.organisation_id).ok_or_else(lost)?;
        let product = names.get(&row.product_id).cloned().ok_or_else(lost)?;
        let hidden = without_money(scope, &firm.id, &firm.division_code);
        let own = figures.remove(&row.id).unwrap_or_default();
        found.push(view(row, firm, product, own, hidden)?);
    }
    Ok(found)
}

/// Registered figures in their order, then declared ones in theirs.
fn in_order(rows: &[FigureRow], hidden: bool) -> Vec<AnnualFigure> {
    let registered = Registered::ALL.iter().map(|name| (Source::Registered, name.word(), name.unit()));
    let declared = Declared::ALL.iter().map(|name| (Source::Declared, name.word(), name.unit()));
    let kept = |(source, name, unit): (Source, &str, Unit)| {
        let row = rows.iter().find(|row| row.source == source.word() && row.name == name).filter(|_| !(hidden && unit.is_money()))?;
        Some(AnnualFigure { source: row.source.clone(), name: row.name.clone(), unit: row.unit.clone(), amount: row.amount })
    };
    registered.chain(declared).filter_map(kept).collect()
}

fn view(row: ReportRow, firm: &OrganisationRow, product: String, figures: Vec<FigureRow>, hidden: bool) -> Outcome<AnnualReportView> {
    let mut answers: Vec<AnsweredQuestion> = serde_json::from_str(&row.answers).map_err(Failure::broken)?;
    if hidden {
        answers.retain(|one| one.question != crate::cultivation::annual_report::Question::Price);
    }
    Ok(AnnualReportView {
        organisation: firm.name.clone(),
        credit_code: firm.credit_code.clone(),
        division_code: firm.division_code.clone(),
        product,
        answers,
        computed_at: row.computed_at.map(rfc3339),
        submitted_at: row.submitted_at.map(rfc3339),
        moved_at: rfc3339(row.moved_at),
        figures: in_order(&figures, hidden),
        year_before: Vec::new(),
        points: Vec::new(),
        steps: Vec::new(),
        id: row.id,
        organisation_id: row.organisation_id,
        product_id: row.product_id,
        year: row.year,
        version: row.version,
        state: row.state,
        round: row.round,
        due_on: row.due_on,
        late: row.late,
        answer_until: row.answer_until,
        correction_reason: row.correction_reason,
        remark: row.remark.filter(|_| !hidden),
        demo: row.demo,
    })
}

fn point(row: store::ReportPointRow) -> AnnualPoint {
    AnnualPoint { round: row.round, position: row.position, part: row.part, said: row.said }
}

fn step(row: store::ReportStepRow) -> AnnualStep {
    AnnualStep { round: row.round, act: row.act, account_id: row.account_id, at: rfc3339(row.at), said: row.said }
}
