//! Brings the digests of records up to date beside the service, and checks all of them once a day.

use std::time::{Duration, Instant};

use actix_web::rt::task::JoinHandle;
use xueshi_persistence::Store;

use crate::services::sync::reconciliation::{daily, refresh};

/// The least real time between two looks.
const ROUND: Duration = Duration::from_secs(1);
/// The most that one look computes before it rests.
const WORK: Duration = Duration::from_secs(1);
/// How much longer than it worked it rests: under a load that lasts, digests come later, not at the expense of those who write. Whoever
/// asks for them has what is left computed at once.
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
                let done = refresh(&store, Some(WORK)).await;
                rest = ROUND.max(begun.elapsed() * REST);
                let done = match done {
                    Ok(true) => daily(&store).await,
                    Ok(false) => Ok(()),
                    Err(problem) => Err(problem),
                };
                if let Err(problem) = done {
                    log::warn!("reconciliation: {problem:?}");
                }
            }
        }))
    }
}

impl Drop for Digester {
    fn drop(&mut self) {
        self.0.abort();
    }
}
