//! Batches of lines: how many may be in work, and how one is worked through in transactions of bounded size (ADR 0023).

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::header::HeaderValue;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use xueshi_persistence::{Keep, Writer};

use super::act::Act;
use super::call::{REPLAYED, keep_answer, stored};
use super::explanations::explained_item;
use super::memo::Memo;
use super::{Asker, Desk, Reply};
use crate::extract::{Batch, Line};
use crate::problem::{Code, Problem, ProblemDocument};

/// Batches in work at a time. Each holds its body and its results; together they bound the memory that batches take.
const IN_WORK: usize = 4;
/// Lines of one transaction, at most.
const AT_ONCE: usize = 200;
/// How long a transaction takes up lines: others wait no longer than this, and events and entries of the log no longer to be seen.
const LONGEST: Duration = Duration::from_millis(100);
/// Seconds after which a batch that found no place may come again.
const RETRY_AFTER: u64 = 1;

/// Admits so many batches and no more: who finds no place is told at once, and nothing queues up.
#[derive(Debug, Clone)]
pub struct Intake(Arc<Semaphore>);

/// The place of a batch among those in work, until it is dropped.
pub type InWork = OwnedSemaphorePermit;

impl Default for Intake {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(IN_WORK)))
    }
}

impl Intake {
    /// A place for a batch.
    ///
    /// # Errors
    /// 503 `overloaded` with `Retry-After` while all are taken.
    pub fn admit(&self) -> Result<InWork, Problem> {
        let place = Arc::clone(&self.0).try_acquire_owned();
        place.map_err(|_| {
            Problem::new(Code::Overloaded).retry_after(RETRY_AFTER).detail(
                format!("同时处理的批次已达上限（{IN_WORK}）"),
                format!("{IN_WORK} batches are in work already"),
            )
        })
    }
}

/// What became of one line.
pub trait LineResult: Serialize + Clone + Send + Sync + 'static {
    /// The result of a line that was refused; `line` counts from 1.
    fn refused(line: usize, text: &Line, problem: ProblemDocument) -> Self;
}

/// One result for each line, in the same order.
#[derive(Debug, Serialize)]
pub struct Results<T> {
    /// The results.
    pub results: Vec<T>,
}

impl Desk {
    /// Works through a batch and answers with a result for each line. A line that is refused never blocks the rest (V6), and what
    /// was done before a failure stays: the same lines again answer as done.
    ///
    /// The answer is kept under its `Idempotency-Key` in the transaction of the last lines.
    ///
    /// # Errors
    /// Failures of the store; 409 while the same key is being worked on; 422 when the key stands for another request.
    pub async fn write_batch<T, F>(
        &self,
        asker: &Asker,
        act: Act,
        batch: Batch,
        work: F,
    ) -> Result<HttpResponse, Problem>
    where
        T: LineResult,
        F: Fn(&mut Writer<'_>, &Asker, &mut Memo, usize, &Line) -> Result<T, Problem>
            + Clone
            + Send
            + 'static,
    {
        let Batch { lines, in_work: _in_work } = batch;
        let keep = act.keep;
        let key = act.key.clone().filter(|_| keep == Keep::Yes);
        let _claim = self.claim(asker, key.as_deref()).await?;
        if let Some(key) = key.clone() {
            let act = act.clone();
            let read =
                self.read(asker, move |reader, asker| stored(reader, asker, &key, &act)).await?;
            if let Some(answer) = read {
                return Ok(replayed(answer));
            }
        }
        let lines = Arc::new(lines);
        let mut results: Arc<Vec<T>> = Arc::default();
        loop {
            let (asker, act, work, key) = (asker.clone(), act.clone(), work.clone(), key.clone());
            let (lines_of, before) = (Arc::clone(&lines), Arc::clone(&results));
            let concerns = act.concerns.clone();
            let done = self.store().write_concerning(concerns, keep, move |writer| {
                writer.comes_from(act.info.origin());
                if let Some(key) = &key
                    && let Some(answer) = stored(writer, &asker, key, &act)?
                {
                    return Ok::<_, Problem>((Vec::new(), Some((answer, true))));
                }
                let some = some_lines(writer, &asker, &act, (before.len(), &lines_of), &work)?;
                if before.len() + some.len() < lines_of.len() {
                    return Ok((some, None));
                }
                let all = before.iter().chain(&some).cloned().collect();
                let answer = Reply::ok(Results { results: all }).render()?;
                if let Some(key) = &key {
                    keep_answer(writer, &asker, key, &act, &answer)?;
                }
                Ok((Vec::new(), Some((answer, false))))
            });
            match done.await? {
                (_, Some((answer, true))) => return Ok(replayed(answer)),
                (_, Some((answer, false))) => return Ok(answer.into_response()),
                (some, None) => Arc::make_mut(&mut results).extend(some),
            }
        }
    }
}

fn replayed(mut answer: crate::problem::Rendered) -> HttpResponse {
    answer.headers.push((REPLAYED, HeaderValue::from_static("true")));
    answer.into_response()
}

/// The lines of one transaction, each in a savepoint of its own: as many as there is time for, but one at least. A dry run keeps
/// nothing from one transaction to the next, so it has only one.
fn some_lines<T, F>(
    writer: &mut Writer<'_>,
    asker: &Asker,
    act: &Act,
    (from, lines): (usize, &[Line]),
    work: &F,
) -> Result<Vec<T>, Problem>
where
    T: LineResult,
    F: Fn(&mut Writer<'_>, &Asker, &mut Memo, usize, &Line) -> Result<T, Problem>,
{
    let began = Instant::now();
    let is_full = |count| act.keep == Keep::Yes && (count >= AT_ONCE || began.elapsed() >= LONGEST);
    let mut memo = Memo::default();
    let mut results = Vec::new();
    for (place, text) in lines.iter().enumerate().skip(from) {
        let line = place + 1;
        let result = writer.attempt(|writer| work(writer, asker, &mut memo, line, text));
        results.push(match result {
            Ok(result) => result,
            Err(problem) if problem.status().is_client_error() => {
                let problem = explained_item(writer, asker, &act.info, line, problem)?;
                T::refused(line, text, problem.document(&act.info))
            }
            Err(problem) => return Err(problem),
        });
        if is_full(results.len()) {
            break;
        }
    }
    Ok(results)
}
