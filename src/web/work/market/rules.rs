//! `/work/listing-rules`: what listings are asked, each rule in words with its figure; set from a day on; all listings scored anew.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::{day_of, moment};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, day, refilled, said};
use super::{columns, say, whole};
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::grouped;
use crate::supervision::commands::listing::{ListingRuleInput, ask_rescore, record_listing_rule};
use crate::supervision::findings::{RuleView, rescores, rules_on};
use crate::supervision::listing::finding::Rule;

pub(super) fn routes() -> Vec<Route> {
    let record = Access::Needs(P::ListingRuleRecord);
    vec![
        Route::get("/work/listing-rules", Access::Needs(P::ListingRead), show),
        Route::post("/work/listing-rules", record, set),
        Route::post("/work/listing-rules/rescore", record, rescore),
    ]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

fn row(reader: &Reader, view: &RuleView) -> Vec<Cell> {
    let figure = if view.least == view.most {
        String::new()
    } else {
        reader.fill(&format!("rule_figure.{}", view.rule), &[("n", &grouped(view.threshold))])
    };
    let from = view.from.as_deref().map_or_else(|| say(reader, "always"), |day| day_of(reader.lang, day));
    vec![
        Cell::text(reader.word("listing_rule", &view.rule)).with_small(reader.word("rule_says", &view.rule)),
        Cell::text(reader.word("finding_kind", &view.kind)),
        Cell::text(figure),
        if view.enabled { Cell::badge(say(reader, "rule_on"), "ok") } else { Cell::badge(say(reader, "rule_off"), "soft") },
        Cell::text(from).with_small(view.reason.clone().unwrap_or_default()),
    ]
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let (now, to_come) = rules_on(&app.db, app.clock.today()).await?;
    let head = ["rule", "kind", "figure", "state", "from_day"];
    let table = |caption: &str, views: &[RuleView]| Table {
        caption: say(reader, caption),
        columns: columns(reader, &head),
        rows: views.iter().map(|view| row(reader, view)).collect(),
        empty: say(reader, "rules_to_come_empty"),
    };
    let mut rules = Part {
        heading: say(reader, "rules"),
        about: say(reader, "rules_about"),
        table: Some(table("rules_caption", &now)),
        ..Part::default()
    };
    let runs = rescores(&app.db).await?;
    let shown = runs.iter().map(|run| {
        let state = match run.finished_at {
            Some(at) => Cell::badge(reader.fill("market.finished", &[("at", &moment(reader.lang, at))]), "ok"),
            None => Cell::badge(say(reader, "running"), "amber"),
        };
        vec![
            Cell::text(moment(reader.lang, run.asked_at)).with_small(run.reason.clone()),
            Cell::text(format!("{} / {}", grouped(run.done), grouped(run.total))),
            Cell::text(grouped(run.changed)),
            state,
        ]
    });
    let runs_table = Table {
        caption: say(reader, "runs_caption"),
        columns: columns(reader, &["asked_at", "progress", "changed_count", "state"]),
        rows: shown.collect(),
        empty: say(reader, "runs_empty"),
    };
    let mut rescore =
        Part { heading: say(reader, "rescore"), about: say(reader, "rescore_about"), table: Some(runs_table), ..Part::default() };
    if reader.may(P::ListingRuleRecord) {
        let fields = vec![
            Field::select("rule", say(reader, "rule"), choices(reader, "listing_rule", Rule::ALL.map(Rule::word))).must(),
            Field::select(
                "enabled",
                say(reader, "state"),
                vec![("on".to_owned(), say(reader, "rule_on")), ("off".to_owned(), say(reader, "rule_off"))],
            )
            .must()
            .value("on"),
            Field::text("threshold", say(reader, "figure")).hint(say(reader, "figure_hint")).numeric(),
            Field::date("from", say(reader, "from_day")).value(app.clock.today().to_string()),
            Field::text("reason", say(reader, "reason")).must(),
        ];
        rules.forms.push(Form::new(app, reader, "rule", "/work/listing-rules", "market.set_rule", "keep", fields).again(tried.as_ref()));
        let fields = vec![Field::text("reason", say(reader, "reason")).must()];
        let path = "/work/listing-rules/rescore";
        rescore.forms.push(Form::new(app, reader, "rescore", path, "market.rescore", "market.rescore", fields).again(tried.as_ref()));
    }
    let mut parts = vec![rules];
    if !to_come.is_empty() {
        parts.push(Part { heading: say(reader, "rules_to_come"), table: Some(table("rules_to_come", &to_come)), ..Part::default() });
    }
    parts.push(rescore);
    Ok(PartsPage { frame: reader.frame(say(reader, "rules"), errors), parts }.render()?)
}

fn read(typed: &Typed) -> Result<ListingRuleInput, Failure> {
    let mut faults = Faults::new();
    let threshold = whole(&mut faults, typed, "threshold");
    let from = day(&mut faults, typed, "from");
    faults.check()?;
    Ok(ListingRuleInput {
        rule: said(typed, "rule"),
        enabled: said(typed, "enabled") != "off",
        threshold,
        from,
        reason: said(typed, "reason"),
    })
}

async fn set(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            record_listing_rule(tx, &desk, &read(&typed)?).await?;
            Ok(Done::see(done_at(lang, "/work/listing-rules", "listing_rule_recorded")))
        })
    });
    finish(&app, &reader, &typed, "rule", &["rule", "enabled", "threshold", "from", "reason"], tried.await).await
}

async fn rescore(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            ask_rescore(tx, &desk, &said(&typed, "reason")).await?;
            Ok(Done::see(done_at(lang, "/work/listing-rules", "rescore_asked")))
        })
    });
    finish(&app, &reader, &typed, "rescore", &["reason"], tried.await).await
}

async fn finish(
    app: &App,
    reader: &Reader,
    typed: &Typed,
    form: &'static str,
    names: &[&'static str],
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    refilled(tried, reader, Tried { form, typed }, names, |errors, tried| page(app, reader, errors, tried)).await
}
