//! 周报: one page a week, each figure with its definition, beside the week before. A figure whose source the reader may not read, or that is
//! not kept by product or county where one is asked for, is left out; it is never shown as nought.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::queries::{Steps, recalls, stops};
use super::seizures::seizures;
use super::store::{case, unknown, weekly as did};
use super::week::Week;
use crate::db::Db;
use crate::identity::role::Permission as P;
use crate::kernel::clock::parse_rfc3339;
use crate::kernel::{Actor, Clock, Day, Failure, Millis, Outcome};
use crate::trace::queries::weekly::{Counts, Of, Quota, counts, on_hand, places, quotas};

/// The most decisions looked through for what was in force.
const MOST: u64 = 5_000;

/// What the page is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Which week.
    pub week: Option<Week>,
    /// Of this product.
    pub product_id: Option<String>,
    /// Of producers in this county.
    pub county: Option<String>,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Things.
    Count,
    /// Hundredths.
    Percent,
}

/// One figure of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FigureLine {
    /// Its name; its words and its definition are under it.
    pub figure: &'static str,
    /// Of the week; of now where it is a stock.
    pub value: i64,
    /// Of the week before; none for a stock, of which no past is kept.
    pub before: Option<i64>,
    /// What it counts.
    pub unit: Unit,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Weekly {
    /// `2026-W48`.
    pub week: String,
    /// Monday.
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    /// Sunday.
    #[schema(value_type = String, format = Date)]
    pub to: Day,
    /// It is not over.
    pub running: bool,
    /// The figures.
    pub figures: Vec<FigureLine>,
    /// Scans of the week by the producers' county.
    pub counties: BTreeMap<String, i64>,
}

/// A figure's name and the count it is.
type Counted = (&'static str, fn(&Counts) -> i64);

/// The six characters of a place's county.
fn county_of(division: &str) -> String {
    division.chars().take(6).collect()
}

/// Which producers and products the figures are of.
struct Narrow<'a> {
    asked: &'a Asked,
    places: BTreeMap<String, (String, String)>,
}

impl Narrow<'_> {
    fn has(&self, (producer, product): (&str, &str)) -> bool {
        let lies = self.places.get(producer).map(|(_, division)| county_of(division));
        self.asked.product_id.as_deref().is_none_or(|wanted| wanted == product)
            && self.asked.county.as_deref().is_none_or(|wanted| lies.as_deref() == Some(wanted))
    }
    fn sum(&self, all: &BTreeMap<Of, Counts>, field: fn(&Counts) -> i64) -> i64 {
        all.iter().filter(|((producer, product), _)| self.has((producer, product))).map(|(_, counts)| field(counts)).sum()
    }
}

/// The page of a week. `acting` is the reader's own standing for a permission.
///
/// # Errors
/// `not_permitted` without any standing for figures.
pub async fn weekly(db: &Db, clock: &Clock, asked: &Asked, acting: impl Fn(P) -> Option<Actor>) -> Outcome<Weekly> {
    let actor = acting(P::FiguresRead).ok_or_else(Failure::not_permitted)?;
    let week = asked.week.unwrap_or_else(|| Week::of(clock.today()));
    let running = week.span().1 > clock.now();
    // What is scheduled for later in the week has not happened.
    let so_far = (week.span().0, week.span().1.min(clock.now() + 1));
    let (now, before) = (counts(db, &actor, so_far).await?, counts(db, &actor, week.before().span()).await?);
    let (hand, quota) = (on_hand(db, &actor).await?, quotas(db, &actor).await?);
    let ids: BTreeSet<&String> = now
        .keys()
        .chain(before.keys())
        .chain(hand.keys())
        .map(|(producer, _)| producer)
        .chain(quota.iter().map(|row| &row.producer_id))
        .collect();
    let places = places(db, &ids.into_iter().cloned().collect::<Vec<_>>()).await?;
    let narrow = Narrow { asked, places };
    let mut figures = Vec::new();
    let table: [Counted; 9] = [
        ("scans", |c| c.scans),
        ("first_scans", |c| c.first_scans),
        ("amber", |c| c.amber),
        ("red", |c| c.red),
        ("registered", |c| c.registered),
        ("released", |c| c.released),
        ("issued", |c| c.issued),
        ("activated", |c| c.activated),
        ("shipments", |c| c.shipments),
    ];
    for (figure, field) in table {
        // Shipments are between a producer and its customers; holders of rights don't see them.
        if figure == "shipments" && !super::board::sees_trade(&actor.scope) {
            continue;
        }
        figures.push(FigureLine { figure, value: narrow.sum(&now, field), before: Some(narrow.sum(&before, field)), unit: Unit::Count });
    }
    if running {
        let labels = hand.iter().filter(|((producer, product), _)| narrow.has((producer, product))).map(|(_, n)| n).sum();
        figures.push(FigureLine { figure: "on_hand", value: labels, before: None, unit: Unit::Count });
        let used = used(quota.iter().filter(|row| narrow.has((&row.producer_id, &row.product_id))));
        figures.extend(used.map(|value| FigureLine { figure: "quota_used", value, before: None, unit: Unit::Percent }));
    }
    if asked.product_id.is_none() && asked.county.is_none() {
        figures.extend(officers(db, clock, week, &acting).await?);
    }
    let mut counties: BTreeMap<String, i64> = BTreeMap::new();
    for ((producer, _), counts) in now.iter().filter(|((producer, product), _)| narrow.has((producer, product))) {
        if let Some((_, division)) = narrow.places.get(producer).filter(|_| counts.scans > 0) {
            *counties.entry(county_of(division)).or_insert(0) += counts.scans;
        }
    }
    Ok(Weekly { week: week.name(), from: week.first(), to: week.last(), running, figures, counties })
}

/// The middle account's use in hundredths: accounts of different goods can't be added up.
fn used<'a>(rows: impl Iterator<Item = &'a Quota>) -> Option<i64> {
    let newest: BTreeMap<(&str, &str), &Quota> = rows
        .filter(|row| row.came > 0)
        .map(|row| ((row.producer_id.as_str(), row.product_id.as_str()), row))
        .fold(BTreeMap::new(), |mut all, (key, row)| {
            let kept = all.entry(key).or_insert(row);
            if row.season > kept.season {
                *kept = row;
            }
            all
        });
    let mut shares: Vec<i64> =
        newest.values().filter_map(|row| i64::try_from(i128::from(row.used) * 100 / i128::from(row.came)).ok()).collect();
    shares.sort_unstable();
    shares.get(shares.len() / 2).copied()
}

/// What officers did, each figure only for who may read its source.
async fn officers(db: &Db, clock: &Clock, week: Week, acting: &impl Fn(P) -> Option<Actor>) -> Outcome<Vec<FigureLine>> {
    let mut out = Vec::new();
    let mut pair = |figure: &'static str, value: i64, before: i64| {
        out.push(FigureLine { figure, value, before: Some(before), unit: Unit::Count });
    };
    let (end, before) = (week.span().1.min(clock.now() + 1), week.span().0);
    let in_force =
        |all: &[Steps], at: Millis| i64::try_from(all.iter().filter(|steps| was_in_force(steps, at)).count()).unwrap_or(i64::MAX);
    if let Some(actor) = acting(P::StopPropose) {
        let all: Vec<Steps> = stops(db, &actor, None, None, MOST).await?.into_iter().map(|view| view.steps).collect();
        pair("stops", in_force(&all, end), in_force(&all, before));
    }
    if let Some(actor) = acting(P::RecallPropose) {
        let all: Vec<Steps> = recalls(db, &actor, None, None, MOST).await?.into_iter().map(|view| view.steps).collect();
        pair("recalls", in_force(&all, end), in_force(&all, before));
    }
    if let Some(actor) = acting(P::SeizurePropose) {
        let all = seizures(db, &actor, clock.today(), (None, None), None, MOST).await?;
        let count = |at: Millis| {
            let stood = all.iter().filter(|view| stood(view.confirmed_at.as_deref(), view.ended_at.as_deref(), at));
            i64::try_from(stood.count()).unwrap_or(i64::MAX)
        };
        pair("seizures", count(end), count(before));
    }
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let (span, then) = (week.span(), week.before().span());
    if let Some(actor) = acting(P::FeedbackRead) {
        let of = |span| did::feedback(db.reader(), &actor.scope, span);
        let (now, then) = (of(span).await?, of(then).await?);
        pair("feedback", whole(now.0), whole(then.0));
        pair("feedback_answered", whole(now.1), whole(then.1));
        pair("feedback_in_time", whole(now.2), whole(then.2));
    }
    if let Some(actor) = acting(P::AlertRead) {
        let of = |span| did::alerts(db.reader(), &actor.scope, span);
        let (now, then) = (of(span).await?, of(then).await?);
        pair("alerts_raised", whole(now.0), whole(then.0));
        pair("alerts_judged", whole(now.1), whole(then.1));
    }
    if let Some(actor) = acting(P::ListingAudit) {
        let of = |span| did::decisions(db.reader(), &actor.scope, span);
        pair("listings_audited", whole(of(span).await?), whole(of(then).await?));
    }
    if let Some(actor) = acting(P::InspectionRead) {
        let of = |span| did::inspections(db.reader(), &actor.scope, span);
        let (now, then) = (of(span).await?, of(then).await?);
        pair("inspections_done", whole(now.0), whole(then.0));
        pair("inspections_published", whole(now.1), whole(then.1));
    }
    if let Some(actor) = acting(P::CaseRead) {
        let of = |span| case::opened_and_closed(db.reader(), &actor.scope, span);
        let (now, then) = (of(week.span()).await?, of(week.before().span()).await?);
        pair("cases_opened", whole(now.0), whole(then.0));
        pair("cases_closed", whole(now.1), whole(then.1));
        let met = |span| unknown::noted(db.reader(), &actor.scope, span);
        pair("unknown_met", whole(met(week.span()).await?), whole(met(week.before().span()).await?));
    }
    Ok(out)
}

fn was_in_force(steps: &Steps, at: Millis) -> bool {
    stood(steps.confirmed_at.as_deref(), steps.lifted_at.as_deref(), at)
}

/// Had begun before a moment and had not ended by it.
fn stood(from: Option<&str>, to: Option<&str>, at: Millis) -> bool {
    let moment = |written: &str| parse_rfc3339(written);
    from.and_then(moment).is_some_and(|from| from < at) && to.and_then(moment).is_none_or(|to| to >= at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stood_at_a_moment_had_begun_and_had_not_ended() {
        let at = parse_rfc3339("2026-11-23T00:00:00Z").unwrap();
        let rows = [
            (None, None, false),
            (Some("2026-11-22T00:00:00Z"), None, true),
            (Some("2026-11-23T00:00:00Z"), None, false),
            (Some("2026-11-22T00:00:00Z"), Some("2026-11-22T12:00:00Z"), false),
            (Some("2026-11-22T00:00:00Z"), Some("2026-11-24T00:00:00Z"), true),
        ];
        for (from, to, expected) in rows {
            assert_eq!(stood(from, to, at), expected, "{from:?} {to:?}");
        }
    }

    #[test]
    fn the_middle_account_says_how_much_is_used() {
        let row = |producer: &str, season: &str, came, used| Quota {
            producer_id: producer.to_owned(),
            product_id: "pro_1".to_owned(),
            season: season.to_owned(),
            came,
            used,
        };
        let rows = [
            row("a", "2025", 10, 10),
            row("a", "2026", 10, 1),
            row("b", "2026", 10, 4),
            row("c", "2026", 1_000_000, 900_000),
            row("d", "2026", 0, 0),
        ];
        assert_eq!(used(rows.iter()), Some(40));
        assert_eq!(used(std::iter::empty()), None);
    }
}
