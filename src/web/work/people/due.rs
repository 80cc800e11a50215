//! Sections of the home page: late entries and objections that wait, and seasons about to close.

use super::super::super::app::App;
use super::super::super::pages::staff::Cell;
use super::super::desk::{Reader, fresh_key};
use super::super::names::{Names, day_of};
use super::super::todo::{Section, Step, Todo};
use crate::identity::role::Permission as P;
use crate::kernel::{Actor, Day, Outcome};
use crate::trace::account::Bucket;
use crate::trace::late::{LateFilter, LateState};
use crate::trace::queries::late::{LateEntryView, late_entries};
use crate::trace::queries::slip::{ObjectionView, objections};
use crate::trace::slip::{ObjectionFilter, ObjectionState};

/// The most things of one kind shown at once.
const MOST: u64 = 50;
/// Days before the closing day on which the producer is told, and told again in red.
const WARN: (i64, i64) = (30, 7);

fn step(app: &App, reader: &Reader, path: &str, label: &str, class: &'static str) -> Step {
    Step { action: reader.to(path), label: reader.say(label), class, key: fresh_key(app), reason: String::new() }
}

/// A late entry as a thing that waits.
pub(super) async fn late_todo(app: &App, reader: &Reader, names: &mut Names<'_>, view: LateEntryView) -> Outcome<Todo> {
    let at = format!("/work/late/{}", view.id);
    let act = reader.word("late_act", &view.act);
    let day = day_of(reader.lang, &view.happened_on);
    let mut lines = vec![
        reader.fill("people.late_line", &[("day", &day), ("days", &view.days.to_string())]),
        reader.fill("people.late_reason", &[("reason", &view.reason)]),
        reader.fill("people.late_evidence", &[("evidence", &view.evidence)]),
    ];
    lines.extend(view.decision_reason.clone());
    let waits = view.state == LateState::Waiting.word() && reader.may(P::LateEntryDecide);
    let dispute = step(app, reader, &format!("{at}/dispute"), "people.late_dispute", "stop");
    let steps = if waits {
        vec![
            step(app, reader, &format!("{at}/confirm"), "people.late_confirm", "go"),
            Step { reason: format!("reason-{}", view.id), ..dispute },
        ]
    } else {
        Vec::new()
    };
    let href = if view.act == "batch" { reader.to(&format!("/work/batches/{}", view.subject_id)) } else { String::new() };
    Ok(Todo {
        title: format!("{act} · {}", names.party(reader, &view.organisation_id).await?),
        href,
        lines,
        state: late_state(reader, &view.state),
        steps,
    })
}

/// The state of a late entry: words and colour together.
pub(super) fn late_state(reader: &Reader, word: &str) -> Cell {
    let class = match word {
        "confirmed" => "ok",
        "disputed" => "red",
        _ => "amber",
    };
    Cell::badge(reader.word("late_state", word), class)
}

/// Late entries that wait for a second person.
pub(in crate::web::work) async fn late_section(app: &App, reader: &Reader, actor: &Actor) -> Outcome<Section> {
    let filter = LateFilter { state: Some(LateState::Waiting.word().to_owned()), ..LateFilter::default() };
    let (views, _) = late_entries(&app.db, actor, &filter, None, Some(MOST)).await?;
    let mut names = Names::new(app);
    let mut items = Vec::with_capacity(views.len());
    for view in views {
        items.push(late_todo(app, reader, &mut names, view).await?);
    }
    Ok(Section { heading: reader.say("people.late_waiting"), empty: reader.say("people.late_none"), items })
}

/// An objection as a thing that waits.
pub(super) async fn objection_todo(app: &App, reader: &Reader, names: &mut Names<'_>, view: ObjectionView) -> Outcome<Todo> {
    let at = format!("/work/objections/{}", view.id);
    let about = reader.word("objection_about", view.subject_id.split('_').next().unwrap_or_default());
    let mut lines = vec![reader.fill("people.objection_line", &[("via", &reader.word("objection_via", &view.via)), ("about", &about)])];
    lines.extend(Some(view.text.clone()).filter(|text| !text.is_empty()));
    lines.extend(view.answer.clone());
    let open = view.state == ObjectionState::Open.word() && reader.may(P::ObjectionAnswer);
    let answer = |word: &str, class| Step {
        reason: format!("{word}-{}", view.id),
        ..step(app, reader, &format!("{at}/{word}"), &format!("people.objection_{word}"), class)
    };
    Ok(Todo {
        title: format!("{} · {}", view.receipt, names.party(reader, &view.grower_id).await?),
        href: String::new(),
        lines,
        state: objection_state(reader, &view.state),
        steps: if open { vec![answer("upheld", "stop"), answer("settled", "go")] } else { Vec::new() },
    })
}

/// The state of an objection: words and colour together.
pub(super) fn objection_state(reader: &Reader, word: &str) -> Cell {
    Cell::badge(reader.word("objection_state", word), if word == "open" { "amber" } else { "ok" })
}

/// Objections that are open.
pub(in crate::web::work) async fn objection_section(app: &App, reader: &Reader, actor: &Actor) -> Outcome<Section> {
    let filter = ObjectionFilter { state: Some(ObjectionState::Open.word().to_owned()), ..ObjectionFilter::default() };
    let (views, _) = objections(&app.db, actor, &filter, None, Some(MOST)).await?;
    let mut names = Names::new(app);
    let mut items = Vec::with_capacity(views.len());
    for view in views {
        items.push(objection_todo(app, reader, &mut names, view).await?);
    }
    Ok(Section { heading: reader.say("people.objections_open"), empty: reader.say("people.objections_none"), items })
}

/// Accounts of the reader's own organisation that close soon with something left; none: no section.
pub(in crate::web::work) async fn closing_soon(app: &App, reader: &Reader) -> Outcome<Option<Section>> {
    let today = app.clock.today();
    let mut names = Names::new(app);
    let mut items = Vec::new();
    for view in super::super::bars::own_views(app, reader).await? {
        let Some(closes) = view.closes_on.as_deref().and_then(Day::parse) else { continue };
        let (days, left) = (closes.since(today), view.figure(Bucket::Remaining));
        if left <= 0 || !(0..=WARN.0).contains(&days) {
            continue;
        }
        let goods = names.goods(&view.product_id).await?;
        let lapses = view.figures.get("lapses").or_else(|| view.figures.get("lapses_g")).copied().unwrap_or(0);
        let shown = [goods.show(left), goods.show(lapses), goods.show(left - lapses)];
        let day = day_of(reader.lang, &closes.to_string());
        let mut lines =
            vec![reader.fill("people.closes", &[("day", &day), ("days", &days.to_string()), ("left", &shown[0]), ("lapses", &shown[1])])];
        if left > lapses {
            lines.push(reader.fill("people.kept", &[("kept", &shown[2])]));
        }
        lines.push(match goods.most_carried() {
            Some(0) => reader.say("people.carry_none"),
            Some(most) => reader.fill("people.carry_most", &[("most", &goods.show(most))]),
            None => reader.say("people.carry_free"),
        });
        items.push(Todo {
            title: reader.fill("account_heading", &[("product", &goods.name), ("season", &view.season)]),
            href: reader.to(&format!("/work/accounts/{}", view.id)),
            lines,
            state: Cell::badge(
                reader.fill("people.days_left", &[("days", &days.to_string())]),
                if days <= WARN.1 { "red" } else { "amber" },
            ),
            steps: Vec::new(),
        });
    }
    let heading = reader.say("people.closing");
    Ok((!items.is_empty()).then(|| Section { heading, empty: String::new(), items }))
}
