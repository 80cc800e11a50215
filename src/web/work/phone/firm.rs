//! `/work/firm`: what is on record of the reader's own organisation, and its papers by how long they still hold.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{MOST_UPLOAD, Posted, PostedFiles};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at, faults, fresh_key};
use super::super::names::{Names, day_of};
use super::super::parts::{Field, Form, Tried, Typed, answered, refilled, said};
use super::super::signin::contact_form;
use super::step_page::{Shown, shown};
use crate::files::{self, About, Purpose};
use crate::identity::commands::change::change_organisation;
use crate::identity::organisation::OrganisationChange;
use crate::identity::role::Permission as P;
use crate::identity::store;
use crate::kernel::{Day, Failure, Outcome};
use crate::registry::queries::{FacilitiesAsked, MarkUsesAsked, division, facilities, mark_uses};
use crate::trace::queries::report::test_reports;
use crate::trace::report::ReportFilter;

/// Rows of one kind.
const ROWS: u64 = 200;
/// Papers that end within so many days are said to be due.
const SOON: i64 = 30;
/// Files kept of one organisation.
const MOST_FILES: usize = 60;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/firm", Access::Needs(P::OrganisationRead), show),
        Route::post("/work/firm", Access::Needs(P::FacilityRegister), keep).carries(MOST_UPLOAD),
        Route::post("/work/firm/contact", Access::Needs(P::OrganisationChange), change),
    ]
}

#[derive(Template)]
#[template(path = "staff/phone/firm.html")]
struct Page<'a> {
    frame: Frame<'a>,
    facts: Vec<(String, String)>,
    table: Table,
    links: Vec<(String, String)>,
    files: Vec<Shown>,
    /// Where files are sent; empty for who only reads.
    action: String,
    key: String,
    fields: Vec<Field>,
    /// How the firm is reached, to be changed; nothing for who only reads.
    contact: Option<Form>,
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

/// How long a paper still holds: words and colour.
fn holds(reader: &Reader, today: Day, until: Option<&str>) -> (i64, Cell) {
    let left = until.and_then(Day::parse).map(|until| until.since(today));
    let until = until.map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day));
    match left {
        None => (i64::MAX, Cell::badge(reader.say("phone.paper_ok"), "ok").with_small(until)),
        Some(left) if left < 0 => (left, Cell::badge(reader.say("phone.paper_expired"), "red").with_small(until)),
        Some(left) if left <= SOON => {
            (left, Cell::badge(reader.fill("phone.paper_due", &[("days", &left.to_string())]), "amber").with_small(until))
        }
        Some(left) => (left, Cell::badge(reader.say("phone.paper_ok"), "ok").with_small(until)),
    }
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let own = reader.own().ok_or_else(Failure::not_found)?;
    let row = store::organisation(app.db.reader(), own).await?;
    let say = |key: &str| reader.say(&format!("phone.{key}"));
    let place = division(&app.db, &row.division_code).await.map(|place| place.full_name);
    let contact = reader.may(P::OrganisationChange).then(|| contact_form(app, reader, "/work/firm/contact", &row).again(tried.as_ref()));
    let facts = [
        (say("firm_name"), row.name),
        (say("firm_code"), row.credit_code.unwrap_or_default()),
        (say("firm_division"), place.unwrap_or(row.division_code)),
        (say("firm_contact"), row.contact.unwrap_or_default()),
    ];
    let may_add = reader.may(P::FacilityRegister);
    let links = [
        ("/work/facilities", "facilities", P::FacilityRead),
        ("/work/tests", "tests", P::TestRead),
        ("/work/plots", "phone.plots", P::PlotRead),
    ];
    let accepts = "application/pdf,image/*";
    let field = Field::file("licence", say("firm_file"), accepts).must().hint(say("firm_file_hint"));
    let page = Page {
        facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        table: papers(app, reader, own).await?,
        links: links.into_iter().filter(|(_, _, p)| reader.may(*p)).map(|(at, key, _)| (reader.to(at), reader.say(key))).collect(),
        files: shown(app, reader, "organisation", own).await?,
        action: if may_add { reader.to("/work/firm") } else { String::new() },
        key: fresh_key(app),
        fields: vec![Field { id: "licence".to_owned(), ..field }],
        contact,
        frame: reader.frame(say("firm"), errors),
    };
    Ok(page.render()?)
}

/// Licences, leaves to use a mark and test reports; what ends first stands first.
async fn papers(app: &App, reader: &Reader, own: &str) -> Outcome<Table> {
    let (today, mut rows, mut names) = (app.clock.today(), Vec::<(i64, Vec<Cell>)>::new(), Names::new(app));
    let mut add = |what: Cell, number: Cell, until: Option<&str>| {
        let (left, state) = holds(reader, today, until);
        rows.push((left, vec![what, number, state]));
    };
    if let Some(actor) = reader.acting(P::FacilityRead) {
        let asked = FacilitiesAsked { organisation_id: Some(own.to_owned()), as_of: Some(today), ..FacilitiesAsked::default() };
        for view in facilities(&app.db, &actor, &asked, today, None, ROWS).await?.items {
            for licence in &view.licences {
                let number = Cell::text(licence.number.clone()).with_small(licence.issuer.clone().unwrap_or_default());
                add(Cell::text(licence.kind.clone()).with_small(view.name.clone()), number, licence.valid_to.as_deref());
            }
        }
    }
    if let Some(actor) = reader.acting(P::MarkUseRead) {
        let asked = MarkUsesAsked { organisation_id: Some(own.to_owned()), ..MarkUsesAsked::default() };
        for view in mark_uses(&app.db, &actor, &asked, today, None, ROWS).await?.items {
            let number = Cell::text(view.announcement.clone().unwrap_or_default());
            add(Cell::text(reader.say("phone.paper_mark")).with_small(view.product.clone()), number, view.in_force_to.as_deref());
        }
    }
    if let Some(actor) = reader.acting(P::TestRead) {
        let filter = ReportFilter { organisation_id: Some(own.to_owned()), ..ReportFilter::default() };
        for view in test_reports(&app.db, &actor, &filter, None, Some(ROWS)).await?.0 {
            let goods = names.goods(&view.product_id).await?;
            let number = Cell::text(view.report_no.clone()).with_small(view.laboratory.clone());
            add(Cell::text(reader.say("phone.purpose.report")).with_small(goods.name), number, view.valid_to.as_deref());
        }
    }
    rows.sort_by_key(|(left, _)| *left);
    Ok(Table {
        caption: reader.say("phone.papers_caption"),
        columns: ["phone.paper_what", "phone.paper_number", "state"].map(|c| Column::text(reader.say(c))).into(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        empty: reader.say("phone.papers_empty"),
    })
}

async fn keep(State(app): State<App>, reader: Reader, sent: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let PostedFiles { posted, files: incoming } = sent;
    let (own, lang) = (reader.own().ok_or_else(Failure::not_found)?.to_owned(), reader.lang);
    let has = files::of(&app.db, "organisation", &own).await?.len();
    let checked = async {
        if incoming.is_empty() {
            return Err(Failure::field("/licence", "file_missing"));
        }
        if has + incoming.len() > MOST_FILES {
            return Err(Failure::field("/licence", "firm_files_too_many").with("most", MOST_FILES));
        }
        app.shelf.keep_all(incoming).await
    };
    let tried = match checked.await {
        Err(failure) => Err(Refusal(failure)),
        Ok(kept) => {
            act(&app, posted, move |tx, desk, _| {
                let (kept, own) = (kept.clone(), own.clone());
                Box::pin(async move {
                    let about = About { kind: "organisation", id: own.clone(), organisation_id: Some(own) };
                    for one in &kept {
                        files::attach(tx, &desk, one, &about, Purpose::Licence).await?;
                    }
                    files::store::record_attached(tx, &desk, &about, &kept, Purpose::Licence).await?;
                    Ok(Done::see(done_at(lang, "/work/firm", "files_kept")))
                })
            })
            .await
        }
    };
    answered(tried, async |failure: Failure| {
        let errors = faults(lang, &failure, |pointer| pointer.trim_start_matches('/').to_owned());
        let html = page(&app, &reader, errors, None).await?;
        Ok((failure, html))
    })
    .await
}

async fn change(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let own = reader.own().ok_or_else(Failure::not_found)?.to_owned();
    let tried = act(&app, posted, move |tx, desk, typed| {
        let own = own.clone();
        Box::pin(async move {
            change_organisation(tx, &desk, &own, &OrganisationChange { contact: said(&typed, "contact") }).await?;
            Ok(Done::see(done_at(lang, "/work/firm", "organisation_changed")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "contact", typed: &typed };
    refilled(tried, &reader, form, &["contact"], |errors, tried| page(&app, &reader, errors, tried)).await
}
