//! What merging two records of one person does to their years that are over (U4, A1, A2, A3, A5).

use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both, on_sqlite};

use crate::people_merging::{approved, deliver, merge, second_record};
use crate::settled_years::{added, record, sealed, settle};
use crate::settlement::{hold_jobs, over};

on_both!(
    u4_a1_a_merge_after_the_windows_certifies_what_it_completes,
    u4_a3_the_hours_of_two_sealed_halves_are_added_beside_the_seal,
    u4_a3_what_was_added_beside_a_seal_stays_beside_it,
    u4_a3_u2_a_seal_is_found_through_every_merge,
    u4_a5_a2_the_end_of_a_merged_exemption_leaves_one_certificate,
    u4_a2_h7_nobody_falls_short_while_two_records_become_one,
    u4_a3_the_employment_that_goes_on_is_that_of_the_seal,
);
on_sqlite!(u4_a3_no_merge_while_a_settlement_is_unfinished);

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

/// The same person once more, registered by the company: the id, and an account of that record.
async fn new_record(server: &Server, passport: &str, since: &str) -> (String, Client) {
    let company = server.login("company.admin").await;
    let unit = company.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let body = json!({"name": "林知远", "id_type": "passport", "id_number": passport, "post": "technical",
        "employer_id": unit, "started_on": since});
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
    let (second, _) = new_record(server, "E20000001", "2024-01-03").await;
    merge(&officer, &second, &first).await.is(200);
    let path = format!("/v1/declarations/{}/revocation", text(&declared, "id"));
    let revocation = officer.post(&path).json(json!({"reason": "核查不符"}));
    revocation.if_match("*").await.is(200);
    let added = sealed(&officer, &second, 2023).await;
    assert_eq!(added["addenda"].as_array().unwrap().len(), 1, "{added:#}");
    let (third, person) = new_record(server, "E30000001", "2024-01-03").await;
    merge(&officer, &third, &second).await.is(200);

    let company = server.login("company.admin").await;
    for reader in [&officer, &company, &person] {
        for id in [&first, &second, &third] {
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

/// U4, A2, H7: of a certified record the public hours give way to those of the record that stands. The sum never falls short, so that
/// the certificate is replaced and not revoked, and both are told.
async fn u4_a2_h7_nobody_falls_short_while_two_records_become_one(server: &Server) {
    let certified = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let public = steps::records(&doctor, "public").await.remove(0);
    let (kept, other) = second_record(server).await;
    let same = deliver(server, &kept, &text(&public, "course_code"), 30).await;
    approved(server, &other, &same).await;
    let officer = server.login("city.officer").await;
    let done = merge(&officer, &kept, &certified.professional_id).await.is(200);
    assert_eq!(done["ended_declarations"][0]["declaration_id"], certified.public, "{done:#}");

    let path = format!("/v1/verify/{}", certified.code);
    let old = server.nobody().get(&path).header("accept", "application/json").await.is(200);
    assert_eq!(old["state"], "superseded", "{old:#}");
    let now = certificate(server, &kept).await;
    assert_eq!(
        (&now["state"], &now["hours"]),
        (&json!("valid"), &json!({"total": 90, "public": 30, "professional": 60}))
    );
    let told = async |kind: &str| {
        let path = format!("/v1/events?professional_id={kept}&type={kind}&limit=200");
        steps::all_pages(&officer, &path).await.len()
    };
    assert_eq!((told("certificate.revoked").await, told("certificate.superseded").await), (0, 1));
    steps::assert_totals_add_up(server, &kept, 2023).await;
}

/// U4, A3: both records counted on the counting day; the employer that the merge kept answers for the year.
async fn u4_a3_the_employment_that_goes_on_is_that_of_the_seal(server: &Server) {
    let kept = steps::professional_id(&server.login("professional").await).await;
    let hospital = server.login("hospital.admin").await;
    let unit = hospital.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let (merged, _) = new_record(server, "E40000001", "2023-02-01").await;
    server.set_clock("2024-01-03T10:00:00+08:00").await;
    let officer = server.login("city.officer").await;
    merge(&officer, &kept, &merged).await.is(200);
    let asked = officer.post("/v1/settlements/2023").await;
    assert_eq!(over(&officer, asked.header("location")).await["state"], "succeeded");
    assert_eq!(sealed(&officer, &kept, 2023).await["employer_id"], unit);
}

/// U4, A3: a settlement that may have come to one of the records and not to the other is finished first.
async fn u4_a3_no_merge_while_a_settlement_is_unfinished(server: &Server) {
    let kept = steps::professional_id(&server.login("professional").await).await;
    let (merged, _) = second_record(server).await;
    server.set_clock("2024-01-03T10:00:00+08:00").await;
    let held = hold_jobs(server);
    let officer = server.login("city.officer").await;
    let job = officer.post("/v1/settlements/2023").await.header("location").to_owned();
    let problem = merge(&officer, &kept, &merged).await.refused(409, "records-conflict");
    assert_eq!(problem["conflicts"], json!([{"kind": "unfinished_settlement", "year": 2023}]));
    drop(held);
    assert_eq!(over(&officer, &job).await["state"], "succeeded");
    merge(&officer, &kept, &merged).await.is(200);
}
