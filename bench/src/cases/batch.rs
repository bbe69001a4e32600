//! Decisions by the hundred, beside the same decisions one by one.

use std::sync::Arc;

use serde_json::{Value, json};

use super::growth::ids_of;
use crate::client::{Client, Post};
use crate::load::{drive, timed};
use crate::place::{Database, Place};
use crate::progress::Progress;
use crate::report::{Comparison, Goal, Round, Side};
use crate::service::{Log, Service};
use crate::world::{self, World};
use crate::{Failure, Run};

/// Decisions a second in batches, as a multiple of those that are sent one by one.
const GOAL: Goal = Goal { least: 5.0 };
/// Decisions of a batch: as many as there may be.
const BATCH: usize = 200;
/// Decisions of a round and side.
const DECISIONS: usize = 2 * BATCH;

/// Measures both on one database, in turn, as one employer who sends one request after the other.
pub(crate) async fn measure(run: &Run, database: Database) -> Result<Comparison, Failure> {
    let (people, connections) = (usize::try_from(run.people)?, usize::try_from(run.connections)?);
    let rounds = usize::try_from(run.rounds)? + 1;
    let place = Place::empty(run, database, "batch")?;
    let service = Service::start(&place, Log::Kept)?;
    let client = Client::new(service.address(), connections)?;
    let each = (2 * rounds * DECISIONS).div_ceil(people);
    let world = Arc::new(World::prepare(&client, people, each).await?);
    world::submit_all(&client, &world, connections).await?;
    // Of everybody in turn: nobody's declarations stand beside each other.
    let of_people = ids_of(&client, &world).await?;
    let ids: Vec<&String> =
        (0..each).flat_map(|at| of_people.iter().filter_map(move |ids| ids.get(at))).collect();
    let mut waiting = ids.chunks(DECISIONS);

    let names = [format!("{BATCH} in a request"), "one in a request".to_owned()];
    let [mut batches, mut singles] = names.each_ref().map(|name| Side::new(name));
    let progress = Progress::new(&format!("decisions on {database}"), 2 * rounds);
    for round in 0..rounds {
        let mut both = [(BATCH, &mut batches), (1, &mut singles)];
        // Whoever was first is second in the next round.
        if round % 2 == 1 {
            both.reverse();
        }
        for (size, side) in both {
            let some = waiting.next().ok_or("too few declarations")?;
            let requests: Vec<Request> =
                some.chunks(size).map(|some| request(some, size)).collect();
            let measured = decide(&service, &client, &world, requests).await?;
            // The first one fills caches and pools.
            if round > 0 {
                side.rounds.push(measured);
            }
            progress.step();
        }
    }
    progress.end();
    Comparison::of("approve, in batches", database, "decisions", GOAL, batches, singles)
}

/// A path, a body, and a key.
type Request = (String, Value, String);

fn request(ids: &[&String], size: usize) -> Request {
    let key = ids.first().map(|id| format!("{id}-{size}")).unwrap_or_default();
    match ids {
        [id] if size == 1 => {
            (format!("/v1/declarations/{id}/reviews"), json!({"decision": "approve"}), key)
        }
        many => {
            let item = |id: &&String| json!({"declaration_id": id, "decision": "approve"});
            let items: Vec<Value> = many.iter().map(item).collect();
            ("/v1/reviews:batch".to_owned(), json!({"items": items}), key)
        }
    }
}

async fn decide(
    service: &Service,
    client: &Client,
    world: &Arc<World>,
    requests: Vec<Request>,
) -> Result<Round, Failure> {
    let before = service.spent()?;
    let work = {
        let (client, world) = (client.clone(), Arc::clone(world));
        move |(path, body, key): Request| {
            let (client, world) = (client.clone(), Arc::clone(&world));
            async move {
                let body = body.to_string();
                let post = Post {
                    token: Some(&world.employer),
                    body: Some(("application/json", &body)),
                    key: Some(&key),
                    ..Post::default()
                };
                let mut requests = Vec::with_capacity(1);
                let answer = timed(&mut requests, client.post(&path, post)).await?.json()?;
                for result in answer["results"].as_array().unwrap_or(&vec![answer.clone()]) {
                    if result["state"] != "authority_review" {
                        return Err(format!("a decision that was not taken: {result}").into());
                    }
                }
                Ok::<_, Failure>(requests)
            }
        }
    };
    let done = drive(requests, 1, work).await?;
    service.round(before, DECISIONS, &done)
}
