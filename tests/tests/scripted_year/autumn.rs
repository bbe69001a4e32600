//! August to November: make-up for 2022, verification, a revocation, funds.

use serde_json::{Value, json};
use xueshi_tests::Server;
use xueshi_tests::steps::text;

use super::acts::{self, Day};
use super::cast::District;

/// M1–M5: two apply for 2022, one is granted and registers a whole year under the grant, certified as made up.
pub(super) async fn makeup(server: &Server, district: &District) {
    let day = Day::begin(server, "2023-08-28T09:00:00+08:00").await;
    let employer = day.login(&district.employers[0].username).await;
    let items: Vec<Value> = [0, 1]
        .iter()
        .map(|person| json!({"professional_id": district.people[*person], "year": 2022}))
        .collect();
    let made = employer.post("/v1/makeup-applications").json(json!({"items": items})).await.is(201);
    let path = format!("/v1/makeup-applications/{}", text(&made, "id"));
    let sent =
        employer.post(&format!("{path}/submission")).if_match(&acts::tag(&made)).await.is(200);
    let reviewer = day.login(&district.reviewer).await;
    let approve = json!({"decision": "approve", "comment": "经核实"});
    reviewer.post(&format!("{path}/reviews")).json(approve).await.is(200);
    let item = |person: usize| {
        let items = sent["items"].as_array().unwrap();
        let found =
            items.iter().find(|item| item["professional_id"] == district.people[person].as_str());
        text(found.unwrap(), "id")
    };
    let decisions = json!({"items": [{"item_id": item(0), "decision": "approve"},
        {"item_id": item(1), "decision": "reject", "comment": "理由不充分"}]});
    let officer = day.login("city.officer").await;
    let decided = officer.post(&format!("{path}/reviews")).json(decisions).await.is(200);
    let granted =
        decided["items"].as_array().unwrap().iter().find(|item| !item["grant_id"].is_null());
    let grant = text(granted.unwrap(), "grant_id");

    let day = Day::begin(server, "2023-10-16T09:00:00+08:00").await;
    let course = acts::deliver(&day, district, 0..1, "gx-2022", ["2023-09-04", "2023-09-10"]).await;
    let person = day.person(district, 0).await;
    acts::declare(
        &person,
        json!({"year": 2022, "makeup_grant_id": grant, "learning_record_id": course[&0]}),
    )
    .await;
    acts::five_conferences(&person, "2023-09", Some(&grant)).await;
    assert_eq!(day.approve_all(&district.employers[0].username, &[]).await, 6);
    assert_eq!(day.approve_all(&district.reviewer, &[]).await, 6);
    let people = json!({"year": 2022, "professional_ids": [district.people[0]]});
    let reviewer = day.login(&district.reviewer).await;
    let verified = reviewer.post("/v1/annual-records:verify").json(people).await.is(200);
    assert_eq!(verified["results"][0]["outcome"], "certified", "{verified:#}");
    let number = text(&verified["results"][0], "certificate_number");
    let certificate = person.get(&format!("/v1/certificates/{number}")).await.is(200);
    assert_eq!(
        (&certificate["year"], &certificate["completed"]),
        (&json!(2022), &json!("by_makeup"))
    );
}

/// A2, E13: hours are revoked after the certification, and the certificate with them.
pub(super) async fn revocation_of_hours(server: &Server, district: &District) {
    verification(server, district, "2023-10-17T09:00:00+08:00").await;
    let day = Day::begin(server, "2023-10-18T09:00:00+08:00").await;
    let officer = day.login("city.officer").await;
    let person = &district.people[30];
    let path = format!("/v1/declarations?year=2023&subject=professional&professional_id={person}");
    let declaration = officer.get(&path).await.is(200)["data"][0].clone();
    let path = format!("/v1/declarations/{}/revocation", text(&declaration, "id"));
    let call = officer.post(&path).if_match(&acts::tag(&declaration));
    call.json(json!({"reason": "名册核查不符"})).await.is(200);
    let record =
        officer.get(&format!("/v1/professionals/{person}/annual-records/2023")).await.is(200);
    assert_eq!(record["state"], "in_progress");
}

/// U5: each employer reports its training funds.
pub(super) async fn funding(server: &Server, district: &District) {
    let day = Day::begin(server, "2023-11-01T09:00:00+08:00").await;
    for (index, employer) in district.employers.iter().enumerate() {
        let client = day.login(&employer.username).await;
        acts::report_funds(&client, &employer.id, 100_000_000 * (index as i64 + 1)).await;
    }
}

/// A1: the district verifies what is satisfied, employer by employer; the one who left it, their new district.
pub(super) async fn verification(server: &Server, district: &District, at: &str) {
    let day = Day::begin(server, at).await;
    let reviewer = day.login(&district.reviewer).await;
    for employer in &district.employers {
        let body = json!({"year": 2023, "employer_id": employer.id});
        let results = reviewer.post("/v1/annual-records:verify").json(body).await.is(200);
        let results = results["results"].as_array().unwrap();
        assert!(results.iter().all(|result| result["problem"].is_null()), "{results:#?}");
    }
    let body = json!({"year": 2023, "professional_ids": [district.people[11]]});
    let jinshui = day.login("jinshui.reviewer").await;
    jinshui.post("/v1/annual-records:verify").json(body).await.is(200);
}
