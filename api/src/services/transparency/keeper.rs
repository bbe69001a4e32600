//! Seals the log's entries beside the service, within a second (ADR 0027).

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use xueshi_persistence::{Reader, Store, StoreError};

use super::witness::Witnesses;

/// Real time that entries are gathered for: one head speaks of all of them.
const GATHERED: Duration = Duration::from_millis(200);
/// Real time between two looks where nobody calls: what other processes wrote is found by looking.
const ROUND: Duration = Duration::from_millis(400);

/// Real time between two looks at whether anything waits too long.
const LOOK: Duration = Duration::from_secs(2);
/// An entry that waits longer is told of.
const OVERDUE: Duration = Duration::from_secs(5);

/// Runs beside a service, on a thread of its own: nobody's long reading keeps it from sealing in time. Ends when it is dropped.
pub struct LogKeeper {
    store: Store,
    origin: String,
    stop: Arc<Notify>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl LogKeeper {
    /// Starts it. A new log is called by the `origin`.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn start(store: Store, origin: String, witnesses: Witnesses) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let stop = Arc::new(Notify::new());
        let (stopped, sealed, name) = (Arc::clone(&stop), store.clone(), origin.clone());
        let work = move || {
            runtime.block_on(async {
                tokio::select! {
                    () = stopped.notified() => {}
                    () = seal_for_ever(&sealed, &name) => {}
                    () = witnesses.ask_for_ever(&sealed) => {}
                }
            });
            // Whoever is being asked at this moment is not waited for.
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("log-keeper".into()).spawn(work)?;
        Ok(Self { store, origin, stop, thread: Some(thread) })
    }

    /// Seals what the last requests left, when the service stops.
    pub async fn seal_the_rest(&self) {
        self.stop.notify_one();
        if let Err(error) = seal(&self.store, &self.origin).await {
            log::warn!("sealing the transparency log at the end: {error}");
        }
    }
}

async fn seal_for_ever(store: &Store, origin: &str) {
    let mut waiting = Waiting::default();
    let mut looked = Instant::now();
    loop {
        if looked.elapsed() > LOOK {
            waiting.look(store).await;
            looked = Instant::now();
        }
        if let Err(error) = seal(store, origin).await {
            log::error!("sealing the transparency log: {error}");
            tokio::time::sleep(ROUND).await;
        }
        // Whether it was called or the time is up makes no difference.
        let _ = tokio::time::timeout(ROUND, store.log_grew()).await;
        tokio::time::sleep(GATHERED).await;
    }
}

/// Since when the same entry waits to be sealed.
#[derive(Default)]
struct Waiting(Option<(i64, Instant)>);

impl Waiting {
    /// Says so when nobody seals: another session may hold the lock, or the database may have been changed by hand.
    async fn look(&mut self, store: &Store) {
        let oldest = |reader: &mut Reader<'_>| Ok(reader.unsealed()?.first().copied());
        let oldest = store.read::<_, StoreError, _>(oldest).await.ok().flatten();
        self.0 = match (oldest, self.0) {
            (Some(seq), Some((before, since))) if seq == before => {
                if since.elapsed() > OVERDUE {
                    log::error!(
                        "the transparency log is not sealed: entry {seq} waits since {:?}",
                        since.elapsed()
                    );
                }
                Some((before, since))
            }
            (Some(seq), _) => Some((seq, Instant::now())),
            (None, _) => None,
        };
    }
}

async fn seal(store: &Store, origin: &str) -> Result<(), StoreError> {
    while store.seal_log(origin).await? {}
    Ok(())
}

impl Drop for LogKeeper {
    fn drop(&mut self) {
        self.stop.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the keeper of the transparency log broke off");
        }
    }
}
