//! Why a year stands where it does, why it has its certificate, and how it was settled (H1, A1, A3, V7).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use super::{check, hospital, why};

on_both!(
    v7_e2_a_year_short_by_a_tenth_is_explained,
    v7_a_certificate_is_explained_to_its_end,
    v7_a3_a_settled_year_is_explained_as_it_was_sealed,
);

async fn deliver(server: &Server, person: &str, hours: Value) {
    let body = json!({"professional_id": person, "platform": "hnzjzx", "course_code": "e2", "title": "公需课程",
        "hours": hours, "started_on": "2023-02-01", "completed_on": "2023-03-31"});
    server.machine("hnzjzx").await.post("/v1/learning-records").json(body).await.is(201);
}

/// V7, E2: 29.9 public and 70 professional: the total is fine, public is short by 0.1, and the year says so.
async fn v7_e2_a_year_short_by_a_tenth_is_explained(server: &Server) {
    let (doctor, employer, authority) = hospital(server).await;
    let person = steps::professional_id(&doctor).await;
    deliver(server, &person, json!(29.9)).await;
    let records = steps::records(&doctor, "public").await;
    let record = records.iter().find(|record| record["course_code"] == "e2").unwrap();
    let draft = steps::declare_record(&doctor, 2023, &text(record, "id")).await.is(201);
    steps::approve_fully(&doctor, &draft, &employer, &authority).await;
    let draft = steps::draft_of(&doctor, "professional").await;
    steps::approve_fully(&doctor, &draft, &employer, &authority).await;
    for (day, hours) in [("05-08", 8), ("06-08", 2)] {
        let draft = steps::conference_with_evidence(&doctor, day, day, day, hours).await;
        steps::approve_fully(&doctor, &draft, &employer, &authority).await;
    }
    let address = format!("{person}:2023");
    let told = why(&doctor, "annual_record", &address).await;
    assert_eq!((&told["outcome"], &told["year"]), (&json!("in_progress"), &json!(2023)));
    assert!(told["summary"].as_str().unwrap().contains("short by 0.1"), "{told:#}");
    let standing = &told["standing"];
    let public = check(standing, "public_floor");
    assert_eq!((&public["outcome"], &public["rule"]["id"]), (&json!("failed"), &json!("H1")));
    assert_eq!(
        public["facts"],
        json!({"floor": 30, "approved": 29.9, "shortfall": 0.1, "excess": 0})
    );
    assert_eq!(check(standing, "total_floor")["outcome"], "passed");
    assert_eq!(check(standing, "professional_floor")["facts"]["excess"], 10);
    let carried = check(standing, "nothing_carried_over");
    assert_eq!((&carried["rule"]["id"], &carried["facts"]["carried"]), (&json!("H3"), &json!(0)));
    assert_eq!(standing["policy_version"], 1);
    assert_eq!(standing["inputs"]["declarations"].as_array().unwrap().len(), 4);
    let chinese = doctor.get(&format!("/v1/explanations/annual_record/{address}")).await.is(200);
    assert!(chinese["summary"].as_str().unwrap().contains("尚缺 0.1 学时"), "{chinese:#}");
    // A year in which nothing was declared lacks everything.
    let told = why(&doctor, "annual_record", &format!("{person}:2024")).await;
    assert_eq!(check(&told["standing"], "total_floor")["facts"]["shortfall"], 90);
    doctor
        .get(&format!("/v1/explanations/annual_record/{person}:2031"))
        .await
        .refused(404, "not-found");

    // The missing tenth: the year is satisfied, and why it became so is kept.
    let body = json!({"professional_id": person, "platform": "hnzjzx", "course_code": "e2-rest", "title": "公需课程",
        "hours": 0.1, "started_on": "2023-02-01", "completed_on": "2023-03-31"});
    server.machine("hnzjzx").await.post("/v1/learning-records").json(body).await.is(201);
    let records = steps::records(&doctor, "public").await;
    let record = records.iter().find(|record| record["course_code"] == "e2-rest").unwrap();
    let draft = steps::declare_record(&doctor, 2023, &text(record, "id")).await.is(201);
    steps::approve_fully(&doctor, &draft, &employer, &authority).await;
    let told = why(&employer, "annual_record", &address).await;
    assert_eq!(told["outcome"], "satisfied");
    let kept = &told["decisions"][0];
    assert_eq!(
        (&kept["act"], &kept["outcome"]),
        (&json!("annual_record.satisfied"), &json!("satisfied"))
    );
    assert_eq!(check(kept, "public_floor")["facts"]["approved"], 30);
}

/// V7, A1, A2, E13: why a certificate was issued, and why it does not stand any more; and the year beside it.
async fn v7_a_certificate_is_explained_to_its_end(server: &Server) {
    let one = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let told = why(&doctor, "certificate", &one.number).await;
    assert_eq!((&told["outcome"], &told["complete"]), (&json!("valid"), &json!(true)));
    let issue = &told["decisions"][0];
    assert_eq!(issue["act"], "certificate.issued");
    assert_eq!(check(issue, "verified")["rule"]["id"], "A1");
    assert_eq!(check(issue, "total_floor")["facts"]["approved"], 90);
    assert_eq!(issue["unit_name"], "郑州市卫生健康委员会");
    assert_eq!(issue["inputs"]["completed"], "in_year");

    let officer = server.login("city.officer").await;
    let revocation = officer.post(&format!("/v1/declarations/{}/revocation", one.professional));
    revocation.if_match("*").json(json!({"reason": "培训机构出具的证明不属实"})).await.is(200);
    let told = why(&doctor, "certificate", &one.number).await;
    assert_eq!(told["outcome"], "revoked");
    let end = &told["decisions"][1];
    assert_eq!((&end["act"], &end["outcome"]), (&json!("certificate.revoked"), &json!("revoked")));
    assert_eq!(check(end, "certificate_follows")["rule"]["id"], "A2");
    let year = why(&doctor, "annual_record", &format!("{}:2023", one.professional_id)).await;
    let reopened = year["decisions"].as_array().unwrap().last().unwrap();
    assert_eq!(reopened["act"], "annual_record.reopened");
    assert_eq!(check(reopened, "certificate_follows")["facts"]["number"], one.number);
    assert_eq!(check(reopened, "professional_floor")["facts"]["shortfall"], 60);
    let told = why(&doctor, "declaration", &one.professional).await;
    let revoked = told["decisions"].as_array().unwrap().last().unwrap();
    assert_eq!(revoked["comment"], "培训机构出具的证明不属实");
    doctor
        .get("/v1/explanations/certificate/410100-2023-99999999-0")
        .await
        .refused(404, "not-found");
}

/// V7, A3, A4: a settled year says what was sealed, under which version and by which settlement, floor by floor; a later version
/// of the policy changes nothing of that.
async fn v7_a3_a_settled_year_is_explained_as_it_was_sealed(server: &Server) {
    let doctor = server.login("professional").await;
    let person = steps::professional_id(&doctor).await;
    let draft = steps::draft_of(&doctor, "public").await;
    steps::submission(&doctor, &draft).await.is(200);
    server.freeze_clock("2023-12-20T09:00:00+08:00").await;
    settle(&server.login("city.officer").await).await;
    let address = format!("{person}:2023");
    let doctor = server.login("professional").await;
    let before = why(&doctor, "appraisal", &address).await;
    assert_eq!((&before["outcome"], &before["complete"]), (&json!("incomplete"), &json!(true)));
    let seal = &before["decisions"][0];
    assert_eq!((&seal["act"], &seal["basis"]), (&json!("annual_record.settled"), &json!("kept")));
    assert_eq!((&seal["policy_year"], &seal["policy_version"]), (&json!(2023), &json!(1)));
    for (name, rule) in
        [("public_floor", "H1"), ("professional_floor", "H1"), ("total_floor", "H1")]
    {
        let floor = check(seal, name);
        assert_eq!((&floor["outcome"], &floor["rule"]["id"]), (&json!("failed"), &json!(rule)));
        assert!(floor["facts"]["shortfall"].is_number(), "{floor:#}");
    }
    assert_eq!(check(seal, "counts_for_appraisal")["outcome"], "failed");
    assert_eq!(check(seal, "under_grant")["outcome"], "not_applicable");
    assert_eq!(check(seal, "not_exempt")["outcome"], "passed");
    let inputs = &seal["inputs"];
    for member in ["approved", "makeup", "floors"] {
        assert!(inputs[member].is_object(), "{inputs:#}");
    }
    assert_eq!((&inputs["lapsed"], &inputs["settlement"]["year"]), (&json!(1), &json!(2023)));
    assert!(inputs["sealed_at"].is_string() && inputs["settlement"]["id"].is_string());

    let year = why(&doctor, "annual_record", &address).await;
    assert_eq!((&year["complete"], &year["outcome"]), (&json!(true), &json!("incomplete")));
    assert_eq!(year["standing"]["policy_version"], 1);
    let settled = year["decisions"].as_array().unwrap();
    assert!(settled.iter().any(|one| one["act"] == "annual_record.settled"), "{year:#}");
    let told = why(&doctor, "declaration", &text(&draft, "id")).await;
    let lapse = told["decisions"].as_array().unwrap().last().unwrap();
    assert_eq!((&lapse["act"], &lapse["account_id"]), (&json!("declaration.lapsed"), &Value::Null));

    let admin = server.login("city.admin").await;
    let begun = admin.post("/v1/policies/2023/drafts").json(json!({})).await;
    let call = admin.post("/v1/policies/2023/drafts/2/publication").if_match(&begun.etag());
    call.json(json!({"reason": "更正"})).await.is(200);
    assert_eq!(why(&doctor, "appraisal", &address).await, before);
    assert_eq!(why(&doctor, "annual_record", &address).await["standing"], year["standing"]);
    let address = format!("/v1/explanations/appraisal/{address}");
    server.login("company.admin").await.get(&address).await.refused(404, "not-found");
}

async fn settle(officer: &Client) {
    let asked = officer.post("/v1/settlements/2023").await;
    asked.is(202);
    let job = asked.header("location").to_owned();
    for _ in 0..600 {
        let state = officer.get(&job).await.is(200)["state"].clone();
        if state != "queued" && state != "running" {
            assert_eq!(state, "succeeded");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the settlement does not end");
}
