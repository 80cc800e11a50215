//! The forms of one application: handing it in, and whatever the turn allows the reader.

use super::{place, say};
use crate::cultivation::mark_use_application::{ApplicationState, Part, RefusalReason, Turn, Way};
use crate::cultivation::queries::ApplicationView;
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::registry::queries::{announcement, right};
use crate::web::app::App;
use crate::web::work::desk::Reader;
use crate::web::work::parts::{Field, Form, choices};

/// Fields of the form that gives back: one for each part.
pub(super) const POINTS: [(&str, Part); 8] = [
    ("point_firm", Part::Firm),
    ("point_goods", Part::Goods),
    ("point_volume", Part::Volume),
    ("point_plots", Part::Plots),
    ("point_bought_from", Part::BoughtFrom),
    ("point_report", Part::Report),
    ("point_papers", Part::Papers),
    ("point_note", Part::Note),
];

/// What the reader may do about it now.
pub(super) async fn forms(app: &App, reader: &Reader, view: &ApplicationView) -> Outcome<Vec<Form>> {
    let (Some(now), Some(way)) = (ApplicationState::parse(&view.state), view.way()) else { return Ok(Vec::new()) };
    let applicant =
        reader.acting(P::MarkUseApplicationSubmit).filter(|actor| actor.scope.reaches_organisation(&view.organisation_id, None));
    let mut forms = Vec::new();
    if applicant.is_some() {
        forms.extend(applicants(app, reader, view, now));
    }
    let Some(turn) = now.turn(way).filter(|turn| *turn != Turn::Applicant) else { return Ok(forms) };
    let (permission, under) =
        if turn == Turn::County { (P::MarkUseApplicationVerify, "verify/") } else { (P::MarkUseApplicationDecide, "") };
    let Some(actor) = reader.acting(permission) else { return Ok(forms) };
    if !view.is_turn_of(turn, &actor.scope) {
        return Ok(forms);
    }
    forms.push(forward(app, reader, view, now, way).await?);
    forms.push(give_back(app, reader, view, under));
    forms.push(refuse(app, reader, view, under));
    Ok(forms)
}

fn applicants(app: &App, reader: &Reader, view: &ApplicationView, now: ApplicationState) -> Vec<Form> {
    let at = |verb: &str| format!("{}/{verb}", place(&view.id));
    let mut forms = Vec::new();
    if now.is_open_to_applicant() {
        let form = Form::new(app, reader, "submit", &at("submit"), "apply.submit", "apply.submit", Vec::new());
        forms.push(Form { open: true, ..form }.about(say(reader, "submit_about")));
    }
    if !now.is_decided() {
        let words = if view.submitted_at.is_none() { "discard" } else { "withdraw" };
        let label = format!("apply.{words}");
        let form = Form::new(app, reader, "withdraw", &at("withdraw"), &label, &label, Vec::new());
        forms.push(Form { class: "stop", ..form }.about(say(reader, &format!("{words}_about"))));
    }
    forms
}

/// The step forward: seen on the spot, checked by the city, reviewed by the province, or approved.
async fn forward(app: &App, reader: &Reader, view: &ApplicationView, now: ApplicationState, way: Way) -> Outcome<Form> {
    let at = |verb: &str| format!("{}/{verb}", place(&view.id));
    let said = || Field::area("said", say(reader, "step_said"));
    let form = match now.forward(way) {
        Some(ApplicationState::CountyVerified) => {
            let fields = vec![
                Field::date("on_day", say(reader, "visited_on")).must(),
                said().must().hint(say(reader, "visit_hint")),
                Field::text("document_no", say(reader, "document_no")),
            ];
            Form::new(app, reader, "advance", &at("verify"), "apply.verify", "apply.verify", fields).about(say(reader, "verify_about"))
        }
        Some(ApplicationState::CityVerified) => {
            let fields = vec![said().must(), Field::text("document_no", say(reader, "document_no"))];
            Form::new(app, reader, "advance", &at("advance"), "apply.city", "apply.city", fields).about(say(reader, "city_about"))
        }
        Some(ApplicationState::ProvinceReviewed) => {
            let fields = vec![
                Field::text("document_no", say(reader, "province_no")).must(),
                Field::date("on_day", say(reader, "document_day")),
                said().must(),
            ];
            Form::new(app, reader, "advance", &at("advance"), "apply.province", "apply.province", fields)
                .about(say(reader, "province_about"))
        }
        _ => approve(app, reader, view, way).await?,
    };
    Ok(Form { open: true, ..form })
}

async fn approve(app: &App, reader: &Reader, view: &ApplicationView, way: Way) -> Outcome<Form> {
    let paper = match way {
        Way::Announced => {
            let mut named = Vec::new();
            for id in right(&app.db, &view.right_id, app.clock.today()).await?.announcement_ids {
                let one = announcement(&app.db, &id).await?;
                named.push((one.id, format!("{} {}", one.number, one.announced_on.unwrap_or_default())));
            }
            Field::select("announcement_id", say(reader, "announcement"), named).hint(say(reader, "announcement_hint"))
        }
        Way::Licensed => Field::text("contract", say(reader, "contract")).hint(say(reader, "contract_hint")),
    };
    let first = view.wanted_from.clone().unwrap_or_else(|| app.clock.today().to_string());
    let fields = vec![
        paper.must(),
        Field::date("in_force_from", reader.say("valid_from")).must().value(first),
        Field::date("in_force_to", reader.say("valid_to")),
        Field::area("said", say(reader, "remarks")),
    ];
    let form = Form::new(app, reader, "approve", &format!("{}/approve", place(&view.id)), "apply.approve", "apply.approve", fields);
    Ok(form.about(say(reader, "approve_about")))
}

fn give_back(app: &App, reader: &Reader, view: &ApplicationView, under: &str) -> Form {
    let mut fields: Vec<Field> = POINTS.iter().map(|(name, part)| Field::text(name, say(reader, part.word()))).collect();
    fields.push(Field::date("answer_by", say(reader, "answer_by")).must());
    let at = format!("{}/{under}return", place(&view.id));
    Form::new(app, reader, "return", &at, "apply.return", "apply.return", fields).about(say(reader, "return_about"))
}

fn refuse(app: &App, reader: &Reader, view: &ApplicationView, under: &str) -> Form {
    let reasons = choices(reader, "apply.reason_of", RefusalReason::ALL.iter().map(|reason| reason.word()));
    let fields = vec![
        Field::select("reason", say(reader, "reason"), reasons).must(),
        Field::area("said", say(reader, "grounds")).must().hint(say(reader, "grounds_hint")),
        Field::text("appeal", say(reader, "appeal")).must().hint(say(reader, "appeal_hint")),
    ];
    let at = format!("{}/{under}refuse", place(&view.id));
    let form = Form::new(app, reader, "refuse", &at, "apply.refuse", "apply.refuse", fields).about(say(reader, "refuse_about"));
    Form { class: "stop", ..form }
}
