//! What waits for a decision of the reader: season accounts and orders for holder and office, stops and recalls for supervisors. The
//! page only shows the buttons; whether this person may press them (a second person must) is the command's to say.

use super::super::app::App;
use super::super::pages::staff::Cell;
use super::applying;
use super::desk::{Reader, fresh_key};
use super::names::{Names, moment_of, state};
use super::people;
use super::reporting;
use super::seizures;
use super::stories;
use crate::identity::role::Permission;
use crate::kernel::{Actor, Outcome};
use crate::supervision::queries::{Steps, recalls, stops};
use crate::supervision::seizures::seizures;
use crate::trace::account::{AccountFilter, AccountState};
use crate::trace::goods::Goods;
use crate::trace::order::OrderState;
use crate::trace::queries::account::{AccountView, accounts};
use crate::trace::queries::history::history_of;
use crate::trace::queries::order::{OrderFilter, orders};
use crate::trace::queries::process::ReachedView;
use crate::trace::seizure::SeizureState;
use crate::trace::stop::DecisionState;

/// The most things of one kind shown at once.
const MOST: u64 = 50;

/// The most lots named in one line.
const MOST_LOTS: usize = 20;

/// A button, perhaps with a reason to be written.
pub(super) struct Step {
    pub action: String,
    pub label: String,
    pub class: &'static str,
    pub key: String,
    /// Id of the field for a reason; empty where none is asked for.
    pub reason: String,
}

/// One thing that waits.
pub(super) struct Todo {
    pub title: String,
    pub href: String,
    pub lines: Vec<String>,
    pub state: Cell,
    pub steps: Vec<Step>,
}

/// Things of one kind.
pub(super) struct Section {
    pub heading: String,
    pub empty: String,
    pub items: Vec<Todo>,
}

/// Everything that waits for this reader.
pub(super) async fn waiting(app: &App, reader: &Reader) -> Outcome<Vec<Section>> {
    let mut sections = Vec::new();
    sections.extend(applying::section(app, reader).await?);
    sections.extend(reporting::section(app, reader).await?);
    sections.extend(stories::section(app, reader).await?);
    if let Some(actor) = reader.acting(Permission::SeasonAccountApprove) {
        sections.push(proposed_accounts(app, reader, &actor).await?);
    }
    if let Some(actor) = reader.acting(Permission::CodeOrderApprove) {
        sections.push(proposed_orders(app, reader, &actor).await?);
    }
    if let (Some(_), Some(actor)) = (reader.acting(Permission::LateEntryDecide), reader.acting(Permission::LateEntryRead)) {
        let late = people::late_section(app, reader, &actor).await?;
        // Officers read that nothing waits; a producer reads only what there is to do.
        if reader.may(Permission::SeasonAccountApprove) || !late.items.is_empty() {
            sections.push(late);
        }
    }
    if let (Some(_), Some(actor)) = (reader.acting(Permission::ObjectionAnswer), reader.acting(Permission::ObjectionRead)) {
        let objections = people::objection_section(app, reader, &actor).await?;
        if reader.may(Permission::SeasonAccountApprove) || !objections.items.is_empty() {
            sections.push(objections);
        }
    }
    sections.extend(people::closing_soon(app, reader).await?);
    if let Some(actor) = reader.acting(Permission::RecallConfirm) {
        sections.push(recall_section(app, reader, &actor).await?);
    }
    if let Some(actor) = reader.acting(Permission::StopConfirm) {
        sections.push(stop_section(app, reader, &actor).await?);
    }
    if let Some(actor) = reader.acting(Permission::SeizureConfirm) {
        sections.push(seizure_section(app, reader, &actor).await?);
    }
    Ok(sections)
}

fn step(app: &App, reader: &Reader, path: &str, label: &str, class: &'static str) -> Step {
    Step { action: reader.to(path), label: reader.say(label), class, key: fresh_key(app), reason: String::new() }
}

async fn proposed_accounts(app: &App, reader: &Reader, actor: &Actor) -> Outcome<Section> {
    let filter = AccountFilter { state: Some(AccountState::Proposed.word().to_owned()), ..AccountFilter::default() };
    let (views, _) = accounts(&app.db, actor, &filter, None, Some(MOST)).await?;
    let mut names = Names::new(app);
    let mut items = Vec::with_capacity(views.len());
    for view in views {
        let goods = names.goods(&view.product_id).await?;
        let proposed = view.figures.get("proposed").or_else(|| view.figures.get("proposed_g")).copied().unwrap_or(0);
        let heading = reader.fill("account_heading", &[("product", &goods.name), ("season", &view.season)]);
        let asked = reader.fill("account_asked", &[("amount", &goods.show(proposed)), ("basis", &reader.word("basis", &view.basis))]);
        let grounds = [Some(view.basis_note.clone()), view.evidence.clone()].into_iter().flatten().filter(|line| !line.is_empty());
        let at = format!("/work/season-accounts/{}", view.id);
        let refuse = step(app, reader, &format!("{at}/refuse"), "refuse", "stop");
        items.push(Todo {
            title: format!("{} · {heading}", names.party(reader, &view.party_id).await?),
            href: String::new(),
            lines: [asked].into_iter().chain(grounds).chain([beside_history(app, reader, &view, &goods).await?]).collect(),
            state: state(reader, "account_state", &view.state),
            steps: vec![
                step(app, reader, &format!("{at}/approve"), "approve", "go"),
                Step { reason: format!("reason-{}", view.id), ..refuse },
            ],
        });
    }
    Ok(Section { heading: reader.say("accounts_waiting"), empty: reader.say("accounts_none"), items })
}

/// This season's total beside the largest of the last three years, or that nothing is known of them.
pub(super) async fn beside_history(app: &App, reader: &Reader, view: &AccountView, goods: &Goods) -> Outcome<String> {
    let Some(history) = history_of(&app.db, view).await?.filter(|history| history.known) else {
        return Ok(reader.say("people.no_history"));
    };
    let (total, most) = (goods.show(history.figure("season_total")), goods.show(history.figure("largest")));
    let year = history.largest_season.clone().unwrap_or_default();
    let key = if history.stands_out { "people.stands_out" } else { "people.within_history" };
    Ok(reader.fill(key, &[("total", &total), ("largest", &most), ("year", &year)]))
}

async fn proposed_orders(app: &App, reader: &Reader, actor: &Actor) -> Outcome<Section> {
    let filter = OrderFilter { state: Some(OrderState::Proposed.word().to_owned()), ..OrderFilter::default() };
    let mut names = Names::new(app);
    let mut items = Vec::new();
    for view in orders(&app.db, actor, &filter, None, MOST).await? {
        let goods = names.goods(&view.product_id).await?;
        items.push(Todo {
            title: format!("{} · {}", names.party(reader, &view.producer_id).await?, goods.name),
            href: super::order_decision::href(reader, &view.id),
            lines: vec![reader.fill("labels_counted", &[("n", &crate::kernel::quantity::grouped(view.count))])],
            state: state(reader, "order_state", &view.state),
            steps: Vec::new(),
        });
    }
    Ok(Section { heading: reader.say("orders_waiting"), empty: reader.say("orders_none"), items })
}

/// A stop or recall as a thing that waits, if it still matters.
fn decision(app: &App, reader: &Reader, at: &str, title: String, lines: Vec<String>, steps: Steps) -> Option<Todo> {
    let step = |path: &str, label: &str, class| step(app, reader, &format!("{at}/{path}"), label, class);
    let buttons = match DecisionState::parse(&steps.state)? {
        DecisionState::Proposed => vec![step("confirm", "confirm", "stop"), step("drop", "drop", "")],
        DecisionState::LiftProposed => vec![step("lift", "confirm_lift", "go")],
        DecisionState::InForce => Vec::new(),
        DecisionState::Dropped | DecisionState::Lifted => return None,
    };
    let when = reader.fill("proposed_on", &[("at", &moment_of(reader.lang, &steps.proposed_at))]);
    let lift = steps.lift_text.map(|text| reader.fill("lift_says", &[("text", &text)]));
    Some(Todo {
        title,
        href: reader.to(&at.replacen("/work/", "/work/measures/", 1)),
        lines: lines.into_iter().chain(lift).chain([when]).collect(),
        state: state(reader, "decision_state", &steps.state),
        steps: buttons,
    })
}

/// Which batches made of this one it reaches, if there are any.
pub(super) fn reach_line(reader: &Reader, reaches: &[ReachedView]) -> Option<String> {
    let mut lots: Vec<&str> = reaches.iter().filter(|r| r.depth > 0).map(|r| r.lot.as_str()).collect();
    let n = lots.len().to_string();
    if lots.len() > MOST_LOTS {
        lots.truncate(MOST_LOTS);
        lots.push("…");
    }
    (!lots.is_empty()).then(|| reader.fill("reach_some", &[("n", &n), ("lots", &lots.join("、"))]))
}

async fn recall_section(app: &App, reader: &Reader, actor: &Actor) -> Outcome<Section> {
    let mut items = Vec::new();
    for view in recalls(&app.db, actor, None, None, MOST).await? {
        let batch = crate::trace::queries::batch::batch(&app.db, actor, &view.batch_id).await;
        let lot = batch.map(|batch| batch.lot).unwrap_or_else(|_| view.batch_id.clone());
        let title = reader.fill("recall_heading", &[("kind", &reader.word("recall_kind", &view.kind)), ("lot", &lot)]);
        let lines = vec![format!("{} {}", view.ordered_by, view.document_no), view.reason, view.public_text];
        let lines = lines.into_iter().chain(reach_line(reader, &view.reaches)).collect();
        items.extend(decision(app, reader, &format!("/work/recalls/{}", view.id), title, lines, view.steps));
    }
    Ok(Section { heading: reader.say("recalls"), empty: reader.say("recalls_none"), items })
}

async fn stop_section(app: &App, reader: &Reader, actor: &Actor) -> Outcome<Section> {
    let mut items = Vec::new();
    for view in stops(&app.db, actor, None, None, MOST).await? {
        let title = format!("{} · {}", reader.word("stop_scope", &view.scope), reader.word("stop_category", &view.category));
        let codes = match (view.order_no, view.first, view.last) {
            (Some(no), Some(first), Some(last)) => {
                Some(reader.fill("stop_codes", &[("no", &no.to_string()), ("first", &first.to_string()), ("last", &last.to_string())]))
            }
            _ => None,
        };
        let reached = reach_line(reader, &view.reaches);
        let lines =
            codes.into_iter().chain([format!("{} {}", view.ordered_by, view.document_no), view.public_text]).chain(reached).collect();
        items.extend(decision(app, reader, &format!("/work/stops/{}", view.id), title, lines, view.steps));
    }
    Ok(Section { heading: reader.say("stops"), empty: reader.say("stops_none"), items })
}

/// Seizures that still matter, those past their last day with words of it. What is to be done is done on their own page.
async fn seizure_section(app: &App, reader: &Reader, actor: &Actor) -> Outcome<Section> {
    let mut names = Names::new(app);
    let mut items = Vec::new();
    for view in seizures(&app.db, actor, app.clock.today(), (None, None), None, MOST).await? {
        if matches!(SeizureState::parse(&view.state), None | Some(SeizureState::Dropped | SeizureState::Ended)) {
            continue;
        }
        let goods = names.goods(&view.product_id).await?;
        items.push(Todo {
            title: seizures::heading(reader, &view),
            href: reader.to(&format!("/work/seizures/{}", view.id)),
            lines: seizures::lines(reader, &view, |amount| goods.show(amount)),
            state: state(reader, "seizure_state", &view.state),
            steps: Vec::new(),
        });
    }
    Ok(Section { heading: reader.say("seizures"), empty: reader.say("seizures_none"), items })
}
