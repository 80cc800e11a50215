//! Reads alerts and findings back and tells them in the plan's terms.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, QueryResult, Statement};
use yanzhao::kernel::clock::DAY;

use super::drive::Drive;
use super::report::Seen;
use super::truth::Subject;

impl Drive<'_> {
    async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let reader = self.stage.world.db.reader();
        reader.query_all_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap()
    }

    fn day_no(&self, at: i64) -> u32 {
        u32::try_from((at - self.start).max(0) / DAY).unwrap()
    }

    /// Alerts that ask for work now.
    pub async fn asking(&self) -> Vec<String> {
        let rows = self.rows("SELECT id FROM alert WHERE severity <> 'info'").await;
        rows.into_iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Everything that was found, in the order in which it was.
    pub async fn seen(&self) -> Vec<Seen> {
        let named = self.named().await;
        let mut seen = Vec::new();
        for row in
            self.rows("SELECT rule, subject_kind, subject_id, severity, id, raised_at, seen_at FROM alert ORDER BY raised_at, id").await
        {
            let [rule, kind, id, severity, alert] = [0, 1, 2, 3, 4].map(|at| row.try_get_by_index::<String>(at).unwrap());
            let [raised, until] = [5, 6].map(|at| self.day_no(row.try_get_by_index(at).unwrap()));
            let day = self.asked.get(&alert).copied().unwrap_or(raised);
            let subjects = match kind.as_str() {
                "code" => self.code(&id),
                "series" => self.series(&id),
                _ => named.get(&id).copied().into_iter().collect(),
            };
            seen.push(Seen { rule: format!("{rule} ({kind})"), work: severity != "info", day, until: until.max(day), subjects });
        }
        // A finding whose figures change is a new row that takes over its beginning: it is one finding.
        for row in self.rows("SELECT listing_id, rule, MIN(since), MAX(CASE WHEN cleared_at IS NULL THEN 1 ELSE 0 END), MAX(cleared_at) FROM listing_finding GROUP BY listing_id, rule ORDER BY 3, 1, 2").await {
            let [id, rule] = [0, 1].map(|at| row.try_get_by_index::<String>(at).unwrap());
            let since: i64 = row.try_get_by_index(2).unwrap();
            let (stands, cleared): (i32, Option<i64>) = (row.try_get_by_index(3).unwrap(), row.try_get_by_index(4).unwrap());
            let until = cleared.filter(|_| stands == 0).map_or(u32::MAX, |at| self.day_no(at));
            let subjects = named.get(&id).copied().into_iter().collect();
            seen.push(Seen { rule: format!("listing: {rule}"), work: true, day: self.day_no(since), until, subjects });
        }
        seen
    }

    /// Ids of the database in the plan's terms.
    async fn named(&self) -> HashMap<String, Subject> {
        let mut named = HashMap::new();
        named.extend(self.stage.houses.iter().enumerate().map(|(no, house)| (house.id.clone(), Subject::Producer(no))));
        for (no, household) in self.stage.households.iter().enumerate() {
            named.insert(household.id.clone(), Subject::Grower(no));
            named.insert(household.plot.clone(), Subject::Grower(no));
        }
        named.extend(self.stage.sellers.iter().enumerate().map(|(no, seller)| (seller.1.clone(), Subject::Seller(no))));
        named.extend(self.lots.iter().enumerate().filter_map(|(no, id)| Some((id.clone()?, Subject::Lot(no)))));
        named.extend(self.rolls.iter().enumerate().filter_map(|(no, issued)| Some((issued.as_ref()?.id.clone(), Subject::Roll(no)))));
        named.extend(self.listings.iter().enumerate().filter_map(|(no, id)| Some((id.clone()?, Subject::Listing(no)))));
        for row in self.rows("SELECT id, party_id FROM season_account").await {
            let [account, party] = [0, 1].map(|at| row.try_get_by_index::<String>(at).unwrap());
            if let Some(subject) = named.get(&party).copied() {
                named.insert(account, subject);
            }
        }
        named
    }

    /// `order_no-seq`.
    fn code(&self, id: &str) -> Vec<Subject> {
        let (order, seq) = id.split_once('-').unwrap();
        let (order, seq): (i64, u32) = (order.parse().unwrap(), seq.parse().unwrap());
        let roll = self.rolls.iter().position(|issued| issued.as_ref().is_some_and(|issued| issued.order_no == order));
        roll.map(|roll| Subject::Code(roll, seq)).into_iter().collect()
    }

    /// The first characters of made-up codes: those of the series that begin so.
    fn series(&self, id: &str) -> Vec<Subject> {
        let begins = |series: u32| self.guess(series, 0).as_str().replace('-', "").starts_with(&id.replace('-', "")[..4.min(id.len())]);
        (0..u32::try_from(self.plan.forged_like.len()).unwrap()).filter(|s| begins(*s)).map(|s| Subject::Series(s as usize)).collect()
    }
}
