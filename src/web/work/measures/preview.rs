//! The page a consumer will see: the facts of a real label it reaches with the measure put into them, decided and drawn by the same code as any
//! scan's. Nothing is recorded and nothing is counted.

use axum::response::{Html, IntoResponse, Response};

use super::super::super::app::App;
use super::super::super::failure::Refusal;
use super::super::super::pages::consumer::{CodeView, verdict_page, verdict_words};
use super::super::super::public::goods_of;
use super::super::super::words::Lang;
use super::super::desk::Reader;
use crate::kernel::{Day, Outcome};
use crate::supervision::recipients::{a_label, touched_by_recall, touched_by_stop};
use crate::trace::code::Code;
use crate::trace::queries::process::ReachedView;
use crate::trace::scan::Scanned;
use crate::trace::stop::StopCategory;
use crate::trace::store::order as orders;
use crate::trace::store::stop::{RecallRow, StopRow};
use crate::trace::store::touched::Touched;
use crate::trace::verdict::{Lift, Recall, RecallKind, Stop, Thresholds, decide};

/// What is put into the facts.
pub(super) enum Change<'a> {
    /// A recall comes into force.
    Recalled(&'a RecallRow),
    /// A stop comes into force.
    Stopped(&'a StopRow),
    /// A recall is lifted with these words.
    Lifted(&'a RecallRow, &'a str),
    /// A stop is lifted.
    Freed(&'a StopRow),
}

impl Change<'_> {
    /// What it touches, and the batches it reaches.
    pub async fn touched(&self, app: &App) -> Outcome<(Touched, Vec<ReachedView>)> {
        match self {
            Self::Stopped(row) | Self::Freed(row) => touched_by_stop(app.db.reader(), row).await,
            Self::Recalled(row) | Self::Lifted(row, _) => touched_by_recall(app.db.reader(), row).await,
        }
    }
}

/// A label with what a scan would find once it is done.
pub(super) struct Seen {
    code: Code,
    scanned: Scanned,
}

/// The first label it reaches, as it will look; nothing if it reaches none that was issued.
pub(super) async fn seen(app: &App, touched: &Touched, change: &Change<'_>) -> Outcome<Option<Seen>> {
    let connection = app.db.reader();
    let Some(label) = a_label(connection, touched).await? else { return Ok(None) };
    let order = orders::by_number(connection, label.order_no).await?;
    let issued = crate::trace::issued::IssuedOrder::open(app.keys.as_ref(), &order)?;
    let Some(code) = issued.code_at(label.first) else { return Ok(None) };
    let Some(located) = app.scans.locate(&code) else { return Ok(None) };
    let mut scanned = app.scans.look(&located, None).await?;
    let today = Day::of(scanned.at);
    let facts = &mut scanned.facts.verdict;
    match change {
        Change::Recalled(row) => facts.recalls.push(recall(row, today)),
        Change::Stopped(row) if row.category == StopCategory::Clone.word() => facts.clone_confirmed_on = Some(today),
        Change::Stopped(row) => facts.stops.push(Stop {
            ordered_by: row.ordered_by.clone(),
            document_no: row.document_no.clone(),
            public_text: row.public_text.clone(),
            since: today,
            lifted: None,
        }),
        Change::Lifted(row, text) => {
            let lift = Lift { on: today, text: (*text).to_owned() };
            facts.recalls.retain(|other| other.document_no.as_deref() != Some(row.document_no.as_str()));
            facts.recalls.push(Recall { lifted: Some(lift), ..recall(row, row.confirmed_at.map_or(today, Day::of)) });
        }
        Change::Freed(row) => {
            facts.stops.retain(|other| other.document_no != row.document_no);
            if row.category == StopCategory::Clone.word() {
                facts.clone_confirmed_on = None;
            }
        }
    }
    scanned.decision = decide(&scanned.facts.verdict, &Thresholds::default(), scanned.at);
    Ok(Some(Seen { code, scanned }))
}

fn recall(row: &RecallRow, announced_on: Day) -> Recall {
    Recall {
        kind: if row.kind == RecallKind::Recall.word() { RecallKind::Recall } else { RecallKind::TakeBack },
        ordered_by: row.ordered_by.clone(),
        document_no: Some(row.document_no.clone()).filter(|no| !no.is_empty()),
        public_text: row.public_text.clone(),
        announced_on,
        lifted: None,
    }
}

impl Seen {
    fn view<'a>(
        &'a self,
        lang: Lang,
        site: &'a super::super::super::pages::Site,
        goods: &'a super::super::super::pages::consumer::Goods,
    ) -> CodeView<'a> {
        CodeView {
            lang,
            site,
            code: self.code.as_str(),
            facts: &self.scanned.facts.verdict,
            decision: &self.scanned.decision,
            goods: Some(goods),
            has_pin: self.scanned.facts.order.with_pin,
            pin: None,
        }
    }

    /// Headline, explanation with its notes, and the colour's word.
    pub fn words(&self, app: &App, lang: Lang) -> (String, String, &'static str) {
        let (site, goods) = (app.site(), goods_of(&self.scanned, lang));
        let (headline, explanation) = verdict_words(&self.view(lang, &site, &goods));
        (headline, explanation, self.scanned.decision.verdict.severity().word())
    }

    /// The whole page under a bar that says it is a preview, so that a picture of it can't be taken for the real one.
    pub fn page(&self, app: &App, reader: &Reader) -> Result<Response, Refusal> {
        let (site, goods) = (app.site(), goods_of(&self.scanned, reader.lang));
        let html = verdict_page(&self.view(reader.lang, &site, &goods))?;
        let bar = format!("<header><p class=\"demo\">{}</p>", super::say(reader, "preview_bar"));
        Ok(([("x-robots-tag", "noindex")], Html(html.replacen("<header>", &bar, 1))).into_response())
    }
}
