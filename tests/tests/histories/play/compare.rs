//! What stands, on one database, against the model; and what no rule allows, whatever the model says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use xueshi_tests::steps::{self as acts, text};

use super::Stage;
use crate::histories::model::{Actor, Model, PEOPLE};

/// What a year is known by.
const YEAR: &[&str] = &["state", "approved", "pending", "certificate_id"];

impl Stage {
    /// V3: the list of what is late is the model's, for the levels above too.
    pub(in super::super) async fn compare_overdue(&mut self, model: &Model) {
        let city = self.client(Actor::City).await;
        let rows = acts::all_pages(&city, "/v1/review-queue?overdue=true&limit=200").await;
        let listed: BTreeSet<String> = rows.iter().map(|row| text(row, "id")).collect();
        let ours: BTreeSet<&String> = self.declarations.iter().collect();
        let found: BTreeSet<&String> = listed.iter().filter(|id| ours.contains(id)).collect();
        let expected: BTreeSet<&String> =
            model.overdue().into_iter().map(|index| &self.declarations[index]).collect();
        assert_eq!(found, expected, "overdue at {}", model.now);
        let rows = acts::all_pages(&city, "/v1/appeals?overdue=true&limit=200").await;
        let found: BTreeSet<String> = rows.iter().map(|row| text(row, "id")).collect();
        let late = model.overdue_appeals().into_iter().map(|index| self.appeals[index].clone());
        assert_eq!(found, late.collect(), "appeals overdue at {}", model.now);
    }

    /// W1: what is so at the beginning of a freeze is so at its end; only the settlement moves something.
    pub(in super::super) async fn compare_frozen(&mut self, model: &Model) {
        if !model.frozen() {
            return;
        }
        let stands = self.what_stands().await;
        match &self.frozen {
            Some(before) => assert_eq!(*before, stands, "changed in the freeze, {}", model.now),
            None => self.frozen = Some(stands),
        }
    }

    /// States and hours of everything that the freeze holds.
    async fn what_stands(&mut self) -> BTreeMap<String, Value> {
        let city = self.client(Actor::City).await;
        let mut stands = BTreeMap::new();
        for (list, members) in [
            ("declarations", &["state", "hours", "year"][..]),
            ("annual-records?year=2022", YEAR),
            ("annual-records?year=2023", YEAR),
            ("annual-records?year=2024", YEAR),
            ("learning-records", &["hours", "passed", "declared"]),
            ("makeup-applications", &["state"]),
            ("exemptions", &["state"]),
            ("appeals", &["state"]),
        ] {
            let and = if list.contains('?') { '&' } else { '?' };
            for row in acts::all_pages(&city, &format!("/v1/{list}{and}limit=200")).await {
                let id = match row["id"].as_str() {
                    Some(id) => id.to_owned(),
                    None => format!("{} {}", text(&row, "professional_id"), row["year"]),
                };
                let said = members.iter().map(|member| row[*member].clone()).collect();
                stands.insert(format!("{list} {id}"), Value::Array(said));
            }
        }
        stands
    }

    /// Everything that stands in the end.
    pub(in super::super) async fn compare_all(&mut self, model: &Model) {
        for (index, id) in self.declarations.clone().iter().enumerate() {
            let owner = self.owner(index, model).await;
            let found = owner.get(&format!("/v1/declarations/{id}")).await.is(200);
            let d = &model.declarations[index];
            assert_eq!(found["state"], d.state, "{found:#}");
            let grant = d.grant.map(|grant| self.grants[grant].as_str());
            assert_eq!(found["makeup_grant_id"].as_str(), grant, "{found:#}");
            // H2, H4: no hour outside its year but under a grant, and then between its days.
            let end = text(&found, "learning_end");
            match d.grant.map(|grant| &model.grants[grant]) {
                None => assert!(end.starts_with(&d.year.to_string()), "{found:#}"),
                Some(grant) => assert!(
                    grant.year == d.year
                        && text(&found, "learning_start") >= grant.from.to_string()
                        && end < grant.study_until.to_string(),
                    "{found:#}"
                ),
            }
            assert_eq!(acts::tenths(&found["hours"]), d.tenths, "{found:#}");
            let due =
                found["due_at"].as_str().map(|due| OffsetDateTime::parse(due, &Rfc3339).unwrap());
            assert_eq!(due, d.due, "{found:#}");
        }
        for ((person, year), state) in model.years() {
            self.compare_year(model, person, year, state).await;
        }
        self.compare_side_roads(model).await;
        self.assert_counted_once().await;
        self.assert_nobody_decided_on_themselves().await;
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
        let outcome = model.outcome_of(person, year);
        assert_eq!(record["outcome"].as_str(), outcome, "person {person}, {year}: {record:#}");
        acts::assert_totals_add_up(&self.server, id, year).await;
    }

    /// Where everything beside the main road stands.
    async fn compare_side_roads(&mut self, model: &Model) {
        let city = self.client(Actor::City).await;
        let stands = |list: &'static str| {
            let city = city.clone();
            async move {
                let rows = acts::all_pages(&city, &format!("/v1/{list}?limit=200")).await;
                let states = rows.iter().map(|row| (text(row, "id"), text(row, "state")));
                states.collect::<BTreeMap<String, String>>()
            }
        };
        let applications = stands("makeup-applications").await;
        for (id, application) in self.applications.iter().zip(&model.applications) {
            // A draft is its employer's own.
            let state = applications.get(id).map_or("draft", String::as_str);
            assert_eq!(state, application.state, "application {id}");
        }
        let grants = stands("makeup-grants").await;
        for (id, grant) in self.grants.iter().zip(&model.grants) {
            assert_eq!(grants[id], grant.state, "grant {id} of {}", grant.year);
        }
        let exemptions = stands("exemptions").await;
        for (id, exemption) in self.exemptions.iter().zip(&model.exemptions) {
            assert_eq!(exemptions[id], exemption.state, "exemption {id}");
        }
        let appeals = stands("appeals").await;
        for (id, appeal) in self.appeals.iter().zip(&model.appeals) {
            assert_eq!(appeals[id], appeal.state, "appeal {id}");
        }
    }

    /// H7: no learning counts twice, whatever the year.
    async fn assert_counted_once(&mut self) {
        let city = self.client(Actor::City).await;
        let rows = acts::all_pages(&city, "/v1/declarations?limit=200").await;
        let mut counted = BTreeSet::new();
        for row in rows {
            let state = text(&row, "state");
            let counts =
                matches!(state.as_str(), "approved" | "employer_review" | "authority_review");
            if let Some(record) = row["learning_record_id"].as_str().filter(|_| counts) {
                assert!(counted.insert(record.to_owned()), "counted twice: {row:#}");
            }
        }
    }

    /// "Who": at no level and on no road.
    async fn assert_nobody_decided_on_themselves(&mut self) {
        let own = Actor::Person(PEOPLE - 1);
        let account = text(&self.client(own).await.get("/v1/me").await.is(200), "id");
        let city = self.client(Actor::City).await;
        let person = &self.people[PEOPLE - 1];
        let path = format!("/v1/declarations?limit=200&professional_id={person}");
        for row in acts::all_pages(&city, &path).await {
            let path = format!("/v1/declarations/{}/reviews", text(&row, "id"));
            let reviews = city.get(&path).await.is(200);
            for review in reviews["data"].as_array().unwrap() {
                assert_ne!(review["account_id"], json!(account), "{review:#}");
            }
        }
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
