//! Past outputs, and what the platform's own accounts say of earlier years.

use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::reach::{Columns, within};
use super::{narrowed, newest};
use crate::db::{Tx, duplicate_as};
use crate::entity::past_output::{self, Column as Col};
use crate::entity::season_account;
use crate::kernel::{Failure, Outcome, Scope};
use crate::trace::account::AccountState;
use crate::trace::history::{OutputSource, PastOutputFilter, PastYear, YEARS};

pub use past_output::Model as PastOutputRow;

pub(in crate::trace) async fn insert(tx: &Tx, row: PastOutputRow) -> Outcome<()> {
    let season = row.season.clone();
    let taken = duplicate_as(|| Failure::conflict("past_output_recorded").with("season", season));
    past_output::ActiveModel::from(row).insert(tx.connection()).await.map_err(taken)?;
    Ok(())
}

fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: Col::PartyId, grower: None, product: Some(Col::ProductId) })
}

/// Past outputs within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn past_outputs<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &PastOutputFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<PastOutputRow>, Option<String>)> {
    let query = narrowed(
        past_output::Entity::find().filter(reached(scope)),
        [(Col::PartyId, &filter.party_id), (Col::ProductId, &filter.product_id)],
    );
    newest(connection, query, (Col::Id, |row| row.id.clone()), cursor, limit).await
}

/// The years before `season`: what was recorded of them, and what accounts of the platform show.
pub(in crate::trace) async fn years_before<C: ConnectionTrait>(
    connection: &C,
    party_id: &str,
    product_id: &str,
    season: &str,
) -> Outcome<Vec<PastYear>> {
    let Ok(year) = season.parse::<i32>() else { return Ok(Vec::new()) };
    let seasons: Vec<String> = (1..=YEARS).map(|back| (year - back).to_string()).collect();
    let recorded = past_output::Entity::find()
        .filter(Col::PartyId.eq(party_id))
        .filter(Col::ProductId.eq(product_id))
        .filter(Col::Season.is_in(seasons.clone()))
        .all(connection)
        .await?;
    let accounts = season_account::Entity::find()
        .filter(season_account::Column::PartyId.eq(party_id))
        .filter(season_account::Column::ProductId.eq(product_id))
        .filter(season_account::Column::Season.is_in(seasons))
        .filter(season_account::Column::State.is_in([AccountState::Approved.word(), AccountState::Open.word()]))
        .all(connection)
        .await?;
    let source = |word: &str| OutputSource::parse(word).unwrap_or(OutputSource::Declared);
    let mut years: Vec<PastYear> = recorded
        .into_iter()
        .map(|row| PastYear { source: source(&row.source), season: row.season, amount: row.amount })
        .chain(accounts.into_iter().map(|row| PastYear {
            amount: row.approved + row.received + row.adjusted,
            season: row.season,
            source: OutputSource::Platform,
        }))
        .filter(|year| year.amount > 0)
        .collect();
    years.sort_by(|a, b| b.season.cmp(&a.season).then(b.amount.cmp(&a.amount)));
    Ok(years)
}
