//! Opening a case, from a thing or from nothing.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::FormError;
use super::super::desk::{Reader, done_at};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, answered, at_fields, choices, day, given, said};
use super::say;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Actor, Outcome};
use crate::supervision::case::{CaseSource, LinkKind};
use crate::supervision::commands::case::{CaseInput, CaseLinkInput, open_case};

/// What it is opened from.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct From {
    kind: Option<String>,
    id: Option<String>,
    label: Option<String>,
}

impl From {
    fn link(&self) -> Option<CaseLinkInput> {
        let kind = LinkKind::parse(self.kind.as_deref()?)?;
        let ref_id = self.id.clone().filter(|id| !id.is_empty())?;
        let label = self.label.clone().filter(|label| !label.trim().is_empty()).unwrap_or_else(|| ref_id.clone());
        Some(CaseLinkInput { kind, ref_id, label: label.chars().take(200).collect() })
    }
    fn source(&self) -> CaseSource {
        self.kind.as_deref().and_then(CaseSource::parse).unwrap_or(CaseSource::Officer)
    }
}

/// One's own place, as a whole code.
fn own_place(actor: &Actor) -> String {
    actor.scope.divisions.first().map(|prefix| format!("{prefix:0<6}")).unwrap_or_default()
}

pub(super) async fn ask(State(app): State<App>, reader: Reader, Asked(from): Asked<From>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &from, Vec::new(), None)?))
}

fn page(app: &App, reader: &Reader, from: &From, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let link = from.link();
    let label = link.as_ref().map(|link| link.label.chars().take(120).collect::<String>()).unwrap_or_default();
    let fields = vec![
        Field::text("title", say(reader, "column.title")).must().value(label.clone()),
        Field::select("source", say(reader, "column.source"), choices(reader, "cases.source", CaseSource::ALL.iter().map(|s| s.word())))
            .must()
            .value(from.source().word()),
        Field::text("division_code", say(reader, "division"))
            .hint(say(reader, "division_hint"))
            .must()
            .value(own_place(&reader.actor(P::CaseWork)?)),
        Field::date("due_on", say(reader, "column.due_on")),
    ];
    let action = match &link {
        Some(link) => format!("/work/cases/new?kind={}&id={}&label={}", link.kind.word(), link.ref_id, query_value(&link.label)),
        None => "/work/cases/new".to_owned(),
    };
    let about = match &link {
        Some(link) => reader.fill("cases.will_link", &[("kind", &reader.word("cases.kind", link.kind.word())), ("label", &label)]),
        None => say(reader, "open_about"),
    };
    let form = Form::new(app, reader, "open", &action, "cases.open", "cases.open", fields);
    let form = Form { open: true, ..form.again(tried.as_ref()) };
    let part = Part { heading: say(reader, "open"), about, forms: vec![form], ..Part::default() };
    Ok(PartsPage { frame: reader.narrow_frame(say(reader, "open"), errors), parts: vec![part] }.render()?)
}

fn read(from: &From, typed: &Typed) -> Outcome<CaseInput> {
    let mut faults = Faults::new();
    let due_on = day(&mut faults, typed, "due_on");
    faults.check()?;
    let link = from.link();
    Ok(CaseInput {
        title: said(typed, "title"),
        source: given(typed, "source").and_then(|word| CaseSource::parse(&word)).unwrap_or(CaseSource::Officer),
        source_id: link.as_ref().map(|link| link.ref_id.clone()),
        division_code: said(typed, "division_code"),
        due_on,
        links: link.into_iter().collect(),
    })
}

pub(super) async fn create(
    State(app): State<App>,
    reader: Reader,
    Asked(from): Asked<From>,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let (typed, lang, opened) = (posted.body.clone(), reader.lang, from.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let from = opened.clone();
        Box::pin(async move {
            let row = open_case(tx, &desk, &read(&from, &typed)?).await?;
            Ok(Done::see(done_at(lang, &format!("/work/cases/{}", row.id), "case_opened")))
        })
    });
    let tried = tried.await;
    answered(tried, async |failure| {
        let errors = at_fields(&reader, &failure, "open", &["title", "source", "division_code", "due_on"]);
        Ok((failure, page(&app, &reader, &from, errors, Some(Tried { form: "open", typed: &typed }))?))
    })
    .await
}
