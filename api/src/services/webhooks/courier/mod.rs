//! Delivers beside a service. Of several processes one does, by [`Store::try_lock`]; should two ever do, a receiver hears twice.
//!
//! Nothing is kept in memory that would be missed: an endpoint's place in the feed and its deliveries are rows, and a delivery
//! stays until its outcome is stored. Each endpoint has one attempt on its way at a time, so that its receiver hears things in
//! their order as far as it takes them. Receivers that take nothing have a narrow lane of their own and hold up nobody else.

mod attempt;
mod fan_out;

use std::collections::HashMap;
use std::pin::Pin;
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep};
use xueshi_persistence::{DueEndpoint, Id, Reader, Store};

use super::sender::Sender;
use crate::problem::Problem;
use crate::services::jobs::runner::Bell;

/// The name of the lock under which deliveries are made.
const LOCK: &str = "webhooks";
/// Real time for which the lock is held before it is asked for anew: it may have been lost with its session.
const TOUR: Duration = Duration::from_secs(60);
/// Real time between two looks for the lock while another process has it.
const LOOK: Duration = Duration::from_secs(2);
/// Real time between two looks for what became due.
const TICK: Duration = Duration::from_millis(250);
/// Endpoints that are delivered to at the same time: those whose receivers take what comes, and the others.
const LANES: [usize; 2] = [16, 8];
/// Deliveries of one endpoint before others get its place in the lane.
const TURN: usize = 20;

/// How deliveries are made.
#[derive(Debug, Clone, Copy)]
pub struct CourierTerms {
    /// Whether http and private addresses are allowed.
    pub sandbox: bool,
    /// Per cent of deliveries that the sandbox repeats or makes out of order.
    pub chaos: u8,
}

/// Runs beside a service; ends when it is dropped.
#[derive(Debug)]
pub struct Courier(JoinHandle<()>);

impl Courier {
    /// Starts it. Must be called inside an actix runtime.
    #[must_use]
    pub fn start(store: Store, bell: Bell, terms: CourierTerms) -> Self {
        let sender = Sender::new(!terms.sandbox);
        let round = Round { store, bell, sender, chaos: terms.chaos };
        Self(actix_web::rt::spawn(async move {
            while !round.store.feed_signal().is_closed() {
                if let Err(problem) = round.under_lock().await {
                    log::warn!("webhooks: {problem:?}");
                    sleep(LOOK).await;
                }
            }
        }))
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What deliveries are made with.
struct Round {
    store: Store,
    bell: Bell,
    sender: Sender,
    chaos: u8,
}

type Turn<'r> = Pin<Box<dyn Future<Output = Id> + 'r>>;

impl Round {
    async fn under_lock(&self) -> Result<(), Problem> {
        let store = self.store.clone();
        let lock = tokio::task::spawn_blocking(move || store.try_lock(LOCK)).await;
        let Some(_lock) = lock.map_err(Problem::internal)?? else {
            sleep(LOOK).await;
            return Ok(());
        };
        self.tour().await;
        Ok(())
    }

    /// Delivers for a while.
    async fn tour(&self) {
        let end = Instant::now() + TOUR;
        let mut moves = self.store.feed_signal().watch();
        let mut turns: FuturesUnordered<Turn<'_>> = FuturesUnordered::new();
        let mut lanes: HashMap<Id, usize> = HashMap::new();
        loop {
            moves.borrow_and_update();
            if self.store.feed_signal().is_closed() || (Instant::now() >= end && turns.is_empty()) {
                return;
            }
            if Instant::now() < end {
                // Attempts on their way are not given up for it.
                let due = self.due().await.unwrap_or_else(|problem| {
                    log::warn!("webhooks: {problem:?}");
                    Vec::new()
                });
                for due in due {
                    let lane = usize::from(due.failing);
                    let taken = lanes.values().filter(|taken| **taken == lane).count();
                    if taken < LANES[lane] && !lanes.contains_key(&due.id) {
                        lanes.insert(due.id, lane);
                        turns.push(Box::pin(self.turn(due)));
                    }
                }
            }
            tokio::select! {
                Some(id) = turns.next(), if !turns.is_empty() => { lanes.remove(&id); }
                _ = moves.changed() => {}
                () = self.bell.rung() => {}
                () = sleep(TICK) => {}
            }
        }
    }

    /// Makes deliveries of what is new; the endpoints with something to be tried, beginning with another one each time.
    async fn due(&self) -> Result<Vec<DueEndpoint>, Problem> {
        self.fan_out().await?;
        let due = |reader: &mut Reader<'_>| Ok::<_, Problem>(reader.due_webhooks()?);
        let mut due = self.store.read(due).await?;
        if !due.is_empty() {
            let first = rand::random_range(0..due.len());
            due.rotate_left(first);
        }
        Ok(due)
    }

    /// One endpoint's turn.
    async fn turn(&self, due: DueEndpoint) -> Id {
        let most = if due.failing { 1 } else { TURN };
        for _ in 0..most {
            match self.attempt(due).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(problem) => {
                    // It stays due; the log has no more than its id.
                    log::warn!("webhook {}: {problem:?}", due.id);
                    sleep(LOOK).await;
                    break;
                }
            }
        }
        due.id
    }
}
