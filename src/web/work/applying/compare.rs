//! What is asked for, beside what the platform has on record of it, so that a reviewer need not look it up.

use std::collections::BTreeMap;

use super::{columns, fill, say};
use crate::cultivation::queries::ApplicationView;
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::kernel::quantity::mu_of_m2;
use crate::registry::queries::{FacilitiesAsked, MarkUsesAsked, facilities, mark_uses, standards};
use crate::trace::account::{AccountFilter, Bucket};
use crate::trace::goods::Goods;
use crate::trace::queries::account::accounts;
use crate::trace::queries::report::test_reports;
use crate::trace::report::ReportFilter;
use crate::web::app::App;
use crate::web::pages::staff::{Cell, Table};
use crate::web::work::desk::Reader;
use crate::web::work::names::day_of;

/// The most of one kind that is named.
const MOST: usize = 8;

/// One line: what, as applied for, as on record.
type Line = [Cell; 3];

/// The whole comparison.
pub(super) async fn table(app: &App, reader: &Reader, view: &ApplicationView, goods: &Goods) -> Outcome<Table> {
    let own = AccountFilter {
        party_id: Some(view.organisation_id.clone()),
        product_id: Some(view.product_id.clone()),
        ..AccountFilter::default()
    };
    let lines = vec![
        firm(app, reader, view).await?,
        goods_line(app, reader, view).await?,
        volume(app, reader, view, goods, &own).await?,
        plots(reader, view),
        line(reader, "bought_from", view.bought_from.clone().unwrap_or_default(), Vec::new()),
        reports(app, reader, view).await?,
        other_uses(app, reader, view).await?,
    ];
    Ok(Table {
        caption: say(reader, "compare_caption"),
        columns: columns(reader, &["part_label", "applied", "on_record"]),
        rows: lines.into_iter().map(Into::into).collect(),
        empty: String::new(),
    })
}

fn line(reader: &Reader, what: &str, applied: String, on_record: Vec<String>) -> Line {
    let more = on_record.len().saturating_sub(MOST);
    let mut shown: Vec<String> = on_record.into_iter().take(MOST).collect();
    if more > 0 {
        shown.push(fill(reader, "and_more", &[("n", &more.to_string())]));
    }
    let shown = if shown.is_empty() { say(reader, "nothing_on_record") } else { shown.join("；") };
    [Cell::text(say(reader, what)), Cell::text(applied), Cell::text(shown)]
}

async fn firm(app: &App, reader: &Reader, view: &ApplicationView) -> Outcome<Line> {
    let mut found = Vec::new();
    if let Some(actor) = reader.acting(P::FacilityRead) {
        let asked = FacilitiesAsked { organisation_id: Some(view.organisation_id.clone()), ..FacilitiesAsked::default() };
        for place in facilities(&app.db, &actor, &asked, app.clock.today(), None, 50).await?.items {
            found.extend(place.licences.iter().map(|licence| {
                let until = licence.valid_to.as_deref().map(|day| fill(reader, "until", &[("day", &day_of(reader.lang, day))]));
                format!("{} {} {}", licence.kind, licence.number, until.unwrap_or_default()).trim().to_owned()
            }));
        }
    }
    let code = view.credit_code.clone().unwrap_or_else(|| say(reader, "no_code"));
    Ok(line(reader, "firm", format!("{} {code}", view.organisation), found))
}

async fn goods_line(app: &App, reader: &Reader, view: &ApplicationView) -> Outcome<Line> {
    let today = app.clock.today().to_string();
    let found = standards(&app.db, Some(&view.product_id), None, 50).await?.items;
    let in_force = found.into_iter().filter(|standard| standard.withdrawn_on.as_deref().is_none_or(|day| day > today.as_str()));
    let named = in_force.map(|standard| format!("{} {}", standard.number, standard.title.unwrap_or_default()).trim().to_owned());
    Ok(line(reader, "goods", view.goods.join("、"), named.collect()))
}

async fn volume(app: &App, reader: &Reader, view: &ApplicationView, goods: &Goods, own: &AccountFilter) -> Outcome<Line> {
    let mut found = Vec::new();
    if let Some(most) = view.most_of_land {
        found.push(fill(reader, "most_of_land", &[("amount", &goods.show(most))]));
    }
    if let Some(actor) = reader.acting(P::SeasonAccountRead) {
        let (seasons, _) = accounts(&app.db, &actor, own, None, None).await?;
        found.extend(seasons.iter().map(|account| {
            fill(reader, "approved_of", &[("season", &account.season), ("amount", &goods.show(account.figure(Bucket::Approved)))])
        }));
    }
    let asked = view.volume.map(|amount| goods.show(amount)).unwrap_or_default();
    let mut line = line(reader, "volume", fill(reader, "volume_of", &[("season", &view.season), ("amount", &asked)]), found);
    // More than the land gives is a question, not a fault: it may be bought from growers.
    if let (Some(asked), Some(most)) = (view.volume, view.most_of_land)
        && asked > most
    {
        line[1] = Cell::badge(line[1].text.clone(), "amber").with_small(say(reader, "more_than_land"));
    }
    Ok(line)
}

fn plots(reader: &Reader, view: &ApplicationView) -> Line {
    let mut grades: BTreeMap<&str, (usize, i64)> = BTreeMap::new();
    for plot in &view.plots {
        let (n, area) = grades.entry(plot.grade.as_str()).or_default();
        *n += 1;
        *area += plot.area_m2;
    }
    let said = grades.into_iter().map(|(grade, (n, area))| {
        let grade = reader.word("phone.grade_of", grade);
        fill(reader, "graded", &[("grade", &grade), ("n", &n.to_string()), ("mu", &mu_of_m2(area))])
    });
    let applied = fill(reader, "plots_of", &[("n", &view.plots.len().to_string()), ("mu", &mu_of_m2(view.area_m2))]);
    line(reader, "plots", applied, said.collect())
}

async fn reports(app: &App, reader: &Reader, view: &ApplicationView) -> Outcome<Line> {
    let attached = view.files.iter().filter(|file| file.purpose == "report").count();
    let mut found = Vec::new();
    if let Some(actor) = reader.acting(P::TestRead) {
        let filter = ReportFilter {
            organisation_id: Some(view.organisation_id.clone()),
            product_id: Some(view.product_id.clone()),
            ..ReportFilter::default()
        };
        let (reports, _) = test_reports(&app.db, &actor, &filter, None, Some(20)).await?;
        found.extend(reports.iter().map(|report| {
            let failed = if report.failed { say(reader, "report_failed") } else { String::new() };
            let day = day_of(reader.lang, &report.reported_on);
            format!("{} {} {day} {failed}", report.report_no, report.laboratory).trim().to_owned()
        }));
    }
    Ok(line(reader, "report", fill(reader, "attached", &[("n", &attached.to_string())]), found))
}

async fn other_uses(app: &App, reader: &Reader, view: &ApplicationView) -> Outcome<Line> {
    let mut found = Vec::new();
    if let Some(actor) = reader.acting(P::MarkUseRead) {
        let asked = MarkUsesAsked { organisation_id: Some(view.organisation_id.clone()), ..MarkUsesAsked::default() };
        let uses = mark_uses(&app.db, &actor, &asked, app.clock.today(), None, 50).await?.items;
        found.extend(uses.iter().map(|one| {
            let to = one.in_force_to.as_deref().map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day));
            format!("{} {} {} – {to}", one.product, reader.word("office.route", &one.route), day_of(reader.lang, &one.in_force_from))
        }));
    }
    let kind = if view.renews_id.is_some() { "renewal" } else { "first" };
    Ok(line(reader, "kind", say(reader, kind), found))
}
