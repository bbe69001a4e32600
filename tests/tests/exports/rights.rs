//! U1: a file goes with the rights under which its rows were read.

use serde_json::json;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{ask, done, file, lines};

on_both!(u1_a_file_is_for_those_who_still_may_read_its_rows);

/// A doctor who acts for the hospital takes its people out. Replaced, they are a professional and no more: their own rows are all that is
/// left to them, until they act for the hospital again.
async fn u1_a_file_is_for_those_who_still_may_read_its_rows(server: &Server) {
    let admin = server.login("city.admin").await;
    let holder = server.login("hospital.admin").await;
    let hospital = text(&holder.get("/v1/me").await.is(200)["grants"][0]["organization"], "id");
    let doctor = server.login("professional").await;
    let account = text(&doctor.get("/v1/me").await.is(200), "id");
    let path = format!("/v1/organizations/{hospital}/administrators");
    let appoint = |account: &str| {
        let body = json!({"account_id": account, "role": "employer_administrator"});
        admin.post(&path).json(body)
    };
    let before = done(&holder, ask(&holder, "professionals", &json!({}), "csv")).await;
    let own = done(&doctor, ask(&doctor, "declarations", &json!({}), "ndjson")).await;

    appoint(&account).await.is(201);
    // Whoever was replaced has nothing of it any more.
    let holder = server.login("hospital.admin").await;
    holder.get(&text(&before, "file")).await.refused(403, "forbidden");
    let doctor = server.login("professional").await;
    let people = done(&doctor, ask(&doctor, "professionals", &json!({}), "ndjson")).await;
    let records = done(&doctor, ask(&doctor, "learning_records", &json!({}), "xlsx")).await;
    assert!(lines(&file(&doctor, &people).await).len() > 1);
    file(&doctor, &records).await;

    let next = steps::bare_account(&admin, "next.admin", "a long enough password").await;
    appoint(&next).await.is(201);
    let doctor = server.login("professional").await;
    // The list stays open to a professional, for their own rows; those that were read under the office are not.
    doctor.get("/v1/learning-records").await.is(200);
    for export in [&people, &records] {
        doctor.get(&text(export, "file")).await.refused(403, "forbidden");
        doctor.get(&format!("/v1/exports/{}", text(export, "id"))).await.is(200);
    }
    file(&doctor, &own).await;

    appoint(&account).await.is(201);
    let doctor = server.login("professional").await;
    file(&doctor, &people).await;
    file(&doctor, &records).await;
}
