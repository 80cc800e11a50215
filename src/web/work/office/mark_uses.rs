//! `/work/mark-uses`: who may use which mark, how each stands today, and the form that records one; `/work/mark-uses/compare` puts several
//! beside each other with what each rests on.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, MOST_UPLOAD, PostedFiles};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::listing::{Above, Query, ROWS, products};
use super::super::names::day_of;
use super::super::parts::{Field, Form, Part, PartsPage, Tried, choices, refilled};
use super::{As, columns, input, say};
use crate::files::{self, About, Purpose};
use crate::identity::role::Permission as P;
use crate::interop::sheet::SheetKind;
use crate::kernel::Outcome;
use crate::registry::commands::{MarkUseInput, grant_mark_use};
use crate::registry::queries::{
    FacilitiesAsked, MarkUseView, MarkUsesAsked, RightsAsked, StandingWord, facilities, find_mark_uses, mark_use, rights,
    search_organisations,
};
use crate::trace::account::AccountFilter;
use crate::trace::queries::account::accounts;

/// The most put beside each other.
const MOST_BESIDE: usize = 4;

pub(super) fn routes() -> Vec<Route> {
    let read = Access::Needs(P::MarkUseRead);
    vec![
        Route::get("/work/mark-uses", read, show),
        Route::post("/work/mark-uses", Access::Needs(P::MarkUseRecord), add).carries(MOST_UPLOAD),
        Route::get("/work/mark-uses/compare", read, compare),
    ]
}

/// How a mark use stands, in words and colour.
pub(super) fn standing(reader: &Reader, view: &MarkUseView) -> Cell {
    let (word, class) = match view.standing {
        StandingWord::InForce => ("in_force", "ok"),
        StandingWord::Suspended => ("suspended", "red"),
        StandingWord::NotYet => ("not_yet", "soft"),
        StandingWord::Ended => ("ended", "soft"),
    };
    Cell::badge(reader.word("office.mark_standing", word), class)
}

/// First and last day.
pub(super) fn days(reader: &Reader, view: &MarkUseView) -> String {
    let to = view.in_force_to.as_deref().map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day));
    format!("{} – {to}", day_of(reader.lang, &view.in_force_from))
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &query, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, query: &Query, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let actor = reader.actor(P::MarkUseRead)?;
    let states = choices(reader, "office.mark_standing", ["in_force"]);
    let above = Above::new(reader, "/work/mark-uses", query, "mark_uses").products(products(app, reader).await?).states("state", states);
    let above = above.days().sorts(&["in_force"]).gives(SheetKind::MarkUses);
    let (narrow, today) = (query.narrow(), app.clock.today());
    let as_of = narrow.state.as_deref().filter(|state| *state == "in_force").map(|_| today);
    let asked = MarkUsesAsked { product_id: narrow.product_id.clone(), as_of, ..MarkUsesAsked::default() };
    let found = find_mark_uses(&app.db, &actor, &asked, &narrow, today, query.cursor(), ROWS).await?;
    let rows = found.items.iter().map(|view| {
        vec![
            Cell::link(view.organisation.clone(), reader.to(&format!("/work/mark-uses/{}", view.id)))
                .with_small(view.credit_code.clone().unwrap_or_default()),
            Cell::text(view.product.clone()).with_small(reader.word("office.route", &view.route)),
            Cell::text(days(reader, view)),
            standing(reader, view),
            Cell::text(rests_on(view).unwrap_or_else(|| say(reader, "not_known"))),
        ]
    });
    let mut table = Table {
        caption: say(reader, "mark_uses_caption"),
        columns: columns(reader, &["user", "product", "in_force", "state", "rests_on"]),
        rows: rows.collect(),
        empty: say(reader, "mark_uses_empty"),
    };
    above.heads(&mut table, &[None, None, Some("in_force"), None, None]);
    let mut part = Part {
        heading: say(reader, "mark_uses"),
        filters: Some(above.filters(found.items.len(), found.next_cursor.is_some())),
        table: Some(table),
        next: above.next(found.next_cursor.clone()),
        ..Part::default()
    };
    if reader.may(P::MarkUseRecord) {
        part.forms.push(grant_form(app, reader, query).await?.again(tried.as_ref()));
    }
    let several: Vec<&str> = found.items.iter().take(MOST_BESIDE).map(|view| view.id.as_str()).collect();
    if several.len() > 1 {
        let link = reader.to(&format!("/work/mark-uses/compare?ids={}", several.join(",")));
        let beside = Table {
            caption: say(reader, "compare_caption"),
            columns: columns(reader, &["compare"]),
            rows: vec![vec![Cell::link(say(reader, "compare_these"), link)]],
            empty: String::new(),
        };
        let more = Part { heading: say(reader, "compare"), table: Some(beside), ..Part::default() };
        return Ok(PartsPage { frame: reader.frame(say(reader, "mark_uses"), errors), parts: vec![part, more] }.render()?);
    }
    Ok(PartsPage { frame: reader.frame(say(reader, "mark_uses"), errors), parts: vec![part] }.render()?)
}

fn rests_on(view: &MarkUseView) -> Option<String> {
    view.announcement.clone().or_else(|| view.contract.clone()).or_else(|| view.evidence.clone())
}

async fn grant_form(app: &App, reader: &Reader, query: &Query) -> Result<Form, Refusal> {
    let actor = reader.actor(P::MarkUseRecord)?;
    let q = query.text().unwrap_or_default();
    let users = if q.is_empty() {
        crate::identity::queries::organisations(&app.db, &actor, Some("producer"), None, 200).await?.0
    } else {
        search_organisations(&app.db, &actor, &q, 50).await?
    };
    let users = users.into_iter().map(|row| {
        let code = row.credit_code.unwrap_or_default();
        (row.id, format!("{} {code}", row.name))
    });
    let asked = RightsAsked { product_id: query.narrow().product_id, ..RightsAsked::default() };
    let of = rights(&app.db, &asked, app.clock.today(), None, 200).await?.items.into_iter().filter(|right| right.status == "registered");
    let of = of.map(|right| {
        let number = right.number.or(right.registration_number).unwrap_or_default();
        (right.id, format!("{} · {} {number}", right.product, reader.word("office.route", &right.route)))
    });
    let fields = vec![
        Field::select("organisation_id", say(reader, "user"), users.collect()).must(),
        Field::select("right_id", say(reader, "right"), of.collect()).must(),
        Field::date("in_force_from", reader.say("valid_from")).must(),
        Field::date("in_force_to", reader.say("valid_to")),
        Field::text("announcement_id", say(reader, "announcement_id")).hint(say(reader, "announcement_id_hint")),
        Field::text("contract", say(reader, "contract")).hint(say(reader, "contract_hint")),
        Field::text("evidence", say(reader, "evidence")).hint(say(reader, "evidence_hint")),
        Field::file("paper", say(reader, "paper"), "image/*,application/pdf").hint(say(reader, "paper_hint")),
    ];
    Ok(Form::new(app, reader, "grant", "/work/mark-uses", "office.grant_mark_use", "keep", fields).about(say(reader, "grant_about")))
}

const GRANT: &[(&str, As)] = &[
    ("organisation_id", As::Text),
    ("right_id", As::Text),
    ("in_force_from", As::Text),
    ("in_force_to", As::Text),
    ("announcement_id", As::Text),
    ("contract", As::Text),
    ("evidence", As::Text),
];

async fn add(
    State(app): State<App>,
    reader: Reader,
    PostedFiles { posted, files }: PostedFiles<super::super::parts::Typed>,
) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = match app.shelf.keep_all(files).await {
        Err(failure) => Err(Refusal(failure)),
        Ok(kept) => {
            act(&app, posted, move |tx, desk, typed| {
                let kept = kept.clone();
                Box::pin(async move {
                    let input: MarkUseInput = input(&typed, GRANT)?;
                    let row = grant_mark_use(tx, &desk, &input, false).await?;
                    let about = About { kind: "mark_use", id: row.id.clone(), organisation_id: Some(row.organisation_id.clone()) };
                    for file in &kept {
                        files::attach(tx, &desk, file, &about, Purpose::Evidence).await?;
                    }
                    Ok(Done::see(done_at(lang, &format!("/work/mark-uses/{}", row.id), "mark_use_granted")))
                })
            })
            .await
        }
    };
    let names: Vec<&str> = GRANT.iter().map(|(name, _)| *name).chain(["paper"]).collect();
    let query = Query::default();
    refilled(tried, &reader, Tried { form: "grant", typed: &typed }, &names, |errors, tried| page(&app, &reader, &query, errors, tried))
        .await
}

#[derive(Debug, Default, Deserialize)]
struct Beside {
    #[serde(default)]
    ids: String,
}

/// One line of the comparison: what, and of each mark use.
type Line = (String, Vec<Cell>);

async fn compare(State(app): State<App>, reader: Reader, Asked(asked): Asked<Beside>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::MarkUseRead)?;
    let mut views = Vec::new();
    for id in asked.ids.split(',').filter(|id| !id.is_empty()).take(MOST_BESIDE) {
        views.push(mark_use(&app.db, &actor, id, app.clock.today()).await?);
    }
    let text = |key: &str, of: &dyn Fn(&MarkUseView) -> Option<String>| -> Line {
        let cell = |view: &MarkUseView| Cell::text(of(view).unwrap_or_else(|| say(&reader, "not_known")));
        (say(&reader, key), views.iter().map(cell).collect())
    };
    let mut lines: Vec<Line> = vec![
        text("credit_code", &|v| v.credit_code.clone()),
        text("product", &|v| Some(v.product.clone())),
        text("right", &|v| Some(reader.word("office.route", &v.route))),
        text("in_force", &|v| Some(days(&reader, v))),
        (reader.say("state"), views.iter().map(|view| standing(&reader, view)).collect()),
        text("announcement_number", &|v| v.announcement.clone()),
        text("contract", &|v| v.contract.clone()),
        text("evidence", &|v| v.evidence.clone()),
        text("suspensions", &|v| {
            let said = v.suspensions.iter().map(|s| format!("{}–{} {}", s.from, s.to.as_deref().unwrap_or("…"), s.reason));
            Some(said.collect::<Vec<_>>().join("；")).filter(|s| !s.is_empty())
        }),
    ];
    let mut files = Vec::new();
    for view in &views {
        files.push(paper_cell(&app, &reader, view).await?);
    }
    lines.push((say(&reader, "paper"), files));
    lines.push((reader.say("licences"), licence_cells(&app, &reader, &views).await?));
    lines.push((say(&reader, "approved_season"), account_cells(&app, &reader, &views).await?));
    let head = [Column::text(reader.say("what"))].into_iter();
    let table = Table {
        caption: say(&reader, "compare_caption"),
        columns: head.chain(views.iter().map(|view| Column::text(view.organisation.clone()))).collect(),
        rows: lines.into_iter().map(|(what, cells)| [Cell::text(what)].into_iter().chain(cells).collect()).collect(),
        empty: say(&reader, "mark_uses_empty"),
    };
    let part = Part { heading: say(&reader, "compare"), table: Some(table), ..Part::default() };
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "compare"), Vec::new()), parts: vec![part] }.render()?))
}

async fn paper_cell(app: &App, reader: &Reader, view: &MarkUseView) -> Outcome<Cell> {
    let found = files::of(&app.db, "mark_use", &view.id).await?;
    Ok(match found.first() {
        Some(file) => {
            Cell::link(file.name.clone(), reader.to(&format!("/work/files/{}/original", file.id))).with_small(file.sha256[..16].to_owned())
        }
        None => Cell::text(say(reader, "not_known")),
    })
}

async fn licence_cells(app: &App, reader: &Reader, views: &[MarkUseView]) -> Outcome<Vec<Cell>> {
    let mut cells = Vec::new();
    for view in views {
        let Some(actor) = reader.acting(P::FacilityRead) else {
            cells.push(Cell::text(say(reader, "not_shown")));
            continue;
        };
        let asked = FacilitiesAsked { organisation_id: Some(view.organisation_id.clone()), ..FacilitiesAsked::default() };
        let found = facilities(&app.db, &actor, &asked, app.clock.today(), None, 20).await?;
        let said: Vec<String> = found.items.iter().flat_map(|f| f.licences.iter().map(|l| format!("{} {}", l.kind, l.number))).collect();
        cells.push(Cell::text(if said.is_empty() { say(reader, "not_known") } else { said.join("；") }));
    }
    Ok(cells)
}

async fn account_cells(app: &App, reader: &Reader, views: &[MarkUseView]) -> Outcome<Vec<Cell>> {
    let mut names = super::super::names::Names::new(app);
    let mut cells = Vec::new();
    for view in views {
        let Some(actor) = reader.acting(P::SeasonAccountRead) else {
            cells.push(Cell::text(say(reader, "not_shown")));
            continue;
        };
        let filter = AccountFilter {
            party_id: Some(view.organisation_id.clone()),
            product_id: Some(view.product_id.clone()),
            ..AccountFilter::default()
        };
        let (found, _) = accounts(&app.db, &actor, &filter, None, None).await?;
        let goods = names.goods(&view.product_id).await?;
        let said: Vec<String> =
            found.iter().map(|a| format!("{} {}", a.season, goods.show(a.figure(crate::trace::account::Bucket::Approved)))).collect();
        cells.push(Cell::text(if said.is_empty() { say(reader, "not_known") } else { said.join("；") }));
    }
    Ok(cells)
}
