//! What rules of the night read: a few sums for every subject that could be meant, one statement a rule. Amounts are in base units.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, QueryResult};

use crate::kernel::clock::DAY;
use crate::kernel::day::in_yearly_window;
use crate::kernel::{Day, Millis, Outcome};
use crate::supervision::alert::nightly::Sums;
use crate::supervision::alert::{About, RuleId, SubjectKind};
use crate::trace::store::scan::rows;

/// A subject with its sums.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// What kind of subject.
    pub kind: SubjectKind,
    /// Whom it would be about.
    pub about: About,
    /// The sums.
    pub sums: Sums,
}

fn get<T: sea_orm::TryGetable>(row: &QueryResult, at: usize) -> Outcome<T> {
    Ok(row.try_get_by_index(at)?)
}

/// The first six columns: subject, label, place, producer, product, batch.
fn about(row: &QueryResult) -> Outcome<About> {
    Ok(About {
        subject_id: get(row, 0)?,
        label: get(row, 1)?,
        division_code: get::<Option<String>>(row, 2)?.unwrap_or_default(),
        producer_id: get(row, 3)?,
        product_id: get(row, 4)?,
        batch_id: get(row, 5)?,
    })
}

/// Rows whose further columns are sums of these names.
async fn read<C: ConnectionTrait>(connection: &C, kind: SubjectKind, sql: &str, names: &[&'static str]) -> Outcome<Vec<Candidate>> {
    let mut found = Vec::new();
    for row in rows(connection, sql, Vec::new()).await? {
        let mut sums = Sums::new();
        for (no, name) in names.iter().enumerate() {
            sums.insert(name, get::<Option<i64>>(&row, 6 + no)?.unwrap_or(0));
        }
        found.push(Candidate { kind, about: about(&row)?, sums });
    }
    Ok(found)
}

/// Every subject a rule of the night could be about at `now`.
pub(in crate::supervision) async fn candidates<C: ConnectionTrait>(connection: &C, rule: RuleId, now: Millis) -> Outcome<Vec<Candidate>> {
    match rule {
        RuleId::R13 => contamination(connection, now).await,
        RuleId::R14 => off_market(connection, now).await,
        RuleId::R15 => balance(connection).await,
        RuleId::R16 => yields(connection, now).await,
        RuleId::R17 => calendar(connection, now).await,
        RuleId::R18 => idle(connection, now).await,
        RuleId::R19 => downloads(connection, now).await,
        RuleId::R20 => voided(connection).await,
        RuleId::R24 => unseen(connection, now).await,
        RuleId::R25 => silent(connection, now).await,
        RuleId::R23 => volumes(connection).await,
        RuleId::R21 => reports(connection, now).await,
        RuleId::R22 => false_sites(connection, now).await,
        _ => Ok(Vec::new()),
    }
}

async fn contamination<C: ConnectionTrait>(connection: &C, now: Millis) -> Outcome<Vec<Candidate>> {
    let sql = format!(
        "SELECT b.id, b.lot, p.division_code, b.producer_id, b.product_id, b.id, \
           (SELECT COUNT(*) FROM code_range r JOIN code_order o ON o.order_no = r.order_no AND o.kind = 'unit' \
              JOIN code_stat s ON s.order_no = r.order_no AND s.seq BETWEEN r.first AND r.last WHERE r.batch_id = b.id), a.amber \
         FROM (SELECT batch_id, COUNT(DISTINCT subject_id) AS amber FROM alert WHERE rule IN ('R1', 'R2', 'R3', 'R4') \
             AND subject_kind = 'code' AND severity <> 'info' AND state NOT IN ('false_alarm', 'dismissed') AND batch_id IS NOT NULL \
             AND seen_at >= {since} GROUP BY batch_id) a \
         JOIN batch b ON b.id = a.batch_id JOIN organisation p ON p.id = b.producer_id ORDER BY b.id",
        since = now - 30 * DAY
    );
    read(connection, SubjectKind::Batch, &sql, &["scanned", "amber"]).await
}

/// Where a batch was sent, and where it is from, is where it is sold: `markets` counts the provinces it was sent to. One that was sent
/// somewhere unknown is sold everywhere, and one whose home is unknown may be anywhere. Labels count, not scans: one pack before a camera is one;
/// those seen in several places are a matter of other rules.
async fn off_market<C: ConnectionTrait>(connection: &C, now: Millis) -> Outcome<Vec<Candidate>> {
    let sql = format!(
        "SELECT b.id, b.lot, p.division_code, b.producer_id, b.product_id, b.id, COALESCE(v.name, ''), s.place, COUNT(*) \
         FROM (SELECT order_no, seq, MIN(place) AS place FROM alert_session WHERE begun_at >= {since} AND place IS NOT NULL \
             GROUP BY order_no, seq HAVING MIN(place) = MAX(place)) s \
         JOIN code_range r ON r.order_no = s.order_no AND s.seq BETWEEN r.first AND r.last \
         JOIN code_order o ON o.order_no = s.order_no AND o.kind = 'unit' \
         JOIN batch b ON b.id = r.batch_id JOIN organisation p ON p.id = b.producer_id \
         LEFT JOIN division v ON v.code = SUBSTR(p.division_code, 1, 2) || '0000' \
         GROUP BY b.id, b.lot, p.division_code, b.producer_id, b.product_id, v.name, s.place ORDER BY b.id, s.place",
        since = now - 30 * DAY
    );
    let sent = "SELECT DISTINCT l.batch_id, COALESCE(v.name, '') FROM shipment_line l JOIN shipment s ON s.id = l.shipment_id \
                LEFT JOIN division v ON v.code = SUBSTR(s.division_code, 1, 2) || '0000' WHERE s.state <> 'voided'";
    let mut markets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows(connection, sent, Vec::new()).await? {
        markets.entry(get(&row, 0)?).or_default().insert(get(&row, 1)?);
    }
    let (mut found, nowhere): (Vec<Candidate>, _) = (Vec::new(), BTreeSet::new());
    for row in rows(connection, &sql, Vec::new()).await? {
        let about = about(&row)?;
        let market = markets.get(&about.subject_id).unwrap_or(&nowhere);
        let (home, place, codes): (String, String, i64) = (get(&row, 6)?, get(&row, 7)?, get(&row, 8)?);
        if home.is_empty() || market.contains("") {
            continue;
        }
        let province = place.split('/').next().unwrap_or_default();
        let inside = home.starts_with(province) || market.iter().any(|name| name.starts_with(province));
        if found.last().is_none_or(|last| last.about.subject_id != about.subject_id) {
            let markets = i64::try_from(market.len()).unwrap_or(i64::MAX);
            let sums = Sums::from([("codes", 0), ("outside", 0), ("markets", markets)]);
            found.push(Candidate { kind: SubjectKind::Batch, about, sums });
        }
        if let Some(last) = found.last_mut() {
            *last.sums.entry("codes").or_default() += codes;
            *last.sums.entry("outside").or_default() += if inside { 0 } else { codes };
        }
    }
    Ok(found)
}

/// The accounts of a season that is approved, with their party's name and place.
const ACCOUNTS: &str = "a.id, COALESCE(p.name, '') || ' ' || q.name || ' ' || a.season, COALESCE(p.division_code, g.division_code), p.id, \
    a.product_id, NULL";
const PARTIES: &str = "season_account a JOIN product q ON q.id = a.product_id \
    LEFT JOIN organisation p ON a.party_kind = 'organisation' AND p.id = a.party_id \
    LEFT JOIN grower g ON a.party_kind = 'grower' AND g.id = a.party_id";

async fn balance<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<Candidate>> {
    let sql = format!(
        "SELECT {ACCOUNTS}, a.coded + a.uncoded + a.exported + a.delivered + a.pending, \
           a.approved + a.received + a.carried + a.opening + a.adjusted, a.pending FROM {PARTIES} WHERE a.state = 'approved' ORDER BY a.id"
    );
    read(connection, SubjectKind::Account, &sql, &["used", "allowed", "pending"]).await
}

async fn silent<C: ConnectionTrait>(connection: &C, now: Millis) -> Outcome<Vec<Candidate>> {
    let sql = format!(
        "SELECT {ACCOUNTS}, q.season_from, q.season_to, a.remaining, COALESCE((SELECT MAX(b.registered_at) FROM batch b \
           WHERE b.account_id = a.id), a.decided_at, a.proposed_at) FROM {PARTIES} \
         WHERE a.state = 'approved' AND a.party_kind = 'organisation' AND a.remaining > 0 ORDER BY a.id"
    );
    let mut found = Vec::new();
    for row in rows(connection, &sql, Vec::new()).await? {
        let window: (Option<String>, Option<String>) = (get(&row, 6)?, get(&row, 7)?);
        let (Some(from), Some(to)) = window else { continue };
        let (remaining, last): (i64, Millis) = (get(&row, 8)?, get(&row, 9)?);
        // Silence is counted from the season's first day on.
        let begun = (0..=400).map(|back| Day::of(now).plus(-back)).take_while(|day| in_yearly_window(*day, &from, &to)).last();
        let Some(begun) = begun else { continue };
        let days = (now - last.max(begun.start())) / DAY;
        found.push(Candidate {
            kind: SubjectKind::Account,
            about: about(&row)?,
            sums: Sums::from([("days", days), ("remaining", remaining)]),
        });
    }
    Ok(found)
}

/// What a plot bore in a season.
struct Harvest {
    about: About,
    season: String,
    /// Base units per 亩.
    yielded: i64,
    cap: i64,
    /// Township and name of the village; nothing while fruit is still coming in.
    village: Option<(String, String)>,
}

/// Days after the last day of picking in which deliveries are still written down.
const WRITTEN_WITHIN: i64 = 10;

/// Per 亩 of each plot this season, against the most its county's plots had in the three seasons before, or the cap where none had; and, once
/// everything is in, against the median of the plots of its village.
async fn yields<C: ConnectionTrait>(connection: &C, now: Millis) -> Outcome<Vec<Candidate>> {
    let sql = "SELECT t.id, t.name, t.division_code, CASE WHEN t.holder_kind = 'organisation' THEN t.holder_id ELSE NULL END, t.product_id, NULL, \
           h.season, h.amount, t.area_m2, COALESCE(q.yield_cap, 0), t.village, q.season_from, q.season_to \
         FROM (SELECT plot_id, season, CAST(SUM(amount) AS BIGINT) AS amount FROM ( \
             SELECT d.plot_id AS plot_id, d.season AS season, d.amount AS amount FROM delivery d WHERE d.plot_id IS NOT NULL AND d.voided_at IS NULL \
             UNION ALL SELECT s.subject_id, b.season, s.amount FROM batch_source s JOIN batch b ON b.id = s.batch_id \
               WHERE s.kind = 'plot' AND b.state <> 'voided') u GROUP BY plot_id, season) h \
         JOIN plot t ON t.id = h.plot_id JOIN product q ON q.id = t.product_id WHERE t.area_m2 > 0 ORDER BY h.season, t.id";
    let mut all = Vec::new();
    for row in rows(connection, sql, Vec::new()).await? {
        let (season, amount, area, cap): (String, i64, i64, i64) = (get(&row, 6)?, get(&row, 7)?, get(&row, 8)?, get(&row, 9)?);
        let (village, window): (String, (Option<String>, Option<String>)) = (get(&row, 10)?, (get(&row, 11)?, get(&row, 12)?));
        // 1 亩 is 2000/3 m².
        let yielded = i64::try_from(i128::from(amount) * 2000 / (i128::from(area) * 3)).unwrap_or(i64::MAX);
        let about = about(&row)?;
        let is_in = window
            .0
            .zip(window.1)
            .is_some_and(|(from, to)| (0..=WRITTEN_WITHIN).all(|back| !in_yearly_window(Day::of(now).plus(-back), &from, &to)));
        let village = (is_in && !village.is_empty()).then(|| (about.division_code.clone(), village));
        all.push(Harvest { about, season, yielded, cap, village });
    }
    let county = |about: &About| (about.product_id.clone(), about.division_code.chars().take(6).collect::<String>());
    let mut latest: BTreeMap<Option<String>, String> = BTreeMap::new();
    let mut before: BTreeMap<_, BTreeMap<String, i64>> = BTreeMap::new();
    let mut villages: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for Harvest { about, season, yielded, village, .. } in &all {
        let last = latest.entry(about.product_id.clone()).or_default();
        *last = season.clone().max(std::mem::take(last));
        let most = before.entry(county(about)).or_default().entry(season.clone()).or_default();
        *most = (*most).max(*yielded);
        if let Some(village) = village {
            villages.entry((about.product_id.clone(), village.clone(), season.clone())).or_default().push(*yielded);
        }
    }
    villages.values_mut().for_each(|yields| yields.sort_unstable());
    let candidate = |Harvest { about, season, yielded, cap, village }: Harvest| {
        if latest.get(&about.product_id) != Some(&season) {
            return None;
        }
        let past = before.get(&county(&about))?.range(..season.clone());
        let most = past.rev().take(3).map(|(_, most)| *most).max().unwrap_or(cap);
        let mut sums = Sums::from([("yield", yielded), ("most", most)]);
        if let Some(plots) = village.and_then(|village| villages.get(&(about.product_id.clone(), village, season))) {
            sums.insert("village", plots[plots.len() / 2]);
            sums.insert("village_plots", i64::try_from(plots.len()).unwrap_or(i64::MAX));
        }
        Some(Candidate { kind: SubjectKind::Plot, about, sums })
    };
    Ok(all.into_iter().filter_map(candidate).collect())
}

async fn calendar<C: ConnectionTrait>(connection: &C, now: Millis) -> Outcome<Vec<Candidate>> {
    let sql = format!(
        "SELECT b.id, b.lot, p.division_code, b.producer_id, b.product_id, b.id, b.harvested_from, b.harvested_to, q.season_from, q.season_to, \
           (SELECT MIN(COALESCE(r.active_at, r.since)) FROM code_range r WHERE r.batch_id = b.id AND r.state = 'active'), \
           (SELECT MIN(d.delivered_on) FROM batch_source s JOIN delivery d ON d.id = s.subject_id WHERE s.batch_id = b.id AND s.kind = 'delivery') \
         FROM batch b JOIN product q ON q.id = b.product_id JOIN organisation p ON p.id = b.producer_id \
         WHERE b.state <> 'voided' AND b.process_id IS NULL AND b.registered_at >= {since} ORDER BY b.id",
        since = now - 400 * DAY
    );
    let mut found = Vec::new();
    for row in rows(connection, &sql, Vec::new()).await? {
        let harvest: (String, String) = (get(&row, 6)?, get(&row, 7)?);
        let (Some(first), Some(last)) = (Day::parse(&harvest.0), Day::parse(&harvest.1)) else { continue };
        let window: (Option<String>, Option<String>) = (get(&row, 8)?, get(&row, 9)?);
        let (active, delivered): (Option<Millis>, Option<String>) = (get(&row, 10)?, get(&row, 11)?);
        let outside = match window {
            (Some(from), Some(to)) => [first, last].into_iter().map(|day| days_outside(day, &from, &to)).max().unwrap_or(0),
            _ => 0,
        };
        // Nobody labels or delivers what is not picked yet.
        let begun = [active.map(Day::of), delivered.as_deref().and_then(Day::parse)].into_iter().flatten().min();
        let early = begun.map_or(0, |begun| first.since(begun).max(0));
        found.push(Candidate {
            kind: SubjectKind::Batch,
            about: about(&row)?,
            sums: Sums::from([("outside_days", outside), ("early_days", early)]),
        });
    }
    Ok(found)
}

/// Days between a day and the nearest day of a yearly window; 0 inside.
fn days_outside(day: Day, from: &str, to: &str) -> i64 {
    let inside = |days: i64| in_yearly_window(day.plus(days), from, to) || in_yearly_window(day.plus(-days), from, to);
    (0..=183).find(|days| inside(*days)).unwrap_or(184)
}

async fn idle<C: ConnectionTrait>(connection: &C, now: Millis) -> Outcome<Vec<Candidate>> {
    let sql = format!(
        "SELECT o.id, q.name || ' ' || o.season, p.division_code, o.producer_id, o.product_id, NULL, \
           ({now} - COALESCE(h.received_at, d.completed_at)) / {DAY}, i.idle, i.idle, \
           (SELECT CAST(SUM(n.count) AS BIGINT) FROM code_order n WHERE n.producer_id = o.producer_id AND n.product_id = o.product_id \
              AND n.season = o.season AND n.issued_at IS NOT NULL) \
         FROM code_order o JOIN organisation p ON p.id = o.producer_id JOIN product q ON q.id = o.product_id \
         JOIN (SELECT order_no, CAST(SUM(last - first + 1) AS BIGINT) AS idle FROM code_range WHERE state = 'issued' GROUP BY order_no) i \
           ON i.order_no = o.order_no \
         LEFT JOIN (SELECT order_no, MIN(received_at) AS received_at FROM hand_over GROUP BY order_no) h ON h.order_no = o.order_no \
         LEFT JOIN (SELECT order_no, MIN(completed_at) AS completed_at FROM download WHERE codes > 20 GROUP BY order_no) d \
           ON d.order_no = o.order_no \
         WHERE o.kind <> 'sample' AND o.closed_at IS NULL AND COALESCE(h.received_at, d.completed_at) IS NOT NULL ORDER BY o.id"
    );
    read(connection, SubjectKind::Order, &sql, &["idle_days", "idle", "held", "season"]).await
}

/// Refused downloads are told by the path of the refused request, which names the order.
async fn downloads<C: ConnectionTrait>(connection: &C, now: Millis) -> Outcome<Vec<Candidate>> {
    let refused = format!("SELECT path FROM refused_act WHERE code = 'downloads_used_up' AND at >= {}", now - 30 * DAY);
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows(connection, &refused, Vec::new()).await? {
        let path: String = get(&row, 0)?;
        if let Some(id) = path.split('/').find(|part| part.starts_with("cod_")) {
            *counts.entry(id.to_owned()).or_default() += 1;
        }
    }
    let sql = "SELECT o.id, q.name || ' ' || o.season, p.division_code, o.producer_id, o.product_id, NULL \
               FROM code_order o JOIN organisation p ON p.id = o.producer_id JOIN product q ON q.id = o.product_id WHERE o.id = $1";
    let mut found = Vec::new();
    for (id, refused) in counts {
        for row in rows(connection, sql, vec![id.into()]).await? {
            found.push(Candidate { kind: SubjectKind::Order, about: about(&row)?, sums: Sums::from([("refused", refused)]) });
        }
    }
    Ok(found)
}

/// Spoilt, lost and stolen labels of each order; those whose batch is known were in use.
async fn voided<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<Candidate>> {
    let sum = |condition: &str| format!("CAST(SUM(CASE WHEN {condition} THEN r.last - r.first + 1 ELSE 0 END) AS BIGINT)");
    let spoilt = "r.state = 'voided' AND r.reason IN ('damaged', 'misprinted', 'lost', 'stolen')";
    let sql = format!(
        "SELECT o.id, q.name || ' ' || o.season, p.division_code, o.producer_id, o.product_id, NULL, o.count, o.spare, {}, {}, {}, {} \
         FROM code_order o JOIN organisation p ON p.id = o.producer_id JOIN product q ON q.id = o.product_id \
         JOIN code_range r ON r.order_no = o.order_no WHERE o.kind <> 'sample' \
         GROUP BY o.id, q.name, o.season, p.division_code, o.producer_id, o.product_id, o.count, o.spare \
         HAVING {} > 0 ORDER BY o.id",
        sum(spoilt),
        sum("r.state = 'voided' AND r.reason IN ('lost', 'stolen')"),
        sum("r.state IN ('active', 'scheduled')"),
        sum(&format!("{spoilt} AND r.batch_id IS NOT NULL")),
        sum(spoilt),
    );
    read(connection, SubjectKind::Order, &sql, &["count", "spare", "voided", "missing", "active", "voided_active"]).await
}

async fn unseen<C: ConnectionTrait>(connection: &C, now: Millis) -> Outcome<Vec<Candidate>> {
    let sql = format!(
        "SELECT b.id, b.lot, p.division_code, b.producer_id, b.product_id, b.id, ({now} - x.since) / {DAY}, x.codes, \
           (SELECT COUNT(*) FROM code_range r JOIN code_stat s ON s.order_no = r.order_no AND s.seq BETWEEN r.first AND r.last \
              WHERE r.batch_id = b.id) \
         FROM (SELECT batch_id, MIN(since) AS since, CAST(SUM(last - first + 1) AS BIGINT) AS codes FROM code_range \
             WHERE state = 'active' AND batch_id IS NOT NULL GROUP BY batch_id) x \
         JOIN batch b ON b.id = x.batch_id JOIN organisation p ON p.id = b.producer_id WHERE x.since < {since} ORDER BY b.id",
        since = now - 60 * DAY
    );
    read(connection, SubjectKind::Batch, &sql, &["days", "codes", "sessions"]).await
}

/// Listings of each seller that seem to sell more than was received, grown or authorised, by the findings of the listing audit that stand.
async fn volumes<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<Candidate>> {
    let sql = "SELECT s.id, s.name, s.division_code, s.organisation_id, MIN(f.product_id), NULL, COUNT(DISTINCT l.id) \
               FROM listing_finding f JOIN listing l ON l.id = f.listing_id JOIN seller s ON s.id = l.seller_id \
               WHERE f.kind = 'volume' AND f.cleared_at IS NULL GROUP BY s.id, s.name, s.division_code, s.organisation_id ORDER BY s.id";
    read(connection, SubjectKind::Seller, sql, &["listings"]).await
}

/// What consumers said of each batch and each producer: on health, and how many different people within a week or a month. What was answered
/// or closed counts like the rest; what is erased does not.
async fn reports<C: ConnectionTrait>(connection: &C, now: Millis) -> Outcome<Vec<Candidate>> {
    let (week, month) = (now - 7 * DAY, now - 30 * DAY);
    let sql = format!(
        "SELECT b.id, b.lot, p.division_code, b.producer_id, b.product_id, b.id, \
           COUNT(DISTINCT CASE WHEN f.choice = 'health' THEN r.id END), COUNT(DISTINCT CASE WHEN r.received_at >= {week} THEN r.visitor END) \
         FROM feedback f JOIN feedback_report r ON r.feedback_id = f.id JOIN batch b ON b.id = f.batch_id \
         JOIN organisation p ON p.id = b.producer_id WHERE r.received_at >= {month} AND r.erased_at IS NULL \
         GROUP BY b.id, b.lot, p.division_code, b.producer_id, b.product_id ORDER BY b.id"
    );
    let mut found = read(connection, SubjectKind::Batch, &sql, &["health", "week"]).await?;
    let sql = format!(
        "SELECT p.id, p.name, p.division_code, p.id, NULL, NULL, COUNT(DISTINCT r.visitor) \
         FROM feedback f JOIN feedback_report r ON r.feedback_id = f.id JOIN organisation p ON p.id = f.producer_id \
         WHERE r.received_at >= {month} AND r.erased_at IS NULL GROUP BY p.id, p.name, p.division_code ORDER BY p.id"
    );
    found.extend(read(connection, SubjectKind::Producer, &sql, &["month"]).await?);
    Ok(found)
}

/// Links people sent that look like a page of a code and are not ours, by how many different people within a month.
async fn false_sites<C: ConnectionTrait>(connection: &C, now: Millis) -> Outcome<Vec<Candidate>> {
    let sql = format!(
        "SELECT 'sites', COUNT(DISTINCT r.link), COUNT(DISTINCT r.visitor) FROM feedback_report r \
         WHERE r.received_at >= {since} AND LOWER(r.link) LIKE '%/q/%' \
           AND NOT EXISTS (SELECT 1 FROM code_order o WHERE LOWER(r.link) LIKE LOWER(o.base_url) || '/%')",
        since = now - 30 * DAY
    );
    let mut found = Vec::new();
    for row in rows(connection, &sql, Vec::new()).await? {
        let (id, sites, reports): (String, i64, i64) = (get(&row, 0)?, get(&row, 1)?, get(&row, 2)?);
        let about = About { label: "/q/".to_owned(), subject_id: id, ..About::default() };
        found.push(Candidate { kind: SubjectKind::Site, about, sums: Sums::from([("sites", sites), ("reports", reports)]) });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_to_the_nearest_edge_of_a_window() {
        let outside = |day: &str| days_outside(Day::parse(day).unwrap(), "08-20", "10-31");
        assert_eq!(["2026-08-20", "2026-10-31", "2026-08-19", "2026-11-10", "2026-08-09"].map(outside), [0, 0, 1, 10, 11]);
        assert_eq!(days_outside(Day::parse("2027-01-05").unwrap(), "11-20", "02-10"), 0);
    }
}
