//! Idempotency keys that are being worked on in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use crate::problem::{Code, Problem};

/// How long a repeat waits for the first request before it is told that it is still running.
const PATIENCE: Duration = Duration::from_secs(2);

/// The keys at work, each with a bell that rings when its request is done.
///
/// Across processes the key's row in the database decides; this saves repeats from running at all.
#[derive(Default)]
pub struct InFlight {
    keys: Mutex<HashMap<(Uuid, String), Arc<Notify>>>,
}

/// The right to work on a key; given back when dropped.
pub struct Claim {
    keys: Arc<InFlight>,
    key: (Uuid, String),
}

impl InFlight {
    /// Claims a key, after waiting for another request that has it.
    ///
    /// # Errors
    /// 409 `idempotency-key-in-progress` when the other one takes too long.
    pub async fn claim(self: &Arc<Self>, caller: Uuid, key: &str) -> Result<Claim, Problem> {
        let key = (caller, key.to_owned());
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let bell = {
                let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
                match keys.get(&key) {
                    Some(bell) => Arc::clone(bell),
                    None => {
                        keys.insert(key.clone(), Arc::default());
                        return Ok(Claim { keys: Arc::clone(self), key });
                    }
                }
            };
            let rung = bell.notified();
            tokio::pin!(rung);
            // Registered before looking again, so that a bell that rings in between is heard.
            rung.as_mut().enable();
            let still_there = {
                let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
                keys.get(&key).is_some_and(|other| Arc::ptr_eq(other, &bell))
            };
            if still_there && tokio::time::timeout_at(deadline, rung).await.is_err() {
                return Err(Problem::new(Code::IdempotencyKeyInProgress).retry_after(1));
            }
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut keys = self.keys.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = keys.remove(&self.key) {
            bell.notify_waiters();
        }
    }
}
