//! `/work/alert-rules`: every rule with its thresholds, since when, by whom, how often it was right; changes with their back-tests, put in
//! force by another person.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::batch_form::plain;
use super::super::desk::{Reader, done_at};
use super::super::names::{day_of, moment_of};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, day, given, refilled, said};
use super::{rule_name, say, severity_cell};
use crate::identity::queries::access::account;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, Outcome};
use crate::supervision::alert::{Limits, RuleId};
use crate::supervision::commands::alert_rule::{RuleDecisionInput, RuleInput, decide_rule, propose_rule};
use crate::supervision::queries::alert::{RuleView, VersionView, rules};

pub(super) fn routes() -> Vec<Route> {
    let (read, record) = (Access::Needs(P::AlertRead), Access::Needs(P::AlertRuleRecord));
    vec![
        Route::get("/work/alert-rules", read, list),
        Route::get("/work/alert-rules/{id}", read, show),
        Route::post("/work/alert-rules/{id}", record, propose),
        Route::post("/work/alert-rules/{id}/versions/{version}", record, decide),
    ]
}

/// `每周查验人次 10，每月查验人次 5`.
fn thresholds(reader: &Reader, rule: &str, values: &std::collections::BTreeMap<String, i64>) -> String {
    let Some(id) = RuleId::parse(rule) else { return String::new() };
    let one = |(name, _): &(&str, i64)| format!("{} {}", reader.word("alerts.threshold", name), values.get(*name).copied().unwrap_or(0));
    id.rule().defaults.iter().map(one).collect::<Vec<_>>().join(&reader.say("comma"))
}

async fn who(app: &App, reader: &Reader, id: &str) -> Outcome<String> {
    Ok(if id == "system" { say(reader, "by_itself") } else { account(&app.db, id).await?.display_name })
}

fn precision(reader: &Reader, view: &RuleView) -> String {
    let values = [("confirmed", view.confirmed.to_string()), ("judged", view.judged.to_string())];
    let Some(percent) = view.precision else { return say(reader, "not_judged") };
    let percent = percent.to_string();
    let mut values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    values.push(("percent", &percent));
    reader.fill("alerts.precision", &values)
}

async fn list(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    let mut rows = Vec::new();
    for view in rules(&app.db, &app.clock).await? {
        let current = view.versions.iter().find(|version| version.state == "in_force");
        let since = match current {
            Some(version) => {
                let by = who(&app, &reader, version.decided_by.as_deref().unwrap_or("system")).await?;
                let from = version.from.as_deref().map(|from| day_of(reader.lang, from)).unwrap_or_default();
                Cell::text(from).with_small(by)
            }
            None => Cell::text(say(&reader, "from_the_start")),
        };
        let waits = view.versions.iter().any(|version| matches!(version.state.as_str(), "proposed" | "tested"));
        let state = match (waits, view.is_on) {
            (true, _) => Cell::badge(say(&reader, "change_waits"), "amber"),
            (false, true) => Cell::badge(say(&reader, "is_on"), "ok"),
            (false, false) => Cell::badge(say(&reader, "is_off"), "soft"),
        };
        rows.push(vec![
            Cell::link(rule_name(&reader, &view.rule, &view.name), reader.to(&format!("/work/alert-rules/{}", view.rule)))
                .with_small(thresholds(&reader, &view.rule, &view.thresholds)),
            severity_cell(&reader, &view.severity),
            since,
            Cell::text(precision(&reader, &view)),
            state,
        ]);
    }
    let columns = ["rule_label", "gravest", "since", "precision_label", "state_label"];
    let table = Table {
        caption: say(&reader, "rules_caption"),
        columns: columns.iter().map(|key| Column::text(say(&reader, key))).collect(),
        rows,
        empty: String::new(),
    };
    let part = Part { heading: say(&reader, "rules"), about: say(&reader, "rules_about"), table: Some(table), ..Part::default() };
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "rules"), Vec::new()), parts: vec![part] }.render()?))
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// What a back-test found, in words.
fn tested(reader: &Reader, version: &VersionView) -> String {
    let Some(test) = &version.test else {
        return reader.fill("alerts.test_runs", &[("percent", &version.progress.to_string())]);
    };
    let values = [test.old, test.new, test.lost.len() as u64, test.spared].map(|n| n.to_string());
    reader.fill("alerts.test_found", &[("old", &values[0]), ("new", &values[1]), ("lost", &values[2]), ("spared", &values[3])])
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    reader.actor(P::AlertRead)?;
    let view = rules(&app.db, &app.clock).await?.into_iter().find(|view| view.rule == id).ok_or_else(Failure::not_found)?;
    let heading = rule_name(reader, &view.rule, &view.name);
    let mut rows = Vec::new();
    for version in &view.versions {
        let by = who(app, reader, &version.proposed_by).await?;
        let on = if version.is_on { String::new() } else { say(reader, "is_off") };
        rows.push(vec![
            Cell::text(thresholds(reader, &view.rule, &version.thresholds)).with_small(on),
            Cell::text(version.reason.clone()).with_small(format!("{by} {}", moment_of(reader.lang, &version.proposed_at))),
            Cell::text(tested(reader, version)),
            Cell::badge(reader.word("alerts.version", &version.state), if version.state == "in_force" { "ok" } else { "soft" })
                .with_small(version.from.as_deref().map(|from| day_of(reader.lang, from)).unwrap_or_default()),
        ]);
    }
    let columns = ["thresholds", "reason", "back_test", "state_label"].iter().map(|key| Column::text(say(reader, key))).collect();
    let table = Table { caption: say(reader, "versions_caption"), columns, rows, empty: say(reader, "versions_none") };
    let now = reader
        .fill("alerts.now", &[("thresholds", &thresholds(reader, &view.rule, &view.thresholds)), ("precision", &precision(reader, &view))]);
    let about = format!("{} {now}", reader.word("alerts.rule_about", &view.name));
    let mut part = Part { heading: say(reader, "thresholds"), about, table: Some(table), ..Part::default() };
    if reader.may(P::AlertRuleRecord) {
        part.forms = forms(app, reader, &view, tried.as_ref());
    }
    Ok(PartsPage { frame: reader.frame(heading, errors), parts: vec![part] }.render()?)
}

fn forms(app: &App, reader: &Reader, view: &RuleView, tried: Option<&Tried<'_>>) -> Vec<Form> {
    let at = format!("/work/alert-rules/{}", view.rule);
    if let Some(waiting) = view.versions.iter().find(|version| matches!(version.state.as_str(), "proposed" | "tested")) {
        let at = format!("{at}/versions/{}", waiting.id);
        let from = Field::date("from", say(reader, "from")).hint(say(reader, "from_hint"));
        let hidden = |form: Form, value: &str| {
            let choice = vec![(value.to_owned(), reader.word("alerts.decision", value))];
            let mut field = Field::select("decision", say(reader, "decision_label"), choice).must().value(value);
            field.id = format!("{}-decision", form.name);
            Form { fields: std::iter::once(field).chain(form.fields.clone()).collect(), ..form }
        };
        let go = Form::new(app, reader, "go", &at, "alerts.put_in_force", "alerts.put_in_force", vec![from]).about(say(reader, "go_about"));
        let drop = Form::new(app, reader, "drop", &at, "alerts.drop", "alerts.drop", Vec::new());
        return vec![hidden(go, "put_in_force").again(tried), hidden(drop, "drop").again(tried)];
    }
    let Some(id) = RuleId::parse(&view.rule) else { return Vec::new() };
    let number = |(name, _): &(&'static str, i64)| {
        let now = view.thresholds.get(*name).copied().unwrap_or(0).to_string();
        Field::text(name, reader.word("alerts.threshold", name)).numeric().must().value(now)
    };
    let mut fields: Vec<Field> = id.rule().defaults.iter().map(number).collect();
    let on = [("on", "is_on"), ("off", "is_off")].map(|(value, key)| (value.to_owned(), say(reader, key)));
    fields.push(Field::select("runs", say(reader, "runs"), on.into()).must().value(if view.is_on { "on" } else { "off" }));
    fields.push(Field::area("reason", say(reader, "reason")).must());
    let form = Form::new(app, reader, "change", &at, "alerts.change", "alerts.change", fields);
    vec![form.about(say(reader, "change_about")).again(tried)]
}

async fn propose(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            let rule = RuleId::parse(&id).ok_or_else(Failure::not_found)?.rule();
            let (mut faults, mut limits) = (Faults::new(), Limits::defaults(rule));
            for (name, _) in rule.defaults {
                let text = plain(&said(&typed, name));
                match text.parse() {
                    Ok(value) => limits = limits.with(name, value),
                    Err(_) => {
                        faults.add(format!("/thresholds/{name}"), "number_unreadable").with("figure", &text);
                    }
                }
            }
            faults.check()?;
            let is_on = said(&typed, "runs") != "off";
            let input = RuleInput { rule: id.clone(), thresholds: limits.values, is_on, reason: said(&typed, "reason") };
            propose_rule(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/alert-rules/{id}"), "alert_rule_proposed")))
        })
    });
    finish(&app, &reader, &id, "change", &typed, tried.await).await
}

async fn decide(
    State(app): State<App>,
    reader: Reader,
    Path((id, version)): Path<(String, String)>,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let form = if given(&typed, "decision").as_deref() == Some("put_in_force") { "go" } else { "drop" };
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (id, version) = (named.clone(), version.clone());
        Box::pin(async move {
            let mut faults = Faults::new();
            let from = day(&mut faults, &typed, "from");
            faults.check()?;
            let input = RuleDecisionInput { put_in_force: said(&typed, "decision") == "put_in_force", from };
            decide_rule(tx, &desk, &version, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/alert-rules/{id}"), "alert_rule_decided")))
        })
    });
    finish(&app, &reader, &id, form, &typed, tried.await).await
}

async fn finish(
    app: &App,
    reader: &Reader,
    id: &str,
    form: &'static str,
    typed: &Typed,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    let mut names = vec!["reason", "from", "runs", "decision"];
    names.extend(RuleId::parse(id).into_iter().flat_map(|id| id.rule().defaults.iter().map(|(name, _)| *name)));
    refilled(tried, reader, Tried { form, typed }, &names, |errors, tried| page(app, reader, id, errors, tried)).await
}
