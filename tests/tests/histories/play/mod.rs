//! The steps over HTTP, on one database; the roads beside the main one in `side_roads`, what stands then in `compare`.

mod compare;
mod side_roads;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use xueshi_tests::steps::{self as acts, text};
use xueshi_tests::{Client, Database, Server, filing};

use super::model::{Actor, Answer, CLASSES, Model, PEOPLE};
use super::steps::{LearnStep, RoadStep, Step, YearStep};

const PASSWORD: &str = "a long enough password";

/// A server with the people of the history, and what they have done there.
pub(super) struct Stage {
    server: Server,
    people: Vec<String>,
    records: Vec<String>,
    declarations: Vec<String>,
    classes: Vec<String>,
    applications: Vec<String>,
    grants: Vec<String>,
    exemptions: Vec<String>,
    appeals: Vec<String>,
    /// What nobody may change while the freeze lasts (W1).
    frozen: Option<BTreeMap<String, Value>>,
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
        let office = json!({"role": "municipal_officer", "organization_id": bureau(&admin).await});
        let officer = acts::bare_account(&admin, "second.officer", PASSWORD).await;
        admin.post(&format!("/v1/accounts/{officer}/grants")).json(office).await.is(201);
        let classes = announced(&server).await;
        Self {
            server,
            people,
            records: Vec::new(),
            declarations: Vec::new(),
            classes,
            applications: Vec::new(),
            grants: Vec::new(),
            exemptions: Vec::new(),
            appeals: Vec::new(),
            frozen: None,
            files: 0,
            sealed: BTreeMap::new(),
            clients: BTreeMap::new(),
        }
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
            Actor::Officer => self.server.login_with("second.officer", PASSWORD).await,
            Actor::Base => self.server.login("base.admin").await,
        };
        self.clients.insert(actor, client.clone());
        client
    }

    /// Does a step.
    pub(super) async fn play(&mut self, step: &Step, model: &Model) -> Answer {
        match step {
            Step::Wait { minutes } => {
                self.compare_frozen(model).await;
                let then = model.now + time::Duration::minutes(*minutes);
                self.server.freeze_clock(&rfc3339(then)).await;
                self.clients.clear();
                self.frozen = None;
                Answer::Done("later".to_owned())
            }
            Step::Learn(step) => self.learn(step, model).await,
            Step::Road(step) => self.declare(step, model).await,
            Step::Year(step) => self.year(step, model).await,
            Step::Makeup(step) => self.make_up(step, model).await,
            Step::Exemption(step) => self.exempt(step, model).await,
            Step::Appeal(step) => self.appeal(step, model).await,
        }
    }

    async fn learn(&mut self, step: &LearnStep, model: &Model) -> Answer {
        match step {
            LearnStep::Deliver { person, course, tenths, start, end } => {
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
            LearnStep::Roster { class, actor, lines } => {
                self.hand_in(*class, *actor, lines, model).await
            }
            LearnStep::DeclareRoster { class, person, actor } => {
                self.declare_roster(*class, *person, *actor).await
            }
        }
    }

    async fn declare(&mut self, step: &RoadStep, model: &Model) -> Answer {
        match step {
            RoadStep::DeclareRecord { person, record, year, grant } => {
                let client = self.client(Actor::Person(*person)).await;
                let mut body = json!({"year": year, "learning_record_id": self.records[*record]});
                if let Some(grant) = grant {
                    body["makeup_grant_id"] = json!(self.grants[*grant]);
                }
                let answer = client.post("/v1/declarations").json(body).await;
                self.drafted(&answer)
            }
            RoadStep::DeclareConference { person, year, tenths, start, end, grant } => {
                let client = self.client(Actor::Person(*person)).await;
                let mut words = json!({"year": year, "subject": "professional", "way": "conference", "title": "学术年会",
                    "learning_start": start.to_string(), "learning_end": end.to_string(), "hours": hours(*tenths)});
                if let Some(grant) = grant {
                    words["makeup_grant_id"] = json!(self.grants[*grant]);
                }
                let answer = client.post("/v1/declarations").json(words).await;
                self.drafted(&answer)
            }
            RoadStep::Attach { declaration } => {
                let client = self.owner(*declaration, model).await;
                let path =
                    format!("/v1/declarations/{}/attachments", self.declarations[*declaration]);
                self.files += 1;
                let number = format!("{path} {}", self.files);
                let call =
                    client.post(&path).file("proof_of_attendance", "a.pdf", &acts::pdf(&number));
                understood(&call.await, |_| "attached".to_owned())
            }
            RoadStep::Submit { declaration } => {
                let client = self.owner(*declaration, model).await;
                let path = format!("/v1/declarations/{}", self.declarations[*declaration]);
                let tag = client.get(&path).await.etag();
                let call = client.post(&format!("{path}/submission")).if_match(&tag);
                understood(&call.await, |body| text(body, "state"))
            }
            RoadStep::Decide { declaration, actor, decision } => {
                let client = self.client(*actor).await;
                let call =
                    acts::decision(&client, &self.declarations[*declaration], decision.word());
                understood(&call.await, |body| text(body, "state"))
            }
            RoadStep::Withdraw { declaration } => {
                let client = self.owner(*declaration, model).await;
                let path = format!("/v1/declarations/{}", self.declarations[*declaration]);
                let tag = client.get(&path).await.etag();
                let call = client.post(&format!("{path}/withdrawal")).if_match(&tag);
                understood(&call.await, |body| text(body, "state"))
            }
            RoadStep::Revoke { declaration, actor } => {
                let owner = self.owner(*declaration, model).await;
                let client = self.client(*actor).await;
                let path = format!("/v1/declarations/{}", self.declarations[*declaration]);
                let tag = owner.get(&path).await.etag();
                let call = client.post(&format!("{path}/revocation")).if_match(&tag);
                let call = call.json(json!({"reason": "查实材料不实"}));
                understood(&call.await, |body| text(body, "state"))
            }
        }
    }

    async fn year(&mut self, step: &YearStep, model: &Model) -> Answer {
        match step {
            YearStep::Transfer { person } => self.transfer(*person, model).await,
            YearStep::Settle { year } => self.settle(*year).await,
            YearStep::Reinstate { declaration } => {
                let owner = self.owner(*declaration, model).await;
                let client = self.client(Actor::City).await;
                let path = format!("/v1/declarations/{}", self.declarations[*declaration]);
                let tag = owner.get(&path).await.etag();
                let call = client.post(&format!("{path}/reinstatement")).if_match(&tag);
                let call = call.json(json!({"reason": "审核单位逾期"}));
                understood(&call.await, |_| "reinstated".to_owned())
            }
            YearStep::Verify { person, year, actor } => {
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
                // What the settlement moved is not looked at as a breach of the freeze.
                self.frozen = None;
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
}

/// The municipal bureau.
async fn bureau(admin: &Client) -> Value {
    admin.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone()
}

/// The base announces the classes, under an item of a plan that was approved before they begin.
async fn announced(server: &Server) -> Vec<String> {
    let unit = filing::unit(server, filing::BASE).await;
    server.freeze_clock("2023-10-16T08:00:00+08:00").await;
    let base = server.login("base.admin").await;
    let items = [filing::item("数据安全", 24, "10-17", "12-31")];
    let plan = filing::approved_plan(server, &base, &unit, &items).await;
    let mut classes = Vec::new();
    for [start, end] in CLASSES {
        let day = |date: time::Date| date.to_string()[5..].to_owned();
        let class = filing::class(&plan["items"][0], "数据安全班", &day(start), &day(end), 24);
        classes.push(text(&base.post("/v1/classes").json(class).await.is(201), "id"));
    }
    server.freeze_clock("2023-10-16T09:00:00+08:00").await;
    classes
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
