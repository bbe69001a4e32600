//! Merging two records of one person (U4): everything moves, nothing counts twice.

use serde_json::{Value, json};
use xueshi_api::Settings;
use xueshi_api::cli::audit_findings;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Call, Client, Server, on_both};

use crate::seminars;

on_both!(
    u4_two_records_become_one,
    u4_h7_p6_a_seminar_of_both_records_counts_once,
    u4_the_certificate_follows_the_added_hours,
    u0_u4_a_request_to_join_ends_with_its_account,
    u4_what_is_not_merged,
    u4_a3_what_was_sealed_stays_sealed,
    u4_what_was_told_of_both_records_is_one_history,
    u3_u4_the_employment_that_goes_on_counts_not_the_one_that_began_last,
);

const PASSWORD: &str = "a long enough password";

pub(crate) fn merge(client: &Client, kept: &str, merged: &str) -> Call {
    let body = json!({"kept_id": kept, "merged_id": merged, "reason": "护照与身份证重复登记"});
    client.post("/v1/professionals:merge").json(body)
}

/// Lin Zhiyuan once more at the hospital, by his passport, with an account of that record.
pub(crate) async fn second_record(server: &Server) -> (String, Client) {
    let hospital = server.login("hospital.admin").await;
    let unit = hospital.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let body = json!({"name": "林知远", "id_type": "passport", "id_number": "E12345678", "post": "technical",
        "employer_id": unit, "started_on": "2022-09-01"});
    let id = text(&hospital.post("/v1/professionals").json(body).await.is(201), "id");
    let account = json!({"username": "lin.passport", "display_name": "林知远", "password": PASSWORD, "professional_id": id});
    server.login("city.admin").await.post("/v1/accounts").json(account).await.is(201);
    (id, server.login_with("lin.passport", PASSWORD).await)
}

/// And once more, by another passport, without an account.
async fn third_record(server: &Server) -> (String, Client) {
    let hospital = server.login("hospital.admin").await;
    let unit = hospital.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
    let body = json!({"name": "林知远", "id_type": "passport", "id_number": "E50000001", "post": "technical",
        "employer_id": unit, "started_on": "2022-09-01"});
    (text(&hospital.post("/v1/professionals").json(body).await.is(201), "id"), hospital)
}

/// A completion that a listed platform delivers for a person.
pub(crate) async fn deliver(server: &Server, person: &str, course: &str, hours: u32) -> String {
    let platform = server.machine("hnzjzx").await;
    let body = json!({"professional_id": person, "platform": "hnzjzx", "course_code": course, "title": format!("课程 {course}"),
        "hours": hours, "started_on": "2023-04-01", "completed_on": "2023-04-20"});
    text(&platform.post("/v1/learning-records").json(body).await.is(201), "id")
}

pub(crate) async fn approved(server: &Server, client: &Client, record: &str) -> Value {
    let draft = steps::declare_record(client, 2023, record).await.is(201);
    let hospital = server.login("hospital.admin").await;
    let health = server.login("health.reviewer").await;
    steps::approve_fully(client, &draft, &hospital, &health).await;
    draft
}

/// U4, H7: records, hours, history and id numbers become one; the same course counts once; one account remains.
async fn u4_two_records_become_one(server: &Server) {
    let doctor = server.login("professional").await;
    let kept = steps::professional_id(&doctor).await;
    let (merged, other) = second_record(server).await;
    let own = steps::records(&doctor, "public").await.remove(0);
    approved(server, &doctor, &text(&own, "id")).await;
    let same = deliver(server, &merged, &text(&own, "course_code"), 30).await;
    let more = deliver(server, &merged, "another", 5).await;
    let twice = approved(server, &other, &same).await;
    let once = approved(server, &other, &more).await;
    let waiting = steps::conference_with_evidence(&other, "会议", "05-08", "05-09", 8).await;
    steps::submission(&other, &waiting).await.is(200);

    let officer = server.login("city.officer").await;
    let dry = json!({"kept_id": kept, "merged_id": merged, "reason": "试算"});
    officer.post("/v1/professionals:merge?dry_run=true").json(dry).await.is(200);
    steps::assert_totals_add_up(server, &merged, 2023).await;
    let done = merge(&officer, &kept, &merged).await.is(200);
    assert_eq!(done["years"], json!([2023]));
    assert_eq!(done["ended_declarations"].as_array().unwrap().len(), 1, "{done:#}");
    assert_eq!(done["ended_declarations"][0]["declaration_id"], twice["id"]);

    let hospital = server.login("hospital.admin").await;
    hospital.get(&format!("/v1/professionals/{merged}")).await.refused(404, "not-found");
    let path = format!("/v1/professionals/{kept}/annual-records/2023");
    let year = hospital.get(&path).await.is(200);
    assert_eq!(
        (&year["approved"]["public"], &year["pending"]["professional"]),
        (&json!(35), &json!(8)),
        "{year:#}"
    );
    steps::assert_totals_add_up(server, &kept, 2023).await;
    for (declaration, state) in
        [(&twice, "revoked"), (&once, "approved"), (&waiting, "employer_review")]
    {
        let now = steps::reread(&doctor, declaration).await;
        assert_eq!((&now["state"], &now["professional_id"]), (&json!(state), &json!(kept)));
    }
    let revocation = format!("/v1/declarations/{}/revocation", text(&twice, "id"));
    assert_eq!(doctor.get(&revocation).await.is(200)["reason"], "护照与身份证重复登记");
    // What waits goes on.
    let id = text(&waiting, "id");
    steps::decision(&hospital, &id, "approve").await.is(200);
    let health = server.login("health.reviewer").await;
    assert_eq!(steps::decision(&health, &id, "approve").await.is(200)["state"], "approved");
    // Both numbers lead to the one record, and one account to it.
    let jobs = doctor.get(&format!("/v1/professionals/{kept}/employments")).await.is(200);
    let open: Vec<_> =
        jobs["data"].as_array().unwrap().iter().filter(|job| job["ended_on"].is_null()).collect();
    assert_eq!((jobs["data"].as_array().unwrap().len(), open.len()), (2, 1), "{jobs:#}");
    let body = json!({"name": "林知远", "id_type": "passport", "id_number": "E12345678", "post": "technical",
        "employer_id": open[0]["organization_id"], "started_on": "2022-09-01"});
    hospital.post("/v1/professionals").json(body).await.refused(409, "already-exists");
    other.get("/v1/me").await.refused(401, "invalid-token");
    assert_eq!(steps::professional_id(&doctor).await, kept);
    // Whoever still delivers to the merged record means the person.
    let again = deliver(server, &merged, "third", 1).await;
    approved(server, &doctor, &again).await;
    merge(&officer, &kept, &kept).await.refused(422, "same-record");
    // An empty shell is not merged again, nor into.
    let (third, _) = third_record(server).await;
    merge(&officer, &merged, &third).await.refused(422, "unknown-reference");
    merge(&officer, &third, &merged).await.refused(422, "unknown-reference");
}

/// U4, H7, P6: both records were in one seminar: one place, one record, once the hours.
async fn u4_h7_p6_a_seminar_of_both_records_counts_once(server: &Server) {
    let kept = steps::professional_id(&server.login("professional").await).await;
    let (merged, _) = second_record(server).await;
    let both = json!([{"professional_id": kept}, {"professional_id": merged}]);
    let mut listed = Vec::new();
    for _ in 0..2 {
        let seminar = seminars::approved(server).await;
        let host = server.login("company.admin").await;
        listed.push(seminars::admission(&host, &seminar, &both).await.is(200));
    }
    let [declared, running] = listed.try_into().unwrap();
    server.set_clock("2023-11-13T10:00:00+08:00").await;
    let host = server.login("company.admin").await;
    let officer = server.login("city.officer").await;
    let results = json!([{"professional_id": kept, "hours": 40, "passed": true},
        {"professional_id": merged, "hours": 40, "passed": true}]);
    let reported = seminars::report(&host, &declared, &results).await.is(200);
    let closing = seminars::step(&officer, &reported, "closing");
    closing.json(json!({"decision": "close"})).await.is(200);
    let doctor = server.login("professional").await;
    let other = server.login_with("lin.passport", PASSWORD).await;
    for client in [&doctor, &other] {
        let records = steps::records(client, "professional").await;
        let record = records.iter().find(|one| one["seminar_id"] == declared["id"]).unwrap();
        approved(server, client, &text(record, "id")).await;
    }
    let done = merge(&officer, &kept, &merged).await.is(200);
    assert_eq!(done["ended_declarations"].as_array().unwrap().len(), 1, "{done:#}");
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    assert_eq!(year["approved"]["professional"], 40, "{year:#}");
    steps::assert_totals_add_up(server, &kept, 2023).await;

    // Of the seminar that is not reported yet one place is left, and its report gives one record.
    let path = format!("/v1/seminars/{}", text(&running, "id"));
    let running = host.get(&path).await.is(200);
    assert_eq!(running["admitted"], 1);
    let rows = host.get(&format!("{path}/admissions")).await.is(200);
    assert_eq!(rows["data"].as_array().unwrap().len(), 1, "{rows:#}");
    let results = json!([{"professional_id": kept, "hours": 40, "passed": true}]);
    let reported = seminars::report(&host, &running, &results).await.is(200);
    let closing = seminars::step(&officer, &reported, "closing");
    closing.json(json!({"decision": "close"})).await.is(200);
    let records = steps::records(&doctor, "professional").await;
    assert_eq!(records.iter().filter(|one| one["seminar_id"] == running["id"]).count(), 1);
}

/// U0, U4: a request to join of an account that loses its person is taken back with the merge; both sides can see it.
async fn u0_u4_a_request_to_join_ends_with_its_account(server: &Server) {
    let kept = steps::professional_id(&server.login("professional").await).await;
    let (merged, other) = second_record(server).await;
    let end = json!({"ended_on": "2023-10-16", "reason": "left"});
    let left = server.login("hospital.admin").await;
    let left = left.post(&format!("/v1/professionals/{merged}/departure")).json(end);
    left.if_match("*").await.is(200);
    let company = server.login("company.admin").await;
    let request = json!({"employer_unit_code": crate::people_registration::COMPANY});
    other.post("/v1/employment-requests").json(request).await.is(201);
    merge(&server.login("city.officer").await, &kept, &merged).await.is(200);
    let listed = company.get("/v1/employment-requests").await.is(200);
    assert_eq!(listed["data"][0]["state"], "withdrawn", "{listed:#}");
}

/// U4, A2: a certified year to which hours are added is stated anew; the old number says that it was superseded.
async fn u4_the_certificate_follows_the_added_hours(server: &Server) {
    let certified = steps::certified_person(server).await;
    let (merged, other) = second_record(server).await;
    let more = deliver(server, &merged, "another", 5).await;
    approved(server, &other, &more).await;
    let officer = server.login("city.officer").await;
    // The other way round: the record without certificate stands, and the account goes with the person.
    merge(&officer, &merged, &certified.professional_id).await.is(200);
    let path = format!("/v1/verify/{}", certified.code);
    let old = server.nobody().get(&path).header("accept", "application/json").await.is(200);
    assert_eq!(old["state"], "superseded", "{old:#}");
    let hospital = server.login("hospital.admin").await;
    let path = format!("/v1/professionals/{merged}/annual-records/2023");
    let year = hospital.get(&path).await.is(200);
    assert_eq!((&year["state"], &year["approved"]["total"]), (&json!("certified"), &json!(95)));
    let number = text(&year["certificate"], "number");
    assert_ne!(number, certified.number);
    let new = hospital.get(&format!("/v1/certificates/{number}")).await.is(200);
    assert_eq!((&new["state"], &new["hours"]["public"]), (&json!("valid"), &json!(35)));
    steps::assert_totals_add_up(server, &merged, 2023).await;
    // The account of the record that stands remains.
    assert_eq!(steps::professional_id(&other).await, merged);
    server
        .nobody()
        .post("/v1/auth/login")
        .json(json!({"username": "professional", "password": "sandbox"}))
        .await
        .refused(401, "invalid-credentials");
}

/// U4: a municipal act, on two records of the city, not on one's own, and not in the freeze.
async fn u4_what_is_not_merged(server: &Server) {
    let kept = steps::professional_id(&server.login("professional").await).await;
    let (merged, _) = second_record(server).await;
    for who in ["hospital.admin", "health.reviewer", "city.admin", "auditor", "professional"] {
        merge(&server.login(who).await, &kept, &merged).await.refused(403, "forbidden");
    }
    let officer = server.login("city.officer").await;
    let problem = merge(&officer, &kept, &kept).await.refused(422, "same-record");
    assert_eq!(problem["rule"]["id"], "U4");
    let nobody = "018b3603-8a00-7c3e-9d1a-2f6b5c4d3e2f";
    merge(&officer, nobody, &merged).await.refused(422, "unknown-reference");
    merge(&officer, &kept, nobody).await.refused(422, "unknown-reference");
    let silent = json!({"kept_id": kept, "merged_id": merged, "reason": " "});
    officer.post("/v1/professionals:merge").json(silent).await.refused(422, "validation-failed");
    server.set_clock("2023-12-20T00:00:00+08:00").await;
    let officer = server.login("city.officer").await;
    merge(&officer, &kept, &merged).await.refused(422, "year-end-freeze");
}

/// U4, A3: the snapshot of 2022 is not touched by a merge, speaks for the record that stands, and its seal holds.
async fn u4_a3_what_was_sealed_stays_sealed(server: &Server) {
    let doctor = server.login("professional").await;
    let sealed = steps::professional_id(&doctor).await;
    let officer = server.login("city.officer").await;
    let of = |person: &str| officer.get(&format!("/v1/professionals/{person}/appraisals/2022"));
    let before = of(&sealed).await.is(200);
    let (kept, _) = second_record(server).await;
    of(&kept).await.refused(404, "not-found");
    merge(&officer, &kept, &sealed).await.is(200);
    let path = format!("/v1/professionals/{kept}/standing?from=2022&to=2022&purpose=appraisal");
    let standing = officer.get(&path).await.is(200);
    assert_eq!(standing["years"][0]["sealed_outcome"], before["outcome"], "{standing:#}");
    let mut settings = Settings::for_tests(server.directory().to_owned());
    settings.database_url = Some(server.database_url().to_owned());
    assert_eq!(audit_findings(&settings).await.unwrap(), Vec::<String>::new());
}

/// U4: what was told of the merged record stands in the person's own feed and under the kept record's id; it is not rewritten.
async fn u4_what_was_told_of_both_records_is_one_history(server: &Server) {
    let doctor = server.login("professional").await;
    let kept = steps::professional_id(&doctor).await;
    let (merged, other) = second_record(server).await;
    let record = deliver(server, &merged, "another", 5).await;
    let declared = approved(server, &other, &record).await;
    let officer = server.login("city.officer").await;
    let told = async |client: &Client, query: &str| -> Vec<String> {
        let mut all = steps::all_pages(client, &format!("/v1/events?{query}")).await;
        all.retain(|event| event["subject_id"] == declared["id"]);
        assert!(all.iter().all(|event| event["professional_id"] == declared["professional_id"]));
        all.iter().map(|event| text(event, "type")).collect()
    };
    let expected = told(&officer, &format!("professional_id={merged}")).await;
    assert!(expected.contains(&"declaration.approved".to_owned()), "{expected:?}");
    let query = format!("professional_id={kept}");
    let before = told(&officer, &query).await;
    assert_eq!(before, Vec::<String>::new(), "two people until they are merged");
    merge(&officer, &kept, &merged).await.is(200);
    assert_eq!(told(&officer, &query).await, expected);
    assert_eq!(told(&officer, &format!("professional_id={merged}")).await, expected);
    assert_eq!(told(&doctor, &query).await, expected);
    assert_eq!(told(&doctor, "").await, expected);
    // What happened to the record itself is found by the kept one's id, too.
    let registered = officer.get(&format!("/v1/events?subject_id={kept}&limit=200")).await.is(200);
    let registered = registered["data"].as_array().unwrap();
    let found = |event: &&Value| {
        event["type"] == "professional.registered" && event["subject_id"] == merged.as_str()
    };
    assert!(registered.iter().any(|event| found(&event)), "{registered:#?}");
}

/// U3, U4: the merged record's employment began later and ended by the merge. Whoever asks where the person works finds the other
/// one: for an exemption (A5) as for a declaration, and for a departure.
async fn u3_u4_the_employment_that_goes_on_counts_not_the_one_that_began_last(server: &Server) {
    let kept = steps::professional_id(&server.login("professional").await).await;
    let (merged, _) = second_record(server).await;
    let hospital = server.login("hospital.admin").await;
    let path = format!("/v1/professionals/{kept}/employments");
    let own = hospital.get(&path).await.is(200)["data"][0]["started_on"].clone();
    assert!(own.as_str().unwrap() < "2022-09-01", "{own}");
    merge(&server.login("city.officer").await, &kept, &merged).await.is(200);
    let body = json!({"professional_id": kept, "year": 2023, "kind": "parental_leave", "starts_on": "2023-03-01",
        "ends_on": "2023-08-31", "statement": "产假"});
    hospital.post("/v1/exemptions").json(body).await.is(201);
    let path = format!("/v1/professionals/{kept}/departure");
    let end = json!({"ended_on": "2023-12-01", "reason": "retired"});
    hospital.post(&path).if_match("*").json(end).await.is(200);
    let jobs = hospital.get(&format!("/v1/professionals/{kept}/employments")).await.is(200);
    let announced = |job: &&Value| job["ended_on"] == "2023-12-01" && job["started_on"] == own;
    assert_eq!(jobs["data"].as_array().unwrap().iter().filter(announced).count(), 1, "{jobs:#}");
}
