//! The screens of a batch in steps: one question each, then everything once more before it is handed in.

use askama::Template;

use super::super::super::app::App;
use super::super::super::failure::{Refusal, words};
use super::super::super::pages::staff::{FormError, Frame};
use super::super::super::pages::style;
use super::super::batch_form::{field, fill, units};
use super::super::desk::{Reader, faults, fresh_key};
use super::super::names::{day_of, jin};
use super::super::parts::Field;
use super::source::{Offer, next_lot};
use super::steps::place;
use super::typed::{Step, read, step_of, ticked};
use super::weigh::{amount, echo};
use crate::files::{self, About};
use crate::identity::draft::Draft;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Day, Failure, Outcome};

/// What a draft's files belong to.
pub(super) fn draft_about(draft: &Draft) -> About {
    About { kind: "draft", id: draft.id.clone(), organisation_id: Some(draft.organisation_id.clone()) }
}

/// A box to tick.
struct Tick {
    id: String,
    words: String,
    small: String,
    on: bool,
}

/// Boxes under one heading.
struct Group {
    heading: String,
    ticks: Vec<Tick>,
}

/// A weight with its unit.
struct Weight {
    value: String,
    unit: String,
    /// Value, words, base units in one.
    units: Vec<(String, String, i64)>,
    /// What was typed, in every unit; empty before.
    echo: String,
    /// The amount to be sure of; empty unless it is asked.
    sure: String,
    grams: bool,
}

/// A file kept with the draft or the batch.
pub(super) struct Shown {
    pub id: String,
    pub name: String,
    /// Where the picture is; empty for no picture.
    pub picture: String,
    pub original: String,
    pub kind: String,
}

#[derive(Template)]
#[template(path = "staff/phone/step.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    discard: String,
    keys: [String; 3],
    from: &'a str,
    product: &'a str,
    progress: String,
    about: String,
    hints: Vec<String>,
    groups: Vec<Group>,
    fields: Vec<Field>,
    weight: Option<Weight>,
    /// The script that echoes a weight while it is typed.
    echo: &'static str,
    files: Vec<Shown>,
    uploads: Vec<Field>,
    back: String,
    sendable: bool,
    /// The day of delivery looked for, where there are more deliveries than are shown.
    find: Option<String>,
}

fn progress(reader: &Reader, step: Step) -> String {
    reader.fill("phone.step_of", &[("n", &step.number().to_string()), ("last", &Step::ALL.len().to_string())])
}

/// Where a fault is shown on the screen of its step.
fn at_field(pointer: &str) -> String {
    match pointer {
        "/weight" => "weight".to_owned(),
        "/photo" | "/report" => pointer.trim_start_matches('/').to_owned(),
        "/sources" => "choices".to_owned(),
        other => field(other).to_owned(),
    }
}

/// The screen of one step, with the faults of what was just sent.
pub(super) async fn ask(
    app: &App,
    reader: &Reader,
    draft: &Draft,
    offer: &Offer,
    step: Step,
    (from, day): (&str, &str),
    refused: Option<&Failure>,
) -> Result<String, Refusal> {
    let errors: Vec<FormError> = refused.map(|failure| faults(reader.lang, failure, at_field)).unwrap_or_default();
    let say = |key: &str| reader.say(&format!("phone.{key}"));
    let mut page = Page {
        action: reader.to(&place(&draft.id, step)),
        discard: reader.to(&format!("/work/batches/steps/{}/discard", draft.id)),
        keys: [fresh_key(app), fresh_key(app), fresh_key(app)],
        from,
        product: &offer.goods.name,
        progress: progress(reader, step),
        about: say(&format!("about.{}", step.word())),
        hints: Vec::new(),
        groups: Vec::new(),
        fields: Vec::new(),
        weight: None,
        echo: style::echo_href(),
        files: Vec::new(),
        uploads: Vec::new(),
        back: reader.to(&step.before().map_or_else(|| "/work/batches/steps".to_owned(), |before| place(&draft.id, before))),
        sendable: true,
        find: None,
        frame: reader.narrow_frame(say(&format!("ask.{}", step.word())), errors),
    };
    let text = |name: &'static str, key: &str| Field { id: name.to_owned(), ..Field::text(name, say(key)).value(draft.said(name)) };
    let date = |name: &'static str, key: &str| Field { id: name.to_owned(), ..Field::date(name, say(key)).value(draft.said(name)) };
    match step {
        Step::Source => {
            page.groups = groups(reader, draft, offer);
            page.sendable = !page.groups.is_empty();
            page.hints = offer.left_lines(reader);
            let shown = offer.deliveries.iter().filter(|delivery| delivery.shown).count();
            if !day.is_empty() || offer.left_count > i64::try_from(shown).unwrap_or(i64::MAX) {
                page.hints.push(reader.fill("list.find_day_about", &[("shown", &shown.to_string()), ("n", &offer.left_count.to_string())]));
                page.find = Some(day.to_owned());
            }
            if offer.takes_material() {
                page.fields = vec![text("input_name", "input_name"), text("input_weight", "input_weight").numeric()];
            }
        }
        Step::Days => {
            let delivered: Vec<&str> = offer.picked(&draft.body).map(|delivery| delivery.left.day.as_str()).collect();
            let (first, last) = (delivered.first().copied().unwrap_or(""), delivered.last().copied().unwrap_or(""));
            if offer.takes_material() {
                page.fields.push(date("produced_on", "produced_on").must());
            } else {
                let or = |field: Field, day: &str| if field.value.is_empty() { field.value(day) } else { field };
                page.fields.push(or(date("harvested_from", "harvested_from"), first).must());
                let to = date("harvested_to", "harvested_to").hint(say("harvested_to_hint"));
                page.fields.push(if first == last { to } else { or(to, last) });
            }
            page.fields.push(date("packed_on", "packed_on").hint(say("packed_on_hint")));
            let late = refused.is_some_and(|f| f.says("late_reason_missing") || f.says("late_evidence_missing"));
            if late || !draft.said("late_reason").is_empty() {
                page.fields.extend([text("late_reason", "late_reason").must(), text("late_evidence", "late_evidence").must()]);
            }
        }
        Step::Weight => {
            page.hints = weight_hints(reader, draft, offer);
            page.weight = Some(weight(reader, draft, offer, refused));
        }
        Step::Lot => {
            let mut lot = text("lot", "lot").must().hint(say("lot_hint"));
            if lot.value.is_empty() {
                lot.value = next_lot(app, reader, &offer.goods.id).await?;
            }
            page.fields = vec![lot, text("grade", "grade").hint(say("grade_hint"))];
            if !offer.facilities.is_empty() {
                let facility = Field::select("facility", say("facility"), offer.facilities.clone()).value(draft.said("facility"));
                page.fields.push(Field { id: "facility".to_owned(), ..facility });
            }
        }
        Step::Papers => {
            let tick = |(id, words): &(String, String)| Tick {
                on: draft.body.contains_key(id),
                id: id.clone(),
                words: words.clone(),
                small: String::new(),
            };
            if !offer.reports.is_empty() {
                page.groups.push(Group { heading: say("reports_known"), ticks: offer.reports.iter().map(tick).collect() });
            }
            page.files = shown(app, reader, "draft", &draft.id).await?;
            let file = |name: &'static str, accept: &str| {
                let field = Field::file(name, say(name), accept).hint(say(&format!("{name}_hint")));
                Field { id: name.to_owned(), ..field }
            };
            page.uploads = vec![file("photo", "image/*"), file("report", "application/pdf,image/*")];
        }
        Step::Review => {}
    }
    Ok(page.render()?)
}

/// Files of a draft or a batch, as a page shows them.
pub(super) async fn shown(app: &App, reader: &Reader, kind: &str, id: &str) -> Outcome<Vec<Shown>> {
    let file = |view: files::FileView| Shown {
        picture: if view.is_picture { format!("/work/files/{}", view.id) } else { String::new() },
        original: format!("/work/files/{}/original", view.id),
        kind: reader.say(&format!("phone.purpose.{}", view.purpose)),
        name: view.name,
        id: view.id,
    };
    Ok(files::of(&app.db, kind, id).await?.into_iter().map(file).collect())
}

fn groups(reader: &Reader, draft: &Draft, offer: &Offer) -> Vec<Group> {
    let on = |id: &str| draft.body.contains_key(id);
    let tick =
        |id: &str, words: &str, small: &str| Tick { on: on(id), id: id.to_owned(), words: words.to_owned(), small: small.to_owned() };
    let plots = offer.plots.iter().map(|p| tick(&p.id, &p.words, &p.small)).collect();
    let days = offer.days.iter().map(|day| tick(&day.id, &day.words, &day.small)).collect();
    let one = |delivery: &super::source::Delivered| tick(&delivery.choice.id, &delivery.choice.words, &delivery.choice.small);
    let deliveries = offer.deliveries.iter().filter(|delivery| delivery.shown).map(one).collect();
    let material = if offer.takes_material() { vec![tick("input", &reader.say("phone.material"), "")] } else { Vec::new() };
    let named =
        [("phone.from_plots", plots), ("list.from_days", days), ("phone.from_deliveries", deliveries), ("phone.from_material", material)];
    let group = |(heading, ticks): (&str, Vec<Tick>)| Group { heading: reader.say(heading), ticks };
    named.into_iter().map(group).filter(|group| !group.ticks.is_empty()).collect()
}

/// The day by which the season is told.
fn first_day(draft: &Draft) -> Option<Day> {
    let typed = [draft.said("harvested_from"), draft.said("produced_on")];
    typed.into_iter().find_map(|day| Day::parse(&super::super::batch_form::plain(day)))
}

/// What there is to know before anything is typed: what the account has, what the deliveries have, what the last batch was.
fn weight_hints(reader: &Reader, draft: &Draft, offer: &Offer) -> Vec<String> {
    let two = |amount: i64| match offer.goods.unit {
        BaseUnit::G => format!("{}（{}）", offer.goods.show(amount), jin(reader.lang, amount)),
        BaseUnit::Ml | BaseUnit::Piece => offer.goods.show(amount),
    };
    let mut hints = Vec::new();
    hints.push(match offer.remaining(first_day(draft)) {
        Some((season, left)) => reader.fill("phone.remaining", &[("season", &season), ("left", &two(left))]),
        None => reader.say("phone.remaining_none"),
    });
    let free: i64 = offer.picked(&draft.body).map(|delivery| delivery.left.free).sum();
    if free > 0 {
        hints.push(reader.fill("phone.chosen_left", &[("left", &two(free))]));
    }
    if let Some(last) = &offer.last {
        hints.push(reader.fill("phone.last_batch", &[("lot", &last.lot), ("amount", &two(offer.last_amount()))]));
    }
    hints
}

fn weight(reader: &Reader, draft: &Draft, offer: &Offer, refused: Option<&Failure>) -> Weight {
    let base = offer.goods.unit;
    let own = units(base).iter().map(|(word, factor)| ((*word).to_owned(), reader.word("unit", word), *factor));
    let boxes = offer.packs.iter().map(|pack| (pack.id.clone(), pack.words.clone(), pack.amount));
    let now = amount(&draft.body, base, &offer.packs);
    let asks = refused.is_some_and(|failure| failure.says("weight_stands_out"));
    Weight {
        value: draft.said("weight").to_owned(),
        unit: draft.said("unit").to_owned(),
        units: own.chain(boxes).collect(),
        echo: now.map(|amount| echo(reader.lang, base, amount)).unwrap_or_default(),
        sure: now.filter(|_| asks).map(|amount| amount.to_string()).unwrap_or_default(),
        grams: base == BaseUnit::G,
    }
}

/// One line of the review.
struct Line {
    step: &'static str,
    label: String,
    values: Vec<String>,
    edit: String,
    error: String,
}

#[derive(Template)]
#[template(path = "staff/phone/review.html")]
struct Review<'a> {
    frame: Frame<'a>,
    action: String,
    discard: String,
    keys: [String; 2],
    product: &'a str,
    progress: String,
    lines: Vec<Line>,
    files: Vec<Shown>,
    /// What is more than the account has, in words; empty if nothing.
    excess: String,
    back: String,
}

/// Everything once more.
pub(super) async fn review(app: &App, reader: &Reader, draft: &Draft, offer: &Offer, refused: Option<&Failure>) -> Result<String, Refusal> {
    let lang = reader.lang;
    let of_step = |step: Step| {
        let those = refused.map(|f| f.fields.as_slice()).unwrap_or_default().iter().filter(|f| step_of(&f.pointer) == Some(step));
        let mut said: Vec<String> = those.map(|f| words(lang, f.code, &f.params)).collect();
        said.dedup();
        said.join(" ")
    };
    let line = |(step, values): (Step, Vec<String>)| Line {
        step: step.word(),
        label: reader.word("phone.step", step.word()),
        values: if values.is_empty() { vec![reader.say("phone.nothing")] } else { values },
        edit: reader.to(&format!("{}?from=review", place(&draft.id, step))),
        error: of_step(step),
    };
    let now = amount(&draft.body, offer.goods.unit, &offer.packs);
    let left = offer.remaining(first_day(draft)).map_or(0, |(_, left)| left.max(0));
    let over = now.unwrap_or(0) - left;
    let excess = if over > 0 {
        reader.fill("phone.excess", &[("left", &offer.goods.show(left)), ("excess", &offer.goods.show(over))])
    } else {
        String::new()
    };
    let to_step = |pointer: &str| step_of(pointer).map_or_else(String::new, |step| format!("line-{}", step.word()));
    let errors = refused.map(|failure| faults(lang, failure, to_step)).unwrap_or_default();
    let files = shown(app, reader, "draft", &draft.id).await?;
    let reports = ticked(&draft.body, "ter_").into_iter().filter_map(|id| of(&offer.reports, &id));
    let papers = reports.chain(files.iter().map(|file| format!("{} {}", file.kind, file.name))).collect();
    let values = [
        (Step::Source, sources(reader, draft, offer)),
        (Step::Days, days(reader, draft)),
        (Step::Weight, now.map(|amount| echo(lang, offer.goods.unit, amount)).into_iter().collect()),
        (Step::Lot, lot(draft, offer)),
        (Step::Papers, papers),
    ];
    let page = Review {
        action: reader.to(&place(&draft.id, Step::Review)),
        discard: reader.to(&format!("/work/batches/steps/{}/discard", draft.id)),
        keys: [fresh_key(app), fresh_key(app)],
        product: &offer.goods.name,
        progress: progress(reader, Step::Review),
        lines: values.into_iter().map(line).collect(),
        files,
        excess,
        back: reader.to(&place(&draft.id, Step::Papers)),
        frame: reader.narrow_frame(reader.say("phone.ask.review"), errors),
    };
    Ok(page.render()?)
}

fn of(known: &[(String, String)], id: &str) -> Option<String> {
    known.iter().find(|(other, _)| other == id).map(|(_, words)| words.clone())
}

/// Deliveries named one by one; of more only how many.
const NAMED: usize = 20;

/// Plots by name; deliveries with what is taken of each.
fn sources(reader: &Reader, draft: &Draft, offer: &Offer) -> Vec<String> {
    let plots = offer.plots.iter().filter(|plot| draft.body.contains_key(&plot.id)).map(|plot| format!("{} {}", plot.words, plot.small));
    let chosen: Vec<_> = offer.picked(&draft.body).map(|delivery| delivery.left.clone()).collect();
    let weighed = amount(&draft.body, offer.goods.unit, &offer.packs).unwrap_or(0);
    let taken = fill(weighed, &chosen);
    let more = taken.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| reader.fill("list.and_more", &[("n", &more.to_string())]));
    let delivery = |(id, part): &(String, i64)| {
        let named = offer.deliveries.iter().find(|delivery| delivery.left.id == *id);
        named.map(|delivery| format!("{} {}", delivery.choice.words, offer.goods.show(*part)))
    };
    let (input, _) = read(&draft.body, &offer.goods.id, offer.goods.unit, &offer.packs, &[]);
    let material = input.sources.iter().filter_map(|source| source.input.as_ref()).map(|input| {
        let material = input.material();
        let weight = material.weight_g.map(|grams| BaseUnit::G.show(grams)).unwrap_or_default();
        format!("{} {weight}", material.name)
    });
    plots.chain(taken.iter().take(NAMED).filter_map(delivery)).chain(more).chain(material).collect()
}

fn days(reader: &Reader, draft: &Draft) -> Vec<String> {
    let named = ["harvested_from", "harvested_to", "produced_on", "packed_on"].into_iter().filter(|name| !draft.said(name).is_empty());
    let day = |name: &str| format!("{} {}", reader.say(&format!("phone.{name}")), day_of(reader.lang, draft.said(name)));
    let late = Some(draft.said("late_reason"))
        .filter(|reason| !reason.is_empty())
        .map(|reason| format!("{reason} {}", draft.said("late_evidence")));
    named.map(day).chain(late).collect()
}

fn lot(draft: &Draft, offer: &Offer) -> Vec<String> {
    let facility = of(&offer.facilities, draft.said("facility"));
    let texts = [draft.said("lot").to_owned(), draft.said("grade").to_owned(), facility.unwrap_or_default()];
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}
