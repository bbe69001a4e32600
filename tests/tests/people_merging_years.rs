//! What merging two records of one person does to their years that are over (U4, A1, A2, A3, A5).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use crate::people_merging::{approved, deliver, merge, second_record};
use crate::settled_years::{added, record, sealed, settle};

on_both!(
    u4_a1_a_merge_after_the_windows_certifies_what_it_completes,
    u4_a3_the_hours_of_two_sealed_halves_are_added_beside_the_seal,
    u4_a3_what_was_added_beside_a_seal_stays_beside_it,
    u4_a3_u2_a_seal_is_found_through_every_merge,
    u4_a5_a2_the_end_of_a_merged_exemption_leaves_one_certificate,
);

const REASON: &str = "护照与身份证重复登记";

/// The professional hours of 2023 on one record, and the public ones on another: both ids.
async fn two_halves(server: &Server) -> (String, String) {
    let doctor = server.login("professional").await;
    let kept = steps::professional_id(&doctor).await;
    let own = steps::draft_of(&doctor, "professional").await;
    let hospital = server.login("hospital.admin").await;
    let health = server.login("health.reviewer").await;
    steps::approve_fully(&doctor, &own, &hospital, &health).await;
    let (merged, other) = second_record(server).await;
    let more = deliver(server, &merged, "another", 30).await;
    approved(server, &other, &more).await;
    (kept, merged)
}

/// The certificate that stands for a person's 2023.
async fn certificate(server: &Server, person: &str) -> Value {
    let year = record(server, person, 2023).await;
    assert_eq!(year["state"], "certified", "{year:#}");
    let path = format!("/v1/certificates/{}", text(&year["certificate"], "number"));
    server.login("auditor").await.get(&path).await.is(200)
}

/// U4, A1: nobody can verify the year any more that the merge completes, so that it is certified with it.
async fn u4_a1_a_merge_after_the_windows_certifies_what_it_completes(server: &Server) {
    let (kept, merged) = two_halves(server).await;
    server.set_clock("2024-02-05T10:00:00+08:00").await;
    merge(&server.login("city.officer").await, &kept, &merged).await.is(200);
    let certificate = certificate(server, &kept).await;
    assert_eq!(
        (&certificate["state"], &certificate["hours"]["total"]),
        (&json!("valid"), &json!(90))
    );
    steps::assert_totals_add_up(server, &kept, 2023).await;
}

/// U4, A3, M5, V10: what the merge adds to a sealed year, and the certificate that it brings, stand beside the seal.
async fn u4_a3_the_hours_of_two_sealed_halves_are_added_beside_the_seal(server: &Server) {
    let (kept, merged) = two_halves(server).await;
    settle(server).await;
    let officer = server.login("city.officer").await;
    merge(&officer, &kept, &merged).await.is(200);
    let year = record(server, &kept, 2023).await;
    assert_eq!(year["outcome"], "completed_in_year", "{year:#}");
    let issued = certificate(server, &kept).await;
    assert_eq!(issued["state"], "valid");
    let now = sealed(&officer, &kept, 2023).await;
    assert_eq!(now["outcome"], "incomplete", "what was sealed stays");
    let addenda = now["addenda"].as_array().unwrap();
    assert_eq!(addenda.len(), 2, "{addenda:#?}");
    for addendum in addenda {
        assert_eq!(
            (&addendum["cause"], &addendum["reason"], &addendum["approved"]["total"]),
            (&json!("correction"), &json!(REASON), &json!(90)),
            "{addenda:#?}"
        );
    }
    let hours = added(&now, false);
    assert_eq!(
        (&hours["outcome_before"], &hours["outcome_after"]),
        (&json!("incomplete"), &json!("completed_in_year"))
    );
    assert!(added(&now, true)["certificate_id"].is_string());
    steps::assert_totals_add_up(server, &kept, 2023).await;
}

/// U4, A3: both records were sealed, and one has an addendum already: it stays beside its own seal, and what comes with the merge
/// stands beside the other.
async fn u4_a3_what_was_added_beside_a_seal_stays_beside_it(server: &Server) {
    let doctor = server.login("professional").await;
    let kept = steps::professional_id(&doctor).await;
    let (merged, other) = second_record(server).await;
    let more = deliver(server, &merged, "another", 30).await;
    let declared = approved(server, &other, &more).await;
    settle(server).await;
    let officer = server.login("city.officer").await;
    let path = format!("/v1/declarations/{}/revocation", text(&declared, "id"));
    let revocation = officer.post(&path).json(json!({"reason": "核查不符"}));
    revocation.if_match("*").await.is(200);
    let before = sealed(&officer, &merged, 2023).await;
    assert_eq!(before["addenda"].as_array().unwrap().len(), 1, "{before:#}");

    merge(&officer, &kept, &merged).await.is(200);
    assert_eq!(sealed(&officer, &merged, 2023).await, before, "seal and addendum stay together");
    let own = sealed(&officer, &kept, 2023).await;
    assert_eq!(own["addenda"], json!([]), "nothing came to the record that stands: {own:#}");
}

/// The same person once more, registered by the company this year: the id, and an account of that record.
async fn new_record(server: &Server, passport: &str) -> (String, Client) {
    let company = server.login("company.admin").await;
    let unit = company.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let body = json!({"name": "林知远", "id_type": "passport", "id_number": passport, "post": "technical",
        "employer_id": unit, "started_on": "2024-01-03"});
    let id = text(&company.post("/v1/professionals").json(body).await.is(201), "id");
    let (username, password) =
        (format!("lin.{}", passport.to_lowercase()), "a long enough password");
    let account = json!({"username": username, "display_name": "林知远", "password": password,
        "professional_id": id});
    server.login("city.admin").await.post("/v1/accounts").json(account).await.is(201);
    (id, server.login_with(&username, password).await)
}

/// U4, A3, U2, V7: a record with a sealed year is merged into one without, and that one into a third: the seal, what was added to it
/// in between, and why, are found at the record that stands; by the person and by the present employer.
async fn u4_a3_u2_a_seal_is_found_through_every_merge(server: &Server) {
    let (first, other) = second_record(server).await;
    let more = deliver(server, &first, "another", 30).await;
    let declared = approved(server, &other, &more).await;
    settle(server).await;
    let officer = server.login("city.officer").await;
    let (second, _) = new_record(server, "E20000001").await;
    merge(&officer, &second, &first).await.is(200);
    let path = format!("/v1/declarations/{}/revocation", text(&declared, "id"));
    let revocation = officer.post(&path).json(json!({"reason": "核查不符"}));
    revocation.if_match("*").await.is(200);
    let added = sealed(&officer, &second, 2023).await;
    assert_eq!(added["addenda"].as_array().unwrap().len(), 1, "{added:#}");
    let (third, person) = new_record(server, "E30000001").await;
    merge(&officer, &third, &second).await.is(200);

    let company = server.login("company.admin").await;
    for reader in [&officer, &company, &person] {
        for id in [&first, &third] {
            assert_eq!(sealed(reader, id, 2023).await, added, "as it was before the second merge");
        }
        let why = reader.get(&format!("/v1/explanations/appraisal/{third}:2023")).await.is(200);
        let told = why["decisions"].as_array().unwrap();
        assert_eq!(told.len(), 2, "the seal and what was added: {why:#}");
        let listed = reader.get("/v1/appraisals?year=2023&limit=200").await.is(200);
        let rows = listed["data"].as_array().unwrap();
        assert!(rows.iter().any(|row| row["professional_id"] == json!(first)), "{rows:#?}");
    }
    let stranger = server.login("engineer").await;
    stranger
        .get(&format!("/v1/professionals/{third}/appraisals/2023"))
        .await
        .refused(404, "not-found");
}

/// U4, A5, A2: certified on one record and exempt on the other: when the exemption ends, the certificate that stands stays the only
/// one.
async fn u4_a5_a2_the_end_of_a_merged_exemption_leaves_one_certificate(server: &Server) {
    let certified = steps::certified_person(server).await;
    let kept = certified.professional_id;
    let (merged, _) = second_record(server).await;
    let application = json!({"professional_id": merged, "year": 2023, "kind": "parental_leave",
        "starts_on": "2023-03-01", "ends_on": "2023-08-31", "statement": "产假及育儿假"});
    let hospital = server.login("hospital.admin").await;
    let exemption = hospital.post("/v1/exemptions").json(application).await.is(201);
    let path = format!("/v1/exemptions/{}", text(&exemption, "id"));
    let officer = server.login("city.officer").await;
    let grant = json!({"decision": "grant", "comment": "经核实"});
    officer.post(&format!("{path}/decision")).json(grant).await.is(200);
    merge(&officer, &kept, &merged).await.is(200);
    let standing = certificate(server, &kept).await;
    settle(server).await;
    let officer = server.login("city.officer").await;
    let ending = officer.post(&format!("{path}/ending")).json(json!({"reason": "提前返岗"}));
    ending.if_match("*").await.is(200);
    let after = certificate(server, &kept).await;
    assert_eq!((&after["number"], &after["state"]), (&standing["number"], &json!("valid")));
}
