//! Brings the digests of records up to date beside the service, and checks all of them once a day.

use std::time::{Duration, Instant};

use actix_web::rt::task::JoinHandle;
use xueshi_persistence::{Reader, Store};

use crate::services::sync::reconciliation::{daily, refresh};

/// The least real time between two looks.
const ROUND: Duration = Duration::from_secs(1);
/// The most that one look computes before it rests.
const WORK: Duration = Duration::from_secs(1);
/// How much longer than it worked it rests while others write: under a load that lasts, digests come later, not at the expense of those
/// who write. Whoever asks for them has what is left computed at once.
const REST: u32 = 9;

/// Runs beside a service; ends when it is dropped.
#[derive(Debug)]
pub struct Digester(JoinHandle<()>);

impl Digester {
    /// Starts it. Must be called inside an actix runtime.
    #[must_use]
    pub fn start(store: Store) -> Self {
        Self(actix_web::rt::spawn(async move {
            let mut rest = ROUND;
            loop {
                actix_web::rt::time::sleep(rest).await;
                let begun = Instant::now();
                let before = newest(&store).await;
                let done = refresh(&store, Some(WORK)).await;
                let others_write = newest(&store).await > before;
                rest = match (&done, others_write) {
                    (Ok(false), false) => Duration::ZERO,
                    (Ok(_) | Err(_), _) => ROUND.max(begun.elapsed() * REST),
                };
                // The daily check is due at its hour also where digests are never all up to date, because others write all the time.
                for failed in [done.err(), daily(&store).await.err()].into_iter().flatten() {
                    log::warn!("reconciliation: {failed:?}");
                }
            }
        }))
    }
}

/// The newest note of a change that waits for its digests.
async fn newest(store: &Store) -> Option<i64> {
    store.read(|reader: &mut Reader<'_>| reader.newest_change()).await.unwrap_or_default()
}

impl Drop for Digester {
    fn drop(&mut self) {
        self.0.abort();
    }
}
