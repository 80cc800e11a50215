//! What the checks of a batch rest on beside its goods: facility, test reports, farm work.

use super::draft::Draft;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::{self, Noun};
use crate::kernel::{Day, Failure, Outcome};
use crate::registry::store::facility as facilities;
use crate::trace::batch::TestScope;
use crate::trace::check::facts::{Facility, FarmWork, KnownFacility, Report, Spray};
use crate::trace::farm::FarmKind;
use crate::trace::goods::Goods;
use crate::trace::record::shortened;
use crate::trace::report::ByWhom;
use crate::trace::store::batch::Whole;
use crate::trace::store::reach::Party;
use crate::trace::store::report::{self, ReportRow};
use crate::trace::store::{farm, register, stock};

/// How far back farm work counts: a season and what came before it.
const FARM_DAYS: i64 = 366;

/// The facility named. A name written down before facilities were on record stays as it is.
pub(super) async fn facility(tx: &Tx, producer: &Party, draft: &Draft, was: Option<&Whole>) -> Outcome<Option<Facility>> {
    let Some(given) = &draft.facility else { return Ok(None) };
    if !ids::is(Noun::Facility, given) {
        let kept = was.is_some_and(|was| was.row.facility.as_ref() == Some(given));
        return Ok(Some(if kept { Facility::Named } else { Facility::Unknown(shortened(given)) }));
    }
    let Some(row) = facilities::find(tx.connection(), given).await? else { return Ok(Some(Facility::Unknown(given.clone()))) };
    let own = row.organisation_id == producer.id;
    let licences = facilities::licences(tx.connection(), vec![row.id.clone()]).await?;
    Ok(Some(Facility::Known(KnownFacility {
        own,
        // Of somebody else's facility nothing is told.
        name: if own { row.name.clone() } else { row.id.clone() },
        valid: facilities::valid(&row)?,
        licences: licences.iter().map(facilities::licence_days).collect::<Outcome<_>>()?,
        id: row.id,
    })))
}

/// The reports shown, each with whether it speaks of this batch. `plots` is where each source was grown, where that is known.
pub(super) async fn reports(
    tx: &Tx,
    goods: &Goods,
    producer: &Party,
    draft: &Draft,
    plots: &[Option<String>],
    but: Option<&str>,
) -> Outcome<Vec<Report>> {
    let rows = report::find(tx.connection(), &draft.report_ids).await?;
    let own = |id: &String| rows.iter().find(|row| row.id == *id && row.organisation_id == producer.id);
    let mut faults = Faults::new();
    for (no, id) in draft.report_ids.iter().enumerate().filter(|(_, id)| own(id).is_none()) {
        faults.add(format!("/report_ids/{no}"), "report_unknown").with("value", shortened(id));
    }
    faults.check()?;
    let items = report::items(tx.connection(), &draft.report_ids).await?;
    let shown = report::shown_by(tx.connection(), &draft.report_ids).await?;
    let files = report::of_files(tx.connection(), rows.iter().filter_map(|row| row.file_sha256.clone()).collect()).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in draft.report_ids.iter().filter_map(own) {
        // A lot's report that names no batch is that of the first one that shows it; ids are in the order of birth.
        let before = |batch: &str| but.is_none_or(|own| batch < own);
        let other = shown.iter().find(|(id, batch)| *id == row.id && before(batch)).map(|(_, batch)| batch.as_str());
        let same = |(file, id, _): &&(String, String, String)| row.file_sha256.as_ref() == Some(file) && *id != row.id;
        let scope = TestScope::parse(&row.scope).ok_or_else(|| Failure::broken("unknown word stored in test_report.scope"))?;
        let of_these = row.product_id == goods.id && row.season == draft.season;
        found.push(Report {
            fits: of_these && fits(tx, row, scope, plots, but, other).await?,
            of: speaks_of(tx, row, scope, other).await?,
            report_no: row.report_no.clone(),
            scope,
            accredited: row.by_whom == ByWhom::Accredited.word() && row.accreditation.is_some(),
            reported_on: Day::parse(&row.reported_on).ok_or_else(|| Failure::broken("no day is stored in test_report.reported_on"))?,
            valid_to: row.valid_to.as_deref().and_then(Day::parse),
            items: items.iter().filter(|item| item.report_id == row.id).map(|item| (item.item.clone(), item.failed)).collect(),
            same_file: files.iter().find(same).map(|(_, _, number)| number.clone()),
        });
    }
    Ok(found)
}

/// Does the batch lie in what the report speaks of? A lot's report also speaks of what was made of the lot.
async fn fits(
    tx: &Tx,
    row: &ReportRow,
    scope: TestScope,
    plots: &[Option<String>],
    but: Option<&str>,
    other: Option<&str>,
) -> Outcome<bool> {
    Ok(match (scope, &row.subject_id) {
        (TestScope::Season, _) => true,
        (TestScope::Plot, subject) => !plots.is_empty() && plots.iter().all(|plot| plot.is_some() && plot == subject),
        (TestScope::Lot, None) => other.is_none(),
        (TestScope::Lot, Some(subject)) => match but {
            None => false,
            Some(batch) => batch == subject || report::ancestors(tx.connection(), batch).await?.contains(subject),
        },
    })
}

/// What it speaks of, for people.
async fn speaks_of(tx: &Tx, row: &ReportRow, scope: TestScope, other: Option<&str>) -> Outcome<String> {
    Ok(match (scope, row.subject_id.as_deref().or(other)) {
        (TestScope::Plot, Some(plot)) => register::plot(tx.connection(), plot).await?.map(|plot| plot.name).unwrap_or_default(),
        (TestScope::Lot, Some(batch)) => stock::batch(tx.connection(), batch).await?.lot,
        _ => row.season.clone(),
    })
}

/// What is on record of the work on each plot, up to the last day of harvest.
pub(super) async fn farm(tx: &Tx, plots: &[Option<String>], until: Day) -> Outcome<Vec<FarmWork>> {
    let mut ids: Vec<&String> = plots.iter().flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = farm::of_plots(tx.connection(), &ids, until.plus(-FARM_DAYS), until).await?;
    let names = farm::plots(tx.connection(), &ids).await?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let own: Vec<&farm::FarmRow> = rows.iter().filter(|row| row.plot_id == *id).collect();
        let pesticide = |row: &&&farm::FarmRow| row.kind == FarmKind::Pesticide.word();
        let spray = |row: &&farm::FarmRow| {
            Some(Spray { input: row.input_name.clone(), on: Day::parse(&row.done_on)?, interval_days: row.interval_days? })
        };
        found.push(FarmWork {
            plot_id: id.clone(),
            plot: names.iter().find(|plot| plot.id == *id).map(|plot| plot.name.clone()).unwrap_or_default(),
            // A pesticide whose interval nobody wrote down leaves the question open.
            recorded: !own.is_empty() && own.iter().filter(pesticide).all(|row| row.interval_days.is_some()),
            sprays: own.iter().filter(pesticide).filter_map(spray).collect(),
        });
    }
    Ok(found)
}
