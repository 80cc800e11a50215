//! `/work/mark-use-applications/{id}/edit`: what an application says, with every point it was given back for at its part; and its papers.
//! Saving asks for nothing to be whole; the page of the application says what is missing before it is handed in.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::{fill, named, place, say};
use crate::cultivation::commands::{ApplicationInput, PointAnswer, change_application, remove_paper};
use crate::cultivation::mark_use_application::{ApplicationState, Part};
use crate::cultivation::queries::{ApplicationView, application, land_of};
use crate::files;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, mu_of_m2, parse_amount};
use crate::kernel::{Failure, text};
use crate::trace::goods::Goods;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{MOST_UPLOAD, Posted, PostedFiles};
use crate::web::failure::Refusal;
use crate::web::pages::staff::{FormError, Frame};
use crate::web::route::{Access, Route};
use crate::web::work::batch_form::{plain, units};
use crate::web::work::desk::{Reader, done_at, faults, fresh_key};
use crate::web::work::names::{Names, day_of};
use crate::web::work::parts::{Field, Typed, answered, day, given, said};

/// Plots shown to tick; who has more takes all of them, or names them by the API.
const MOST_TICKS: u64 = 60;

pub(super) fn routes() -> Vec<Route> {
    let submit = Access::Needs(P::MarkUseApplicationSubmit);
    vec![
        Route::get("/work/mark-use-applications/{id}/edit", submit, show),
        Route::post("/work/mark-use-applications/{id}/edit", submit, save).carries(MOST_UPLOAD),
        Route::post("/work/mark-use-applications/{id}/papers/{file}/remove", submit, remove),
    ]
}

/// A plot to tick.
struct Tick {
    id: String,
    words: String,
    small: String,
    on: bool,
}

/// A point to be mended, with the field of its answer.
struct Point {
    id: String,
    said: String,
    answer: String,
}

/// A paper kept with it.
struct Paper {
    name: String,
    kind: String,
    href: String,
    /// Where it is taken away; empty for one that was handed in.
    remove: String,
    key: String,
}

#[derive(Template)]
#[template(path = "staff/application_edit.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    back: String,
    key: String,
    named: String,
    until: String,
    /// Points by part, in the order of the parts of the page.
    points: Vec<(&'static str, Vec<Point>)>,
    goods: Field,
    season: Field,
    volume: String,
    unit: String,
    units: Vec<(String, String)>,
    plots: Vec<Tick>,
    all_plots: String,
    all_on: bool,
    more: Vec<Field>,
    papers: Vec<Paper>,
    uploads: Vec<Field>,
}

impl Page<'_> {
    /// Points about one part.
    fn points_of(&self, part: &str) -> &[Point] {
        self.points.iter().find(|(of, _)| *of == part).map_or(&[], |(_, points)| points)
    }
    /// Points about what has no part on this page.
    fn points_elsewhere(&self) -> &[Point] {
        self.points_of(Part::Firm.word())
    }
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// Where a fault is shown.
fn at_field(pointer: &str) -> String {
    let mut parts = pointer.trim_start_matches('/').split('/');
    match parts.next().unwrap_or_default() {
        "volume_g" | "quantity" => "volume".to_owned(),
        "plot_ids" => "plots".to_owned(),
        "answers" => parts.next().and_then(|n| n.parse::<usize>().ok()).map_or_else(String::new, |n| format!("answer_{}", n + 1)),
        other => other.to_owned(),
    }
}

fn field(field: Field) -> Field {
    Field { id: field.name.to_owned(), ..field }
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, typed: Option<&Typed>) -> Result<String, Refusal> {
    let view = application(&app.db, &reader.actor(P::MarkUseApplicationSubmit)?, id).await?;
    if !ApplicationState::parse(&view.state).is_some_and(ApplicationState::is_open_to_applicant) {
        return Err(Failure::conflict("application_step").with("application_state", &view.state).into());
    }
    let goods = Names::new(app).goods(&view.product_id).await?;
    let kept = stored(&view, &goods);
    let text = |name: &str| typed.unwrap_or(&kept).get(name).cloned().unwrap_or_default();
    let land = land_of(&app.db, &view.organisation_id, &view.product_id, app.clock.today(), MOST_TICKS + 1).await?;
    let many = land.len() as u64 > MOST_TICKS;
    let ticks = land.into_iter().filter(|_| !many).map(|plot| Tick {
        words: plot.name,
        small: fill(reader, "plot_line", &[("village", &plot.village), ("mu", &mu_of_m2(plot.area_m2))]),
        on: !text(&plot.id).is_empty(),
        id: plot.id,
    });
    let plots: Vec<Tick> = ticks.collect();
    let points = Part::ALL.iter().map(|part| {
        let of = view.open_points().filter(|point| point.part == part.word()).map(|point| Point {
            id: format!("answer_{}", point.position),
            said: point.said.clone(),
            answer: text(&format!("answer_{}", point.position)),
        });
        (part.word(), of.collect())
    });
    let points = points.collect();
    let paper = |file: &files::FileView| {
        let handed_in = view.submitted_at.as_deref().is_some_and(|at| file.uploaded_at.as_str() <= at);
        Paper {
            name: file.name.clone(),
            kind: reader.say(&format!("phone.purpose.{}", file.purpose)),
            href: reader.to(&format!("{}/papers/{}", place(id), file.id)),
            remove: if handed_in { String::new() } else { reader.to(&format!("{}/papers/{}/remove", place(id), file.id)) },
            key: fresh_key(app),
        }
    };
    let accepts = "image/*,application/pdf";
    let page = Page {
        action: reader.to(&format!("{}/edit", place(id))),
        back: reader.to(&place(id)),
        key: fresh_key(app),
        named: named(reader, &view),
        until: view.answer_by.as_deref().map(|day| fill(reader, "answer_until", &[("day", &day_of(reader.lang, day))])).unwrap_or_default(),
        points,
        goods: field(Field::area("goods", say(reader, "goods")).hint(say(reader, "goods_hint")).value(text("goods"))),
        season: field(Field::text("season", say(reader, "season")).numeric().hint(say(reader, "season_hint")).value(text("season"))),
        volume: text("volume"),
        unit: text("unit"),
        units: units(goods.unit).iter().map(|(word, _)| ((*word).to_owned(), reader.word("unit", word))).collect(),
        all_plots: say(reader, if many { "all_plots_many" } else { "all_plots" }),
        all_on: !text("all_plots").is_empty(),
        plots,
        more: vec![
            field(Field::area("bought_from", say(reader, "bought_from")).hint(say(reader, "bought_from_hint")).value(text("bought_from"))),
            field(Field::date("wanted_from", say(reader, "wanted_from")).value(text("wanted_from"))),
            field(Field::area("note", say(reader, "note")).value(text("note"))),
        ],
        papers: view.files.iter().map(paper).collect(),
        uploads: vec![
            field(Field::file("report", say(reader, "report"), accepts).hint(say(reader, "report_hint"))),
            field(Field::file("papers", say(reader, "papers"), accepts).hint(say(reader, "papers_hint"))),
        ],
        frame: reader.narrow_frame(say(reader, "edit"), errors),
    };
    Ok(page.render()?)
}

/// What is stored, as it would be typed.
fn stored(view: &ApplicationView, goods: &Goods) -> Typed {
    let (unit, factor) = units(goods.unit).first().copied().unwrap_or(("piece", 1));
    let mut typed: Typed = [
        ("goods", view.goods.join("\n")),
        ("season", view.season.clone()),
        ("unit", unit.to_owned()),
        ("volume", view.volume.map(|amount| figure(amount, factor)).unwrap_or_default()),
        ("bought_from", view.bought_from.clone().unwrap_or_default()),
        ("wanted_from", view.wanted_from.clone().unwrap_or_default()),
        ("note", view.note.clone().unwrap_or_default()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    typed.extend(view.plots.iter().map(|plot| (plot.plot_id.clone(), "yes".to_owned())));
    let answers = view.open_points().filter_map(|point| Some((format!("answer_{}", point.position), point.answer.clone()?)));
    typed.extend(answers);
    typed
}

/// An amount in a unit, with only the decimals it needs.
pub(in crate::web::work) fn figure(amount: i64, factor: i64) -> String {
    let (whole, rest) = (amount / factor, amount % factor);
    if rest == 0 {
        return whole.to_string();
    }
    let digits = usize::try_from(factor.ilog10()).unwrap_or(0);
    format!("{whole}.{rest:0digits$}").trim_end_matches('0').to_owned()
}

/// The input of the command, from what was typed.
fn input(typed: &Typed, base: BaseUnit) -> Result<ApplicationInput, Failure> {
    let mut unread = Faults::new();
    let factor = units(base).iter().find(|(word, _)| *word == said(typed, "unit")).or(units(base).first()).map_or(1, |(_, factor)| *factor);
    let volume = given(typed, "volume").and_then(|figure| {
        let read = parse_amount(&plain(&figure), factor);
        if read.is_none() {
            unread.add("/volume_g", "weight_unreadable").with("figure", text::clean(&figure));
        }
        read
    });
    let wanted_from = day(&mut unread, typed, "wanted_from");
    unread.check()?;
    let ticked = typed.iter().filter(|(name, value)| name.starts_with("plo_") && !value.is_empty());
    let answers = typed.iter().filter_map(|(name, value)| {
        let position = name.strip_prefix("answer_")?.parse().ok()?;
        Some(PointAnswer { position, answer: value.clone() })
    });
    Ok(ApplicationInput {
        season: given(typed, "season").map(|text| plain(&text)),
        goods: said(typed, "goods").lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect(),
        volume_g: volume.filter(|_| base == BaseUnit::G),
        quantity: volume.filter(|_| base != BaseUnit::G),
        plot_ids: ticked.map(|(name, _)| name.clone()).collect(),
        all_plots: given(typed, "all_plots").is_some(),
        bought_from: given(typed, "bought_from"),
        wanted_from,
        note: given(typed, "note"),
        answers: answers.collect(),
    })
}

async fn save(State(app): State<App>, reader: Reader, Path(id): Path<String>, sent: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (sent.posted.body.clone(), reader.lang, id.clone());
    let product = application(&app.db, &reader.actor(P::MarkUseApplicationSubmit)?, &id).await?.product_id;
    let base = Names::new(&app).goods(&product).await?.unit;
    let kept = app.shelf.keep_all(sent.files).await;
    let tried = act(&app, sent.posted, move |tx, desk, typed| {
        let (id, kept) = (own.clone(), kept.clone());
        Box::pin(async move {
            change_application(tx, &desk, &id, &input(&typed, base)?, &kept?).await?;
            Ok(Done::see(done_at(lang, &place(&id), "application_saved")))
        })
    });
    let tried = tried.await;
    answered(tried, async |failure| {
        let errors = faults(reader.lang, &failure, at_field);
        let html = page(&app, &reader, &id, errors, Some(&typed)).await?;
        Ok((failure, html))
    })
    .await
}

async fn remove(
    State(app): State<App>,
    reader: Reader,
    Path((id, file)): Path<(String, String)>,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let (lang, own) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let (id, file) = (own.clone(), file.clone());
        Box::pin(async move {
            remove_paper(tx, &desk, &id, &file).await?;
            Ok(Done::see(done_at(lang, &format!("{}/edit", place(&id)), "application_paper_removed")))
        })
    });
    let tried = tried.await;
    answered(tried, async |failure| {
        let errors = faults(reader.lang, &failure, |_| String::new());
        let html = page(&app, &reader, &id, errors, None).await?;
        Ok((failure, html))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_comes_back_as_it_was_typed() {
        assert_eq!(figure(12_500_000, 1000), "12500");
        assert_eq!(figure(12_500, 1000), "12.5");
        assert_eq!(figure(12_005, 1000), "12.005");
        assert_eq!(figure(7, 1), "7");
    }

    #[test]
    fn what_is_typed_becomes_the_input() {
        let typed: Typed =
            [("goods", "鲜梨 礼盒\n\n 梨膏 "), ("volume", "１２.５"), ("unit", "t"), ("plo_1", "yes"), ("plo_2", ""), ("answer_2", "补了")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
        let read = input(&typed, BaseUnit::G).unwrap();
        assert_eq!(
            (read.volume_g, read.goods.len(), read.plot_ids, read.all_plots),
            (Some(12_500_000), 2, vec!["plo_1".to_owned()], false)
        );
        assert_eq!((read.answers[0].position, read.answers[0].answer.as_str()), (2, "补了"));
        let typed: Typed = [("volume".to_owned(), "很多".to_owned()), ("wanted_from".to_owned(), "明天".to_owned())].into();
        let refused = input(&typed, BaseUnit::G).unwrap_err();
        assert!(refused.says("weight_unreadable") && refused.says("day_unreadable"), "every fault at once: {refused}");
        assert_eq!(["/volume_g", "/goods/3", "/plot_ids/0", "/answers/1/answer"].map(at_field), ["volume", "goods", "plots", "answer_2"]);
    }
}
