//! `/work/plans`: season plans by product and version, and the form that works one out.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::{Names, day_of};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, given, refilled, said};
use super::{product_choices, say};
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, parse_amount};
use crate::trace::commands::plan::propose_plan;
use crate::trace::plan::{PlanInput, PlanLineInput, PlanView};
use crate::trace::queries::plan::plans;
use crate::trace::store::register;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/plans", Access::Needs(P::SeasonPlanRead), show),
        Route::post("/work/plans", Access::Needs(P::SeasonPlanPropose), propose),
    ]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

/// How far a plan has come, in words and colour.
pub(super) fn state(reader: &Reader, view: &PlanView) -> Cell {
    let class = match view.state.as_str() {
        "approved" => "ok",
        "published" => "amber",
        "refused" => "red",
        _ => "soft",
    };
    Cell::badge(reader.word("office.plan_state", &view.state), class)
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let found = plans(&app.db, &reader.actor(P::SeasonPlanRead)?, None).await?;
    let mut names = Names::new(app);
    let mut rows = Vec::with_capacity(found.len());
    for view in &found {
        let goods = names.goods(&view.product_id).await?;
        let shown = match (&view.published_from, &view.published_to) {
            (Some(from), Some(to)) => format!("{} – {}", day_of(reader.lang, from), day_of(reader.lang, to)),
            _ => say(reader, "not_published"),
        };
        let title = format!("{} {} v{}", view.product, view.season, view.version);
        rows.push(vec![
            Cell::link(title, reader.to(&format!("/work/plans/{}", view.id))),
            Cell::text(goods.show(view.total)),
            Cell::text(reader.word("office.plan_basis", &view.basis)),
            Cell::text(shown),
            state(reader, view),
        ]);
    }
    let text = |key: &str| Column::text(say(reader, key));
    let table = Table {
        caption: say(reader, "plans_caption"),
        columns: vec![text("plan"), Column::number(say(reader, "total")), text("plan_basis_label"), text("publicity"), text("state")],
        rows,
        empty: say(reader, "plans_empty"),
    };
    let mut part = Part { heading: say(reader, "plans"), about: say(reader, "plans_about"), table: Some(table), ..Part::default() };
    if reader.may(P::SeasonPlanPropose) {
        let fields = vec![
            Field::select("product_id", say(reader, "product"), product_choices(app).await?).must(),
            Field::text("season", say(reader, "season")).numeric().must().value(app.clock.today().year().to_string()),
            Field::area("lines", say(reader, "plan_lines")).hint(say(reader, "plan_lines_hint")),
            Field::text("note", say(reader, "plan_note")),
            Field::text("evidence", say(reader, "evidence")).hint(say(reader, "plan_evidence_hint")),
            Field::check("measured", say(reader, "measured")),
        ];
        let form = Form::new(app, reader, "plan", "/work/plans", "office.propose_plan", "office.propose_plan", fields);
        part.forms.push(form.about(say(reader, "propose_plan_about")).again(tried.as_ref()));
    }
    Ok(PartsPage { frame: reader.frame(say(reader, "plans"), errors), parts: vec![part] }.render()?)
}

/// Lines as typed or pasted: who, how much in the unit people use, remarks; parted by tabs, commas or blanks at the end.
fn lines(faults: &mut Faults, unit: BaseUnit, typed: &str) -> Vec<PlanLineInput> {
    let mut read = Vec::new();
    for (i, line) in typed.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let parts: Vec<&str> = line.split(['\t', ',', '，']).map(str::trim).collect();
        let amount = parts.get(1).map(|text| super::super::batch_form::plain(text)).unwrap_or_default();
        let factor = if unit == BaseUnit::G { 1_000_000 } else { 1 };
        let Some(amount) = parse_amount(&amount, factor) else {
            faults.add("/lines", "plan_line_unreadable").with("line", i + 1).with("value", line.trim());
            continue;
        };
        read.push(PlanLineInput {
            party: parts.first().copied().unwrap_or_default().to_owned(),
            amount_g: (unit == BaseUnit::G).then_some(amount),
            quantity: (unit != BaseUnit::G).then_some(amount),
            note: parts.get(2).map(|text| (*text).to_owned()).filter(|text| !text.is_empty()),
        });
    }
    read
}

async fn propose(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let product_id = said(&typed, "product_id");
            let mut faults = Faults::new();
            if product_id.is_empty() {
                faults.add("/product_id", "register_empty");
            }
            faults.check()?;
            let mut faults = Faults::new();
            let unit = register::goods(tx.connection(), &product_id).await?.unit;
            let lines = lines(&mut faults, unit, typed.get("lines").map_or("", String::as_str));
            faults.check()?;
            let input = PlanInput {
                product_id,
                season: said(&typed, "season"),
                note: given(&typed, "note"),
                evidence: given(&typed, "evidence"),
                measured: given(&typed, "measured").is_some(),
                lines,
            };
            let row = propose_plan(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/plans/{}", row.id), "plan_proposed")))
        })
    });
    let tried = tried.await;
    let names = ["product_id", "season", "lines", "note", "evidence"];
    refilled(tried, &reader, Tried { form: "plan", typed: &typed }, &names, |errors, tried| page(&app, &reader, errors, tried)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_in_tonnes_and_every_bad_one_is_named() {
        let mut faults = Faults::new();
        let read = lines(&mut faults, BaseUnit::G, "91130183MA0X\t1.5\t自有冷库\n\n某合作社，２０\n没有数字\n");
        assert_eq!(read.iter().map(|l| l.amount_g).collect::<Vec<_>>(), [Some(1_500_000), Some(20_000_000)]);
        assert_eq!(read[0].note.as_deref(), Some("自有冷库"));
        let failure = faults.check().unwrap_err();
        assert!(failure.fields.len() == 1 && failure.fields[0].params.contains(&("line", "4".to_owned())));
    }
}
