//! One stop or recall: what it says, whom it reaches, its steps by two persons, and the paper list of those to be told.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::FormError;
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::history::history;
use super::super::names::{Names, moment};
use super::super::parts::{Field, Tried, Typed, answered, at_fields, given};
use super::preview::{Change, seen};
use super::{Act, MeasurePage, act_of, decided, reached, recipients, say};
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, Outcome};
use crate::supervision::commands::{
    LiftInput, WithdrawInput, confirm_recall, confirm_recall_lift, confirm_stop, confirm_stop_lift, drop_recall, drop_stop,
    propose_recall_lift, propose_stop_lift, withdraw_recall_lift, withdraw_stop_lift,
};
use crate::supervision::queries::{recall_row, stop_row};
use crate::supervision::recipients::{Reach, reach, touched_by_recall, touched_by_stop};
use crate::supervision::rectifications::report_on;
use crate::trace::queries::process::ReachedView;
use crate::trace::stop::DecisionState;
use crate::trace::store::stock;
use crate::trace::store::stop::{RecallRow, StopRow};
use crate::trace::store::touched::Touched;

pub(super) fn routes() -> Vec<Route> {
    let (stop, stop2) = (Access::Needs(P::StopPropose), Access::Needs(P::StopConfirm));
    let (recall, recall2) = (Access::Needs(P::RecallPropose), Access::Needs(P::RecallConfirm));
    vec![
        Route::get("/work/measures/stops/{id}", stop, stop_show),
        Route::get("/work/measures/stops/{id}/notice", stop, stop_notice),
        Route::post("/work/measures/stops/{id}/confirm", stop2, stop_confirm),
        Route::post("/work/measures/stops/{id}/drop", stop, stop_drop),
        Route::post("/work/measures/stops/{id}/lift", stop, stop_lift),
        Route::post("/work/measures/stops/{id}/lift/preview", stop, stop_lift_look),
        Route::post("/work/measures/stops/{id}/lift/confirm", stop2, stop_lift_confirm),
        Route::post("/work/measures/stops/{id}/lift/withdraw", stop, stop_lift_withdraw),
        Route::get("/work/measures/recalls/{id}", recall, recall_show),
        Route::get("/work/measures/recalls/{id}/notice", recall, recall_notice),
        Route::post("/work/measures/recalls/{id}/confirm", recall2, recall_confirm),
        Route::post("/work/measures/recalls/{id}/drop", recall, recall_drop),
        Route::post("/work/measures/recalls/{id}/lift", recall, recall_lift),
        Route::post("/work/measures/recalls/{id}/lift/preview", recall, recall_lift_look),
        Route::post("/work/measures/recalls/{id}/lift/confirm", recall2, recall_lift_confirm),
        Route::post("/work/measures/recalls/{id}/lift/withdraw", recall, recall_lift_withdraw),
    ]
}

/// A stop or a recall, alike as far as a page goes.
enum Measure {
    Stop(Box<StopRow>),
    Recall(Box<RecallRow>, String),
}

impl Measure {
    async fn read(app: &App, reader: &Reader, kind: &str, id: &str) -> Outcome<Self> {
        if kind == "stops" {
            return Ok(Self::Stop(Box::new(stop_row(&app.db, &reader.actor(P::StopPropose)?, id).await?)));
        }
        let row = recall_row(&app.db, &reader.actor(P::RecallPropose)?, id).await?;
        let lot = stock::batch(app.db.reader(), &row.batch_id).await?.lot;
        Ok(Self::Recall(Box::new(row), lot))
    }
    async fn touched(&self, app: &App) -> Outcome<(Touched, Vec<ReachedView>)> {
        match self {
            Self::Stop(row) => touched_by_stop(app.db.reader(), row).await,
            Self::Recall(row, _) => touched_by_recall(app.db.reader(), row).await,
        }
    }
    fn state(&self) -> Option<DecisionState> {
        DecisionState::parse(match self {
            Self::Stop(row) => &row.state,
            Self::Recall(row, _) => &row.state,
        })
    }
    fn title(&self, reader: &Reader) -> String {
        match self {
            Self::Stop(row) => reader.fill(
                "measures.stop_title",
                &[("scope", &reader.word("stop_scope", &row.scope)), ("why", &reader.word("stop_category", &row.category))],
            ),
            Self::Recall(row, lot) => reader.fill("recall_heading", &[("kind", &reader.word("recall_kind", &row.kind)), ("lot", lot)]),
        }
    }
    fn confirms(&self, reader: &Reader) -> bool {
        reader.may(if matches!(self, Self::Stop(_)) { P::StopConfirm } else { P::RecallConfirm })
    }
    /// How consumers read it as it stands: in force or about to be, lifted or about to be.
    async fn consumer(&self, app: &App, touched: &Touched, reader: &Reader) -> Outcome<Option<(String, String, &'static str)>> {
        let change = match (self, self.state()) {
            (Self::Stop(row), Some(DecisionState::Proposed | DecisionState::InForce)) => Change::Stopped(row),
            (Self::Stop(row), Some(DecisionState::LiftProposed | DecisionState::Lifted)) => Change::Freed(row),
            (Self::Recall(row, _), Some(DecisionState::Proposed | DecisionState::InForce)) => Change::Recalled(row),
            (Self::Recall(row, _), Some(DecisionState::LiftProposed | DecisionState::Lifted)) => {
                Change::Lifted(row, row.lift_text.as_deref().unwrap_or_default())
            }
            _ => return Ok(None),
        };
        Ok(seen(app, touched, &change).await?.map(|seen| seen.words(app, reader.lang)))
    }
    fn facts(&self, reader: &Reader) -> Vec<(String, String)> {
        let at = |at: Option<i64>| at.map(|at| moment(reader.lang, at));
        let mut out = Vec::new();
        let mut fact =
            |key: &str, value: Option<String>| out.extend(value.filter(|v| !v.is_empty()).map(|value| (say(reader, key), value)));
        macro_rules! common {
            ($row:expr) => {{
                fact("ordered_by", Some($row.ordered_by.clone()));
                fact("document", Some($row.document_no.clone()));
                fact("public_text", Some($row.public_text.clone()));
                fact("proposed", at(Some($row.proposed_at)));
                fact("confirmed", at($row.confirmed_at));
                fact("lift_document", $row.lift_document_no.clone());
                fact("lift_text", $row.lift_text.clone());
                fact("lifted", at($row.lifted_at));
            }};
        }
        match self {
            Self::Stop(row) => {
                if let (Some(no), Some(first), Some(last)) = (row.order_no, row.first, row.last) {
                    let values = [("no", no.to_string()), ("first", first.to_string()), ("last", last.to_string())];
                    fact("covers", Some(reader.fill("stop_codes", &values.each_ref().map(|(name, value)| (*name, value.as_str())))));
                }
                common!(row);
            }
            Self::Recall(row, _) => {
                fact("reason", Some(row.reason.clone()));
                common!(row);
            }
        }
        out
    }
}

async fn page(
    app: &App,
    reader: &Reader,
    kind: &'static str,
    id: &str,
    errors: Vec<FormError>,
    tried: Option<Tried<'_>>,
) -> Result<String, Refusal> {
    let measure = Measure::read(app, reader, kind, id).await?;
    let touched = measure.touched(app).await?;
    let consumer = measure.consumer(app, &touched.0, reader).await?;
    let whole: Reach = reach(app.db.reader(), touched).await?;
    let (counted, tables) = reached(reader, &whole);
    let at = |verb: &str| format!("/work/measures/{kind}/{id}/{verb}");
    let mut acts = Vec::new();
    match measure.state() {
        Some(DecisionState::Proposed) => {
            if measure.confirms(reader) {
                acts.push(Act { form: act_of(app, reader, "confirm", &at("confirm"), Vec::new()), preview: String::new() });
            }
            acts.push(Act { form: act_of(app, reader, "drop", &at("drop"), Vec::new()), preview: String::new() });
        }
        Some(DecisionState::InForce) => {
            let fields = vec![
                Field::text("document_no", say(reader, "lift_document")).must(),
                Field::area("public_text", say(reader, "lift_text")).hint(say(reader, "lift_hint")).must(),
            ];
            let form = act_of(app, reader, "lift", &at("lift"), fields).again(tried.as_ref());
            acts.push(Act { form, preview: reader.to(&at("lift/preview")) });
        }
        Some(DecisionState::LiftProposed) => {
            if measure.confirms(reader) {
                acts.push(Act { form: act_of(app, reader, "confirm_lift", &at("lift/confirm"), Vec::new()), preview: String::new() });
            }
            let fields = vec![Field::area("reason", say(reader, "withdraw_reason")).must()];
            let form = act_of(app, reader, "withdraw_lift", &at("lift/withdraw"), fields).again(tried.as_ref());
            acts.push(Act { form, preview: String::new() });
        }
        _ => {}
    }
    let lines = history(app, reader, id).await?;
    let mut facts = measure.facts(reader);
    facts.extend(counted);
    let mut links = vec![(reader.to(&at("notice")), say(reader, "notice")), (reader.to("/work/measures"), say(reader, "title"))];
    if let Measure::Recall(row, _) = &measure
        && let Some(report) = report_on(&app.db, &row.id).await?
    {
        let batch = stock::batch(app.db.reader(), &row.batch_id).await?;
        let goods = Names::new(app).goods(&batch.product_id).await?;
        let (recovered, disposed) = report.figures().unwrap_or_default();
        let said = [("recovered", goods.show(recovered)), ("disposed", goods.show(disposed)), ("amount", goods.show(batch.amount))];
        let said = reader.fill("measures.report_figures", &said.each_ref().map(|(name, value)| (*name, value.as_str())));
        let state = reader.say(&format!("insp.rectification_state.{}", report.state));
        facts.push((say(reader, "report"), format!("{state} · {said}")));
        links.insert(0, (reader.to(&format!("/work/rectifications/{}", report.id)), say(reader, "report")));
    }
    facts.extend(lines.into_iter().rev().map(|line| (line.at, format!("{} · {}", line.what, line.by))));
    let word = measure.state().map_or("dropped", DecisionState::word);
    let page = MeasurePage {
        frame: reader.frame(measure.title(reader), errors),
        state: Some(decided(reader, word)),
        told: vec![say(reader, &format!("state_about.{word}"))],
        facts,
        consumer,
        tables,
        acts,
        links,
    };
    Ok(page.render()?)
}

async fn notice(app: &App, reader: &Reader, kind: &'static str, id: &str) -> Result<Html<String>, Refusal> {
    let measure = Measure::read(app, reader, kind, id).await?;
    let touched = measure.touched(app).await?;
    let whole = reach(app.db.reader(), touched).await?;
    let page = MeasurePage {
        frame: reader.frame(reader.fill("measures.notice_title", &[("what", &measure.title(reader))]), Vec::new()),
        state: measure.state().map(|state| decided(reader, state.word())),
        told: vec![say(reader, "notice_about")],
        facts: measure.facts(reader),
        consumer: None,
        tables: vec![recipients(reader, &whole.recipients)],
        acts: Vec::new(),
        links: vec![(reader.to(&format!("/work/measures/{kind}/{id}")), say(reader, "back"))],
    };
    Ok(Html(page.render()?))
}

/// What a lifting says, as it will look.
async fn lift_look(app: &App, reader: &Reader, kind: &'static str, id: &str, typed: &Typed) -> Result<Response, Refusal> {
    let measure = Measure::read(app, reader, kind, id).await?;
    let touched = measure.touched(app).await?;
    let text = given(typed, "public_text").unwrap_or_default();
    let change = match &measure {
        Measure::Stop(row) => Change::Freed(row),
        Measure::Recall(row, _) => Change::Lifted(row, &text),
    };
    match seen(app, &touched.0, &change).await? {
        Some(seen) => seen.page(app, reader),
        None => Err(Refusal(Failure::conflict("measure_no_label"))),
    }
}

/// Handlers of one kind.
macro_rules! pages {
    ($kind:literal, $show:ident, $notice:ident, $look:ident) => {
        async fn $show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
            Ok(Html(page(&app, &reader, $kind, &id, Vec::new(), None).await?))
        }
        async fn $notice(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
            notice(&app, &reader, $kind, &id).await
        }
        async fn $look(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
            lift_look(&app, &reader, $kind, &id, &posted.body).await
        }
    };
}
pages!("stops", stop_show, stop_notice, stop_lift_look);
pages!("recalls", recall_show, recall_notice, recall_lift_look);

/// A step of one kind.
macro_rules! step {
    ($handler:ident, $kind:literal, $form:literal, $done:literal, |$tx:ident, $desk:ident, $id:ident, $typed:ident| $body:expr) => {
        async fn $handler(
            State(app): State<App>,
            reader: Reader,
            Path(id): Path<String>,
            posted: Posted<Typed>,
        ) -> Result<Response, Refusal> {
            let (lang, named, typed) = (reader.lang, id.clone(), posted.body.clone());
            let tried = act(&app, posted, move |$tx, $desk, $typed| {
                let $id = named.clone();
                Box::pin(async move {
                    let _ = &$typed;
                    $body.await?;
                    Ok(Done::see(done_at(lang, &format!(concat!("/work/measures/", $kind, "/{}"), $id), $done)))
                })
            });
            let tried = tried.await;
            answered(tried, async |failure| {
                let errors = at_fields(&reader, &failure, $form, &["document_no", "public_text", "reason"]);
                let tried = Tried { form: $form, typed: &typed };
                Ok((failure, page(&app, &reader, $kind, &id, errors, Some(tried)).await?))
            })
            .await
        }
    };
}
step!(stop_confirm, "stops", "confirm", "decision_confirmed", |tx, desk, id, typed| confirm_stop(tx, &desk, &id));
step!(stop_drop, "stops", "drop", "decision_dropped", |tx, desk, id, typed| drop_stop(tx, &desk, &id));
step!(stop_lift_confirm, "stops", "confirm_lift", "decision_lifted", |tx, desk, id, typed| confirm_stop_lift(tx, &desk, &id));
step!(recall_confirm, "recalls", "confirm", "decision_confirmed", |tx, desk, id, typed| confirm_recall(tx, &desk, &id));
step!(recall_drop, "recalls", "drop", "decision_dropped", |tx, desk, id, typed| drop_recall(tx, &desk, &id));
step!(recall_lift_confirm, "recalls", "confirm_lift", "decision_lifted", |tx, desk, id, typed| confirm_recall_lift(tx, &desk, &id));
step!(stop_lift, "stops", "lift", "measure_lift_proposed", |tx, desk, id, typed| async {
    propose_stop_lift(tx, &desk, &id, &lift(&typed)).await
});
step!(recall_lift, "recalls", "lift", "measure_lift_proposed", |tx, desk, id, typed| async {
    propose_recall_lift(tx, &desk, &id, &lift(&typed)).await
});
step!(stop_lift_withdraw, "stops", "withdraw_lift", "measure_lift_withdrawn", |tx, desk, id, typed| async {
    withdraw_stop_lift(tx, &desk, &id, &withdrawal(&typed)).await
});
step!(recall_lift_withdraw, "recalls", "withdraw_lift", "measure_lift_withdrawn", |tx, desk, id, typed| async {
    withdraw_recall_lift(tx, &desk, &id, &withdrawal(&typed)).await
});

/// Why a lifting is withdrawn.
fn withdrawal(typed: &Typed) -> WithdrawInput {
    WithdrawInput { reason: given(typed, "reason").unwrap_or_default() }
}

/// What a lifting says; what was left out is said by the command.
fn lift(typed: &Typed) -> LiftInput {
    let text = |name: &str| given(typed, name).unwrap_or_default();
    LiftInput { document_no: text("document_no"), public_text: text("public_text") }
}
