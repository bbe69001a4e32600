//! Files that take memory or a core for a while, such as workbooks: a few at a time, for imports and exports together.

use std::time::Duration;

use tokio::sync::Semaphore;

use crate::problem::{Code, Problem};

/// Files that are read or written at a time.
const AT_ONCE: usize = 2;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(20);

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// Does what takes memory and a while, on a thread for such things. What panics over a file is a `broken` one.
///
/// # Errors
/// As the work; 503 `overloaded` when no turn comes.
pub async fn with_a_turn<T: Send + 'static>(
    broken: Code,
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    in_turn(&TURNS, PATIENCE, broken, work).await
}

async fn in_turn<T: Send + 'static>(
    turns: &'static Semaphore,
    patience: Duration,
    broken: Code,
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let turn = tokio::time::timeout(patience, turns.acquire()).await;
    let turn = turn
        .map_err(|_| Problem::unavailable(Code::Overloaded, 5, "too many files at a time"))?
        .map_err(Problem::internal)?;
    // The turn ends with the work: whoever hangs up and asks again does not get a third thread.
    let work = move || {
        let done = work();
        drop(turn);
        done
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Problem::new(broken).because(error))?
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_turn_is_held_until_the_work_is_done_though_nobody_waits_for_it() {
        static TURNS: Semaphore = Semaphore::const_new(1);
        let (go_on, wait) = mpsc::channel::<()>();
        let long = move || wait.recv().map_err(Problem::internal);
        let asked = tokio::spawn(in_turn(&TURNS, PATIENCE, Code::Internal, long));
        while TURNS.available_permits() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        asked.abort();
        assert!(asked.await.is_err());
        let soon = Duration::from_millis(20);
        let refused = in_turn(&TURNS, soon, Code::Internal, || Ok(())).await;
        assert_eq!(refused.map_err(|problem| problem.code()), Err(Code::Overloaded));
        go_on.send(()).unwrap();
        in_turn(&TURNS, PATIENCE, Code::Internal, || Ok(())).await.unwrap();
    }

    #[tokio::test]
    async fn what_panics_is_a_broken_file() {
        static TURNS: Semaphore = Semaphore::const_new(1);
        let broken = || -> Result<(), Problem> { panic!("a broken file") };
        let refused = in_turn(&TURNS, PATIENCE, Code::ImportUnreadable, broken).await;
        assert_eq!(refused.map_err(|problem| problem.code()), Err(Code::ImportUnreadable));
        assert_eq!(TURNS.available_permits(), 1);
    }
}
