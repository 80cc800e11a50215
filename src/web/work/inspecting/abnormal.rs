//! `/work/abnormal`: 经营异常名录, entered and removed by two officers each.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::{columns, fill, say, state};
use crate::identity::queries::organisations;
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::supervision::abnormal::{AbnormalView, abnormal_entries};
use crate::supervision::commands::abnormal::{
    AbnormalInput, confirm_abnormal, confirm_abnormal_lift, drop_abnormal, propose_abnormal, propose_abnormal_lift, withdraw_abnormal_lift,
};
use crate::supervision::commands::{LiftInput, WithdrawInput};
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::Posted;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::names::{Names, moment_of};
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, given, refilled, said};

/// Entries of one page, and firms to choose from.
const MOST: u64 = 500;

pub(super) fn routes() -> Vec<Route> {
    let (record, confirm) = (Access::Needs(P::InspectionRecord), Access::Needs(P::InspectionConfirm));
    vec![
        Route::get("/work/abnormal", record, show),
        Route::post("/work/abnormal", record, propose),
        Route::post("/work/abnormal/{id}/confirm", confirm, confirm_one),
        Route::post("/work/abnormal/{id}/drop", record, drop_one),
        Route::post("/work/abnormal/lifts", record, lift),
        Route::post("/work/abnormal/{id}/lifted", confirm, lifted),
        Route::post("/work/abnormal/withdrawals", record, withdraw),
    ]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let found = abnormal_entries(&app.db, &reader.actor(P::InspectionRecord)?, None, MOST).await?;
    let mut names = Names::new(app);
    let (mut rows, mut forms) = (Vec::new(), Vec::new());
    for view in &found {
        let name = names.party(reader, &view.organisation_id).await?;
        let since = view.confirmed_at.as_deref().map(|at| moment_of(reader.lang, at)).unwrap_or_default();
        rows.push(vec![
            Cell::text(name.clone()),
            Cell::text(view.reason.clone()).with_small(view.lift_text.clone().unwrap_or_default()),
            Cell::text(view.document_no.clone()).with_small(view.lift_document_no.clone().unwrap_or_default()),
            state(reader, "abnormal_state", &view.state).with_small(since),
        ]);
        forms.extend(next(app, reader, view, &name));
    }
    let table = Table {
        caption: say(reader, "abnormal_caption"),
        columns: columns(reader, &["firm", "reason", "document_no", "state"]),
        rows,
        empty: say(reader, "abnormal_empty"),
    };
    let (firms, _) = organisations(&app.db, &reader.actor(P::InspectionRecord)?, None, None, MOST).await?;
    let fields = vec![
        Field::select("organisation_id", say(reader, "firm"), firms.into_iter().map(|row| (row.id, row.name)).collect()).must(),
        Field::area("reason", say(reader, "reason")).hint(say(reader, "abnormal_reason_hint")).must(),
        Field::text("document_no", say(reader, "document_no")).must(),
    ];
    let form = Form::new(app, reader, "enter", "/work/abnormal", "insp.enter_firm", "insp.enter_firm", fields);
    forms.insert(0, form.about(say(reader, "two_persons")).again(tried.as_ref()));
    let standing = rows_in(&found, "in_force", &mut names, reader).await?;
    if !standing.is_empty() {
        let fields = vec![
            Field::select("entry", say(reader, "firm"), standing).must(),
            Field::area("public_text", say(reader, "lift_reason")).must(),
            Field::text("document_no", say(reader, "document_no")).must(),
        ];
        let form = Form::new(app, reader, "lift_entry", "/work/abnormal/lifts", "insp.lift_entry", "insp.lift_entry", fields);
        forms.push(form.about(say(reader, "two_persons")).again(tried.as_ref()));
    }
    let leaving = rows_in(&found, "lift_proposed", &mut names, reader).await?;
    if !leaving.is_empty() {
        let fields =
            vec![Field::select("entry", say(reader, "firm"), leaving).must(), Field::area("reason", say(reader, "withdraw_reason")).must()];
        let at = "/work/abnormal/withdrawals";
        let form = Form::new(app, reader, "withdraw_lift", at, "insp.withdraw_lift", "insp.withdraw_lift", fields);
        forms.push(form.about(say(reader, "withdraw_about")).again(tried.as_ref()));
    }
    let part =
        Part { heading: say(reader, "abnormal"), about: say(reader, "abnormal_about"), table: Some(table), forms, ..Part::default() };
    Ok(PartsPage { frame: reader.frame(say(reader, "abnormal"), errors), parts: vec![part] }.render()?)
}

/// Entries in a state, as choices.
async fn rows_in(found: &[AbnormalView], state: &str, names: &mut Names<'_>, reader: &Reader) -> Result<Vec<(String, String)>, Refusal> {
    let mut choices = Vec::new();
    for view in found.iter().filter(|view| view.state == state) {
        choices.push((view.id.clone(), format!("{} · {}", names.party(reader, &view.organisation_id).await?, view.document_no)));
    }
    Ok(choices)
}

/// What may be done next to an entry: by somebody else than who took the step before.
fn next(app: &App, reader: &Reader, view: &AbnormalView, name: &str) -> Vec<Form> {
    let at = |verb: &str| format!("/work/abnormal/{}/{verb}", view.id);
    let me = reader.who.account.id.as_str();
    let form = |word: &'static str, verb: &str, class: &'static str| {
        let form = Form::new(app, reader, word, &at(verb), &format!("insp.{word}"), &format!("insp.{word}"), Vec::new());
        Form { class, label: fill(reader, "of_firm", &[("what", &form.label), ("name", name)]), ..form }
    };
    match view.state.as_str() {
        "proposed" if view.proposed_by == me => vec![form("drop_entry", "drop", "stop")],
        "proposed" => vec![form("confirm_entry", "confirm", "go"), form("drop_entry", "drop", "stop")],
        "lift_proposed" if view.lift_proposed_by.as_deref() != Some(me) => vec![form("confirm_lift", "lifted", "go")],
        _ => Vec::new(),
    }
}

async fn back(
    app: &App,
    reader: &Reader,
    form: &'static str,
    typed: &Typed,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    let names = ["organisation_id", "reason", "document_no", "public_text", "entry"];
    refilled(tried, reader, Tried { form, typed }, &names, |errors, tried| page(app, reader, errors, tried)).await
}

async fn propose(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let input = AbnormalInput {
                organisation_id: said(&typed, "organisation_id"),
                reason: said(&typed, "reason"),
                document_no: said(&typed, "document_no"),
            };
            propose_abnormal(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/abnormal", "abnormal_proposed")))
        })
    });
    let tried = tried.await;
    back(&app, &reader, "enter", &typed, tried).await
}

async fn lift(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let id = given(&typed, "entry").ok_or_else(|| Failure::field("/entry", "register_empty"))?;
            let input = LiftInput { document_no: said(&typed, "document_no"), public_text: said(&typed, "public_text") };
            propose_abnormal_lift(tx, &desk, &id, &input).await?;
            Ok(Done::see(done_at(lang, "/work/abnormal", "abnormal_lift_proposed")))
        })
    });
    let tried = tried.await;
    back(&app, &reader, "lift_entry", &typed, tried).await
}

async fn withdraw(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let id = given(&typed, "entry").ok_or_else(|| Failure::field("/entry", "register_empty"))?;
            withdraw_abnormal_lift(tx, &desk, &id, &WithdrawInput { reason: said(&typed, "reason") }).await?;
            Ok(Done::see(done_at(lang, "/work/abnormal", "abnormal_lift_withdrawn")))
        })
    });
    let tried = tried.await;
    back(&app, &reader, "withdraw_lift", &typed, tried).await
}

/// A step that says nothing more.
macro_rules! decided {
    ($handler:ident, $form:literal, $command:ident, $done:literal) => {
        async fn $handler(
            State(app): State<App>,
            reader: Reader,
            Path(id): Path<String>,
            posted: Posted<Typed>,
        ) -> Result<Response, Refusal> {
            let (typed, lang) = (posted.body.clone(), reader.lang);
            let tried = act(&app, posted, move |tx, desk, _| {
                let id = id.clone();
                Box::pin(async move {
                    $command(tx, &desk, &id).await?;
                    Ok(Done::see(done_at(lang, "/work/abnormal", $done)))
                })
            });
            let tried = tried.await;
            back(&app, &reader, $form, &typed, tried).await
        }
    };
}
decided!(confirm_one, "confirm_entry", confirm_abnormal, "abnormal_confirmed");
decided!(drop_one, "drop_entry", drop_abnormal, "abnormal_dropped");
decided!(lifted, "confirm_lift", confirm_abnormal_lift, "abnormal_lifted");
