//! Waking those who wait for news, inside of one process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Notify, watch};

/// What happens between a commit and those who wait for it.
#[derive(Debug, Clone)]
pub struct FeedSignal {
    told: Arc<Notify>,
    moved: Arc<watch::Sender<u64>>,
    closed: Arc<AtomicBool>,
}

impl Default for FeedSignal {
    fn default() -> Self {
        Self {
            told: Arc::default(),
            moved: Arc::new(watch::Sender::new(0)),
            closed: Arc::default(),
        }
    }
}

impl FeedSignal {
    /// A transaction that told something was committed.
    pub(crate) fn tell(&self) {
        self.told.notify_one();
    }

    /// Waits until something was told since the last time that this was asked; for the sequencer only.
    pub async fn told(&self) {
        self.told.notified().await;
    }

    /// The feed has something new to read.
    pub fn moved(&self) {
        self.moved.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The service is stopping: whoever waits goes home.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.moved();
    }

    /// Whether the service is stopping.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// What changes whenever the feed has something new to read. Look at the feed behind this, not before.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }
}
