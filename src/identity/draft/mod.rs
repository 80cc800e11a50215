//! 草稿: a form that is not yet handed in, kept step by step. It belongs to an organisation, so that a colleague may go on with it.
//!
//! What is typed is no fact: a draft leaves no event. It is handed in once, as one thing ([`claim`], then [`finish`]).

mod store;

use std::collections::BTreeMap;

use crate::db::{Db, Tx};
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome};

/// What was typed, by the names of the fields.
pub type Body = BTreeMap<String, String>;

/// The most drafts of one kind an organisation has open.
pub const MOST_OPEN: usize = 30;

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// `dra_…`
    pub id: String,
    /// Whose.
    pub organisation_id: String,
    /// What was typed.
    pub body: Body,
    /// The step to go on with.
    pub step: String,
    /// What it was handed in as.
    pub became_id: Option<String>,
    /// When something was last typed.
    pub updated_at: i64,
}

impl Draft {
    fn of(row: store::Row) -> Outcome<Self> {
        let body = serde_json::from_str(&row.body).map_err(Failure::broken)?;
        Ok(Self {
            id: row.id,
            organisation_id: row.organisation_id,
            body,
            step: row.step,
            became_id: row.became_id,
            updated_at: row.updated_at,
        })
    }
    /// A text that was typed, or nothing.
    pub fn said(&self, name: &str) -> &str {
        self.body.get(name).map_or("", String::as_str)
    }
}

/// Begins a draft of the actor's own organisation.
///
/// # Errors
/// `not_permitted` without an organisation; `drafts_too_many` with how many.
pub async fn begin(tx: &Tx, desk: &Desk, kind: &'static str, body: &Body, step: &str) -> Outcome<String> {
    let own = desk.actor.organisation_id.clone().ok_or_else(Failure::not_permitted)?;
    if store::open(tx.connection(), &own, kind).await?.len() >= MOST_OPEN {
        return Err(Failure::conflict("drafts_too_many").with("most", MOST_OPEN));
    }
    let now = desk.clock.now();
    let row = store::Row {
        id: desk.new_id(Noun::Draft),
        kind: kind.to_owned(),
        organisation_id: own,
        account_id: desk.actor.account_id.clone(),
        body: serde_json::to_string(body).map_err(Failure::broken)?,
        step: step.to_owned(),
        became_id: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let id = row.id.clone();
    store::insert(tx, row).await?;
    Ok(id)
}

/// Takes a draft to change it: nobody else does at the same time. One that was handed in is answered with what it became.
///
/// # Errors
/// `not_found`, also for one of another organisation.
pub async fn claim(tx: &Tx, desk: &Desk, id: &str) -> Outcome<Draft> {
    let own = desk.actor.organisation_id.as_deref().ok_or_else(Failure::not_found)?;
    store::touch(tx, own, id).await?;
    Draft::of(store::one(tx.connection(), own, id).await?)
}

/// Keeps what was typed in one step.
///
/// # Errors
/// The database's.
pub async fn save(tx: &Tx, desk: &Desk, draft: &Draft) -> Outcome<()> {
    let body = serde_json::to_string(&draft.body).map_err(Failure::broken)?;
    store::save(tx, &draft.id, body, &draft.step, desk.clock.now()).await
}

/// Says what a claimed draft became.
///
/// # Errors
/// The database's.
pub async fn finish(tx: &Tx, id: &str, became_id: &str) -> Outcome<()> {
    store::finish(tx, id, became_id).await
}

/// Throws a draft away.
///
/// # Errors
/// `not_found`.
pub async fn discard(tx: &Tx, desk: &Desk, id: &str) -> Outcome<()> {
    let draft = claim(tx, desk, id).await?;
    match draft.became_id {
        None => store::discard(tx, id).await,
        Some(_) => Ok(()),
    }
}

/// Gives the open drafts of somebody who leaves to another of the same organisation; how many.
///
/// # Errors
/// The database's.
pub async fn pass_on(tx: &Tx, own: &str, from: &str, to: &str) -> Outcome<u64> {
    store::pass_on(tx, own, from, to).await
}

/// A draft of an organisation.
///
/// # Errors
/// `not_found`, also for one of another organisation.
pub async fn draft(db: &Db, own: Option<&str>, id: &str) -> Outcome<Draft> {
    Draft::of(store::one(db.reader(), own.ok_or_else(Failure::not_found)?, id).await?)
}

/// Drafts of an organisation that are not handed in, the last touched first.
///
/// # Errors
/// The database's.
pub async fn open_drafts(db: &Db, own: &str, kind: &str) -> Outcome<Vec<Draft>> {
    store::open(db.reader(), own, kind).await?.into_iter().map(Draft::of).collect()
}
