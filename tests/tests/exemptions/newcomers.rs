//! Who joined in the year (A6).

use serde_json::{Value, json};
use xueshi_tests::steps;
use xueshi_tests::{Server, on_both};

use super::{apply, decide, person, transfer, year};

on_both!(a6_who_joined_in_the_year_owes_the_full_floors, a6_the_policy_may_let_off_from_a_day_on);

fn late(person: &str) -> Value {
    json!({"professional_id": person, "year": 2023, "kind": "joined_in_year", "starts_on": "2023-07-03",
        "ends_on": "2023-12-31", "statement": "七月入职"})
}

/// A6: the floors of someone who joined in July are the whole ones, and joining late is no ground for an exemption.
async fn a6_who_joined_in_the_year_owes_the_full_floors(server: &Server) {
    let newcomer = steps::account_of(server, "邓思源", "deng.siyuan").await;
    let year = newcomer.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["requirement"], json!({"total": 90, "public": 30, "professional": 60}));
    let id = steps::professional_id(&newcomer).await;
    let employer = server.login("company.admin").await;
    let problem = employer.post("/v1/exemptions").json(late(&id)).await;
    let problem = problem.refused(422, "no-pro-rating");
    assert_eq!(
        (&problem["rule"]["id"], &problem["joined_on"]),
        (&json!("A6"), &json!("2023-07-03"))
    );
    assert_eq!(problem["errors"][0]["pointer"], "/kind");
    // Another ground stands for them as for everybody.
    apply(&employer, &id, 2023).await.is(201);
}

/// A6, W3: unless the policy says otherwise.
async fn a6_the_policy_may_let_off_from_a_day_on(server: &Server) {
    let admin = server.login("city.admin").await;
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({})).await;
    let mut document = begun.is(201)["document"].clone();
    document["exemptions"] = json!({"joined_from": "2023-07-01"});
    let path = format!("/v1/policies/2023/drafts/{}", begun.json()["version"]);
    let edited = admin.put(&path).json(json!({"document": document})).if_match(&begun.etag()).await;
    edited.is(200);
    let publication = admin.post(&format!("{path}/publication"));
    let publication = publication.json(json!({"reason": "下半年入职人员当年免除"}));
    publication.if_match(&edited.etag()).await.is(200);

    let employer = server.login("company.admin").await;
    let id = person(server, "邓思源").await;
    let made = employer.post("/v1/exemptions").json(late(&id)).await.is(201);
    decide(&server.login("city.officer").await, &made, "grant").await.is(200);
    assert_eq!(year(server, &id, 2023).await["state"], "exempt");
    // Who joined before that day owes everything still, also at an employer to which they came since.
    let moved = person(server, "韩立言").await;
    transfer(server, &moved).await;
    let problem = server.login("hospital.admin").await.post("/v1/exemptions").json(late(&moved));
    problem.await.refused(422, "no-pro-rating");
    let early = person(server, "冯嘉禾").await;
    let problem = employer.post("/v1/exemptions").json(late(&early)).await;
    assert_eq!(problem.refused(422, "no-pro-rating")["let_off_from"], "2023-07-01");
}
