//! Work that many connections do at once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Failure;

/// What was done, and how long it took.
#[derive(Debug)]
pub(crate) struct Done {
    /// From the first request to the last answer.
    pub(crate) seconds: f64,
    /// The time of each request, sorted.
    pub(crate) requests: Vec<Duration>,
}

/// Does all jobs, so many at a time, each by `work`, which gives the time of each of its requests.
///
/// # Errors
/// The first failure.
pub(crate) async fn drive<J, W, F>(jobs: Vec<J>, at_once: usize, work: W) -> Result<Done, Failure>
where
    J: Send + 'static,
    W: Fn(J) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Vec<Duration>, Failure>> + Send + 'static,
{
    let jobs = Arc::new(Mutex::new(VecDeque::from(jobs)));
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    for _ in 0..at_once {
        let (jobs, work) = (Arc::clone(&jobs), work.clone());
        tasks.spawn(async move {
            let mut requests = Vec::new();
            while let Some(job) = next(&jobs) {
                requests.extend(work(job).await?);
            }
            Ok::<_, Failure>(requests)
        });
    }
    let mut requests = Vec::new();
    while let Some(done) = tasks.join_next().await {
        requests.extend(done??);
    }
    let seconds = began.elapsed().as_secs_f64();
    requests.sort_unstable();
    Ok(Done { seconds, requests })
}

fn next<J>(jobs: &Mutex<VecDeque<J>>) -> Option<J> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

/// Waits for something and adds the time that it took.
pub(crate) async fn timed<T>(
    requests: &mut Vec<Duration>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let began = Instant::now();
    let done = work.await?;
    requests.push(began.elapsed());
    Ok(done)
}
