//! One person's year on one screen, everything checked, beside a bare handler that asks for as much of it as it needs.

use std::sync::Arc;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::Value;

use crate::client::Client;
use crate::load::{drive, timed};
use crate::place::{Database, Place};
use crate::progress::Progress;
use crate::report::{Comparison, Goal, Round, Side};
use crate::service::{Log, Service};
use crate::world::{self, World};
use crate::{Failure, Run};

/// Throughput of the service, as a part of the bare handler's.
const GOAL: Goal = Goal { least: 0.8 };
/// Declarations of each person.
const DECLARATIONS: usize = 10;
/// Requests of a round.
const REQUESTS: usize = 6_000;

struct Contender {
    // Dropped in this order: the service stops before its database is removed.
    client: Client,
    service: Service,
    side: Side,
}

/// Measures both on one database, in turn.
pub(crate) async fn measure(run: &Run, database: Database) -> Result<Comparison, Failure> {
    let (people, connections) = (usize::try_from(run.people)?, usize::try_from(run.connections)?);
    let rounds = usize::try_from(run.rounds)? + 1;
    let place = Place::empty(run, database, "year")?;
    let service = Service::start(&place, Log::Kept)?;
    let client = Client::new(service.address(), connections)?;
    let world = Arc::new(World::prepare(&client, people, DECLARATIONS).await?);
    world::submit_all(&client, &world, connections).await?;
    drop((client, service));
    place.settle()?;

    let service = Service::start(&place, Log::Kept)?;
    let client = Client::new(service.address(), connections)?;
    let keys: Value = serde_json::from_slice(&client.get("/.well-known/jwks.json", None).await?)?;
    let key = keys["keys"][0].to_string();
    let bare = Service::start_bare(&place, &key)?;
    let bare_client = Client::new(bare.address(), connections)?;
    let mut contenders = [
        Contender { client, service, side: Side::new("the service") },
        Contender { client: bare_client, service: bare, side: Side::new("a bare handler") },
    ];
    let stage = format!("years on {database}");
    let progress = Progress::new(&stage, 2 * rounds);
    let mut random = StdRng::seed_from_u64(run.seed);
    for round in 0..rounds {
        let tokens: Vec<String> = (0..REQUESTS)
            .filter_map(|_| world.people.choose(&mut random))
            .map(|person| person.token.clone())
            .collect();
        for contender in &mut contenders {
            let measured = contender.round(tokens.clone(), connections).await?;
            // The first one fills caches and pools.
            if round > 0 {
                contender.side.rounds.push(measured);
            }
            progress.step();
        }
        // Whoever was first is second in the next round.
        contenders.reverse();
    }
    progress.end();
    contenders.sort_by_key(|contender| contender.side.name != "the service");
    let [service, bare] = contenders.map(|contender| contender.side);
    Comparison::of("GET a person's year", database, "years", GOAL, service, bare)
}

impl Contender {
    async fn round(&self, tokens: Vec<String>, connections: usize) -> Result<Round, Failure> {
        let operations = tokens.len();
        let before = self.service.spent()?;
        let client = self.client.clone();
        let work = move |token: String| {
            let client = client.clone();
            async move {
                let mut requests = Vec::with_capacity(1);
                timed(&mut requests, client.get("/v1/me/years/2023", Some(&token))).await?;
                Ok::<_, Failure>(requests)
            }
        };
        let done = drive(tokens, connections, work).await?;
        self.service.round(before, operations, &done)
    }
}
