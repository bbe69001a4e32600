//! One attempt at a time for each subject, so that a burst of guesses is counted one by one.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use crate::problem::{Code, Problem};

/// How long an attempt waits for those before it.
const PATIENCE: Duration = Duration::from_secs(15);
/// From this many subjects on, those whose attempts are over are cleared away.
const CLEAR_FROM: usize = 256;

/// The subjects whose attempts are under way.
pub(super) struct Turns<K>(Mutex<HashMap<K, Weak<Turn<()>>>>);

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq + Clone> Turns<K> {
    /// Waits for the subject's turn, which ends when the guard is dropped.
    ///
    /// # Errors
    /// 503 when too many are before it.
    pub(super) async fn take(&self, subject: &K) -> Result<OwnedMutexGuard<()>, Problem> {
        let turn = self.turn(subject);
        let wait = tokio::time::timeout(PATIENCE, turn.lock_owned()).await;
        wait.map_err(|_| {
            Problem::unavailable(Code::Overloaded, 5, "too many attempts of one subject at once")
        })
    }

    fn turn(&self, subject: &K) -> Arc<Turn<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(subject).and_then(Weak::upgrade) {
            return turn;
        }
        if turns.len() >= CLEAR_FROM {
            turns.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::default();
        turns.insert(subject.clone(), Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn one_subject_waits_and_others_do_not() {
        let turns = Turns::default();
        let first = turns.take(&1).await.unwrap();
        drop(turns.take(&2).await.unwrap());
        let soon = Duration::from_millis(20);
        assert!(tokio::time::timeout(soon, turns.take(&1)).await.is_err());
        drop(first);
        assert!(tokio::time::timeout(soon, turns.take(&1)).await.unwrap().is_ok());
    }

    #[actix_web::test]
    async fn subjects_are_forgotten() {
        let turns = Turns::default();
        for subject in 0..10 * CLEAR_FROM {
            drop(turns.take(&subject).await.unwrap());
        }
        assert!(turns.0.lock().unwrap().len() <= CLEAR_FROM);
    }
}
