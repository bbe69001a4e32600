//! The last evening: for a minute ten times as much is sent as can be done, over thousands of connections.

mod caller;
mod kept;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep};

use self::caller::{Caller, Made, Pace, Told};
use crate::client::Client;
use crate::cpu;
use crate::load::{drive, timed};
use crate::place::{Database, Place};
use crate::progress::say;
use crate::report::{Bound, Trial};
use crate::service::{Log, Service};
use crate::stats::percentile;
use crate::world::World;
use crate::{Failure, Run};

/// How much more is sent than can be done.
const TIMES: f64 = 10.0;
/// Completions of all people together for each second of the rush: more than are declared in it.
const RECORDS: usize = 2_000;
/// Declarations of each person by which the sustainable rate is measured.
const CALM: usize = 4;
/// Time between two reads of whoever looks on, and between two looks at memory.
const LOOK: Duration = Duration::from_millis(50);
/// Whoever looks on before the rush does so for this long.
const BEFORE: Duration = Duration::from_secs(3);
/// After the rush a write that is answered within this time says that it is over.
const PROMPT: Duration = Duration::from_millis(250);
/// How long the end of the rush is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Measures how a service comes through it.
pub(crate) async fn measure(run: &Run, database: Database) -> Result<Trial, Failure> {
    let (people, connections) = (usize::try_from(run.people)?, usize::try_from(run.connections)?);
    let place = Place::empty(run, database, "rush")?;
    let service = Service::start(&place, Log::Kept)?;
    let client = Client::new(service.address(), connections)?;
    let records = RECORDS * usize::try_from(run.rush)?;
    let world = World::prepare(&client, people, records.div_ceil(people)).await?;

    say(&format!("what can be done on {database} without a rush"));
    let mut records: Vec<Vec<String>> =
        world.people.iter().map(|person| person.records.clone()).collect();
    let (rate, mut made) = calm_rate(&client, &world, &mut records, connections).await?;
    let onlooker = Onlooker::start(&service, &world);
    sleep(BEFORE).await;
    let before = onlooker.end().await?;

    say(&format!("the rush on {database}"));
    // The last of the people takes no part: they ask when it is over.
    let mut prober = Prober {
        client: Client::new(service.address(), 1)?,
        person: records.len() - 1,
        token: world.people.last().ok_or("nobody is there")?.token.clone(),
        records: records.pop().unwrap_or_default(),
    };
    let callers = callers(run, &service, &world, records).await?;
    let every = Duration::from_secs_f64(callers.len() as f64 / (rate * TIMES));
    let (began, lasts) = (Instant::now(), Duration::from_secs(run.rush.into()));
    let until = began + lasts;
    let onlooker = Onlooker::start(&service, &world);
    let mut calls = JoinSet::new();
    let count = u32::try_from(callers.len())?;
    for (number, caller) in (0..count).zip(callers) {
        let first = began + every * number / count;
        calls.spawn(caller.call(Pace { first, every, until }));
    }
    let (recovered, seen) = {
        let onlooker = async {
            tokio::time::sleep_until(until).await;
            onlooker.end().await
        };
        let recovery = prober.recovery(until, &mut made);
        let (seen, recovered) = tokio::join!(onlooker, recovery);
        (recovered?, seen?)
    };
    let mut told = Told::default();
    while let Some(of_caller) = calls.join_next().await {
        told.add(of_caller?);
    }
    if told.ran_out {
        return Err("there was nothing left to declare before the rush was over".into());
    }
    say(&format!("what {database} has of it"));
    made.append(&mut told.made);
    let kept = kept::compare(&client, &world, &made).await?;
    for unfit in told.unfit.iter().take(5) {
        say(&format!("neither done nor refused for now: {unfit}"));
    }

    told.done.sort_unstable();
    told.refused.sort_unstable();
    let sent = told.done.len() + told.refused.len() + told.unfit.len();
    let seconds = lasts.as_secs_f64();
    let mut trial = Trial::new("the rush", database);
    trial.found("writes a second without a rush", rate, Bound::None);
    trial.found("connections", f64::from(count), Bound::None);
    let wanted = Bound::AtLeast(rate * TIMES);
    trial.found("writes a second that were sent", sent as f64 / seconds, wanted);
    trial.found("of them done", told.done.len() as f64 / seconds, Bound::None);
    trial.found("accepted and lost", kept.lost as f64, Bound::AtMost(0.0));
    trial.found("there, though nobody was told", kept.untold as f64, Bound::AtMost(0.0));
    let unfit = told.unfit.len() as f64;
    trial.found("neither done nor refused for now", unfit, Bound::AtMost(0.0));
    for (name, took) in [("done", &told.done), ("refused", &told.refused)] {
        trial.found(&format!("{name}: p50 ms"), percentile(took, 500), Bound::None);
        trial.found(&format!("{name}: p99 ms"), percentile(took, 990), Bound::None);
    }
    for (name, seen) in [("before", &before), ("in the rush", &seen)] {
        trial.found(&format!("a read {name}: p50 ms"), percentile(&seen.reads, 500), Bound::None);
        trial.found(&format!("a read {name}: p99 ms"), percentile(&seen.reads, 990), Bound::None);
        trial.found(&format!("resident {name}, MiB"), seen.resident, Bound::None);
    }
    trial.found("reads that failed", seen.failed as f64, Bound::AtMost(0.0));
    trial.found("seconds until it is over", recovered.as_secs_f64(), Bound::AtMost(2.0));
    Ok(trial)
}

/// Writes that are done a second while nobody rushes, and the declarations that were made by them.
async fn calm_rate(
    client: &Client,
    world: &World,
    records: &mut [Vec<String>],
    connections: usize,
) -> Result<(f64, Vec<Made>), Failure> {
    let mut jobs = Vec::new();
    for _ in 0..CALM {
        for (person, records) in records.iter_mut().enumerate() {
            let token = world.people.get(person).ok_or("a person is missing")?.token.clone();
            let record = records.pop().ok_or("a learning record is missing")?;
            jobs.push(Caller { client: client.clone(), person, token, records: vec![record] });
        }
    }
    let count = jobs.len();
    let all = Arc::new(std::sync::Mutex::new(Told::default()));
    let told = Arc::clone(&all);
    let work = move |caller: Caller| {
        let told = Arc::clone(&told);
        async move {
            let mut requests = Vec::new();
            let now = Instant::now();
            // They end when their declaration is submitted: they have no other.
            let pace = Pace { first: now, every: Duration::from_micros(1), until: now + PATIENCE };
            let of_caller = timed(&mut requests, async { Ok(caller.call(pace).await) }).await?;
            told.lock().map_err(|error| error.to_string())?.add(of_caller);
            Ok::<_, Failure>(requests)
        }
    };
    let done = drive(jobs, connections, work).await?;
    let mut all = all.lock().map_err(|error| error.to_string())?;
    if let Some(unfit) = all.unfit.first() {
        return Err(format!("a write without a rush: {unfit}").into());
    }
    Ok((2.0 * count as f64 / done.seconds, std::mem::take(&mut all.made)))
}

/// Callers with connections that are open, who share the people and what these have learnt among them.
async fn callers(
    run: &Run,
    service: &Service,
    world: &World,
    mut records: Vec<Vec<String>>,
) -> Result<Vec<Caller>, Failure> {
    let open = usize::try_from(run.open)?;
    let mut tasks = JoinSet::new();
    for number in 0..open {
        let person = number % records.len();
        // How many of them are still to get a part of what this person learnt.
        let left = (open - number).div_ceil(records.len());
        let of_person = records.get_mut(person).ok_or("a person is missing")?;
        let some = of_person.split_off(of_person.len() - of_person.len() / left);
        let token = world.people.get(person).ok_or("a person is missing")?.token.clone();
        let client = Client::new(service.address(), 1)?;
        let caller = Caller { client, person, token, records: some };
        tasks.spawn(async move {
            // The connection is open from here on.
            caller.client.get("/healthz", None).await?;
            Ok::<_, Failure>(caller)
        });
    }
    let mut callers = Vec::with_capacity(open);
    while let Some(caller) = tasks.join_next().await {
        callers.push(caller??);
    }
    Ok(callers)
}

/// Who writes when the rush is over.
struct Prober {
    client: Client,
    person: usize,
    token: String,
    records: Vec<String>,
}

impl Prober {
    /// How long after the end of the rush a write is done promptly again.
    async fn recovery(
        &mut self,
        until: Instant,
        made: &mut Vec<Made>,
    ) -> Result<Duration, Failure> {
        tokio::time::sleep_until(until).await;
        while until.elapsed() < PATIENCE {
            let mut caller = Caller {
                client: self.client.clone(),
                person: self.person,
                token: self.token.clone(),
                records: vec![self.records.pop().ok_or("a learning record is missing")?],
            };
            let mut told = Told::default();
            caller.declare(&mut told).await;
            if let Some(unfit) = told.unfit.first() {
                return Err(format!("a write after the rush: {unfit}").into());
            }
            made.extend(told.made);
            if told.done.first().is_some_and(|took| *took < PROMPT) {
                return Ok(until.elapsed());
            }
            sleep(LOOK).await;
        }
        Err("the rush does not end".into())
    }
}

/// Someone who reads now and then, and looks at the service's memory.
struct Onlooker {
    stop: Arc<AtomicBool>,
    task: JoinHandle<Result<Seen, Failure>>,
}

/// What was seen.
#[derive(Default)]
struct Seen {
    /// How long reads took, sorted.
    reads: Vec<Duration>,
    failed: usize,
    /// The most, in MiB.
    resident: f64,
}

impl Onlooker {
    fn start(service: &Service, world: &World) -> Onlooker {
        let stop = Arc::new(AtomicBool::new(false));
        let (address, process) = (service.address(), service.process());
        let tokens: Vec<String> = world.people.iter().map(|person| person.token.clone()).collect();
        let stopped = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            let client = Client::new(address, 1)?;
            let mut seen = Seen::default();
            for token in tokens.iter().cycle() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let began = Instant::now();
                match client.get("/v1/me/years/2023", Some(token)).await {
                    Ok(_) => seen.reads.push(began.elapsed()),
                    Err(error) => {
                        say(&format!("a read: {error}"));
                        seen.failed += 1;
                    }
                }
                seen.resident = seen.resident.max(cpu::resident(process)?);
                sleep(LOOK).await;
            }
            seen.reads.sort_unstable();
            Ok(seen)
        });
        Onlooker { stop, task }
    }

    async fn end(self) -> Result<Seen, Failure> {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await?
    }
}
