//! A city to measure on: the demo world, and many more people of its technology company with much that they have learnt.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::Failure;
use crate::client::{Client, Post, text};
use crate::load::drive;
use crate::progress::Progress;

/// The unit code of the technology company of the demo world, and who decides on its people's declarations.
const EMPLOYER: &str = "91410105MA0000066U";
const EMPLOYER_ADMINISTRATOR: &str = "company.admin";
const AUTHORITY_REVIEWER: &str = "jinshui.reviewer";
/// The password of the demo world's accounts and the secret of its clients.
const SANDBOX: &str = "sandbox";
/// The password of the people that are added.
const PASSWORD: &str = "a long enough password";
/// Lines of one batch.
const BATCH: usize = 500;
/// Accounts that are made at once: the service computes two password hashes at a time.
const AT_ONCE: usize = 4;

/// The people, and the tokens of all who act.
#[derive(Debug)]
pub(crate) struct World {
    /// The people.
    pub(crate) people: Vec<Person>,
    /// The token of their employer's administrator.
    pub(crate) employer: String,
    /// The token of the reviewer of the authority.
    pub(crate) authority: String,
}

/// Someone who declares.
#[derive(Debug)]
pub(crate) struct Person {
    /// Their token.
    pub(crate) token: String,
    /// What they have learnt and not declared yet.
    pub(crate) records: Vec<String>,
}

impl World {
    /// Adds so many people to the demo world of a service, each with so many learning records, and logs all of them in.
    pub(crate) async fn prepare(
        client: &Client,
        people: usize,
        records: usize,
    ) -> Result<World, Failure> {
        let province = province(client).await?;
        let batches = people.div_ceil(BATCH) + (people * records).div_ceil(BATCH);
        let progress = Progress::new("registering people and what they learnt", batches);
        let mut ids = Vec::with_capacity(people);
        for some in batches_of(people) {
            ids.extend(push(client, &province, some.map(person)).await?);
            progress.step();
        }
        let mut learnt = Vec::with_capacity(people * records);
        for some in batches_of(people * records) {
            let lines = some.map(|at| completion(at / records, at % records));
            learnt.extend(push(client, &province, lines).await?);
            progress.step();
        }
        progress.end();
        let mut people = log_all_in(client, ids).await?;
        for (person, learnt) in people.iter_mut().zip(learnt.chunks(records)) {
            person.records = learnt.to_vec();
        }
        let employer = client.login(EMPLOYER_ADMINISTRATOR, SANDBOX).await?;
        let authority = client.login(AUTHORITY_REVIEWER, SANDBOX).await?;
        Ok(World { people, employer, authority })
    }
}

/// Makes an account for each person; their tokens, in the same order.
async fn log_all_in(client: &Client, ids: Vec<String>) -> Result<Vec<Person>, Failure> {
    let progress = Progress::new("making accounts", ids.len());
    let admin: Arc<str> = client.login("city.admin", SANDBOX).await?.into();
    let tokens = Arc::new(std::sync::Mutex::new(vec![String::new(); ids.len()]));
    let work = {
        let (client, tokens, progress) = (client.clone(), Arc::clone(&tokens), progress.clone());
        move |(number, id): (usize, String)| {
            let (client, admin) = (client.clone(), Arc::clone(&admin));
            let (tokens, progress) = (Arc::clone(&tokens), progress.clone());
            async move {
                let username = format!("bench-{number}");
                let account = json!({
                    "username": username, "display_name": "Bench", "password": PASSWORD, "professional_id": id,
                });
                client.ask(Some(&*admin), "/v1/accounts", &account).await?;
                let token = client.login(&username, PASSWORD).await?;
                let mut tokens = tokens.lock().map_err(|error| error.to_string())?;
                if let Some(place) = tokens.get_mut(number) {
                    *place = token;
                }
                progress.step();
                Ok::<_, Failure>(Vec::<Duration>::new())
            }
        }
    };
    drive(ids.into_iter().enumerate().collect(), AT_ONCE, work).await?;
    progress.end();
    let tokens = std::mem::take(&mut *tokens.lock().map_err(|error| error.to_string())?);
    Ok(tokens.into_iter().map(|token| Person { token, records: Vec::new() }).collect())
}

/// Everybody submits everything.
pub(crate) async fn submit_all(
    client: &Client,
    world: &Arc<World>,
    connections: usize,
) -> Result<(), Failure> {
    let progress = Progress::new("submitting what they learnt", world.people.len());
    let work = {
        let (client, world, progress) = (client.clone(), Arc::clone(world), progress.clone());
        move |number: usize| {
            let (client, world, progress) = (client.clone(), Arc::clone(&world), progress.clone());
            async move {
                let person = world.people.get(number).ok_or("a person is missing")?;
                submit(&client, person).await?;
                progress.step();
                Ok::<_, Failure>(Vec::new())
            }
        }
    };
    drive((0..world.people.len()).collect(), connections, work).await?;
    progress.end();
    Ok(())
}

async fn submit(client: &Client, person: &Person) -> Result<(), Failure> {
    let token = Some(person.token.as_str());
    for record in &person.records {
        let new = format!(r#"{{"year":2023,"learning_record_id":"{record}"}}"#);
        let post =
            Post { token, body: Some(("application/json", new.as_str())), ..Post::default() };
        let draft = client.post("/v1/declarations", post).await?;
        let post = Post { token, if_match: Some(draft.tag()?), ..Post::default() };
        client.post(&format!("{}/submission", draft.location()?), post).await?;
    }
    Ok(())
}

fn batches_of(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(BATCH).map(move |from| from..count.min(from + BATCH))
}

/// Pushes what people completed beside what they were [prepared](World::prepare) with, batch after batch until it is told to stop; how many
/// lines were taken. The `part` keeps several who do so apart.
pub(crate) async fn push_on(
    client: &Client,
    people: usize,
    part: usize,
    stop: &AtomicBool,
) -> Result<usize, Failure> {
    let province = province(client).await?;
    let mut taken = 0;
    while !stop.load(Ordering::Relaxed) {
        let course = |at: usize| 1_000_000 * (part + 1) + at / people;
        let lines = (taken..taken + BATCH).map(|at| completion(at % people, course(at)));
        taken += push(client, &province, lines).await?.len();
    }
    Ok(taken)
}

/// The token of the provincial platform.
async fn province(client: &Client) -> Result<String, Failure> {
    let body = Some(("application/x-www-form-urlencoded", "grant_type=client_credentials"));
    let post = Post { basic: Some(("province", SANDBOX)), body, ..Post::default() };
    let answer = client.post("/v1/oauth/token", post).await?;
    text(&answer.json()?, "access_token")
}

/// Pushes lines; the ids of what was made of them, in the same order.
async fn push(
    client: &Client,
    token: &str,
    lines: impl Iterator<Item = Value>,
) -> Result<Vec<String>, Failure> {
    let mut body = String::new();
    for line in lines {
        writeln!(body, "{line}")?;
    }
    let body = Some(("application/x-ndjson", body.as_str()));
    let post = Post { token: Some(token), body, ..Post::default() };
    let answer = client.post("/v1/sync/records", post).await?.json()?;
    let results = answer["results"].as_array().ok_or("a batch without results")?;
    results
        .iter()
        .map(|result| match result["outcome"].as_str() {
            Some("created") => text(result, "id"),
            Some(_) | None => Err(format!("a line is not taken: {result}").into()),
        })
        .collect()
}

fn person(number: usize) -> Value {
    line(
        "person",
        &format!("bench-{number}"),
        &json!({
            "name": format!("Person {number}"), "id_type": "resident_id", "id_number": id_number(number),
            "post": "technical", "employer_code": EMPLOYER, "started_on": "2020-03-01",
        }),
    )
}

/// What a person completed.
fn completion(number: usize, course: usize) -> Value {
    line(
        "completion",
        &format!("bench-{number}-{course}"),
        &json!({
            "id_type": "resident_id", "id_number": id_number(number), "platform": "hnzjzx",
            "course_code": format!("bench-{course}"), "title": format!("Course {course}"), "hours": 0.1,
            "started_on": "2023-03-06", "completed_on": "2023-03-10",
        }),
    )
}

fn line(kind: &str, name: &str, data: &Value) -> Value {
    json!({"kind": kind, "source": "province", "external_id": name, "revision": 1, "data": data})
}

/// A resident id number that nobody has, with its check digit (GB 11643).
fn id_number(number: usize) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let (day, month) = (number % 28 + 1, number / 28 % 12 + 1);
    let (year, order) = (1970 + number / 336 % 30, number / 10_080 + 100);
    // The division does not exist.
    let body = format!("410198{year}{month:02}{day:02}{order:03}");
    let sum: u32 =
        body.chars().filter_map(|digit| digit.to_digit(10)).zip(WEIGHTS).map(|(d, w)| d * w).sum();
    format!("{body}{}", CHECK[sum as usize % CHECK.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_numbers_have_their_check_digit() {
        for (number, id) in [
            (0, "410198197001011000"),
            (10_080, "410198197001011019"),
            (99_999, "410198199708121093"),
        ] {
            assert_eq!(id_number(number), id);
        }
    }

    #[test]
    fn batches_cover_everything_once() {
        let covered: Vec<usize> = batches_of(1_234).flatten().collect();
        assert_eq!(covered, (0..1_234).collect::<Vec<_>>());
    }
}
