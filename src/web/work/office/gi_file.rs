//! `/work/products/{slug}`: the GI file of one product: facts with their sources, rights, areas by their dates, standards by version, who
//! uses the mark; and for the office the forms that add to it. Nothing on file is overwritten: a fact that turns out otherwise is added.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::body::json;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::parts::{Field, Form, Part, PartsPage, Tried, choices};
use super::gi_about::{SEASON, about};
use super::{As, columns, does, say};
use crate::db::Tx;
use crate::identity::role::Permission as P;
use crate::kernel::{Desk, Outcome};
use crate::registry::announcement::AnnouncementKind;
use crate::registry::area::PlaceKind;
use crate::registry::commands::{
    AnnouncementInput, AreaInput, AreaPlaceInput, RightInput, StandardInput, YearlyNotice, give_yearly_notice, record_announcement,
    record_area, record_right, record_standard,
};
use crate::registry::queries::{ProductView, RightsAsked, announcements, areas, product, rights, standards};
use crate::registry::right::{RightStatus, Route as RightRoute};

/// The most rows of one table of the file.
const MOST: u64 = 200;

pub(super) fn routes() -> Vec<Route> {
    let (read, product, right) = (Access::Needs(P::MarkUseRead), Access::Needs(P::ProductRegister), Access::Needs(P::RightRecord));
    vec![
        Route::get("/work/products/{id}", read, show),
        Route::post("/work/products/{id}/season", product, season),
        Route::post("/work/products/{id}/rights", right, add_right),
        Route::post("/work/products/{id}/standards", right, add_standard),
        Route::post("/work/products/{id}/areas", right, add_area),
        Route::post("/work/products/{id}/announcements", right, add_announcement),
    ]
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = product(&app.db, id, None, app.clock.today()).await?;
    let tried = tried.as_ref();
    let parts = vec![
        about(app, reader, &view, tried),
        super::words::summary(app, reader, &view).await?,
        of_rights(app, reader, &view, tried).await?,
        of_areas(app, reader, &view, tried).await?,
        of_standards(app, reader, &view, tried).await?,
        of_announcements(app, reader, &view, tried).await?,
    ];
    Ok(PartsPage { frame: reader.frame(view.name.clone(), errors), parts }.render()?)
}

/// Where a fact comes from and how sure it is; every fact of a file has them.
fn source_fields(reader: &Reader) -> Vec<Field> {
    let sure = ["A", "B", "C"].map(|grade| (grade.to_owned(), reader.word("office.confidence", grade))).into();
    vec![
        Field::text("source", say(reader, "source")).hint(say(reader, "source_hint")).must(),
        Field::text("source_url", say(reader, "source_url")),
        Field::select("confidence", say(reader, "confidence_label"), sure).must(),
        Field::text("note", say(reader, "note")),
    ]
}

async fn of_rights(app: &App, reader: &Reader, view: &ProductView, tried: Option<&Tried<'_>>) -> Result<Part, Refusal> {
    let asked = RightsAsked { product_id: Some(view.id.clone()), ..RightsAsked::default() };
    let found = rights(&app.db, &asked, app.clock.today(), None, MOST).await?;
    let unknown = || say(reader, "not_known");
    let rows = found.items.iter().map(|right| {
        let class = if right.status == "registered" { "ok" } else { "soft" };
        vec![
            Cell::text(reader.word("office.route", &right.route)).with_small(right.holder.clone().unwrap_or_else(unknown)),
            Cell::text(right.number.clone().unwrap_or_else(unknown)).with_small(right.registration_number.clone().unwrap_or_default()),
            Cell::text(right.date.clone().unwrap_or_else(unknown)).with_small(right.term_to.clone().unwrap_or_default()),
            Cell::badge(reader.lang.say(&format!("right_status.{}", status_key(&right.status))), class),
            Cell::text(right.source.clone()).with_small(right.confidence.clone()),
        ]
    });
    let mut part = Part {
        heading: say(reader, "rights"),
        table: Some(Table {
            caption: say(reader, "rights_caption"),
            columns: columns(reader, &["route_holder", "numbers", "dates", "state", "source"]),
            rows: rows.collect(),
            empty: say(reader, "rights_empty"),
        }),
        ..Part::default()
    };
    if reader.may(P::RightRecord) {
        let statuses = RightStatus::ALL
            .into_iter()
            .map(|s| (s.word().to_owned(), reader.lang.say(&format!("right_status.{}", status_key(s.word()))).into_owned()))
            .collect();
        let mut fields = vec![
            Field::select("route", say(reader, "route_label"), choices(reader, "office.route", RightRoute::ALL.map(RightRoute::word)))
                .must(),
            Field::select("status", say(reader, "status_label"), statuses).must(),
            Field::text("number", say(reader, "announcement_number")),
            Field::text("registration_number", say(reader, "registration_number")),
            Field::text("date", say(reader, "date")).hint(say(reader, "partial_date")),
            Field::text("holder", say(reader, "holder")),
            Field::date("in_force_from", reader.say("valid_from")),
            Field::date("in_force_to", reader.say("valid_to")),
            Field::text("standard_no", say(reader, "standard_no")),
            Field::area("protected_area", say(reader, "protected_area")),
        ];
        fields.extend(source_fields(reader));
        let path = format!("/work/products/{}/rights", view.id);
        part.forms.push(Form::new(app, reader, "right", &path, "office.add_right", "keep", fields).again(tried));
    }
    Ok(part)
}

/// Two statuses are shown by one word.
pub(super) fn status_key(word: &str) -> &str {
    match word {
        "technical_review_passed" | "expert_review_passed" => "review_passed",
        other => other,
    }
}

async fn right_choices(app: &App, reader: &Reader, view: &ProductView) -> Outcome<Vec<(String, String)>> {
    let asked = RightsAsked { product_id: Some(view.id.clone()), ..RightsAsked::default() };
    let found = rights(&app.db, &asked, app.clock.today(), None, MOST).await?;
    Ok(found
        .items
        .into_iter()
        .map(|right| {
            let number = right.number.or(right.registration_number).unwrap_or_default();
            (right.id, format!("{} {number}", reader.word("office.route", &right.route)))
        })
        .collect())
}

async fn of_areas(app: &App, reader: &Reader, view: &ProductView, tried: Option<&Tried<'_>>) -> Result<Part, Refusal> {
    let choices_of = right_choices(app, reader, view).await?;
    let mut rows = Vec::new();
    for (id, name) in &choices_of {
        for area in areas(&app.db, Some(id), None, MOST).await?.items {
            let boundary = if area.has_boundary { say(reader, "with_boundary") } else { say(reader, "without_boundary") };
            rows.push(vec![
                Cell::text(area.as_of.unwrap_or_else(|| say(reader, "not_known"))).with_small(name.clone()),
                Cell::text(area.words),
                Cell::text(area.places.len().to_string()).with_small(boundary),
                Cell::text(area.source).with_small(area.confidence),
            ]);
        }
    }
    let mut part = Part {
        heading: say(reader, "areas"),
        table: Some(Table {
            caption: say(reader, "areas_caption"),
            columns: columns(reader, &["as_of", "area_words", "places_listed", "source"]),
            rows,
            empty: say(reader, "areas_empty"),
        }),
        ..Part::default()
    };
    if reader.may(P::RightRecord) && !choices_of.is_empty() {
        let mut fields = vec![
            Field::select("right_id", say(reader, "right"), choices_of).must(),
            Field::text("as_of", say(reader, "as_of")).hint(say(reader, "partial_date")),
            Field::area("words", say(reader, "area_words")).must(),
            Field::area("places", say(reader, "area_places")).hint(say(reader, "area_places_hint")),
        ];
        fields.extend(source_fields(reader));
        let path = format!("/work/products/{}/areas", view.id);
        part.forms.push(Form::new(app, reader, "area", &path, "office.add_area", "keep", fields).again(tried));
    }
    Ok(part)
}

async fn of_standards(app: &App, reader: &Reader, view: &ProductView, tried: Option<&Tried<'_>>) -> Result<Part, Refusal> {
    let found = standards(&app.db, Some(&view.id), None, MOST).await?;
    let today = app.clock.today().to_string();
    let rows = found.items.into_iter().map(|standard| {
        let withdrawn = standard.withdrawn_on.as_ref().is_some_and(|day| *day <= today);
        let days = format!("{} – {}", standard.in_force_from.unwrap_or_else(|| "…".to_owned()), standard.withdrawn_on.unwrap_or_default());
        vec![
            Cell::text(standard.number).with_small(standard.title.unwrap_or_default()),
            Cell::text(days),
            if withdrawn { Cell::badge(say(reader, "withdrawn"), "red") } else { Cell::badge(say(reader, "standing"), "ok") },
            Cell::text(standard.source).with_small(standard.confidence),
        ]
    });
    let mut part = Part {
        heading: say(reader, "standards"),
        table: Some(Table {
            caption: say(reader, "standards_caption"),
            columns: columns(reader, &["standard_no", "in_force", "state", "source"]),
            rows: rows.collect(),
            empty: say(reader, "standards_empty"),
        }),
        ..Part::default()
    };
    if reader.may(P::RightRecord) {
        let mut fields = vec![
            Field::text("number", say(reader, "standard_no")).hint(say(reader, "standard_hint")).must(),
            Field::text("title", say(reader, "standard_title")),
            Field::date("in_force_from", reader.say("valid_from")),
            Field::date("withdrawn_on", say(reader, "withdrawn_on")),
            Field::text("replaces", say(reader, "replaces")),
        ];
        fields.extend(source_fields(reader));
        let path = format!("/work/products/{}/standards", view.id);
        part.forms.push(Form::new(app, reader, "standard", &path, "office.add_standard", "keep", fields).again(tried));
    }
    Ok(part)
}

async fn of_announcements(app: &App, reader: &Reader, view: &ProductView, tried: Option<&Tried<'_>>) -> Result<Part, Refusal> {
    let choices_of = right_choices(app, reader, view).await?;
    let ids: Vec<&str> = choices_of.iter().map(|(id, _)| id.as_str()).collect();
    let (mut rows, mut cursor) = (Vec::new(), None);
    loop {
        let page = announcements(&app.db, None, None, cursor.as_deref(), MOST).await?;
        let of_product = page.items.into_iter().filter(|paper| paper.right_ids.iter().any(|id| ids.contains(&id.as_str())));
        rows.extend(of_product.map(|paper| {
            vec![
                Cell::text(paper.number).with_small(paper.title),
                Cell::text(paper.announced_on.unwrap_or_else(|| say(reader, "not_known"))),
                Cell::text(reader.word("office.announcement_kind", &paper.kind)),
                Cell::text(paper.source).with_small(paper.confidence),
            ]
        }));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let mut part = Part {
        heading: say(reader, "announcements"),
        table: Some(Table {
            caption: say(reader, "announcements_caption"),
            columns: columns(reader, &["announcement_number", "date", "kind", "source"]),
            rows,
            empty: say(reader, "announcements_empty"),
        }),
        ..Part::default()
    };
    if reader.may(P::RightRecord) && !choices_of.is_empty() {
        let kinds = choices(reader, "office.announcement_kind", AnnouncementKind::ALL.map(AnnouncementKind::word));
        let mut fields = vec![
            Field::select("right_ids", say(reader, "right"), choices_of).must(),
            Field::text("number", say(reader, "announcement_number")).must(),
            Field::select("kind", say(reader, "kind"), kinds).must(),
            Field::text("announced_on", say(reader, "date")).hint(say(reader, "partial_date")),
            Field::text("title", say(reader, "title")),
        ];
        fields.extend(source_fields(reader));
        let path = format!("/work/products/{}/announcements", view.id);
        part.forms.push(Form::new(app, reader, "announcement", &path, "office.add_announcement", "keep", fields).again(tried));
    }
    Ok(part)
}

fn back(id: &str) -> String {
    format!("/work/products/{id}")
}

async fn change_season(tx: &Tx, desk: &Desk, id: &str, input: &YearlyNotice) -> Outcome<String> {
    Ok(back(&give_yearly_notice(tx, desk, id, input).await?.id))
}
does!(season, "season", SEASON, change_season, "product_changed", page);

const RIGHT: &[(&str, As)] = &[
    ("route", As::Text),
    ("status", As::Text),
    ("number", As::Text),
    ("registration_number", As::Text),
    ("date", As::Text),
    ("holder", As::Text),
    ("in_force_from", As::Text),
    ("in_force_to", As::Text),
    ("standard_no", As::Text),
    ("protected_area", As::Text),
    ("source", As::Text),
    ("source_url", As::Text),
    ("confidence", As::Text),
    ("note", As::Text),
];

async fn put_right(tx: &Tx, desk: &Desk, id: &str, form: &serde_json::Value) -> Outcome<String> {
    let input: RightInput = about_product(form, id)?;
    record_right(tx, desk, &input, false).await?;
    Ok(back(id))
}
does!(add_right, "right", RIGHT, put_right, "fact_recorded", page);

const STANDARD: &[(&str, As)] = &[
    ("number", As::Text),
    ("title", As::Text),
    ("in_force_from", As::Text),
    ("withdrawn_on", As::Text),
    ("replaces", As::Text),
    ("source", As::Text),
    ("source_url", As::Text),
    ("confidence", As::Text),
    ("note", As::Text),
];

async fn put_standard(tx: &Tx, desk: &Desk, id: &str, form: &serde_json::Value) -> Outcome<String> {
    let input: StandardInput = about_product(form, id)?;
    record_standard(tx, desk, &input, false).await?;
    Ok(back(id))
}
does!(add_standard, "standard", STANDARD, put_standard, "fact_recorded", page);

/// What was typed, said of this product.
fn about_product<T: serde::de::DeserializeOwned>(form: &serde_json::Value, id: &str) -> Outcome<T> {
    let mut form = form.clone();
    if let Some(object) = form.as_object_mut() {
        object.insert("product_id".to_owned(), id.into());
    }
    json(form.to_string().as_bytes())
}

const AREA: &[(&str, As)] = &[
    ("right_id", As::Text),
    ("as_of", As::Text),
    ("words", As::Text),
    ("places", As::List),
    ("source", As::Text),
    ("source_url", As::Text),
    ("confidence", As::Text),
    ("note", As::Text),
];

/// A place a line, perhaps after the code of its county: `130183 马于镇`. Its kind is told by the end of its name.
async fn put_area(tx: &Tx, desk: &Desk, id: &str, form: &serde_json::Value) -> Outcome<String> {
    let mut form = form.clone();
    let places: Vec<AreaPlaceInput> = form["places"].as_array().into_iter().flatten().filter_map(|line| place(line.as_str()?)).collect();
    if let Some(object) = form.as_object_mut() {
        object.insert("places".to_owned(), serde_json::to_value(places).map_err(crate::kernel::Failure::broken)?);
    }
    let input: AreaInput = json(form.to_string().as_bytes())?;
    record_area(tx, desk, &input).await?;
    Ok(back(id))
}
does!(add_area, "area", AREA, put_area, "fact_recorded", page);

fn place(line: &str) -> Option<AreaPlaceInput> {
    let (county_code, name) = match line.split_once(' ') {
        Some((code, name)) if code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) => (Some(code.to_owned()), name.trim()),
        _ => (None, line.trim()),
    };
    let zone = ["园区", "开发区", "示范区", "新区"].iter().any(|end| name.ends_with(end));
    let kind = match name.chars().last()? {
        _ if zone => PlaceKind::Zone,
        '县' | '市' | '区' => PlaceKind::County,
        '镇' | '乡' => PlaceKind::Township,
        '村' => PlaceKind::Village,
        _ => PlaceKind::Zone,
    };
    Some(AreaPlaceInput { kind, name: name.to_owned(), county_code, township: None, division_code: None, candidate_code: None, note: None })
}

const ANNOUNCEMENT: &[(&str, As)] = &[
    ("right_ids", As::List),
    ("number", As::Text),
    ("kind", As::Text),
    ("announced_on", As::Text),
    ("title", As::Text),
    ("source", As::Text),
    ("source_url", As::Text),
    ("confidence", As::Text),
    ("note", As::Text),
];

async fn put_announcement(tx: &Tx, desk: &Desk, id: &str, input: &AnnouncementInput) -> Outcome<String> {
    record_announcement(tx, desk, input).await?;
    Ok(back(id))
}
does!(add_announcement, "announcement", ANNOUNCEMENT, put_announcement, "fact_recorded", page);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_an_area_says_what_kind_of_place_it_is() {
        let read = |line: &str| place(line).map(|p| (p.kind, p.name, p.county_code));
        assert_eq!(read("130183 马于镇"), Some((PlaceKind::Township, "马于镇".to_owned(), Some("130183".to_owned()))));
        assert_eq!(read("晋州市"), Some((PlaceKind::County, "晋州市".to_owned(), None)));
        assert_eq!(read("循环经济园区").map(|p| p.0), Some(PlaceKind::Zone));
        assert_eq!(read("130109 藁城区").map(|p| p.0), Some(PlaceKind::County));
        assert_eq!(read(""), None);
    }
}
