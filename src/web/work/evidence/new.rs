//! The form of a capture. What the platform knows of its listing is filled in; a picture may be pasted, chosen or photographed.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, PostedFiles};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{FormError, Frame};
use super::super::super::pages::style;
use super::super::desk::{Reader, done_at, faults};
use super::super::parts::{Field, Form, Part, Tried, Typed, answered, choices, given, said};
use super::say;
use crate::identity::officer::officers;
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, Outcome};
use crate::supervision::audit::queries::audit;
use crate::supervision::commands::evidence::{EvidenceInput, take_evidence};
use crate::supervision::evidence::queries::one_evidence;
use crate::supervision::evidence::{CaptureMethod, EvidenceSubject, keep_originals};

/// What it is about: one of these.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Chosen {
    listing: Option<String>,
    case: Option<String>,
    batch: Option<String>,
    feedback: Option<String>,
    inspection: Option<String>,
    supplements: Option<String>,
}

impl Chosen {
    fn subject(&self) -> Option<(EvidenceSubject, &str)> {
        let all = [
            (EvidenceSubject::Listing, &self.listing),
            (EvidenceSubject::Case, &self.case),
            (EvidenceSubject::Batch, &self.batch),
            (EvidenceSubject::Feedback, &self.feedback),
            (EvidenceSubject::Inspection, &self.inspection),
        ];
        all.into_iter().find_map(|(kind, id)| Some((kind, id.as_deref()?)))
    }
    fn path(&self) -> String {
        match (&self.supplements, self.subject()) {
            (Some(id), _) => format!("/work/evidence/new?supplements={id}"),
            (None, Some((kind, id))) => format!("/work/evidence/new?{}={id}", kind.word()),
            (None, None) => "/work/evidence/new".to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "staff/parts_scripted.html")]
struct Page<'a> {
    frame: Frame<'a>,
    parts: Vec<Part>,
    script: &'static str,
}

pub(super) async fn ask(State(app): State<App>, reader: Reader, Asked(chosen): Asked<Chosen>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &chosen, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, chosen: &Chosen, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let mut known: Vec<(&'static str, String)> = Vec::new();
    let mut about = say(reader, "new_about");
    if let Some(id) = &chosen.supplements {
        let first = one_evidence(&app.db, &reader.actor(P::EvidenceTake)?, id).await?;
        about = reader.fill("evidence.supplement_about", &[("no", &first.record.chain_no.to_string())]);
        known.extend([("purpose", first.record.purpose), ("holder", first.record.holder), ("method", first.record.method)]);
        known.extend([("device", first.record.device), ("software", first.record.software), ("network", first.record.network)]);
        known.extend([("place", first.record.place), ("clock_check", first.record.clock_check)]);
    } else if let Some(id) = &chosen.listing {
        let view = audit(&app.db, &app.clock, &reader.actor(P::EvidenceTake)?, id).await?;
        let holder = [Some(view.seller.clone()), view.shop.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        known.extend([("purpose", reader.fill("evidence.purpose_listing", &[("title", &view.title)])), ("holder", holder)]);
        known.extend([("platform", view.platform), ("item_id", view.item_id), ("opened_url", view.url.unwrap_or_default())]);
        known.push(("method", CaptureMethod::Screenshot.word().to_owned()));
    }
    let people: Vec<(String, String)> =
        officers(&app.db).await?.into_iter().map(|o| (o.account_id, format!("{}（{}）", o.name, o.certificate_no))).collect();
    let methods = choices(reader, "evidence.method_word", CaptureMethod::ALL.iter().map(|m| m.word()));
    let text = |name: &'static str| Field::text(name, say(reader, name));
    let hint = |name: &str| say(reader, &format!("hint.{name}"));
    let first = chosen.supplements.is_none();
    let files = Field::file("files", say(reader, "files"), "image/*,video/*,application/pdf,.html,.mhtml,.csv,.xlsx,.json,.txt,.zip")
        .hint(hint("files"));
    let mut fields = vec![
        text("purpose").must(),
        text("holder").hint(hint("holder")).must(),
        text("opened_url").hint(hint("opened_url")),
        text("final_url").hint(hint("final_url")),
        text("platform"),
        text("item_id"),
        Field::select("method", say(reader, "method"), methods).must(),
        if first { files.must() } else { files },
        text("device").hint(hint("device")).must(),
        text("software").hint(hint("software")).must(),
        text("network").hint(hint("network")).must(),
        text("place").must(),
        text("clock_check").hint(hint("clock_check")).must(),
        Field::area("steps", say(reader, "steps")).hint(hint("steps")).must(),
        text("medium").hint(hint("medium")).value(say(reader, "medium_online")),
        text("witness").hint(hint("witness")),
        Field::select("officer_1", say(reader, "officer_1"), people.clone()).must().value(reader.who.account.id.clone()),
        Field::select("officer_2", say(reader, "officer_2"), people).hint(hint("officer_2")).must(),
    ];
    for field in &mut fields {
        if let Some((_, value)) = known.iter().find(|(name, _)| *name == field.name) {
            field.value.clone_from(value);
        }
    }
    let form = Form::new(app, reader, "new", &chosen.path(), "evidence.take", "evidence.take", fields);
    let form = Form { open: true, ..form.again(tried.as_ref()) };
    let title = if first { say(reader, "new") } else { say(reader, "supplement") };
    let part = Part { heading: title.clone(), about, forms: vec![form], ..Part::default() };
    Ok(Page { frame: reader.narrow_frame(title, errors), parts: vec![part], script: style::paste_href() }.render()?)
}

fn read(chosen: &Chosen, typed: &Typed) -> Outcome<EvidenceInput> {
    let method = CaptureMethod::parse(&said(typed, "method")).ok_or_else(|| Failure::field("/method", "register_empty"))?;
    let subject = chosen.subject();
    Ok(EvidenceInput {
        subject_kind: subject.map(|(kind, _)| kind),
        subject_id: subject.map(|(_, id)| id.to_owned()),
        supplements: chosen.supplements.clone(),
        division_code: None,
        purpose: said(typed, "purpose"),
        holder: said(typed, "holder"),
        opened_url: given(typed, "opened_url"),
        final_url: given(typed, "final_url"),
        platform: given(typed, "platform"),
        item_id: given(typed, "item_id"),
        method,
        device: said(typed, "device"),
        software: said(typed, "software"),
        network: said(typed, "network"),
        place: said(typed, "place"),
        steps: said(typed, "steps"),
        medium: given(typed, "medium"),
        witness: given(typed, "witness"),
        clock_check: said(typed, "clock_check"),
        officers: ["officer_1", "officer_2"].iter().filter_map(|name| given(typed, name)).collect(),
    })
}

/// The field a fault stands at.
fn field(pointer: &str) -> String {
    let name = match pointer {
        "/officers/0" => "officer_1",
        p if p.starts_with("/officers") => "officer_2",
        p if p.starts_with("/files") => "files",
        p => p.trim_start_matches('/'),
    };
    if matches!(name, "" | "subject_kind" | "subject_id" | "division_code") { String::new() } else { format!("new-{name}") }
}

pub(super) async fn create(
    State(app): State<App>,
    reader: Reader,
    Asked(chosen): Asked<Chosen>,
    sent: PostedFiles<Typed>,
) -> Result<Response, Refusal> {
    let PostedFiles { posted, files } = sent;
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = match keep_originals(&app.shelf, files).await {
        Err(failure) => Err(Refusal(failure)),
        Ok(originals) => {
            let chosen = chosen.clone();
            act(&app, posted, move |tx, desk, typed| {
                let (originals, chosen) = (originals.clone(), chosen.clone());
                Box::pin(async move {
                    let view = take_evidence(tx, &desk, &read(&chosen, &typed)?, &originals).await?;
                    Ok(Done::see(done_at(lang, &format!("/work/evidence/{}", view.record.id), "evidence_taken")))
                })
            })
            .await
        }
    };
    answered(tried, async |failure| {
        let errors = faults(lang, &failure, field);
        let tried = Tried { form: "new", typed: &typed };
        Ok((failure, page(&app, &reader, &chosen, errors, Some(tried)).await?))
    })
    .await
}
