//! What the transparency log costs: declarations from draft to approval, with the log and without it.

use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

use crate::client::{Client, Post};
use crate::load::{drive, timed};
use crate::place::{Database, Place};
use crate::progress::Progress;
use crate::report::{Comparison, Goal, Round, Side};
use crate::service::{Log, Service};
use crate::world::World;
use crate::{Failure, Run};

/// Throughput with the log, as a part of that without it.
const GOAL: Goal = Goal { least: 0.9 };
/// Declarations of each person in a round.
const EACH: usize = 2;
/// What is done behind the answers (sealing, positions in the feed, figures, digests) is over after this time and counts for the
/// round that caused it.
const REST: Duration = Duration::from_millis(1_500);

/// A service with the log or without it, and what was measured of it.
struct Contender {
    // Dropped in this order: the service stops before its database is removed.
    client: Client,
    service: Service,
    _place: Place,
    log: Log,
    side: Side,
}

/// A declaration that is made in a round: of which person, of which of their learning records.
type Act = (usize, usize);

/// Measures both on copies of one city, in turn.
pub(crate) async fn measure(run: &Run, database: Database) -> Result<Comparison, Failure> {
    let (people, connections) = (usize::try_from(run.people)?, usize::try_from(run.connections)?);
    let rounds = usize::try_from(run.rounds)? + 1;
    let template = Place::empty(run, database, "template")?;
    let service = Service::start(&template, Log::Kept)?;
    let client = Client::new(service.address(), connections)?;
    let world = World::prepare(&client, people, EACH * rounds).await?;
    drop((client, service));
    template.settle()?;

    let world = Arc::new(world);
    let mut contenders = Vec::new();
    for (name, log) in [("with the log", Log::Kept), ("without it", Log::Left)] {
        let file = if log == Log::Kept { "with" } else { "without" };
        let place = template.copy(run, database, file)?;
        let service = Service::start(&place, log)?;
        let client = Client::new(service.address(), connections)?;
        contenders.push(Contender { client, service, _place: place, log, side: Side::new(name) });
    }
    let stage = format!("declarations on {database}, with the log and without it");
    let progress = Progress::new(&stage, 2 * rounds * people * EACH);
    let mut random = StdRng::seed_from_u64(run.seed);
    for round in 0..rounds {
        let acts = acts_of(round, people, &mut random);
        for contender in &mut contenders {
            let measured = contender.round(&world, acts.clone(), connections, &progress).await?;
            // The first one fills caches and pools.
            if round > 0 {
                contender.side.rounds.push(measured);
            }
        }
        // Whoever was first is second in the next round: neither has the warmer machine.
        contenders.reverse();
    }
    progress.end();
    contenders.sort_by_key(|contender| contender.log == Log::Left);
    let sides = contenders.into_iter().map(|contender| contender.side).collect::<Vec<_>>();
    let [with, without] = <[Side; 2]>::try_from(sides).map_err(|_| "a comparison has two sides")?;
    Comparison::of("declare, from draft to approval", database, "declarations", GOAL, with, without)
}

/// The declarations of a round. Everybody declares once before anyone does again: people do not run into themselves.
fn acts_of(round: usize, people: usize, random: &mut StdRng) -> Vec<Act> {
    let mut acts = Vec::with_capacity(people * EACH);
    for record in round * EACH..(round + 1) * EACH {
        let mut some: Vec<Act> = (0..people).map(|person| (person, record)).collect();
        some.shuffle(random);
        acts.extend(some);
    }
    acts
}

impl Contender {
    async fn round(
        &self,
        world: &Arc<World>,
        acts: Vec<Act>,
        connections: usize,
        progress: &Progress,
    ) -> Result<Round, Failure> {
        let operations = acts.len();
        let before = self.service.spent()?;
        let work = {
            let (client, world, progress) =
                (self.client.clone(), Arc::clone(world), progress.clone());
            move |act: Act| {
                let (client, world, progress) =
                    (client.clone(), Arc::clone(&world), progress.clone());
                async move {
                    let requests = declare(&client, &world, act).await?;
                    progress.step();
                    Ok::<_, Failure>(requests)
                }
            }
        };
        let done = drive(acts, connections, work).await?;
        tokio::time::sleep(REST).await;
        self.service.round(before, operations, &done)
    }
}

/// A draft of delivered learning, its submission, and both approvals, each with a key as callers are advised to send one. Gives
/// the times of the four requests.
async fn declare(client: &Client, world: &World, act: Act) -> Result<Vec<Duration>, Failure> {
    let mut requests = Vec::with_capacity(4);
    let person = world.people.get(act.0).ok_or("a person is missing")?;
    let record = person.records.get(act.1).ok_or("a learning record is missing")?;
    let new = format!(r#"{{"year":2023,"learning_record_id":"{record}"}}"#);
    let post = Post {
        token: Some(person.token.as_str()),
        body: Some(("application/json", new.as_str())),
        key: Some(record.as_str()),
        ..Post::default()
    };
    let draft = timed(&mut requests, client.post("/v1/declarations", post)).await?;
    let path = draft.location()?;
    let key = format!("{record}-submission");
    let post = Post {
        token: Some(person.token.as_str()),
        if_match: Some(draft.tag()?),
        key: Some(key.as_str()),
        ..Post::default()
    };
    timed(&mut requests, client.post(&format!("{path}/submission"), post)).await?;
    let (reviews, key) = (format!("{path}/reviews"), format!("{record}-review"));
    for token in [&world.employer, &world.authority] {
        let post = Post {
            token: Some(token.as_str()),
            body: Some(("application/json", r#"{"decision":"approve"}"#)),
            key: Some(key.as_str()),
            ..Post::default()
        };
        timed(&mut requests, client.post(&reviews, post)).await?;
    }
    Ok(requests)
}
