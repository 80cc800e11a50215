//! `/work/batches/steps/{id}/{step}`: one question a screen. Every screen is kept on the server when it is sent, so that back, a dead
//! battery or a colleague lose nothing; the last one hands the draft in, once.

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, MOST_UPLOAD, Posted, PostedFiles};
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::route::{Access, Route};
use super::super::batch_form::{WHOLE_DAY, plain, together};
use super::super::desk::{Reader, again, at, done_at};
use super::source::Offer;
use super::step_page::{ask, draft_about, review};
use super::typed::{Step, read, step_of};
use super::weigh::{amount, reads, stands_out};
use crate::files::{self, About, Purpose};
use crate::identity::draft::{self, Body, Draft};
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Failure};
use crate::trace::commands::batch::register_batch_with;
use crate::trace::record::{is_very_late, read_day};

/// The kind of these drafts.
pub(super) const KIND: &str = "batch";
/// The most files of one batch.
const MOST_FILES: usize = 12;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs(P::BatchRegister);
    vec![
        Route::get("/work/batches/steps/{id}/{step}", needs, show),
        Route::get("/work/batches/steps/{id}/papers", needs, show_papers),
        Route::get("/work/batches/steps/{id}/review", needs, show_review),
        Route::post("/work/batches/steps/{id}/papers", needs, papers).carries(MOST_UPLOAD),
        Route::post("/work/batches/steps/{id}/review", needs, hand_in),
        Route::post("/work/batches/steps/{id}/discard", needs, discard),
        Route::post("/work/batches/steps/{id}/{step}", needs, keep),
    ]
}

/// The path of a step.
pub(super) fn place(id: &str, step: Step) -> String {
    format!("/work/batches/steps/{id}/{}", step.word())
}

/// Where a screen was come to from, and whether it is asked again because of a fault.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct From {
    pub from: String,
    pub again: String,
    /// The day of delivery looked for.
    pub day: String,
}

/// The draft, unless it was handed in: then where it went.
async fn open(app: &App, reader: &Reader, id: &str) -> Result<Result<Draft, Response>, Refusal> {
    let draft = draft::draft(&app.db, reader.own(), id).await?;
    Ok(match draft.became_id.clone() {
        Some(batch) => Err(Redirect::to(&reader.to(&receipt(&batch))).into_response()),
        None => Ok(draft),
    })
}

fn receipt(batch: &str) -> String {
    format!("/work/batches/{batch}/receipt")
}

async fn show(
    State(app): State<App>,
    Path((id, step)): Path<(String, String)>,
    reader: Reader,
    Asked(from): Asked<From>,
) -> Result<Response, Refusal> {
    screen(&app, &reader, &id, Step::parse(&step).ok_or_else(Failure::not_found)?, &from).await
}

async fn show_papers(
    State(app): State<App>,
    Path(id): Path<String>,
    reader: Reader,
    Asked(from): Asked<From>,
) -> Result<Response, Refusal> {
    screen(&app, &reader, &id, Step::Papers, &from).await
}

async fn show_review(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Response, Refusal> {
    screen(&app, &reader, &id, Step::Review, &From::default()).await
}

async fn screen(app: &App, reader: &Reader, id: &str, step: Step, from: &From) -> Result<Response, Refusal> {
    let draft = match open(app, reader, id).await? {
        Ok(draft) => draft,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let offer = Offer::of(app, reader, draft.said("product"), &draft.body, Day::parse(&from.day)).await?;
    let faults = if from.again.is_empty() { Faults::new() } else { faults_of(step, &draft.body, &offer, app.clock.today()) };
    let html = match step {
        Step::Review => review(app, reader, &draft, &offer, None).await?,
        step => ask(app, reader, &draft, &offer, step, (&from.from, &from.day), faults.check().err().as_ref()).await?,
    };
    Ok(Html(html).into_response())
}

/// What is wrong with one screen by itself; everything else is the command's to say.
fn faults_of(step: Step, body: &Body, offer: &Offer, today: Day) -> Faults {
    let mut faults = Faults::new();
    let blank = |name: &str| body.get(name).is_none_or(|text| text.trim().is_empty());
    match step {
        Step::Source => {
            let (plots, deliveries) = (has(body, "plo_"), has(body, "del_") || has(body, WHOLE_DAY));
            match (plots, deliveries, body.contains_key("input")) {
                (false, false, false) => drop(faults.add("/sources", "sources_missing")),
                (true, true, _) | (true, _, true) => drop(faults.add("/sources", "sources_mixed")),
                _ => {}
            }
        }
        Step::Days => {
            let first = if offer.takes_material() { "produced_on" } else { "harvested_from" };
            if blank(first) {
                faults.add(format!("/{first}"), if offer.takes_material() { "production_day_missing" } else { "harvest_missing" });
            }
            let mut days = Vec::new();
            for name in ["harvested_from", "harvested_to", "produced_on", "packed_on"] {
                days.push(body.get(name).and_then(|typed| read_day(&mut faults, &format!("/{name}"), typed)));
            }
            let packed = days.pop().flatten().or(days.pop().flatten());
            if let Some(on) = packed.filter(|on| is_very_late(*on, today)) {
                for (name, code) in [("late_reason", "late_reason_missing"), ("late_evidence", "late_evidence_missing")] {
                    if blank(name) {
                        faults.add(format!("/{name}"), code).with("days", today.since(on)).with("figure", on);
                    }
                }
            }
        }
        Step::Weight => match amount(body, offer.goods.unit, &offer.packs) {
            None if blank("weight") => drop(faults.add("/weight", "amount_missing")),
            None => drop(faults.add("/weight", "weight_unreadable").with("figure", reads(body))),
            // Said twice, the same figure is meant.
            Some(now) if stands_out(offer.last_amount(), now) && body.get("sure").is_none_or(|sure| *sure != now.to_string()) => {
                let last = offer.last.as_ref().map_or("", |view| view.lot.as_str());
                let shown = [offer.goods.show(offer.last_amount()), offer.goods.show(now)];
                faults.add("/weight", "weight_stands_out").with("lot", last).with("last", &shown[0]).with("figure", &shown[1]);
            }
            Some(_) => {}
        },
        Step::Lot => {
            if blank("lot") {
                faults.add("/lot", "lot_missing");
            }
        }
        Step::Papers | Step::Review => {}
    }
    faults
}

fn has(body: &Body, prefix: &str) -> bool {
    body.keys().any(|name| name.starts_with(prefix))
}

/// Where a screen leads once it is kept.
fn onward(id: &str, step: Step, sent: &Body) -> String {
    let to_review = sent.get("from").is_some_and(|from| from == Step::Review.word());
    place(id, if to_review { Step::Review } else { step.next() })
}

async fn keep(
    State(app): State<App>,
    Path((id, step)): Path<(String, String)>,
    reader: Reader,
    posted: Posted<Body>,
) -> Result<Response, Refusal> {
    let step = Step::parse(&step).ok_or_else(Failure::not_found)?;
    let sent = posted.body.clone();
    keep_step(&app, &reader, &id, step, sent, posted, Vec::new()).await
}

async fn papers(
    State(app): State<App>,
    Path(id): Path<String>,
    reader: Reader,
    PostedFiles { posted, files }: PostedFiles<Body>,
) -> Result<Response, Refusal> {
    let draft = match open(&app, &reader, &id).await? {
        Ok(draft) => draft,
        Err(elsewhere) => return Ok(elsewhere),
    };
    // One file that does not fit keeps no other from being kept.
    let (mut kept, mut unfit) = (Vec::new(), Faults::new());
    let room = MOST_FILES.saturating_sub(files::of(&app.db, draft_about(&draft).kind, &id).await?.len());
    for (no, file) in files.into_iter().enumerate() {
        if no >= room {
            unfit.add(format!("/{}", file.field), "files_too_many").with("most", MOST_FILES);
            break;
        }
        match app.shelf.keep(file).await {
            Ok(one) => kept.push(one),
            Err(failure) if failure.fields.is_empty() => return Err(failure.into()),
            Err(failure) => drop(unfit.absorb("", Err::<(), _>(failure))),
        }
    }
    let sent = posted.body.clone();
    let refused = unfit.check().err();
    let stays = refused.is_some();
    let response = keep_step(&app, &reader, &id, Step::Papers, sent, posted, kept).await?;
    match refused {
        Some(failure) if stays => {
            let draft = draft::draft(&app.db, reader.own(), &id).await?;
            let offer = Offer::of(&app, &reader, draft.said("product"), &draft.body, None).await?;
            let html = ask(&app, &reader, &draft, &offer, Step::Papers, ("", ""), Some(&failure)).await?;
            Ok(again(failure, html))
        }
        _ => Ok(response),
    }
}

async fn keep_step(
    app: &App,
    reader: &Reader,
    id: &str,
    step: Step,
    sent: Body,
    mut posted: Posted<Body>,
    kept: Vec<files::Kept>,
) -> Result<Response, Refusal> {
    // Saving twice is saving once; whoever goes back and changes something sends the same page again. Only files must not double.
    if kept.is_empty() {
        posted.once = None;
    }
    let draft = match open(app, reader, id).await? {
        Ok(draft) => draft,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let offer = Offer::of(app, reader, draft.said("product"), &draft.body, None).await?;
    let mut body = draft.body.clone();
    step.put(&mut body, &sent);
    let then = |word: &str| sent.get("then").is_some_and(|then| then == word);
    // What was ticked is kept, and the screen comes again with the deliveries of that day.
    let find = then("find").then(|| sent.get("find").map(|day| plain(day)).unwrap_or_default());
    let later = then("later") || find.is_some();
    let dropped = sent.get("drop").cloned();
    let refused = if later || dropped.is_some() { None } else { faults_of(step, &body, &offer, app.clock.today()).check().err() };
    let from = sent.get("from").map_or("", String::as_str);
    let to = match (&refused, &dropped, later) {
        (_, Some(_), _) => at(reader.lang, &place(id, step)),
        // What was typed is kept and asked about on a page of its own, so that going back never sends anything anew.
        (Some(_), ..) => at(reader.lang, &format!("{}?again=yes&from={}", place(id, step), query_value(from))),
        _ if find.is_some() => {
            let day = find.unwrap_or_default();
            at(reader.lang, &format!("{}?day={}&from={}", place(id, step), query_value(&day), query_value(from)))
        }
        (_, _, true) => done_at(reader.lang, "/work", "draft_kept"),
        _ => at(reader.lang, &onward(id, step, &sent)),
    };
    let (named, is_fine) = (id.to_owned(), refused.is_none() && dropped.is_none() && !later);
    let tried = act(app, posted, move |tx, desk, sent| {
        let (named, kept, dropped, to) = (named.clone(), kept.clone(), dropped.clone(), to.clone());
        Box::pin(async move {
            let mut draft = draft::claim(tx, &desk, &named).await?;
            if draft.became_id.is_some() {
                return Ok(Done::see(to));
            }
            if dropped.is_none() {
                step.put(&mut draft.body, &sent);
            }
            step.word().clone_into(&mut draft.step);
            if is_fine {
                step.next().word().clone_into(&mut draft.step);
            }
            draft::save(tx, &desk, &draft).await?;
            for one in &kept {
                let purpose = if one.field == "report" { Purpose::Report } else { Purpose::Photo };
                files::attach(tx, &desk, one, &draft_about(&draft), purpose).await?;
            }
            if let Some(file) = &dropped {
                files::store::remove(tx, &draft_about(&draft), file).await?;
            }
            Ok(Done::see(to))
        })
    })
    .await;
    super::super::parts::answered(tried, async |failure| {
        let html = ask(app, reader, &draft, &offer, step, (from, ""), Some(&failure)).await?;
        Ok((failure, html))
    })
    .await
}

async fn hand_in(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Body>) -> Result<Response, Refusal> {
    let draft = match open(&app, &reader, &id).await? {
        Ok(draft) => draft,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let offer = Offer::of(&app, &reader, draft.said("product"), &draft.body, None).await?;
    let (unit, packs, left, product) = (offer.goods.unit, offer.packs.clone(), offer.left(), offer.goods.id.clone());
    let hashes: Vec<String> = files::of(&app.db, "draft", &id).await?.into_iter().map(|file| file.sha256).collect();
    let (named, lang) = (id.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, sent| {
        let (named, packs, left, product, hashes) = (named.clone(), packs.clone(), left.clone(), product.clone(), hashes.clone());
        Box::pin(async move {
            let draft = draft::claim(tx, &desk, &named).await?;
            if let Some(batch) = &draft.became_id {
                return Ok(Done::see(at(lang, &receipt(batch))));
            }
            let (mut input, unread) = read(&draft.body, &product, unit, &packs, &left);
            input.accept_excess = sent.contains_key("accept_excess");
            let tried = register_batch_with(tx, &desk, &input, &hashes).await;
            let batch = tried.as_ref().map(|view| view.id.clone()).unwrap_or_default();
            together(unread, tried.err(), step_of)?;
            let organisation_id = Some(draft.organisation_id.clone());
            files::store::hand_over(tx, &draft_about(&draft), &About { kind: "batch", id: batch.clone(), organisation_id }).await?;
            draft::finish(tx, &named, &batch).await?;
            Ok(Done::see(done_at(lang, &receipt(&batch), "batch_registered")))
        })
    });
    super::super::parts::answered(tried.await, async |failure| {
        let html = review(&app, &reader, &draft, &offer, Some(&failure)).await?;
        Ok((failure, html))
    })
    .await
}

async fn discard(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Body>) -> Result<Response, Refusal> {
    let lang = reader.lang;
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        Box::pin(async move {
            draft::discard(tx, &desk, &id).await?;
            Ok(Done::see(done_at(lang, "/work", "draft_dropped")))
        })
    })
    .await
}
