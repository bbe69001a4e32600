//! The steps over HTTP, on one database.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use xueshi_tests::steps::{self as acts, text};
use xueshi_tests::{Client, Database, Server};

use super::model::{Actor, Answer, Model, PEOPLE};
use super::steps::Step;

const PASSWORD: &str = "a long enough password";

/// A server with the people of the history, and what they have done there.
pub(super) struct Stage {
    server: Server,
    people: Vec<String>,
    records: Vec<String>,
    declarations: Vec<String>,
    /// Files that were attached: each is another one.
    files: usize,
    /// What was sealed, by year.
    sealed: BTreeMap<i32, Vec<Value>>,
    /// Who is logged in. Tokens are short-lived: a move of the clock ends them.
    clients: BTreeMap<Actor, Client>,
}

/// Ids of people who do not exist, with right check digits.
const NUMBERS: [&str; PEOPLE] =
    ["410102199003070131", "410102199003070211", "410102199003070334", "410102199003070414"];

impl Stage {
    /// Registers the people and makes the last one the company's administrator.
    pub(super) async fn set(server: Server, model: &Model) -> Self {
        server.freeze_clock(&rfc3339(model.now)).await;
        let admin = server.login("city.admin").await;
        let mut people = Vec::new();
        for (index, number) in NUMBERS.iter().enumerate() {
            let account = if index < 2 { "hospital.admin" } else { "company.admin" };
            let employer = server.login(account).await;
            let unit =
                employer.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
            let person = json!({"name": "郑小满", "id_type": "resident_id", "id_number": number, "post": "technical",
                "employer_id": unit, "started_on": "2023-01-01"});
            let person = text(&employer.post("/v1/professionals").json(person).await.is(201), "id");
            let account = json!({"username": format!("person.{index}"), "display_name": "郑小满",
                "password": PASSWORD, "professional_id": person});
            let account = text(&admin.post("/v1/accounts").json(account).await.is(201), "id");
            if index + 1 == PEOPLE {
                let path = format!("/v1/organizations/{}/administrators", unit.as_str().unwrap());
                let office = json!({"account_id": account, "role": "employer_administrator"});
                admin.post(&path).json(office).await.is(201);
            }
            people.push(person);
        }
        let (records, declarations, sealed, clients) = Default::default();
        Self { server, people, records, declarations, files: 0, sealed, clients }
    }

    pub(super) fn database(&self) -> Database {
        self.server.database()
    }

    async fn client(&mut self, actor: Actor) -> Client {
        if let Some(client) = self.clients.get(&actor) {
            return client.clone();
        }
        let client = match actor {
            Actor::Person(index) => {
                self.server.login_with(&format!("person.{index}"), PASSWORD).await
            }
            Actor::Hospital => self.server.login("hospital.admin").await,
            Actor::Health => self.server.login("health.reviewer").await,
            Actor::Jinshui => self.server.login("jinshui.reviewer").await,
            Actor::City => self.server.login("city.officer").await,
        };
        self.clients.insert(actor, client.clone());
        client
    }

    /// Does a step.
    pub(super) async fn play(&mut self, step: &Step, model: &Model) -> Answer {
        match step {
            Step::Wait { minutes } => {
                let then = model.now + time::Duration::minutes(*minutes);
                self.server.freeze_clock(&rfc3339(then)).await;
                self.clients.clear();
                Answer::Done("later".to_owned())
            }
            Step::Deliver { person, course, tenths, start, end } => {
                let delivery = json!({"id_type": "resident_id", "id_number": NUMBERS[*person],
                    "platform": "hnzjzx", "course_code": format!("course-{course}"), "title": "数字技术",
                    "hours": hours(*tenths), "started_on": start.to_string(), "completed_on": end.to_string()});
                let machine = self.server.machine("hnzjzx").await;
                let answer = machine.post("/v1/learning-records").json(delivery).await;
                if answer.status == 201 {
                    self.records.push(text(&answer.json(), "id"));
                }
                understood(&answer, |_| "delivered".to_owned())
            }
            Step::DeclareCourse { person, record, year } => {
                let client = self.client(Actor::Person(*person)).await;
                let answer = acts::declare_record(&client, *year, &self.records[*record]).await;
                self.drafted(&answer)
            }
            Step::DeclareConference { person, year, tenths, start, end } => {
                let client = self.client(Actor::Person(*person)).await;
                let words = json!({"year": year, "subject": "professional", "way": "conference", "title": "学术年会",
                    "learning_start": start.to_string(), "learning_end": end.to_string(), "hours": hours(*tenths)});
                let answer = client.post("/v1/declarations").json(words).await;
                self.drafted(&answer)
            }
            Step::Attach { declaration } => {
                let client = self.owner(*declaration, model).await;
                let path =
                    format!("/v1/declarations/{}/attachments", self.declarations[*declaration]);
                self.files += 1;
                let number = format!("{path} {}", self.files);
                let call =
                    client.post(&path).file("proof_of_attendance", "a.pdf", &acts::pdf(&number));
                understood(&call.await, |_| "attached".to_owned())
            }
            Step::Submit { declaration } => {
                let client = self.owner(*declaration, model).await;
                let path = format!("/v1/declarations/{}", self.declarations[*declaration]);
                let tag = client.get(&path).await.etag();
                let call = client.post(&format!("{path}/submission")).if_match(&tag);
                understood(&call.await, |body| text(body, "state"))
            }
            Step::Decide { declaration, actor, decision } => {
                let client = self.client(*actor).await;
                let call =
                    acts::decision(&client, &self.declarations[*declaration], decision.word());
                understood(&call.await, |body| text(body, "state"))
            }
            Step::Withdraw { declaration } => {
                let client = self.owner(*declaration, model).await;
                let path = format!("/v1/declarations/{}", self.declarations[*declaration]);
                let tag = client.get(&path).await.etag();
                let call = client.post(&format!("{path}/withdrawal")).if_match(&tag);
                understood(&call.await, |body| text(body, "state"))
            }
            Step::Revoke { declaration, actor } => {
                let owner = self.owner(*declaration, model).await;
                let client = self.client(*actor).await;
                let path = format!("/v1/declarations/{}", self.declarations[*declaration]);
                let tag = owner.get(&path).await.etag();
                let call = client.post(&format!("{path}/revocation")).if_match(&tag);
                let call = call.json(json!({"reason": "查实材料不实"}));
                understood(&call.await, |body| text(body, "state"))
            }
            Step::Transfer { person } => self.transfer(*person, model).await,
            Step::Settle { year } => self.settle(*year).await,
            Step::Reinstate { declaration } => {
                let owner = self.owner(*declaration, model).await;
                let client = self.client(Actor::City).await;
                let path = format!("/v1/declarations/{}", self.declarations[*declaration]);
                let tag = owner.get(&path).await.etag();
                let call = client.post(&format!("{path}/reinstatement")).if_match(&tag);
                let call = call.json(json!({"reason": "审核单位逾期"}));
                understood(&call.await, |_| "reinstated".to_owned())
            }
            Step::Verify { person, year, actor } => {
                let client = self.client(*actor).await;
                let whom = json!({"year": year, "professional_ids": [self.people[*person]]});
                let answer = client.post("/v1/annual-records:verify").json(whom).await;
                if answer.status != 200 {
                    return understood(&answer, |_| String::new());
                }
                let result = &answer.json()["results"][0];
                match result["problem"]["code"].as_str() {
                    Some(code) => Answer::Refused(code.to_owned()),
                    None => Answer::Done(text(result, "outcome")),
                }
            }
        }
    }

    /// The employer that someone has asks, the other one accepts.
    async fn transfer(&mut self, person: usize, model: &Model) -> Answer {
        let (from, to, code) = match model.works_for_the_company(person) {
            true => (Actor::Person(3), Actor::Hospital, "12410100MA0000058X"),
            false => (Actor::Hospital, Actor::Person(3), "91410105MA0000066U"),
        };
        let asking = self.client(from).await;
        let body = json!({"professional_id": self.people[person], "to_unit_code": code});
        let asked = asking.post("/v1/transfers").json(body).await;
        if asked.status != 201 {
            return understood(&asked, |_| String::new());
        }
        let transfer = asked.json();
        let path = format!("/v1/transfers/{}/decision", text(&transfer, "id"));
        let accepting = self.client(to).await;
        let call = accepting.post(&path).if_match(&format!("\"{}\"", transfer["version"]));
        let call = call.json(json!({"decision": "accept", "comment": "已核对"}));
        understood(&call.await, |body| text(body, "state"))
    }

    /// Settles a year and waits until that is done; what was sealed is kept for the end.
    async fn settle(&mut self, year: i32) -> Answer {
        let city = self.client(Actor::City).await;
        let asked = city.post(&format!("/v1/settlements/{year}")).await;
        if !matches!(asked.status, 200 | 202) {
            return understood(&asked, |_| String::new());
        }
        for _ in 0..600 {
            let job = city.get(asked.header("location")).await.is(200);
            if job["state"] == "succeeded" {
                let path = format!("/v1/appraisals?year={year}&limit=200");
                let sealed = acts::all_pages(&city, &path).await;
                let before = self.sealed.entry(year).or_insert_with(|| sealed.clone());
                assert_eq!(*before, sealed, "what was sealed for {year} is another thing now");
                return Answer::Done("settled".to_owned());
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the settlement of {year} does not end");
    }

    async fn owner(&mut self, declaration: usize, model: &Model) -> Client {
        self.client(Actor::Person(model.declarations[declaration].person)).await
    }

    fn drafted(&mut self, answer: &xueshi_tests::Answer) -> Answer {
        if answer.status == 201 {
            self.declarations.push(text(&answer.json(), "id"));
        }
        understood(answer, |body| text(body, "state"))
    }

    /// V3: the list of what is late is the model's, for the levels above too.
    pub(super) async fn compare_overdue(&mut self, model: &Model) {
        let city = self.client(Actor::City).await;
        let rows = acts::all_pages(&city, "/v1/review-queue?overdue=true&limit=200").await;
        let listed: BTreeSet<String> = rows.iter().map(|row| text(row, "id")).collect();
        let ours: BTreeSet<&String> = self.declarations.iter().collect();
        let found: BTreeSet<&String> = listed.iter().filter(|id| ours.contains(id)).collect();
        let expected: BTreeSet<&String> =
            model.overdue().into_iter().map(|index| &self.declarations[index]).collect();
        assert_eq!(found, expected, "overdue at {}", model.now);
    }

    /// Everything that stands in the end.
    pub(super) async fn compare_all(&mut self, model: &Model) {
        for (index, id) in self.declarations.clone().iter().enumerate() {
            let owner = self.owner(index, model).await;
            let found = owner.get(&format!("/v1/declarations/{id}")).await.is(200);
            let d = &model.declarations[index];
            assert_eq!(found["state"], d.state, "{found:#}");
            // H2: no hour outside its year.
            let end = text(&found, "learning_end");
            assert!(end.starts_with(&d.year.to_string()), "{found:#}");
            let due =
                found["due_at"].as_str().map(|due| OffsetDateTime::parse(due, &Rfc3339).unwrap());
            assert_eq!(due, d.due, "{found:#}");
        }
        for ((person, year), state) in model.years() {
            self.compare_year(model, person, year, state).await;
        }
        self.compare_events(model).await;
        let city = self.client(Actor::City).await;
        for (year, sealed) in &self.sealed {
            let path = format!("/v1/appraisals?year={year}&limit=200");
            assert_eq!(acts::all_pages(&city, &path).await, *sealed, "sealed for {year}");
        }
    }

    async fn compare_year(&mut self, model: &Model, person: usize, year: i32, state: &str) {
        let city = self.client(Actor::City).await;
        let id = &self.people[person];
        let record =
            city.get(&format!("/v1/professionals/{id}/annual-records/{year}")).await.is(200);
        assert_eq!(record["state"], state, "person {person}, {year}: {record:#}");
        let sums = model.totals(person, year);
        for (bucket, name) in ["approved", "pending"].iter().enumerate() {
            let hours = &record[*name];
            let found = [acts::tenths(&hours["public"]), acts::tenths(&hours["professional"])];
            assert_eq!(found, sums[bucket], "{name} of person {person} in {year}");
        }
        assert_eq!(record["certificate"].is_null(), state != "certified", "{record:#}");
        acts::assert_totals_add_up(&self.server, id, year).await;
    }

    /// Every move of a declaration was told once, and time told nothing twice.
    async fn compare_events(&mut self, model: &Model) {
        let city = self.client(Actor::City).await;
        for (index, id) in self.declarations.iter().enumerate() {
            let events =
                acts::all_pages(&city, &format!("/v1/events?limit=200&subject_id={id}")).await;
            let by_time = |event: &&Value| event["account_id"].is_null();
            let moved = events.iter().filter(|event| !by_time(event)).count();
            assert_eq!(moved, model.declarations[index].moves, "{events:#?}");
        }
    }
}

/// Hours as the API takes them.
fn hours(tenths: i64) -> Value {
    serde_json::from_str(&format!("{}.{}", tenths / 10, tenths % 10)).unwrap()
}

fn rfc3339(instant: OffsetDateTime) -> String {
    instant.format(&Rfc3339).unwrap()
}

/// What an answer says: done with what it led to, or the code of the refusal.
fn understood(answer: &xueshi_tests::Answer, done: impl Fn(&Value) -> String) -> Answer {
    let body = answer.json();
    match answer.status {
        200..300 => Answer::Done(done(&body)),
        _ => Answer::Refused(
            body["code"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned(),
        ),
    }
}
