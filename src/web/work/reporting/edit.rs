//! `/work/annual-reports/{id}/edit`: what the firm declares, one column, with what is on record above it, last year's figure and whatever was
//! given back at each field. Saving asks for nothing to be whole; the page of the report says what is missing before it is handed in.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::{WAN, YUAN, fill, named, place, say, shown};
use crate::cultivation::annual_report::{Declared, ReportState, Unit};
use crate::cultivation::commands::{AnnualReportInput, declare_annual_report};
use crate::cultivation::queries::{AnnualReportView, annual_report};
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, parse_amount};
use crate::kernel::{Failure, text};
use crate::trace::goods::Goods;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::Posted;
use crate::web::failure::Refusal;
use crate::web::pages::staff::FormError;
use crate::web::route::{Access, Route};
use crate::web::work::applying::figure;
use crate::web::work::batch_form::{plain, units};
use crate::web::work::desk::{Reader, done_at, faults};
use crate::web::work::names::{Names, day_of};
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, answered, given, said};

pub(super) fn routes() -> Vec<Route> {
    let submit = Access::Needs(P::AnnualReportSubmit);
    vec![Route::get("/work/annual-reports/{id}/edit", submit, show), Route::post("/work/annual-reports/{id}/edit", submit, save)]
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = annual_report(&app.db, &reader.actor(P::AnnualReportSubmit)?, id, app.clock.today()).await?;
    if !view.now().is_some_and(ReportState::is_open) {
        return Err(Failure::conflict("annual_report_step").with("report_state", &view.state).into());
    }
    let goods = Names::new(app).goods(&view.product_id).await?;
    let on_record = Part {
        heading: say(reader, "on_record"),
        about: say(reader, "on_record_about"),
        table: Some(super::one::registered(reader, &goods, &view)),
        ..Part::default()
    };
    let until = view.answer_until.as_deref().map(|day| fill(reader, "answer_until", &[("day", &day_of(reader.lang, day))]));
    let reason = view.correction_reason.as_deref().map(|reason| fill(reader, "correcting", &[("reason", reason)]));
    let about = [until, reason, Some(say(reader, "declare_about"))].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let form =
        Form::new(app, reader, "declare", &format!("{}/edit", place(id)), "annual.declare", "annual.save", fields(reader, &goods, &view));
    let form = Form { open: true, ..form }.about(about).again(tried.as_ref());
    let declare =
        Part { heading: named(&view), forms: vec![form], links: vec![(reader.to(&place(id)), say(reader, "back"))], ..Part::default() };
    let parts = vec![on_record, declare];
    Ok(PartsPage { frame: reader.narrow_frame(say(reader, "edit"), errors), parts }.render()?)
}

/// The form: units once, then every figure with its hint, last year's figure and what is to be mended.
fn fields(reader: &Reader, goods: &Goods, view: &AnnualReportView) -> Vec<Field> {
    let kept = stored(view, goods);
    let value = |name: &str| kept.get(name).cloned().unwrap_or_default();
    let amounts = units(goods.unit).iter().map(|(word, _)| ((*word).to_owned(), reader.word("unit", word))).collect();
    let sums = ["wan", "yuan"].map(|word| (word.to_owned(), say(reader, &format!("money.{word}")))).into();
    let mut fields = vec![
        Field::select("amount_unit", say(reader, "amount_unit"), amounts).must().value(value("amount_unit")),
        Field::select("money_unit", say(reader, "money_unit"), sums).must().value(value("money_unit")),
    ];
    let mending = |part: &str| {
        let points = view.open_points().filter(|point| point.part == part);
        points.map(|point| fill(reader, "mend", &[("said", &point.said)])).collect::<Vec<_>>()
    };
    for name in Declared::ALL {
        let mut hints = mending(name.word());
        hints.push(say(reader, &format!("declared_hint.{}", name.word())));
        hints.extend(view.before(*name).map(|amount| fill(reader, "last_year", &[("amount", &shown(reader, goods, name.unit(), amount))])));
        let field = Field::text(name.word(), say(reader, &format!("declared.{}", name.word()))).numeric().value(value(name.word()));
        let field = field.hint(hints.join(" "));
        fields.push(if name.is_needed() { field.must() } else { field });
    }
    let remark = Field::area("remark", say(reader, "remark")).value(value("remark")).hint(mending("remark").join(" "));
    fields.push(remark);
    fields
}

/// What one in the unit of a figure is in what is stored.
fn factor(name: Declared, amount: i64, money: i64) -> i64 {
    match name.unit() {
        Unit::Amount => amount,
        Unit::Fen => money,
        Unit::FenEach => YUAN,
        Unit::M2 | Unit::Count | Unit::Percent => 1,
    }
}

/// What is stored, as it would be typed: amounts in the first unit people use, money in 万元.
fn stored(view: &AnnualReportView, goods: &Goods) -> Typed {
    let (unit, amounts) = units(goods.unit).first().copied().unwrap_or(("piece", 1));
    let mut typed = Typed::from([("amount_unit".to_owned(), unit.to_owned()), ("money_unit".to_owned(), "wan".to_owned())]);
    for name in Declared::ALL {
        if let Some(amount) = view.declared(*name) {
            typed.insert(name.word().to_owned(), figure(amount, factor(*name, amounts, WAN)));
        }
    }
    typed.extend(view.remark.clone().map(|remark| ("remark".to_owned(), remark)));
    typed
}

/// The input of the command, from what was typed.
fn input(typed: &Typed, base: BaseUnit) -> Result<AnnualReportInput, Failure> {
    let mut unread = Faults::new();
    let amounts = units(base).iter().find(|(word, _)| *word == said(typed, "amount_unit")).or(units(base).first()).map_or(1, |(_, of)| *of);
    let money = if said(typed, "money_unit") == "yuan" { YUAN } else { WAN };
    let mut read: BTreeMap<Declared, i64> = BTreeMap::new();
    for name in Declared::ALL {
        let Some(figure) = given(typed, name.word()) else { continue };
        match parse_amount(&plain(figure.trim_end_matches(['%', '％'])), factor(*name, amounts, money)) {
            Some(amount) => {
                read.insert(*name, amount);
            }
            None => {
                unread.add(format!("/{}", name.field()), "weight_unreadable").with("figure", text::clean(&figure));
            }
        }
    }
    unread.check()?;
    let figure = |name: Declared| read.get(&name).copied();
    Ok(AnnualReportInput {
        output: figure(Declared::Output),
        marked: figure(Declared::Marked),
        sold: figure(Declared::Sold),
        output_value_fen: figure(Declared::OutputValue),
        sales_value_fen: figure(Declared::SalesValue),
        online_value_fen: figure(Declared::OnlineValue),
        export_value_fen: figure(Declared::ExportValue),
        average_price_fen: figure(Declared::AveragePrice),
        employees: figure(Declared::Employees),
        growers_income_fen: figure(Declared::GrowersIncome),
        protection_cost_fen: figure(Declared::ProtectionCost),
        marked_share: figure(Declared::MarkedShare),
        remark: given(typed, "remark"),
    })
}

/// The field a pointer of the command means.
fn at_field(pointer: &str) -> String {
    let name = pointer.trim_start_matches('/');
    let known = Declared::ALL.iter().find(|declared| declared.field() == name).map_or(name, |declared| declared.word());
    if known.is_empty() { String::new() } else { format!("declare-{known}") }
}

async fn save(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (posted.body.clone(), reader.lang, id.clone());
    let product = annual_report(&app.db, &reader.actor(P::AnnualReportSubmit)?, &id, app.clock.today()).await?.product_id;
    let base = Names::new(&app).goods(&product).await?.unit;
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = own.clone();
        Box::pin(async move {
            declare_annual_report(tx, &desk, &id, &input(&typed, base)?).await?;
            Ok(Done::see(done_at(lang, &place(&id), "annual_report_saved")))
        })
    });
    let tried = tried.await;
    answered(tried, async |failure| {
        let errors = faults(reader.lang, &failure, at_field);
        let html = page(&app, &reader, &id, errors, Some(Tried { form: "declare", typed: &typed })).await?;
        Ok((failure, html))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_the_input() {
        let typed =
            |pairs: &[(&str, &str)]| -> Typed { pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect() };
        let read = input(
            &typed(&[
                ("amount_unit", "t"),
                ("money_unit", "wan"),
                ("output", "１２.５"),
                ("sales_value", "30.05"),
                ("average_price", "6.80"),
                ("employees", "12"),
                ("marked_share", "85%"),
            ]),
            BaseUnit::G,
        )
        .unwrap();
        let wanted = AnnualReportInput {
            output: Some(12_500_000),
            sales_value_fen: Some(30_050_000),
            average_price_fen: Some(680),
            employees: Some(12),
            marked_share: Some(85),
            ..AnnualReportInput::default()
        };
        assert_eq!(read, wanted);
        let refused = input(&typed(&[("output", "很多"), ("sales_value", "-1")]), BaseUnit::G).unwrap_err();
        let at: Vec<String> = refused.fields.iter().map(|fault| at_field(&fault.pointer)).collect();
        assert_eq!(at, ["declare-output", "declare-sales_value"], "every fault at its field");
    }
}
