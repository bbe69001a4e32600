//! Brings the digests of records up to date beside the service, and checks all of them once a day.

use actix_web::rt::task::JoinHandle;
use xueshi_persistence::Store;

use crate::services::sync::reconciliation::{daily, refresh};

/// Real time between two looks.
const ROUND: std::time::Duration = std::time::Duration::from_secs(1);

/// Runs beside a service; ends when it is dropped.
#[derive(Debug)]
pub struct Digester(JoinHandle<()>);

impl Digester {
    /// Starts it. Must be called inside an actix runtime.
    #[must_use]
    pub fn start(store: Store) -> Self {
        Self(actix_web::rt::spawn(async move {
            loop {
                actix_web::rt::time::sleep(ROUND).await;
                let done = match refresh(&store, None).await {
                    Ok(_) => daily(&store).await,
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
