//! Seals the log's entries beside the service, within a second (ADR 0027).

use std::time::{Duration, Instant};

use actix_web::rt::task::JoinHandle;
use xueshi_persistence::{Reader, Store, StoreError};

use super::witness::Witnesses;

/// Real time that entries are gathered for: one head speaks of all of them.
const GATHERED: Duration = Duration::from_millis(100);
/// Real time between two looks where nobody calls: what other processes wrote is found by looking.
const ROUND: Duration = Duration::from_millis(400);

/// An entry that waits longer is told of.
const OVERDUE: Duration = Duration::from_secs(5);

/// Runs beside a service; ends when it is dropped.
pub struct LogKeeper {
    store: Store,
    origin: String,
    sealing: JoinHandle<()>,
    witnessing: Option<JoinHandle<()>>,
}

impl LogKeeper {
    /// Starts it. A new log is called by the `origin`. Must be called inside an actix runtime.
    #[must_use]
    pub fn start(store: Store, origin: String, witnesses: Witnesses) -> Self {
        let (sealed, name) = (store.clone(), origin.clone());
        let sealing = actix_web::rt::spawn(async move {
            let mut waiting = Waiting::default();
            loop {
                waiting.look(&sealed).await;
                if let Err(error) = seal(&sealed, &name).await {
                    log::error!("sealing the transparency log: {error}");
                    actix_web::rt::time::sleep(ROUND).await;
                }
                // Whether it was called or the time is up makes no difference.
                let _ = tokio::time::timeout(ROUND, sealed.log_grew()).await;
                actix_web::rt::time::sleep(GATHERED).await;
            }
        });
        let asked = store.clone();
        let witnessing =
            witnesses.any().then(|| actix_web::rt::spawn(witnesses.ask_for_ever(asked)));
        Self { store, origin, sealing, witnessing }
    }

    /// Seals what the last requests left, when the service stops.
    pub async fn seal_the_rest(&self) {
        self.sealing.abort();
        if let Err(error) = seal(&self.store, &self.origin).await {
            log::warn!("sealing the transparency log at the end: {error}");
        }
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
        self.sealing.abort();
        if let Some(witnessing) = &self.witnessing {
            witnessing.abort();
        }
    }
}
