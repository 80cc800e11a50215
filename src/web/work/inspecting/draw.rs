//! `/work/draws/{id}`: one task: its list's hash, the value that decides, who was drawn, and what may be done next.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::{columns, facts, fill, on, say, state};
use crate::identity::role::Permission as P;
use crate::supervision::draws::{DrawView, draw, results_of};
use crate::supervision::inspections::{InspectionFilter, inspections};
use crate::web::app::App;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::Reader;
use crate::web::work::names::{Names, moment_of};
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried};

/// Firms of one page.
const ROWS: u64 = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/draws/{id}", Access::Needs(P::InspectionPlan), show)]
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

pub(super) async fn page(
    app: &App,
    reader: &Reader,
    id: &str,
    errors: Vec<FormError>,
    tried: Option<Tried<'_>>,
) -> Result<String, Refusal> {
    let view = draw(&app.db, &reader.actor(P::InspectionPlan)?, id).await?;
    let product = match &view.product_id {
        Some(id) => Names::new(app).goods(id).await?.name,
        None => say(reader, "every_product"),
    };
    let place = crate::registry::queries::division(&app.db, &view.division_code).await.map(|view| view.full_name).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let at = |at: &Option<String>| at.as_deref().map(|at| moment_of(reader.lang, at)).unwrap_or_default();
    let rows = vec![
        ("year", view.year.to_string()),
        ("where", say(reader, &format!("source.{}", view.source))),
        ("external_no", text(&view.external_no)),
        ("departments", view.departments.join("、")),
        ("place", place),
        ("firm_kind_label", say(reader, &format!("firm_kind.{}", view.firm_kind))),
        ("product", product),
        ("portion", super::draws::portion(reader, &view)),
        ("frequency", view.frequency.clone()),
        ("state", state(reader, "draw_state", &view.state).text),
        ("list_hash", text(&view.list_hash)),
        ("frozen_at", at(&view.frozen_at)),
        ("value_source", text(&view.value_source)),
        ("value_day", on(reader, view.value_day.as_deref())),
        ("list_open_on", on(reader, view.list_open_on.as_deref())),
        ("public_value", text(&view.public_value)),
        ("seed", text(&view.seed)),
        ("drawn_at", at(&view.drawn_at)),
    ];
    let mut about = Part { heading: say(reader, "task"), table: Some(facts(reader, "task_caption", rows)), ..Part::default() };
    if view.list_hash.is_some() {
        about.about = fill(reader, "public_page", &[("path", &format!("{}/draws/{id}", app.config.base_url))]);
    }
    about.forms = forms(app, reader, &view).into_iter().map(|form| form.again(tried.as_ref())).collect();
    let mut parts = vec![about];
    if view.drawn_at.is_some() {
        parts.push(drawn(app, reader, &view).await?);
    }
    Ok(PartsPage { frame: reader.frame(view.name, errors), parts }.render()?)
}

async fn drawn(app: &App, reader: &Reader, view: &DrawView) -> Result<Part, Refusal> {
    let filter = InspectionFilter { draw_id: Some(view.id.clone()), ..InspectionFilter::default() };
    let seen = inspections(&app.db, &reader.actor(P::InspectionPlan)?, &filter, None, ROWS).await?;
    let lines = results_of(&app.db, &reader.actor(P::InspectionPlan)?, &view.id).await?;
    let rows = lines.iter().map(|line| {
        // Firms of another region are known by name, and not opened.
        let own = seen.iter().find(|one| one.id == line.inspection_id);
        let name = own.map_or_else(
            || Cell::text(line.name.clone()),
            |one| Cell::link(line.name.clone(), reader.to(&format!("/work/inspections/{}", one.id))),
        );
        let found = line.found.as_deref().map(|word| say(reader, &format!("found.{word}"))).unwrap_or_default();
        vec![
            name.with_small(line.credit_code.clone()),
            Cell::text(line.certificates.join("、")),
            state(reader, "inspection_state", &line.state).with_small(on(reader, line.inspected_on.as_deref())),
            Cell::text(found),
        ]
    });
    let table = Table {
        caption: fill(reader, "drawn_caption", &[("n", &lines.len().to_string())]),
        columns: columns(reader, &["firm", "officers", "state", "result"]),
        rows: rows.collect(),
        empty: String::new(),
    };
    let save = |name, format: &str, words: &str| {
        Form::new(app, reader, name, &format!("/work/draws/{}/results/{format}", view.id), words, words, Vec::new())
    };
    let forms = vec![save("xlsx", "xlsx", "insp.export_xlsx"), save("csv", "csv", "insp.export_csv")];
    let about = say(reader, "export_about");
    Ok(Part { heading: say(reader, "drawn_heading"), about, table: Some(table), forms, ..Part::default() })
}

fn forms(app: &App, reader: &Reader, view: &DrawView) -> Vec<Form> {
    let at = |verb: &str| format!("/work/draws/{}/{verb}", view.id);
    let mut forms = Vec::new();
    let (own, scope) = (view.source == "own", reader.acting(P::InspectionPlan).map(|actor| actor.scope));
    if !scope.is_some_and(|scope| scope.reaches_division(&view.division_code)) {
        return forms;
    }
    if view.state == "planned" && own {
        let fields = vec![
            Field::area("value_source", say(reader, "value_source")).hint(say(reader, "value_source_hint")).must(),
            Field::date("value_day", say(reader, "value_day")).hint(say(reader, "value_day_hint")).must(),
            Field::date("list_open_on", say(reader, "list_open_on")).hint(say(reader, "list_open_on_hint")),
        ];
        let form = Form::new(app, reader, "freeze", &at("freeze"), "insp.freeze", "insp.freeze", fields);
        forms.push(form.about(say(reader, "freeze_about")));
    }
    if view.state == "frozen" && reader.may(P::InspectionConfirm) {
        let fields = vec![Field::text("public_value", say(reader, "public_value")).hint(say(reader, "public_value_hint")).must()];
        let form = Form::new(app, reader, "value", &at("value"), "insp.enter_value", "insp.enter_value", fields);
        forms.push(form.about(say(reader, "value_about")));
    }
    if view.state == "planned" && !own {
        let accepts = ".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        let fields = vec![Field::file("file", say(reader, "province_file"), accepts).hint(say(reader, "province_file_hint")).must()];
        let form = Form::new(app, reader, "import", &at("import"), "insp.import", "insp.import", fields);
        forms.push(form.about(say(reader, "import_about")));
    }
    if view.state == "planned" {
        let form = Form::new(app, reader, "drop", &at("drop"), "insp.drop_task", "insp.drop_task", Vec::new());
        forms.push(Form { class: "stop", ..form });
    }
    forms
}
