//! Requests by key in a large city, beside the same in a small one: what is asked for by key takes as long however many others there are.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

use crate::client::{Client, text};
use crate::load::{drive, timed};
use crate::place::{Database, Place};
use crate::progress::{Progress, say};
use crate::report::{Comparison, Goal, Round, Side};
use crate::service::{Log, Service};
use crate::world::{self, World};
use crate::{Failure, Run, growing};

/// A request takes at most 1.3 times as long. They come one after the other, so that throughput is how long they take.
const GOAL: Goal = Goal { least: 1.0 / 1.3 };
/// A late page takes at most 1.2 times as long as the first.
const LATE: Goal = Goal { least: 1.0 / 1.2 };
/// Where what waits is listed.
const QUEUE: &str = "/v1/review-queue";
/// Figures of the caller's unit.
const COMPLETION: &str = "/v1/statistics/completion?year=2023";
/// Declarations of each person.
const DECLARATIONS: usize = 10;
/// Requests of a round.
const REQUESTS: usize = 400;
/// At once: nothing waits for anything else.
const CONNECTIONS: usize = 1;
/// The year that is asked for.
const YEAR: i32 = 2023;

/// Something that is asked for: whose token, and which path.
type Ask = (String, String);

/// What is asked.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Year,
    Declaration,
    Declarations,
    Queue,
    Completion,
    CompletionAbove,
}

impl Kind {
    const ALL: [Kind; 6] = [
        Kind::Year,
        Kind::Declaration,
        Kind::Declarations,
        Kind::Queue,
        Kind::Completion,
        Kind::CompletionAbove,
    ];

    fn name(self) -> &'static str {
        match self {
            Kind::Year => "GET a person's year",
            Kind::Declaration => "GET a declaration",
            Kind::Declarations => "GET a person's declarations",
            Kind::Queue => "GET 50 of an employer's queue",
            Kind::Completion => "GET completion of an employer",
            Kind::CompletionAbove => "GET completion of its reviewing body",
        }
    }

    fn ask(self, world: &World, declarations: &[Vec<String>], random: &mut StdRng) -> Option<Ask> {
        let number = random.random_range(0..world.people.len());
        let person = world.people.get(number)?.token.clone();
        Some(match self {
            Kind::Year => (person, format!("/v1/me/years/{YEAR}")),
            Kind::Declaration => {
                let id = declarations.get(number)?.choose(random)?;
                (person, format!("/v1/declarations/{id}"))
            }
            Kind::Declarations => (person, "/v1/declarations?limit=20".to_owned()),
            Kind::Queue => (world.employer.clone(), format!("{QUEUE}?limit=50")),
            Kind::Completion => (world.employer.clone(), COMPLETION.to_owned()),
            Kind::CompletionAbove => (world.authority.clone(), COMPLETION.to_owned()),
        })
    }
}

/// A service in one of the two cities.
struct Contender {
    // Dropped in this order: the service stops before its database is removed.
    client: Client,
    service: Service,
    _place: Place,
    name: String,
}

/// Measures each kind of request in both cities, in turn.
pub(crate) async fn measure(run: &Run, database: Database) -> Result<Vec<Comparison>, Failure> {
    let (people, connections) = (usize::try_from(run.people)?, usize::try_from(run.connections)?);
    let small = Place::empty(run, database, "small")?;
    let service = Service::start(&small, Log::Kept)?;
    let client = Client::new(service.address(), connections)?;
    let world = Arc::new(World::prepare(&client, people, DECLARATIONS).await?);
    world::submit_all(&client, &world, connections).await?;
    let declarations = ids_of(&client, &world).await?;
    drop((client, service));
    small.settle()?;
    let large = small.copy(run, database, "large")?;
    let copies = run.city.saturating_sub(run.people).div_ceil(run.people);
    growing::grow(&large, copies)?;
    large.settle()?;

    let mut contenders = Vec::new();
    for (place, count) in [(large, run.people * (copies + 1)), (small, run.people)] {
        let service = Service::start(&place, Log::Kept)?;
        let client = Client::new(service.address(), CONNECTIONS)?;
        let name = format!("{count} people");
        contenders.push(Contender { client, service, _place: place, name });
    }
    let mut comparisons = Vec::new();
    for kind in Kind::ALL {
        say(&format!("{} on {database}, in cities of two sizes", kind.name()));
        let [large, small] = rounds(run, kind, &world, &declarations, &contenders).await?;
        comparisons.push(Comparison::of(
            &format!("{}, large city", kind.name()),
            database,
            "requests",
            GOAL,
            large,
            small,
        )?);
    }
    comparisons.push(late_page(run, database, &world, &contenders).await?);
    Ok(comparisons)
}

/// A page near the end of the large queue, beside the first one.
async fn late_page(
    run: &Run,
    database: Database,
    world: &World,
    contenders: &[Contender],
) -> Result<Comparison, Failure> {
    let [large, _] = contenders else { return Err("a comparison has two sides".into()) };
    let first = format!("{QUEUE}?limit=50");
    let mut path = format!("{QUEUE}?limit=200");
    let (mut pages, mut late) = (0_u32, first.clone());
    loop {
        let page = large.client.get(&path, Some(&world.employer)).await?;
        let page: Value = serde_json::from_slice(&page)?;
        // The last but one: behind it something is left.
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        late = path.replace("limit=200", "limit=50");
        path = format!("{QUEUE}?limit=200&cursor={cursor}");
        pages += 1;
    }
    let names = [format!("page {}", 4 * pages.saturating_sub(1) + 1), "page 1".to_owned()];
    let [mut late_side, mut first_side] = names.each_ref().map(|name| Side::new(name));
    for round in 0..=run.rounds {
        let mut both = [(&late, &mut late_side), (&first, &mut first_side)];
        if round % 2 == 1 {
            both.reverse();
        }
        for (path, side) in both {
            let asks = vec![(world.employer.clone(), path.clone()); REQUESTS];
            let measured = large.round(asks).await?;
            if round > 0 {
                side.rounds.push(measured);
            }
        }
    }
    let case = "GET 50 of an employer's queue, near its end";
    Comparison::of(case, database, "requests", LATE, late_side, first_side)
}

/// The rounds of both, the large one first.
async fn rounds(
    run: &Run,
    kind: Kind,
    world: &World,
    declarations: &[Vec<String>],
    contenders: &[Contender],
) -> Result<[Side; 2], Failure> {
    let mut random = StdRng::seed_from_u64(run.seed);
    let mut sides: Vec<Side> =
        contenders.iter().map(|contender| Side::new(&contender.name)).collect();
    let progress = Progress::new(kind.name(), contenders.len() * (run.rounds as usize + 1));
    for round in 0..=run.rounds {
        let asks = (0..REQUESTS).map(|_| kind.ask(world, declarations, &mut random));
        let asks: Option<Vec<Ask>> = asks.collect();
        let asks = asks.ok_or("somebody has nothing to ask for")?;
        let mut both: Vec<(&Contender, &mut Side)> = contenders.iter().zip(&mut sides).collect();
        // Whoever was first is second in the next round.
        if round % 2 == 1 {
            both.reverse();
        }
        for (contender, side) in both {
            let measured = contender.round(asks.clone()).await?;
            // The first one fills caches and pools.
            if round > 0 {
                side.rounds.push(measured);
            }
            progress.step();
        }
    }
    progress.end();
    <[Side; 2]>::try_from(sides).map_err(|_| "a comparison has two sides".into())
}

/// The ids of everybody's declarations.
pub(super) async fn ids_of(client: &Client, world: &World) -> Result<Vec<Vec<String>>, Failure> {
    let mut all = Vec::with_capacity(world.people.len());
    for person in &world.people {
        let page = client.get("/v1/declarations?limit=200", Some(&person.token)).await?;
        let page: Value = serde_json::from_slice(&page)?;
        let items = page["data"].as_array().ok_or("a page without data")?;
        let ids: Result<Vec<String>, Failure> = items.iter().map(|item| text(item, "id")).collect();
        all.push(ids?);
    }
    Ok(all)
}

impl Contender {
    async fn round(&self, asks: Vec<Ask>) -> Result<Round, Failure> {
        let operations = asks.len();
        let before = self.service.spent()?;
        let client = self.client.clone();
        let work = move |(token, path): Ask| {
            let client = client.clone();
            async move {
                let mut requests = Vec::with_capacity(1);
                timed(&mut requests, client.get(&path, Some(&token))).await?;
                Ok::<_, Failure>(requests)
            }
        };
        let done = drive(asks, CONNECTIONS, work).await?;
        self.service.round(before, operations, &done)
    }
}
