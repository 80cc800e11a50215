//! The worker of one node: woken when a sheet comes in or is decided, and looking by itself from time to time for what another node left.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::store;
use super::work::Bench;
use crate::kernel::Outcome;

/// How often a worker looks by itself.
const LOOKS: Duration = Duration::from_secs(10);

/// Works on sheets in the background. Stops when it is dropped; what it was doing goes on at the next start.
#[derive(Debug)]
pub struct SheetDesk {
    bench: Bench,
    asked: Arc<AtomicU64>,
    wake: Arc<Notify>,
    done: watch::Receiver<u64>,
    worker: JoinHandle<()>,
}

impl SheetDesk {
    /// Starts the worker; it begins with what was left at the last stop.
    pub fn start(bench: Bench) -> Self {
        let (asked, wake) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
        let (tell, done) = watch::channel(0);
        let worker = tokio::spawn({
            let (bench, asked, wake) = (bench.clone(), asked.clone(), wake.clone());
            async move {
                loop {
                    let at = asked.load(Ordering::SeqCst);
                    if let Err(error) = round(&bench).await {
                        tracing::error!(%error, "sheets could not be worked on");
                    }
                    tell.send_replace(at);
                    tokio::select! { () = wake.notified() => {}, () = tokio::time::sleep(LOOKS) => {} }
                }
            }
        });
        Self { bench, asked, wake, done, worker }
    }
    /// There is something to do.
    pub fn wake(&self) {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.wake.notify_one();
    }
    /// What it works with.
    pub fn bench(&self) -> &Bench {
        &self.bench
    }
    /// Resolves when everything asked for until now was worked on.
    pub async fn settled(&self) {
        let asked = self.asked.load(Ordering::SeqCst);
        let mut done = self.done.clone();
        let _ = done.wait_for(|done| *done >= asked).await;
    }
}

impl Drop for SheetDesk {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

/// Works on every sheet there is something to do for. One that fails stops none of the others.
async fn round(bench: &Bench) -> Outcome<()> {
    for id in store::under_way(bench.db.reader()).await? {
        if let Err(error) = bench.work(&id, &|_, _| {}).await {
            tracing::error!(%error, import = id, "a sheet could not be worked on; it is tried again");
        }
    }
    bench.tidy().await
}
