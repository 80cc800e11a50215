//! `/work/inspections/{id}` while it waits: the form on the phone, filled in from the register. Whatever is typed is kept on the server by
//! its own button (and by a few lines of script, where there is any); a form that was refused is kept too, photographs and all.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::record::record_page;
use super::typed::{count, field, item, note, officer, read};
use super::{columns, fill, on, say};
use crate::files::FileView;
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::registry::queries::{MarkUsesAsked, mark_uses};
use crate::supervision::checklist::Item;
use crate::supervision::commands::inspection::{keep_form, record_inspection};
use crate::supervision::inspection::Books;
use crate::supervision::inspections::{InspectionView, books, form, inspection, known, photographs};
use crate::trace::account::AccountFilter;
use crate::trace::batch::BatchFilter;
use crate::trace::queries::account::accounts;
use crate::trace::queries::batch::batches;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{MOST_UPLOAD, PostedFiles};
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Frame, Table};
use crate::web::pages::style;
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, again, done_at, faults, fresh_key, on_the_form};
use crate::web::work::lists::amount;
use crate::web::work::names::Names;
use crate::web::work::parts::{Typed, day};

/// Rows of what the register knows.
const ROWS: u64 = 10;

pub(super) fn routes() -> Vec<Route> {
    let record = Access::Needs(P::InspectionRecord);
    vec![
        Route::get("/work/inspections/{id}", Access::Needs(P::InspectionRead), show),
        Route::post("/work/inspections/{id}/keep", record, keep).carries(MOST_UPLOAD),
        Route::post("/work/inspections/{id}/record", record, hand_in).carries(MOST_UPLOAD),
    ]
}

/// One line of the tick list.
struct Line {
    no: usize,
    /// Heading of the department that begins here; empty otherwise.
    department: String,
    item: String,
    answer: String,
    note: String,
    error: String,
}

/// Labels of one order.
struct Count {
    name: String,
    label: String,
    hint: String,
    value: String,
    error: String,
}

/// An officer, and whether it was there.
struct Person {
    name: String,
    label: String,
    there: bool,
}

#[derive(Template)]
#[template(path = "staff/visit.html")]
struct Page<'a> {
    frame: Frame<'a>,
    told: Vec<(String, String)>,
    register: Vec<Table>,
    action: String,
    keep: String,
    key: String,
    script: &'static str,
    people: Vec<Person>,
    lines: Vec<Line>,
    counts: Vec<Count>,
    photos: Vec<FileView>,
    typed: Typed,
    /// (value, words) of each result, and of each answer.
    results: Vec<(&'static str, String)>,
    answers: Vec<(&'static str, String)>,
}

impl Page<'_> {
    fn value(&self, name: &str) -> &str {
        self.typed.get(name).map_or("", String::as_str)
    }
    fn say(&self, key: &str) -> String {
        self.frame.lang.say(&format!("work.insp.{key}")).into_owned()
    }
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    let view = inspection(&app.db, &reader.actor(P::InspectionRead)?, &id).await?;
    let own = view.officers.iter().any(|officer| officer.account_id == reader.who.account.id);
    if view.state != "waiting" || !own || !reader.may(P::InspectionRecord) {
        return Ok(Html(record_page(&app, &reader, view, Vec::new(), None).await?));
    }
    Ok(Html(page(&app, &reader, &view, Vec::new(), None).await?))
}

/// What the form is made of besides what was typed.
struct Ground {
    items: Vec<Item>,
    books: Vec<Books>,
    typed: Typed,
}

impl Ground {
    async fn of(app: &App, reader: &Reader, view: &InspectionView, typed: Option<&Typed>) -> Result<Self, Refusal> {
        let actor = reader.actor(P::InspectionRecord)?;
        let today = app.clock.today();
        let mut unread = crate::kernel::failure::Faults::new();
        let on = typed.and_then(|typed| day(&mut unread, typed, "inspected_on")).unwrap_or(today);
        let mut state = form(&app.db, &actor, &view.id, on).await?;
        if let Some(typed) = typed {
            state.typed.clone_from(typed);
        } else if state.typed.is_empty() {
            state.typed.insert("inspected_on".to_owned(), today.to_string());
            for officer in &view.officers {
                state.typed.insert(super::typed::officer(&officer.account_id), "yes".to_owned());
            }
        }
        let books = books(&app.db, &actor, app.clock.now(), &view.organisation_id).await?;
        Ok(Self { items: state.items, books, typed: state.typed })
    }
    fn orders(&self) -> Vec<String> {
        self.books.iter().map(|book| book.order_id.clone()).collect()
    }
}

async fn page(app: &App, reader: &Reader, view: &InspectionView, errors: Vec<FormError>, typed: Option<&Typed>) -> Result<String, Refusal> {
    let ground = Ground::of(app, reader, view, typed).await?;
    let value = |name: &str| ground.typed.get(name).cloned().unwrap_or_default();
    let error = |name: &str| errors.iter().find(|e| e.field == name).map(|e| e.text.clone()).unwrap_or_default();
    let mut before = String::new();
    let lines = ground.items.iter().enumerate().map(|(no, line)| {
        let begins = line.department != before;
        before.clone_from(&line.department);
        Line {
            no,
            department: if begins { line.department.clone() } else { String::new() },
            item: line.item.clone(),
            answer: value(&item(no)),
            note: value(&note(no)),
            error: error(&item(no)),
        }
    });
    let lines: Vec<Line> = lines.collect();
    let counts = ground.books.iter().map(|book| Count {
        name: count(&book.order_id),
        label: reader.fill("order_numbered", &[("no", &book.order_no.to_string())]),
        hint: fill(reader, "by_the_books", &[("n", &book.on_hand.to_string())]),
        value: value(&count(&book.order_id)),
        error: error(&count(&book.order_id)),
    });
    let people = view.officers.iter().map(|one| Person {
        name: officer(&one.account_id),
        label: format!("{} · {}", one.certificate_no, one.department),
        there: !value(&officer(&one.account_id)).is_empty(),
    });
    let firm = crate::identity::store::organisation(app.db.reader(), &view.organisation_id).await?;
    let told = [
        ("firm", view.name.clone()),
        ("credit_code", firm.credit_code.unwrap_or_default()),
        ("departments", view.departments.join("、")),
        ("reason", view.reason.clone()),
    ];
    let words = |kind: &str, words: [&'static str; 3]| words.map(|word| (word, say(reader, &format!("{kind}.{word}")))).to_vec();
    let page = Page {
        told: told.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| (say(reader, key), text)).collect(),
        register: register(app, reader, view).await?,
        action: reader.to(&format!("/work/inspections/{}/record", view.id)),
        keep: reader.to(&format!("/work/inspections/{}/keep", view.id)),
        key: fresh_key(app),
        script: style::keep_href(),
        people: people.collect(),
        lines,
        counts: counts.collect(),
        photos: photographs(&app.db, &view.id).await?,
        results: words("found", ["nothing", "rectify", "follow_up"]),
        answers: words("answer", ["fits", "differs", "not_applicable"]),
        typed: ground.typed,
        frame: reader.narrow_frame(fill(reader, "visit_title", &[("name", &view.name)]), errors),
    };
    Ok(page.render()?)
}

/// What the register knows of the firm: mark uses, accounts, batches.
async fn register(app: &App, reader: &Reader, view: &InspectionView) -> Result<Vec<Table>, Refusal> {
    let (mut tables, mut names) = (Vec::new(), Names::new(app));
    let firm = Some(view.organisation_id.clone());
    if let Some(actor) = reader.acting(P::MarkUseRead) {
        let asked = MarkUsesAsked { organisation_id: firm.clone(), ..MarkUsesAsked::default() };
        let found = mark_uses(&app.db, &actor, &asked, app.clock.today(), None, ROWS).await?;
        let rows = found.items.into_iter().map(|one| {
            let standing = serde_json::to_value(one.standing).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
            let days = format!("{} – {}", on(reader, Some(&one.in_force_from)), on(reader, one.in_force_to.as_deref()));
            vec![Cell::text(one.product), Cell::text(reader.word("office.mark_standing", &standing)).with_small(days)]
        });
        let table = Table {
            caption: say(reader, "mark_uses"),
            columns: columns(reader, &["product", "state"]),
            rows: rows.collect(),
            empty: say(reader, "mark_uses_none"),
        };
        tables.push(table);
    }
    if let Some(actor) = reader.acting(P::SeasonAccountRead) {
        let filter = AccountFilter { party_id: firm.clone(), ..AccountFilter::default() };
        let (found, _) = accounts(&app.db, &actor, &filter, None, Some(ROWS)).await?;
        let mut rows = Vec::new();
        for one in found {
            let goods = names.goods(&one.product_id).await?;
            let figure = |bucket| goods.show(one.figure(bucket));
            rows.push(vec![
                Cell::text(goods.name.clone()).with_small(one.season.clone()),
                Cell::text(figure(crate::trace::account::Bucket::Approved)),
                Cell::text(figure(crate::trace::account::Bucket::Remaining)),
            ]);
        }
        tables.push(Table {
            caption: say(reader, "accounts"),
            columns: columns(reader, &["product", "approved", "remaining"]),
            rows,
            empty: say(reader, "accounts_none"),
        });
    }
    if let Some(actor) = reader.acting(P::BatchRead) {
        let filter = BatchFilter { producer_id: firm, ..BatchFilter::default() };
        let (found, _) = batches(&app.db, &actor, &filter, None, Some(ROWS)).await?;
        let mut rows = Vec::new();
        for one in found {
            let goods = names.goods(&one.product_id).await?;
            rows.push(vec![
                Cell::link(one.lot.clone(), reader.to(&format!("/work/batches/{}", one.id))).with_small(goods.name.clone()),
                Cell::text(goods.show(amount(&one))),
                crate::web::work::names::state(reader, "batch_state", &one.state),
            ]);
        }
        tables.push(Table {
            caption: say(reader, "batches"),
            columns: columns(reader, &["lot", "amount", "state"]),
            rows,
            empty: say(reader, "batches_none"),
        });
    }
    Ok(tables)
}

async fn keep(State(app): State<App>, reader: Reader, Path(id): Path<String>, sent: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (sent.posted.body.clone(), reader.lang);
    let view = inspection(&app.db, &reader.actor(P::InspectionRecord)?, &id).await?;
    let kept = app.shelf.keep_all(sent.files).await;
    let tried = act(&app, sent.posted, move |tx, desk, typed| {
        let (id, kept) = (id.clone(), kept.clone());
        Box::pin(async move {
            keep_form(tx, &desk, &id, &typed, &kept?).await?;
            Ok(Done::see(done_at(lang, &format!("/work/inspections/{id}"), "inspection_kept")))
        })
    });
    match tried.await {
        Ok(response) => Ok(response),
        Err(refusal) => refused(&app, &reader, &view, refusal, &typed, &[]).await,
    }
}

/// The form again with every fault at its field.
async fn refused(
    app: &App,
    reader: &Reader,
    view: &InspectionView,
    refusal: Refusal,
    typed: &Typed,
    orders: &[String],
) -> Result<Response, Refusal> {
    let failure = on_the_form(refusal)?;
    let errors = faults(reader.lang, &failure, |pointer| field(pointer, orders));
    let html = page(app, reader, view, errors, Some(typed)).await?;
    Ok(again(failure, html))
}

async fn hand_in(State(app): State<App>, reader: Reader, Path(id): Path<String>, sent: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, actor) = (sent.posted.body.clone(), reader.lang, reader.actor(P::InspectionRecord)?);
    let view = inspection(&app.db, &actor, &id).await?;
    let ground = Ground::of(&app, &reader, &view, Some(&typed)).await?;
    let orders = ground.orders();
    let people: Vec<String> = view.officers.iter().map(|officer| officer.account_id.clone()).collect();
    let input = read(&typed, &ground.items, &people, &orders);
    let visited = input.as_ref().map_or_else(|_| app.clock.today(), |input| input.inspected_on);
    let known = known(&app.db, &actor, &app.clock, &view, visited).await?;
    let kept = app.shelf.keep_all(sent.files).await;
    let (again_kept, by) = (kept.clone(), sent.posted.actor.clone());
    let tried = act(&app, sent.posted, move |tx, desk, _| {
        let (id, input, known, kept) = (id.clone(), input.clone(), known.clone(), kept.clone());
        Box::pin(async move {
            record_inspection(tx, &desk, &id, &input?, &known, &kept?).await?;
            Ok(Done::see(done_at(lang, &format!("/work/inspections/{id}"), "inspection_recorded")))
        })
    });
    match tried.await {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let kept = again_kept.unwrap_or_default();
            let (desk, id, kept_typed) = (app.desk(by), view.id.clone(), typed.clone());
            // What was typed outlives its refusal; that this fails changes nothing about the refusal.
            let _: Result<(), Failure> = app
                .db
                .write(move |tx| {
                    let (desk, id, typed, kept) = (desk.clone(), id.clone(), kept_typed.clone(), kept.clone());
                    Box::pin(async move { keep_form(tx, &desk, &id, &typed, &kept).await })
                })
                .await;
            refused(&app, &reader, &view, refusal, &typed, &orders).await
        }
    }
}
