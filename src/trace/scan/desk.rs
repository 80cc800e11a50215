//! The desk at which scans are asked and answered: the one thing of this module that others hold.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::facts::{Scanned, Via};
use super::group::{self, Recorder, Scan, WAITING, Waiting};
use super::issued::{Located, Orders};
use super::pins::{self, Patience, PinReply, Try};
use super::reading::{self, key_of};
use crate::db::Db;
use crate::kernel::{Clock, Day, Failure, Millis, Outcome, Random};
use crate::trace::code::Code;
use crate::trace::keys::KeyProvider;
use crate::trace::verdict::{Place, Recording, Thresholds, decide};
use crate::trace::visitor::{Visitor, Visitors};

/// Between looks for new orders.
const POLL: Duration = Duration::from_millis(500);
/// Between looks for corrected names.
const NAMES: Duration = Duration::from_secs(60);
/// Between sweeps of the keys of days.
const SWEEP: Duration = Duration::from_secs(300);

/// What may be set.
#[derive(Debug, Clone, Default)]
pub struct ScanSettings {
    /// Limits of the counting rules, each with its first day; none: the defaults.
    pub thresholds: Vec<Thresholds>,
}

/// Answers and records scans. Cheap to clone; the clones are one desk.
#[derive(Debug, Clone)]
pub struct ScanDesk {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    queue: RwLock<Option<mpsc::Sender<Waiting>>>,
    recording: Mutex<Option<JoinHandle<()>>>,
    chores: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    orders: Orders,
    visitors: Visitors,
    patience: Patience,
    recorder: Arc<Recorder>,
}

impl ScanDesk {
    /// Loads the issued orders and begins to work.
    ///
    /// # Errors
    /// If the database can't be read, or the key of an order doesn't open under the master keys at hand: then codes on paper would be
    /// called unknown, so nothing starts.
    pub async fn start(db: Db, clock: Clock, random: Random, keys: Arc<dyn KeyProvider>, settings: ScanSettings) -> Outcome<Self> {
        let recorder = Arc::new(Recorder { db: db.clone(), texts: Arc::default(), thresholds: settings.thresholds });
        let visitors = Visitors::new(db.clone(), clock.clone(), random);
        let shared = Arc::new(Shared { clock, orders: Orders::new(keys), visitors, patience: Patience::new(), recorder: recorder.clone() });
        shared.orders.refresh(&db).await?;
        let (queue, waiting) = mpsc::channel(WAITING);
        let recording = tokio::spawn(group::run(recorder, waiting));
        let chores = vec![
            chore(shared.clone(), POLL, "new orders can't be taken in", |s| async move { s.orders.refresh(&s.recorder.db).await }),
            chore(shared.clone(), NAMES, "names can't be read", |s| async move { s.orders.refresh_names(&s.recorder.db).await }),
            chore(shared.clone(), SWEEP, "keys of days can't be swept", |s| async move { s.visitors.sweep().await }),
        ];
        let inner = Inner { shared, queue: RwLock::new(Some(queue)), recording: Mutex::new(Some(recording)), chores: Mutex::new(chores) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The order that issued this code, and where in it; `None` if nobody issued it. Memory only.
    pub fn locate(&self, code: &Code) -> Option<Located> {
        self.inner.shared.orders.locate(code)
    }

    /// Takes in new orders and corrected names at once, as after issuing on this very node.
    ///
    /// # Errors
    /// If the database can't be read, or a key doesn't open.
    pub async fn refresh(&self) -> Outcome<()> {
        let shared = &self.inner.shared;
        shared.orders.refresh(&shared.recorder.db).await?;
        shared.orders.refresh_names(&shared.recorder.db).await
    }

    /// Makes visitors.
    pub fn visitors(&self) -> &Visitors {
        &self.inner.shared.visitors
    }

    /// Records a scan durably and answers after the commit. If it can't be recorded it is answered from the facts, `recorded` false.
    ///
    /// # Errors
    /// `unavailable` if the facts can't be read either.
    pub async fn record(&self, located: Located, visitor: Visitor, place: Option<Place>, via: Via) -> Outcome<Scanned> {
        let at = self.inner.shared.clock.now();
        let queue = self.inner.queue.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(queue) = queue {
            let (answer, answered) = oneshot::channel();
            let scan = Scan { located: located.clone(), visitor, place, via, at };
            if queue.send((scan, answer)).await.is_ok()
                && let Ok(Ok(scanned)) = answered.await
            {
                return Ok(scanned);
            }
        }
        self.inner.shared.read(&located, Some(&visitor), Recording::Failed, at).await
    }

    /// What the code's page says to somebody who did not scan, or to the visitor who just did. Counts nothing.
    ///
    /// # Errors
    /// `unavailable` if the facts can't be read.
    pub async fn look(&self, located: &Located, visitor: Option<&Visitor>) -> Outcome<Scanned> {
        self.inner.shared.read(located, visitor, Recording::Viewed, self.inner.shared.clock.now()).await
    }

    /// Seconds this visitor has to wait before trying another PIN.
    pub fn pin_wait(&self, visitor: &Visitor) -> Option<u32> {
        self.inner.shared.patience.seconds(visitor, self.inner.shared.clock.now())
    }

    /// Judges a scratch PIN typed for `code`, which is the one at `located`.
    ///
    /// # Errors
    /// `unavailable` if the facts can't be read; what the database says if the try can't be recorded.
    pub async fn use_pin(&self, located: &Located, code: &Code, typed: &str, visitor: &Visitor, place: Option<Place>) -> Outcome<PinReply> {
        let shared = &self.inner.shared;
        if located.order.pin_key().is_none() {
            return Ok(PinReply::NoPin);
        }
        let _turn = shared.patience.turn(visitor).await;
        if let Some(seconds) = self.pin_wait(visitor) {
            return Ok(PinReply::Wait(seconds));
        }
        let scanned = self.look(located, Some(visitor)).await?;
        let limits = Thresholds::on(&shared.recorder.thresholds, Day::of(scanned.at));
        pins::judge(&shared.recorder.db, &shared.patience, &limits, scanned, Try { located, code, typed, visitor, place }).await
    }

    /// Records what waits, ends the background work and returns. Scans that come later are answered and not recorded.
    pub async fn stop(&self) {
        self.inner.queue.write().unwrap_or_else(PoisonError::into_inner).take();
        let recording = self.inner.recording.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(recording) = recording {
            let _ = recording.await;
        }
        self.inner.end_chores();
    }
}

impl Inner {
    fn end_chores(&self) {
        for chore in self.chores.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            chore.abort();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.end_chores();
    }
}

impl Shared {
    async fn read(&self, located: &Located, visitor: Option<&Visitor>, recording: Recording, at: Millis) -> Outcome<Scanned> {
        let unavailable = |why: Failure| Failure { source: Some(why.to_string()), ..Failure::not_now("unavailable") };
        let codes = [(key_of(located), located.order.clone())];
        let read = reading::read(self.recorder.db.reader(), &self.recorder.texts, &codes, false, at).await.map_err(unavailable)?;
        let known = read.into_iter().next().ok_or_else(|| Failure::not_now("unavailable"))?.map_err(unavailable)?;
        let mut facts = known.facts;
        facts.verdict.recording = recording;
        facts.verdict.history = known.stat.as_ref().map(|stat| stat.history(visitor, at)).unwrap_or_default();
        let decision = decide(&facts.verdict, &Thresholds::on(&self.recorder.thresholds, Day::of(at)), at);
        Ok(Scanned { at, facts, decision, recorded: false })
    }
}

/// Does `work` now and then for as long as the desk lives.
fn chore<W, F>(shared: Arc<Shared>, every: Duration, trouble: &'static str, work: W) -> JoinHandle<()>
where
    W: Fn(Arc<Shared>) -> F + Send + 'static,
    F: Future<Output = Outcome<()>> + Send,
{
    tokio::spawn(async move {
        loop {
            if let Err(failure) = work(shared.clone()).await {
                tracing::error!(%failure, "{trouble}");
            }
            tokio::time::sleep(every).await;
        }
    })
}
