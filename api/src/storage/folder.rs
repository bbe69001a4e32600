//! Folds the figures beside the service, so that whoever asks finds little that is not in the sums.

use actix_web::rt::task::JoinHandle;
use xueshi_persistence::Store;

/// Real time between two looks at the tail.
const ROUND: std::time::Duration = std::time::Duration::from_millis(500);

/// Runs beside a service; ends when it is dropped.
#[derive(Debug)]
pub struct Folder(JoinHandle<()>);

impl Folder {
    /// Starts it. Must be called inside an actix runtime.
    #[must_use]
    pub fn start(store: Store) -> Self {
        Self(actix_web::rt::spawn(async move {
            loop {
                actix_web::rt::time::sleep(ROUND).await;
                let waits = match store.figures_wait().await {
                    Ok(true) => store.fold_figures().await.map(drop),
                    Ok(false) => Ok(()),
                    Err(error) => Err(error),
                };
                if let Err(error) = waits {
                    log::warn!("folding the figures: {error}");
                }
            }
        }))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.0.abort();
    }
}
