//! A person is erased: what names them is gone, what was counted stays.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Database, Follower, Server, on_both};

use super::{assert_nowhere, dump, lines, person, revealed};
use crate::people_merging::merge;
use crate::program::xueshi;

on_both!(
    u4a_erasure_is_barred_until_departure_cases_and_retention,
    u4a_who_holds_a_copy_hears_of_an_erasure_and_nothing_is_done_to_the_shell,
    u4a_nothing_names_an_erased_person_and_everything_still_adds_up,
);

fn request() -> serde_json::Value {
    json!({"reason": "retention_over"})
}

async fn u4a_erasure_is_barred_until_departure_cases_and_retention(server: &Server) {
    let admin = server.login("city.admin").await;
    let doctor = steps::professional_id(&server.login("professional").await).await;
    let path = format!("/v1/professionals/{doctor}/erasure");
    let barred = admin.post(&path).json(request()).await.refused(422, "erasure-barred");
    assert_eq!((&barred["ground"], &barred["rule"]["id"]), (&json!("active"), &json!("U4a")));
    // Retired, but with years that have to be kept.
    let retired = person(&admin, "罗国栋").await;
    let path = format!("/v1/professionals/{}/erasure", text(&retired, "id"));
    let barred = admin.post(&path).json(request()).await.refused(422, "erasure-barred");
    assert_eq!(barred["ground"], "retention");
    let year = barred["not_before"].as_i64().unwrap();
    assert!((2033..=2034).contains(&year), "{barred:#}");
    // One day too early, then not any more; a dry run changes nothing.
    server.set_clock(&format!("{}-12-31T23:00:00+08:00", year - 1)).await;
    let admin = server.login("city.admin").await;
    admin.post(&path).json(request()).await.refused(422, "erasure-barred");
    server.set_clock(&format!("{year}-01-02T09:00:00+08:00")).await;
    let admin = server.login("city.admin").await;
    admin.post(&format!("{path}?dry_run=true")).json(request()).await.is(200);
    let still = admin.get(&format!("/v1/professionals/{}", text(&retired, "id"))).await.is(200);
    assert_eq!(still["name"], "罗国栋");
    // Who may: the municipal administrator.
    for who in ["city.officer", "hospital.admin", "auditor", "professional"] {
        let answer = server.login(who).await.post(&path).json(request()).await;
        assert_eq!(answer.status, 403, "{who}: {answer:?}");
    }
    let done = admin.post(&path).json(request()).key("erase").await.is(200);
    let again = admin.post(&path).json(json!({"reason": "legal_request"})).await.is(200);
    assert_eq!(done, again, "once more it changes nothing");
    let told = lines(server, "select data as line from events where kind = 'professional.erased'");
    assert_eq!(told.len(), 1, "{told:?}");
    // What was erased is not shown.
    let officer = server.login("city.officer").await;
    let path = format!("/v1/professionals/{}/personal-data", text(&retired, "id"));
    officer.post(&path).json(super::both_numbers()).await.refused(404, "not-found");
}

async fn u4a_who_holds_a_copy_hears_of_an_erasure_and_nothing_is_done_to_the_shell(
    server: &Server,
) {
    server.freeze_clock("2035-01-02T09:00:00+08:00").await;
    let (admin, officer) = (server.login("city.admin").await, server.login("city.officer").await);
    let doctor = steps::professional_id(&server.login("professional").await).await;
    let erased = text(&person(&admin, "罗国栋").await, "id");
    let province = server.machine("province").await;
    let mut follower = Follower::default();
    follower.catch_up(&province, "limit=200").await;
    let known = follower.events.len();
    let path = format!("/v1/professionals/{erased}/erasure");
    admin.post(&path).json(request()).await.is(200);
    follower.catch_up(&province, "limit=200").await;
    let news = &follower.events[known..];
    let changed = |event: &&Value| {
        event["type"] == "professional.changed" && event.to_string().contains(&erased)
    };
    assert_eq!(news.iter().filter(changed).count(), 1, "{news:#?}");
    assert!(news.iter().all(|event| event["type"] != "professional.erased"), "{news:#?}");
    // Neither merged nor merged into, whoever it was.
    for (kept, merged, pointer) in
        [(&doctor, &erased, "/merged_id"), (&erased, &doctor, "/kept_id")]
    {
        let refused = merge(&officer, kept, merged).await.refused(422, "unknown-reference");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused:#}");
    }
    // Not written again.
    let employer = server.login("hospital.admin").await;
    let path = format!("/v1/professionals/{erased}");
    let phone = json!({"phone": "13800001234"});
    employer.patch(&path).if_match("*").json(phone).await.refused(404, "not-found");
    let account = json!({"username": "of.nobody", "display_name": "某人", "password": "a long enough password",
        "professional_id": erased});
    admin.post("/v1/accounts").json(account).await.refused(422, "unknown-reference");
    let completion = json!({"professional_id": erased, "platform": "hnzjzx", "course_code": "late", "title": "课程",
        "hours": 8, "started_on": "2023-04-01", "completed_on": "2023-04-20"});
    let platform = server.machine("hnzjzx").await;
    let answer = platform.post("/v1/learning-records").json(completion).await;
    assert_eq!(answer.status, 422, "{answer:?}");
}

async fn u4a_nothing_names_an_erased_person_and_everything_still_adds_up(server: &Server) {
    let mut server = Server::start(server.database()).await;
    let server = &mut server;
    let certified = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    // Words of their own, evidence, and a case that was decided.
    let talk =
        steps::conference_with_evidence(&doctor, "独一无二的学术年会", "06-08", "06-09", 8).await;
    steps::submission(&doctor, &talk).await.is(200);
    let employer = server.login("hospital.admin").await;
    let path = format!("/v1/declarations/{}/reviews", text(&talk, "id"));
    let comment = json!({"decision": "reject", "comment": "林医生的材料不符合要求"});
    employer.post(&path).json(comment).await.is(200);
    let officer = server.login("city.officer").await;
    let (number, phone) = revealed(&officer, &certified.professional_id).await;
    let record =
        doctor.get(&format!("/v1/professionals/{}", certified.professional_id)).await.is(200);
    let texts = [
        text(&record, "name"),
        number,
        phone,
        text(&record, "masked_id_number"),
        "独一无二的学术年会".to_owned(),
        "林医生的材料不符合要求".to_owned(),
    ];
    let before = dump(server);
    assert!(before.contains("独一无二的学术年会"), "the words are there to be erased");
    let evidence = lines(server, "select content_hash as line from attachments");
    // The person leaves, and the years pass.
    let tag = format!("\"{}\"", record["version"]);
    let end = json!({"ended_on": "2023-10-16", "reason": "left"});
    let path = format!("/v1/professionals/{}/departure", certified.professional_id);
    employer.post(&path).if_match(&tag).json(end).await.is(200);
    let audit = |server: &Server| {
        let output = xueshi(server, &["audit", "verify"]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    server.freeze_clock("2034-01-02T09:00:00+08:00").await;
    let salts = format!(
        "select number as line from certificates where number = '{}' and content_salt is not null",
        certified.number
    );
    assert_eq!(lines(server, &salts), std::slice::from_ref(&certified.number));
    let list = status_list(server).await;
    let admin = server.login("city.admin").await;
    let path = format!("/v1/professionals/{}/erasure", certified.professional_id);
    admin.post(&path).json(request()).await.is(200);
    certificate_is_nobodys(server, &certified).await;
    assert!(lines(server, &salts).is_empty(), "the salt is erased too");
    assert_eq!(status_list(server).await, list);
    // Nothing is decided about it any more.
    let officer = server.login("city.officer").await;
    let revocation = format!("/v1/declarations/{}/revocation", certified.public);
    let reason = json!({"reason": "学时有误"});
    officer.post(&revocation).if_match("*").json(reason).await.refused(404, "not-found");
    // Files that nobody else has go after an hour: until then somebody may be bringing the same.
    server.freeze_clock("2034-01-02T10:30:00+08:00").await;
    let admin = server.login("city.admin").await;
    admin.post(&path).json(request()).await.is(200);
    // The certificate is still there for whoever has its code, without a name.
    let shown = server.nobody().get(&format!("/v1/verify/{}", certified.code)).await.is(200);
    assert_eq!((&shown["state"], &shown["year"]), (&json!("valid"), &json!(2023)));
    assert_eq!(shown["hours"]["total"], 90);
    // Nobody logs in as the person.
    let login = json!({"username": "professional", "password": "sandbox"});
    server.nobody().post("/v1/auth/login").json(login).await.refused(401, "invalid-credentials");
    // Totals, figures and seals are what they were.
    steps::assert_totals_add_up(server, &certified.professional_id, 2023).await;
    server.stop();
    audit(server);
    assert_nowhere("the database", dump(server).as_bytes(), &texts);
    for hash in evidence {
        let mine = server.directory().join("attachments").join(&hash[..2]).join(&hash[2..]);
        let others = lines(server, "select content_hash as line from attachments");
        assert!(!mine.exists() || others.contains(&hash), "{} is still there", mine.display());
    }
    if server.database() == Database::Sqlite {
        // What was overwritten may lie in free places of the file until it is vacuumed (docs/privacy.md).
        server.sql("vacuum; pragma wal_checkpoint(truncate)");
        let file = server.database_url().trim_start_matches("sqlite://").to_owned();
        assert_nowhere("the file", &std::fs::read(file).unwrap(), &texts);
    }
}

/// The bits of the list that the certificates of 2023 are on.
async fn status_list(server: &Server) -> String {
    let token = server.nobody().get("/v1/status-lists/410100-2023-1").await;
    assert_eq!(token.status, 200, "{token:?}");
    let payload = token.text().split('.').nth(1).map(|part| URL_SAFE_NO_PAD.decode(part)).unwrap();
    let said: Value = serde_json::from_slice(&payload.unwrap()).unwrap();
    text(&said["credentialSubject"], "encodedList")
}

/// The certificate is still there for whoever has its code or its number, without whose it was; nothing is signed of it any more.
async fn certificate_is_nobodys(server: &Server, certified: &steps::Certified) {
    let nobody = server.nobody();
    let path = format!("/v1/verify/{}", certified.code);
    let shown = nobody.get(&path).await.is(200);
    assert_eq!((&shown["state"], &shown["year"]), (&json!("valid"), &json!(2023)));
    assert_eq!(shown["hours"]["total"], 90);
    assert_eq!((&shown["masked_name"], &shown["masked_id_number"]), (&json!(""), &json!("")));
    let page = nobody.get(&path).header("accept", "text/html").await;
    assert_eq!(page.status, 200, "{page:?}");
    let erased = "已依法删除 <span lang=\"en\">erased by law</span>";
    assert_eq!(page.text().matches(erased).count(), 2, "name and id number: {page:?}");
    let auditor = server.login("auditor").await;
    let path = format!("/v1/certificates/{}", certified.number);
    assert_eq!(auditor.get(&path).await.is(200)["name"], "");
    let pdf = auditor.get(&format!("{path}.pdf")).await;
    assert_eq!(pdf.status, 200, "{pdf:?}");
    let gone = auditor.get(&format!("{path}/credential")).await.refused(410, "certificate-erased");
    assert_eq!(gone["rule"]["id"], "U4a", "{gone:#}");
}
