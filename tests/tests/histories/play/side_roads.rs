//! The steps beside the main road over HTTP: rosters, make-up, exemptions, appeals.

use serde_json::{Value, json};
use xueshi_tests::Client;
use xueshi_tests::steps::text;

use super::{Stage, hours, understood};
use crate::histories::model::{Actor, Answer, Model, Source};
use crate::histories::steps::{AppealStep, ExemptionStep, Leaving, MakeupStep, Wish};

impl Stage {
    /// A whole roster; the records that it adds are known from then on.
    pub(super) async fn hand_in(
        &mut self,
        class: usize,
        actor: Actor,
        lines: &[(usize, i64, bool)],
        model: &Model,
    ) -> Answer {
        let client = self.client(actor).await;
        let path = format!("/v1/classes/{}/roster", self.classes[class]);
        let body: Vec<Value> = lines
            .iter()
            .map(|(person, tenths, passed)| {
                json!({"professional_id": self.people[*person], "hours": hours(*tenths), "passed": passed})
            })
            .collect();
        let call = client.put(&path).if_match("*");
        let answer = call.json(json!({"lines": body, "reason": "按签到表"})).await;
        if answer.status == 200 {
            let results = answer.json()["results"].clone();
            for (line, (person, _, _)) in lines.iter().enumerate() {
                assert!(results[line]["problem"].is_null(), "{results:#}");
                if model.record_of(*person, Source::Class(class)).is_none() {
                    self.records.push(text(&results[line], "learning_record_id"));
                }
            }
        }
        understood(&answer, |_| "uploaded".to_owned())
    }

    /// P4: one line of a roster, declared by the employer.
    pub(super) async fn declare_roster(
        &mut self,
        class: usize,
        person: usize,
        actor: Actor,
    ) -> Answer {
        let client = self.client(actor).await;
        let path = format!("/v1/classes/{}/declarations", self.classes[class]);
        let named = json!({"professional_ids": [self.people[person]]});
        let answer = client.post(&path).json(named).await;
        if answer.status != 200 {
            return understood(&answer, |_| String::new());
        }
        let result = &answer.json()["results"][0];
        match result["problem"]["code"].as_str() {
            Some(code) => Answer::Refused(code.to_owned()),
            None => {
                self.declarations.push(text(&result["declaration"], "id"));
                Answer::Done(text(result, "outcome"))
            }
        }
    }

    pub(super) async fn make_up(&mut self, step: &MakeupStep, model: &Model) -> Answer {
        match step {
            MakeupStep::Apply { person, year, exceptional, actor } => {
                let client = self.client(*actor).await;
                let item = json!({"professional_id": self.people[*person], "year": year});
                let body = json!({"items": [item], "exceptional": exceptional, "reason": "援疆"});
                let answer = client.post("/v1/makeup-applications").json(body).await;
                if answer.status == 201 {
                    self.applications.push(text(&answer.json(), "id"));
                }
                understood(&answer, |body| text(body, "state"))
            }
            MakeupStep::Submit { application } => {
                let client = self.client(model.applications[*application].employer).await;
                let path = format!("/v1/makeup-applications/{}", self.applications[*application]);
                let call = client.post(&format!("{path}/submission")).if_match("*");
                understood(&call.await, |body| text(body, "state"))
            }
            MakeupStep::Decide { application, actor, decision } => {
                let client = self.client(*actor).await;
                let path =
                    format!("/v1/makeup-applications/{}/reviews", self.applications[*application]);
                let word = match decision {
                    Wish::Agree => "approve",
                    Wish::Return => "return",
                    Wish::Refuse => "reject",
                };
                let body = json!({"decision": word, "comment": "经核实"});
                let answer = client.post(&path).json(body).await;
                if answer.status == 200 && answer.json()["state"] == "granted" {
                    self.grants.push(text(&answer.json()["items"][0], "grant_id"));
                }
                understood(&answer, |body| text(body, "state"))
            }
        }
    }

    pub(super) async fn exempt(&mut self, step: &ExemptionStep, model: &Model) -> Answer {
        let path = |stage: &Self, exemption: usize| {
            format!("/v1/exemptions/{}", stage.exemptions[exemption])
        };
        let answer = match step {
            ExemptionStep::Apply { person, year, actor } => {
                let client = self.client(*actor).await;
                let body = json!({"professional_id": self.people[*person], "year": year, "kind": "long_illness",
                    "starts_on": format!("{year}-03-01"), "ends_on": format!("{year}-08-31"), "statement": "病休"});
                let answer = client.post("/v1/exemptions").json(body).await;
                if answer.status == 201 {
                    self.exemptions.push(text(&answer.json(), "id"));
                }
                answer
            }
            ExemptionStep::Decide { exemption, actor, decision } => {
                let client = self.client(*actor).await;
                let word = match decision {
                    Wish::Agree => "grant",
                    Wish::Return => "return",
                    Wish::Refuse => "reject",
                };
                let body = json!({"decision": word, "comment": "经核实"});
                client.post(&format!("{}/decision", path(self, *exemption))).json(body).await
            }
            ExemptionStep::Leave { exemption, how } => {
                let (actor, noun) = match how {
                    Leaving::End => (Actor::City, "ending"),
                    Leaving::Withdraw => (model.exemptions[*exemption].employer, "withdrawal"),
                    Leaving::Resubmit => (model.exemptions[*exemption].employer, "submission"),
                };
                let client = self.client(actor).await;
                let call = client.post(&format!("{}/{noun}", path(self, *exemption)));
                let call = call.if_match("*");
                match how {
                    Leaving::End => call.json(json!({"reason": "提前返岗"})).await,
                    Leaving::Withdraw | Leaving::Resubmit => call.await,
                }
            }
        };
        understood(&answer, |body| text(body, "state"))
    }

    pub(super) async fn appeal(&mut self, step: &AppealStep, model: &Model) -> Answer {
        let path = |stage: &Self, appeal: usize| format!("/v1/appeals/{}", stage.appeals[appeal]);
        let answer = match step {
            AppealStep::Bring { declaration, person } => {
                let client = self.client(Actor::Person(*person)).await;
                let matter = json!({"declaration_id": self.declarations[*declaration], "statement": "请复核"});
                self.brought(&client, matter).await
            }
            AppealStep::BringCourse { person, course, tenths, start, end } => {
                let client = self.client(Actor::Person(*person)).await;
                let course = json!({"platform": "hnzjzx", "course_code": format!("course-{course}"), "title": "数字技术",
                    "hours": hours(*tenths), "started_on": start.to_string(), "completed_on": end.to_string()});
                self.brought(&client, json!({"course": course, "statement": "平台未推送"})).await
            }
            AppealStep::Decide { appeal, actor, uphold } => {
                let client = self.client(*actor).await;
                let word = if *uphold { "uphold" } else { "dismiss" };
                let body = json!({"decision": word, "comment": "经复核"});
                let call = client.post(&format!("{}/decision", path(self, *appeal))).json(body);
                let answer = call.await;
                if answer.status == 200 && *uphold {
                    let body = answer.json();
                    let id_of = |member: &str| body[member].as_str().map(str::to_owned);
                    let (record, declaration) =
                        (id_of("learning_record_id"), id_of("declaration_id"));
                    // Beside an added record it names what was declared from it with the decision.
                    if let Some(record) = record {
                        self.records.push(record);
                        self.declarations.extend(declaration);
                    }
                }
                answer
            }
            AppealStep::Withdraw { appeal } => {
                let client = self.client(Actor::Person(model.appeals[*appeal].person)).await;
                client.post(&format!("{}/withdrawal", path(self, *appeal))).if_match("*").await
            }
        };
        understood(&answer, |body| text(body, "state"))
    }

    async fn brought(&mut self, client: &Client, matter: Value) -> xueshi_tests::Answer {
        let answer = client.post("/v1/appeals").json(matter).await;
        if answer.status == 201 {
            self.appeals.push(text(&answer.json(), "id"));
        }
        answer
    }
}
