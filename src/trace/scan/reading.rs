//! From codes to facts: one statement for the states of all of them, and more only where something is rare: a batch seen for the
//! first time, a recall, a stop, a formal hold.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use sea_orm::ConnectionTrait;

use super::facts::{self, BatchText, ScanFacts};
use super::history::Stat;
use super::issued::{Located, Order};
use crate::kernel::{Day, Failure, Millis, Outcome};
use crate::trace::store::scan::codes::{self, BatchRow, CodeKey, CodeRow};
use crate::trace::store::scan::contents::{self, ContentRow};
use crate::trace::store::scan::goods::{self, RecallRow, ResoldRow, StopRow};
use crate::trace::store::seizure as seizures;
use crate::trace::verdict::{Facts, History, Hold, MarkUse, Recording};

/// Batch texts kept in memory before all are forgotten.
const TEXTS_KEPT: usize = 20_000;
/// Category of a stop that says: staff confirmed copying.
const CLONE: &str = "clone";

/// Batch texts by id. A text belongs to one version of its batch, which every state names, so none is ever stale.
#[derive(Debug, Default)]
pub(super) struct Texts(RwLock<HashMap<String, Arc<BatchText>>>);

impl Texts {
    fn get(&self, batch: &BatchRow) -> Option<Arc<BatchText>> {
        let texts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        texts.get(&batch.id).filter(|text| text.version == batch.version).cloned()
    }

    async fn fetch<C: ConnectionTrait>(&self, connection: &C, rows: &[CodeRow]) -> Outcome<()> {
        let mut missing: Vec<&str> =
            rows.iter().filter_map(|row| row.batch.as_ref()).filter(|batch| self.get(batch).is_none()).map(|b| b.id.as_str()).collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let found = goods::texts(connection, &missing).await?;
        let mut texts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if texts.len() > TEXTS_KEPT {
            texts.clear();
        }
        texts.extend(found.into_iter().map(|text| (text.id.clone(), Arc::new(text))));
        Ok(())
    }
}

/// A code as the database has it, before anybody's history is told.
#[derive(Debug)]
pub(super) struct Known {
    /// Facts with an empty history.
    pub(super) facts: ScanFacts,
    pub(super) stat: Option<Stat>,
}

/// The key of a code in the tables.
pub(super) fn key_of(located: &Located) -> CodeKey {
    CodeKey { order_no: located.order.order_no, seq: i64::from(located.seq) }
}

/// What codes of one batch share: what became of its rights, and acts of authorities for the few batches that have some.
struct Acts {
    mark_uses: HashMap<String, Outcome<Vec<MarkUse>>>,
    recalls: Vec<RecallRow>,
    stops: Vec<StopRow>,
    holds: HashMap<String, Hold>,
    voids: HashMap<String, Day>,
    resold: Vec<ResoldRow>,
}

/// Reads `codes`, each once and in order. What is wrong with one code is its own failure; the others are read.
///
/// # Errors
/// If the database can't be read.
pub(super) async fn read<C: ConnectionTrait>(
    connection: &C,
    texts: &Texts,
    codes: &[(CodeKey, Arc<Order>)],
    to_write: bool,
    at: Millis,
) -> Outcome<Vec<Outcome<Known>>> {
    let keys: Vec<CodeKey> = codes.iter().map(|(key, _)| *key).collect();
    let rows = codes::state(connection, &keys, to_write).await?;
    texts.fetch(connection, &rows).await?;
    let cases: Vec<CodeKey> = codes.iter().filter(|(_, order)| order.kind.is_container()).map(|(key, _)| *key).collect();
    let mut inside = if cases.is_empty() { HashMap::new() } else { contents::contents(connection, &cases).await? };
    let acts = Acts::read(connection, &rows, texts, &inside, at).await?;
    let mut by_key: HashMap<CodeKey, CodeRow> = rows.into_iter().map(|row| (row.key, row)).collect();
    let one = |(key, order): &(CodeKey, Arc<Order>)| {
        let row = by_key.remove(key).ok_or_else(|| Failure::broken("a code was asked for and not answered"))?;
        known(row, order, texts, &acts, inside.remove(key), at)
    };
    Ok(codes.iter().map(one).collect())
}

impl Acts {
    async fn read<C: ConnectionTrait>(
        connection: &C,
        rows: &[CodeRow],
        texts: &Texts,
        inside: &HashMap<CodeKey, Vec<ContentRow>>,
        at: Millis,
    ) -> Outcome<Self> {
        let batches: HashMap<&str, &BatchRow> = rows.iter().filter_map(|row| row.batch.as_ref()).map(|b| (b.id.as_str(), &**b)).collect();
        let mut recalled: Vec<&str> = batches.values().filter(|b| b.recalled).map(|b| b.id.as_str()).collect();
        recalled.extend(inside.values().flatten().filter(|c| c.recalled).filter_map(|c| c.batch.as_deref()));
        recalled.sort_unstable();
        recalled.dedup();
        let stopped: Vec<(CodeKey, Option<&str>)> =
            rows.iter().filter(|row| row.stopped).map(|row| (row.key, row.batch.as_ref().map(|b| b.id.as_str()))).collect();
        let came_back: Vec<&str> = batches.values().filter(|b| b.came_back).map(|b| b.id.as_str()).collect();
        let mut acts = Self {
            mark_uses: HashMap::new(),
            recalls: Vec::new(),
            stops: Vec::new(),
            holds: HashMap::new(),
            voids: HashMap::new(),
            resold: Vec::new(),
        };
        if !came_back.is_empty() {
            acts.resold = goods::resold(connection, &came_back).await?;
        }
        if !recalled.is_empty() {
            acts.recalls = goods::recalls(connection, &recalled).await?;
        }
        if !stopped.is_empty() {
            acts.stops = goods::stops(connection, &stopped).await?;
        }
        for (id, batch) in batches {
            if let Some(text) = texts.get(batch) {
                acts.mark_uses.insert(id.to_owned(), facts::mark_uses(&text, batch, Day::of(at)));
            }
            if batch.state == "voided" || batch.void_reason.is_some() {
                acts.voids.insert(id.to_owned(), voided_on(connection, id, at).await?);
            }
            if let Some(document_no) = &batch.hold_document {
                acts.holds.insert(id.to_owned(), hold(connection, id, document_no, at).await?);
            }
        }
        Ok(acts)
    }
}

/// Since when a batch is void, as the ledger has it.
async fn voided_on<C: ConnectionTrait>(connection: &C, id: &str, at: Millis) -> Outcome<Day> {
    let act = goods::latest_act(connection, id, "batch.voided").await?;
    Ok(Day::of(act.map_or(at, |(at, _)| at)))
}

/// The formal hold of a batch: the document's number stands with the batch, the rest with the seizure. Its last day is not told to the
/// verdict: a seizure ends by a decision, never by itself.
async fn hold<C: ConnectionTrait>(connection: &C, id: &str, document_no: &str, at: Millis) -> Outcome<Hold> {
    let standing = seizures::in_force_on(connection, id).await?;
    let row = standing.iter().find(|row| row.document_no == document_no);
    Ok(Hold {
        ordered_by: row.map(|row| row.ordered_by.clone()).unwrap_or_default(),
        document_no: document_no.to_owned(),
        since: row.and_then(|row| Day::parse(&row.seized_on)).unwrap_or(Day::of(at)),
        until: None,
    })
}

fn known(row: CodeRow, order: &Arc<Order>, texts: &Texts, acts: &Acts, inside: Option<Vec<ContentRow>>, at: Millis) -> Outcome<Known> {
    let (range, activated_on) = facts::range_fact(row.range.as_ref(), at)?;
    let batch = row.batch.as_deref();
    let text = batch.and_then(|b| texts.get(b));
    if batch.is_some() != text.is_some() {
        return Err(Failure::broken("a batch without its text"));
    }
    let id = batch.map(|b| b.id.as_str());
    let contents = order.kind.is_container().then(|| facts::contents(inside.unwrap_or_default()));
    let holds = |batch: &str| contents.iter().flat_map(|c| &c.lines).any(|line| line.batch_id.as_deref() == Some(batch));
    let (copied, stops): (Vec<&StopRow>, Vec<&StopRow>) =
        acts.stops.iter().filter(|stop| stop.key == row.key).partition(|stop| stop.category == CLONE);
    let verdict = Facts {
        kind: order.kind,
        range,
        batch_voided_on: id.and_then(|id| acts.voids.get(id).copied()),
        recalls: acts
            .recalls
            .iter()
            .filter(|recall| Some(recall.batch_id.as_str()) == id || holds(&recall.batch_id))
            .map(facts::recall_fact)
            .collect(),
        stops: stops.into_iter().map(facts::stop_fact).collect(),
        hold: id.and_then(|id| acts.holds.get(id).cloned()),
        clone_confirmed_on: copied.iter().map(|stop| Day::of(stop.confirmed_at)).min(),
        best_before: text.as_ref().and_then(|t| t.best_before),
        produced_on: text.as_ref().map(|t| t.production_day()),
        mark_uses: id.and_then(|id| acts.mark_uses.get(id)).cloned().transpose()?.unwrap_or_default(),
        history: History::default(),
        recording: Recording::Viewed,
        late_entry: text.as_ref().is_some_and(|t| t.late),
        returned_resold: acts
            .resold
            .iter()
            .any(|came| came.order_no == row.key.order_no && came.first <= row.key.seq && row.key.seq <= came.last),
        demo: order.demo,
    };
    let seq = u32::try_from(row.key.seq).map_err(Failure::broken)?;
    let facts = ScanFacts { verdict, order: order.clone(), seq, batch: text, activated_on, contents };
    Ok(Known { facts, stat: row.stat.as_ref().map(Stat::read) })
}
