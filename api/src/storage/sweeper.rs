//! Runs the sweep beside the service, so that deadlines and windows are told of when they come.

use actix_web::rt::task::JoinHandle;
use xueshi_persistence::Store;

use crate::services::sweep::sweep;

/// Real time between two sweeps.
const ROUND: std::time::Duration = std::time::Duration::from_secs(5);

/// Runs beside a service; ends when it is dropped.
#[derive(Debug)]
pub struct Sweeper(JoinHandle<()>);

impl Sweeper {
    /// Starts it. Must be called inside an actix runtime.
    #[must_use]
    pub fn start(store: Store) -> Self {
        Self(actix_web::rt::spawn(async move {
            loop {
                actix_web::rt::time::sleep(ROUND).await;
                if let Err(problem) = sweep(&store).await {
                    log::warn!("sweep: {problem:?}");
                }
            }
        }))
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}
