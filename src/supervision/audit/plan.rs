//! The plan: how much waits, by kind of finding, county and officer, and how old it is. Kinds stand side by side and are never summed.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Db;
use crate::identity::queries::display_name;
use crate::kernel::{Actor, Millis, Outcome};
use crate::supervision::store::audit::{TallyBy, TallyRow, tally};

/// How much waits of one sort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Waiting {
    /// Kind, county or account; nothing for what is given to nobody.
    pub name: Option<String>,
    /// The officer's name.
    pub said: Option<String>,
    /// How many.
    pub waiting: i64,
    /// Longer than 3 days.
    pub over_3: i64,
    /// Longer than 7 days.
    pub over_7: i64,
    /// Longer than 30 days.
    pub over_30: i64,
}

impl From<TallyRow> for Waiting {
    fn from(row: TallyRow) -> Self {
        let of = |n: Option<i64>| n.unwrap_or(0);
        Self { name: row.name, said: None, waiting: row.waiting, over_3: of(row.over_3), over_7: of(row.over_7), over_30: of(row.over_30) }
    }
}

/// Everything that waits, counted four ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Plan {
    /// All of it.
    pub all: Waiting,
    /// By kind of finding: one listing may stand in several.
    pub kinds: Vec<Waiting>,
    /// By county of the seller.
    pub counties: Vec<Waiting>,
    /// By officer it is given to.
    pub officers: Vec<Waiting>,
}

/// Counts what waits for a first look in reach.
///
/// # Errors
/// Only ours.
pub async fn plan(db: &Db, actor: &Actor, now: Millis) -> Outcome<Plan> {
    let count = async |by: TallyBy| -> Outcome<Vec<Waiting>> {
        Ok(tally(db.reader(), &actor.scope, by, now).await?.into_iter().map(Waiting::from).collect())
    };
    let mut officers = count(TallyBy::Officer).await?;
    for row in &mut officers {
        if let Some(id) = &row.name {
            row.said = display_name(db, id).await?;
        }
    }
    let none = Waiting { name: None, said: None, waiting: 0, over_3: 0, over_7: 0, over_30: 0 };
    Ok(Plan {
        all: count(TallyBy::All).await?.pop().unwrap_or(none),
        kinds: count(TallyBy::Kind).await?,
        counties: count(TallyBy::County).await?,
        officers,
    })
}
