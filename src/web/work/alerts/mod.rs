//! `/work/alerts`: what rules found and waits for an officer, the gravest and the earliest due first; and what was judged before.

mod one;
mod rules;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::super::app::App;
use super::super::body::Asked;
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::pages::staff::{Cell, Column, Table};
use super::super::route::{Access, Route};
use super::desk::Reader;
use super::names::{day_of, moment_of};
use super::parts::{Part, PartsPage};
use crate::identity::role::Permission as P;
use crate::kernel::quantity::grouped;
use crate::supervision::alert::{AlertState, RuleId, Severity, SubjectKind};
use crate::supervision::queries::alert::{AlertView, AlertsAsked, alerts, open_counts, queue};

/// Rows of one page.
const ROWS: u64 = 50;

pub(super) fn routes() -> Vec<Route> {
    let list = vec![Route::get("/work/alerts", Access::Needs(P::AlertRead), list)];
    list.into_iter().chain(one::routes()).chain(rules::routes()).collect()
}

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("alerts.{key}"))
}

/// The name of a rule: `R4 多省查验`.
fn rule_name(reader: &Reader, rule: &str, name: &str) -> String {
    format!("{rule} {}", reader.word("alerts.rule", name))
}

/// What a rule saw, in a sentence with its figures.
fn sentence(reader: &Reader, view: &AlertView) -> String {
    let wide = RuleId::parse(&view.rule).is_some_and(|id| id.rule().kind.word() != view.subject_kind);
    let key = if wide { format!("alerts.said.{}_{}", view.name, view.subject_kind) } else { format!("alerts.said.{}", view.name) };
    // Figures are grouped for people; a place is no figure.
    let said = |value: &String| value.parse().map_or_else(|_| value.replace('/', " "), grouped);
    let values: Vec<(&str, String)> = view.figures.iter().map(|(name, value)| (name.as_str(), said(value))).collect();
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let told = reader.fill(&key, &values);
    if view.figures.contains_key("village_plots") { told + &reader.fill("alerts.said.yield_village", &values) } else { told }
}

/// What it is about, in words.
fn subject(reader: &Reader, view: &AlertView) -> String {
    format!("{} {}", reader.word("alerts.kind", &view.subject_kind), view.label)
}

fn severity_cell(reader: &Reader, word: &str) -> Cell {
    let class = match Severity::parse(word) {
        Some(Severity::High) => "red",
        Some(Severity::Amber) => "amber",
        _ => "soft",
    };
    Cell::badge(reader.word("alerts.severity", word), class)
}

fn state_cell(reader: &Reader, word: &str) -> Cell {
    let class = match AlertState::parse(word) {
        Some(AlertState::New | AlertState::Judging) => "amber",
        Some(AlertState::Confirmed) => "ok",
        _ => "soft",
    };
    Cell::badge(reader.word("alerts.state", word), class)
}

/// A table of alerts.
fn table(reader: &Reader, caption: &str, views: &[AlertView]) -> Table {
    let row = |view: &AlertView| {
        let due = view.due_on.as_deref().map(|day| reader.fill("alerts.due_by", &[("day", &day_of(reader.lang, day))])).unwrap_or_default();
        vec![
            Cell::link(rule_name(reader, &view.rule, &view.name), reader.to(&format!("/work/alerts/{}", view.id)))
                .with_small(sentence(reader, view)),
            Cell::text(subject(reader, view)),
            Cell::text(moment_of(reader.lang, &view.seen_at)).with_small(due),
            severity_cell(reader, &view.severity),
            state_cell(reader, &view.state),
        ]
    };
    Table {
        caption: say(reader, caption),
        columns: ["rule_label", "about", "last_seen", "severity_label", "state_label"]
            .iter()
            .map(|key| Column::text(say(reader, key)))
            .collect(),
        rows: views.iter().map(row).collect(),
        empty: say(reader, "none"),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Filter {
    state: Option<String>,
    cursor: Option<String>,
}

async fn list(State(app): State<App>, reader: Reader, Asked(filter): Asked<Filter>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::AlertRead)?;
    let mut parts = Vec::new();
    if filter.state.is_none() && filter.cursor.is_none() {
        let (waiting, counts) = (queue(&app.db, &actor).await?, open_counts(&app.db, &actor).await?);
        let count = |severity: Severity| counts.iter().find(|(of, _)| *of == severity).map_or(0, |(_, count)| *count).to_string();
        let about = reader.fill(
            "alerts.counts",
            &[("high", &count(Severity::High)), ("amber", &count(Severity::Amber)), ("info", &count(Severity::Info))],
        );
        for (severity, caption) in [(Severity::High, "queue_high"), (Severity::Amber, "queue_amber")] {
            let of: Vec<AlertView> = waiting.iter().filter(|view| view.severity == severity.word()).cloned().collect();
            let heading = reader.word("alerts.severity", severity.word());
            let about = if severity == Severity::High { about.clone() } else { String::new() };
            parts.push(Part { heading, about, table: Some(table(&reader, caption, &of)), ..Part::default() });
        }
    }
    let asked = AlertsAsked { state: filter.state.clone().filter(|state| AlertState::parse(state).is_some()), ..AlertsAsked::default() };
    let mut found = alerts(&app.db, &actor, &asked, filter.cursor.as_deref(), ROWS + 1).await?;
    let more = found.len() as u64 > ROWS;
    found.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
    let state = asked.state.as_ref().map(|state| format!("&state={state}")).unwrap_or_default();
    let next = found.last().filter(|_| more).map(|last| reader.to(&format!("/work/alerts?cursor={}{state}", query_value(&last.id))));
    let links = AlertState::ALL.iter().map(|state| {
        let href = reader.to(&format!("/work/alerts?state={}", state.word()));
        vec![Cell::link(reader.word("alerts.state", state.word()), href)]
    });
    parts.push(Part { heading: say(&reader, "all"), table: Some(table(&reader, "all_caption", &found)), next, ..Part::default() });
    let mut links: Vec<Vec<Cell>> = links.collect();
    links.push(vec![Cell::link(say(&reader, "rules"), reader.to("/work/alert-rules"))]);
    let links =
        Table { caption: say(&reader, "more"), columns: vec![Column::text(say(&reader, "more"))], rows: links, empty: String::new() };
    parts.push(Part { heading: say(&reader, "more"), table: Some(links), ..Part::default() });
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "title"), Vec::new()), parts }.render()?))
}

/// The page of what an alert is about, if it has one and the reader may see it.
fn page_of(reader: &Reader, view: &AlertView) -> Option<String> {
    let at = |path: &str, id: &str, needs: P| reader.may(needs).then(|| reader.to(&format!("{path}{id}")));
    match SubjectKind::parse(&view.subject_kind)? {
        SubjectKind::Batch => at("/work/batches/", &view.subject_id, P::BatchRead),
        SubjectKind::Order => at("/work/orders/", &view.subject_id, P::CodeOrderRead),
        _ => view.batch_id.as_deref().and_then(|batch| at("/work/batches/", batch, P::BatchRead)),
    }
}
