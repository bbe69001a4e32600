//! A webhook delivers what its owner may see at that moment, and nothing else.

use std::time::Duration;

use serde_json::json;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Receiver, Reply, Server, on_both};

use super::{happen, hook, ids, path, until_log, willing};

on_both!(
    each_gets_what_its_owner_may_see,
    who_loses_the_right_gets_nothing_any_more,
    what_its_owner_may_not_see_any_more_is_kept_back,
    nobody_sees_the_webhooks_of_others,
);

async fn each_gets_what_its_owner_may_see(server: &Server) {
    let hospital = willing();
    let company = willing();
    hook(&server.login("hospital.admin").await, &hospital, json!({})).await;
    let own = hook(&server.login("company.admin").await, &company, json!({})).await;
    let person = steps::certified_person(server).await;
    // Something of the company's, which comes behind all of the hospital's.
    let engineer = server.login("engineer").await;
    let draft = steps::conference_with_evidence(&engineer, "会议", "05-08", "05-09", 1).await;
    steps::submission(&engineer, &draft).await.is(200);
    let received = company.wait_for(1).await;
    for request in &received {
        let body = String::from_utf8(request.body.clone()).unwrap();
        assert!(!body.contains(&person.professional_id), "{body}");
    }
    assert_eq!(received[0].json()["type"], "declaration.submitted");
    assert_eq!(received.len(), 1, "not even of its own making: {own:#}");
    let of_hospital = hospital.wait_for(8).await;
    let engineer = steps::professional_id(&engineer).await;
    for request in of_hospital {
        assert_ne!(request.json()["data"]["professional_id"], engineer.as_str());
    }
}

async fn who_loses_the_right_gets_nothing_any_more(server: &Server) {
    let owner = server.login("hospital.admin").await;
    let receiver = Receiver::start(|_| Reply::status(503));
    let hook = hook(&owner, &receiver, json!({"types": ["learning_record.changed"]})).await;
    happen(server, 1).await;
    receiver.wait_for(1).await;
    receiver.answers(|_| Reply::status(200));
    let me = owner.get("/v1/me").await.is(200);
    let grant = me["grants"]
        .as_array()
        .unwrap()
        .iter()
        .find(|grant| grant["role"] == "employer_administrator");
    let admin = server.login("city.admin").await;
    let end = format!("/v1/accounts/{}/grants/{}", text(&me, "id"), text(grant.unwrap(), "id"));
    admin.delete(&end).await.is(204);
    // Neither what waited nor what happens then.
    happen(server, 1).await;
    server.set_clock("2023-10-16T12:00:00+08:00").await;
    let officer = server.login("city.officer").await;
    for _ in 0..200 {
        let told = officer.get("/v1/events?type=webhook.disabled").await.is(200);
        if told["data"][0]["data"]["disabled_because"] == "no_right" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let told = officer.get("/v1/events?type=webhook.disabled").await.is(200);
    assert_eq!(told["data"][0]["subject_id"], hook["id"], "{told:#}");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(receiver.received().len(), 1, "nothing came");
    let owner = server.login("hospital.admin").await;
    owner.get(&path(&hook, "")).await.refused(403, "forbidden");
    // Whoever gets it back goes on where it stopped.
    let role = json!({"role": "employer_administrator", "organization_id": grant.unwrap()["organization"]["id"]});
    let admin = server.login("city.admin").await;
    admin.post(&format!("/v1/accounts/{}/grants", text(&me, "id"))).json(role).await.is(201);
    let owner = server.login("hospital.admin").await;
    let on = owner.patch(&path(&hook, "")).if_match("*").json(json!({"enabled": true}));
    on.await.is(200);
    receiver.wait_for(3).await;
}

async fn what_its_owner_may_not_see_any_more_is_kept_back(server: &Server) {
    // One person acts for two units, of which one is taken away while a delivery waits.
    let admin = server.login("city.admin").await;
    let former = server.login("hospital.admin").await.get("/v1/me").await.is(200);
    let grant = &former["grants"][0];
    let grants = |account: &str| format!("/v1/accounts/{account}/grants");
    let ended = format!("{}/{}", grants(&text(&former, "id")), text(grant, "id"));
    admin.delete(&ended).await.is(204);
    let account = text(&server.login("company.admin").await.get("/v1/me").await.is(200), "id");
    let role =
        json!({"role": "employer_administrator", "organization_id": grant["organization"]["id"]});
    let second = admin.post(&grants(&account)).json(role).await.is(201);
    let owner = server.login("company.admin").await;
    let receiver = Receiver::start(|_| Reply::status(503));
    let hook = hook(&owner, &receiver, json!({"types": ["learning_record.changed"]})).await;
    happen(server, 1).await;
    receiver.wait_for(1).await;
    receiver.answers(|_| Reply::status(200));
    admin.delete(&format!("{}/{}", grants(&account), text(&second, "id"))).await.is(204);
    server.set_clock("2023-10-16T12:00:00+08:00").await;
    let owner = server.login("company.admin").await;
    let log = until_log(&owner, &hook, "it is kept back", |log| {
        log.iter().all(|row| row["state"] == "withheld")
    });
    assert_eq!(log.await.len(), 1);
    assert_eq!(ids(&receiver.taken()), Vec::<String>::new());
    // The webhook goes on with what is left.
    let now = owner.get(&path(&hook, "")).await.is(200);
    assert_eq!(now["enabled"], true);
}

async fn nobody_sees_the_webhooks_of_others(server: &Server) {
    let receiver = willing();
    let owner = server.login("hospital.admin").await;
    let hook = hook(&owner, &receiver, json!({})).await;
    for other in ["city.admin", "health.reviewer", "company.admin"] {
        let other = server.login(other).await;
        other.get(&path(&hook, "")).await.refused(404, "not-found");
        other.get(&path(&hook, "/deliveries")).await.refused(404, "not-found");
        other.delete(&path(&hook, "")).await.refused(404, "not-found");
        let list = other.get("/v1/webhooks").await.is(200);
        assert_eq!(list["data"], json!([]));
    }
    let auditor = server.login("auditor").await;
    auditor.get("/v1/webhooks").await.refused(403, "forbidden");
    let platform = server.machine("hnzjzx").await;
    platform.get("/v1/webhooks").await.refused(403, "insufficient-scope");
    let list = owner.get("/v1/webhooks?include=total").await.is(200);
    assert_eq!(
        (list["total"].clone(), list["data"][0]["id"].clone()),
        (json!(1), hook["id"].clone())
    );
}
