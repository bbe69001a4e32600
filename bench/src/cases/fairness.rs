//! Single writes beside platforms that send thousands of lines: nobody waits for a batch to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::{Client, Post};
use crate::load::{drive, timed};
use crate::place::{Database, Place};
use crate::progress::say;
use crate::report::{Bound, Trial};
use crate::service::{Log, Service};
use crate::stats::percentile;
use crate::world::{self, World};
use crate::{Failure, Run};

/// Platforms that send at once: as many batches as the service takes at a time.
const PLATFORMS: usize = 4;
/// Drafts that are made alone, and as many beside the platforms.
const DRAFTS: usize = 400;
/// Whoever sends a single write is answered within this time, in 99 of 100 cases.
const MOMENT_MS: f64 = 1_000.0;
/// Platforms have been sending for this long before the first draft.
const BEFORE: Duration = Duration::from_secs(1);

/// Measures how long drafts take that are made one after the other.
pub(crate) async fn measure(run: &Run, database: Database) -> Result<Trial, Failure> {
    let people = usize::try_from(run.people)?;
    let place = Place::empty(run, database, "fairness")?;
    let service = Service::start(&place, Log::Kept)?;
    let client = Client::new(service.address(), PLATFORMS + 1)?;
    let each = (2 * DRAFTS).div_ceil(people);
    let world = Arc::new(World::prepare(&client, people, each).await?);
    let all: Vec<(usize, usize)> =
        (0..each).flat_map(|record| (0..people).map(move |person| (person, record))).collect();
    let (first, rest) = all.split_at(DRAFTS);
    let (second, _) = rest.split_at(DRAFTS);

    say(&format!("single writes on {database}"));
    let alone = drafts(&client, &world, first).await?;
    say(&format!("single writes on {database}, beside batches"));
    let stop = Arc::new(AtomicBool::new(false));
    let mut platforms = JoinSet::new();
    for part in 0..PLATFORMS {
        let (client, stop) = (client.clone(), Arc::clone(&stop));
        platforms.spawn(async move { world::push_on(&client, people, part, &stop).await });
    }
    tokio::time::sleep(BEFORE).await;
    let began = Instant::now() - BEFORE;
    let beside = drafts(&client, &world, second).await?;
    stop.store(true, Ordering::Relaxed);
    let mut lines = 0;
    while let Some(taken) = platforms.join_next().await {
        lines += taken??;
    }
    let seconds = began.elapsed().as_secs_f64();

    let mut trial = Trial::new("single writes beside batches", database);
    trial.found("lines of batches a second", lines as f64 / seconds, Bound::None);
    trial.found("a draft alone: p50 ms", percentile(&alone, 500), Bound::None);
    trial.found("a draft alone: p99 ms", percentile(&alone, 990), Bound::None);
    trial.found("a draft beside them: p50 ms", percentile(&beside, 500), Bound::None);
    let late = percentile(&beside, 990);
    trial.found("a draft beside them: p99 ms", late, Bound::AtMost(MOMENT_MS));
    Ok(trial)
}

/// Makes drafts of some records, one after the other; how long each took, sorted.
async fn drafts(
    client: &Client,
    world: &Arc<World>,
    some: &[(usize, usize)],
) -> Result<Vec<Duration>, Failure> {
    let (client, world) = (client.clone(), Arc::clone(world));
    let work = move |(person, record): (usize, usize)| {
        let (client, world) = (client.clone(), Arc::clone(&world));
        async move {
            let person = world.people.get(person).ok_or("a person is missing")?;
            let record = person.records.get(record).ok_or("a learning record is missing")?;
            let body = format!(r#"{{"year":2023,"learning_record_id":"{record}"}}"#);
            let post = Post {
                token: Some(&person.token),
                body: Some(("application/json", &body)),
                key: Some(record),
                ..Post::default()
            };
            let mut requests = Vec::with_capacity(1);
            timed(&mut requests, client.post("/v1/declarations", post)).await?;
            Ok::<_, Failure>(requests)
        }
    };
    Ok(drive(some.to_vec(), 1, work).await?.requests)
}
