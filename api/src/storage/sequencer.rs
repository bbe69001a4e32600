//! Gives committed events their places in the change feed, and wakes those who follow it (ADR 0020).

use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use xueshi_persistence::{Reader, Store, StoreError};

/// Real time between two looks where nobody calls: what other processes committed is found by looking.
const ROUND: Duration = Duration::from_millis(200);
/// Real time that events are gathered for: one step gives all of them their places.
const GATHERED: Duration = Duration::from_millis(20);

/// Runs beside a service; ends when it is dropped.
#[derive(Debug)]
pub struct Sequencer(JoinHandle<()>);

impl Sequencer {
    /// Starts it. Must be called inside an actix runtime.
    #[must_use]
    pub fn start(store: Store) -> Self {
        Self(actix_web::rt::spawn(async move {
            let mut seen = Vec::new();
            loop {
                if let Err(error) = step(&store, &mut seen).await {
                    log::warn!("the sequencer: {error}");
                    actix_web::rt::time::sleep(ROUND).await;
                }
                // Whether it was called or the time is up makes no difference.
                let _ = tokio::time::timeout(ROUND, store.feed_signal().told()).await;
                actix_web::rt::time::sleep(GATHERED).await;
            }
        }))
    }
}

/// Numbers what waits, and wakes the followers if the feed has moved.
async fn step(store: &Store, seen: &mut Vec<i64>) -> Result<(), StoreError> {
    while store.number_events().await? {}
    let heads = |reader: &mut Reader<'_>| reader.feed_heads();
    let heads = store.read::<_, StoreError, _>(heads).await?;
    if heads != *seen {
        *seen = heads;
        store.feed_signal().moved();
    }
    Ok(())
}

impl Drop for Sequencer {
    fn drop(&mut self) {
        self.0.abort();
    }
}
