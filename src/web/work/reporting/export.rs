//! A product's year as a sheet in the columns of 地理标志专用标志使用年度报告, with a row that says unit and source of each. How the official
//! form lays them out could not be checked here, and the sheet says so.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::{fill, say, source, year_of};
use crate::cultivation::annual_report::{Declared, Registered, Source, Unit};
use crate::cultivation::queries::{AnnualLine, AnnualYear, annual_year};
use crate::identity::role::Permission as P;
use crate::interop::sheet::Format;
use crate::interop::sheet::write::{Out, Value};
use crate::kernel::quantity::{BaseUnit, mu_of_m2};
use crate::kernel::{Failure, Outcome};
use crate::web::app::App;
use crate::web::failure::Refusal;
use crate::web::link::query_value;
use crate::web::route::{Access, Route};
use crate::web::work::applying::figure;
use crate::web::work::desk::Reader;
use crate::web::work::names::Names;

pub(super) fn routes() -> Vec<Route> {
    let read = Access::Needs(P::AnnualSummaryRead);
    vec![
        Route::get("/work/annual-reports/years/{product}/{year}/report.xlsx", read, xlsx),
        Route::get("/work/annual-reports/years/{product}/{year}/report.csv", read, csv),
    ]
}

/// A column: a fact of the user, or a figure of a source.
enum Column {
    Product,
    User,
    CreditCode,
    Place,
    Since,
    Registered(Registered),
    Declared(Declared),
    State,
    Remark,
}

/// The columns in their order; those of money are left out for holders.
fn form(without_money: bool) -> Vec<Column> {
    use Column as C;
    let all = vec![
        C::Product,
        C::User,
        C::CreditCode,
        C::Place,
        C::Since,
        C::Registered(Registered::PlotArea),
        C::Registered(Registered::Approved),
        C::Registered(Registered::Released),
        C::Declared(Declared::Output),
        C::Declared(Declared::Marked),
        C::Declared(Declared::Sold),
        C::Declared(Declared::OutputValue),
        C::Declared(Declared::SalesValue),
        C::Declared(Declared::OnlineValue),
        C::Declared(Declared::ExportValue),
        C::Registered(Registered::Exported),
        C::Declared(Declared::Employees),
        C::Registered(Registered::Tests),
        C::Registered(Registered::TestsFailed),
        C::State,
        C::Remark,
    ];
    // What a remark says may be a price or a customer.
    let hidden = |column: &C| match column {
        C::Declared(name) => name.unit().is_money(),
        C::Remark => true,
        _ => false,
    };
    all.into_iter().filter(|column| !(without_money && hidden(column))).collect()
}

fn heading(reader: &Reader, column: &Column) -> String {
    match column {
        Column::Product => say(reader, "sheet.product"),
        Column::User => say(reader, "user"),
        Column::CreditCode => say(reader, "sheet.credit_code"),
        Column::Place => say(reader, "place"),
        Column::Since => say(reader, "since"),
        Column::Registered(name) => say(reader, &format!("registered.{}", name.word())),
        Column::Declared(name) => say(reader, &format!("declared.{}", name.word())),
        Column::State => say(reader, "state_label"),
        Column::Remark => say(reader, "remark"),
    }
}

/// Unit and source of a column; nothing for a fact.
fn unit(reader: &Reader, column: &Column, base: BaseUnit) -> String {
    let (unit, of) = match column {
        Column::Registered(name) => (name.unit(), Source::Registered),
        Column::Declared(name) => (name.unit(), Source::Declared),
        _ => return String::new(),
    };
    let word = match unit {
        Unit::Amount => base.word(),
        Unit::M2 => "mu",
        Unit::Fen => "wan",
        Unit::FenEach => "yuan",
        Unit::Count | Unit::Percent => "count",
    };
    fill(reader, "sheet.unit_and_source", &[("unit", &say(reader, &format!("sheet.unit.{word}"))), ("source", &source(reader, of))])
}

/// A figure in the unit of its column, without the unit.
fn number(unit: Unit, base: BaseUnit, amount: i64) -> String {
    match (unit, base) {
        (Unit::Amount, BaseUnit::G | BaseUnit::Ml) => figure(amount, 1000),
        (Unit::Amount, BaseUnit::Piece) | (Unit::Count | Unit::Percent, _) => amount.to_string(),
        (Unit::M2, _) => mu_of_m2(amount),
        (Unit::Fen, _) => figure(amount, super::WAN),
        (Unit::FenEach, _) => figure(amount, super::YUAN),
    }
}

fn cell(reader: &Reader, column: &Column, line: &AnnualLine, product: &str, base: BaseUnit) -> Value {
    let report = line.report.as_ref();
    let numbered = |unit: Unit, amount: Option<i64>| match amount {
        Some(amount) => Value::Number(number(unit, base, amount)),
        None => Value::Text(String::new()),
    };
    match column {
        Column::Product => Value::Text(product.to_owned()),
        Column::User => Value::Text(line.organisation.clone()),
        Column::CreditCode => Value::Text(line.credit_code.clone().unwrap_or_default()),
        Column::Place => Value::Text(line.place.clone()),
        Column::Since => Value::Text(line.since.clone()),
        Column::Registered(name) => numbered(name.unit(), report.and_then(|view| view.registered(*name))),
        Column::Declared(name) => numbered(name.unit(), report.and_then(|view| view.declared(*name))),
        Column::State => {
            let state = report.map_or_else(|| say(reader, "missing"), |view| say(reader, &format!("state.{}", view.state)));
            let late = report.filter(|view| view.late).map(|_| say(reader, "late"));
            Value::Text([Some(state), late].into_iter().flatten().collect::<Vec<_>>().join(" "))
        }
        Column::Remark => Value::Text(report.and_then(|view| view.remark.clone()).unwrap_or_default()),
    }
}

fn written(format: Format, name: &str, heads: &[String], units: &[String], rows: &[Vec<Value>], note: &str) -> Outcome<Vec<u8>> {
    let mut out = Out::new(format, name)?;
    out.headings(None, heads)?;
    out.headings(None, units)?;
    for row in rows {
        out.values(row)?;
    }
    out.row::<&str>(None, &[], None)?;
    out.row(None, &[note], None)?;
    out.end()
}

async fn sheet(app: &App, reader: &Reader, product_id: &str, year: i64, format: Format) -> Result<Response, Refusal> {
    let actor = reader.actor(P::AnnualSummaryRead)?;
    let goods = Names::new(app).goods(product_id).await?;
    let found: AnnualYear = annual_year(&app.db, &actor, product_id, year).await?;
    let columns = form(found.without_money);
    let heads: Vec<String> = columns.iter().map(|column| heading(reader, column)).collect();
    let units: Vec<String> = columns.iter().map(|column| unit(reader, column, goods.unit)).collect();
    let row = |line: &AnnualLine| columns.iter().map(|column| cell(reader, column, line, &goods.name, goods.unit)).collect::<Vec<Value>>();
    let rows: Vec<Vec<Value>> = found.lines.iter().map(row).collect();
    let (name, note) =
        (fill(reader, "year_title", &[("product", &goods.name), ("year", &year.to_string())]), say(reader, "form_unchecked"));
    let title = name.clone();
    let bytes = tokio::task::spawn_blocking(move || written(format, &title, &heads, &units, &rows, &note));
    let mut response = bytes.await.map_err(Failure::broken)??.into_response();
    let (kind, end) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let disposition = format!("attachment; filename*=UTF-8''{}", query_value(&format!("{name}.{end}")).replace('+', "%20"));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

async fn xlsx(State(app): State<App>, reader: Reader, Path((product, year)): Path<(String, String)>) -> Result<Response, Refusal> {
    sheet(&app, &reader, &product, year_of(&year)?, Format::Xlsx).await
}

async fn csv(State(app): State<App>, reader: Reader, Path((product, year)): Path<(String, String)>) -> Result<Response, Refusal> {
    sheet(&app, &reader, &product, year_of(&year)?, Format::Csv).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_plain_numbers_of_their_column() {
        let table = [
            (Unit::Amount, BaseUnit::G, 12_500_000, "12500"),
            (Unit::Amount, BaseUnit::G, 12_005, "12.005"),
            (Unit::Amount, BaseUnit::Piece, 3_680, "3680"),
            (Unit::M2, BaseUnit::G, 2_000, "3.00"),
            (Unit::Fen, BaseUnit::G, 30_050_000, "30.05"),
            (Unit::Count, BaseUnit::G, 12, "12"),
        ];
        for (unit, base, amount, said) in table {
            assert_eq!(number(unit, base, amount), said);
        }
    }

    #[test]
    fn a_holder_gets_no_column_of_money() {
        let money = |columns: &[Column]| columns.iter().filter(|c| matches!(c, Column::Declared(name) if name.unit().is_money())).count();
        assert_eq!((money(&form(false)), money(&form(true))), (4, 0));
    }
}
